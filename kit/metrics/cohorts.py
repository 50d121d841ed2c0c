"""Repeat purchase: who acquired each buyer, and who of them came back within 60 days."""

from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd

from kit.engine import local_day, midnight
from kit.estimate import kaplan_meier
from kit.metrics.fetch import fetch, value
from kit.metrics.periods import Period, as_day, last_days
from kit.metrics.sales import MONEY
from kit.metrics.shared import once
from kit.metrics.subjects import figure_rows

LEVEL = 0.95
NO_ORDERS = ("cancelled", "unpaid")
RATES = ["event_rate", "ci_low", "ci_high", "n", "mature_n"]


def repeat_rate(orders: pd.DataFrame, as_of: date | str, window_days: int = 60) -> pd.DataFrame:
    """One row per creator: the share of the buyers they acquired who bought again in time.

    `orders` has one row per order with `buyer_key`, `creator_id` (missing for other routes) and
    `ordered_at` (naive times are local, zoned ones are taken in their own zone). A buyer belongs
    to the creator of the first order, ties to the lower creator_id; a buyer whose first order
    came by another route belongs to nobody. An order on a later day counts whoever brought it;
    one on the same day is the same purchase. Followed to the end of `as_of`; orders after it are
    not looked at. `n` is the creator's buyers, `mature_n` those followed for `window_days`; 95%
    interval. Sorted by `creator_id`, which is a column and, unnamed, the index too; no orders,
    no rows.

    References: Kaplan & Meier (1958); interval by `kit.estimate.kaplan_meier`.
    """
    day = as_day(as_of)
    followed = _followed(_first_and_next(orders, day), day)
    rates = _cohort_rates(followed, "creator_id", window_days)
    rates.insert(0, "creator_id", rates.index.astype("str"))
    return rates.rename_axis(None)


