"""What came before and what followed: the cases from which a client's own thresholds are told.

Nothing is decided here, so today's tables will do: a value of one stretch of four weeks (or three
months) and what came next. Stretches of four weeks do not overlap; three months move on by one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kit import metrics
from kit.backtest.flags import MIN_AGREED
from kit.backtest.thresholds import COLUMNS, floor_row
from kit.backtest.weeks import inside
from kit.metrics.periods import FOUR_WEEKS_DAYS, Period, untiled
from kit.metrics.shared import once, shared
from kit.metrics.windowed import VIDEO_DATA, kept_windows

MIN_CLICKS = 50  # of a creator in four weeks, before and after
MIN_POSTS = 3  # of a creator in three months, before revenue per post is looked at
CASE = ["creator_id", "value", "bad"]


def own_thresholds(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per floor of the policy: where the client's own past would put it (`COLUMNS`)."""
    client, day = shared(client), metrics.as_day(as_of)
    told: list[tuple[str, float, Callable, str]] = [
        (
            "conversion.floor",
            client.policy.conversion.floor,
            conversion_cases,
            "in the next four weeks under half the program's conversion",
        ),
        (
            "hook.floor",
            client.policy.hook.floor,
            hook_cases,
            f"sold nothing in the post's first {client.policy.revenue.days} days",
        ),
        (
            "output.floor",
            client.policy.output.floor,
            output_cases,
            "no post in the next four weeks",
        ),
        (
            "revenue.outlier",
            client.policy.revenue.outlier,
            revenue_cases,
            "in the next month below the median revenue per post",
        ),
        (
            "promotion.output_ratio",
            client.policy.promotion.output_ratio,
            promotion_cases,
            "in the next month under half of what was agreed",
        ),
    ]
    rows = [floor_row(key, now, cases(client, day), after) for key, now, cases, after in told]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _stretches(first: date, last: date) -> list[Period]:
    """Four-week periods back from `last` as far as `first`, earliest first."""
    found = []
    while last - timedelta(FOUR_WEEKS_DAYS - 1) >= first:
        found.append(Period(last - timedelta(FOUR_WEEKS_DAYS - 1), last))
        last -= timedelta(FOUR_WEEKS_DAYS)
    return found[::-1]


def conversion_cases(client: Any, day: date) -> pd.DataFrame:
    """Creators in four weeks: orders per click, and whether the next four fell under half the rate.

    Half of the program's pooled rate in those next weeks; `MIN_CLICKS` in both stretches.
    """
    stats = client.frame("post_stats")
    stats = stats[(stats["source"] == VIDEO_DATA) & stats["clicks"].notna()]
    if stats.empty:
        return pd.DataFrame(columns=CASE)
    windows = kept_windows(client, VIDEO_DATA)
    first = stats["window_start"].min().date()
    sums = [
        stats[inside(stats, period)].groupby("creator_id")[["orders", "clicks"]].sum().astype(float)
        if untiled(windows, period) is None
        else None
        for period in _stretches(first, day)
    ]
    pairs = [_converted(*pair) for pair in zip(sums, sums[1:], strict=False) if _both(*pair)]
    return _joined(pairs)


def _both(before: Any, after: Any) -> bool:
    return before is not None and after is not None


