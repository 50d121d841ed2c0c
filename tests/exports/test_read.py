"""Whole files: encodings, workbooks, rows that are no data, broken rows, privacy, windows."""

import codecs
import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kit.errors import ExportError
from kit.exports import read_file
from tests.exports.readings import FIXTURES, JULY, reading
from tests.exports.test_fixtures import CASES

CREATORS = "creator_data__en_2026_07.csv"
ORDERS = "affiliate_orders__en_2026.csv"
SHOP = "shop_orders__en_us_2026_09.csv"
VIDEOS = "video_data__en_2026_07.csv"
GMV_MAX = "gmv_max_creative__en_2026_09_bulk.csv"


def table(fixture):
    """Rows of a fixture as lists of text, the header first, definitions left out."""
    text = (FIXTURES / fixture).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    return [row for row in rows if not row[0].startswith("In words")]


def edited(rows, row, **cells):
    """The same rows with some cells of one row replaced, by header with _ for spaces."""
    changed = [list(each) for each in rows]
    for header, value in cells.items():
        changed[row][rows[0].index(header.replace("_", " "))] = value
    return changed


def write_csv(path, rows, delimiter=","):
    path.write_text(text_of(rows, delimiter), encoding="utf-8", newline="")
    return path


def write_book(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def one(path, settings=None):
    (export,) = read_file(path, settings or reading())
    return export


def text_of(rows, delimiter=",", newline="\n", quoting=csv.QUOTE_MINIMAL):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    return buffer.getvalue()


# Name, and how a text becomes bytes; the first two cells hold what tells the encodings apart.
ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 little": lambda text: text.encode("utf-16-le"),
    "utf-16 big": lambda text: text.encode("utf-16-be"),
    "utf-16 little with its mark": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16 big with its mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "cp1252": lambda text: text.encode("cp1252"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_change_nothing(tmp_path, delimiter, encoding, newline):
    rows = edited(table(VIDEOS), 1, Video_title="Café “crème”, 5 €; now")
    rows = edited(rows, 2, Video_title="two\nlines")
    path = tmp_path / "file.csv"
    quoting = csv.QUOTE_ALL if newline == "\r" else csv.QUOTE_MINIMAL  # csv leaves \n bare there
    path.write_bytes(ENCODINGS[encoding](text_of(rows, delimiter, newline, quoting)))
    export = one(path)
    assert export.rows["caption"].tolist()[:2] == ["Café “crème”, 5 €; now", "two\nlines"]
    assert export.rows["clicks"].tolist() == [412, 36, 2]
    assert export.rows["row"].tolist() == [2, 3, 4]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_kind_reads_the_same_in_every_dress(tmp_path, number):
    name = list(CASES)[number]
    settings = reading(*CASES[name][0])
    source = FIXTURES / f"{name}.csv"
    expected = one(source, settings)
    rows = list(csv.reader(io.StringIO(source.read_bytes().decode("utf-8-sig"), newline="")))
    for turn, encode in enumerate(ENCODINGS.values(), start=number):
        dress = (",;\t"[turn % 3], ("\r\n", "\n", "\r")[turn // 3 % 3], turn % 2)
        suffix = (".csv", ".tsv", ".txt")[turn % 3]
        try:
            data = encode(text_of(rows, *dress))
        except UnicodeEncodeError:
            continue  # Windows-1252 has no Thai
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(data)
        pd.testing.assert_frame_equal(one(path, settings).rows, expected.rows)
        archive = tmp_path / "week.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(path, "a/" + path.name)
        (inside,) = read_file(archive, settings, f"a/{path.name}")
        pd.testing.assert_frame_equal(inside.rows, expected.rows)
    book = one(write_book(tmp_path / f"{name}.xlsx", Sheet1=rows), settings)
    pd.testing.assert_frame_equal(book.rows, expected.rows)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9, bytes(range(256)) * 4, b"\0\x41\x01" * 99]
)
def test_zero_bytes_that_are_no_text_are_refused(tmp_path, data):
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    with pytest.raises(ExportError, match="holds binary data|no header row"):
        one(path)


def test_a_workbook_reads_as_its_csv_does(tmp_path):
    rows = table(VIDEOS)
    text = one(write_csv(tmp_path / "file.csv", rows))
    book = one(write_book(tmp_path / "file.xlsx", Sheet1=rows))
    pd.testing.assert_frame_equal(text.rows, book.rows)
    assert (text.sheet, book.sheet) == (None, "Sheet1")


def test_a_file_is_known_by_content_and_not_by_suffix(tmp_path):
    book = write_book(tmp_path / "file.xlsx", Data=table(VIDEOS))
    renamed = book.rename(tmp_path / "file.csv")
    assert one(renamed).kind == "video_data"


def test_a_wrong_sheet_dimension_hides_no_column(tmp_path):
    good = write_book(tmp_path / "good.xlsx", Sheet1=table(CREATORS))
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1"', data)
                assert b'ref="A1"' in data
            target.writestr(item, data)
    assert one(bad).rows["gmv"].tolist() == [1234.5, 79.6, 0.0]


def test_typed_workbook_cells_keep_their_meaning(tmp_path):
    rows = edited(
        table(ORDERS),
        1,
        Payment_Amount=39.8,
        Quantity=1,
        Standard_commission_rate=0.15,
        Time_Created=datetime(2026, 6, 27, 10, 21, 33),
        Payment_time=datetime(2026, 6, 27, 10, 21, 40),
        Order_Delivery_Time=None,
        Time_Commission_Paid=None,
    )[:2]
    export = one(write_book(tmp_path / "orders.xlsx", Sheet1=rows))
    line = export.rows.iloc[0]
    assert (line["gmv"], line["quantity"], line["standard_commission_rate"]) == (39.8, 1, 0.15)
    assert line["ordered_at"] == pd.Timestamp("2026-06-27T17:21:33Z")
    assert pd.isna(line["delivered_at"])


def test_a_blank_numeric_cell_costs_no_digit_of_an_id(tmp_path):
    rows = edited(table(ORDERS), 3, Content_ID="")
    export = one(write_book(tmp_path / "orders.xlsx", Sheet1=rows))
    assert export.rows["post_id"].tolist()[0] == "7599000000000000101"


def test_numeric_ids_are_set_aside_with_their_money(tmp_path):
    rows = edited(table(ORDERS), 2, Order_ID=5799000000000000402)
    export = one(write_book(tmp_path / "orders.xlsx", Sheet1=rows))
    aside = export.set_aside.iloc[0]
    assert (aside["row"], aside["rule"], aside["column"], aside["money"]) == (
        3,
        "order_id_is_undamaged",
        "order_id",
        79.6,
    )
    assert (aside["file"], aside["sheet"]) == ("orders.xlsx", "Sheet1")
    assert export.rows["row"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("<v>5799000000000000402</v>", True),
        ("<v>5799000000000001024</v>", False),  # as a double prints itself in full
        ("<v>5.7990000000000005E18</v>", False),
    ],
)
def test_a_number_in_a_workbook_is_an_id_if_no_digit_is_lost(tmp_path, cell, read):
    plain = write_book(tmp_path / "plain.xlsx", Sheet1=edited(table(ORDERS), 2, Order_ID=402))
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            target.writestr(item, source.read(item).replace(b"<v>402</v>", cell.encode()))
    export = one(path)
    assert ("5799000000000000402" in export.rows["order_id"].tolist()) == read
    assert len(export.set_aside) == (0 if read else 1)


def test_a_row_whose_ids_all_end_in_zeros_is_damaged(tmp_path):
    rounded = dict.fromkeys(("Order_ID", "SKU_ID", "Product_ID"), "5799000000012340000")
    rows = edited(table(ORDERS), 2, Content_ID="7599000000012340000", **rounded)
    export = one(write_csv(tmp_path / "orders.csv", rows))
    assert export.set_aside["row"].tolist() == [3]
    assert export.set_aside["rule"].tolist() == ["order_id_is_undamaged"]


ROUND = "1729000000012340000"


@pytest.mark.parametrize(
    ("fixture", "cells", "aside"),
    [
        # one product that happens to end in zeros, beside whole ids
        ("live_list__en_2026.csv", {"Product_ID": ROUND}, 0),
        (VIDEOS, {"Product_ID": ROUND}, 0),
        (GMV_MAX, {"Product_ID": ROUND}, 0),
        (ORDERS, {"SKU_ID": ROUND}, 0),
        # two such columns, or no whole id in the file at all: a spreadsheet
        (ORDERS, {"SKU_ID": ROUND, "Product_ID": ROUND}, 3),
        ("live_list__en_2026.csv", {"Product_ID": ROUND, "LIVE_ID": ROUND}, 2),
        ("product_data__en_2026_07.csv", {"Product_ID": ROUND}, 2),
    ],
)
def test_one_id_in_zeros_is_judged_by_the_other_ids_of_the_file(tmp_path, fixture, cells, aside):
    rows = table(fixture)
    for row in range(1, len(rows)):
        rows = edited(rows, row, **cells)
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert len(export.set_aside) == aside
    assert len(export.rows) == (0 if aside else len(rows) - 1)
    if not aside:
        assert export.notes == one(write_csv(tmp_path / "plain.csv", table(fixture))).notes


def test_each_sheet_is_read_as_its_own_kind(tmp_path):
    sheets = {"Sheet1": table(VIDEOS), "Notes": [["to do"]], "Data": table(CREATORS), "Leer": []}
    exports = read_file(write_book(tmp_path / "all.xlsx", **sheets), reading())
    assert [(e.kind, e.sheet, len(e.rows)) for e in exports] == [
        ("video_data", "Sheet1", 3),
        ("creator_data", "Data", 3),
    ]
    notes = [note for export in exports for note in export.notes if note.startswith("sheet")]
    assert len(notes) == 1
    assert notes[0].startswith("sheet Notes has no header row of a known export")


def test_the_header_may_stand_in_the_fifteenth_row(tmp_path):
    rows = [["a note"], *[[]] * 13, *table(CREATORS)]
    export = one(write_csv(tmp_path / "late.csv", rows))
    assert export.rows["row"].tolist() == [16, 17, 18]


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path):
    rows = table(VIDEOS)
    rows = edited(rows, 1, Video_title="two\nlines")
    rows = [rows[0], [], rows[1], ["", *[""] * 24], rows[2], rows[3]]
    text = one(write_csv(tmp_path / "file.csv", rows))
    book = one(write_book(tmp_path / "file.xlsx", Sheet1=rows))
    assert text.rows["row"].tolist() == book.rows["row"].tolist() == [3, 5, 6]


