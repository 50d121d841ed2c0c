"""The beta-binomial behind shrunken rates: how alike rows are, and each row's posterior.

Rows are x of n with p ~ Beta(mκ, (1−m)κ). Few rows (up to `FEW_ROWS`) integrate over a grid of
m and κ, weighted by likelihood × prior, because plugging in their best values would pretend that
they are known: nominal 90% intervals of five rows would cover 53%. With groups the mean of a
group μ_g ~ Beta(mκ_g, (1−m)κ_g) is integrated over too, which gives each row the prior that the
*other* rows of its group make: its own counts count once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import optimize, special

FEW_ROWS = 200
# With thousands of rows a systematic sample knows m and κ as well as all of them do.
FIT_ROWS = 4_000
# κ has a prior Normal(log 100, 1.5²) on its log: rows without spread would send it to infinity.
LOG_STRENGTH, LOG_STRENGTH_SD = np.log(100.0), 1.5
# Rows without any success must not drive mκ to zero: a limit near 0 from no sale is false comfort.
LEAST_SUCCESSES = 0.5
# Where a mixture's distribution is written down, in sds of its log odds.
GRID = np.linspace(-9, 9, 181)


class Spread(NamedTuple):
    """Mean m of the rates and strengths κ: of a row, and of its group where there are groups."""

    mean: float
    strength: float
    group_strength: float = np.nan


class Posterior(NamedTuple):
    """Each row's rate: Beta(alpha, beta), or a mixture of such, given on a grid of its own.

    With a grid, `below` is P(rate < points), row by row; alpha and beta then have the mixture's
    mean and variance.
    """

    alpha: np.ndarray
    beta: np.ndarray
    points: np.ndarray | None = None
    below: np.ndarray | None = None

    @property
    def mean(self) -> np.ndarray:
        return self.alpha / (self.alpha + self.beta)

    def quantile(self, share: float) -> np.ndarray:
        """The rate under which `share` of each row's probability lies."""
        if self.points is None or self.below is None:
            return special.betaincinv(self.alpha, self.beta, share)
        pairs = zip(self.below, self.points, strict=True)
        return np.array([np.interp(share, below, points) for below, points in pairs])

    def above(self, threshold: np.ndarray | float) -> np.ndarray:
        """P(rate > threshold) of each row."""
        bars = np.clip(np.broadcast_to(threshold, self.alpha.shape), 0, 1)
        if self.points is None or self.below is None:
            return special.betaincc(self.alpha, self.beta, bars)
        rows = zip(bars, self.points, self.below, strict=True)
        return np.array([1 - np.interp(bar, p, below, 0, 1) for bar, p, below in rows])


def posterior(x: np.ndarray, n: np.ndarray, groups: np.ndarray | None = None) -> Posterior:
    """What is known of each row's rate; `groups` are integer codes."""
    if not len(n):
        return Posterior(np.zeros(0), np.zeros(0))
    if len(n) > FEW_ROWS:
        spread = fit(x, n, groups)
        if groups is None:
            mean = np.full(len(n), spread.mean)
        else:
            mean = group_means(x, n, groups, spread.mean, spread.group_strength)
        strength = _strength(mean, spread.strength)
        return Posterior(mean * strength + x, (1 - mean) * strength + n - x)
    # Sums in a fixed order, so that the order of the rows cannot move the last digit.
    order = np.lexsort((n, x))
    if groups is None:
        found = _integrated(x[order], n[order])
    else:
        found = _integrated_by_group(x[order], n[order], groups[order])
    back = np.argsort(order)
    parts: list[Any] = [None if part is None else part[back] for part in found]
    return Posterior(*parts)


