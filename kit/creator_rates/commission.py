"""A creator's settled commission against what the agreement says: arithmetic, not statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kit import words
from kit.creator_rates.shared import plain_percent
from kit.policy import Commission, Policy, load_policy


def commission_flags(rows: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    """One row per row of `rows`: does the commission paid lie where the agreement says?

    `rows` (one per creator, route and basis) has `ratio` (settled commission ÷ settled base),
    `expected` (rate × base ÷ base), `orders` (settled), `route` (standard, shop_ads) and `basis`
    (agreement, printed). act: |ratio − expected| above the tolerance on enough settled orders.
    Without an agreement (printed) only standard commission outside tier 1's range is flagged.
    Estimated amounts never enter. No settled base → missing, with the reason.
    """
    rule = (policy or load_policy()).commission
    low, high = rule.tier1
    ratio, expected = rows["ratio"].astype(float), rows["expected"].astype(float)
    agreed = rows["basis"] == "agreement"
    outside = (ratio < low - 1e-9) | (ratio > high + 1e-9)
    off = ((ratio - expected).abs() > rule.tolerance + 1e-9).where(
        agreed, outside & (rows["route"] == "standard")
    )
    enough = rows["orders"].fillna(0) >= rule.min_orders
    flag = pd.Series(np.select([off & enough, off], ["act", "watch"], "ok"), rows.index)
    table = rows.assign(flag=flag.astype("str").where(ratio.notna()))
    return table.assign(reason=[_reason(row, rule) for row in table.itertuples()])


def _reason(row: Any, rule: Commission) -> str:
    if pd.isna(row.ratio):
        return "no commission is settled yet"
    low, high = rule.tier1
    route = "Shop Ads" if row.route == "shop_ads" else "standard"
    if row.basis == "agreement":
        against = f"where {plain_percent(row.expected)} is agreed"
    elif row.route == "standard":
        inside = low - 1e-9 <= row.ratio <= high + 1e-9
        place = "inside" if inside else "outside"
        against = f"with no rate agreed, {place} tier 1's {words.percent_range(low, high, 0)}"
    else:
        against = "with no rate agreed"
    text = (
        f"paid {plain_percent(row.ratio)} {route} commission {against} "
        f"({words.count(row.orders, 'settled order')})"
    )
    if row.flag == "watch":
        more = words.count(rule.min_orders - row.orders, "more settled order")
        return f"{text}; about {more} to be sure"
    return text
