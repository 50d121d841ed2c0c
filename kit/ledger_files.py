"""The files in ``ledgers/``: which ledger each file or sheet is, and its rows as text.

A file is named for its ledger, as ``agreements.csv``, or as Google Sheets names a download:
``Creator program - agreements.csv``, ``agreements - Sheet1.csv``. A workbook may hold one ledger,
or a sheet for each.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kit.errors import ExportError, LedgerError
from kit.exports import books, files

MOST_LEDGER_BYTES = 64 << 20  # a ledger is kept by hand
TEXTS, WORKBOOKS = {".csv", ".tsv"}, {".xlsx"}

Rows = list[list[str]]


@dataclass(frozen=True)
class Book:
    """One ledger as it was found: its file, how messages name it, and its cells row by row."""

    path: Path
    label: str
    rows: Rows


@dataclass
class Found:
    """The ledgers of a folder by name; `refused` files with the reason, `notes`, every `file`."""

    books: dict[str, Book] = field(default_factory=dict)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def find(folder: Path, names: Collection[str]) -> Found:
    """Every ledger of a folder; `names` are those that the kit knows."""
    found = Found()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "~$")) or path.suffix.lower() == ".md":
            continue
        if path.suffix.lower() not in TEXTS | WORKBOOKS:
            found.notes.append(
                f"{path.name} is neither CSV nor XLSX and was not read. Save it as one of them."
            )
            continue
        found.files.append(path)
        try:
            _add(found, path, names)
        except LedgerError as error:
            found.refused.append((path, str(error)))
    return found


def _add(found: Found, path: Path, names: Collection[str]) -> None:
    own = ledger_of(path.stem, names)
    if path.suffix.lower() in TEXTS:
        if own is None:
            found.notes.append(_unknown(path, path.name, path.stem, names))
        else:
            _keep(found, own, Book(path, path.name, _open(path, _text_rows)))
        return
    sheets: list[tuple[str, Rows]] = _open(path, _book_sheets)
    named = {title: ledger_of(title, names) for title, _ in sheets}
    if not any(named.values()):
        if own is None:
            found.notes.append(_unknown(path, path.name, path.stem, names))
            return
        named[sheets[0][0]] = own  # the ledger is the first sheet, whatever it is called
    for title, rows in sheets:
        name = named[title]
        label = f"{path.name} (sheet {title})" if len(sheets) > 1 else path.name
        if name:
            _keep(found, name, Book(path, label, rows))
        elif any(cell.strip() for row in rows for cell in row):
            found.notes.append(_unknown(path, label, title, names))


def _keep(found: Found, name: str, book: Book) -> None:
    if name in found.books:
        raise LedgerError(
            f"{book.label}: {found.books[name].label} holds the same ledger. Keep one of them."
        )
    found.books[name] = book


def ledger_of(title: str, names: Collection[str]) -> str | None:
    """The one ledger that a file's or sheet's name names, if it does.

    >>> ledger_of("Creator program - Spark codes (1)", ["spark_codes", "costs"])
    'spark_codes'
    """
    parts = [title, *re.split(r"\s+[-–—]\s+", title)]
    plain = {re.sub(r"[\s_-]+", "_", re.sub(r"\s*\(\d+\)$", "", p.strip().lower())) for p in parts}
    met = plain & set(names)
    return met.pop() if len(met) == 1 else None


def _unknown(path: Path, label: str, title: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(title.lower(), names, n=1, cutoff=0.6)
    shown = f"{near[0]}{path.suffix}" if near and label == path.name else "".join(near)
    hint = f"Did you mean {shown}?" if near else f"Ledgers are {', '.join(names)}."
    return f"{label} is no ledger of the kit and was not read. {hint}"


def _open(path: Path, read: Any) -> Any:
    if not path.is_file():
        raise LedgerError(f"{path.name} is no file that can be read. Remove it from ledgers.")
    if path.stat().st_size > MOST_LEDGER_BYTES:
        raise LedgerError(f"{path.name} is larger than {MOST_LEDGER_BYTES >> 20} MB: no ledger is.")
    try:
        return read(path.read_bytes())
    except ExportError as error:
        raise LedgerError(f"{path.name} {error}") from None
    except Exception as error:  # a torn workbook fails in many ways, all of them this one
        raise LedgerError(
            f"{path.name} cannot be opened ({type(error).__name__}). Save it again as CSV (UTF-8)."
        ) from None


def _text_rows(data: bytes) -> Rows:
    text = files.as_utf8(data, []).decode()
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter))


def _book_sheets(data: bytes) -> list[tuple[str, Rows]]:
    return [
        (title, [[_text(cell) for cell in row] for row in rows])
        for title, rows in books.sheets(data)
    ]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < 2**53 else repr(cell)
    return str(cell)
