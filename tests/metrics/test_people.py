"""Tier, roster and activity of a creator on a day."""

import datetime as dt

import pandas as pd
import pytest

from kit import people as ingested
from kit.metrics import people
from tests.small_client import small_client

AS_OF = "2026-05-10"


def row(client, creator="ana", as_of=AS_OF):
    return people(client, as_of).set_index("creator_id").loc[creator]


@pytest.mark.parametrize(
    ("followers", "tier"),
    [(0, 1), (4_999, 1), (99_999, 1), (100_000, 2), (499_999, 2), (500_000, 3)],
)
def test_a_floor_belongs_to_its_tier(tmp_path, followers, tier):
    client = small_client(tmp_path, creators=[{"creator_id": "ana", "followers": followers}])
    assert row(client)["tier"] == tier


def test_without_followers_there_is_no_tier(tmp_path):
    found = row(small_client(tmp_path, creators=[{"creator_id": "ana", "followers": None}]))
    assert pd.isna(found["tier"])
    assert found["band_note"] == "no followers known, so no tier"


def test_under_5000_followers_is_tier_1_and_said(tmp_path):
    found = row(small_client(tmp_path, creators=[{"creator_id": "ana", "followers": 4_999}]))
    assert found["band_note"] == "under 5,000 followers, below the article's tier 1"


def test_the_ledgers_tier_overrules_the_band(tmp_path):
    creators = [{"creator_id": "ana", "followers": 10, "tier_given": 3}]
    assert row(small_client(tmp_path, creators=creators))["tier"] == 3


MOVES = [
    {"creator_id": "ana", "changed_on": "2026-02-01", "from_tier": 1, "to_tier": 2},
    {"creator_id": "ana", "changed_on": "2026-05-11", "from_tier": 2, "to_tier": 3},
]


@pytest.mark.parametrize(
    ("as_of", "tier"), [("2026-05-11", 3), ("2026-05-10", 2), ("2026-02-01", 2), ("2026-01-31", 1)]
)
def test_the_last_move_on_or_before_the_day_decides(tmp_path, as_of, tier):
    creators = [{"creator_id": "ana", "followers": 10}]
    found = row(small_client(tmp_path, creators=creators, tiers=MOVES), as_of=as_of)
    assert (found["tier"], found["entry_tier"]) == (tier, 1)


def test_followers_over_the_band_of_a_moved_creator_promote_nobody(tmp_path):
    creators = [{"creator_id": "ana", "followers": 600_000}]
    found = row(small_client(tmp_path, creators=creators, tiers=MOVES))
    assert found["tier"] == 2
    assert found["band_note"] == "followers now in band 3: not a promotion"


def agreement(**given):
    return {"creator_id": "ana", "valid_from": "2026-01-01", **given}


@pytest.mark.parametrize(
    ("status", "agreements", "on_roster"),
    [
        ("active", [], True),
        ("paused", [], False),
        ("left", [], False),
        ("left", [agreement()], True),
        ("left", [agreement(valid_to="2026-05-10")], True),
        ("left", [agreement(valid_to="2026-05-09")], False),
        ("left", [agreement(valid_from="2026-05-11")], False),
    ],
)
def test_the_roster_is_the_active_and_those_with_an_agreement(
    tmp_path, status, agreements, on_roster
):
    creators = [{"creator_id": "ana", "status": status}]
    client = small_client(tmp_path, creators=creators, agreements=agreements)
    assert row(client)["on_roster"] == on_roster


def test_without_a_ledger_everyone_is_on_the_roster(tmp_path):
    creators = [{"creator_id": "ana", "in_ledger": False, "status": None}]
    assert row(small_client(tmp_path, creators=creators))["on_roster"]


def test_a_creator_outside_a_held_ledger_is_not_on_the_roster(tmp_path):
    creators = [{"creator_id": "ana", "in_ledger": False, "status": None}, {"creator_id": "bo"}]
    assert not row(small_client(tmp_path, creators=creators))["on_roster"]


@pytest.mark.parametrize(
    ("published_on", "active"),
    [("2026-04-13", True), ("2026-04-12", False), ("2026-05-10", True), ("2026-05-11", False)],
)
def test_active_is_a_post_in_the_28_days(tmp_path, published_on, active):
    posts = [{"post_id": "1", "creator_id": "ana", "published_on": published_on}]
    client = small_client(tmp_path, creators=[{"creator_id": "ana"}], posts=posts)
    assert row(client)["active"] == active


def test_joining_is_the_ledgers_day_else_the_first_post(tmp_path):
    posts = [
        {"post_id": "1", "creator_id": "ana", "published_on": "2026-03-01"},
        {"post_id": "2", "creator_id": "bo", "published_on": "2026-03-02"},
    ]
    creators = [{"creator_id": "ana", "joined_on": "2026-02-01"}, {"creator_id": "bo"}]
    client = small_client(tmp_path, creators=creators, posts=posts)
    assert row(client, "ana")["joined"] == pd.Timestamp("2026-02-01")
    assert row(client, "bo")["joined"] == pd.Timestamp("2026-03-02")


def test_the_expression_and_the_frame_of_ingest_say_the_same(tmp_path):
    creators = [
        {"creator_id": "ana", "followers": 10},
        {"creator_id": "bo", "followers": 200_000, "status": "left"},
        {"creator_id": "cy", "followers": None, "status": "paused"},
        {"creator_id": "di", "followers": 700_000, "tier_given": 2, "status": "left"},
        {"creator_id": "ed", "followers": 9, "in_ledger": False, "status": None},
    ]
    deals = [agreement(creator_id="bo"), agreement(creator_id="cy", valid_to="2026-03-01")]
    client = small_client(tmp_path, creators=creators, agreements=deals, tiers=MOVES)
    for day in (dt.date(2026, 1, 31), dt.date(2026, 5, 10), dt.date(2026, 5, 11)):
        frame = ingested.standing(
            client.frame("creators"),
            client.frame("tiers"),
            client.frame("agreements"),
            day,
            client.policy.tiers.floors,
        ).set_index("creator_id")
        mine = people(client, day).set_index("creator_id")
        for column in ("tier", "entry_tier", "on_roster"):
            assert mine[column].astype("Int64").equals(frame[column].astype("Int64")), column
