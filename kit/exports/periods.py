"""The period in a file's name: the only place where windowed exports say what they cover."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_DAY = r"(20\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[ T]([01]\d|2[0-3]))?(?!\d)"
_PERIOD = re.compile(rf"(?<!\d){_DAY}(?:\s*(?:~|-|–|—|_|to|\.\.)\s*|\s+){_DAY}", re.IGNORECASE)


class Period(NamedTuple):
    """First and last day, both included; partial if the hours named leave a day incomplete."""

    start: date
    end: date
    partial: bool


def in_name(name: str) -> set[Period]:
    """Every period a file name holds; more than one is for the caller to refuse.

    >>> in_name("Video_List_20260701-20260731 (1).xlsx")
    {Period(start=datetime.date(2026, 7, 1), end=datetime.date(2026, 7, 31), partial=False)}
    >>> in_name("creative data 2026-09-08 00 ~ 2026-09-15 05.xlsx").pop().partial
    True
    >>> in_name("affiliate_orders_7599000000020260701.csv")
    set()
    """
    found = set()
    for match in _PERIOD.finditer(name):
        y1, _, m1, d1, hour1, y2, _, m2, d2, hour2 = match.groups()
        try:
            start, end = date(int(y1), int(m1), int(d1)), date(int(y2), int(m2), int(d2))
        except ValueError:
            continue
        hours = hour1 is not None and hour2 is not None
        partial = hours and (int(hour2) < 23 or int(hour1) > 0)
        found.add(Period(start, end, partial))
    return found
