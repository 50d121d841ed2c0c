"""Whole days, both ends included, and windows that tile them."""

import datetime as dt

import pandas as pd
import pytest

from kit.metrics.periods import Period, as_day, four_weeks, publishing, untiled, week

MAY = Period(dt.date(2026, 5, 4), dt.date(2026, 5, 10))


def windows(*spans):
    rows = [(start, end, bool(partial)) for start, end, *partial in spans]
    frame = pd.DataFrame(rows, columns=["window_start", "window_end", "partial"])
    return frame.assign(
        window_start=pd.to_datetime(frame["window_start"]),
        window_end=pd.to_datetime(frame["window_end"]),
    )


@pytest.mark.parametrize(
    ("as_of", "monday"),
    [("2026-05-10", 4), ("2026-05-04", 4), ("2026-05-06", 4), ("2026-05-11", 11)],
)
def test_a_week_runs_from_monday_to_as_of(as_of, monday):
    assert week(as_of) == Period(dt.date(2026, 5, monday), as_day(as_of))


def test_four_weeks_are_28_days():
    assert four_weeks("2026-05-10") == Period(dt.date(2026, 4, 13), dt.date(2026, 5, 10))


def test_posts_are_judged_from_83_to_13_days_before():
    period = publishing("2026-05-10")
    assert (period.start, period.end) == (dt.date(2026, 2, 16), dt.date(2026, 4, 27))


def test_overlap_counts_both_ends_and_leaves_an_open_end_open():
    assert MAY.overlap(dt.date(2026, 5, 10), None) == 1
    assert MAY.overlap(None, dt.date(2026, 5, 4)) == 1
    assert MAY.overlap(dt.date(2026, 5, 11), None) == 0


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ([("2026-05-04", "2026-05-10")], None),
        ([("2026-05-04", "2026-05-06"), ("2026-05-07", "2026-05-10")], None),
        ([("2026-05-04", "2026-05-10"), ("2026-05-11", "2026-05-17")], None),
        ([], "no window covers 2026-05-04 to 2026-05-10"),
        ([("2026-05-04", "2026-05-09")], "no window covers 2026-05-10 to 2026-05-10"),
        ([("2026-05-05", "2026-05-10")], "no window covers 2026-05-04 to 2026-05-04"),
        ([("2026-05-01", "2026-05-31")], "reaches beyond"),
        ([("2026-05-04", "2026-05-06"), ("2026-05-06", "2026-05-10")], "two windows cover"),
        ([("2026-05-04", "2026-05-10", True)], "not whole"),
    ],
)
def test_only_windows_that_fill_the_period_to_the_day_tile_it(spans, why):
    found = untiled(windows(*spans), MAY)
    assert found is None if why is None else why in found
