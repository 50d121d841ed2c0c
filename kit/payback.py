"""How soon what is spent on a creator comes back: a sample, a flat fee, all of it together.

Samples are followed from delivery, those not paid back yet for as long as there was time to. What
an order leaves is what its lines left: net revenue less goods, fulfilment, fees and commission.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from kit import break_even, metrics, words
from kit.estimate import kaplan_meier
from kit.metrics.costs import other_costs
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import Period, as_day, last_days
from kit.metrics.sales import NO_ORDERS, PRECISE, holds_orders

LEVEL = 0.90
DAYS = 28
BY_DAYS = (30, 60)
NO_LINE_COST = "cost of goods or fulfilment not entered for some order lines"
NO_SAMPLE_COST = "cost of samples not entered"
SAMPLES = [
    *("product_id", "product", "samples", "cost", "left", "orders_needed", "paid_back"),
    *("by_30", "by_30_low", "by_30_high", "by_60", "by_60_low", "by_60_high", "half_days"),
    "unknown",
]
CREATORS = [
    *("creator_id", "tier", "flat_fees", "samples", "cost", "orders", "left", "left_basis"),
    *("brought", "orders_needed", "days_needed", "ci_low", "ci_high", "pays", "unknown"),
]


def line_margins(client: Any, as_of: date | str, period: Period) -> Any:
    """One row per counting line of the period: what it left before samples, fees and ads.

    As an Ibis expression: the columns of `costed_lines` and left (money, missing where goods or
    fulfilment are not entered). Commission by the actual amount, else the estimate.
    """
    lines = costed_lines(client, as_of, period)
    paid = [
        ibis.coalesce(lines[f"{name}_actual"], lines[f"{name}_estimated"]).cast("float64")
        for name in ("standard_commission", "shop_ads_commission")
    ]
    left = lines.net.cast("float64") - lines.goods.cast("float64")
    left = left - lines.fulfilment.cast("float64") - lines.referral_fee.cast("float64")
    left = left - lines.refund_fee.cast("float64") - sum(each.fill_null(0.0) for each in paid)
    return lines.mutate(left=left.cast(PRECISE))  # exact, so that sums repeat


def left_by(lines: Any, *keys: str) -> pd.DataFrame:
    """What the rows of `line_margins` left, summed by some of their columns, and their orders.

    Columns of the keys, orders and left, which is missing where it is of any line.
    """
    sums = lines.agg(
        by=list(keys),
        orders=lines.order_id.nunique(),
        left=lines.left.sum().cast("float64"),
        unknown=lines.left.isnull().any(),
    )
    rows = fetch(sums)
    known = ~rows.pop("unknown").fillna(False).astype(bool)
    return rows.assign(left=rows["left"].astype("float64").where(known))


def samples(client: Any, as_of: date | str, products: pd.DataFrame) -> pd.DataFrame:
    """One row for all samples and one per product: how soon the creator's orders paid for one.

    A sample is a creator's first one of a product, from its delivery; it is paid back on the day
    when that creator's orders of that product have left its unit and shipping cost. Kaplan-Meier
    shares by 30 and 60 days with 95% intervals, `half_days` until half had paid; `left` is what an
    order leaves at standard commission (`break_even.products`), `orders_needed` for the mean cost.
    Where any line's cost is not entered the shares are missing and `unknown` says why.
    """
    day = as_day(as_of)
    first = _first_samples(client, day)
    if first.empty:
        return pd.DataFrame(columns=SAMPLES)
    margins = line_margins(client, as_of, Period(first["delivered_on"].min().date(), day))
    keys = ["creator_id", "product_id"]
    sent = client.table("samples").select(keys).distinct()
    lines = left_by(margins.semi_join(sent, keys), *keys, "day")
    followed = first.assign(**_followed(first, lines, pd.Timestamp(day)))
    named = dict(zip(products["product_id"], products["product"], strict=True))
    if not holds_orders(client):
        followed["known"] = False
    parts = [(None, "All", followed)]
    parts += [(key, named.get(key, key), rows) for key, rows in followed.groupby("product_id")]
    left = products.set_index("product_id")["left_standard"]
    lacking = NO_LINE_COST if holds_orders(client) else NO_ORDERS
    rows = [_sample_row(*part, left, lacking) for part in parts]
    table = pd.DataFrame(rows)[SAMPLES]
    order = table.iloc[1:].sort_values(["samples", "product"], ascending=[False, True])
    return pd.concat([table.iloc[:1], order], ignore_index=True)


def _first_samples(client: Any, day: date) -> pd.DataFrame:
    rows = client.frame("samples")
    rows = rows[rows["delivered_on"].le(pd.Timestamp(day)) & rows["creator_id"].notna()]
    rows = rows.sort_values(["delivered_on", "sample_id"])
    rows = rows.drop_duplicates(["creator_id", "product_id"])
    cost = rows["unit_cost"] + rows["shipping_cost"]
    return rows.assign(cost=cost)[["creator_id", "product_id", "delivered_on", "cost"]]


def _followed(first: pd.DataFrame, lines: pd.DataFrame, day: pd.Timestamp) -> dict[str, list]:
    """For each sample: days until paid back or followed, whether it was, whether all is known."""
    own = dict(iter(lines.groupby(["creator_id", "product_id"])))
    days, paid, known = [], [], []
    for row in first.itertuples():
        after = own.get((row.creator_id, row.product_id), lines.iloc[:0])
        after = after[after["day"] >= row.delivered_on]
        sums = after.set_index("day")["left"].sort_index().cumsum()
        reached = sums[sums >= row.cost - 1e-9]
        paid.append(len(reached) > 0)
        until = reached.index[0] if len(reached) else day
        days.append((until - row.delivered_on).days)
        known.append(not after["left"].isna().any() and pd.notna(row.cost))
    return {"days": days, "paid": paid, "known": known}


def _sample_row(
    key: Any, name: str, rows: pd.DataFrame, left: pd.Series, unknown: str
) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(SAMPLES, np.nan)
    found |= {"product_id": key, "product": name, "samples": len(rows)}
    found["cost"] = rows["cost"].mean(skipna=False)
    found["left"] = left.reindex(rows["product_id"]).mean(skipna=False)
    if found["left"] > 0 and pd.notna(found["cost"]):
        found["orders_needed"] = break_even.orders_to_pay(found["cost"], found["left"])
    lacking = [NO_SAMPLE_COST if rows["cost"].isna().any() else ""]
    lacking.append("" if rows[rows["cost"].notna()]["known"].all() else unknown)
    found["unknown"] = "; ".join(filter(None, lacking))
    if found["unknown"]:
        return found
    found["paid_back"] = int(rows["paid"].sum())
    for limit in BY_DAYS:
        share = kaplan_meier(rows["days"], rows["paid"], limit)
        found |= {f"by_{limit}": share.event_rate, f"by_{limit}_low": share.ci_low}
        found[f"by_{limit}_high"] = share.ci_high
    found["half_days"] = _half(rows)
    return found


def _half(rows: pd.DataFrame) -> float:
    for days in sorted(set(rows.loc[rows["paid"], "days"])):
        if kaplan_meier(rows["days"], rows["paid"], days).event_rate >= 0.5:
            return float(days)
    return math.nan


def creators(client: Any, as_of: date | str, days: int = DAYS) -> pd.DataFrame:
    """One row per creator paid a flat fee in the last `days` days, dearest first.

    Money of those days: flat_fees, samples sent, cost (both together) and `brought`, what their
    orders left before these and ads, however the orders came. `left` is what one of their orders
    leaves, of the last 84 days; with under 10 orders the program's (`left_basis`).
    `orders_needed` pay the cost back; `days_needed` at the creator's own pace of orders, its 90%
    interval from the Poisson count, `ci_high` infinite where no order came. `pays`: yes where even
    the far end is within `days`, no where even the near end is beyond, else open. `unknown` names
    what is not entered.
    """
    period, long = last_days(as_of, days), last_days(as_of, break_even.DAYS)
    costs = other_costs(client, as_of, period)
    costs = costs[costs["subject_kind"] == "creator"].rename(columns={"subject": "creator_id"})
    costs = costs[(costs["flat_fees"] > 0) | costs["unknown"].str.contains("flat fee")]
    if costs.empty:
        return pd.DataFrame(columns=CREATORS)
    lines = line_margins(client, as_of, long)
    lately = lines.filter(lines.day >= ibis.date(period.start))
    own, recent = (
        left_by(rows, "creator_id").dropna(subset=["creator_id"]).set_index("creator_id")
        for rows in (lines, lately)
    )
    program = left_by(lines).iloc[0]
    tiers = metrics.people(client, as_of).set_index("creator_id")["tier"]
    gap = "" if holds_orders(client) else NO_ORDERS
    rows = [_creator_row(row, own, recent, program, period, gap) for row in costs.itertuples()]
    table = pd.DataFrame(rows)
    table["tier"] = table["creator_id"].map(tiers.to_dict())
    table = table.sort_values(["cost", "creator_id"], ascending=[False, True], ignore_index=True)
    return table[CREATORS]


LEAST_ORDERS = 10


_NOTHING = pd.Series({"orders": 0, "left": 0.0})


def _creator_row(
    row: Any,
    own: pd.DataFrame,
    recent: pd.DataFrame,
    program: pd.Series,
    period: Period,
    gap: str,
) -> dict[str, Any]:
    long, lately = (
        sums.loc[row.creator_id] if row.creator_id in sums.index else _NOTHING
        for sums in (own, recent)
    )
    enough = long["orders"] >= LEAST_ORDERS
    basis = long if enough else program
    orders = int(lately["orders"])
    left = (basis["left"] if basis["orders"] else 0.0) / max(basis["orders"], 1)
    unknown = [text for text in row.unknown.split("; ") if text and not text.startswith("ad spend")]
    unknown += [gap] if gap else [NO_LINE_COST] if np.isnan(left) else []
    found: dict[str, Any] = dict.fromkeys(CREATORS, np.nan)
    found |= {"creator_id": row.creator_id, "orders": orders, "unknown": "; ".join(unknown)}
    found |= {"flat_fees": row.flat_fees, "samples": row.samples, "pays": ""}
    found |= {"cost": row.flat_fees + row.samples, "left_basis": "own" if enough else "program"}
    if unknown:
        return found | {"cost": np.nan}
    found |= {"left": left, "brought": lately["left"]}
    needed = break_even.orders_to_pay(found["cost"], left)
    low, high = stats.gamma.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], orders + 0.5)
    paces = np.array([orders or np.nan, high, low if orders else 0.0]) / period.days
    with np.errstate(divide="ignore"):
        ends = needed / paces
    found |= dict(zip(("days_needed", "ci_low", "ci_high"), ends, strict=True))
    return found | {"orders_needed": needed, "pays": _pays(ends, period.days)}


def _pays(ends: np.ndarray, days: int) -> str:
    """yes, no or open, by the two ends of the days needed; no where no order leaves anything."""
    if np.isnan(ends[1]):
        return "no"
    return "yes" if ends[2] <= days else "no" if ends[1] > days else "open"


def told(table: pd.DataFrame) -> str:
    """What is not entered for the rows of a table, once each; '' where all is known."""
    texts = {part for text in table["unknown"] if text for part in str(text).split("; ")}
    return words.listed(sorted(texts))


def sample_figures(
    client: Any, table: pd.DataFrame, first: date, as_of: date
) -> list[pd.DataFrame]:
    """Rows of the results table for `samples`: orders needed, and the shares paid back."""
    program = table["product_id"].isna()
    common = {
        "subject_kind": program.map({True: "program", False: "product"}),
        "subject": table["product_id"].where(~program, client.name),
        "n": table["samples"],
        "period_start": first,
        "period_end": as_of,
        "note": table["unknown"].replace("", None),
    }
    rows = [
        pd.DataFrame(
            {
                "metric": f"sample_paid_back_{limit}",
                "value": table[f"by_{limit}"],
                "ci_low": table[f"by_{limit}_low"],
                "ci_high": table[f"by_{limit}_high"],
                "ci_level": 0.95,
                **common,
            }
        )
        for limit in BY_DAYS
    ]
    others = {"sample_orders_needed": "orders_needed", "sample_half_paid_days": "half_days"}
    others |= {"sample_cost_each": "cost", "sample_left_each": "left"}
    return rows + [
        pd.DataFrame({"metric": metric, "value": table[name], **common})
        for metric, name in others.items()
    ]


def creator_figures(table: pd.DataFrame, as_of: date) -> list[pd.DataFrame]:
    """Rows of the results table for `creators`: what they cost, and when it comes back."""
    period = last_days(as_of, DAYS)
    common = {
        "subject_kind": "creator",
        "subject": table["creator_id"],
        "n": table["orders"],
        "period_start": period.start,
        "period_end": period.end,
        "note": table["unknown"].replace("", None),
    }
    ends = {"ci_low": table["ci_low"], "ci_high": table["ci_high"].replace(math.inf, math.nan)}
    values = {
        "creator_cost": table["cost"],
        "flat_fees": table["flat_fees"],
        "sample_cost": table["samples"],
        "creator_left_per_order": table["left"],
        "creator_brought": table["brought"],
        "payback_orders": table["orders_needed"],
    }
    rows = [
        pd.DataFrame({"metric": metric, "value": value, **common, "status": "estimated"})
        for metric, value in values.items()
    ]
    days = {"metric": "payback_days", "value": table["days_needed"], "status": "estimated"}
    return [*rows, pd.DataFrame({**days, **common, **ends, "ci_level": LEVEL})]
