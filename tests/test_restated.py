"""What a later download of an old week changed: recorded by file and figure, and said."""

import json
import re

import pytest

import kit
from kit import printed, restated
from kit.ingest import ingest
from tests import tiny

WEEK = "20260420-20260426.csv"


def moved(home, files):
    tiny.client(home, files)
    report = ingest("acme", home)
    rows = kit.open("acme", home).restated
    assert report.rows["restated"] == len(rows)
    return rows


def told(rows):
    return {row.figure: (row.before, row.after) for row in rows.itertuples()}


def lines(*rows):
    return tiny.export(tiny.AFFILIATE, *rows)


def line(number, day=22, **more):
    when = {"created": f"{day}/04/2026 12:00:00", "paid": f"{day}/04/2026 12:01:00"}
    return {"order": f"57990000000000{number:05d}", **when, **more}


def test_a_list_downloaded_again_says_each_figure_that_moved(tmp_path):
    first = tiny.export(tiny.VIDEO, {}, {"post": "7599000000000000102", "gmv": "$5.00"})
    second = tiny.export(tiny.VIDEO, {"refunds": "$20.00"}, {"post": "7599000000000000102"})
    rows = moved(tmp_path, {f"2026-04-27/Video_{WEEK}": first, f"2026-05-04/Video_{WEEK}": second})
    assert told(rows) == {"gmv": (25.0, 40.0), "refunded_amount": (0.0, 20.0)}
    row = rows.iloc[0]
    assert row["file_before"] == f"2026-04-27/Video_{WEEK}"
    assert row["file_after"] == f"2026-05-04/Video_{WEEK}"
    assert f"{row['window_start']:%d}–{row['window_end']:%d}" == "20–26"
    shown = restated.table(rows)[["data", "days", "figure", "from", "to"]]
    assert shown.to_numpy().tolist() == [
        ["video data", "20–26 April 2026", "GMV", "25.00", "40.00"],
        ["video data", "20–26 April 2026", "refunds", "0.00", "20.00"],
    ]


def test_rows_that_a_later_list_no_longer_has_are_counted(tmp_path):
    first = tiny.export(tiny.VIDEO, {}, {"post": "7599000000000000102", "gmv": "$0.00"})
    rows = moved(
        tmp_path,
        {
            f"2026-04-27/Video_{WEEK}": first,
            f"2026-05-04/Video_{WEEK}": tiny.export(tiny.VIDEO, {}),
        },
    )
    assert told(rows)["rows"] == (2.0, 1.0)


def test_a_figure_that_only_the_older_file_printed_is_missing_in_the_newer(tmp_path):
    first, second = tiny.export(tiny.VIDEO, {}), tiny.export(tiny.VIDEO, {}, without=("refunds",))
    rows = moved(tmp_path, {f"2026-04-27/Video_{WEEK}": first, f"2026-05-04/Video_{WEEK}": second})
    (row,) = rows.to_dict("records")
    assert row["figure"] == "refunded_amount"
    assert row["before"] == 0.0
    assert row["after"] != row["after"]
    assert restated.table(rows)[["from", "to"]].to_numpy().tolist() == [["0.00", "missing"]]


def test_three_downloads_of_a_week_may_move_twice(tmp_path):
    files = {
        f"2026-05-{day:02d}/Video_{WEEK}": tiny.export(tiny.VIDEO, {"gmv": gmv})
        for day, gmv in ((1, "$10.00"), (2, "$12.00"), (3, "$12.00"), (4, "$9.00"))
    }
    files[f"2026-05-03/Video_{WEEK}"][1][0] = "Another title"
    rows = moved(tmp_path, files)
    assert sorted(zip(rows["before"], rows["after"], strict=True)) == [(10, 12), (12, 9)]
    assert len(restated.newest(rows)) == 1


