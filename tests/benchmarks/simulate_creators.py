"""Creator programs of known truth, to measure the creator rules on: one function per decision.

Set so that simple rules do about as badly as in the decision rules' own programs: raw conversion
under 1% has an FDR near 0.47, and the article's promotion rule, read literally, promotes wrongly
42 times in a hundred. Each `variant` breaks another assumption: little data, heavy tails, rates
that drift, creators who are all alike, and creators whose agreement goes with their rate
("confounded").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

VARIANTS = ("base", "thin", "heavy", "drift", "uniform", "confounded")
# Programs most of whose creators agreed to one post a month or two: posting as they please,
# all of them posting ever more, or each in turn, at gaps nearly even.
MONTHLY_VARIANTS = ("monthly", "ramp", "rota")
OUTPUT_VARIANTS = VARIANTS + MONTHLY_VARIANTS
AS_OF = pd.Timestamp("2026-05-10")


class Program(NamedTuple):
    """What the kit may see (`rows`) and what only the judge may (`truth`, by creator)."""

    rows: pd.DataFrame
    truth: pd.DataFrame
    future: int = 0


def creator_weeks(seed: int, variant: str = "base") -> Program:
    """Posts per creator × week; truth: quit, rate now, below; future: the roster's next week."""
    rng = np.random.default_rng([seed, OUTPUT_VARIANTS.index(variant)])
    n, weeks = (60, 10) if variant == "thin" else (100, 26)
    monthly = variant in MONTHLY_VARIANTS
    usual = [0.25, 0.25, 0.25, 0.25, 0.5, 1, 3] if monthly else [0.5, 1, 1, 2, 2, 3]
    agreed = rng.choice([0.25, 0.5, 1.0] if variant == "thin" else usual, n)
    rate = _rates(rng, n, variant, agreed)
    size = 1.5 if variant == "heavy" else 8.0
    off, hazard = rng.uniform(0.04, 0.14), rng.uniform(0.006, 0.016)
    joined = np.where(rng.random(n) < 0.5, 0, rng.integers(0, weeks - 2, n))
    walk = np.cumsum(rng.normal(0, 0.06 if variant == "drift" else 0.0, (weeks + 1, n)), axis=0)
    # The whole roster moves too: a trend, and in each variant a little common weekly noise.
    trend = np.linspace(0, -0.35, weeks + 1) if variant == "drift" else np.zeros(weeks + 1)
    common = trend + rng.normal(0, 0.08, weeks + 1)
    quit_at = joined + rng.geometric(hazard, n) - 1
    few, due = agreed <= 0.5, rng.random(n)
    rows, last, future = [], np.full(n, -1), 0
    for t in range(weeks + 1):
        now = rate * np.exp(walk[t] + common[t])
        if variant == "ramp":
            now = now * np.where(few, np.exp(1.5 * (t - weeks) / weeks), 1.0)
        mean = now * agreed
        y = rng.poisson(mean * rng.gamma(size, 1 / size, n)) * (rng.random(n) > off)
        if variant == "rota":
            due = due + mean * (1 - off) * rng.uniform(0.6, 1.4, n)
            y, due = np.where(few, np.floor(due), y).astype(int), due % 1
        y = np.where(t >= quit_at, 0, y)
        on = (joined <= t) & (t - np.maximum(last, joined) <= 8)
        if t == weeks:
            future = int(y[on].sum())
            break
        last = np.where(y > 0, t, last)
        week = AS_OF - pd.Timedelta(days=7 * (weeks - t) - 1)
        rows.append(
            pd.DataFrame(
                {"creator_id": np.arange(n), "week": week, "posts": y, "agreed_posts": agreed}
            )[joined <= t]
        )
    final = rate * np.exp(walk[weeks - 1] + trend[weeks - 1])
    truth = pd.DataFrame({"quit": weeks - 1 >= quit_at, "rate": final, "off": off})
    truth["below"] = truth["quit"] | (truth["rate"] < 0.5)
    truth["on_roster"] = (weeks - 1 - np.maximum(last, joined - 1)) < 8
    frame = pd.concat(rows, ignore_index=True)
    frame["creator_id"] = "c" + frame["creator_id"].astype(str).str.zfill(3)
    truth.index = pd.Index([f"c{i:03d}" for i in range(n)], name="creator_id")
    return Program(frame, truth, future)


