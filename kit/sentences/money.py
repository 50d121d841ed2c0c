"""Sentences of the program's money: what was left over, how sure that is, who sells and loses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import words
from kit.sentences.figures import unknown
from kit.words import count, is_missing, listed, money, percent

LINES = {
    "gross_sales": "Sales before discounts",
    "platform_discount": "Platform discounts",
    "seller_discount": "Own discounts",
    "refunds": "Refunds",
    "goods": "Goods",
    "goods_resold": "Returned goods sold again",
    "fulfilment": "Fulfilment",
    "referral_fee": "Platform's referral fee",
    "refund_fee": "Platform's fee on refunds",
    "standard": "Standard commission",
    "shop_ads": "Shop Ads commission",
    "samples": "Samples",
    "flat_fees": "Flat fees",
    "ad_spend": "Ad spend",
}
_SUBJECTS = {
    "settled": "settled",
    "estimated": "an estimate until orders settle",
    "assumed": "assumed",
}


def money_left(lines: pd.DataFrame, currency: str = "USD") -> str:
    """What of the sales was left over, and which cost took most; `weekly`'s money_lines."""
    amounts = lines.set_index("line")["amount"].astype(float)
    if lines.empty or amounts.isna().any():
        gaps = lines.loc[lines["status"] == "missing", "said"]
        return unknown("what the program left over", listed(sorted(set(gaps)), most=3))
    sales, left = amounts.get("gross_sales", 0.0), amounts.sum()
    if not sales > 0:
        return f"Nothing was sold; {money(-left, currency)} was spent."
    costs = amounts.drop("gross_sales")
    most = LINES[str(costs.idxmin())]
    part = f"{most[0].lower()}{most[1:]} took most ({money(-costs.min(), currency)})"
    if left < 0:
        return (
            f"{money(sales, currency)} of sales left a loss of {money(-left, currency)} after "
            f"every cost; {part}."
        )
    return f"{money(left, currency)} of {money(sales, currency)} in sales was left; {part}."


def money_status(status: pd.DataFrame) -> str:
    """How much of the money is settled, estimated and assumed, with what; then what is not known.

    `weekly`'s money_status: status, share and said.
    """
    known = status[status["status"].isin(list(_SUBJECTS)) & (status["share"] > 0)]
    if known.empty:
        return unknown("how much of the money is settled", "no money is on record")
    parts = [f"{percent(row.share, 0)} is {_SUBJECTS[row.status]}" for row in known.itertuples()]
    text = words.sentence(f"Of all money that moved, income and costs alike, {listed(parts)}")
    assumed = known.loc[known["status"] == "assumed", "said"]
    if len(assumed) and assumed.iloc[0]:
        text += f" Assumed: {assumed.iloc[0]}."
    gaps = status.loc[status["status"] == "missing", "said"]
    return f"{text} Not known: {gaps.iloc[0]}." if len(gaps) else f"{text} No cost is missing."


def provisional(row: Any, currency: str = "USD") -> str:
    """Between what the contribution will lie once settled; a row of `weekly`'s provisional."""
    if is_missing(row["low"]) or row["refused"]:
        return unknown("how far the contribution still moves", str(row["refused"] or ""))
    return (
        f"Once its orders settle, the contribution should lie between "
        f"{money(row['low'], currency)} and {money(row['high'], currency)}: as far as "
        f"{count(row['periods'], 'earlier four weeks', 'earlier four weeks')} moved that were "
        f"looked at {row['age_days']} days after they ended or sooner."
    )


def sell_and_lose(left: pd.DataFrame, currency: str = "USD") -> str:
    """The creators who sell well and lose money, by name; `weekly`'s money_left."""
    own = left[left["sells_well"]]
    if own.empty:
        return "No creator has sold yet."
    if own["contribution"].isna().all():
        return unknown("who sells well and loses money", "a cost is not entered")
    losers = own[own["loses"]].sort_values("contribution")
    if losers.empty:
        return f"None of the {count(len(own), 'creator')} who sell best loses money."
    named = [
        f"{row.subject} ({money(row.net_revenue, currency)} sold, "
        f"{money(row.contribution, currency)} left)"
        for row in losers.itertuples()
    ]
    many = f"{words.in_words(len(losers))} of the {count(len(own), 'creator')} who sell best"
    return words.sentence(
        f"{many} {'loses' if len(losers) == 1 else 'lose'} money: {listed(named)}"
    )


def pay_outside(pay: pd.DataFrame) -> str:
    """Who is paid more or less per revenue than tier and deal let expect, and by what part."""
    if pay.empty:
        return "Nobody was paid."
    judged = pay[pay["verdict"].isin(["above", "below", "inside", "no sales"])]
    own = judged[judged["verdict"] != "inside"]
    rest = len(pay) - len(judged)
    apart = f" {count(rest, 'creator')} cannot be judged yet." if rest else ""
    if own.empty:
        within = f"All {count(len(judged), 'creator')} that can be judged are"
        return f"{within} paid within the range of tier and deal.{apart}"
    named = [f"{row.creator_id} ({_pay_reason(row)})" for row in own.itertuples()]
    outside = f"{len(own)} of {count(len(judged), 'creator')} outside the range: {listed(named)}"
    return f"{words.sentence(outside)}{apart}"


def _pay_reason(row: Any) -> str:
    if row.verdict == "no sales":
        return "a flat fee and no sales"
    against = words.percent_range(row.expected_low, row.expected_high, 0)
    return f"{percent(row.ratio, 0)} against {against}: {row.reason}"
