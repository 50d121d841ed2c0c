"""Dates that can be read two ways, decided by what else the client has downloaded."""

import pandas as pd
import pytest

from kit.errors import PolicyError
from kit.ingest import ingest
from tests import tiny

ZONE = "America/Los_Angeles"
OPEN = {"paid": "", "delivered": "", "commission_paid": "", "status": "Pending"}


def line(number, created):
    order = f"57990000000000000{number}"
    return {**OPEN, "order": order, "created": f"{created} 12:00:00", "paid": f"{created} 12:01:00"}


def affiliate(*lines):
    return tiny.export(tiny.AFFILIATE, *lines)


def shop(*lines):
    clock = {"created": "12:00:00 PM", "paid": "12:01:00 PM"}
    rows = [
        {"order": order, "created": f"{day} {clock['created']}", "paid": f"{day} {clock['paid']}"}
        | {"delivered": "", "status": "To ship", "substatus": "Awaiting shipment"}
        for order, day in ((f"57990000000000000{number}", day) for number, day in lines)
    ]
    return tiny.export(tiny.SHOP, *rows)


def days(home):
    """Order → its day in the tables."""
    orders = pd.read_parquet(home / "data" / "acme" / "tables" / "orders.parquet")
    local = orders["ordered_at"].dt.tz_convert(ZONE).dt.strftime("%Y-%m-%d")
    return dict(zip(orders["order_id"].str[-2:], local, strict=True))


def ingested(home, files, toml=tiny.TOML):
    tiny.client(home, files, toml)
    report = ingest("acme", home)
    return dict(report.refused), report.notes


def test_the_other_files_of_the_kind_decide(tmp_path):
    files = {"a.csv": affiliate(line(10, "03/04/2026"))}
    refused, _ = ingested(tmp_path, files)
    assert "03/04/2026 in row 2 is 3 April or 4 March" in refused["a.csv"]
    # the next week's download prints a 13th
    refused, notes = ingested(tmp_path, {"b.csv": affiliate(line(20, "13/04/2026"))})
    assert refused == {}
    assert days(tmp_path) == {"10": "2026-04-03", "20": "2026-04-13"}
    assert (
        "a.csv: dates such as 03/04/2026 12:00:00 are read day first, as the client's other files "
        "of affiliate orders print them" in notes
    )


def test_what_the_other_files_showed_falls_with_them(tmp_path):
    files = {"a.csv": affiliate(line(10, "03/04/2026")), "b.csv": affiliate(line(20, "13/04/2026"))}
    assert ingested(tmp_path, files)[0] == {}
    (tmp_path / "data" / "acme" / "exports" / "b.csv").unlink()
    assert list(ingested(tmp_path, {})[0]) == ["a.csv"]


def test_other_files_of_two_minds_decide_nothing(tmp_path):
    toml = tiny.TOML.replace('"US"', '"PH"')  # nobody saw how that market prints shop orders
    files = {"a.csv": shop((10, "04/13/2026")), "b.csv": shop((20, "13/04/2026"))}
    files["c.csv"] = shop((30, "03/04/2026"))
    assert list(ingested(tmp_path, files, toml)[0]) == ["c.csv"]
    assert ingested(tmp_path, {"b.csv": shop((20, "04/14/2026"))}, toml)[0] == {}


@pytest.mark.parametrize(
    ("printed", "order"), [("03/04/2026", "day first"), ("04/03/2026", "month first")]
)
def test_the_same_orders_in_the_other_file_decide(tmp_path, printed, order):
    files = {
        "a.csv": affiliate(line(10, printed), line(11, "04/04/2026")),
        "s.csv": shop((10, "04/03/2026"), (99, "04/20/2026")),
    }
    refused, notes = ingested(tmp_path, files)
    assert refused == {}
    assert days(tmp_path) == {"10": "2026-04-03", "11": "2026-04-04"}
    told = f"dates such as {printed} 12:00:00 are read {order}, as the same orders in another file"
    assert any(note.startswith(f"a.csv: {told}") for note in notes)
    assert ingested(tmp_path, {})[0] == {}  # and as it was kept
    (tmp_path / "data" / "acme" / "exports" / "s.csv").unlink()
    assert list(ingested(tmp_path, {})[0]) == ["a.csv"]


def test_orders_that_agree_in_neither_way_decide_nothing(tmp_path):
    files = {"a.csv": affiliate(line(10, "03/04/2026")), "s.csv": shop((10, "04/20/2026"))}
    assert list(ingested(tmp_path, files)[0]) == ["a.csv"]


def test_two_kinds_may_be_told_apart_in_client_toml(tmp_path):
    files = {"a.csv": affiliate(line(10, "03/04/2026")), "s.csv": shop((10, "04/03/2026"))}
    refused, _ = ingested(tmp_path, files)
    assert sorted(refused) == ["a.csv", "s.csv"]
    toml = tiny.TOML + '[date_order]\naffiliate_orders = "day first"\nshop_orders = "month first"\n'
    assert ingested(tmp_path, {}, toml)[0] == {}
    assert days(tmp_path) == {"10": "2026-04-03"}
    # one of them is enough, since the orders are the same
    toml = tiny.TOML + '[date_order]\naffiliate_orders = "day first"\n'
    assert ingested(tmp_path, {}, toml)[0] == {}
    assert days(tmp_path) == {"10": "2026-04-03"}


def test_the_ledgers_have_an_order_of_their_own(tmp_path):
    files = {"a.csv": affiliate(line(10, "13/04/2026"))}
    ledger = "date,what\n5/4/2026,launch\n"
    tiny.client(tmp_path, files, events=ledger)
    refused = dict(ingest("acme", tmp_path).refused)
    assert (
        'write ledgers = "month first" (or "day first") under [date_order]'
        in (refused["ledgers/events.csv"])
    )
    for told in ('[date_order]\nledgers = "month first"\n', 'date_order = "month first"\n'):
        tiny.client(tmp_path, {}, tiny.TOML + told, events=ledger)
        assert ingest("acme", tmp_path).refused == []
        events = pd.read_parquet(tmp_path / "data" / "acme" / "tables" / "events.parquet")
        assert str(events["date"].item())[:10] == "2026-05-04"


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ('date_order = "americas"', "'americas' is neither 'day first' nor 'month first'"),
        ('[date_order]\naffiliate_order = "day first"', "Did you mean affiliate_orders"),
        ("[date_order]\nledgers = 1", "1 is neither 'day first' nor 'month first'"),
    ],
)
def test_a_wrong_date_order_is_refused(tmp_path, told, answer):
    tiny.client(tmp_path, {"a.csv": affiliate(line(10, "13/04/2026"))}, f"{tiny.TOML}{told}\n")
    with pytest.raises(PolicyError, match=answer):
        ingest("acme", tmp_path)
