"""What a creator's pay is expected to be of revenue, by tier and deal, from the agreements."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit.metrics.contribution import contribution
from kit.metrics.costs import other_costs
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day, four_weeks
from kit.metrics.publishing import agreed_posts
from kit.metrics.sales import revenue_per_post_figures
from kit.metrics.shared import shared

COMMISSION_ONLY, HYBRID, PARTNERSHIP = "commission only", "hybrid", "partnership"
NO_DEAL = "no agreement"
RATES = ["commission_rate", "shop_ads_commission_rate"]
BANDS = [
    *("tier", "deal", "creators", "rate_low", "rate_high", "fee_low", "fee_high"),
    *("expected_low", "expected_high", "without_fee_share", "bearable"),
]
BEFORE_PAY = ["net_revenue", "goods", "fulfilment", "referral_fee", "refund_fee"]


def expected(client: Any, day: date, period: Period, paid: pd.DataFrame) -> pd.DataFrame:
    """One row per creator of `paid` (creator_id, flat_fees): tier, deal and the expected range.

    The range is that of the rates, both routes, agreed with creators of the tier on that deal in
    the period; for a creator of tier 1 without an agreement, up to tier 1's of the policy; else
    none. A flat fee (of a hybrid deal, or a partnership, as such a deal is called in tier 3) adds
    to its upper end `expected_fee`: what it would be of the revenue if the agreed posts sold as
    the tier's posts do on average (`revenue_per_post`, the article's benchmark; a median of fewer
    than five creators, as in tier 3, does not exist). Under `policy.revenue.min_posts` posts there
    is no range. The lower end holds no fee, since with good sales it vanishes.
    """
    who = paid[["creator_id", "flat_fees"]].merge(
        people(client, day)[["creator_id", "tier"]], how="left"
    )
    deals = _deals(client, day, period)
    last = deals.drop_duplicates("creator_id", keep="last").set_index("creator_id")["deal"]
    who["deal"] = who["creator_id"].map(last).astype(object).fillna(NO_DEAL)
    spans = _rates(deals).groupby(["tier", "deal"])["value"].agg(low="min", high="max")
    who = who.merge(spans.reset_index(), on=["tier", "deal"], how="left")
    who = _offered(who, _rates(deals), client.policy.commission.tier1)
    who["expected_fee"] = _fee_share(client, day, period, who)
    high = who["high"] + who["expected_fee"]
    who = who.assign(expected_low=who["low"].where(high.notna()), expected_high=high)
    return who[["creator_id", "tier", "deal", "expected_low", "expected_high", "expected_fee"]]


def bands(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per tier and deal in force in the 28 days: what pay is expected to be of revenue.

    Columns tier, deal, creators, rate_low and rate_high (agreed commission rates), fee_low and
    fee_high (`expected_fee` of its creators; 0 without a fee), expected_low and expected_high (from
    the lowest rate to the highest with the highest fee), without_fee_share (creators whose fee has
    too few posts of the tier to be held against, and so no range) and bearable: what the program's
    sales left in these days before commission, fees, samples and ads, ÷ net revenue (missing where
    a cost is not entered). Pay beyond it loses money however usual it is.
    """
    client, day = shared(client), as_day(as_of)
    period = four_weeks(day)
    deals = _deals(client, day, period)
    if deals.empty:
        return pd.DataFrame(columns=BANDS)
    fees = other_costs(client, day, period)
    fees = fees[fees["subject_kind"] == "creator"].set_index("subject")["flat_fees"]
    who = deals[["creator_id"]].drop_duplicates()
    who = who.assign(flat_fees=who["creator_id"].map(fees).astype("float64").fillna(0.0))
    each = expected(client, day, period, who)
    rates = _rates(deals).groupby(["tier", "deal"])["value"].agg(rate_low="min", rate_high="max")
    table = each.groupby(["tier", "deal"]).agg(
        creators=("creator_id", "nunique"),
        fee_low=("expected_fee", "min"),
        fee_high=("expected_fee", "max"),
        expected_low=("expected_low", "min"),
        expected_high=("expected_high", "max"),
        without_fee_share=("expected_fee", lambda fee: fee.isna().sum()),
    )
    table = table.join(rates).reset_index()
    return table.assign(bearable=_bearable(client, day))[BANDS]


def _bearable(client: Any, day: date) -> float:
    parts = contribution(client, day)
    own = parts[parts["subject_kind"] == "program"].set_index("part")["amount"]
    own = own.reindex(BEFORE_PAY)
    net = own["net_revenue"]
    return float(own.sum(skipna=False) / net) if net > 0 else float("nan")


def _deals(client: Any, day: date, period: Period) -> pd.DataFrame:
    """Agreements in force in the period with tier and deal, each creator's last one last."""
    deals = client.frame("agreements")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    force = (deals["valid_from"] <= end) & (deals["valid_to"].isna() | (deals["valid_to"] >= start))
    deals = deals[force].merge(people(client, day)[["creator_id", "tier"]], how="left")
    paid = deals["flat_fee"].fillna(0) > 0
    top = deals["tier"].eq(3).fillna(False).astype(bool)
    named = np.select([paid & top, paid], [PARTNERSHIP, HYBRID], COMMISSION_ONLY)
    return deals.assign(deal=named).sort_values(["creator_id", "valid_from"], ignore_index=True)


def _rates(deals: pd.DataFrame) -> pd.DataFrame:
    return deals.melt(["tier", "deal"], RATES)


def _offered(who: pd.DataFrame, rates: pd.DataFrame, tier1: tuple[float, float]) -> pd.DataFrame:
    """Tier-1 creators without an agreement at what the policy says that tier is offered."""
    one = who["tier"].eq(1).fillna(False).astype(bool)
    plain = one & who["deal"].eq(NO_DEAL)
    least = rates.loc[rates["tier"].eq(1).fillna(False), "value"].min()
    low = min(tier1[0], least) if least > 0 else tier1[0]
    return who.assign(low=who["low"].mask(plain, low), high=who["high"].mask(plain, tier1[1]))


def _fee_share(client: Any, day: date, period: Period, who: pd.DataFrame) -> pd.Series:
    """The fee ÷ what the agreed posts bring at the tier's average; 0 without a fee."""
    figures = revenue_per_post_figures(client, day)
    mean = figures[
        (figures["metric"] == "revenue_per_post")
        & (figures["subject_kind"] == "tier")
        & (figures["n"] >= client.policy.revenue.min_posts)
    ]
    each = dict(zip(mean["subject"].astype(int), mean["value"], strict=True))
    spans = pd.DataFrame({"start": [period.start], "end": [period.end]})
    posts = agreed_posts(client.frame("agreements"), spans).set_index("creator_id")["agreed_posts"]
    worth = who["creator_id"].map(posts) * who["tier"].map(each).astype("float64")
    fee = who["flat_fees"]
    return (fee / worth.where(worth > 0)).where(fee > 0, 0.0)
