"""Sentences of the backtest: what each rule's picks did, and where own data put a threshold."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import words
from kit.backtest.thresholds import APART, FEW, KEPT, NOTHING
from kit.backtest.weeks import NOT_OVER
from kit.words import count, is_missing, listed, money, percent, percent_range

OURS, HINDSIGHT = "estimated conversion", "hindsight"
THRESHOLDS = {
    "conversion.floor": "Conversion floor",
    "hook.floor": "Hook floor",
    "output.floor": "Output floor",
    "revenue.outlier": "Revenue per post that earns investment",
    "promotion.output_ratio": "Output that counts as consistent",
    "spark.conversion_bar": "Spark bar",
    "spark.probability": "Probability that makes a spark",
}


def threshold(key: str, value: float) -> str:
    """A threshold's value as people write it: 2.7%, 80% or 1.5×."""
    if is_missing(value):
        return words.MISSING
    if key == "revenue.outlier":
        return f"{words.plain_number(value, 2)}×"
    return percent(value, 1 if value < 0.2 else 0)


def replayed_weeks(weeks: pd.DataFrame) -> str:
    """Which weeks were decided again, and how many could not be, and why."""
    good = weeks[weeks["why_not"] == ""]
    young = int(weeks["why_not"].str.startswith(NOT_OVER).sum())
    gaps = len(weeks) - len(good) - young
    days = words.period(good["as_of"].iloc[0], good["as_of"].iloc[-1])
    parts = [f"{count(len(good), 'week')} decided again, {days}, each with what was known then"]
    if gaps:
        parts.append(f"{count(gaps, 'week')} had a gap in the four weeks of video lists before")
    if young:
        parts.append(f"of {words.number(young)} the four weeks after are not over")
    return f"{'; '.join(parts)}."


def why_not_replayed(reason: pd.DataFrame) -> str:
    """Why nothing could be replayed, of `backtest.recent`'s table; empty where something could."""
    return str(reason["why"].iloc[0]) if len(reason) else ""


def replayed_sparks(rules: pd.DataFrame, currency: str, reason: str = "") -> list[str]:
    """What our Spark picks did, against the other rules and the best possible picks.

    `reason` says why no week could be replayed, where that is so.
    """
    if reason:
        return [reason]
    if rules.empty:
        return ["No post was a spark in the weeks replayed, so there is nothing to compare."]
    by_rule = rules.set_index("rule")
    ours = by_rule.loc[OURS]
    others = [rule for rule in by_rule.index if rule not in (OURS, HINDSIGHT)]
    return [
        _held(ours),
        _as_counted(by_rule, others),
        _money_lost(by_rule, others, currency),
        _of_the_best(ours, by_rule.loc[HINDSIGHT], currency),
        _boosted(ours),
    ]


def _held(ours: Any) -> str:
    told = ours["hits"] + ours["misses"]
    text = (
        f"In {count(ours['weeks'], 'week')} the rule picked {count(ours['picks'], 'time')}; "
        f"{words.number(told)} of these picks got enough clicks afterwards to be judged: "
        f"{words.number(ours['hits'])} went on to convert at the bar or above it, "
        f"{words.number(ours['misses'])} fell short"
    )
    return f"{text}."


def _as_counted(by_rule: pd.DataFrame, others: list[str]) -> str:
    def told(rule: str) -> str:
        row = by_rule.loc[rule]
        return f"{percent(row['later_rate'], 2)} of {count(row['later_clicks'], 'click')}"

    rest = listed([f"{told(rule)} picked by {rule}" for rule in others])
    return f"As counted, {told(OURS)} afterwards became orders; {rest}."


def _money_lost(by_rule: pd.DataFrame, others: list[str], currency: str) -> str:
    rows = by_rule.loc[others]
    if rows["money_lost"].isna().any():
        return "What the other rules cost is not known: no order has a value."
    told = [f"by {rule} {_less(rows.loc[rule], currency)}" for rule in others]
    text = f"At 1,000 paid clicks a week, these weeks would have left, picked {listed(told)}"
    close = [rule for rule in others if rows["lost_low"][rule] <= 0 <= rows["lost_high"][rule]]
    if not close:
        return f"{text}."
    which = "any of them" if len(close) == len(others) else listed(close, last="or")
    return f"{text}: too few clicks to tell {which} from our rule."


def _less(row: Any, currency: str) -> str:
    """A loss with its interval, gains as more: "$727 less (90%: $89 more to $1,632 less)"."""

    def said(lost: float) -> str:
        return f"{money(abs(lost), currency, 0)} {'less' if lost >= 0 else 'more'}"

    spread = f"{said(row['lost_low'])} to {said(row['lost_high'])}"
    return f"{said(row['money_lost'])} (90%: {spread})"


def _of_the_best(ours: Any, best: Any, currency: str) -> str:
    gap = -best["money_lost"]
    if is_missing(gap):
        return "How near the rule came to the best picks is not known."
    left = f"{money(abs(gap), currency)} {'more' if gap >= 0 else 'less'}"
    share = percent_range(ours["captured_low"], ours["captured_high"], 0)
    return (
        f"The best picks that hindsight can name would have left {left}: the rule got "
        f"{percent(ours['captured'], 0)} of their orders (90%: {share})."
    )


