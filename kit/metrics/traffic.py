"""What viewers did: clicks, views, conversion of clicks, and hook retention."""

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch
from kit.metrics.people import standing
from kit.metrics.periods import Period, four_weeks, last_days, week
from kit.metrics.sales import MONEY, PRECISE, with_tier, within
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.metrics.windowed import GMV_MAX, VIDEO_DATA, covered, of_kind

CREATOR = "creator"
AD_WINDOWS = {"hook_retention_ad_2s": "hook_rate", "hook_retention_ad_6s": "hook_rate_6s"}


def video_stats(client: Any) -> Any:
    """One row per post and kept window of video data, as an Ibis expression.

    With `hook_angle` of the post's brief and `product_id`, that of posts which show exactly one
    product (union over all files); both missing elsewhere.
    """
    stats = of_kind(client.table("post_stats"), VIDEO_DATA)
    posts = client.table("posts")
    shown = posts.select(
        shown_post=posts.post_id, hook_angle=posts.hook_angle, product_id=single_product(posts)
    )
    return stats.left_join(shown, stats.post_id == shown.shown_post).drop("shown_post")


def single_product(posts: Any) -> Any:
    """The product of posts that show exactly one; missing for the others."""
    return ibis.ifelse(posts.product_ids.length() == 1, posts.product_ids[0], None)


def traffic_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`conversion_rate`, `clicks` and `views` of the week and the 4 weeks.

    Of the program, tiers, creators and posts; the conversion rate of hook angles and products
    too. Missing, with the reason, where the kept windows of video data do not tile the period.
    `n` is the clicks for the rate, the rows (post and window) summed for the counts.
    """
    stats = recent_stats(client, as_of)
    return pd.concat(
        [_traffic(client, stats, period) for period in (week(as_of), four_weeks(as_of))]
    )


@once
def recent_stats(client: Any, as_of: date | str) -> Any:
    """Rows of video data whose windows touch the 4 weeks, with `tier`, as an Ibis expression."""
    stats, period = with_tier(video_stats(client), client, as_of), four_weeks(as_of)
    return stats.filter(
        (stats.window_end >= ibis.date(period.start))
        & (stats.window_start <= ibis.date(period.end))
    )


def _traffic(client: Any, stats: Any, period: Period) -> pd.DataFrame:
    held, why = covered(client, stats, VIDEO_DATA, period)
    kinds = ["program", "tier", "creator", "post", "hook_angle", "product"]
    sums = by_subject(held, kinds, client.name, _traffic_measures)
    if why:
        sums[_COUNTED] = float("nan")
    clicks = sums["clicks"].where(sums["clicks"] > 0)
    rate = figure_rows(
        "conversion_rate",
        sums,
        sums["orders"] / clicks,
        period,
        n=sums["clicks"] if why else sums["clicks"].fillna(0),
        note=why or clicks.isna().map({True: "no clicks", False: None}),
    )
    counted = sums[~sums["subject_kind"].isin(["hook_angle", "product"])]
    counts = [
        figure_rows(
            metric,
            counted,
            counted[metric],
            period,
            n=counted[f"{metric}_rows"],
            note=why or counted[metric].isna().map({True: f"no {metric} printed", False: None}),
        )
        for metric in ("clicks", "views")
    ]
    return pd.concat([rate, *counts])


_COUNTED = ["clicks", "orders", "views", "clicks_rows", "views_rows"]


def _traffic_measures(rows: Any) -> dict[str, Any]:
    return {
        "clicks": rows.clicks.sum().cast("float64"),
        "orders": rows.orders.sum(where=rows.clicks.notnull()).fill_null(0).cast("float64"),
        "views": rows.views.sum().cast("float64"),
        "clicks_rows": rows.clicks.count(),
        "views_rows": rows.views.count(),
    }


def post_rates(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per post with a row in the windows of the last `days` days: what its clicks brought.

    Columns post_id, creator_id, tier, on_roster, hook_angle, product_id (posts of one product),
    published_on, caption, kind, views, impressions, clicks, orders (video data's own; of rows
    with clicks), gmv. Counts are missing where no row had them, and all of them where the windows
    do not tile the period; `attrs["why"]` then says so. Sorted by `post_id`.
    """
    held, why = covered(client, video_stats(client), VIDEO_DATA, last_days(as_of, days))
    keys = ["post_id", "creator_id", "hook_angle", "product_id"]
    sums = held.group_by(keys).agg(
        **_traffic_measures(held),
        impressions=held.impressions.sum().cast("float64"),
        gmv=held.gmv.cast(MONEY).sum().cast("float64"),
    )
    posts = client.table("posts").select("post_id", "published_on", "caption", "kind")
    who = standing(client, as_of).select("creator_id", "tier", "on_roster")
    rows = fetch(sums.left_join(posts, "post_id").left_join(who, "creator_id"))
    rows["orders"] = rows["orders"].where(rows["clicks"].notna())
    if why:
        rows[["views", "impressions", "clicks", "orders", "gmv"]] = float("nan")
    rows = rows.assign(
        on_roster=rows["on_roster"].fillna(False).astype(bool),
        **{
            name: rows[name].astype("Int64")
            for name in ("views", "impressions", "clicks", "orders")
        },
    )
    rows = rows.sort_values("post_id", ignore_index=True)[_POST_RATES]
    rows.attrs["why"] = why
    return rows


