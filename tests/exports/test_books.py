"""Workbooks to rows: what stands in which cell, whatever program wrote the file."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from kit.errors import ExportError
from kit.exports import books

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book):
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_sheet(data, xml):
    """The workbook with the XML of its first sheet replaced."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            body = xml.encode() if name == "xl/worksheets/sheet1.xml" else old.read(name)
            new.writestr(name, body)
    return result.getvalue()


def sheet(rows, before=""):
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def test_each_type_of_cell_keeps_its_value():
    book = openpyxl.Workbook()
    row = ["text", 12, 1.5, True, datetime(2026, 7, 31, 12, 30), timedelta(hours=30), None, "end"]
    book.active.append(row)
    ((name, rows),) = books.sheets(saved(book))
    assert (name, rows) == ("Sheet", [tuple(row)])
    assert [type(value) for value in rows[0][:4]] == [str, int, float, bool]


def test_a_day_and_an_hour_of_the_clock_are_told_by_their_style():
    book = openpyxl.Workbook()
    book.active.append([date(2026, 7, 31), time(12, 30)])
    ((_, rows),) = books.sheets(saved(book))
    assert rows == [(datetime(2026, 7, 31), time(12, 30))]


def test_empty_rows_and_cells_keep_their_place():
    book = openpyxl.Workbook()
    book.active["C4"] = "below"
    book.active["A2"] = "above"
    ((_, rows),) = books.sheets(saved(book))
    assert [row for row in rows if any(row)] == [("above",), (None, None, "below")]
    assert (rows[1][0], rows[3][2]) == ("above", "below")


def test_a_wrong_dimension_is_not_believed():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    rows += '<row r="3"><c r="B3" t="str"><v>x</v></c></row>'
    data = with_sheet(saved(openpyxl.Workbook()), sheet(rows, '<dimension ref="A1"/>'))
    assert [rows for _, rows in books.sheets(data)] == [[(1, 2), (), (None, "x")]]


def test_cells_without_an_address_follow_each_other():
    rows = '<row><c t="inlineStr"><is><t>a</t></is></c><c><v>2</v></c></row><row><c/></row>'
    data = with_sheet(saved(openpyxl.Workbook()), sheet(rows))
    assert [rows for _, rows in books.sheets(data)] == [[("a", 2), (None,)]]


def test_a_formula_gives_the_value_saved_with_it():
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
    data = with_sheet(saved(openpyxl.Workbook()), sheet(rows))
    assert [rows for _, rows in books.sheets(data)] == [[(2, "#N/A")]]


def test_text_in_several_styles_is_one_text_without_reading_aids():
    runs = "<is><r><t>one </t></r><r><t>two</t></r><rPh sb='0' eb='1'><t>aid</t></rPh></is>"
    rows = f'<row r="1"><c r="A1" t="inlineStr">{runs}</c></row>'
    data = with_sheet(saved(openpyxl.Workbook()), sheet(rows))
    assert [rows for _, rows in books.sheets(data)] == [[("one two",)]]
    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText("one ", TextBlock(InlineFont(b=True), "two"))
    assert [rows for _, rows in books.sheets(saved(book))] == [[("one two",)]]


def test_hidden_sheets_are_read_in_their_order():
    book = openpyxl.Workbook()
    book.active.append(["first"])
    second = book.create_sheet("Second")
    second.sheet_state = "hidden"
    second.append(["second"])
    assert list(books.sheets(saved(book))) == [("Sheet", [("first",)]), ("Second", [("second",)])]


def test_a_sheet_that_defines_entities_is_refused():
    rows = '<row r="1"><c r="A1" t="str"><v>&amp;&big;</v></c></row>'
    xml = f'<!DOCTYPE worksheet [<!ENTITY big "ha">]>{sheet(rows)}'
    with pytest.raises(ExportError, match="it defines entities"):
        list(books.sheets(with_sheet(saved(openpyxl.Workbook()), xml)))
