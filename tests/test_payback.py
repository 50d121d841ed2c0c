"""How soon a sample and a fee come back, followed by hand."""

import math

import pandas as pd
import pytest
from scipy import stats

from kit import break_even, payback, sentences, tables
from kit.metrics.fetch import fetch
from kit.metrics.periods import Period, as_day
from tests.small_client import small_client

AS_OF = "2026-05-10"
COSTS = [{"product_id": "p1", "name": "Serum", "cost_of_goods": 10.0, "fulfilment_cost": 4.0}]


def line(order_id, creator, day, **given):
    # 40 less 10, 4, 2.40 of fee and 6 of commission leaves 17.60
    row = {
        "order_id": order_id,
        "creator_id": creator,
        "ordered_at": f"{day}T20:00:00Z",
        "gmv": 40.0,
        "standard_commission_rate": 0.15,
        "standard_commission_actual": 6.0,
    }
    return {**row, **given}


def sample(number, creator, delivered, unit=20.0, shipping=5.0, **given):
    row = {
        "sample_id": f"S{number}",
        "creator_id": creator,
        "product_id": "p1",
        "unit_cost": unit,
        "shipping_cost": shipping,
        "shipped_on": delivered,
        "delivered_on": delivered,
    }
    return {**row, **given}


def shop(folder, lines, products=COSTS, **tables):
    people = [{"creator_id": name} for name in ("ana", "bo", "cy", "di")]
    return small_client(folder, creators=people, orders=lines, products=products, **tables)


def test_a_line_leaves_what_its_costs_leave_of_it(tmp_path):
    lines = [line("o1", "ana", "2026-05-01"), line("o2", "ana", "2026-05-02", refunded_amount=40.0)]
    period = Period(as_day("2026-05-01"), as_day(AS_OF))
    margins = payback.line_margins(shop(tmp_path, lines), AS_OF, period)
    found = fetch(margins.order_by("order_id"))
    # the refunded one: −14 of goods, −0.48 of fee, and here the commission was paid all the same
    assert found["left"].tolist() == pytest.approx([17.60, -14 - 0.48 - 6])


FOLLOWED = [
    # ana needs 25: two orders leave 35.20, the second on day 9
    line("o1", "ana", "2026-03-04"),
    line("o2", "ana", "2026-03-10"),
    # bo sold before the sample came, and one order since: 17.60 of 25
    line("o3", "bo", "2026-02-20"),
    line("o4", "bo", "2026-03-20"),
    # cy sold another product
    line("o5", "cy", "2026-03-20", product_id="p2"),
]
SAMPLES = [
    sample(1, "ana", "2026-03-01"),
    sample(2, "bo", "2026-03-01"),
    sample(3, "cy", "2026-04-20"),
    # a second sample of the same product is not followed
    sample(4, "ana", "2026-04-01"),
    # not delivered yet on the day
    sample(5, "di", "2026-05-11"),
]


def test_samples_are_followed_from_delivery_until_paid_back(tmp_path):
    client = shop(
        tmp_path,
        FOLLOWED,
        products=[*COSTS, {"product_id": "p2", "cost_of_goods": 1.0, "fulfilment_cost": 1.0}],
        samples=SAMPLES,
    )
    products = break_even.products(client, AS_OF)
    table = payback.samples(client, AS_OF, products)
    whole = table.iloc[0]
    assert table["product"].tolist() == ["All", "Serum"]
    assert (whole["samples"], whole["paid_back"]) == (3, 1)
    assert whole["cost"] == 25.0
    # ana on day 9 of three; cy was followed for 20 days, bo for 70: Kaplan-Meier 1 of 3
    assert whole["by_30"] == pytest.approx(1 / 3)
    assert whole["by_60"] == pytest.approx(1 / 3)
    assert whole["by_60_low"] < 1 / 3 < whole["by_60_high"]
    assert math.isnan(whole["half_days"])
    left = products.set_index("product_id").loc["p1", "left_standard"]
    assert whole["orders_needed"] == math.ceil(25 / left)


