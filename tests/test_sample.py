"""The sample client, read as a user reads it: truth to the cent, and every plant found.

Only tests read `truth.json`; it was counted from the generator's own records.
"""

import json
from datetime import date

import pandas as pd
import pytest

import kit
from kit import demo, ingest, metrics, money, review, spark, tiers
from tests.conftest import SAMPLE

DAY = date(2026, 5, 10)
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
REPORTS = {
    "weekly_review": review.report,
    "spark_candidates": spark.report,
    "tier_promotion_audit": tiers.report,
}


@pytest.fixture(scope="module")
def sample(sample_home):
    return kit.open("sample", home=sample_home)


@pytest.fixture(scope="module")
def reports(sample):
    return {name: report(sample, DAY) for name, report in REPORTS.items()}


def test_nothing_of_the_sample_is_set_aside_or_refused(sample):
    assert sample.set_aside.empty


def test_tables_hold_what_the_truth_counts(sample):
    tables = TRUTH["tables"]
    orders = sample.orders
    assert len(orders) == tables["orders"]
    assert round(orders.loc[orders["counts"], "gmv"].sum(), 2) == tables["orders_gmv_counting"]
    assert round(orders["gmv"].sum(), 2) == tables["orders_gmv"]
    assert len(sample.shop_orders) == tables["shop_orders"]
    assert len(sample.posts) == tables["posts"]


def test_every_figure_equals_the_truth(sample):
    found = {
        (row.metric, row.subject_kind, row.subject, str(row.period_start)): row
        for row in metrics.figures(sample, DAY).itertuples()
    }
    wrong = []
    for metric, kind, subject, start, _, value, n in TRUTH["figures"]:
        row = found.get((metric, kind, subject, start))
        have = None if row is None or pd.isna(row.value) else float(row.value)
        if value is None or have is None:
            same = value is None and have is None
        else:
            same = have == pytest.approx(value, rel=1e-9, abs=1e-9)
            same = same and (n is None or int(row.n) == n)
        if not same:
            wrong.append((metric, kind, subject, start, value, have))
    assert not wrong, f"{len(wrong)} of {len(TRUTH['figures'])} differ: {wrong[:8]}"


def test_the_ledger_of_every_kind_of_subject_sums_to_the_truth(sample):
    truth = {
        (kind, subject): value
        for metric, kind, subject, _, _, value, _ in TRUTH["figures"]
        if metric == "contribution"
    }
    rows = money.summary(sample, DAY)
    left = rows.set_index(["subject_kind", "subject"])["contribution"].to_dict()
    known = {key: left.get(key, 0.0) for key in truth}
    assert known == pytest.approx(truth, abs=0.005)
    program = truth["program", "sample"]
    sums = rows.groupby("subject_kind")["contribution"].sum()
    assert sums.to_dict() == pytest.approx(dict.fromkeys(money.KINDS, program), abs=0.005)


SHOWN = {"loyal_buyers", "one_time_buyers"}  # seen in the repeat rates; nobody is judged by them
DECIDED = [plant for plant in TRUTH["plants"] if plant["plant"] not in SHOWN]


@pytest.mark.parametrize("plant", DECIDED, ids=[plant["plant"] for plant in DECIDED])
def test_every_plant_is_found_by_the_report_meant_to_find_it(reports, plant):
    assert plant["decision"] in decided(reports[plant["report"]], plant)


def decided(report, plant):
    rows = report.decisions
    of = (rows["subject_kind"] == plant["subject_kind"]) & (rows["subject"] == plant["subject"])
    return set(rows.loc[of, "decision"])


def test_buyers_who_come_back_and_who_never_do_stand_out(reports):
    named = {plant["plant"]: plant["subject"] for plant in TRUTH["plants"]}
    rates = reports["weekly_review"]["repeat"].set_index("creator_id")
    shown = rates[rates["mature_n"] >= 10]["event_rate"]
    assert shown.idxmax() == named["loyal_buyers"]
    assert shown[named["one_time_buyers"]] == 0
    flags = reports["weekly_review"]["flags"]
    flagged = flags[flags["metric"] == "repeat_purchase_rate"].set_index("creator_id")["flag"]
    assert flagged[named["one_time_buyers"]] == "watch"


def test_views_never_choose_and_the_articles_pair_comes_out_as_it_says(reports):
    posts = reports["spark_candidates"]["candidates"].set_index("post_id")
    named = {plant["plant"]: plant["subject"] for plant in TRUTH["plants"]}
    persuasive, interesting = (
        posts.loc[named["persuasive_post"]],
        posts.loc[named["interesting_post"]],
    )
    assert interesting["views"] > 20 * persuasive["views"]
    assert persuasive["rank"] < interesting["rank"]
    assert (persuasive["verdict"], interesting["verdict"]) == ("spark", "no")


REMOVABLE = ["low_conversion", "star_with_incident", "persuasive_post"]  # one per report


@pytest.mark.parametrize("plant", REMOVABLE)
def test_without_the_cause_there_is_no_finding(tmp_path, plant):
    [told] = [entry for entry in TRUTH["plants"] if entry["plant"] == plant]
    demo.make_demo(tmp_path / "data" / "sample", without=plant)
    assert not ingest.ingest("sample", home=tmp_path).refused
    report = REPORTS[told["report"]](kit.open("sample", home=tmp_path), DAY)
    assert told["decision"] not in decided(report, told)
