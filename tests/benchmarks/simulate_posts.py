"""Posts and rates of known truth, to measure `kit.spark.rank` and `kit.estimate.shrink_rates` on.

A program publishes about 40 posts a week for four weeks. The log odds of an order after a click
are the sum of a program mean and of effects of the creator, the hook angle, the product and the
post; clicks are lognormal, and unrelated to conversion, as views are. Each variant breaks one
assumption of the method measured:

- ``base``     effects are normal; creators post unevenly (a few post most);
- ``thin``     a quarter of the clicks;
- ``heavy``    creator and post effects are Student t with 3 degrees of freedom, clicks wider;
- ``one_hook`` each creator keeps to one hook angle, so that angle and creator are confounded;
- ``drift``    conversion walks from week to week; the truth is the last week's;
- ``uniform``  creators do not differ at all;
- ``single``   one post per creator: nothing but hook and product to lean on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

VARIANTS = ("base", "thin", "heavy", "one_hook", "drift", "uniform", "single")
HOOKS = np.array(["problem_agitation", "transformation_reveal", "social_proof", "curiosity_gap"])


class Scale(NamedTuple):
    """Standard deviations of the log-odds effects, and what clicks look like."""

    creator: float = 0.60
    hook: float = 0.15
    product: float = 0.30
    post: float = 0.30
    mean_rate: float = 0.02
    median_clicks: float = 60.0
    log_clicks: float = 1.2
    creators: int = 40


class Posts(NamedTuple):
    """`rows` is what the kit may see; `rate` and `hook_effect` only the judge."""

    rows: pd.DataFrame
    rate: np.ndarray
    hook_effect: pd.Series
    known: np.ndarray  # log odds of all but the post's own effect, for the ceiling
    sds: dict[str, float]  # true spread of each kind of effect


def posts(seed: int, variant: str = "base", scale: Scale = Scale()) -> Posts:  # noqa: B008
    """One program's 28 days: about 160 posts of 40 creators, four hook angles, six products."""
    rng = np.random.default_rng([seed, VARIANTS.index(variant)])
    size = int(rng.poisson(160))
    if variant == "thin":
        scale = scale._replace(median_clicks=scale.median_clicks / 4)
    if variant == "heavy":
        scale = scale._replace(log_clicks=1.7)
    creators = size if variant == "single" else scale.creators
    creator = np.arange(size) if variant == "single" else _who_posts(rng, size, creators)
    hook = (
        rng.integers(0, 4, creators)[creator] if variant == "one_hook" else rng.integers(0, 4, size)
    )
    product = rng.choice(6, size, p=rng.dirichlet(np.full(6, 3.0)))
    creator_sd = 0.0 if variant == "uniform" else scale.creator
    hook_effect = rng.normal(0, scale.hook, 4)
    known = (
        special.logit(scale.mean_rate * np.exp(rng.normal(0, 0.2)))
        + _effects(rng, creators, creator_sd, variant)[creator]
        + hook_effect[hook]
        + rng.normal(0, scale.product, 6)[product]
    )
    now = known + _effects(rng, size, scale.post, variant)
    then = now
    if variant == "drift":
        walk = np.cumsum(rng.normal(0, 0.15, (4, creators)), axis=0)
        walk = walk - walk[-1]
        then = now + walk[rng.integers(0, 4, size), creator]
    clicks = np.round(rng.lognormal(np.log(scale.median_clicks), scale.log_clicks, size)).astype(
        int
    )
    rows = pd.DataFrame(
        {
            "post_id": [f"7{number:018d}" for number in rng.permutation(10 * size)[:size]],
            "creator_id": [f"creator{number:03d}" for number in creator],
            "hook_angle": HOOKS[hook],
            "product_id": [f"17{number:016d}" for number in product],
            "views": np.round(clicks / 0.015 * rng.lognormal(0, 0.5, size)).astype(int),
            "clicks": clicks,
            "orders": rng.binomial(clicks, special.expit(then)),
        }
    )
    sds = {
        "creator_id": max(creator_sd, 1e-4),
        "hook_angle": scale.hook,
        "product_id": scale.product,
        "post": scale.post,
    }
    return Posts(rows, special.expit(now), pd.Series(hook_effect, HOOKS), known, sds)


def _who_posts(rng: np.random.Generator, size: int, creators: int) -> np.ndarray:
    """Creators' shares of the posts are gamma with shape 1: most post twice, a few ten times."""
    return rng.choice(creators, size, p=rng.dirichlet(np.ones(creators)))


def _effects(rng: np.random.Generator, size: int, sd: float, variant: str) -> np.ndarray:
    if variant == "heavy":
        return sd * np.clip(rng.standard_t(3, size), -8, 8) / np.sqrt(3)
    return rng.normal(0, sd, size)


class Rates(NamedTuple):
    """Rows of x of n, their true rates, and the posterior mean of somebody who knows the prior."""

    successes: pd.Series
    trials: pd.Series
    groups: pd.Series | None
    rate: np.ndarray
    oracle: np.ndarray


CASES = {
    "6 rows": dict(rows=6, clicks=150),
    "6 rows, 15 clicks": dict(rows=6, clicks=15),
    "15 clicks a row": dict(rows=100, clicks=15),
    "100 rows": dict(rows=100, clicks=100),
    "1000 rows": dict(rows=1000, clicks=100),
    "40 groups of 4, 100 clicks": dict(rows=160, clicks=100, size=4),
    "40 groups of 4, 20 clicks": dict(rows=160, clicks=20, size=4),
    "10 groups of 5, 100 clicks": dict(rows=50, clicks=100, size=5),
    "10 groups of 5, 20 clicks": dict(rows=50, clicks=20, size=5),
    "150 groups of 4, 100 clicks": dict(rows=600, clicks=100, size=4),
    "150 groups of 4, 20 clicks": dict(rows=600, clicks=20, size=4),
}


def rates(seed: int, case: str, mean: float = 0.03, strength: float = 120.0) -> Rates:
    """x of n with p ~ Beta; in the grouped cases the group mean is Beta too, at κ_g 60."""
    rng = np.random.default_rng([seed, list(CASES).index(case)])
    shape = CASES[case]
    rows, size = shape["rows"], shape.get("size")
    n = np.maximum(np.round(shape["clicks"] * rng.lognormal(0, 0.6, rows)), 1).astype(int)
    group = None if size is None else np.arange(rows) // size
    m = np.full(rows, mean)
    if group is not None:
        m = np.clip(rng.beta(60 * mean, 60 * (1 - mean), rows // size), 1e-4, 1)[group]
    p = rng.beta(m * strength, (1 - m) * strength)
    x = rng.binomial(n, p)
    return Rates(
        pd.Series(x),
        pd.Series(n),
        None if group is None else pd.Series(group),
        p,
        (m * strength + x) / (strength + n),
    )
