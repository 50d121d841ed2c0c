"""A creator's revenue per post against the tier: who is far above, who far below.

References
----------
Shrinkage of log means: Morris (1983), JASA 78(381).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from kit import words
from kit.creator_rates.shared import (
    LEVEL,
    MOST_POSTS,
    amounts,
    shrunk_means,
    sure,
    times,
    verdict_flag,
)
from kit.policy import Policy, Revenue, load_policy


def revenue_outliers(
    posts: pd.DataFrame,
    medians: pd.Series | None = None,
    policy: Policy | None = None,
    *,
    currency: str = "",
) -> pd.DataFrame:
    """One row per creator: revenue per post against the tier's median, high and low outliers.

    `posts` has one row per post at least 14 days old: creator_id, tier, net_revenue_14d. The
    share of posts that sell (beta) times a lognormal of those that do, both shrunk within the
    tier. `medians` holds the tier median by tier; without it the median of the tier's estimates
    is taken. Under `revenue.min_posts` posts → not yet; no median → no flag. Reasons write money
    in `currency` (a code such as USD), else as plain numbers.
    """
    policy = policy or load_policy()
    posts = posts.dropna(subset=["creator_id", "tier", "net_revenue_14d"])
    parts = [_tier_revenue(rows, tier, medians, policy) for tier, rows in posts.groupby("tier")]
    if not parts:
        return pd.DataFrame(columns=REVENUE_COLUMNS)
    table = pd.concat(parts).sort_index().reset_index()
    reasons = [_revenue_reason(row, policy.revenue, currency) for row in table.itertuples()]
    return table.assign(reason=reasons)[REVENUE_COLUMNS]


REVENUE_COLUMNS = [
    "creator_id",
    "tier",
    "posts",
    "rate",
    "estimate",
    "ci_low",
    "ci_high",
    "median",
    "probability_high",
    "probability_low",
    "flag",
    "flag_low",
    "posts_needed",
    "reason",
]


def _tier_revenue(
    posts: pd.DataFrame, tier, medians: pd.Series | None, policy: Policy
) -> pd.DataFrame:
    rule = policy.revenue
    money = posts["net_revenue_14d"].astype(float).clip(lower=0)
    rows = posts[["creator_id"]].assign(
        posts=1.0, money=money, sold=(money > 0).astype(float), log=np.log(money.where(money > 0))
    )
    table = rows.groupby("creator_id")[["posts", "money", "sold"]].sum()
    table = table.assign(tier=tier, rate=table["money"] / table["posts"])
    log_mean, log_sd = _log_revenue(rows, table)
    table["estimate"] = np.exp(log_mean + log_sd**2 / 2)
    half = stats.norm.ppf((1 + LEVEL) / 2) * log_sd
    table["ci_low"], table["ci_high"] = np.exp(log_mean - half), np.exp(log_mean + half)
    median = float(np.exp(log_mean.median())) if medians is None else medians.get(tier, np.nan)
    median = float(median) if median is not None and median > 0 else np.nan
    table["median"] = median
    for name, factor, side in [("high", rule.outlier, 1), ("low", rule.low, -1)]:
        gap = side * (log_mean - np.log(factor * median))
        table[f"probability_{name}"] = pd.Series(stats.norm.cdf(gap / log_sd), table.index)
    enough = table["posts"] >= rule.min_posts
    table["flag"] = verdict_flag(table["probability_high"], policy).where(enough, "ok")
    table["flag_low"] = verdict_flag(table["probability_low"], policy).where(enough, "ok")
    known = table["probability_high"].notna()
    table[["flag", "flag_low"]] = table[["flag", "flag_low"]].where(known)
    table["posts_needed"] = _posts_for_outlier(table, log_mean, log_sd, rule)
    return table


def _log_revenue(rows: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Log of expected revenue per post and its sd: share that sells × mean of those that do."""
    share, share_var = _selling_share(table["sold"], table["posts"])
    sold = rows[rows["sold"] > 0]
    by = sold.groupby("creator_id")["log"]
    free = len(sold) - sold["creator_id"].nunique()
    off = ((sold["log"] - by.transform("mean")) ** 2).sum()
    spread = float((off + 1.0 * 4) / (free + 4))  # variance of the log of one selling post
    counts = table["sold"]
    raw = by.mean().reindex(table.index)
    some = counts > 0
    mean, sd = shrunk_means(raw[some], spread / counts[some])
    centre = float(mean.mean()) if len(mean) else 0.0
    wide = float(mean.std(ddof=0)) if len(mean) > 1 else 1.0
    mean = mean.reindex(table.index).fillna(centre)
    sd = sd.reindex(table.index).fillna(max(wide, 0.5))
    return np.log(share) + mean + spread / 2, np.sqrt(share_var / share**2 + sd**2)


