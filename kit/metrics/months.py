"""The months of each creator, as the promotion audit reads them."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from kit.metrics.fetch import fetch, value
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day
from kit.metrics.publishing import agreed_posts
from kit.metrics.sales import post_revenue_of

INCIDENTS = ("violation", "warning")


def creator_months(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator and closed month since joining, sorted by creator and month.

    A month is closed once its last day + 13 is not after `as_of`, so that each of its posts has
    had 14 days. Columns creator_id, tier (held on the month's first day; the first row has the
    entry tier), month (its first day), posts, agreed_posts (by days), net_revenue (of that
    month's posts, on their first 14 days), incidents (violations, and warnings unresolved at
    `as_of`; those after the last closed month stand in its row, so that none is overlooked),
    on_roster. Creators with no known tier or day of joining have no row.
    """
    months = _closed_months(client, as_of)
    who = people(client, as_of)
    who = who[who["joined"].notna() & who["entry_tier"].notna()]
    grid = who[["creator_id", "entry_tier", "on_roster", "joined"]].merge(months, how="cross")
    grid = grid[grid["end"] >= grid["joined"]].drop(columns="joined")
    keys = ["creator_id", "month"]
    agreed = agreed_posts(client.frame("agreements"), months).rename(columns={"start": "month"})
    facts = [_monthly_posts(client, months), agreed, _monthly_incidents(client, as_of, months)]
    for table in facts:
        grid = grid.merge(table, on=keys, how="left")
    names = ["posts", "net_revenue", "agreed_posts", "incidents"]
    grid = grid.assign(**{name: grid[name].fillna(0) for name in names})
    grid = grid.astype({"posts": "int64", "incidents": "int64"})
    grid = grid.sort_values(keys, ignore_index=True)
    grid["tier"] = _tier_held(client, as_of, grid)
    return grid[_COLUMNS]


_COLUMNS = [
    "creator_id",
    "tier",
    "month",
    "posts",
    "agreed_posts",
    "net_revenue",
    "incidents",
    "on_roster",
]


def _closed_months(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per closed month since the first post or joining: month, start, end."""
    last = as_day(as_of)
    firsts = [
        value(column.min())
        for column in (client.table("posts").published_on, client.table("creators").joined_on)
    ]
    first = min([as_day(day) for day in firsts if day is not None], default=last)
    starts = pd.date_range(first.replace(day=1), last, freq="MS").astype("datetime64[us]")
    months = pd.DataFrame(
        {"month": starts, "start": starts, "end": starts + pd.offsets.MonthEnd(1)}
    )
    follow = timedelta(client.policy.revenue.days - 1)
    return months[months["end"] + follow <= pd.Timestamp(last)].astype({"end": "datetime64[us]"})


def _monthly_posts(client: Any, months: pd.DataFrame) -> pd.DataFrame:
    if months.empty:
        return pd.DataFrame(
            {
                "creator_id": pd.Series(dtype="str"),
                "month": pd.Series(dtype="datetime64[us]"),
                "posts": pd.Series(dtype="int64"),
                "net_revenue": pd.Series(dtype="float64"),
            }
        )
    span = Period(months["start"].iloc[0].date(), months["end"].iloc[-1].date())
    posts = fetch(post_revenue_of(client, span))
    published = posts["published_on"]
    first = published.dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    sums = posts.assign(month=first).groupby(["creator_id", "month"], as_index=False)
    return sums.agg(posts=("post_id", "count"), net_revenue=("net_revenue_14d", "sum")).round(
        {"net_revenue": 2}
    )


def _monthly_incidents(client: Any, as_of: date | str, months: pd.DataFrame) -> pd.DataFrame:
    day = pd.Timestamp(as_day(as_of))
    rows = client.frame("compliance")
    rows = rows[rows["severity"].isin(INCIDENTS) & (rows["happened_on"] <= day)]
    open_at = rows["resolved_on"].isna() | (rows["resolved_on"] > day)
    rows = rows[(rows["severity"] == "violation") | open_at]
    first = rows["happened_on"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    newest = months["month"].max() if len(months) else pd.NaT
    month = first.where(~(first > newest), newest)
    counts = rows.assign(month=month).groupby(["creator_id", "month"], as_index=False)
    return counts.agg(incidents=("severity", "count"))


def _tier_held(client: Any, as_of: date | str, grid: pd.DataFrame) -> pd.Series:
    """The tier in force on each month's first day; the entry tier in a creator's first row."""
    moves = client.frame("tiers")
    moves = moves[moves["changed_on"] <= pd.Timestamp(as_day(as_of))]
    moves = moves.sort_values(["changed_on", "row"])[["creator_id", "changed_on", "to_tier"]]
    held = grid[["creator_id", "month"]].reset_index().merge(moves, on="creator_id")
    held = held[held["changed_on"] <= held["month"]].drop_duplicates("index", keep="last")
    held = held.set_index("index")["to_tier"]
    first = ~grid["creator_id"].duplicated()
    tier = held.reindex(grid.index).astype("Int64").fillna(grid["entry_tier"].astype("Int64"))
    return tier.mask(first, grid["entry_tier"].astype("Int64"))
