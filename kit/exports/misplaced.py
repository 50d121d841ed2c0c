"""Figures under another column's header, and lists under another window's name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import ExportError
from .kinds import type_of
from .periods import Period
from .typed import Typed

FEWEST = 3
FEWEST_ORDERS = 100  # of one buyer alone, that no shop has
# What a cell of each type never holds, whatever the market's style: another type's mark.
_FOREIGN = {
    "count": r".*[$€£¥฿₱₫%].*",
    "money": r".*%$",
    "rate": r".*[$€£¥฿₱₫].*",
    "number": r".*%$",
}


def foreign(table: Typed, text: Mapping[str, pd.Series], column: str) -> np.ndarray | None:
    """Cells that hold another type's figure ("$12.00" as a count); None for types that cannot."""
    pattern = _FOREIGN.get(type_of(column))
    if pattern is None or column not in table.broken:
        return None
    bad = table.broken[column][0]
    if not bad.any():
        return None
    result = np.zeros(len(bad), dtype=bool)
    result[bad] = text[column][bad].str.fullmatch(pattern).fillna(False).to_numpy(dtype=bool)
    return result


def refuse_other_columns(
    table: Typed, text: Mapping[str, pd.Series], names: Mapping[str, str], data: np.ndarray
) -> None:
    """Raise ExportError where most cells of two columns cannot be what their headers say."""
    strange = []
    for column in text:
        if column not in table.broken or type_of(column) not in ("count", "money", "rate", "time"):
            continue
        bad = int((table.broken[column][0] & data).sum())
        if bad < FEWEST:
            continue
        filled = int(text[column][data].notna().sum())
        if bad * 2 > filled:
            strange.append(f"{names[column]} ({bad} of {filled})")
    if len(strange) >= 2:
        raise ExportError(
            f"holds cells that are not what their headers say in {', '.join(strange[:4])}. The "
            "columns seem to have moved against the headers, or to be written in another market's "
            "way: download the export again and do not edit it."
        )


def refuse_one_buyer(table: Typed, names: Mapping[str, str], data: np.ndarray) -> None:
    """Raise ExportError where one buyer has placed every one of many orders: no name of a buyer."""
    if "buyer_key" not in table.columns:
        return
    broken = table.unreadable("order_id")
    rows = data if broken is None else data & ~broken
    buyers = table.columns["buyer_key"][rows].dropna().nunique()
    orders = table.columns["order_id"][rows].nunique()
    if buyers == 1 and orders >= FEWEST_ORDERS:
        raise ExportError(
            f"has one and the same {names['buyer_key']} on all of {orders} orders. Another column "
            "seems to stand under that header: download the export again and do not edit it."
        )


def later_posts(rows: pd.DataFrame, window: Period) -> str | None:
    """What to say of posts that a list names and that were published after its window.

    Raises ExportError where there are several: the file is named for another window.
    """
    if "published_on" not in rows:
        return None
    later = rows["published_on"] > pd.Timestamp(window.end) + pd.Timedelta(days=1)
    if not later.any():
        return None
    first = rows[later].iloc[0]
    told = (
        f"is named for {window.start} to {window.end} and lists a post of "
        f"{first['published_on'].date()} (row {first['row']})"
    )
    if later.sum() < FEWEST:
        return f"{told}: its name may be wrong"
    raise ExportError(f"{told}. Give the file the window that it was downloaded for.")
