"""Break-even by hand: ten orders worked on paper, and products of a small client."""

import math

import pandas as pd
import pytest

from kit import break_even
from kit.break_even import Order, highest_commission, left_before_ads, orders_to_pay, roas
from kit.policy import Fees
from tests.small_client import small_client

AS_OF = "2026-05-10"
FEES = Fees()

# price, goods, fulfilment, referral, refunds, commission → left before ads, highest commission.
# Worked by hand: kept = price × (1 − refunds); fee = referral × kept + 20% of referral × what was
# given back, at most 5; left = kept − goods − fulfilment − fee − commission × kept.
BY_HAND = [
    # the published example: kept 36.80, fee 2.208 + 0.0384, so 20.5536 before commission
    ((40, 10, 4, 0.06, 0.08), 0.15, 15.0336, 20.5536 / 36.8),
    ((40, 10, 4, 0.06, 0.08), 0.08, 17.6096, 20.5536 / 36.8),
    # nothing refunded: 40 − 14 − 2.40 = 23.60, less 6
    ((40, 10, 4, 0.06, 0.0), 0.15, 17.60, 23.60 / 40),
    # half refunded: kept 20, fee 1.2 + 0.24; 20 − 14 − 1.44 = 4.56, less 3
    ((40, 10, 4, 0.06, 0.5), 0.15, 1.56, 4.56 / 20),
    # all refunded: nothing kept, 0.48 of fee on 14 of goods; no commission is due on nothing
    ((40, 10, 4, 0.06, 1.0), 0.15, -14.48, math.nan),
    # no commission at all
    ((25, 5, 3, 0.06, 0.0), 0.0, 15.50, 15.50 / 25),
    # goods above the price: −5 − 0.60, less 1
    ((10, 15, 0, 0.06, 0.0), 0.10, -6.60, 0.0),
    # a 9% fee (UK): kept 47.50, fee 4.275 + 0.045, left 47.50 − 20 − 4.32 = 23.18, less 7.125
    ((50, 15, 5, 0.09, 0.05), 0.15, 16.055, 23.18 / 47.5),
    # a dear product: 20% of 60.00 would be 12.00 a refund, the limit is 5.00; a tenth is refunded
    ((1000, 300, 20, 0.06, 0.1), 0.1, 900 - 320 - 54 - 0.5 - 90, (900 - 320 - 54.5) / 900),
    # 80% Shop Ads commission, the platform's most: 20 − 4 − 3 − 1.20 = 11.80, less 16
    ((20, 4, 3, 0.06, 0.0), 0.80, -4.20, 11.80 / 20),
    # a free gift has no price and no return
    ((12, 3, 4, 0.0, 0.0), 0.25, 2.0, 5.0 / 12),
]


@pytest.mark.parametrize(("order", "commission", "left", "highest"), BY_HAND)
def test_orders_worked_by_hand(order, commission, left, highest):
    made = Order(*order)
    assert left_before_ads(made, commission, FEES) == pytest.approx(left)
    price = made.price
    expected = price / left if left > 0 else math.inf
    assert roas(made, commission, FEES) == pytest.approx(expected)
    assert highest_commission(made, FEES) == pytest.approx(highest, nan_ok=True)


def test_the_worked_example_to_two_digits():
    order = Order(40, 10, 4, 0.06, 0.08)
    assert round(roas(order, 0.15, FEES), 2) == 2.66
    assert round(roas(order, 0.08, FEES), 2) == 2.27


def test_at_the_highest_commission_nothing_is_left():
    order = Order(40, 10, 4, 0.06, 0.08)
    assert left_before_ads(order, highest_commission(order, FEES), FEES) == pytest.approx(0)


@pytest.mark.parametrize(
    ("cost", "left", "orders"),
    [(11.25, 15.0336, 1), (400.0, 15.0336, 27), (30.0, 15.0, 2), (0.0, 15.0, 0), (5.0, 0.0, None)],
)
def test_orders_that_pay_back_a_cost_are_whole(cost, left, orders):
    found = orders_to_pay(cost, left)
    assert math.isnan(found) if orders is None else found == orders


def line(number, **given):
    row = {
        "order_id": f"o{number}",
        "creator_id": "ana",
        "ordered_at": "2026-03-10T20:00:00Z",
        "gmv": 40.0,
        "standard_commission_rate": 0.15,
    }
    return {**row, **given}


COSTS = [{"product_id": "p1", "name": "Serum", "cost_of_goods": 10.0, "fulfilment_cost": 4.0}]


def shop(folder, *lines, products=COSTS, **tables):
    creators = [{"creator_id": "ana"}]
    return small_client(folder, creators=creators, orders=list(lines), products=products, **tables)


def of(client, cost_per_click=math.nan, product="p1"):
    table = break_even.products(client, AS_OF, cost_per_click)
    return table[table["product_id"] == product].iloc[0]


