"""The output flag replayed: who was said to have fallen off, and what they posted afterwards.

A message that a flag led to, and that worked, makes the flag look false here: nobody was left
alone to compare with.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import metrics
from kit.backtest.past import Past
from kit.backtest.sparks import HIT, MISS, UNTOLD
from kit.backtest.weeks import after
from kit.client import Client
from kit.metrics.periods import Period
from kit.metrics.publishing import agreed_posts, posts_under_agreement
from kit.output import output_flags

OURS = "output flag (act)"
FOUR_WEEKS = "under the share over four weeks"
THIS_WEEK = "fewer than agreed this week"
RULES = [OURS, FOUR_WEEKS, THIS_WEEK]
MIN_AGREED = 4  # posts agreed in the four weeks after; with fewer, one post more or less decides
ROW = [
    *("as_of", "known_on", "creator_id", "flag", "probability_below_agreed", "posts_recent"),
    *("agreed_recent", "short_this_week", "later_posts", "later_agreed", "outcome"),
]


def decided(past: Past, client: Client, as_of: date) -> pd.DataFrame:
    """One row per creator with an agreement on a past day: the flag, and the four weeks after.

    `posts_recent` of `agreed_recent` are the last four weeks as known then; `later_posts` of
    `later_agreed` the four weeks after. `outcome`: hit where these were under `policy.output.floor`
    of what was agreed, miss where not, cannot tell where fewer than `MIN_AGREED` posts were.
    """
    policy = client.policy
    seen = metrics.creator_weeks(past, as_of)
    told = output_flags(seen, as_of, policy)
    told = told[told["agreed_posts"] > 0]
    last = seen[seen["complete"]].sort_values("week").groupby("creator_id").last()
    short = (last["posts"] < last["agreed_posts"]).reindex(told["creator_id"]).to_numpy()
    made, agreed = _later(client, after(as_of))
    table = told.assign(
        as_of=pd.Timestamp(as_of),
        known_on=pd.Timestamp(past.day),
        short_this_week=short,
        later_posts=told["creator_id"].map(made).fillna(0).astype(float),
        later_agreed=told["creator_id"].map(agreed).fillna(0).astype(float),
    )
    under = table["later_posts"] < policy.output.floor * table["later_agreed"]
    few = table["later_agreed"] < MIN_AGREED
    table["outcome"] = np.select([few, under], [UNTOLD, HIT], MISS)
    return table[ROW]


def _later(client: Any, period: Period) -> tuple[dict[str, float], dict[str, float]]:
    """Posts made on days with an agreement, and posts agreed, of each creator in a period."""
    made = posts_under_agreement(client, period).groupby("creator_id")["posts"].sum()
    span = pd.DataFrame({"start": [period.start], "end": [period.end]})
    agreed = agreed_posts(client.frame("agreements"), span).set_index("creator_id")["agreed_posts"]
    return made.to_dict(), agreed.to_dict()


def picks(rows: pd.DataFrame, floor: float) -> pd.DataFrame:
    """One row per week, rule and creator flagged: the columns of `decided`, then rule."""
    flagged = {
        OURS: rows["flag"] == "act",
        FOUR_WEEKS: rows["posts_recent"] < floor * rows["agreed_recent"],
        THIS_WEEK: rows["short_this_week"].astype(bool),
    }
    chosen = [rows[mask].assign(rule=rule) for rule, mask in flagged.items()]
    return pd.concat(chosen, ignore_index=True)
