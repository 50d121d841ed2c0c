"""What a paid click must earn, whose orders were organic, and who may run."""

import pytest

from kit import boost, spark
from kit.policy import load_policy
from tests.small_client import order_line as line
from tests.small_client import small_client

AS_OF = "2026-05-10"
START, END = "2026-04-13", "2026-05-10"


def ad(**given):
    row = {"post_id": "1", "campaign_id": "c", "window_start": START, "window_end": END}
    row |= {"spend": 50.0, "clicks": 100, "impressions": 9_000, "currency": "USD"}
    return {**row, **given}


def shop(folder, **tables):
    """One creator, two posts with four weeks of clicks, one product with its costs."""
    stats = [
        {
            "post_id": post,
            "creator_id": "ana",
            "window_start": START,
            "window_end": END,
            "views": 1000,
            "clicks": clicks,
            "orders": orders,
            "gmv": 40.0 * orders,
        }
        for post, clicks, orders in (("1", 400, 40), ("2", 300, 1))
    ]
    given = {
        "creators": [{"creator_id": "ana"}],
        "posts": [{"post_id": post, "creator_id": "ana"} for post in "12"],
        "post_stats": stats,
        "orders": [line("o1"), line("o2")],
        "ad_stats": [ad()],
        "products": [{"product_id": "p1", "cost_of_goods": 10.0, "fulfilment_cost": 4.0}],
    }
    return small_client(folder, **(given | tables))


def test_break_even_is_cost_per_click_over_what_an_order_contributes(tmp_path):
    # $50 for 100 clicks; $40 less $10, $4, 6% referral ($2.40) and $6 commission leave $17.60.
    bar = boost.break_even(shop(tmp_path), AS_OF, load_policy())
    assert bar.cost_per_click == 0.5
    assert bar.order_contribution == pytest.approx(17.60)
    assert bar.value == pytest.approx(0.5 / 17.60)
    assert bar.basis == "break-even"


def test_rows_without_clicks_do_not_price_a_click(tmp_path):
    unplaced = ad(post_id=None, spend=500.0, clicks=0, impressions=0)
    abroad = ad(post_id="2", spend=70.0, currency="EUR")
    bar = boost.break_even(shop(tmp_path, ad_stats=[ad(), unplaced, abroad]), AS_OF, load_policy())
    assert bar.cost_per_click == 0.5


def test_policy_goes_before_the_exports(tmp_path):
    client = shop(tmp_path)
    priced = boost.break_even(client, AS_OF, load_policy({"spark": {"cost_per_click": 0.25}}))
    assert priced.value == pytest.approx(0.25 / 17.60)
    fixed = boost.break_even(client, AS_OF, load_policy({"spark": {"conversion_bar": 0.03}}))
    assert (fixed.value, fixed.basis) == (0.03, "set by the policy")


def test_unknown_costs_fall_back_to_the_pooled_rate_and_say_so(tmp_path):
    bar = boost.break_even(shop(tmp_path, products=[]), AS_OF, load_policy())
    assert bar.value is None
    assert "cost of goods not entered for 2 lines" in bar.basis
    table = spark.candidates(shop(tmp_path / "b", ad_stats=[]), AS_OF)
    assert table["bar"].tolist() == pytest.approx([41 / 700] * 2)


def test_an_order_that_earns_nothing_makes_every_post_a_no(tmp_path):
    dear = [{"product_id": "p1", "cost_of_goods": 39.0, "fulfilment_cost": 4.0}]
    client = shop(tmp_path, products=dear)
    bar = boost.break_even(client, AS_OF, load_policy())
    assert bar.value == 1
    assert bar.basis.startswith("an order leaves less before ads than one click costs")
    assert set(spark.candidates(client, AS_OF)["verdict"]) == {"no"}


CODE = {"post_id": "1", "creator_id": "ana", "kind": "video_code", "authorised_on": "2026-05-01"}
MASS = {**CODE, "post_id": None, "kind": "mass"}


@pytest.mark.parametrize(
    ("tables", "blocked"),
    [
        ({}, ["no valid ad authorisation from the creator"] * 2),
        (
            {"spark_codes": [{**CODE, "days": 30}]},
            ["", "no valid ad authorisation from the creator"],
        ),
        ({"spark_codes": [MASS]}, ["", ""]),
        ({"spark_codes": [{**MASS, "ends_on": "2026-05-10"}]}, ["", ""]),
        (
            {"spark_codes": [{**MASS, "ends_on": "2026-05-09"}]},
            ["no valid ad authorisation from the creator"] * 2,
        ),
        (
            {"spark_codes": [{**MASS, "authorised_on": "2026-05-11"}]},
            ["no valid ad authorisation from the creator"] * 2,
        ),
        (
            {"ad_stats": [ad(authorisation="Video code")]},
            ["", "no valid ad authorisation from the creator"],
        ),
        (
            {
                "spark_codes": [MASS],
                "agreements": [
                    {"creator_id": "ana", "valid_from": "2026-01-01", "usage_until": "2026-05-01"}
                ],
            },
            ["the right to use it ended on 1 May 2026"] * 2,
        ),
        (
            {"spark_codes": [MASS], "products": [{"product_id": "p1", "in_stock": "No"}]},
            ["its product is out of stock"] * 2,
        ),
        (
            {
                "spark_codes": [MASS],
                "compliance": [
                    {
                        "creator_id": "ana",
                        "post_id": "2",
                        "happened_on": "2026-05-02",
                        "severity": "violation",
                    }
                ],
            },
            ["", "a compliance violation is still open"],
        ),
        (
            {
                "spark_codes": [MASS],
                "compliance": [
                    {
                        "creator_id": "ana",
                        "happened_on": "2026-05-02",
                        "severity": "violation",
                        "resolved_on": "2026-05-09",
                    }
                ],
            },
            ["", ""],
        ),
        (
            {"spark_codes": [MASS], "creators": [{"creator_id": "ana", "status": "left"}]},
            ["the creator has left the program"] * 2,
        ),
    ],
)
def test_who_may_run(tmp_path, tables, blocked):
    table = spark.candidates(shop(tmp_path, **tables), AS_OF).sort_values("post_id")
    assert table["blocked_by"].tolist() == blocked
    assert table["can_run"].tolist() == [not text for text in blocked]


def test_eligibility_never_changes_the_verdict(tmp_path):
    free = spark.candidates(shop(tmp_path, spark_codes=[MASS]), AS_OF)
    held = spark.candidates(shop(tmp_path / "b"), AS_OF)
    assert free["verdict"].tolist() == held["verdict"].tolist() == ["spark", "no"]
    assert "cannot run yet: no valid ad authorisation from the creator" in held["reason"].iloc[0]


def test_days_left_and_boosted_posts(tmp_path):
    client = shop(tmp_path, spark_codes=[{**CODE, "days": 30}])
    table = spark.candidates(client, AS_OF).set_index("post_id")
    assert table.loc["1", "authorised_days_left"] == 21  # to 31 May
    assert table.loc["1", "ad_spend"] == 50
    assert table["already_boosted"].to_dict() == {"1": True, "2": False}


def test_an_authorisation_that_ends_within_the_week_is_said(tmp_path):
    table = spark.candidates(shop(tmp_path, spark_codes=[{**CODE, "ends_on": "2026-05-12"}]), AS_OF)
    assert table["reason"].iloc[0].endswith("authorisation ends on 12 May 2026: renew it.")
    later = spark.candidates(shop(tmp_path / "b", spark_codes=[{**CODE, "days": 30}]), AS_OF)
    assert "renew" not in later["reason"].iloc[0]
