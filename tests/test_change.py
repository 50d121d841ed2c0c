"""What changed since last week: parts that sum to the cent, and luck told from the rest."""

import numpy as np
import pandas as pd
import pytest

from kit import change, metrics, sentences, tables
from kit.money import FACTORS, UNATTRIBUTED
from tests.small_client import small_client

AS_OF = "2026-05-10"
PARTS = [*FACTORS, UNATTRIBUTED]


def weeks(orders, clicks=1000, kind="program", subject=None, value=20.0):
    """Weeks of ten creators, ten posts, so many orders; of `value` each, all from posts."""
    orders = np.asarray(orders, dtype=float)
    return pd.DataFrame(
        {
            "subject_kind": kind,
            "subject": subject,
            "week": pd.date_range("2026-01-05", periods=len(orders), freq="7D"),
            "creators": 10.0,
            "posts": 10.0,
            "clicks": np.broadcast_to(np.asarray(clicks, dtype=float), len(orders)),
            "orders": orders,
            "gmv": orders * value,
            "whole_gmv": orders * value,
            "lines": orders,
            "line_squares": orders * value**2,
        }
    )


ORDINARY = [50, 54, 47, 52, 49, 55, 48, 51, 46, 53, 50, 52]


def part(table, name):
    return table.set_index("part").loc[name]


def test_an_ordinary_week_is_more_likely_chance():
    found = change.program_change(weeks([*ORDINARY, 47]))
    assert part(found, "conversion")["effect"] == -100.0  # 5 orders of 20.00
    assert part(found, "conversion")["reading"] == change.CHANCE_WORD
    assert part(found, "conversion")["by_chance"] > 0.2
    assert part(found, "creators")["reading"] == ""  # nothing moved, nothing to read


def test_a_fall_that_no_past_week_shows_is_more_likely_real():
    found = change.program_change(weeks([*ORDINARY, 25]))
    assert part(found, "conversion")["reading"] == change.REAL_WORD
    assert part(found, "conversion")["by_chance"] < 0.01
    assert part(found, "all")["effect"] == -540.0
    said = sentences.change_by_chance(found)
    assert said == (
        "More likely real than chance: conversion (−$540; luck alone does as much in fewer than "
        "one week in 100)."
    )


def test_the_same_fall_is_chance_where_weeks_always_differ_so():
    restless = [50, 25, 52, 24, 55, 27, 48, 22, 51, 26, 53, 50]
    found = change.program_change(weeks([*restless, 25]))
    assert part(found, "conversion")["reading"] == change.CHANCE_WORD
    assert sentences.change_by_chance(found).startswith("Every part of the change is more likely")


def test_the_second_week_is_judged_by_what_counts_vary_by():
    few, many = (change.program_change(weeks([n, n * 0.4])) for n in (5, 500))
    assert part(few, "conversion")["reading"] == change.CHANCE_WORD
    assert part(many, "conversion")["reading"] == change.REAL_WORD


def test_the_first_week_has_nothing_to_compare_with():
    found = change.program_change(weeks([50]))
    assert found["effect"].isna().all()
    assert sentences.change_by_chance(found).startswith("Not known: what of the change is luck")
    assert change.subject_changes(weeks([50], kind="tier", subject="1")).empty


def test_weeks_without_clicks_have_no_parts_but_a_whole():
    clicks = [1000.0] * 12 + [np.nan]
    found = change.program_change(weeks([*ORDINARY, 47], clicks=clicks))
    assert found.loc[found["part"].isin(FACTORS), "effect"].isna().all()
    assert part(found, "all")["effect"] == -100.0


def test_one_creator_in_many_has_to_stand_out_from_all():
    rng = np.random.default_rng(1)
    usual = [
        weeks(rng.poisson(20, 26), kind="creator", subject=f"c{number:02d}") for number in range(20)
    ]
    star = weeks([*rng.poisson(20, 25), 60], kind="creator", subject="star")
    found = change.subject_changes(pd.concat([*usual, star])).set_index("subject")
    assert found.index[0] == "star"
    # some of twenty move far by luck; only the star moved further than that
    assert found["by_chance"].le(change.REAL).sum() > 1
    assert found["reading"].eq(change.REAL_WORD).sum() == 1
    assert found.loc["star", "reading"] == change.REAL_WORD
    # the largest of all changes so far: 21 creators, weeks 4 to 25 after the first three
    assert found.loc["star", "by_chance"] == pytest.approx(1 / 420, rel=0.1)