def test_a_refund_puts_the_day_of_payback_off(tmp_path):
    lines = [
        line("o1", "ana", "2026-03-04", refunded_amount=40.0, standard_commission_actual=0.0),
        line("o2", "ana", "2026-03-10"),
        line("o3", "ana", "2026-03-11"),
        line("o4", "ana", "2026-03-20"),
    ]
    client = shop(tmp_path, lines, samples=SAMPLES[:1])
    table = payback.samples(client, AS_OF, break_even.products(client, AS_OF))
    # −14.48 + 17.60 + 17.60 = 20.72, short of 25 until the 20th: day 19
    assert table.iloc[0]["half_days"] == 19


@pytest.mark.parametrize(
    ("products", "samples", "why"),
    [
        (COSTS, [sample(1, "ana", "2026-03-01", unit=None)], payback.NO_SAMPLE_COST),
        ([], SAMPLES[:1], payback.NO_LINE_COST),
    ],
)
def test_a_cost_that_is_not_entered_leaves_the_shares_unknown(tmp_path, products, samples, why):
    client = shop(tmp_path, FOLLOWED, products=products, samples=samples)
    table = payback.samples(client, AS_OF, break_even.products(client, AS_OF))
    assert table["unknown"].iloc[0] == why
    assert table[["paid_back", "by_30", "by_60"]].isna().all(axis=None)
    assert why in sentences.sample_payback(table)
    assert "nan" not in tables.sample_payback(table).as_raw_html()


def deal(creator, fee, **given):
    row = {"creator_id": creator, "valid_from": "2026-04-13", "valid_to": "2026-05-10"}
    return {**row, "flat_fee": fee, "fee_per": "deal", **given}


def test_a_fee_comes_back_in_orders_and_days_of_the_creators_own_pace(tmp_path):
    # ana: 14 orders in the 28 days, each leaving 17.60; a fee of 100 and a sample of 25
    lines = [line(f"o{n}", "ana", f"2026-04-{13 + n}") for n in range(14)]
    client = shop(
        tmp_path,
        lines,
        agreements=[deal("ana", 100.0), deal("bo", 10.0)],
        samples=[sample(1, "ana", "2026-04-20")],
    )
    table = payback.creators(client, AS_OF).set_index("creator_id")
    ana = table.loc["ana"]
    assert ana["cost"] == 125.0
    assert ana["brought"] == pytest.approx(14 * 17.60)
    assert ana["left"] == pytest.approx(17.60)
    assert ana["orders_needed"] == 8
    assert ana["days_needed"] == pytest.approx(16)  # half an order a day
    low, high = (end / 28 for end in stats.gamma.interval(0.9, 14.5))
    assert [ana["ci_low"], ana["ci_high"]] == pytest.approx([8 / high, 8 / low])
    assert ana["pays"] == "yes"
    bo = table.loc["bo"]
    assert (bo["orders"], bo["orders_needed"], bo["left_basis"]) == (0, 1, "program")
    assert math.isnan(bo["days_needed"])
    assert bo["ci_high"] == math.inf
    assert bo["pays"] == "open"
    assert sentences.creator_payback(table.reset_index()).startswith(
        "Of 2 creators paid a flat fee, one earns it back within four weeks; of one it cannot be "
        "told yet. What these orders left falls $10.00 short of the fees."
    )


def test_a_fee_far_beyond_the_pace_surely_does_not_come_back(tmp_path):
    lines = [line(f"o{n}", "ana", f"2026-04-{13 + n}") for n in range(14)]
    client = shop(tmp_path, lines, agreements=[deal("ana", 1000.0)])
    table = payback.creators(client, AS_OF)
    assert table["pays"].tolist() == ["no"]
    assert table["orders_needed"].tolist() == [57]
    assert "surely does not: ana" in sentences.creator_payback(table)
    assert "no" in tables.creator_payback(table).as_raw_html()


def test_a_fee_paid_for_nothing_named_is_unknown(tmp_path):
    client = shop(
        tmp_path, [line("o1", "ana", "2026-05-01")], agreements=[deal("ana", 90.0, fee_per=None)]
    )
    (row,) = payback.creators(client, AS_OF).itertuples()
    assert row.unknown == "what the flat fee of ana is paid for"
    assert pd.isna(row.cost)
    assert row.pays == ""


def test_nobody_with_a_fee_gives_an_empty_table(tmp_path):
    table = payback.creators(shop(tmp_path, [line("o1", "ana", "2026-05-01")]), AS_OF)
    assert table.empty
    assert sentences.creator_payback(table) == "Nobody is paid a flat fee."
    assert "Nobody is paid" in tables.creator_payback(table).as_raw_html()
