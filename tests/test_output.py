"""Who has gone quiet: the posting model, its flags and their edges."""

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kit import posting
from kit.errors import ReportError
from kit.policy import load_policy
from kit.review import output_flags

AS_OF = "2026-05-10"  # a Sunday


def weeks(**posts):
    """Posts of each creator's last weeks, two agreed a week, the last week ending on AS_OF."""
    rows = []
    for creator, counts in posts.items():
        mondays = pd.date_range(end="2026-05-04", periods=len(counts), freq="7D")
        rows += [(creator, monday, n, 2.0) for monday, n in zip(mondays, counts, strict=True)]
    return pd.DataFrame(rows, columns=["creator_id", "week", "posts", "agreed_posts"])


STEADY = {f"s{i}": [2, 1, 3, 2, 2, 1, 2, 3, 2, 2, 1, 2] for i in range(8)}


def flags(frame, as_of=AS_OF, policy=None):
    return output_flags(frame, as_of, policy).set_index("creator_id")


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (1, [0.0452, 0.1375, 0.2981, 0.5128]),
        (2, [0.0843, 0.3401, 0.7112, 0.9195]),
        (3, [0.1235, 0.5314, 0.8905, 0.9829]),
    ],
)
def test_quit_probability_after_silent_weeks(agreed, expected):
    # Decision rules, worked number 8: h = 0.02, 10% off weeks, Poisson, r = 1.
    zero = 0.1 + 0.9 * np.exp(-agreed)
    found = [round(posting.quit_probability(k, zero, 0.02), 4) for k in (1, 2, 3, 4)]
    assert found == expected


def test_the_filter_equals_the_closed_form_when_the_rate_is_known():
    # A gamma of shape 1e6 and mean 1 is r = 1; a size of 1e6 is Poisson; no wander.
    known = posting.Posting(0.02, 0.1, 1e6, 1.0, 1e6, 1e-6)
    middle = posting.RATES[np.abs(posting.LOG_RATES).argmin()]
    standing = posting.standing(posting.complete_weeks(weeks(ana=[0, 0, 0]), AS_OF), posting=known)
    zero = 0.1 + 0.9 * np.exp(-2 * middle)
    assert standing.quit[0] == pytest.approx(posting.quit_probability(3, zero, 0.02), rel=1e-3)


def test_output_ratio_of_the_gamma_poisson():
    # Decision rules, worked number 9: Gamma(3, 3), 3 of 8 agreed.
    posterior = stats.gamma(3 + 3, scale=1 / (3 + 8))
    assert posterior.mean() == pytest.approx(0.5455, abs=5e-5)
    assert posterior.ppf([0.05, 0.95]).tolist() == pytest.approx([0.2375, 0.9557], abs=5e-5)
    assert posterior.cdf(0.5) == pytest.approx(0.4711, abs=5e-5)


def test_who_stops_is_acted_on_and_who_goes_on_is_not():
    found = flags(weeks(**STEADY, gone=[2, 2, 3, 2, 1, 2, 2, 0, 0, 0, 0, 0]))
    assert found.loc["gone", "flag"] == "act"
    assert found.loc["gone", "probability_quit"] > 0.8
    assert set(found.drop("gone")["flag"]) == {"ok"}
    reason = found.loc["gone", "reason"]
    assert reason.startswith("under half of what was agreed")
    assert "sure, and has probably quit: silent for 5 weeks" in reason
    assert "0 posts a week over the last 4 weeks against 2 agreed, 8 of 8 agreed posts" in reason
    assert "below agreed" not in reason


def test_a_slow_creator_is_below_without_having_quit():
    slow = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    found = flags(weeks(**STEADY, slow=slow)).loc["slow"]
    assert found["probability_below_agreed"] > 0.8
    assert found["probability_quit"] < 0.5
    assert found["flag"] == "act"


def test_eight_silent_weeks_are_off_the_roster():
    found = flags(weeks(**STEADY, gone=[2] * 3 + [0] * 8, never=[0] * 9))
    for creator in ("gone", "never"):
        assert found.loc[creator, "flag"] == "act"
        assert found.loc[creator, "reason"].startswith("off the roster")
    assert (
        not flags(weeks(**STEADY, gone=[2] * 4 + [0] * 7)).loc["gone", "reason"].startswith("off")
    )


def test_nothing_agreed_is_ok():
    frame = weeks(**STEADY, free=[0] * 12)
    frame.loc[frame["creator_id"] == "free", "agreed_posts"] = 0
    found = flags(frame).loc["free"]
    assert (found["flag"], found["reason"]) == ("ok", "nothing agreed")


