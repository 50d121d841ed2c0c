"""Only new files are read, and what was kept of the others gives the very same tables."""

import itertools
import os
import random
import shutil
import stat
import zipfile

import pandas as pd
import pyarrow as pa
import pytest

from kit import cache, downloads
from kit.exports import read_file
from kit.ingest import ingest
from tests import tiny
from tests.exports.readings import FIXTURES, reading
from tests.exports.test_fixtures import CASES

JULY = "_20260701-20260731"
AT = 1_785_000_000
USD = sorted(name for name, (market, *_) in CASES.items() if market == ("USD", "US"))


@pytest.fixture
def drop(tmp_path):
    """Every US fixture as an export of July, each an hour after the one before, one in a zip."""
    folder = tmp_path / "drop"
    folder.mkdir()
    for name in [*USD, "api_affiliate_orders", "api_gmv_max_report", "api_sample_applications"]:
        source = next(FIXTURES.glob(f"{name}.*"))
        shutil.copy(source, folder / f"{name}{JULY}{source.suffix}")
    with zipfile.ZipFile(folder / "week.zip", "w") as archive:
        archive.writestr("creator_data_20260601-20260630.csv", (FIXTURES / CREATORS).read_bytes())
    for hour, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (AT + 3600 * hour, AT + 3600 * hour))
    return sorted(folder.iterdir())


CREATORS = "creator_data__en_2026_07.csv"


def tables(folder):
    return {path.name: path.read_bytes() for path in (folder / "tables").glob("*.parquet")}


def acme(home):
    folder = tiny.client(home, {})
    (folder / "salt").write_text("ab" * 32)
    return folder


@pytest.mark.parametrize("step", [4, 9])
def test_files_that_come_bit_by_bit_give_the_tables_of_all_at_once(tmp_path, drop, step):
    whole, grown = acme(tmp_path / "whole"), acme(tmp_path / "grown")
    for path in drop:
        shutil.copy2(path, whole / "exports")
    assert ingest("acme", tmp_path / "whole").rows["orders"] > 0
    waiting = list(drop)
    random.Random(step).shuffle(waiting)
    while waiting:
        for path in waiting[:step]:
            shutil.copy2(path, grown / "exports")
        waiting = waiting[step:]
        ingest("acme", tmp_path / "grown")
    assert tables(grown) == tables(whole)


def test_the_order_in_which_single_files_come_changes_nothing(tmp_path, client):
    files, whole = sorted((client / "exports").iterdir()), tables(client)
    for number, order in enumerate(itertools.permutations(files)):
        grown = acme(tmp_path / str(number))
        for path in order:
            shutil.copy2(path, grown / "exports")
            ingest("acme", tmp_path / str(number))
        assert tables(grown) == whole


@pytest.mark.parametrize("name", CASES)
def test_what_is_kept_is_what_was_read(tmp_path, name):
    path = FIXTURES / f"{name}.csv"
    exports = read_file(path, reading(*CASES[name][0]))
    cache.save(tmp_path, "key", exports)
    found = cache.load(tmp_path, "key", path)
    assert found is not None
    for was, now in zip(exports, found, strict=True):
        pd.testing.assert_frame_equal(now.rows, was.rows)
        pd.testing.assert_frame_equal(now.set_aside, was.set_aside)
        for fact in vars(was).keys() - {"rows", "set_aside"}:
            assert repr(getattr(now, fact)) == repr(getattr(was, fact)), fact  # nan is itself there


@pytest.fixture
def read_again(monkeypatch):
    """The names of the files that are read, in the order they are."""
    names = []
    real = downloads.read_all

    def noted(tasks):
        names.extend(path.name for path, *_ in tasks)
        return real(tasks)

    monkeypatch.setattr(downloads, "read_all", noted)
    return names


@pytest.fixture
def client(tmp_path):
    folder = acme(tmp_path)
    for file, order in (("a.csv", "5799000000000000001"), ("b.csv", "5799000000000000002")):
        tiny.write(folder / "exports" / file, tiny.export(tiny.AFFILIATE, {"order": order}), at=AT)
    shop = [{"order": "5799000000000000001", "buyer": "zelda.q", "name": "Zelda Quux"}]
    tiny.write(folder / "exports" / "s.csv", tiny.export(tiny.SHOP, *shop), at=AT)
    ingest("acme", tmp_path)
    return folder


