"""The roster: targets, joins and leavers, moves, and on how few the sales rest. And the record."""

from datetime import date

import pandas as pd
import pytest

import kit
from kit import metrics, output, record, review, roster, sentences, tiers
from kit.metrics.shared import shared
from tests.small_client import order_line, small_client

DAY = date(2026, 5, 10)


@pytest.fixture(scope="module")
def sample():
    return shared(kit.open("sample"))


def test_recruits_are_the_active_creators_a_tier_lacks(tmp_path):
    made = [{"post_id": "v1", "creator_id": "mia", "published_on": "2026-05-01"}]
    followers = {"mia": 10_000, "zoe": 20_000, "big": 600_000}
    people = [{"creator_id": who, "followers": many} for who, many in followers.items()]
    rows = roster.targets(small_client(tmp_path, creators=people, posts=made), DAY)
    assert rows["active"].tolist() == [1, 0, 0]
    assert rows["recruit"].tolist() == [49, 5, 2]


def test_who_came_and_went_by_month(tmp_path):
    people = [
        {"creator_id": "mia", "joined_on": "2026-03-31"},
        {"creator_id": "zoe", "joined_on": "2026-05-10"},
        {"creator_id": "new", "joined_on": "2026-05-11"},
        {"creator_id": "ann", "joined_on": "2025-01-01", "status": "left"},
        {"creator_id": "bo", "joined_on": "2026-04-01", "status": "left"},
        {"creator_id": "cat", "status": "left", "joined_on": "2025-12-01"},
    ]
    deals = [{"creator_id": "ann", "valid_from": "2025-01-01", "valid_to": "2026-02-28"}]
    posts = [{"post_id": "v1", "creator_id": "bo", "published_on": "2026-04-03"},
             {"post_id": "v2", "creator_id": "mia", "published_on": "2026-04-04"}]  # fmt: skip
    moved = [
        {"creator_id": "mia", "changed_on": "2026-05-01", "from_tier": 1, "to_tier": 2},
        {"creator_id": "mia", "changed_on": "2026-05-30", "from_tier": 2, "to_tier": 1},
    ]
    client = small_client(tmp_path, creators=people, agreements=deals, posts=posts, tiers=moved)
    rows = roster.flow(client, DAY)
    by = rows.assign(month=rows["month"].dt.strftime("%m")).set_index("month")
    assert by.index.tolist() == ["12", "01", "02", "03", "04", "05"]
    assert by["joined"].tolist() == [1, 0, 0, 1, 1, 1]
    assert by["left"].tolist() == [0, 0, 1, 0, 1, 0]  # a deal's end, a last post
    assert by["promoted"].tolist() == [0, 0, 0, 0, 0, 1]
    assert by["active"].tolist() == [0, 0, 0, 0, 2, 0]
    assert set(by["left_unknown"]) == {1}


def lines(*sold):
    return [
        order_line(f"o{n}", creator_id=who, post_id=f"v-{who}", gmv=gmv, ordered_at=f"{day}T18:00Z")
        for n, (who, gmv, day) in enumerate(sold)
    ]


def test_concentration_by_hand(tmp_path):
    """28 days to 10 May begin on 13 April. GMV 60, 30, and 10 that came through nobody."""
    sold = lines(
        ("mia", 50.0, "2026-05-10"), ("mia", 10.0, "2026-04-14"), ("zoe", 30.0, "2026-05-01"),
        (None, 10.0, "2026-05-02"), ("zoe", 80.0, "2026-04-10"),
    )  # fmt: skip
    people = [{"creator_id": who, "joined_on": joined} for who, joined in
              (("mia", "2026-01-01"), ("zoe", "2026-04-01"))]  # fmt: skip
    made = [{"post_id": f"v-{who}", "creator_id": who, "published_on": "2026-05-01"}
            for who in ("mia", "zoe")]  # fmt: skip
    client = small_client(tmp_path, creators=people, orders=sold, posts=made)
    rows = roster.concentration(client, DAY).set_index("creator_id")
    assert rows["gmv"].to_dict() == {"mia": 60, "zoe": 30}
    assert rows["share"].round(6).to_dict() == {"mia": 0.6, "zoe": 0.3}
    assert rows["running_share"].round(6).to_dict() == {"mia": 0.6, "zoe": 0.9}
    assert rows["newcomers"].round(4).to_dict() == {"mia": 1.3333, "zoe": 0.6667}  # of 45
    assert rows["low"].isna().to_dict() == {"mia": False, "zoe": True}  # zoe: with it for six weeks
    # mia's nine runs of four weeks: 60 once, then the run without this week's 50 …
    assert rows.loc["mia", "high"] <= 60
    said = sentences.without_the_largest(roster.concentration(client, DAY))
    assert said == "60% of GMV came through mia, as much as 1 median tier-1 creator brings."


