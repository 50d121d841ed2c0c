"""The promotion audit replayed: who would have been promoted, and what their next posts sold.

One audit per closed month. Outcome is the 14-day net revenue of the posts of the four weeks after
it, held against the median of those who entered in tier 1 in the same weeks.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from kit.backtest.past import Past
from kit.backtest.sparks import HINDSIGHT, HIT, MISS, UNTOLD
from kit.backtest.weeks import after
from kit.client import Client
from kit.metrics.fetch import fetch
from kit.metrics.sales import post_revenue_of
from kit.tiers import audited

OURS = "promotion audit"
RULES = [OURS, "raw revenue per post", "GMV", "followers", HINDSIGHT]
MIN_MEDIAN = 5  # creators with posts, as in the audit itself
ROW = [
    *("as_of", "known_on", "creator_id", "tier", "entry_tier", "followers", "verdict", "months"),
    *("output_ratio", "revenue_per_post", "gmv", "probability_output", "probability_revenue"),
    *("later_posts", "later_revenue", "later_per_post", "later_median", "above_median"),
    "outcome",
]


def due(weeks: pd.DataFrame, until: date, followed_days: int) -> pd.Series:
    """Which weeks are the first after a month closed, with the next posts followed by `until`.

    A month is closed, and a post followed, `followed_days` from its last day, that day included.
    """
    follow = timedelta(followed_days - 1)
    over = pd.Series([after(day).end + follow <= until for day in weeks["as_of"]], weeks.index)
    closed = pd.to_datetime(weeks["as_of"]) - follow + pd.Timedelta(days=1)
    return over & ~closed.dt.to_period("M").duplicated()


def decided(past: Past, client: Client, as_of: date) -> pd.DataFrame:
    """One row per roster creator with a tier on a past day: the verdict, and what followed.

    `later_revenue` is the net revenue of the first 14 days of the `later_posts` published in the
    four weeks after. `outcome`: hit where revenue per post is above `later_median`, miss where not,
    cannot tell without a post or a median.
    """
    audit, months = audited(past, as_of)
    sold = months.groupby("creator_id")["net_revenue"].sum()
    later = fetch(post_revenue_of(client, after(as_of)))
    by_creator = later.groupby("creator_id")
    posts, revenue = by_creator.size(), by_creator["net_revenue_14d"].sum()
    table = audit.assign(
        as_of=pd.Timestamp(as_of),
        known_on=pd.Timestamp(past.day),
        gmv=audit["creator_id"].map(sold).fillna(0.0),
        later_posts=audit["creator_id"].map(posts).fillna(0).astype(float),
        later_revenue=audit["creator_id"].map(revenue).fillna(0.0).round(2),
    )
    table["later_per_post"] = table["later_revenue"] / table["later_posts"].replace(0, np.nan)
    entered = table.loc[table["entry_tier"] == 1, "later_per_post"].dropna()
    table["later_median"] = entered.median() if len(entered) >= MIN_MEDIAN else np.nan
    unknown = table["later_per_post"].isna() | table["later_median"].isna()
    above = table["later_per_post"] > table["later_median"]
    table["outcome"] = np.select([unknown, above], [UNTOLD, HIT], MISS)
    table["above_median"] = (
        table["later_revenue"] - table["later_posts"] * table["later_median"]
    ).fillna(0.0)
    return table[ROW]


def picks(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per month, rule and tier-1 creator picked: the columns of `decided`, then rule.

    Every rule takes as many as the audit promotes. Hindsight takes those whose next posts
    brought most above the median, luck included: nobody could have done better.
    """
    own = rows[rows["tier"] == 1]
    chosen = [part for _, month in own.groupby("as_of") for part in _picked(month)]
    return pd.concat(chosen, ignore_index=True) if chosen else own.head(0).assign(rule="")


def _picked(month: pd.DataFrame) -> list[pd.DataFrame]:
    ours = month[month["verdict"] == "promote"]
    columns = dict(
        zip(RULES[1:], ["revenue_per_post", "gmv", "followers", "above_median"], strict=True)
    )
    tops = {
        rule: month.assign(key=month[column].astype(float).fillna(-np.inf))
        .sort_values(["key", "creator_id"], ascending=[False, True])
        .head(len(ours))
        .drop(columns="key")
        for rule, column in columns.items()
    }
    return [part.assign(rule=rule) for rule, part in {OURS: ours, **tops}.items()]