def test_only_a_new_file_is_read(tmp_path, client, read_again):
    ingest("acme", tmp_path)
    assert read_again == []
    tiny.write(client / "exports" / "c.csv", tiny.export(tiny.AFFILIATE, {}), at=AT)
    ingest("acme", tmp_path)
    assert read_again == ["c.csv"]


def test_a_file_that_was_only_moved_is_not_read_again(tmp_path, client, read_again):
    (client / "exports" / "june").mkdir()
    (client / "exports" / "a.csv").rename(client / "exports" / "june" / "a.csv")
    ingest("acme", tmp_path)
    assert read_again == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("client.toml", tiny.TOML.replace("Los_Angeles", "New_York")),
        ("client.toml", tiny.TOML.replace('"US"', '"GB"')),
        ("client.toml", tiny.TOML + 'date_order = "dmy"\n'),
        ("client.toml", tiny.TOML + '[headers.video_data]\nClix = "clicks"\n'),
        ("salt", "cd" * 32),
    ],
)
def test_another_setting_reads_everything_anew(tmp_path, client, read_again, file, text):
    (client / file).chmod(0o600)
    (client / file).write_text(text)
    ingest("acme", tmp_path)
    assert read_again == ["a.csv", "b.csv", "s.csv"]


def test_another_reader_reads_everything_anew(tmp_path, client, read_again, monkeypatch):
    monkeypatch.setattr(cache, "_reader", lambda: ["another version"])
    ingest("acme", tmp_path)
    assert read_again == ["a.csv", "b.csv", "s.csv"]


def test_where_the_tables_were_taken_away_everything_is_read(tmp_path, client, read_again):
    before = tables(client)
    shutil.rmtree(client / "tables")
    ingest("acme", tmp_path)
    assert read_again == ["a.csv", "b.csv", "s.csv"]
    assert tables(client) == before


@pytest.mark.parametrize("harm", ["cut", "emptied", "flipped", "replaced", "gone"])
def test_a_damaged_reading_is_read_again(tmp_path, client, read_again, harm):
    before = tables(client)
    for path in list((client / cache.FOLDER).iterdir()):
        whole = bytearray(path.read_bytes())
        path.unlink()
        if harm == "cut":
            path.write_bytes(whole[:-40])
        elif harm == "emptied":
            path.write_bytes(b"")
        elif harm == "flipped":
            whole[len(whole) // 2] ^= 1
            path.write_bytes(whole)
        elif harm == "replaced":
            path.write_bytes(b"\x80\x04." * 100)
    ingest("acme", tmp_path)
    assert read_again == ["a.csv", "b.csv", "s.csv"]
    assert tables(client) == before
    read_again.clear()
    ingest("acme", tmp_path)
    assert read_again == []


def test_what_was_kept_of_a_file_that_is_gone_is_removed(tmp_path, client):
    assert len(list((client / cache.FOLDER).iterdir())) == 3
    (client / "exports" / "b.csv").unlink()
    ingest("acme", tmp_path)
    assert len(list((client / cache.FOLDER).iterdir())) == 2
    assert pd.read_parquet(client / "tables" / "orders.parquet")["order_id"].nunique() == 1


def test_a_refused_file_is_tried_again_each_time(tmp_path, client, read_again):
    tiny.write(client / "exports" / "v.csv", tiny.export(tiny.VIDEO, {}), at=AT)
    for _ in range(2):
        assert [name for name, _ in ingest("acme", tmp_path).refused] == ["v.csv"]
    assert read_again == ["v.csv", "v.csv"]


def test_nothing_of_a_buyer_is_kept_and_nobody_else_may_look(client):
    folder = client / cache.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    kept = []
    for path in folder.iterdir():
        source = pa.BufferReader(path.read_bytes()[:-32])
        while source.tell() < source.size():
            kept.append(str(pa.ipc.open_stream(source).read_all().to_pylist()))
    assert len(kept) == 6
    assert any("5799000000000000001" in text for text in kept)
    for cell in ("zelda", "Zelda", "Quux", "555-0100"):
        assert not any(cell in text for text in kept)


def test_what_a_killed_ingest_left_is_cleared_by_the_next(tmp_path):
    folder = tiny.client(tmp_path, {"orders.csv": tiny.export(tiny.AFFILIATE, {})})
    (folder / ".tables-torn").mkdir()
    (folder / ".tables-torn" / "orders.parquet").write_bytes(b"half of it")
    assert ingest("acme", tmp_path).rows["orders"] == 1
    assert list(folder.glob(".tables-*")) == []
