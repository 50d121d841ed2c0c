"""Planned, spent, committed and forecast: months and kinds worked by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kit import budget, results, sentences, tables
from tests.small_client import small_client
from tests.test_onboarding import begun

DAY = date(2026, 5, 10)


def test_a_filled_in_amount_replaces_the_records_and_says_where_they_differ(tmp_path):
    client = begun(
        small_client(
            tmp_path,
            samples=[
                {
                    "sample_id": "s1",
                    "creator_id": "ana",
                    "shipped_on": date(2026, 3, 5),
                    "unit_cost": 5.0,
                    "shipping_cost": 3.0,
                },
                {
                    "sample_id": "s2",
                    "creator_id": "ana",
                    "shipped_on": date(2026, 4, 5),
                    "unit_cost": 5.0,
                    "shipping_cost": 3.0,
                },
            ],
            costs=[
                {"month": "2026-03", "kind": "product", "planned": 9000.0, "spent": 9000.0},
                {"month": "2026-04", "kind": "coordinator", "planned": 100.0, "spent": 100.0},
            ],
        ),
        "2026-03-01",
    )
    months = budget.months(client, DAY).set_index("month")
    assert months.loc["2026-03", "spent"] == 9000.0
    assert months.loc["2026-03", "spent_verdict"] == "within"
    assert months.loc["2026-03", "note"] == "product: 9,000 entered, 8 in the records"
    assert months.loc["2026-04", "spent"] == 108.0
    assert months.loc["2026-04", "spent_verdict"] == "below"
    assert pd.isna(months.loc["2026-05", "spent"])
    assert pd.isna(months.loc["2026-05", "spent_verdict"])  # a part month is not held against it


def test_a_band_in_dollars_judges_no_other_currency(tmp_path):
    costs = [{"month": "2026-03", "kind": "other", "planned": 1.0, "spent": 1.0}]
    client = begun(small_client(tmp_path, currency="EUR", costs=costs), "2026-03-01")
    assert budget.months(client, DAY)["spent_verdict"].isna().all()


def ad(monday, spend, **given):
    end = str((pd.Timestamp(monday) + pd.Timedelta(days=6)).date())
    row = {"post_id": "1", "window_start": monday, "window_end": end, "spend": spend}
    return {**row, "currency": "USD", **given}


def sent(number, shipped, unit=10.0, shipping=5.0, **given):
    row = {"sample_id": f"S{number}", "creator_id": "ana", "product_id": "p1"}
    return {**row, "shipped_on": shipped, "unit_cost": unit, "shipping_cost": shipping, **given}


def cost(month, kind, planned=None, spent=None):
    return {"month": month, "kind": kind, "planned": planned, "spent": spent}


def test_an_ad_week_counts_once_and_whole_in_the_month_it_ends_in(tmp_path):
    weeks = [ad("2026-03-23", 1.0), ad("2026-03-30", 20.0), ad("2026-04-06", 300.0)]
    client = begun(small_client(tmp_path, ad_stats=weeks), "2026-03-01")
    spent = {
        month: budget.spent_of(client, pd.Period(month), "spark", DAY).amount
        for month in ("2026-03", "2026-04")
    }
    assert spent == {"2026-03": 1.0, "2026-04": 320.0}


def test_weeks_that_are_not_there_are_said_and_not_held_against_the_band(tmp_path):
    weeks = [ad("2026-03-30", 20.0), ad("2026-04-13", 4000.0)]
    entered = [cost("2026-04", "coordinator", 6000.0, 6000.0)]
    client = begun(small_client(tmp_path, ad_stats=weeks, costs=entered), "2026-04-01")
    row = budget.months(client, DAY).iloc[0]
    assert row["spent"] == 10_020.0  # a lower bound
    assert row["spent_verdict"] is None
    assert row["note"] == "spark: no window covers 2026-04-06 to 2026-04-12"


@pytest.mark.parametrize(
    ("month", "weeks", "said"),
    [
        # the week before the month's first is missing; its days in March would end in April
        ("2026-04", ["2026-03-16", "2026-03-30"], "no window covers 2026-03-23 to 2026-03-29"),
        # April is over, and its last two weeks were never downloaded
        ("2026-04", ["2026-03-30", "2026-04-06"], "no ad export after 2026-04-12"),
        # the day is the 10th of May: the week that ends on it is there, the next is not over
        ("2026-05", ["2026-04-20", "2026-04-27", "2026-05-04"], ""),
        # ads began in this month: nothing before it is missing
        ("2026-05", ["2026-05-04"], ""),
        # the ads of the whole month are not there
        ("2026-04", ["2026-03-09", "2026-03-16"], "no ad export after 2026-03-22"),
    ],
)
def test_a_week_that_should_be_there_is_missed(tmp_path, month, weeks, said):
    client = small_client(tmp_path, ad_stats=[ad(monday, 10.0) for monday in weeks])
    assert budget.spent_of(client, pd.Period(month), "spark", DAY).note == said


def test_a_sample_without_its_cost_is_a_gap_and_no_gift(tmp_path):
    samples = [sent(1, "2026-04-03"), sent(2, "2026-04-04", unit=None)]
    client = begun(small_client(tmp_path, samples=samples), "2026-04-01")
    row = budget.months(client, DAY).iloc[0]
    assert row["spent"] == 15.0
    assert row["note"] == "product: cost not entered for 1 sample"
    assert row["spent_verdict"] is None


def test_creator_pay_stands_apart_from_the_kinds(tmp_path):
    client = begun(
        small_client(
            tmp_path,
            creators=[{"creator_id": "ana"}],
            agreements=[
                {
                    "creator_id": "ana",
                    "valid_from": "2026-04-16",
                    "flat_fee": 300.0,
                    "fee_per": "month",
                }
            ],
            orders=[
                {
                    "order_id": "o1",
                    "creator_id": "ana",
                    "ordered_at": "2026-04-20T20:00:00Z",
                    "gmv": 40.0,
                    "standard_commission_estimated": 6.0,
                }
            ],
            costs=[cost("2026-04", "other", 100.0, 90.0)],
        ),
        "2026-04-01",
    )
    row = budget.months(client, DAY).iloc[0]
    assert (row["spent"], row["flat_fees"], row["commission"]) == (90.0, 150.0, 6.0)
    assert row["commission_status"] == "estimated"


def running(client, day=DAY):
    return budget.running(client, day).set_index("kind")


def test_what_is_entered_is_neither_forecast_nor_added_to(tmp_path):
    samples = [sent(n, "2026-05-05") for n in range(3)]
    client = small_client(
        tmp_path, samples=samples, costs=[cost("2026-05", "product", 900.0, 800.0)]
    )
    row = running(client).loc["product"]
    assert row[["spent", "forecast", "ci_low", "ci_high"]].tolist() == [800.0] * 4
    assert (row["source"], row["status"]) == ("entered", "settled")
    assert row["note"] == "800 entered, 45 in the records"


# One sample of 15 a week for eight weeks, none in the two before those and three in the last.
WEEKLY = [
    sent(n, str((pd.Timestamp("2026-05-08") - pd.Timedelta(weeks=n)).date())) for n in range(8)
]
WEEKLY += [sent(n, "2026-05-07") for n in (8, 9)]


def test_samples_go_on_as_in_the_last_weeks_with_the_range_of_one_more_stretch(tmp_path):
    first = sent(99, "2026-02-20")  # eleven weeks ago, so that ten whole weeks are known
    row = running(small_client(tmp_path, samples=[*WEEKLY, first])).loc["product"]
    weeks = np.array([45.0, *[15.0] * 7, 0, 0, 0])
    share = 21 / 7
    middle = weeks.mean() * share
    # Student's t, 10 degrees, 90%: 1.3722; an 80% interval of the mean and of one more stretch
    half = 1.372184 * weeks.std(ddof=1) * np.sqrt(share + share**2 / 11)
    assert row["spent"] == 60.0  # of the 1st, the 7th twice and the 8th
    assert row["forecast"] == pytest.approx(60 + middle)
    assert row["ci_high"] == pytest.approx(60 + middle + half, rel=1e-5)
    assert row["ci_low"] == pytest.approx(60 + max(middle - half, 0), rel=1e-5)
    assert row["status"] == "estimated"


def test_a_forecast_is_never_under_what_is_committed(tmp_path):
    waiting = [sent(50 + n, None, 200.0, 0.0, approved_on="2026-05-09") for n in range(3)]
    late = sent(60, None, 999.0, 0.0, approved_on="2026-05-11")  # after the day
    client = small_client(tmp_path, samples=[*WEEKLY, *waiting, late])
    row = running(client).loc["product"]
    assert row["committed"] == 600.0
    assert row[["forecast", "ci_low", "ci_high"]].tolist() == [660.0] * 3


def test_spark_goes_on_by_whole_weeks_that_end_in_the_month(tmp_path):
    weeks = ["2026-04-13", "2026-04-20", "2026-04-27", "2026-05-04"]
    client = small_client(
        tmp_path, ad_stats=[ad(monday, 100.0 + 10 * n) for n, monday in enumerate(weeks)]
    )
    row = running(client).loc["spark"]
    assert row["spent"] == 120.0 + 130.0
    # weeks that end on the 17th, 24th and 31st are still to come
    assert row["forecast"] == pytest.approx(250 + 3 * 115)
    assert row["ci_low"] < row["forecast"] < row["ci_high"]


def test_a_coordinator_is_assumed_as_planned_and_what_has_neither_is_not_known(tmp_path):
    planned = [cost("2026-05", "coordinator", 5200.0), cost("2026-05", "other", 100.0, None)]
    table = running(small_client(tmp_path, costs=planned))
    assert table.loc["coordinator", ["committed", "forecast"]].tolist() == [5200.0, 5200.0]
    assert table.loc["coordinator", "status"] == "assumed"
    assert table.loc["all", "forecast"] == 5300.0
    weeks = [ad("2026-05-04", 70.0)]  # too few weeks, and no plan
    lacking = running(small_client(tmp_path / "b", costs=planned, ad_stats=weeks))
    assert pd.isna(lacking.loc["spark", "forecast"])
    assert pd.isna(lacking.loc["all", "forecast"])
    assert lacking.loc["all", "note"] == "neither plan nor record of spark"
    said = sentences.running_budget(lacking.reset_index(), (None, None))
    assert said == ("Not known: where May 2026 will end (neither plan nor record of spark).")


def test_the_sentence_holds_the_forecast_against_plan_and_band(tmp_path):
    planned = [cost("2026-05", "coordinator", 9000.0)]
    client = begun(small_client(tmp_path, costs=planned), "2026-04-01")
    table = budget.running(client, DAY)
    assert sentences.running_budget(table, budget.band_on(client, DAY)) == (
        "May 2026 should end at $9,000, as planned; within the usual $8K–$15K."
    )
    later = date(2026, 7, 1)
    assert budget.band_on(client, later) == (None, None)


def test_every_shown_figure_stands_in_the_results(tmp_path):
    planned = [cost("2026-05", "coordinator", 9000.0), cost("2026-04", "other", 5.0, 6.0)]
    client = begun(small_client(tmp_path, costs=planned, samples=WEEKLY), "2026-04-01")
    months, kinds = budget.months(client, DAY), budget.running(client, DAY)
    rows = results.figures("onboarding", *budget.figures(months, kinds))
    for kind in kinds.to_dict("records"):
        found = results.row(rows, "budget_forecast", "cost_kind", kind["kind"])
        assert found["value"] == pytest.approx(kind["forecast"], nan_ok=True)
    april = results.row(rows, "budget_spent", "month", "2026-04")
    assert april["value"] == months.set_index("month").loc["2026-04", "spent"]
    for table in (tables.budget(months), tables.running_budget(kinds)):
        assert "nan" not in table.as_raw_html()
