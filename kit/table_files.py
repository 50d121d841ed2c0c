"""Where each of a client's tables is, found without loading the engine that queries them."""

from __future__ import annotations

from pathlib import Path

from kit.errors import ClientError


def table_path(tables_folder: Path, name: str) -> Path:
    """Where a table is; `ClientError` where it is not."""
    for path in (tables_folder / f"{name}.parquet", tables_folder / name):
        if path.exists():
            return path
    raise ClientError(
        f"{tables_folder} has no table {name}. Build the tables with kit ingest "
        f"--client {tables_folder.parent.name}."
    )
