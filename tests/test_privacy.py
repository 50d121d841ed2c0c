"""Buyers' names, phones, addresses and e-mails reach nothing that the kit writes or prints."""

import re
import traceback

import openpyxl
import pyarrow.parquet as pq
import pytest

from kit import cli, exports
from tests import tiny

PERSON = {
    "buyer": "zquimby77",
    "nick": "Queen Zelda",
    "name": "Zelda Quimby",
    "phone": "(+1)5558675309",
    "mail": "zelda.quimby@example.org",
    "street": "42 Wisteria Lane",
    "zip": "94107-3321",
    "message": "leave it with Aunt Hesper",
}
TRACES = re.compile(
    rb"zquimby|queen.zelda|zelda|quimby|8675309|wisteria|94107|hesper|example\.org", re.IGNORECASE
)
SHOP = {
    **tiny.SHOP,
    "buyer": ("Buyer Username", PERSON["buyer"]),
    "nick": ("Buyer Nickname", PERSON["nick"]),
    "name": ("Recipient", PERSON["name"]),
    "phone": ("Phone #", PERSON["phone"]),
    "mail": ("Email", PERSON["mail"]),
    "street": ("Address Line 1", PERSON["street"]),
    "zip": ("Zipcode", PERSON["zip"]),
    "message": ("Buyer Message", PERSON["message"]),
    "new": ("Recipient Hint", PERSON["message"]),
}


def orders(*rows, first=1):
    numbered = [{"order": f"5799000000001{n:05d}1", **row} for n, row in enumerate(rows, first)]
    return tiny.export(SHOP, *numbered)


def renamed(table, old, new):
    return [[new if cell == old else cell for cell in table[0]], *table[1:]]


def shifted(table, by):
    """Each row's cells moved to the left, as a lost cell leaves them."""
    return [table[0], *([*row[by:], *row[:by]] for row in table[1:])]


def swapped(table, one, two):
    places = [table[0].index(name) for name in (one, two)]
    rows = [list(row) for row in table]
    for row in rows[1:]:
        row[places[0]], row[places[1]] = row[places[1]], row[places[0]]
    return rows


# Each a way in which personal cells get where others are expected.
PLANTED = {
    "as_downloaded": orders({}, {}),
    "in_broken_cells": orders(
        *(
            {column: text}
            for column in ("created", "quantity", "gmv", "order", "sku", "product")
            for text in PERSON.values()
        ),
        {"phone": "5558675309", "quantity": "5558675309"},
        {"gmv": "5558675309", "created": "5558675309"},
        {"quantity": "94107"},
    ),
    "in_the_status": swapped(orders({}, {}), "Order Status", "Recipient"),
    "in_the_substatus": swapped(orders({}, {}), "Order Substatus", "Address Line 1"),
    "moved_by_one": shifted(orders(*[{}] * 4), 1),
    "moved_by_many": shifted(orders(*[{}] * 4), 24),
    "under_another_header": renamed(orders({}), "Recipient", "Consignee"),
    "under_a_known_header": renamed(orders({}), "Recipient", "Seller SKU"),
    "as_headers": [[*orders()[0], *PERSON.values()], [*orders({})[1], *PERSON.values()]],
    "without_its_header": orders({}, {})[1:],
    "without_its_money": [row[:7] + row[11:] for row in orders({})],
    "ragged": [*orders({}), [*orders({}, first=9)[1], PERSON["name"]], [PERSON["name"], "1"]],
    "as_a_footnote": [*orders({}), [PERSON["name"]]],
    "as_totals": [*orders({}), ["Total", *[PERSON["name"]] * 9]],
    "twice_and_different": renamed(orders({}), "Recipient", "Order Status"),
    "affiliate_with_names": tiny.export(
        {
            **tiny.AFFILIATE,
            "name": ("Recipient", PERSON["name"]),
            "mail": ("Email", PERSON["mail"]),
        },
        {},
    ),
}


def contents(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "exports" not in path.relative_to(folder).parts:
            yield path.name, path.read_bytes()
            if path.suffix == ".parquet":
                yield path.name, repr(pq.read_table(path).to_pydict()).encode()


def run(*arguments):
    with pytest.raises(SystemExit):
        cli.app(arguments, prog_name="kit")


@pytest.mark.parametrize("case", PLANTED)
def test_no_trace_of_a_buyer_is_written_or_printed(tmp_path, capfd, case):
    tiny.client(tmp_path, {f"{case}.csv": PLANTED[case]})
    try:
        run("ingest", "--client", "acme", "--home", str(tmp_path))
        run("check", "--client", "acme", "--home", str(tmp_path))
        run("check", "--client", "acme", "--json", "--home", str(tmp_path))
    except Exception:
        print(traceback.format_exc())
    said = "".join(capfd.readouterr())
    assert case in said or "acme" in said
    assert not TRACES.findall(said.encode()), said
    for name, data in contents(tmp_path):
        assert not TRACES.findall(data), (name, TRACES.findall(data), data[:3000])


def test_the_planted_traces_are_in_the_files_and_would_be_found(tmp_path):
    folder = tiny.client(tmp_path, {f"{case}.csv": rows for case, rows in PLANTED.items()})
    for path in (folder / "exports").iterdir():
        assert TRACES.search(path.read_bytes()), path


def test_a_workbook_with_buyers_leaves_no_trace(tmp_path, capfd):
    folder = tiny.client(tmp_path, {})
    book = openpyxl.Workbook()
    for row in PLANTED["in_broken_cells"]:
        book.active.append(row)
    book.save(folder / "exports" / "orders.xlsx")
    run("ingest", "--client", "acme", "--home", str(tmp_path))
    assert not TRACES.findall("".join(capfd.readouterr()).encode())
    for name, data in contents(tmp_path):
        assert not TRACES.findall(data), name


@pytest.mark.parametrize("place", ["finish.derive", "values.buyer_keys", "setaside.values.money"])
def test_a_crash_in_the_reader_shows_no_cell(tmp_path, capfd, monkeypatch, place):
    tiny.client(tmp_path, {"orders.csv": PLANTED["in_broken_cells"]})

    def crash(*arguments, **more):
        return {}["not there"]

    monkeypatch.setattr(f"{exports.__name__}.{place}", crash)
    with pytest.raises(KeyError) as raised:
        cli.app(["ingest", "--client", "acme", "--home", str(tmp_path)], standalone_mode=False)
    told = "".join(traceback.format_exception(raised.value)) + "".join(capfd.readouterr())
    assert "not there" in told
    assert not TRACES.findall(told.encode())
    for name, data in contents(tmp_path):
        assert not TRACES.findall(data), name
