"""Sentences of the program's money: what was left over, how sure that is, who sells and loses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import words
from kit.metrics.sales import NO_ORDERS
from kit.readiness.pieces import DOWNLOAD
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
    gaps = lines.loc[lines["status"] == "missing", "said"] if len(lines) else pd.Series(dtype=str)
    if gaps.str.contains(NO_ORDERS).any():
        return (
            "What the program left over is not known: the affiliate orders are missing (no file "
            f"holds one). Download them ({DOWNLOAD['affiliate_orders']})."
        )
    if lines.empty or amounts.isna().any():
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
    if left["unknown"].str.contains(NO_ORDERS).any():
        return (
            "Who sells well and loses money, and what each creator left over, cannot be said: the "
            "affiliate orders are missing (no file holds one), and no other export says what was "
            "refunded, what commission was paid and whose order it was. Download them "
            f"({DOWNLOAD['affiliate_orders']}) and put the file into the client's exports."
        )
    own = left[left["sells_well"]]
    if own.empty:
        return "No creator sold anything in these four weeks."
    if own["contribution"].isna().all():
        gaps = own["unknown"].str.split("; ").explode()
        return unknown("who sells well and loses money", listed(sorted(set(gaps)), most=3))
    losers = own[own["loses"]].sort_values("contribution")
    if losers.empty and len(own) == 1:
        return f"{own['subject'].iloc[0]}, who sells best, loses no money."
    if losers.empty:
        return f"None of the {len(own)} creators who sell best loses money."
    named = [
        f"{row.subject} ({money(row.net_revenue, currency)} sold, "
        f"{money(row.contribution, currency)} left{_settles(row, currency)})"
        for row in losers.itertuples()
    ]
    if len(own) == 1:
        return f"The creator who sells best loses money: {named[0]}."
    many = f"{words.in_words(len(losers))} of the {len(own)} creators who sell best"
    return words.sentence(
        f"{many} {'loses' if len(losers) == 1 else 'lose'} money: {listed(named)}"
    )


def _up_to(high: float) -> str:
    text = share(high)
    return text if text.startswith("over") else f"up to {text}"


def _settles(row: Any, currency: str) -> str:
    """The ends of a loss that is not settled yet; nothing where it moves no more."""
    low, high = words.money(row.low, currency), words.money(row.high, currency)
    if is_missing(row.low) or is_missing(row.high) or low == high:
        return ""
    return f", {low} to {high} once settled"


def pay_band(bands: pd.DataFrame) -> str:
    """What the expected range of pay holds, and which deals cost more than sales can bear.

    `weekly`'s pay_bands.
    """
    if bands.empty:
        return unknown("what pay to expect", "no agreement is entered")
    return (
        "Expected is, for a commission-only deal, the rates agreed in the tier on such deals; for "
        "a hybrid deal or a partnership the flat fee besides, as it would be if the agreed posts "
        f"sold as the tier's posts do on average. Nothing else is in it. {_borne(bands)}"
    )


def _borne(bands: pd.DataFrame) -> str:
    if bands["bearable"].isna().all():
        return "Whether sales can bear it is not known."
    share_left = percent(bands["bearable"].iloc[0], 0)
    dear = bands[bands["expected_high"] > bands["bearable"]]
    if dear.empty:
        return f"Sales can bear all of it: {share_left}."
    named = [
        f"tier {words.number(row.tier)} {row.deal} deals ({_up_to(row.expected_high)})"
        for row in dear.itertuples()
    ]
    return (
        f"Sales leave {share_left} for pay, samples and ads, and more than that is expected to go "
        f"to {listed(named)}: a creator paid within that range can still lose money."
    )


def pay_outside(pay: pd.DataFrame) -> str:
    """Who is paid more or less per revenue than tier and deal let expect, and by what part."""
    if pay["verdict"].eq("orders missing").any():
        return (
            "What creators are paid per revenue cannot be said: the affiliate orders, which hold "
            f"sales and commission, are missing. Download them ({DOWNLOAD['affiliate_orders']})."
        )
    if pay.empty:
        return "Nobody was paid."
    judged = pay[pay["verdict"].isin(["above", "below", "inside", "no sales"])]
    own = judged[judged["verdict"] != "inside"]
    apart = _not_judged(pay.drop(judged.index))
    if judged.empty:
        return apart.strip()
    if own.empty:
        one = len(judged) == 1
        within = "The one creator that can be judged is" if one else f"All {len(judged)} creators"
        within = within if one else f"{within} that can be judged are"
        return f"{within} paid within the range of tier and deal.{apart}"
    named = [f"{row.creator_id} ({_pay_reason(row)})" for row in own.itertuples()]
    outside = f"{len(own)} of {count(len(judged), 'creator')} outside the range: {listed(named)}"
    return f"{words.sentence(outside)}{apart}"


def _not_judged(rest: pd.DataFrame) -> str:
    """How many cannot be judged, and why, the most frequent reason first."""
    if rest.empty:
        return ""
    why = [f"{number} {reason}" for reason, number in rest["reason"].value_counts().items()]
    return f" {count(len(rest), 'creator')} cannot be judged yet: {listed(why)}."


def _pay_reason(row: Any) -> str:
    if row.verdict == "no sales":
        return "a flat fee and no sales"
    against = share_range(row.expected_low, row.expected_high)
    return f"{share(row.ratio)} against {against}: {row.reason}"


def share(of_revenue: float | None) -> str:
    """A share of revenue in whole per cent; over ten times the revenue the number says nothing."""
    if not is_missing(of_revenue) and of_revenue is not None and of_revenue > 10:
        return "over 1,000%"
    return percent(of_revenue, 0)


def share_range(low: float | None, high: float | None) -> str:
    """Two ends of such a share: "8–18%", or one where they are the same."""
    if is_missing(low) or is_missing(high):
        return words.MISSING
    first, last = share(low), share(high)
    if first == last:
        return first
    return f"{first.removesuffix('%')}–{last}" if "over" not in last else f"{first} to {last}"
