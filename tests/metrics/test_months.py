"""The months of a creator, closed once their posts have had 14 days."""

import pandas as pd

from kit import metrics
from tests.small_client import small_client

ANA = {"creator_id": "ana", "joined_on": "2026-02-15"}


def months(folder, as_of="2026-05-13", **tables):
    return metrics.creator_months(small_client(folder, **({"creators": [ANA]} | tables)), as_of)


def test_months_run_from_joining_to_the_last_one_closed(tmp_path):
    def found(as_of):
        return months(tmp_path, as_of)["month"].dt.strftime("%Y-%m").tolist()

    assert found("2026-05-13") == ["2026-02", "2026-03", "2026-04"]
    assert found("2026-05-12") == ["2026-02", "2026-03"]


def test_posts_agreed_posts_and_14_day_revenue_of_each_month(tmp_path):
    line = {"creator_id": "ana", "post_id": "1"}
    rows = months(
        tmp_path,
        agreements=[{"creator_id": "ana", "valid_from": "2026-02-15", "posts_per_week": 7.0}],
        posts=[
            {"post_id": "1", "creator_id": "ana", "published_on": "2026-03-31"},
            {"post_id": "2", "creator_id": "ana", "published_on": "2026-03-01"},
        ],
        orders=[
            {**line, "order_id": "a", "gmv": 9.0, "ordered_at": "2026-04-13T19:00:00Z"},
            {**line, "order_id": "b", "gmv": 5.0, "ordered_at": "2026-04-14T19:00:00Z"},
        ],
    )
    facts = rows[["posts", "agreed_posts", "net_revenue"]].to_numpy().tolist()
    assert facts == [[0, 14.0, 0.0], [2, 31.0, 9.0], [0, 30.0, 0.0]]


def incident(day, severity, resolved_on=None):
    row = {"creator_id": "ana", "happened_on": day, "severity": severity}
    return {**row, "resolved_on": resolved_on}


def test_violations_and_open_warnings_are_incidents_and_recent_ones_are_not_lost(tmp_path):
    rows = months(
        tmp_path,
        compliance=[
            incident("2026-02-20", "violation", "2026-02-21"),
            incident("2026-03-05", "warning", "2026-05-13"),
            incident("2026-03-05", "warning", "2026-05-14"),
            incident("2026-03-06", "note"),
            incident("2026-05-13", "violation"),
            incident("2026-05-14", "violation"),
        ],
    )
    assert rows["incidents"].tolist() == [1, 1, 1]


def test_the_tier_is_the_one_held_and_the_first_row_has_the_entry_tier(tmp_path):
    moves = [
        {"creator_id": "ana", "changed_on": "2026-02-16", "from_tier": 1, "to_tier": 2},
        {"creator_id": "ana", "changed_on": "2026-04-01", "from_tier": 2, "to_tier": 3},
    ]
    assert months(tmp_path, tiers=moves)["tier"].tolist() == [1, 2, 3]


def test_creators_without_tier_or_joining_have_no_row(tmp_path):
    creators = [{**ANA, "followers": None}, {"creator_id": "bo"}, {**ANA, "creator_id": "cy"}]
    assert set(months(tmp_path, creators=creators)["creator_id"]) == {"cy"}


def test_a_program_younger_than_a_month_has_no_rows(tmp_path):
    rows = months(tmp_path, "2026-02-20")
    assert rows.empty
    assert pd.api.types.is_datetime64_any_dtype(rows["month"])
