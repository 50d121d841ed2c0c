"""Rates, intervals and follow-up against worked and published numbers."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kit import beta_binomial, estimate
from kit.errors import ReportError

# Efron & Morris (1975): hits of 18 players in their first 45 at bats.
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7.0])
AT_BATS = np.full(18, 45.0)
# Tarone (1982): tumours in 71 groups of rats.
RATS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19
1/19 1/18 1/18 2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49
7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22
11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14
"""
# Freireich et al. (1963): weeks of remission under 6-MP, + where still in remission.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()


def rates(*rows, **columns):
    successes, trials = (pd.Series(column) for column in zip(*rows, strict=True))
    return estimate.shrink_rates(successes, trials, **columns)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (5, 120, 0.01793, 0.09384),
        (18, 3000, 0.00380, 0.00946),
        (2, 40, 0.01382, 0.16504),
        (0, 25, 0.0, 0.13319),
    ],
)
def test_wilson_interval_worked(x, n, low, high):
    assert np.round(estimate.wilson_interval(x, n), 5) == pytest.approx([low, high])


def test_wilson_interval_without_trials_is_missing():
    low, high = estimate.wilson_interval([0], [0])
    assert np.isnan(low[0])
    assert np.isnan(high[0])


@pytest.mark.parametrize(
    ("clicks", "by_luck"), [(25, 0.3965), (50, 0.2642), (100, 0.1410), (200, 0.0493)]
)
def test_a_true_two_percent_shows_four_by_luck(clicks, by_luck):
    # Why a raw rate chooses nothing: worked number 2 of the rules.
    assert stats.binom.sf(np.ceil(0.04 * clicks) - 1, clicks, 0.02) == pytest.approx(
        by_luck, abs=5e-5
    )


@pytest.mark.parametrize(
    ("x", "n", "mean", "low", "high"),
    [
        (0, 0, 0.02000, 0.00551, 0.04165),
        (1, 25, 0.02286, 0.00789, 0.04396),
        (5, 120, 0.02963, 0.01488, 0.04832),
        (18, 3000, 0.00667, 0.00447, 0.00922),
    ],
)
def test_posterior_of_a_known_prior_worked(x, n, mean, low, high):
    alpha, beta = 3 + x, 147 + n - x  # m = 0.02, κ = 150
    ends = estimate.beta_interval(alpha, beta)
    assert [alpha / (alpha + beta), *ends] == pytest.approx([mean, low, high], abs=5e-6)


def test_probability_of_the_worked_pair():
    assert estimate.beta_above(8, 262, 0.02) == pytest.approx(0.8260, abs=5e-5)
    rates = np.linspace(0, 0.2, 200_001)
    beats = np.trapezoid(stats.beta.pdf(rates, 8, 262) * stats.beta.cdf(rates, 21, 3129), rates)
    assert beats == pytest.approx(0.9990, abs=5e-5)


@pytest.mark.parametrize(
    ("bar", "x", "n", "above", "more"),
    [
        (0.02, 1, 25, 0.5399, 1814),
        (0.02, 2, 40, 0.6722, 282),
        (0.02, 5, 120, 0.8260, 0),
        (0.02, 0, 60, 0.2100, 34),
        (0.025, 5, 120, 0.6401, 709),
        (0.035, 5, 120, 0.2730, 391),
    ],
)
def test_clicks_needed_worked(bar, x, n, above, more):
    alpha, beta = 3 + x, 147 + n - x
    assert estimate.beta_above(alpha, beta, bar) == pytest.approx(above, abs=5e-5)
    assert estimate.clicks_needed([alpha], [beta], bar).tolist() == [more]


def test_clicks_needed_too_close_is_missing():
    assert np.isnan(estimate.clicks_needed([8], [262], 0.03)[0])


def test_group_priors_leave_the_row_itself_out():
    x, n = np.array([3, 1, 0.0]), np.array([100, 50, 10.0])
    mean = beta_binomial.group_means(x, n, np.zeros(3, int), 0.02, 100)
    assert mean == pytest.approx([0.01875, 0.02381, 0.02400], abs=5e-6)
    assert (200 * mean + x) / (200 + n) == pytest.approx([0.02250, 0.02305, 0.02286], abs=5e-6)


