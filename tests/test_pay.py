"""What pay is expected to be of revenue, by tier and deal, and which part explains the rest."""

import html
import re

import pandas as pd
import pytest

from kit import sentences, tables
from kit.money.pay import pay
from kit.money.pay_range import bands
from tests.small_client import small_client

AS_OF = "2026-05-03"  # the four weeks begin on 6 April
DEAL = {"valid_from": "2026-01-01", "commission_rate": 0.15, "shop_ads_commission_rate": 0.08}
MONTHLY = {**DEAL, "flat_fee": 300.0, "fee_per": "month"}
FEE = 300.0 * (25 / 30 + 3 / 31)  # of April the 25 days from the 6th, of May three


def sold(order, creator, commission=15.0, **cells):
    line = {"ordered_at": "2026-05-01T20:00:00Z", "gmv": 100.0, "commission_base_actual": 100.0}
    own = {"order_id": order, "creator_id": creator, "post_id": None}
    rate = {"standard_commission_rate": 0.15, "standard_commission_actual": commission}
    return {**own, **line, **rate, **cells}


def posts_of(creator, price, number=5):
    """Posts of March, each with one order of `price` within its first 14 days."""
    ids = [f"{creator}{nth}" for nth in range(number)]
    day = {"ordered_at": "2026-03-10T20:00:00Z", "gmv": price}
    posts = [{"post_id": one, "creator_id": creator, "published_on": "2026-03-09"} for one in ids]
    return posts, [sold(f"{one}o", creator, **day) | {"post_id": one} for one in ids]


def client_of(folder, creators, agreements, orders, **tables):
    """Goods 20 and fulfilment 10 a unit; Bo of tier 2 and Cy of tier 3 have five posts each."""
    bo, cy = posts_of("bo", 200.0), posts_of("cy", 500.0)
    made = {
        "creators": creators,
        "agreements": agreements,
        "orders": orders and [*orders, *bo[1], *cy[1]],
        "posts": [*bo[0], *cy[0]],
        "products": [{"product_id": "p1", "cost_of_goods": 20.0, "fulfilment_cost": 10.0}],
    }
    return small_client(folder, policy={"commission": {"min_orders": 1}}, **(made | tables))


PEOPLE = [
    {"creator_id": "ana"},
    {"creator_id": "bo", "followers": 200_000},
    {"creator_id": "cy", "followers": 900_000},
]
DEALS = [
    {"creator_id": "ana", **DEAL},
    {"creator_id": "bo", **MONTHLY},
    {"creator_id": "cy", **MONTHLY, "commission_rate": 0.2},
]
SALES = [sold("o1", "ana"), *(sold(f"b{n}", "bo") for n in range(4)), sold("c1", "cy", 20.0)]


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return client_of(tmp_path_factory.mktemp("usual"), PEOPLE, DEALS, SALES)


def test_the_expected_range_holds_the_rates_of_the_tier_and_the_own_fee(usual):
    rows = bands(usual, AS_OF).set_index(["tier", "deal"])
    assert rows.index.tolist() == [(1, "commission only"), (2, "hybrid"), (3, "partnership")]
    assert rows["rate_low"].tolist() == [0.08, 0.08, 0.08]
    assert rows["rate_high"].tolist() == [0.15, 0.15, 0.20]
    # two posts a week for four weeks at the tier's average of 200 and 500
    fees = [0.0, FEE / (8 * 200), FEE / (8 * 500)]
    assert rows["fee_high"].tolist() == pytest.approx(fees)
    assert rows["expected_high"].tolist() == pytest.approx([0.15, 0.15 + fees[1], 0.2 + fees[2]])
    # 600 sold: goods 120, fulfilment 60 and 6% referral fee are gone before anybody is paid
    assert rows["bearable"].tolist() == pytest.approx([1 - 0.2 - 0.1 - 0.06] * 3)


def test_the_sentence_says_what_the_range_holds_and_what_sales_can_bear(usual):
    said = sentences.pay_band(bands(usual, AS_OF))
    assert "for a commission-only deal, the rates agreed in the tier" in said
    assert "for a hybrid deal or a partnership the flat fee besides" in said
    assert said.endswith("Sales can bear all of it: 64%.")
    dear = bands(usual, AS_OF).assign(expected_high=[0.15, 0.9, 12.0])
    assert (
        "Sales leave 64% for pay, samples and ads, and more than that is expected to go to tier 2 "
        "hybrid deals (up to 90%) and tier 3 partnership deals (over 1,000%)"
    ) in sentences.pay_band(dear)


