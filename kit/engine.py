"""The tables as Ibis expressions: DuckDB, embedded and in memory, over the Parquet files.

Where a client's `source` is a warehouse, the same expressions run over there (`kit.warehouse`).
The embedded engine holds itself to the client's `memory_limit`: what it cannot hold it puts on
disk, into a folder of the process beside the tables, and takes away again.
"""

from __future__ import annotations

import itertools
import os
import shutil
from datetime import UTC, date, time
from datetime import datetime as wall
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import duckdb
import ibis
import ibis.expr.types as ir

from kit import contracts, sizes
from kit.errors import ClientError
from kit.table_files import table_path

SPILL = ".spill-"
BYTES_A_THREAD = 128 * 1024**2  # what DuckDB's guide asks for
_made = itertools.count()


_CLOCK = (("string", "timestamp('UTC')"), "timestamp")
_CLOCK_LATER = (("timestamp('UTC')", "string"), "timestamp")


@ibis.udf.scalar.builtin(signature=_CLOCK)
def timezone(zone, moment):
    """DuckDB's and Postgres' own function: a moment as the clock of a zone shows it."""


@ibis.udf.scalar.builtin(signature=_CLOCK)
def convert_timezone(zone, moment):
    """The same of Snowflake."""


@ibis.udf.scalar.builtin(signature=_CLOCK_LATER)
def from_utc_timestamp(moment, zone):
    """The same of Apache Spark and Databricks, whose sessions are in UTC."""


@ibis.udf.scalar.builtin(signature=_CLOCK_LATER)
def datetime(moment, zone):
    """The same of BigQuery."""


def connect(config: Any, tables_folder: Path) -> Any:
    """An Ibis connection of a client's own, with a view per canonical table.

    `config` needs `memory_limit`. A table is ``NAME.parquet``, or a folder ``NAME`` of Parquet
    files. The tables are never written; views follow the files.
    """
    connection = bounded(config, tables_folder)
    # one statement for all views: Ibis' own read_parquet describes each of them again
    connection.raw_sql(";".join(_view(tables_folder, name) for name in contracts.TABLES))
    return connection


def bounded(config: Any, tables_folder: Path) -> Any:
    """An empty DuckDB of its own, in UTC, that keeps to the client's `memory_limit`."""
    _sweep(tables_folder)
    folder = tables_folder / f"{SPILL}{os.getpid()}-{next(_made)}"
    spill = folder.as_posix().replace("'", "''")
    connection = ibis.duckdb.connect()
    connection.raw_sql(
        "SET TimeZone = 'UTC';"
        f"SET memory_limit = '{config.memory_limit}';"
        f"SET threads = {_threads(config.memory_limit)};"
        f"SET temp_directory = '{spill}'"  # made only when it is needed
    )
    return connection


def _threads(memory_limit: str) -> int:
    """As many as the machine has, if each finds room to sort and to join in."""
    room = (sizes.bytes_of(memory_limit) or 0) // BYTES_A_THREAD
    return max(1, min(room, os.cpu_count() or 1))


def _sweep(tables_folder: Path) -> None:
    """Take away what processes that were killed had put on disk."""
    for left in tables_folder.glob(f"{SPILL}*"):
        pid = left.name.removeprefix(SPILL).partition("-")[0]
        if not (pid.isdecimal() and _runs(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read(rows: Any) -> Any:
    """What an Ibis expression comes to, as Arrow; `ClientError` where memory does not suffice."""
    try:
        return rows.to_pyarrow()
    except duckdb.OutOfMemoryException as error:
        told = " ".join(str(error).split("\n")[0].split())
        raise ClientError(
            f"the client's tables cannot be counted within memory_limit and the room on disk "
            f"({told}). Raise memory_limit in client.toml, or make room beside the tables."
        ) from None
    except Exception as error:
        warehouse = _warehouses.get(id(_backend(rows)))
        if warehouse is None or isinstance(error, ClientError):
            raise
        raise warehouse.refused(error) from None


# Whose connection it is: a driver's error is told as that warehouse's, without its secrets.
_warehouses: WeakValueDictionary[int, Any] = WeakValueDictionary()


def warehouse(config: Any, policy: Any, folder: Path) -> Any:
    """The connection to a client's warehouse."""
    from kit.warehouse import Warehouse

    made = Warehouse(config, policy, folder)
    _warehouses[id(made.con)] = made
    return made


def _backend(rows: Any) -> Any:
    found, _ = rows._find_backends()
    return found[0] if found else None


def kept(rows: ir.Table) -> ir.Table:
    """The rows worked out once for several questions; a warehouse, only read, is asked anew."""
    return rows.cache() if getattr(_backend(rows), "name", "duckdb") == "duckdb" else rows


def _view(tables_folder: Path, name: str) -> str:
    path = table_path(tables_folder, name)
    files = (path / "*.parquet" if path.is_dir() else path).as_posix().replace("'", "''")
    return f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}')"


def local_day(moment: ir.Value, zone: str) -> ir.DateValue:
    """The calendar day of a UTC time in a zone, computed where the data lives."""
    engine = getattr(_backend(moment), "name", "duckdb")
    if engine in ("pyspark", "databricks"):
        return from_utc_timestamp(moment, zone).date()
    if engine == "bigquery":
        return datetime(moment, zone).date()
    if engine == "snowflake":
        return convert_timezone(zone, moment).date()
    return timezone(zone, moment).date()


def midnight(day: date, zone: str) -> ir.TimestampScalar:
    """When a day begins in a zone: held against times as they are stored, which costs no clock."""
    begins = wall.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    return ibis.literal(begins, "timestamp('UTC')")