def test_baseball_published():
    held = beta_binomial.fit(HITS, AT_BATS)
    assert held.mean == pytest.approx(0.2656, abs=5e-5)
    assert held.strength == pytest.approx(183.5, abs=0.1)
    assert (held.mean * held.strength + 18) / (held.strength + 45) == pytest.approx(
        0.2921, abs=5e-5
    )
    free = beta_binomial.fit(HITS, AT_BATS, prior=False)
    assert free.strength == pytest.approx(793.2, abs=0.5)
    assert (free.mean * free.strength + 18) / (free.strength + 45) == pytest.approx(
        0.2727, abs=5e-5
    )


def test_baseball_shrunk_over_the_grid_stays_near_the_published_answers():
    table = rates(*zip(HITS, AT_BATS, strict=True))
    # James-Stein 0.2939 and 0.2422; beta-binomial 0.2921.
    assert table["estimate"].iloc[0] == pytest.approx(0.293, abs=0.003)
    assert table["estimate"].iloc[-1] == pytest.approx(0.243, abs=0.003)


def test_rat_tumours_published():
    x, n = np.array([[float(part) for part in row.split("/")] for row in RATS.split()]).T
    assert (len(x), x.sum(), n.sum()) == (71, 267, 1739)
    free = beta_binomial.fit(x, n, prior=False)
    alpha, beta = free.mean * free.strength, (1 - free.mean) * free.strength
    assert (alpha, beta) == pytest.approx((2.34, 14.11), abs=0.01)
    assert (alpha + 4) / (alpha + beta + 14) == pytest.approx(0.2082, abs=5e-5)


@pytest.mark.parametrize(
    ("week", "survival"),
    [(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (22, 0.5378), (23, 0.4482)],
)
def test_kaplan_meier_published(week, survival):
    found = estimate.kaplan_meier(*remission(), at_days=week)
    assert 1 - found.event_rate == pytest.approx(survival, abs=5e-5)


def remission():
    return [float(text.rstrip("+")) for text in REMISSION], [
        not text.endswith("+") for text in REMISSION
    ]


def test_kaplan_meier_interval_published():
    found = estimate.kaplan_meier(*remission(), at_days=10)
    assert found.event_rate == pytest.approx(0.2471, abs=5e-5)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.1100, 0.4655), abs=5e-5)
    assert (found.at_risk, found.n) == (15, 21)


def test_kaplan_meier_without_censoring_is_a_proportion():
    found = estimate.kaplan_meier([5, 20, 70, 80], [True, True, True, True], 60)
    assert found.event_rate == 0.5
    assert (found.ci_low, found.ci_high) == pytest.approx(estimate.wilson_interval(2, 4))


def test_kaplan_meier_when_everyone_has_the_event():
    found = estimate.kaplan_meier([5, 10, 15], [True] * 3, 60)
    assert found.event_rate == 1
    assert found.ci_low == pytest.approx(estimate.wilson_interval(3, 3)[0])
    assert found.at_risk == 0


def test_kaplan_meier_event_comes_before_censoring_at_the_same_time():
    # Of two followed to day 10 one has the event there: half, not all.
    assert estimate.kaplan_meier([10, 10], [True, False], 60).event_rate == 0.5


def test_kaplan_meier_without_event_counts_follow_up():
    # 60 + 30 of 120 days: as good as 1.5 subjects followed to the end.
    found = estimate.kaplan_meier([90, 30], [False, False], 60)
    assert found.event_rate == 0
    assert found.ci_high == pytest.approx(estimate.wilson_interval(0, 1.5)[1])
    assert (found.at_risk, found.n) == (1, 2)


def test_kaplan_meier_of_nobody_is_missing():
    found = estimate.kaplan_meier([], [], 60)
    assert np.isnan(found.event_rate)
    assert found.n == 0


def test_rate_is_raw_and_missing_without_trials():
    table = rates((2, 40), (0, 0))
    assert table["rate"].iloc[0] == 0.05
    assert np.isnan(table["rate"].iloc[1])
    assert table["n"].tolist() == [40, 0]


def test_row_without_trials_gets_what_the_others_lead_one_to_expect():
    table = rates((20, 1000), (22, 1000), (18, 1000), (0, 0))
    assert table["estimate"].iloc[3] == pytest.approx(0.02, abs=0.004)
    assert (table["ci_high"] - table["ci_low"]).idxmax() == 3


def test_no_success_at_all_leaves_room():
    table = rates(*[(0, 800)] * 5)
    assert (table["ci_high"] > 0.0002).all()
    assert (table["estimate"] < 0.002).all()


