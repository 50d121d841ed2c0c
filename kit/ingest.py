"""From a client's exports and ledgers to its tables: read, checked, merged, written whole."""

from __future__ import annotations

import csv
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import kit.exports
from kit import addresses, build, cache, contracts, downloads, ledgers, pseudonyms, week
from kit.client import Config, client_folder, read_config
from kit.downloads import Read
from kit.errors import ClientError
from kit.exports import Reading
from kit.exports.day_order import LEDGERS

STAMP = "inputs.json"
# The tables that an ingest reports, and what its report calls them.
REPORTED = {
    "files": "read",
    "set_aside": "set_aside",
    "windows": "windows",
    "restated": "restated",
}
TOLD_WINDOWS = "windows.csv"
SALT_BYTES = 32
ROWS_TOGETHER = 122_880
DISTINCT = {"order_id", "row"}
MADE_BY = (
    "account build cache columns contracts day_orders downloads drift gone ingest ledger_files "
    "ledger_values ledgers lines lists people pseudonyms restated retold threads vanished windows"
)


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did.

    `read`: one row per recognised sheet or second copy (`contracts.Files`). `set_aside`: the rows
    refused (`contracts.SetAside`). `refused`: whole files, as (name, message). `notes`: sentences a
    person should read. `windows`: one row per window on offer, kept or not. `restated`: one row
    per figure that a later download moved (`contracts.Restated`).
    """

    read: pd.DataFrame
    set_aside: pd.DataFrame
    refused: list[tuple[str, str]]
    notes: list[str]
    windows: pd.DataFrame
    rows: dict[str, int] = field(default_factory=dict)
    restated: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.Restated))


def ingest(
    client_name: str,
    home: str | Path | None = None,
    window: tuple[date, date] | None = None,
) -> IngestReport:
    """Read every new export and every ledger of a client and write all its tables.

    A file read before, under the same name, settings and kit, is not read again (`kit.cache`);
    where the tables were taken away, all are. The tables' bytes are the same either way. A broken
    row is set aside, a broken file refused by name, and the rest read. `window` is for files whose
    name does not tell theirs; it is remembered for these files. Raw files are never changed; the
    tables are replaced only once all of them are made. Raises `ClientError` for an unknown client
    or an empty drop zone, `PolicyError` for a wrong `client.toml`.
    """
    folder = client_folder(client_name, home)
    config, policy = read_config(folder)
    source = pseudonyms.source_of(folder)
    if source:
        return _copied(folder, source)
    if config.source != addresses.EXPORTS:
        raise ClientError(
            f"The tables of {client_name} stay in {addresses.masked(config.source)}: nothing is "
            f"to be ingested. kit check --client {client_name} says whether they can be read."
        )
    with _lock(folder):
        _refuse_empty(folder)
        reading = _reading(folder, config, window)
        stamp = fingerprint(folder)
        told = _told_windows(folder)
        kept = folder / cache.FOLDER
        if not (folder / "tables" / STAMP).exists():
            cache.clear(kept)  # who takes the tables away wants all of it made anew
        read = downloads.read(
            downloads.downloads(folder / "exports", config.time_zone), reading, told, kept
        )
        if window:
            _remember(folder, window, read, told)
            stamp = fingerprint(folder)
        order = config.date_order.get(LEDGERS, config.date_order.get(""))
        books = ledgers.read_ledgers(folder / "ledgers", config.currency, order)
        _give_back()
        tables, notes = build.tables(read, books, config, policy)
        refused = [(d.name, message) for d, message in read.refused]
        refused += [(f"ledgers/{path.name}", message) for path, message in books.refused]
        del read  # its rows stand in the tables, and a large file need not stay beside them
        _give_back()
        made = (
            (name, contracts.arrow(tables.pop(name), contract))
            for name, contract in contracts.TABLES.items()
        )
        rows, told = _write(folder / "tables", made, stamp)
    return IngestReport(refused=refused, notes=notes, rows=rows, **told)


def _give_back() -> None:
    """Return the memory that a large file was read in, which nothing holds any more."""
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError, TypeError):  # the C library of Linux alone needs asking
        ctypes.CDLL(None).malloc_trim(0)


def _copied(folder: Path, source: Path) -> IngestReport:
    """The tables of a copy for sharing, made of its source's once those are up to date."""
    from kit import engine

    client_folder(source.name, source.parents[1])
    if not is_current(source):
        ingest(source.name, source.parents[1])
    with _lock(folder), _lock(source):
        stamp = fingerprint(folder)
        tables = {
            name: ds.dataset(
                engine.table_path(source / "tables", name), format="parquet"
            ).to_table()
            for name in contracts.TABLES
        }
        demo = read_config(source)[0].demo
        written = pseudonyms.disguised(tables, source, salt(source, demo))
        rows, told = _write(folder / "tables", written.items(), stamp)
    made = f"Made of {source.name}'s tables, each creator under a pseudonym."
    return IngestReport(refused=[], notes=[made], rows=rows, **told)


def _refuse_empty(folder: Path) -> None:
    exports = folder / "exports"
    if not exports.is_dir() or not downloads.files(exports):
        raise ClientError(
            f"{exports} is empty. Put the platform's exports there (Seller Center: creator data, "
            "video data, affiliate orders, shop orders; Ads Manager: GMV Max creatives), under "
            f"any name and in any folder, then run kit ingest --client {folder.name}."
        )