def fit(
    x: np.ndarray, n: np.ndarray, groups: np.ndarray | None = None, prior: bool = True
) -> Spread:
    """m and κ of highest beta-binomial likelihood, κ under its prior unless `prior` is false.

    With groups, of highest likelihood of each row given the other rows of its group (`group_means`)
    """
    told = n > 0
    if not told.any():
        return Spread(0.5, float(np.exp(LOG_STRENGTH)), float(np.exp(LOG_STRENGTH)))
    order = np.lexsort((n[told], x[told]))
    order = order[:: -(-len(order) // FIT_ROWS)]
    pooled = (x.sum() + LEAST_SUCCESSES) / (n.sum() + 2 * LEAST_SUCCESSES)
    start = [special.logit(pooled), LOG_STRENGTH] + ([] if groups is None else [LOG_STRENGTH])
    totals = _other_totals(x, n, groups)

    def badness(at: np.ndarray) -> float:
        mean, strengths = special.expit(at[0]), np.exp(np.clip(at[1:], -3, 16))
        means = np.full(len(n), mean) if totals is None else _pulled(totals, mean, strengths[1])
        means = means[told][order]
        likelihood = log_likelihood(
            x[told][order], n[told][order], means, _strength(means, strengths[0])
        ).sum()
        penalty = (((at[1:] - LOG_STRENGTH) / LOG_STRENGTH_SD) ** 2).sum() / 2 if prior else 0
        return float(penalty - likelihood)

    best = optimize.minimize(
        badness, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6, "maxiter": 600}
    ).x
    strengths = np.exp(np.clip(best[1:], -3, 16))
    return Spread(float(special.expit(best[0])), *map(float, strengths))


def log_likelihood(x: np.ndarray, n: np.ndarray, mean: np.ndarray, strength: np.ndarray):
    """Log beta-binomial probability of x of n, without the binomial coefficient."""
    a, b = mean * strength, (1 - mean) * strength
    return special.betaln(a + x, b + n - x) - special.betaln(a, b)


def _strength(mean: np.ndarray, strength: np.ndarray | float) -> np.ndarray:
    return np.maximum(strength, LEAST_SUCCESSES / np.minimum(mean, 1 - mean))


def group_means(
    x: np.ndarray, n: np.ndarray, groups: np.ndarray, mean: float, group_strength: float
) -> np.ndarray:
    """Prior mean of each row: (X + mκ_g)/(N + κ_g) over the other rows of its group."""
    return _pulled(_other_totals(x, n, groups), mean, group_strength)


def _other_totals(x, n, groups):
    if groups is None:
        return None
    _, codes = np.unique(groups, return_inverse=True)
    return tuple(np.bincount(codes, weights=values)[codes] - values for values in (x, n))


def _pulled(totals, mean: float, group_strength: float) -> np.ndarray:
    others_x, others_n = totals
    return (others_x + mean * group_strength) / (others_n + group_strength)


def _integrated(x: np.ndarray, n: np.ndarray) -> Posterior:
    """Posterior of few rows without groups, by two grids: a wide one, then one where it peaks."""
    pooled = special.logit((x.sum() + 0.5) / (n.sum() + 1))
    logit_mean = pooled + np.linspace(-4, 4, 41)
    log_strength = LOG_STRENGTH + LOG_STRENGTH_SD * np.linspace(-3, 3, 25)
    for last in (False, True):
        mean, strength = np.meshgrid(special.expit(logit_mean), np.exp(log_strength))
        weight = _weights(x, n, mean.ravel(), strength.ravel())
        if not last:
            logit_mean = _narrowed(logit_mean, weight.reshape(mean.shape).sum(axis=0))
            log_strength = _narrowed(log_strength, weight.reshape(mean.shape).sum(axis=1))
    return _mixture(x, n, mean.ravel(), strength.ravel(), np.tile(weight, (len(n), 1)))


def _weights(x: np.ndarray, n: np.ndarray, mean: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Posterior weight of each pair of m and κ (m with a Jeffreys prior, spaced on the logit)."""
    log_weight = log_likelihood(x[:, None], n[:, None], mean, strength).sum(axis=0)
    log_weight += _log_prior_mean(mean) + _log_prior_strength(strength)
    log_weight[strength * np.minimum(mean, 1 - mean) < LEAST_SUCCESSES] = -np.inf
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def _log_prior_mean(mean: np.ndarray) -> np.ndarray:
    return (np.log(mean) + np.log1p(-mean)) / 2


def _log_prior_strength(strength: np.ndarray) -> np.ndarray:
    return -(((np.log(strength) - LOG_STRENGTH) / LOG_STRENGTH_SD) ** 2) / 2


def _narrowed(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    centre = (weight * points).sum()
    spread = np.sqrt((weight * (points - centre) ** 2).sum())
    spread = max(spread, (points[1] - points[0]) / 2)
    low, high = max(points[0], centre - 4.5 * spread), min(points[-1], centre + 4.5 * spread)
    return np.linspace(low, high, 27)


def _mixture(
    x: np.ndarray, n: np.ndarray, mean: np.ndarray, strength: np.ndarray, weight: np.ndarray
) -> Posterior:
    """Each row's mixture over pairs of m and κ: its moments, and how far it is at each point."""
    rows = []
    for x_row, n_row, weight_row in zip(x, n, weight, strict=True):
        keep = weight_row > 1e-5 * weight_row.max()
        share = weight_row[keep] / weight_row[keep].sum()
        a = mean[keep] * strength[keep] + x_row
        b = (1 - mean[keep]) * strength[keep] + n_row - x_row
        rows.append((*_matched(a, b, share), *_cumulated(a, b, share)))
    return Posterior(*(np.array(part) for part in zip(*rows, strict=True)))


def _matched(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> tuple[float, float]:
    each = a / (a + b)
    first = share @ each
    variance = max(share @ (each * (a + 1) / (a + b + 1)) - first**2, 1e-300)
    size = first * (1 - first) / variance - 1
    return first * size, (1 - first) * size


def _cumulated(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points and P(below) on a grid of log odds, nine sds to either side."""
    centres = special.digamma(a) - special.digamma(b)
    centre = share @ centres
    variance = share @ (special.polygamma(1, a) + special.polygamma(1, b) + centres**2) - centre**2
    logit = centre + np.sqrt(variance) * GRID
    log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    density = np.exp(np.outer(a, log_p) + np.outer(b, log_q) - special.betaln(a, b)[:, None])
    mixed = share @ density
    below = np.concatenate([[0.0], np.cumsum((mixed[1:] + mixed[:-1]) / 2)])
    return np.exp(log_p), below / below[-1]


def _integrated_by_group(x: np.ndarray, n: np.ndarray, groups: np.ndarray) -> Posterior:
    """Posterior of few rows in groups: over m, κ, κ_g and the mean μ of each group.

    Given μ and κ the rows of a group are independent, so one table of group likelihoods over
    (κ, μ) serves every (m, κ_g).
    """
    _, codes = np.unique(groups, return_inverse=True)
    logit_mu = _group_grid(x, n, codes)
    mu = special.expit(logit_mu)
    strengths = np.exp(LOG_STRENGTH + LOG_STRENGTH_SD * np.linspace(-2.6, 2.6, 14))
    likelihood = _group_likelihood(x, n, codes, strengths, mu)
    prior = _group_priors(logit_mu, mu, strengths)
    # Z[prior, κ, group] = ∫ likelihood(μ) prior(μ) dμ, the evidence of a group.
    peak = likelihood.max(axis=2, keepdims=True)
    relative = np.exp(likelihood - peak)
    evidence = np.einsum("pm,kgm->pkg", prior.mu, relative, optimize=True)
    log_weight = np.log(np.maximum(evidence, 1e-300)).sum(axis=2) + peak[:, :, 0].sum(axis=1)
    log_weight += prior.log_weight[:, None] + _log_prior_strength(strengths)
    weight = np.exp(log_weight - log_weight.max())
    # Per group the weight of (κ, μ), over all (m, κ_g).
    share = weight[:, :, None] / np.maximum(evidence, 1e-300)
    mixed = np.einsum("pkg,pm->kgm", share, prior.mu, optimize=True) * relative
    mixed = mixed.transpose(1, 0, 2).reshape(evidence.shape[2], -1)
    grid_strength, grid_mean = np.meshgrid(strengths, mu, indexing="ij")
    grid_strength = _strength(grid_mean, grid_strength)
    return _mixture(x, n, grid_mean.ravel(), grid_strength.ravel(), mixed[codes])


class _GroupPriors(NamedTuple):
    mu: np.ndarray  # one row per (m, κ_g): probability of each grid point of μ
    log_weight: np.ndarray


def _group_grid(x: np.ndarray, n: np.ndarray, codes: np.ndarray) -> np.ndarray:
    totals_x, totals_n = (np.bincount(codes, weights=values) for values in (x, n))
    pooled = (x.sum() + 0.5) / (n.sum() + 1)
    # Group rates, each with twenty clicks at the pooled rate, say where means can lie.
    rates = special.logit((totals_x + 20 * pooled) / (totals_n + 20))
    return np.linspace(rates.min() - 2.5, rates.max() + 2, 111)


def _group_likelihood(x, n, codes, strengths, mu) -> np.ndarray:
    """Log likelihood by κ, group and μ."""
    out = np.empty((len(strengths), codes.max() + 1, len(mu)))
    for k, strength in enumerate(strengths):
        rows = log_likelihood(x[:, None], n[:, None], mu, _strength(mu, strength))
        out[k] = np.stack([np.bincount(codes, weights=column) for column in rows.T], axis=1)
    return out


def _group_priors(logit_mu: np.ndarray, mu: np.ndarray, strengths: np.ndarray) -> _GroupPriors:
    logit_mean = np.linspace(logit_mu[0], logit_mu[-1], 31)
    mean, strength = (part.ravel() for part in np.meshgrid(special.expit(logit_mean), strengths))
    held = _strength(mean, strength)
    a, b = (mean * held)[:, None], ((1 - mean) * held)[:, None]
    # Beta density on the logit scale.
    log_mu = a * np.log(mu) + b * np.log1p(-mu) - special.betaln(a, b)
    step = logit_mu[1] - logit_mu[0]
    return _GroupPriors(
        np.exp(log_mu) * step, _log_prior_mean(mean) + _log_prior_strength(strength)
    )
