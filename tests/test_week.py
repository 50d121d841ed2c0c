"""A week's folder: whole or not at all, older versions kept, cells safe for spreadsheets."""

import json
import os
import subprocess
import sys
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit import week
from kit.errors import ReportError
from kit.exchange import exchange


def report(folder, text, as_of="2026-05-10", status="published", value=1.0):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_text(text)
    told = {"status": status, "parameters": {"as_of": as_of}}
    (folder / week.MANIFEST).write_text(json.dumps(told))
    pq.write_table(pa.table({"value": [value]}), folder / week.RESULTS)
    (folder / week.DECISIONS).write_text(f"decision_id,reason\n{text},why\n")


def test_folder_is_named_by_the_iso_week(tmp_path):
    folder = week.week_folder(tmp_path, "acme", date(2026, 1, 1))
    assert folder == tmp_path / "reports" / "acme" / "2026-W01"


def test_each_publication_keeps_the_versions_before_it(tmp_path):
    target = tmp_path / "2026-W19" / "review"
    for text in ("first", "second", "third"):
        with week.making(target.parent, "review") as aside:
            report(aside, text)
            week.publish(aside, target)
    assert (target / "page.html").read_text() == "third"
    assert (target / "superseded" / "1" / "page.html").read_text() == "first"
    assert (target / "superseded" / "2" / "page.html").read_text() == "second"
    assert not (target / "superseded" / "2" / "superseded").exists()
    assert sorted(path.name for path in target.parent.iterdir()) == ["review"]


def test_a_run_that_breaks_off_leaves_the_report_that_stood_there(tmp_path):
    target = tmp_path / "2026-W19" / "review"
    report(target, "good")
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert (target / "page.html").read_text() == "good"
    assert sorted(path.name for path in target.parent.iterdir()) == ["review"]


def interrupted(target):
    with week.making(target.parent, target.name) as aside:
        report(aside, "half")
        raise KeyboardInterrupt


def test_a_week_in_which_nothing_was_published_leaves_no_folder(tmp_path):
    with week.making(tmp_path / "2026-W19", "review"):
        pass
    assert not (tmp_path / "2026-W19").exists()


def test_a_publication_cut_off_between_its_renames_is_undone_by_the_next_run(tmp_path):
    target = tmp_path / "2026-W19" / "review"
    report(tmp_path / "2026-W19" / ".old-review", "good")
    report(tmp_path / "2026-W19" / ".making-review.0a1b2c3d", "half")
    other = tmp_path / "2026-W19" / ".making-review.2.0a1b2c3d"
    report(other, "of another report, at work")
    with week.making(target.parent, "review") as aside:
        assert (target / "page.html").read_text() == "good"
        assert list(aside.iterdir()) == []
        assert week.left_behind(target) == [aside]
    assert other.is_dir()


def test_where_folders_cannot_change_places_they_are_renamed(tmp_path, monkeypatch):
    monkeypatch.setattr(week, "exchange", lambda *_: False)
    test_each_publication_keeps_the_versions_before_it(tmp_path)


def test_two_folders_change_places_in_one_step_or_not_at_all(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert exchange(tmp_path / "one", tmp_path / "other") is (sys.platform in ("linux", "darwin"))
    assert not exchange(tmp_path / "one", tmp_path / "gone")
    assert (tmp_path / "one" / "other").exists() is (sys.platform in ("linux", "darwin"))


def test_a_lock_that_is_held_names_its_holder_and_ends_with_it(tmp_path, monkeypatch):
    path = tmp_path / ".locks" / "2026-W19-review"
    hold = "import sys, time; from pathlib import Path; from kit import week\n"
    hold += "with week.lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold, path], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    monkeypatch.setattr(week, "LOCK_SECONDS", 0.1)
    message = f"Process {holder.pid} has worked on 2026-W19-review of .* then run again"
    with pytest.raises(ReportError, match=message), week.lock(path):
        pass
    holder.kill()
    holder.communicate()
    with week.lock(path):
        assert path.read_text() == str(os.getpid())


def test_a_clock_that_was_put_back_does_not_hide_that_a_week_must_be_joined(tmp_path):
    folder = tmp_path / "2026-W19"
    report(folder / "a", "one")
    week.join(folder, "2026-05-10")
    report(folder / "a", "two", value=2.0)
    for path in (folder / "a").iterdir():
        os.utime(path, (0, 0))
    assert not week.is_joined(folder)
    week.join(folder, "2026-05-10")
    for name in (week.RESULTS, week.DECISIONS):
        os.utime(folder / name, (0, 0))
    assert week.is_joined(folder)


def test_a_failed_run_stands_beside_the_last_good_one_until_the_next_publication(tmp_path):
    target = tmp_path / "2026-W19" / "review"
    report(target, "good")
    with week.making(target.parent, "review") as aside:
        report(aside, "broken")
        failed = week.keep_failed(aside, target)
    assert failed.name == "review.failed"
    assert (failed / "page.html").read_text() == "broken"
    assert not (failed / week.RESULTS).exists()
    assert (target / "page.html").read_text() == "good"
    with week.making(target.parent, "review") as aside:
        report(aside, "mended")
        week.publish(aside, target)
    assert not failed.exists()


def test_the_week_joins_the_reports_of_one_day(tmp_path):
    folder = tmp_path / "2026-W19"
    report(folder / "a", "one", value=1.0)
    report(folder / "b", "=two", value=2.0, status="forced")
    report(folder / "c", "other day", value=3.0, as_of="2026-05-09")
    report(folder / "d.failed", "failed", value=4.0, status="failed")
    week.join(folder, "2026-05-10")
    assert pd.read_parquet(folder / week.RESULTS)["value"].tolist() == [1.0, 2.0]
    assert (folder / week.DECISIONS).read_text() == "decision_id,reason\none,why\n'=two,why\n"
    assert week.is_joined(folder)
    report(folder / "a", "later")
    assert not week.is_joined(folder)


def test_manifest_that_is_not_there_or_torn_is_none(tmp_path):
    assert week.manifest(tmp_path) is None
    (tmp_path / week.MANIFEST).write_text('{"status":')
    assert week.manifest(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+HYPERLINK()", "'+HYPERLINK()"),
        ("-evil", "'-evil"),
        ("@mia", "'@mia"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-0.25", "-0.25"),
        ("+1e-5", "+1e-5"),
        ("-1.5-2", "'-1.5-2"),
        ("", ""),
        (None, ""),
        ("a=b", "a=b"),
        ("'=1+1", "'=1+1"),
    ],
)
def test_no_cell_is_a_formula_and_numbers_stay(text, safe):
    assert week.safe_cell(text) == safe
