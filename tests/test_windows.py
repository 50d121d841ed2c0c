"""Which windows are kept, by hand: every day below is in April, May or June 2026.

4 May 2026 is a Monday.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.windows import Window, covered_days, gaps, kept

MAY = date(2026, 5, 1)


def window(first, last, partial=False):
    """A window from the first to the last day of May; 0 is 30 April, 32 is 1 June."""
    return Window(MAY + timedelta(first - 1), MAY + timedelta(last - 1), partial)


WEEKS = [window(4, 10), window(11, 17), window(18, 24)]


def test_windows_side_by_side_are_all_kept():
    assert kept([WEEKS[2], WEEKS[0], WEEKS[1]]) == WEEKS


def test_the_same_window_of_two_files_is_one():
    assert kept([WEEKS[0], WEEKS[0]]) == [WEEKS[0]]


def test_weeks_win_over_the_month_that_holds_them():
    assert kept([window(1, 31), *WEEKS]) == WEEKS


def test_weeks_win_over_a_month_even_with_a_missing_week():
    assert kept([window(4, 31), WEEKS[0], WEEKS[2]]) == [WEEKS[0], WEEKS[2]]


def test_days_win_over_the_week_they_tile():
    days = [window(day, day) for day in range(4, 11)]
    assert kept([*WEEKS, *days]) == [*days, *WEEKS[1:]]


@pytest.mark.parametrize("look", [window(4, 6), window(10, 10), window(5, 9)])
def test_a_look_into_the_week_does_not_cost_the_week(look):
    assert kept([look, *WEEKS]) == WEEKS


def test_days_with_a_hole_give_way_to_the_week():
    days = [window(day, day) for day in (4, 5, 6, 8, 9, 10)]
    assert kept([WEEKS[0], *days]) == [WEEKS[0]]


def test_two_parts_tile_a_week_together():
    parts = [window(4, 6), window(7, 10)]
    assert kept([WEEKS[0], *parts, window(5, 6)]) == parts


def test_days_tile_a_longer_window_that_is_no_week():
    days = [window(8, 8), window(9, 9), window(10, 10)]
    assert kept([window(8, 10), *days]) == days


def test_daily_downloads_of_seven_days_keep_the_mondays():
    rolling = [window(day, day + 6) for day in range(1, 19)]
    assert kept(rolling) == [window(4, 10), window(11, 17), window(18, 24)]


def test_mondays_win_over_more_days():
    # Two windows from Friday cover 14 days, one from Monday only 7.
    assert kept([window(1, 7), window(4, 10), window(8, 14)]) == [window(4, 10)]


def test_without_a_monday_the_set_with_most_days_is_kept():
    assert kept([window(1, 7), window(5, 11), window(8, 14)]) == [window(1, 7), window(8, 14)]


def test_of_equal_sets_the_one_that_ends_latest_is_kept():
    assert kept([window(1, 7), window(2, 8), window(5, 11)]) == [window(5, 11)]


def test_a_window_that_shares_no_day_fills_in():
    assert kept([window(1, 3), *WEEKS]) == [window(1, 3), *WEEKS]


def test_a_partial_window_gives_way_to_a_whole_one_of_the_same_days():
    assert kept([window(4, 10, True), window(4, 10)]) == [window(4, 10)]


def test_a_partial_window_never_tiles_with_one_that_starts_on_its_last_day():
    partial, next_week = window(4, 11, True), window(11, 17)
    assert kept([partial, next_week]) == [next_week]


def test_a_partial_window_is_kept_where_nothing_finer_covers_it():
    assert kept([window(25, 28, True), *WEEKS]) == [*WEEKS, window(25, 28, True)]


def test_gaps_lie_between_kept_windows_and_before_the_last_day_asked():
    held = [WEEKS[0], WEEKS[2]]
    assert gaps(held) == [WEEKS[1]]
    assert gaps(held, last=MAY + timedelta(25)) == [WEEKS[1], window(25, 26)]
    assert gaps(held, first=MAY, last=MAY + timedelta(4)) == [window(1, 3)]


def test_without_windows_all_asked_days_are_a_gap():
    assert gaps([], MAY, MAY + timedelta(2)) == [window(1, 3)]
    assert gaps([]) == []


def test_covered_days_counts_what_windows_reach_over():
    assert covered_days(WEEKS, MAY, MAY + timedelta(9)) == 7


spans = st.builds(
    lambda first, days: window(first, first + days - 1), st.integers(1, 40), st.integers(1, 15)
)


@given(st.lists(spans, max_size=12))
def test_kept_windows_share_no_day_and_order_does_not_matter(offered):
    chosen = kept(offered)
    assert set(chosen) <= set(offered)
    assert all(not a.overlaps(b) for a in chosen for b in chosen if a != b)
    assert kept(reversed(offered)) == chosen


@given(st.lists(spans, min_size=1, max_size=12))
def test_no_window_is_left_out_without_cause(offered):
    chosen = kept(offered)
    assert all(any(w.overlaps(other) for other in chosen) for w in offered)
