"""What goes into reading a file (`Reading`) and what comes out of it (`Export`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from .headers import Met

SET_ASIDE_COLUMNS = ["file", "sheet", "row", "rule", "column", "value", "money"]


@dataclass(frozen=True)
class Reading:
    """How to read one client's files.

    `currency` and `market` decide separators and the usual day order. `date_order` gives "dmy" or
    "mdy" by kind, under "" for every kind; it counts only where a file leaves its order open or
    contradicts what is usual. `others` gives the order that the client's other files show, by kind,
    with how it is known (`day_order.DayOrder.by`). Buyers are hashed with `salt`.
    `window` is the period of files whose name does not say one. `extra_headers` holds the
    client's own header names, {kind: {header: canonical column}}.
    """

    currency: str
    market: str
    export_time_zone: str
    ads_time_zone: str
    date_order: Mapping[str, str] | None
    salt: bytes
    window: tuple[date, date] | None = None
    extra_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """One recognised sheet of one file.

    `rows` holds canonical, typed columns and `row`, the row's number as a spreadsheet shows it.
    `set_aside` holds the broken rows with the rule each broke. `totals` is the printed totals
    row. `unmatched` are headers nobody knows, `missing` known columns that this file lacks.
    `headers` are all of them as printed, each with what it was taken for. `day_order` is the order
    of its dates and how it is known (`day_order.DayOrder`), both empty where none is needed.
    """

    path: Path
    sheet: str | None
    kind: str
    sha256: str
    modified: float
    rows: pd.DataFrame
    set_aside: pd.DataFrame
    window_start: date | None
    window_end: date | None
    partial: bool
    totals: dict
    unmatched: list[str]
    missing: list[str]
    notes: list[str]
    headers: list[Met] = field(default_factory=list)
    day_order: tuple[str, str] = ("", "")
