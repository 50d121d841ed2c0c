"""Lines that a newer order file of the same days no longer holds."""

import pandas as pd
import pytest

from kit import client as clients
from kit import readiness
from kit.ingest import ingest
from kit.vanished import vanished
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
