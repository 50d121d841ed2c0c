"""A creator's orders per click, with the differences between posts inside the doubt.

References
----------
Beta-binomial, posts around their creator and creators around the program: Skellam (1948),
JRSS B 10(2).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from kit import words
from kit.creator_rates.shared import LEVEL, MOST_CLICKS, plain_percent, sure, verdict_flag
from kit.policy import Policy, load_policy

_RATES = special.expit(np.linspace(special.logit(2e-4), special.logit(0.5), 90))


def conversion(posts: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    """One row per creator: orders per click, estimated; P(under the floor); flag and reason.

    `posts` has one row per post: creator_id, clicks, orders (28 days). A post's rate is beta
    around its creator's, a creator's beta around the program's; the three numbers of that are
    integrated over a grid, not fixed. 0 clicks → everything missing.
    """
    policy = policy or load_policy()
    posts = posts.dropna(subset=["creator_id", "clicks"])
    clicks = posts["clicks"].astype(float)
    # View-through orders can exceed clicks; the estimate caps them, the printed figure does not.
    orders = np.minimum(posts["orders"].fillna(0).astype(float), clicks)
    creators = pd.Index(np.sort(posts["creator_id"].unique()), name="creator_id")
    table = (
        pd.DataFrame({"clicks": clicks, "orders": orders, "creator_id": posts["creator_id"]})
        .groupby("creator_id")[["clicks", "orders"]]
        .sum()
        .reindex(creators)
    )
    if not len(creators):
        return _conversion_columns(table.assign(posts=[]), np.zeros((0, len(_RATES))), policy)
    table["posts"] = (clicks > 0).groupby(posts["creator_id"]).sum().reindex(creators).astype(int)
    code = creators.get_indexer(posts["creator_id"])
    weights = _creator_posteriors(orders.to_numpy(), clicks.to_numpy(), code, len(creators))
    return _conversion_columns(table, weights, policy)


def _creator_posteriors(
    orders: np.ndarray, clicks: np.ndarray, code: np.ndarray, count: int
) -> np.ndarray:
    """Creator × grid of rates: posterior weight, hyperparameters integrated out."""
    # Posts vary around their creator by a factor, as if each rate were gamma with this shape.
    own = np.exp(np.linspace(np.log(0.7), np.log(60), 8))
    total, posterior = -np.inf, np.zeros((count, len(_RATES)))
    priors, log_prior = _program_priors(orders.sum() / max(clicks.sum(), 1))
    for shape in own:
        a, b = np.full(len(_RATES), shape), shape * (1 - _RATES) / _RATES
        each = special.betaln(orders[:, None] + a, (clicks - orders)[:, None] + b)
        each = each - special.betaln(a, b)
        log_like = np.zeros((count, len(_RATES)))
        np.add.at(log_like, code, each)
        top = log_like.max(axis=1, keepdims=True)
        like = np.exp(log_like - top)
        evidence = np.log(like @ priors.T) + top  # creator × (centre, sd)
        log_hyper = evidence.sum(axis=0) + log_prior - (np.log(shape / 5) / 1.0) ** 2 / 2
        peak = max(total, log_hyper.max())
        share = np.exp(log_hyper - peak)
        given = like * ((share / (like @ priors.T)) @ priors)
        posterior = posterior * np.exp(total - peak) + given
        total = peak
    return posterior / posterior.sum(axis=1, keepdims=True)


def _program_priors(pooled: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows: a logit-normal prior of creators on the grid per (centre, sd); the log weight of each.

    The centre stays within a factor of three of the pooled rate, itself not under 0.05%: a
    program without orders must not prove a rate of zero.
    """
    logits = special.logit(_RATES)
    middle = special.logit(np.clip(pooled, 5e-4, 0.3))
    centres, sds = np.meshgrid(middle + np.linspace(-1.2, 1.2, 13), np.linspace(0.1, 1.5, 9))
    z = (logits - centres.ravel()[:, None]) / sds.ravel()[:, None]
    density = np.exp(-(z**2) / 2)
    # Half-normal(1) on the sd: most programs' creators lie within a factor of ten.
    return density / density.sum(axis=1, keepdims=True), -(sds.ravel() ** 2) / 2


def _conversion_columns(table: pd.DataFrame, weights: np.ndarray, policy: Policy) -> pd.DataFrame:
    floor = policy.conversion.floor
    known = table["clicks"] > 0
    low, high = (_quantile(weights, q) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    below = _below(weights, floor)
    estimate = weights @ _RATES
    result = table.assign(
        rate=(table["orders"] / table["clicks"].where(known)),
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        probability_below=below,
    )
    result.loc[~known, ["rate", "estimate", "ci_low", "ci_high", "probability_below"]] = np.nan
    sd = np.sqrt(np.maximum(weights @ _RATES**2 - estimate**2, 1e-12))
    n_effective = estimate * (1 - estimate) / sd**2
    result["flag"] = verdict_flag(result["probability_below"], policy)
    more = clicks_more(result["estimate"], floor, n_effective, table["clicks"])
    result["clicks_needed"] = more.where(result["probability_below"].between(0.2, 0.8), 0)
    result.loc[~known, "clicks_needed"] = np.nan
    result["reason"] = [_conversion_reason(row, floor) for row in result.itertuples()]
    return result.reset_index()


def _quantile(weights: np.ndarray, q: float) -> np.ndarray:
    """Quantiles on the grid, interpolated on the logit scale."""
    total = np.cumsum(weights, axis=1) - weights / 2
    logits = special.logit(_RATES)
    return np.array([special.expit(np.interp(q, row, logits)) for row in total])


def _below(weights: np.ndarray, floor: float) -> np.ndarray:
    logits = special.logit(_RATES)
    share = np.clip((special.logit(floor) - logits) / (logits[1] - logits[0]) + 0.5, 0, 1)
    return weights @ share


def clicks_more(
    estimate: pd.Series, bar: float, n_effective: np.ndarray, clicks: pd.Series
) -> pd.Series:
    """About how many further clicks would move P(rate beyond the bar) out of (0.2, 0.8).

    0.708 p(1−p)/(p − bar)² is the wanted information in independent clicks; clicks of one
    creator are worth n_effective ÷ clicks of that each.
    """
    gap = (estimate - bar).abs().clip(lower=1e-6)
    wanted = 0.708 * estimate * (1 - estimate) / gap**2 - n_effective
    worth = np.clip(n_effective / clicks.clip(lower=1), 0.05, 1.0)
    more = np.ceil(wanted.clip(lower=1) / worth)
    return more.where(more <= MOST_CLICKS)


def _conversion_reason(row, floor: float) -> str:
    if not row.clicks > 0:
        return "no clicks in the 28 days"
    bar = plain_percent(floor)
    text = (
        f"{words.count(row.orders, 'order')} from {words.count(row.clicks, 'click')} "
        f"on {words.count(row.posts, 'post')}"
    )
    if row.flag == "act":
        return f"{text}, under {bar} of clicks ({sure(row.probability_below)})"
    if pd.isna(row.clicks_needed):
        return f"{text}, too close to {bar} of clicks to tell apart"
    if row.clicks_needed > 0:
        return f"{text}; {_more(row.clicks_needed)} to tell whether that is under {bar}"
    return f"{text}, above {bar} of clicks ({sure(1 - row.probability_below)})"


def _more(clicks: float) -> str:
    """About how many more clicks, to two figures."""
    return f"about {words.count(float(f'{clicks:.2g}'), 'more click')}"
