"""The one table of figures: filled from the glossary, checked, stable to the byte."""

import datetime as dt

import pandas as pd
import pytest

from kit import results
from kit.errors import ReportError

DAY = dt.date(2026, 5, 10)


def figure(**given):
    row = {"metric": "gmv", "subject_kind": "program", "subject": "sample", "value": 12.5}
    return pd.DataFrame([{**row, "period_start": DAY, "period_end": DAY, **given}])


def test_a_figure_carries_its_definition_unit_and_sources():
    row = results.figures("weekly_review", figure()).iloc[0]
    assert row["definition"].startswith("Payment Amount of counting lines, before refunds")
    assert (row["unit"], row["source_tables"], row["status"]) == (
        "money",
        "orders, posts",
        "settled",
    )
    assert row["id"] == "weekly_review:gmv:program:sample:2026-05-10:2026-05-10"


def test_what_a_frame_says_itself_is_kept():
    row = results.figures("r", figure(status="provisional", source_tables="creator_stats")).iloc[0]
    assert (row["status"], row["source_tables"]) == ("provisional", "creator_stats")


def test_a_null_value_is_missing_whatever_its_status_says():
    row = results.figures("r", figure(value=None, status="settled", note="why")).iloc[0]
    assert (row["status"], row["note"]) == ("missing", "why")
    assert pd.isna(row["value"])


def test_an_unknown_metric_is_refused_with_the_nearest_name():
    with pytest.raises(ReportError, match="no metric gmw. Did you mean gmv"):
        results.figures("r", figure(metric="gmw"))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("subject_kind", "planet", "the subject_kind planet; known are program, tier"),
        ("status", "maybe", "the status maybe; known are settled"),
    ],
)
def test_an_unknown_kind_or_status_is_refused(column, value, message):
    with pytest.raises(ReportError, match=message):
        results.figures("r", figure(**{column: value}))


def test_a_figure_stands_once():
    with pytest.raises(ReportError, match="r has gmv of program sample twice"):
        results.figures("r", figure(), figure(value=3))
    assert len(results.figures("r", figure(), figure(period_start=dt.date(2026, 5, 4)))) == 2


def test_numbers_keep_twelve_significant_digits():
    rows = results.figures("r", figure(value=2 / 3, n=1e6 / 7))
    assert rows.loc[0, "value"] == 0.666666666667
    assert rows.loc[0, "n"] == 142857.142857


def test_no_figures_are_a_table_without_rows():
    assert list(results.figures("r").columns) == results.COLUMNS


def test_row_order_of_the_input_does_not_matter(tmp_path):
    one, two = figure(subject="a", subject_kind="creator"), figure(value=1 / 3)
    decided = results.decisions("r")
    contents = []
    for frames in ((one, two), (two, one)):
        results.write(results.figures("r", *frames), decided, tmp_path)
        contents.append((tmp_path / "results.parquet").read_bytes())
    assert contents[0] == contents[1]


def test_saved_figures_read_back_with_null_for_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_REPORT_FOLDER", str(tmp_path))
    found = results.figures("r", figure(value=None))
    results.save(results.Findings("r", "sample", DAY, found, results.decisions("r")))
    back = pd.read_parquet(tmp_path / "results.parquet")
    assert list(back.columns) == results.COLUMNS
    assert back.loc[0, "period_start"] == DAY
    assert pd.isna(back.loc[0, "value"])
    assert (tmp_path / "decisions.csv").read_text() == ",".join(results.DECISIONS) + "\n"


def test_nothing_is_written_where_no_folder_is_set(tmp_path, monkeypatch):
    monkeypatch.delenv("KIT_REPORT_FOLDER", raising=False)
    monkeypatch.chdir(tmp_path)
    results.save(results.Findings("r", "sample", DAY, results.figures("r"), results.decisions("r")))
    assert list(tmp_path.iterdir()) == []


def test_value_takes_the_latest_period_unless_told():
    rows = results.figures("r", figure(value=1), figure(value=4, period_start=dt.date(2026, 4, 13)))
    assert results.value(rows, "gmv", "program", "sample") == 1
    assert results.value(rows, "gmv", "program", "sample", dt.date(2026, 4, 13)) == 4
    assert pd.isna(results.value(rows, "gmv", "creator", "ana"))


def test_a_row_that_is_not_there_is_named():
    rows = results.figures("r", figure())
    with pytest.raises(ReportError, match="no figure gmv of creator ana"):
        results.row(rows, "gmv", "creator", "ana")
    with pytest.raises(ReportError, match="There is no metric gmvv"):
        results.value(rows, "gmvv", "creator", "ana")


def test_decisions_get_a_stable_id_and_stand_once():
    row = {"subject_kind": "creator", "subject": "ana", "decision": "keep", "reason": "steady"}
    made = results.decisions("weekly_review", pd.DataFrame([row]))
    assert made.loc[0, "decision_id"] == "weekly_review:creator:ana:keep"
    assert list(made.columns) == results.DECISIONS
    with pytest.raises(ReportError, match="decides weekly_review:creator:ana:keep twice"):
        results.decisions("weekly_review", pd.DataFrame([row, row]))


def test_a_table_that_findings_lack_is_named():
    found = results.Findings("r", "sample", DAY, results.figures("r"), results.decisions("r"))
    with pytest.raises(ReportError, match="r has no table people"):
        found["people"]
