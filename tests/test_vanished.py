"""Lines that a newer order file of the same days no longer holds."""

import pandas as pd
import pytest

from kit import client as clients
from kit import readiness
from kit.ingest import ingest
from kit.vanished import torn, vanished
from tests import tiny


def versions(*files):
    """One file per argument, a day later each: (day of May, order, status) of each line, at 10."""
    rows = [
        {
            "order_id": str(order),
            "sku_id": "s",
            "ordered_at": pd.Timestamp(2026, 5, day, 12, tz="UTC"),
            "gmv": 10.0,
            "status": status,
            "file": f"{number}.csv",
            "file_order": number,
            "seen_on": pd.Timestamp("2026-06-01") + pd.Timedelta(days=number),
        }
        for number, lines in enumerate(files)
        for day, order, status in lines
    ]
    return pd.DataFrame(rows)


def lines(*days, status="settled", but=()):
    return [(day, day, status) for day in days if day not in but]


def test_a_line_missing_in_the_middle_is_counted_with_its_money():
    table = vanished(versions(lines(*range(1, 11)), lines(*range(1, 11), but=(4, 5))), "UTC")
    assert table.to_dict("records") == [
        {"file": "1.csv", "vanished": 2, "vanished_money": 20.0, "vanished_share": 0.25}
    ]


def test_the_first_and_last_day_of_a_file_may_be_in_part():
    assert vanished(versions(lines(*range(1, 11)), lines(3, 4, 5, 6)), "UTC").empty
    two_a_day = [(day, day + 100 * n, "settled") for day in range(1, 11) for n in (0, 1)]
    assert vanished(versions(two_a_day, two_a_day[5:-5]), "UTC").empty


def test_what_was_never_paid_may_go():
    old = lines(*range(1, 11), but=(4,)) + [(4, 4, "unpaid")]
    assert vanished(versions(old, lines(*range(1, 11), but=(4,))), "UTC").empty


def test_a_later_whole_file_makes_up_for_a_cut_one():
    whole = lines(*range(1, 11))
    assert vanished(versions(whole, lines(*range(1, 11), but=(4,)), whole), "UTC").empty


def test_files_of_one_day_of_download_are_one():
    both = versions(lines(*range(1, 11), but=(4,)), lines(1, 4, 10))
    assert len(vanished(both, "UTC")) == 1
    assert vanished(both.assign(seen_on=pd.Timestamp("2026-06-01")), "UTC").empty


def days(first, last, per_day=4, drop=0):
    """So many lines a day, an hour apart from 10 o'clock; `drop` of the first day are lost."""
    rows = [(day, 100 * day + n, n) for day in range(first, last + 1) for n in range(per_day)]
    return rows[drop:]


def downloads(*files, paid_late=0):
    """One download per file, a week apart: order and payment at the line's hour."""
    rows = [
        {
            "order_id": str(order),
            "sku_id": "s",
            "ordered_at": pd.Timestamp(2026, 5, day, 10 + hour, tz="UTC"),
            "paid_at": pd.Timestamp(2026, 5, day, 10 + hour, tz="UTC")
            + pd.Timedelta(hours=paid_late if hour == 3 else 0),
            "status": "settled",
            "file": f"{number}.csv",
            "seen_on": pd.Timestamp("2026-06-01") + pd.Timedelta(days=7 * number),
        }
        for number, lines in enumerate(files)
        for day, order, hour in lines
    ]
    return pd.DataFrame(rows)


WHOLE = (days(1, 9), days(3, 12), days(5, 15))


def test_a_file_that_begins_in_the_middle_of_a_day_is_torn():
    table = torn(downloads(*WHOLE, days(7, 18, drop=2)), "UTC")
    assert table.to_dict("records") == [
        {"file": "3.csv", "torn": 2, "torn_day": pd.Timestamp("2026-05-07")}
    ]


def test_files_of_whole_days_are_not_torn_whatever_was_paid_a_day_late():
    by_order = downloads(*WHOLE, days(7, 18), paid_late=20)
    assert torn(by_order, "UTC").empty
    by_payment = by_order[by_order["paid_at"].dt.day >= 7]
    both = pd.concat([by_order[by_order["file"] != "3.csv"], by_payment.query("file == '3.csv'")])
    assert torn(both, "UTC").empty


@pytest.mark.parametrize(
    "files",
    [
        (days(1, 9), days(3, 12, drop=2)),  # nothing shows that this client's are usually whole
        tuple(days(1 + 2 * n, 9 + 3 * n, drop=2) for n in range(4)),  # the page has other days
        (*WHOLE, days(7, 18, drop=1)),  # a single line may have left by a filter of status
        WHOLE,
    ],
)
def test_what_may_be_the_pages_way_is_not_called_torn(files):
    assert torn(downloads(*files), "UTC").empty


@pytest.mark.parametrize("table", [versions(lines(1, 2, 3)), versions(lines(1)).head(0)])
def test_one_file_has_nothing_to_lack(table):
    assert vanished(table, "UTC").empty


def test_a_filtered_download_withholds_and_is_named(tmp_path):
    def orders(skip=()):
        days = [day for day in range(1, 11) if day not in skip]
        return tiny.export(
            tiny.AFFILIATE,
            *(
                {
                    "order": f"57990000000000{day:05d}",
                    "created": f"{day:02d}/05/2026 12:00:00",
                    "paid": f"{day:02d}/05/2026 12:01:00",
                }
                for day in days
            ),
        )

    files = {"2026-05-11/a.csv": orders(), "2026-05-12/b.csv": orders(skip=(4, 5, 6))}
    tiny.client(tmp_path, files)
    report = ingest("acme", tmp_path)
    told = "b.csv lacks 3 lines of 60.00 (37.5% of the money of its days) that an older download"
    assert any(told in note for note in report.notes)
    state = readiness.check(clients.open("acme", tmp_path), "2026-05-10")
    gate = state.gates.set_index("gate").loc["vanished lines"]
    assert not gate["passed"]
    assert told in gate["detail"]


def test_an_order_file_cut_at_its_end_withholds_and_says_where_it_begins(tmp_path):
    def orders(first, last, drop=0):
        return tiny.export(
            tiny.AFFILIATE,
            *(
                {
                    "order": f"57990000000000{order:05d}",
                    "created": f"{day:02d}/05/2026 {10 + hour}:00:00",
                    "paid": f"{day:02d}/05/2026 {10 + hour}:01:00",
                }
                for day, order, hour in reversed(days(first, last, drop=drop))
            ),
        )

    files = {
        "2026-05-10/a.csv": orders(1, 9),
        "2026-05-13/b.csv": orders(3, 12),
        "2026-05-16/c.csv": orders(5, 15),
        "2026-05-19/d.csv": orders(11, 18, drop=3),
    }
    tiny.client(tmp_path, files)
    told = "2026-05-19/d.csv begins in the middle of 11 May 2026: an older download holds 3 more"
    assert any(told in note for note in ingest("acme", tmp_path).notes)
    state = readiness.check(clients.open("acme", tmp_path), "2026-05-18")
    gate = state.gates.set_index("gate").loc["vanished lines"]
    assert not gate["passed"]
    assert told in gate["detail"]
    assert state.tables.set_index("kind").loc["affiliate_orders", "grade"] == "not usable"


def test_only_the_torn_file_is_named(tmp_path):
    table = downloads(*WHOLE, days(7, 18, drop=2), days(7, 19))
    assert torn(table, "UTC")["file"].tolist() == ["3.csv"]
