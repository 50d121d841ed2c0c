"""The weekly review: one verdict for each creator, found where its cause was planted."""

import pandas as pd
import pytest

from kit import review, scorecard, sentences
from tests.creator_program import AS_OF, HANDLES, program

CAUSES = {
    "bo": {"quiet": "bo"},
    "cy": {"weak": "cy"},
    "di": {"dull": "di"},
    "ed": {"star": "ed"},
}
VERDICT = {"bo": "replace", "cy": "fix the brief", "di": "fix the brief", "ed": "invest"}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    planted = {
        "quiet": "bo",
        "weak": "cy",
        "dull": "di",
        "star": "ed",
        "flop": "gus",
        "dear": "fay",
    }
    left = [
        {"creator_id": "max", "status": "left", "followers": 9_000, "joined_on": "2026-01-05"},
        {"creator_id": "idle", "followers": 9_000, "joined_on": "2026-01-05"},
    ]
    return review.report(program(tmp_path_factory.mktemp("all"), **planted, creators=left), AS_OF)


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    return review.report(program(tmp_path_factory.mktemp("none")), AS_OF)


def test_every_active_or_agreed_roster_creator_has_exactly_one_verdict(found):
    verdicts = found.decisions[found.decisions["decision"].isin(review.VERDICTS)]
    assert sorted(verdicts["subject"]) == HANDLES  # not max, who left, nor idle, with no agreement


@pytest.mark.parametrize("handle", list(CAUSES))
def test_each_planted_cause_gets_its_verdict(found, handle):
    verdicts = found["verdicts"].set_index("creator_id")["verdict"]
    assert verdicts[handle] == VERDICT[handle]


def test_without_the_causes_everyone_is_kept(steady):
    assert set(steady["verdicts"]["verdict"]) == {"keep"}
    assert not steady["verdicts"][["fee", "deprioritise"]].any(axis=None)


def test_a_fee_goes_to_the_invested_of_tier_one(found):
    table = found["verdicts"].set_index("creator_id")
    assert table.index[table["fee"]].tolist() == ["ed"]


def test_low_sales_and_dear_commission_are_deprioritised(found):
    table = found["verdicts"].set_index("creator_id")
    assert sorted(table.index[table["deprioritise"]]) == ["fay", "gus"]
    dear, low = table.loc[["fay", "gus"], "deprioritise_reason"]
    assert "25% standard commission where 15% is agreed" in dear
    assert "under half the tier's median of $" in low
    assert table.loc["gus", "reason"].startswith(f"low priority for now: {low}")


def test_reasons_say_under_half_and_show_the_raw_shortfall(found):
    reason = found["verdicts"].set_index("creator_id").loc["bo", "reason"]
    assert reason.startswith("under half of what was agreed")
    assert "8 of 8 agreed posts missing" in reason
    assert not found.decisions["reason"].str.contains("below agreed").any()


def test_a_verdict_shows_the_metric_its_figure_and_interval(found):
    row = found.decisions.set_index("decision_id").loc["weekly_review:creator:di:fix the brief"]
    assert row["metric"] == "hook_retention"
    assert row["value"] == pytest.approx(0.12)
    assert row["ci_low"] < 0.12 < row["ci_high"] < 0.25
    assert row["confidence"] > 0.8


def test_silence_of_eight_weeks_is_off_the_roster(tmp_path):
    found = review.report(program(tmp_path, quiet="bo", silent_weeks=9), AS_OF)
    row = found["verdicts"].set_index("creator_id").loc["bo"]
    assert row["verdict"] == "replace"
    assert row["reason"].startswith("off the roster")


def test_quiet_comes_before_a_brief_that_fails(tmp_path):
    # Nine weeks of silence leave no clicks of the 28 days, so the hook readings tell the rest.
    late = [{"post_id": "bo001", "views": 1000, "held_views": 50, "seen_on": AS_OF}]
    late += [{**late[0], "post_id": f"bo0{week}1"} for week in range(1, 6)]
    client = program(tmp_path, quiet="bo", silent_weeks=6, hooks=late)
    found = review.report(client, AS_OF)
    flags = found["flags"].set_index(["creator_id", "metric"])["flag"]
    assert flags["bo", "hook_retention"] == flags["bo", "output_rate"] == "act"
    assert found["verdicts"].set_index("creator_id").loc["bo", "verdict"] == "replace"


def test_the_distribution_adds_up_to_the_whole(found):
    table = found["distribution"]
    assert table["running_share"].iloc[-1] == pytest.approx(1)
    assert table["creator_id"].iloc[0] == "ed"
    assert table["gmv"].is_monotonic_decreasing


