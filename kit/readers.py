"""Reading many export files at once: this process and helpers beside it share the list.

A helper is a fresh Python that runs `_serve`; nothing is forked, so it is safe inside a notebook's
kernel, and the caller's own script is never run a second time. A helper that dies costs nothing
but time: its file goes back on the list.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Thread

from kit.errors import ExportError
from kit.exports import Export, Reading, read_file

Task = tuple[Path, Reading, str | None]  # the third is the member of an archive
Answer = list[Export] | ExportError

# Starting a helper costs as much as reading this much.
WORTH_A_HELPER_BYTES = 3_000_000
MOST_HELPERS = 3


def read_all(tasks: list[Task], helpers: int | None = None) -> list[Answer]:
    """What each file holds, in the order given: its sheets, or the error that refuses it.

    `helpers` beside this process, by default as many as there are idle processors and enough to
    read for each.
    """
    waiting = deque(enumerate(tasks))
    answers: dict[int, Answer] = {}
    count = _worthwhile(tasks) if helpers is None else helpers
    threads = [Thread(target=_delegate, args=(waiting, answers)) for _ in range(count)]
    for thread in threads:
        thread.start()
    _work(waiting, answers)
    for thread in threads:
        thread.join()
    _work(waiting, answers)
    return [answers[i] for i in range(len(tasks))]


def _worthwhile(tasks: list[Task]) -> int:
    size = sum(path.stat().st_size for path in {path for path, _, _ in tasks})
    can = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(can - 1, MOST_HELPERS, size // WORTH_A_HELPER_BYTES, len(tasks) - 1), 0)


def _work(waiting: deque[tuple[int, Task]], answers: dict[int, Answer]) -> None:
    while waiting:
        try:
            number, task = waiting.popleft()
        except IndexError:
            return
        answers[number] = _answer(*task)


def _answer(path: Path, reading: Reading, member: str | None) -> Answer:
    try:
        return read_file(path, reading, member)
    except ExportError as error:
        return error


def _delegate(waiting: deque[tuple[int, Task]], answers: dict[int, Answer]) -> None:
    """Hand tasks from the end of the list to a helper until none is left."""
    package = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
    helper = subprocess.Popen(
        [sys.executable, "-c", "from kit.readers import _serve; _serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        _converse(helper, waiting, answers)
    finally:
        helper.stdout.close()  # type: ignore[union-attr]
        with suppress(BrokenPipeError):
            helper.stdin.close()  # type: ignore[union-attr]
        helper.wait()


def _converse(helper: subprocess.Popen, waiting: deque[tuple[int, Task]], answers: dict) -> None:
    questions, replies = helper.stdin, helper.stdout
    assert questions is not None
    assert replies is not None
    replies.read(1)  # it has started; until then the list is this process's alone
    while waiting:
        try:
            number, task = waiting.pop()
        except IndexError:
            return
        try:
            pickle.dump(task, questions)
            questions.flush()
            answers[number] = pickle.load(replies)
        except (OSError, EOFError, pickle.PickleError):
            waiting.append((number, task))
            return


def _serve() -> None:
    """A helper's life: a file in, its sheets or its refusal out, until the list ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not run into the answers
    answers.write(b".")
    answers.flush()
    while True:
        try:
            task: Task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(_answer(*task), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()
