"""Which weeks of a client's past can be decided again, and what is missing where none can."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kit import words
from kit.backtest.past import History
from kit.client import covered_sunday
from kit.errors import ReportError
from kit.metrics.periods import Period, as_day, last_days, untiled
from kit.metrics.windowed import VIDEO_DATA
from kit.windows import WEEK_DAYS

FOLLOWED_DAYS = 28
COLUMNS = ["as_of", "known_on", "why_not"]
NOT_OVER = "the four weeks after it end on"


def decision_weeks(
    history: History,
    first: date | None = None,
    last: date | None = None,
    until: date | None = None,
) -> pd.DataFrame:
    """One row per Sunday that a download made known, earliest first.

    `as_of` is the Sunday, `known_on` the first day on which a download covered it, `why_not` the
    reason it cannot be replayed (empty where it can): its four weeks of video data had a gap, or
    the four weeks after it are not over. `first` and `last` limit the Sundays. Nothing after
    `until` is looked at, as if it had not happened yet.
    """
    days = history.files.loc[history.files["kind"] == VIDEO_DATA, "seen_on"].dropna()
    newest = covered_sunday(history.files, history.windows)
    if until is not None and newest is not None:
        newest = min(newest, until)
    rows: dict[date, tuple[date, str]] = {}
    for day in sorted(days.dt.date.unique()):
        sunday = covered_sunday(history.files_on(day), history.windows_on(day))
        if sunday is not None and sunday not in rows and (until is None or sunday <= until):
            rows[sunday] = (day, _why_not(history, sunday, day, newest))
    table = pd.DataFrame([(sunday, *found) for sunday, found in rows.items()], columns=COLUMNS)
    inside = [
        (first is None or day >= first) and (last is None or day <= last) for day in table["as_of"]
    ]
    return table.loc[np.array(inside, dtype=bool)].sort_values("as_of", ignore_index=True)


def _why_not(history: History, sunday: date, day: date, newest: date | None) -> str:
    gap = untiled(_video_windows(history.windows_on(day)), last_days(sunday, FOLLOWED_DAYS))
    if gap:
        return gap
    over = sunday + timedelta(FOLLOWED_DAYS)
    if newest is None or over > newest:
        return f"{NOT_OVER} {words.day(over)}"
    return ""


def _video_windows(windows: pd.DataFrame) -> pd.DataFrame:
    return windows[(windows["kind"] == VIDEO_DATA) & windows["kept"]]


def replayable(weeks: pd.DataFrame, history: History) -> pd.DataFrame:
    """The weeks that can be replayed; `ReportError` with what is missing where there are none."""
    good = weeks[weeks["why_not"] == ""].reset_index(drop=True)
    if good.empty:
        raise ReportError(_refusal(weeks, history))
    return good


def _refusal(weeks: pd.DataFrame, history: History) -> str:
    """Why nothing can be replayed, what would change that, and how many weeks of it are needed."""
    name = history.client.name
    days = history.files.loc[history.files["kind"] == VIDEO_DATA, "seen_on"].dropna()
    head = f"{name} cannot be replayed: "
    if days.empty:
        return head + (
            "it holds no video list. Export one each week (Affiliate Center, Performance, Details, "
            "Video) and keep every one of them in exports/."
        )
    if weeks.empty:
        return head + "no download made a Sunday in these days known. Ask for other days."
    keep = (
        "Keep each week's download: put it into a folder of exports/ named by its day, such as "
        f"exports/{days.max().date()}/, and remove none. "
    )
    more = _weeks_needed(weeks, history)
    wait = f"{words.count(more, 'week')} more {'is' if more == 1 else 'are'} needed."
    if days.nunique() == 1:
        one = words.day(days.max())
        return head + (
            f"every video list was downloaded on {one}, so nobody can tell what was known before. "
            f"{keep}{wait} Weeks downloaded earlier count too, if their files are still dated."
        )
    last = weeks.iloc[-1]
    return head + (
        f"of {words.count(len(weeks), 'week')} none has four weeks of video lists before it and "
        f"four after it ({words.day(last['as_of'])}: {last['why_not']}). {keep}{wait}"
    )


def _weeks_needed(weeks: pd.DataFrame, history: History) -> int:
    """Further weekly downloads until the first week could be replayed, none of them left out."""
    held = _video_windows(history.windows)
    newest = as_day(held["window_end"].max())
    run = _unbroken_since(held, newest)
    decided = max(weeks["as_of"].iloc[0], run + timedelta(FOLLOWED_DAYS - 1))
    over = decided + timedelta(FOLLOWED_DAYS)
    return max(math.ceil((over - newest).days / WEEK_DAYS), 1)


def _unbroken_since(held: pd.DataFrame, newest: date) -> date:
    """The first day from which the kept windows run without a gap to the newest."""
    first = newest
    for row in held.sort_values("window_start", ascending=False).itertuples():
        if as_day(row.window_end) + timedelta(1) < first:
            break
        first = as_day(row.window_start)
    return first


def after(as_of: date) -> Period:
    """The four weeks that follow a decision, in which its outcome is looked at."""
    return Period(as_of + timedelta(1), as_of + timedelta(FOLLOWED_DAYS))


def inside(rows: pd.DataFrame, period: Period) -> Any:
    """Which rows of a windowed table lie wholly within a period."""
    return (rows["window_start"] >= pd.Timestamp(period.start)) & (
        rows["window_end"] <= pd.Timestamp(period.end)
    )
