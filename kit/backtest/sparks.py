"""Spark selection replayed: what each rule would have picked, and what those posts did afterwards.

A pick is judged by clicks and orders of the four weeks after the decision, which no rule has seen.
Clicks are not split into paid and organic: a post that ran as an ad afterwards is marked.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import boost, spark, spark_plan
from kit.backtest.past import History, Past
from kit.backtest.weeks import after, inside
from kit.client import Client
from kit.columns import look_up
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import Period, last_days
from kit.metrics.windowed import VIDEO_DATA
from kit.policy import Policy

HINDSIGHT = "hindsight"
OURS = spark_plan.OURS
RULES = [OURS, "raw conversion", "GMV", "views", HINDSIGHT]
HIT, MISS, UNTOLD = "hit", "miss", "cannot tell"
POST = [
    *("as_of", "known_on", "post_id", "creator_id", "hook_angle", "product_id", "views", "gmv"),
    *("clicks", "orders", "estimate", "ci_low", "ci_high", "probability_above_bar", "verdict"),
    *("rank", "bar", "order_contribution", "order_value", "cost_per_click", "later_clicks"),
    *("later_orders", "later_spend", "hindsight_estimate", "hindsight_low", "hindsight_high"),
    "outcome",
]


def sold_in(history: History, weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per week, by its `as_of`: the `boost.sums` of its lines, as known on its own day."""
    days = history.client.policy.spark.days
    ends = pd.to_datetime(weeks["as_of"])
    last = ends.max().date()
    client = history.lines(weeks, days)
    period = last_days(last, days + (ends.max() - ends.min()).days)
    lines = costed_lines(client, last, period)
    sold = fetch(lines.group_by("as_of").agg(**boost.sums(lines))).set_index("as_of")
    return sold.astype(float).reindex(ends).fillna({"orders": 0.0})


def decided(past: Past, client: Client, as_of: date, sold: pd.Series | None = None) -> pd.DataFrame:
    """One row per post that could be judged on a past day, with what it did afterwards.

    `clicks` to `bar` are what was known on `known_on`; `later_clicks` and `later_orders` are video
    data's of the four weeks after `as_of`, `later_spend` its ad spend in them. `outcome`: hit where
    later orders ÷ later clicks reach the week's bar, miss where not, cannot tell under
    `policy.spark.min_clicks` later clicks. `hindsight_estimate` is the conversion that both the
    clicks then and those after lead one to expect (`spark.rank`), between `hindsight_low` and
    `hindsight_high` (90%). `client` is today's; `sold` the week's of `sold_in`.
    """
    policy = client.policy
    if sold is None:
        week = pd.DataFrame({"as_of": [as_of], "known_on": [past.day]})
        sold = sold_in(History(client), week).iloc[0]
    bar = boost.break_even(past, as_of, policy, sold)
    seen = _known(past, last_days(as_of, policy.spark.days))
    posts = spark.rank(seen, spark.with_bar(policy, bar.value))
    posts = posts[posts["clicks"].notna()].reset_index(drop=True)
    told = posts.assign(
        as_of=pd.Timestamp(as_of),
        known_on=pd.Timestamp(past.day),
        order_contribution=bar.order_contribution,
        order_value=sold["gmv"] / sold["orders"] if sold["orders"] else np.nan,
        cost_per_click=bar.cost_per_click,
    )
    return with_outcome(told.assign(**_followed(told, client, after(as_of))), policy)[POST]


def _known(past: Past, period: Period) -> pd.DataFrame:
    """What the windows of a period told of each post, as `metrics.post_rates` sums it."""
    stats, posts = past.frame("post_stats"), past.frame("posts").set_index("post_id")
    rows = stats[inside(stats, period) & (stats["source"] == VIDEO_DATA)]
    ids = posts["product_ids"]
    single = ids.str[0].where(ids.str.len() == 1)
    rows = rows.assign(
        orders=rows["orders"].where(rows["clicks"].notna()),
        hook_angle=look_up(rows["post_id"], posts["hook_angle"]),
        product_id=look_up(rows["post_id"], single.astype("str")),
    )
    by_post = rows.groupby(["post_id", "creator_id", "hook_angle", "product_id"], dropna=False)
    found = by_post[["views", "clicks", "orders", "gmv"]].sum(min_count=1).reset_index()
    return found.assign(
        orders=found["orders"].fillna(0).where(found["clicks"].notna()), gmv=found["gmv"].round(2)
    )


def with_outcome(later: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Judged posts of one week with `later_clicks` and `later_orders`: what those tell of each.

    Added: hindsight_estimate, hindsight_low, hindsight_high and outcome.
    """
    both = {name: later[name].astype(float) + later[f"later_{name}"] for name in _COUNTS}
    seen = later.assign(**both)
    told = spark.rank(seen, policy)[["estimate", "ci_low", "ci_high"]].astype(float)
    known = later["later_clicks"] >= max(policy.spark.min_clicks, 1)
    reached = later["later_orders"] >= later["bar"] * later["later_clicks"]
    names = dict(estimate="hindsight_estimate", ci_low="hindsight_low", ci_high="hindsight_high")
    return later.assign(
        **{name: told[column] for column, name in names.items()},
        outcome=np.select([~known, reached], [UNTOLD, HIT], MISS),
    )


_COUNTS = ("clicks", "orders")


def _followed(posts: pd.DataFrame, client: Client, period: Any) -> dict[str, pd.Series]:
    """Clicks and orders of each post in the windows inside the period, and its ad spend there."""
    stats, ads = client.frame("post_stats"), client.frame("ad_stats")
    stats = stats[inside(stats, period) & (stats["source"] == VIDEO_DATA)]
    stats = stats[stats["clicks"].notna()].groupby("post_id")[["clicks", "orders"]].sum()
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    spend = ads[inside(ads, period) & home].groupby("post_id")["spend"].sum()

    def of(values: pd.Series) -> pd.Series:
        return posts["post_id"].map(values.to_dict()).astype(float).fillna(0.0)

    return {
        "later_clicks": of(stats["clicks"]),
        "later_orders": of(stats["orders"].fillna(0)),
        "later_spend": of(spend),
    }


def picks(posts: pd.DataFrame) -> pd.DataFrame:
    """One row per week, rule and post picked: the columns of `decided`, then rule and place.

    Ours are the posts with verdict spark, best first and at most ten; every other rule takes as
    many. Hindsight takes the best by `hindsight_estimate`: luck allowed for, or it would pick the
    luckiest. Weeks in which no post was a spark have no picks: no rule spends anything.
    """
    chosen = [own for _, week in posts.groupby("as_of") for own in _picked(week)]
    if not chosen:
        return posts.head(0).assign(rule=pd.Series(dtype="str"), place=pd.Series(dtype="int64"))
    return pd.concat(chosen, ignore_index=True)


def _picked(week: pd.DataFrame) -> list[pd.DataFrame]:
    sparks = week[week["verdict"] == spark.SPARK].sort_values("rank")
    k = min(len(sparks), spark_plan.MOST_COMPARED)
    if not k:
        return []
    orders = {**spark_plan.ordered_by_rules(week), OURS: sparks.index}
    best = week.sort_values(["hindsight_estimate", "post_id"], ascending=[False, True]).index
    return [
        week.loc[order[:k]].assign(rule=rule, place=range(1, k + 1))
        for rule, order in {**orders, HINDSIGHT: best}.items()
    ]
