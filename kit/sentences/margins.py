"""Sentences of what orders leave: break-even, paid and organic, boosts, ad return, payback."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from kit import words
from kit.readiness.pieces import DOWNLOAD
from kit.sentences.figures import unknown
from kit.words import count, in_words, listed, money, number, percent


def break_even(products: pd.DataFrame, shown_roas: float | None, currency: str = "USD") -> str:
    """What ads must return by product, and which products clear it at the ROAS now shown.

    `shown_roas` is that of the orders with Shop Ads commission, missing where it is not known.
    """
    if products.empty:
        return unknown("break-even", "no product has sold lately or stands in products.csv")
    known = products[products["roas_shop_ads"].notna()]
    if known.empty:
        return unknown("break-even", listed(_gaps(products["unknown"])))
    rows = known.sort_values(["roas_shop_ads", "product"])
    best, worst = rows.iloc[0], rows.iloc[-1]
    text = f"Ads on {best['product']} pay from {_times(best['roas_shop_ads'])}"
    if len(rows) > 1:
        text += f", on {worst['product']} from {_times(worst['roas_shop_ads'])}"
    rise = best["roas_standard"] - best["roas_shop_ads"]
    if 0 < rise < math.inf:
        standard = _times(best["roas_standard"])
        text += f"; at standard commission {best['product']} would need {standard}"
    if not words.is_missing(shown_roas):
        dear = rows[rows["shop_ads_low"] > shown_roas]["product"]
        text += f". Paid orders return {_times(shown_roas)}: " + (
            f"not enough for {listed(dear)}" if len(dear) else "enough for every product"
        )
    left = len(products) - len(known)
    text += f"; {count(left, 'product')} not known for want of costs" if left else ""
    return words.sentence(text)


def _gaps(unknown_of: pd.Series) -> list[str]:
    """What is not entered, once each: for how many lines of each product the table says."""
    parts = unknown_of.fillna("").str.split("; ").explode()
    return sorted(set(parts.str.replace(r" for [\d,]+ lines?$", "", regex=True)) - {""})


def _times(value: float | None) -> str:
    if words.is_missing(value):
        return "an unknown return"
    assert value is not None
    return "no return at all" if math.isinf(value) else f"{number(value, 2)}×"


def routes(rows: pd.DataFrame) -> str:
    """How the orders were come by: organic, paid, mixed, or why it cannot be told."""
    if rows.attrs.get("unknown"):
        return (
            f"Paid and organic orders cannot be told apart: {rows.attrs['unknown']}, and only they "
            f"print both commissions. Download them ({DOWNLOAD['affiliate_orders']})."
        )
    if rows.empty:
        return unknown("how orders came", "no order counts in these weeks")
    orders = rows.set_index("route")["orders"]
    if set(orders.index) == {"untold"}:
        return f"Paid and organic are not parted: {rows['note'].iloc[0]}."
    total = int(orders.sum())
    told = [
        f"{number(orders[route])} {route} ({_share(orders[route] / total)})"
        for route in ("organic", "paid", "mixed")
        if orders.get(route, 0)
    ]
    text = f"Of {count(total, 'order')}: {listed(told) or 'none earned commission'}"
    none = int(orders.get("unclassified", 0))
    text += f"; {number(none)} earned no commission and {_are(none)} not classified" if none else ""
    untold = int(orders.get("untold", 0))
    text += f"; of {number(untold)} it cannot be told" if untold else ""
    return f"{text}. Paid says how an order came, not that ads caused it."


def _are(number_of: int) -> str:
    return "is" if number_of == 1 else "are"


def _share(value: float) -> str:
    return percent(value, 0) if value >= 0.005 else "under 1%"


def boosted(table: pd.DataFrame) -> str:
    """What boosts seem to have added, all posts together, and what that cannot show."""
    if table.empty:
        return "No post was boosted for the first time in the last twelve weeks."
    known = table[table["added"].notna()]
    posts = count(len(table), "newly boosted post")
    if known.empty:
        reasons = listed(sorted(set(table["note"].dropna())), last="or")
        return f"Of {posts} none can be held against its own past: {reasons}."
    paid = int(known["paid_after"].sum())
    organic = int(known["organic_after"].sum())
    pace = known["pace"].sum()
    return (
        f"{_capital(in_words(len(known)))} of {posts} can be held against "
        f"{'its' if len(known) == 1 else 'their'} own past: {count(paid, 'paid order')} and "
        f"{number(organic)} organic since, where the pace before would have brought about "
        f"{number(pace)}. What ads caused of the difference this cannot show: the posts were "
        "chosen because they sold."
    )


def below_margin(table: pd.DataFrame) -> str:
    """How many sparks do not pay at their own product's margin, and of which products."""
    apart = table.attrs.get("not_judged", 0)
    if table.empty and apart:
        sparks = count(apart, "spark")
        return unknown(f"whether {sparks} {_pay(apart)} at the own product's margin", _WHY_MARGIN)
    if table.empty:
        return "Every spark of a single product pays at that product's margin."
    products = listed(sorted(set(table["product"])))
    verb = "spark does" if len(table) == 1 else "sparks do"
    return (
        f"{_capital(in_words(len(table)))} {verb} not pay at the margin of {products}: what is "
        "left of such an order does not buy the clicks it takes."
    ) + (f" Of {count(apart, 'spark')} it is not known ({_WHY_MARGIN})." if apart else "")


