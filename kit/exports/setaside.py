"""Broken rows: which rule each broke, and the money that leaves with it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from . import texts, values
from .consistency import Broken
from .files import Cells
from .kinds import Kind
from .misplaced import foreign
from .reading import Reading
from .typed import Typed

_COLUMNS = ["row", "rule", "column", "value", "money"]
# An amount, a long id or a date shows nothing of a person; anything else of a shop order might,
# a telephone number or a postcode among them.
_HARMLESS = re.compile(
    r"\d{1,3}(,\d{3})*([.,]\d{1,2})?|\d{17,20}|\d[.,]\d+[Ee]\+?\d+"
    r"|\d{1,4}[/-]\d{1,2}[/-]\d{2,4}( [\d:]+( [AP]M)?)?"
)
_NO_AMOUNT = 1e9  # of one order line, in any currency; a telephone number is larger
_LONGEST = 80


@cache
def _empty() -> pd.DataFrame:
    frame = pd.DataFrame({"row": pd.Series(dtype="int64"), "money": pd.Series(dtype="float64")})
    return frame.reindex(columns=_COLUMNS).astype(
        {"row": "int64", "rule": "str", "column": "str", "value": "str", "money": "float64"}
    )


def _frame(records: Sequence[tuple]) -> pd.DataFrame:
    if not records:
        return _empty().copy()
    return pd.DataFrame(list(records), columns=_COLUMNS).astype(_empty().dtypes.to_dict())


def broken_rows(
    kind: Kind, table: Typed, text: Mapping[str, pd.Series], row: np.ndarray, data: np.ndarray
) -> pd.DataFrame:
    """One row per data row that breaks a rule: the first rule it breaks, and its main money."""
    records: dict[int, tuple] = {}

    def note(mask: np.ndarray, column: str, rule: str) -> None:
        for position in np.flatnonzero(mask & data).tolist():
            if position not in records:
                records[position] = _record(kind, table, text, row, position, rule, column)

    for column, (mask, rule) in table.broken.items():
        damaged = table.damaged.get(column)
        if column in kind.used and damaged is not None:
            note(damaged, column, f"{column}_is_undamaged")
        if column in kind.used:
            note(mask, column, rule)
        strange = None if column in kind.used else foreign(table, text, column)
        if strange is not None and strange.sum() * 2 <= len(strange):
            note(strange, column, "row_has_each_cell_in_its_column")
    for column in kind.needed:
        if column in table.columns:
            note(table.columns[column].isna().to_numpy(), column, f"{column}_is_there")
    if kind.name == "affiliate_orders":
        paid = table.columns["status"] != "unpaid"
        if "paid_at" in table.columns:
            paid = table.columns["paid_at"].notna()
        unpriced = table.columns["gmv"].isna() & paid
        note(unpriced.to_numpy(), "gmv", "gmv_is_there")
    return _frame([records[position] for position in sorted(records)])


def contradictions(
    kind: Kind,
    table: Typed,
    text: Mapping[str, pd.Series],
    row: np.ndarray,
    broken: Sequence[Broken],
) -> pd.DataFrame:
    """One row per row that contradicts itself: the first relation it breaks."""
    records: dict[int, tuple] = {}
    for positions, rule, column in broken:
        for at in positions.tolist():
            if at not in records:
                records[at] = _record(kind, table, text, row, at, rule, column)
    return _frame([records[position] for position in sorted(records)])


def _record(
    kind: Kind,
    table: Typed,
    text: Mapping[str, pd.Series],
    row: np.ndarray,
    position: int,
    rule: str,
    column: str,
) -> tuple:
    amounts = table.columns.get(kind.money)
    cell = text[column].iat[position] if column in text else None
    amount = float(amounts.iat[position]) if amounts is not None else math.nan
    if kind.name == "shop_orders" and abs(amount) >= _NO_AMOUNT:
        amount = math.nan
    return int(row[position]), rule, column, _shown(kind, cell), amount


def _shown(kind: Kind, cell: object) -> str | None:
    """A broken cell as it may be shown; of shop orders the shape only, unless harmless."""
    if not isinstance(cell, str):
        return None
    if kind.name == "shop_orders" and not _HARMLESS.fullmatch(cell):
        return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", cell))[:_LONGEST]
    return cell[:_LONGEST]


def ragged_rows(
    kind: Kind, cells: Cells, positions: Mapping[str, list[int]], reading: Reading
) -> pd.DataFrame:
    """Rows cut short or with a cell too many: columns can no longer be told apart.

    A line with nothing but one text (a footnote) is no row of data.
    """
    records = []
    place = positions.get(kind.money, [-1])[0]
    for number, row in cells.ragged:
        filled = [cell for cell in row if cell.strip()]
        if not filled or (len(filled) == 1 and not any(c.isdigit() for c in filled[0])):
            continue
        amount = math.nan
        if 0 <= place < len(row) - 1 and len(row) < max(max(p) for p in positions.values()) + 1:
            cell = texts.cleaned(pd.Series([row[place]], dtype="str"))
            style = values.convention(reading.currency, [cell], ads=kind.ads) or "comma"
            amount = float(values.money(cell, style).values.iat[0])
        records.append((number, "row_has_a_cell_for_every_header", None, None, amount))
    return _frame(records)
