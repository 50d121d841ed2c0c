"""Repeat purchase: first orders by any route, next orders on a later day, censored at `as_of`."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import metrics
from kit.metrics import repeat_rate
from kit.metrics.cohorts import repeat_figures
from tests.metrics.test_publishing import figure
from tests.small_client import small_client

AS_OF = "2026-05-10"
START = "2025-11-12"


def orders(*rows):
    return pd.DataFrame(rows, columns=["buyer_key", "creator_id", "ordered_at"])


def test_a_later_day_counts_whoever_brought_it_and_the_same_day_does_not():
    rates = repeat_rate(
        orders(
            ("a", "ana", "2026-01-01 10:00"),
            ("a", None, "2026-01-20 10:00"),
            ("b", "ana", "2026-01-01 10:00"),
            ("b", "ana", "2026-01-01 23:59"),
            ("c", "bo", "2026-01-01 10:00"),
            ("c", "bo", "2026-01-02 00:01"),
        ),
        AS_OF,
    )
    assert rates.loc["ana", ["event_rate", "n", "mature_n"]].tolist() == [0.5, 2, 2]
    assert rates.loc["bo", "event_rate"] == 1.0


def test_a_buyer_of_another_route_belongs_to_nobody():
    bought = [("a", None, "2026-01-01"), ("a", "ana", "2026-01-09"), ("b", "ana", "2026-01-01")]
    rates = repeat_rate(orders(*bought), AS_OF)
    assert rates.index.tolist() == ["ana"]
    assert rates.loc["ana", ["event_rate", "n"]].tolist() == [0.0, 1]


def test_buyers_not_followed_for_long_are_censored_not_counted_as_lost():
    # ten days before as_of two buyers start; 60 days before it two others, one of whom repeats on
    # day 20: S = 1/2 at day 20 among the two still followed, not 3/4
    rates = repeat_rate(
        orders(
            ("new1", "ana", "2026-04-30"),
            ("new2", "ana", "2026-04-30"),
            ("old1", "ana", "2026-03-11"),
            ("old2", "ana", "2026-03-11"),
            ("old2", "ana", "2026-03-31"),
        ),
        AS_OF,
    )
    row = rates.loc["ana"]
    assert row["event_rate"] == pytest.approx(0.5)
    assert (row["n"], row["mature_n"]) == (4, 2)


@pytest.mark.parametrize(("day", "rate"), [("2026-03-02", 1.0), ("2026-03-03", 0.0)])
def test_the_window_holds_day_60_and_not_day_61(day, rate):
    bought = orders(("a", "ana", "2026-01-01 20:00"), ("a", "ana", f"{day} 01:00"))
    assert repeat_rate(bought, AS_OF).loc["ana", "event_rate"] == rate


def test_nothing_after_as_of_is_looked_at():
    bought = orders(
        ("a", "ana", "2026-05-10 23:00"),
        ("a", "ana", "2026-05-11"),
        ("b", "ana", "2026-05-12"),
    )
    rates = repeat_rate(bought, AS_OF)
    assert rates.loc["ana", ["event_rate", "n"]].tolist() == [0.0, 1]


def test_a_tie_goes_to_the_lower_creator_id_and_to_a_creator_before_none():
    moment = "2026-01-01 10:00"
    bought = orders(
        ("a", "bo", moment), ("a", "ana", moment), ("b", None, moment), ("b", "cy", moment)
    )
    assert repeat_rate(bought, AS_OF)["n"].to_dict() == {"ana": 1, "cy": 1}


def test_zoned_times_are_taken_in_their_own_zone():
    zone = "America/Los_Angeles"
    times = [pd.Timestamp(text, tz=zone) for text in ("2026-01-01 23:30", "2026-01-02 00:30")]
    bought = pd.DataFrame({"buyer_key": ["a", "a"], "creator_id": "ana", "ordered_at": times})
    assert repeat_rate(bought, AS_OF).loc["ana", "event_rate"] == 1.0  # one day in UTC, two here


def test_no_orders_no_rows():
    rates = repeat_rate(orders(), AS_OF)
    assert rates.empty
    assert list(rates.columns) == ["creator_id", "event_rate", "ci_low", "ci_high", "n", "mature_n"]


bought = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from(["ana", "bo", None]),
        st.dates(pd.Timestamp("2026-01-01").date(), pd.Timestamp("2026-05-20").date()).map(str),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=30)
@given(bought, st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_the_input_stays_as_it_was(rows, random):
    table = orders(*rows)
    before = table.copy()
    mixed = table.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(repeat_rate(table, AS_OF), repeat_rate(mixed, AS_OF))
    pd.testing.assert_frame_equal(table, before)
    assert repeat_rate(table, AS_OF)["event_rate"].between(0, 1).all()


def shop(order_id, buyer, ordered_at, **given):
    return {"order_id": order_id, "buyer_key": buyer, "ordered_at": ordered_at, **given}


def line(order_id, creator, gmv=10.0, **given):
    row = {"order_id": order_id, "creator_id": creator, "gmv": gmv}
    return {**row, "ordered_at": "2026-01-01T20:00:00Z", **given}


def cohort(folder, shop_orders, lines=()):
    client = small_client(folder, shop_orders=shop_orders, orders=list(lines))
    buyers = metrics.first_orders(client, AS_OF).order_by("buyer_key")
    return metrics.fetch(buyers).set_index("buyer_key")


def test_samples_cancelled_and_unpaid_orders_are_none_but_refunded_ones_are(tmp_path):
    rows = cohort(
        tmp_path,
        [
            shop("1", "a", "2026-01-01T20:00:00Z", is_sample=True),
            shop("2", "a", "2026-01-03T20:00:00Z", status="cancelled"),
            shop("3", "a", "2026-01-05T20:00:00Z", status="unpaid"),
            shop("4", "a", "2026-01-07T20:00:00Z", refunded_amount=20.0),
            shop("5", "a", "2026-01-09T20:00:00Z", status="to_ship"),
        ],
    )
    assert rows.loc["a", "first_on"] == pd.Timestamp("2026-01-07")
    assert rows.loc["a", "next_on"] == pd.Timestamp("2026-01-09")


def test_history_before_the_cohort_keeps_old_buyers_out(tmp_path):
    rows = cohort(
        tmp_path,
        [
            shop("1", "old", "2025-11-11T20:00:00Z"),
            shop("2", "old", "2026-01-01T20:00:00Z"),
            shop("3", "first", "2025-11-12T20:00:00Z"),
            shop("4", "today", "2026-05-11T06:00:00Z"),  # 10 May in Los Angeles
            shop("5", "tomorrow", "2026-05-11T07:00:00Z"),
        ],
    )
    assert rows.index.tolist() == ["first", "today"]
    assert rows.loc["first", "first_on"] == pd.Timestamp(START)


def test_the_creator_of_the_first_order_acquires_whatever_route_came_later(tmp_path):
    rows = cohort(
        tmp_path,
        [
            shop("1", "a", "2026-01-01T20:00:00Z"),
            shop("2", "a", "2026-01-02T20:00:00Z"),
            shop("3", "b", "2026-01-01T20:00:00Z"),
            shop("4", "b", "2026-01-04T20:00:00Z"),
        ],
        [line("1", "ana"), line("4", "bo")],
    )
    assert rows["creator_id"].fillna("-").to_dict() == {"a": "ana", "b": "-"}
    assert rows["next_on"].dt.day.to_dict() == {"a": 2, "b": 4}


def test_of_several_creators_the_highest_payment_then_the_lower_sku_acquires(tmp_path):
    rows = cohort(
        tmp_path,
        [shop("1", "a", "2026-01-01T20:00:00Z"), shop("2", "b", "2026-01-01T20:00:00Z")],
        [
            line("1", "ana", 5.0, sku_id="s1"),
            line("1", "bo", 6.0, sku_id="s2"),
            line("2", "cy", 6.0, sku_id="s2"),
            line("2", "di", 6.0, sku_id="s1"),
            line("2", "ed", 99.0, sku_id="s0", counts=False),
        ],
    )
    assert rows["creator_id"].to_dict() == {"a": "bo", "b": "di"}


def many(count, creator, start=0, day="2026-02-01", again=()):
    """`count` buyers who first bought on the day, and those of `again` once more ten days on."""
    bought, lines = [], []
    for i in range(start, start + count):
        bought.append(shop(f"f{i}", f"b{i}", f"{day}T20:00:00Z"))
        if creator:
            lines.append(line(f"f{i}", creator))
        if i - start in again:
            later = pd.Timestamp(day) + pd.Timedelta(days=10)
            bought.append(shop(f"g{i}", f"b{i}", f"{later:%Y-%m-%d}T20:00:00Z"))
    return bought, lines


def test_the_program_is_every_buyer_and_a_creator_his_own(tmp_path):
    ana, ana_lines = many(10, "ana", again=(0, 1, 2))
    rest, _ = many(10, None, start=10, again=(0,))
    client = small_client(tmp_path, shop_orders=ana + rest, orders=ana_lines)
    rows = repeat_figures(client, AS_OF)
    own = figure(rows, "repeat_purchase_rate", "creator", "ana", START)
    assert (own["value"], own["n"], own["ci_level"]) == (pytest.approx(0.3), 10, 0.95)
    program = figure(rows, "repeat_purchase_rate", start=START)
    assert (program["value"], program["n"]) == (pytest.approx(4 / 20), 20)
    acquired = figure(rows, "repeat_purchase_rate_acquired", start=START)
    assert (acquired["value"], acquired["n"]) == (pytest.approx(0.3), 10)
    assert str(program["period_end"]) == AS_OF


@pytest.mark.parametrize(("day", "status"), [("2026-03-11", "settled"), ("2026-03-12", "missing")])
def test_under_ten_followed_for_60_days_the_rate_is_missing(tmp_path, day, status):
    bought, lines = many(10, "ana", day=day)
    client = small_client(tmp_path, shop_orders=bought, orders=lines)
    row = figure(repeat_figures(client, AS_OF), "repeat_purchase_rate", "creator", "ana", START)
    assert (row["status"], row["n"]) == (status, 10)
    if status == "missing":
        assert row["note"] == "10 more buyers past 60 days"
        assert pd.isna(row["ci_low"])
