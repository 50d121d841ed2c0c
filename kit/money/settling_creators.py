"""How far each creator's contribution still moves, as creators with as many open orders moved.

A creator's own past is short: of a handful of orders none may have come back yet. So the range is
that of everybody who had about as many orders open, and the creator's own widest where it is wider.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import words
from kit.metrics.fetch import fetch
from kit.metrics.periods import as_day, four_weeks
from kit.metrics.sales import FINAL_STATUSES, lines_of
from kit.money.settling import AGES, MIN_PERIODS, WEEKS, age_of_download, settled_weeks
from kit.money.settling import weeks_as_known as known

TAIL = 0.05  # of the past cases on either side, left out of the range
LIKE = 2  # half to twice as many open orders
MIN_CASES, MIN_CREATORS = 20, 5
COLUMNS = ["subject", "low", "high", "age_days", "open_orders", "cases", "creators", "refused"]


def by_creator(client: Any, as_of: date | str, left: pd.DataFrame) -> pd.DataFrame:
    """One row per creator of `left`: between what the contribution should lie once settled.

    `left` has subject and contribution. Columns low and high (client's currency), age_days (how
    soon after they ended the past four weeks were looked at), open_orders (those that may still be
    cancelled or returned), cases and creators (past four weeks of creators with half to twice as
    many, with fewer where those are too few, and how many creators those are) and refused (why
    there is no range, in words). Of fewer orders each moves more, so such a range is rather too
    wide than too narrow.

    A case is one creator's settled four weeks as the downloads showed them then: contribution of
    its lines once settled less that shown, ÷ GMV of orders that were open. The range is from the
    5th to the 95th percentile, widened to the creator's own cases, times the GMV open now. Without
    open orders nothing moves; under 20 cases of 5 creators or under four Sundays it is refused.
    """
    day, download = as_day(as_of), age_of_download(client, as_of)
    age = next((age for age in AGES if age >= download), AGES[-1])
    past = cases(client, day, age)
    now = _open(client, day)
    rows = left[["subject", "contribution"]].merge(now, on="subject", how="left")
    rows = rows.fillna({"open": 0.0, "open_orders": 0})
    found = [_range(row, past, age) for row in rows.itertuples()]
    return pd.DataFrame(found, columns=COLUMNS)


def cases(client: Any, day: date, age: int) -> pd.DataFrame:
    """One row per settled four weeks and creator who had orders open `age` days after them.

    Columns sunday, creator_id, open_orders, open (GMV) and moved (÷ open).
    """
    offsets = [age + 7 * n for n in range(WEEKS)]
    rows = known(client, day, offsets, "creator_id")
    numbers = rows.columns.drop(["offset", "week", "creator_id"])
    whole = rows.groupby(["offset", "week"], as_index=False)[list(numbers)].sum()
    sundays = [row[0] for row in settled_weeks(whole, client, age, day)]
    if not sundays:
        return pd.DataFrame(columns=["sunday", "creator_id", "open_orders", "open", "moved"])
    rows = rows.dropna(subset=["creator_id"])
    back = pd.DataFrame({"offset": [*offsets, *[-1] * WEEKS], "back": [*range(WEEKS)] * 2})
    each = rows.merge(back, on="offset")
    each["sunday"] = each["week"] + pd.to_timedelta(6 + 7 * each["back"], unit="D")
    each = each[each["sunday"].isin(sundays)]
    keys = ["sunday", "creator_id"]
    then = each[each["offset"] >= 0].groupby(keys)[["contribution", "open", "open_orders"]].sum()
    last = each[each["offset"] < 0].groupby(keys)["contribution"].sum()
    then = then[then["open"] > 0].astype("float64")
    moved = (last.reindex(then.index).fillna(0.0) - then.pop("contribution")) / then["open"]
    return then.assign(moved=moved.astype("float64").round(9)).reset_index()


def _open(client: Any, day: date) -> pd.DataFrame:
    """GMV and orders of each creator's four weeks that may still be cancelled or returned."""
    lines = lines_of(client, day, four_weeks(day))
    lines = lines.filter((~lines.status.isin(FINAL_STATUSES)).fill_null(True))
    sums = lines.group_by(subject=lines.creator_id).agg(
        open=lines.gmv.sum().cast("float64"), open_orders=lines.order_id.nunique()
    )
    return fetch(sums)


def _range(row: Any, past: pd.DataFrame, age: int) -> tuple[Any, ...]:
    orders = int(row.open_orders)
    like = _like(past, orders)
    told = (age, orders, len(like), like["creator_id"].nunique())
    if pd.isna(row.contribution):
        return (row.subject, None, None, *told, "the contribution is not known")
    if orders == 0:
        return (row.subject, row.contribution, row.contribution, *told, "")
    if not _enough(like):
        return (row.subject, None, None, *told, _too_few(*told[2:]))
    own = like.loc[like["creator_id"] == row.subject, "moved"]
    low, high = like["moved"].quantile(TAIL), like["moved"].quantile(1 - TAIL)
    ends = min(low, *own, 0.0), max(high, *own, 0.0)
    return (row.subject, *(row.contribution + end * row.open for end in ends), *told, "")


def _like(past: pd.DataFrame, orders: int) -> pd.DataFrame:
    """The cases with half to twice as many open orders; with fewer, where those are too few."""
    most = past[past["open_orders"] <= orders * LIKE]
    floors = [orders / LIKE, *sorted(most["open_orders"].unique(), reverse=True)]
    for floor in floors:
        like = most[most["open_orders"] >= min(floor, orders / LIKE)]
        if _enough(like):
            return like
    return most


def _enough(like: pd.DataFrame) -> bool:
    return (
        len(like) >= MIN_CASES
        and like["creator_id"].nunique() >= MIN_CREATORS
        and like["sunday"].nunique() >= MIN_PERIODS
    )


def _too_few(cases: int, creators: int) -> str:
    had = words.count(cases, "earlier four weeks", "earlier four weeks")
    return (
        f"{had} of {words.count(creators, 'creator')} with as many open orders or fewer settled "
        f"and downloaded in time; {MIN_CASES} of {MIN_CREATORS} creators over {MIN_PERIODS} "
        "Sundays needed"
    )
