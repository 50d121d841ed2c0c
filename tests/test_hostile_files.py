"""Files made to break a reader: each refused by name, in seconds and within memory."""

import io
import json
import os
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from kit import downloads
from kit.ingest import ingest
from tests import tiny

MOST_SECONDS = 60
MOST_MEMORY = 1200 << 20
ADDRESSES = 6 << 30  # libraries reserve more than they use
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
PADDING = b"<x/>"


def book(parts):
    """A workbook as openpyxl writes it, with some parts given as bytes or as pieces of bytes."""
    made = openpyxl.Workbook()
    made.active.append([header for header, _ in tiny.AFFILIATE.values()])
    plain = io.BytesIO()
    made.save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=True) as part:
                for piece in parts.get(name, [old.read(name)]):
                    part.write(piece)
    return out.getvalue()


def sheet(*body, prolog=b""):
    start = f'<?xml version="1.0"?>{prolog.decode()}<worksheet xmlns="{MAIN}"><sheetData>'
    return book({SHEET: [start.encode(), *body, b"</sheetData></worksheet>"]})


def cell(place, text=b"1"):
    return b'<c r="%s"><v>%s</v></c>' % (place, text)


def laughing(doctype, body):
    return sheet(body, prolog=doctype.encode())


HOSTILE = {
    "far_row.xlsx": sheet(b'<row r="1000000000000">', cell(b"A1"), b"</row>"),
    "wide_rows.xlsx": sheet(
        *(b'<row r="%d">%s</row>' % (n, cell(b"XFD%d" % n)) for n in range(1, 3000))
    ),
    "ten_million_columns.xlsx": sheet(b'<row r="1">', *[cell(b"B1") * 100_000] * 100, b"</row>"),
    "endless_row.xlsx": sheet(b"<row>", *[PADDING * (1 << 18)] * 16, b"</row>"),
    "no_rows_at_all.xlsx": sheet(*[PADDING * (1 << 18)] * 16),
    "unpacks_to_600_mb.xlsx": sheet(*[b" " * (1 << 20)] * 600),
    "large_styles.xlsx": book({"xl/styles.xml": [b" " * (1 << 20)] * 20}),
    "billion_laughs.xlsx": laughing(
        f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{LAUGHS}]>', b'<row r="1"><c r="&l11;"/></row>'
    ),
    "secrets_of_the_host.xlsx": laughing(
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<row r="1"><c t="inlineStr"><is><t>&x;</t></is></c></row>',
    ),
    "laughing_styles.xlsx": book(
        {
            "xl/styles.xml": [
                f'<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><s xmlns="{MAIN}">&l11;</s>'.encode()
            ]
        }
    ),
    "one_long_line.csv": b"Order ID,Creator Username," + b"a" * (32 << 20),
    "ten_million_columns.csv": b"Order ID," * 10_000_000,
    "long_line_below.csv": b"Order ID,Creator Username\n1,2\n" * 20 + b"a" * (32 << 20),
    "never_ending_quote.csv": b'Order ID,"Creator Username\n' + b"1,2\n" * 1_000_000,
    "zeros.csv": b"\0" * 1000,
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What an ingest of all of them beside one good file says of each, in a process of its own."""
    home = tmp_path_factory.mktemp("home")
    folder = tiny.client(home, {"good.csv": tiny.export(tiny.AFFILIATE, {})})
    exports = folder / "exports"
    for name, data in HOSTILE.items():
        (exports / name).write_bytes(data)
    with (exports / "two_gigabytes.csv").open("wb") as file:
        file.truncate(2 << 30)
    os.mkfifo(exports / "pipe.csv")
    (exports / "device.csv").symlink_to("/dev/zero")
    (exports / "loop.csv").symlink_to("loop.csv")
    (exports / "unreadable.csv").symlink_to("/proc/self/mem")
    os.mkfifo(folder / "ledgers" / "creators.csv")
    (folder / "ledgers" / "products.xlsx").write_bytes(HOSTILE["far_row.xlsx"])
    code = (
        "import json, resource, sys; from kit.ingest import ingest; "
        "report = ingest('acme', sys.argv[1]); "
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "print(json.dumps([dict(report.refused), report.rows['orders'], peak]))"
    )

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))

    done = subprocess.run(
        [sys.executable, "-c", code, home],
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr
    said, orders, peak = json.loads(done.stdout)
    return said, orders, peak << 10


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("far_row.xlsx", "has more than the 1,048,576 rows of a sheet"),
        ("wide_rows.xlsx", "has over 30,000,000 cells"),
        ("ten_million_columns.xlsx", "holds a row or a text that is larger"),
        ("endless_row.xlsx", "holds a row or a text that is larger"),
        ("no_rows_at_all.xlsx", "holds a row or a text that is larger"),
        ("unpacks_to_600_mb.xlsx", "unpacks to over 512 MB"),
        ("large_styles.xlsx", "or a part of it to too much"),
        ("billion_laughs.xlsx", "it defines entities"),
        ("secrets_of_the_host.xlsx", "it defines entities"),
        ("laughing_styles.xlsx", "damaged or incomplete workbook"),
        ("one_long_line.csv", "has a line of over 1 MB"),
        ("ten_million_columns.csv", "has a line of over 1 MB"),
        ("long_line_below.csv", "long_line_below.csv "),
        ("never_ending_quote.csv", "never_ending_quote.csv "),
        ("zeros.csv", "holds binary data"),
        ("two_gigabytes.csv", "is larger than 1024 MB"),
        ("unreadable.csv", "cannot be read (Input/output error)"),
        ("ledgers/creators.csv", "is no file that can be read"),
        ("ledgers/products.xlsx", "has more than the 1,048,576 rows of a sheet"),
    ],
)
def test_it_is_refused_by_name_with_the_reason(refused, name, words):
    assert words in refused[0][name]


def test_what_is_beside_them_is_read_within_memory(refused):
    said, orders, peak = refused
    assert orders == 1
    assert peak < MOST_MEMORY
    assert set(said) == {*HOSTILE, "two_gigabytes.csv", "unreadable.csv"} | {
        "ledgers/creators.csv",
        "ledgers/products.xlsx",
    }


def test_a_workbook_that_states_a_giant_dimension_is_read_by_its_cells(tmp_path):
    stated = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
    rows = []
    for number, values in enumerate(tiny.export(tiny.AFFILIATE, {"gmv": "12.00"}), start=1):
        cells = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)
        rows.append(f'<row r="{number}">{cells}</row>')
    data = book({SHEET: [(stated + "".join(rows) + "</sheetData></worksheet>").encode()]})
    folder = tiny.client(tmp_path, {})
    (folder / "exports" / "a.xlsx").write_bytes(data)
    report = ingest("acme", tmp_path)
    assert report.refused == []
    assert report.rows["orders"] == 1


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    folder = tiny.client(tmp_path, {"a.csv": tiny.export(tiny.AFFILIATE, {})})
    before = downloads.read_all

    def changing(tasks):
        with (folder / "exports" / "a.csv").open("a") as file:
            file.write(",".join(tiny.export(tiny.AFFILIATE, {"order": "5799"})[1]) + "\n")
        return before(tasks)

    monkeypatch.setattr(downloads, "read_all", changing)
    report = ingest("acme", tmp_path)
    assert report.refused == [
        (
            "a.csv",
            "a.csv changed while it was being read. Run kit ingest again when it is complete.",
        )
    ]
    assert report.rows["orders"] == 0
