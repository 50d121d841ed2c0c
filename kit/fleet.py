"""Many tasks side by side, in processes that start warm; one that is killed stops no other."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

# What making a report needs beside its kernel: loaded once, by the process the others start from.
LOADED = [
    "kit.reports",
    "kit.readiness",
    "kit.pages",
    "kit.restatement",
    "papermill",
    "kit.kernels",
]


def side_by_side(
    tasks: Iterable[Any], perform: Callable[[Any], list[Any]], workers: int
) -> Iterator[Any]:
    """Perform tasks so many at a time; what comes of them as it is ready.

    What `perform` gives that is a task again, having `killed`, is performed in its turn. Where a
    process is killed, its neighbours' results go with it: each of their tasks is tried once more,
    alone, and one whose process is killed again gives what its `killed` says.
    """
    from kit import kernels

    todo, broken = deque(tasks), deque[Any]()
    with kernels.shared():
        with processes(workers) as pool:
            yield from _all(pool, todo, perform, broken)
        while broken:
            task = broken.popleft()
            with processes(1) as pool:
                try:
                    made = pool.submit(perform, task).result()
                except BrokenProcessPool:
                    made = task.killed()
            for one in made:
                if hasattr(one, "killed"):
                    broken.append(one)
                else:
                    yield one


def _all(
    pool: ProcessPoolExecutor,
    todo: deque[Any],
    perform: Callable[[Any], list[Any]],
    broken: deque[Any],
) -> Iterator[Any]:
    waiting: dict[Future, Any] = {}
    while todo or waiting:
        while todo:
            task = todo.popleft()
            try:
                waiting[pool.submit(perform, task)] = task
            except BrokenProcessPool:
                broken.append(task)
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            task = waiting.pop(future)
            try:
                made = future.result()
            except BrokenProcessPool:
                broken.append(task)
                continue
            for one in made:
                if hasattr(one, "killed"):
                    todo.append(one)
                else:
                    yield one


def processes(number: int) -> ProcessPoolExecutor:
    """Processes that end with this one, however it ends, and see its environment of now."""
    context: Any = multiprocessing.get_context("spawn")
    if sys.platform == "linux":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
    told = (dict(os.environ), memory() // number)
    return ProcessPoolExecutor(number, mp_context=context, initializer=_begin, initargs=told)


def memory() -> int:
    """Most of this machine's memory, in bytes: what the processes of a run may share."""
    if sys.platform != "linux":
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 9 // 10


def _begin(environment: dict[str, str], share: int) -> None:
    """See the run's environment; hold this process and its kernels to their share of memory.

    A notebook that wants more fails by itself, instead of taking all others with it.
    """
    os.environ.clear()
    os.environ.update(environment)
    if share:
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limits = [share] if most == resource.RLIM_INFINITY else [share, most]
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), most))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
