"""The downloads in a client's `exports/`: which files, of when, and what each of them holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kit.errors import ExportError
from kit.exports import Export, Reading
from kit.exports.files import MOST_FILE_BYTES
from kit.readers import Answer, read_all

# Files laid down together (a clone, an unzipped folder) get their times within moments; two
# downloads made by hand do not. In a folder named by its day that day is the better witness.
SHARED_SECONDS = 1.0
SHARED_SECONDS_DATED = 120.0

FIGURES = ["gmv", "orders", "views", "clicks", "impressions", "spend", "revenue"]


@dataclass(frozen=True)
class Download:
    """One file of `exports/`: `name` is its path inside, `seen_at` orders it among the others."""

    path: Path
    name: str
    sha256: str
    seen_at: float
    seen_on: date


@dataclass
class Read:
    """What was read: the recognised sheets with the file each came from, and what was refused."""

    exports: list[tuple[Download, Export]] = field(default_factory=list)
    refused: list[tuple[Download, str]] = field(default_factory=list)
    copies: list[tuple[Download, Download]] = field(default_factory=list)


def files(folder: Path) -> list[Path]:
    """Every file of `exports/`, at any depth, save hidden and lock files, in order of name."""
    return sorted(
        (path for path in folder.rglob("*") if path.is_file() and not _ignored(path, folder)),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def _ignored(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts) or path.name in {
        "Thumbs.db",
        "desktop.ini",
    }


def downloads(folder: Path, zone: str) -> list[Download]:
    """Every file with the moment it was seen, earliest first; ties go by name.

    The moment is the file's time. Where all files of a folder share one, it is the day that names
    the folder (or the nearest folder above it that a day names); failing that the shared time, so
    that the file names decide.
    """
    found = files(folder)
    times = {path: path.stat().st_mtime for path in found}
    folders: dict[Path, list[float]] = {}
    for path in found:
        folders.setdefault(path.parent, []).append(times[path])
    made = []
    for path in found:
        beside = folders[path.parent]
        spread = max(beside) - min(beside)
        named = _named_day(path.parent, folder)
        seen_at, seen_on = times[path], _local_day(times[path], zone)
        if named and spread <= SHARED_SECONDS_DATED:
            midnight = datetime(named.year, named.month, named.day, tzinfo=UTC)
            seen_at, seen_on = midnight.timestamp(), named
        elif spread <= SHARED_SECONDS:
            seen_at, seen_on = max(beside), _local_day(max(beside), zone)
        name = path.relative_to(folder).as_posix()
        made.append(Download(path, name, _sha256(path), seen_at, seen_on))
    return sorted(made, key=lambda download: (download.seen_at, download.name))


def _named_day(folder: Path, top: Path) -> date | None:
    """The day that names a folder, or the nearest one above it inside `exports/`."""
    while folder != top:
        match = re.fullmatch(r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})", folder.name)
        if match:
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                pass
        folder = folder.parent
    return None


def _local_day(moment: float, zone: str) -> date:
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).date()


def _sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes; of one that cannot or will not be read, of its name."""
    try:
        if path.stat().st_size <= MOST_FILE_BYTES:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        pass  # its reader says why
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()


def read(found: Iterable[Download], reading: Reading, told: dict[str, tuple[date, date]]) -> Read:
    """Every download read once; a refused one is named and the others are read.

    `told` gives the window of files whose name tells none, by SHA-256, over `reading.window`.
    """
    listed = list(found)
    tasks = [(d.path, replace(reading, window=told.get(d.sha256, reading.window))) for d in listed]
    result = Read()
    first: dict[str, Download] = {}
    for download, answer in zip(listed, read_all(tasks), strict=True):
        same = first.setdefault(download.sha256, download)
        if same is not download and not _another_quiet_window(answer, same, result):
            result.copies.append((download, same))
        elif isinstance(answer, ExportError):
            result.refused.append((download, str(answer)))
        elif any(export.sha256 != download.sha256 for export in answer):
            again = "changed while it was being read. Run kit ingest again when it is complete."
            result.refused.append((download, f"{download.name} {again}"))
        else:
            result.exports += [(download, export) for export in answer]
    return result


def _another_quiet_window(answer: Answer, same: Download, result: Read) -> bool:
    """Do the same bytes tell of another window in which nothing happened?

    Two weeks without a LIVE give two equal lists, and both weeks are covered. Equal lists with
    figures in them are one file under two names.
    """
    if isinstance(answer, ExportError):
        return False
    spans = {(e.window_start, e.window_end) for d, e in result.exports if d is same}
    return all(
        export.window_start is not None
        and (export.window_start, export.window_end) not in spans
        and not export.rows.reindex(columns=FIGURES).fillna(0).astype("float64").any(axis=None)
        for export in answer
    )


def rows(parts: list[tuple[Download, Export]], former: dict[str, str]) -> pd.DataFrame:
    """The rows of several sheets of one kind, former handles mapped, each with where it came from.

    Adds `creator_id`, `file`, `sheet`, `seen_on`, the window, `file_order` (later is greater), and
    `paid_known`: whether the file has a column for the payment time at all.
    """
    if not parts:
        return pd.DataFrame()
    lengths = [len(export.rows) for _, export in parts]
    order = pd.factorize(pd.Series([download.name for download, _ in parts]))[0]
    told = pd.DataFrame(
        {
            "file": [download.name for download, _ in parts],
            "sheet": pd.Series([export.sheet for _, export in parts], dtype="str"),
            "seen_on": _stamps(download.seen_on for download, _ in parts),
            "file_order": order,
            "window_start": _stamps(export.window_start for _, export in parts),
            "window_end": _stamps(export.window_end for _, export in parts),
            "partial": [bool(export.partial) for _, export in parts],
            "paid_known": ["paid_at" not in export.missing for _, export in parts],
        }
    )
    origin = told.loc[told.index.repeat(lengths)].reset_index(drop=True)
    together = pd.concat([export.rows for _, export in parts], ignore_index=True)
    together = pd.concat([together.drop(columns=told.columns, errors="ignore"), origin], axis=1)
    if "handle" in together:
        together["creator_id"] = together["handle"].replace(former)
    if "date" in together:
        day = pd.to_datetime(together["date"]).astype("datetime64[us]")
        together = together.assign(
            window_start=day.fillna(together["window_start"]),
            window_end=day.fillna(together["window_end"]),
        )
    return together


def _stamps(days: Iterable[date | None]) -> pd.Series:
    return pd.Series([pd.Timestamp(day) if day else pd.NaT for day in days], dtype="datetime64[us]")
