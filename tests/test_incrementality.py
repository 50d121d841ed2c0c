"""Hold-outs of a small client: declared, designed, read and refused."""

import pandas as pd
import pytest

from kit import incrementality, sentences, tables
from kit.errors import ReportError
from tests.small_client import small_client

LAST = pd.Timestamp("2026-05-10")
WEEKS = 40
MONDAYS = [LAST - pd.Timedelta(days=6 + 7 * back) for back in reversed(range(WEEKS))]
COSTS = [
    {"product_id": key, "name": name, "cost_of_goods": 10.0, "fulfilment_cost": 4.0}
    for key, name in (("p1", "Serum"), ("p2", "Mask"))
]
ADS = {
    "standard_commission_estimated": None,
    "shop_ads_commission_rate": 0.08,
    "shop_ads_commission_estimated": 3.2,
}


def line(monday, number, product="p1", by_ads=False):
    # 40 less 10, 4, 2.40 and 6 leaves 17.60; by ads, less 3.20, it leaves 20.40
    row = {
        "order_id": f"{product}-{monday.date()}-{number}-{by_ads}",
        "creator_id": "ana",
        "post_id": "1",
        "product_id": product,
        "ordered_at": f"{monday.date()}T20:00:00Z",
        "gmv": 40.0,
        "standard_commission_estimated": 6.0,
    }
    return row | (ADS if by_ads else {})


def shop(folder, off=0, still=0.0, events=(), paid=5, products=COSTS, elsewhere=0.0):
    """Ten organic orders a week of Serum, `paid` by ads at 30.00 of spend; ten of Mask.

    In the last `off` weeks no paid orders came; `still` is what ads spent then all the same, and
    `elsewhere` what was spent on Mask in those weeks beside the usual 10.00.
    """
    orders, ads = [], []
    for place, monday in enumerate(MONDAYS):
        without = place >= WEEKS - off
        own = 10 + place % 2  # ten and eleven by turns
        orders += [line(monday, number) for number in range(own)]
        orders += [line(monday, number, "p2") for number in range(10)]
        orders += [line(monday, n, by_ads=True) for n in range(0 if without else paid)]
        end = monday + pd.Timedelta(days=6)
        row = {"window_start": monday, "window_end": end, "currency": "USD", "post_id": "1"}
        ads.append({**row, "product_id": "p1", "spend": still if without else 30.0})
        ads.append({**row, "product_id": "p2", "spend": 10.0 + (elsewhere if without else 0.0)})
    return small_client(
        folder,
        creators=[{"creator_id": "ana"}],
        posts=[{"post_id": "1", "creator_id": "ana"}],
        orders=orders,
        ad_stats=ads,
        products=products,
        events=list(events),
    )


def off(weeks, subject="p1"):
    return {"date": MONDAYS[-weeks], "kind": "ads_off", "subject": subject}


def test_weeks_leave_what_their_orders_left(tmp_path):
    weekly = incrementality.weekly_contribution(shop(tmp_path), LAST.date())
    last = weekly[weekly["week"] == MONDAYS[-1]].set_index("subject")
    assert last.loc["p1", "left"] == pytest.approx(11 * 17.60 + 5 * 20.40)
    assert last.loc["p1", "paid_left"] == pytest.approx(5 * 20.40)
    assert last.loc["p1", "others"] == 400.0
    assert last.loc["program", "left"] == pytest.approx(21 * 17.60 + 5 * 20.40)
    assert last["spend"].to_dict() == {"program": 40.0, "p1": 30.0, "p2": 10.0}


def test_without_a_declared_test_there_is_the_design_and_no_answer(tmp_path):
    found = incrementality.report(shop(tmp_path), LAST.date())
    design = found["design"].set_index(["subject", "weeks"])
    row = design.loc[("p1", 4)]
    assert row["paid_left"] == pytest.approx(102.0)
    assert row["forgone"] == pytest.approx(4 * (102 - 30))
    # ten and eleven orders by turns: four weeks are always alike
    assert row["noise"] == pytest.approx(0, abs=1e-9)
    assert (row["power"], row["power_pays"]) == (1.0, 1.0)
    assert found["tests"].empty
    assert sentences.holdout_tests(found["tests"]) == [
        "No test was run: events.csv declares none. So nobody knows what ads add."
    ]
    assert "incremental_contribution" not in set(found.figures["metric"])
    assert "for 2 weeks would tell: a chance of over 99%" in sentences.holdout_design(
        found["design"]
    )
    for text in (tables.holdout_design(found["design"]), tables.holdout_tests(found["tests"])):
        assert "nan" not in text.as_raw_html()


