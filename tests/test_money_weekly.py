"""The money of the weekly review: how it settles, what creators are paid, and how it is shown."""

import html
import math
import re
from datetime import date, timedelta

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kit import plots, results, sentences, tables
from kit.money import weekly as money
from kit.money.pay import EXPLAINS, pay
from kit.money.settling import age_of_download, provisional, settling
from tests.small_client import small_client

MONDAYS = [date(2026, 2, 23) + timedelta(weeks=week) for week in range(10)]
AS_OF = MONDAYS[-1] + timedelta(days=6)


def text(table):
    page = re.sub("<style>.*?</style>", "", table.as_raw_html(), flags=re.S)
    return html.unescape(re.sub("<.*?>", " ", page))


def settling_client(folder, downloads=None):
    """A 100.00 order a week; its commission is 10 estimated, and 8 from the second download on.

    The order of the fifth week has been refunded by its second download. Downloads come on the
    Wednesday after each week unless `downloads` says otherwise.
    """
    orders, versions = [], []
    days = [monday + timedelta(days=9) for monday in [*MONDAYS, MONDAYS[-1] + timedelta(weeks=1)]]
    for week, monday in enumerate(MONDAYS):
        line = {"order_id": f"o{week}", "sku_id": "s1", "post_id": None, "gmv": 100.0}
        back = 100.0 if week == 4 else 0.0
        later = {"status": "settled", "refunded_amount": back, "standard_commission_actual": 8.0}
        orders.append(
            {
                **line,
                **later,
                "creator_id": "ana",
                "ordered_at": f"{monday + timedelta(days=2)}T20:00:00Z",
                "standard_commission_estimated": 10.0,
            }
        )
        for nth, seen in enumerate(downloads or days[week : week + 2]):
            first = {"status": "pending", "refunded_amount": 0.0}
            state = later if nth or downloads else first
            versions.append(
                {
                    **line,
                    **state,
                    "counts": True,
                    "seen_on": str(seen),
                    "standard_commission_estimated": 10.0,
                }
            )
    files = [
        {
            "file": f"{day}.csv",
            "kind": "affiliate_orders",
            "seen_on": str(day),
            "last_day": str(day - timedelta(days=3)),
        }
        for day in downloads or days
    ]
    creators = [{"creator_id": "ana"}]
    return small_client(
        folder, creators=creators, orders=orders, order_versions=versions, files=files
    )


def test_how_far_four_weeks_moved_is_measured_at_each_age(tmp_path):
    rows = settling(settling_client(tmp_path), AS_OF).set_index(["measure", "age_days"])
    # a week old: 10 + 8 + 8 + 8 of commission shown, 32 settled, of 400 net; with the refunded
    # order among the earlier three weeks, of 300
    commission = rows.loc[("commission", 7)]
    assert commission["periods"] == 7
    assert commission["low"] == pytest.approx(-2 / 300)
    assert commission["high"] == pytest.approx(-2 / 400)
    # the refunded order was shown to leave 100 − 6 − 10; it cost 8 and a fifth of the fee
    left = rows.loc[("contribution", 7)]
    assert left["low"] == pytest.approx((-9.2 - 84) / 400)
    assert left["high"] == pytest.approx(2 / 300)
    for age in (14, 30):
        assert rows.loc[("contribution", age), ["low", "high"]].tolist() == [0, 0]


def test_the_provisional_range_is_what_earlier_weeks_moved(tmp_path):
    client = settling_client(tmp_path)
    rows = settling(client, AS_OF)
    assert age_of_download(client, AS_OF) == 10
    assert provisional(rows, 50.0, 400.0, 10) == (50.0, 50.0)
    assert provisional(rows, 50.0, 400.0, 3) == pytest.approx((50 - 93.2, 50 + 400 * 2 / 300))


def test_without_earlier_downloads_the_range_is_refused_with_the_reason(tmp_path):
    client = settling_client(tmp_path, downloads=[AS_OF + timedelta(days=3)])
    rows = settling(client, AS_OF).set_index(["measure", "age_days"])
    row = rows.loc[("contribution", 7)]
    assert math.isnan(row["low"])
    assert row["refused"] == "1 earlier four weeks settled and downloaded within 7 days, 4 needed"
    found = money.weekly(client, AS_OF)["provisional"].iloc[0]
    assert sentences.provisional(found) == (
        "Not known: how far the contribution still moves (1 earlier four weeks settled and "
        "downloaded within 7 days, 4 needed)."
    )


def sold(order, creator, commission, rate=0.15, back=0.0, **cells):
    return {
        "order_id": order,
        "creator_id": creator,
        "ordered_at": "2026-05-01T20:00:00Z",
        "gmv": 100.0,
        "refunded_amount": back,
        "commission_base_actual": 100.0,
        "standard_commission_rate": rate,
        "standard_commission_actual": commission,
        **cells,
    }


