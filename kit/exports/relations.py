"""What the columns of one export must be to each other: the arithmetic that it prints twice.

An export says many things more than once: GMV, orders and the order value; clicks, impressions
and the click-through rate. Each `Relation` names such a bond between canonical columns and how far
it may be trusted (`Trust`); `consistency` decides what follows where a file breaks it.
"""

from __future__ import annotations

import numpy as np

from .figures import Figures, Relation, Trust, Verdict
from .kinds import type_of

HOUR = 3600.0
MONTH = 31 * 24 * HOUR  # an order unpaid for two days is cancelled; cash on delivery takes weeks
# Moments are compared with this slack: the autumn hour that happens twice is read as the earlier.
SLACK = 1.01 * HOUR
MANY = 8  # rows enough to be no chance
WHOLE_STEP = 0.2  # a count worked out of a printed rate is one where rounding leaves less than this


def step(values: np.ndarray, most: int) -> float:
    """The last decimal place that a column prints, as the size of one unit of it."""
    there = values[~np.isnan(values)]
    for places in range(most):
        scaled = there * 10**places
        if np.all(np.abs(scaled - np.rint(scaled)) < 1e-6):
            return float(10.0**-places)
    return float(10.0**-most)


def _printed_step(name: str, values: np.ndarray) -> float:
    return step(values, 4 if type_of(name) == "rate" else 2)


def _told(*arrays: np.ndarray) -> np.ndarray:
    told = ~np.isnan(arrays[0])
    for array in arrays[1:]:
        told &= ~np.isnan(array)
    return told


def _constant(values: np.ndarray, told: np.ndarray) -> bool:
    """Whether a column says one thing in all of several rows: so it tells nothing of them."""
    return told.sum() > 1 and np.ptp(values[told]) == 0


def quotient(
    result: str, top: str, bottom: str, trust: Trust, scale: float = 1.0, said: str = ""
) -> Relation:
    """`result` is `top` ÷ `bottom` (× scale), cut or rounded at its last printed place."""

    def test(figures: Figures) -> Verdict:
        r, t, b = (figures.number(name) for name in (result, top, bottom))
        told = _told(r, t, b)
        busy = told & (((b > 0) & ((t != 0) | (r != 0))) | ((b == 0) & (r > 0)))
        busy |= (r > 0) & ~told  # what was worked out of a figure that is not there
        if _constant(r, busy):
            return np.zeros_like(busy), np.zeros_like(busy)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(r - scale * t / b)
        return busy, busy & (b > 0) & (apart <= 1.01 * _printed_step(result, r) + 1e-9)

    times = f" × {scale:g}" if scale != 1 else ""
    text = said or f"{{{result}}} is {{{top}}} ÷ {{{bottom}}}{times}"
    return Relation(
        f"{result}_is_{top}_by_{bottom}", (result, top, bottom), text, trust, test, True
    )


def product(result: str, rate: str, base: str, trust: Trust) -> Relation:
    """`result` is `rate` × `base`, to the last printed place; printed wherever both are."""

    def test(figures: Figures) -> Verdict:
        r, p, b = (figures.number(name) for name in (result, rate, base))
        told = _told(p, b) & (p > 0) & ((b != 0) | (np.nan_to_num(r) != 0))
        told |= (p > 0) & (r > 0) & np.isnan(b)
        apart = np.abs(r - p * b)
        return told, told & (apart <= 1.01 * _printed_step(result, r) + 1e-9)

    def moved(figures: Figures, told: np.ndarray) -> bool:
        found = np.nan_to_num(figures.number(result))[told]
        due = np.nan_to_num((figures.number(rate) * figures.number(base))[told])
        if not found.any() or not due.any():
            return len(due) >= MANY
        return _resized(found, due) or _in_other_rows(found, due)

    text = f"{{{result}}} is {{{rate}}} × {{{base}}}"
    columns = (result, rate, base)
    return Relation(f"{result}_is_rate_of_base", columns, text, trust, test, moved=moved)


