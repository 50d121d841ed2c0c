"""Velocity, output against what was agreed, and the weeks of each creator."""

import pandas as pd
import pytest

from kit import metrics
from kit.metrics.publishing import output_figures, publishing_figures
from tests.small_client import small_client

AS_OF = "2026-05-10"
ANA = [{"creator_id": "ana"}]


def posts(*rows):
    return [
        {"post_id": str(number), "creator_id": creator, "published_on": day}
        for number, (creator, day) in enumerate(rows)
    ]


def figure(rows, metric, kind="program", subject="small", start="2026-05-04"):
    own = rows[
        (rows["metric"] == metric)
        & (rows["subject_kind"] == kind)
        & (rows["subject"] == subject)
        & (rows["period_start"].astype(str) == start)
    ]
    assert len(own) == 1
    return own.iloc[0]


def test_velocity_counts_videos_and_lives_from_monday_to_as_of(tmp_path):
    made = posts(("ana", "2026-05-03"), ("ana", "2026-05-04"), ("bo", "2026-05-06"))
    made += [
        {"post_id": "live", "creator_id": "ana", "published_on": "2026-05-06", "kind": "live"},
        {"post_id": "late", "creator_id": "ana", "published_on": "2026-05-07"},
        {"post_id": "undated", "creator_id": "ana"},
    ]
    creators = [*ANA, {"creator_id": "bo", "followers": 200_000, "status": "left"}]
    client = small_client(tmp_path, creators=creators, posts=made)
    rows = publishing_figures(client, "2026-05-06")
    assert figure(rows, "velocity")["value"] == 3
    assert figure(rows, "velocity", "tier", "1")["value"] == 2
    assert figure(rows, "velocity", "tier", "2")["value"] == 1
    assert figure(rows, "velocity", "tier", "3")["value"] == 0
    assert figure(rows, "velocity_roster")["value"] == 2
    assert figure(rows, "velocity_roster", "tier", "2")["value"] == 0


def test_active_creators_posted_in_the_28_days_and_left_ones_stay_in(tmp_path):
    made = posts(("ana", "2026-04-13"), ("ana", "2026-05-10"), ("bo", "2026-05-10"))
    made += posts(("cy", "2026-04-12"))[:0] + [
        {"post_id": "old", "creator_id": "cy", "published_on": "2026-04-12"}
    ]
    creators = [*ANA, {"creator_id": "bo", "status": "left"}, {"creator_id": "cy"}]
    client = small_client(tmp_path, creators=creators, posts=made)
    row = figure(publishing_figures(client, AS_OF), "active_creators", start="2026-04-13")
    assert (row["value"], row["n"]) == (2, 3)


def test_a_creator_without_a_tier_is_in_the_program_figure_alone(tmp_path):
    creators = [{"creator_id": "ana", "followers": None}]
    client = small_client(tmp_path, creators=creators, posts=posts(("ana", "2026-05-04")))
    rows = publishing_figures(client, AS_OF)
    assert figure(rows, "velocity")["value"] == 1
    assert sum(figure(rows, "velocity", "tier", tier)["value"] for tier in "123") == 0


def test_agreed_posts_are_prorated_by_the_days_of_the_agreement(tmp_path):
    deals = [
        # Monday to Wednesday at 2 a week, Thursday on at 7: 3 x 2 / 7 + 4 x 7 / 7 = 34 / 7
        {"creator_id": "ana", "valid_from": "2026-01-01", "valid_to": "2026-05-06"},
        {"creator_id": "ana", "valid_from": "2026-05-07", "posts_per_week": 7.0},
    ]
    made = posts(("ana", "2026-05-06"), ("ana", "2026-05-07"), ("ana", "2026-05-10"))
    client = small_client(tmp_path, creators=ANA, posts=made, agreements=deals)
    row = figure(output_figures(client, AS_OF), "output_rate", "creator", "ana")
    assert row["n"] == pytest.approx(34 / 7)
    assert row["value"] == pytest.approx(3 / (34 / 7))


def test_posts_on_days_without_an_agreement_do_not_count(tmp_path):
    deals = [{"creator_id": "ana", "valid_from": "2026-05-05", "valid_to": "2026-05-06"}]
    made = posts(*[("ana", f"2026-05-0{day}") for day in (4, 5, 6, 7)])
    client = small_client(tmp_path, creators=ANA, posts=made, agreements=deals)
    row = figure(output_figures(client, AS_OF), "output_rate", "creator", "ana")
    assert row["n"] == pytest.approx(2 * 2 / 7)  # two days of the week at 2 posts
    assert row["value"] == pytest.approx(2 / (4 / 7))


