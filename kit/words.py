"""Numbers, money, days and lists as people write them: the one place where figures are rounded.

They are written as the language of the document has it (`language.speaking`). Missing values of
any kind become an en dash. Nothing here knows what a figure means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from kit import language
from kit.language import phrase

MISSING = "–"
_SYMBOLS = {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "CA$", "AUD": "A$", "BRL": "R$"}
_SYMBOLS |= {
    "MXN": "MX$",
    "SGD": "S$",
    "PHP": "₱",
    "THB": "฿",
    "VND": "₫",
    "MYR": "RM",
    "IDR": "Rp",
}
_SYMBOLS |= {"JPY": "¥"}
_NO_CENTS = {"VND", "IDR", "JPY", "KRW"}
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def is_missing(value: Any) -> bool:
    """Whether a single value is None, NaN, NaT, NA or an empty text."""
    return value is None or value == "" if isinstance(value, str | None) else bool(pd.isna(value))


def money(value: float | None, currency: str = "USD", decimals: int | None = None) -> str:
    """An amount in the client's currency; cents only below 100, unless `decimals` says.

    >>> money(1234.5), money(12.5), money(-8), money(None), money(1500, "CHF")
    ('$1,235', '$12.50', '−$8.00', '–', 'CHF 1,500')
    """
    if is_missing(value):
        return MISSING
    assert value is not None
    if decimals is None:
        decimals = 0 if abs(value) >= 99.995 or value == 0 or currency in _NO_CENTS else 2
    symbol = _symbol(currency)
    text = number(abs(value), decimals)
    nothing = not re.search("[1-9]", text)
    return f"{'−' if value < 0 and not nothing else ''}{symbol}{text}"


def _symbol(currency: str) -> str:
    spoken = language.active()
    return spoken.symbol(currency) if spoken else _SYMBOLS.get(currency, f"{currency} ")


def signed_money(value: float | None, currency: str = "USD", decimals: int | None = None) -> str:
    """A change of an amount, with its sign.

    >>> signed_money(480), signed_money(-8), signed_money(0), signed_money(None)
    ('+$480', '−$8.00', '$0', '–')
    """
    text = money(value, currency, decimals)
    up = not is_missing(value) and value > 0 and re.search("[1-9]", text)  # type: ignore[operator]
    return f"+{text}" if up else text


def money_short(value: float | None, currency: str = "USD") -> str:
    """An amount for an axis or a big figure: two or three digits and K or M.

    >>> money_short(12_340), money_short(950), money_short(2_500_000), money_short(-40_000)
    ('$12.3K', '$950', '$2.5M', '−$40K')
    """
    if is_missing(value):
        return MISSING
    assert value is not None
    symbol = _symbol(currency)
    sign = "−" if value < 0 else ""
    size = abs(value)
    for unit, mark in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= unit * 0.9995:
            return f"{sign}{symbol}{_marks(_digits(size / unit))}{mark}"
    return f"{sign}{symbol}{_marks(f'{size:,.0f}')}"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}".removesuffix(".0")


def number(value: float | None, decimals: int = 0) -> str:
    """A plain number with thousands marks, halves away from zero.

    >>> number(1234), number(2.5), number(0.25, 1), number(-0.3), number(None)
    ('1,234', '3', '0.3', '0', '–')
    """
    if is_missing(value):
        return MISSING
    assert value is not None
    rounded = _half_up(float(value), decimals)
    return _marks(f"{rounded:,.{decimals}f}".replace("-", "−"))


def _marks(text: str) -> str:
    spoken = language.active()
    return spoken.digits(text) if spoken else text


def _half_up(value: float, decimals: int) -> float:
    shift = 10**decimals
    nearest = round(abs(value) * shift, 9)
    return (int(nearest + 0.5) / shift) * (1 if value >= 0 else -1) + 0.0  # no -0


def plain_number(value: float | None, decimals: int = 1) -> str:
    """A number with its decimals only where it has any: 30, but 7.5."""
    if is_missing(value):
        return MISSING
    assert value is not None
    nearest = _half_up(float(value), decimals)
    while decimals and nearest == _half_up(nearest, decimals - 1):
        decimals -= 1
    return number(value, decimals)


def percent(value: float | None, decimals: int = 1) -> str:
    """A fraction as a percentage.

    >>> percent(0.04), percent(0.0249), percent(None), percent(1.2, 0)
    ('4.0%', '2.5%', '–', '120%')
    """
    if is_missing(value):
        return MISSING
    return f"{number(value * 100, decimals)}{_percent_sign()}"  # type: ignore[operator]


def _percent_sign() -> str:
    spoken = language.active()
    return spoken.percent_sign if spoken else "%"


def percent_range(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Two ends of an interval of fractions: "2.4–6.5%"."""
    if is_missing(low) or is_missing(high):
        return MISSING
    return f"{percent(low, decimals).removesuffix(_percent_sign())}–{percent(high, decimals)}"


