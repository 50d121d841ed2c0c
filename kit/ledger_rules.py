"""What may not stand in a ledger: days out of order, the same thing twice, two deals at once.

Each rule tells the row and the column, what was found, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit import words
from kit.errors import LedgerError

IN_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "agreements": (("valid_from", "valid_to"), ("exclusivity_from", "exclusivity_until")),
    "compliance": (("happened_on", "resolved_on"),),
    "samples": (
        ("requested_on", "approved_on"),
        ("requested_on", "shipped_on"),
        ("shipped_on", "delivered_on"),
    ),
    "spark_codes": (("authorised_on", "ends_on"), ("flight_from", "flight_to")),
}

ONCE: dict[str, tuple[str, ...]] = {
    "creators": ("handle",),
    "products": ("product_id", "sku_id", "valid_from"),
    "briefs": ("brief_id",),
    "samples": ("sample_id",),
    "costs": ("month", "kind"),
    "hooks": ("post_id", "source", "window_s", "seen_on"),
}


def contradictions(name: str, values: Mapping[str, Any]) -> list[str]:
    """What the cells of one row say against one another, a sentence each with its column."""
    found = [
        f"column {later} is {values[later]}, before {first} {values[first]}."
        for first, later in IN_ORDER.get(name, ())
        if values.get(first) and values.get(later) and values[later] < values[first]
    ]
    if name == "hooks" and (values.get("held_views") or 0) > (values.get("views") or 0):
        found.append(f"column held_views is {values['held_views']}, above views {values['views']}.")
    if name == "agreements" and values.get("flat_fee") and not values.get("fee_per"):
        found.append("column fee_per is empty beside a flat_fee. Expected post, month or deal.")
    if name == "spark_codes" and values.get("kind") == "video_code" and not values.get("post_id"):
        found.append("column post_id is empty: a video_code belongs to one post.")
    return found


def repeats(rows: pd.DataFrame, name: str) -> list[str]:
    """Rows that name the same thing twice, though the ledger holds each once."""
    key = [column for column in ONCE.get(name, ()) if column in rows]
    if not key or rows.empty:
        return []
    named = rows[rows[key[0]].notna()]
    same = named.duplicated(key, keep=False)
    return [
        f"rows {', '.join(str(row) for row in group['row'])} are all for "
        f"{', '.join(str(group.iloc[0][column]) for column in key if group.iloc[0][column])} "
        f"(column {', '.join(key)}). Keep one of them."
        for _, group in named[same].groupby(key, dropna=False, sort=True)
    ]


def two_briefs(rows: pd.DataFrame) -> list[str]:
    """Posts that stand in several rows of `briefs.csv`, a sentence each with these rows."""
    if "post_id" not in rows:
        return []
    posts = brief_posts(rows)
    posts = posts[posts.duplicated("post_id", keep=False)]
    return [
        f"rows {words.listed(own['row'].astype(str))}, column post_id: post {post} stands in "
        f"briefs {words.listed(own['brief_id'])}. A post answers one brief."
        for post, own in posts.groupby("post_id", sort=True)
    ]


def brief_posts(briefs: pd.DataFrame) -> pd.DataFrame:
    """One row per brief and post it led to: the brief's columns, its ``;`` list of ids parted."""
    given = briefs[briefs["post_id"].notna()]
    parted = given.assign(post_id=given["post_id"].astype("str").str.split(";")).explode("post_id")
    parted["post_id"] = parted["post_id"].str.strip()
    return parted[parted["post_id"] != ""].drop_duplicates(["brief_id", "post_id"])


def refuse_two_agreements(rows: pd.DataFrame, file: str) -> None:
    """Refuse `agreements.csv` where two deals of one creator are in force on one day."""
    ordered = rows.sort_values(["handle", "valid_from", "row"])
    before: Any = None
    for now in ordered.to_dict("records"):
        end = before and (before.get("valid_to") or None)
        if before and before["handle"] == now["handle"]:
            if end is None or pd.isna(end) or end >= now["valid_from"]:
                raise LedgerError(
                    f"{file}: rows {before['row']} and {now['row']} are two agreements of "
                    f"{now['handle']} on {now['valid_from']}. End the first (valid_to) the day "
                    "before the second begins."
                )
        before = now
