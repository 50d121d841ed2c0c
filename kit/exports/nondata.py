"""Rows that are no data: blank rows, definitions, totals, a second header below the first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import ExportError
from . import words
from .headers import all_known, normalise
from .kinds import Kind, type_of
from .typed import Typed


def blank(text: Mapping[str, pd.Series], length: int) -> np.ndarray:
    """Rows in which no known column holds anything."""
    empty = np.ones(length, dtype=bool)
    for column in text.values():
        empty &= column.isna().to_numpy()
    return empty


def _suspects(kind: Kind, table: Typed, length: int) -> np.ndarray:
    """Rows whose main money or first id is missing or unreadable: few, so worth a close look."""
    suspect = np.zeros(length, dtype=bool)
    main = kind.money if kind.money in table.columns else "revenue"
    if main in table.columns:
        suspect |= table.columns[main].isna().to_numpy()
    for name in ("order_id", "post_id", "product_id"):
        if name in kind.needed and name in table.columns:
            unread = table.unreadable(name)
            suspect |= unread if unread is not None else False
    return suspect


def second_header(kind: Kind, text: Mapping[str, pd.Series], table: Typed, row: np.ndarray) -> None:
    """Raise ExportError where another header row stands below the first."""
    known = all_known()
    for position in np.flatnonzero(_suspects(kind, table, len(row))).tolist():
        cells = [column.iat[position] for column in text.values()]
        hits = sum(isinstance(cell, str) and normalise(cell) in known for cell in cells)
        if hits >= 3:
            raise ExportError(
                f"holds two tables below each other (another header in row {row[position]}). "
                "Save each table as its own file or sheet."
            )


def definitions(kind: Kind, text: Mapping[str, pd.Series], table: Typed, length: int) -> np.ndarray:
    """Rows of prose: no number, id or time in any column that should hold one."""
    result = np.zeros(length, dtype=bool)
    should = [name for name in text if type_of(name) in ("money", "count", "rate", "id", "time")]
    for position in np.flatnonzero(_suspects(kind, table, length)).tolist():
        filled = [name for name in should if isinstance(text[name].iat[position], str)]
        unread = [table.unreadable(name) for name in filled]
        if len(filled) < 2 or not all(mask is not None and mask[position] for mask in unread):
            continue
        letters = [sum(c.isalpha() for c in text[name].iat[position]) for name in filled]
        result[position] = np.median(letters) >= 4
    return result


def totals(kind: Kind, text: Mapping[str, pd.Series], table: Typed, data: np.ndarray) -> np.ndarray:
    """Totals rows: labelled as such, and with no id or with figures that are the sum of the rest.

    A creator may well be called "total": there the label alone proves nothing.
    """
    result = np.zeros(len(data), dtype=bool)
    labels = [name for name in text if type_of(name) in ("text", "handle", "id")][:3]
    for name in labels:
        column = text[name]
        look = data & column.notna().to_numpy()
        unread = table.unreadable(name)
        if unread is not None:
            look &= unread  # a readable id is no label, and there may be a million of them
        likely = {cell for cell in column[look].unique() if words.is_total(cell)}
        for position in np.flatnonzero(look & column.isin(likely).to_numpy()).tolist():
            result[position] |= _is_total(kind, name, text, table, data, position)
    return result


def _is_total(
    kind: Kind,
    name: str,
    text: Mapping[str, pd.Series],
    table: Typed,
    data: np.ndarray,
    position: int,
) -> bool:
    ids = [c for c in ("order_id", "post_id", "product_id") if c in text and c in kind.signs]
    if ids:
        unread = [table.unreadable(c) for c in ids]
        return all(
            not isinstance(text[c].iat[position], str)
            or (mask is not None and bool(mask[position]))
            for c, mask in zip(ids, unread, strict=True)
        )
    label = text[name].iat[position]
    if normalise(label).startswith("total of ") or name == "handle" and not label.isascii():
        return True
    return _sums_up(kind, table, data, position)


def _sums_up(kind: Kind, table: Typed, data: np.ndarray, position: int) -> bool:
    """Whether a row's main money is the sum of all other rows'."""
    money = table.columns.get(kind.money)
    if money is None or pd.isna(money.iat[position]) or data.sum() < 2:
        return False
    others = data.copy()
    others[position] = False
    return bool(abs(money[others].sum() - money.iat[position]) <= 0.01 * data.sum())
