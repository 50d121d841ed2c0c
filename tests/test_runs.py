"""What stands in reports/, and what may be cleared of it."""

import json

import pandas as pd
import pytest

from kit import runs, week
from kit.errors import ClientError, ReportError


def report(home, client, week_name, name, status="published", as_of="2026-05-10"):
    folder = (
        home / "reports" / client / week_name / (name + (".failed" if status == "failed" else ""))
    )
    folder.mkdir(parents=True)
    told = {
        "status": status,
        "parameters": {"as_of": as_of},
        "made_at": "2026-05-11T06:00:00+00:00",
        "seconds": {"notebook": 2.5, "page": 0.5},
    }
    (folder / "manifest.json").write_text(json.dumps(told))
    (folder / "page.html").write_text("x" * 1000)
    return folder


def test_every_report_has_a_row_newest_week_first(tmp_path):
    report(tmp_path, "acme", "2026-W18", "weekly_review")
    report(tmp_path, "acme", "2026-W19", "weekly_review", status="forced")
    report(tmp_path, "acme", "2026-W19", "onboarding", status="failed")
    report(tmp_path, "example", "2026-W19", "onboarding")
    (tmp_path / "reports" / "acme" / ".locks").mkdir()
    rows = runs.runs(tmp_path)
    assert rows[["week", "report", "status"]].values.tolist() == [
        ["2026-W19", "onboarding", "failed"],
        ["2026-W19", "weekly_review", "forced"],
        ["2026-W18", "weekly_review", "published"],
    ]
    assert rows["seconds"].tolist() == [3.0, 3.0, 3.0]
    assert (rows["bytes"] > 1000).all()


def test_superseded_versions_are_counted_and_a_torn_manifest_is_said(tmp_path):
    folder = report(tmp_path, "acme", "2026-W19", "weekly_review")
    (folder / week.SUPERSEDED / "1").mkdir(parents=True)
    (folder / week.SUPERSEDED / "2").mkdir()
    torn = report(tmp_path, "acme", "2026-W19", "onboarding")
    (torn / "manifest.json").write_text("{")
    rows = runs.runs(tmp_path).set_index("report")
    assert rows.loc["weekly_review", "versions"] == 2
    assert rows.loc["onboarding", "status"] == "unreadable"


def test_a_client_without_reports_is_named_with_those_that_have_some(tmp_path):
    report(tmp_path, "acme", "2026-W19", "weekly_review")
    with pytest.raises(ClientError, match="no reports of acne .* some of acme"):
        runs.runs(tmp_path, "acne")
    assert runs.runs(tmp_path / "elsewhere").empty


def test_old_weeks_are_cleared_but_never_the_last_good_report(tmp_path):
    for number in (15, 16, 17, 18, 19):
        report(tmp_path, "acme", f"2026-W{number}", "weekly_review")
    last = report(tmp_path, "acme", "2026-W15", "tier_promotion_audit")
    report(tmp_path, "acme", "2026-W16", "tier_promotion_audit", status="failed")
    other = report(tmp_path, "bravo", "2025-W02", "weekly_review")
    rows = runs.clearable(tmp_path, keep_weeks=2)
    assert rows[["week", "report", "status"]].values.tolist() == [
        ["2026-W17", "weekly_review", "published"],
        ["2026-W16", "tier_promotion_audit", "failed"],
        ["2026-W16", "weekly_review", "published"],
        ["2026-W15", "weekly_review", "published"],
    ]
    runs.clear(rows)
    weeks = sorted(path.name for path in (tmp_path / "reports" / "acme").glob("2026-*"))
    assert weeks == ["2026-W15", "2026-W18", "2026-W19"]
    assert last.is_dir()
    assert other.is_dir()
    assert not (tmp_path / "reports" / "acme" / "2026-W15" / "weekly_review").exists()
    assert runs.clearable(tmp_path, keep_weeks=2).empty


def test_what_is_left_of_a_week_is_joined_anew(tmp_path):
    kept = report(tmp_path, "acme", "2026-W15", "tier_promotion_audit")
    report(tmp_path, "acme", "2026-W15", "weekly_review")
    report(tmp_path, "acme", "2026-W19", "weekly_review")
    for folder, value in ((kept, 1.0), (kept.with_name("weekly_review"), 2.0)):
        pd.DataFrame({"value": [value]}).to_parquet(folder / week.RESULTS)
        (folder / week.DECISIONS).write_text(f"decision_id,value\n{folder.name},{value}\n")
    week.join(kept.parent, "2026-05-10")
    assert pd.read_parquet(kept.parent / week.RESULTS)["value"].tolist() == [1.0, 2.0]
    runs.clear(runs.clearable(tmp_path, keep_weeks=1))
    assert pd.read_parquet(kept.parent / week.RESULTS)["value"].tolist() == [1.0]
    assert [r["value"] for r in week.read_csv(kept.parent / week.DECISIONS)] == ["1.0"]


def test_nothing_at_all_is_never_kept(tmp_path):
    with pytest.raises(ReportError, match="--keep-weeks 0 would keep nothing"):
        runs.clearable(tmp_path, keep_weeks=0)