def test_definitions_are_dropped_wherever_they_stand(tmp_path):
    header, *rows = table(CREATORS)
    prose = [f"How the platform counts {name}." for name in header]
    export = one(write_csv(tmp_path / "file.csv", [header, rows[0], prose, *rows[1:]]))
    assert export.rows["row"].tolist() == [2, 4, 5]
    assert export.notes == ["dropped 1 row of definitions (row 3)"]
    assert len(export.set_aside) == 0


def test_without_definitions_the_first_creator_stays(tmp_path):
    export = one(write_csv(tmp_path / "file.csv", table(CREATORS)))
    assert export.rows["handle"].tolist()[0] == "sample.creator.01"


def test_totals_row_is_dropped_and_reconciled(tmp_path):
    header, *rows = table(CREATORS)
    total = ["Tóm tắt", "$1,314.10", *["--"] * (len(header) - 2)]
    export = one(write_csv(tmp_path / "file.csv", [header, total, *rows]))
    assert (len(export.rows), export.totals, len(export.set_aside)) == (3, {"gmv": 1314.1}, 0)
    total[1] = "$1,999.00"
    export = one(write_csv(tmp_path / "file.csv", [header, total, *rows]))
    assert "Creator-attributed GMV 1999.0, the rows add up to 1314.1" in export.notes[-1]


