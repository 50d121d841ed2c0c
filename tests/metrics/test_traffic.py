"""Clicks, views, conversion of clicks and hook retention."""

import pandas as pd
import pytest

from kit import metrics
from kit.metrics.traffic import hook_figures, traffic_figures
from tests.metrics.test_publishing import figure
from tests.small_client import small_client

AS_OF = "2026-05-10"
FOUR = "2026-04-13"
CREATORS = [{"creator_id": "ana"}, {"creator_id": "bo", "followers": 200_000}]
POSTS = [
    {"post_id": "1", "creator_id": "ana", "hook_angle": "social_proof"},
    {"post_id": "2", "creator_id": "bo", "product_ids": ["p1", "p2"]},
]
WEEKS = [
    ("2026-04-13", "2026-04-19"),
    ("2026-04-20", "2026-04-26"),
    ("2026-04-27", "2026-05-03"),
    ("2026-05-04", "2026-05-10"),
]


def stat(post_id, week, clicks, orders, views=100, creator="ana", **given):
    start, end = WEEKS[week]
    row = {"post_id": post_id, "creator_id": creator, "window_start": start, "window_end": end}
    return {**row, "views": views, "clicks": clicks, "orders": orders, **given}


def traffic(folder, *stats, **tables):
    given = {"creators": CREATORS, "posts": POSTS}
    client = small_client(folder, post_stats=list(stats), **(given | tables))
    return traffic_figures(client, AS_OF)


def weeks_of_nothing():
    return [stat("2", week, 0, 0, views=0, creator="bo") for week in range(4)]


def test_conversion_pools_orders_and_clicks_over_posts_and_windows(tmp_path):
    stats = [stat("1", 0, 198, 9), stat("1", 3, 2, 1), stat("2", 3, 100, 2, creator="bo")]
    rows = traffic(tmp_path, *stats, *weeks_of_nothing()[:3])
    program = figure(rows, "conversion_rate", start=FOUR)
    assert (program["value"], program["n"]) == (12 / 300, 300)
    assert figure(rows, "conversion_rate")["value"] == 3 / 102
    assert figure(rows, "conversion_rate", "creator", "ana", FOUR)["value"] == 10 / 200
    assert figure(rows, "conversion_rate", "tier", "2", FOUR)["value"] == 2 / 100
    assert figure(rows, "conversion_rate", "post", "1", FOUR)["value"] == 10 / 200
    assert figure(rows, "conversion_rate", "hook_angle", "social_proof", FOUR)["value"] == 10 / 200


def test_only_posts_of_one_product_tell_about_a_product(tmp_path):
    rows = traffic(tmp_path, stat("1", 3, 10, 1), stat("2", 3, 90, 1, creator="bo"))
    products = rows[(rows["subject_kind"] == "product") & (rows["period_start"].astype(str) > FOUR)]
    assert products["subject"].tolist() == ["p1"]
    assert products["n"].tolist() == [10]


def test_rows_without_clicks_leave_both_sums_but_not_the_views(tmp_path):
    rows = traffic(tmp_path, stat("1", 3, None, 5), stat("2", 3, 50, 1, creator="bo"))
    assert figure(rows, "conversion_rate")["value"] == 1 / 50
    assert figure(rows, "views")["value"] == 200
    clicks = figure(rows, "clicks")
    assert (clicks["value"], clicks["n"]) == (50, 1)


def test_no_clicks_is_missing_and_above_one_is_printed(tmp_path):
    rows = traffic(tmp_path, stat("1", 3, 0, 2), stat("2", 3, 2, 5, creator="bo"))
    none = figure(rows, "conversion_rate", "post", "1")
    assert (none["status"], none["note"], none["n"]) == ("missing", "no clicks", 0)
    assert figure(rows, "conversion_rate", "post", "2")["value"] == 2.5


def test_a_gap_in_the_windows_makes_the_four_weeks_missing_never_prorated(tmp_path):
    rows = traffic(tmp_path, *[stat("1", week, 10, 1) for week in (0, 1, 3)])
    for metric in ("conversion_rate", "clicks", "views"):
        row = figure(rows, metric, start=FOUR)
        assert pd.isna(row["value"])
        assert row["note"] == "no window covers 2026-04-27 to 2026-05-03"
        assert figure(rows, metric, "creator", "ana", FOUR)["status"] == "missing"
    assert figure(rows, "clicks")["value"] == 10


