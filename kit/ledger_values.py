"""A ledger's cells as values; each ValueError says what was found and what was expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kit.exports import values

_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?")
# How spreadsheets count days; these are the serials of 2000 to 2099.
_DAY_0, _FIRST_SERIAL, _LAST_SERIAL = date(1899, 12, 30), 36_526, 73_050


@dataclass(frozen=True)
class Writing:
    """How one ledger is written: the client's `currency`, and the order of days and months.

    `order` is "dmy" or "mdy", or None where the ledger leaves it open.
    """

    currency: str
    order: str | None = None


def day_order(days: Iterable[str], months: Iterable[str], told: str | None) -> str | None:
    """The order of days and months in a ledger's dates such as 5/4/2026; None if it is open.

    A number above 12 is a day; of `months` the day is always the first. Failing that it is `told`
    (`date_order` of client.toml). Where both orders are met, no ambiguous date can be read.
    """
    possible = {"dmy", "mdy"}
    for text in days:
        found = _SLASHED.fullmatch(text)
        if found and found[2] != ".":
            possible -= {"mdy"} if int(found[1]) > 12 else set()
            possible -= {"dmy"} if int(found[3]) > 12 else set()
    firsts = [m for m in map(_SLASHED.fullmatch, months) if m and m[1] != m[3]]
    if firsts:
        possible -= {"dmy"} if any(m[1] != "1" and m[1] != "01" for m in firsts) else set()
        possible -= {"mdy"} if any(m[3] != "1" and m[3] != "01" for m in firsts) else set()
    if len(possible) == 1:
        return possible.pop()
    return told if told in possible else None


def day(text: str, writing: Writing) -> date:
    """A date: 2026-05-04, 5/4/2026 in the ledger's order, 4.5.2026, or a spreadsheet's serial."""
    plain = re.sub(r"[T ]00:00:00$", "", text).replace("/", "-")
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", plain):
        return _date(text, *(int(part) for part in plain.split("-")))
    if re.fullmatch(r"\d{5}", text) and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return _DAY_0 + timedelta(int(text))
    found = _SLASHED.fullmatch(text)
    if not found:
        raise ValueError(f"holds {text!r}. Write the date as 2026-05-04.")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    order = "dmy" if found[2] == "." or first > 12 else "mdy" if second > 12 else writing.order
    if order is None and first != second:
        raise ValueError(
            f"holds {text!r}, which is {year}-{first:02d}-{second:02d} or "
            f"{year}-{second:02d}-{first:02d}. Write the date as 2026-05-04, or write "
            'ledgers = "month first" (or "day first") under [date_order] in client.toml.'
        )
    day_, month = (first, second) if order == "dmy" else (second, first)
    return _date(text, year, month, day_)


def _date(text: str, year: int, month: int, day_: int) -> date:
    try:
        return date(year, month, day_)
    except ValueError:
        raise ValueError(f"holds {text!r}, a day that does not exist.") from None


def month(text: str, writing: Writing) -> date:
    """The first day of a month, written as 2026-05 or as any of its days."""
    return day(text if len(text) != len("2026-05") else f"{text}-01", writing).replace(day=1)


def week(text: str, writing: Writing) -> str:
    """An ISO week, written as 2026-W19 or as any of its days."""
    if re.fullmatch(r"\d{4}-W\d{2}", text):
        try:
            date.fromisoformat(f"{text}-1")
        except ValueError:
            raise ValueError(f"holds {text!r}, a week that does not exist.") from None
        return text
    year, number, _ = day(text, writing).isocalendar()
    return f"{year}-W{number:02d}"


def word(text: str, words: tuple[str, ...]) -> str:
    """One of a few words, in any case, with spaces or hyphens for underscores."""
    plain = re.sub(r"[\s-]+", "_", text.lower())
    if plain in words:
        return plain
    near = difflib.get_close_matches(plain, words, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ValueError(f"holds {text!r}, which is none of {', '.join(words)}.{hint}")


def money(text: str, writing: Writing) -> float:
    """An amount of 0 or more, plain or as a spreadsheet formats it: $1,234.50, 1.234,50 €."""
    grouped = values.convention(writing.currency, ()) != "comma" and re.fullmatch(
        r"\d{1,3}(\.\d{3})+", text
    )
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) and not grouped:
        return number(text, float, 0)
    column = pd.Series([text], dtype="str")
    style = values.convention(writing.currency, [column])
    parsed = values.money(column, style) if style else None
    if parsed is None or parsed.bad.any():
        raise ValueError(f"holds {text!r}. Write a plain number such as 1234.50.")
    for mark in parsed.marks:
        if writing.currency not in values.MARKS[mark]:
            raise ValueError(
                f"holds {text!r}, and the client's currency is {writing.currency}. "
                "Write the amount in that."
            )
    amount = float(parsed.values.iat[0])
    if amount < 0:
        raise ValueError(f"holds {text!r}. Expected 0 or more.")
    return amount


def number(text: str, kind: Callable[[str], Any], low: float, high: float | None = None) -> Any:
    """A number of 0 or more, or between two ends; thousands may have commas."""
    asked = "a whole number" if kind is int else "a plain number such as 1234.50"
    plain = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
        raise ValueError(f"holds {text!r}. Write {asked}.")
    if kind is int and float(plain) != int(float(plain)):
        raise ValueError(f"holds {text!r}. Write {asked}.")
    found = kind(plain.partition(".")[0]) if kind is int else kind(plain)
    if found < low or (high is not None and found > high):
        most = f" to {high}" if high is not None else " or more"
        raise ValueError(f"holds {text!r}. Expected {low}{most}.")
    return found


def rate(text: str) -> float:
    """A fraction (0.15) or a percentage with its sign (15%)."""
    percent = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*%", text)
    found = round(float(percent[1].replace(",", ".")) / 100, 12) if percent else None
    if found is None:
        found = number(text, float, 0)
    if found > 1:
        raise ValueError(f"holds {text!r}, a rate above 1. Write it as 0.15 or as 15%.")
    return found


def an_id(text: str) -> str:
    """An id as text; ValueError for one that a spreadsheet has rounded."""
    if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", text):
        raise ValueError(
            f"holds {text!r}, an id a spreadsheet has rounded. Enter it again as text."
        )
    return text
