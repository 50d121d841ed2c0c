"""A creator's repeat purchase against the program's: a customer quality indicator, never an act.

References
----------
Effective size of a Kaplan-Meier estimate: Rothman (1978), J Chronic Dis 31(8).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kit import estimate, words
from kit.creator_rates.shared import sure
from kit.policy import Policy, load_policy

Z95 = stats.norm.ppf(0.975)


def repeat_flags(rates: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    """One row per row of `rates`: repeat rate shrunk to the program, P(below half of it), flag.

    `rates` has creator_id, `value` (share of buyers back within 60 days), `ci_high` (upper end
    of its 95% interval) and `n` (buyers). Watch at P ≥ `verdict.act`; it never acts on its own.
    Estimate and interval (90%) replace the interval given.
    """
    policy = policy or load_policy()
    size = effective_size(rates["value"], rates["ci_high"])
    events = (size * rates["value"]).clip(upper=size)
    shrunk = estimate.shrink_rates(events, size)
    half = 0.5 * float(events.sum() / size.sum()) if size.sum() > 0 else 0.0
    below = pd.Series(np.nan, rates.index)
    if half > 0:
        below = 1 - estimate.probability_above(events, size, half)
    flag = np.where(below >= policy.verdict.act, "watch", "ok")
    table = rates.assign(
        estimate=shrunk["estimate"],
        ci_low=shrunk["ci_low"],
        ci_high=shrunk["ci_high"],
        probability=below,
        flag=flag,
    )
    return table.assign(reason=[_reason(row, policy.repeat.days) for row in table.itertuples()])


def effective_size(rate: pd.Series, ci_high: pd.Series) -> pd.Series:
    """How many independent buyers a 95% score interval is worth: z² u(1−u)/(u − rate)².

    The upper end u solves (rate − u)² = z² u(1−u)/n (Wilson 1927).
    """
    gap = ci_high - rate
    return (Z95**2 * ci_high * (1 - ci_high) / gap.where(gap > 0) ** 2).fillna(0.0)


def _reason(row: Any, days: int) -> str:
    buyers = words.count(row.n, "buyer")
    share = words.percent(row.value) if row.value > 0 else "none"
    text = f"{share} of {buyers} came back within {days} days"
    if row.flag == "watch":
        return f"{text}, under half the program's rate ({sure(row.probability)})"
    return text
