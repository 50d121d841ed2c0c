"""What the cells of a column look like: enough to tell whether two columns hold the same thing.

Kept is a word and a middle value, never a cell: unknown columns may hold anything.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from statistics import median
from typing import NamedTuple

import pandas as pd

CELLS = 500  # looked at in each column
MANY = 5_000  # rows in which so many are mostly found
MOST = 0.6  # of its cells make a column what it is called
SOME_CENTS = 0.1  # a share of cells with decimals that makes numbers amounts

_NUMBER = re.compile(r"([^\d\s.,+%-]{0,4})\s?[+-]?(\d[\d.,\u00a0 ]*)\s?([^\d\s.,+-]{0,4})")
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*")
_CENTS = re.compile(r"(.*)[.,](\d{1,4})")
_LONG = 15  # digits that no count has: an id


class Look(NamedTuple):
    """`shape`: money, count, rate, id, day, text, or empty. `typical`: the middle of its numbers.

    Numbers above 0 only; ids, days and texts have no typical value.
    """

    shape: str = "empty"
    typical: float = math.nan


def look(column: pd.Series) -> Look:
    """The look of a column of texts, by the first `CELLS` cells that say something.

    >>> look(pd.Series(["$1,234.50", "$0.00", "$12.00"], dtype="str"))
    Look(shape='money', typical=623.25)
    >>> look(pd.Series(["12", "7", "900"], dtype="str")).shape
    'count'
    """
    cells = _filled(column.head(MANY))  # of a long column the first rows mostly say enough
    if len(cells) < CELLS:
        cells = _filled(column)
    cells = cells.head(CELLS)
    if cells.empty:
        return Look()
    # Most cells of a list are the same few: each is looked at once.
    times = Counter(cells.tolist())
    read = [(*_cell(cell.strip()), number) for cell, number in times.items()]
    shares: Counter[str] = Counter()
    for shape, _, number in read:
        shares[shape] += number
    if sum(shares[name] for name in ("money", "amount", "count")) >= MOST * len(cells):
        money = shares["money"] or shares["amount"] >= SOME_CENTS * len(cells)
        return Look("money" if money else "count", _middle(read))
    shape, most = shares.most_common(1)[0]
    if most < MOST * len(cells):
        return Look("text")
    return Look(shape, _middle(read) if shape == "rate" else math.nan)


def _filled(column: pd.Series) -> pd.Series:
    cells = column.dropna()
    return cells[cells != ""]


def _cell(cell: str) -> tuple[str, float]:
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return ("day" if _DAY.fullmatch(cell) else "text"), math.nan
    before, digits, after = found.groups()
    if sum(c.isdigit() for c in digits) >= _LONG:
        return "id", math.nan
    cents = _CENTS.fullmatch(digits.strip())
    fraction = cents is not None and len(cents[2]) != 3
    whole = re.sub(r"\D", "", cents[1] if cents and fraction else digits) or "0"
    value = float(f"{whole}.{cents[2]}" if cents and fraction else whole)
    if "%" in (before, after):
        return "rate", value
    if before or after:
        return "money", value
    return ("amount" if fraction else "count"), value


def _middle(read: list[tuple[str, float, int]]) -> float:
    """The median of the numbers above 0: most rows of a list are zero in every column."""
    above = [value for _, value, number in read if value > 0 for _ in range(number)]
    return float(median(above)) if above else 0.0


def alike(one: Look, other: Look) -> float | None:
    """How alike two columns' cells are, 0 to 1; None where one of them shows nothing.

    Of one shape: half, and the other half by the middle value: none of it at ten times the size.

    >>> alike(Look("money", 100.0), Look("money", 100.0)), alike(Look("money", 1.0), Look("text"))
    (1.0, 0.0)
    """
    if "empty" in (one.shape, other.shape):
        return None
    if one.shape != other.shape:
        return 0.25 if {one.shape, other.shape} == {"money", "count"} else 0.0
    if math.isnan(one.typical) or math.isnan(other.typical):
        return 1.0 if math.isnan(one.typical) and math.isnan(other.typical) else 0.5
    apart = abs(math.log10((one.typical + 1) / (other.typical + 1)))
    return 0.5 + 0.5 * max(0.0, 1.0 - apart)
