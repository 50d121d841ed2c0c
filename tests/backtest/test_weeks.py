"""Which weeks can be decided again, and what the refusal says where none can."""

from datetime import date, timedelta

import pytest

from kit import backtest
from kit.backtest.past import History
from kit.backtest.weeks import decision_weeks, replayable
from kit.errors import ReportError
from tests.small_client import small_client

MONDAY = date(2026, 1, 5)


def weekly_lists(count, seen=None, left_out=()):
    """A video list of each of `count` weeks, downloaded three days after it, or on `seen`."""
    windows, files = [], []
    for number in (n for n in range(count) if n not in left_out):
        start = MONDAY + timedelta(7 * number)
        end = start + timedelta(6)
        days = {"window_start": start, "window_end": end}
        name = f"list-{number}.xlsx"
        windows.append({"kind": "video_data", **days, "kept": True, "files": [name]})
        seen_on = seen or end + timedelta(3)
        files.append(
            {"file": name, "kind": "video_data", **days, "last_day": end, "seen_on": seen_on}
        )
    return {"windows": windows, "files": files}


def weeks_of(folder, until=None, **lists):
    history = History(small_client(folder, **lists))
    return decision_weeks(history, until=until), history


def test_a_week_needs_four_before_it_and_four_after(tmp_path):
    weeks, history = weeks_of(tmp_path, **weekly_lists(9))
    good = replayable(weeks, history)
    # the fourth Sunday has four weeks behind it, the fifth still has four before the ninth
    assert good["as_of"].tolist() == [date(2026, 2, 1), date(2026, 2, 8)]
    assert good["known_on"].tolist() == [date(2026, 2, 4), date(2026, 2, 11)]
    assert weeks["why_not"].iloc[0] == "no window covers 2025-12-15 to 2026-01-04"
    assert weeks["why_not"].iloc[-1] == "the four weeks after it end on 5 April 2026"


def test_nothing_after_the_day_asked_about_is_looked_at(tmp_path):
    weeks, history = weeks_of(tmp_path, until=date(2026, 3, 1), **weekly_lists(9))
    assert replayable(weeks, history)["as_of"].tolist() == [date(2026, 2, 1)]


def test_a_list_that_never_came_keeps_its_weeks_from_being_decided(tmp_path):
    weeks, _ = weeks_of(tmp_path, **weekly_lists(13, left_out=(4,)))
    gap = "no window covers 2026-02-02 to 2026-02-08"
    assert weeks.set_index("as_of")["why_not"][date(2026, 2, 15)] == gap
    assert date(2026, 2, 8) not in weeks["as_of"].tolist()


def test_files_that_all_came_on_one_day_tell_nothing_of_the_past(tmp_path):
    weeks, history = weeks_of(tmp_path, **weekly_lists(9, seen=date(2026, 3, 11)))
    with pytest.raises(ReportError) as refused:
        replayable(weeks, history)
    assert str(refused.value) == (
        "small cannot be replayed: every video list was downloaded on 11 March 2026, so nobody can "
        "tell what was known before. Keep each week's download: put it into a folder of exports/ "
        "named by its day, such as exports/2026-03-11/, and remove none. 4 weeks more are needed. "
        "Weeks downloaded earlier count too, if their files are still dated."
    )


@pytest.mark.parametrize(("held", "more"), [(7, "1 week more is"), (5, "3 weeks more are")])
def test_the_refusal_says_how_many_weeks_are_missing(tmp_path, held, more):
    weeks, history = weeks_of(tmp_path, **weekly_lists(held))
    with pytest.raises(ReportError, match=f"remove none. {more} needed."):
        replayable(weeks, history)
    later, history = weeks_of(tmp_path / "later", **weekly_lists(held + int(more[0])))
    assert len(replayable(later, history)) == 1


def test_without_video_lists_the_refusal_says_which_to_export(tmp_path):
    weeks, history = weeks_of(tmp_path)
    with pytest.raises(ReportError, match="small cannot be replayed: it holds no video list"):
        replayable(weeks, history)


def test_a_report_shows_the_reason_instead(tmp_path):
    found = backtest.recent(small_client(tmp_path), "2026-03-08")
    assert "holds no video list" in found["reason"]["why"].iloc[0]
    assert found["spark"].empty
    assert found.figures.empty
