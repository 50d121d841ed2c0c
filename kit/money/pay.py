"""What creators are paid per revenue, against what tier and deal let expect, and why.

The article's sixth metric. `commission_ratio` is commission alone; here the flat fees of hybrid and
partnership deals are in both, the pay and its expected range (`pay_range`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.costs import other_costs
from kit.metrics.fetch import fetch
from kit.metrics.periods import Period, as_day, four_weeks
from kit.metrics.sales import MONEY, NO_ORDERS, holds_orders, lines_of
from kit.metrics.shared import shared
from kit.money.pay_range import NO_DEAL, expected

ROUTES = {
    "standard": ("standard_commission", "commission_rate"),
    "shop_ads": ("shop_ads_commission", "shop_ads_commission_rate"),
}
ORDERS_MISSING = "orders missing"
# What the ratio is made of beside the agreed rates on what was kept; `expected` and they sum to it.
EXPLAINS = {
    "rate": "the rate paid on standard orders is not the agreed one",
    "shop_ads_rate": "the rate paid on Shop Ads orders is not the agreed one",
    "refunds": "commission was paid on sales that were refunded",
    "base": "commission was paid on a base other than the payment",
    "flat_fee": "the flat fee meets few sales",
}
COLUMNS = [
    *("creator_id", "tier", "deal", "orders", "net_revenue", "commission", "flat_fees", "ratio"),
    *("expected_low", "expected_high", "expected_fee", "agreed", *EXPLAINS),
    *("verdict", "explained_by", "reason"),
]


def pay(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator who was paid or sold in the 28 days: pay ÷ net revenue, and why.

    Columns creator_id, tier, deal (commission only, hybrid, partnership, no agreement; that of the
    last day it was in force), orders, net_revenue, commission (both routes, estimates in it),
    flat_fees, ratio (both ÷ net revenue), expected_low and expected_high (see
    `pay_range.expected`), expected_fee (what of its upper end is the flat fee), agreed (agreed
    rates on what was kept ÷ net revenue) and the parts of `EXPLAINS`, which with `agreed` sum to
    the ratio; verdict (above, below, inside, too few orders, no sales, no range, orders missing),
    explained_by (the part that does most of it) and reason.

    Outside is beyond `policy.commission.tolerance`, without a fee on `min_orders` or more. Of the
    flat fee only what the range does not hold explains anything.
    """
    client, day = shared(client), as_day(as_of)
    period = four_weeks(day)
    rows = _paid(client, day, period)
    rows = rows.merge(expected(client, day, period, rows), on="creator_id", how="left")
    net = rows["net_revenue"].where(rows["net_revenue"] > 0)
    parts = {name: rows[name] / net for name in ["agreed", *EXPLAINS]}
    rows = rows.assign(ratio=(rows["commission"] + rows["flat_fees"]) / net, **parts)
    verdict = [_verdict(row, client.policy.commission) for row in rows.itertuples()]
    rows = rows.assign(verdict=verdict if holds_orders(client) else ORDERS_MISSING)
    rows["explained_by"] = [_explained(row) for row in rows.to_dict("records")]
    rows["reason"] = [_reason(row, client.policy.commission) for row in rows.to_dict("records")]
    return rows.sort_values("creator_id", ignore_index=True)[COLUMNS]


