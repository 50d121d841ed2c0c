"""The API's saved responses: read like any export, or refused with the way out."""

import json

import pandas as pd
import pytest

from kit.errors import ExportError
from kit.exports import read_file
from tests.exports.readings import FIXTURES, reading

ORDERS = json.loads((FIXTURES / "api_affiliate_orders.json").read_text(encoding="utf-8"))
REPORT = json.loads((FIXTURES / "api_gmv_max_report.json").read_text(encoding="utf-8"))
APPLICATIONS = FIXTURES / "api_sample_applications.json"
FIRST, SECOND = ORDERS["data"]["orders"]


def saved(folder, content, name="orders.json"):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def read(folder, content, **more):
    (export,) = read_file(saved(folder, content), reading(**more))
    return export


def order(line=(), **whole):
    """The first order of the fixture with other fields; `line` are those of its one SKU."""
    return {**FIRST, **whole, "skus": [{**FIRST["skus"][0], **dict(line)}]}


def test_affiliate_orders_are_read_to_the_values_of_the_fixture():
    (export,) = read_file(FIXTURES / "api_affiliate_orders.json", reading())
    assert (export.kind, export.unmatched, len(export.set_aside)) == ("affiliate_orders", [], 0)
    columns = "row order_id sku_id post_id handle status gmv quantity standard_commission_rate"
    columns += " standard_commission_actual shop_ads_commission_rate shop_ads_commission_estimated"
    found = export.rows[columns.split()].astype("object")
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        [1, "5799000000000000401", "1729000000000000301", "7599000000000000101"]
        + ["sample.creator.01", "settled", 39.8, 1, 0.15, 5.97, None, None],
        [2, "5799000000000000402", "1729000000000000301", "7599000000000000102"]
        + ["sample.creator.02", "pending", 79.6, 2, None, None, 0.08, 6.37],
    ]
    # date -u -d @1782570093 and @1782938408; the second order is not delivered
    assert export.rows["ordered_at"].iloc[0] == pd.Timestamp("2026-06-27T14:21:33Z")
    assert export.rows["delivered_at"].tolist() == [pd.Timestamp("2026-07-01T20:40:08Z"), pd.NaT]
    assert export.missing[-2:] == ["paid_at", "commission_paid_at"]


def test_the_report_is_read_by_day_in_percent_without_product_cards_as_posts():
    (export,) = read_file(FIXTURES / "api_gmv_max_report.json", reading(window=None))
    assert (export.kind, export.unmatched) == ("gmv_max_creative", [])
    rows = export.rows
    assert rows["date"].tolist() == [pd.Timestamp("2026-07-08")] * 2
    assert rows["post_id"].fillna("").tolist() == ["7599000000000000101", ""]
    assert rows["spend"].tolist() == [41.2, 6.1]
    assert rows["revenue"].tolist() == [199.0, 39.8]
    assert rows["view_rate_2s"].tolist() == [0.341, 0.0]
    assert rows["click_through_rate_reported"].tolist() == [0.028, 0.0129]


def test_sample_applications_keep_words_nobody_knows():
    (export,) = read_file(APPLICATIONS, reading(window=None))
    assert export.kind == "sample_applications"
    assert export.rows[["sample_id", "handle", "product_id", "order_id", "status"]].to_numpy()[
        0
    ].tolist() == [
        "7599000000000000901",
        "sample.creator.03",
        "1729000000000000202",
        "5799000000000000404",
        "SAMPLE_STATUS",
    ]
    assert export.notes == ["nobody knows the status 'SAMPLE_STATUS' of 1 row"]


@pytest.mark.parametrize(
    "content",
    [
        [ORDERS],
        {"orders": [FIRST, SECOND]},
        [FIRST, SECOND],
        [{**ORDERS, "data": {"orders": [each]}} for each in (FIRST, SECOND)],
        "\n".join(json.dumps({**ORDERS, "data": {"orders": [o]}}) for o in (FIRST, SECOND)),
        json.dumps(FIRST) + "\n" + json.dumps(SECOND) + "\n",
        "\ufeff" + json.dumps(ORDERS, ensure_ascii=False),
    ],
    ids=["list of one", "data alone", "bare list", "pages", "page lines", "order lines", "BOM"],
)
def test_every_way_to_save_the_pages_gives_the_same_rows(tmp_path, content):
    (whole,) = read_file(FIXTURES / "api_affiliate_orders.json", reading())
    pd.testing.assert_frame_equal(read(tmp_path, content).rows, whole.rows)