def _first_and_next(orders: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per buyer: creator_id and day of the first order, and the next later day."""
    times = [_local(value) for value in orders["ordered_at"]]
    rows = pd.DataFrame(
        {
            "buyer_key": orders["buyer_key"].to_numpy(),
            "creator_id": orders["creator_id"].to_numpy(),
            "at": pd.Series(times, dtype="datetime64[us]"),
        }
    )
    rows = rows[rows["buyer_key"].notna() & rows["at"].notna()]
    rows = rows.assign(day=rows["at"].dt.normalize())
    rows = rows[rows["day"] <= pd.Timestamp(day)]
    rows = rows.sort_values(["buyer_key", "at", "creator_id"], na_position="last", kind="stable")
    first = rows.drop_duplicates("buyer_key").rename(columns={"day": "first_on"})
    later = rows.merge(first[["buyer_key", "first_on"]], on="buyer_key")
    later = later[later["day"] > later["first_on"]]
    next_on = later.groupby("buyer_key")["day"].min().rename("next_on")
    return first[["buyer_key", "creator_id", "first_on"]].merge(
        next_on, left_on="buyer_key", right_index=True, how="left"
    )


def _local(value: Any) -> pd.Timestamp:
    """The wall-clock time of a stamp in its own zone; of a naive one, itself."""
    stamp = pd.Timestamp(value)
    return stamp if stamp is pd.NaT or stamp.tzinfo is None else stamp.tz_localize(None)


def _followed(buyers: pd.DataFrame, day: date) -> pd.DataFrame:
    """Each buyer's days of follow-up: to the next order's day, else to `as_of`."""
    bought_again = buyers["next_on"].notna()
    until = buyers["next_on"].where(bought_again, pd.Timestamp(day))
    return buyers.assign(
        observed=bought_again,
        duration_days=(until - buyers["first_on"]).dt.days,
        followed_days=(pd.Timestamp(day) - buyers["first_on"]).dt.days,
    )


def _cohort_rates(buyers: pd.DataFrame, key: str, window_days: int) -> pd.DataFrame:
    """The rates of each group of rows; a row speaks of its `buyers`, without that column of one."""
    rows = {}
    each = buyers["buyers"] if "buyers" in buyers else pd.Series(1, buyers.index)
    for name, group in buyers.groupby(key, sort=True):
        own, days = each[group.index], group["duration_days"]
        fit = kaplan_meier(days, group["observed"], window_days, LEVEL, subjects=own)
        mature = int(own[group["followed_days"] >= window_days].sum())
        rows[name] = (fit.event_rate, fit.ci_low, fit.ci_high, int(own.sum()), mature)
    made = pd.DataFrame.from_dict(rows, orient="index", columns=RATES)
    made.index = pd.Index(list(rows), dtype="str", name=key)
    return made.astype({"event_rate": float, "ci_low": float, "ci_high": float} | _COUNTS)


_COUNTS = {"n": "int64", "mature_n": "int64"}


def shop_purchases(client: Any, as_of: date | str) -> Any:
    """One row per line of an order that is a purchase, by any route and up to `as_of`.

    As an Ibis expression. Samples, cancelled and unpaid orders are none; refunded ones are. All
    lines of an order have its buyer and its time, so that days of purchase need no orders.
    """
    lines = client.table("shop_orders")
    return lines.filter(
        lines.buyer_key.notnull()
        & (lines.ordered_at < midnight(as_day(as_of) + timedelta(1), client.time_zone))
        & ~lines.is_sample.fill_null(False)
        & ~lines.status.isin(NO_ORDERS).fill_null(False)
    ).select("order_id", "buyer_key", "ordered_at")


def _acquiring(client: Any, orders: Any) -> Any:
    """The creator who brought each of some orders, given by `first_order`; none, no row.

    Of several creators' lines of an order that with the highest Payment Amount, then the lower SKU.
    """
    lines = client.table("orders")
    lines = lines.filter(lines.counts.fill_null(False) & lines.creator_id.notnull())
    lines = lines.semi_join(orders, lines.order_id == orders.first_order)
    by_weight = ibis.window(
        group_by=lines.order_id,
        order_by=[ibis.desc(lines.gmv.cast(MONEY)), lines.sku_id, lines.creator_id],
    )
    ranked = lines.mutate(nth=ibis.row_number().over(by_weight))
    return ranked.filter(ranked.nth == 0).select(line_order="order_id", creator_id="creator_id")


def first_orders(client: Any, as_of: date | str) -> Any:
    """One row per buyer of the cohort: when and through whom they first bought, and the next day.

    As an Ibis expression, since there may be millions.

    The cohort are buyers whose first-ever order, by any route and over all history loaded, fell
    on one of the 180 days that end on `as_of`. Columns buyer_key, creator_id (missing for other
    routes; of two orders at one moment the lower), first_on and next_on (the next later day with
    an order; missing so far).
    """
    zone, period = client.time_zone, cohort(client, as_of)
    lines = shop_purchases(client, as_of)
    first = lines.group_by("buyer_key").agg(first_at=lines.ordered_at.min())
    first = first.filter(first.first_at >= midnight(period.start, zone))
    own = lines.inner_join(first, "buyer_key")
    own = own.mutate(day=local_day(own.ordered_at, zone), first_on=local_day(own.first_at, zone))
    own = own.mutate(first_order=ibis.ifelse(own.ordered_at == own.first_at, own.order_id, None))
    brought = _acquiring(client, own)
    known = own.left_join(brought, own.first_order == brought.line_order)
    return known.group_by("buyer_key", "first_on").agg(
        creator_id=known.creator_id.min(),
        next_on=known.day.min(where=known.day > known.first_on),
    )


@once
def followed_buyers(client: Any, as_of: date | str) -> pd.DataFrame:
    """The buyers of the cohort, counted: one row per creator, first day and next day.

    Columns creator_id (missing for other routes), first_on, next_on, buyers, observed,
    duration_days and followed_days.
    """
    keys = ["creator_id", "first_on", "next_on"]
    first = first_orders(client, as_of)
    counted = first.group_by(keys).agg(buyers=first.count()).order_by(keys)
    return _followed(fetch(counted), as_day(as_of))


def cohort(client: Any, as_of: date | str) -> Period:
    """The days of first orders that make a cohort: 180 that end on `as_of`."""
    return last_days(as_of, client.policy.repeat.cohort_days)


def repeat_by_creator(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator who acquired a buyer of the cohort, as `repeat_rate` gives them."""
    buyers = followed_buyers(client, as_of)
    acquired = buyers[buyers["creator_id"].notna()]
    rates = _cohort_rates(acquired, "creator_id", client.policy.repeat.days)
    return rates.rename_axis("creator_id").reset_index()


def repeat_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`repeat_purchase_rate` of the program and of each creator who acquired a buyer.

    The program's cohort are all buyers whose first order fell in the days; a creator's, those he
    or she acquired; `repeat_purchase_rate_acquired` pools the latter over the creators. `n` is
    the buyers of the cohort; missing while fewer than 10 were followed for the 60 days.
    """
    days, buyers = client.policy.repeat.days, followed_buyers(client, as_of)
    acquired = buyers[buyers["creator_id"].notna()]
    made = [
        _shown(client, as_of, metric, _cohort_rates(rows, keys, days), kind)
        for metric, rows, keys, kind in (
            ("repeat_purchase_rate", buyers.assign(subject=client.name), "subject", "program"),
            ("repeat_purchase_rate", acquired, "creator_id", "creator"),
            (
                "repeat_purchase_rate_acquired",
                acquired.assign(subject=client.name),
                "subject",
                "program",
            ),
        )
    ]
    return pd.concat([rows.astype(object) for rows in made], ignore_index=True)


def _shown(
    client: Any, as_of: date | str, metric: str, rates: pd.DataFrame, kind: str
) -> pd.DataFrame:
    """The rates as figures, hidden where too few buyers were followed to the end."""
    rule = client.policy.repeat
    if rates.empty and kind == "program":
        rates = pd.DataFrame([[np.nan] * 3 + [0, 0]], index=[client.name], columns=RATES)
    rows = rates.assign(subject_kind=kind, subject=rates.index).reset_index(drop=True)
    shown = rows["mature_n"] >= rule.min_mature
    lacking = [_lacking(client, rule.min_mature - n) for n in rows["mature_n"]]
    made = figure_rows(
        metric,
        rows,
        rows["event_rate"].where(shown),
        cohort(client, as_of),
        n=rows["n"],
        note=pd.Series(lacking, dtype=object).where(~shown, None),
    )
    ends = {name: rows[name].where(shown).to_numpy() for name in ("ci_low", "ci_high")}
    level = pd.Series(LEVEL, index=rows.index).where(shown)
    return made.assign(**ends, ci_level=level.to_numpy())


def _lacking(client: Any, buyers: int) -> str:
    if not _holds_shop_orders(client):
        return "no shop orders are held, so no buyer is known"
    return f"{buyers} more buyers past {client.policy.repeat.days} days"


@once
def _holds_shop_orders(client: Any) -> bool:
    return bool(value(client.table("shop_orders").count()))
