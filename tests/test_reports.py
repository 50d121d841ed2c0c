"""Dated runs, with real kernels: published whole, unchanged, restated, withheld, failed, forced."""

import hashlib
import json
import os
from datetime import date, timedelta

import pandas as pd
import pytest

from kit import execution, reports, week
from kit.errors import ClientError, ReportError
from tests.run_client import AS_OF, SETTINGS, write_client, write_notebook, write_orders

WEEK = "reports/tiny/2026-W19"
PIECES = ["decisions.csv", "manifest.json", "results.parquet"]
PIECES += ["weekly_review.html", "weekly_review.ipynb"]


@pytest.fixture
def home(tmp_path):
    write_client(tmp_path)
    return tmp_path


@pytest.fixture
def notebook(tmp_path):
    return write_notebook(tmp_path / "notebooks" / "weekly_review.ipynb")


def run(notebook, home, as_of=AS_OF, **more):
    return reports.run_report(notebook, "tiny", as_of, home=home, **more)


def told(folder):
    return json.loads((folder / "manifest.json").read_text())


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def state(folder):
    return {
        path.relative_to(folder): (path.stat().st_mtime_ns, sha256(path))
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_report_is_published_whole_then_unchanged_then_restated(home, notebook):
    first = run(notebook, home)
    folder = home / WEEK / "weekly_review"
    assert (first.status, first.folder, first.restated) == ("published", folder, ())
    assert sorted(path.name for path in folder.iterdir()) == PIECES
    figures = pd.read_parquet(home / WEEK / "results.parquet")
    assert figures["value"].tolist() == [420.0]  # 42 days at 10.00
    assert sha256(home / WEEK / "results.parquet") == sha256(folder / "results.parquet")
    assert "keep,'=1+1" in (home / WEEK / "decisions.csv").read_text()

    manifest = told(folder)
    assert manifest["status"] == "published"
    assert manifest["parameters"] == {"client": "tiny", "as_of": "2026-05-10"}
    assert manifest["policy"]["values"]["velocity"]["target"] == 30
    export = home / "data" / "tiny" / "exports" / "orders.csv"
    assert manifest["inputs"] == [
        {
            "file": "orders.csv",
            "kind": "affiliate_orders",
            "sha256": sha256(export),
            "rows_used": 42,
            "rows_set_aside": 0,
        }
    ]
    assert manifest["seconds"].keys() == {"notebook", "page"}
    assert str(home) not in (folder / "weekly_review.ipynb").read_text()
    assert str(home) not in (folder / "weekly_review.html").read_text()

    before = state(home / WEEK)
    assert run(notebook, home).status == "unchanged"
    assert state(home / WEEK) == before

    write_orders(home / "data" / "tiny", "late.csv", [(date(2026, 5, 8), "25.00")], start=100)
    again = run(notebook, home)
    assert again.status == "published"
    assert again.restated == (
        "weekly_review is restated: 1 figure and 0 decisions moved. Why: new or changed exports "
        "or ledgers: late.csv (new).",
        "  gmv of program tiny, 2026-05-04 to 2026-05-10: 420 → 445 (+6.0%)",
    )
    assert told(folder)["restatement"]["figures"][0]["after"] == 445.0
    assert told(folder)["supersedes"] == 1
    kept = folder / "superseded" / "1"
    assert sorted(path.name for path in kept.iterdir()) == PIECES
    assert pd.read_parquet(kept / "results.parquet")["value"].tolist() == [420.0]
    assert pd.read_parquet(home / WEEK / "results.parquet")["value"].tolist() == [445.0]


def test_the_same_inputs_give_the_same_bytes(home, notebook):
    run(notebook, home)
    first = sha256(home / WEEK / "weekly_review" / "results.parquet")
    page = sha256(home / WEEK / "weekly_review" / "weekly_review.html")
    again = run(notebook, home, force=True)
    assert again.status == "published"
    assert again.restated == ()
    assert sha256(home / WEEK / "weekly_review" / "results.parquet") == first
    assert sha256(home / WEEK / "weekly_review" / "weekly_review.html") == page
    assert (home / WEEK / "weekly_review" / "superseded" / "1").is_dir()


def test_a_failing_run_leaves_the_last_good_report(home, notebook):
    run(notebook, home)
    good = state(home / WEEK)
    write_notebook(notebook, 'raise ValueError("no such\\ncreator")')
    failed = run(notebook, home)
    assert failed.status == "failed"
    assert failed.message == "cell 6: ValueError: no such creator"
    assert failed.folder == home / WEEK / "weekly_review.failed"
    page = (failed.folder / "weekly_review.html").read_text()
    assert "This run failed." in page
    assert "ValueError" in page
    assert told(failed.folder)["error"] == failed.message
    after = {
        path: value
        for path, value in state(home / WEEK).items()
        if "weekly_review.failed" not in path.parts
    }
    assert after == good


def test_a_kernel_that_dies_or_saves_nothing_is_a_failure(home, notebook):
    write_notebook(notebook, "import os; os._exit(1)")
    dead = run(notebook, home)
    assert dead.status == "failed"
    assert "died" in dead.message.lower()
    write_notebook(notebook, save=False)
    silent = run(notebook, home)
    assert silent.message.startswith("its last cell saved no results.")
    assert not (home / WEEK / "weekly_review").exists()


def test_tables_that_change_while_a_report_is_made_fail_it(home, notebook):
    path = 'f"{kit.open(client).folder}/tables/orders.parquet"'
    write_notebook(notebook, f"with open({path}, 'ab') as file:\n    file.write(b'x')")
    failed = run(notebook, home)
    assert failed.status == "failed"
    assert "changed while it was being made" in failed.message


def test_data_that_are_not_ready_withhold_a_report_and_force_marks_it(home, notebook):
    run(notebook, home)
    good = state(home / WEEK)
    (home / "data" / "tiny" / "exports" / "odd.csv").write_text("apples\n1\n")
    withheld = run(notebook, home)
    assert withheld.status == "withheld"
    assert "odd.csv" in withheld.message
    assert state(home / WEEK) == good

    forced = run(notebook, home, force=True)
    assert forced.status == "forced"
    folder = home / WEEK / "weekly_review"
    assert told(folder)["status"] == "forced"
    assert told(folder)["readiness"]["ready"] is False
    page = (folder / "weekly_review.html").read_text()
    assert "Published although its data are not ready." in page
    assert "odd.csv" in page
    assert "odd.csv" in (folder / "weekly_review.ipynb").read_text()

    assert run(notebook, home).status == "withheld"
    (home / "data" / "tiny" / "exports" / "odd.csv").unlink()
    mended = run(notebook, home)
    assert mended.status == "published"
    assert "not ready" not in (folder / "weekly_review.html").read_text()


def test_a_week_belongs_to_one_day_unless_forced(home, notebook):
    run(notebook, home)
    saturday = AS_OF - timedelta(days=1)
    message = "2026-W19 of tiny was reported up to 2026-05-10 .weekly_review., not 2026-05-09"
    with pytest.raises(ReportError, match=message):
        run(notebook, home, saturday)
    forced = run(notebook, home, saturday, force=True)
    assert forced.status == "published"
    assert forced.restated == ()
    assert "restatement" not in told(forced.folder)
    ends = pd.read_parquet(home / WEEK / "results.parquet")["period_end"]
    assert [str(day) for day in ends] == ["2026-05-09"]


def test_a_daily_report_stands_in_no_weeks_way(home, notebook):
    daily = notebook.rename(notebook.with_name("production_line.ipynb"))
    friday = AS_OF - timedelta(days=2)
    assert run(daily, home, friday).status == "published"
    assert not (home / WEEK / "results.parquet").exists()
    weekly = daily.rename(daily.with_name("weekly_review.ipynb"))
    assert run(weekly, home).status == "published"
    before = (home / WEEK / "results.parquet").read_bytes()
    daily = weekly.rename(weekly.with_name("production_line.ipynb"))
    saturday = run(daily, home, AS_OF - timedelta(days=1))
    assert (saturday.status, saturday.restated) == ("published", ())
    assert (home / WEEK / "results.parquet").read_bytes() == before


def test_parameters_reach_the_notebook_and_wrong_ones_start_no_kernel(home, notebook):
    for given, message in [
        ({"tims": "2"}, "weekly_review has no parameter tims. Did you mean times?"),
        ({"times": "twice"}, "times is 'twice', expected a number"),
    ]:
        with pytest.raises(ReportError, match=message):
            run(notebook, home, parameters=given)
    assert not (home / "reports").exists()
    made = run(notebook, home, parameters={"times": "2"})
    assert told(made.folder)["parameters"]["times"] == 2.0
    assert pd.read_parquet(made.folder / "results.parquet")["value"].tolist() == [840.0]


def test_a_day_before_the_data_is_refused(home, notebook):
    with pytest.raises(ClientError, match="as_of 2026-03-01 is before the data of tiny"):
        run(notebook, home, date(2026, 3, 1))
    assert not (home / "reports").exists()


def test_without_a_day_the_last_sunday_covered_is_reported(home):
    (job,) = reports.plan("tiny", None, [write_notebook(home / "any.ipynb")], home=home)
    assert job.as_of == AS_OF
    assert job.folder == home / WEEK / "any"


def test_no_ingest_reads_the_tables_as_they_stand(home, notebook):
    reports.plan("tiny", AS_OF, [notebook], home=home)
    write_orders(home / "data" / "tiny", "late.csv", [(date(2026, 5, 8), "25.00")], start=100)
    made = run(notebook, home, ingest=False)
    assert pd.read_parquet(made.folder / "results.parquet")["value"].tolist() == [420.0]
    assert "KIT_INGEST" not in os.environ


def test_side_by_side_one_failure_stops_no_other(home):
    good = [
        write_notebook(home / "nb" / f"{name}.ipynb") for name in ("weekly_review", "onboarding")
    ]
    bad = write_notebook(home / "nb" / "spark_candidates.ipynb", "1 / 0")
    jobs = reports.plan("tiny", AS_OF, [*good, bad], home=home)
    found = {outcome.report: outcome for outcome in reports.run(jobs, workers=2)}
    assert {name: outcome.status for name, outcome in found.items()} == {
        "weekly_review": "published",
        "onboarding": "published",
        "spark_candidates": "failed",
    }
    assert "ZeroDivisionError" in found["spark_candidates"].message
    joined = pd.read_parquet(home / WEEK / "results.parquet")
    assert joined["report"].tolist() == ["onboarding", "weekly_review"]


def test_all_clients_are_the_real_ones_and_a_broken_one_stops_no_other(home, notebook):
    broken = write_client(home, "broken", 'currency = "USD"\ncurency = "x"\n')
    write_client(home, "sample", SETTINGS + "demo = true\n")
    names = reports.real_clients(home)
    assert names == ["broken", "tiny"]
    found = {
        outcome.client: outcome
        for outcome in reports.run_clients(names, AS_OF, [str(notebook)], home=home)
    }
    assert found["tiny"].status == "published"
    assert found["broken"].status == "failed"
    assert "unknown key curency. Did you mean currency?" in found["broken"].message
    assert not (broken / "tables").exists()


def test_an_unknown_notebook_is_refused(home):
    with pytest.raises(ReportError, match="There is no notebook weekly_rview"):
        reports.plan("tiny", AS_OF, ["weekly_rview"], home=home)
    with pytest.raises(ReportError, match="There is no notebook .*gone.ipynb"):
        reports.plan("tiny", AS_OF, [home / "gone.ipynb"], home=home)


def test_environment_is_given_back(monkeypatch):
    monkeypatch.setenv("KIT_INGEST", "on")
    with execution.no_ingest(True):
        assert os.environ["KIT_INGEST"] == "off"
    assert os.environ["KIT_INGEST"] == "on"


def test_reports_of_a_week_are_listed_by_their_manifests(home):
    assert week.reports(home / WEEK) == {}
