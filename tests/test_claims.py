"""Words to check in captions and briefs: found with their place and source, and nothing else."""

import pytest

from kit import claims

from .small_client import small_client

DAY = "2026-05-10"
PRODUCT = {"product_id": "p1", "forbidden_words": "medical grade; erases"}


def found(text, category="beauty", forbidden=(), competitors=()):
    hits = claims.check(text, claims.entries(category, forbidden, competitors))
    return list(zip(hits["found"], hits["about"], strict=True))


@pytest.mark.parametrize(
    ("text", "word", "about"),
    [
        ("This serum CURES dullness", "CURES", "a medical claim"),
        ("Medical-grade peptides", "Medical-grade", "a medical claim"),
        ("helped my Eczema", "Eczema", "a named illness"),
        ("I lose  weight just looking", "lose  weight", "a weight or body claim"),
        ("glow GUARANTEED", "GUARANTEED", "a promise of a result"),
        ("this is not an ad", "not an ad", "promotion that is denied"),
        ("better than anything", "better than anything", "a comparison nobody can check"),
    ],
)
def test_the_starter_list_finds(text, word, about):
    assert found(text) == [(word, about)]


@pytest.mark.parametrize(
    "text",
    [
        "a secure lid, a manicure and a healthy morning",
        "sweet treats for the dog",
        "I did not expect this",
        "wait for the before and after",
        "no additives, four weeks, same light",
        "",
        None,
    ],
)
def test_ordinary_captions_have_no_hit(text):
    assert found(text) == []


def test_a_claim_is_looked_for_in_the_categories_it_concerns():
    assert found("boosts immunity", "supplements")
    assert not found("boosts immunity", "apparel")
    assert found("made in America", "apparel")
    assert not found("made in America", "beauty")


def test_the_brands_own_words_come_first_and_a_word_stands_once():
    hits = claims.check(
        "It erases lines. Sorry, Glowco!", claims.entries("beauty", ["erases"], ["Glowco"])
    )
    assert hits[["found", "place", "about"]].values.tolist() == [
        ["erases", 4, "the brand's own list"],
        ["Glowco", 25, "a competitor's name"],
    ]


def test_every_entry_names_a_source_and_the_day_it_was_read():
    every = [claims.entries(name) for name in ("beauty", "supplements", "apparel")]
    assert all("(read " in entry.source for entries in every for entry in entries)


def test_captions_are_held_against_the_products_they_show(tmp_path):
    posts = [
        {"post_id": "v1", "creator_id": "mia", "published_on": "2026-05-01", "product_ids": ["p1"],
         "caption": "medical grade glow"},
        {"post_id": "v2", "creator_id": "mia", "published_on": "2026-05-02", "product_ids": ["p2"],
         "caption": "erases doubt"},
        {"post_id": "v3", "creator_id": "zoe", "published_on": "2026-05-03", "caption": "lovely"},
        {"post_id": "v4", "creator_id": "zoe", "published_on": "2026-01-03", "caption": "cures"},
    ]  # fmt: skip
    cases = [
        {"creator_id": "mia", "happened_on": "2026-05-02", "severity": "note", "post_id": "v2"}
    ]
    client = small_client(tmp_path, posts=posts, products=[PRODUCT], compliance=cases)
    hits = claims.in_captions(client, DAY)
    assert hits[["post_id", "about", "recorded"]].values.tolist() == [
        ["v1", "the brand's own list", False],
        ["v2", "a promise of a result", True],
    ]
    (row,) = claims.suggestions(hits).to_dict("records")
    assert row["post_id"] == "v1"
    assert row["severity"] == "note"
    assert row["what"] == "check: caption has “medical grade”"


def test_what_not_to_say_is_not_held_against_a_brief(tmp_path):
    brief = {
        "brief_id": "B1", "creator_id": "mia", "product_id": "p1", "sent_on": "2026-05-01",
        "product_truth": "no fragrance", "proof": "erases on camera",
        "call_to_action": "pinned", "do_not_say": "medical grade; cures",
    }  # fmt: skip
    hits = claims.in_briefs(small_client(tmp_path, briefs=[brief], products=[PRODUCT]), DAY)
    assert hits[["part", "found"]].values.tolist() == [["proof", "erases"]]
