"""What moved between two versions of a report, and why."""

import pandas as pd

from kit import manifest, restatement
from kit.results import KEY


def figures(*rows):
    """metric, subject_kind, subject, value, status"""
    frame = pd.DataFrame(rows, columns=["metric", "subject_kind", "subject", "value", "status"])
    days = {"period_start": "2026-05-04", "period_end": "2026-05-10"}
    return frame.assign(report="review", **days)[[*KEY, "value", "status"]]


def decisions(*rows):
    return pd.DataFrame(rows, columns=["subject_kind", "subject", "decision"], dtype="str")


def test_only_what_differs_is_listed_widest_and_largest_first():
    before = figures(
        ("gmv", "creator", "ana", 100.0, "settled"),
        ("gmv", "creator", "bo", 100.0, "settled"),
        ("gmv", "creator", "cy", 50.0, "settled"),
        ("gmv", "program", "acme", 200.0, "settled"),
        ("clicks", "program", "acme", None, "missing"),
    )
    after = figures(
        ("gmv", "creator", "ana", 110.0, "settled"),
        ("gmv", "creator", "bo", 50.0, "settled"),
        ("gmv", "creator", "cy", 50.0, "settled"),
        ("gmv", "program", "acme", 210.0, "settled"),
        ("clicks", "program", "acme", None, "missing"),
    )
    moved = restatement.moved(before, after)
    assert moved["subject"].tolist() == ["acme", "bo", "ana"]
    assert moved["change"].round(6).tolist() == [0.05, -0.5, 0.1]


def test_figures_that_came_went_or_changed_status_are_moves():
    before = figures(
        ("gmv", "creator", "ana", 1.0, "estimated"), ("gmv", "creator", "bo", 2.0, "settled")
    )
    after = figures(
        ("gmv", "creator", "ana", 1.0, "settled"), ("gmv", "creator", "cy", 0.0, "settled")
    )
    moved = restatement.moved(before, after).set_index("subject")
    assert sorted(moved.index) == ["ana", "bo", "cy"]
    assert pd.isna(moved.loc["bo", "after"])
    assert pd.isna(moved.loc["cy", "before"])


def test_equal_tables_have_moved_nothing():
    rows = figures(("gmv", "creator", "ana", 1.0, "settled"))
    assert restatement.moved(rows, rows.iloc[::-1]).empty
    assert restatement.moved(rows.iloc[:0], rows.iloc[:0]).empty


def test_a_subject_with_another_set_of_decisions_is_named_once():
    before = decisions(("creator", "ana", "keep"), ("creator", "bo", "keep"))
    after = decisions(
        ("creator", "ana", "invest"), ("creator", "ana", "fee"), ("creator", "bo", "keep")
    )
    moved = restatement.decisions_moved(before, after)
    assert moved.to_dict("records") == [
        {"subject_kind": "creator", "subject": "ana", "before": "keep", "after": "fee, invest"}
    ]


def test_sentences_say_what_moved_and_which_files_did_it():
    found = restatement.Restatement(
        restatement.moved(
            figures(("gmv", "program", "acme", 420.0, "settled")),
            figures(("gmv", "program", "acme", 445.2, "settled")),
        ),
        decisions_moved(),
        [manifest.CAUSES["tables"], manifest.CAUSES["policy"]],
        {"new": ["late.csv"], "gone": [], "changed": []},
    )
    assert restatement.sentences("review", found) == [
        "review is restated: 1 figure and 1 decision moved. Why: new or changed exports or "
        "ledgers: late.csv (new); the policy.",
        "  gmv of program acme, 2026-05-04 to 2026-05-10: 420 → 445.2 (+6.0%)",
        "  creator ana: no decision → keep",
    ]


def decisions_moved():
    return restatement.decisions_moved(decisions(), decisions(("creator", "ana", "keep")))
