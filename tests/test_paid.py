"""Paid, organic, mixed, unclassified: by line, post, creator and program; when it is refused."""

from decimal import Decimal

import pandas as pd
import pytest

import kit
from kit import ingest, paid, tables
from kit.metrics.fetch import fetch
from tests import tiny
from tests.small_client import order_line as line
from tests.small_client import small_client

AS_OF = "2026-05-10"
START, END = "2026-04-13", "2026-05-10"
STANDARD, ADS = "standard_commission", "shop_ads_commission"
BY_ADS = {f"{STANDARD}_estimated": None, "shop_ads_commission_rate": 0.08}


def ad(**given):
    row = {"post_id": "1", "campaign_id": "c", "window_start": START, "window_end": END}
    row |= {"spend": 50.0, "clicks": 100, "orders": 3, "revenue": 120.0, "currency": "USD"}
    return {**row, **given}


def shop(folder, *orders, ads=(), **tables):
    given = {
        "creators": [{"creator_id": "ana"}, {"creator_id": "bo"}],
        "posts": [{"post_id": "1", "creator_id": "ana"}, {"post_id": "2", "creator_id": "bo"}],
        "orders": list(orders),
        "ad_stats": list(ads),
    }
    return small_client(folder, **(given | tables))


@pytest.mark.parametrize(
    ("standard", "ads", "route"),
    [
        # (estimated, actual) of either commission; the actual goes first, and 0.00 is an amount
        ((6.0, None), (None, None), "organic"),
        ((None, None), (3.2, None), "paid"),
        ((6.0, None), (3.2, None), "mixed"),
        ((None, None), (None, None), "unclassified"),
        ((6.0, 5.1), (3.2, 0.0), "organic"),
        ((6.0, 0.0), (3.2, 2.9), "paid"),
        ((6.0, 0.0), (None, None), "unclassified"),
        ((None, 6.0), (None, 3.2), "mixed"),
    ],
)
def test_a_lines_route_follows_from_its_two_commissions(tmp_path, standard, ads, route):
    amounts = dict(
        zip((f"{STANDARD}_estimated", f"{STANDARD}_actual"), standard, strict=True)
    ) | dict(zip((f"{ADS}_estimated", f"{ADS}_actual"), ads, strict=True))
    found = fetch(paid.lines(shop(tmp_path, line("o1", **amounts)), AS_OF))
    assert found["route"].tolist() == [route]


FIVE = [
    line("o1"),
    line("o2", **BY_ADS, shop_ads_commission_estimated=3.2),
    line("o3", shop_ads_commission_estimated=3.2),
    line("o4", standard_commission_estimated=None),
    # actual before estimated: a printed 0.00 of Shop Ads commission makes it organic
    line("o5", shop_ads_commission_estimated=3.2, shop_ads_commission_actual=0.0),
]


def test_organic_share_by_the_commission_columns(tmp_path):
    row = paid.organic_share(shop(tmp_path, *FIVE, ads=[ad()]), AS_OF).iloc[0]
    counted = row[["orders_organic", "orders_paid", "orders_mixed", "orders_unclassified"]]
    assert counted.tolist() == [2, 1, 1, 1]
    assert row["organic_order_share"] == 3 / 4


def test_an_order_of_two_routes_is_mixed_and_counts_once(tmp_path):
    client = shop(
        tmp_path,
        line("o1", sku_id="s1"),
        line("o1", sku_id="s2", gmv=10.0, **BY_ADS, shop_ads_commission_estimated=0.8),
        line("o2", creator_id="bo", post_id="2", refunded_amount=40.0),
    )
    by_creator = paid.organic_share(client, AS_OF, by="creator_id").set_index("creator_id")
    assert by_creator.loc["ana", ["orders_organic", "orders_paid", "orders_mixed"]].tolist() == [
        0,
        0,
        1,
    ]
    whole = paid.program(client, AS_OF).set_index("route")
    assert whole["orders"].to_dict() == {"organic": 1, "mixed": 1}
    assert whole["lines"].to_dict() == {"organic": 1, "mixed": 2}
    assert whole["gmv"].to_dict() == {"organic": 40.0, "mixed": 50.0}
    assert whole["net_revenue"].to_dict() == {"organic": 0.0, "mixed": 50.0}


def test_orders_and_money_of_all_routes_are_those_of_all_counting_lines(tmp_path):
    rows = [*FIVE, line("o6", counts=False), line("o7", ordered_at="2026-04-12T18:00:00Z")]
    whole = paid.program(shop(tmp_path, *rows), AS_OF)
    assert whole["orders"].sum() == 5
    assert whole["gmv"].sum() == 200.0


