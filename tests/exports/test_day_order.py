"""Which number of a printed date is the day: each thing that settles it, and what is refused."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from kit.errors import ExportError
from kit.exports import read_file
from kit.exports.day_order import AmbiguousDays
from tests import tiny
from tests.exports.readings import reading


def affiliate(folder, *lines, name="affiliate_orders.csv", at=None, **more):
    """A file of one line per dict of dates; whatever is not given is empty."""
    blank = {"paid": "", "delivered": "", "commission_paid": "", "status": "Pending"}
    rows = [
        {**blank, "order": f"57990000000000000{number:02d}", **line}
        for number, line in enumerate(lines, 10)
    ]
    return tiny.write(folder / name, tiny.export(tiny.AFFILIATE, *rows), at=at)


def created(*days):
    return [{"created": f"{day} 12:00:00", "paid": f"{day} 12:01:00"} for day in days]


def days(path, **more):
    """Each line's day as read, where it was printed."""
    (export,) = read_file(path, reading(**more))
    local = export.rows["ordered_at"].dt.tz_convert("America/Los_Angeles")
    return [f"{day:%Y-%m-%d}" for day in local], export.day_order


def seconds(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def test_a_file_that_stays_open_is_refused_with_both_readings_and_the_line_to_write(tmp_path):
    path = affiliate(tmp_path, *created("03/04/2026", "03/04/2026"))
    with pytest.raises(AmbiguousDays) as refused:
        read_file(path, reading())
    told = str(refused.value)
    assert told.startswith("affiliate_orders.csv has dates that can be read two ways: ")
    assert "03/04/2026 in row 2 is 3 April or 4 March" in told
    assert 'write affiliate_orders = "day first" under [date_order] in client.toml' in told
    assert 'or else affiliate_orders = "month first".' in told


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"affiliate_orders": "dmy"}, "2026-04-03"),
        ({"affiliate_orders": "mdy"}, "2026-03-04"),
        ({"": "dmy"}, "2026-04-03"),
        ({"": "mdy", "affiliate_orders": "dmy"}, "2026-04-03"),
    ],
)
def test_the_client_may_say_it_for_a_kind_or_for_all(tmp_path, told, day):
    path = affiliate(tmp_path, *created("03/04/2026"))
    assert days(path, date_order=told) == ([day], (list(told.values())[-1], "client"))


def test_one_order_for_all_does_not_speak_for_a_kind_known_to_print_the_other(tmp_path):
    path = affiliate(tmp_path, *created("03/04/2026"))
    with pytest.raises(AmbiguousDays, match="date_order is month first there for every file"):
        read_file(path, reading(date_order={"": "mdy"}))


def test_the_clients_word_never_beats_a_day_above_twelve(tmp_path):
    path = affiliate(tmp_path, *created("03/04/2026", "13/04/2026"))
    assert days(path, date_order={"affiliate_orders": "mdy"}) == (
        ["2026-04-03", "2026-04-13"],
        ("dmy", "file"),
    )


def test_a_day_above_twelve_in_any_column_settles_all(tmp_path):
    lines = [
        *created("03/04/2026"),
        {**created("03/04/2026")[0], "delivered": "13/04/2026 09:00:00"},
    ]
    assert days(affiliate(tmp_path, *lines))[0] == ["2026-04-03"] * 2


def test_a_day_that_is_its_own_month_needs_no_order(tmp_path):
    assert days(affiliate(tmp_path, *created("04/04/2026"))) == (["2026-04-04"], ("", ""))


def test_the_period_in_the_name_settles_it(tmp_path):
    path = affiliate(
        tmp_path, *created("03/04/2026"), name="creator_order_all_20260401_20260407_1.csv"
    )
    assert days(path) == (["2026-04-03"], ("dmy", "file"))


def test_nothing_happens_after_the_download(tmp_path):
    path = affiliate(tmp_path, *created("06/04/2026"), at=seconds("2026-04-08"))
    assert days(path) == (["2026-04-06"], ("dmy", "file"))
    with pytest.raises(AmbiguousDays):  # both days were over by July
        read_file(affiliate(tmp_path, *created("06/04/2026"), at=seconds("2026-07-08")), reading())


def test_a_file_time_before_the_end_of_the_files_own_period_is_no_witness(tmp_path):
    rows = tiny.export(tiny.VIDEO_LIST, {"published": "02/09/2026"})
    path = tiny.write(tmp_path / "Video_List_20260901-20260907.csv", rows, at=seconds("2026-03-01"))
    (export,) = read_file(path, reading())
    assert export.day_order == ("mdy", "seen")


def test_no_line_is_delivered_before_it_is_created(tmp_path):
    line = {**created("11/04/2026")[0], "delivered": "02/05/2026 09:00:00", "status": "Completed"}
    # month first: created on 4 November, delivered on 5 February
    assert days(affiliate(tmp_path, line)) == (["2026-04-11"], ("dmy", "file"))


