"""Headers that come and go: each change told once, by name, with what it may have become."""

from datetime import date, timedelta

import pandas as pd
import pytest

from kit import client as clients
from kit import drift, readiness
from kit.ingest import ingest
from tests import tiny

MONDAYS = [date(2026, 4, 13) + timedelta(7 * i) for i in range(4)]
SUNDAY = date(2026, 5, 10)


def headers(*sheets, kind="video_data"):
    """Rows of `contracts.Headers`: one dict of header → column (None: unknown) per download.

    A column may be given with the look of its cells: (column, shape, typical).
    """
    rows = []
    for number, sheet in enumerate(sheets):
        for place, (header, told) in enumerate(sheet.items()):
            told = told if isinstance(told, tuple) else (told, "empty", None)
            column, shape, typical = told
            rows.append(
                {
                    "kind": kind,
                    "file": f"{number}.csv",
                    "sheet": None,
                    "seen_on": pd.Timestamp("2026-05-01") + pd.Timedelta(days=number),
                    "place": place,
                    "header": header,
                    "column": column,
                    "state": "matched" if column else "unknown",
                    "shape": shape,
                    "typical": typical,
                }
            )
    return pd.DataFrame(rows)


FULL = {"Video ID": "post_id", "Refunds": "refunded_amount", "Video views": "views"}
RENAMED = {"Video ID": "post_id", "Total refunds": None, "Video views": "views"}


FILES = pd.DataFrame({"file": ["0.csv"], "last_day": [pd.Timestamp("2026-05-03")]})


def test_a_renamed_column_is_told_once_with_its_likeliest_name():
    table = drift.changes(headers(FULL, RENAMED, RENAMED))
    assert table[["file", "change", "header", "likeliest", "lasts"]].to_numpy().tolist() == [
        ["1.csv", "gone", "Refunds", "Total refunds", True],
        ["1.csv", "new", "Total refunds", "Refunds", True],
    ]
    assert table["money"].tolist() == [True, False]
    assert drift.sentences(table, FILES, {}) == [
        "1.csv: video data, changed since the download before: Refunds is gone, perhaps now Total "
        'refunds (if so, add "Total refunds" = "refunded_amount" under [headers.video_data] in '
        'client.toml; if not, "Total refunds" = ""); Total refunds is new and unknown, perhaps '
        "Refunds until now."
    ]


def test_a_column_that_came_back_does_not_last():
    table = drift.changes(headers(FULL, RENAMED, FULL))
    gone = table[table["header"].eq("Refunds")]
    assert gone["change"].tolist() == ["gone", "new"]
    assert gone["lasts"].tolist() == [False, True]


def test_each_new_header_is_taken_for_one_old_one():
    before = {"Clicks on products": "clicks", "Product impressions": "impressions"}
    after = {"Product clicks": None, "Impressions of products": None}
    pairs = drift.changes(headers(before, after)).query("change == 'gone'")
    assert dict(zip(pairs["header"], pairs["likeliest"], strict=True)) == {
        "Clicks on products": "Product clicks",
        "Product impressions": "Impressions of products",
    }


def test_headers_unlike_each_other_are_not_paired():
    before = {"Refunds": "refunded_amount", "Video views": "views"}
    after = {"Mood": None, "Zodiac": None}
    assert set(drift.changes(headers(before, after))["likeliest"]) == {""}


OLD = {"Refunds": ("refunded_amount", "money", 20.0), "Video views": ("views", "count", 900.0)}
VALUE, MOOD = "Value sent back", "Mood"


@pytest.mark.parametrize(
    ("new", "likeliest"),
    [
        ({VALUE: (None, "money", 25.0), MOOD: (None, "text", None)}, {"Refunds": VALUE}),
        ({VALUE: (None, "text", None), MOOD: (None, "money", 18.0)}, {"Refunds": MOOD}),
        ({VALUE: (None, "count", 850.0), MOOD: (None, "text", None)}, {"Video views": VALUE}),
        ({VALUE: (None, "money", 9e6), MOOD: (None, "id", None)}, {}),
        ({"Refunds per day": (None, "text", None), MOOD: (None, "text", None)}, {}),
    ],
)
def test_cells_tell_which_header_took_a_columns_place(new, likeliest):
    gone = drift.changes(headers(OLD, new)).query("change == 'gone' and likeliest != ''")
    assert dict(zip(gone["header"], gone["likeliest"], strict=True)) == likeliest


def test_cells_are_those_of_the_last_download_that_had_any():
    quiet = {"Refunds": "refunded_amount", "Video views": "views"}
    now = {VALUE: (None, "money", 25.0), MOOD: (None, "text", None)}
    gone = drift.changes(headers(OLD, quiet, now)).query("change == 'gone'").set_index("header")
    assert gone.loc["Refunds", "likeliest"] == VALUE


def test_kinds_and_the_apis_files_are_compared_among_themselves():
    sheet, api = headers(FULL), headers({"post_id": "post_id"}).assign(file="a.json")
    other = headers({"Zodiac": None}, kind="live_list").assign(file="b.csv")
    assert drift.changes(pd.concat([sheet, api, other])).empty


