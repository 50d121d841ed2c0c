"""Shrinkage, intervals and probabilities of rates, and censored follow-up.

Every rate of the program has a denominator, and most of them are small. A row's rate p is taken
as drawn from Beta(mκ, (1−m)κ), whose mean m and strength κ the other rows tell; its own x of n
then give Beta(mκ + x, (1−m)κ + n − x). `kit.beta_binomial` fits m and κ, this module answers with
them: an estimate, an interval, a probability, or how many more clicks an answer would take.

References
----------
Skellam (1948), "A probability distribution derived from the binomial distribution", JRSS B 10.
Robbins (1956), "An empirical Bayes approach to statistics", 3rd Berkeley Symposium.
Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
Kaplan & Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53.
Rothman (1978), "Estimation of confidence limits for the cumulative probability of survival",
Journal of Chronic Diseases 31.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from kit import beta_binomial
from kit.errors import ReportError

UNDECIDED = (0.2, 0.8)
TOO_MANY_CLICKS = 5_000


class Survival(NamedTuple):
    """Share with the event by a day, its interval, how many were still followed then, of how many.

    `event_rate`, `ci_low` and `ci_high` are fractions; `at_risk` and `n` count subjects.
    """

    event_rate: float
    ci_low: float
    ci_high: float
    at_risk: int
    n: int


def shrink_rates(
    successes: pd.Series,
    trials: pd.Series,
    groups: pd.Series | None = None,
    level: float = 0.90,
) -> pd.DataFrame:
    """One row per row given: raw `rate`, shrunk `estimate`, its interval, and `n` trials.

    Rates are fractions; `rate` is as counted, and missing at 0 trials, where the estimate is what
    the other rows lead one to expect. With `groups` (a creator, say) a row is drawn towards the
    other rows of its group, and these towards all; a row without a group stands alone. More
    successes than trials (sales credited to a view) count as all trials. Up to 200 rows the
    uncertainty of m and κ is integrated over; with more, their best values serve as well.
    References: Skellam (1948), Robbins (1956).

    >>> shrink_rates(pd.Series([1, 5, 18]), pd.Series([25, 120, 3000])).round(3)
        rate  estimate  ci_low  ci_high     n
    0  0.040     0.030   0.006    0.076    25
    1  0.042     0.034   0.014    0.064   120
    2  0.006     0.006   0.004    0.009  3000
    """
    _check_level(level)
    posterior, index = _posterior(successes, trials, groups)
    given = _aligned(trials, index)
    n = given.to_numpy(dtype=float, na_value=np.nan)
    x = _aligned(successes, index).to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(
        {
            "rate": np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0),
            "estimate": posterior.mean,
            "ci_low": posterior.quantile((1 - level) / 2),
            "ci_high": posterior.quantile((1 + level) / 2),
            "n": given.fillna(0),
        },
        index=index,
    )


def probability_above(
    successes: pd.Series,
    trials: pd.Series,
    threshold: float | pd.Series,
    groups: pd.Series | None = None,
) -> pd.Series:
    """P(true rate > threshold) per row, under the posterior of `shrink_rates`."""
    posterior, index = _posterior(successes, trials, groups)
    bar: Any = threshold
    if isinstance(threshold, pd.Series):
        bar = _aligned(threshold, index).to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(posterior.above(bar), index, name="probability_above")


def _posterior(
    successes: pd.Series, trials: pd.Series, groups: pd.Series | None
) -> tuple[beta_binomial.Posterior, pd.Index]:
    index = successes.index if isinstance(successes, pd.Series) else pd.RangeIndex(len(successes))
    x = _aligned(successes, index).to_numpy(dtype=float, na_value=np.nan)
    n = _aligned(trials, index).to_numpy(dtype=float, na_value=np.nan)
    # Where either count is missing, the row has told nothing.
    known = np.isfinite(x) & np.isfinite(n)
    n = np.where(known, np.maximum(n, 0), 0.0)
    x = np.where(known, np.clip(x, 0, n), 0.0)
    codes = None if groups is None else _codes(_aligned(groups, index))
    return beta_binomial.posterior(x, n, codes), index


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ReportError(f"level {level} is no share between 0 and 1. Give 0.90, say.")


def _aligned(values: Any, index: pd.Index) -> pd.Series:
    if not isinstance(values, pd.Series):
        return pd.Series(np.asarray(values), index)
    if values.index.equals(index) or not (values.index.is_unique and index.is_unique):
        return values
    return values.reindex(index)


def _codes(groups: pd.Series) -> np.ndarray:
    codes, known = pd.factorize(groups, sort=False)
    alone = codes < 0
    return np.where(alone, len(known) + np.cumsum(alone), codes)


def beta_interval(alpha: Any, beta: Any, level: float = 0.90) -> tuple[Any, Any]:
    """Central interval of Beta(alpha, beta), elementwise, as fractions.

    >>> [round(float(end), 5) for end in beta_interval(3, 147)]
    [0.00551, 0.04165]
    """
    tail = (1 - level) / 2
    return special.betaincinv(alpha, beta, tail), special.betainccinv(alpha, beta, tail)


def beta_above(alpha: Any, beta: Any, threshold: Any) -> Any:
    """P(rate > threshold) under Beta(alpha, beta), elementwise.

    >>> round(float(beta_above(3 + 5, 147 + 115, 0.02)), 4)
    0.826
    """
    return special.betaincc(alpha, beta, np.clip(threshold, 0, 1))


def clicks_needed(
    alpha: Any,
    beta: Any,
    bar: float,
    undecided: tuple[float, float] = UNDECIDED,
    most: int = TOO_MANY_CLICKS,
) -> np.ndarray:
    """Fewest further clicks, converting at the estimate, that would settle the answer.

    Settled means that P(rate > bar), now inside `undecided`, has left it: by bisection on the
    Beta(alpha, beta) posterior. 0 where it is settled already, missing where more than `most`
    clicks would be needed ("too close to the bar to tell apart").

    >>> clicks_needed([3 + 1], [147 + 24], bar=0.02).tolist()
    [1814.0]
    """
    a, b = np.broadcast_arrays(np.asarray(alpha, float), np.asarray(beta, float))
    rate = a / (a + b)

    def settled(clicks: np.ndarray) -> np.ndarray:
        above = beta_above(a + rate * clicks, b + (1 - rate) * clicks, bar)
        return (above <= undecided[0]) | (above >= undecided[1])

    low, high = np.full(a.shape, -1), np.full(a.shape, most)
    reachable = settled(high)
    while np.any(high - low > 1):
        middle = (low + high) // 2
        done = settled(middle)
        low, high = np.where(done, low, middle), np.where(done, middle, high)
    return np.where(reachable, high, np.nan)


def wilson_interval(successes: Any, trials: Any, level: float = 0.95) -> tuple[Any, Any]:
    """Score interval of a proportion (Wilson 1927), elementwise; missing at 0 trials.

    Trials may be an effective size and need not be whole.

    >>> [round(float(end), 4) for end in wilson_interval(81, 263)]  # Newcombe 1998, Table I
    [0.2553, 0.3662]
    """
    x, n = np.asarray(successes, float), np.asarray(trials, float)
    n = np.where(n > 0, n, np.nan)
    z = special.ndtri((1 + level) / 2)
    rate = x / n
    centre = rate + z**2 / (2 * n)
    half = z * np.sqrt(np.maximum(rate * (1 - rate), 0) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return np.clip((centre - half) / scale, 0, 1), np.clip((centre + half) / scale, 0, 1)


def kaplan_meier(
    durations_days: Any,
    observed: Any,
    at_days: float,
    level: float = 0.95,
    subjects: Any = None,
) -> Survival:
    """Share of subjects with the event within `at_days`, those not followed so long censored.

    `durations_days` is the time to the event (`observed` true) or to the end of follow-up; an
    event and a censoring at the same time count event first; a missing duration is left out, one
    below 0 and a missing mark raise `ReportError`. `subjects` says of how many each row speaks;
    left out, of one.
    Interval: Wilson's score at the effective size n_e = (1−S)/(S·V), V = Σ d/(r(r−d)); without an
    event n_e = Σ min(t, at_days)/at_days. `at_risk` counts those followed at least `at_days`
    without the event before it. References: Kaplan & Meier (1958), Rothman (1978).

    >>> kaplan_meier([10, 30, 60, 60], [True, True, False, False], 60).event_rate
    0.5
    """
    _check_level(level)
    days = np.asarray(durations_days, dtype=float)
    told = np.asarray(observed, dtype=object)
    if days.shape != told.shape:
        raise ReportError(
            f"{len(days)} durations and {len(told)} marks of the event. Give one each."
        )
    if (days < 0).any() or pd.isna(told).any():
        wrong = "a duration below 0" if (days < 0).any() else "a missing mark of the event"
        raise ReportError(f"There is {wrong}. Leave the subject out, or mend it.")
    known = ~np.isnan(days)
    each = np.ones(len(days), int) if subjects is None else np.asarray(subjects, dtype=int)
    event, days, each = told.astype(bool)[known], days[known], each[known]
    if not len(days):
        return Survival(np.nan, np.nan, np.nan, 0, 0)
    # One line per day with an event: how many had it, of how many still followed.
    within = event & (days <= at_days)
    times, place = np.unique(days[within], return_inverse=True)
    deaths = np.bincount(place, each[within], len(times)).astype(int)
    order = np.argsort(days, kind="stable")
    before = np.concatenate([[0], np.cumsum(each[order])])
    followed = each.sum() - before[np.searchsorted(days[order], times, side="left")]
    survival = float(np.prod(1 - deaths / followed))
    if len(times):
        size = _effective_size(deaths, followed, survival)
    else:
        size = float((each * np.minimum(days, at_days)).sum() / at_days)
    low, high = wilson_interval((1 - survival) * size, size, level)
    at_risk = int(each[days >= at_days].sum())
    return Survival(1 - survival, float(low), float(high), at_risk, int(each.sum()))


def _effective_size(deaths: np.ndarray, followed: np.ndarray, survival: float) -> float:
    # S·V without dividing by r − d, which is 0 when the last one followed has the event.
    before = np.concatenate([[1.0], np.cumprod(1 - deaths / followed)[:-1]])
    if survival == 0:
        return float(followed[-1] ** 2 / (before[-1] * deaths[-1]))
    variance = (deaths / (followed * (followed - deaths))).sum()
    return float((1 - survival) / (survival * variance))