def test_under_three_weeks_at_most_watch():
    policy = load_policy({"verdict": {"act": 0.01, "watch": 0.005}})
    found = flags(weeks(**STEADY, new=[0, 0]), policy=policy)
    assert found.loc["new", "flag"] == "watch"
    assert found.loc["new", "reason"].startswith("seen for 2 of the 3 weeks needed")
    assert flags(weeks(**STEADY, new=[0, 0, 0]), policy=policy).loc["new", "flag"] == "act"


def test_a_running_week_and_later_ones_are_left_out():
    frame = weeks(**STEADY, ana=[2, 2, 2, 2, 0])
    whole = flags(frame[frame["week"] < "2026-05-04"], as_of="2026-05-09")
    pd.testing.assert_frame_equal(flags(frame, as_of="2026-05-09"), whole)
    assert flags(frame).loc["ana", "silent_weeks"] == 1


def test_a_creator_with_only_a_running_week_comes_back_once():
    found = flags(weeks(**STEADY, new=[0]), as_of="2026-05-09")
    assert found.loc["new", ["flag", "reason"]].tolist() == ["ok", "no complete week yet"]
    only = output_flags(weeks(new=[0]), "2026-05-09")
    assert only[["creator_id", "flag"]].to_numpy().tolist() == [["new", "ok"]]


def test_weeks_before_joining_are_missing_not_zero():
    late = flags(weeks(**STEADY, late=[2, 2, 2]))
    early = flags(weeks(**STEADY, late=[0] * 9 + [2, 2, 2]))
    low, high = (found.loc["late", "probability_below_agreed"] for found in (late, early))
    assert low < high


@pytest.mark.parametrize("kind", ["timestamp", "date", "text", "shuffled", "indexed"])
def test_the_form_of_the_frame_does_not_matter(kind):
    frame = weeks(**STEADY, gone=[2] * 7 + [0] * 5)
    given = {
        "timestamp": frame,
        "date": frame.assign(week=frame["week"].dt.date),
        "text": frame.assign(week=frame["week"].dt.strftime("%Y-%m-%d")),
        "shuffled": frame.sample(frac=1, random_state=3),
        "indexed": frame.set_index(frame.index * 7 + 3),
    }[kind]
    before = given.copy()
    pd.testing.assert_frame_equal(output_flags(given, AS_OF), output_flags(frame, AS_OF))
    pd.testing.assert_frame_equal(given, before)


def test_a_column_that_says_one_thing_of_each_creator_passes_through():
    frame = weeks(**STEADY).assign(tier=2, views=range(12 * len(STEADY)))
    found = output_flags(frame, AS_OF)
    assert (found["tier"] == 2).all()
    assert "views" not in found


def test_an_empty_frame_gives_an_empty_frame():
    found = output_flags(weeks(), AS_OF)
    assert len(found) == 0
    assert {"creator_id", "probability_below_agreed", "flag", "reason"} <= set(found.columns)


def test_a_missing_column_is_named():
    with pytest.raises(ReportError, match="creator_weeks lacks agreed_posts"):
        output_flags(weeks(**STEADY).drop(columns="agreed_posts"), AS_OF)


def test_two_hundred_creators_and_thirty_weeks_take_under_three_seconds():
    counts = np.random.default_rng(5).poisson(1.8, (200, 30))
    frame = weeks(**{f"c{i:03d}": list(row) for i, row in enumerate(counts)})
    start = time.process_time()
    assert len(output_flags(frame, AS_OF)) == 200
    assert time.process_time() - start < 3


def monthly(first, gap, creators=24, count=26):
    """Creators agreed to one post a month, each posting in turn every `gap` weeks from `first`."""
    mondays = pd.date_range(end="2026-05-04", periods=count, freq="7D")
    rows = [
        (f"m{who:02d}", day, int(week >= first and (week - who) % gap == 0), 0.25)
        for who in range(creators)
        for week, day in enumerate(mondays)
    ]
    return pd.DataFrame(rows, columns=["creator_id", "week", "posts", "agreed_posts"])


def test_a_creator_who_has_hardly_owed_a_post_is_at_most_watched():
    # All the others of one post a month deliver a quarter of it; four weeks make one post due.
    late = monthly(first=9, gap=4, creators=1, count=4).assign(creator_id="new")
    frame = pd.concat([monthly(first=0, gap=16), late])
    verdict = {"act": 0.6, "watch": 0.5}
    found = flags(frame, policy=load_policy({"verdict": verdict})).loc["new"]
    assert found["probability_below_agreed"] > 0.6
    assert found["flag"] == "watch"
    reason = "too soon to tell, 1 of the 2 agreed posts needed were due: silent for 4 weeks"
    assert found["reason"].startswith(reason)
    policy = load_policy({"verdict": verdict, "output": {"min_agreed": 1.0}})
    sooner = flags(frame, policy=policy)
    assert sooner.loc["new", "flag"] == "act"