_WHY_MARGIN = "the cost of a click, or of the product's orders, is not known"


def _pay(number_of: int) -> str:
    return "pays" if number_of == 1 else "pay"


def ad_return(steps: pd.DataFrame, found: dict[str, float], shown: bool, currency: str) -> str:
    """The platform's ROAS beside what ads left, and the largest reason why they differ.

    `found` is `ad_return.returns`'s; not `shown` before the month the policy names.
    """
    if not shown:
        return "No return on ad spend is shown before the program's third month."
    amounts = steps.set_index("step")["amount"]
    reason = steps.attrs.get("unknown", "")
    if words.is_missing(amounts["platform revenue"]):
        return unknown("the return on ads", reason)
    spend = money(-amounts["ad spend"], currency)
    told = f"The platform shows {_times(found['platform_roas'])} on {spend}"
    if words.is_missing(found["contribution_return"]):
        return f"{told}. What ads left is not known: {reason}."
    left = amounts["left after spend"]
    verb = "left" if left >= 0 else "lost"
    parts = amounts[["not by ads", "refunds", "goods", "fulfilment", "platform fees", "commission"]]
    largest = {
        "not by ads": "orders that the commissions show to be organic",
        "refunds": "refunds",
        "goods": "goods",
        "fulfilment": "fulfilment",
        "platform fees": "platform fees",
        "commission": "commission",
    }[str(parts.idxmin())]
    return (
        f"{told}; each {money(1, currency, 0)} of it brought "
        f"{money(found['contribution_return'], currency, 2)} before the spend, so that ads {verb} "
        f"{money(abs(left), currency)} after it. The largest part of the difference is {largest}."
    )


def sample_payback(table: pd.DataFrame, currency: str = "USD") -> str:
    """How soon a sample pays for itself, all together and by the best and the slowest product."""
    if table.empty:
        return "No delivered sample is on record, so nobody can say how soon one pays for itself."
    whole = table.iloc[0]
    if words.is_missing(whole["by_60"]):
        return unknown("how soon a sample pays for itself", whole["unknown"])
    span = words.percent_range(whole["by_60_low"], whole["by_60_high"], 0)
    text = (
        f"Of {count(whole['samples'], 'sample')} at {money(whole['cost'], currency)} each, "
        f"{percent(whole['by_30'], 0)} had paid for themselves within 30 days and "
        f"{percent(whole['by_60'], 0)} within 60 ({span})"
    )
    half = whole["half_days"]
    text += f"; half took up to {count(half, 'day')}" if not words.is_missing(half) else ""
    return f"{text}."