def test_a_window_whose_file_held_no_row_of_a_post_still_covers_its_days(tmp_path):
    windows = [
        {"kind": "video_data", "window_start": start, "window_end": end, "kept": True}
        for start, end in WEEKS
    ]
    rows = traffic(tmp_path, stat("1", 3, 10, 1), windows=windows)
    assert figure(rows, "clicks", start=FOUR)["value"] == 10


def test_other_lists_do_not_add_to_video_data(tmp_path):
    other = stat("2", 3, None, 4, views=999, creator="bo", source="video_list")
    rows = traffic(tmp_path, stat("1", 3, 10, 1), other)
    assert figure(rows, "views")["value"] == 100


def test_post_rates_have_a_row_per_post_of_the_windows(tmp_path):
    stats = [stat("1", week, 10, 1) for week in range(4)] + [stat("2", 3, None, 2, creator="bo")]
    client = small_client(tmp_path, creators=CREATORS, posts=POSTS, post_stats=stats)
    rows = metrics.post_rates(client, AS_OF)
    assert rows[["post_id", "clicks", "orders", "views", "tier"]].to_numpy().tolist() == [
        ["1", 40, 4, 400, 1],
        ["2", pd.NA, pd.NA, 100, 2],
    ]
    assert rows["product_id"].tolist()[0] == "p1"
    assert pd.isna(rows["product_id"].tolist()[1])


def reading(post_id, seen_on, views, held_views, **given):
    row = {"post_id": post_id, "seen_on": seen_on, "views": views, "held_views": held_views}
    return {**row, **given}


def hooks(folder, *readings, **tables):
    client = small_client(folder, creators=CREATORS, posts=POSTS, hooks=list(readings), **tables)
    return hook_figures(client, AS_OF)


def test_hook_retention_pools_views_of_the_latest_reading_of_each_post(tmp_path):
    rows = hooks(
        tmp_path,
        reading("1", "2026-04-13", 1000, 900),
        reading("1", "2026-05-10", 100, 20),
        reading("2", "2026-04-20", 300, 180),
        reading("1", "2026-05-11", 50, 50),
        reading("2", "2026-04-12", 50, 50),
    )
    row = figure(rows, "hook_retention", start=FOUR)
    assert (row["value"], row["n"]) == (200 / 400, 400)
    assert figure(rows, "hook_retention", "creator", "ana", FOUR)["value"] == 0.2
    assert figure(rows, "hook_retention", "tier", "2", FOUR)["value"] == 0.6
    assert figure(rows, "hook_retention", "hook_angle", "social_proof", FOUR)["value"] == 0.2
    assert figure(rows, "hook_retention", "post", "2", FOUR)["n"] == 300


@pytest.mark.parametrize(
    "other", [{"window_s": 2}, {"window_s": 6}, {"source": "ad"}, {"views": None}, {"views": 0}]
)
def test_other_windows_sources_and_empty_readings_are_left_out(tmp_path, other):
    rows = hooks(tmp_path, {**reading("1", "2026-05-01", 100, 20), **other})
    row = figure(rows, "hook_retention", start=FOUR)
    assert (row["status"], row["n"]) == ("missing", 0)


def test_a_reading_of_a_post_no_export_knows_is_the_programs_alone(tmp_path):
    rows = hooks(tmp_path, reading("1", "2026-05-01", 100, 20), reading("9", "2026-05-01", 100, 80))
    assert figure(rows, "hook_retention", start=FOUR)["value"] == 0.5
    assert figure(rows, "hook_retention", "creator", "ana", FOUR)["value"] == 0.2


def test_ad_rates_stand_apart_without_n(tmp_path):
    ads = [
        {
            "post_id": "1",
            "window_start": start,
            "window_end": end,
            "hook_rate": rate,
            "hook_rate_6s": rate / 2,
            "impressions": shown,
        }
        for (start, end), rate, shown in zip(
            WEEKS, (0.2, 0.4, 0.4, 0.4), (100, 100, 0, 100), strict=True
        )
    ]
    rows = hooks(tmp_path, ad_stats=ads)
    two = figure(rows, "hook_retention_ad_2s", "post", "1", FOUR)
    assert two["value"] == pytest.approx(100 / 300)  # (20 + 40 + 40) / 300
    assert pd.isna(two["n"])
    assert figure(rows, "hook_retention_ad_6s", "post", "1", FOUR)["value"] == pytest.approx(1 / 6)
    assert len(rows[rows["metric"] == "hook_retention_ad_2s"]) == 1
    gap = hooks(tmp_path, ad_stats=ads[:3])
    assert "hook_retention_ad_2s" not in set(gap["metric"])
