"""A creator's hook retention: the mean over posts, with the differences between posts inside.

References
----------
Empirical logit: Cox (1970), *The Analysis of Binary Data*, §3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from kit import words
from kit.creator_rates.shared import (
    LEVEL,
    plain_percent,
    posts_more,
    shrunk_means,
    sure,
    verdict_flag,
)
from kit.policy import Hook, Policy, load_policy


def hook_retention(readings: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    """One row per creator: estimated mean hook retention, P(under the floor), flag and reason.

    `readings` has one row per post: creator_id, views, held_views, of ONE window and source.
    Posts weigh equally, not by views: one viral post is one hook. `rate` pools views, as the
    printed figure does; the flag rests on the estimate. Under `hook.min_posts` posts → not yet.
    """
    policy = policy or load_policy()
    rule = policy.hook
    posts = readings.dropna(subset=["creator_id", "views", "held_views"])
    posts = posts[posts["views"] > 0]
    held = np.minimum(posts["held_views"].astype(float), posts["views"].astype(float))
    views = posts["views"].astype(float)
    rows = posts[["creator_id"]].assign(
        views=views,
        held_views=held,
        posts=1,
        logit=np.log((held + 0.5) / (views - held + 0.5)),
    )
    by = rows.groupby("creator_id")
    table = by[["posts", "views", "held_views"]].sum()
    table["rate"] = table["held_views"] / table["views"]
    mean, within = by["logit"].mean(), _within_variance(rows)
    centre, sd = shrunk_means(mean, within / table["posts"])
    low, high = (centre + sd * stats.norm.ppf(q) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    rate_of = _mean_rate(np.sqrt(within))
    table["estimate"] = rate_of(centre)
    table["ci_low"], table["ci_high"] = rate_of(low), rate_of(high)
    # The logit at which the mean rate over posts equals the floor.
    bar = np.interp(rule.floor, rate_of(_LOGITS), _LOGITS)
    table["probability_below"] = stats.norm.cdf((bar - centre) / sd)
    enough = table["posts"] >= rule.min_posts
    table["flag"] = verdict_flag(table["probability_below"], policy).where(enough, "ok")
    wait = posts_more(centre - bar, within, 1 / sd**2)
    unsure = table["probability_below"].between(0.2, 0.8)
    short = (rule.min_posts - table["posts"]).clip(lower=0)
    # A short series waits at least for its minimum; missing means too close to ever tell.
    wait = wait.where(wait.isna(), np.maximum(wait, short))
    table["posts_needed"] = wait.where(unsure, short).astype(float)
    table["reason"] = [_hook_reason(row, rule) for row in table.itertuples()]
    return table.reset_index()


_LOGITS = np.linspace(-7, 7, 561)


def _within_variance(rows: pd.DataFrame, prior: float = 0.2, weight: float = 4.0) -> float:
    """Variance of posts' logits around their creator, pooled; weakly held where few repeat."""
    by = rows.groupby("creator_id")["logit"]
    off = ((rows["logit"] - by.transform("mean")) ** 2).sum()
    free = len(rows) - rows["creator_id"].nunique()
    return float((off + prior * weight) / (free + weight))


def _mean_rate(sd: float) -> Callable[[Any], np.ndarray]:
    """Mean of expit(θ + sd·z) over posts, as a function of θ (Gauss-Hermite)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    weights = weights / weights.sum()
    return lambda theta: special.expit(np.asarray(theta)[..., None] + sd * nodes) @ weights


def _hook_reason(row: Any, rule: Hook) -> str:
    # The estimate, not the pooled rate: one viral post must not speak for all of them.
    floor = plain_percent(rule.floor)
    text = (
        f"a typical post holds {words.percent(row.estimate, 0)} of its viewers past the hook "
        f"({words.count(row.posts, 'post')}, {words.number(row.held_views)} of "
        f"{words.count(row.views, 'view')} held)"
    )
    if row.posts >= rule.min_posts and row.flag == "act":
        return f"{text}, under {floor} ({sure(row.probability_below)})"
    if pd.isna(row.posts_needed):
        return f"{text}, too close to {floor} to tell apart"
    if row.posts_needed > 0:
        more = words.count(row.posts_needed, "more post")
        return f"{text}; about {more} to tell whether that is under {floor}"
    return f"{text}, above {floor} ({sure(1 - row.probability_below)})"
