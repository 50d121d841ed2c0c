"""Files to sheets of text: encodings, delimiters, workbooks, and the row numbers people see."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ..errors import ExportError
from . import archives
from .headers import all_known, normalise
from .texts import as_array

HEADER_ROWS = 15  # a header row is looked for in so many rows from the top
# A file past this is refused unread: a million order lines are some 400 MB.
MOST_FILE_BYTES = 1 << 30
LONGEST_LINE_BYTES = 1 << 20  # of the top rows; a header of 100 columns has 3,000
_BLOCK = 1 << 22  # of a text file, parsed at a time
_AGAIN = "Download the export again."
_LINE_END, _LONE_CR = re.compile(rb"\r\n|\r|\n"), re.compile(rb"\r(?!\n)")
_TELLING = 10  # times as many zero bytes in one place of a letter as in the other


@dataclass
class Cells:
    """The rows below a header: texts by column position, and what a spreadsheet would say.

    `row` is each row's number as a spreadsheet shows it. `numeric` and `dates` mark the cells
    that a workbook holds as numbers or as real dates. `ragged` are rows with too few or too
    many cells, as (row, cells).
    """

    columns: dict[int, pa.Array]
    row: np.ndarray
    numeric: dict[int, np.ndarray] = field(default_factory=dict)
    dates: dict[int, np.ndarray] = field(default_factory=dict)
    ragged: list[tuple[int, list[str]]] = field(default_factory=list)
    cut_off: bool = False  # a text ends within a row that lacks cells


@dataclass
class TextSheet:
    """A csv or tsv file: one sheet without a name."""

    data: bytes
    delimiter: str
    top: list[list[str]]
    ends: list[int]  # byte offset behind each of the top rows
    notes: list[str]
    name: str | None = None
    optional: frozenset[str] = frozenset()

    def cells(self, header_row: int, positions: Sequence[int]) -> Cells:
        """The cells of some columns below the header row (counted from 0)."""
        width = len(self.top[header_row])
        body = pa.py_buffer(self.data).slice(self.ends[header_row])
        ended = self.data.endswith((b"\n", b"\r"))
        self.data = b""  # a sheet is read once, and a large file need not stay beside its cells
        cells = _parse(body, self.delimiter, width, header_row, positions)
        if not ended:
            self.notes.append("does not end with a line break: was the download cut off?")
            last = cells.row[-1] if len(cells.row) else 0
            cells.cut_off = bool(
                cells.ragged and len(cells.ragged[-1][1]) < width and cells.ragged[-1][0] > last
            )
        return cells


@dataclass
class BookSheet:
    """One sheet of a workbook, read whole."""

    name: str | None
    rows: list[tuple[Any, ...]]
    notes: list[str] = field(default_factory=list)
    optional: frozenset[str] = frozenset()  # columns that this form of the kind may lack

    @cached_property
    def top(self) -> list[list[str]]:
        """The first rows as text."""
        return [[_text(value) for value in row] for row in self.rows[:HEADER_ROWS]]

    def cells(self, header_row: int, positions: Sequence[int]) -> Cells:
        """The cells of some columns below the header row (counted from 0)."""
        body = self.rows[header_row + 1 :]
        result = Cells({}, np.arange(len(body)) + header_row + 2)
        for p in positions:
            values = [row[p] if p < len(row) else None for row in body]
            texts = [value if type(value) is str else _text(value) for value in values]
            result.columns[p] = pa.array(texts, pa.large_string())
            kinds = [type(value) for value in values]
            met = set(kinds)
            if met & {int, float}:
                result.numeric[p] = np.array([kind in (int, float) for kind in kinds], dtype=bool)
            if any(issubclass(kind, date) for kind in met):
                result.dates[p] = np.array([issubclass(kind, date) for kind in kinds], dtype=bool)
        return result


Sheet = TextSheet | BookSheet


def sheets(path: Path, data: bytes, zone: str) -> list[Sheet]:
    """The sheets of a csv, tsv, xlsx or JSON file, told apart by content and not by suffix.

    `zone` is the one exports are printed in; the API's instants become its local times. Raises
    ExportError for an empty file, a damaged or protected workbook and anything else; like all
    errors below `read_file`, it leaves the file's name to the caller.
    """
    if not data[:4096].strip():
        raise ExportError(f"is empty. {_AGAIN}")
    if data.startswith(b"PK"):
        archives.refuse_nested(data)
        return _workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExportError(
            "is an old .xls workbook or protected by a password. "
            "Save it as .xlsx without a password."
        )
    if data[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ExportError(f"holds a web page, not a table (often an expired login). {_AGAIN}")
    notes: list[str] = []
    data = as_utf8(data, notes)
    if data[:4096].lstrip()[:1] in (b"{", b"[") or path.suffix.lower() in (".json", ".jsonl"):
        from . import api

        return list(api.sheets(data.decode(), zone))
    return [_text_sheet(data, notes)]


def _text(value: Any) -> str:
    """A workbook's cell as the text an export would print."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _workbook(data: bytes) -> list[Sheet]:
    from lxml.etree import XMLSyntaxError

    from . import books

    damaged = (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, ParseError)
    try:
        with warnings.catch_warnings():
            # openpyxl remarks on missing styles and odd dates; neither changes a cell's text
            warnings.simplefilter("ignore")
            return [BookSheet(name, rows) for name, rows in books.sheets(data)]
    except (*damaged, XMLSyntaxError, zlib.error, AttributeError, TypeError, IndexError) as error:
        raise ExportError(
            f"is a damaged or incomplete workbook ({type(error).__name__}). {_AGAIN}"
        ) from error