def test_a_declared_test_is_read_in_what_orders_left(tmp_path):
    client = shop(tmp_path, off=4, events=[off(4)])
    found = incrementality.report(client, LAST.date())
    (test,) = found["tests"].itertuples()
    assert (test.status, test.weeks) == ("read", 4)
    assert test.expected == pytest.approx(10.5 * 17.60 + 102)
    assert test.added == pytest.approx(102.0)
    assert test.spend_saved == 30.0
    assert test.after_spend == pytest.approx(72.0)
    figure = found.figures[found.figures["metric"] == "incremental_after_spend"].iloc[0]
    assert figure["value"] == pytest.approx(72.0)
    assert (figure["subject_kind"], figure["subject"]) == ("product", "p1")
    (said,) = sentences.holdout_tests(found["tests"])
    assert said.startswith(
        "Ads on Serum, off for 4 whole weeks (13 April – 10 May 2026), added +$102 a week to what "
        "is left before their spend (90% interval +$102 to +$102), +$72 after it (+$72 to +$72): "
        "they add something, and more than they cost."
    )


def test_a_test_of_which_the_orders_came_anyway_finds_that_ads_cost_more_than_they_add(tmp_path):
    # the paid orders went on as organic ones: 102.00 by ads became 88.00 by themselves
    client = shop(tmp_path, off=4, paid=0, events=[off(4)])
    (test,) = incrementality.report(client, LAST.date())["tests"].itertuples()
    assert test.added == pytest.approx(0, abs=1e-9)
    assert test.after_spend == pytest.approx(-30.0)
    (said,) = sentences.holdout_tests(incrementality.report(client, LAST.date())["tests"])
    assert said.endswith("they cost more than they add.")


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({"off": 4, "still": 20.0, "events": [off(4)]}, "refused", "ads were not off"),
        ({"off": 4, "events": [off(4)], "products": COSTS[1:]}, "refused", "cost of goods"),
        ({"off": 30, "events": [off(30)]}, "refused", "too few weeks with ads before it"),
        ({"events": [off(4, "p9")]}, "refused", "no product of this id sold"),
        (
            {"events": [{"date": "2026-05-06", "kind": "ads_off", "subject": "p1"}]},
            "running",
            "no whole week without ads is over yet",
        ),
    ],
)
def test_what_is_no_test_is_not_read_and_says_why(tmp_path, given, status, why):
    found = incrementality.report(shop(tmp_path, **given), LAST.date())
    (test,) = found["tests"].itertuples()
    assert test.status == status
    assert why in test.note
    assert pd.isna(test.added)
    (said,) = sentences.holdout_tests(found["tests"])
    assert why in said
    assert "nan" not in tables.holdout_tests(found["tests"]).as_raw_html()


def test_budget_that_went_to_other_products_meanwhile_is_said(tmp_path):
    client = shop(tmp_path, off=4, elsewhere=30.0, events=[off(4)])
    (test,) = incrementality.report(client, LAST.date())["tests"].itertuples()
    assert test.note == "meanwhile 300% more was spent on ads of the other products"


def test_a_test_ends_the_day_before_ads_run_again_and_its_weeks_are_no_history(tmp_path):
    events = [
        {"date": MONDAYS[-8], "kind": "ads_off", "subject": "p1"},
        {"date": MONDAYS[-4], "kind": "ads_on", "subject": "p1"},
        {"date": MONDAYS[-2], "kind": "ads_off", "subject": "program"},
        {"date": LAST + pd.Timedelta(days=1), "kind": "ads_off", "subject": "p2"},
    ]
    client = shop(tmp_path, events=events)
    declared = incrementality.declared_tests(client, LAST.date())
    assert declared["off_to"].tolist() == [MONDAYS[-4] - pd.Timedelta(days=1), LAST]
    weekly = incrementality.weekly_contribution(client, LAST.date())
    own = weekly[weekly["subject"] == "p1"]
    left = incrementality._undisturbed(own, declared)["week"]
    gone = [*MONDAYS[-8:-4], *MONDAYS[-2:]]
    assert set(own["week"]) - set(left) == set(gone)


def test_a_client_without_ads_or_sales_has_nothing_to_hold_out(tmp_path):
    found = incrementality.report(small_client(tmp_path), LAST.date())
    assert found["design"].empty
    assert found.figures.empty
    assert "nothing to hold out" in sentences.holdout_design(found["design"])


def test_a_length_that_is_none_is_refused(tmp_path):
    with pytest.raises(ReportError, match="weeks is 0. Give the length of the hold-out in weeks"):
        incrementality.report(small_client(tmp_path), LAST.date(), 0)
