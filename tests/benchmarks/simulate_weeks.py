"""Programs of known truth, week by week: posts, their clicks, orders and what they are worth.

A creator's posts are negative binomial about a rate of their own; a post's clicks are lognormal
and fade by half a week; orders are binomial at a rate that varies from post to post; order values
are lognormal. Nothing changes but luck, unless `change` says what changes in the last week.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.metrics.subject_weeks import COLUMNS

WEEKS, FADE = 26, 5


class Variant(NamedTuple):
    """Creators, posts a week each, clicks of a typical post, its log sd, and weekly shocks."""

    creators: int = 40
    rate: float = 1.0
    clicks: float = 60.0
    tail: float = 1.0
    shock: float = 0.05
    weeks: int = WEEKS


VARIANTS = {
    "steady": Variant(),
    "thin": Variant(creators=10, clicks=25.0),
    "heavy tail": Variant(tail=1.8),
    "common shocks": Variant(shock=0.2),
    "large": Variant(creators=120, rate=1.5),
    "first weeks": Variant(weeks=4),
}
CHANGES = ["none", "conversion -40%", "posts -50%", "order value +30%", "one creator x4"]


def subject_weeks(seed: int, variant: str, change: str = "none") -> pd.DataFrame:
    """Rows as `metrics.subject_weeks` has them, of kinds program, tier and creator."""
    rng, made = np.random.default_rng(seed), VARIANTS[variant]
    rates = rng.gamma(3, made.rate / 3, made.creators)
    converts = rng.beta(6, 194, made.creators)
    tiers = rng.choice(["1", "2", "3"], made.creators, p=[0.75, 0.2, 0.05])
    weeks = range(-FADE, made.weeks)
    clicks = np.zeros((made.creators, made.weeks))
    orders, gmv, squares = (np.zeros_like(clicks) for _ in range(3))
    posts = np.zeros_like(clicks)
    shock = np.exp(rng.normal(0, made.shock, (made.weeks, 2)))
    star = int(np.argsort(rates)[-3])
    for week in weeks:
        last = week == made.weeks - 1
        wanted = rates * (0.5 if last and change.startswith("posts") else 1.0)
        for creator, number in enumerate(rng.negative_binomial(4, 4 / (4 + wanted))):
            if week >= 0:
                posts[creator, week] = number
            for _ in range(number):
                size = rng.lognormal(np.log(made.clicks), made.tail)
                rate = rng.beta(converts[creator] * 80, (1 - converts[creator]) * 80)
                for at in range(max(week, 0), min(week + FADE, made.weeks)):
                    now = at == made.weeks - 1
                    boost = 4.0 if now and change.startswith("one") and creator == star else 1.0
                    seen = rng.poisson(size * 0.5 ** (at - week) * shock[at, 0] * boost)
                    lower = 0.6 if now and change.startswith("conversion") else 1.0
                    sold = rng.binomial(seen, min(rate * shock[at, 1] * lower, 1.0))
                    dearer = 1.3 if now and change.startswith("order") else 1.0
                    values = np.round(rng.lognormal(3.3, 0.4, sold) * dearer, 2)
                    clicks[creator, at] += seen
                    orders[creator, at] += sold
                    gmv[creator, at] += values.sum()
                    squares[creator, at] += (values**2).sum()
    return _rows(tiers, posts, clicks, orders, gmv, squares)


def _rows(tiers: np.ndarray, *counts: np.ndarray) -> pd.DataFrame:
    creators, weeks = counts[0].shape
    names = ["posts", "clicks", "orders", "gmv", "line_squares"]
    table = pd.DataFrame(
        {
            "subject": np.repeat([f"creator{number:03d}" for number in range(creators)], weeks),
            "tier": np.repeat(tiers, weeks),
            "week": np.tile(pd.date_range("2026-01-05", periods=weeks, freq="7D"), creators),
            **{name: one.ravel() for name, one in zip(names, counts, strict=True)},
        }
    )
    table = table.assign(creators=(table["posts"] > 0).astype(float), lines=table["orders"])
    table = table.assign(gmv=table["gmv"].round(2), whole_gmv=table["gmv"].round(2))
    sums = ["creators", *names, "lines", "whole_gmv"]
    kinds = {
        "creator": table,
        "tier": table.groupby(["tier", "week"], as_index=False)[sums].sum(),
        "program": table.groupby("week", as_index=False)[sums].sum().assign(subject=None),
    }
    kinds["tier"] = kinds["tier"].rename(columns={"tier": "subject"})
    found = [
        rows.assign(subject_kind=kind).reindex(columns=COLUMNS) for kind, rows in kinds.items()
    ]
    return pd.concat([part.astype({"subject": object}) for part in found], ignore_index=True)
