"""Ad return as the platform shows it beside what ads left, and step by step why they differ.

The platform credits ads with orders that the commissions show to be organic, before refunds and
any cost. What ads left is counted on the orders that earned Shop Ads commission, and on those that
would have, had they not been refunded: their goods are lost too.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit import paid
from kit.metrics.costs import ad_gap
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import last_days
from kit.metrics.windowed import AD_KINDS, covered, of_kind

DAYS = 28
STEPS = [
    "platform revenue",
    "not by ads",
    "refunds",
    "goods",
    "fulfilment",
    "platform fees",
    "commission",
    "left before spend",
    "ad spend",
    "left after spend",
]


def bridge(client: Any, as_of: date | str, days: int = DAYS) -> pd.DataFrame:
    """One row per step from the revenue the platform credits ads with to what they left.

    Columns step and amount (money, costs below zero). `not by ads` is what the platform credits
    beyond the Payment Amount of orders with Shop Ads commission (mixed ones too), below zero; above
    zero where it credits less. Amounts are missing, and `attrs["unknown"]` says why, where ad
    windows do not tile the days, spend is in another currency, commissions cannot tell paid
    orders, or costs are not entered. Steps before the missing one stand. `attrs["estimated"]`:
    some of the commission is not settled yet.
    """
    credited, why_ads = _credited(client, as_of, days)
    sums, why_lines = _by_ads(client, as_of, days)
    rows = dict.fromkeys(STEPS, float("nan"))
    rows |= {"platform revenue": credited["revenue"], "ad spend": -credited["spend"]}
    rows |= {"not by ads": sums["gmv"] - credited["revenue"]}
    rows |= {"refunds": sums["net"] - sums["gmv"]}
    costs = ("goods", "fulfilment", "platform fees", "commission")
    rows |= {name: -sums[name] for name in costs}
    left = sums["net"] - sum(sums[name] for name in costs)
    rows |= {"left before spend": left, "left after spend": left - credited["spend"]}
    table = pd.DataFrame({"step": STEPS, "amount": [rows[step] for step in STEPS]}).round(2)
    table.attrs["unknown"] = "; ".join(filter(None, [why_ads, why_lines]))
    table.attrs["estimated"] = bool(sums["guessed"] > 0)
    return table


def _credited(client: Any, as_of: date | str, days: int) -> tuple[dict[str, float], str]:
    """Revenue and spend of the ad exports in those days, and why they are not known."""
    period = last_days(as_of, days)
    gap = ad_gap(client, period)
    held = [
        covered(client, of_kind(client.table("ad_stats"), kind), kind, period).rows
        for kind in AD_KINDS
    ]
    rows = ibis.union(*held) if not gap else None
    missing = {"revenue": float("nan"), "spend": float("nan")}
    if rows is None:
        return missing, gap
    home = rows.currency.isnull() | (rows.currency == client.currency)
    sums = fetch(
        rows.agg(
            revenue=rows.revenue.sum(where=home).cast("float64"),
            spend=rows.spend.sum(where=home).cast("float64"),
            foreign=rows.spend.sum(where=~home).cast("float64"),
        )
    ).iloc[0]
    if (sums["foreign"] or 0) > 0:
        return missing, f"some ad spend is not in {client.currency}"
    if not (sums["spend"] or 0) > 0:
        return missing, "no ad spend in these weeks"
    return {name: float(sums[name] or 0.0) for name in missing}, ""


def _by_ads(client: Any, as_of: date | str, days: int) -> tuple[dict[str, float], str]:
    """What the lines with Shop Ads commission brought and cost, and what is not known of it."""
    period = last_days(as_of, days)
    lines = paid.with_route(costed_lines(client, as_of, period))
    lines = lines.filter(lines.meant_by_ads)
    earned = [
        ibis.coalesce(lines[f"{name}_actual"], lines[f"{name}_estimated"]).cast("float64")
        for name in ("standard_commission", "shop_ads_commission")
    ]
    sums = fetch(
        lines.agg(
            gmv=lines.gmv.sum().cast("float64"),
            net=lines.net.sum().cast("float64"),
            goods=lines.goods.sum().cast("float64"),
            fulfilment=lines.fulfilment.sum().cast("float64"),
            fees=(lines.referral_fee + lines.refund_fee).sum().cast("float64"),
            commission=(earned[0].fill_null(0.0) + earned[1].fill_null(0.0)).sum(),
            guessed=lines.shop_ads_commission_actual.isnull().sum(),
            no_goods=lines.goods.isnull().sum(),
            no_shipping=lines.fulfilment.isnull().sum(),
        )
    )
    found = sums.astype("float64").fillna(0.0).iloc[0].rename({"fees": "platform fees"}).to_dict()
    no_goods, no_shipping = found.pop("no_goods"), found.pop("no_shipping")
    untold = paid.why_untold(client, as_of, period)
    if untold:
        return dict.fromkeys(found, float("nan")), untold
    lacks = [("goods", no_goods, "cost of goods"), ("fulfilment", no_shipping, "fulfilment cost")]
    unknown = [f"{word} not entered for some paid orders" for _, number, word in lacks if number]
    return found | {name: float("nan") for name, number, _ in lacks if number}, "; ".join(unknown)


def returns(table: pd.DataFrame) -> dict[str, float]:
    """ROAS as the platform shows it, and what ads left before spend per unit of spend.

    At a contribution return of 1 ads pay for themselves; at a platform ROAS of 1 they do not.
    """
    amounts = table.set_index("step")["amount"]
    spend = -amounts["ad spend"]
    return {
        "platform_roas": amounts["platform revenue"] / spend,
        "paid_roas": (amounts["platform revenue"] + amounts["not by ads"]) / spend,
        "contribution_return": amounts["left before spend"] / spend,
    }


def figures(client: Any, table: pd.DataFrame, as_of: date | str, shown: bool) -> list[pd.DataFrame]:
    """Rows of the results table: each step, and both returns; not `shown`: not before month 3."""
    period = last_days(as_of, DAYS)
    days = {"period_start": period.start, "period_end": period.end}
    note = table.attrs["unknown"] or None
    steps = {"subject_kind": "part", "subject": table["step"], "value": table["amount"]}
    of_program = {"subject_kind": "program", "subject": [client.name], **days}
    found = returns(table)
    unsettled = table["step"].isin(["commission", "left before spend", "left after spend"])
    status = (unsettled & table.attrs["estimated"]).map({True: "estimated", False: "settled"})
    rows = [
        pd.DataFrame({"metric": "ad_return_step", **steps, **days, "note": note, "status": status})
    ]
    why = note if shown else "not shown before the program's third month"
    for metric, name in _RETURNS.items():
        value = [found[name] if shown else float("nan")]
        row = pd.DataFrame({"metric": metric, "value": value, "note": why, **of_program})
        rows.append(
            row.assign(status=status.iloc[-1] if metric == "ad_contribution" else "settled")
        )
    return rows


_RETURNS = {
    "ad_roas": "platform_roas",
    "ad_paid_roas": "paid_roas",
    "ad_contribution": "contribution_return",
}
