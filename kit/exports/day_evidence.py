"""What of a file only one order of day and month can be: its period, its times, its days in a row.

Each function gives the orders ("dmy", "mdy") that the file's dates may still have. It rules one
out only where the other breaks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from . import dates
from .periods import Period

ORDERS = ("dmy", "mdy")
DAY = pd.Timedelta(days=1)
# What an order passes through, as far as the steps follow each other wherever it is sold.
_STEPS = (
    ("ordered_at", "paid_at"),
    ("ordered_at", "shipped_at"),
    ("ordered_at", "delivered_at"),
    ("ordered_at", "cancelled_at"),
    ("ordered_at", "commission_paid_at"),
    ("shipped_at", "delivered_at"),
    ("delivered_at", "commission_paid_at"),
)
_LONGEST_LIVE = pd.Timedelta(days=2)
# Columns whose days follow each other closely in a download. Not the settling of commissions, which
# may have a fixed day of the month, nor what a list's posts were published on.
_RUN = ("ordered_at", "paid_at", "shipped_at", "delivered_at", "date")
# One reading has to be so many times likelier for its days to lie so much closer: four days in a
# row instead of the same day of four months; three where the kind is known to print them so.
RUN_ODDS, RUN_ODDS_USUAL = 1_000, 100
FEWEST_POSTS = 3
OUTSIDE = 0.01


class Place(NamedTuple):
    """Where a sheet's cells stand: their rows' numbers, the file's period, the day of its time."""

    row: np.ndarray
    period: Period | None
    downloaded: date | None


@dataclass
class Dated:
    """The dates of one sheet and what else of it may tell their order.

    `text` are all its cells as printed, `usual` the order its kind is known to print.
    """

    parts: Mapping[str, dates.Parts]
    text: Mapping[str, pd.Series]
    place: Place
    usual: str | None = None
    _read: dict[tuple[str, str], pd.Series] = field(default_factory=dict)

    def local(self, column: str, order: str) -> pd.Series:
        """A column's local times in one order, missing where no date of it is one."""
        if (column, order) not in self._read:
            self._read[column, order] = dates.local_times(self.parts[column], order)[0]
        return self._read[column, order]


def other(order: str) -> str:
    """The other order of day and month."""
    return "mdy" if order == "dmy" else "dmy"


def _kept(outside: Mapping[str, float], most: float = 0.0) -> set[str]:
    """The orders that are not ruled out: one has more than `most` outside, the other nothing."""
    return {order for order in ORDERS if not (outside[order] > most and outside[other(order)] == 0)}


def _in_its_period(found: Dated) -> set[str]:
    """Orders whose days lie inside the period that the file's name gives."""
    names = ("paid_at", "ordered_at", "date", "published_at")
    name = next((n for n in names if n in found.parts), None)
    if name is None or found.place.period is None:
        return set(ORDERS)
    first = pd.Timestamp(found.place.period.start) - DAY
    last = pd.Timestamp(found.place.period.end) + 2 * DAY
    outside = {}
    for order in ORDERS:
        days = found.local(name, order).dropna()
        wrong = days >= last
        if name != "published_at":  # a list of a week names older posts too
            wrong |= days < first
        outside[order] = float(wrong.mean()) if len(days) else 0.0
    return _kept(outside, OUTSIDE)


def _not_to_come(found: Dated) -> set[str]:
    """Orders in which nothing happens after the file was downloaded."""
    if found.place.downloaded is None:
        return set(ORDERS)
    if found.place.period is not None and found.place.period.end > found.place.downloaded:
        return set(ORDERS)  # the file's time is no witness
    end = pd.Timestamp(found.place.downloaded) + 2 * DAY
    return _kept(
        {
            order: float(sum((found.local(c, order) >= end).sum() for c in found.parts))
            for order in ORDERS
        }
    )


def _one_after_another(found: Dated) -> set[str]:
    """Orders in which no line is paid, shipped, delivered or settled before it is created."""
    outside = dict.fromkeys(ORDERS, 0.0)
    for order in ORDERS:
        for early, late in _STEPS:
            if early in found.parts and late in found.parts:
                first, second = found.local(early, order), found.local(late, order)
                outside[order] += float((second < first - DAY).sum())
        if {"published_at", "ended_at"} <= found.parts.keys():
            lasted = found.local("ended_at", order) - found.local("published_at", order)
            outside[order] += float(((lasted < -DAY) | (lasted > _LONGEST_LIVE)).sum())
    return _kept(outside)


def _after_their_posts(found: Dated) -> set[str]:
    """Orders that agree with the second of its making that a post's id carries in its upper half.

    A list's posts are published on that day. Where no order line comes before its post in one
    reading and several do in the other, that other is wrong.
    """
    name = "published_at" if "published_at" in found.parts else "ordered_at"
    if "post_id" not in found.text or name not in found.parts:
        return set(ORDERS)
    ids = found.text["post_id"].str.extract(r"^(\d{19})$", expand=False)
    seconds = ids.astype("Float64").to_numpy(dtype="float64", na_value=np.nan) / 2**32
    late = {}
    for order in ORDERS:
        shown = found.local(name, order)
        passed = (shown - pd.Timestamp(0)).dt.total_seconds().to_numpy() - seconds
        days = passed[~np.isnan(passed)] / 86_400
        if name == "published_at":
            late[order] = float((np.abs(days) > 2).mean()) if len(days) else 1.0
        else:
            late[order] = float((days < -2).sum())
    if name == "published_at":
        fits = [order for order in ORDERS if late[order] < 0.1 and late[other(order)] > 0.5]
        return set(fits) or set(ORDERS)
    return _kept(late, FEWEST_POSTS - 1)


def _close_together(found: Dated) -> set[str]:
    """Orders whose days follow each other, where the other's lie months apart on one day of each.

    A download holds days in a row. Of n days drawn from a stretch, the likelihood is its length to
    the power of 1 − n.
    """
    columns = [column for column in _RUN if column in found.parts]
    if not columns:
        return set(ORDERS)
    logs = {}
    for order in ORDERS:
        together = pd.concat([found.local(column, order) for column in columns])
        days = together.dropna().dt.normalize().unique()
        logs[order] = (len(days) - 1) * float(
            np.log((days.max() - days.min()) / DAY + 1) if len(days) else 0.0
        )
    apart = logs["dmy"] - logs["mdy"]
    likelier = "mdy" if apart > 0 else "dmy"
    enough = RUN_ODDS_USUAL if likelier == found.usual else RUN_ODDS
    return {likelier} if abs(apart) >= np.log(enough) else set(ORDERS)


EVIDENCE: tuple[Callable[[Dated], set[str]], ...] = (
    _in_its_period,
    _not_to_come,
    _one_after_another,
    _after_their_posts,
    _close_together,
)
