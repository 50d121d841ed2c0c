"""Where a client's own data would put the policy's thresholds, and how little that may be.

Nothing is changed by it. The source article's thresholds, or what `client.toml` says instead, stay
in force; the words beside each row say whether the client's data could tell the two apart.

Two questions, by what a threshold is for. A floor is to foretell: of all cuts, which one best
parts those who do badly in the time that follows from those who do not (Youden's index)? The
Spark bar is to earn: of all bars, which one would have left most over its cost? Intervals come from
redrawing the creators, as in `kit.backtest.scores`.

References
----------
Youden (1950), "Index for rating diagnostic tests", Cancer 3.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from kit.backtest.scores import LEVEL, ends, weights

MIN_CREATORS = 8  # on each side, before a cut is looked for
GRID = 80
COLUMNS = ["key", "now", "best", "ci_low", "ci_high", "n", "creators", "after", "foretells", "says"]
KEPT = "cannot tell it from its neighbours"
APART = "point elsewhere"
NOTHING = "foretells nothing beyond chance"
FEW = "too few cases"


class Cut(NamedTuple):
    """The best cut, its 90% interval, and the chance that a bad case lies below a good one."""

    best: float
    ci_low: float
    ci_high: float
    foretells: float


def floor_row(key: str, now: float, cases: pd.DataFrame, after: str) -> dict[str, Any]:
    """One threshold's row of `COLUMNS`, from cases with `creator_id`, `value` and `bad`.

    A case is a creator in one stretch of time, or a post: `value` is the metric that the threshold
    cuts, `bad` whether what followed was bad (said in `after`). `foretells` is the area under the
    curve: 0.5 is chance. `says`: whether the interval holds the threshold now in force
    (`KEPT`) or not (`APART`); `NOTHING` where the metric does not foretell beyond chance, `FEW`
    under `MIN_CREATORS` creators on either side.
    """
    known = cases.dropna(subset=["value"])
    bad = known["bad"].astype(bool)
    sides = [known.loc[side, "creator_id"].nunique() for side in (bad, ~bad)]
    row = {"key": key, "now": now, "n": len(known), "after": after}
    row["creators"] = known["creator_id"].nunique()
    if min(sides) < MIN_CREATORS:
        return {**row, "best": np.nan, "ci_low": np.nan, "ci_high": np.nan, "says": FEW}
    cut, chance = best_cut(known["value"].to_numpy(float), bad.to_numpy(), known["creator_id"])
    if chance[0] <= 0.5:
        blank = {"best": np.nan, "ci_low": np.nan, "ci_high": np.nan}
        return {**row, **blank, "foretells": cut.foretells, "says": NOTHING}
    says = KEPT if cut.ci_low <= now <= cut.ci_high else APART
    return {**row, **cut._asdict(), "says": says}


def best_cut(
    value: np.ndarray, bad: np.ndarray, creators: pd.Series
) -> tuple[Cut, tuple[float, float]]:
    """The cut that best parts bad from good, and the interval of how well the value foretells.

    Below the cut is called bad. Of equally good cuts the middle one. Every case counts by its
    creator's weight in each draw.
    """
    grid = np.unique(np.quantile(value, np.linspace(0, 1, GRID)))
    cuts = (grid[:-1] + grid[1:]) / 2 if len(grid) > 1 else grid
    below = (value[:, None] < cuts[None, :]).astype(float)
    drawn, once = weights(creators)
    (many, areas), (plain, area) = (_youden(each, below, bad) for each in (drawn, once))
    low, high = ends(cuts[many])
    return Cut(float(cuts[plain[0]]), low, high, float(area[0])), ends(areas)


def _youden(weight: np.ndarray, below: np.ndarray, bad: np.ndarray) -> tuple[Any, np.ndarray]:
    """Per draw: the place of the best cut, and the area under the curve of all cuts."""
    good = ~bad
    caught = (weight[:, bad] @ below[bad]) / weight[:, bad].sum(axis=1, keepdims=True)
    blamed = (weight[:, good] @ below[good]) / weight[:, good].sum(axis=1, keepdims=True)
    index = caught - blamed
    top = index.max(axis=1, keepdims=True)
    ties = index >= top - 1e-12
    middle = (ties * np.arange(index.shape[1])).sum(axis=1) / ties.sum(axis=1)
    edges = np.ones((len(weight), 1))
    x, y = np.hstack([0 * edges, blamed, edges]), np.hstack([0 * edges, caught, edges])
    area = (np.diff(x, axis=1) * (y[:, 1:] + y[:, :-1]) / 2).sum(axis=1)
    return np.rint(middle).astype(int), area


def spark_rows(posts: pd.DataFrame, policy: Any) -> pd.DataFrame:
    """The Spark bar and the probability wanted, from the posts of `kit.backtest.sparks.decided`.

    For each bar (or probability) the posts that would have been sparks, and what their later
    clicks would have left had each been paid for: later orders less the week's break-even bar ×
    later clicks, as counted, nothing estimated. The best one leaves most. Where no cost was known
    the program's pooled rate stands for break-even.
    """
    if posts.empty:
        return pd.DataFrame(columns=COLUMNS)
    low, high = (special.logit(posts[f"ci_{end}"].to_numpy(float)) for end in ("low", "high"))
    mean, sd = (low + high) / 2, (high - low) / (2 * special.ndtri((1 + LEVEL) / 2))
    bar, rule = posts["bar"].to_numpy(float), policy.spark
    bars = np.median(bar) * np.linspace(0.3, 2.0, GRID)
    wanted = np.linspace(0.02, 0.98, GRID)
    above = special.ndtr((mean - special.logit(bar)) / sd)
    chosen = {
        "spark.conversion_bar": (
            bars,
            special.ndtr((mean[:, None] - special.logit(bars)[None, :]) / sd[:, None])
            >= rule.probability,
            float(np.median(bar)),
        ),
        "spark.probability": (wanted, above[:, None] >= wanted[None, :], rule.probability),
    }
    rows = [_earning_row(posts, key, *found) for key, found in chosen.items()]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _earning_row(
    posts: pd.DataFrame, key: str, grid: np.ndarray, sparks: np.ndarray, now: float
) -> dict[str, Any]:
    drawn, once = weights(posts["creator_id"])
    earned = posts["later_orders"] - posts["bar"] * posts["later_clicks"]
    left = earned.to_numpy(float)[:, None] * sparks
    row = {
        "key": key,
        "now": now,
        "n": posts["post_id"].nunique(),
        "creators": posts["creator_id"].nunique(),
        "after": "left most had every later click been paid for, whatever the budget",
        "foretells": np.nan,
    }
    if row["creators"] < MIN_CREATORS:
        return {**row, "best": np.nan, "ci_low": np.nan, "ci_high": np.nan, "says": FEW}
    best = grid[(once @ left).argmax(axis=1)][0]
    low, high = ends(grid[(drawn @ left).argmax(axis=1)])
    says = KEPT if low <= now <= high else APART
    return {**row, "best": float(best), "ci_low": low, "ci_high": high, "says": says}


def figures(rows: pd.DataFrame, period: tuple[date, date]) -> pd.DataFrame:
    """`threshold_own` of each threshold: where the client's own data would put it."""
    return pd.DataFrame(
        {
            "metric": "threshold_own",
            "subject_kind": "policy",
            "subject": rows["key"],
            "value": rows["best"].astype(float),
            "n": rows["n"].astype(float),
            "ci_low": rows["ci_low"].astype(float),
            "ci_high": rows["ci_high"].astype(float),
            "ci_level": np.where(rows["best"].isna(), np.nan, LEVEL),
            "period_start": period[0],
            "period_end": period[1],
            "note": [f"in force {now:g}, kept; own data: {says}" for now, says in _in_force(rows)],
        }
    )


def decisions(rows: pd.DataFrame) -> pd.DataFrame:
    """One decision per threshold: keep. The kit never moves one by itself."""
    return pd.DataFrame(
        {
            "subject_kind": "policy",
            "subject": rows["key"],
            "decision": "keep",
            "reason": [f"in force {now:g}; own data: {says}" for now, says in _in_force(rows)],
            "metric": "threshold_own",
            "value": rows["best"],
            "ci_low": rows["ci_low"],
            "ci_high": rows["ci_high"],
            "n": rows["n"],
        }
    )


def _in_force(rows: pd.DataFrame) -> Any:
    return zip(rows["now"], rows["says"], strict=True)