def _paid(client: Any, day: date, period: Period) -> pd.DataFrame:
    """Sums of money per creator: paid, agreed on what was kept, and the parts of the difference."""
    lines = _dealt(lines_of(client, day, period), client)
    net, gone = lines.net.cast("float64"), lines.refunded_amount > 0
    base = ibis.coalesce(lines.commission_base_actual, lines.commission_base_estimated, lines.gmv)
    zero = ibis.literal(0).cast(MONEY)
    paid = {
        route: ibis.coalesce(lines[f"{name}_actual"], lines[f"{name}_estimated"], zero)
        for route, (name, _) in ROUTES.items()
    }
    base = base.cast("float64")
    used = {"standard": (paid["standard"] > 0) | (paid["shop_ads"] <= 0)}
    used["shop_ads"] = paid["shop_ads"] > 0
    # Where no Shop Ads rate is agreed, the platform pays the standard one.
    deal = {
        "standard": lines.standard_agreed,
        "shop_ads": ibis.coalesce(lines.shop_ads_agreed, lines.standard_agreed),
    }
    sums: dict[str, Any] = {}
    agreed = ibis.literal(0.0)
    for route, amount in paid.items():
        given = amount.cast("float64")
        own = given / base.nullif(0.0)
        rate = ibis.ifelse(
            used[route], ibis.coalesce(deal[route], lines[f"{route}_printed"], own, 0.0), 0.0
        )
        agreed += rate
        sums["rate" if route == "standard" else "shop_ads_rate"] = given - rate * base
    sums["agreed"] = agreed * net
    sums["refunds"] = ibis.ifelse(gone, agreed * (base - net), 0.0)
    sums["base"] = ibis.ifelse(gone, 0.0, agreed * (base - net))
    rows = lines.mutate(
        **sums, given=(paid["standard"] + paid["shop_ads"]).cast("float64"), kept=net
    )
    found = (
        rows.filter(rows.creator_id.notnull())
        .group_by("creator_id")
        .agg(
            orders=rows.order_id.nunique(),
            net_revenue=rows.kept.sum(),
            commission=rows.given.sum(),
            **{name: rows[name].sum() for name in sums},
        )
    )
    fees = other_costs(client, day, period)
    fees = fees[(fees["subject_kind"] == "creator") & (fees["flat_fees"] > 0)]
    table = fetch(found).merge(
        fees[["subject", "flat_fees"]].rename(columns={"subject": "creator_id"}), how="outer"
    )
    numbers = table.columns.drop("creator_id")
    table[numbers] = table[numbers].astype("float64").fillna(0.0).round(8)
    return table.assign(flat_fee=table["flat_fees"])


def _dealt(lines: Any, client: Any) -> Any:
    """The lines with the agreed and the printed rate of both routes on their day."""
    deals = client.table("agreements").select(
        *("valid_from", "valid_to"),
        standard_agreed="commission_rate",
        shop_ads_agreed="shop_ads_commission_rate",
        party="creator_id",
    )
    dealt = lines.left_join(
        deals,
        [
            lines.creator_id == deals.party,
            lines.day >= deals.valid_from,
            deals.valid_to.isnull() | (lines.day <= deals.valid_to),
        ],
    )
    return dealt.mutate(
        standard_printed=dealt.standard_commission_rate,
        shop_ads_printed=dealt.shop_ads_commission_rate,
    )


def _verdict(row: Any, rule: Any) -> str:
    if pd.isna(row.ratio):
        return "no sales" if row.flat_fees > 0 else "no range"
    if pd.isna(row.expected_low):
        return "no range"
    if row.orders < rule.min_orders and not row.flat_fees > 0:
        return "too few orders"
    if row.ratio > row.expected_high + rule.tolerance:
        return "above"
    return "below" if row.ratio < row.expected_low - rule.tolerance else "inside"


def _explained(row: dict) -> str | None:
    """The part that does most of what lies outside; of a fee only what the range does not hold."""
    if row["verdict"] == "no sales":
        return "flat_fee"
    if row["verdict"] not in ("above", "below"):
        return None
    sign = 1 if row["verdict"] == "above" else -1
    parts = {name: sign * row[name] for name in EXPLAINS}
    parts["flat_fee"] = row["flat_fee"] - row["expected_fee"] if sign > 0 else 0.0
    rates = (row["expected_low"], row["expected_high"] - row["expected_fee"])
    parts["rate"] += sign * (row["agreed"] - min(max(row["agreed"], rates[0]), rates[1]))
    return max(parts, key=lambda name: parts[name])


def _reason(row: dict, rule: Any) -> str:
    """In words: what explains that it lies outside, or why it cannot be judged."""
    if row["explained_by"] == "rate" and row["deal"] == NO_DEAL:
        return "no agreement is entered, and the printed rate is none that tier 1 is offered"
    if isinstance(row["explained_by"], str):
        return EXPLAINS[row["explained_by"]]
    if row["verdict"] == ORDERS_MISSING:
        return NO_ORDERS
    if row["verdict"] == "too few orders":
        return f"with under {rule.min_orders} orders"
    if row["verdict"] != "no range":
        return ""
    if pd.isna(row["ratio"]):
        return "with nothing kept of the sales"
    if row["deal"] == NO_DEAL:
        return "without an agreement"
    return "with a fee and too few posts of the tier to hold it against"