def test_a_creator_called_total_stays(tmp_path):
    rows = edited(table(CREATORS), 2, Creator_name="total")
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert export.rows["handle"].tolist()[1] == "total"


def test_rows_equal_in_every_cell_count_once(tmp_path):
    rows = table(ORDERS)
    export = one(write_csv(tmp_path / "file.csv", [*rows, rows[1], rows[3]]))
    assert export.rows["row"].tolist() == [2, 3, 4]
    assert export.notes == ["counted 2 repeated rows once"]


def test_two_packages_of_one_order_are_two_lines(tmp_path):
    rows = table(SHOP)
    other = edited(rows, 1, Package_ID="1153000000000000502")[1]
    assert len(one(write_csv(tmp_path / "a.csv", [*rows, other])).rows) == 7
    assert len(one(write_csv(tmp_path / "b.csv", [*rows, rows[1]])).rows) == 6


@pytest.mark.parametrize(
    ("fixture", "cells", "rule", "money"),
    [
        (ORDERS, {"Order_ID": "5.79900E+18"}, "order_id_is_undamaged", 79.6),
        (ORDERS, {"Order_ID": ""}, "order_id_is_there", 79.6),
        (ORDERS, {"Content_ID": "no id"}, "post_id_is_an_id", 79.6),
        (ORDERS, {"Payment_Amount": "79,6 0"}, "gmv_is_money", None),
        (ORDERS, {"Payment_Amount": ""}, "gmv_is_there", None),
        (ORDERS, {"Time_Created": "31/02/2026 10:00:00"}, "ordered_at_is_a_time", 79.6),
        (ORDERS, {"Time_Created": "--"}, "ordered_at_is_there", 79.6),
        (ORDERS, {"Quantity": "two"}, "quantity_is_a_count", 79.6),
        (ORDERS, {"Creator_Username": "@"}, "handle_is_there", 79.6),
        (ORDERS, {"Shop_Ads_commission_rate": "high"}, "shop_ads_commission_rate_is_a_rate", 79.6),
        (CREATORS, {"Attributed_orders": "many"}, "orders_is_a_count", 79.6),
        (VIDEOS, {"Video_ID": "7.59E+18"}, "post_id_is_undamaged", 79.6),
        (VIDEOS, {"Product_ID": "1.72E+18,11"}, "product_id_is_undamaged", 79.6),
        (SHOP, {"SKU_Subtotal_Before_Discount": ""}, "gmv_is_there", None),
        (GMV_MAX, {"Video_ID": "7.59E+18"}, "post_id_is_undamaged", 0.0),
    ],
)
def test_a_broken_row_is_set_aside_with_its_rule_and_money(tmp_path, fixture, cells, rule, money):
    rows = edited(table(fixture), 2, **cells)
    export = one(write_csv(tmp_path / "file.csv", rows))
    (aside,) = export.set_aside.to_dict("records")
    assert (aside["row"], aside["rule"]) == (3, rule)
    assert pd.isna(aside["money"]) if money is None else aside["money"] == money
    assert len(export.rows) == len(rows) - 2
    assert 3 not in export.rows["row"].tolist()


