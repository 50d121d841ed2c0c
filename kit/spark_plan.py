"""Where a Spark budget goes: which posts, how much each, when to stop, what else was on offer."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from kit import words
from kit.boost import Bar
from kit.metrics.periods import as_day
from kit.policy import Policy, Spark

LEVEL = 0.90
BLANK = 0.05
# How many posts a week's budget can carry, and so the rules are compared on.
MOST_COMPARED = 10
OURS = "estimated conversion"


def planned_budget(client: Any, as_of: date | str) -> float | None:
    """The coming week's part of the month's planned Spark spend in `costs.csv`, if there is one."""
    day = pd.Timestamp(as_day(as_of)) + pd.Timedelta(days=1)
    costs = client.frame("costs")
    month = pd.to_datetime(costs["month"].astype("str"), errors="coerce", format="mixed")
    rows = costs[(costs["kind"] == "spark") & (month.dt.to_period("M") == day.to_period("M"))]
    planned = rows["planned"].astype("Float64").sum()
    return round(float(planned) * 7 / day.days_in_month, 2) if planned > 0 else None


def plan(
    candidates: pd.DataFrame,
    bar: Bar,
    budget: float | None,
    policy: Policy,
    *,
    currency: str = "",
) -> pd.DataFrame:
    """Where a budget goes: one row per post that is spark, can run and has clicks of its own.

    Columns rank, post_id, creator_id, caption, product_id, estimate, planned_spend (money),
    clicks_bought, expected_orders with ci_low and ci_high (90%, chance of the orders included),
    authorised_days_left, stop_spend (money), stopping_rule and reason. Spend goes by how far each
    estimate clears the bar, over as many posts as can each buy a fair test: as many clicks as
    make a blank a 5% chance at the bar (`fair_test`). Under `policy.spark.min_clicks` own clicks
    a post has converted nobody yet and waits; at most `per_creator` posts of a creator and
    `per_product` of a product. Empty without a budget or a post that qualifies.
    """
    chosen = _qualified(candidates, policy.spark)
    if chosen.empty or not budget or budget <= 0:
        return pd.DataFrame(columns=PLAN)
    rate = bar.value or float(chosen["bar"].iloc[0])
    cost, test = bar.cost_per_click, fair_test(rate)
    spend = _shared_out(budget, chosen["estimate"].to_numpy(float) - rate, test * cost)
    chosen = chosen.head(len(spend))
    clicks = np.floor(spend / cost + 1e-9) if cost > 0 else np.full(len(spend), np.nan)
    low, high = _chance_of_orders(chosen, clicks)
    stop = round(test * cost, 2)
    orders = least_orders(rate, test, policy.spark.probability)
    table = chosen.assign(
        planned_spend=spend,
        clicks_bought=clicks,
        expected_orders=clicks * chosen["estimate"],
        ci_low=low,
        ci_high=high,
        stop_spend=stop,
        stopping_rule=_stopping_rule(test, stop, orders, currency),
    )
    return table.reset_index(drop=True)[PLAN]


PLAN = [
    "rank", "post_id", "creator_id", "caption", "product_id", "estimate", "planned_spend",
    "clicks_bought", "expected_orders", "ci_low", "ci_high", "authorised_days_left",
    "stop_spend", "stopping_rule", "reason",
]  # fmt: skip


def _qualified(candidates: pd.DataFrame, rule: Spark) -> pd.DataFrame:
    own = candidates["clicks"].fillna(0) >= rule.min_clicks
    chosen = candidates[(candidates["verdict"] == "spark") & candidates["can_run"] & own]
    chosen = chosen.sort_values("rank")
    for column, most in (("creator_id", rule.per_creator), ("product_id", rule.per_product)):
        place = chosen.groupby(column).cumcount()
        chosen = chosen[chosen[column].isna() | (place < most)]
    return chosen


def fair_test(bar: float) -> float:
    """Clicks of which none becomes an order with a chance of 5%, if the rate is the bar's.

    About 3 ÷ bar, the rule of three (Hanley & Lippman-Hand 1983, JAMA 249).

    >>> fair_test(0.02)
    149.0
    """
    return float(np.ceil(np.log(BLANK) / np.log1p(-min(bar, 0.999)) - 1e-9))


def least_orders(bar: float, clicks: float, probability: float) -> int:
    """Fewest orders of that many paid clicks that leave the post a chance of beating the bar.

    With fewer, P(rate < bar) is at least `probability`. Judged by the paid clicks alone (Jeffreys
    prior): paid viewers are others than those who clicked so far. At least 1.

    >>> least_orders(0.02, 149, 0.8)
    2
    """
    orders = np.arange(clicks + 1)
    below = stats.beta.cdf(bar, orders + 0.5, clicks - orders + 0.5)
    return max(int((below >= probability).sum()), 1)


def _shared_out(budget: float, above: np.ndarray, least: float) -> np.ndarray:
    """The budget over the first posts, to the cent, by how far each is above the bar."""
    weight = np.maximum(above, 1e-6)
    # What a click costs is not known: no test can be sized, so spread as far as is usual.
    posts = 1 if np.isfinite(least) else min(len(weight), MOST_COMPARED)
    while posts < len(weight) and np.isfinite(least):
        share = budget * weight[: posts + 1] / weight[: posts + 1].sum()
        if share.min() < least:
            break
        posts += 1
    cents = np.floor(budget * 100 * weight[:posts] / weight[:posts].sum() + 1e-6)
    cents[0] += round(budget * 100) - cents.sum()
    return cents / 100


def _chance_of_orders(posts: pd.DataFrame, clicks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 90% interval of orders: the rate's own doubt, and the luck of the draw."""
    mean = posts["estimate"].to_numpy(float)
    width = (posts["ci_high"] - posts["ci_low"]).to_numpy(float)
    sd = np.maximum(width / (2 * stats.norm.ppf((1 + LEVEL) / 2)), 1e-9)
    size = np.maximum(mean * (1 - mean) / sd**2 - 1, 1.0)
    orders = stats.betabinom(np.nan_to_num(clicks), mean * size, (1 - mean) * size)
    known = ~np.isnan(clicks)
    low, high = (orders.ppf(share) for share in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _stopping_rule(clicks: float, spend: float, orders: int, currency: str) -> str:
    cost = "" if np.isnan(spend) else f" ({words.money(spend, currency).strip()})"
    few = "no order" if orders == 1 else f"fewer than {words.in_words(orders)} orders"
    return f"stop after {words.count(clicks, 'paid click')}{cost} with {few}"


class Return(NamedTuple):
    """What a plan should return: middle and 90% ends; money in the client's currency.

    `gmv` is orders × average order value, `left` what the orders contribute before ads less the
    spend. Missing where a click's price, the order value or a cost is not known.
    """

    spend: float
    orders: float
    orders_low: float
    orders_high: float
    gmv: float
    gmv_low: float
    gmv_high: float
    left: float
    left_low: float
    left_high: float


def expected_return(table: pd.DataFrame, bar: Bar, order_value: float) -> Return:
    """What the plan `table` should return together, doubt of its rates and luck of orders in it.

    The posts' rates are taken as independent: what they share is in each one's interval.
    """
    orders = table["expected_orders"].astype(float)
    z = stats.norm.ppf((1 + LEVEL) / 2)
    sd = (table["ci_high"] - table["ci_low"]).astype(float) / (2 * z)
    middle, half = orders.sum(skipna=False), z * float(np.sqrt((sd**2).sum(skipna=False)))
    three = np.array([middle, max(middle - half, 0.0), middle + half])
    spend = float(table["planned_spend"].sum())
    left = three * bar.order_contribution - spend
    return Return(spend, *three, *(three * order_value), *left)


def left_out(candidates: pd.DataFrame, table: pd.DataFrame, rule: Spark) -> pd.DataFrame:
    """One row per spark post that is not in the plan `table`: post_id and the first reason why."""
    sparks = candidates[(candidates["verdict"] == "spark") & candidates["post_id"].notna()]
    sparks = sparks[~sparks["post_id"].isin(table["post_id"])]
    few = sparks["clicks"].fillna(0) < rule.min_clicks
    allowed = _qualified(candidates, rule)["post_id"]
    why = np.select(
        [~sparks["can_run"].astype(bool), few, ~sparks["post_id"].isin(allowed)],
        [CANNOT_RUN, FEW_CLICKS, MOST_REACHED],
        BEYOND,
    )
    return pd.DataFrame({"post_id": sparks["post_id"].to_numpy(), "why": why})


CANNOT_RUN = "may not run"
FEW_CLICKS = "too few clicks of its own"
MOST_REACHED = "as many of its creator or product as the policy lets in"
BEYOND = "more posts than the budget can test"


def compare_rules(
    candidates: pd.DataFrame, bar: Bar, budget: float | None, order_value: float
) -> pd.DataFrame:
    """What picking as many posts by views, GMV or raw rate would have bought, at equal spend.

    One row per rule: rule, posts, in_common (with our choice), clicks (of the posts so far),
    estimate (their mean, orders per click), expected_orders, orders_lost (against ours; its 90%
    interval lost_low and lost_high: the doubt of the rates of posts that only one of the two
    picked), expected_gmv and gmv_lost (money), post_ids. The orders are those of the budget at
    the cost of a click, else of 1,000 clicks a post. As many posts as are spark, but at most ten;
    five where none is.
    """
    known = candidates[candidates["clicks"].notna()]
    if known.empty:
        return pd.DataFrame(columns=_RULES)
    k = min(int((known["verdict"] == "spark").sum()) or 5, MOST_COMPARED, len(known))
    each = 1000.0
    if budget and bar.cost_per_click > 0:
        each = budget / bar.cost_per_click / k
    z = stats.norm.ppf((1 + LEVEL) / 2)
    sds = ((known["ci_high"] - known["ci_low"]).astype(float) / (2 * z)).set_axis(known["post_id"])
    ours: set[str] = set()
    rows = []
    for rule, order in ordered_by_rules(known).items():
        chosen = known.loc[order[:k]]
        picked = set(chosen["post_id"])
        ours = ours or picked
        expected = each * float(chosen["estimate"].sum())
        rows.append(
            {
                "rule": rule,
                "posts": k,
                "in_common": len(ours & picked),
                "clicks": float(chosen["clicks"].sum()),
                "estimate": float(chosen["estimate"].mean()),
                "expected_orders": expected,
                "expected_gmv": expected * order_value,
                "post_ids": "; ".join(chosen["post_id"]),
                "half": z * each * float(np.sqrt((sds[sorted(ours ^ picked)] ** 2).sum())),
            }
        )
    table = pd.DataFrame(rows)
    table["orders_lost"] = table["expected_orders"].iloc[0] - table["expected_orders"]
    table["lost_low"] = table["orders_lost"] - table["half"]
    table["lost_high"] = table["orders_lost"] + table["half"]
    table["gmv_lost"] = table["orders_lost"] * order_value
    return table[_RULES]


def ordered_by_rules(known: pd.DataFrame) -> dict[str, pd.Index]:
    """The posts as each rule would take them, best first: rule → labels of `known`, ours first."""
    clicks = known["clicks"].astype(float)
    raw = (known["orders"].astype(float) / clicks.where(clicks > 0)).fillna(-1)
    keys = {
        OURS: -known["rank"].astype(float),
        "raw conversion": raw,
        "GMV": known["gmv"].astype(float).fillna(-1),
        "views": known["views"].astype(float).fillna(-1),
    }
    return {
        rule: pd.DataFrame({"key": -key, "post_id": known["post_id"]})
        .sort_values(["key", "post_id"])
        .index
        for rule, key in keys.items()
    }


_RULES = [
    "rule", "posts", "in_common", "clicks", "estimate", "expected_orders", "orders_lost",
    "lost_low", "lost_high", "expected_gmv", "gmv_lost", "post_ids",
]  # fmt: skip
