"""From the delivered sample to the first post: who is followed, and for how long."""

import pandas as pd
import pytest

from kit import first_posts, sentences, tables
from tests.small_client import small_client


def client_of(folder, waits, **more):
    """One creator per wait: days from delivery on 1 January to a post, or None for no post."""
    people = [f"c{number}" for number in range(len(waits))]
    samples = [
        {"sample_id": who, "creator_id": who, "delivered_on": "2026-01-01"} for who in people
    ]
    posts = [
        {"post_id": f"p{who}", "creator_id": who, "published_on": f"2026-01-{1 + wait:02d}"}
        for who, wait in zip(people, waits, strict=True)
        if wait is not None
    ]
    creators = [{"creator_id": who} for who in people]
    return small_client(folder, samples=samples, posts=posts, creators=creators, **more)


def test_those_still_waiting_are_censored_not_failed(tmp_path):
    # Ten days on: 3 of 6 have posted, on days 2, 5 and 5; three wait since day 0.
    table = first_posts.by_tier(client_of(tmp_path, [2, 5, 5, None, None, None]), "2026-01-11")
    whole = table.iloc[0]
    assert (whole["creators"], whole["posted"], whole["followed"]) == (6, 3, 0)
    assert whole["by_due"] == pytest.approx(0.5)
    assert whole["half_days"] == 5


def test_a_late_delivery_leaves_the_share_of_the_others_alone(tmp_path):
    client = client_of(tmp_path, [2, 20, None, None])
    # at 31 January each was followed for 30 days: one of four within 14, two within 60
    whole = first_posts.by_tier(client, "2026-01-31").iloc[0]
    assert whole["by_due"] == pytest.approx(1 / 4)
    assert whole["by_late"] == pytest.approx(2 / 4)
    # on 10 January the second has not posted yet
    early = first_posts.by_tier(client, "2026-01-10").iloc[0]
    assert (early["posted"], early["by_late"]) == (1, pytest.approx(1 / 4))
    assert pd.isna(early["half_days"])


def test_a_post_before_the_sample_is_no_answer_to_it(tmp_path):
    client = small_client(
        tmp_path,
        samples=[{"sample_id": "s", "creator_id": "ana", "delivered_on": "2026-01-10"}],
        posts=[
            {"post_id": "old", "creator_id": "ana", "published_on": "2026-01-05"},
            {"post_id": "new", "creator_id": "ana", "published_on": "2026-01-13"},
        ],
        creators=[{"creator_id": "ana"}],
    )
    row = first_posts.waits(client, "2026-01-31").iloc[0]
    assert (row["days"], bool(row["posted"])) == (3, True)


def test_it_is_told_by_tier_and_a_program_without_samples_says_so(tmp_path):
    client = client_of(tmp_path, [2, 3, None])
    table = first_posts.by_tier(client, "2026-01-31")
    assert table["tier"].tolist()[1:] == [1]
    figures = first_posts.figures(client, "2026-01-31", table)
    assert figures["subject"].tolist() == ["small", "1"]
    text = sentences.first_posts(table, 14)
    assert text.startswith("Of 3 creators with a delivered sample, 67% had posted within 14 days")
    assert "Tier 1" in tables.first_posts(table, 14).as_raw_html()
    none = first_posts.by_tier(small_client(tmp_path / "none"), "2026-01-31")
    assert sentences.first_posts(none, 14).startswith("No delivered sample is on record")
    assert "No delivered sample" in tables.first_posts(none, 14).as_raw_html()
