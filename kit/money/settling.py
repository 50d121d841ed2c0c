"""How far the money of four weeks moves until it is settled, measured on the client's own past."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd

from kit import words
from kit.engine import local_day
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import LINE, rate_on, with_unit_costs
from kit.metrics.periods import as_day
from kit.metrics.sales import FINAL_STATUSES, MONEY

AGES = (7, 14, 30)
WEEKS = 4
PAST_WEEKS = 40
MOST_OPEN = 0.01  # of the GMV; above it a past four weeks is not settled enough to measure against
MIN_PERIODS = 4
MEASURES = ["commission", "contribution"]
COLUMNS = [
    *("measure", "age_days", "periods", "mean", "low", "high", "first", "last", "refused"),
]


def settling(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per measure (commission, contribution) and age: how far it moved until it settled.

    Replays `order_versions`: for every Sunday up to `as_of`, its four weeks as the downloads up to
    7, 14 and 30 days later showed them, against the same weeks as they are known now. Columns
    measure, age_days, periods (four weeks compared, which overlap), mean, low and high (settled
    less shown then, ÷ net revenue shown then: the middle and the widest seen), first and last (of
    the Sundays), refused (in words; the figures are then missing). Commission is a cost, so above
    0 means that more was due in the end. What is not of an order line (fees for posts, samples,
    ads) does not move with settlement and is left out.

    Compared are only four weeks of which at most 1% of GMV is still open and that were downloaded
    within the age; under 4 of them the range is refused.
    """
    day = as_day(as_of)
    known = weeks_as_known(client, day, _offsets())
    rows = [_row(known, client, measure, age, day) for measure in MEASURES for age in AGES]
    return pd.DataFrame(rows, columns=COLUMNS)


def provisional(
    settled: pd.DataFrame, contribution: float, net_revenue: float, age_days: int
) -> tuple[float, float]:
    """Between what the contribution will lie when settled, as earlier four weeks moved.

    `age_days` is how long after its last day the period was downloaded. Missing where `settling`
    refuses, and where the figures are missing.
    """
    row = of_age(settled, age_days)
    return (
        contribution + row["low"] * net_revenue,
        contribution + row["high"] * net_revenue,
    )


def _offsets() -> list[int]:
    return sorted({age + 7 * week for age in AGES for week in range(WEEKS)})


def of_age(settled: pd.DataFrame, age_days: int) -> pd.Series:
    """The row of `settling`'s contribution whose age is at least that, else the oldest."""
    own = settled[settled["measure"] == "contribution"]
    later = own[own["age_days"] >= age_days]
    return (later if len(later) else own.tail(1)).iloc[0]


def weeks_as_known(client: Any, day: date, offsets: list[int], *keys: str) -> pd.DataFrame:
    """One row per week of orders, days after its start's Sunday (−1: now) and `keys` of the lines.

    Columns gmv, net, commission, contribution (what the lines left after costs, fees and
    commission), open (GMV of lines that may still be cancelled or returned) and open_orders.
    """
    orders = client.table("orders")
    lines = orders.mutate(day=local_day(orders.ordered_at, client.time_zone))
    first = ibis.date(day - timedelta(weeks=PAST_WEEKS))
    lines = with_unit_costs(lines.filter(lines.day.between(first, ibis.date(day))), client)
    lines = lines.mutate(week=lines.day.truncate("W"))
    own = lines.select(*LINE, *keys, "day", "week", "goods", "fulfilment")
    versions = client.table("order_versions")
    joined = versions.inner_join(
        own,
        [
            versions.order_id == own.order_id,
            versions.sku_id.fill_null("") == own.sku_id.fill_null(""),
            versions.post_id.fill_null("") == own.post_id.fill_null(""),
        ],
    ).select(versions, *[own[name] for name in (*keys, "day", "week", "goods", "fulfilment")])
    then = _sums(_newest(joined, offsets), client, "offset", *keys)
    now = _sums(lines.mutate(offset=-1), client, "offset", *keys)
    return pd.concat([then, now], ignore_index=True)


def _newest(versions: Any, offsets: list[int]) -> Any:
    """The state of each line that downloads up to each number of days after its week showed.

    A state holds from its own download until the next one of its line.
    """
    since = versions.seen_on.cast("date").delta(versions.week.cast("date"), unit="day")
    states = versions.mutate(since=since)
    in_order = ibis.window(
        group_by=[states[key] for key in LINE],
        order_by=[states.seen_on, ibis.desc(states.file)],
    )
    states = states.mutate(replaced=states.since.lead().over(in_order))
    each = states.mutate(offset=ibis.array(offsets).unnest())
    until = each.offset + 6
    return each.filter(each.since <= until, each.replaced.isnull() | (each.replaced > until))


