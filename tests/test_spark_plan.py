"""Where a Spark budget goes."""

import numpy as np
import pandas as pd
import pytest

from kit import sentences, spark_plan
from kit.boost import Bar
from kit.policy import load_policy
from tests.test_boost import MASS, shop

BAR = Bar(0.02, "break-even", 0.50, 25.0, 1000.0)


def candidates(*estimates, **more):
    """Spark posts of as many creators, best first."""
    count = len(estimates)
    table = pd.DataFrame(
        {
            "post_id": [f"p{number}" for number in range(count)],
            "creator_id": [f"c{number}" for number in range(count)],
            "product_id": [f"s{number}" for number in range(count)],
            "caption": "c",
            "views": range(count),
            "clicks": 200,
            "orders": 8,
            "gmv": 160.0,
            "estimate": estimates,
            "ci_low": [value * 0.7 for value in estimates],
            "ci_high": [value * 1.3 for value in estimates],
            "verdict": "spark",
            "can_run": True,
            "rank": range(1, count + 1),
            "bar": 0.02,
            "authorised_days_left": 30.0,
            "reason": "r",
        }
    )
    return table.assign(**more)


def plan(table, budget=600.0, bar=BAR):
    return spark_plan.plan(table, bar, budget, load_policy())


def test_spend_goes_by_how_far_a_post_clears_the_bar():
    # Above the bar by 0.04 and 0.02: two thirds and one third.
    table = plan(candidates(0.06, 0.04))
    assert table["planned_spend"].tolist() == [400.0, 200.0]
    assert table["clicks_bought"].tolist() == [800, 400]
    assert table["expected_orders"].tolist() == pytest.approx([48, 16])
    assert (table["ci_low"] < table["expected_orders"]).all()
    assert (table["expected_orders"] < table["ci_high"]).all()


def test_each_post_can_be_stopped_by_a_fair_test():
    # At 2% a blank of 149 clicks has a chance of 5%: $74.50 at $0.50.
    assert 0.98**149 < 0.05 < 0.98**148
    table = plan(candidates(0.06, 0.04), budget=200.0)
    assert len(table) == 1
    assert table["stop_spend"].tolist() == [74.50]
    assert table["stopping_rule"].tolist() == [
        "stop after 149 paid clicks (74.50) with fewer than two orders"
    ]


def test_the_budget_is_spent_to_the_cent():
    table = plan(candidates(0.05, 0.05, 0.05), budget=1000.0)
    assert table["planned_spend"].sum() == 1000.0
    assert table["planned_spend"].tolist() == [333.34, 333.33, 333.33]


def test_no_more_than_three_posts_of_a_creator():
    table = plan(candidates(*[0.05] * 6, creator_id=["ana"] * 5 + ["bo"]), budget=5000.0)
    assert table["creator_id"].tolist() == ["ana"] * 3 + ["bo"]


def test_posts_that_cannot_run_or_sold_nothing_yet_wait():
    table = candidates(0.06, 0.05, 0.04, can_run=[False, True, True], clicks=[200, 3, 200])
    assert plan(table)["post_id"].tolist() == ["p2"]


def test_no_budget_or_no_spark_is_no_plan():
    assert len(plan(candidates(0.05), budget=None)) == 0
    assert len(plan(candidates(0.05, verdict="not yet"))) == 0
    assert plan(candidates()).columns.tolist() == spark_plan.PLAN


def test_without_a_price_no_orders_are_promised():
    table = plan(candidates(0.06, 0.04), bar=BAR._replace(cost_per_click=np.nan))
    assert table["planned_spend"].sum() == 600
    assert table["expected_orders"].isna().all()
    assert table["stopping_rule"].iloc[0] == "stop after 149 paid clicks with fewer than two orders"


def test_what_other_rules_would_have_picked():
    table = candidates(0.06, 0.01, views=[10, 900], verdict=["spark", "no"])
    rules = spark_plan.compare_rules(table, BAR, 100.0, 40.0).set_index("rule")
    # $100 buy 200 clicks: 12 orders for us, 2 for whoever looks at views.
    assert rules["expected_orders"].to_dict() == pytest.approx(
        {"estimated conversion": 12, "raw conversion": 12, "GMV": 12, "views": 2}
    )
    assert rules.loc["views", "orders_lost"] == pytest.approx(10)
    assert rules.loc["views", "in_common"] == 0
    assert rules.loc["views", "expected_gmv"] == pytest.approx(80)


