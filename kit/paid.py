"""Which orders ads brought and which came by themselves, as far as the commissions tell.

One definition for lines, posts, creators and the program. Where the commissions cannot tell, the
split is refused and the reason said; nobody guesses.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch, value
from kit.metrics.periods import Period, as_day, last_days
from kit.metrics.sales import NO_ORDERS, counting_lines, holds_orders, within
from kit.metrics.shared import once

ORGANIC, PAID, MIXED, UNCLASSIFIED = "organic", "paid", "mixed", "unclassified"
ROUTES = [ORGANIC, PAID, MIXED, UNCLASSIFIED]
UNTOLD = "untold"
NO_ADS_RATE = "no order has a Shop Ads rate, so paid orders cannot be told from organic ones"
NO_OWN_RATE = (
    "ads are credited with orders of this creator, but no order or agreement has a Shop Ads rate: "
    "paid orders cannot be told from organic ones"
)


def with_route(lines: Any) -> Any:
    """The order lines of an Ibis table with `route`: organic, paid, mixed or unclassified.

    By the commission columns, the actual amount before the estimate, and a printed 0.00 is an
    amount: Shop Ads commission above 0 is paid, standard above 0 organic, both mixed, neither
    unclassified. `by_ads` and `by_itself` are the two halves of it. A refunded line earns nothing
    and is unclassified: `meant_by_ads` holds the paid ones and those whose estimate was paid.
    """
    by_itself = _earned(lines, "standard_commission")
    by_ads = _earned(lines, "shop_ads_commission")
    expected = (lines.shop_ads_commission_estimated.cast("float64") > 0).fill_null(False)
    return lines.mutate(
        by_itself=by_itself,
        by_ads=by_ads,
        meant_by_ads=by_ads | (expected & ~by_itself),
        route=_route(by_itself, by_ads),
    )


def _earned(lines: Any, column: str) -> Any:
    amount = ibis.coalesce(lines[f"{column}_actual"], lines[f"{column}_estimated"])
    return (amount.cast("float64") > 0).fill_null(False)


def _route(by_itself: Any, by_ads: Any) -> Any:
    return ibis.cases(
        (by_itself & by_ads, MIXED),
        (by_ads, PAID),
        (by_itself, ORGANIC),
        else_=UNCLASSIFIED,
    )


@once
def organic_share(client: Any, as_of: date | str, days: int = 28, by: str = "post_id") -> Any:
    """One row per post (or creator) with orders in the last `days` days: how they were come by.

    Columns post_id (creator_id), orders_organic, orders_paid, orders_mixed, orders_unclassified,
    organic_order_share (of the orders with either commission) and note. An order counts once: it
    is mixed where one of its lines is organic and another paid. Where the shop sets no Shop Ads
    rate at all although it spends on ads, ad orders earn the standard rate: the share is missing
    and `note` says so. So it is for a creator of whom ads are credited with orders while neither
    an order nor an agreement of theirs has such a rate.
    """
    period = last_days(as_of, days)
    lines = with_route(within(counting_lines(client), period))
    lines = lines.filter(lines[by].notnull())
    orders = lines.group_by(by, "order_id").agg(
        by_itself=lines.by_itself.any(), by_ads=lines.by_ads.any(), owner=lines.creator_id.min()
    )
    orders = orders.mutate(route=_route(orders.by_itself, orders.by_ads))
    rows = fetch(
        orders.group_by(by).agg(
            **{f"orders_{route}": (orders.route == route).sum() for route in ROUTES},
            owner=orders.owner.min(),
        )
    )
    rows = rows.sort_values(by, ignore_index=True)
    notes = _refusals(client, as_of, period, rows.pop("owner"))
    return rows.assign(organic_order_share=_share(rows).where(notes.isna()), note=notes)


def _share(rows: pd.DataFrame) -> pd.Series:
    told = rows["orders_organic"] + rows["orders_paid"] + rows["orders_mixed"]
    share = (rows["orders_organic"] + rows["orders_mixed"]) / told.where(told > 0)
    return share.astype("Float64").astype("float64")


def _refusals(client: Any, as_of: date | str, period: Period, owners: pd.Series) -> pd.Series:
    """For each owner why the commissions cannot tell; missing where they can."""
    if cannot_split(client, as_of):
        return pd.Series(NO_ADS_RATE, owners.index, dtype=object)
    untold = owners.isin(untold_creators(client, period))
    return untold.map({True: NO_OWN_RATE, False: None})


def why_untold(client: Any, as_of: date | str, period: Period) -> str:
    """Why the paid orders of the program cannot be told from organic ones; empty where they can."""
    if not holds_orders(client):
        return NO_ORDERS
    if cannot_split(client, as_of):
        return NO_ADS_RATE
    return NO_OWN_RATE if untold_creators(client, period) else ""


@once
def cannot_split(client: Any, as_of: date | str) -> bool:
    """Whether ads ran up to `as_of` while no order line of the client has a Shop Ads rate."""
    lines, ads = client.table("orders"), client.table("ad_stats")
    rated = value((lines.shop_ads_commission_rate > 0).any())
    day = ibis.date(as_day(as_of))
    spent = value(ads.filter(ads.window_start <= day).spend.sum().cast("float64"))
    return bool((spent or 0) > 0 and not rated)


@once
def untold_creators(client: Any, period: Period) -> set[str]:
    """Creators whose posts the ad exports credit with orders, and who have no Shop Ads rate.

    Neither printed on any of their order lines nor in an agreement that touches the period.
    """
    ads = client.frame("ad_stats")
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    ran = ads["window_end"].ge(first) & ads["window_start"].le(last)
    credited = ads[ran & ads["orders"].gt(0) & ads["spend"].gt(0)]["post_id"].dropna()
    posts = client.frame("posts")
    owners = set(posts.loc[posts["post_id"].isin(credited), "creator_id"].dropna())
    if not owners:
        return set()
    lines = client.table("orders")
    rated = fetch(lines.filter(lines.shop_ads_commission_rate > 0).select("creator_id").distinct())
    deals = client.frame("agreements")
    over = deals["valid_from"].gt(last) | deals["valid_to"].lt(first)
    agreed = deals.loc[~over & deals["shop_ads_commission_rate"].gt(0), "creator_id"]
    return owners - set(rated["creator_id"].dropna()) - set(agreed)


def program(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per route of the program's counting lines of the last `days` days.

    Columns route, orders (an order counts once, by all its lines), lines, gmv, net_revenue (money)
    and note. What the commissions cannot tell is a row of its own, `untold`, whose note says why.
    `attrs["unknown"]` says so where no affiliate orders are held at all.
    """
    rows = lines(client, as_of, days)
    orders = rows.group_by("order_id").agg(
        untold=(rows.route == UNTOLD).any(),
        itself=rows.route.isin([ORGANIC, MIXED]).any(),
        ads=rows.route.isin([PAID, MIXED]).any(),
        lines=rows.count(),
        gmv=rows.gmv.sum(),
        net_revenue=rows.net_revenue.sum(),
    )
    route = ibis.ifelse(orders.untold, UNTOLD, _route(orders.itself, orders.ads))
    orders = orders.mutate(route=route)
    sums = fetch(
        orders.group_by("route").agg(
            orders=orders.count(),
            lines=orders.lines.sum(),
            gmv=orders.gmv.sum(),
            net_revenue=orders.net_revenue.sum(),
        )
    ).set_index("route")
    sums = sums.astype({"orders": "int64", "lines": "int64"})
    sums = sums.reindex([route for route in [*ROUTES, UNTOLD] if route in sums.index])
    why = NO_ADS_RATE if cannot_split(client, as_of) else NO_OWN_RATE
    sums["note"] = [why if route == UNTOLD else None for route in sums.index]
    table = sums.rename_axis("route").reset_index()
    table.attrs["unknown"] = "" if holds_orders(client) else NO_ORDERS
    return table


