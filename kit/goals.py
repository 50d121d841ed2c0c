"""The goals that a client may set, and figures against them: one definition of met."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any

from kit import words
from kit.language import later, phrase

SHARE = "a fraction, 0.05 for 5%"
MONEY = "money in four weeks"
# What a goal may stand for, with the unit it is written in.
GOALS = {
    "velocity": "posts a week",
    "velocity_roster": "posts a week by creators on the roster",
    "active_creators": "creators who post in four weeks",
    "output_rate": SHARE,
    "gmv": MONEY,
    "net_revenue": MONEY,
    "orders": "orders in four weeks",
    "conversion_rate": SHARE,
    "clicks": "product clicks in four weeks",
    "views": "video views in four weeks",
    "revenue_per_post": "money per post",
    "hook_retention": SHARE,
    "repeat_purchase_rate": SHARE,
    "commission_ratio": SHARE,
    "commission_ratio_settled": SHARE,
    "all_in_cost_ratio": SHARE,
    "contribution": MONEY,
}

# Costs: less is better.
LOWER = {"commission_ratio", "commission_ratio_settled", "all_in_cost_ratio"}
# What the program costs and leaves: in a copy for the client only if its margins are shared.
MARGINS = {*LOWER, "contribution"}
MET, MISSED, WITHIN, OVER = later("met"), later("missed"), later("within"), later("over")
UNKNOWN = later("not known")


def check(wanted: Mapping[str, Any]) -> None:
    """Raise `ValueError` for a goal of no metric, or one with a value its unit cannot have."""
    for metric, value in wanted.items():
        if metric not in GOALS:
            near = difflib.get_close_matches(metric, GOALS, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}? " if near else ""
            listed = "; ".join(f"{name} ({unit})" for name, unit in GOALS.items())
            raise ValueError(f"no metric {metric}. {hint}A goal may be set for {listed}")
        known = isinstance(value, int | float) and not isinstance(value, bool)
        if not known or not math.isfinite(value):
            raise ValueError(f"{metric} is {value!r}, no number. It is {GOALS[metric]}")
        if GOALS[metric] == SHARE and not 0 < value <= 1:
            raise ValueError(f"{metric} is {value:g}. It is {SHARE}")
        if metric != "contribution" and value <= 0:
            raise ValueError(f"{metric} is {value:g}, not above 0. It is {GOALS[metric]}")


def verdict(metric: str, reached: float | None, goal: float) -> str:
    """Whether a figure reaches its goal; of a cost, whether it stays within it.

    >>> verdict("gmv", 30_178, 30_000), verdict("commission_ratio", 0.16, 0.15)
    ('met', 'over')
    """
    if words.is_missing(reached):
        return UNKNOWN
    assert reached is not None
    if metric in LOWER:
        return WITHIN if reached <= goal else OVER
    return MET if reached >= goal else MISSED


def sentence(verdicts: dict[str, str]) -> str:
    """How many goals were met and which were not, by the name of each; '' where none is set.

    >>> sentence({"GMV": "met", "Content velocity": "missed", "Hook retention": "not known"})
    '1 of 3 goals met; not met: Content velocity; not known: Hook retention'
    """
    if not verdicts:
        return ""
    good = sum(told in (MET, WITHIN) for told in verdicts.values())
    text = words.counted(
        "{good} of {count} goal met", "{good} of {count} goals met", len(verdicts), good=good
    )
    missed = [name for name, told in verdicts.items() if told in (MISSED, OVER)]
    unknown = [name for name, told in verdicts.items() if told == UNKNOWN]
    if missed:
        text += phrase("; not met: {names}", names=words.listed(missed))
    if unknown:
        text += phrase("; not known: {names}", names=words.listed(unknown))
    return text