def test_a_shop_without_any_shop_ads_rate_that_pays_for_ads_is_refused(tmp_path):
    client = shop(tmp_path, line("o1"), ads=[ad()])
    row = paid.organic_share(client, AS_OF).iloc[0]
    assert pd.isna(row["organic_order_share"])
    assert row["note"].startswith("no order has a Shop Ads rate")
    whole = paid.program(client, AS_OF)
    assert whole["route"].tolist() == ["untold"]
    assert whole["note"].iloc[0].startswith("no order has a Shop Ads rate")
    assert fetch(paid.lines(client, AS_OF))["route"].tolist() == ["untold"]


def test_without_ads_nothing_has_to_be_told_apart(tmp_path):
    row = paid.organic_share(shop(tmp_path, line("o1")), AS_OF).iloc[0]
    assert row["organic_order_share"] == 1
    assert pd.isna(row["note"])


OTHER = line("o2", creator_id="bo", post_id="2", **BY_ADS, shop_ads_commission_estimated=3.2)


@pytest.mark.parametrize(
    ("ads", "tables", "refused"),
    [
        ([ad()], {}, True),  # ads are credited with 3 orders, and no line of ana has a rate
        ([ad(orders=0)], {}, False),  # no order to be told apart
        ([ad(window_start="2026-03-01", window_end="2026-03-07")], {}, False),  # long ago
        (
            [ad()],
            {
                "agreements": [
                    {
                        "creator_id": "ana",
                        "valid_from": "2026-01-01",
                        "shop_ads_commission_rate": 0.08,
                    }
                ]
            },
            False,  # agreed, so an order by ads would have earned it
        ),
    ],
)
def test_a_creator_without_a_shop_ads_rate_is_refused_alone(tmp_path, ads, tables, refused):
    client = shop(tmp_path, line("o1"), OTHER, ads=ads, **tables)
    by_creator = paid.organic_share(client, AS_OF, by="creator_id").set_index("creator_id")
    assert pd.isna(by_creator.loc["ana", "organic_order_share"]) == refused
    assert by_creator.loc["bo", "organic_order_share"] == 0
    assert (paid.program(client, AS_OF)["route"] == "untold").any() == refused


def test_routes_that_can_and_cannot_be_told_stand_in_one_table(tmp_path):
    told = paid.program(shop(tmp_path, line("o1"), OTHER, ads=[ad()]), AS_OF)
    assert told["route"].tolist() == ["paid", "untold"]
    page = tables.routes(told).as_raw_html()
    assert page.count(f"{paid.NO_OWN_RATE[1:]}.") == 1


def test_genuine_exports_give_the_routes_that_a_count_of_their_cells_gives(tmp_path):
    cells = [
        # standard estimate, actual; Shop Ads rate, estimate, actual; refunded
        ("3.00", "", "", "", "", "No"),
        ("3.00", "2.95", "", "", "", "No"),
        ("", "", "8%", "1.60", "1.60", "No"),
        ("", "", "8%", "1.60", "0.00", "Yes"),
        ("3.00", "3.00", "8%", "1.60", "1.60", "No"),
        ("3.00", "3.00", "", "", "0.00", "No"),
    ]
    names = ("std_est", "std_act", "ads_rate", "ads_est", "ads_act", "refunded")
    rows = [
        dict(zip(names, row, strict=True)) | {"order": f"57990000000000000{n:02d}", "gmv": "20.00"}
        for n, row in enumerate(cells)
    ]
    tiny.client(tmp_path, {"orders.csv": tiny.export(tiny.AFFILIATE, *rows)})
    assert not ingest.ingest("acme", home=tmp_path).refused
    found = fetch(paid.lines(kit.open("acme", home=tmp_path), AS_OF).order_by("order_id"))

    def amount(actual, estimated):
        return Decimal(actual or estimated or 0)

    expected = []
    for std_est, std_act, _, ads_est, ads_act, _ in cells:
        by_itself, by_ads = amount(std_act, std_est) > 0, amount(ads_act, ads_est) > 0
        routes = {(True, True): "mixed", (True, False): "organic", (False, True): "paid"}
        expected.append(routes.get((by_itself, by_ads), "unclassified"))
    assert found["route"].tolist() == expected
    assert expected == ["organic", "organic", "paid", "unclassified", "mixed", "organic"]
    assert found["gmv"].sum() == 120.0
