"""Cells to values: money, counts, rates, ids, handles. Whole columns at a time, never guessed.

Every parser takes a column of cleaned texts and returns its values beside a mask of the cells
that hold something it cannot read. `numeric` marks the cells that a workbook holds as numbers:
they carry no separators, so their dot is always a decimal dot.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .texts import (
    EDGES,
    NULLS,
    SPACE,
    as_array,
    as_text,
    fill,
    filled,
    marked,
    matches,
    numbers,
    once_per_word,
    where,
    without,
)

_NO_HANDLE = pa.array(["", *NULLS], pa.large_string())
_NO_ID = pa.array(["", "0", "-1"], pa.large_string())

# What may stand beside an amount, and the currencies it may mean.
MARKS: dict[str, frozenset[str]] = {
    "$": frozenset("USD MXN SGD CAD AUD NZD HKD TWD COP CLP ARS".split()),
    "US$": frozenset({"USD"}),
    "MX$": frozenset({"MXN"}),
    "Mex$": frozenset({"MXN"}),
    "S$": frozenset({"SGD"}),
    "CA$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "R$": frozenset({"BRL"}),
    "RM": frozenset({"MYR"}),
    "Rp": frozenset({"IDR"}),
    "฿": frozenset({"THB"}),
    "₱": frozenset({"PHP"}),
    "₫": frozenset({"VND"}),
    "đ": frozenset({"VND"}),
    "VNĐ": frozenset({"VND"}),
    "£": frozenset({"GBP"}),
    "€": frozenset({"EUR"}),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "円": frozenset({"JPY"}),
    "₩": frozenset({"KRW"}),
}
_CODES = """
USD MXN SGD CAD AUD NZD HKD TWD COP CLP ARS BRL MYR IDR THB PHP VND GBP EUR JPY CNY KRW INR SEK
DKK NOK PLN CZK CHF AED SAR TRY ZAR PEN
"""
MARKS |= {code: frozenset({code}) for code in _CODES.split()}
_MARK_OF = {mark.upper(): mark for mark in MARKS} | {"": ""}  # "rp" and "USd" are met too

_DOT_THOUSANDS = {"BRL", "ARS", "TRY"}
_WHOLE = {"IDR", "VND", "COP", "CLP", "KRW", "JPY"}  # amounts without decimals in practice
_EITHER = {"EUR"}  # printed by the shop's country: the column must show which


class Parsed(NamedTuple):
    """Values of a column, the mask of unreadable cells, and the currency marks met."""

    values: pd.Series
    bad: np.ndarray
    marks: frozenset[str] = frozenset()


def convention(currency: str, columns: Iterable[pd.Series], *, ads: bool = False) -> str | None:
    """How amounts of a currency are written: "comma", "dot" or "whole"; None if the file is mixed.

    comma: 1,234.50 · dot: 1.234,50 · whole: groups of three are thousands, whichever the sign.
    Ads files print a plain decimal dot in every currency. Euro amounts are written either way,
    so all their columns together must show which.
    """
    if ads:
        return "comma"
    if currency in _WHOLE:
        return "whole"
    if currency not in _EITHER:
        return "dot" if currency in _DOT_THOUSANDS else "comma"
    comma = dot = unclear = False
    for column in columns:
        text = column.dropna().str.replace(r"[^\d.,]", "", regex=True)
        dot |= bool(text.str.contains(r"\.\d{3},|,\d{1,2}$", regex=True).any())
        comma |= bool(text.str.contains(r",\d{3}\.|\.\d{1,2}$", regex=True).any())
        unclear |= bool(text.str.contains(r"[.,]\d{3}$", regex=True).any())
    if comma and dot or unclear and not (comma or dot):
        return None
    return "dot" if dot else "comma"


_PLAIN = {"comma": r"-?\d+(?:\.\d+)?", "dot": r"-?\d+", "whole": r"-?\d+"}
# For each convention the shapes it reads: pattern, thousands sign, decimal sign.
_SHAPES = {
    "comma": ((r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", ",", "."), (r"\d*\.?\d+", "", ".")),
    "dot": (
        (r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", ".", ","),
        (r"\d+(?:,\d+)?", "", ","),
        (r"\d+\.\d+", "", "."),
    ),
    "whole": (
        (r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", ".", ","),
        (r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", ",", "."),
        (r"\d+(?:\.\d+)?", "", "."),
        (r"\d+,\d{1,2}", "", ","),
    ),
}


@once_per_word
def money(column: pd.Series, style: str, numeric: np.ndarray | None = None) -> Parsed:
    """Amounts rounded to the cent, with every currency mark met.

    >>> money(pd.Series(["$1,234.50", "-$2", "x"], dtype="str"), "comma").values.tolist()
    [1234.5, -2.0, nan]
    >>> money(pd.Series(["R$ 1.234,50", "Rp435.212"], dtype="str"), "dot").values.tolist()
    [1234.5, 435212.0]
    """
    text = as_array(column)
    there = filled(text)
    values = np.full(len(text), math.nan)
    easy = matches(text, _PLAIN[style])
    if numeric is not None:
        easy |= numeric
    fill(values, easy, text)
    marks: frozenset[str] = frozenset()
    hard = there & ~easy
    if hard.any():
        values[hard], marks = _decorated(text.filter(pa.array(hard)), style)
    bad = there & np.isnan(values)
    return Parsed(pd.Series(np.round(values, 2), index=column.index, copy=False), bad, marks)


def _decorated(text: pa.Array, style: str) -> tuple[np.ndarray, frozenset[str]]:
    """Amounts with a currency mark, a sign or separators."""
    text = pc.replace_substring_regex(text, r"['’](\d{3})", r"\1")  # Swiss thousands
    mark = pc.replace_substring_regex(text, rf"[\d.,{SPACE}()+\-−]+", "").dictionary_encode()
    names = [_MARK_OF.get(name.upper()) for name in mark.dictionary.to_pylist()]
    which = mark.indices.to_numpy()
    known = np.array([name is not None for name in names], dtype=bool)[which]
    known &= matches(text, rf"[^\d]*[\d.,{SPACE}]+[^\d]*")
    body = pc.utf8_ltrim(pc.replace_substring_regex(text, r"[^\d.,]+", ""), ".")
    values = np.full(len(text), math.nan)
    for pattern, thousands, decimal in _SHAPES[style]:
        open_ = known & np.isnan(values)
        if not open_.any():
            break
        fits = open_ & matches(body, pattern)
        if fits.any():
            plain = body if fits.all() else body.filter(pa.array(fits))
            if thousands:
                plain = pc.replace_substring(plain, thousands, "")
            if decimal != ".":
                plain = pc.replace_substring(plain, decimal, ".")
            values[fits] = numbers(plain)
    negative = marked(pc.match_substring_regex(text, r"^\(.*\)$|^[^\d]*[-−]"))
    values = np.where(negative, -values, values)
    met = {names[k] for k in np.unique(which[~np.isnan(values)])}
    return values, frozenset(name for name in met if name)


@once_per_word
def count(column: pd.Series, numeric: np.ndarray | None = None, *, ads: bool = False) -> Parsed:
    """Whole numbers, nullable. A group of three after a sign is thousands, whichever the sign.

    >>> count(pd.Series(["1,204", "131.240", "1.5"], dtype="str")).values.tolist()
    [1204, 131240, <NA>]
    """
    text = as_array(column)
    there = filled(text)
    values = np.full(len(text), math.nan)
    easy = matches(text, r"\d+")
    fill(values, easy, text)
    hard = there & ~easy
    if hard.any():
        values[hard] = _grouped(text.filter(pa.array(hard)), ads)
    missing = np.isnan(values)
    whole = pd.array(np.where(missing, 0, values).astype("int64"), dtype="Int64")
    whole[missing] = pd.NA
    return Parsed(pd.Series(whole, index=column.index, copy=False), there & missing)


def _grouped(text: pa.Array, ads: bool) -> np.ndarray:
    """Whole numbers with signs between groups of three, or with zeros behind a sign."""
    group = r"\d{1,3}(?:,\d{3})+" if ads else r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+"
    zeros = r"\d+\.0+" if ads else r"\d+[.,]0{1,2}"
    values = np.full(len(text), math.nan)
    grouped = matches(text, group)
    if grouped.any():
        plain = pc.replace_substring_regex(text.filter(pa.array(grouped)), "[.,]", "")
        values[grouped] = numbers(plain)
    if not grouped.all():
        whole = ~grouped & matches(text, zeros)
        plain = pc.replace_substring_regex(text.filter(pa.array(whole)), "[.,]0+$", "")
        values[whole] = numbers(plain)
    return values


@once_per_word
def number(column: pd.Series, style: str, numeric: np.ndarray | None = None) -> Parsed:
    """Plain numbers, such as daily averages; separators as in money."""
    parsed = money(column, style, numeric)
    text = as_array(column)
    exact = numbers(where(text, matches(text, r"-?\d+\.\d+")))
    use = ~np.isnan(exact) & (
        True if style == "comma" else (numeric if numeric is not None else False)
    )
    return Parsed(parsed.values.mask(use, pd.Series(exact, index=column.index)), parsed.bad)


class Rates(NamedTuple):
    """Rates as printed, the mask of unreadable cells, and which cells carry a percent sign."""

    printed: np.ndarray
    bad: np.ndarray
    signed: np.ndarray


@once_per_word
def rates(column: pd.Series, style: str, numeric: np.ndarray | None = None) -> Rates:
    """Numbers of a rate column before their scale is known (5.93 for "5.93%", 0.0272 …).

    >>> rates(pd.Series(["5.93%", "0,05"], dtype="str"), "whole").printed.tolist()
    [5.93, 0.05]
    """
    whole = as_array(column)
    text = pc.utf8_rtrim(whole, "% ")
    signed = marked(pc.ends_with(whole, "%"))
    if style != "comma":  # a comma in a rate of these currencies is a decimal comma
        text = pc.replace_substring(text, ",", ".")
    else:
        grouped = matches(text, r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
        decimal = pc.replace_substring(text, ",", ".")
        if grouped.any():
            bare = pc.replace_substring(text, ",", "")
            decimal = pc.if_else(pa.array(grouped), bare, decimal)
        text = decimal
    printed = numbers(where(text, matches(text, r"-?\d*\.?\d+")))
    return Rates(printed, filled(whole) & np.isnan(printed), signed)


class Ids(NamedTuple):
    """Ids as text (or lists of ids), and what each cell holds.

    `damaged`: an id that a spreadsheet has rounded; `bad`: no id at all; `tails`: one that is all
    0 after 15 digits; `whole`: one of 17 and more digits that is not. `lone` says that all ids of
    the column are one and the same, which ends in such zeros: only the other ids of the file can
    tell whether it was rounded.
    """

    values: pd.Series
    damaged: np.ndarray
    bad: np.ndarray
    tails: np.ndarray
    whole: np.ndarray
    lone: bool = False


@once_per_word
def ids(column: pd.Series, numeric: np.ndarray | None = None) -> Ids:
    """Ids as text; scientific notation, rounded digits and long numeric cells are damage.

    >>> ids(pd.Series(["7599000000000000101", "7.59E+18", "N.N."], dtype="str")).damaged.tolist()
    [False, True, False]
    """
    text = without(pc.utf8_trim(as_array(column), "'=\"" + EDGES), _NO_ID)
    digits = matches(text, r"\d+")
    rounded = np.zeros(len(text), dtype=bool)
    other = ~digits & filled(text)
    if other.any():
        rounded[other] = matches(text.filter(pa.array(other)), r"\d+(?:[.,]\d+)?[Ee]\+?\d+")
    if numeric is not None and numeric.any():
        rounded |= numeric & digits & marked(pc.is_in(text, _rounded_numbers(text, numeric)))
    tails = matches(text, r"\d{15}0{2,}")
    found = text.filter(pa.array(tails)).unique() if tails.any() else ()
    lone = len(found) == 1 and len(text.filter(pa.array(digits)).unique()) == 1
    if len(found) > 1 and _too_many_for_chance(text.filter(pa.array(digits)).unique(), len(found)):
        rounded |= tails
    whole = digits & ~tails & ~rounded & marked(pc.greater_equal(pc.binary_length(text), 17))
    return Ids(as_text(text, column.index), rounded, other & ~rounded, tails, whole, lone)


def _rounded_numbers(text: pa.Array, numeric: np.ndarray) -> pa.Array:
    """The ids among a workbook's numbers that have been through a floating-point number.

    Such a one is printed with at most 17 digits and zeros behind, or is a multiple of a power of
    two; of whole 19-digit ids about one in a hundred is, and only where others of the column are
    exact can that be chance.
    """
    large = [
        word
        for word in text.filter(pa.array(numeric)).unique().to_pylist()
        if word and word.isdecimal() and int(word) >= 2**53  # where doubles end
    ]
    like = [word for word in large if _like_a_double(word)]
    chance = len(like) < len(large) and not _is_no_chance(len(large) / 91, len(like))
    return pa.array([] if chance else like, pa.large_string())


def _like_a_double(digits: str) -> bool:
    return len(digits.rstrip("0")) <= 17 or int(float(digits)) == int(digits)


def _is_no_chance(expected: float, met: int) -> bool:
    """Whether as many as were met are less than one in a thousand likely (Poisson)."""
    below = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(min(met, 60)))
    return 1 - below < 0.001


def _too_many_for_chance(distinct: pa.Array, met: int) -> bool:
    """Whether too many ids are all 0 after the fifteenth digit to be so by chance.

    One genuine 19-digit id in ten thousand ends in 0000, and a spreadsheet damages a whole
    column: a single one beside whole ids proves nothing, and the chance of as many as were met
    must be below one in a thousand.
    """
    extra = pc.utf8_length(distinct).to_numpy() - 15
    return _is_no_chance(float(np.sum(10.0 ** -extra[extra >= 2])), met)


def id_lists(column: pd.Series) -> Ids:
    """Several ids in one cell: a column of lists."""
    text = pc.replace_substring_regex(as_array(column), rf"[{SPACE}'\"=]+", "")
    text = without(pc.replace_substring_regex(text, "[;，、|]", ","), _NO_ID)
    parts = pc.split_pattern(text, ",")
    each = ids(as_text(pc.list_flatten(parts)))
    origin = pc.list_parent_indices(parts).to_numpy()

    def any_of(mask: np.ndarray) -> np.ndarray:
        cells = np.zeros(len(text), dtype=bool)
        cells[origin[mask]] = True
        return cells

    lists = [list(dict.fromkeys(filter(None, cell or ()))) for cell in parts.to_pylist()]
    values = pd.Series(lists, index=column.index, dtype="object")
    damaged, bad, tails, whole = (
        any_of(mask) for mask in (each.damaged, each.bad, each.tails, each.whole)
    )
    return Ids(values, damaged, bad, tails, whole, each.lone)


@once_per_word
def handles(column: pd.Series) -> pd.Series:
    """Creator handles: no leading @, lower case, trimmed; missing where empty.

    >>> handles(pd.Series(["@Sample.Creator ", "@"], dtype="str")).tolist()
    ['sample.creator', nan]
    """
    text = pc.utf8_trim(pc.utf8_ltrim(pc.utf8_trim(as_array(column), EDGES), "@"), EDGES)
    return as_text(without(pc.utf8_lower(text), _NO_HANDLE), column.index)


def buyer_keys(column: pd.Series, salt: bytes) -> pd.Series:
    """Buyers as keyed hashes: the first 32 hex digits of HMAC-SHA256 under the client's salt.

    A masked name ("s***1") stands for many people and gives no key.
    """
    names = column.str.lower()
    encoded = pc.dictionary_encode(as_array(names))
    keys = [
        None
        if name is None or "*" in name
        else hmac.digest(salt, name.encode(), hashlib.sha256).hex()[:32]
        for name in encoded.dictionary.to_pylist()
    ]
    taken = pa.array(keys, type=pa.large_string()).take(encoded.indices)
    return pd.Series(taken.to_pandas().to_numpy(), index=column.index).astype("str")