def test_a_creator_who_did_not_post_moves_by_clicks_not_by_creators():
    rows = weeks([5, 4], clicks=[100, 80], kind="creator", subject="ana")
    rows["posts"], rows["creators"] = [2.0, 0.0], [1.0, 0.0]
    found = change.subject_changes(rows).iloc[0]
    assert found[["creators", "posts per creator"]].tolist() == [0.0, 0.0]
    assert found["clicks per post"] == -20.0  # 20 clicks fewer at 5% and 20.00
    assert found["reading"] == change.EARLY_WORD


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """ana and bo; post 2 shows two products; bo has no followers, so no tier."""
    first = {"window_start": "2026-04-27", "window_end": "2026-05-03"}
    last = {"window_start": "2026-05-04", "window_end": "2026-05-10"}
    ana, bo = {"creator_id": "ana"}, {"creator_id": "bo"}
    old, new = {"ordered_at": "2026-04-29T20:00:00Z"}, {"ordered_at": "2026-05-06T20:00:00Z"}
    return small_client(
        tmp_path_factory.mktemp("change"),
        creators=[ana, {**bo, "followers": None}],
        products=[{"product_id": "p1", "name": "Serum"}],
        posts=[
            {**ana, "post_id": "1", "published_on": "2026-04-28", "hook_angle": "curiosity_gap"},
            {**bo, "post_id": "2", "published_on": "2026-05-05", "product_ids": ["p1", "p2"]},
        ],
        post_stats=[
            {**ana, **first, "post_id": "1", "clicks": 30},
            {**ana, **last, "post_id": "1", "clicks": 70},
            {**bo, **last, "post_id": "2", "clicks": 11},
        ],
        orders=[
            {**ana, **old, "order_id": "a", "post_id": "1", "gmv": 10.01},
            {**ana, **new, "order_id": "b", "post_id": "1", "gmv": 10.02},
            {**ana, **new, "order_id": "c", "post_id": "1", "gmv": 7.77},
            {**bo, **new, "order_id": "d", "post_id": "2", "gmv": 33.33},
            {**ana, **new, "order_id": "e", "gmv": 5.55, "product_id": None},
        ],
    )


@pytest.fixture(scope="module")
def moved(client):
    return change.weekly(client, AS_OF)


def test_the_parts_of_each_subject_sum_to_its_change_to_the_cent(moved):
    assert len(moved.subjects) == 2 + 2 + 2 + 2
    sums = moved.subjects[PARTS].sum(axis=1).round(2)
    assert sums.tolist() == moved.subjects["change"].tolist()
    assert (moved.subjects["change"] * 100).round(6).mod(1).eq(0).all()


def test_the_subjects_of_each_kind_sum_to_the_program(moved):
    # 10.02 + 7.77 + 33.33 + 5.55 - 10.01
    assert part(moved.parts, "all")["effect"] == 46.66
    sums = moved.subjects.groupby("subject_kind")["change"].sum().round(2)
    assert sums.to_dict() == dict.fromkeys(["tier", "hook_angle", "product", "creator"], 46.66)


def test_what_belongs_to_none_is_said_so(moved):
    labels = moved.subjects.groupby("subject_kind")["label"].agg(set).to_dict()
    assert labels == {
        "tier": {"tier 1", "no tier known"},
        "hook_angle": {"curiosity gap", "no brief with an angle"},
        "product": {"Serum", "no product named"},
        "creator": {"ana", "bo"},
    }


def test_sales_of_a_post_of_two_products_are_no_clicks_of_either(moved):
    serum = moved.subjects.set_index("label").loc["Serum"]
    assert serum["change"] == 41.11
    assert serum[UNATTRIBUTED] == 33.33


def test_the_program_weeks_are_those_of_the_chart(client):
    rows = metrics.subject_weeks(client, AS_OF)
    own = rows[rows["subject_kind"] == "program"].tail(2)
    both = metrics.program_weeks(client, AS_OF).tail(2)
    for name in ("creators", "posts", "clicks"):
        assert own[name].tolist() == both[name].astype(float).tolist()
    assert own["gmv"].tolist() == both["post_gmv"].tolist()
    assert own["whole_gmv"].tolist() == both["gmv"].tolist()


def test_a_running_week_is_not_held_against_whole_ones(client):
    running = change.weekly(client, "2026-05-08")
    assert running.parts["by_chance"].isna().all()
    assert set(running.parts["reading"]) == {"", change.RUNNING}
    assert "cannot be said: the week still runs" in sentences.change_by_chance(running.parts)


def test_the_table_puts_small_creators_together_and_keeps_the_sum(moved):
    html = tables.movers(moved.subjects, creators=1).as_raw_html()
    assert "1 other creator" in html
    assert "Product: Serum" in html
    assert "nan" not in html
