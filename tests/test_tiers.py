"""Who moves between tiers, by hand-sized frames, and the audit of a whole program."""

import math

import numpy as np
import pandas as pd
import pytest

from kit import tier_evidence, tiers
from kit.errors import ReportError
from kit.policy import load_policy
from kit.tier_rule import REQUIRED
from tests.creator_program import AS_OF as PROGRAM_DAY
from tests.creator_program import program

AS_OF = "2026-05-13"  # April's last day + 13


def months(*creators, count=6):
    """Months up to April 2026: (name, revenue per post, posts of 8 agreed, tier, incidents)."""
    starts = pd.date_range(end="2026-04-01", periods=count, freq="MS")
    rows = []
    for name, revenue, posts, *rest in creators:
        tier, incidents = (*rest, *(1, 0)[len(rest) :])
        for number, month in enumerate(starts):
            wobble = 1 + 0.2 * ((number % 3) - 1)
            rows.append((name, tier, month, posts, 8, revenue * posts * wobble, 0))
        if incidents:
            rows[-1] = (*rows[-1][:-1], incidents)
    return pd.DataFrame(rows, columns=REQUIRED)


OTHERS = [(f"o{i}", 40 + 5 * i, 8) for i in range(8)]


def audit(frame, as_of=AS_OF, policy=None):
    return tiers.promotion_audit(frame, as_of, policy).set_index("creator_id")


def test_steady_output_good_sales_and_a_clean_record_promote():
    found = audit(months(*OTHERS, ("star", 200, 8), ("poor", 5, 8), ("lazy", 200, 3)))
    assert found.loc["star", "verdict"] == "promote"
    assert found.loc["poor", "verdict"] == "not yet"
    assert not found.loc["poor", "revenue_per_post_passed"]
    assert found.loc["lazy", "verdict"] == "not yet"
    assert not found.loc["lazy", "output_ratio_passed"]
    # Three posts of eight agreed, month after month.
    assert found.loc["lazy", "reason"] == (
        "Published 38% of what was agreed; consistent means 80%. Not at the present pace."
    )


def test_an_incident_in_three_months_holds_back_and_an_older_one_does_not():
    frame = months(*OTHERS, ("star", 200, 8, 1, 1))
    found = audit(frame).loc["star"]
    assert found["verdict"] == "not yet"
    assert found["reason"] == "One incident in the last three months; about 3 more months."
    assert found["months_needed"] == 3
    # The newest of the three clean months is April: January is the first month outside.
    frame.loc[frame["creator_id"] == "star", "incidents"] = [1, 1, 1, 0, 0, 0]
    assert audit(frame).loc["star", "verdict"] == "promote"
    frame.loc[frame["creator_id"] == "star", "incidents"] = [0, 0, 0, 1, 0, 0]
    assert audit(frame).loc["star", "verdict"] == "not yet"


def test_an_incident_of_the_running_month_counts():
    frame = months(*OTHERS, ("star", 200, 8))
    running = pd.DataFrame(
        [("star", 1, pd.Timestamp("2026-05-01"), np.nan, np.nan, np.nan, 1)], columns=frame.columns
    )
    found = audit(pd.concat([frame, running])).loc["star"]
    assert (found["verdict"], found["months"]) == ("not yet", 6)


def test_two_months_are_too_few():
    frame = pd.concat([months(*OTHERS), months(("star", 200, 8), count=2)])
    found = audit(frame).loc["star"]
    assert found["verdict"] == "not yet"
    assert found["reason"] == "Seen for 2 of the 3 months needed; about 1 more month."


def test_a_month_counts_once_its_last_day_and_thirteen_have_passed():
    frame = months(*OTHERS)
    assert audit(frame, "2026-05-13")["months"].eq(6).all()
    assert audit(frame, "2026-05-12")["months"].eq(5).all()


def test_followers_are_no_column_of_the_audit():
    frame = months(*OTHERS, ("star", 200, 8))
    many = audit(frame.assign(followers=900_000))
    pd.testing.assert_frame_equal(many, audit(frame))


def test_the_bar_is_the_median_of_everyone_who_entered_in_tier_one():
    frame = months(*OTHERS)
    before = audit(frame)["median_revenue_per_post"].iloc[0]
    moved = frame.copy()
    best = moved["creator_id"].isin(["o6", "o7"]) & (moved["month"] >= "2025-12-01")
    moved.loc[best, "tier"] = 2
    after = audit(moved)
    assert after.loc["o0", "median_revenue_per_post"] == pytest.approx(before)
    assert after.loc["o6", ["tier", "entry_tier"]].tolist() == [2, 1]


