"""What a file says twice must agree; what only looks odd is genuine and stays."""

import pytest

from kit.errors import ExportError
from kit.exports import read_file
from tests import tiny
from tests.broken_exports import clients
from tests.broken_exports.bases import READING, as_book, as_csv, bases
from tests.broken_exports.damages import Variant
from tests.exports.readings import reading

VIDEOS = "2025-12-17/Transaction_Analysis_Video_List_20251208-20251214.xlsx"
CREATORS = "2025-12-17/Transaction_Analysis_Creator_List_20251208-20251214.xlsx"
LINES = "2025-12-17/affiliate_orders_7623707885362913401.csv"
ADS = "2026-04-22/creative data for product campaigns 2026-04-13 00 ~ 2026-04-19 23.xlsx"
WEEK = "videos_20251208-20251214.csv"


@pytest.fixture(scope="module")
def videos():
    (base,) = bases(VIDEOS)
    return base


def read(folder, rows, name=WEEK):
    path = folder / name
    path.write_bytes(as_csv(rows))
    return read_file(path, reading(window=None))[0]


def changed(base, column, change, row=None):
    rows = [list(cells) for cells in base.rows]
    place = base.columns[column]
    for number in range(base.first, len(rows)) if row is None else [row]:
        rows[number][place] = change(rows[number][place])
    return rows


def a_seller(base):
    """A row that sold something."""
    gmv = base.columns["gmv"]
    return next(n for n in range(base.first, len(base.rows)) if base.rows[n][gmv] > "$0.00")


def test_exchanged_headers_are_refused_with_both_names(videos, tmp_path):
    rows = [list(cells) for cells in videos.rows]
    a, b = videos.columns["clicks"], videos.columns["impressions"]
    rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
    with pytest.raises(ExportError, match=f"^{WEEK} seems to have the headers") as refused:
        read(tmp_path, rows)
    assert "Video product clicks" in str(refused.value)
    assert "Video product impressions" in str(refused.value)


def test_a_row_that_contradicts_itself_is_set_aside_with_its_money(videos, tmp_path):
    number = a_seller(videos)
    export = read(tmp_path, changed(videos, "gmv", lambda cell: "$9,999.00", number))
    (aside,) = export.set_aside.itertuples()
    assert aside.row == number + 1
    assert aside.rule == "average_order_value_is_gmv_by_orders"
    assert aside.money == 9999.0
    assert len(export.rows) == len(videos.truth.rows) - 1


def test_more_clicks_than_impressions_are_genuine(videos, tmp_path):
    number = a_seller(videos)
    rows = changed(videos, "impressions", lambda cell: "10", number)
    rows[number][videos.columns["clicks"]] = "20"
    rows[number][videos.columns["click_through_rate_reported"]] = "200%"
    assert read(tmp_path, rows).set_aside.empty


def test_a_rate_that_is_the_same_in_every_row_proves_nothing(videos, tmp_path):
    rows = changed(videos, "click_through_rate_reported", lambda cell: "1.00%")
    assert read(tmp_path, rows).set_aside.empty


def test_ads_whose_currency_is_gone_are_refused_and_one_such_row_set_aside(tmp_path):
    (base,) = bases(ADS)
    name = "creative data 2026-04-13 00 ~ 2026-04-19 23.csv"
    rows = changed(base, "currency", lambda cell: "")
    with pytest.raises(ExportError, match="not so that every row has Currency"):
        read(tmp_path, rows, name)
    rows = changed(base, "currency", lambda cell: "", base.first)
    assert read(tmp_path, rows, name).set_aside["rule"].tolist() == ["currency_is_printed"]


def test_a_dropped_column_is_missing_in_the_tables_and_not_zero(tmp_path):
    (base,) = bases(CREATORS)
    place = base.columns["refunded_amount"]
    rows = [cells[:place] + cells[place + 1 :] for cells in base.rows]
    export = read(tmp_path, rows, "creators_20251208-20251214.csv")
    assert export.rows["refunded_amount"].isna().all()
    assert export.missing == ["refunded_amount"]
    assert any(note.startswith("has no Refunds: missing") for note in export.notes)


def test_two_sheets_of_one_list_count_once_or_are_refused(videos, tmp_path):
    path = tmp_path / "videos_20251208-20251214.xlsx"
    path.write_bytes(as_book({"Data": videos.rows, "Copy": videos.rows}))
    first, second = read_file(path, READING)
    assert len(first.rows) == len(videos.truth.rows)
    assert second.rows.empty
    number = a_seller(videos)
    other = changed(videos, "refunded_amount", lambda cell: "$1.23", number)
    path.write_bytes(as_book({"Data": videos.rows, "Copy": other}))
    with pytest.raises(ExportError, match="Data and Copy, with other figures for the same rows"):
        read_file(path, READING)


def test_half_a_list_is_withheld_by_its_client(videos, tmp_path):
    assert not clients.genuine("2025-12-17", tmp_path).reasons
    half = videos.rows[: len(videos.rows) // 2]
    cut = Variant("rows cut", "last half", videos, WEEK, lambda: as_csv(half))
    told = clients.told(cut, tmp_path)
    assert any("videos of the same days" in why for why in told.reasons)


def test_a_download_that_was_cut_off_is_refused_by_row(tmp_path):
    (base,) = bases(LINES)
    path = tmp_path / "affiliate.csv"
    path.write_bytes(as_csv(base.rows)[:20_000])
    with pytest.raises(ExportError, match=r"affiliate.csv ends in the middle of row \d+"):
        read_file(path, READING)


@pytest.mark.parametrize(("orders", "refused"), [(120, True), (60, False)])
def test_one_buyer_of_many_orders_is_another_column(tmp_path, orders, refused):
    rows = [{"order": f"57990000000000{n:05d}", "buyer": "TikTok"} for n in range(orders)]
    table = tiny.export(tiny.SHOP, *rows)
    if not refused:
        assert len(read(tmp_path, table, "shop.csv").rows) == orders
        return
    with pytest.raises(ExportError, match="one and the same Buyer Username on all of 120 orders"):
        read(tmp_path, table, "shop.csv")
