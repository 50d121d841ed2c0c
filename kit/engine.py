"""The tables as Ibis expressions: DuckDB, embedded and in memory, over the Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from kit import contracts
from kit.errors import ClientError
from kit.table_files import table_path


@ibis.udf.scalar.builtin(signature=(("string", "timestamp('UTC')"), "timestamp"))
def timezone(zone, moment):
    """The engine's own function: a moment as the clock of a zone shows it."""


def connect(config: Any, tables_folder: Path) -> Any:
    """An Ibis connection of a client's own, with a view per canonical table.

    `config` needs `source` and `memory_limit`. A table is ``NAME.parquet``, or a folder ``NAME``
    of Parquet files. Nothing is written; views follow the files.
    """
    refuse_other_sources(config.source)
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    if config.memory_limit:
        connection.raw_sql(f"SET memory_limit = '{config.memory_limit}'")
    # one statement for all views: Ibis' own read_parquet describes each of them again
    connection.raw_sql(";".join(_view(tables_folder, name) for name in contracts.TABLES))
    return connection


def _view(tables_folder: Path, name: str) -> str:
    path = table_path(tables_folder, name)
    files = (path / "*.parquet" if path.is_dir() else path).as_posix().replace("'", "''")
    return f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}')"


def refuse_other_sources(source: str) -> None:
    """`ClientError` for any source but ``exports``, the only one this version reads."""
    if source != "exports":
        raise ClientError(
            f'source = "{source}" is not supported yet. Set source = "exports" in client.toml and '
            "put the platform's files into exports/."
        )


def local_day(moment: ir.Value, zone: str) -> ir.DateValue:
    """The calendar day of a UTC time in a zone, computed where the data lives."""
    return timezone(zone, moment).date()
