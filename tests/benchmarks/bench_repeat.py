"""How near repeat rates come to the truth, on cohorts small and not followed to the end.

Run ``python -m tests.benchmarks.bench_repeat [programs]``. Targets of the decision rules §4.7:
bias within 0.015 in each variant, 95% intervals of cohorts under 30 cover 0.93 or more, shrunk
RMSE 0.06 or less. Beside it what simple counting gives: buyers who came back ÷ all, and two orders
through one creator.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from kit import metrics
from kit.creator_rates import repeat_flags
from tests.benchmarks import simulate_buyers as simulate

TARGET = "|bias| ≤ 0.015, coverage under 30 ≥ 0.93, shrunk RMSE ≤ 0.06"


def repeat_table(programs: int) -> pd.DataFrame:
    """One row per variant: bias (pooled), coverage, RMSE, and what simple rules give."""
    rows = {}
    for variant in simulate.VARIANTS:
        every = pd.concat([_measured(simulate.buyers(seed, variant)) for seed in range(programs)])
        weight = every["n"]
        small = every[every["n"] < 30]
        seen = every[every["mature_n"] >= 10]
        rows[variant] = {
            "bias": np.average(every["event_rate"] - every["truth"], weights=weight),
            "coverage < 30": _inside(small).mean(),
            "coverage": _inside(every).mean(),
            "RMSE raw": _rmse(seen["event_rate"], seen["truth"]),
            "RMSE shrunk": _rmse(seen["shrunk"], seen["truth"]),
            "bias ÷ all": np.average(every["counted"] - every["truth"], weights=weight),
            "bias same creator": np.average(every["same"] - every["truth"], weights=weight),
        }
    return pd.DataFrame(rows).T


def _measured(program: simulate.Buyers) -> pd.DataFrame:
    found = metrics.repeat_rate(program.orders, simulate.AS_OF).set_index("creator_id")
    shrunk = repeat_flags(found.reset_index().rename(columns={"event_rate": "value"})).set_index(
        "creator_id"
    )["estimate"]
    first = program.orders.sort_values("ordered_at").groupby("buyer_key")
    own = first.agg(creator=("creator_id", "first"), orders=("creator_id", "size"))
    by_same = program.orders.groupby("buyer_key")["creator_id"].agg(
        lambda made: len(made) > 1 and made.iloc[0] == made.iloc[1]
    )
    counted = (own["orders"] > 1).groupby(own["creator"]).mean()
    same = by_same.groupby(own["creator"]).mean()
    return found.assign(
        truth=program.truth.reindex(found.index),
        shrunk=shrunk.reindex(found.index),
        counted=counted.reindex(found.index),
        same=same.reindex(found.index),
    )


def _inside(rows: pd.DataFrame) -> pd.Series:
    return (rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])


def _rmse(guess: pd.Series, truth: pd.Series) -> float:
    return float(np.sqrt(((guess - truth) ** 2).mean()))


def main(programs: int = 40) -> None:
    print(f"\nrepeat purchase, 60 days: {TARGET}\n{repeat_table(programs).round(3).to_string()}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
