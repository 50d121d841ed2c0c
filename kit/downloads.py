"""The downloads in a client's `exports/`: which files, of when, and what each of them holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from kit import cache, contracts, day_orders
from kit.errors import ExportError
from kit.exports import Export, Reading, archives
from kit.exports.files import MOST_FILE_BYTES
from kit.readers import Answer, Task, read_all

# Files laid down together (a clone, an unzipped folder) get their times within moments; two
# downloads made by hand do not. In a folder named by its day that day is the better witness.
SHARED_SECONDS = 1.0
SHARED_SECONDS_DATED = 120.0

# Of order files only the columns of their tables are taken on: what stands in any other may be a
# buyer's, whatever its header says. Some columns are called otherwise in the table.
TABLES: dict[str, Any] = {
    "affiliate_orders": contracts.Orders,
    "shop_orders": contracts.ShopOrders,
}
RENAMES = {
    "shop_orders": {
        "line_revenue": "subtotal_after_discount",
        "order_refunded_amount": "refunded_amount",
        "taxes": "tax",
    }
}

UNDAMAGED = "_is_undamaged"  # how the rules end that say so of an id

FIGURES = ["gmv", "orders", "views", "clicks", "impressions", "spend", "revenue"]


@dataclass(frozen=True)
class Download:
    """One file of `exports/`: `name` is its path inside, `seen_at` orders it among the others.

    A file inside a zip archive has the archive's `path` and is its `member`. `error` says why a
    file cannot be opened at all.
    """

    path: Path
    name: str
    sha256: str
    seen_at: float
    seen_on: date
    member: str | None = None
    error: str | None = None


@dataclass
class Read:
    """What was read: the recognised sheets with the file each came from, and what was refused.

    `broken` are the sheets of refused files whose every row is set aside.
    """

    exports: list[tuple[Download, Export]] = field(default_factory=list)
    refused: list[tuple[Download, str]] = field(default_factory=list)
    copies: list[tuple[Download, Download]] = field(default_factory=list)
    broken: list[tuple[Download, Export]] = field(default_factory=list)


def files(folder: Path) -> list[Path]:
    """Every file of `exports/`, at any depth, save hidden and lock files, in order of name."""
    return sorted(
        (
            path
            for path in folder.rglob("*")
            if path.is_file() and not _ignored(path.relative_to(folder))
        ),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def _ignored(place: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in place.parts) or place.name in {
        "Thumbs.db",
        "desktop.ini",
    }


@dataclass(frozen=True)
class _Found:
    """A file or an archive's member before its moment is known; `place` is its path in exports."""

    path: Path
    place: Path
    time: float
    member: str | None = None
    error: str | None = None


def downloads(folder: Path, zone: str) -> list[Download]:
    """Every file, those inside zip archives too, with the moment it was seen, earliest first.

    The moment is the file's time. Where all files of a folder share one, it is the day that names
    the folder (or the nearest folder above it that a day names); failing that the shared time, so
    that the file names decide. An archive is a folder whose files have the times it keeps. Ties
    go by name.
    """
    found = [one for path in files(folder) for one in _within(path, folder, zone)]
    folders: dict[Path, list[float]] = {}
    for one in found:
        folders.setdefault(one.place.parent, []).append(one.time)
    made = []
    for one in found:
        beside = folders[one.place.parent]
        spread = max(beside) - min(beside)
        named = _named_day(one.place.parent)
        seen_at, seen_on = one.time, _local_day(one.time, zone)
        if named and spread <= SHARED_SECONDS_DATED:
            midnight = datetime(named.year, named.month, named.day, tzinfo=UTC)
            seen_at, seen_on = midnight.timestamp(), named
        elif spread <= SHARED_SECONDS:
            seen_at, seen_on = max(beside), _local_day(max(beside), zone)
        sha, error = _digest(one)
        name = one.place.as_posix()
        made.append(Download(one.path, name, sha, seen_at, seen_on, one.member, error))
    return sorted(made, key=lambda download: (download.seen_at, download.name))


def _within(path: Path, folder: Path, zone: str) -> list[_Found]:
    """The file itself or, of an archive, its members; an archive that is refused stays one."""
    own = _Found(path, path.relative_to(folder), path.stat().st_mtime)
    if not archives.is_archive(path):
        return [own]
    try:
        members = archives.members(path)
    except ExportError as error:
        return [replace(own, error=str(error))]
    inside = []
    for member in members:
        place = Path(archives.shown(member.name).lstrip("/"))
        if member.error or not _ignored(place):
            at = member.at.replace(tzinfo=ZoneInfo(zone)).timestamp() if member.at else own.time
            inside.append(_Found(path, own.place / place, at, member.name, member.error))
    return inside