def test_more_successes_than_trials_count_as_all():
    assert (
        rates((7, 5), (1, 50))["estimate"].tolist() == rates((5, 5), (1, 50))["estimate"].tolist()
    )
    assert rates((7, 5), (1, 50))["rate"].iloc[0] == 1.4


def test_one_row_and_no_row():
    assert rates((3, 100))["estimate"].between(0.02, 0.06).all()
    empty = estimate.shrink_rates(pd.Series(dtype=float), pd.Series(dtype=float))
    assert empty.columns.tolist() == ["rate", "estimate", "ci_low", "ci_high", "n"]
    assert len(empty) == 0


def test_missing_counts_tell_nothing():
    x = pd.Series([1, pd.NA, 3], dtype="Int64")
    n = pd.Series([50, 40, 90], dtype="Int64")
    table = estimate.shrink_rates(x, n)
    bare = rates((1, 50), (0, 0), (3, 90))
    assert table["estimate"].tolist() == pytest.approx(bare["estimate"].tolist())


def test_index_is_kept_and_order_does_not_matter():
    x = pd.Series([1, 5, 18, 0], index=["a", "b", "c", "d"])
    n = pd.Series([25, 120, 3000, 60], index=["a", "b", "c", "d"])
    whole = estimate.shrink_rates(x, n)
    turned = estimate.shrink_rates(x[::-1], n[::-1])
    pd.testing.assert_frame_equal(turned[::-1], whole)
    assert whole.index.tolist() == ["a", "b", "c", "d"]


def test_a_group_pulls_its_rows_together():
    strong, weak = [(30, 500), (28, 500)], [(5, 500), (4, 500)]
    table = rates((0, 0), *strong, (0, 0), *weak, groups=pd.Series([*"aaabbb"]))
    assert table["estimate"].iloc[0] > 2 * table["estimate"].iloc[3]


def test_rows_without_a_group_stand_alone():
    rows = [(30, 500), (28, 500), (0, 10), (0, 10)]
    table = rates(*rows, groups=pd.Series(["a", "a", None, None]))
    assert table["estimate"].iloc[2] == pytest.approx(table["estimate"].iloc[3])
    assert table["estimate"].iloc[2] < table["estimate"].iloc[0]


def test_probability_agrees_with_the_interval():
    x, n = pd.Series([1, 5, 18]), pd.Series([25, 120, 3000])
    table = estimate.shrink_rates(x, n)
    above = estimate.probability_above(x, n, table["ci_low"])
    assert above.tolist() == pytest.approx([0.95] * 3)


rows = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20)), min_size=1, max_size=8)


@settings(max_examples=40)
@given(rows)
def test_estimates_lie_inside_their_intervals(given_rows):
    table = rates(*[(min(x, n), n) for n, x in given_rows])
    assert (0 <= table["ci_low"]).all()
    assert (table["ci_low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["ci_high"]).all()
    assert (table["ci_high"] <= 1).all()


def test_a_hundred_thousand_rows_take_under_two_seconds():
    chance = np.random.default_rng(1)
    clicks = chance.poisson(chance.lognormal(4, 1, 100_000))
    orders = pd.Series(chance.binomial(clicks, chance.beta(2, 98, 100_000)))
    groups = pd.Series(chance.integers(0, 8_000, 100_000))
    for given_groups in (None, groups):
        start = time.process_time()
        estimate.shrink_rates(orders, pd.Series(clicks), given_groups)
        assert time.process_time() - start < 2


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(ReportError, match="no share between 0 and 1"):
        estimate.shrink_rates(pd.Series([1]), pd.Series([10]), level=level)
    with pytest.raises(ReportError, match="no share between 0 and 1"):
        estimate.kaplan_meier([5], [True], 60, level=level)


@pytest.mark.parametrize(
    ("durations", "observed", "told"),
    [
        ([-1, 5], [1, 1], "a duration below 0"),
        (pd.Series([1, 5]), pd.Series([True, None], dtype="boolean"), "a missing mark"),
        ([1, 5], [1], "2 durations and 1 marks"),
    ],
)
def test_follow_up_that_cannot_be_is_refused(durations, observed, told):
    with pytest.raises(ReportError, match=told):
        estimate.kaplan_meier(durations, observed, 60)


def test_counts_without_end_tell_nothing():
    endless = estimate.shrink_rates(pd.Series([np.inf, 2]), pd.Series([10, 20]))
    alone = estimate.shrink_rates(pd.Series([np.nan, 2]), pd.Series([10, 20]))
    assert endless["estimate"].tolist() == alone["estimate"].tolist()