def _selling_share(sold: pd.Series, posts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Posterior mean and variance of the share of posts that sell at all; beta by likelihood."""
    m, kappa = np.meshgrid(np.linspace(0.03, 0.97, 32), np.exp(np.linspace(0.7, 5, 14)))
    a, b = (m * kappa).ravel(), ((1 - m) * kappa).ravel()
    x, n = sold.to_numpy()[:, None], posts.to_numpy()[:, None]
    log_like = (special.betaln(a + x, b + n - x) - special.betaln(a, b)).sum(axis=0)
    log_like = log_like - (np.log((a + b) / 8) / 1.5) ** 2 / 2
    chance = np.exp(log_like - log_like.max())
    chance /= chance.sum()
    mean = (a + x) / (a + b + n)
    variance = mean * (1 - mean) / (a + b + n + 1)
    middle = mean @ chance
    total = (variance + mean**2) @ chance - middle**2
    return pd.Series(middle, sold.index), pd.Series(total, sold.index)


def _posts_for_outlier(
    table: pd.DataFrame, log_mean: pd.Series, log_sd: pd.Series, rule: Revenue
) -> pd.Series:
    gap = log_mean - np.log(rule.outlier * table["median"])
    each = log_sd**2 * table["posts"]  # what one post's noise would have to be
    more = np.ceil((0.708 / gap.abs().clip(lower=1e-6) ** 2 - 1 / log_sd**2).clip(lower=0) * each)
    short = (rule.min_posts - table["posts"]).clip(lower=0)
    unsure = table["probability_high"].between(0.2, 0.8)
    wanted = np.maximum(more.where(unsure, 0), short)
    return wanted.where(wanted <= MOST_POSTS)


def _revenue_reason(row: Any, rule: Revenue, currency: str) -> str:
    known = [row.rate] if pd.isna(row.median) else [row.rate, row.median]
    rate, *median = amounts(*known, currency=currency)
    text = f"brings {rate} per post over {words.count(row.posts, 'post')}"
    if not median:
        return f"{text}; no tier median to compare with"
    against = f"the tier's median of {median[0]}"
    more = "" if not row.posts_needed > 0 else words.count(row.posts_needed, "more post")
    if row.posts < rule.min_posts:
        wait = f"; about {more}" if more else ""
        return f"{text} (tier median {median[0]}), not yet enough to judge{wait}"
    for flag, factor, way, probability in (
        (row.flag, rule.outlier, "over", row.probability_high),
        (row.flag_low, rule.low, "under", row.probability_low),
    ):
        if flag == "act":
            return (
                f"{text}{_long_run(row, factor, way, currency)}, {way} {times(factor, against)} "
                f"({sure(probability)})"
            )
    if more:
        outlier = times(rule.outlier, "the median")
        return f"{text} (tier median {median[0]}); about {more} to tell if over {outlier}"
    return f"{text} (tier median {median[0]})"


def _long_run(row: Any, factor: float, way: str, currency: str) -> str:
    """The estimate, where the posts so far alone do not show what the flag says."""
    side = 1 if way == "over" else -1
    if side * (row.rate - factor * row.median) > 0:
        return ""
    return f" and can be expected to bring {amounts(row.estimate, currency=currency)[0]}"