_POST_RATES = [
    "post_id",
    "creator_id",
    "tier",
    "on_roster",
    "hook_angle",
    "product_id",
    "published_on",
    "caption",
    "kind",
    "views",
    "impressions",
    "clicks",
    "orders",
    "gmv",
]


def hook_readings(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per post: its latest creator reading of 3-second retention in the 28 days.

    Columns post_id, creator_id, tier, hook_angle, views, held_views, seen_on. A post that no
    export knows has no creator and stands in the program's figure alone. Sorted by `post_id`.
    """
    return fetch(_readings(client, as_of).order_by("post_id"))


def _readings(client: Any, as_of: date | str) -> Any:
    hooks = within(client.table("hooks"), four_weeks(as_of), "seen_on")
    hooks = hooks.filter(
        (hooks.window_s.cast("float64") == client.policy.hook.window_s)
        & (hooks.source == CREATOR)
        & hooks.views.notnull()
        & hooks.held_views.notnull()
    )
    order = [hooks.seen_on, hooks.views, hooks.held_views]
    latest = ibis.window(group_by=hooks.post_id, order_by=[ibis.desc(column) for column in order])
    last = hooks.mutate(nth=ibis.row_number().over(latest))
    last = last.filter(last.nth == 0).select("post_id", "views", "held_views", "seen_on")
    posts = client.table("posts").select("post_id", "creator_id", "hook_angle")
    joined = last.left_join(posts, "post_id")
    return with_tier(
        joined.select("post_id", "creator_id", "hook_angle", "views", "held_views", "seen_on"),
        client,
        as_of,
    )


def hook_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`hook_retention` of the 4 weeks: held views over views, `n` the views.

    Of the program, tiers, creators, posts and hook angles; and of posts the ad rates of GMV Max,
    which have no `n`.
    """
    kinds = ["program", "tier", "creator", "post", "hook_angle"]
    sums = by_subject(_readings(client, as_of), kinds, client.name, _hook_measures)
    views = sums["views"].where(sums["views"] > 0)
    note = views.isna().map({True: "no reading in the 28 days", False: None})
    period = four_weeks(as_of)
    held = figure_rows(
        "hook_retention", sums, sums["held"] / views, period, n=sums["views"].fillna(0), note=note
    )
    return pd.concat([held, _ad_hooks(client, period)])


def _hook_measures(rows: Any) -> dict[str, Any]:
    return {
        "views": rows.views.sum().cast("float64"),
        "held": rows.held_views.sum().cast("float64"),
    }


def _ad_hooks(client: Any, period: Period) -> pd.DataFrame:
    """The rates of posts with delivery; only where the windows tile, like every windowed figure."""
    held = of_kind(client.table("ad_stats"), GMV_MAX)
    ads, why = covered(client, held, GMV_MAX, period)
    if why:
        return figure_rows("hook_retention_ad_2s", _NOBODY, [], period)
    ads = ads.filter(ads.post_id.notnull())
    return pd.concat(
        _weighted(ads.filter(ads[column].notnull()), metric, column, period)
        for metric, column in AD_WINDOWS.items()
    )


_NOBODY = pd.DataFrame(columns=["subject_kind", "subject"])


def _weighted(ads: Any, metric: str, column: str, period: Period) -> pd.DataFrame:
    """The rate over a post's rows, by product ad impressions; evenly where there are none."""
    weight = ads.impressions.cast("float64").fill_null(0.0)
    sums = ads.group_by(subject=ads.post_id).agg(
        weighted=(ads[column] * weight).cast(PRECISE).sum().cast("float64"),
        weight=weight.cast(PRECISE).sum().cast("float64"),
        plain=ads[column].cast(PRECISE).sum().cast("float64"),
        rows=ads.count(),
    )
    rows = fetch(sums.order_by("subject")).assign(subject_kind="post")
    rate = (rows["weighted"] / rows["weight"].where(rows["weight"] > 0)).fillna(
        rows["plain"] / rows["rows"]
    )
    return figure_rows(metric, rows, rate, period)