def test_a_fee_that_meets_few_sales_is_what_explains_it(usual):
    rows = pay(usual, AS_OF).set_index("creator_id")
    assert rows.loc["bo", "ratio"] == pytest.approx((60 + FEE) / 400)
    assert rows.loc["bo", "expected_fee"] == pytest.approx(FEE / 1600)
    assert rows["verdict"].to_dict() == {"ana": "inside", "bo": "above", "cy": "above"}
    assert rows.loc["bo", "explained_by"] == rows.loc["cy", "explained_by"] == "flat_fee"


def test_of_a_fee_only_what_the_range_does_not_hold_explains_anything(tmp_path):
    """16 orders: the fee is 17% of 1,600 as expected; the rate paid is twice the agreed one."""
    orders = [sold(f"b{n}", "bo", 30.0, standard_commission_rate=0.3) for n in range(16)]
    client = client_of(tmp_path, PEOPLE, DEALS, [*orders, sold("o1", "ana")])
    row = pay(client, AS_OF).set_index("creator_id").loc["bo"]
    assert row["flat_fee"] == pytest.approx(row["expected_fee"])
    assert row["flat_fee"] > row["rate"] == pytest.approx(0.15)
    assert (row["verdict"], row["explained_by"]) == ("above", "rate")


def test_ads_paid_at_a_rate_that_no_deal_holds_are_explained_by_it(tmp_path):
    """Ana's deal sets no Shop Ads rate, so the platform should pay the standard one."""
    ads = {"standard_commission_actual": 0.0, "shop_ads_commission_actual": 4.0}
    ads |= {"shop_ads_commission_rate": 0.04}
    deals = [{**DEALS[0], "shop_ads_commission_rate": None}, *DEALS[1:]]
    client = client_of(tmp_path, PEOPLE, deals, [sold("o1", "ana", **ads)])
    row = pay(client, AS_OF).set_index("creator_id").loc["ana"]
    assert row[["ratio", "agreed", "shop_ads_rate"]].tolist() == pytest.approx([0.04, 0.15, -0.11])
    assert (row["verdict"], row["explained_by"]) == ("below", "shop_ads_rate")


def test_without_an_agreement_the_printed_rate_is_held_against_tier_one(tmp_path):
    orders = [sold("o1", "ana", 30.0, standard_commission_rate=0.3), sold("c1", "cy", 20.0)]
    client = client_of(tmp_path, PEOPLE, DEALS[1:2], orders)
    rows = pay(client, AS_OF).set_index("creator_id")
    assert rows.loc["ana", ["expected_low", "expected_high"]].tolist() == [0.10, 0.20]
    assert rows.loc["ana", "reason"] == (
        "no agreement is entered, and the printed rate is none that tier 1 is offered"
    )
    assert (rows.loc["cy", "verdict"], rows.loc["cy", "reason"]) == (
        "no range",
        "without an agreement",
    )
    said = sentences.pay_outside(rows.reset_index())
    assert said.endswith("1 creator cannot be judged yet: 1 without an agreement.")


def test_missing_orders_are_no_missing_sales(tmp_path):
    client = client_of(tmp_path, PEOPLE, DEALS, [])
    rows = pay(client, AS_OF)
    assert set(rows["verdict"]) == {"orders missing"}
    said = sentences.pay_outside(rows)
    assert "the affiliate orders, which hold sales and commission, are missing" in said
    assert "Affiliate Center > Affiliate orders > Export" in said
    page = html.unescape(re.sub("<.*?>", " ", tables.pay(rows).as_raw_html()))
    assert "Not known without the affiliate orders." in page


def test_nobody_with_an_agreement_has_no_band(tmp_path):
    client = client_of(tmp_path, PEOPLE, [], SALES)
    assert bands(client, AS_OF).empty
    assert sentences.pay_band(bands(client, AS_OF)) == (
        "Not known: what pay to expect (no agreement is entered)."
    )
    assert "ledgers/agreements.csv" in tables.pay_bands(bands(client, AS_OF)).as_raw_html()


def test_the_bands_are_shown_as_shares():
    row = {"tier": 2, "deal": "hybrid", "creators": 3, "rate_low": 0.08, "rate_high": 0.15}
    row |= {"fee_low": 0.5, "fee_high": 12.0, "expected_low": 0.08, "expected_high": 12.15}
    shown = tables.pay_bands(pd.DataFrame([{**row, "bearable": 0.6}])).as_raw_html()
    assert "8–15%" in shown
    assert "50% to over 1,000%" in shown
