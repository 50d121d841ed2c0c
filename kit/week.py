"""A week's folder of reports: published whole, superseded, joined, and never half written."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from kit.errors import ReportError
from kit.exchange import exchange

RESULTS = "results.parquet"
DECISIONS = "decisions.csv"
MANIFEST = "manifest.json"
JOINED = ".joined"
SUPERSEDED = "superseded"
FAILED = ".failed"
PUBLISHED = ("published", "forced")
# Of a day, not of a week: another day's takes its place, and the week's own tables leave it out.
DAILY = ("production_line",)
LOCK_SECONDS = 3600  # more than the slowest report takes
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def week_name(as_of: date) -> str:
    """The ISO week of a day, as reports are filed.

    >>> week_name(date(2027, 1, 3))
    '2026-W53'
    """
    iso = as_of.isocalendar()
    return f"{iso.year}-W{iso.week:02d}"


def week_folder(home: Path, client: str, as_of: date) -> Path:
    """``reports/<client>/<ISO week>``."""
    return home / "reports" / client / week_name(as_of)


def manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a report's folder; None where there is no readable one."""
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def reports(week: Path) -> dict[str, dict[str, Any]]:
    """The manifests of the reports that stand in a week's folder, by name."""
    found = {path.parent.name: manifest(path.parent) for path in sorted(week.glob(f"*/{MANIFEST}"))}
    return {
        name: told
        for name, told in found.items()
        if told and told.get("status") in PUBLISHED and not name.startswith(".")
    }


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs; where the system has no file locks, none is held.

    The system lets go of it with the process that holds it, however that ends: the file may stay,
    the lock does not. Raises `ReportError`, with the holder's process, after `LOCK_SECONDS`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _wait_for(file, path)
        file.truncate(0)
        file.write(f"{os.getpid()}")
        file.flush()
        yield


