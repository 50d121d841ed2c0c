"""Samples with a clock: the stage of each on a given day, its post, what was lost."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

import kit
from kit import sample_clock

from .small_client import small_client

DAY = "2026-05-10"
SENT = {"requested_on": "2026-04-01", "approved_on": "2026-04-02", "shipped_on": "2026-04-03"}


def one(tmp_path, as_of=DAY, posts=(), creators=(), **sample):
    row = {"sample_id": "S1", "creator_id": "mia", "product_id": "p1", "unit_cost": 6.0, **sample}
    client = small_client(tmp_path, samples=[row], posts=list(posts), creators=list(creators))
    found = sample_clock.clock(client, as_of)
    return found.samples.iloc[0] if len(found.samples) else None


@pytest.mark.parametrize(
    ("delivered", "stage", "left"),
    [
        ("2026-05-10", "due", 14),
        ("2026-04-26", "due", 0),
        ("2026-04-25", "may be extended", -1),
        ("2026-04-19", "may be extended", -7),
        ("2026-04-18", "overdue", -8),
        ("2026-03-11", "overdue", -46),
        ("2026-03-10", "never posted", -47),
    ],
)
def test_the_clock_runs_from_delivery_by_the_platforms_rule(tmp_path, delivered, stage, left):
    row = one(tmp_path, shipped_on="2026-03-01", delivered_on=delivered)
    assert (row["stage"], row["days_left"]) == (stage, left)


def test_a_sample_before_delivery_is_where_its_last_step_puts_it(tmp_path):
    assert one(tmp_path, requested_on="2026-05-01")["stage"] == "requested"
    assert one(tmp_path, requested_on="2026-05-01", approved_on="2026-05-02")["stage"] == "approved"
    assert one(tmp_path, **SENT)["stage"] == "shipped"


def test_only_what_had_happened_by_the_day_is_known(tmp_path):
    row = one(tmp_path, as_of="2026-04-02", **SENT, delivered_on="2026-04-06")
    assert row["stage"] == "approved"
    assert one(tmp_path, as_of="2026-03-31", **SENT) is None


def test_a_post_of_the_product_after_delivery_answers_the_sample(tmp_path):
    mia = {"creator_id": "mia"}
    posts = [
        {"post_id": "before", "published_on": "2026-04-05", **mia},
        {"post_id": "other", "published_on": "2026-04-08", "product_ids": ["p2"], **mia},
        {"post_id": "right", "published_on": "2026-04-09", **mia},
        {"post_id": "not hers", "published_on": "2026-04-07", "creator_id": "zoe"},
    ]
    row = one(tmp_path, posts=posts, **SENT, delivered_on="2026-04-06")
    assert (row["stage"], row["post_id"], row["posted_by"]) == ("posted", "right", "found")


def test_two_samples_of_a_product_need_two_posts(tmp_path):
    samples = [
        {"sample_id": f"S{n}", "creator_id": "mia", "product_id": "p1", "delivered_on": day}
        for n, day in enumerate(("2026-04-01", "2026-04-02"), 1)
    ]
    posts = [{"post_id": "v1", "creator_id": "mia", "published_on": "2026-04-05"}]
    rows = sample_clock.clock(small_client(tmp_path, samples=samples, posts=posts), DAY).samples
    assert rows.set_index("sample_id")["stage"].to_dict() == {"S1": "posted", "S2": "overdue"}


def test_who_has_left_is_not_chased(tmp_path):
    creators = [{"creator_id": "mia", "status": "left"}]
    row = one(tmp_path, creators=creators, **SENT, delivered_on="2026-05-05")
    assert row["stage"] == "never posted"


def test_a_cost_that_is_not_entered_is_unknown_and_its_sum_too(tmp_path):
    samples = [
        {"sample_id": "S1", "creator_id": "mia", "product_id": "p1", "unit_cost": 6.4,
         "shipping_cost": 4.85, "shipped_on": "2026-01-02", "delivered_on": "2026-01-05"},
        {"sample_id": "S2", "creator_id": "zoe", "product_id": "p1",
         "shipped_on": "2026-01-02", "delivered_on": "2026-01-05"},
    ]  # fmt: skip
    rows = sample_clock.clock(small_client(tmp_path, samples=samples), DAY).samples
    assert rows["cost"].tolist()[0] == 11.25
    assert rows["cost"].isna().tolist() == [False, True]
    (program,) = sample_clock.by_tier(rows[rows["tier"].isna()]).to_dict("records")
    assert program["never"] == 2
    assert program["never_unknown"] == 1
    assert program["never_cost"] != program["never_cost"]  # missing, not 11.25


def test_what_the_ledger_says_of_a_post_is_held_against_the_lists(tmp_path):
    posts = [
        {"post_id": "v1", "creator_id": "mia", "published_on": "2026-04-05"},
        {"post_id": "v2", "creator_id": "zoe", "published_on": "2026-04-20"},
    ]
    samples = [
        {"sample_id": name, "creator_id": "mia", "product_id": "p1", "post_id": post,
         "delivered_on": "2026-04-10"}
        for name, post in (("S1", "v1"), ("S2", "v2"), ("S3", "v9"), ("S4", "v1"))
    ]  # fmt: skip
    found = sample_clock.clock(small_client(tmp_path, samples=samples, posts=posts), DAY)
    told = " | ".join(found.problems["sample_id"] + " " + found.problems["problem"])
    assert "S1 names a post of 5 April 2026, before it was there (10 April 2026)" in told
    assert "S2 names post v2, which is zoe's" in told
    assert "S3 names post v9, which no list has" in told
    assert "post v1 is counted for S1 and S4" in told


def test_the_sample_clients_late_samples_are_those_of_its_ledger():
    home = Path(__file__).parents[1] / "data" / "sample"
    day = date.fromisoformat(DAY)
    with (home / "ledgers" / "samples.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["delivered_on"] and not r["post_id"]]
    waits = {r["sample_id"]: day - date.fromisoformat(r["delivered_on"]) for r in rows}
    wanted = {
        "due": {s for s, wait in waits.items() if wait <= timedelta(14)},
        "may be extended": {s for s, w in waits.items() if timedelta(14) < w <= timedelta(21)},
        "overdue": {s for s, wait in waits.items() if timedelta(21) < wait <= timedelta(60)},
        "never posted": {s for s, wait in waits.items() if wait > timedelta(60)},
    }
    found = sample_clock.clock(kit.open("sample"), DAY).samples
    for stage, ids in wanted.items():
        assert set(found.loc[found["stage"] == stage, "sample_id"]) == ids
    lost = found[found["stage"] == "never posted"]
    cents = sum(
        round(float(r["unit_cost"]) * 100) + round(float(r["shipping_cost"]) * 100)
        for r in rows
        if r["sample_id"] in wanted["never posted"]
    )
    assert round(lost["cost"].sum() * 100) == cents > 0
