"""Workbooks to rows of values: the cells alone, without what makes them look nice.

openpyxl reads what a workbook consists of and which styles are dates; its cells are read here,
row by row, since building its cell objects would take most of the time a small export takes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from ..errors import ExportError

# What a workbook may ask of memory. Excel ends at 1,048,576 rows and a cell at 32,767 letters; a
# month of affiliate orders is some 3 million cells and 200 MB of XML.
MOST_BOOK_BYTES = 512 << 20
MOST_PART_BYTES = 16 << 20  # of styles, relations and the like, which are parsed whole
MOST_BETWEEN_BYTES = 4 << 20  # from one row, or one shared text, to the next
MOST_ROWS = 1_048_576
MOST_CELLS = 30_000_000
_LARGE_PARTS = ("worksheets/", "sharedstrings", "media/")

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _CELL, _VALUE, _INLINE = f"{_MAIN}row", f"{_MAIN}c", f"{_MAIN}v", f"{_MAIN}is"
_STRING, _TEXT, _RUN = f"{_MAIN}si", f"{_MAIN}t", f"{_MAIN}r"

Row = tuple[Any, ...]


def sheets(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    """Name and rows of each worksheet, hidden ones too; a missing row or cell is empty.

    Formulas give the value that was saved with them. Raises what zipfile, lxml and openpyxl
    raise for a damaged workbook, ExportError for one past the limits above.
    """
    _refuse_bomb(data)
    from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet

    reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    with reader.archive as archive:
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(archive, reader.wb)
        part = reader.package.find(SHARED_STRINGS)
        strings: list[str] = []
        if part is not None:
            with archive.open(part.PartName[1:]) as source:
                strings = [_text(node).replace("x005F_", "") for node in _nodes(source, _STRING)]
        read = _reader(reader.wb, strings)
        left = MOST_CELLS
        for sheet, relation in reader.parser.find_sheets():
            if relation.target in reader.valid_files and "chartsheet" not in relation.Type:
                with archive.open(relation.target) as source:
                    rows = _rows(source, read, left)
                left -= len(rows) + sum(map(len, rows))
                yield sheet.name, rows


def _refuse_bomb(data: bytes) -> None:
    """Refuse a workbook that unpacks to more than one can hold; zipfile gives no byte beyond."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    small = [part for part in parts if not any(n in part.filename.lower() for n in _LARGE_PARTS)]
    most = max((part.file_size for part in small), default=0)
    if sum(part.file_size for part in parts) > MOST_BOOK_BYTES or most > MOST_PART_BYTES:
        raise _too_large(f"unpacks to over {MOST_BOOK_BYTES >> 20} MB, or a part of it to too much")


def _too_large(what: str) -> ExportError:
    return ExportError(f"{what}. Export fewer days at a time, or as CSV.")


class _Watched:
    """A part of a workbook as it is read: without a document type, with rows close enough.

    Entities, which blow up, need a document type, and no workbook has one. Elements that are no
    rows stay in memory until the next row.
    """

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.since = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        chunk = self.source.read(size)
        self.since += len(chunk)
        if self.since > MOST_BETWEEN_BYTES:
            raise _too_large("holds a row or a text that is larger than any export's")
        plain = self.tail + chunk.replace(b"\0", b"")  # which UTF-16 has between its letters
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise ExportError(
                "is no workbook that a spreadsheet has written (it defines entities)."
            )
        self.tail = plain[-10:]
        return chunk


def _nodes(source: BinaryIO, tag: str) -> Iterator[Any]:
    """Each element of one tag, freed once it was looked at; entities are never resolved."""
    watched: Any = _Watched(source)
    events = etree.iterparse(
        watched, events=("end",), tag=tag, resolve_entities=False, no_network=True, huge_tree=True
    )
    for _, node in events:
        watched.since = 0
        yield node
        node.clear()
        while node.getprevious() is not None:
            del node.getparent()[0]


def _text(node: Any) -> str:
    """The text of a string, plain or in runs of several styles; reading aids are left out."""
    found = []
    for child in node:
        if child.tag == _TEXT:
            found.append(child.text or "")
        elif child.tag == _RUN:
            found += [part.text or "" for part in child if part.tag == _TEXT]
    return "".join(found)


def _rows(source: BinaryIO, read: Callable[[Any], Any], most: int) -> list[Row]:
    """The rows of a sheet, each where its number puts it; `most` cells and rows together.

    The dimension that a sheet states is not believed: some exports state a wrong one.
    """
    from openpyxl.utils import column_index_from_string

    rows: list[Row] = []
    number = 0
    places: dict[str, int] = {}
    for node in _nodes(source, _ROW):
        stated = node.get("r")
        number = number + 1 if stated is None else int(float(stated))
        if number > MOST_ROWS:
            raise _too_large(f"has more than the {MOST_ROWS:,} rows of a sheet")
        row: list[Any] = []
        column = 0
        for cell in node.iterchildren(_CELL):
            name = cell.get("r")
            if name:
                letters = name.rstrip("0123456789")
                column = places.get(letters, 0)
                if not column:
                    column = places[letters] = column_index_from_string(letters)
            else:
                column += 1
            if column <= len(row):
                row[column - 1] = read(cell)
            else:
                row += [None] * (column - 1 - len(row))
                row.append(read(cell))
        most -= len(row) + max(number - len(rows), 0)
        if most < 0:
            raise _too_large(f"has over {MOST_CELLS:,} cells")
        rows += [()] * (number - 1 - len(rows))
        if number > len(rows):
            rows.append(tuple(row))
    return rows


def _reader(book: Any, strings: list[str]) -> Callable[[Any], Any]:
    """How to read one cell of a workbook: its value by its type, a date by its style."""
    from openpyxl.utils.datetime import from_excel, from_ISO8601

    dates = {str(style) for style in book._date_formats}
    spans = {str(style) for style in book._timedelta_formats}

    def number(text: str, style: str) -> Any:
        value = float(text) if "." in text or "E" in text or "e" in text else int(text)
        if style not in dates:
            return value
        try:
            return from_excel(value, book.epoch, timedelta=style in spans)
        except (OverflowError, ValueError):
            return "#VALUE!"

    def read(cell: Any) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            held = cell.find(_INLINE)
            return None if held is None else _text(held)
        text = None
        for child in cell:
            if child.tag == _VALUE:
                text = child.text
                break
        if not text:
            return None
        if kind == "s":
            return strings[int(text)]
        if kind == "n":
            return number(text, cell.get("s", "0"))
        if kind == "b":
            return bool(int(text))
        return from_ISO8601(text) if kind == "d" else text

    return read