def test_a_product_stands_at_its_own_lines_and_deals(tmp_path):
    ads = {"standard_commission_rate": None, "shop_ads_commission_rate": 0.08}
    # 50 orders of 40.00, two of them with two units; 2 refunded in full; 10 came by ads
    lines = [line(n) for n in range(38)]
    lines += [line(n, quantity=2, gmv=80.0) for n in (38, 39)]
    lines += [line(n, **ads) for n in range(40, 48)]
    lines += [line(n, **ads, refunded_amount=40.0, fully_refunded=True) for n in (48, 49)]
    row = of(shop(tmp_path, *lines), 0.5)
    assert row["orders"] == 50
    assert row["price"] == pytest.approx((48 * 40 + 2 * 80) / 50)
    assert row["cost_of_goods"] == pytest.approx(52 * 10 / 50)
    assert row["fulfilment"] == pytest.approx(52 * 4 / 50)
    assert [row["standard_rate"], row["shop_ads_rate"]] == pytest.approx([0.15, 0.08])
    # one product alone: its rate is pulled towards nothing but itself
    assert row["refund_low"] < 2 / 50 < row["refund_high"]
    kept = 41.6 * (1 - row["refund_rate"])
    fee = 0.06 * kept + 0.2 * 0.06 * 41.6 * row["refund_rate"]
    left = kept - 10.4 - 4.16 - fee - 0.08 * kept
    assert row["left_shop_ads"] == pytest.approx(left)
    assert row["roas_shop_ads"] == pytest.approx(41.6 / left)
    assert row["shop_ads_low"] < row["roas_shop_ads"] < row["shop_ads_high"]
    assert row["highest_low"] < row["highest_commission"] < row["highest_high"]
    assert row["conversion"] == pytest.approx(0.5 / left)


def test_refunds_of_the_newest_lines_are_not_in_the_rate_yet(tmp_path):
    old = [line(n) for n in range(30)]
    new = [line(n, ordered_at="2026-05-01T20:00:00Z", refunded_amount=40.0) for n in range(30, 40)]
    row = of(shop(tmp_path, *old, *new))
    assert row["refund_lines"] == 30
    assert row["refund_rate"] < 0.05


@pytest.mark.parametrize(
    ("products", "lines", "said"),
    [
        (
            [{"product_id": "p1", "fulfilment_cost": 4.0}],
            {},
            "cost of goods not entered for 1 line",
        ),
        (
            [{"product_id": "p1", "cost_of_goods": 1.0}],
            {},
            "fulfilment cost not entered for 1 line",
        ),
        (COSTS, {"standard_commission_rate": None}, break_even.NO_RATE),
        (COSTS, {"ordered_at": "2026-05-08T20:00:00Z"}, break_even.NO_REFUNDS),
    ],
)
def test_what_is_not_entered_is_unknown_by_its_name_and_never_zero(tmp_path, products, lines, said):
    row = of(shop(tmp_path, line(1, **lines), products=products), 0.5)
    assert said in row["unknown"]
    answers = [
        "left_standard",
        "roas_standard",
        "roas_shop_ads",
        "highest_commission",
        "conversion",
    ]
    assert row[answers].isna().all()


def test_without_a_shop_ads_rate_ads_pay_the_standard_one_and_it_is_said(tmp_path):
    row = of(shop(tmp_path, line(1)))
    assert row["shop_ads_rate"] == row["standard_rate"] == 0.15
    assert row["roas_shop_ads"] == row["roas_standard"]
    assert row["note"] == break_even.NO_ADS_RATE
    deal = {"creator_id": "ana", "valid_from": "2026-01-01", "shop_ads_commission_rate": 0.05}
    agreed = of(shop(tmp_path / "b", line(1), agreements=[deal]))
    assert agreed["shop_ads_rate"] == 0.05
    assert agreed["note"] == ""


def test_a_product_not_sold_lately_stands_at_its_listed_price(tmp_path):
    listed = {"product_id": "p2", "name": "Mask", "cost_of_goods": 3.0, "fulfilment_cost": 4.0}
    rows = [
        {**listed, "sku_id": "a", "price": 20.0},
        {**listed, "sku_id": "b", "price": 30.0},
        # a price that begins only after the day
        {**listed, "sku_id": "b", "price": 90.0, "valid_from": "2026-06-01"},
    ]
    row = of(shop(tmp_path, *[line(n) for n in range(40)], products=COSTS + rows), product="p2")
    assert row["orders"] == 0
    assert row["price"] == 25.0
    assert row["note"].startswith("not sold in these weeks: at its listed price")
    assert 0 < row["refund_rate"] < 0.1
    no_price = of(shop(tmp_path / "b", line(1), products=[*COSTS, listed]), product="p2")
    assert no_price["unknown"].startswith("price not entered")


def test_a_missing_cost_never_makes_a_product_look_better(tmp_path):
    known = of(shop(tmp_path / "a", line(1), line(2)))
    dearer = of(
        shop(tmp_path / "b", line(1), line(2), products=[{**COSTS[0], "cost_of_goods": 20}])
    )
    assert dearer["roas_standard"] > known["roas_standard"]
    lacking = of(
        shop(
            tmp_path / "c",
            line(1),
            line(2, product_id="p1", sku_id="s9"),
            products=[
                {**COSTS[0], "sku_id": "s1"},
            ],
        )
    )
    assert lacking["unknown"].startswith("cost of goods not entered for 1 line")
    assert pd.isna(lacking["roas_standard"])


def test_a_client_without_products_has_an_empty_table(tmp_path):
    assert break_even.products(shop(tmp_path, products=[]), AS_OF).empty
