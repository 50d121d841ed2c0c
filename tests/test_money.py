"""Break-even, the parts of a change of GMV, and contribution."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import FACTORS, TOTALS, break_even_roas, contribution, decompose, gmv_change, parts
from tests.small_client import small_client

AS_OF = "2026-05-10"


def week(*totals):
    return pd.DataFrame([totals], columns=TOTALS)


def test_break_even_keeps_the_worked_example():
    # $40, goods 25%, $4 to ship, 6% fee, 8% refunds: 15.0336 an order at 15%, 17.6096 at 8%
    assert break_even_roas(40, 10, 4, 0.06, 0.08, 0.15) == pytest.approx(40 / 15.0336)
    assert break_even_roas(40, 10, 4, 0.06, 0.08, 0.08) == pytest.approx(40 / 17.6096)


def test_no_roas_breaks_even_on_an_order_that_loses_money():
    assert break_even_roas(10, 12, 0, 0.06, 0, 0.1) == math.inf


def test_shapley_keeps_the_worked_example():
    parts = decompose(week(20, 30, 1800, 36, 1440), week(24, 30, 2000, 50, 1920))
    assert parts.round(2).tolist() == [306.15, -308.82, 177.25, 374.34, -68.91]
    assert parts.sum() == pytest.approx(480.00, abs=1e-9)


def test_a_week_without_orders_puts_the_fall_on_creators_and_conversion():
    # posts per creator 1.5 and clicks per post 60 unchanged; order value takes the other week's
    parts = decompose(week(20, 30, 1800, 36, 1440), week(10, 15, 900, 0, 0))
    assert parts.round(6).tolist() == [-360, 0, 0, -1080, 0]


def test_log_mean_divisia_agrees_about_sign_and_sum():
    before, after = week(20, 30, 1800, 36, 1440), week(24, 30, 2000, 50, 1920)
    mean = (1920 - 1440) / math.log(1920 / 1440)
    ratios = [24 / 20, 30 / 24 / (30 / 20), 2000 / 30 / 60, 50 / 2000 / 0.02, 1920 / 50 / 40]
    lmdi = [mean * math.log(ratio) for ratio in ratios]
    assert [round(part, 2) for part in lmdi] == [304.21, -304.21, 175.79, 372.32, -68.11]
    for part, check in zip(decompose(before, after), lmdi, strict=True):
        assert part == pytest.approx(check, abs=5)


def test_nothing_sold_in_either_week_changes_nothing():
    assert decompose(week(3, 4, 50, 0, 0), week(5, 9, 80, 0, 0)).tolist() == [0.0] * 5
    assert decompose(week(0, 0, 0, 0, 0), week(0, 0, 0, 0, 0)).tolist() == [0.0] * 5


def test_the_first_week_ever_puts_the_rise_on_creators():
    # every ratio of the empty week takes the other week's value
    parts = decompose(week(0, 0, 0, 0, 0), week(2, 4, 100, 5, 90.0))
    assert parts.round(9).tolist() == [90, 0, 0, 0, 0]


totals = st.tuples(*[st.integers(0, 300)] * 4, st.integers(0, 10**7).map(lambda cents: cents / 100))


@given(totals, totals)
def test_parts_always_sum_to_the_change(before, after):
    parts = decompose(week(*before), week(*after))
    assert list(parts.index) == FACTORS
    assert parts.sum() == pytest.approx(after[-1] - before[-1], abs=0.005)


@given(totals, totals)
def test_printed_parts_sum_to_the_printed_change(before, after):
    old, new = (week(*sums).iloc[0] for sums in (before, after))
    found = parts(
        pd.Series({**old, "whole_gmv": old["gmv"] + 1}),
        pd.Series({**new, "whole_gmv": new["gmv"]}),
    )
    cents = (found * 100).round().astype(int)
    assert cents.tolist() == pytest.approx((found * 100).tolist(), abs=1e-6)
    assert cents.sum() == round(after[-1] * 100) - round(before[-1] * 100) - 100


def client_with_costs(folder, **tables):
    """One line of 40.00, 2 units, half of it refunded; goods 5 and fulfilment 2 a unit."""
    given = {
        "creators": [{"creator_id": "ana"}],
        "posts": [{"post_id": "1", "creator_id": "ana", "published_on": "2026-05-05"}],
        "orders": [
            {
                "order_id": "o1",
                "creator_id": "ana",
                "post_id": "1",
                "ordered_at": "2026-05-06T20:00:00Z",
                "gmv": 40.0,
                "quantity": 2,
                "refunded_amount": 20.0,
                "standard_commission_actual": 3.0,
            }
        ],
        "products": [{"product_id": "p1", "cost_of_goods": 5.0, "fulfilment_cost": 2.0}],
    }
    return small_client(folder, **(given | tables))


def parts_of(client, kind="creator", subject="ana"):
    rows = contribution(client, AS_OF)
    own = rows[(rows["subject_kind"] == kind) & (rows["subject"] == subject)]
    return own.set_index("part")


def test_contribution_takes_every_cost_off_net_revenue(tmp_path):
    client = client_with_costs(
        tmp_path,
        agreements=[
            {"creator_id": "ana", "valid_from": "2026-05-04", "flat_fee": 1.5, "fee_per": "post"}
        ],
        samples=[
            {
                "sample_id": "a",
                "creator_id": "ana",
                "unit_cost": 2.0,
                "shipping_cost": 1.0,
                "shipped_on": "2026-04-20",
            }
        ],
        shop_orders=[
            {
                "order_id": "o1",
                "buyer_key": "b",
                "platform_discount": 10.0,
                "ordered_at": "2026-05-06T20:00:00Z",
            }
        ],
    )
    found = parts_of(client)["amount"].round(6).to_dict()
    # base 40 + 10 platform discount; half refunded: fee 6% of 25; 20% of 6% of 25 back
    assert found == {
        "net_revenue": 20.0,
        "goods": -10.0,
        "fulfilment": -4.0,
        "referral_fee": -1.5,
        "refund_fee": -0.3,
        "standard": -3.0,
        "shop_ads": 0.0,
        "samples": -3.0,
        "flat_fees": -1.5,
        "ad_spend": 0.0,
        "contribution": -3.3,
        "paid_not_posted": 0.0,
    }


def test_a_cost_that_was_not_entered_makes_the_contribution_missing_and_is_named(tmp_path):
    client = client_with_costs(tmp_path, products=[{"product_id": "p1", "cost_of_goods": 5.0}])
    row = parts_of(client).loc["contribution"]
    assert math.isnan(row["amount"])
    assert row["status"] == "missing"
    assert row["unknown"] == "fulfilment cost not entered for 1 line"


def test_the_cost_of_a_sku_and_of_its_day_comes_first(tmp_path):
    costs = [
        {"product_id": "p1", "cost_of_goods": 9.0, "fulfilment_cost": 0.0},
        {"product_id": "p1", "sku_id": "s1", "cost_of_goods": 3.0},
        {"product_id": "p1", "sku_id": "s1", "cost_of_goods": 4.0, "valid_from": "2026-05-01"},
        {"product_id": "p1", "sku_id": "s1", "cost_of_goods": 7.0, "valid_from": "2026-05-07"},
        {"product_id": "p1", "sku_id": "s2", "cost_of_goods": 8.0},
    ]
    assert parts_of(client_with_costs(tmp_path, products=costs)).loc["goods", "amount"] == -8.0


def test_the_refund_fee_has_a_limit_per_line(tmp_path):
    line = {
        "order_id": "o1",
        "creator_id": "ana",
        "ordered_at": "2026-05-06T20:00:00Z",
        "gmv": 1000.0,
        "refunded_amount": 1000.0,
        "fully_refunded": True,
    }
    parts = parts_of(client_with_costs(tmp_path, orders=[line]))["amount"]
    assert parts["refund_fee"] == -5.0  # 20% of 60 would be 12
    assert parts["referral_fee"] == 0.0


def test_the_limit_in_dollars_limits_no_other_currency(tmp_path):
    line = {"order_id": "o1", "creator_id": "ana", "ordered_at": "2026-05-06T20:00:00Z"}
    line |= {"gmv": 500_000.0, "refunded_amount": 500_000.0, "fully_refunded": True}
    given = {"orders": [line], "currency": "IDR"}
    assert parts_of(client_with_costs(tmp_path / "a", **given))["amount"]["refund_fee"] == -6000.0
    own = client_with_costs(
        tmp_path / "b", **given, policy={"fees": {"refund_fee_most": 900, "currency": "IDR"}}
    )
    assert parts_of(own)["amount"]["refund_fee"] == -900.0


def test_fees_for_posts_that_never_came_are_named_and_counted_once(tmp_path):
    deal = {
        "creator_id": "ana",
        "valid_from": "2026-04-13",
        "valid_to": "2026-05-10",
        "posts_per_week": 1.0,
        "flat_fee": 100.0,
        "fee_per": "deal",
    }
    parts = parts_of(client_with_costs(tmp_path, agreements=[deal]))["amount"]
    assert parts["flat_fees"] == -100.0
    assert parts["paid_not_posted"] == -75.0  # one of four agreed posts came
    spent = parts.drop(["contribution", "paid_not_posted"])
    assert parts["contribution"] == pytest.approx(spent.sum())


def test_costs_without_sales_still_cost(tmp_path):
    samples = [
        {
            "sample_id": "a",
            "creator_id": "bo",
            "unit_cost": 2.0,
            "shipping_cost": 1.0,
            "shipped_on": "2026-05-10",
        }
    ]
    client = client_with_costs(
        tmp_path, samples=samples, creators=[{"creator_id": "ana"}, {"creator_id": "bo"}]
    )
    assert parts_of(client, subject="bo").loc["contribution", "amount"] == -3.0


def test_gmv_without_a_post_is_a_line_of_its_own(tmp_path):
    line = {"creator_id": "ana", "gmv": 30.0}
    client = client_with_costs(
        tmp_path,
        orders=[
            {**line, "order_id": "o1", "post_id": "1", "ordered_at": "2026-05-06T20:00:00Z"},
            {**line, "order_id": "o2", "ordered_at": "2026-05-06T20:00:00Z"},
        ],
        posts=[
            {"post_id": "0", "creator_id": "ana", "published_on": "2026-04-29"},
            {"post_id": "1", "creator_id": "ana", "published_on": "2026-05-05"},
        ],
        post_stats=[
            {"post_id": "0", "window_start": "2026-04-27", "window_end": "2026-05-03", "clicks": 5},
            {"post_id": "1", "window_start": "2026-05-04", "window_end": "2026-05-10", "clicks": 5},
        ],
    )
    change = gmv_change(client, AS_OF).set_index("part")["effect"]
    assert change["without a post"] == 30.0
    assert change["conversion"] == 30.0
    assert change["all"] == 60.0


def shop_line(platform, seller):
    return {
        "order_id": "o1",
        "buyer_key": "b",
        "ordered_at": "2026-05-06T20:00:00Z",
        "gmv": 50.0,
        "platform_discount": platform,
        "seller_discount": seller,
    }


@pytest.mark.parametrize(
    ("platform", "seller", "base"),
    [
        (4.0, 6.0, 44.0),  # 40 is 50 less both: the platform pays its 4 to the seller
        (4.0, 10.0, 40.0),  # 40 is 50 less the seller's: the platform's 4 are in it
        (1.0, 2.0, 41.0),  # equals no subtotal: taken as before the platform's part
    ],
)
def test_the_referral_fee_is_on_payment_and_platform_discount_once(
    tmp_path, platform, seller, base
):
    line = {"order_id": "o1", "creator_id": "ana", "gmv": 40.0}
    client = client_with_costs(
        tmp_path,
        orders=[{**line, "ordered_at": "2026-05-06T20:00:00Z"}],
        shop_orders=[shop_line(platform, seller)],
    )
    assert parts_of(client)["amount"]["referral_fee"] == pytest.approx(-0.06 * base)


def test_a_rate_that_changes_holds_from_its_day(tmp_path):
    line = {"creator_id": "ana", "gmv": 100.0}
    client = client_with_costs(
        tmp_path,
        policy={"fees": {"referral_rates": {"2026-05-07": 0.09}}},
        orders=[
            {**line, "order_id": "o1", "ordered_at": "2026-05-07T06:59:00Z"},  # still the 6th
            {**line, "order_id": "o2", "ordered_at": "2026-05-07T20:00:00Z"},
        ],
    )
    assert parts_of(client)["amount"]["referral_fee"] == pytest.approx(-6.0 - 9.0)