@pytest.fixture
def paid(tmp_path):
    deal = {"valid_from": "2026-01-01", "commission_rate": 0.15, "shop_ads_commission_rate": 0.08}
    names = ["ana", "bo", "cy", "di", "el"]
    by_ads = {"shop_ads_commission_rate": 0.08}
    return small_client(
        tmp_path,
        policy={"commission": {"min_orders": 1}},
        creators=[{"creator_id": name} for name in names],
        agreements=[
            *({"creator_id": name, **deal} for name in ("ana", "bo", "di")),
            {"creator_id": "cy", **deal, "flat_fee": 280.0, "fee_per": "deal"}
            | {"valid_from": "2026-04-10", "valid_to": "2026-05-07"},
        ],
        orders=[
            sold("o1", "ana", 30.0, rate=0.30),
            sold("o2", "bo", 15.0),
            sold("o3", "bo", 15.0, back=100.0),
            sold("o4", "di", 0.0, **by_ads, shop_ads_commission_actual=18.0),
            sold("o5", "el", 15.0),
        ],
        products=[{"product_id": "p1", "cost_of_goods": 5.0, "fulfilment_cost": 2.0}],
    )


def test_who_is_paid_outside_the_range_and_which_part_explains_it(paid):
    rows = pay(paid, AS_OF).set_index("creator_id")
    assert rows["verdict"].to_dict() == {
        **dict.fromkeys(["ana", "bo", "di"], "above"),
        "cy": "no sales",
        "el": "inside",  # no agreement: up to the 20% of tier 1
    }
    assert rows["explained_by"].dropna().to_dict() == {
        "ana": "rate",
        "bo": "refunds",
        "cy": "flat_fee",
        "di": "shop_ads_rate",
    }
    assert rows.loc["ana", ["ratio", "agreed", "rate"]].tolist() == pytest.approx([0.3, 0.15, 0.15])
    assert rows.loc["bo", ["ratio", "agreed", "refunds"]].tolist() == pytest.approx(
        [0.3, 0.15, 0.15]
    )
    assert rows.loc["di", ["agreed", "shop_ads_rate"]].tolist() == pytest.approx([0.08, 0.10])
    assert rows.loc["ana", ["expected_low", "expected_high"]].tolist() == [0.08, 0.15]
    parts = rows[["agreed", *EXPLAINS]].sum(axis=1)
    assert (parts - rows["ratio"]).abs().max() < 1e-9
    said = sentences.pay_outside(rows.reset_index())
    assert "ana (30% against 8–15%: the rate paid on standard orders is not the agreed one)" in said
    assert "cy (a flat fee and no sales)" in said


def test_the_section_shows_what_stands_in_the_results(paid):
    found = money.weekly(paid, AS_OF)
    rows = results.figures("weekly_review", *money.figures(found, "small", AS_OF))
    parts = rows[rows["metric"] == "contribution_part"].set_index("subject")
    # 500 less 100 refunded; 5 units at 5 and 2; 6% of 400 and a fifth of 6.00; commission 93;
    # of the fee of 280 for 10 April to 7 May the 24 days up to 3 May
    assert parts["value"].to_dict() == pytest.approx(
        {
            "gross_sales": 500.0,
            "platform_discount": 0.0,
            "seller_discount": 0.0,
            "refunds": -100.0,
            "goods": -25.0,
            "goods_resold": 0.0,
            "fulfilment": -10.0,
            "referral_fee": -24.0,
            "refund_fee": -1.2,
            "standard": -75.0,
            "shop_ads": -18.0,
            "flat_fees": -240.0,
            "ad_spend": 0.0,
        }
    )
    assert parts.loc["referral_fee", "status"] == "estimated"
    assert parts.loc["referral_fee", "note"].startswith("assumed: ")
    left = rows[(rows["metric"] == "contribution_margin") & (rows["subject"] == "small")]
    assert left["value"].iloc[0] == pytest.approx(parts["value"].sum() / 400)
    assert rows[rows["metric"] == "money_share"]["value"].sum() == pytest.approx(1.0)


def test_the_chart_steps_from_sales_to_what_is_left():
    lines = pd.DataFrame(
        {
            "line": ["gross_sales", "goods", "goods_resold", "flat_fees"],
            "amount": [1000.0, -250.0, 0.0, -900.0],
            "status": ["estimated", "settled", "assumed", "assumed"],
        }
    )
    fig, ax = plt.subplots()
    plots.contribution(lines, ax)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [
        *("Sales before discounts (estimated)", "Goods", "Flat fees (assumed)"),
        "Left over (contribution)",
    ]
    assert [label.get_text() for label in ax.texts] == ["$1,000", "−$250", "−$900", "−$150"]
    ends = [round(bar.get_x() + bar.get_width(), 6) for bar in ax.patches]
    assert ends == [1000.0, 750.0, -150.0, -150.0]
    plt.close(fig)