def test_tier_and_program_are_sum_over_sum(tmp_path):
    creators = [{"creator_id": name} for name in ("ana", "bo", "cy")]
    creators[2]["followers"] = None
    deals = [
        {"creator_id": "ana", "valid_from": "2026-01-01", "posts_per_week": 1.0},
        {"creator_id": "bo", "valid_from": "2026-01-01", "posts_per_week": 3.0},
        {"creator_id": "cy", "valid_from": "2026-01-01", "posts_per_week": 4.0},
    ]
    made = posts(*[("ana", "2026-05-04")] * 2, ("cy", "2026-05-04"))
    client = small_client(tmp_path, creators=creators, posts=made, agreements=deals)
    rows = output_figures(client, AS_OF)
    assert figure(rows, "output_rate", "tier", "1")["value"] == 2 / 4  # not (2 + 0) / 2
    assert figure(rows, "output_rate")["value"] == 3 / 8
    four = figure(rows, "output_rate", start="2026-04-13")
    assert (four["value"], four["n"]) == (3 / 32, 32)


def test_nothing_agreed_is_missing_not_zero(tmp_path):
    deals = [{"creator_id": "ana", "valid_from": "2026-01-01", "posts_per_week": None}]
    made = posts(("ana", "2026-05-04"))
    for agreements in (deals, []):
        client = small_client(tmp_path, creators=ANA, posts=made, agreements=agreements)
        row = figure(output_figures(client, AS_OF), "output_rate")
        assert (row["status"], row["note"]) == ("missing", "nothing agreed")
        assert pd.isna(row["value"])


def test_weeks_run_from_joining_and_silent_ones_are_rows_of_zero(tmp_path):
    creators = [
        {"creator_id": "ana", "joined_on": "2026-04-22"},
        {"creator_id": "bo"},
        {"creator_id": "gone", "status": "left"},
        {"creator_id": "never"},
    ]
    made = posts(("ana", "2026-04-23"), ("bo", "2026-05-05"), ("gone", "2026-05-05"))
    deals = [{"creator_id": "ana", "valid_from": "2026-04-22", "posts_per_week": 7.0}]
    client = small_client(tmp_path, creators=creators, posts=made, agreements=deals)
    weeks = metrics.creator_weeks(client, "2026-05-06")
    found = weeks[["creator_id", "posts", "agreed_posts", "complete"]].to_numpy().tolist()
    assert found == [
        ["ana", 1, 5.0, True],  # Wednesday to Sunday
        ["ana", 0, 7.0, True],
        ["ana", 0, 3.0, False],  # Monday to Wednesday of the running week
        ["bo", 1, 0.0, False],
    ]
    assert weeks["week"].dt.strftime("%m-%d").tolist() == ["04-20", "04-27", "05-04", "05-04"]


def test_weekly_traffic_is_missing_where_no_windows_tile_the_week(tmp_path):
    stat = {"post_id": "0", "creator_id": "ana", "views": 50, "clicks": 5, "orders": 0}
    client = small_client(
        tmp_path,
        creators=[*ANA, {"creator_id": "bo", "joined_on": "2026-04-20"}],
        posts=posts(("ana", "2026-04-20")),
        post_stats=[
            {**stat, "window_start": "2026-04-20", "window_end": "2026-04-22"},
            {**stat, "window_start": "2026-04-23", "window_end": "2026-04-26"},
            {**stat, "window_start": "2026-05-04", "window_end": "2026-05-10"},
        ],
    )
    weeks = metrics.creator_weeks(client, AS_OF).set_index("creator_id")["clicks"]
    assert weeks["ana"].tolist() == [10, pd.NA, 5]
    assert weeks["bo"].tolist() == [0, pd.NA, 0]


def test_program_weeks_add_up_creators_posts_and_sales(tmp_path):
    line = {"creator_id": "ana", "gmv": 10.0, "ordered_at": "2026-05-05T12:00:00Z"}
    client = small_client(
        tmp_path,
        creators=ANA,
        posts=posts(("ana", "2026-05-04"), ("ana", "2026-05-05"), ("bo", "2026-04-30")),
        orders=[
            {**line, "order_id": "a", "post_id": "0"},
            {**line, "order_id": "b", "post_id": "never listed"},
            {**line, "order_id": "c", "counts": False},
        ],
    )
    row = metrics.program_weeks(client, AS_OF).iloc[-1]
    assert (row["creators"], row["posts"], row["gmv"], row["orders"]) == (1, 2, 20.0, 2)
    assert (row["post_gmv"], row["post_orders"]) == (10.0, 1)