def _rates(rng: np.random.Generator, n: int, variant: str, agreed: np.ndarray) -> np.ndarray:
    if variant == "uniform":
        return rng.gamma(40, 0.95 / 40, n)
    if variant == "heavy":
        return 0.85 * rng.lognormal(0, 0.6, n)
    if variant in MONTHLY_VARIANTS:
        return rng.gamma(5, 1 / 5, n) * np.where(agreed <= 0.5, 0.6, 1.0)
    rate = rng.gamma(5, 1.0 / 5, n)
    return rate * (1.3 - 0.2 * agreed) if variant == "confounded" else rate


class Career(NamedTuple):
    """Months of a program: monthly truth (month × creator) and what a month's rows would show."""

    posts: np.ndarray
    agreed: np.ndarray
    revenue: np.ndarray
    incidents: np.ndarray
    true_revenue: np.ndarray
    true_output: np.ndarray


def careers(seed: int, variant: str = "base", n: int = 50, months: int = 18) -> Career:
    """True output ratio and revenue per post by month, and noisy months drawn from them."""
    rng = np.random.default_rng([seed, 7, VARIANTS.index(variant)])
    agreed = rng.choice([1, 2, 3] if variant == "thin" else [2, 4, 6, 8], n).astype(float)
    between = 0.25 if variant == "uniform" else 0.75
    drift = 0.12 if variant == "drift" else 0.04
    level = rng.normal(np.log(60), between, n)
    if variant == "confounded":
        level = level - 0.15 * (agreed - agreed.mean())
    level = level + np.cumsum(rng.normal(0, drift, (months, n)), axis=0)
    output = np.log(rng.gamma(4, 0.95 / 4, n)) if variant != "uniform" else np.full(n, -0.05)
    output = output + np.cumsum(rng.normal(0, drift, (months, n)), axis=0)
    true_output, true_revenue = np.exp(output), np.exp(level)
    posts = rng.poisson(true_output * agreed * rng.gamma(8, 1 / 8, (months, n)))
    revenue = _revenue_of(rng, posts, true_revenue, 1.3 if variant == "heavy" else 0.9)
    incidents = rng.poisson(0.03, (months, n))
    return Career(
        posts, np.tile(agreed, (months, 1)), revenue, incidents, true_revenue, true_output
    )


def _revenue_of(
    rng: np.random.Generator, posts: np.ndarray, mean: np.ndarray, sigma: float
) -> np.ndarray:
    """Sum over a month's posts: 65% sell, lognormal; the mean per post is `mean`."""
    most = max(int(posts.max()), 1)
    draws = rng.lognormal(-(sigma**2) / 2, sigma, (*posts.shape, most))
    sells = rng.random(draws.shape) < 0.65
    counted = np.arange(most) < posts[..., None]
    return (draws * sells * counted).sum(axis=-1) * mean / 0.65


def clicked_posts(seed: int, variant: str = "base") -> Program:
    """28 days of posts with clicks and orders; truth: each creator's mean rate."""
    rng = np.random.default_rng([seed, 11, VARIANTS.index(variant)])
    n = 60
    posts = rng.poisson(1.2 if variant == "thin" else 2.7, n) + 1
    spread = 0.2 if variant == "uniform" else 0.75
    mean = expit(rng.normal(-4.2, spread, n))
    code = np.repeat(np.arange(n), posts)
    own = 0.8 if variant == "heavy" else 0.45
    # The creator's rate is the mean over its posts, so post effects have mean one.
    rate = np.minimum(mean[code] * rng.lognormal(-(own**2) / 2, own, len(code)), 0.6)
    clicks = np.round(rng.lognormal(4.0 if variant == "thin" else 5.2, 1.2, len(code)))
    if variant == "confounded":
        clicks = np.round(clicks * (0.018 / mean[code]) ** 0.5)
    orders = rng.binomial(clicks.astype(int), rate)
    rows = pd.DataFrame(
        {"creator_id": _names(code), "clicks": clicks.astype(int), "orders": orders}
    )
    truth = pd.DataFrame({"rate": mean, "below": mean < 0.01}, index=_names(np.arange(n)))
    return Program(rows, truth)


