"""The days a figure covers: whole days, both ends included, and the windows that tile them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

WEEK_DAYS = 7
FOUR_WEEKS_DAYS = 28
PUBLISHING_DAYS = 84


@dataclass(frozen=True)
class Period:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def overlap(self, start: date | None, end: date | None) -> int:
        """How many of its days lie within `start … end`; an end left out is open."""
        first = self.start if start is None else max(self.start, start)
        last = self.end if end is None else min(self.end, end)
        return max((last - first).days + 1, 0)


def as_day(value: date | str) -> date:
    """A plain date of a date, timestamp or ISO text.

    >>> as_day("2026-05-10")
    datetime.date(2026, 5, 10)
    """
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.date()
    return value


def week(as_of: date | str) -> Period:
    """From Monday to `as_of`.

    >>> week("2026-05-06").start
    datetime.date(2026, 5, 4)
    """
    last = as_day(as_of)
    return Period(last - timedelta(last.weekday()), last)


def four_weeks(as_of: date | str) -> Period:
    """The 28 days that end on `as_of`."""
    return last_days(as_of, FOUR_WEEKS_DAYS)


def last_days(as_of: date | str, days: int) -> Period:
    """The `days` days that end on `as_of`."""
    last = as_day(as_of)
    return Period(last - timedelta(days - 1), last)


def publishing(as_of: date | str, followed_days: int = 14) -> Period:
    """The days of publishing behind `revenue_per_post`: old enough to be followed to the end.

    A post of the last day has had its `followed_days`, the day of publishing included.

    >>> publishing("2026-05-10")
    Period(start=datetime.date(2026, 2, 16), end=datetime.date(2026, 4, 27))
    """
    last = as_day(as_of)
    return Period(last - timedelta(PUBLISHING_DAYS - 1), last - timedelta(followed_days - 1))


def untiled(windows: pd.DataFrame, period: Period) -> str | None:
    """Why the kept windows do not tile the period exactly; None where they do.

    `windows` has one row per kept window: `window_start`, `window_end` and, where hours are
    known, `partial` (the last day is not whole). A window that reaches over an end of the period,
    a day no window covers, a day covered twice and a partial day each leave it untiled.
    """
    held = sorted(
        (as_day(row.window_start), as_day(row.window_end), bool(getattr(row, "partial", False)))
        for row in windows.itertuples(index=False)
        if pd.notna(row.window_start) and pd.notna(row.window_end)
    )
    touching = [window for window in held if period.overlap(window[0], window[1])]
    for start, end, partial in touching:
        if start < period.start or end > period.end:
            return f"the window {start} to {end} reaches beyond {period.start} to {period.end}"
        if partial:
            return f"the last day of the window {start} to {end} is not whole"
    return _first_break(touching, period)


def _first_break(windows: Iterable[tuple[date, date, bool]], period: Period) -> str | None:
    due = period.start
    for start, end, _ in windows:
        if start > due:
            return f"no window covers {due} to {start - timedelta(1)}"
        if start < due:
            return f"two windows cover {start}"
        due = end + timedelta(1)
    return None if due > period.end else f"no window covers {due} to {period.end}"