def test_under_five_to_compare_with_there_is_no_median_and_no_promotion():
    found = audit(months(("star", 200, 8), *OTHERS[:3]))
    assert set(found["verdict"]) == {"not yet"}
    assert "No median yet: fewer than 5 creators" in found.loc["star", "reason"]


def test_tier_two_is_demoted_for_sales_or_output_and_held_between():
    moved = [("weak", 4, 8, 2), ("idle", 60, 1, 2), ("fair", 58, 8, 2)]
    found = audit(months(*OTHERS, *moved))
    assert found.loc[["weak", "idle", "fair"], "verdict"].tolist() == ["demote", "demote", "hold"]
    assert "30 days" in found.loc["weak", "reason"]
    assert found.loc["weak", "lock_until"] == pd.Timestamp("2026-06-12")
    assert pd.isna(found.loc["fair", "lock_until"])


def test_tier_one_is_never_demoted_and_tier_three_never_promoted():
    top = [(f"t{i}", 50 + i, 8, 3) for i in range(2)]
    second = [(f"m{i}", 50 + i, 8, 2) for i in range(6)]
    found = audit(months(("poor", 2, 1), *OTHERS, *second, *top, ("best", 500, 8, 3)))
    assert found.loc["poor", "verdict"] == "not yet"
    assert found.loc["best", "verdict"] == "hold"
    assert "Tier 3 is the highest" in found.loc["best", "reason"]


def test_tier_two_moves_up_against_the_tier_two_median():
    second = [(f"m{i}", 50 + i, 8, 2) for i in range(6)]
    found = audit(months(*OTHERS, *second, ("best", 300, 8, 2)))
    assert found.loc["best", "verdict"] == "promote"
    assert "an extension of the article" in found.loc["best", "reason"]


def test_nobody_moves_twice_within_three_months():
    frame = months(*OTHERS, ("weak", 4, 8))
    weak = frame["creator_id"] == "weak"
    for since, verdict in [
        ("2026-04-01", "hold"),
        ("2026-02-01", "hold"),
        ("2026-01-01", "demote"),
    ]:
        moved = frame.copy()
        moved.loc[weak & (moved["month"] >= since), "tier"] = 2
        assert audit(moved).loc["weak", "verdict"] == verdict, since


def test_no_posts_count_for_output_and_not_for_revenue():
    frame = months(*OTHERS, ("star", 200, 8))
    star = frame["creator_id"] == "star"
    frame.loc[star & (frame["month"] == "2026-04-01"), ["posts", "net_revenue"]] = 0
    found, steady = audit(frame).loc["star"], audit(months(*OTHERS, ("star", 200, 8))).loc["star"]
    assert found["output_ratio"] < steady["output_ratio"]
    assert found["revenue_per_post"] > 150


def test_output_ratio_by_hand():
    # Two months, half-life 4: weights 1 and 2^(-1/4) = 0.8409; 6 of 8 and 2 of 8.
    frame = months(("ana", 50, 6), count=2)
    frame.loc[0, "posts"] = 2
    found = audit(frame).loc["ana"]
    assert found["output_ratio"] == pytest.approx((6 + 0.8409 * 2) / (8 + 0.8409 * 8), abs=1e-4)


def test_output_is_gamma_three_three_without_a_roster():
    # Decision rules, worked number 9, by the prior that the roster then moves.
    shape, rate = tier_evidence.output_prior(pd.Series(dtype=float), pd.Series(dtype=float))
    assert (shape, rate) == pytest.approx((3, 3))


def test_who_flips_when_the_median_moves_is_printed():
    found = audit(months(*OTHERS, ("near", 62, 8), ("star", 400, 8)))
    assert found.loc["star", "flips"] == ""
    assert "median -10%: promote" in found["flips"].str.cat()


@pytest.mark.parametrize("kind", ["date", "text", "shuffled", "indexed"])
def test_the_form_of_the_frame_does_not_matter(kind):
    frame = months(*OTHERS, ("star", 200, 8))
    given = {
        "date": frame.assign(month=frame["month"].dt.date),
        "text": frame.assign(month=frame["month"].dt.strftime("%Y-%m-%d")),
        "shuffled": frame.sample(frac=1, random_state=3),
        "indexed": frame.set_index(frame.index * 7 + 3),
    }[kind]
    before = given.copy()
    pd.testing.assert_frame_equal(audit(given), audit(frame))
    pd.testing.assert_frame_equal(given, before)


def test_scaling_revenue_scales_the_estimate_and_moves_nobody():
    frame = months(*OTHERS, ("star", 200, 8))
    dear = audit(frame.assign(net_revenue=frame["net_revenue"] * 1000))
    plain = audit(frame)
    assert dear["verdict"].tolist() == plain["verdict"].tolist()
    np.testing.assert_allclose(
        dear["revenue_per_post_estimate"], 1000 * plain["revenue_per_post_estimate"]
    )


