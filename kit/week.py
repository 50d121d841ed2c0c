"""A week's folder of reports: published whole, superseded, joined, and never half written."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

RESULTS = "results.parquet"
DECISIONS = "decisions.csv"
MANIFEST = "manifest.json"
SUPERSEDED = "superseded"
FAILED = ".failed"
PUBLISHED = ("published", "forced")
# Of a day, not of a week: another day's takes its place, and the week's own tables leave it out.
DAILY = ("production_line",)
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
    """Hold a lock file while the block runs; where the system has no file locks, none is held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def making(week: Path, report: str) -> Iterator[Path]:
    """A folder aside in which one report is made, on the file system where it will stand.

    One run at a time makes a report of a week. What a killed run left behind is cleared first; the
    folder is gone at the end unless it was published.
    """
    aside, old = week / f".making-{report}", week / f".old-{report}"
    with lock(week.parent / ".locks" / f"{week.name}-{report}"):
        _recover(week / report, old)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            with suppress(OSError):
                week.rmdir()  # only where it is empty: nothing was ever published


def _recover(target: Path, old: Path) -> None:
    """Undo a publication that was cut off between its two renames; else clear what it left."""
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def next_version(target: Path) -> int:
    """The number under which the report that stands now would be superseded, from 1."""
    versions = [int(path.name) for path in (target / SUPERSEDED).glob("*") if path.name.isdigit()]
    return max(versions, default=0) + 1


def publish(aside: Path, target: Path) -> None:
    """Move a finished report into place whole; the one that stood there goes to ``superseded/<n>``.

    The old versions are copied into the new folder before it moves, so that at any moment either
    the old report stands there complete or the new one does.
    """
    old = target.with_name(f".old-{target.name}")
    if target.exists():
        version = aside / SUPERSEDED / str(next_version(target))
        if (target / SUPERSEDED).is_dir():
            _copy(target / SUPERSEDED, aside / SUPERSEDED)
        _copy(target, version, leave_out=SUPERSEDED)
        target.rename(old)
    aside.rename(target)
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
    into place, under the client's lock.
    """
    with lock(week.parent / ".lock"):
        folders = [
            week / name
            for name, told in reports(week).items()
            if told["parameters"]["as_of"] == as_of and name not in DAILY
        ]
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


def is_joined(week: Path) -> bool:
    """Whether the week's own tables are there and no older than its reports."""
    names = [name for name in reports(week) if name not in DAILY]
    if not names:
        return True
    tables = [week / RESULTS, week / DECISIONS]
    if not all(path.exists() for path in tables):
        return False
    newest = max((week / name / MANIFEST).stat().st_mtime_ns for name in names)
    return min(path.stat().st_mtime_ns for path in tables) >= newest


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
