"""Tables of the promotion audit: criteria, medians to beat, and what each move costs and brings."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from great_tables import GT

from kit import words
from kit.creator_rates.shared import plain_percent
from kit.tables.look import Column, finished, ranges


def audit(frame: pd.DataFrame, currency: str = "USD", subtitle: str = "", most: int = 40) -> GT:
    """The promotion audit: each criterion's value and whether it is met; `tiers.promotion_audit`'s.

    Creators who move come first, then those who lack least.
    """
    rows = frame.assign(_order=_audit_order(frame)).sort_values(["_order", "creator_id"]).head(most)
    shown = rows.assign(
        months_seen=_marked(rows, "months", "months_passed", lambda v: words.number(v)),
        output=_marked(
            rows,
            "output_ratio",
            "output_ratio_passed",
            lambda v: words.percent(v, 0),
            "output_ratio",
        ),
        revenue=_marked(
            rows,
            "revenue_per_post_estimate",
            "revenue_per_post_passed",
            lambda v: words.money(v, currency, 0),
            "revenue_per_post",
        ),
        record=_marked(rows, "incidents", "incidents_passed", lambda v: words.number(v)),
        reason=[words.sentence(str(reason)) for reason in rows["reason"]],
    )
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        Column("months_seen", "Months seen", "range", "Criteria"),
        Column("output", "Output of agreed", "range", "Criteria"),
        Column("revenue", "Revenue per post", "range", "Criteria"),
        Column("median_revenue_per_post", "Median to beat", "money", "Criteria"),
        Column("record", "Incidents", "range", "Criteria"),
        Column("verdict", "Verdict"),
        Column("holds", "Holds at ±10%", "yes"),
        Column("reason", "Evidence, or what is missing"),
    ]
    if "flips" in rows:
        shown["holds"] = rows["flips"].fillna("").eq("")
    left = len(frame) - len(rows)
    more = f" {words.count(left, 'more creator')} in decisions.csv." if left else ""
    return finished(
        shown,
        columns,
        id="audit",
        title="Promotion audit, criterion by criterion",
        subtitle=subtitle,
        note="✓ met, ✗ not met: met only where the data are sure enough. In brackets the 90% "
        "interval of the creator's true figure. Holds at ±10%: no threshold moved by a tenth "
        "changes the verdict. Followers never enter. The median is that of "
        f"everyone who entered in tier 1, promoted since or not; for tier 2 that of tier 2.{more}",
        none="No creator has a whole month of evidence yet.",
        currency=currency,
        strong={"verdict": shown["verdict"].isin(["promote", "demote"])} if len(shown) else None,
    )


def medians(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What each tier is measured against. One row per tier: tier, who,
    median_revenue_per_post, creators.
    """
    columns = [
        Column("tier", "Tier", "tier"),
        Column("who", "Measured against"),
        Column("creators", "Creators", "count"),
        Column("median_revenue_per_post", "Median revenue per post", "money"),
        Column("interval", "90% interval", "range"),
    ]
    shown = table
    if {"ci_low", "ci_high"} <= set(table.columns):
        spans = ranges(table["ci_low"], table["ci_high"], "money", currency)
        shown = table.assign(interval=spans)
    return finished(
        shown,
        columns,
        id="medians",
        title="The medians to beat",
        subtitle=subtitle,
        note="Of the months of evidence, each creator's few posts allowed for. A median of few "
        "creators is itself not known for sure: the probability to beat it counts that in.",
        currency=currency,
    )