def _digest(one: _Found) -> tuple[str, str | None]:
    """The SHA-256 of a file's bytes, and why it cannot be read; of such a member, the archive's."""
    if one.member is None or one.error:
        return _sha256(one.path), one.error
    try:
        return archives.sha256(one.path, one.member), None
    except ExportError as error:
        return _sha256(one.path), str(error)


def _named_day(folder: Path) -> date | None:
    """The day that names a folder or archive inside `exports/`, or the nearest one above it."""
    for part in reversed(folder.parts):
        match = re.fullmatch(r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?:\.zip)?", part)
        if match:
            try:
                return date(*(int(number) for number in match.groups()))
            except ValueError:
                pass
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


def read(
    found: Iterable[Download],
    reading: Reading,
    told: dict[str, tuple[date, date]],
    kept: Path | None = None,
) -> Read:
    """Every download read once; a refused one is named and the others are read.

    `told` gives the window of files whose name tells none, by SHA-256, over `reading.window`.
    What `kept` (see `kit.cache`) holds is not read again, and what was read is added to it.
    """
    result = Read()
    listed = []
    for download in found:
        if download.error:
            result.refused.append((download, f"{download.name} {download.error}"))
        else:
            listed.append(download)
    tasks = [
        (d.path, replace(reading, window=told.get(d.sha256, reading.window)), d.member)
        for d in listed
    ]
    first: dict[str, Download] = {}
    for download, answer in zip(listed, _answers(listed, tasks, kept), strict=True):
        same = first.setdefault(download.sha256, download)
        if same is not download and not _another_quiet_window(answer, same, result):
            result.copies.append((download, same))
        elif isinstance(answer, ExportError):
            result.refused.append((download, str(answer)))
        elif not _same_bytes(answer, download):
            again = "changed while it was being read. Run kit ingest again when it is complete."
            result.refused.append((download, f"{download.name} {again}"))
        elif reason := _nothing_left(answer):
            result.refused.append((download, f"{download.name} {reason}"))
            result.broken += [(download, export) for export in answer]
        else:
            result.exports += [(download, export) for export in answer]
    return result


def _nothing_left(answer: list[Export]) -> str | None:
    """Why a file is refused of which every row is set aside: its days must not look covered."""
    rules = pd.concat([export.set_aside["rule"] for export in answer])
    if rules.empty or any(len(export.rows) for export in answer):
        return None
    rows = "its only row" if len(rules) == 1 else f"all its {len(rules)} rows"
    if rules.str.endswith(UNDAMAGED).all():
        return (
            f"holds nothing but ids that a spreadsheet has rounded ({rows}): they can no longer be "
            "joined. Download the export again and do not open it in a spreadsheet."
        )
    rule = rules.mode().iat[0]
    return f"holds no row that can be read ({rows} break a rule, as {rule}). Download it again."


def _answers(listed: list[Download], tasks: list[Task], kept: Path | None) -> list[Answer]:
    """What each file holds: as it was kept, else as it is read now, and kept from then on.

    A file that leaves open which number of its dates is the day is read as the others show it.
    """
    keys = [
        cache.key(archives.shown(d.member or d.path.name), d.sha256, task[1])
        for d, task in zip(listed, tasks, strict=True)
    ]
    known: dict[int, Answer] = {}
    for i, (key, (path, *_)) in enumerate(zip(keys, tasks, strict=True)):
        if kept is not None and (held := cache.load(kept, key, path)) is not None:
            known[i] = held
    new = [i for i in range(len(tasks)) if i not in known]
    for i, answer in zip(new, read_all([tasks[i] for i in new]), strict=True):
        known[i] = _taken(answer)
    settled = day_orders.resolved(tasks, [known[i] for i in range(len(tasks))])
    known |= {i: _taken(answer) for i, answer in settled.items()}
    if kept is not None:
        for i in sorted({*new, *settled}):
            answer = known[i]
            if not isinstance(answer, ExportError) and _same_bytes(answer, listed[i]):
                with suppress(OSError, pa.ArrowException):  # then it is read again next time
                    cache.save(kept, keys[i], answer)
        cache.sweep(kept, keys)
    return [known[i] for i in range(len(tasks))]


def _taken(answer: Answer) -> Answer:
    """A file's sheets with the columns that its tables hold; a refusal as it is."""
    if isinstance(answer, ExportError):
        return answer
    return [
        replace(export, rows=export.rows[_columns(export)]) if export.kind in TABLES else export
        for export in answer
    ]


def _columns(export: Export) -> list[str]:
    wanted = {*TABLES[export.kind].columns, "handle", "status_known"}
    names = RENAMES.get(export.kind, {})
    return [name for name in export.rows if names.get(name, name) in wanted]


def _same_bytes(answer: list[Export], download: Download) -> bool:
    return all(export.sha256 == download.sha256 for export in answer)


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
