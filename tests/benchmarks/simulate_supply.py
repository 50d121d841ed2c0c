"""Programs whose rates are known: what the planner is told of them, and what the weeks then bring.

A creator's posts a week are negative binomial with a mean of their own, gamma over the program, and
a small chance each week of stopping for good; samples lead to a post with one probability. Sizes
run from three creators to 120, so that thin records are among them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import supply

HISTORY = 12


@dataclass(frozen=True)
class Program:
    """The truth of one program."""

    creators: int
    mean: float
    shape: float
    burst: float
    stop: float
    to_post: float
    samples: int


def draw(rng: np.random.Generator) -> Program:
    return Program(
        creators=int(np.exp(rng.uniform(np.log(3), np.log(120)))),
        mean=rng.uniform(0.3, 3.0),
        shape=rng.uniform(1.5, 8.0),
        burst=rng.uniform(2.0, 20.0),
        stop=rng.uniform(0.0, 0.04),
        to_post=rng.uniform(0.25, 0.85),
        samples=int(rng.uniform(4, 200)),
    )


def posts_of(program: Program, rates: np.ndarray, weeks: int, rng: np.random.Generator):
    """Creator × week posts; whoever stops is silent from then on."""
    mean = np.repeat(rates[:, None], weeks, axis=1)
    made = rng.poisson(mean * rng.gamma(program.burst, 1 / program.burst, mean.shape))
    stopped = np.cumsum(rng.random(mean.shape) < program.stop, axis=1) > 0
    return np.where(stopped, 0, made), stopped[:, -1]


def seen(program: Program, rng: np.random.Generator) -> supply.Supply:
    """What the client's files would say of the program."""
    rates = rng.gamma(program.shape, program.mean / program.shape, program.creators)
    made, _ = posts_of(program, rates, HISTORY, rng)
    mondays = pd.date_range("2026-01-05", periods=HISTORY, freq="7D")
    grid = pd.DataFrame(
        {
            "creator_id": np.repeat(np.arange(program.creators).astype(str), HISTORY),
            "week": np.tile(mondays, program.creators),
            "tier": pd.array([1] * made.size, dtype="Int64"),
            "posts": made.ravel(),
            "complete": True,
        }
    )
    then, now = made[:, :4].sum(axis=1) > 0, made[:, -4:].sum(axis=1) > 0
    told = [
        ("sample_to_post", int(rng.binomial(program.samples, program.to_post)), program.samples),
        ("stays", int((then & now).sum()), int(then.sum())),
        ("brief_to_post", 0, 0),
    ]
    rates_seen = pd.DataFrame(told, columns=["rate", "done", "n"])
    return supply.Supply(supply._tiers(grid), rates_seen, 10.0, 0.0)


def a_week(program: Program, creators: int, rng: np.random.Generator) -> int:
    """Posts of one coming week by so many active creators of the same kind.

    Active is what the planner calls so: at least one post in four weeks.
    """
    kept: list[int] = []
    while len(kept) < creators:
        rates = rng.gamma(program.shape, program.mean / program.shape, max(creators, 20))
        made, stopped = posts_of(program, rates, 4, rng)
        kept += list(made[made.sum(axis=1) > 0][:, -1])
    return int(sum(kept[:creators]))
