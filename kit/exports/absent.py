"""Columns that a file lacks or leaves empty: said, since what is missing is not 0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .kinds import type_of
from .recognise import Recognised, lacks

# Columns that whole generations of genuine files lack.
_MAY_LACK = {
    "shop_orders": {"product_id"},
    "live_list": {"impressions", "clicks"},
    "product_data": {"impressions", "clicks"},
}


# What else tables and reports show of a kind, and what is empty only where a column was lost.
_SHOWN = {
    "affiliate_orders": ("fully_refunded",),
    "shop_orders": ("product_id",),
    "video_data": ("caption",),
    "live_list": ("caption", "product_id"),
    "gmv_max_creative": ("delivery_status", "authorisation", "currency"),
}
_NEVER_EMPTY = {
    "affiliate_orders": ("quantity", "commission_base_estimated", "fully_refunded"),
    "shop_orders": ("quantity", "returned_quantity", "line_revenue", "order_amount")
    + ("platform_discount", "seller_discount", "tax", "buyer_key"),
}

# … and what is empty only where a column was lost if another holds something.
_NOT_WITHOUT = {
    "standard_commission_rate": "standard_commission_estimated",
    "shop_ads_commission_rate": "shop_ads_commission_estimated",
    "commission_base_actual": "standard_commission_actual",
}


def lacking(
    header: Recognised,
    optional: frozenset[str],
    columns: Mapping[str, pd.Series],
    data: np.ndarray,
) -> list[str]:
    """What the file cannot tell, as notes: figures that are missing in the tables, never 0."""
    kind = header.kind
    absent = _absent(header, optional)
    for column in _SHOWN.get(kind.name, ()):
        if column not in header.positions and column not in {*absent, *optional}:
            absent.append(column)
    figures = [c for c in kind.used if type_of(c) in ("money", "count", "rate")]

    def hollow(column: str) -> bool:
        return column in columns and bool(data.any()) and bool(columns[column][data].isna().all())

    empty = [c for c in _NEVER_EMPTY.get(kind.name, figures) if hollow(c)]
    empty += [
        column
        for column, other in _NOT_WITHOUT.items()
        if hollow(column) and other in columns and not hollow(other)
    ]
    notes = [f"has no {lacks(kind, absent)}: missing in the tables, not 0"] if absent else []
    if empty:
        notes.append(f"has nothing in {lacks(kind, empty)}: missing in the tables, not 0")
    return notes


def _absent(header: Recognised, optional: frozenset[str]) -> list[str]:
    """Used columns that the file lacks although files of its kind have them."""
    spared = optional | _MAY_LACK.get(header.kind.name, frozenset())
    return [c for c in header.kind.used if c not in header.positions and c not in spared]