def test_an_unpaid_line_may_have_no_amount(tmp_path):
    rows = edited(table(ORDERS), 2, Payment_Amount="", Payment_time="", Order_Status="Unpaid")
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert (len(export.rows), len(export.set_aside)) == (3, 0)
    assert export.rows["status"].tolist() == ["settled", "unpaid", "ineligible"]


def test_a_broken_cell_that_no_report_needs_is_only_noted(tmp_path):
    rows = edited(table(CREATORS), 2, AOV="about forty")
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert (len(export.rows), len(export.set_aside)) == (3, 0)
    assert export.notes == ["1 cells of AOV could not be read"]


def test_short_rows_are_set_aside_and_footnotes_dropped(tmp_path):
    path = write_csv(tmp_path / "file.csv", table(ORDERS))
    with path.open("a", encoding="utf-8") as file:
        file.write("Exported by the seller\n")
        file.write("5799000000000000409,1729000000000000201,Serum,1729,39.80,39.80,USD\n")
    export = one(path)
    (aside,) = export.set_aside.to_dict("records")
    assert (aside["row"], aside["rule"]) == (6, "row_has_a_cell_for_every_header")
    assert aside["money"] == 39.8
    assert len(export.rows) == 3


def test_empty_cells_beyond_the_header_do_no_harm(tmp_path):
    header, *rows = table(ORDERS)
    export = one(write_csv(tmp_path / "file.csv", [header, *[[*row, "", ""] for row in rows]]))
    assert (export.rows["row"].tolist(), len(export.set_aside)) == ([2, 3, 4], 0)


