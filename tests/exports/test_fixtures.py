"""Every fixture is read as exactly its kind, to the values that its own cells show."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from kit.errors import ExportError
from kit.exports import headers, read_file
from tests.exports.readings import FIXTURES, reading

SERUM, CLEANSER = "1729000000000000201", "1729000000000000202"
POST_1, POST_2, POST_3 = "7599000000000000101", "7599000000000000102", "7599000000000000103"
ORDER = "5799000000000000{}".format
NONE = None

# What the cells show, typed by hand: fixture -> market, kind, columns, one tuple per row.
CREATORS = "row handle gmv gmv_live gmv_video gmv_product_card refunded_amount orders"
CREATORS += " click_through_rate_reported conversion_rate_reported flat_fee_estimated"
CREATOR_ROWS = [
    (3, "sample.creator.01", 1234.5, 0, 1206.2, 28.3, 39.8, 31, 0.0365, 0.0593, 150.0),
    (4, "sample.creator.02", 79.6, 0, 79.6, 0, 0, 2, 0.019, 0.0055, NONE),
    (5, "sample.creator.03", 0, 0, 0, 0, 0, 0, 2.0, NONE, NONE),
]
VIDEOS = "row post_id published_on handle product_ids gmv orders refunded_amount clicks views"
VIDEOS += " impressions click_through_rate_reported completion_rate engagement_rate_reported"
VIDEO_1 = (3, POST_1, "2026-07-04", "sample.creator.01", [SERUM], 1206.2, 30, 39.8, 412, 131240)
VIDEO_1 += (9870, 0.0417, 0.1142, 0.0372)
VIDEO_2 = (4, POST_2, "2026-07-06", "sample.creator.02", [SERUM, CLEANSER], 79.6, 2, 0, 36, 22871)
VIDEO_2 += (1904, 0.0189, 0.0805, 0.0146)
VIDEO_3 = (5, POST_3, NONE, "sample.creator.03", [], 0, 0, 0, 2, 51, 1, 2.0, NONE, 0)
PRODUCTS = "row product_id gmv refunded_amount orders items_sold commission_estimated"
ORDERS = "row order_id sku_id product_id handle post_id content_type status gmv quantity currency"
ORDERS += " fully_refunded standard_commission_rate standard_commission_estimated"
ORDERS += " standard_commission_actual shop_ads_commission_rate shop_ads_commission_estimated"
ORDERS += " shop_ads_commission_actual commission_base_actual"
SKU_1, SKU_2 = "1729000000000000301", "1729000000000000302"
LINE_1 = (2, ORDER(401), SKU_1, SERUM, "sample.creator.01", POST_1, "video")
LINE_2 = (3, ORDER(402), SKU_1, SERUM, "sample.creator.02", POST_2, "video")
LINE_3 = (4, ORDER(403), SKU_2, CLEANSER, "sample.creator.02", NONE, "showcase")
US_LINES = [
    (*LINE_1, "settled", 39.8, 1, "USD", False, 0.15, 5.97, 5.97, NONE, NONE, NONE, 39.8),
    (*LINE_2, "pending", 79.6, 2, "USD", False, NONE, NONE, NONE, 0.08, 6.37, NONE, NONE),
    (*LINE_3, "ineligible", 18.5, 1, "USD", True, 0.12, 0, 0, NONE, NONE, NONE, 0),
]
OLDER_STATUS = {2: "completed", 3: "shipped", 4: "cancelled"}
SHOP = "row order_id sku_id status gmv quantity platform_discount seller_discount line_revenue"
SHOP += " order_amount order_refunded_amount tax"
ADS = "row post_id product_id campaign_id spend orders revenue impressions clicks view_rate_2s"
ADS += " view_rate_6s click_through_rate_reported currency"
CAMPAIGN = "1838000000000601"


def ads(spent, revenue, currency="USD", campaign=CAMPAIGN, product=SERUM):
    """The three rows of every GMV Max fixture: a video, one without delivery, a product card."""
    amounts = list(zip((2, 3, 4), (POST_1, POST_2, NONE), spent, revenue, strict=True))
    counts = [(21, 18432, 501), (0, 0, 0), (2, 3120, 44)]
    rates = [(0.341, 0.1522, 0.0272), (NONE, NONE, NONE), (NONE, NONE, 0.0141)]
    return [
        (row, post, product, campaign, cost, orders, income, shown, clicked, *rate, currency)
        for (row, post, cost, income), (orders, shown, clicked), rate in zip(
            amounts, counts, rates, strict=True
        )
    ]


def shop(first_row, amounts, refund):
    """The six lines of every shop-order fixture; order 405 has two, with its amount on both."""
    statuses = ("completed", "shipped", "cancelled", "completed", "completed", "completed")
    numbers = (401, 402, 403, 404, 405, 405)
    skus = (SKU_1, SKU_1, SKU_2, SKU_2, SKU_1, SKU_2)
    return [
        (first_row + k, ORDER(numbers[k]), skus[k], statuses[k], gmv, 2 if k == 1 else 1, *off)
        + (after, total, refund if k == 2 else NONE, tax)
        for k, (gmv, off, after, total, tax) in enumerate(amounts)
    ]


US_SHOP = [
    (39.8, (0, 0), 39.8, 42.69, 2.89),
    (79.6, (4, 3.98), 71.62, 76.81, 5.19),
    (18.5, (0, 0), 18.5, 19.84, 1.34),
    (0, (0, 0), 0, 0, 0),
    (39.8, (0, 0), 39.8, 62.53, 4.23),
    (18.5, (0, 0), 18.5, 62.53, 4.23),
]
ID_SHOP = [
    (636800, (0, 0), 636800, 683040, 46240),
    (1273600, (64000, 63680), 1145920, 1228960, 83040),
    (296000, (0, 0), 296000, 317440, 21440),
    (0, (0, 0), 0, 0, 0),
    (636800, (0, 0), 636800, 1000480, 67680),
    (296000, (0, 0), 296000, 1000480, 67680),
]
MX_SHOP = [
    (796, (0, 0), 796, 853.8, 2.89),
    (1592, (80, 79.6), 1432.4, 1536.2, 5.19),
    (370, (0, 0), 370, 396.8, 1.34),
    (0, (0, 0), 0, 0, 0),
    (796, (0, 0), 796, 1250.6, 4.23),
    (370, (0, 0), 370, 1250.6, 4.23),
]
US, ID, VN, TH = ("USD", "US"), ("IDR", "ID"), ("VND", "VN"), ("THB", "TH")
BR, MY, PH, MX = ("BRL", "BR"), ("MYR", "MY"), ("PHP", "PH"), ("MXN", "MX")
CASES = {
    "creator_data__en_2026_07": (US, "creator_data", CREATORS, CREATOR_ROWS),
    "creator_data__en_old_names": (US, "creator_data", CREATORS, CREATOR_ROWS),
    "creator_data__en_avg_daily": (US, "creator_data", CREATORS, CREATOR_ROWS[:2]),
    "creator_data__en_myr": (MY, "creator_data", CREATORS, CREATOR_ROWS),
    "creator_data__pt_partial": (
        BR,
        "creator_data",
        "row handle gmv refunded_amount orders items_sold buyers videos_posted gmv_live",
        [
            (2, "sample.creator.01", 6172.5, 199.0, 31, 34, 30, 4, NONE),
            (3, "sample.creator.02", 398.0, 0, 2, 2, 2, 1, NONE),
        ],
    ),
    "creator_list__en": (
        US,
        "creator_list",
        "row handle gmv gmv_product_card orders refunded_amount followers gmv_target gmv_open"
        " buyers_daily_average click_through_rate_reported",
        [
            (3, "sample.creator.01", 1234.5, 28.3, 31, 39.8, 48211, 1000, 234.5, 1.03, 0.0365),
            (4, "sample.creator.02", 79.6, 0, 2, 0, 6033, 0, 79.6, 0.07, 0.019),
        ],
    ),
    "creator_list__vi": (
        VN,
        "creator_list",
        "row handle gmv orders refunded_amount followers commission_estimated"
        " click_through_rate_reported",
        [
            (2, "sample.creator.01", 6169000, 31, 199000, 48211, 925350, 0.04),
            (3, "sample.creator.02", 398000, 2, 0, 6033, 39800, 0.02),
        ],
    ),
    "video_data__en_2026_07": (US, "video_data", VIDEOS, [VIDEO_1, VIDEO_2, VIDEO_3]),
    "video_data__en_old_names": (US, "video_data", VIDEOS, [VIDEO_1, VIDEO_2]),
    "video_data__en_row_per_product": (US, "video_data", VIDEOS, [VIDEO_1, VIDEO_2]),
    "video_data__pt_partial": (
        BR,
        "video_data",
        "row post_id published_on handle product_ids gmv orders clicks views impressions",
        [
            (2, POST_1, "2026-07-04", "sample.creator.01", [SERUM], 6031, 30, 412, 131240, NONE),
            (3, POST_2, "2026-07-06", "sample.creator.02", [SERUM, CLEANSER], 398, 2, 36, 22871)
            + (NONE,),
        ],
    ),
    "video_list__en": (
        US,
        "video_list",
        "row post_id published_on handle gmv gmv_all_routes orders views items_sold likes",
        [(2, POST_1, "2025-07-04", "sample.creator.01", 1206.2, 1246, 30, 131240, 33, 4310)],
    ),
    "video_list__th": (
        TH,
        "video_list",
        "row post_id published_on handle gmv gmv_all_routes orders views refunded_amount",
        [
            (2, POST_1, "2026-01-04", "sample.creator.01", 17700, 18290, 30, 131240, 590),
            (3, POST_2, "2026-01-06", "sample.creator.02", 1180, 1180, 2, 22871, 0),
        ],
    ),
    "video_list__vi": (
        VN,
        "video_list",
        "row post_id published_on handle gmv gmv_all_routes orders items_sold likes views",
        [
            (2, NONE, "2026-04-03", "sample.creator.01", 6169000, 6169000, 30, 33, 4310, NONE),
            (3, NONE, "2026-04-05", "sample.creator.02", 398000, 398000, 2, 2, 310, NONE),
        ],
    ),
    "product_data__en_2026_07": (
        US,
        "product_data",
        PRODUCTS + " clicks impressions creators_selling",
        [(3, SERUM, 1314.1, 39.8, 33, 36, 197.12, 574, 33465, 2)]
        + [(4, CLEANSER, 0, 0, 0, 0, 0, 0, 12, 0)],
    ),
    "product_data__en_avg_daily": (
        PH,
        "product_data",
        PRODUCTS + " buyers_daily_average",
        [(3, SERUM, 13141, 398, 33, 36, 1971.2, 4.57), (4, CLEANSER, 0, 0, 0, 0, 0, 0)],
    ),
    "product_data__en_old_names": (
        US,
        "product_data",
        PRODUCTS,
        [(3, SERUM, 13141, 398, 33, 36, 1971.2), (4, CLEANSER, 0, 0, 0, 0, 0)],
    ),
    "product_data__zh_avg_daily": (
        PH,
        "product_data",
        PRODUCTS,
        [(2, SERUM, 13141, 398, 33, 36, 1971.2), (3, CLEANSER, 0, 0, 0, 0, 0)],
    ),
    "live_list__en_2026": (
        US,
        "live_list",
        "row post_id caption published_on published_at handle product_ids gmv orders",
        [
            (3, "7599000000000000701", "Sunday skincare", "2026-07-05", "2026-07-06T02:00:12Z")
            + ("sample.creator.03", [SERUM], 119.4, 3),
            (4, "7599000000000000702", NONE, "2026-07-06", "2026-07-06T15:00:00Z")
            + ("sample.creator.03", [CLEANSER], 0, 0),
        ],
    ),
    "affiliate_orders__en_2026": (US, "affiliate_orders", ORDERS, US_LINES),
    "affiliate_orders__en_tab_ids": (US, "affiliate_orders", ORDERS, US_LINES),
    "affiliate_orders__en_creator_order_all": (
        US,
        "affiliate_orders",
        ORDERS,
        [(*line[:7], OLDER_STATUS[line[0]], *line[8:]) for line in US_LINES],
    ),
    "affiliate_orders__en_damaged_by_excel": (US, "affiliate_orders", ORDERS, []),
    "affiliate_orders__id_creator_order_all": (
        ID,
        "affiliate_orders",
        ORDERS,
        [
            (*LINE_1, "settled", 149000, 1, "IDR", NONE, 0.1, 14900, 14900, *[NONE] * 3, 149000),
            (*LINE_2, "shipped", 298000, 2, "IDR", *[NONE] * 4, 0.05, 14900, NONE, NONE),
        ],
    ),
    "affiliate_orders__vi_creator_order_all": (
        VN,
        "affiliate_orders",
        ORDERS,
        [
            (*LINE_1, "completed", 199000, 1, "VND", NONE, 0.15, 29850, 29850, *[NONE] * 3, 199000),
            (*LINE_2, "shipped", 398000, 2, "VND", *[NONE] * 4, 0.08, 31840, NONE, NONE),
        ],
    ),
    "affiliate_orders__th": (
        TH,
        "affiliate_orders",
        ORDERS,
        [
            (*LINE_1, "settled", 590, 1, "THB", False, 0.1, 59, 59, *[NONE] * 3, 590),
            (*LINE_2, "unpaid", 1180, 2, "THB", False, *[NONE] * 3, 0.08, 94.4, NONE, NONE),
        ],
    ),
    "shop_orders__en_us_2026_09": (US, "shop_orders", SHOP, shop(2, US_SHOP, 19.84)),
    "shop_orders__en_definitions_row": (US, "shop_orders", SHOP, shop(3, US_SHOP, 19.84)),
    "shop_orders__id_values_dmy": (ID, "shop_orders", SHOP, shop(3, ID_SHOP, 19.84)),
    "shop_orders__es_values_mxn": (MX, "shop_orders", SHOP, shop(2, MX_SHOP, 19.84)),
    "gmv_max_creative__en_2026_09_bulk": (
        US,
        "gmv_max_creative",
        ADS,
        ads((182.4, 0, 24.1), (835.8, 0, 79.6)),
    ),
    "gmv_max_creative__en_2026_07_roi": (
        US,
        "gmv_max_creative",
        ADS,
        ads((182.4, 0, 24.1), (835.8, 0, 79.6)),
    ),
    "gmv_max_creative__en_2025_07": (
        US,
        "gmv_max_creative",
        ADS,
        ads((NONE, NONE, NONE), (835.8, 0, 79.6)),
    ),
    "gmv_max_creative__en_one_product": (
        US,
        "gmv_max_creative",
        ADS,
        ads((182.4, 0, 24.1), (835.8, 0, 79.6), campaign=NONE, product=NONE),
    ),
    "gmv_max_creative__id": (
        ID,
        "gmv_max_creative",
        ADS,
        ads((2362240, 0, 361000), (10816000, 0, 1192000), "IDR"),
    ),
    "gmv_max_creative__vi": (VN, "gmv_max_creative", ADS, ads((182.4, 0, 24.1), (835.8, 0, 79.6))),
    "ads_manager_ad_report__en": (
        US,
        "ads_manager",
        "row post_id date spend impressions clicks views views_2s views_6s orders_reported",
        [
            (2, POST_1, "2026-07-08", 41.2, 5210, 96, 5104, 1742, 688, 4),
            (3, POST_2, "2026-07-08", 12, 1400, 11, 1377, 402, 133, 0),
        ],
    ),
}
STRANGERS = {
    "other__core_metrics_en": "core-metrics summary.*lacks Creator name.* from exports\\.$",
    "other__partner_orders_en": r"affiliate partner's \(TAP\).*it lacks Est. .* from exports\.$",
    "other__shop_live_header_row_3_en": "Nearest is LIVE list.*or name its headers under",
}


def same(found, expected):
    """Whether a cell equals the typed value; None stands for missing."""
    if isinstance(expected, list):
        return list(found) == expected
    if expected is None:
        return pd.isna(found)
    if isinstance(found, pd.Timestamp):
        return found == pd.Timestamp(expected)
    if isinstance(expected, float) or isinstance(found, float):
        return float(found) == pytest.approx(expected, abs=1e-9)
    return found == expected


@pytest.mark.parametrize("name", CASES)
def test_fixture_is_read_as_its_cells_show(name):
    market, kind, columns, expected = CASES[name]
    (export,) = read_file(FIXTURES / f"{name}.csv", reading(*market))
    assert export.kind == kind
    assert export.unmatched == []
    columns = columns.split()
    rows = list(export.rows[columns].itertuples(index=False))
    assert len(rows) == len(expected)
    for found, row in zip(rows, expected, strict=True):
        wrong = {c: f for c, f, e in zip(columns, found, row, strict=True) if not same(f, e)}
        assert wrong == {}, f"expected {row}"


@pytest.mark.parametrize("name", STRANGERS)
def test_stranger_is_refused_by_reason_and_nearest_kind(name):
    with pytest.raises(ExportError, match=f"^{name}.csv is .*{STRANGERS[name]}"):
        read_file(FIXTURES / f"{name}.csv", reading())


def test_every_fixture_is_tested():
    exports = {path.stem for path in FIXTURES.glob("*.csv")} - {"header-aliases"}
    assert exports == {*CASES, *STRANGERS}


def test_every_header_of_the_register_is_known():
    register = pd.read_csv(FIXTURES / "header-aliases.csv", dtype="str", keep_default_na=False)
    assert len(register) == 518
    for line in register.itertuples():
        found, unknown = headers.translate([line.header], line.kind)
        assert (list(found), unknown) == ([line.canonical.split(" ")[0]], []), line


def test_the_register_says_of_each_header_its_language_dates_and_source():
    register = tomllib.loads((Path(headers.__file__).parent / "headers.toml").read_text("utf-8"))
    entries = [
        entry
        for columns in register.values()
        for name, each in columns.items()
        if name != "ignored"
        for entry in each
    ]
    assert len(entries) >= 518
    for entry in entries:
        assert entry["header"].strip()
        assert re.fullmatch(r"[a-z]{2}|api", entry["language"]), entry
        assert entry["source"] in {"file", "official", "plausible"}, entry
        dates = [entry[name] for name in ("first_seen", "last_seen") if name in entry]
        assert all(re.fullmatch(r"20\d\d(-(0[1-9]|1[0-2]))?", seen) for seen in dates), entry
        assert dates == sorted(dates), entry
        assert dates or entry["note"], entry


def test_only_broken_fixtures_set_rows_aside():
    aside = {}
    for name, (market, *_) in CASES.items():
        (export,) = read_file(FIXTURES / f"{name}.csv", reading(*market))
        if len(export.set_aside):
            aside[name] = export.set_aside[["row", "rule", "money"]].values.tolist()
    damaged = "order_id_is_undamaged"
    assert aside == {
        "affiliate_orders__en_damaged_by_excel": [
            [2, damaged, 39.8],
            [3, damaged, 79.6],
            [4, damaged, 18.5],
        ],
        "video_list__en": [[3, "link_names_a_video", 79.6]],
    }


def test_tabs_behind_ids_change_nothing():
    pair = ("affiliate_orders__en_2026", "affiliate_orders__en_tab_ids")
    plain, tabbed = (read_file(FIXTURES / f"{name}.csv", reading())[0].rows for name in pair)
    pd.testing.assert_frame_equal(plain, tabbed)


def test_order_times_are_instants():
    (thai,) = read_file(FIXTURES / "affiliate_orders__th.csv", reading("THB", "TH"))
    # 2026/06/27 10:21:33 and 04/07/2026 22:03:10 in Bangkok, seven hours before UTC
    assert thai.rows["ordered_at"].tolist() == [
        pd.Timestamp("2026-06-27T03:21:33Z"),
        pd.Timestamp("2026-07-04T15:03:10Z"),
    ]
    (shop_file,) = read_file(FIXTURES / "shop_orders__en_us_2026_09.csv", reading())
    # 06/27/2026 10:21:33 AM and 07/04/2026 10:03:10 PM in Los Angeles, seven hours behind
    assert shop_file.rows["ordered_at"].tolist()[:2] == [
        pd.Timestamp("2026-06-27T17:21:33Z"),
        pd.Timestamp("2026-07-05T05:03:10Z"),
    ]


def test_totals_row_is_kept_apart():
    (report,) = read_file(FIXTURES / "ads_manager_ad_report__en.csv", reading())
    assert report.totals["spend"] == 53.2
    assert report.totals["impressions"] == 6610
    assert (report.window_start.isoformat(), report.window_end.isoformat()) == ("2026-07-08",) * 2
    assert not any("add up" in note for note in report.notes)
