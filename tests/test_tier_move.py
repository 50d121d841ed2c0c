"""What a move between tiers costs and should bring, by hand-sized deals."""

import numpy as np
import pandas as pd
import pytest

from kit import sentences, tables, tier_move
from tests.small_client import small_client

AS_OF = "2026-05-13"
ROW = {
    "creator_id": "ana",
    "verdict": "promote",
    "tier": 1,
    "output_ratio": 1.0,
    "revenue_per_post_estimate": 100.0,
    "revenue_per_post_ci_low": 50.0,
    "revenue_per_post_ci_high": 200.0,
    "lock_until": pd.NaT,
}
WEEKS = 365.25 / 12 / 7  # of a month
MONTHS = pd.DataFrame(columns=["creator_id", "tier", "month", "net_revenue"])


def deal(name, posts=1.0, rate=0.15, fee=None, per=None):
    return {
        "creator_id": name,
        "valid_from": "2026-01-01",
        "posts_per_week": posts,
        "commission_rate": rate,
        "flat_fee": fee,
        "fee_per": per,
    }


TIER_TWO = [deal("bo", 2, 0.2, 400, "month"), deal("cy", 2, 0.2, 100, "post")]


def client(folder, *deals, cost=30.0, orders=True):
    """ana in tier 1, bo and cy in tier 2; a $100 line that costs 30 in goods and no fees."""
    line = {
        "order_id": "o1",
        "creator_id": "ana",
        "ordered_at": "2026-05-06T20:00:00Z",
        "gmv": 100.0,
    }
    return small_client(
        folder,
        policy={"fees": {"referral_rate": 0.0}},
        creators=[
            {"creator_id": "ana"},
            {"creator_id": "bo", "followers": 200_000},
            {"creator_id": "cy", "followers": 200_000},
        ],
        agreements=list(deals),
        products=[{"product_id": "p1", "cost_of_goods": cost, "fulfilment_cost": 0.0}],
        orders=[line],
    )


def moved(made, months=MONTHS, **row):
    return tier_move.moves(made, AS_OF, pd.DataFrame([{**ROW, **row}]), months).iloc[0]


def test_a_promotion_costs_what_the_tier_above_is_paid(tmp_path):
    found = moved(client(tmp_path, deal("ana"), *TIER_TWO))
    # 400 a month, and 100 for each of 2 posts a week: the middle of the two
    fee = (400 + 200 * WEEKS) / 2
    assert found["fee_now"] == 0
    assert found["fee_then"] == pytest.approx(fee)
    assert found["rate_then"] == 0.2
    # five points more on one post of 100.00 a week
    assert found["cost"] == pytest.approx(fee + 0.05 * 100 * WEEKS)


def test_the_gain_is_of_the_posts_that_tier_agrees_with_its_interval(tmp_path):
    found = moved(client(tmp_path, deal("ana"), *TIER_TWO))
    # one more post a week; of 100 stay 70 before commission and 50 after 20%
    assert found["gain"] == pytest.approx(50 * WEEKS)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx([25 * WEEKS, 100 * WEEKS])
    assert found["even_posts"] == pytest.approx(found["cost"] / 50)
    assert [found["even_low"], found["even_high"]] == pytest.approx(
        [found["cost"] / 100, found["cost"] / 25]
    )
    assert found["status"] == "assumed"
    assert found["note"] == (
        "Priced at the middle of 2 tier-2 deals in force; gain of more posts, as that tier agrees."
    )


def test_the_fee_that_leaves_the_program_no_worse_off_is_worked_by_hand(tmp_path):
    # bo and cy agree 2 posts a week at 20%; ana now 1 at 15%
    found = moved(client(tmp_path, deal("ana"), *TIER_TWO))
    # one more post leaves 50 of 100; the post there is costs 5 points more: 45 a week
    assert found["even_fee"] == pytest.approx(45 * WEEKS)
    assert [found["even_fee_low"], found["even_fee_high"]] == pytest.approx(
        [22.5 * WEEKS, 90 * WEEKS]
    )
    fees = tables.moves(pd.DataFrame([found])).as_raw_html()
    assert f"${45 * WEEKS:,.0f} ($98–$391)" in fees
    assert sentences.even_fees(pd.DataFrame([found])).startswith(
        "Monthly fee at which the program would be no worse off than now, by what the move should "
        "bring: ana $196 ($98–$391)."
    )


def test_where_the_move_brings_nothing_no_fee_pays_for_a_dearer_commission(tmp_path):
    as_now = [deal("bo", 1, 0.2, 400, "month"), deal("cy", 1, 0.2, 100, "post")]
    found = moved(client(tmp_path, deal("ana"), *as_now))
    assert found["even_fee"] == pytest.approx(-5 * WEEKS)
    assert "ana none." in sentences.even_fees(pd.DataFrame([found]))
    assert ">none<" in tables.moves(pd.DataFrame([found])).as_raw_html()