def test_a_file_without_rows_is_an_empty_week(tmp_path):
    for fixture in (ORDERS, SHOP, VIDEOS, CREATORS, GMV_MAX):
        rows = table(fixture)
        full = one(write_csv(tmp_path / "full.csv", rows))
        for path in (
            write_csv(tmp_path / "empty.csv", rows[:1]),
            write_book(tmp_path / "empty.xlsx", Sheet1=rows[:1]),
        ):
            export = one(path)
            assert len(export.rows) == 0
            assert export.rows.dtypes.to_dict() == full.rows.dtypes.to_dict()


def test_unknown_words_keep_the_line_and_are_said(tmp_path):
    rows = edited(table(ORDERS), 2, Order_Status="Marooned", Content_Type="Hologram")
    rows = edited(rows, 3, Order_Status="Marooned", Payment_time="")
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert export.rows["status"].tolist() == ["settled", "pending", "unpaid"]
    assert export.rows["status_raw"].tolist()[1:] == ["Marooned", "Marooned"]
    assert export.rows["status_known"].tolist() == [True, False, False]
    assert pd.isna(export.rows["content_type"].iloc[1])
    said = "nobody knows the status 'Marooned' of 2 rows: taken from what else the row prints"
    assert said in export.notes
    assert "unknown content type 'Hologram'" in export.notes


def test_the_prose_under_the_headers_is_no_unknown_status():
    export = one(FIXTURES / "shop_orders__en_definitions_row.csv")
    assert "dropped 1 row of definitions (row 2)" in export.notes
    assert not any("status" in note for note in export.notes)


def test_shop_status_comes_from_its_word_or_else_from_the_row_s_own_times(tmp_path):
    rows = edited(table(SHOP), 1, Order_Status="To ship")
    for row in (2, 3, 4):  # shipped; paid and cancelled; delivered
        rows = edited(rows, row, Order_Status="Adrift")
    rows = edited(rows, 5, Order_Status="Adrift", Shipped_Time="", Delivered_Time="")
    export = one(write_csv(tmp_path / "file.csv", rows))
    codes = ["to_ship", "shipped", "cancelled", "completed", "to_ship", "completed"]
    assert export.rows["status"].tolist() == codes
    assert export.rows["status_known"].tolist() == [True, *[False] * 4, True]
    assert export.notes == [  # it might be a name
        "nobody knows the status 'xxxxxx' of 4 rows: taken from what else the row prints"
    ]


def test_paid_means_settled_only_once_the_commission_is_paid(tmp_path):
    rows = edited(table("affiliate_orders__th.csv"), 1, **{"เวลาที่ชำระค่าคอมมิชชั่น": ""})
    assert rows[1][rows[0].index("สถานะคำสั่งซื้อ")] == "ชำระเงินแล้ว"
    export = one(write_csv(tmp_path / "file.csv", rows), reading("THB", "TH"))
    assert export.rows["status"].tolist() == ["pending", "unpaid"]


