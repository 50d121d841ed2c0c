"""The sample's own files as tables of cells, and how to write such tables as files again."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from kit.demo.sheets import write_xlsx
from kit.exports import Reading, read_file

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
AT = datetime(2026, 1, 7, tzinfo=UTC)
READING = Reading(
    currency="USD",
    market="US",
    export_time_zone="America/Los_Angeles",
    ads_time_zone="America/Los_Angeles",
    date_order={},
    salt=b"a salt",
)

# One download of the first months and one after the headers changed: each kind in both forms
# that the sample has, csv and xlsx, small enough to read thousands of times.
FILES = (
    "2025-12-17/affiliate_orders_7623707885362913401.csv",
    "2025-12-24/affiliate_orders_7654968118122744580.xlsx",
    "2025-11-26/All order-2025-11-26-09_12.csv",
    "2025-12-17/All order-2025-12-17-09_12.xlsx",
    "2025-12-17/Transaction_Analysis_Creator_List_20251208-20251214.xlsx",
    "2026-04-22/Transaction_Analysis_Creator_List_20260413-20260419.xlsx",
    "2025-12-17/Transaction_Analysis_Video_List_20251208-20251214.xlsx",
    "2026-04-22/Transaction_Analysis_Video_List_20260413-20260419.xlsx",
    "2026-04-22/Transaction_Analysis_Live_List_20260413-20260419.xlsx",
    "2026-04-22/creative data for product campaigns 2026-04-13 00 ~ 2026-04-19 23.xlsx",
)


@dataclass
class Base:
    """One genuine file: its cells with the header first, what it is and what it must read as."""

    place: str  # below exports/
    kind: str
    rows: list[list[str]]
    columns: dict[str, int]  # canonical column → position
    truth: object = field(repr=False)  # the Export of the undamaged file

    @property
    def name(self) -> str:
        return self.place.rsplit("/", 1)[1]

    @property
    def suffix(self) -> str:
        return self.place[-4:].strip(".")

    @property
    def first(self) -> int:
        """Where the data begin: behind the header and, if there is one, the definitions."""
        return 2 if any("In words" in cell for cell in self.rows[1]) else 1


def bases(*places: str) -> list[Base]:
    """The genuine files, read without the kit's own readers, and with them for the truth."""
    return [_base(place) for place in places or FILES]


def _base(place: str) -> Base:
    path = SAMPLE / "exports" / place
    (truth,) = read_file(path, READING)
    rows = _cells(path)
    columns = _columns(rows[0], truth.kind)
    return Base(place, truth.kind, rows, columns, truth)


def _cells(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = openpyxl.load_workbook(path).active
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    return rows


def _columns(header: list[str], kind: str) -> dict[str, int]:
    from kit.exports.headers import translate

    found, _ = translate(header, kind)
    return {column: positions[0] for column, positions in found.items()}


def as_csv(rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """Rows as the platform writes a csv."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding, errors="replace")


def as_xlsx(rows: list[list[str]]) -> bytes:
    """Rows as a workbook of text cells, as the platform's lists are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_xlsx(path, rows, AT)
        return path.read_bytes()


def as_book(sheets: dict[str, list[list[object]]]) -> bytes:
    """Several sheets, or cells that are numbers, as a spreadsheet saves them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()


def as_file(base: Base, rows: list[list[str]]) -> bytes:
    """Rows in the format of the file they came from."""
    return as_csv(rows) if base.suffix == "csv" else as_xlsx(rows)
