"""Do stated intervals and probabilities hold? By size of a row, and by what is stated.

Run ``python -m tests.benchmarks.bench_calibration [programs]``. Coverage of 90% intervals of
`shrink_rates` and of 95% intervals of `kaplan_meier` for rows of 5 to 5,000, by how unlike the rows
are; and how often "P(rate > bar) = p" comes true, with Brier's score beside those of the raw rate
and of whoever knows the prior. `usual` is what a program's posts look like (target 0.84); the
others are extremes, farther from the prior of κ than most programs.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from kit import estimate

SIZES = (5, 10, 20, 50, 100, 500, 1000, 5000)
ROWS = 40
# Mean and strength of the true rates: as of posts, unlike rows, rows nearly alike, rare events.
PRIORS = {
    "usual": (0.03, 120.0),
    "unlike": (0.05, 30.0),
    "alike": (0.05, 3000.0),
    "rare": (0.005, 100.0),
}
BANDS = np.array([0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])


def _drawn(seed: int, prior: str, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, list(PRIORS).index(prior), size])
    mean, strength = PRIORS[prior]
    rate = rng.beta(mean * strength, (1 - mean) * strength, ROWS)
    return rate, rng.binomial(size, rate), np.full(ROWS, size)


def coverage(programs: int) -> pd.DataFrame:
    """One row per size: share of intervals that hold the truth."""
    rows = {}
    for size in SIZES:
        found: dict[str, list[float]] = {}
        for seed in range(programs):
            for prior in PRIORS:
                rate, x, n = _drawn(seed, prior, size)
                table = estimate.shrink_rates(pd.Series(x), pd.Series(n))
                inside = (table["ci_low"] <= rate) & (rate <= table["ci_high"])
                found.setdefault(f"shrink, {prior}", []).append(float(inside.mean()))
            found.setdefault("Kaplan-Meier", []).append(_followed(seed, size))
        rows[size] = {name: np.mean(values) for name, values in found.items()}
    return pd.DataFrame(rows).T.rename_axis("n")


def _followed(seed: int, size: int) -> float:
    """Does the 95% interval hold the share of 14% within 60 days, a third censored earlier?"""
    rng = np.random.default_rng([seed, size])
    inside = []
    for _ in range(10):
        event = np.where(rng.random(size) < 0.14, rng.uniform(0, 60, size), np.inf)
        follow = np.where(rng.random(size) < 1 / 3, rng.uniform(1, 60, size), 90.0)
        told = estimate.kaplan_meier(np.minimum(event, follow), event <= follow, 60)
        inside.append(told.ci_low <= 0.14 <= told.ci_high)
    return float(np.mean(inside))


def reliability(programs: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How often what is stated comes true, and Brier's scores, for rows of 20 to 500."""
    stated, oracle, raw, truth, priors = [], [], [], [], []
    for seed in range(programs):
        for prior, (mean, strength) in PRIORS.items():
            for size in (20, 100, 500):
                rate, x, n = _drawn(seed, prior, size)
                above = estimate.probability_above(pd.Series(x), pd.Series(n), mean)
                alpha, beta = mean * strength + x, (1 - mean) * strength + n - x
                stated.append(above.to_numpy())
                oracle.append(estimate.beta_above(alpha, beta, mean))
                raw.append((x / n > mean).astype(float))
                truth.append(rate > mean)
                priors.append(np.full(ROWS, prior))
    told = pd.DataFrame(
        {
            "stated": np.concatenate(stated),
            "oracle": np.concatenate(oracle),
            "raw": np.concatenate(raw),
            "truth": np.concatenate(truth).astype(float),
            "prior": np.concatenate(priors),
        }
    )
    bands = told.groupby(pd.cut(told["stated"], BANDS, include_lowest=True), observed=True)
    table = bands.agg(rows=("truth", "size"), stated=("stated", "mean"), happens=("truth", "mean"))
    scores = {
        prior: {
            name: ((own[name] - own["truth"]) ** 2).mean() for name in ("stated", "oracle", "raw")
        }
        for prior, own in told.groupby("prior")
    }
    return table, pd.DataFrame(scores).T.rename(columns={"stated": "Brier", "oracle": "true prior"})


def main(programs: int = 30) -> None:
    print(f"\ncoverage, 0.90 and 0.95 stated\n{coverage(programs).round(3).to_string()}")
    table, scores = reliability(programs)
    print(f"\nP(rate > bar)\n{table.round(3).to_string()}\n\n{scores.round(4).to_string()}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
