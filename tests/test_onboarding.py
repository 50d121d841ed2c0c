"""Set-up, build plan, budget, deals and newcomers on programs small enough to check by eye."""

from datetime import date

import pandas as pd
import pytest

from kit import metrics, onboarding
from kit.policy import load_policy
from tests.small_client import small_client

DAY = date(2026, 5, 10)


def people(*rows):
    return pd.DataFrame(rows, columns=["creator_id", "tier", "on_roster", "active"])


def test_targets_are_held_against_active_roster_creators():
    found = onboarding.tier_setup(
        people(
            ("ana", 2, True, True),
            ("bo", 2, True, False),
            ("cy", 2, False, True),
            ("di", 3, True, True),
        ),
        load_policy({"roster": {"targets": [[0, 1], [2, 3], [0, 0]]}}),
    )
    assert found["roster"].tolist() == [0, 2, 1]
    assert found["active"].tolist() == [0, 1, 1]
    assert found["verdict"].tolist() == ["on target", "below", "above"]
    assert found["followers_from"].tolist() == [0, 100_000, 500_000]


@pytest.mark.parametrize(
    ("start", "month"),
    [("2026-05-10", 1), ("2026-04-11", 1), ("2026-04-10", 2), ("2025-10-13", 7)],
)
def test_the_month_of_the_build_turns_on_the_day_it_began(tmp_path, start, month):
    client = begun(small_client(tmp_path), start)
    assert onboarding.program_month(client, DAY) == month


def begun(client, start):
    client.config = client.config.model_copy(update={"program_start": date.fromisoformat(start)})
    return client


def test_before_its_start_a_program_is_in_no_month(tmp_path):
    assert onboarding.program_month(begun(small_client(tmp_path), "2026-05-11"), DAY) is None


def test_the_plan_marks_the_stage_of_the_day(tmp_path):
    plan = onboarding.build_plan(begun(small_client(tmp_path), "2026-03-01"), DAY)
    assert plan.loc[plan["now"], "month"].tolist() == ["3"]
    assert plan["starts_on"].iloc[2] == date(2026, 5, 1)
    assert plan["ends_on"].iloc[2] == date(2026, 5, 31)
    assert plan["ends_on"].iloc[3] is None


def test_milestones_count_up_to_the_day(tmp_path):
    posts = [
        {
            "post_id": f"v{n}",
            "creator_id": "ana",
            "published_on": date(2026, 5, 10) - pd.Timedelta(days=n),
            "hook_angle": "social_proof" if n < 5 else "curiosity_gap",
        }
        for n in range(9)
    ]
    late = {"post_id": "v99", "creator_id": "ana", "published_on": date(2026, 5, 11)}
    samples = [
        {"sample_id": "s1", "creator_id": "ana", "delivered_on": date(2026, 5, 10)},
        {"sample_id": "s2", "creator_id": "ana", "delivered_on": date(2026, 5, 11)},
    ]
    client = small_client(
        tmp_path,
        policy={"velocity": {"target": 7}, "build": {"samples_delivered": 1}},
        creators=[{"creator_id": "ana"}],
        posts=[*posts, late],
        samples=samples,
    )
    found = onboarding.milestones(client, DAY, metrics.people(client, DAY))
    reached = found.set_index("milestone")["reached"]
    assert reached["Active tier-1 creators"] == 1
    assert reached["Samples delivered"] == 1
    assert reached["Hook angles with 5 posts or more"] == 1
    assert reached["Weeks of the last four at 7 posts"] == 1  # 7 in the last week, 2 before it
    assert found.set_index("milestone")["met"]["Samples delivered"]


def test_deals_that_do_not_fit_are_named_with_the_reason(tmp_path):
    def deal(creator, rate, fee):
        return {
            "creator_id": creator,
            "valid_from": date(2026, 1, 1),
            "commission_rate": rate,
            "flat_fee": fee,
            "fee_per": "post" if fee else None,
        }

    client = small_client(
        tmp_path,
        creators=[
            {"creator_id": "paid1", "followers": 9_000},
            {"creator_id": "dear1", "followers": 9_000},
            {"creator_id": "fine1", "followers": 9_000},
            {"creator_id": "unpaid2", "followers": 200_000},
            {"creator_id": "fine2", "followers": 200_000},
            {"creator_id": "low3", "followers": 900_000},
        ],
        agreements=[
            deal("paid1", 0.15, 50.0),
            deal("dear1", 0.30, None),
            deal("fine1", 0.20, None),
            deal("unpaid2", 0.15, None),
            deal("fine2", 0.15, 200.0),
            deal("low3", 0.20, 150.0),
        ],
    )
    found = onboarding.deals_that_do_not_fit(client, DAY, metrics.people(client, DAY))
    assert dict(zip(found["creator_id"], found["why"], strict=True)) == {
        "dear1": "a tier-1 commission outside 10%–20%",
        "paid1": "a flat fee in tier 1, where the deal is commission only",
        "unpaid2": "no flat fee in tier 2, where the deal is hybrid",
        "low3": "a tier-3 flat fee that is not above tier 2's",
    }


def test_a_newcomers_next_step_is_the_first_that_lacks(tmp_path):
    joined = {"joined_on": date(2026, 5, 1)}
    client = small_client(
        tmp_path,
        creators=[
            {"creator_id": "no_sample", **joined},
            {"creator_id": "no_brief", **joined},
            {"creator_id": "no_post", **joined},
            {"creator_id": "no_sale", **joined},
            {"creator_id": "sells", **joined},
            {"creator_id": "old", "joined_on": date(2026, 4, 12)},
        ],
        samples=[
            {"sample_id": name, "creator_id": name, "delivered_on": date(2026, 5, 3)}
            for name in ("no_brief", "no_post", "no_sale", "sells")
        ],
        briefs=[
            {"brief_id": name, "creator_id": name, "sent_on": date(2026, 5, 4)}
            for name in ("no_post", "no_sale", "sells")
        ],
        posts=[
            {"post_id": name, "creator_id": name, "published_on": date(2026, 5, 6)}
            for name in ("no_sale", "sells")
        ],
        orders=[
            {
                "order_id": "o1",
                "creator_id": "sells",
                "gmv": 20.0,
                "ordered_at": pd.Timestamp("2026-05-08 04:00", tz="UTC"),
            }
        ],
    )
    found = onboarding.newcomers(client, DAY, metrics.people(client, DAY), within_days=28)
    steps = found.set_index("creator_id")["next_step"].to_dict()
    assert steps == {
        "no_sample": "Get the sample there",
        "no_brief": "Send the brief",
        "no_post": "Ask for the first post",
        "no_sale": "Posted: wait for the first sale",
        "sells": "Selling: review next week",
    }
    sold = found.set_index("creator_id")["first_sale_on"]["sells"]
    assert sold == pd.Timestamp("2026-05-07")  # 21:00 the day before in Los Angeles


def test_a_program_of_which_nothing_is_known_yet_still_gets_its_report(tmp_path):
    report = onboarding.report(small_client(tmp_path), DAY)
    assert report["budget"].empty
    assert report["newcomers"].empty
    assert not report["milestones"]["met"].any()
    assert report.decisions.empty
