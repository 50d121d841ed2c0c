"""Which number of a printed date is the day: what a file proves, and who may say it otherwise.

A file prints all its dates in one order. What decides it, in this order: a number above 12 in any
of its dates; the client's word for the kind (`date_order`); what only one of the readings can be
(`day_evidence`); the client's other files (`Reading.others`, found by `kit.day_orders`); for three
layouts, the order they were seen in. A file that is open after all that is refused.
"""

from __future__ import annotations

import difflib
from typing import Any, NamedTuple

import numpy as np

from ..errors import ExportError
from . import dates
from .day_evidence import EVIDENCE, ORDERS, Dated, other
from .kinds import KINDS, Kind
from .reading import Reading

NAMES = {"dmy": "day first", "mdy": "month first"}
# How client.toml may say it. Dates that begin with the year ("ymd") leave nothing open.
_SAID = {"day first": "dmy", "month first": "mdy", "dmy": "dmy", "mdy": "mdy", "ymd": ""}
LEDGERS = "ledgers"  # what the hand-kept files are called there, beside the kinds of exports

# What public files of a kind were seen to print, by market: a file that certainly prints
# otherwise is refused until the client says so. "" is every market.
USUAL = {
    "affiliate_orders": {"": "dmy"},
    "shop_orders": {"US": "mdy", "MX": "mdy", "ID": "dmy", "VN": "dmy"},
    "video_list": {"US": "mdy"},
}
# Layouts that were seen whole and print nothing else: the order of a file that stays open. Of
# affiliate orders only the Thai form, with dates that begin with the year beside the others.
SEEN = {("video_list", "US"): "mdy", ("video_data", "BR"): "dmy", ("affiliate_orders", "TH"): "dmy"}


class DayOrder(NamedTuple):
    """The order of a sheet's dates ("dmy" or "mdy") and how it is known.

    `by` is "file", "client", "others", "orders", "seen", or "" where no date needs an order.
    """

    order: str
    by: str
    note: str | None = None


class AmbiguousDays(ExportError):
    """Refused since every date of the file can be read two ways; `kind` is the file's."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


def named(given: Any) -> dict[str, str]:
    """`date_order` of client.toml as "dmy" or "mdy" by kind; an order for all stands under "".

    Raises ValueError for a kind or an order that there is not.

    >>> named("month first"), named({"ledgers": "dmy"})
    ({'': 'mdy'}, {'ledgers': 'dmy'})
    """
    found = {}
    for kind, order in (given if isinstance(given, dict) else {"": given}).items():
        if kind and kind not in (*KINDS, LEDGERS):
            near = difflib.get_close_matches(kind, (*KINDS, LEDGERS), n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Kinds are {', '.join(KINDS)}."
            raise ValueError(f"no kind of export is called {kind}. {hint}")
        if order not in _SAID:
            raise ValueError(f"{order!r} is neither 'day first' nor 'month first'")
        found[kind] = _SAID[order]
    return {kind: order for kind, order in found.items() if order}


def usual(kind: str, market: str) -> str | None:
    """The order a kind is known to print in a market, as far as it is known."""
    known = USUAL.get(kind, {})
    return known.get(market.upper(), known.get(""))


def told(kind: str, reading: Reading) -> str | None:
    """The order that `client.toml` gives for a kind.

    One order for all files does not speak for a kind that is known to print the other.
    """
    given = reading.date_order or {}
    if kind in given:
        return given[kind]
    general = given.get("")
    return general if usual(kind, reading.market) in (general, None) else None


def settle(kind: Kind, found: Dated, reading: Reading) -> DayOrder:
    """The one day order of a sheet; raises ExportError where it is open or contradicts itself."""
    known = found.usual = usual(kind.name, reading.market)
    if dates.says_nothing(found.parts.values()):
        return DayOrder(known or "dmy", "")  # they read alike either way
    possible = dates.possible_orders(found.parts.values())
    if not possible:
        raise ExportError(
            "prints some dates as day/month/year and others as month/day/year. "
            "Download the export again and do not open it in a spreadsheet."
        )
    said = told(kind.name, reading)
    if len(possible) == 2 and said:
        return DayOrder(said, "client")
    if len(possible) == 2:
        for evidence in EVIDENCE:
            possible &= evidence(found)
    if not possible:
        raise ExportError(
            f"has dates that are wrong day first and wrong month first: {_example(found)}. "
            "Download the export again and do not open it in a spreadsheet."
        )
    if len(possible) == 2:
        return _from_elsewhere(kind, found, reading)
    (order,) = possible
    if known in (None, order, said):
        return DayOrder(order, "file")
    if said == order:
        return DayOrder(order, "client")
    raise ExportError(_unusual(kind, order, found, reading))


def _from_elsewhere(kind: Kind, found: Dated, reading: Reading) -> DayOrder:
    """The order of a file that leaves it open: what its client's other files or its layout say."""
    if kind.name in reading.others:
        order, by = reading.others[kind.name]
        why = {
            "others": f"as the client's other files of {kind.title} print them",
            "orders": "as the same orders in another file show",
        }[by]
        return DayOrder(order, by, f"dates such as {_cell(found)} are read {NAMES[order]}, {why}")
    order = SEEN.get((kind.name, reading.market.upper()), "")
    years = any((part.good & part.year_first).any() for part in found.parts.values())
    if order and (kind.name != "affiliate_orders" or years):
        note = (
            f"dates such as {_cell(found)} can be read two ways; they are read {NAMES[order]}, as "
            f"files of {kind.title} in {reading.market} were seen to print them. If that is wrong, "
            f"write "
            f"{line(kind.name, other(order))}"
        )
        return DayOrder(order, "seen", note)
    raise AmbiguousDays(_ambiguous(kind, found, reading), kind.name)