def test_nothing_met_nothing_changed():
    assert drift.changes(headers({"Video ID": "post_id"}).head(0)).empty


def videos(*, late=None):
    """Four weeks of video data; the last week's file as `late` would have it."""
    files = {}
    for number, monday in enumerate(MONDAYS):
        table = tiny.export(tiny.VIDEO, {"views": str(1000 + number)})
        if late and number == 3:
            table = late(table)
        files[f"Video_{monday:%Y%m%d}-{monday + timedelta(6):%Y%m%d}.csv"] = table
    return files


def without(header):
    def cut(table):
        place = table[0].index(header)
        return [row[:place] + row[place + 1 :] for row in table]

    return cut


def test_the_register_holds_every_header_and_what_it_was_taken_for(tmp_path):
    tiny.client(tmp_path, videos())
    ingest("acme", tmp_path)
    met = clients.open("acme", tmp_path).frame("headers")
    assert met.groupby("file").size().tolist() == [len(tiny.VIDEO)] * 4
    one = met[met["file"] == met["file"].iloc[0]].set_index("header")
    assert one["column"]["Refunds"] == "refunded_amount"
    assert one["state"]["Refunds"] == "matched"


def test_a_money_column_that_later_downloads_lack_withholds(tmp_path):
    tiny.client(tmp_path, videos(late=without("Refunds")))
    report = ingest("acme", tmp_path)
    assert any("Refunds is gone" in note for note in report.notes)
    state = readiness.check(clients.open("acme", tmp_path), SUNDAY)
    gate = state.gates.set_index("gate").loc["columns"]
    assert not gate["passed"]
    assert "Video_20260504-20260510.csv lacks Refunds" in gate["detail"]
    assert "other downloads of video data have" in gate["detail"]


def renamed(header, name, value=None):
    def change(table):
        place = table[0].index(header)
        rows = [
            [value or row[place] if i == place else c for i, c in enumerate(row)] for row in table
        ]
        return [[name if i == place else c for i, c in enumerate(table[0])], *rows[1:]]

    return change


def gate(home, files, toml=tiny.TOML):
    tiny.client(home, files, toml=toml)
    ingest("acme", home)
    state = readiness.check(clients.open("acme", home), SUNDAY)
    found = state.gates.set_index("gate").loc["columns"]
    return bool(found["passed"]), found["detail"]


def test_a_renamed_money_column_is_named_with_the_line_that_mends_it(tmp_path):
    late = renamed("Refunds", "Value sent back", "$3.00")
    passed, detail = gate(tmp_path / "one", videos(late=late))
    assert not passed
    line = '"Value sent back" = "refunded_amount"'
    assert f"perhaps it is Value sent back: if so, add {line} under [headers.video_data]" in detail
    toml = f"{tiny.TOML}[headers.video_data]\n{line}\n"
    assert gate(tmp_path / "two", videos(late=late), toml)[0]
    assert clients.open("acme", tmp_path / "two").post_stats["refunded_amount"].sum() == 3.0


def test_a_renamed_count_withholds_too(tmp_path):
    passed, detail = gate(tmp_path, videos(late=renamed("Video product impressions", "Seen")))
    assert not passed
    assert "lacks Video product impressions" in detail
    assert '"Seen" = "impressions"' in detail


def test_a_count_that_is_just_not_there_withholds_nothing(tmp_path):
    assert gate(tmp_path, videos(late=without("Video product impressions")))[0]


FIRST = [
    ("Value sent back", "$3.00", False),
    ("Refunds today", "", False),
    ("Mood", "fine", True),
    ("Video product score", "97", True),
]


@pytest.mark.parametrize(("name", "value", "passes"), FIRST)
def test_an_unknown_header_that_may_be_money_nobody_has_withholds(tmp_path, name, value, passes):
    files = {k: renamed("Refunds", name, value or "--")(table) for k, table in videos().items()}
    passed, detail = gate(tmp_path / "one", files)
    assert passed is passes
    if not passes:
        assert f"lacks Refunds (perhaps it is {name}: if so" in detail
        assert "other downloads" not in detail
        other = f'{tiny.TOML}[headers.video_data]\n"{name}" = ""\n'
        assert gate(tmp_path / "two", files, other)[0]


def test_a_column_no_figure_rests_on_withholds_nothing(tmp_path):
    tiny.client(tmp_path, videos(late=without("Video title")))
    ingest("acme", tmp_path)
    gate = readiness.check(clients.open("acme", tmp_path), SUNDAY).gates.set_index("gate")
    assert gate.loc["columns", "passed"]


def test_a_header_that_may_name_a_buyer_is_not_kept(tmp_path):
    table = tiny.export(tiny.SHOP, {})
    header = "Recipient Zelda Q"
    tiny.client(tmp_path, {"shop.csv": [[*table[0], header], [*table[1], "secret"]]})
    ingest("acme", tmp_path)
    met = clients.open("acme", tmp_path).frame("headers")["header"].tolist()
    assert "Recipient xxxxx x" in met
    assert header not in met