def _text_sheet(data: bytes, notes: list[str]) -> TextSheet:
    end = _LINE_END.search(data)
    if end and end.group() == b"\r":  # lines end as on an old Mac, whatever cells may hold
        data = _LONE_CR.sub(b"\n", data)
    delimiter = _delimiter(data)
    top, ends = _top_rows(data, delimiter)
    return TextSheet(data, delimiter, top, ends, notes)


def as_utf8(data: bytes, notes: list[str]) -> bytes:
    """The file as UTF-8 without a byte-order mark."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(bom):
            notes.append("read as UTF-16")
            try:
                return data.decode(name).encode()
            except UnicodeDecodeError as error:
                raise ExportError(f"is cut off in UTF-16 text. {_AGAIN}") from error
    if b"\0" in data[:4096]:
        return _marked_by_nothing(data, notes)
    try:
        # looked at in place: the whole as Python's text would take up to four times its bytes
        offsets = pa.py_buffer(np.array([0, len(data)], dtype="int64"))
        whole = [None, offsets, pa.py_buffer(data)]
        pa.Array.from_buffers(pa.large_binary(), 1, whole).cast(pa.large_string())
        return data
    except pa.ArrowInvalid:
        notes.append("not UTF-8: read as Windows text (cp1252)")
        return data.decode("cp1252", errors="replace").encode()


def _marked_by_nothing(data: bytes, notes: list[str]) -> bytes:
    """UTF-16 without a byte-order mark, whose Latin letters, digits and commas have a zero byte.

    Which of each two bytes is zero tells the order; a file of anything else has zeros in both.
    """
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > _TELLING * even else "utf-16-be" if even > _TELLING * odd else ""
    try:
        text = data.decode(name) if name else "\0"
    except UnicodeDecodeError:
        text = "\0"
    if any(c < " " and c not in "\t\r\n" for c in text[:256]):
        raise ExportError(f"holds binary data, not a table. {_AGAIN}")
    notes.append("read as UTF-16")
    return text.encode()


def _top_rows(data: bytes, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first rows, and the byte offset behind each (a quoted cell may hold line breaks)."""
    lines = io.BytesIO(data)
    taken = [0]

    def physical() -> Iterator[str]:
        while line := lines.readline(LONGEST_LINE_BYTES):
            taken[0] += len(line)
            if len(line) == LONGEST_LINE_BYTES:
                raise ExportError(
                    f"has a line of over {LONGEST_LINE_BYTES >> 20} MB: no table. {_AGAIN}"
                )
            yield line.decode(errors="replace")

    rows, ends = [], []
    reader = csv.reader(physical(), delimiter=delimiter)
    try:
        for row in reader:
            rows.append([cell.replace("\0", "") for cell in row])
            ends.append(taken[0])
            if len(rows) == HEADER_ROWS:
                break
    except csv.Error:
        pass  # what was read until then may still hold a header
    return rows, ends


