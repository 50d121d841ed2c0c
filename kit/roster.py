"""The roster against its targets: who joined and left, whom to move, and on how few it rests."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import metrics, money, tiers
from kit.metrics.periods import as_day
from kit.metrics.sales import lines_of
from kit.onboarding import tier_setup
from kit.output import gone

MONTHS = 6
WEEKS = 12
LEVEL = 0.80


def targets(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per tier: on the roster, active, wanted, and `recruit`, the active ones missing."""
    rows = tier_setup(metrics.people(client, as_of), client.policy)
    return rows.assign(recruit=(rows["target_low"] - rows["active"]).clip(lower=0))


def flow(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per calendar month of the last six, the running one to `as_of`.

    month (its first day), joined, left, promoted, demoted, active (creators with a post in it).
    Who left is dated by the last day of their last agreement, else by their last post: no ledger
    holds the day itself. `left_unknown` counts those who have neither, the same in each row.
    """
    day = pd.Timestamp(as_day(as_of))
    people = metrics.people(client, as_of)
    members = people[people["in_ledger"]]
    went, unknown = _left(client, members[members["status"] == "left"], day)
    moves = client.frame("tiers")
    moves = moves[moves["changed_on"] <= day]
    up = moves["to_tier"] > moves["from_tier"]
    posts = client.frame("posts")
    posts = posts[posts["published_on"] <= day]
    active = posts.groupby(posts["published_on"].dt.to_period("M"))["creator_id"].nunique()
    months = pd.period_range(end=day.to_period("M"), periods=MONTHS, freq="M")
    counted = {
        "joined": _per_month(members["joined"], day),
        "left": _per_month(went, day),
        "promoted": _per_month(moves.loc[up, "changed_on"], day),
        "demoted": _per_month(moves.loc[moves["to_tier"] < moves["from_tier"], "changed_on"], day),
        "active": active,
    }
    rows = pd.DataFrame({name: many.reindex(months).fillna(0) for name, many in counted.items()})
    rows = rows.astype("int64").rename_axis("month").reset_index()
    return rows.assign(month=rows["month"].dt.to_timestamp(), left_unknown=unknown)


def _per_month(days: pd.Series, day: pd.Timestamp) -> pd.Series:
    days = days[days <= day].dropna()
    return days.dt.to_period("M").value_counts()


def _left(client: Any, who: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, int]:
    """The day each of those who left went, as far as it is known, and of how many it is not."""
    ends = client.frame("agreements").groupby("creator_id")["valid_to"].max().to_dict()
    days = pd.to_datetime(who["creator_id"].map(ends)).fillna(who["last_post_on"])
    return days[days <= day], int(days.isna().sum())


def moves(client: Any, as_of: date | str, flags: pd.DataFrame) -> pd.DataFrame:
    """One row per creator to replace, promote or demote: creator_id, tier, do, why.

    Replaced is who has surely quit (`kit.output.gone` of the weekly review's `flags`); promotions
    and demotions are those of the tier audit, with its reason.
    """
    day = as_day(as_of)
    people = metrics.people(client, day).set_index("creator_id")
    here = people["status"].isin(["left", "paused"]).map({True: False, False: True})
    lost = flags[gone(flags, client.policy)]
    lost = lost[lost["creator_id"].map(here.to_dict()).fillna(True).astype(bool)]
    rows = [(row.creator_id, "replace", row.reason) for row in lost.itertuples()]
    audit, _ = tiers.audited(client, day)
    moved = audit[audit["verdict"].isin(["promote", "demote"])]
    rows += [(row.creator_id, row.verdict, row.reason) for row in moved.itertuples()]
    table = pd.DataFrame(rows, columns=["creator_id", "do", "why"])
    table.insert(1, "tier", table["creator_id"].map(people["tier"].to_dict()).astype("Int64"))
    return table.sort_values(["do", "creator_id"], ignore_index=True)


def concentration(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator with sales in the last 28 days, the largest first.

    gmv and contribution (what is left after all costs; missing where one is not known) of the 28
    days, share and running_share of the program's GMV, unattributed sales in it; low and high hold
    80% of the creator's 28 days in the last twelve weeks (missing under twelve weeks with the
    program); newcomers is how many median active tier-1 creators bring as much GMV.
    """
    day = as_day(as_of)
    people = metrics.people(client, day).set_index("creator_id")
    left = money.summary(client, day)
    left = left[left["subject_kind"] == "creator"].set_index("subject")["contribution"]
    weekly = _weekly(client, day)
    gmv = weekly[weekly["ago"] < 4].groupby("creator_id", dropna=False)["gmv"].sum()
    total = float(gmv.sum())
    own = gmv[gmv.index.notna() & (gmv > 0)].sort_values(ascending=False, kind="stable")
    rows = own.rename_axis("creator_id").reset_index()
    rows["tier"] = rows["creator_id"].map(people["tier"].to_dict()).astype("Int64")
    rows["share"] = rows["gmv"] / total if total else np.nan
    rows["running_share"] = rows["share"].cumsum()
    rows["contribution"] = rows["creator_id"].map(left.to_dict()).astype("float64")
    spans = _four_weeks(weekly, people["joined"], day)
    rows["low"] = rows["creator_id"].map(spans[0])
    rows["high"] = rows["creator_id"].map(spans[1])
    small = people[(people["tier"] == 1) & people["active"] & people["on_roster"]].index
    middle = gmv.reindex(small).fillna(0.0).median() if len(small) else np.nan
    rows["newcomers"] = rows["gmv"] / middle if middle and middle > 0 else np.nan
    return rows


def _weekly(client: Any, day: date) -> pd.DataFrame:
    """GMV by creator (missing: nobody's) and week, `ago` 0 the seven days to `day`."""
    period = metrics.Period((pd.Timestamp(day) - pd.Timedelta(days=7 * WEEKS - 1)).date(), day)
    lines = lines_of(client, day, period)
    sums = lines.group_by(["creator_id", "day"]).agg(gmv=lines.gmv.sum().cast("float64"))
    rows = sums.to_pandas()
    ago = (pd.Timestamp(day) - pd.to_datetime(rows["day"])).dt.days // 7
    return rows.assign(ago=ago, gmv=rows["gmv"].astype(float))


def _four_weeks(
    weekly: pd.DataFrame, joined: pd.Series, day: date
) -> tuple[dict[str, float], dict[str, float]]:
    """The ends between which 80% of a creator's runs of four weeks lie; nine runs in twelve weeks.

    Runs overlap, so that this says how much it swings, not how sure a forecast is.
    """
    table = weekly.pivot_table(index="creator_id", columns="ago", values="gmv", aggfunc="sum")
    table = table.reindex(columns=range(WEEKS)).fillna(0.0)
    runs = np.array([table.iloc[:, at : at + 4].sum(axis=1) for at in range(WEEKS - 3)])
    long = joined.reindex(table.index) <= pd.Timestamp(day) - pd.Timedelta(weeks=WEEKS)
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(runs, ends, axis=0) if len(table) else (np.array([]), np.array([]))
    return (
        dict(zip(table.index[long], low[long.to_numpy()], strict=True)),
        dict(zip(table.index[long], high[long.to_numpy()], strict=True)),
    )
