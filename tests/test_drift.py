"""Headers that come and go: each change told once, by name, with what it may have become."""

from datetime import date, timedelta

import pandas as pd

from kit import client as clients
from kit import drift, readiness
from kit.ingest import ingest
from tests import tiny

MONDAYS = [date(2026, 4, 13) + timedelta(7 * i) for i in range(4)]
SUNDAY = date(2026, 5, 10)


def headers(*sheets, kind="video_data"):
    """Rows of `contracts.Headers`: one dict of header → column (None: unknown) per download."""
    rows = []
    for number, sheet in enumerate(sheets):
        for place, (header, column) in enumerate(sheet.items()):
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
                }
            )
    return pd.DataFrame(rows)


FULL = {"Video ID": "post_id", "Refunds": "refunded_amount", "Video views": "views"}
RENAMED = {"Video ID": "post_id", "Total refunds": None, "Video views": "views"}


def test_a_renamed_column_is_told_once_with_its_likeliest_name():
    table = drift.changes(headers(FULL, RENAMED, RENAMED))
    assert table[["file", "change", "header", "likeliest", "lasts"]].to_numpy().tolist() == [
        ["1.csv", "gone", "Refunds", "Total refunds", True],
        ["1.csv", "new", "Total refunds", "Refunds", True],
    ]
    assert table["money"].tolist() == [True, False]
    assert drift.sentences(table) == [
        "1.csv: video data, changed since the download before: Refunds is gone, perhaps now Total "
        'refunds (if so, add "Total refunds" = "refunded_amount" under [headers.video_data] in '
        "client.toml); Total refunds is new and unknown, perhaps Refunds until now."
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
