"""What was read of each file of `exports/`, kept so that only new files are read again.

One file in ``.reads/`` per export file: its sheets as Arrow streams, named for everything their
reading rests on, closed by a SHA-256. Anything else than a whole, unchanged file is no reading,
and the export is read anew. A refused file is never kept: it is tried again each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from kit.exports import Export, Reading, periods
from kit.exports.headers import Met

FOLDER = ".reads"
PACKAGES = ("pandas", "pyarrow", "numpy", "lxml", "openpyxl")
_FACTS = b"export"
_DAYS = ("window_start", "window_end")
_DIGEST_BYTES = 32
_FRAMES = {"path", "modified", "rows", "set_aside"}


def key(name: str, sha256: str, reading: Reading) -> str:
    """What one file's reading rests on, as a hash: its bytes, its name, settings, the reader.

    The last part of the name alone: that holds the period, and moving a file changes nothing.
    """
    last = Path(name).name
    told = {one.name: getattr(reading, one.name) for one in fields(reading)}
    if periods.in_name(last):
        told["window"] = None  # the name's own period comes first
    rests_on = json.dumps([last, sha256, _reader(), told], sort_keys=True, default=str)
    return hashlib.sha256(rests_on.encode(errors="surrogatepass")).hexdigest()


@cache
def _reader() -> list[str]:
    """The code that reads exports, and the packages it reads them with."""
    here = Path(__file__).parent
    names = ("cache", "columns", "contracts", "day_orders", "downloads", "threads")
    own = [here / f"{name}.py" for name in names]
    code = code_hash([*own, *sorted((here / "exports").glob("*.[pt][yo]*"))])
    return [code, *(version(package) for package in PACKAGES)]


def code_hash(paths: Iterable[Path]) -> str:
    """A hash of modules and registers, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        if path.suffix in {".py", ".toml"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def save(folder: Path, key: str, exports: list[Export]) -> None:
    """Keep one file's sheets; written aside and moved into place whole."""
    folder.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", dir=folder)  # readable by its owner alone
    os.close(handle)
    aside = Path(name)
    try:
        with pa.OSFile(name, "wb") as sink:
            for export in exports:
                _put(sink, export.rows, {_FACTS: json.dumps(_facts(export), default=str)})
                _put(sink, export.set_aside, {})
        with aside.open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            file.seek(0, os.SEEK_END)
            file.write(digest)
        os.replace(aside, folder / f"{key}.arrow")
    finally:
        aside.unlink(missing_ok=True)


def _put(sink: pa.NativeFile, rows: pd.DataFrame, told: dict[bytes, str]) -> None:
    table = pa.Table.from_pandas(rows, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **told})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
        stream.write_table(table)


def _facts(export: Export) -> dict[str, Any]:
    return {
        one.name: getattr(export, one.name) for one in fields(export) if one.name not in _FRAMES
    }


def load(folder: Path, key: str, path: Path) -> list[Export] | None:
    """The kept sheets of the file at `path`; None where there are none, or none that are whole."""
    kept = folder / f"{key}.arrow"
    try:
        with pa.memory_map(str(kept)) as source:
            whole = source.read_buffer()
        body = whole[:-_DIGEST_BYTES]
        if hashlib.sha256(body).digest() != whole[-_DIGEST_BYTES:].to_pybytes():
            return None
        return _sheets(pa.BufferReader(body), path)
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None


def _sheets(source: pa.BufferReader, path: Path) -> list[Export]:
    found = []
    while source.tell() < source.size():
        rows, told = _take(source)
        aside, _ = _take(source)
        facts = json.loads(told[_FACTS])
        facts["headers"] = [Met(*met) for met in facts["headers"]]
        facts["day_order"] = tuple(facts["day_order"])
        days = {name: date.fromisoformat(facts[name]) for name in _DAYS if facts[name]}
        modified = path.stat().st_mtime
        found.append(
            Export(path=path, modified=modified, rows=rows, set_aside=aside, **{**facts, **days})
        )
    return found


def _take(source: pa.BufferReader) -> tuple[pd.DataFrame, dict[bytes, bytes]]:
    with pa.ipc.open_stream(source) as stream:
        table = stream.read_all()
    rows = table.to_pandas()
    for name in rows.columns[[pa.types.is_list(kind) for kind in table.schema.types]]:
        rows[name] = [list(v) if isinstance(v, np.ndarray) else v for v in rows[name]]
    return rows, table.schema.metadata


def sweep(folder: Path, keys: Iterable[str]) -> None:
    """Remove what was kept for files that are gone or would be read otherwise today."""
    held = {f"{key}.arrow" for key in keys}
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in held and path.is_file():
            path.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Forget everything that was kept."""
    shutil.rmtree(folder, ignore_errors=True)