def test_gmv_per_active_creator_by_tier(found):
    row = found["tiers"].set_index("tier").loc["1"]
    # All but bo post; the tier's GMV is the distribution's sum.
    assert row["gmv"] == pytest.approx(found["distribution"]["gmv"].sum())
    assert row["gmv_per_active_creator"] == pytest.approx(row["gmv"] / 11)
    assert row["active_creators"] == 11


def test_posts_stand_beside_gmv_week_by_week(steady):
    weeks = steady["weeks"]
    assert len(weeks) == 30
    assert (weeks["posts"] == 24).all()  # twelve creators, two a week
    # Two or three $20 orders a post, alternating: 60 a week.
    assert (weeks["gmv"] == 1200).all()


def test_estimates_and_probabilities_are_figures(found):
    rows = found.figures.set_index(["metric", "subject"])
    for metric in (
        "conversion_rate_estimate",
        "hook_retention_estimate",
        "revenue_per_post_estimate",
        "probability_quit",
        "probability_below_agreed",
        "probability_high_outlier",
        "probability_conversion_below_floor",
    ):
        assert 0 <= rows.loc[(metric, "ana"), "value"] < 1 or metric.startswith("revenue")
    assert rows.loc[("velocity_forecast", "small")].shape[0] == 4
    keys = ["metric", "subject_kind", "subject", "period_start", "period_end"]
    assert not found.figures.duplicated(keys).any()


def test_false_alarms_are_the_mean_of_what_is_left_of_certainty(found):
    table = found["false_alarms"].set_index("metric")
    flags = found["flags"]
    own = flags[(flags["flag"] == "act") & (flags["metric"] == "revenue_per_post")]
    assert table.loc["revenue_per_post", "flags"] == len(own) == 2
    assert 0 <= table["expected_false_share"].max() <= 0.2
    stated = own["probability"].astype(float)
    assert table.loc["revenue_per_post", "expected_false_share"] == pytest.approx(1 - stated.mean())
    # fay's commission is arithmetic: an act flag, and no chance in it
    assert table.loc["commission_ratio_settled", ["flags", "arithmetic"]].tolist() == [0, 1]


def test_who_moved_gmv_adds_up_to_the_weeks_of_the_chart(found):
    whole = found["weeks"]["gmv"].iloc[-1] - found["weeks"]["gmv"].iloc[-2]
    sums = found["movers"].groupby("subject_kind")["change"].sum()
    assert sums.round(2).tolist() == [round(whole, 2)] * 4
    rows = found.figures[found.figures["metric"] == "gmv_effect"]
    assert rows["value"].sum() == pytest.approx(whole)


def repeat_rows(*rows):
    return pd.DataFrame(
        rows, columns=["creator_id", "event_rate", "ci_low", "ci_high", "n", "mature_n"]
    )


def test_buyers_of_like_creators_cannot_be_told_apart():
    # 12 of 60 and so on: intervals of Wilson
    alike = repeat_rows(
        ("ana", 0.2, 0.118, 0.318, 60, 60),
        ("bo", 0.25, 0.158, 0.372, 60, 60),
        ("cy", 0.15, 0.081, 0.261, 60, 60),
        ("di", 0.9, 0.5, 0.99, 4, 4),
    )
    told = scorecard.repeat_apart(alike, 10)
    assert told["apart"].tolist()[:3] == ["", "", ""]
    assert pd.isna(told["apart"].iloc[3])
    assert sentences.repeat(told) == (
        "The buyers of all 3 creators with enough to judge by come back about as often: the "
        "creators cannot be told apart."
    )


def test_a_creator_whose_buyers_never_return_is_told_apart():
    rows = repeat_rows(
        *((name, 0.2, 0.163, 0.243, 400, 400) for name in ("ana", "bo", "cy")),
        ("zed", 0.0, 0.0, 0.0095, 400, 400),
    )
    told = scorecard.repeat_apart(rows, 10)
    assert told.set_index("creator_id").loc["zed", "apart"] == "below"
    assert "zed (0.0%) come back less often than the program's" in sentences.repeat(told)


def test_one_creator_alone_is_not_compared():
    said = sentences.repeat(scorecard.repeat_apart(repeat_rows(("ana", 0.2, 0.1, 0.3, 60, 60)), 10))
    assert said.startswith("Only ana has enough buyers to tell: 20.0%")


def test_the_same_client_gives_the_same_findings(tmp_path, steady):
    again = review.report(program(tmp_path), AS_OF)
    pd.testing.assert_frame_equal(again.figures, steady.figures)
    pd.testing.assert_frame_equal(again.decisions, steady.decisions)