def _boosted(ours: Any) -> str:
    ran = int(ours["boosted_after"])
    have = (
        f"{words.number(ran)} of the {words.number(ours['picks'])} picks ran" if ran else "None ran"
    )
    return (
        f"{have} as ads in those weeks. Clicks are not split into paid and organic, so this cannot "
        "show what the spend itself did."
    )


def replayed_flags(rules: pd.DataFrame) -> list[str]:
    """How many of those flagged for output did fall off, and the same of the raw rules."""
    if rules.empty:
        return ["No creator had an agreement in the weeks replayed."]
    texts = []
    for row in rules.to_dict("records"):
        if not row["picks"]:
            texts.append(f"{row['rule']}: nobody was flagged.")
            continue
        texts.append(
            f"{row['rule']}: {count(row['picks'], 'time')}, of which {_told(row)}; together they "
            f"published {percent(row['later_value'], 0)} of what was agreed for the four weeks."
        )
    return texts


def _told(row: dict[str, Any]) -> str:
    if not row["hits"] + row["misses"]:
        return "none can be told one by one (too little followed)"
    text = (
        f"{words.number(row['hits'])} held and {words.number(row['misses'])} did not "
        f"({percent(row['hit_share'], 0)}, 90%: "
        f"{percent_range(row['hit_low'], row['hit_high'], 0)})"
    )
    rest = row["cannot_tell"]
    return f"{text} and {words.number(rest)} cannot be told" if rest else text


def replayed_moves(rules: pd.DataFrame, currency: str) -> list[str]:
    """What the next posts of those promoted sold, and the same of the other rules."""
    if rules.empty or not rules["picks"].sum():
        return ["The audit would have promoted nobody in these months."]
    told = rules[rules["rule"] != HINDSIGHT]
    return [
        f"{row['rule']}: {count(row['picks'], 'time')}, of which {_told(row)}; "
        f"{money(row['later_value'], currency)} net revenue per post, "
        f"{_above(row, currency)}."
        for row in told.to_dict("records")
    ]


def _above(row: dict[str, Any], currency: str) -> str:
    way = "above" if row["money"] >= 0 else "below"
    spread = f"{money(row['money_low'], currency, 0)} to {money(row['money_high'], currency, 0)}"
    return f"{money(abs(row['money']), currency)} {way} as many posts of the median (90%: {spread})"


def own_threshold(row: Any) -> str:
    """Where the client's own data would put one threshold; it stays as it is."""
    key = row["key"]
    held = f"{THRESHOLDS[key]} {threshold(key, row['now'])}: kept"
    size = f"{words.number(row['n'])} cases of {count(row['creators'], 'creator')}"
    if row["says"] == FEW:
        return f"{held}. The client's own data are too few to look for another ({size})."
    if row["says"] == NOTHING:
        return f"{held}. Here it foretells nothing beyond chance ({size})."
    best = threshold(key, row["best"])
    ends = [threshold(key, row[end]) for end in ("ci_low", "ci_high")]
    if row["says"] == KEPT:
        return (
            f"{held}. The client's own data would put it at {best}, but cannot tell {ends[0]} from "
            f"{ends[1]} ({size})."
        )
    assert row["says"] == APART
    section, name = key.split(".")
    limit = ", had the budget no limit" if section == "spark" else ""
    return (
        f"{held}, unless you set {name} under [policy.{section}]. The client's own data would put "
        f"it at {best}{limit} (90%: {ends[0]} to {ends[1]}; {size})."
    )


def own_thresholds(rows: pd.DataFrame) -> list[str]:
    """A sentence per threshold; those that own data put elsewhere first."""
    if rows.empty:
        return ["There is no past yet to tell a threshold by; they stand as they are."]
    order = rows.assign(_first=rows["says"] != APART).sort_values("_first", kind="stable")
    return [own_threshold(row) for row in order.to_dict("records")]


def asked_then(rows: pd.DataFrame) -> list[str]:
    """What the reports of the replayed weeks asked for, what was done, and what came of each."""
    if rows.empty:
        return [
            "No report of these weeks stands in reports/, so there is no decision to look back on."
        ]
    told = [_asked(row) for row in rows.to_dict("records")]
    return [*told, "Who was acted on was chosen, so these counts do not say what acting changed."]


def _asked(row: dict[str, Any]) -> str:
    def judged(who: str) -> str:
        hits, misses = row[f"{who}_hits"], row[f"{who}_misses"]
        if not hits + misses:
            return "none can be judged yet"
        return f"{words.number(hits)} of {words.number(hits + misses)} that can be judged held"

    undone = row["asked"] - row["done"]
    parts = [
        f"{count(row['asked'], 'time')} in {count(row['weeks'], 'week')} "
        f"({words.number(row['again'])} of them by the replay too)",
        f"done {words.number(row['done'])}" + (f": {judged('done')}" if row["done"] else ""),
        f"not done {words.number(undone)}" + (f": {judged('open')}" if undone else ""),
    ]
    return f"{row['decision'].capitalize()}: {'; '.join(parts)}."