def _wait_for(file: IO[str], path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno in _NO_LOCKS:  # a network file system without them
                return
            raise
        if time.monotonic() > until:
            file.seek(0)
            raise ReportError(
                f"Process {file.read() or 'unknown'} has worked on {path.name.lstrip('.')} of "
                f"{path.parent} for over {LOCK_SECONDS // 60} minutes. Wait for it or end it, "
                "then run again."
            )
        time.sleep(0.05)


@contextmanager
def making(week: Path, report: str) -> Iterator[Path]:
    """A folder aside in which one report is made, on the file system where it will stand.

    One run at a time makes a report of a week. What a killed run left behind is cleared first; the
    folder is gone at the end unless it was published. Its name is new each time: a kernel that
    outlives a killed run cannot write into the next one's.
    """
    aside = week / f".making-{report}.{secrets.token_hex(4)}"
    with lock(week.parent / ".locks" / f"{week.name}-{report}"):
        _recover(week / report)
        aside.mkdir(parents=True)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            with suppress(OSError):
                week.rmdir()  # only where it is empty: nothing was ever published


def left_behind(target: Path) -> list[Path]:
    """What runs of this report that were killed have left in its week, or one at work has there."""
    pattern = re.compile(rf"\.making-{re.escape(target.name)}\.[0-9a-f]{{8}}")
    made = [path for path in target.parent.glob(".making-*") if pattern.fullmatch(path.name)]
    return [*made, *(path for path in [_old(target)] if path.exists())]


def _old(target: Path) -> Path:
    return target.with_name(f".old-{target.name}")


def _recover(target: Path) -> None:
    """Undo a publication that was cut off between its two renames; else clear what it left."""
    if _old(target).exists() and not target.exists():
        _old(target).rename(target)
    for path in left_behind(target):
        shutil.rmtree(path, ignore_errors=True)


def next_version(target: Path) -> int:
    """The number under which the report that stands now would be superseded, from 1."""
    versions = [int(path.name) for path in (target / SUPERSEDED).glob("*") if path.name.isdigit()]
    return max(versions, default=0) + 1


def publish(aside: Path, target: Path) -> None:
    """Move a finished report into place whole; the one that stood there goes to ``superseded/<n>``.

    The old versions are copied into the new folder before it moves, so that at any moment either
    the old report stands there complete or the new one does. Only where folders cannot change
    places in one step is there a moment without either, which the next run mends.
    """
    if not target.exists():
        aside.rename(target)
    else:
        version = aside / SUPERSEDED / str(next_version(target))
        if (target / SUPERSEDED).is_dir():
            _copy(target / SUPERSEDED, aside / SUPERSEDED)
        _copy(target, version, leave_out=SUPERSEDED)
        if not exchange(aside, target):
            target.rename(_old(target))
            aside.rename(target)
        for old in (aside, _old(target)):
            shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(target.with_name(target.name + FAILED), ignore_errors=True)


def _copy(source: Path, target: Path, leave_out: str | None = None) -> None:
    """A folder under another name as well: hard links where the file system has them."""
    ignore = shutil.ignore_patterns(leave_out) if leave_out else None
    shutil.copytree(source, target, ignore=ignore, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def keep_failed(aside: Path, target: Path) -> Path:
    """Put a failed run beside the last good report, as ``<report>.failed``, and return where."""
    failed = target.with_name(target.name + FAILED)
    shutil.rmtree(failed, ignore_errors=True)
    for name in (RESULTS, DECISIONS):
        (aside / name).unlink(missing_ok=True)
    aside.rename(failed)
    return failed


def join(week: Path, as_of: str) -> None:
    """Write the week's own `results.parquet` and `decisions.csv`: its reports one after another.

    Only reports of this `as_of` count, and none that are daily. Each file is made aside and moved
    into place, under the client's lock; last of all what they were made of is noted (`is_joined`).
    """
    with lock(week.parent / ".lock"):
        standing = _standing(week)
        folders = [
            week / name
            for name, told in reports(week).items()
            if told["parameters"]["as_of"] == as_of and name not in DAILY
        ]
        if not folders:
            return
        found = [folder / RESULTS for folder in folders if (folder / RESULTS).exists()]
        if found:
            rows = pa.concat_tables([pq.read_table(path) for path in found])
            pq.write_table(rows, week / f".{RESULTS}")
            os.replace(week / f".{RESULTS}", week / RESULTS)
        found = [folder / DECISIONS for folder in folders if (folder / DECISIONS).exists()]
        if found:
            lines = [line for path in found for line in read_csv(path)]
            write_csv(lines, list(lines[0]) if lines else header(found[0]), week / f".{DECISIONS}")
            os.replace(week / f".{DECISIONS}", week / DECISIONS)
        (week / f"{JOINED}.new").write_text(standing, encoding="utf-8")
        os.replace(week / f"{JOINED}.new", week / JOINED)


def is_joined(week: Path) -> bool:
    """Whether the week's own tables are there and made of the reports that stand now.

    By what they hold, not by their times: a clock that was put back misleads nobody.
    """
    if not set(reports(week)) - set(DAILY):
        return True
    tables = [week / RESULTS, week / DECISIONS]
    if not all(path.exists() for path in [*tables, week / JOINED]):
        return False
    return (week / JOINED).read_text(encoding="utf-8") == _standing(week)


def _standing(week: Path) -> str:
    """The reports that stand in a week, each with a hash of what it gives to the week's tables."""
    told = {}
    for name in set(reports(week)) - set(DAILY):
        digest = hashlib.sha256()
        for part in (MANIFEST, RESULTS, DECISIONS):
            path = week / name / part
            digest.update(path.read_bytes() if path.exists() else b"")
        told[name] = digest.hexdigest()
    return json.dumps(told, indent=0, sort_keys=True)


def header(path: Path) -> list[str]:
    """The column names of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(rows: list[dict[str, str]], columns: list[str], path: Path) -> None:
    """Rows as a CSV file in which no cell is a formula to a spreadsheet (see `safe_cell`)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: safe_cell(text) for name, text in row.items()} for row in rows)


def safe_cell(text: str | None) -> str:
    """The text, with an apostrophe before it where a spreadsheet would read a formula.

    A caption or a handle comes from strangers; ``=HYPERLINK(…)`` must not run on a client's desk.
    Numbers stay numbers.

    >>> [safe_cell(text) for text in ("=1+1", "@mia", "-0.25", "plain")]
    ["'=1+1", "'@mia", '-0.25', 'plain']
    """
    if not text or text[0] not in "=+-@\t\r" or NUMBER.fullmatch(text):
        return text or ""
    return f"'{text}"
