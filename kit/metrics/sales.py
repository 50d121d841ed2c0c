"""What was sold: order lines that count, GMV, net revenue, orders and revenue per post."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import ibis
import pandas as pd

from kit import glossary
from kit.engine import local_day
from kit.metrics.fetch import fetch, value
from kit.metrics.people import standing
from kit.metrics.periods import Period, four_weeks, publishing, week
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.metrics.windowed import CREATOR_DATA, covered, of_kind

MONEY = "decimal(18, 2)"
# For products with a rate: sums stay exact, so that results repeat byte for byte.
PRECISE = "decimal(24, 8)"
FINAL_STATUSES = ["settled", "ineligible", "cancelled", "unpaid"]
MEDIAN_MIN_POSTS = 3
MEDIAN_MIN_CREATORS = 5
NO_ORDERS = "no affiliate orders are held"
FROM_LISTS = f"from creator data: {NO_ORDERS}"


def counting_lines(client: Any) -> Any:
    """One row per affiliate order line that counts, as an Ibis expression.

    Beside the columns of `orders`: `day` (of *Time Created*, in the client's zone), `net`
    (Payment Amount less refund) and `hook_angle` (that of the post's brief).
    """
    orders = client.table("orders")
    lines = orders.filter(orders.counts.fill_null(False)).mutate(
        day=local_day(orders.ordered_at, client.time_zone),
        gmv=orders.gmv.cast(MONEY).fill_null(ibis.literal(0).cast(MONEY)),
        refunded_amount=orders.refunded_amount.cast(MONEY).fill_null(ibis.literal(0).cast(MONEY)),
    )
    posts = client.table("posts")
    angles = posts.select(angle_post=posts.post_id, hook_angle=posts.hook_angle)
    return (
        lines.mutate(net=lines.gmv - lines.refunded_amount)
        .left_join(angles, lines.post_id == angles.angle_post)
        .drop("angle_post")
    )


def with_tier(rows: Any, client: Any, as_of: date | str) -> Any:
    """The rows of an Ibis table with `tier`, that of their `creator_id` on `as_of`."""
    who = standing(client, as_of).select("creator_id", "tier").rename(tier_creator="creator_id")
    return rows.left_join(who, rows.creator_id == who.tier_creator).drop("tier_creator")


def within(rows: Any, period: Period, column: str = "day") -> Any:
    """The rows of an Ibis table whose day lies in the period, both ends included.

    Of order lines also by the bare time, wide enough for any zone: a day worked out of it tells an
    engine nothing of which parts of a table it need not read.
    """
    inside = rows[column].between(ibis.date(period.start), ibis.date(period.end))
    if column == "day" and "ordered_at" in rows.columns:
        return rows.filter(rows.ordered_at.between(*_around(period)), inside)
    return rows.filter(inside)


def _around(period: Period) -> tuple[Any, Any]:
    """The UTC times within which a period's days lie, whatever the zone."""
    first, last = period.start - timedelta(1), period.end + timedelta(2)
    return tuple(
        ibis.literal(datetime.combine(day, time(), UTC), "timestamp('UTC')")
        for day in (first, last)
    )


@once
def lines_of(client: Any, as_of: date | str, period: Period) -> Any:
    """The counting lines of a period with the creator's `tier`, as an Ibis expression."""
    return within(with_tier(counting_lines(client), client, as_of), period)


@once
def holds_orders(client: Any) -> bool:
    """Whether the client holds any affiliate order line, counting or not."""
    return bool(value(client.table("orders").count()))


def revenue_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`gmv`, `net_revenue` and `orders` of the week and the 4 weeks.

    Of the program, tiers, creators, products and hook angles. `n` is the lines summed; status
    `provisional` while a line may still change. A client that holds no affiliate orders gets them
    from creator data, and each figure's note says so.
    """
    periods = [week(as_of), four_weeks(as_of)]
    if not holds_orders(client):
        return pd.concat([_from_creator_data(client, as_of, period) for period in periods])
    lines = lines_of(client, as_of, four_weeks(as_of))
    return pd.concat([_from_lines(client, within(lines, period), period) for period in periods])


def _from_lines(client: Any, lines: Any, period: Period) -> pd.DataFrame:
    kinds = ["program", "tier", "creator", "product", "hook_angle"]
    sums = by_subject(lines, kinds, client.name, _sales_measures)
    status = sums["open_lines"].fillna(0).gt(0).map({True: "provisional", False: "settled"})
    return pd.concat(
        figure_rows(
            metric, sums, sums[metric].fillna(0), period, n=sums["lines"].fillna(0), status=status
        )
        for metric in ("gmv", "net_revenue", "orders")
    )


def _sales_measures(lines: Any) -> dict[str, Any]:
    return {
        "lines": lines.count(),
        "open_lines": (~lines.status.isin(FINAL_STATUSES)).fill_null(True).sum(),
        "gmv": lines.gmv.sum().cast("float64"),
        "net_revenue": lines.net.sum().cast("float64"),
        "orders": lines.order_id.nunique(),
    }


def _from_creator_data(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    stats = of_kind(client.table("creator_stats"), CREATOR_DATA)
    held, why = covered(client, stats, CREATOR_DATA, period)
    rows = with_tier(held, client, as_of)
    sums = by_subject(rows, ["program", "tier", "creator"], client.name, _list_measures)
    if why:
        sums[["gmv", "net_revenue", "orders", "lines"]] = float("nan")
    note = f"{FROM_LISTS}; {why}" if why else FROM_LISTS
    return pd.concat(
        figure_rows(
            metric, sums, sums[metric], period, n=sums["lines"], note=note, source="creator_stats"
        ).assign(definition=f"{glossary.metric(metric).definition}; here {FROM_LISTS}")
        for metric in ("gmv", "net_revenue", "orders")
    )


def _list_measures(rows: Any) -> dict[str, Any]:
    zero = ibis.literal(0).cast(MONEY)
    refunds = rows.refunded_amount.cast(MONEY).fill_null(zero)
    return {
        "lines": rows.count(),
        "gmv": rows.gmv.cast(MONEY).sum().cast("float64"),
        "net_revenue": (rows.gmv.cast(MONEY) - refunds).sum().cast("float64"),
        "orders": rows.orders.sum().cast("float64"),
    }


def post_revenue(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per post old enough to judge: what its first 14 days brought.

    Posts published from `as_of - 83` to `as_of - 13`, videos and LIVEs, those that sold nothing
    included. Columns post_id, creator_id, tier, on_roster, published_on, net_revenue_14d,
    orders_14d, lines. Sorted by `post_id`.
    """
    rows = post_revenue_of(client, publishing(as_of, client.policy.revenue.days))
    who = standing(client, as_of).select("creator_id", "tier", "on_roster")
    who = who.rename(author="creator_id")
    rows = fetch(rows.left_join(who, rows.creator_id == who.author).drop("author"))
    rows = rows.assign(on_roster=rows["on_roster"].fillna(False).astype(bool))
    return rows.sort_values("post_id", ignore_index=True)


def post_revenue_of(client: Any, period: Period) -> Any:
    """One row per post of the period, as an Ibis expression, with the sales of its first days."""
    posts = within(client.table("posts"), period, "published_on")
    posts = posts.select("post_id", "creator_id", "published_on")
    days = client.policy.revenue.days - 1
    lines = within(counting_lines(client), Period(period.start, period.end + timedelta(days)))
    lines = lines.select("post_id", "order_id", "day", "net").rename(sold_post="post_id")
    until = posts.published_on + ibis.interval(days=days)
    sold = posts.left_join(
        lines,
        [
            posts.post_id == lines.sold_post,
            lines.day >= posts.published_on,
            lines.day <= until.cast("date"),
        ],
    )
    zero = ibis.literal(0).cast(MONEY)
    return sold.group_by("post_id", "creator_id", "published_on").agg(
        net_revenue_14d=sold.net.fill_null(zero).sum().cast("float64"),
        orders_14d=sold.order_id.nunique(),
        lines=sold.order_id.count(),
    )


def revenue_per_post_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`revenue_per_post` of program, tiers and creators, and the tiers' medians.

    Pooled: net revenue of the posts' first 14 days over all such posts, `n` the posts. The median
    is over the tier's roster creators with at least 3 such posts, `n` those creators; missing
    under 5 of them or where it is 0. Without affiliate orders both are missing.
    """
    period = publishing(as_of, client.policy.revenue.days)
    posts = post_revenue(client, as_of)
    note = None if holds_orders(client) else NO_ORDERS
    if note:
        posts = posts.assign(net_revenue_14d=float("nan"))
    return pd.concat([_pooled(client, posts, period, note), _tier_medians(posts, period, note)])


def _pooled(client: Any, posts: pd.DataFrame, period: Period, note: str | None) -> pd.DataFrame:
    totals = (
        spread(posts, client.name)
        .groupby(["subject_kind", "subject"], as_index=False)
        .agg(net=("net_revenue_14d", lambda sums: sums.sum(skipna=False)), n=("post_id", "count"))
    )
    per_post = totals["net"].round(2) / totals["n"]
    return figure_rows("revenue_per_post", totals, per_post, period, n=totals["n"], note=note)


def spread(rows: pd.DataFrame, program: str) -> pd.DataFrame:
    """A small frame with `creator_id` and `tier`, once for the program, each tier, each creator."""
    tiered = rows[rows["tier"].notna()]
    credited = rows[rows["creator_id"].notna()]
    return pd.concat(
        [
            rows.assign(subject_kind="program", subject=program),
            tiered.assign(subject_kind="tier", subject=tiered["tier"].astype(str)),
            credited.assign(subject_kind="creator", subject=credited["creator_id"]),
        ],
        ignore_index=True,
    )


def _tier_medians(posts: pd.DataFrame, period: Period, note: str | None) -> pd.DataFrame:
    roster = posts[posts["on_roster"] & posts["tier"].notna()]
    each = roster.groupby(["tier", "creator_id"], as_index=False).agg(
        net=("net_revenue_14d", "sum"), posts=("post_id", "count")
    )
    each = each[each["posts"] >= MEDIAN_MIN_POSTS]
    each["per_post"] = each["net"].round(2) / each["posts"]
    tiers = pd.DataFrame({"subject_kind": "tier", "subject": ["1", "2", "3"]})
    held = each.groupby(each["tier"].astype(str))["per_post"].agg(["median", "count"])
    held = held.reindex(tiers["subject"]).reset_index(drop=True)
    count = held["count"].fillna(0)
    median = held["median"].where((count >= MEDIAN_MIN_CREATORS) & (held["median"] != 0))
    why = [note or _why_no_median(*pair) for pair in zip(count, held["median"], strict=True)]
    if note:
        median[:] = float("nan")
    return figure_rows(
        "tier_median_revenue_per_post", tiers, median, period, n=count, note=pd.Series(why)
    )


def _why_no_median(creators: float, median: float) -> str | None:
    if creators < MEDIAN_MIN_CREATORS:
        return (
            f"{creators:.0f} roster creators with {MEDIAN_MIN_POSTS} posts, "
            f"{MEDIAN_MIN_CREATORS} needed"
        )
    return "half the creators sold nothing" if median == 0 else None