def _reading(folder: Path, config: Config, window: tuple[date, date] | None) -> Reading:
    return Reading(
        currency=config.currency,
        market=config.market,
        export_time_zone=config.export_time_zone,
        ads_time_zone=config.ads_time_zone,
        date_order=config.date_order,
        salt=salt(folder, config.demo),
        window=window,
        extra_headers=config.headers,
    )


def salt(folder: Path, demo: bool = False) -> bytes:
    """The secret buyers are hashed with, made once per client, readable by its owner alone.

    A demo client's is fixed: its buyers are invented, and its tables must repeat byte for byte.
    """
    path = folder / "salt"
    if not path.exists():
        secret = f"demo {folder.name}" if demo else secrets.token_hex(SALT_BYTES)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret.encode())
    return path.read_bytes().strip()


def _told_windows(folder: Path) -> dict[str, tuple[date, date]]:
    """Windows a person gave for files whose name tells none, by SHA-256."""
    path = folder / TOLD_WINDOWS
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["sha256"]: (date.fromisoformat(row["from"]), date.fromisoformat(row["to"]))
            for row in csv.DictReader(file)
        }


def _remember(folder: Path, window: tuple[date, date], read: Read, told: dict) -> None:
    """Keep the given window for the files that took it, so that a rebuild needs no telling."""
    took = {
        download.sha256: download.name
        for download, export in read.exports
        if (export.window_start, export.window_end) == window and download.sha256 not in told
    }
    if not took:
        return
    path = folder / TOLD_WINDOWS
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(["file", "sha256", "from", "to"])
        for sha, name in sorted(took.items(), key=lambda item: item[1]):
            writer.writerow(
                [week.safe_cell(name), sha, window[0].isoformat(), window[1].isoformat()]
            )


ASIDE = ".tables-"


def _write(
    folder: Path, tables: Iterable[tuple[str, pa.Table]], stamp: str
) -> tuple[dict[str, int], dict[str, pd.DataFrame]]:
    """All tables made aside, then moved into place; the stamp last, so a torn write rebuilds.

    One table is written while the next is made, and then let go. → the rows of each, and those
    tables whole that an ingest reports.
    """
    folder.mkdir(exist_ok=True)
    for torn in folder.parent.glob(f"{ASIDE}*"):  # of an ingest that was killed: the lock is ours
        shutil.rmtree(torn, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=folder.parent))
    rows, told = {}, {}
    try:
        with ThreadPoolExecutor(1) as writer:
            waiting: Future | None = None
            for name, table in tables:
                rows[name] = table.num_rows
                if name in REPORTED:
                    told[REPORTED[name]] = contracts.frame(table)
                if waiting:
                    waiting.result()
                waiting = writer.submit(_parquet, table, aside / f"{name}.parquet")
                del table
            if waiting:
                waiting.result()
        (folder / STAMP).unlink(missing_ok=True)
        for name in rows:
            old = folder / name
            if old.is_dir():
                shutil.rmtree(old)
            os.replace(aside / f"{name}.parquet", folder / f"{name}.parquet")
        (aside / STAMP).write_text(stamp, encoding="utf-8")
        os.replace(aside / STAMP, folder / STAMP)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return rows, told


def _parquet(table: pa.Table, path: Path) -> None:
    # Times and ids of lines are nearly all distinct: a dictionary of them is built for nothing.
    # Parts are small enough that a question about few weeks leaves the rest of a table unread.
    repeated = [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in table.schema
        if field.name not in DISTINCT and not pa.types.is_timestamp(field.type)
    ]
    pq.write_table(
        table,
        path,
        compression="zstd",
        version="2.6",
        row_group_size=ROWS_TOGETHER,
        use_dictionary=repeated,
        store_decimal_as_integer=True,
    )


def is_current(folder: Path) -> bool:
    """Whether a client's tables rest on exactly today's exports, ledgers, settings and kit.

    Those that stay in a warehouse always do.
    """
    if read_config(folder)[0].source != addresses.EXPORTS:
        return True
    tables = folder / "tables"
    stamp = tables / STAMP
    return (
        stamp.exists()
        and all(
            (tables / f"{name}.parquet").exists() or (tables / name).is_dir()
            for name in contracts.TABLES
        )
        and stamp.read_text(encoding="utf-8") == fingerprint(folder)
    )


def fingerprint(folder: Path) -> str:
    """What the tables rest on: every input's name, size and time, and the code that reads them."""
    inputs = [folder / "client.toml", folder / TOLD_WINDOWS, folder / "salt"]
    for part in ("exports", "ledgers"):
        if (folder / part).is_dir():
            inputs += downloads.files(folder / part)
    seen = {
        path.relative_to(folder).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in inputs
        if path.exists()
    }
    told: dict[str, Any] = {"inputs": seen, "code": _code()}
    source = pseudonyms.source_of(folder)
    if source and source != folder:
        told["source"] = hashlib.sha256(fingerprint(source).encode()).hexdigest()  # names no file
    return json.dumps(told, indent=0, sort_keys=True)


def _code() -> str:
    """A hash of the modules that make the tables: an updated kit builds them anew."""
    here = Path(__file__).parent
    paths = [here / f"{name}.py" for name in MADE_BY.split()]
    paths += sorted(Path(kit.exports.__file__).parent.glob("*.[pt][yo]*"))
    return cache.code_hash(paths)


def _lock(folder: Path) -> AbstractContextManager[None]:
    """One ingest of a client at a time."""
    return week.lock(folder / ".lock")