def money_range(low: float | None, high: float | None, currency: str = "USD") -> str:
    """Two ends of an interval of money: "$12–$31"."""
    if is_missing(low) or is_missing(high):
        return MISSING
    assert high is not None
    decimals = None if high < 99.995 else 0
    return f"{money(low, currency, decimals)}–{money(high, currency, decimals)}"


def count(number_of: float | None, noun: str, plural: str | None = None) -> str:
    """A number of things, singular or plural.

    >>> count(1, "click"), count(275, "click"), count(0, "order"), count(2, "company", "companies")
    ('1 click', '275 clicks', '0 orders', '2 companies')
    """
    word = noun if number_of == 1 else plural or f"{noun}s"
    return f"{plain_number(number_of)} {word}"


def counted(one: str, many: str, number_of: float, **places: Any) -> str:
    """A message in the form that goes with a number, which stands in its place ``{count}``.

    >>> counted("{count} post of {whom}", "{count} posts of {whom}", 2, whom="ana")
    '2 posts of ana'
    """
    return language.plural(one, many, number_of, count=plain_number(number_of), **places)


def in_words(number_of: int) -> str:
    """Small whole numbers in letters, as prose has them, from "no" to "nine"; then digits.

    Digits alone in other languages, whose numerals agree with what they count.

    >>> in_words(0), in_words(3), in_words(12)
    ('no', 'three', '12')
    """
    small = 0 <= number_of < len(_SMALL) and language.active() is None
    return _SMALL[number_of] if small else number(number_of)


def day(value: Any, year: bool = True) -> str:
    """A date as "10 May 2026", or "10 May"."""
    if is_missing(value):
        return MISSING
    moment = pd.Timestamp(value)
    spoken = language.active()
    month = spoken.month(moment.month) if spoken else f"{moment:%B}"
    if year:
        return phrase("{day} {month} {year}", day=moment.day, month=month, year=f"{moment:%Y}")
    return phrase("{day} {month}", day=moment.day, month=month)


def month(value: Any) -> str:
    """The month of a date: "May 2026"."""
    moment, spoken = pd.Timestamp(value), language.active()
    name = spoken.month(moment.month) if spoken else f"{moment:%B}"
    return phrase("{month} {year}", month=name, year=f"{moment:%Y}")


def short_day(value: Any) -> str:
    """A date for an axis or a narrow column: "10 May"."""
    if is_missing(value):
        return MISSING
    moment, spoken = pd.Timestamp(value), language.active()
    month = spoken.month(moment.month, "abbreviated") if spoken else f"{moment:%b}"
    return f"{moment.day} {month}"


def period(start: Any, end: Any) -> str:
    """Two dates, both included, without saying month or year twice.

    >>> period(date(2026, 5, 4), date(2026, 5, 10)), period(date(2026, 4, 13), date(2026, 5, 10))
    ('4–10 May 2026', '13 April – 10 May 2026')
    """
    if is_missing(start) or is_missing(end):
        return MISSING
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first, year=first.year != last.year)} – {day(last)}"


def week_name(as_of: date) -> str:
    """The ISO week of a day: "week 19 of 2026"."""
    iso = as_of.isocalendar()
    return phrase("week {week} of {year}", week=iso.week, year=iso.year)


def listed(items: Iterable[str], most: int | None = None, last: str = "and") -> str:
    """Items as prose: "a, b and c", the rest of a long list counted.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], most=2)
    ('a', 'a, b and c', 'a, b and 2 more')
    """
    words = [str(item) for item in items]
    if most is not None and len(words) > most + 1:
        words = [*words[:most], phrase("{count} more", count=len(words) - most)]
    if len(words) < 2:
        return "".join(words)
    if last == "and":
        return phrase("{items} and {last}", items=", ".join(words[:-1]), last=words[-1])
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def cut(text: Any, length: int) -> str:
    """A long text shortened at a word's end where there is one, with an ellipsis.

    >>> cut("my honest review of this serum", 20), cut("averyveryverylonghandle", 12)
    ('my honest review of…', 'averyveryve…')
    """
    words = "" if is_missing(text) else " ".join(str(text).split())
    if len(words) <= length:
        return words
    short = words[: length - 1]
    if words[length - 1] != " " and " " in short[length // 2 :]:
        short = short[: short.rindex(" ")]
    return short.rstrip(" ,.;:–-") + "…"


def sentence(text: Any) -> str:
    """A text that begins with a capital and ends with a stop, as a sentence does.

    >>> sentence("no cost is known"), sentence(float("nan"))
    ('No cost is known.', '')
    """
    text = "" if is_missing(text) else text.strip()
    if not text:
        return ""
    head = text if text.startswith("@") else text[0].upper() + text[1:]
    return head if head[-1] in ".!?…" else head + "."
