"""Columns that the platform drops for good: one line says so, and what is missing since is said.

Four weeks of lists; the report is of Sunday 2026-05-10, the last week begins on 2026-05-04.
"""

import re
from datetime import date, timedelta

import pandas as pd
import pytest

from kit import client as clients
from kit import gone, readiness
from kit.errors import PolicyError
from kit.ingest import ingest
from kit.readiness import grades
from tests import tiny

MONDAYS = [date(2026, 4, 13) + timedelta(7 * i) for i in range(4)]
SUNDAY = date(2026, 5, 10)
LAST = "Video_20260504-20260510.csv"


def lists(kind, *without, header="Refunds", name="Video"):
    """A file a week, the weeks of the numbers `without` lacking a header."""
    files = {}
    for number, monday in enumerate(MONDAYS):
        differs = next(name for name in ("views", "impressions", "orders") if name in kind)
        table = tiny.export(kind, {differs: str(1000 + number)})
        if number in without:
            place = table[0].index(header)
            table = [row[:place] + row[place + 1 :] for row in table]
        files[f"{name}_{monday:%Y%m%d}-{monday + timedelta(6):%Y%m%d}.csv"] = table
    return files


def checked(home, files, said="", as_of=SUNDAY):
    tiny.client(home, files, toml=f"{tiny.TOML}{said}")
    report = ingest("acme", home)
    return readiness.check(clients.open("acme", home), as_of), report


def gate(state):
    row = state.gates.set_index("gate").loc["columns"]
    return bool(row["passed"]), row["detail"]


def toml(line, kind="video_data"):
    return f"[gone.{kind}]\n{line}\n"


def test_the_message_of_a_vanished_column_holds_the_line_that_says_it_is_gone(tmp_path):
    state, report = checked(tmp_path / "one", lists(tiny.VIDEO, 3))
    passed, detail = gate(state)
    assert not passed
    asked = r'add ("Refunds" = 2026-05-04) under (\[gone.video_data\]) in client.toml'
    (note,) = [note for note in report.notes if "Refunds is gone" in note]
    assert re.search(asked, note).groups() == re.search(asked, detail).groups()
    line, section = re.search(asked, detail).groups()
    state, report = checked(tmp_path / "two", lists(tiny.VIDEO, 3), f"{section}\n{line}\n")
    assert gate(state)[0]
    assert not any("Refunds is gone" in note for note in [*report.notes, *state.notes])
    (told,) = [text for text in state.cannot if "Refunds" in text]
    assert told.startswith("No Refunds in video data from 4 May 2026 on (client.toml): what was")
    assert told.endswith("cannot be known since then. It is missing there, not 0.")
    stats = clients.open("acme", tmp_path / "two").post_stats.sort_values("window_start")
    assert stats["refunded_amount"].tolist()[:3] == [0.0] * 3
    assert pd.isna(stats["refunded_amount"].iloc[3])


def test_it_holds_for_each_week_that_follows(tmp_path):
    said = toml('"Refunds" = 2026-04-20')
    state, _ = checked(tmp_path, lists(tiny.VIDEO, 1, 2, 3), said)
    assert gate(state)[0]
    assert sum("No Refunds" in text for text in state.cannot) == 1
    row = state.tables.set_index("kind").loc["video_data"]
    assert "Refunds is gone since 20 April 2026" in row["why"]
    assert row["grade"] == grades.WITH_CARE


def test_a_day_before_the_last_download_with_the_column_excuses_nothing(tmp_path):
    state, _ = checked(tmp_path, lists(tiny.VIDEO, 3), toml('"Refunds" = 2026-04-27'))
    passed, detail = gate(state)
    assert not passed
    assert f"{LAST} lacks Refunds" in detail
    assert 'add "Refunds" = 2026-05-04 under' in detail
    assert (
        "Refunds of video data still stands in Video_20260427-20260503.csv, although client.toml "
        "says that it is gone from 27 April 2026 on. Take this line out of [gone.video_data], or "
        "give the day of the first download without it."
    ) in state.notes


