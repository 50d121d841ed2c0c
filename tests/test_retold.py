"""Old lines and posts that a newer download tells otherwise than the one before it did."""

import pandas as pd
import pytest

from kit import client as clients
from kit import readiness
from kit.ingest import ingest
from kit.retold import retold, sentence
from tests import tiny

LINES = {
    "product_id": ["p", "p", "q", "q", "q", "p", "p", "p", "q", "q"],
    "creator_id": ["ana", "ana", "bo", "bo", "cy", "cy", "di", "di", "ed", "ed"],
    "quantity": [1, 2, 1, 1, 1, 3, 1, 1, 1, 2],
    "ordered_at": pd.date_range("2026-05-01 12:00", periods=10, freq="7h", tz="UTC"),
}


def lines(number, **changed):
    """Ten order lines as file `number` tells them, some columns told otherwise."""
    rows = pd.DataFrame({**LINES, **changed})
    return rows.assign(
        order_id=[str(order) for order in range(10)],
        sku_id="s",
        file=f"{number}.csv",
        file_order=number,
        seen_on=pd.Timestamp("2026-06-01") + pd.Timedelta(days=number),
    )


def told(*files, kind="affiliate_orders"):
    return retold(kind, pd.concat(files, ignore_index=True)).to_dict("records")


def slipped(name):
    return [*LINES[name][1:], LINES[name][0]]


def test_the_same_lines_told_the_same_say_nothing():
    assert told(lines(0), lines(1), lines(2)) == []
    assert told(lines(0)) == []


def test_a_column_in_other_rows_is_named_with_how_often():
    (row,) = told(lines(0), lines(1, quantity=slipped("quantity")))
    # 1 2 1 1 1 3 1 1 1 2 against 2 1 1 1 3 1 1 1 2 1
    assert row == {
        "file": "1.csv",
        "retold_by": "0.csv",
        "retold": 6,
        "retold_facts": ["Quantity 6 of 10"],
        "retold_mostly": False,
    }
    times = list(LINES["ordered_at"][1:]) + [LINES["ordered_at"][0]]
    (row,) = told(lines(0), lines(1, ordered_at=times))
    assert row["retold_facts"] == ["Time Created 10 of 10"]
    assert row["retold_mostly"]


def test_a_form_that_prints_no_seconds_is_no_contradiction():
    later = LINES["ordered_at"] + pd.Timedelta(seconds=59)
    assert told(lines(0), lines(1, ordered_at=later)) == []
    later = LINES["ordered_at"] + pd.Timedelta(seconds=60)
    assert told(lines(0), lines(1, ordered_at=later))[0]["retold"] == 10


def test_a_renamed_creator_is_none_but_an_exchanged_one_is():
    new = [{"ana": "ana.glow"}.get(name, name) for name in LINES["creator_id"]]
    assert told(lines(0), lines(1, creator_id=new)) == []
    other = [{"ana": "bo", "bo": "ana"}.get(name, name) for name in LINES["creator_id"]]
    (row,) = told(lines(0), lines(1, creator_id=other))
    assert row["retold_facts"] == ["Creator Username 4 of 10"]


def test_only_the_newest_two_tellings_count():
    wrong = lines(1, quantity=[9] * 10)
    (row,) = told(lines(0), lines(2), lines(3), wrong.assign(file_order=9, seen_on="2026-07-01"))
    assert (row["file"], row["retold_by"], row["retold"]) == ("1.csv", "3.csv", 10)
    assert told(lines(0), wrong, lines(2), lines(3)) == []


def test_returns_and_refunds_may_grow_and_never_shrink():
    def shop(number, returned, refunded):
        return lines(number).assign(returned_quantity=returned, refunded_amount=refunded)

    assert told(shop(0, 0, 0.0), shop(1, 1, 12.5), kind="shop_orders") == []
    (row,) = told(shop(0, 1, 12.5), shop(1, 0, 12.5), kind="shop_orders")
    assert row["retold_facts"] == ["Sku Quantity of return 10 of 10"]


def test_a_commission_is_held_against_the_older_one_once_it_was_paid():
    paid = pd.Timestamp("2026-05-20", tz="UTC")

    def line(number, amount, paid_at):
        return lines(number).assign(standard_commission_actual=amount, commission_paid_at=paid_at)

    assert told(line(0, 1.0, pd.NaT), line(1, 2.0, paid)) == []
    assert told(line(0, 1.0, paid), line(1, 0.0, paid)) == []  # taken back whole
    (row,) = told(line(0, 1.0, paid), line(1, 2.0, paid))
    assert row["retold"] == 10


def test_a_line_that_stands_twice_in_a_file_is_not_compared():
    twice = pd.concat([lines(1), lines(1, quantity=[9] * 10)])
    assert told(lines(0), twice) == []


def posts(number, days):
    return pd.DataFrame(
        {
            "post_id": [str(n) for n in range(len(days))],
            "creator_id": "ana",
            "published_on": pd.to_datetime(days),
            "file": f"{number}.xlsx",
            "file_order": number,
            "seen_on": pd.Timestamp("2026-06-01") + pd.Timedelta(days=number),
        }
    )


def test_single_captions_are_edited_but_not_most_of_a_file():
    days = ["2026-05-01"] * 10
    first = posts(0, days).assign(caption=list("abcdefghij"))
    assert told(first, posts(1, days).assign(caption=list("xbcdefghij")), kind="video_data") == []
    (row,) = told(first, posts(1, days).assign(caption=list("bcdefghija")), kind="video_data")
    assert row["retold_facts"] == ["Video title 10 of 10"]


def test_a_post_has_one_day_of_publication():
    first, second = posts(0, ["2026-05-01", "2026-05-02"]), posts(1, ["2026-05-01", "2026-05-03"])
    (row,) = told(first, second, kind="video_data")
    assert row["retold_facts"] == ["Post date 1 of 2"]
    assert sentence({**row, "kind": "video_data"}).startswith(
        "1.xlsx tells 1 post otherwise than 0.xlsx did, in what does not change any more (Post date"
    )


@pytest.mark.parametrize(("shift", "withheld"), [(0, False), (1, True)])
def test_order_times_in_other_rows_withhold_and_are_named(tmp_path, shift, withheld):
    def orders(moved):
        days = list(range(1, 11))
        return tiny.export(
            tiny.AFFILIATE,
            *(
                {
                    "order": f"57990000000000{day:05d}",
                    "created": f"{days[place - moved]:02d}/05/2026 12:00:00",
                    "paid": f"{days[place - moved]:02d}/05/2026 12:01:00",
                }
                for place, day in enumerate(days)
            ),
        )

    tiny.client(tmp_path, {"2026-05-11/a.csv": orders(0), "2026-05-12/b.csv": orders(shift)})
    notes = ingest("acme", tmp_path).notes
    told = (
        "2026-05-12/b.csv tells 10 lines otherwise than 2026-05-11/a.csv did, in what does not "
        "change any more (Time Created 10 of 10 and Payment time 10 of 10)"
    )
    assert any(told in note for note in notes) == withheld
    state = readiness.check(clients.open("acme", tmp_path), "2026-05-10")
    gate = state.gates.set_index("gate").loc["told twice"]
    assert gate["passed"] != withheld
    assert (told in gate["detail"]) == withheld
    grade = state.tables.set_index("kind").loc["affiliate_orders", "why"]
    assert ("its newest file contradicts an older one" in grade) == withheld