def test_the_fee_follows_past_moves_where_there_are_enough(tmp_path):
    months = pd.date_range("2025-11-01", periods=6, freq="MS")
    # three promotions after which sales were 1.5, 2 and 3 times what they had been
    rows = [
        (name, 2 if place >= 3 else 1, month, 100.0 * (factor if place >= 3 else 1))
        for name, factor in (("x", 1.5), ("y", 2.0), ("z", 3.0))
        for place, month in enumerate(months)
    ] + [("stays", 1, month, 100.0) for month in months]
    frame = pd.DataFrame(rows, columns=["creator_id", "tier", "month", "net_revenue"])
    found = moved(client(tmp_path, deal("ana"), *TIER_TWO), months=frame)
    logs = np.log([1.5, 2.0, 3.0])
    half = 2.91998558 * logs.std(ddof=1) / 3**0.5  # Student's t, 2 degrees, 95%
    low, high = np.expm1(logs.mean() - half), np.expm1(logs.mean() + half)
    middle = np.expm1(logs.mean())
    # of 100 a week 50 are left after 20%; 5 more of them go on dearer commission
    assert found["even_fee"] == pytest.approx((middle * 50 - 5) * WEEKS)
    corners = [(grown * 50 - 5) * size * WEEKS for grown in (low, high) for size in (0.5, 2.0)]
    assert found["even_fee_low"] == pytest.approx(min(corners))
    assert found["even_fee_high"] == pytest.approx(max(corners))


def test_a_cut_reaches_a_demoted_creator_only_after_thirty_days(tmp_path):
    made = client(tmp_path, deal("ana"), deal("bo", 1, 0.2, 400, "month"))
    lock = pd.Timestamp("2026-06-12")
    found = moved(made, creator_id="bo", verdict="demote", tier=2, lock_until=lock)
    assert found["to_tier"] == 1
    assert found["cost"] == pytest.approx(-400 - 0.05 * 100 * WEEKS)
    # 5 points of what is sold in 30 days at 100 a week
    assert found["locked"] == pytest.approx(0.05 * 100 * 30 / 7)
    assert found["gain"] == 0
    shown = tables.moves(pd.DataFrame([found])).as_raw_html()
    assert "$21 until 12 June" in shown
    assert sentences.moves(pd.DataFrame([found])) == (
        "Priced at deals in force, the move saves about $422 a month; by itself it should leave "
        "more money than now."
    )


def test_past_moves_go_before_the_deals(tmp_path):
    months = pd.date_range("2025-11-01", periods=6, freq="MS")
    rows = [
        (name, 2 if number >= 3 else 1, month, 100.0 * (2 if number >= 3 else 1))
        for name in ("x", "y", "z")
        for number, month in enumerate(months)
    ] + [("stays", 1, month, 100.0) for month in months]
    frame = pd.DataFrame(rows, columns=["creator_id", "tier", "month", "net_revenue"])
    assert tier_move.past_moves(frame, 1) == pytest.approx([np.log(2)] * 3)
    assert len(tier_move.past_moves(frame, -1)) == 0
    found = moved(client(tmp_path, deal("ana"), *TIER_TWO), months=frame)
    # as much again as now: one post a week of which 50 stay; all three alike, so only the
    # creator's own revenue is in doubt
    assert found["gain"] == pytest.approx(50 * WEEKS)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx([25 * WEEKS, 100 * WEEKS])
    assert found["status"] == "estimated"


@pytest.mark.parametrize(
    ("deals", "cost", "says"),
    [
        ([*TIER_TWO], 30.0, "No agreement in force is entered, so its cost is not known."),
        ([deal("ana")], 30.0, "No tier-2 deal with a fee is entered to price it by."),
        ([deal("ana", rate=None), *TIER_TWO], 30.0, "lacks its fee or commission."),
        ([deal("ana"), *TIER_TWO], None, "what it brings is not known: cost of goods not entered"),
    ],
)
def test_what_is_not_entered_is_unknown_and_named(tmp_path, deals, cost, says):
    found = moved(client(tmp_path, *deals, cost=cost))
    assert found["status"] == "unknown"
    assert says in found["note"]
    assert np.isnan(found["gain"])
    assert "nan" not in tables.moves(pd.DataFrame([found])).as_raw_html()
    assert "not known" in sentences.moves(pd.DataFrame([found]))


def test_nobody_who_stays_has_a_price(tmp_path):
    stays = pd.DataFrame([{**ROW, "verdict": "not yet"}])
    found = tier_move.moves(client(tmp_path, deal("ana")), AS_OF, stays, MONTHS)
    assert found.empty
    assert sentences.moves(found) == "Nobody moves, so nothing is to be paid or saved."
    assert "Nobody moves" in tables.moves(found).as_raw_html()
