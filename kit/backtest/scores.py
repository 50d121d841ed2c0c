"""How each rule did: hits, misses and money, and how far luck alone could have moved them.

Intervals come from redrawing the creators (Bayesian bootstrap): posts of one creator, and the
same post in several weeks, rise and fall together, so a creator counts more or less as a whole.
What is estimated of hindsight's picks is redrawn too.

References
----------
Rubin (1981), "The Bayesian bootstrap", Annals of Statistics 9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from kit.backtest.sparks import HINDSIGHT, HIT, MISS, OURS, RULES, UNTOLD
from kit.estimate import wilson_interval

LEVEL = 0.90
DRAWS = 1_000
SEED = 20260510
CLICKS = 1_000.0  # paid clicks a week: the equal spend at which rules are compared
SPARK = [
    *("rule", "weeks", "picks", "hits", "misses", "cannot_tell", "passed_over", "boosted_after"),
    *("later_clicks", "later_orders", "later_rate", "rate_ahead", "ahead_low", "ahead_high"),
    *("orders", "orders_low", "orders_high"),
    *("captured", "captured_low", "captured_high", "money", "money_lost", "lost_low", "lost_high"),
]
CREATORS = [
    *("rule", "weeks", "picks", "hits", "misses", "cannot_tell", "hit_share", "hit_low"),
    *("hit_high", "later_posts", "later_value", "money", "money_low", "money_high"),
]


def weights(creators: pd.Series, draws: int = DRAWS) -> tuple[np.ndarray, np.ndarray]:
    """Draws × rows: the weight of each row's creator, and the same with every creator once.

    Each draw gives the creators random weights that average 1; the second is the data as they are.
    """
    codes, known = pd.factorize(creators, sort=True)
    drawn = np.random.default_rng(SEED).exponential(size=(draws, max(len(known), 1)))
    drawn = drawn / drawn.mean(axis=1, keepdims=True)
    return drawn[:, codes], np.ones((1, len(codes)))


def ends(draws: np.ndarray) -> tuple[float, float]:
    """The 90% interval of a figure over its draws; missing where no draw has one."""
    told = draws[~np.isnan(draws)]
    if not len(told):
        return np.nan, np.nan
    low, high = np.quantile(told, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def spark_scores(picks: pd.DataFrame, money: str = "order_contribution") -> pd.DataFrame:
    """One row per rule: what its picks did in the four weeks after each decision.

    `hits`, `misses` and `cannot_tell` count picks; `passed_over` those that hindsight picked and
    the rule did not. `later_rate` is their later orders ÷ later clicks, pooled, nothing estimated,
    and `rate_ahead` by how much ours is above it. `orders`: what 1,000 paid clicks a week would
    have brought at that rate. Hindsight chose by those very orders, so its own are those that its
    estimate leads one to expect; `captured` is the share of them that a rule got. `money` is the
    orders × the week's column `money` (what an order contributes before ads, or its value);
    `money_lost` is ours less the rule's. Intervals 90%, creators redrawn.

    Later orders as counted, not estimates of them: an estimate draws the picks of a good rule back
    towards all posts, and a better rule would look no better.
    """
    if picks.empty:
        return pd.DataFrame(columns=SPARK)
    drawn, once = weights(picks["creator_id"])
    estimate = picks["hindsight_estimate"].to_numpy(float)[None, :]
    worth = CLICKS * float(picks.groupby("as_of")[money].first().sum(skipna=False))
    spent = CLICKS * picks["as_of"].nunique()
    many = _rates(picks, drawn, _hindsight_rates(picks, len(drawn)))
    plain = _rates(picks, once, estimate)
    ids = picks["as_of"].dt.strftime("%F ") + picks["post_id"]
    best = set(ids[picks["rule"] == HINDSIGHT])
    rows = [
        {
            **_counts(picks[picks["rule"] == rule]),
            "rule": rule,
            "passed_over": len(best - set(ids[picks["rule"] == rule])),
            **_spark_money(rule, many, plain, spent, worth),
        }
        for rule in RULES
    ]
    return pd.DataFrame(rows)[SPARK]


def _counts(own: pd.DataFrame) -> dict[str, Any]:
    clicks, orders = own["later_clicks"].sum(), own["later_orders"].sum()
    return {
        "weeks": own["as_of"].nunique(),
        "picks": len(own),
        "hits": int((own["outcome"] == HIT).sum()),
        "misses": int((own["outcome"] == MISS).sum()),
        "cannot_tell": int((own["outcome"] == UNTOLD).sum()),
        "boosted_after": int((own["later_spend"] > 0).sum()),
        "later_clicks": int(clicks),
        "later_orders": int(orders),
        "later_rate": float(orders / clicks) if clicks else np.nan,
    }


def _hindsight_rates(picks: pd.DataFrame, draws: int) -> np.ndarray:
    """Draws × picks: a conversion that the post's own record, before and after, allows."""
    low, high = (special.logit(picks[f"hindsight_{end}"].to_numpy(float)) for end in _ENDS)
    sd = (high - low) / (2 * special.ndtri((1 + LEVEL) / 2))
    codes, posts = pd.factorize(picks["post_id"], sort=True)  # one post, one luck
    luck = np.random.default_rng(SEED + 1).standard_normal((draws, len(posts)))
    return special.expit((low + high) / 2 + sd * luck[:, codes])


