"""Who the creators are: of which tier, where they entered, and whether on the roster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from kit import contracts


def standing(
    creators: pd.DataFrame,
    tiers: pd.DataFrame,
    agreements: pd.DataFrame,
    as_of: date,
    floors: tuple[int, int, int],
) -> pd.DataFrame:
    """One row per creator, as of a day: `creator_id`, `tier`, `entry_tier`, `on_roster`.

    Tier: the last move of `tiers` on or before the day, else the tier the ledger gives, else the
    follower band; followers unknown, no tier. Entry tier: the first `from_tier`, else the tier.
    Roster: status active, or an agreement in force on the day; where no creator stands in the
    ledger at all, everyone.
    """
    day = pd.Timestamp(as_of)
    people = creators[["creator_id"]].copy()
    moves = tiers.sort_values(["changed_on", "row"], kind="stable")
    last = moves[moves["changed_on"] <= day].groupby("creator_id")["to_tier"].last()
    first = moves.groupby("creator_id")["from_tier"].first()
    people["tier"] = (
        contracts.look_up(people["creator_id"], last)
        .astype("Int64")
        .fillna(creators["tier_given"])
        .fillna(follower_band(creators["followers"], floors))
    )
    entered = contracts.look_up(people["creator_id"], first).astype("Int64")
    people["entry_tier"] = entered.fillna(people["tier"])
    people["on_roster"] = _on_roster(creators, agreements, day)
    return people


def follower_band(followers: pd.Series, floors: tuple[int, int, int]) -> pd.Series:
    """Tier by followers: 1 below the second floor, 2 below the third, else 3; unknown stays so.

    >>> follower_band(pd.Series([99_999, 100_000, 500_000]), (0, 100_000, 500_000)).tolist()
    [1, 2, 3]
    """
    count = followers.astype("Float64").to_numpy(float, na_value=np.nan)
    band = np.searchsorted(np.asarray(floors[1:], float), count, side="right") + 1.0
    return pd.Series(np.where(np.isnan(count), np.nan, band), followers.index).astype("Int64")


def _on_roster(creators: pd.DataFrame, agreements: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    if not creators["in_ledger"].fillna(False).any():
        return pd.Series(True, index=creators.index, dtype="boolean")
    force = agreements[
        (agreements["valid_from"] <= day)
        & (agreements["valid_to"].isna() | (agreements["valid_to"] >= day))
    ]
    agreed = creators["creator_id"].isin(set(force["creator_id"].dropna()))
    return ((creators["status"] == "active") | agreed).astype("boolean")


def creators(
    ledgers: Mapping[str, pd.DataFrame],
    in_exports: set[str],
    followers: pd.DataFrame,
    as_of: date,
    floors: tuple[int, int, int],
) -> pd.DataFrame:
    """One row per creator of a ledger or of any export, standing as of the newest day.

    `followers` (`creator_id`, `followers`, `seen_on`) is what the exports print; it fills in where
    the ledger is silent.
    """
    listed = ledgers["creators"]
    named = {
        creator
        for table in ledgers.values()
        if "creator_id" in table
        for creator in table["creator_id"].dropna()
    }
    everyone = pd.DataFrame({"creator_id": sorted(named | in_exports)}, dtype="str")
    known = set(listed["creator_id"])
    people = everyone.merge(
        listed.drop(columns=["tier", "entry_tier", "in_ledger", "in_exports", "on_roster"]),
        on="creator_id",
        how="left",
    )
    people["handle"] = people["creator_id"]
    people["in_ledger"] = people["creator_id"].isin(known).astype("boolean")
    people["in_exports"] = people["creator_id"].isin(in_exports).astype("boolean")
    people = _fill_followers(people, followers)
    stand = standing(people, ledgers["tiers"], ledgers["agreements"], as_of, floors)
    return people.merge(stand, on="creator_id")


def _fill_followers(people: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    newest = printed.dropna(subset=["followers"]).sort_values(["seen_on", "creator_id"])
    newest = newest.drop_duplicates("creator_id", keep="last").set_index("creator_id")
    silent = people["followers"].isna()
    filled = people.copy()
    for name, known in (("followers", "followers"), ("followers_seen_on", "seen_on")):
        printed_now = contracts.look_up(people["creator_id"], newest[known])
        filled[name] = people[name].where(~silent, printed_now.astype(people[name].dtype))
    return filled


def empty_followers() -> pd.DataFrame:
    """No follower counts: what `creators` takes when no Creator List was exported."""
    return contracts.empty(contracts.Creators)[["creator_id", "followers"]].assign(
        seen_on=pd.Series(dtype="datetime64[us]")
    )
