"""From an Ibis expression, computed where the data lives, to a small pandas frame."""

from typing import Any

import pandas as pd

from kit import contracts, engine


def fetch(rows: Any) -> pd.DataFrame:
    """The rows in pandas: money float, counts `Int64`, flags `boolean`, days at midnight."""
    return contracts.frame(engine.read(rows))


def value(one: Any) -> Any:
    """What an expression of one value comes to; None where it is null."""
    return engine.read(one).as_py()