def lines(client: Any, as_of: date | str, days: int = 28) -> Any:
    """One row per counting order line of the last `days` days with its `route`.

    As an Ibis expression. Columns order_id, sku_id, post_id, creator_id, day, gmv, net_revenue and
    route; routes are `untold` where the commissions cannot tell them apart.
    """
    period = last_days(as_of, days)
    rows = with_route(within(counting_lines(client), period))
    if cannot_split(client, as_of):
        rows = rows.mutate(route=ibis.literal(UNTOLD))
    elif owners := sorted(untold_creators(client, period)):
        untold = rows.creator_id.isin(owners).fill_null(False)
        rows = rows.mutate(route=ibis.ifelse(untold, UNTOLD, rows.route))
    names = ("order_id", "sku_id", "post_id", "creator_id", "day", "route", "gmv")
    return rows.select(*names, net_revenue=rows.net)


def figures(
    program_rows: pd.DataFrame, creators: pd.DataFrame, period: Period
) -> list[pd.DataFrame]:
    """Rows of the results table: orders and GMV by route, and each creator's organic share.

    `program_rows` is `program`'s, `creators` `organic_share`'s by creator.
    """
    days = {"period_start": period.start, "period_end": period.end}
    part = {"subject_kind": "part", "subject": program_rows["route"], **days}
    told = {"n": program_rows["lines"], "note": program_rows["note"]}
    counts = [f"orders_{route}" for route in (ORGANIC, PAID, MIXED)]
    shares = pd.DataFrame(
        {
            "metric": "organic_order_share",
            "subject_kind": "creator",
            "subject": creators["creator_id"],
            "value": creators["organic_order_share"],
            "n": creators[counts].sum(axis=1),
            "note": creators["note"],
            **days,
        }
    )
    total = program_rows["orders"].sum()
    values = {
        "orders_by_route": program_rows["orders"],
        "order_share_by_route": program_rows["orders"] / (total or float("nan")),
        "gmv_by_route": program_rows["gmv"],
        "net_revenue_by_route": program_rows["net_revenue"],
    }
    rows = [
        pd.DataFrame({"metric": name, "value": v, **part, **told}) for name, v in values.items()
    ]
    return [*rows, shares]
