"""Columns that the platform exports no more, as `client.toml` says, and what is missing since.

``"Refunds" = 2026-05-04`` under ``[gone.video_data]``: from that day on the downloads lack the
column for good. What rests on it is missing from then on, and said; other figures stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from kit import words
from kit.exports import headers
from kit.exports.kinds import KINDS, is_of_api, type_of

_REFUNDS = "what was refunded of each {} as the platform adds it up (refunds of order lines stand)"
_BONUS = "the {} co-funded creator bonus"
_PART = "whether {} GMV by creator agrees with the posts, and GMV with its parts,"

# By kind: each money column that may be gone, and what is missing then. A column is listed only if
# everything that rests on it is shown as missing; without any other, money would be counted as 0.
LOST: dict[str, dict[str, str]] = {
    "video_data": {"refunded_amount": _REFUNDS.format("video")},
    "video_list": {"refunded_amount": _REFUNDS.format("video")},
    "live_list": {"refunded_amount": _REFUNDS.format("LIVE")},
    "product_data": {"refunded_amount": _REFUNDS.format("product")},
    "creator_list": {"refunded_amount": _REFUNDS.format("creator")},
    "creator_data": {
        "refunded_amount": _REFUNDS.format("creator"),
        "gmv_video": _PART.format("video"),
        "gmv_live": _PART.format("LIVE"),
        "gmv_product_card": "whether GMV by creator agrees with its parts",
    },
    "affiliate_orders": {
        "cofunded_bonus_estimated": _BONUS.format("estimated"),
        "cofunded_bonus_actual": _BONUS.format("actual"),
    },
}


def named(
    given: Mapping[str, Mapping[str, date]], own: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, date]]:
    """`[gone.<kind>]` of client.toml by canonical column; `own` are the client's own headers.

    Raises ValueError for a column that there is not, or that cannot be done without.
    """
    return {
        kind: {_column(kind, name, own.get(kind, {})): day for name, day in days.items()}
        for kind, days in given.items()
    }


def _column(kind: str, name: str, own: Mapping[str, str]) -> str:
    known = headers.canonical(kind, own.get(name) or name)
    title = KINDS[kind].title
    lost = LOST.get(kind, {})
    if known in lost:
        return str(known)
    listed = words.listed([json.dumps(headers.printed(kind, c)) for c in lost], last="or")
    may = f"What may be gone of {title} is {listed}" if lost else f"Nothing of {title} may be gone"
    if known is None:
        raise ValueError(f"{name!r} is neither a column nor a known header of {kind}. {may}")
    if type_of(known) == "money" or known in KINDS[kind].required + KINDS[kind].signs:
        raise ValueError(
            f"{title} cannot be counted without {name!r}: money would read as 0. {may}"
        )
    raise ValueError(f"downloads without {name!r} withhold nothing: take this line out. {may}")


class Standing(NamedTuple):
    """What became of one line of `[gone.<kind>]`: the files that it excuses, and a file against it.

    `excused` are (file, sheet) pairs that lack the column; `against` is the first file from the day
    on that has it, `held_until` that file's last day.
    """

    kind: str
    column: str
    day: date
    excused: frozenset[tuple[str, str]]
    against: str
    held_until: date | None


def standing(
    files: pd.DataFrame, met: pd.DataFrame, declared: Mapping[str, Mapping[str, date]]
) -> list[Standing]:
    """One per line of `[gone.<kind>]`; `files` and `met` are the tables of files and headers.

    The API's files do not count, having columns of their own. A file that lacks the column is
    excused if it reaches the day or was downloaded from it on, and no file up to its own days has
    the column again.
    """
    sheets = files.dropna(subset=["kind"]).fillna({"sheet": ""})
    sheets = sheets.assign(until=sheets["last_day"].fillna(sheets["seen_on"]))
    found = []
    for kind, days in declared.items():
        own = sheets[sheets["kind"].eq(kind) & ~sheets["file"].map(is_of_api)]
        for column, day in days.items():
            has = own[_pairs(own).isin(_having(met, kind, column))]
            has = has[has["until"] >= pd.Timestamp(day)].sort_values(["until", "file"])
            lacks = own[own["missing"].map(lambda lost, c=column: c in lost)]
            lacks = lacks[(lacks[["until", "seen_on"]] >= pd.Timestamp(day)).any(axis=1)]
            if len(has):
                lacks = lacks[lacks["until"] < has["until"].iloc[0]]
            first = has.iloc[0] if len(has) else None
            found.append(
                Standing(
                    *(kind, column, day, frozenset(_pairs(lacks))),
                    "" if first is None else first["file"],
                    None if first is None else first["until"].date(),
                )
            )
    return found


def _pairs(sheets: pd.DataFrame) -> pd.Series:
    return pd.Series(
        list(zip(sheets["file"], sheets["sheet"], strict=True)), sheets.index, dtype=object
    )


def _having(met: pd.DataFrame, kind: str, column: str) -> set[tuple[str, str]]:
    rows = met[met["kind"].eq(kind) & met["column"].eq(column)].fillna({"sheet": ""})
    return set(zip(rows["file"], rows["sheet"], strict=True))


def cannot(found: list[Standing]) -> list[str]:
    """What cannot be known since a column is gone, one sentence per line that excuses a file."""
    return [
        f"No {headers.printed(one.kind, one.column)} in {KINDS[one.kind].title} from "
        f"{words.day(one.day)} on (client.toml): {LOST[one.kind][one.column]} cannot be known "
        "since then. It is missing there, not 0."
        for one in found
        if one.excused
    ]


def doubts(found: list[Standing]) -> list[str]:
    """Lines that a download contradicts: the column came back, or was there all along."""
    told = []
    for one in found:
        if one.held_until is None:
            continue
        what = f"{headers.printed(one.kind, one.column)} of {KINDS[one.kind].title}"
        begun = (
            f"is back in {one.against}, and read from there on"
            if one.excused
            else f"still stands in {one.against}"
        )
        told.append(
            f"{what} {begun}, although client.toml says that it is gone from {words.day(one.day)} "
            f"on. Take this line out of [gone.{one.kind}], or give the day of the first download "
            "without it."
        )
    return told


def line(kind: str, column: str, header: str, held_until: Any) -> str:
    """What to do about a column whose last download reached to a day, if it is gone for good.

    '' of a column that cannot be done without, or whose last day is not known.
    """
    if column not in LOST.get(kind, {}) or pd.isna(held_until):
        return ""
    day = (pd.Timestamp(held_until) + pd.Timedelta(days=1)).date()
    name = json.dumps(header, ensure_ascii=False)
    return (
        f"if the platform exports it no more, add {name} = {day.isoformat()} under [gone.{kind}] "
        "in client.toml"
    )
