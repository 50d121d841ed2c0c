"""Zip archives in exports/: their files are read as files, their tricks refused by name."""

import io
import os
import zipfile
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from kit import client as clients
from kit import downloads
from kit.errors import ExportError
from kit.exports import archives
from kit.ingest import ingest
from tests import tiny

ZONE = "America/Los_Angeles"
MONDAY = (2026, 4, 27, 9, 30, 0)


def text(table):
    return "\n".join(",".join(row) for row in table)


def pack(path, *members, compression=zipfile.ZIP_DEFLATED):
    """A zip of (name, content, time) in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content, at in members:
            archive.writestr(zipfile.ZipInfo(name, at), content, compression)
    return path


@pytest.fixture
def folder(tmp_path):
    return tiny.client(tmp_path, {})


def orders(**row):
    return text(tiny.export(tiny.AFFILIATE, row))


def videos(**row):
    return text(tiny.export(tiny.VIDEO, row))


def test_members_are_read_like_files_with_their_own_names_and_times(folder, tmp_path):
    pack(
        folder / "exports" / "april.zip",
        ("orders.csv", orders(), MONDAY),
        ("lists/Video_List_20260420-20260426.csv", videos(), (2026, 4, 28, 0, 0, 0)),
        ("lists/", "", MONDAY),
        ("__MACOSX/._orders.csv", "junk", MONDAY),
    )
    report = ingest("acme", tmp_path)
    assert report.refused == []
    assert report.read.sort_values("file")[["file", "kind", "seen_on"]].astype(
        "str"
    ).to_numpy().tolist() == [
        ["april.zip/lists/Video_List_20260420-20260426.csv", "video_data", "2026-04-28"],
        ["april.zip/orders.csv", "affiliate_orders", "2026-04-27"],
    ]
    client = clients.open("acme", tmp_path)
    assert client.orders["gmv"].tolist() == [20.0]
    assert client.orders["file"].tolist() == ["april.zip/orders.csv"]
    assert client.frame("post_stats")["window_start"].dt.date.tolist() == [date(2026, 4, 20)]


def test_a_member_is_seen_at_the_local_time_the_archive_keeps(folder):
    path = pack(folder / "exports" / "a.zip", ("a.csv", orders(), MONDAY), ("b.csv", "x", MONDAY))
    found = downloads.downloads(path.parent, ZONE)
    assert {d.seen_at for d in found} == {datetime(*MONDAY, tzinfo=ZoneInfo(ZONE)).timestamp()}


def test_an_archive_without_times_has_its_own_and_a_day_in_its_name_is_better(folder):
    none = (1980, 1, 1, 0, 0, 0)
    exports = folder / "exports"
    for name in ("a.zip", "2026-05-04.zip"):
        path = pack(exports / name, ("a.csv", orders(), none), ("b.csv", "x", none))
        os.utime(path, (1.8e9, 1.8e9))
    seen = {d.name: d.seen_on for d in downloads.downloads(exports, ZONE)}
    assert seen == {
        "a.zip/a.csv": date(2027, 1, 15),
        "a.zip/b.csv": date(2027, 1, 15),
        "2026-05-04.zip/a.csv": date(2026, 5, 4),
        "2026-05-04.zip/b.csv": date(2026, 5, 4),
    }


def test_a_file_inside_and_outside_an_archive_counts_once(folder, tmp_path):
    tiny.write(folder / "exports" / "a.csv", tiny.export(tiny.AFFILIATE, {}))
    same = (folder / "exports" / "a.csv").read_bytes()
    pack(folder / "exports" / "b.zip", ("a.csv", same, MONDAY))
    report = ingest("acme", tmp_path)
    assert any("holds the same bytes as" in note for note in report.notes)
    assert clients.open("acme", tmp_path).orders["gmv"].tolist() == [20.0]


def test_a_workbook_is_no_archive(folder, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for row in tiny.export(tiny.AFFILIATE, {}):
        book.active.append(row)
    book.save(folder / "exports" / "orders.xlsx")
    assert not archives.is_archive(folder / "exports" / "orders.xlsx")
    packed = (folder / "exports" / "orders.xlsx").read_bytes()
    (folder / "exports" / "orders.xlsx").unlink()
    pack(folder / "exports" / "a.zip", ("orders.xlsx", packed, MONDAY))
    assert ingest("acme", tmp_path).refused == []
    assert clients.open("acme", tmp_path).orders["gmv"].tolist() == [20.0]


def nested():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("orders.csv", orders())
    return inner.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("../../orders.csv", orders(), "a.zip/../../orders.csv names a place outside"),
        ("/etc/orders.csv", orders(), "a.zip/etc/orders.csv names a place outside"),
        ("C:\\temp\\orders.csv", orders(), "a.zip/C:/temp/orders.csv names a place outside"),
        ("..\\orders.csv", orders(), "a.zip/../orders.csv names a place outside"),
        ("inner.zip", nested(), "a.zip/inner.zip is an archive inside an archive"),
        ("inner.csv", nested(), "a.zip/inner.csv is an archive inside an archive"),
        ("photo.png", b"\x89PNG\r\n\0\0", "a.zip/photo.png holds binary data"),
    ],
)
def test_a_bad_member_is_refused_by_name_and_the_others_are_read(
    folder, tmp_path, name, content, message
):
    members = (name, content, MONDAY), ("good.csv", orders(), MONDAY)
    pack(folder / "exports" / "a.zip", *members)
    ((_, told),) = ingest("acme", tmp_path).refused
    assert told.startswith(message)
    assert clients.open("acme", tmp_path).orders["gmv"].tolist() == [20.0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data"]  # nothing was unpacked


def test_a_protected_member_a_link_and_a_second_one_of_its_name_are_refused(folder):
    path = pack(folder / "exports" / "a.zip", ("locked.csv", orders(), MONDAY))
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    path.write_bytes(raw)
    (locked,) = archives.members(path)
    assert locked.error.startswith("is protected by a password")
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.csv", MONDAY)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("twice.csv", "a")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("twice.csv", "b")
    errors = [member.error.split(".")[0] for member in archives.members(path)]
    assert errors == ["is a link and no file", *["stands twice in its archive"] * 2]


def test_an_archive_past_its_limits_is_refused_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED_BYTES", 2 << 20)
    zeros = ("zeros.csv", b"0" * (3 << 20), MONDAY)
    path = pack(folder / "exports" / "a.zip", zeros)
    assert path.stat().st_size < 10_000
    with pytest.raises(ExportError, match="over 2 MB once unpacked"):
        archives.members(path)
    with pytest.raises(ExportError, match="over 2 MB once unpacked"):
        archives.content(path, "zeros.csv")  # counted as it streams, whatever was declared
    ((name, told),) = ingest("acme", tmp_path).refused
    assert (name, told.split(";")[0]) == (
        "a.zip",
        "a.zip is an archive of over 2 MB once unpacked. Make the archive again, "
        "or put its files into exports unpacked.",
    )
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    pack(path, ("a", "", MONDAY), ("b", "", MONDAY))
    with pytest.raises(ExportError, match="archive of 2 files; 1 are read at most"):
        archives.members(path)


def test_a_torn_or_empty_archive_is_refused(folder, tmp_path):
    pack(folder / "exports" / "empty.zip")
    path = pack(folder / "exports" / "torn.zip", ("orders.csv", orders(), MONDAY))
    path.write_bytes(path.read_bytes()[:-30])
    told = dict(ingest("acme", tmp_path).refused)
    assert told["empty.zip"].startswith("empty.zip is an archive without a single file")
    assert told["torn.zip"].startswith("torn.zip is a damaged archive (BadZipFile)")


def test_a_member_whose_bytes_are_damaged_is_refused(folder, tmp_path):
    path = pack(folder / "exports" / "a.zip", ("orders.csv", orders(), MONDAY), compression=0)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"Settled")] ^= 1
    path.write_bytes(raw)
    ((_, told),) = ingest("acme", tmp_path).refused
    assert told.startswith("a.zip/orders.csv is damaged in its archive (BadZipFile)")