def test_no_sales_at_all_promote_nobody():
    found = audit(months(*[(name, 0, 8) for name, *_ in OTHERS]))
    assert set(found["verdict"]) == {"not yet"}


def test_an_empty_frame_gives_an_empty_frame():
    found = tiers.promotion_audit(months(), AS_OF)
    assert len(found) == 0
    assert {"creator_id", "verdict", "reason"} <= set(found.columns)


def test_a_missing_column_is_named():
    with pytest.raises(ReportError, match="creator_months lacks incidents"):
        tiers.promotion_audit(months(*OTHERS).drop(columns="incidents"), AS_OF)


def test_policy_moves_the_criteria():
    frame = months(*OTHERS, ("star", 200, 8))
    strict = load_policy({"promotion": {"min_months": 7}})
    assert audit(frame, policy=strict).loc["star", "verdict"] == "not yet"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    moves = [{"creator_id": "hal", "changed_on": "2026-05-04", "from_tier": 1, "to_tier": 2}]
    breach = [{"creator_id": "ida", "happened_on": "2026-05-05", "severity": "violation"}]
    late = [{"creator_id": "new", "joined_on": "2026-05-04", "followers": 9_000}]
    folder = tmp_path_factory.mktemp("tiers")
    client = program(folder, star="ed", tiers=moves, compliance=breach, creators=late)
    return tiers.report(client, PROGRAM_DAY)


def test_every_roster_creator_with_a_tier_gets_one_decision(found):
    decided = found.decisions.set_index("subject")
    assert len(decided) == 13
    assert decided.loc["ed", "decision"] == "promote"
    assert (decided["decision"] == "promote").sum() == 1
    assert decided.loc["new", "decision"] == "not yet"
    assert decided.loc["new", "reason"].startswith("Seen for 0 of the 3 months needed")


def test_one_moved_since_the_last_closed_month_is_not_moved_again(found):
    row = found["audit"].set_index("creator_id").loc["hal"]
    assert (row["tier"], row["verdict"]) == (2, "hold")


def test_a_breach_since_the_last_closed_month_is_seen(found):
    row = found["audit"].set_index("creator_id").loc["ida"]
    assert (row["incidents"], row["incidents_passed"]) == (1, False)


def test_each_criterion_is_a_figure_with_its_interval(found):
    rows = found.figures.set_index(["metric", "subject"])
    one = rows.loc[("promotion_revenue_per_post", "ed")]
    assert one["value"] == pytest.approx(120)  # six orders of $20 a post
    assert one["ci_low"] < 120 < one["ci_high"]
    assert rows.loc[("promotion_months_seen", "ed"), "value"] == 6
    assert rows.loc[("promotion_incidents", "ida"), "value"] == 1


def test_a_median_of_many_alike_is_as_doubtful_as_the_textbook_says():
    # sd of the median of n equal normals: 1.2533 sd / sqrt(n)
    doubt, shared = tier_evidence.median_doubt(pd.Series([3.0] * 25), pd.Series([0.5] * 25))
    assert doubt == pytest.approx(1.2533 * 0.5 / 5, rel=1e-4)
    assert shared.tolist() == pytest.approx([0.01] * 25)  # each is a 25th of it: 0.25 / 25


def test_a_median_of_unlike_creators_is_as_doubtful_as_drawing_says():
    mean, sd = (
        pd.Series([2.0, 2.4, 2.5, 3.1, 3.3, 4.0, 4.2]),
        pd.Series([0.3, 0.2, 0.5] * 2 + [0.1]),
    )
    drawn = np.random.default_rng(5).normal(mean, sd, (100_000, 7))
    doubt, shared = tier_evidence.median_doubt(mean, sd)
    middle = np.median(drawn, axis=1)
    assert doubt == pytest.approx(middle.std(), rel=0.15)
    assert np.cov(drawn[:, 3], middle)[0, 1] == pytest.approx(shared[3], rel=0.35)


def test_the_doubt_of_the_median_lowers_the_probability_to_beat_it():
    few = audit(months(*OTHERS, ("star", 90, 8)))
    mean, low, high = (
        few.loc["star", f"revenue_per_post_{end}"] for end in ("estimate", "ci_low", "ci_high")
    )
    sd = np.log(high / low) / (2 * 1.6449)
    alone = 0.5 * (
        1 + math.erf(np.log(mean / few["median_revenue_per_post"].iloc[0]) / sd / 2**0.5)
    )
    assert 0.5 < few.loc["star", "probability_revenue"] < alone


def test_the_median_to_beat_is_shown_with_its_interval(found):
    first = found["medians"].set_index("tier").loc[1]
    assert first["ci_low"] < first["median_revenue_per_post"] < first["ci_high"]