def test_a_day_after_the_first_download_without_it_excuses_only_the_later(tmp_path):
    state, _ = checked(tmp_path, lists(tiny.VIDEO, 2, 3), toml('"Refunds" = 2999-01-01'))
    passed, detail = gate(state)
    assert not passed
    assert "Video_20260427-20260503.csv lacks Refunds" in detail
    assert not any("No Refunds" in text for text in state.cannot)


def test_a_column_that_comes_back_is_read_and_the_line_no_longer_excuses(tmp_path):
    said = toml('"Refunds" = 2026-04-20')
    state, _ = checked(tmp_path / "one", lists(tiny.VIDEO, 1), said)
    assert gate(state)[0]
    (note,) = [note for note in state.notes if "Refunds" in note and "client.toml" in note]
    assert "is back in Video_20260427-20260503.csv, and read from there on" in note
    state, _ = checked(tmp_path / "two", lists(tiny.VIDEO, 1, 3), said)
    passed, detail = gate(state)
    assert not passed
    assert LAST in detail
    assert "Video_20260420" not in detail


def test_a_new_header_that_may_be_the_column_still_withholds(tmp_path):
    files = lists(tiny.VIDEO)
    files[LAST] = [
        ["Money sent back" if c == "Refunds" else c for c in files[LAST][0]],
        *files[LAST][1:],
    ]
    passed, detail = gate(checked(tmp_path, files, toml('"Refunds" = 2026-05-04'))[0])
    assert not passed
    assert '"Money sent back" = "refunded_amount"' in detail


def test_parts_that_no_longer_add_up_for_want_of_one_are_not_held_against_the_sum(tmp_path):
    live = {"header": "Creator LIVE-attributed GMV", "name": "Creator"}
    files = lists(tiny.CREATOR | {"live": ("Creator LIVE-attributed GMV", "$5.00")}, 3, **live)
    for table in files.values():
        place = table[0].index("Creator-attributed GMV")
        table[1][place] = "$25.00"
    said = toml('"Creator LIVE-attributed GMV" = 2026-05-04', "creator_data")
    state, _ = checked(tmp_path, files, said)
    assert gate(state)[0]
    parts = state.compared.set_index("against").loc["video, LIVE and product card"]
    assert (parts["whole"], parts["other"]) == (75.0, 75.0)
    assert any("whether LIVE GMV by creator agrees" in text for text in state.cannot)


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ('"Refundz" = 2026-05-04', "video_data", "neither a column nor a known header of video_d"),
        ('"Refunds" = 2026-05-04', "videos", "no kind of export is called videos"),
        ('"Refunds" = "last week"', "video_data", "gone.video_data.Refunds is 'last week'"),
        ('"Cost" = 2026-05-04', "gmv_max_creative", "money would read as 0"),
        ('"Video product clicks" = 2026-05-04', "video_data", "cannot be counted without"),
        ('"Video title" = 2026-05-04', "video_data", "withhold nothing: take this line out"),
    ],
)
def test_a_line_that_cannot_hold_is_refused_with_what_could(tmp_path, line, kind, said):
    folder = tiny.client(tmp_path, {}, toml=f"{tiny.TOML}{toml(line, kind)}")
    with pytest.raises(PolicyError) as refused:
        clients.read_config(folder)
    assert said in str(refused.value)
    if kind == "video_data" and "last week" not in line:
        assert 'What may be gone of video data is "Refunds".' in str(refused.value)


def test_a_column_that_money_rests_on_offers_no_line(tmp_path):
    files = lists(tiny.ADS, 3, header="Cost", name="creative")
    passed, detail = gate(checked(tmp_path, files)[0])
    assert not passed
    assert "lacks Cost" in detail
    assert "[gone." not in detail


def test_every_column_that_may_be_gone_is_money_no_reader_requires():
    for kind, columns in gone.LOST.items():
        for column in columns:
            known = gone.KINDS[kind]
            assert gone.type_of(column) == "money"
            assert column in known.used
            assert column not in {*known.required, *known.signs, known.money}