def _delimiter(data: bytes) -> str:
    """Comma, tab or semicolon: the one that cuts the top rows into most known headers."""

    def known(delimiter: str) -> tuple[int, int]:
        rows, _ = _top_rows(data, delimiter)
        best = max((sum(normalise(c) in all_known() for c in row) for row in rows), default=0)
        return best, max((len(row) for row in rows), default=0)

    return max(",\t;", key=known)


def _parse(
    data: pa.Buffer, delimiter: str, width: int, header_row: int, positions: Sequence[int]
) -> Cells:
    """The wanted columns of the rows behind the header, as text, by a vectorised reader."""
    ragged: list[tuple[int, str]] = []

    def set_apart(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    if not len(data):
        return Cells({p: pa.array([], pa.large_string()) for p in positions}, np.arange(0))
    try:
        table = _arrow_table(data, delimiter, width, positions, lambda row: "error", threads=True)
    except pa.ArrowInvalid:
        # Only one thread knows row numbers, and only files with uneven rows need them.
        try:
            table = _arrow_table(data, delimiter, width, positions, set_apart, threads=False)
        except pa.ArrowInvalid:
            # the library's own text quotes the row, which may hold personal data
            raise ExportError(
                f"cannot be cut into rows (a quoted cell may never end). {_AGAIN}"
            ) from None
    length = table.num_rows
    columns = {}
    for p in positions:
        columns[p] = as_array(table[str(p)])
        table = table.drop_columns([str(p)])  # frees the chunks that were put together
    skipped = np.array([number - 1 for number, _ in ragged], dtype="int64")
    first = header_row + 2
    numbers = np.delete(np.arange(length + len(ragged)), skipped) + first
    return _with_uneven(Cells(columns, numbers), ragged, delimiter, width, first)


def _with_uneven(
    cells: Cells, ragged: Sequence[tuple[int, str]], delimiter: str, width: int, first: int
) -> Cells:
    """Uneven rows: kept if all that is too much is empty, else put apart."""
    spare: dict[int, list[str]] = {}
    for number, text in ragged:
        place = number - 1 + first
        if text.count('"') % 2:
            raise ExportError(f"has a quoted cell in row {place} that never ends. {_AGAIN}")
        row = next(csv.reader([text], delimiter=delimiter), [])
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            spare[place] = row
        else:
            cells.ragged.append((place, row))
    if spare:
        numbers = np.concatenate([cells.row, np.array(list(spare), dtype="int64")])
        order = np.argsort(numbers, kind="stable")
        cells.row = numbers[order]
        for p, column in cells.columns.items():
            added = pa.array([row[p] for row in spare.values()], pa.large_string())
            cells.columns[p] = pa.concat_arrays([column, added]).take(pa.array(order))
    return cells


def _arrow_table(
    data: pa.Buffer,
    delimiter: str,
    width: int,
    positions: Sequence[int],
    uneven: Callable[[Any], str],
    *,
    threads: bool,
) -> pa.Table:
    names = [str(p) for p in range(width)]
    parse = pa_csv.ParseOptions(
        delimiter=delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=uneven,
    )

    def options(types: dict[str, pa.DataType]) -> dict[str, Any]:
        return {
            "read_options": pa_csv.ReadOptions(
                use_threads=threads, column_names=names, block_size=_BLOCK
            ),
            "parse_options": parse,
            "convert_options": pa_csv.ConvertOptions(
                column_types=types,
                include_columns=[str(p) for p in positions],
                strings_can_be_null=False,
                check_utf8=False,  # it was
            ),
        }

    types = dict.fromkeys(names, pa.large_string())
    if threads and len(data) > _BLOCK:
        with pa_csv.open_csv(pa.BufferReader(data), **options(types)) as reader:
            types |= _repetitive(reader.read_next_batch())
    return pa_csv.read_csv(pa.BufferReader(data), **options(types))


def _repetitive(rows: pa.RecordBatch) -> dict[str, pa.DataType]:
    """The columns whose cells repeat in the first rows: they are read as words and places."""
    few = len(rows) // 4
    return {
        name: pa.dictionary(pa.int32(), pa.large_string())
        for name, cells in zip(rows.schema.names, rows.columns, strict=True)
        if len(cells.unique()) < few
    }
