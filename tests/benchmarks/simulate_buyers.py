"""Buyers of a program with known repeat rates: cohorts small and large, followed long and short.

Creator i's buyers come back within 60 days with probability p_i ~ Beta; who does waits a time that
is denser early (Beta(1, 2) over the 60 days); half of all come back once more later on. The second
order comes through any route: the same creator, another one, or none.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

AS_OF = date(2026, 5, 10)
WINDOW = 60
VARIANTS = ("base", "growing", "small", "heavy", "rare", "mixed routes")


class Buyers(NamedTuple):
    """Orders as `kit.metrics.repeat_rate` takes them, and each creator's true repeat rate."""

    orders: pd.DataFrame
    truth: pd.Series


def buyers(seed: int, variant: str = "base", creators: int = 40, days: int = 180) -> Buyers:
    """One program's orders up to AS_OF. `growing`: new buyers double every month; `small`: under
    30 buyers each; `heavy`: a few creators bring most; `rare`: 3% come back; `mixed routes`: nine
    of ten second orders come by another route."""
    rng = np.random.default_rng([seed, VARIANTS.index(variant)])
    mean = 0.03 if variant == "rare" else 0.14
    truth = rng.beta(mean * 25, (1 - mean) * 25, creators)
    size = rng.lognormal(
        *{"small": (2.3, 0.5), "heavy": (3.0, 1.5)}.get(variant, (3.6, 0.7)), creators
    )
    code = np.repeat(np.arange(creators), np.maximum(size.astype(int), 2))
    people = len(code)
    if variant == "growing":
        first = days - np.minimum(rng.exponential(30 / np.log(2), people), days)
    else:
        first = rng.uniform(0, days, people)
    returns = rng.random(people) < truth[code]
    wait = 1 + np.floor(rng.beta(1, 2, people) * WINDOW)
    again = rng.random(people) < 0.5
    second = np.where(
        returns,
        first + wait,
        np.where(again, first + WINDOW + 1 + rng.exponential(90, people), np.inf),
    )
    other = rng.random(people)
    cut = 0.1 if variant == "mixed routes" else 0.6
    by = np.where(
        other < cut,
        code,
        np.where(other < cut + (1 - cut) / 2, rng.integers(0, creators, people), -1),
    )
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)
    buyer = np.arange(people)
    rows = pd.DataFrame(
        {
            "buyer_key": np.concatenate([buyer, buyer]),
            "creator_id": np.concatenate([code, by]),
            "at": np.concatenate([first, second]),
        }
    )
    rows = rows[rows["at"] < days + 1]
    rows["ordered_at"] = start + pd.to_timedelta(rows["at"], unit="D")
    names = np.array([f"creator{number:03d}" for number in range(creators)], dtype=object)
    rows["creator_id"] = [names[c] if c >= 0 else None for c in rows["creator_id"]]
    return Buyers(
        rows.drop(columns="at").reset_index(drop=True), pd.Series(truth, index=names, name="truth")
    )