def test_nothing_personal_leaves_the_shop_orders(tmp_path):
    header, *rows = table(SHOP)
    people = {"sample buyer", "sample_buyer_01", "S*** B***", "(+1)***-***-0100"}
    people |= {"1 Sample Street", "Sample City", "Sample State"}
    shifted = [["sample_buyer_01" if c == "39.8" else c for c in rows[0]], *rows[1:]]
    for each in (rows, shifted):
        export = one(write_csv(tmp_path / "file.csv", [header, *each]))
        shown = export.rows.to_csv() + export.set_aside.to_csv() + str(export.notes)
        assert [word for word in people if word in shown] == []
    assert export.set_aside["value"].tolist() == ["xxxxxx_xxxxx_99"]
    short = write_csv(tmp_path / "short.csv", [header, *rows, rows[0][:-3]])
    shown = one(short).set_aside.to_csv()
    assert [word for word in people if word in shown] == []


def test_buyers_are_the_same_in_every_file_of_a_client_and_in_no_other():
    (export,) = read_file(FIXTURES / SHOP, reading())
    keys = export.rows["buyer_key"].tolist()
    assert keys[0] == keys[4] == keys[5]
    assert len(set(keys)) == 4
    (older,) = read_file(FIXTURES / "shop_orders__en_definitions_row.csv", reading())
    assert older.rows["buyer_key"].tolist() == keys


def test_mixed_languages_are_read_column_by_column(tmp_path):
    rows = table(ORDERS)
    local = {"Order ID": "ID Pesanan", "Content Type": "Jenis Konten", "Quantity": "Kuantitas"}
    rows[0] = [local.get(name, name) for name in rows[0]]
    assert one(write_csv(tmp_path / "file.csv", rows)).rows["quantity"].tolist() == [1, 2, 1]


def test_header_drift_is_forgiven_and_strange_headers_are_named(tmp_path):
    rows = table(CREATORS)
    rows[0][0] = " \u200bCREATOR\u00a0 name"
    rows = [[*row, "x"] for row in rows]
    rows[0][-1] = "Moon phase"
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert (export.kind, export.unmatched) == ("creator_data", ["Moon phase"])


@pytest.mark.parametrize("known", ["gmv", "Affiliate-attributed GMV", " creator-ATTRIBUTED gmv"])
def test_a_client_may_name_its_own_headers(tmp_path, known):
    rows = table(CREATORS)
    rows[0][1] = "Sales through creators"
    path = write_csv(tmp_path / "file.csv", rows)
    own = {"creator_data": {"Sales through creators": known}}
    assert one(path, reading(extra_headers=own)).rows["gmv"].sum() == 1314.1


def test_two_names_of_one_column_fill_each_other(tmp_path):
    rows = table("affiliate_orders__id_creator_order_all.csv")
    old, new = "Perkiraan pembayaran komisi Iklan Toko", "Perkiraan pembayaran komisi Iklan Belanja"
    place = rows[0].index(old)
    rows = [[*row, "" if row[place] else "700"] for row in rows]
    rows[0][-1] = new
    export = one(write_csv(tmp_path / "file.csv", rows), reading("IDR", "ID"))
    assert export.rows["shop_ads_commission_estimated"].tolist() == [700.0, 14900.0]


def test_window_comes_from_the_name_before_the_reading(tmp_path):
    rows = table(CREATORS)
    named = one(write_csv(tmp_path / "List_20260601-20260607.csv", rows))
    assert (named.window_start, named.window_end) == (date(2026, 6, 1), date(2026, 6, 7))
    told = one(write_csv(tmp_path / "list.csv", rows))
    assert (told.window_start, told.window_end, told.partial) == (*JULY, False)


def test_hours_in_a_gmv_max_name_make_the_last_day_partial(tmp_path):
    name = "creative data for product campaigns 2026-07-01 00 ~ 2026-07-08 12.csv"
    export = one(write_csv(tmp_path / name, table(GMV_MAX)))
    assert export.partial
    assert (export.window_start, export.window_end) == (date(2026, 7, 1), date(2026, 7, 8))


def test_orders_have_a_window_only_if_their_name_says_so(tmp_path):
    rows = table(ORDERS)
    assert one(write_csv(tmp_path / "orders.csv", rows)).window_start is None
    path = write_csv(tmp_path / "creator_order_all_20260627_20260716_1.csv", rows)
    assert one(path).window_start == date(2026, 6, 27)