def moves(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What each move costs a month and what it should bring. `tier_move.moves`'s rows."""
    rows = table.to_dict("records")
    shown = table.assign(
        move=[f"{row['verdict']}, {row['tier']:.0f} → {row['to_tier']:.0f}" for row in rows],
        commission=[_from_to(row, "rate", plain_percent) for row in rows],
        fee=[_from_to(row, "fee", lambda v: words.money(v, currency, 0)) for row in rows],
        brings=[_brings(row, currency) for row in rows],
        even_fee=[_even_fee(row, currency) for row in rows],
        even=[_even(row) for row in rows],
    )
    if (table["locked"] > 0).any():
        shown["locked"] = [_locked(row, currency) for row in rows]
    else:
        shown = shown.drop(columns="locked")
    columns = [
        Column("creator_id", "Creator", width="14%"),
        Column("move", "Move", width="9%"),
        Column("fee", "Flat fee", "range", "Now → then", width="11%"),
        Column("commission", "Commission", "range", "Now → then", width="10%"),
        Column("cost", "Costs more", "signed", "A month", width="7%"),
        Column("brings", "Should bring", "range", "A month", width="9%"),
        Column("even_fee", "Fee that leaves no less", "range", "A month", width="11%"),
        Column("even", "Pays for itself with", "range", "A month", width="11%"),
        Column("locked", "Commission that stays", "range", width="9%"),
        Column("note", "What this rests on", width="18%"),
    ]
    return finished(
        shown,
        columns,
        id="moves",
        title="What each move costs, and what it should bring",
        subtitle=subtitle,
        note="Costs are assumed until a deal is made. Should bring: contribution before fees, "
        "after commission, with its 90% interval: from past moves where at least three can be "
        "followed, else from the posts that the other tier agrees. Fee that leaves no less: the "
        "flat fee at which the program is no worse off than now, by that gain. Pays for itself "
        "with: more posts a month than now, at the creator's own revenue per post. A commission "
        "rise counts at once; a cut reaches a creator who already promotes only after the "
        "platform's protection; Shop Ads rates have no notice.",
        none="Nobody moves, so nothing is to be paid or saved.",
        currency=currency,
    )


def _from_to(row: dict, name: str, write: Callable[[float], str]) -> str:
    now, then = row[f"{name}_now"], row[f"{name}_then"]
    return words.MISSING if words.is_missing(then) else f"{write(now)} → {write(then)}"


def _brings(row: dict, currency: str) -> str:
    if words.is_missing(row["gain"]):
        return words.MISSING
    if row["gain"] == 0:
        return "no more by itself"
    span = words.money_range(row["ci_low"], row["ci_high"], currency)
    return f"{words.signed_money(row['gain'], currency, 0)} ({span})"


def _even_fee(row: dict, currency: str) -> str:
    if words.is_missing(row["even_fee"]):
        return words.MISSING
    if row["even_fee_high"] <= 0:
        return "none"
    low = max(row["even_fee_low"], 0.0)
    span = words.money_range(low, row["even_fee_high"], currency)
    return f"{words.money(max(row['even_fee'], 0.0), currency, 0)} ({span})"


def _even(row: dict) -> str:
    if words.is_missing(row["even_posts"]):
        return words.MISSING
    low, high = words.number(row["even_low"]), words.number(row["even_high"])
    return f"{words.count(round(row['even_posts']), 'more post')} ({low}–{high})"


def _locked(row: dict, currency: str) -> str:
    if not row["locked"] > 0:
        return words.MISSING
    amount = words.money(row["locked"], currency, 0)
    return f"{amount} until {words.day(row['lock_until'], year=False)}"


def _audit_order(frame: pd.DataFrame) -> pd.Series:
    passed = [name for name in frame.columns if name.endswith("_passed")]
    met = frame[passed].fillna(False).astype(bool).sum(axis=1) if passed else 0
    places = {"promote": 0, "demote": 1, "hold": 3, "not yet": 3}
    verdict = frame["verdict"].map(places).astype(float).fillna(4)
    return verdict * 100 - met


def _marked(
    rows: pd.DataFrame, value: str, passed: str, write: Callable[[float], str], interval: str = ""
) -> list[str]:
    """A criterion as text: whether it is met, its figure and, where it has one, its interval."""
    texts = []
    for row in rows.to_dict("records"):
        if words.is_missing(row[value]):
            texts.append(words.MISSING)
            continue
        low, high = (row.get(f"{interval}_ci_{end}") for end in ("low", "high"))
        span = "" if words.is_missing(low) else f" ({write(low)}–{write(high)})"
        texts.append(f"{'✓' if bool(row[passed]) else '✗'} {write(row[value])}{span}")
    return texts