def test_no_live_lasts_a_month(tmp_path):
    row = {"published": "03/04/2026 23:00:00", "ended": "04/04/2026 01:00:00"}
    path = tiny.write(tmp_path / "live_20260401-20260407.csv", tiny.export(tiny.LIVE, row))
    (export,) = read_file(path, reading())
    assert export.rows["published_on"].tolist() == [pd.Timestamp("2026-04-03")]


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_a_lists_posts_carry_the_second_of_their_making_in_their_ids(tmp_path, order):
    made = [seconds(f"2026-04-{day:02d}") + 43_200 for day in (3, 5)]
    ids = [str((int(second) << 32) + 77) for second in made]
    shown = [f"{day:02d}/04/2026" if order == "dmy" else f"04/{day:02d}/2026" for day in (3, 5)]
    rows = [{"post": i, "published": day} for i, day in zip(ids, shown, strict=True)]
    path = tiny.write(tmp_path / "video.csv", tiny.export(tiny.VIDEO, *rows))
    (export,) = read_file(path, reading())
    assert export.rows["published_on"].tolist() == [
        pd.Timestamp("2026-04-03"),
        pd.Timestamp("2026-04-05"),
    ]
    assert export.day_order == (order, "file")


def test_no_order_comes_before_its_post(tmp_path):
    post = str((int(seconds("2026-03-20")) << 32) + 77)
    lines = [{**line, "post": post} for line in created(*["01/04/2026"] * 3)]
    # month first all three would be of 4 January, before the post was made
    assert days(affiliate(tmp_path, *lines)) == (["2026-04-01"] * 3, ("dmy", "file"))


def test_days_in_a_row_are_likelier_than_one_day_of_several_months(tmp_path):
    run = created(*(f"{day:02d}/12/2025" for day in range(1, 8)))
    assert days(affiliate(tmp_path, *run))[0] == [f"2025-12-{day:02d}" for day in range(1, 8)]
    three = created("01/12/2025", "02/12/2025", "03/12/2025")
    assert days(affiliate(tmp_path, *three))[0][2] == "2025-12-03"
    with pytest.raises(AmbiguousDays):
        read_file(affiliate(tmp_path, *created("01/12/2025", "02/12/2025")), reading())
    # nobody saw how German shop orders print their days: three in a row are too few there
    german = {"market": "DE", "currency": "EUR"}
    rows = [
        {"created": f"{d:02d}/12/2025 10:00:00", "paid": "", "delivered": "", "order": f"{o}"}
        for o, d in enumerate((1, 2, 3, 4), 5799000000000000001)
    ]
    path = tiny.write(tmp_path / "orders.csv", tiny.export(tiny.SHOP, *rows[:3]))
    with pytest.raises(AmbiguousDays):
        read_file(path, reading(**german))
    path = tiny.write(tmp_path / "orders.csv", tiny.export(tiny.SHOP, *rows))
    assert read_file(path, reading(**german))[0].day_order == ("dmy", "file")


def test_settling_on_one_day_of_each_month_is_no_run(tmp_path):
    lines = [
        {**line, "commission_paid": f"05/{month:02d}/2026 09:00:00", "status": "Settled"}
        for month, line in enumerate(created(*["03/02/2026"] * 6), 6)
    ]
    with pytest.raises(AmbiguousDays):
        read_file(affiliate(tmp_path, *lines), reading())


def test_witnesses_that_contradict_each_other_refuse_the_file(tmp_path):
    line = {**created("11/04/2026")[0], "delivered": "02/05/2026 09:00:00", "status": "Completed"}
    path = affiliate(tmp_path, line, name="creator_order_all_20261101_20261107_1.csv")
    with pytest.raises(ExportError, match="wrong day first and wrong month first: 11/04/2026 in"):
        read_file(path, reading())


def test_a_market_nobody_saw_is_read_as_the_file_shows(tmp_path):
    rows = tiny.export(tiny.SHOP, {"created": "04/20/2026 10:00:00", "paid": "", "delivered": ""})
    path = tiny.write(tmp_path / "orders.csv", rows)
    export = read_file(path, reading("PHP", "PH"))[0]
    assert export.day_order == ("mdy", "file")


def test_a_layout_that_was_seen_whole_is_read_as_it_was_seen_and_said(tmp_path):
    rows = tiny.export(tiny.VIDEO_LIST, {"published": "02/09/2026"})
    path = tiny.write(tmp_path / "Video_List_20261001-20261007.csv", rows)
    (export,) = read_file(path, reading())
    assert export.rows["published_on"].tolist() == [pd.Timestamp("2026-02-09")]
    assert export.notes[-1] == (
        "dates such as 02/09/2026 can be read two ways; they are read month first, as files of "
        "Video List in US were seen to print them. If that is wrong, write "
        'video_list = "day first" under [date_order] in client.toml'
    )
    rows = tiny.export(tiny.VIDEO_LIST, {"published": "02/05/2026", "gmv": "20"})
    path = tiny.write(tmp_path / "german.csv", rows)
    with pytest.raises(AmbiguousDays, match=r"german.csv .* 2 May or 5 February"):
        read_file(path, reading("EUR", "DE"))
