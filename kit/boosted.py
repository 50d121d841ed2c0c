"""Each boosted post before its boost and since: what the boost seems to have added.

A comparison of a post with itself, never a test: posts fade, and who is boosted is chosen because
it sold. So nothing here is called the ads' doing; `kit.incrementality` designs a test that tells.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from kit import paid
from kit.metrics.fetch import fetch
from kit.metrics.periods import Period, as_day
from kit.metrics.sales import NO_ORDERS, counting_lines, holds_orders
from kit.metrics.windowed import AD_KINDS, kept_windows

LEVEL = 0.90
SIDE_DAYS = 28
BOOSTED_DAYS = 84
LEAST_BEFORE_DAYS = 7
COLUMNS = [
    *("post_id", "creator_id", "caption", "published_on", "boosted_from", "spend"),
    *("days_before", "orders_before", "days_after", "organic_after", "paid_after", "other_after"),
    *("pace", "added", "ci_low", "ci_high", "note"),
]
TOO_YOUNG = "boosted within a week of publishing: no pace before it to compare with"
NO_FADE = "no post of that age was left unboosted, so how far it would have faded is not known"


def boosted(client: Any, as_of: date | str, days: int = BOOSTED_DAYS) -> pd.DataFrame:
    """One row per post whose first ad week lies in the last `days` days, most spent first.

    `boosted_from` is the first day of that week (the exports name no day within it); before are
    up to 28 days since publishing, after those from then to `as_of`, at most 28. Orders are
    counting ones, an order once per post: orders_before, and after it organic, paid (mixed too)
    and other (neither commission). `pace` is what the orders before it would have become in the
    days after, had the post faded as unboosted ones of its age did; `added` is all orders after
    less that pace, with its 90% interval (Poisson counts, the two ends joined as by Zou & Donner
    2008). Missing, with the reason in `note`, for posts boosted in their first week and where the
    commissions cannot tell. Orders are counts; `spend` is in the client's currency.
    """
    day = as_day(as_of)
    posts = _first_boosts(client, day)
    start = pd.Timestamp(day - timedelta(days - 1))
    posts = posts[posts["boosted_from"] >= start]
    if posts.empty:
        return pd.DataFrame(columns=COLUMNS)
    orders = _orders(client, day)
    fade = _fade(client, day, orders)
    counted = posts.apply(lambda row: _counted(row, orders, day), axis=1)
    table = pd.concat([posts, counted], axis=1)
    fades = [_faded(row, fade) for row in table.itertuples()]
    table["note"] = _notes(table, fades, client, day)
    known = table["note"].isna()
    added = [_added(row, share) for row, share in zip(table.itertuples(), fades, strict=True)]
    for place, name in enumerate(("pace", "added", "ci_low", "ci_high")):
        table[name] = pd.Series([ends[place] for ends in added], table.index).where(known)
    table = table.sort_values(["spend", "post_id"], ascending=[False, True], ignore_index=True)
    return table[COLUMNS]


def _first_boosts(client: Any, day: date) -> pd.DataFrame:
    """One row per post with ad spend up to the day: its first day of an ad week, and the spend."""
    ads = client.frame("ad_stats")
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    ads = ads[home & ads["spend"].gt(0) & ads["window_end"].le(pd.Timestamp(day))]
    sums = ads.groupby("post_id").agg(boosted_from=("window_start", "min"), spend=("spend", "sum"))
    posts = client.frame("posts")[["post_id", "creator_id", "caption", "published_on"]]
    found = posts.merge(sums.reset_index(), on="post_id")
    held = pd.concat([kept_windows(client, kind) for kind in AD_KINDS])
    # A post in the first ad week that is held may have been boosted before it: nobody knows.
    return found[found["boosted_from"] > held["window_start"].min()].dropna(subset=["published_on"])


def _orders(client: Any, day: date) -> pd.DataFrame:
    """The counting orders of posts up to the day: post_id, on, route and how many there were."""
    lines = paid.with_route(counting_lines(client))
    lines = lines.filter(lines.post_id.notnull() & (lines.day <= ibis.date(day)))
    orders = lines.group_by("post_id", "order_id").agg(
        on=lines.day.min(), by_ads=lines.by_ads.any(), by_itself=lines.by_itself.any()
    )
    route = ibis.cases((orders.by_ads, "paid"), (orders.by_itself, "organic"), else_="other")
    orders = orders.mutate(route=route)
    rows = fetch(orders.group_by("post_id", "on", "route").agg(orders=orders.count()))
    return rows.astype({"orders": "int64"})


def _counted(post: Any, orders: pd.DataFrame, day: date) -> pd.Series:
    start = post["boosted_from"]
    before = Period(
        max(post["published_on"], start - pd.Timedelta(days=SIDE_DAYS)).date(),
        (start - pd.Timedelta(days=1)).date(),
    )
    after = Period(start.date(), min(day, (start + pd.Timedelta(days=SIDE_DAYS - 1)).date()))
    own = orders[orders["post_id"] == post["post_id"]]
    counts = _within(own, after).groupby("route")["orders"].sum()
    return pd.Series(
        {
            "days_before": max(before.days, 0),
            "orders_before": int(_within(own, before)["orders"].sum()),
            "days_after": after.days,
            **{f"{route}_after": int(counts.get(route, 0)) for route in _AFTER},
        }
    )


_AFTER = ["organic", "paid", "other"]


def _within(orders: pd.DataFrame, period: Period) -> pd.DataFrame:
    return orders[orders["on"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))]


def _fade(client: Any, day: date, orders: pd.DataFrame) -> pd.Series:
    """Orders a day of posts that never ran as ads, by their age in days, of those seen so long."""
    posts = client.frame("posts").dropna(subset=["published_on"])
    posts = posts[posts["published_on"] <= pd.Timestamp(day)]
    ran = client.frame("ad_stats").query("spend > 0")["post_id"]
    alone = posts[~posts["post_id"].isin(ran)].set_index("post_id")["published_on"]
    oldest = (pd.Timestamp(day) - alone).dt.days.to_numpy()
    ages = np.arange(int(oldest.max()) + 1 if len(oldest) else 0)
    followed = pd.Series([(oldest >= age).sum() for age in ages], ages, dtype=float)
    sold = orders[orders["post_id"].isin(alone.index)]
    published = pd.to_datetime(sold["post_id"].map(alone.to_dict()))
    age = (sold["on"] - published).dt.days
    return sold["orders"].groupby(age).sum().reindex(ages, fill_value=0) / followed


def _faded(row: Any, fade: pd.Series) -> float:
    """Orders that unboosted posts had at the ages after, for one at the ages before."""
    age = (row.boosted_from - row.published_on).days
    before = fade.reindex(range(age - int(row.days_before), age)).sum(skipna=False)
    after = fade.reindex(range(age, age + int(row.days_after))).sum(skipna=False)
    return float(after / before) if before > 0 else np.nan


def _notes(table: pd.DataFrame, fades: list[float], client: Any, day: date) -> pd.Series:
    first = Period(table["boosted_from"].min().date(), day)
    untold = table["creator_id"].isin(paid.untold_creators(client, first))
    reasons = [
        pd.Series(not holds_orders(client), table.index),
        pd.Series(paid.cannot_split(client, day), table.index),
        untold,
        table["days_before"] < LEAST_BEFORE_DAYS,
        pd.Series(fades, table.index).isna(),
    ]
    said = [NO_ORDERS, paid.NO_ADS_RATE, paid.NO_OWN_RATE, TOO_YOUNG, NO_FADE]
    return pd.Series(np.select(reasons, said, ""), table.index).replace("", None)


def _added(row: Any, fade: float) -> tuple[float, float, float, float]:
    """The pace expected, and all orders after less it, with the ends of its 90% interval."""
    before = int(row.orders_before)
    after = int(row.organic_after + row.paid_after + row.other_after)
    low_before, high_before = (end * fade for end in _poisson(before))
    low_after, high_after = _poisson(after)
    pace = before * fade
    added = after - pace
    below = np.hypot(after - low_after, high_before - pace)
    above = np.hypot(high_after - after, pace - low_before)
    return pace, added, added - below, added + above


def _poisson(count: int) -> tuple[float, float]:
    """The 90% interval of a Poisson count's mean (Jeffreys prior); none leaves its low end at 0."""
    low, high = stats.gamma.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], count + 0.5)
    return (0.0 if count == 0 else float(low)), float(high)


def figures(table: pd.DataFrame, day: date) -> list[pd.DataFrame]:
    """Rows of the results table for `boosted`: orders before and after, and what seems added."""
    common = {
        "subject_kind": "post",
        "subject": table["post_id"],
        "period_start": pd.to_datetime(table["boosted_from"]).dt.date,
        "period_end": day,
    }
    ends = {"ci_low": table["ci_low"], "ci_high": table["ci_high"], "ci_level": LEVEL}
    counted = {"n": table["orders_before"], "note": table["note"]}
    shown = {
        "boost_spend": table["spend"],
        "boost_orders_before": table["orders_before"],
        "boost_organic_after": table["organic_after"],
        "boost_paid_after": table["paid_after"],
        "boost_orders_pace": table["pace"],
    }
    rows = [
        pd.DataFrame({"metric": name, "value": value, **common}) for name, value in shown.items()
    ]
    added = {"metric": "boost_orders_added", "value": table["added"]}
    return [*rows, pd.DataFrame({**added, **common, **ends, **counted})]