def _resized(found: np.ndarray, due: np.ndarray) -> bool:
    """Whether figures lost or gained a decimal place or two throughout."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = found / due
    return any(
        bool((np.abs(ratio / size - 1) < 0.05).mean() >= 0.8) for size in (0.01, 0.1, 10, 100)
    )


def _in_other_rows(found: np.ndarray, due: np.ndarray) -> bool:
    """Whether the figures are those that are due, only in other rows: a column that slipped."""
    apart = np.abs(np.sort(found) - np.sort(due))
    return bool((apart <= 0.011 + 0.02 * np.abs(np.sort(due))).mean() >= 0.8)


def total(whole: str, plus: tuple[str, ...], minus: tuple[str, ...] = ()) -> Relation:
    """`whole` is the sum of its parts, to the last printed place."""

    def test(figures: Figures) -> Verdict:
        w = figures.number(whole)
        parts = [figures.number(name) for name in plus]
        less = [figures.number(name) for name in minus]
        filled = [a for a in (w, *parts, *less) if not np.isnan(a).all()]
        if len(filled) < 1 + len(plus) + len(minus):
            return np.zeros_like(figures.rows[figures.rows]), np.zeros_like(
                figures.rows[figures.rows]
            )
        busy = np.logical_or.reduce([np.nan_to_num(a) != 0 for a in (w, *parts, *less)])
        apart = np.abs(w - sum(map(np.nan_to_num, parts)) + sum(map(np.nan_to_num, less)))
        return busy, busy & (apart <= 1.1 * _printed_step(whole, w))

    sums = " + ".join(f"{{{name}}}" for name in plus) + "".join(f" − {{{n}}}" for n in minus)
    text = f"{{{whole}}} is {sums}"
    return Relation(f"{whole}_is_its_parts", (whole, *plus, *minus), text, Trust.EXACT, test)


def at_most(small: str, large: str, trust: Trust, slack: float = 0.0) -> Relation:
    """`small` is never above `large`; rows where they are equal tell nothing.

    Single rows may be out of order by `slack`, a whole column may not.
    """

    def test(figures: Figures) -> Verdict:
        low, high = figures.number(small), figures.number(large)
        told = _told(low, high) & (low != high)
        if type_of(small) == "time" and (_constant(low, told) or _constant(high, told)):
            return np.zeros_like(told), np.zeros_like(told)
        if (told & (low < high)).sum() * 2 > told.sum():
            return told, told & (low < high + slack)
        return told, told & (low < high)

    moments = type_of(small) == "time"
    text = f"{{{small}}} is never {'after' if moments else 'above'} {{{large}}}"
    return Relation(f"{small}_is_at_most_{large}", (small, large), text, trust, test)


def soon(early: str, late: str) -> Relation:
    """From `early` to `late` it is never over a month."""

    def test(figures: Figures) -> Verdict:
        low, high = figures.number(early), figures.number(late)
        told = _told(low, high)
        if _constant(low, told) or _constant(high, told):
            return np.zeros_like(told), np.zeros_like(told)
        return told, told & (high - low < MONTH)

    text = f"{{{late}}} follows {{{early}}} within a month"
    return Relation(f"{late}_is_soon_after_{early}", (early, late), text, Trust.USUAL, test)


def together(one: str, other: str, trust: Trust) -> Relation:
    """Where one is above 0 so is the other."""

    def test(figures: Figures) -> Verdict:
        a, b = figures.number(one), figures.number(other)
        told = _told(a, b) & ((a > 0) | (b > 0))
        return told, told & (a > 0) & (b > 0)

    def moved(figures: Figures, told: np.ndarray) -> bool:
        there = [(figures.number(name)[told] > 0).sum() for name in (one, other)]
        return bool(min(there) >= 0.8 * max(there))

    text = f"{{{one}}} and {{{other}}} are 0 together"
    return Relation(f"{one}_goes_with_{other}", (one, other), text, trust, test, moved=moved)


def needs(what: str, ground: str, trust: Trust, said: str = "") -> Relation:
    """Where `what` is above 0, `ground` is above 0 too."""

    def test(figures: Figures) -> Verdict:
        a, g = figures.number(what), figures.number(ground)
        told = a > 0
        return told, told & (g > 0)

    def moved(figures: Figures, told: np.ndarray) -> bool:
        return bool((figures.number(ground)[told] == 0).mean() >= 0.8)

    text = said or f"{{{what}}} stands only where {{{ground}}} does"
    return Relation(f"{what}_needs_{ground}", (what, ground), text, trust, test, moved=moved)


def shares(rate: str, parts: tuple[str, ...], base: str) -> Relation:
    """`rate` is the sum of some counts ÷ `base`, as far as the file keeps to that."""

    def test(figures: Figures) -> Verdict:
        r, b = figures.number(rate), figures.number(base)
        counts = [figures.number(name) for name in parts]
        told = _told(r, b, *counts) & (b > 0) & ((r > 0) | (sum(counts) > 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(r - sum(counts) / b)
        return told, told & (apart <= 1.01 * _printed_step(rate, r) + 1e-9)

    sums = " + ".join(f"{{{name}}}" for name in parts)
    text = f"{{{rate}}} is ({sums}) ÷ {{{base}}}"
    return Relation(f"{rate}_is_its_parts", (rate, *parts, base), text, Trust.LEARNED, test)


def within(amount: str, other: str, times: float, trust: Trust, by: str = "") -> Relation:
    """`amount` is not above `times` × `other` (× `by`)."""
    columns = (amount, other, by) if by else (amount, other)

    def test(figures: Figures) -> Verdict:
        a, most = figures.number(amount), times * figures.number(other)
        if by:
            most = most * figures.number(by)
        told = _told(a, most) & (a > 0) & ((most > 0) | (not by))
        return told, told & (a <= most * 1.001)

    bound = " × ".join(f"{{{name}}}" for name in columns[1:])
    far = "far " if times > 1.5 else ""
    text = f"{{{amount}}} is not {far}above {bound}"
    return Relation(f"{amount}_is_within_{other}", columns, text, trust, test)


def positive(column: str) -> Relation:
    """No figure of the column is below 0."""

    def test(figures: Figures) -> Verdict:
        values = figures.number(column)
        told = ~np.isnan(values) & (values != 0)
        return told, told & (values > 0)

    text = f"{{{column}}} is never negative"
    return Relation(f"{column}_is_positive", (column,), text, Trust.USUAL, test)


def filled(column: str, trust: Trust = Trust.LEARNED, *, zero: bool = True) -> Relation:
    """Every row has the figure; with `zero` false, above 0."""

    def test(figures: Figures) -> Verdict:
        values = figures.number(column)
        told = np.ones(len(values), dtype=bool)
        there = ~np.isnan(values)
        return told, there if zero else there & (values > 0)

    def moved(figures: Figures, told: np.ndarray) -> bool:
        return not zero and bool((figures.number(column)[told] == 0).all())

    text = f"every row has {{{column}}}"
    return Relation(f"{column}_is_filled", (column,), text, trust, test, moved=moved)


def share(rate: str) -> Relation:
    """A rate of things that are part of its whole: between 0 and 1."""

    def test(figures: Figures) -> Verdict:
        values = figures.number(rate)
        told = ~np.isnan(values) & (values != 0)
        return told, told & (values > 0) & (values <= 1)

    text = f"{{{rate}}} is between 0 and 100%"
    return Relation(f"{rate}_is_a_share", (rate,), text, Trust.USUAL, test)


def not_far_from(amount: str, price: str, quantity: str) -> Relation:
    """What is paid is neither a small part nor many times `price` × `quantity` throughout."""

    def test(figures: Figures) -> Verdict:
        a, full = figures.number(amount), figures.number(price) * figures.number(quantity)
        told = _told(a, full) & (a > 0) & (full > 0)
        return told, told & (a > 0.12 * full) & (a < 8 * full)

    columns = (amount, price, quantity)
    text = f"{{{amount}}} is not far from {{{price}}} × {{{quantity}}}"
    return Relation(f"{amount}_is_not_far", columns, text, Trust.BULK, test)


def prompt(early: str, late: str) -> Relation:
    """From `early` to `late` it is minutes."""

    def test(figures: Figures) -> Verdict:
        low, high = figures.number(early), figures.number(late)
        told = _told(low, high)
        return told, told & (high >= low) & (high - low < 0.25 * HOUR)

    text = f"{{{late}}} follows {{{early}}} within minutes"
    return Relation(f"{late}_is_prompt_after_{early}", (early, late), text, Trust.WITNESS, test)


def counted(rate: str, base: str) -> Relation:
    """`rate` × `base` is a whole number, where rounding leaves that visible."""

    def test(figures: Figures) -> Verdict:
        r, b = figures.number(rate), figures.number(base)
        left = _printed_step(rate, r) * b
        told = _told(r, b) & (r > 0) & (b > 0) & (left < WHOLE_STEP)
        found = np.abs(r * b - np.rint(r * b))
        return told, told & (found <= 0.51 * left + 1e-9)

    text = f"{{{rate}}} × {{{base}}} is a whole number"
    return Relation(f"{rate}_counts_{base}", (rate, base), text, Trust.WITNESS, test)