@pytest.mark.parametrize(
    ("whole", "settlement", "status"),
    [
        ("COMPLETED", "SETTLED", "settled"),
        ("IN_TRANSIT", "To-SETTLE", "pending"),
        ("COMPLETED", "INELIGIBLE", "ineligible"),
        ("UNPAID", "To-SETTLE", "unpaid"),
        ("CANCELLED", "INELIGIBLE", "cancelled"),
        ("AWAITING_SHIPMENT", "", "pending"),
    ],
)
def test_the_settlement_speaks_unless_the_order_is_unpaid_or_cancelled(
    tmp_path, whole, settlement, status
):
    line = {"settlement_status": settlement}
    assert read(tmp_path, [order(line, status=whole)]).rows["status"].tolist() == [status]


def test_an_unknown_settlement_word_is_kept_counted_and_said(tmp_path):
    export = read(tmp_path, [order({"settlement_status": "ON_THE_MOON"})])
    assert export.rows[["status", "status_raw"]].to_numpy().tolist() == [["pending", "ON_THE_MOON"]]
    assert any("ON_THE_MOON" in note for note in export.notes)


def money(amount, currency="USD"):
    return {"amount": amount, "currency": currency}


def test_a_price_of_one_piece_becomes_the_lines_total(tmp_path):
    pieces = {"quantity": 2, "price": money("39.80"), "estimated_commission_base": money("79.60")}
    export = read(tmp_path, [order(pieces), order(id="5799000000000000409")])
    assert export.rows["gmv"].tolist() == [79.6, 39.8]
    assert any("prices are of one piece" in note for note in export.notes)


def test_prices_that_mean_both_are_refused(tmp_path):
    one = {"quantity": 2, "price": money("39.80"), "estimated_commission_base": money("79.60")}
    all_ = {"quantity": 2, "price": money("79.60"), "estimated_commission_base": money("79.60")}
    with pytest.raises(ExportError, match=r"price of one piece in 1 lines.*whole line in 1"):
        read(tmp_path, [order(one), order(all_, id="5799000000000000409")])


def test_amounts_have_a_decimal_dot_in_every_currency(tmp_path):
    line = {
        name: money(amount, "BRL")
        for name, amount in (("price", "1.500"), ("estimated_commission_base", "1234.5"))
    }
    line |= dict.fromkeys(
        ("estimated_paid_commission", "actual_commission_base", "actual_paid_commission"), {}
    )
    export = read(tmp_path, [order(line)], currency="BRL", market="BR")
    assert export.rows["gmv"].tolist() == [1.5]
    assert export.rows["commission_base_estimated"].tolist() == [1234.5]


def test_an_id_saved_as_a_number_is_set_aside(tmp_path):
    aside = read(tmp_path, [order(id=5799000000000000500), SECOND]).set_aside
    assert aside[["row", "rule"]].to_numpy().tolist() == [[1, "order_id_is_undamaged"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"code": 105005, "message": "no scope"}, r"error of the platform's API \(code 105005\)"),
        ('{"code": 0, "data": {"orders": [', "damaged or incomplete JSON"),
        ({"shop": "x"}, "is JSON, but holds no response"),
        ({"code": 0, "data": {"orders": []}}, "response without a single entry"),
        ([1, 2], "is JSON, but holds no response"),
        ('{"a": NaN}', "damaged or incomplete JSON"),
        ("[" * 200_000, "nested too deep|damaged"),
        ([{"id": "1", "line_items": []}], "shop orders of the API.*Seller Center"),
        ([{**order(), "skus": [{"sku_id": "1"}]}], "none of the known exports"),
        (
            [order({"price": money("1", "USD"), "actual_paid_commission": money("1", "VND")})],
            "currency is USD",
        ),
        (
            {**REPORT, "data": {**REPORT["data"], "page_info": {"page": 1, "total_page": 3}}},
            "holds 1 of the 3 pages",
        ),
    ],
)
def test_what_is_no_whole_response_is_refused_by_name(tmp_path, content, message):
    with pytest.raises(ExportError, match=f"^orders.json .*({message})"):
        read(tmp_path, content)


def test_orders_on_further_pages_are_said(tmp_path):
    content = {**ORDERS, "data": {**ORDERS["data"], "total_count": 70}}
    assert "holds 2 of the 70 entries that the API counted: more pages exist" in (
        read(tmp_path, content).notes
    )


def test_two_kinds_of_response_in_one_file_are_two_sheets(tmp_path):
    exports = read_file(saved(tmp_path, [ORDERS, REPORT]), reading())
    assert [(e.kind, e.sheet, len(e.rows)) for e in exports] == [
        ("affiliate_orders", "orders", 2),
        ("gmv_max_creative", "list", 2),
    ]