def creator_payback(table: pd.DataFrame, currency: str = "USD") -> str:
    """How many flat fees come back, and whose surely do not."""
    if table.empty:
        return "Nobody is paid a flat fee."
    known = table[table["pays"] != ""]
    if known.empty:
        reasons = {part for text in table["unknown"] for part in str(text).split("; ") if part}
        return unknown("whether flat fees come back", listed(sorted(reasons)))
    yes, no = (known[known["pays"] == word] for word in ("yes", "no"))
    people = count(len(known), "creator")
    text = f"Of {people} paid a flat fee, {_of(len(yes))} earn it back within four weeks"
    if len(yes) == 1:
        text = text.replace("earn it", "earns it")
    if len(no):
        names = listed([words.cut(name, 26) for name in no["creator_id"]], 3)
        text += f" and {in_words(len(no))} surely {'does' if len(no) == 1 else 'do'} not: {names}"
    open_ones = len(known) - len(yes) - len(no)
    text += f"; of {in_words(open_ones)} it cannot be told yet" if open_ones else ""
    short = (known["cost"] - known["brought"]).clip(lower=0).sum()
    text += f". What these orders left falls {money(short, currency)} short of the fees"
    return words.sentence(text if short > 0 else text.rpartition(".")[0])


def _of(number_of: int) -> str:
    return "none" if not number_of else in_words(number_of)


def even_fees(moves: pd.DataFrame, currency: str = "USD") -> str:
    """What fee each promotion may carry without the program being worse off, from history."""
    promoted = moves[moves["verdict"] == "promote"]
    rows = promoted[promoted["even_fee"].notna()]
    if promoted.empty:
        return "Nobody is promoted, so no fee is to be set."
    if rows.empty:
        return unknown("the fee that leaves the program no worse off", _reasons(promoted["note"]))
    parts = []
    for row in rows.sort_values("creator_id").to_dict("records"):
        name = words.cut(row["creator_id"], 26)
        if row["even_fee_high"] <= 0:
            parts.append(f"{name} none")
            continue
        low = max(row["even_fee_low"], 0.0)
        span = words.money_range(low, row["even_fee_high"], currency)
        parts.append(f"{name} {money(max(row['even_fee'], 0.0), currency, 0)} ({span})")
    return (
        "Monthly fee at which the program would be no worse off than now, by what the move should "
        f"bring: {'; '.join(parts)}. A higher one has to be earned by posts or sales that are not "
        "agreed yet."
    )


def _reasons(notes: pd.Series) -> str:
    return " ".join(sorted(set(notes))).rstrip(".")


def running_budget(table: pd.DataFrame, band: tuple[Any, Any], currency: str = "USD") -> str:
    """Where the running month will end, against the plan and, in the build stage, the band.

    `band` holds its ends, missing where it does not apply.
    """
    if table.empty:
        return unknown("where the month will end", "no program start")
    row = table[table["kind"] == "all"].iloc[0]
    month = pd.Period(row["month"]).strftime("%B %Y")
    if words.is_missing(row["forecast"]):
        return unknown(f"where {month} will end", row["note"] or "nothing in costs.csv")
    span = words.money_range(row["ci_low"], row["ci_high"], currency)
    text = f"{month} should end at {money(row['forecast'], currency)} (80% range {span})"
    if row["ci_low"] == row["ci_high"]:
        text = f"{month} should end at {money(row['forecast'], currency)}"
    planned = row["planned"]
    if not words.is_missing(planned):
        gap = row["forecast"] - planned
        apart = f"{money(abs(gap), currency)} {'under' if gap < 0 else 'over'} the plan"
        text += f", {apart} of {money(planned, currency)}" if round(gap) else ", as planned"
    low, high = band
    if words.is_missing(low):
        return f"{text}. The band of the build stage does not apply."
    ends = f"{words.money_short(low, currency)}–{words.money_short(high, currency)}"
    inside = "below" if row["forecast"] < low else "above" if row["forecast"] > high else "within"
    sure = row["ci_low"] >= low and row["ci_high"] <= high
    text += f"; {inside} the usual {ends}"
    return f"{text}." if sure or inside != "within" else f"{text}, though its range reaches beyond."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
