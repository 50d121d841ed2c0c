"""The compliance record: incidents by severity and date, beside the ratings that the ledgers hold.

What counts against a promotion is the policy's: a violation, or a warning that nobody has resolved,
in the months that have to be clean (`policy.promotion.clean_months`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import metrics, sample_clock, tiers
from kit.metrics.months import INCIDENTS
from kit.metrics.periods import as_day

SEVERITIES = ("violation", "warning", "note")
COLUMNS = [
    *("severity", "happened_on", "creator_id", "tier", "post_id", "what", "resolved_on"),
    *("counts", "health_rating", "health_rating_on"),
]


def incidents(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per incident of the months that have to be clean, the gravest and newest first.

    resolved_on is missing while open on `as_of`; counts tells whether it stands against a
    promotion; health_rating (and its day) is the creator's as the ledger has it, missing if not.
    """
    day = pd.Timestamp(as_day(as_of))
    clean = tiers.clean_period(day.date(), client.policy)
    rows = client.frame("compliance")
    rows = rows[rows["happened_on"].between(pd.Timestamp(clean.start), day)]
    rows = rows.assign(resolved_on=rows["resolved_on"].where(rows["resolved_on"] <= day))
    grave = rows["severity"].isin(INCIDENTS)
    still = rows["resolved_on"].isna()
    people = metrics.people(client, as_of)[["creator_id", "tier"]]
    rated = client.frame("creators")[["creator_id", "health_rating", "health_rating_on"]]
    rows = rows.assign(counts=grave & ((rows["severity"] == "violation") | still))
    rows = rows.merge(people, on="creator_id", how="left")
    rows = rows.merge(rated, on="creator_id", how="left")
    place = rows["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    rows = rows.assign(place=place).sort_values(
        ["place", "happened_on", "creator_id"], ascending=[True, False, True], ignore_index=True
    )
    return rows[COLUMNS]


def scores(client: Any) -> pd.DataFrame:
    """One row per product with a score in the ledger: product_id, product, score, lowest first."""
    rows = client.frame("products").dropna(subset=["product_score"])
    rows = rows.sort_values("valid_from", na_position="first").drop_duplicates(
        "product_id", keep="last"
    )
    called = sample_clock.names(client)
    named = [called.get(product, product) for product in rows["product_id"]]
    table = rows.assign(product=named, score=rows["product_score"])
    table = table[["product_id", "product", "score"]]
    return table.sort_values(["score", "product"], ignore_index=True)
