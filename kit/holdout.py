"""A hold-out as arithmetic: how much two stretches of weeks differ by themselves, and what is more.

What a subject's weeks leave without ads is held against what they would have left with them: its
weeks before, moved as the others moved. How far off that is when nothing was switched is seen in
its own past, stretch by stretch (placebo stretches: Abadie, Diamond & Hainmueller 2010, JASA 105).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

LEVEL = 0.90
POWER = 0.80
BEFORE_WEEKS = 8
LEAST_STRETCHES = 3
OWN, OTHERS = "its own weeks before", "its own weeks before, moved as the other products moved"


class Noise(NamedTuple):
    """How far expected and observed were apart in stretches without a switch.

    `spread` is a share of what was expected (root mean square), `stretches` how many of them do
    not overlap, `method` what was expected from.
    """

    spread: float
    stretches: int
    method: str


class Reading(NamedTuple):
    """What ads added a week to what a subject left before ad spend, with its interval (money)."""

    expected: float
    observed: float
    added: float
    ci_low: float
    ci_high: float


def expected(weeks: pd.DataFrame, start: int, length: int, method: str) -> tuple[float, float]:
    """What a stretch was expected to leave a week, and what it left.

    `weeks` has one row per week in order: left, and others (net revenue of the other products).
    The stretch is `length` weeks from row `start`; the eight weeks before it tell what to expect.
    """
    before = weeks.iloc[start - BEFORE_WEEKS : start]
    during = weeks.iloc[start : start + length]
    moved = 1.0
    if method == OTHERS:
        moved = during["others"].mean() / before["others"].mean()
    return float(before["left"].mean() * moved), float(during["left"].mean())


def noise(weeks: pd.DataFrame, length: int) -> Noise:
    """The noise of a stretch of that many weeks in the past, by the steadier of the two methods.

    Chosen on weeks in which nothing was switched, so that the answer cannot choose it. Missing
    with fewer than three stretches that do not overlap.

    >>> even = pd.DataFrame({"left": [10.0] * 30, "others": [5.0] * 30})
    >>> noise(even, 4)
    Noise(spread=0.0, stretches=5, method='its own weeks before')
    """
    starts = range(BEFORE_WEEKS, len(weeks) - length + 1)
    stretches = (len(weeks) - BEFORE_WEEKS) // length
    if stretches < LEAST_STRETCHES:
        return Noise(np.nan, max(stretches, 0), OWN)
    found = [Noise(_spread(weeks, starts, length, OWN), stretches, OWN)]
    if weeks["others"].gt(0).all():
        found.append(Noise(_spread(weeks, starts, length, OTHERS), stretches, OTHERS))
    return min(found, key=lambda one: np.inf if np.isnan(one.spread) else one.spread)


def _spread(weeks: pd.DataFrame, starts: range, length: int, method: str) -> float:
    pairs = np.array([expected(weeks, start, length, method) for start in starts])
    usable = pairs[pairs[:, 0] > 0]
    if len(usable) < len(pairs):
        return np.nan
    return float(np.sqrt(np.mean((usable[:, 1] / usable[:, 0] - 1) ** 2)))


def detectable(level: float, found: Noise) -> float:
    """The least effect a week, in money, that a test sees with 80% power at a level of `level`.

    Student's t with as many degrees as stretches: their sum of the 95% and the 80% point.

    >>> round(detectable(100.0, Noise(0.1, 5, OWN)), 2)
    29.35
    """
    points = stats.t.ppf([(1 + LEVEL) / 2, POWER], found.stretches)
    return float(level * found.spread * points.sum())


def power(effect: float, level: float, found: Noise) -> float:
    """The chance that the 90% interval of a test lies above 0 if the true effect is `effect`.

    >>> found = Noise(0.1, 5, OWN)
    >>> bool(0.75 < power(detectable(100.0, found), 100.0, found) < 0.85)
    True
    """
    error = level * found.spread
    if not error > 0:
        return float("nan") if np.isnan(error) else float(effect > 0)
    edge = stats.t.ppf((1 + LEVEL) / 2, found.stretches)
    return float(stats.nct.sf(edge, found.stretches, effect / error))


def read(weeks: pd.DataFrame, start: int, length: int, found: Noise) -> Reading:
    """What ads added a week: expected less observed in a stretch in which they were off."""
    with_ads, without = expected(weeks, start, length, found.method)
    added = with_ads - without
    half = stats.t.ppf((1 + LEVEL) / 2, found.stretches) * found.spread * abs(with_ads)
    return Reading(with_ads, without, added, added - half, added + half)
