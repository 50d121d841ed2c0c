"""Sentences of the analyst's desk: what would be decided otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit import words


def what_if(flips: pd.DataFrame, changes: Mapping[str, Any]) -> str:
    """How many decisions fall otherwise with other thresholds, by rule. Rows of `what_if`."""
    given = words.listed(f"{place} at {_value(value)}" for place, value in changes.items())
    if flips.empty:
        return f"With {given}, every decision stays as it is."
    kinds = flips.groupby(["rule", "now", "then"], sort=True).size()
    told = [f"{rule} {now} → {then}: {count}" for (rule, now, then), count in kinds.items()]
    return words.sentence(
        f"With {given}, {words.count(len(flips), 'decision')} "
        f"{'falls' if len(flips) == 1 else 'fall'} otherwise ({'; '.join(told)})"
    )


def _value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return words.listed(_value(part) for part in value)
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