def test_what_other_rules_cost_has_the_doubt_of_the_estimates():
    table = candidates(0.06, 0.03, views=[10, 900])
    rules = spark_plan.compare_rules(table, BAR, 100.0, 40.0).set_index("rule")
    assert rules["posts"].tolist() == [2] * 4  # two sparks: every rule picks both
    assert rules["lost_low"].eq(rules["lost_high"]).all()
    one = candidates(0.06, 0.03, views=[10, 900], verdict=["spark", "not yet"])
    views = spark_plan.compare_rules(one, BAR, 100.0, 40.0).set_index("rule").loc["views"]
    # 200 clicks: 12 or 6 orders, each half-width 30% of it: sqrt(3.6² + 1.8²) = 4.025
    assert [views["lost_low"], views["lost_high"]] == pytest.approx(
        [6 - 4.025, 6 + 4.025], abs=0.01
    )
    assert views["gmv_lost"] == pytest.approx(240)


def test_what_the_plan_should_return_holds_the_posts_intervals():
    table = plan(candidates(0.06, 0.04))
    found = spark_plan.expected_return(table, BAR, 40.0)
    halves = ((table["ci_high"] - table["ci_low"]) / 2) ** 2
    assert [found.spend, found.orders, found.gmv] == pytest.approx([600, 64, 2560])
    assert found.orders_high - 64 == pytest.approx(halves.sum() ** 0.5)
    assert found.left == pytest.approx(64 * 25 - 600)
    assert sentences.plan_return(found) == (
        "$600 should bring about 64 orders (90% interval 44–84), some $2,560 of GMV; after the "
        "spend it earns about $1,000 (+$508 to +$1,492)."
    )


@pytest.mark.parametrize(
    ("bar", "says"),
    [
        (BAR._replace(cost_per_click=np.nan), "not known: the price of a click is not known."),
        (BAR._replace(order_contribution=np.nan), "is not known, for want of costs."),
    ],
)
def test_a_return_without_costs_says_so(bar, says):
    found = spark_plan.expected_return(plan(candidates(0.06), bar=bar), bar, 40.0)
    assert sentences.plan_return(found).endswith(says)


def test_why_a_spark_is_not_in_the_plan():
    table = candidates(
        *[0.06] * 4,
        *(0.05, 0.05, 0.021),
        creator_id=["ana"] * 4 + ["bo", "cy", "di"],
        can_run=[True] * 4 + [False, True, True],
        clicks=[200] * 5 + [3, 200],
    )
    chosen = plan(table, budget=600.0)
    assert chosen["post_id"].tolist() == ["p0", "p1", "p2"]
    rows = spark_plan.left_out(table, chosen, load_policy().spark)
    assert rows.set_index("post_id")["why"].to_dict() == {
        "p3": spark_plan.MOST_REACHED,
        "p4": spark_plan.CANNOT_RUN,
        "p5": spark_plan.FEW_CLICKS,
        "p6": spark_plan.BEYOND,
    }
    assert sentences.left_out(rows, 3, 5) == (
        "At most 3 posts of a creator and 5 of a product are planned. Of the sparks, 4 wait: 1 of "
        "a creator or product that has its full number, 1 may not run, 1 is more than the budget "
        "can test and 1 has too few clicks of its own."
    )
    assert sentences.left_out(rows.head(0), 3, 5).endswith("of a product are planned.")


def test_the_coming_week_of_the_months_plan(tmp_path):
    costs = [
        {"month": "2026-05", "kind": "spark", "planned": 3100.0},
        {"month": "2026-05", "kind": "product", "planned": 9000.0},
    ]
    client = shop(tmp_path, costs=costs, spark_codes=[MASS])
    assert spark_plan.planned_budget(client, "2026-05-10") == 700.0
    assert spark_plan.planned_budget(client, "2026-05-31") is None