def test_an_unknown_cost_leaves_the_chart_and_the_sentence_without_a_sum():
    lines = pd.DataFrame(
        {
            "line": ["gross_sales", "goods"],
            "amount": [1000.0, math.nan],
            "status": ["settled", "missing"],
            "said": ["", "cost of goods not entered for 2 lines"],
        }
    )
    fig, ax = plt.subplots()
    plots.contribution(lines, ax)
    assert "a cost is not entered" in ax.texts[0].get_text()
    plt.close(fig)
    assert sentences.money_left(lines) == (
        "Not known: what the program left over (cost of goods not entered for 2 lines)."
    )


def left_of(*rows):
    columns = ["subject_kind", "subject", "net_revenue", "contribution", "sells_well", "loses"]
    table = pd.DataFrame(rows, columns=columns)
    zero = dict.fromkeys(["orders", "posts"], 1)
    rates = dict.fromkeys(["margin", "contribution_per_order", "contribution_per_post"], math.nan)
    return table.assign(**zero, **rates, unknown="", low=math.nan, high=math.nan)


def test_those_who_sell_well_and_lose_money_are_named():
    left = left_of(
        ("program", "small", 1600.0, 80.0, False, False),
        ("creator", "ana", 1000.0, 200.0, True, False),
        ("creator", "bo", 500.0, -120.0, True, True),
        ("creator", "cy", 100.0, -5.0, False, True),
        ("creator", "of no creator", 0.0, 5.0, False, False),
    )
    assert sentences.sell_and_lose(left) == (
        "One of the 2 creators who sell best loses money: bo ($500 sold, −$120 left)."
    )
    shown = text(tables.creators_by_contribution(left))
    assert shown.index("ana") < shown.index("Of no creator") < shown.index("cy")
    assert shown.index("cy") < shown.index("bo") < shown.index("Program")
    assert shown.count("sells well, loses money") == 1


def test_what_was_paid_and_not_posted_stands_on_the_creators_line(tmp_path):
    """280.00 for 28 days and eight posts, of which two came; a sample of 12.40 without a post."""
    client = small_client(
        tmp_path,
        creators=[{"creator_id": "cy"}, {"creator_id": "di"}],
        agreements=[
            {"creator_id": "cy", "flat_fee": 280.0, "fee_per": "deal"}
            | {"valid_from": "2026-04-06", "valid_to": "2026-05-03"}
        ],
        posts=[
            {"post_id": post, "creator_id": "cy", "published_on": "2026-04-20"} for post in "12"
        ],
        samples=[
            {"sample_id": "s1", "creator_id": "di", "product_id": "p1", "unit_cost": 10.0}
            | {"shipping_cost": 2.4, "shipped_on": "2026-04-08"}
        ],
        orders=[sold("o1", "cy", 0.0)],
        products=[{"product_id": "p1", "cost_of_goods": 5.0, "fulfilment_cost": 2.0}],
    )
    found = money.weekly(client, AS_OF)
    shown = text(tables.creators_by_contribution(found["money_left"]))
    assert shown.count("$210 paid, not posted") == 2  # cy's line and the program's
    assert shown.count("$12 of samples, not posted") == 2
    rows = results.figures("weekly_review", *money.figures(found, "small", AS_OF))
    own = rows.set_index(["metric", "subject"])["value"]
    assert own["paid_not_posted", "cy"] == pytest.approx(210.0)
    assert own["samples_not_posted", "di"] == pytest.approx(12.4)
    # the fee counts once, the whole of it
    assert own["contribution_part", "flat_fees"] == pytest.approx(-280.0)


def test_the_middle_of_many_creators_stands_together_and_all_still_sum():
    rows = [("creator", f"c{n:02}", 100.0, 50.0 - n, False, n > 50) for n in range(30)]
    left = left_of(("program", "small", 3000.0, 1065.0, False, False), *rows)
    shown = text(tables.creators_by_contribution(left, each=3))
    assert "24 others, in between" in shown
    assert "$852" in shown  # 1065 less 50 + 49 + 48 and 21 + 22 + 23


def test_how_sure_the_money_is_reads_as_shares():
    status = pd.DataFrame(
        {
            "status": ["settled", "estimated", "assumed", "missing"],
            "share": [0.6, 0.3, 0.1, math.nan],
            "said": ["", "", "fees by days", "cost of samples not entered"],
        }
    )
    assert sentences.money_status(status) == (
        "Of all money that moved, income and costs alike, 60% is settled, 30% is an estimate until "
        "orders settle and 10% is assumed. Assumed: fees by days. Not known: cost of samples not "
        "entered."
    )