def test_order_lines_move_by_the_week_they_were_ordered_in(tmp_path):
    before = lines(line(1), line(2), line(3, 15))
    after = lines(
        line(1, std_act="3.00"),
        line(2, refunded="Yes", std_act="0.00"),
        line(3, 15, std_act="1.50"),
    )
    rows = moved(tmp_path, {"2026-04-27/a.csv": before, "2026-05-04/b.csv": after})
    weeks = {str(start.date()): told(own) for start, own in rows.groupby("window_start", sort=True)}
    assert weeks == {
        "2026-04-13": {"commission_settled": (0.0, 1.5)},
        "2026-04-20": {"refunded": (0.0, 20.0), "commission_settled": (0.0, 3.0)},
    }


@pytest.mark.parametrize(("status", "gmv"), [("Unpaid", (0.0, 20.0)), ("Pending", None)])
def test_a_line_paid_later_moves_gmv(tmp_path, status, gmv):
    before = lines(line(1, status=status), line(2))
    rows = moved(
        tmp_path, {"2026-04-27/a.csv": before, "2026-05-04/b.csv": lines(line(1), line(2))}
    )
    found = told(rows).get("gmv")
    assert found == ((gmv[0] + 20, gmv[1] + 20) if gmv else None)


def test_a_line_that_turns_up_late_is_told_with_its_money(tmp_path):
    before = lines(line(1, 20), line(2, 24))
    after = lines(line(1, 20), line(3, 22, gmv="7.50"), line(2, 24), line(4, 25))
    rows = moved(tmp_path, {"2026-04-27/a.csv": before, "2026-05-04/b.csv": after})
    assert told(rows) == {"late": (0.0, 7.5)}


def test_files_of_one_download_hold_nothing_back(tmp_path):
    files = {
        "2026-04-27/a.csv": lines(line(1, 20), line(2, 24)),
        "2026-04-27/b.csv": lines(line(3)),
    }
    assert moved(tmp_path, files).empty


def test_one_download_moves_nothing(tmp_path):
    assert moved(tmp_path, {f"Video_{WEEK}": tiny.export(tiny.VIDEO, {}), "a.csv": lines({})}).empty


def test_ad_files_of_a_single_product_are_not_held_against_whole_ones(tmp_path):
    whole = tiny.export(tiny.ADS, {}, {"product": "1729000000000000202", "post": "N/A"})
    single = tiny.export(tiny.ADS, {"spend": "13.00"}, without=("campaign", "campaign_id"))
    rows = moved(tmp_path, {f"2026-04-27/ads {WEEK}": whole, f"2026-05-04/ads {WEEK}": single})
    assert rows.empty


def test_ingest_and_check_show_what_the_newest_downloads_moved(tmp_path, capsys):
    first, second = tiny.export(tiny.VIDEO, {}), tiny.export(tiny.VIDEO, {"gmv": "$35.00"})
    tiny.client(tmp_path, {f"2026-04-27/Video_{WEEK}": first, f"2026-05-04/Video_{WEEK}": second})
    printed.ingest(ingest("acme", tmp_path))
    told = capsys.readouterr().out
    assert (
        "The newest downloads moved 1 figure of past weeks, "
        f"2026-05-04/Video_{WEEK} in place of 2026-04-27/Video_{WEEK}:"
    ) in told
    assert re.search(r"video data +20–26 April 2026 +GMV +20.00 +35.00$", told, re.M)
    printed.check("acme", "2026-04-26", True, tmp_path)
    (row,) = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["restated"]
    assert (row["figure"], row["before"], row["after"]) == ("gmv", 20.0, 35.0)
    assert row["window_start"] == "2026-04-20"


def test_the_samples_restated_week_is_the_one_its_story_tells(sample_home):
    rows = kit.open("sample", sample_home).restated
    lists = rows[rows["kind"] != "affiliate_orders"]
    assert lists.set_index("kind")["after"].to_dict() == {
        "creator_data": 557.2,
        "video_data": 535.2,
    }
    assert set(lists["figure"]) == {"refunded_amount"}