def hook_readings(seed: int, variant: str = "base") -> Program:
    """One reading per post: views and held views; truth: each creator's mean hook retention."""
    rng = np.random.default_rng([seed, 13, VARIANTS.index(variant)])
    n = 60
    posts = rng.poisson(1.2 if variant == "thin" else 3.5, n) + 1
    mean_logit = rng.normal(-0.85, 0.15 if variant == "uniform" else 0.45, n)
    own = 0.7 if variant == "heavy" else 0.4
    z = np.random.default_rng(1).normal(0, own, 4000)
    mean = expit(mean_logit[:, None] + z).mean(axis=1)
    code = np.repeat(np.arange(n), posts)
    logit = mean_logit[code] + rng.normal(0, own, len(code))
    views = np.round(rng.lognormal(7.5, 1.5, len(code))) + 20
    if variant == "confounded":
        views = np.round(views * np.exp(logit + 0.75)) + 20
    held = rng.binomial(views.astype(int), expit(logit))
    rows = pd.DataFrame(
        {"creator_id": _names(code), "views": views.astype(int), "held_views": held}
    )
    truth = pd.DataFrame({"rate": mean, "below": mean < 0.25}, index=_names(np.arange(n)))
    return Program(rows, truth)


def sold_posts(seed: int, variant: str = "base") -> Program:
    """Posts of 71 days with 14-day net revenue; truth: each creator's expected revenue a post."""
    rng = np.random.default_rng([seed, 17, VARIANTS.index(variant)])
    n = 50
    posts = rng.poisson(3 if variant == "thin" else 9, n) + 1
    level = rng.normal(np.log(70), 0.1 if variant == "uniform" else 0.55, n)
    share = rng.beta(6, 3, n)
    own = 1.4 if variant == "heavy" else 0.95
    code = np.repeat(np.arange(n), posts)
    sells = rng.random(len(code)) < share[code]
    money = np.exp(level[code] + rng.normal(0, own, len(code))) * sells
    truth_mean = share * np.exp(level + own**2 / 2)
    rows = pd.DataFrame(
        {"creator_id": _names(code), "tier": 1, "net_revenue_14d": np.round(money, 2)}
    )
    middle = np.median(truth_mean)
    truth = pd.DataFrame(
        {"rate": truth_mean, "above": truth_mean > 1.5 * middle, "below": truth_mean < middle / 2},
        index=_names(np.arange(n)),
    )
    return Program(rows, truth)


def _names(code: np.ndarray) -> np.ndarray:
    return np.array([f"c{i:03d}" for i in code])


def settled_commissions(seed: int, variant: str = "base") -> pd.DataFrame:
    """One row per creator: settled ratio against the agreed rate, and whether it is truly off.

    Lines differ in rate and base within a creator; a tenth are paid two to six points off.
    """
    rng = np.random.default_rng([seed, 19, VARIANTS.index(variant)])
    rows = []
    for number in range(60):
        lines = 10 + rng.poisson(5 if variant == "thin" else 40)
        base = rng.lognormal(3, 1.4 if variant == "heavy" else 0.6, lines).round(2)
        agreed = rng.choice([0.10, 0.12, 0.15, 0.20])
        off = rng.random() < (0.0 if variant == "uniform" else 0.1)
        paid = agreed + off * rng.choice([-1, 1]) * rng.uniform(0.02, 0.06)
        rows.append(
            {
                "creator_id": f"c{number:03d}",
                "ratio": (base * paid).round(2).sum() / base.sum(),
                "expected": agreed,
                "orders": lines,
                "route": "standard",
                "basis": "agreement",
                "off": off,
            }
        )
    return pd.DataFrame(rows)
