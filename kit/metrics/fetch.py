"""From an Ibis expression, computed where the data lives, to a small pandas frame."""

from typing import Any

import pandas as pd

from kit import contracts


def fetch(rows: Any) -> pd.DataFrame:
    """The rows in pandas: money float, counts `Int64`, flags `boolean`, days at midnight."""
    return contracts.frame(rows.to_pyarrow())
