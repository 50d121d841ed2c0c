"""What became of earlier decisions, with weeks of reports written by hand."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from kit import decided, earlier, reports, results, review, sentences, tables
from tests.creator_program import AS_OF, program
from tests.run_client import write_client, write_notebook
from tests.small_client import small_client

LAST, THEN = date(2026, 5, 3), date(2026, 4, 12)
BO, ED = "weekly_review:creator:bo:replace", "weekly_review:creator:ed:invest"
CY = "weekly_review:creator:cy:fix the brief"
POST = "spark_candidates:post:=p1:spark"


def write_report(home, as_of, ids, figures=(), client="small", status="published", made="x"):
    """Reports of one week as `kit run` leaves them: one folder for each report the ids name."""
    iso = as_of.isocalendar()
    for report in sorted({name.split(":")[0] for name in ids}):
        folder = home / "reports" / client / f"{iso.year}-W{iso.week:02d}" / report
        folder.mkdir(parents=True, exist_ok=True)
        rows = [name.split(":") for name in ids if name.startswith(report)]
        frame = pd.DataFrame(rows, columns=["report", "subject_kind", "subject", "decision"])
        own = [row for row in figures if row["report"] == report]
        made_of = results.figures(report, pd.DataFrame(own)) if own else results.figures(report)
        results.write(made_of, results.decisions(report, frame.assign(reason="why")), folder)
        text = (folder / "decisions.csv").read_text().replace(",=p1", ",'=p1")
        (folder / "decisions.csv").write_text(text)
        told = {"status": status, "made_at": made, "parameters": {"as_of": as_of.isoformat()}}
        (folder / "manifest.json").write_text(json.dumps(told))
    return home / "reports" / client / f"{iso.year}-W{iso.week:02d}"


def figure(metric, subject, value, n, end, report="weekly_review", kind="creator", days=28):
    start = end - timedelta(days - 1)
    about = {"report": report, "subject_kind": kind, "subject": subject}
    return {**about, "metric": metric, "value": value, "n": n, "period_start": start,
            "period_end": end}  # fmt: skip


OLD = [
    figure("output_rate", "bo", 0.25, 8, THEN),
    figure("output_rate", "bo", 0.5, 2, THEN, days=7),
    figure("conversion_rate", "bo", 0.02, 500, THEN),
    figure("net_revenue", "bo", 240.0, 12, THEN),
    figure("clicks", "=p1", 40.0, 3, THEN, "spark_candidates", "post"),
]
NEW = [
    figure("output_rate", "bo", 0.75, 8, AS_OF),
    figure("output_rate", "bo", 1.0, 2, AS_OF, days=7),
    figure("conversion_rate", "bo", 0.02, 900, AS_OF),
    figure("clicks", "=p1", 30.0, 2, AS_OF, kind="post"),
]


def act(decision, day):
    return {"decision_id": decision, "done_on": pd.Timestamp(day)}


@pytest.fixture
def looked(tmp_path):
    """Five weeks: bo is asked for four weeks ago and last week, ed and the post then, cy last."""
    acts = [
        act(BO, "2026-05-05"),  # after both reports: the nearest one's
        act(ED, "2026-04-12"),  # the day the report ends: before anybody had read it
        act(ED, "2026-05-11"),  # after the day of this report
        act(POST, "2026-05-10"),  # 28 days after
        act("weekly_review:creator:nobody:keep", "2026-05-05"),
    ]
    client = small_client(tmp_path, actions=acts)
    quiet = "weekly_review:creator:ana:keep"
    write_report(tmp_path, THEN, [BO, ED, POST, quiet], OLD)
    write_report(tmp_path, LAST, [BO, CY, quiet])
    return decided.look_back(client, AS_OF, results.figures("weekly_review", pd.DataFrame(NEW)))


def test_a_day_counts_for_the_nearest_report_before_it(looked):
    last = looked.last.set_index("decision_id")
    assert last["done"].to_dict() == {BO: "yes", CY: "no", "weekly_review:creator:ana:keep":
                                      "not due"}  # fmt: skip
    assert last.loc[BO, "done_on"] == pd.Timestamp("2026-05-05")
    since = looked.since.set_index("decision_id")
    assert since["done"].to_dict() == {BO: "later", ED: "no", POST: "yes"}
    assert since.loc[POST, "subject"] == "=p1"
    counts = looked.looks[["look", "week", "decisions", "asked", "done", "later"]]
    assert counts.values.tolist() == [
        ["last week", "week 18 of 2026", 3, 2, 1, 0],
        ["four weeks ago", "week 15 of 2026", 4, 3, 1, 1],
    ]


def test_before_is_the_old_reports_figure_and_after_is_this_ones(looked):
    since = looked.since.set_index("decision_id")
    names = ["output_rate_before", "output_rate_before_n", "output_rate_after"]
    assert since.loc[BO, names].tolist() == [0.25, 8, 0.75]
    assert since.loc[BO, "net_revenue_before"] == 240.0
    assert pd.isna(since.loc[BO, "net_revenue_after"])
    assert since.loc[POST, ["clicks_before", "clicks_after"]].tolist() == [40.0, 30.0]
    text = tables.since(looked.since).as_raw_html()
    assert "25% (8 agreed) → 75% (8 agreed), up" in text
    assert "2.0% (500 clicks) → 2.0% (900 clicks), the same" in text
    assert "$240 (12 orders) → –" in text
    assert "when asked again, 5 May" in text
    assert "40 → 30, down" in tables.since_posts(looked.since).as_raw_html()
    assert "no proof of cause" in sentences.since(looked.looks)
    assert "asked for 2 things: 1 marked done, 1 not" in sentences.decided(looked.looks)
    assert "ana" not in tables.decided(looked.last).as_raw_html()


def test_every_figure_shown_is_in_the_results(looked):
    frames = decided.figures(looked, "small", AS_OF)
    rows = results.figures("weekly_review", *frames).set_index(["metric", "subject"])["value"]
    assert sorted(rows["decisions_asked"]) == [2, 3]
    assert sorted(rows["decisions_done"]) == [1, 1]
    assert rows["output_rate_before", "bo"] == 0.25
    assert rows["clicks_before", "=p1"] == 40.0


def test_without_earlier_reports_a_sentence_says_so(tmp_path):
    client = small_client(tmp_path)
    write_report(tmp_path, AS_OF, [BO])  # of this very week
    write_report(tmp_path, LAST, [BO], status="failed")
    superseded = tmp_path / "reports/small/2026-W18/spark_candidates/superseded/1"
    write_report(tmp_path / "aside", LAST, [POST])
    superseded.parent.mkdir(parents=True)
    (tmp_path / "aside/reports/small/2026-W18/spark_candidates").rename(superseded)
    found = decided.look_back(client, AS_OF, results.figures("weekly_review"))
    assert found.last.empty
    assert found.since.empty
    assert decided.figures(found, "small", AS_OF) == []
    assert "No report of the week before (week 18 of 2026)" in sentences.decided(found.looks)
    assert "No report of four weeks ago (week 15 of 2026)" in sentences.since(found.looks)
    for table in (tables.decided(found.last), tables.since(found.since)):
        assert "<table" in table.as_raw_html()


def test_with_last_week_alone_only_the_older_look_says_it_has_nothing(tmp_path):
    write_report(tmp_path, LAST, [BO])
    found = decided.look_back(small_client(tmp_path), AS_OF, results.figures("weekly_review"))
    rows = results.figures("weekly_review", *decided.figures(found, "small", AS_OF))
    assert rows[["metric", "value"]].values.tolist() == [
        ["decisions_asked", 1.0],
        ["decisions_done", 0.0],
    ]
    assert "asked for 1 thing: 0 marked done, 1 not" in sentences.decided(found.looks)
    assert "No report of four weeks ago" in sentences.since(found.looks)


def test_the_weekly_review_sets_its_own_figures_after(tmp_path):
    write_report(tmp_path, THEN, [BO], OLD)
    report = review.report(program(tmp_path, quiet="bo"), AS_OF)
    row = report["since"].iloc[0]
    assert (row["output_rate_before"], row["output_rate_after"]) == (0.25, 0.0)  # silent six weeks
    assert row["output_rate_after_n"] == 8  # two a week agreed
    held = results.value(report.figures, "output_rate_before", "creator", "bo")
    assert held == 0.25


def test_the_sample_opened_by_hand_reads_no_report_of_this_machine(tmp_path, monkeypatch):
    write_report(tmp_path, LAST, [BO])
    monkeypatch.delenv("KIT_REPORT_FOLDER", raising=False)
    assert earlier.looked_at(tmp_path, "small", AS_OF, demo=True) == []
    assert len(earlier.looked_at(tmp_path, "small", AS_OF, demo=False)) == 1
    monkeypatch.setenv("KIT_REPORT_FOLDER", str(tmp_path))
    assert len(earlier.looked_at(tmp_path, "small", AS_OF, demo=True)) == 1


def test_an_earlier_report_or_a_done_day_makes_a_review_again_and_nothing_else_does(tmp_path):
    folder = write_client(tmp_path)
    weekly = write_notebook(tmp_path / "notebooks" / "weekly_review.ipynb")
    spark = write_notebook(tmp_path / "notebooks" / "spark_candidates.ipynb")

    def run(notebook=weekly):
        return reports.run_report(notebook, "tiny", AS_OF, home=tmp_path)

    assert [run().status, run(spark).status, run().status] == [*["published"] * 2, "unchanged"]
    write_report(tmp_path, LAST, [BO], client="tiny")
    again = run()
    assert again.status == "published"
    told = json.loads((again.folder / "manifest.json").read_text())
    assert "reports/2026-W18/weekly_review/decisions.csv" in [e["file"] for e in told["inputs"]]
    assert run(spark).status == "unchanged"
    write_report(tmp_path, LAST, [BO], client="tiny", made="another time, the same decisions")
    assert run().status == "unchanged"
    write_report(tmp_path, LAST, [BO, CY], client="tiny")
    assert [run().status, run().status] == ["published", "unchanged"]
    ledgers = folder / "ledgers"
    ledgers.mkdir(exist_ok=True)
    (ledgers / "actions.csv").write_text(f"decision_id,done_on,by,note\n{BO},2026-05-05,kim,\n")
    assert [run().status, run().status] == ["published", "unchanged"]