def test_the_samples_shares_are_those_of_its_order_lines(sample):
    rows = roster.concentration(sample, DAY)
    orders = sample.frame("orders")
    days = orders["ordered_at"].dt.tz_convert("America/Los_Angeles").dt.date
    lately = orders[orders["counts"] & (days >= date(2026, 4, 13)) & (days <= DAY)]
    own = lately.groupby("creator_id")["gmv"].sum().sort_values(ascending=False)
    assert rows["gmv"].round(2).tolist() == own[own > 0].round(2).tolist()
    assert rows["share"].iloc[0] == pytest.approx(own.iloc[0] / lately["gmv"].sum())


def test_the_moves_are_the_weekly_reviews_and_the_audits(sample):
    flags = review.output_flags(metrics.creator_weeks(sample, DAY), DAY, sample.policy)
    rows = roster.moves(sample, DAY, flags)
    reviewed = review.report(sample, DAY)["verdicts"]
    replaced = set(reviewed.loc[reviewed["verdict"] == "replace", "creator_id"])
    assert set(rows.loc[rows["do"] == "replace", "creator_id"]) == replaced
    audited = tiers.report(sample, DAY)["audit"]
    promoted = set(audited.loc[audited["verdict"] == "promote", "creator_id"])
    assert set(rows.loc[rows["do"] == "promote", "creator_id"]) == promoted


def test_who_has_surely_quit_or_been_flagged_for_long_is_gone():
    flags = pd.DataFrame(
        {"flag": ["act", "act", "act", "watch"], "probability_quit": [0.9, 0.9, 0.1, 0.99],
         "agreed_posts": [1.0, 0.0, 1.0, 1.0], "weeks_at_act": [0, 0, 99, 99]}
    )  # fmt: skip
    assert output.gone(flags, kit.policy.load_policy()).tolist() == [True, False, True, False]


def test_how_the_roster_stands_in_a_sentence():
    targets = pd.DataFrame({"tier": [1, 2], "recruit": [3, 0]})
    flow = pd.DataFrame({"joined": [1], "left": [0], "month": [pd.Timestamp("2026-05-01")]})
    moves = pd.DataFrame({"do": ["replace", "promote", "promote"]})
    none = pd.DataFrame(columns=["share"])
    assert sentences.roster_stands(targets, flow, moves, none) == (
        "3 active creators short in tier 1. One joined and none left in May. One to replace and "
        "two to promote."
    )


# The compliance record


def test_the_record_of_the_months_that_have_to_be_clean(tmp_path):
    def case(who, day, severity, resolved=None):
        return {"creator_id": who, "happened_on": day, "severity": severity,
                "resolved_on": resolved}  # fmt: skip

    cases = [
        case("a", "2026-05-01", "note"), case("b", "2026-05-02", "warning", "2026-05-09"),
        case("c", "2026-05-03", "warning", "2026-05-12"), case("d", "2026-05-04", "violation",
        "2026-05-05"), case("e", "2026-05-11", "violation"), case("f", "2025-11-30", "violation"),
        case("g", "2026-05-05", "violation"),
    ]  # fmt: skip
    rated = [{"creator_id": "c", "health_rating": 740, "health_rating_on": "2026-05-01"}]
    rows = record.incidents(small_client(tmp_path, compliance=cases, creators=rated), DAY)
    assert rows["creator_id"].tolist() == ["g", "d", "c", "b", "a"]  # gravest, then newest
    assert rows["counts"].tolist() == [True, True, True, False, False]
    assert rows.set_index("creator_id")["health_rating"].dropna().to_dict() == {"c": 740}
    assert rows.set_index("creator_id")["resolved_on"].isna().to_dict() == {
        "g": True, "d": False, "c": True, "b": False, "a": True,
    }  # fmt: skip


def test_the_newest_score_of_each_product_the_lowest_first(tmp_path):
    products = [
        {"product_id": "p1", "name": "Serum", "product_score": 4.1},
        {"product_id": "p1", "name": "Serum", "product_score": 4.6, "valid_from": "2026-05-01"},
        {"product_id": "p2", "product_score": 3.2}, {"product_id": "p3", "name": "Soap"},
    ]  # fmt: skip
    rows = record.scores(small_client(tmp_path, products=products))
    assert rows[["product", "score"]].values.tolist() == [["p2", 3.2], ["Serum", 4.6]]
