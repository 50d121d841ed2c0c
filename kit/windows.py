"""Which windows of an export kind are kept when several files' windows overlap.

TikTok's lists are sums over a chosen window of days, so two windows that share a day must never
both be added. Kept is, over all files of a kind, the finest set of windows that tile; of equally
fine sets the one that starts on Mondays, failing that the one that covers most days, then the one
that ends latest. Days that no kept window covers are gaps: reported, and the set still kept.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

WEEK_DAYS = 7


class Window(NamedTuple):
    """Whole days, both ends included; `partial` where the last day's hours end before 23."""

    start: date
    end: date
    partial: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def overlaps(self, other: Window) -> bool:
        return self.start <= other.end and other.start <= self.end

    def __str__(self) -> str:
        hours = ", last day not whole" if self.partial else ""
        return f"{self.start} to {self.end}{hours}"


def kept(windows: Iterable[Window]) -> list[Window]:
    """The windows to keep, by day, none of which share a day.

    Shorter windows are taken first, each length as a whole. A window shorter than a week gives
    way to the longer one over it unless it and its neighbours tile that window, or a Monday week,
    to the day: a look at Monday to Wednesday must not cost the week.

    >>> week = Window(date(2026, 5, 4), date(2026, 5, 10))
    >>> month = Window(date(2026, 5, 1), date(2026, 5, 31))
    >>> kept([month, week]) == [week]
    True
    """
    offered = sorted(set(windows))
    chosen = _finest_first([w for w in offered if _tiles(w, offered)], [])
    return sorted(_finest_first(offered, chosen))


def _finest_first(offered: list[Window], chosen: list[Window]) -> list[Window]:
    """The windows chosen already and, shortest first, those that share no day with any chosen."""
    chosen = list(chosen)
    for days, partial in sorted({(w.days, w.partial) for w in offered}):
        free = [
            w
            for w in offered
            if (w.days, w.partial) == (days, partial)
            and not any(w.overlaps(other) for other in chosen)
        ]
        chosen += _best(free)
    return chosen


def _tiles(window: Window, offered: list[Window]) -> bool:
    """May this window stand where longer ones lie over it?"""
    if window.days >= WEEK_DAYS:
        return True
    over = [w for w in offered if w.days > window.days and w.overlaps(window)]
    if not over:
        return True
    monday = window.start - timedelta(window.start.weekday())
    blocks = [Window(monday, monday + timedelta(WEEK_DAYS - 1)), *over]
    return any(_tiled_through(window, block, offered) for block in blocks)


def _tiled_through(window: Window, block: Window, offered: list[Window]) -> bool:
    """Do whole windows shorter than the block, this one among them, tile it exactly?"""
    if window.partial or window.start < block.start or window.end > block.end:
        return False
    fine = [w for w in offered if w.days < block.days and not w.partial]
    return _reaches(block.start, window.start, fine) and _reaches(
        window.end + timedelta(1), block.end + timedelta(1), fine
    )


def _reaches(first: date, last: date, fine: list[Window]) -> bool:
    """Can windows laid end to end lead from `first` up to, and not over, `last`?"""
    reached = {first}
    for window in sorted(fine):
        if window.start in reached and window.end < last:
            reached.add(window.end + timedelta(1))
    return last in reached


def _best(rivals: list[Window]) -> list[Window]:
    """Of equally long windows the set that starts on Mondays, then covers most, then ends latest.

    Weighted interval scheduling (Kleinberg & Tardos 2006, §6.1); the weight is compared in that
    order, and the sum of the ends breaks the last ties.
    """
    by_end = sorted(rivals, key=lambda w: (w.end, w.start))
    ends = [w.end for w in by_end]
    best: list[tuple[tuple[int, int, int], list[Window]]] = [((0, 0, 0), [])]
    for window in by_end:
        before = bisect_left(ends, window.start)
        (mondays, days, latest), picked = best[before]
        weight = (
            mondays + (window.start.weekday() == 0),
            days + window.days,
            latest + window.end.toordinal(),
        )
        best.append(max((weight, [*picked, window]), best[-1], key=lambda option: option[0]))
    return best[-1][1]


def gaps(
    windows: Iterable[Window], first: date | None = None, last: date | None = None
) -> list[Window]:
    """Stretches of days no window covers, from `first` (else the first window) to `last`.

    >>> first, third = date(2026, 5, 4), date(2026, 5, 18)
    >>> weeks = [Window(day, day + timedelta(6)) for day in (first, third)]
    >>> [str(gap) for gap in gaps(weeks)]
    ['2026-05-11 to 2026-05-17']
    """
    held = sorted(windows)
    if not held and (first is None or last is None):
        return []
    due = first or held[0].start
    until = last or max(w.end for w in held)
    missing = []
    for window in held:
        if window.start > due:
            missing.append(Window(due, min(window.start - timedelta(1), until)))
        due = max(due, window.end + timedelta(1))
        if due > until:
            break
    if due <= until:
        missing.append(Window(due, until))
    return [gap for gap in missing if gap.start <= gap.end]


def covered_days(windows: Iterable[Window], first: date, last: date) -> int:
    """How many of the days from `first` to `last` the windows cover."""
    missing = sum(gap.days for gap in gaps(windows, first, last))
    return (last - first).days + 1 - missing
