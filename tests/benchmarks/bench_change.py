"""How often the weekly change is called real where nothing changed, and found where it did.

Run `python -m tests.benchmarks.bench_change [programs per variant]` from the repository root.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from kit import change
from tests.benchmarks import simulate_weeks as simulate

TARGET = (
    "where nothing changed: each part called real in at most one report in ten, stated chances "
    "of 20% or less in at most one in five; of the reports at most one in ten names a tier, and "
    "at most one in ten a creator"
)
FOUND = {
    "conversion -40%": "conversion",
    "posts -50%": "posts",
    "order value +30%": "order value",
    "one creator x4": "one creator",
}


def nothing_changed(programs: int) -> pd.DataFrame:
    """Share of reports that call a part, a tier or a creator real although nothing changed."""
    rows = {}
    for variant in simulate.VARIANTS:
        found, named = [], []
        for seed in range(programs):
            weeks = simulate.subject_weeks(seed, variant)
            parts = change.program_change(weeks[weeks["subject_kind"] == "program"])
            found.append(parts.set_index("part")["by_chance"])
            subjects = change.subject_changes(weeks)
            real = subjects["reading"] == change.REAL_WORD
            named.append({kind: real[subjects["subject_kind"] == kind].any() for kind in _KINDS})
        chances = pd.DataFrame(found).drop(columns=change.UNATTRIBUTED)
        told = chances <= change.REAL
        rows[variant] = {
            **told.mean(),
            "any ≤ 0.2": (chances <= 0.2).mean().mean(),
            **{f"a {kind}": np.mean([one[kind] for one in named]) for kind in _KINDS},
        }
    return pd.DataFrame(rows).T


_KINDS = ["tier", "creator"]


def something_changed(programs: int) -> pd.DataFrame:
    """Share of reports that find what did change, as real, and in the right direction."""
    rows = {}
    for variant in simulate.VARIANTS:
        rows[variant] = {
            what: np.mean([_finds(seed, variant, what) for seed in range(programs)])
            for what in FOUND
        }
    return pd.DataFrame(rows).T


def _finds(seed: int, variant: str, what: str) -> bool:
    weeks = simulate.subject_weeks(seed, variant, what)
    if what == "one creator x4":
        found = change.subject_changes(weeks)
        first = found[found["subject_kind"] == "creator"]
        return bool((first["reading"] == change.REAL_WORD).any())
    parts = change.program_change(weeks[weeks["subject_kind"] == "program"]).set_index("part")
    wanted = ["creators", "posts per creator"] if FOUND[what] == "posts" else [FOUND[what]]
    sign = 1 if "+" in what else -1
    own = parts.loc[wanted]
    return bool(((own["reading"] == change.REAL_WORD) & (sign * own["effect"] > 0)).any())


def main(programs: int = 200) -> None:
    """Print both tables."""
    print(f"\nNothing changed: share called real. Target: {TARGET}")
    table = nothing_changed(programs)
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(3).to_string())
    print("\nSomething changed in the last week: share found, in the right direction")
    print(something_changed(max(programs // 4, 1)).round(2).to_string())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