def _converted(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    whole = after["orders"].sum() / max(after["clicks"].sum(), 1.0)
    pair = before[before["clicks"] >= MIN_CLICKS].join(
        after[after["clicks"] >= MIN_CLICKS], how="inner", suffixes=("", "_after")
    )
    later = pair["orders_after"] / pair["clicks_after"]
    made = pd.DataFrame({"value": pair["orders"] / pair["clicks"], "bad": later < whole / 2})
    return made.rename_axis("creator_id").reset_index()


def output_cases(client: Any, day: date) -> pd.DataFrame:
    """Creators in four weeks: posts ÷ agreed, and whether the next four brought no post.

    `MIN_AGREED` posts agreed in both, else one post more or less decides.
    """
    weeks = metrics.creator_weeks(client, day)
    weeks = weeks[weeks["complete"]]
    if weeks.empty:
        return pd.DataFrame(columns=CASE)
    last = weeks["week"].max()
    back = ((last - weeks["week"]).dt.days // 7) // 4
    sums = weeks.assign(stretch=-back).groupby(["creator_id", "stretch"])
    four = sums.agg(posts=("posts", "sum"), agreed=("agreed_posts", "sum"), n=("week", "count"))
    four = four[four["n"] == 4]
    pair = four.join(_next(four), how="inner", suffixes=("", "_after"))
    pair = pair[(pair["agreed"] >= MIN_AGREED) & (pair["agreed_after"] >= MIN_AGREED)]
    made = pd.DataFrame({"value": pair["posts"] / pair["agreed"], "bad": pair["posts_after"] == 0})
    return made.reset_index()[CASE]


def _next(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows, each under the key of the stretch or month before it."""
    creators, places = (table.index.get_level_values(level) for level in (0, 1))
    names = table.index.names
    return table.set_axis(pd.MultiIndex.from_arrays([creators, places - 1], names=names))


def hook_cases(client: Any, day: date) -> pd.DataFrame:
    """Posts old enough to judge: 3-second retention (source creator), and whether none was sold."""
    hooks = client.frame("hooks")
    rule = client.policy.hook
    hooks = hooks[
        (hooks["source"] == "creator")
        & (hooks["window_s"].astype(float) == rule.window_s)
        & (hooks["seen_on"] <= pd.Timestamp(day))
        & (hooks["views"] > 0)
    ]
    last = hooks.sort_values("seen_on").drop_duplicates("post_id", keep="last")
    span = Period(date(2000, 1, 1), day - timedelta(client.policy.revenue.days - 1))
    sold = metrics.fetch(metrics.post_revenue_of(client, span))
    pair = last.merge(sold, on="post_id")
    value = pair["held_views"].astype(float) / pair["views"].astype(float)
    return pair.assign(value=value, bad=pair["net_revenue_14d"] <= 0)[CASE]


@once
def _months(client: Any, day: date) -> pd.DataFrame:
    """Creator × closed month, with the sums of it and the two months before."""
    months = metrics.creator_months(client, day)
    number = months["month"].dt.year * 12 + months["month"].dt.month
    table = months.assign(number=number).set_index(["creator_id", "number"])
    rolled = (
        table[["posts", "agreed_posts", "net_revenue"]]
        .groupby(level=0)
        .rolling(3)
        .sum()
        .droplevel(0)
        .add_suffix("_three")
    )
    return table.join(rolled)


def revenue_cases(client: Any, day: date) -> pd.DataFrame:
    """Creators in three months: revenue per post ÷ their tier's median, and whether it stayed up.

    Bad: in the month after, revenue per post below that month's median of the tier.
    """
    table = _months(client, day).reset_index()
    sold = table["net_revenue_three"] / table["posts_three"]
    table["three"] = sold.where(table["posts_three"] >= MIN_POSTS)
    table["one"] = table["net_revenue"] / table["posts"].replace(0, np.nan)
    for name in ("three", "one"):
        median = table.groupby(["tier", "number"])[name].transform("median")
        table[f"{name}_ratio"] = table[name] / median.replace(0, np.nan)
    indexed = table.set_index(["creator_id", "number"])[["three_ratio", "one_ratio"]]
    pair = indexed.join(_next(indexed), how="inner", suffixes=("", "_after")).dropna(
        subset=["three_ratio", "one_ratio_after"]
    )
    made = pd.DataFrame({"value": pair["three_ratio"], "bad": pair["one_ratio_after"] < 1})
    return made.reset_index()[CASE]


def promotion_cases(client: Any, day: date) -> pd.DataFrame:
    """Creators in three months: posts ÷ agreed, and whether the next month fell under half."""
    table = _months(client, day)[["posts", "agreed_posts", "posts_three", "agreed_posts_three"]]
    pair = table.join(_next(table), how="inner", suffixes=("", "_after"))
    pair = pair[(pair["agreed_posts_three"] > 0) & (pair["agreed_posts_after"] >= MIN_AGREED)]
    under = pair["posts_after"] < client.policy.output.floor * pair["agreed_posts_after"]
    made = pd.DataFrame({"value": pair["posts_three"] / pair["agreed_posts_three"], "bad": under})
    return made.reset_index()[CASE]


def _joined(pairs: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(pairs, ignore_index=True)[CASE] if pairs else pd.DataFrame(columns=CASE)
