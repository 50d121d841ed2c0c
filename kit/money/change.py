"""What changed GMV from one week to the next: parts that sum to the change."""

import math
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import Any

import pandas as pd

from kit.metrics import program_weeks

FACTORS = ["creators", "posts per creator", "clicks per post", "conversion", "order value"]
TOTALS = ["creators", "posts", "clicks", "orders", "gmv"]
UNATTRIBUTED = "without a post"


def decompose(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """What each of five factors did to GMV between two weeks: parts that sum to the change.

    `before` and `after` have one row with `TOTALS`. GMV is creators × posts per creator × clicks
    per post × orders per click × GMV per order; each part is the factor's Shapley value, its
    effect averaged over all orders in which the factors might have changed, so there is no
    residual. A ratio over zero takes the other week's value and has no effect; where both weeks'
    GMV is zero, all parts are. Orders in a week without clicks are put to conversion.

    References: Shapley value (Sun 1998; Ang, Liu & Chew 2003).
    """
    old, new = _row(before), _row(after)
    if old["gmv"] == 0 and new["gmv"] == 0:
        return pd.Series(0.0, index=FACTORS)
    first, last = _factors(old), _factors(new)
    pairs = [_both(*pair) for pair in zip(first, last, strict=True)]
    parts = pd.Series([_shapley(place, pairs) for place in range(len(pairs))], index=FACTORS)
    change = new["gmv"] - old["gmv"]
    parts["conversion"] += change - parts.sum()
    return parts


def _row(week: pd.DataFrame) -> dict[str, float]:
    row = week.iloc[0]
    return {name: float(row[name]) for name in TOTALS}


def _factors(week: dict[str, float]) -> list[float | None]:
    """The five factors of one week; None where its denominator is zero."""
    totals = [week[name] for name in TOTALS]
    ratios = zip(totals[1:], totals, strict=False)
    return [totals[0], *[above / below if below else None for above, below in ratios]]


def _both(old: float | None, new: float | None) -> tuple[float, float]:
    if old is None and new is None:
        return 0.0, 0.0
    return (new if old is None else old), (old if new is None else new)  # type: ignore[return-value]


def _shapley(place: int, pairs: list[tuple[float, float]]) -> float:
    others = [other for other in range(len(pairs)) if other != place]
    total = 0.0
    for size in range(len(pairs)):
        weight = 1 / (len(pairs) * math.comb(len(others), size))
        for changed in combinations(others, size):
            rest = math.prod(pairs[other][other in changed] for other in others)
            total += weight * rest * (pairs[place][1] - pairs[place][0])
    return total


def parts(before: pd.Series, after: pd.Series) -> pd.Series:
    """The five parts and what came without a post, in cents that sum to the change of all GMV.

    `before` and `after` hold `TOTALS` of the sales of known posts, and `whole_gmv` of all. With
    clicks missing in either, the five parts are missing.
    """
    own = [pd.DataFrame([week[TOTALS].astype(float)]) for week in (before, after)]
    rest = _change(week["whole_gmv"] - week["gmv"] for week in (before, after))
    found = pd.Series(math.nan, index=FACTORS)
    if not any(week["clicks"].isna().any() for week in own):
        change = _change(week["gmv"].iloc[0] for week in own)
        found = _in_cents(decompose(*own), change)
    found[UNATTRIBUTED] = rest
    return found


def _in_cents(found: pd.Series, change: float) -> pd.Series:
    """The parts rounded to the cent; the largest takes what the rounding leaves."""
    cents = (found * 100).round()
    cents[cents.abs().idxmax()] += round(change * 100) - cents.sum()
    return cents / 100 + 0.0  # no minus zero


def gmv_change(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per part of the change of GMV from the week before to the week of `as_of`.

    Columns part, effect (money). The five parts are those of GMV from posts; GMV of lines that
    name no known post is a line of its own; the last row, `all`, is the whole change. Clicks are
    video data's: where its windows do not tile both weeks, the five parts are missing and the
    whole stands alone. Compare whole weeks: `as_of` a Sunday.
    """
    weeks = program_weeks(client, as_of).tail(2)
    if len(weeks) < 2 or weeks["gmv"].isna().any():
        return pd.DataFrame({"part": [*FACTORS, UNATTRIBUTED, "all"], "effect": math.nan})
    names = {"gmv": "whole_gmv", "orders": "all_orders", "post_gmv": "gmv", "post_orders": "orders"}
    rows = weeks.rename(columns=names).astype({"clicks": "Float64"})
    found = parts(rows.iloc[0], rows.iloc[1])
    found["all"] = _change(weeks["gmv"])
    return found.rename_axis("part").rename("effect").reset_index()


def _change(weeks: Iterable[float]) -> float:
    old, new = weeks
    return round(float(new) - float(old), 2)
