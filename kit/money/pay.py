"""What creators are paid per revenue, against what tier and deal let expect, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.costs import other_costs
from kit.metrics.fetch import fetch
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day, four_weeks
from kit.metrics.publishing import agreed_posts
from kit.metrics.sales import MONEY, lines_of, revenue_per_post_figures
from kit.metrics.shared import shared

ROUTES = {
    "standard": ("standard_commission", "commission_rate"),
    "shop_ads": ("shop_ads_commission", "shop_ads_commission_rate"),
}
COMMISSION_ONLY, WITH_FEE, NO_DEAL = "commission only", "commission and fee", "no agreement"
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
    *("expected_low", "expected_high", "agreed", *EXPLAINS, "verdict", "explained_by", "reason"),
]


def pay(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator who was paid or sold in the 28 days: pay ÷ net revenue, and why.

    Columns creator_id, tier, deal (commission only, commission and fee, no agreement; that of the
    last day it was in force), orders, net_revenue, commission (both routes, estimates in it),
    flat_fees, ratio (both ÷ net revenue), expected_low and expected_high, agreed (agreed rates on
    what was kept ÷ net revenue) and the parts of `EXPLAINS`, which with `agreed` sum to the ratio;
    verdict (above, below, inside, too few orders, no sales, no range), explained_by (the part that
    does most of it) and reason.

    The range is that of the rates, both routes, agreed with creators of the tier with that deal in
    the 28 days; for a creator of tier 1 without one, up to tier 1's of the policy; else none. A fee
    adds to its upper end what it would be of the revenue if the agreed posts sold as the tier's
    median post; without such a median there is no range. Outside is beyond
    `policy.commission.tolerance`, without a fee on `min_orders` or more.
    """
    client, day = shared(client), as_day(as_of)
    period = four_weeks(day)
    rows = _paid(client, day, period)
    rows = rows.merge(_expected(client, day, period, rows), on="creator_id", how="left")
    net = rows["net_revenue"].where(rows["net_revenue"] > 0)
    parts = {name: rows[name] / net for name in ["agreed", *EXPLAINS]}
    rows = rows.assign(ratio=(rows["commission"] + rows["flat_fees"]) / net, **parts)
    verdict = [_verdict(row, client.policy.commission) for row in rows.itertuples()]
    rows = rows.assign(verdict=verdict)
    rows["explained_by"] = [_explained(row) for row in rows.to_dict("records")]
    rows["reason"] = rows["explained_by"].map(EXPLAINS).astype(object).fillna("")
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
    sums: dict[str, Any] = {}
    agreed = ibis.literal(0.0)
    for route, amount in paid.items():
        given = amount.cast("float64")
        own = given / base.nullif(0.0)
        rate = ibis.ifelse(
            used[route],
            ibis.coalesce(lines[f"{route}_agreed"], lines[f"{route}_printed"], own, 0.0),
            0.0,
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


def _expected(client: Any, day: date, period: Period, paid: pd.DataFrame) -> pd.DataFrame:
    """One row per creator: tier, deal and the range that the tier's deals of that kind span."""
    who = paid[["creator_id", "flat_fees"]].merge(
        people(client, day)[["creator_id", "tier"]], how="left"
    )
    deals = _deals(client, period).merge(people(client, day)[["creator_id", "tier"]], how="left")
    last = deals.drop_duplicates("creator_id", keep="last").set_index("creator_id")["deal"]
    who["deal"] = who["creator_id"].map(last).astype(object).fillna(NO_DEAL)
    rates = deals.melt(["tier", "deal"], ["commission_rate", "shop_ads_commission_rate"])
    spans = rates.groupby(["tier", "deal"])["value"].agg(expected_low="min", expected_high="max")
    who = who.merge(spans.reset_index(), on=["tier", "deal"], how="left")
    low, high = client.policy.commission.tier1
    plain = who["deal"].eq(NO_DEAL) & who["tier"].eq(1).fillna(False)
    least = rates.loc[rates["tier"].eq(1).fillna(False), "value"].min()
    who["expected_low"] = who["expected_low"].mask(plain, min(low, least) if least > 0 else low)
    who["expected_high"] = who["expected_high"].mask(plain, high)
    due = _fee_share(client, day, period, who)
    who = who.assign(expected_high=who["expected_high"] + due)
    who["expected_low"] = who["expected_low"].where(who["expected_high"].notna())
    return who[["creator_id", "tier", "deal", "expected_low", "expected_high"]]


def _deals(client: Any, period: Period) -> pd.DataFrame:
    deals = client.frame("agreements")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    force = (deals["valid_from"] <= end) & (deals["valid_to"].isna() | (deals["valid_to"] >= start))
    deals = deals[force].sort_values(["creator_id", "valid_from"])
    fee = deals["flat_fee"].fillna(0) > 0
    return deals.assign(deal=fee.map({True: WITH_FEE, False: COMMISSION_ONLY}))


def _fee_share(client: Any, day: date, period: Period, who: pd.DataFrame) -> pd.Series:
    """The fee ÷ what the agreed posts bring at the tier's median; 0 without a fee."""
    figures = revenue_per_post_figures(client, day)
    median = figures[figures["metric"] == "tier_median_revenue_per_post"]
    each = dict(zip(median["subject"].astype(int), median["value"], strict=True))
    spans = pd.DataFrame({"start": [period.start], "end": [period.end]})
    posts = agreed_posts(client.frame("agreements"), spans).set_index("creator_id")["agreed_posts"]
    worth = who["creator_id"].map(posts) * who["tier"].map(each).astype("float64")
    fee = who["flat_fees"]
    return (fee / worth.where(worth > 0)).where(fee > 0, 0.0)


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
    parts = {name: row[name] for name in EXPLAINS}
    sign = 1 if row["verdict"] == "above" else -1
    return max(parts, key=lambda name: sign * parts[name])