def _sums(lines: Any, client: Any, *keys: str) -> pd.DataFrame:
    """By week and `keys`: what counting lines left after their costs, fees and commission."""
    fees = client.policy.fees.of(client.currency)
    zero = ibis.literal(0).cast(MONEY)
    lines = lines.filter(lines.counts.fill_null(False))
    gmv = lines.gmv.cast(MONEY).fill_null(zero)
    back = lines.refunded_amount.cast(MONEY).fill_null(zero)
    rate = rate_on(lines.day, fees.referral_rate, fees.referral_rates)
    paid = [
        ibis.coalesce(lines[f"{c}_actual"], lines[f"{c}_estimated"], zero).cast("float64")
        for c in ("standard_commission", "shop_ads_commission")
    ]
    net, commission = (gmv - back).cast("float64"), paid[0] + paid[1]
    refund_fee = ibis.least(
        back.cast("float64") * rate * fees.refund_fee_share, float(fees.refund_fee_most)
    )
    costs = lines.goods.cast("float64").fill_null(0.0)
    costs += lines.fulfilment.cast("float64").fill_null(0.0)
    rows = lines.mutate(
        net=net,
        commission=commission,
        left=net * (1.0 - rate) - refund_fee - commission - costs,
        gmv=gmv.cast("float64"),
        open=(~lines.status.isin(FINAL_STATUSES)).fill_null(True),
    )
    return fetch(
        rows.group_by("week", *keys).agg(
            net=rows.net.sum(),
            commission=rows.commission.sum(),
            contribution=rows.left.sum(),
            gmv=rows.gmv.sum(),
            open=rows.gmv.sum(where=rows.open),
            open_orders=rows.order_id.nunique(where=rows.open),
        )
    ).fillna({"open": 0.0, "open_orders": 0})


def _row(known: pd.DataFrame, client: Any, measure: str, age: int, day: date) -> tuple[Any, ...]:
    moved = _moved(known, client, measure, age, day)
    if len(moved) < MIN_PERIODS:
        had = words.count(len(moved), "earlier four weeks", "earlier four weeks")
        why = f"{had} settled and downloaded within {age} days, {MIN_PERIODS} needed"
        return (measure, age, len(moved), *[float("nan")] * 3, None, None, why)
    ends = moved.index
    spread = (moved.mean(), moved.min(), moved.max())
    return (measure, age, len(moved), *spread, ends.min().date(), ends.max().date(), "")


def _moved(known: pd.DataFrame, client: Any, measure: str, age: int, day: date) -> pd.Series:
    """By the Sunday that ends them: how far each settled four weeks moved, ÷ net revenue then."""
    found = {
        sunday: round((last[measure] - first[measure]) / first["net"], 9) + 0.0
        for sunday, first, last in settled_weeks(known, client, age, day)
    }
    return pd.Series(found, dtype="float64")


def settled_weeks(
    known: pd.DataFrame, client: Any, age: int, day: date
) -> list[tuple[pd.Timestamp, pd.Series, pd.Series]]:
    """Each settled four weeks up to `day` by its Sunday: its sums as shown `age` days on, and now.

    `known` is `weeks_as_known`'s without keys.
    """
    by = known.set_index(["offset", "week"])
    downloads = _downloads(client)
    found = []
    for sunday in _sundays(known, day):
        weeks = [sunday - pd.Timedelta(days=6 + 7 * n) for n in range(WEEKS)]
        then = [(age + 7 * n, week) for n, week in enumerate(weeks)]
        now = [(-1, week) for week in weeks]
        if not set(then) <= set(by.index) or not set(now) <= set(by.index):
            continue
        last, first = by.loc[now].sum(), by.loc[then].sum()
        settled = last["gmv"] > 0 and last["open"] <= MOST_OPEN * last["gmv"]
        seen = downloads[
            (downloads["last_day"] >= sunday)
            & (downloads["seen_on"] <= sunday + pd.Timedelta(days=age))
        ]
        if settled and len(seen) and first["net"] > 0:
            found.append((sunday, first, last))
    return found


def _sundays(known: pd.DataFrame, day: date) -> list[pd.Timestamp]:
    ends = known.loc[known["offset"] == -1, "week"] + pd.Timedelta(days=6)
    return sorted(end for end in ends.unique() if end <= pd.Timestamp(day))


def _downloads(client: Any) -> pd.DataFrame:
    files = client.table("files")
    own = files.filter(files.kind == "affiliate_orders")
    return fetch(own.select("seen_on", "last_day")).dropna()


def age_of_download(client: Any, as_of: date | str) -> int:
    """Days from the last day counted to the newest download of the orders; 0 at the least."""
    newest = _downloads(client)["seen_on"].max()
    if pd.isna(newest):
        return 0
    return max((newest.date() - as_day(as_of)) // timedelta(days=1), 0)