_ENDS = ("low", "high")


def _rates(picks: pd.DataFrame, weight: np.ndarray, hindsight: np.ndarray) -> dict[str, np.ndarray]:
    """Per rule and draw: orders per later click of its picks; of hindsight's, as estimated."""
    clicks, orders = (picks[f"later_{name}"].to_numpy(float) for name in ("clicks", "orders"))
    found = {}
    for rule in RULES:
        mine = (picks["rule"] == rule).to_numpy()
        share = weight[:, mine]
        if rule == HINDSIGHT:
            found[rule] = (share * hindsight[:, mine]).sum(axis=1) / share.sum(axis=1)
        else:
            with np.errstate(invalid="ignore"):
                found[rule] = (share @ orders[mine]) / (share @ clicks[mine])
    return found


def _spark_money(
    rule: str, many: dict, plain: dict, spent: float, worth: float
) -> dict[str, float]:
    def of(figure: Any, name: str, short: str = "") -> dict[str, float]:
        low, high = ends(figure(many))
        short = short or name
        return {name: float(figure(plain)[0]), f"{short}_low": low, f"{short}_high": high}

    return {
        **of(lambda draws: spent * draws[rule], "orders"),
        **of(lambda draws: draws[rule] / draws[HINDSIGHT], "captured"),
        **of(lambda draws: worth * (draws[OURS] - draws[rule]), "money_lost", "lost"),
        **of(lambda draws: draws[OURS] - draws[rule], "rate_ahead", "ahead"),
        "money": float(worth * plain[rule][0]),
    }


def flag_scores(picks: pd.DataFrame, rules: list[str]) -> pd.DataFrame:
    """One row per rule: how many of those it flagged did fall off in the four weeks after.

    `hit_share` is hits ÷ (hits + misses), its 90% interval (Wilson) as if each creator had been
    judged once: weeks of one creator tell the same. `later_posts` and `later_value` pool all that
    it flagged, those too that cannot be told one by one: posts published, and these ÷ posts
    agreed. No money: a post that never came has no price.
    """
    rows = [_creators(picks[picks["rule"] == rule], rule, "later_agreed") for rule in rules]
    return pd.DataFrame(rows)[CREATORS]


def move_scores(picks: pd.DataFrame, rules: list[str]) -> pd.DataFrame:
    """One row per rule: how many of those it promoted sold more than the median afterwards.

    `later_value` is their net revenue per post, pooled; `money` what the posts of the four weeks
    brought above as many posts of the median, summed over the months.
    """
    rows = [_creators(picks[picks["rule"] == rule], rule, "later_posts") for rule in rules]
    return pd.DataFrame(rows)[CREATORS]


def _creators(own: pd.DataFrame, rule: str, divided_by: str) -> dict[str, Any]:
    hit, miss = (own["outcome"] == HIT).to_numpy(float), (own["outcome"] == MISS).to_numpy(float)
    drawn, _ = weights(own["creator_id"])
    told = hit.sum() + miss.sum()
    share = hit.sum() / told if told else np.nan
    creators = own.loc[own["outcome"] != UNTOLD, "creator_id"].nunique()
    low, high = wilson_interval(share * creators, creators, LEVEL)
    over = own["later_revenue"] if "later_revenue" in own else own["later_posts"]
    whole = own[divided_by].sum()
    above = own.get("above_median", pd.Series(np.nan, own.index)).to_numpy(float)
    money = ends(drawn @ above)
    return {
        "rule": rule,
        "weeks": own["as_of"].nunique(),
        "picks": len(own),
        "hits": int(hit.sum()),
        "misses": int(miss.sum()),
        "cannot_tell": int((own["outcome"] == UNTOLD).sum()),
        "hit_share": share,
        "hit_low": float(low),
        "hit_high": float(high),
        "later_posts": int(own["later_posts"].sum()),
        "later_value": float(over.sum() / whole) if whole else np.nan,
        "money": float(above.sum()),
        "money_low": money[0],
        "money_high": money[1],
    }