def test_a_named_date_order_resolves_a_contradiction(tmp_path):
    path = Path(__file__).parent.parent / "broken_exports" / "month_first.csv"
    with pytest.raises(ExportError, match="cannot be day/month/year"):
        read_file(path, reading())
    week = path.with_name("outside_its_period_20260701_20260705_1.csv")
    asked = one(week, reading(date_order={"affiliate_orders": "dmy"})).rows["ordered_at"]
    assert asked.iloc[2] == pd.Timestamp("2026-03-07T18:00:03Z")
    ordered = one(path, reading(date_order={"affiliate_orders": "mdy"})).rows["ordered_at"].iloc[0]
    assert ordered == pd.Timestamp("2026-06-27T17:21:33Z")


def test_gmv_max_keeps_rows_of_several_currencies_apart(tmp_path):
    rows = edited(table(GMV_MAX), 2, Currency="VND")
    export = one(write_csv(tmp_path / "file.csv", rows), reading("VND", "VN"))
    assert export.rows["currency"].tolist() == ["USD", "VND", "USD"]


@pytest.mark.parametrize(
    ("shown", "rate"),
    [("0.0272", 0.0272), ("2.72", 0.0272), ("2.72%", 0.0272)],
)
def test_rates_take_the_scale_that_clicks_and_impressions_show(tmp_path, shown, rate):
    hook = {"0.0272": "0.3410", "2.72": "34.10", "2.72%": "34.10%"}[shown]
    small = {"0.0272": "0.0091", "2.72": "0.91", "2.72%": "0.91%"}[shown]
    rows = table(GMV_MAX)
    cells = {"Product_ad_click_rate": shown, "2-second_ad_video_view_rate": hook}
    rows = edited(rows, 1, **cells, **{"6-second_ad_video_view_rate": small})
    rows = edited(rows, 3, Product_ad_click_rate="-", Ad_conversion_rate="-")
    first = one(write_csv(tmp_path / "file.csv", rows)).rows.iloc[0]
    assert first["click_through_rate_reported"] == pytest.approx(rate)
    assert first["view_rate_2s"] == pytest.approx(0.341)
    assert first["view_rate_6s"] == pytest.approx(0.0091)


def test_commission_rates_of_every_writing_mean_the_same(tmp_path):
    rows = table("affiliate_orders__id_creator_order_all.csv")
    for shown in ("10%", "10", "0.1", "0,1", "10,0%"):
        line = edited(rows, 1, Persentase_komisi_standar=shown)
        export = one(write_csv(tmp_path / "file.csv", line), reading("IDR", "ID"))
        assert export.rows["standard_commission_rate"].iloc[0] == pytest.approx(0.1), shown


def test_video_rows_per_product_are_maxima_and_sums(tmp_path):
    rows = table("video_data__en_row_per_product.csv")
    export = one(write_csv(tmp_path / "file.csv", rows))
    second = export.rows.iloc[1]
    # 36 clicks and 1,904 impressions stand on both rows; 59.70 + 19.90 and 1 + 1 are parts
    assert (second["clicks"], second["impressions"], second["views"]) == (36, 1904, 22871)
    assert (second["gmv"], second["orders"], second["row"]) == (79.6, 2, 3)


def test_parts_that_do_not_make_the_whole_are_noted(tmp_path):
    rows = edited(table(CREATORS), 1, **{"Creator_LIVE-attributed_GMV": "$5.00"})
    export = one(write_csv(tmp_path / "file.csv", rows))
    assert export.notes == ["GMV is not LIVE + video + product card for 1 creators"]


def test_a_file_knows_its_hash_and_time(tmp_path):
    path = write_csv(tmp_path / "file.csv", [["Creator username", "Affiliate orders"]])
    path.write_bytes((FIXTURES / CREATORS).read_bytes())
    export = one(path)
    assert export.modified == path.stat().st_mtime
    assert re.fullmatch("[0-9a-f]{64}", export.sha256)