def line(kind: str, order: str) -> str:
    """What to write where, for the order of a kind to be `order`."""
    return f'{kind} = "{NAMES[order]}" under [date_order] in client.toml'


def _unusual(kind: Kind, order: str, found: Dated, reading: Reading) -> str:
    names = {"dmy": "day/month/year", "mdy": "month/day/year"}
    return (
        f"has dates that cannot be {names[other(order)]}{_such(found, order)}, which is usual for "
        f"{kind.title} in {reading.market}; they would be {names[order]}. If that is right, write "
        f"{line(kind.name, order)}."
    )


def _such(found: Dated, order: str) -> str:
    """The first date that one order alone can read, with its row; "" where other evidence told."""
    for column, part in found.parts.items():
        day = part.first if order == "dmy" else part.second
        only = np.flatnonzero(part.good & ~part.year_first & (day > 12))
        if len(only):
            cell = str(found.text[column].iloc[only[0]]).split()[0]
            return f" ({cell} in row {found.place.row[only[0]]})"
    return ""


def _ambiguous(kind: Kind, found: Dated, reading: Reading) -> str:
    given = (reading.date_order or {}).get("")
    one_line = (
        f" (date_order is {NAMES[given]} there for every file, which {kind.title} do not usually "
        f'print: put [date_order] in its place, with ledgers = "{NAMES[given]}" for the ledgers)'
        if given
        else ""
    )
    first = usual(kind.name, reading.market) or "dmy"
    return (
        f"has dates that can be read two ways: {_example(found)}, and neither this file nor "
        f"another of the client's tells which. Look at one whose day you know and write "
        f'{line(kind.name, first)}, or else {kind.name} = "{NAMES[other(first)]}"{one_line}.'
    )


def _cell(found: Dated) -> str:
    return _open_cell(found)[1]


def _open_cell(found: Dated) -> tuple[str, str, int]:
    """A column, a cell of it that the two orders read differently, and its position."""
    for column, part in found.parts.items():
        open_ = np.flatnonzero(part.good & ~part.year_first & (part.first != part.second))
        if len(open_):
            return column, str(found.text[column].iloc[open_[0]]), int(open_[0])
    raise ValueError("no date that the two orders read differently")


def _example(found: Dated) -> str:
    """A date of the file with both its readings: "03/04/2026 in row 2 is 3 April or 4 March"."""
    column, cell, at = _open_cell(found)
    days = [found.local(column, order).iloc[at] for order in ORDERS]
    first, second = (f"{day.day} {day:%B}" for day in days)
    return f"{cell.split()[0]} in row {found.place.row[at]} is {first} or {second}"
