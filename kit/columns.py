"""The types of canonical columns, and frames turned into tables of these types and back."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kit import threads

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
COUNT = pa.int64()
NUMBER = pa.float64()
RATE = pa.float64()
MONEY = pa.decimal128(18, 2)
DAY = pa.date32()
TIME = pa.timestamp("us", tz="UTC")
FLAG = pa.bool_()


def arrow(rows: pd.DataFrame, table: Any) -> pa.Table:
    """The frame as an Arrow table of the promised types, in a fixed order of columns and rows.

    Columns the frame lacks are empty; columns the contract does not know are kept at the end, as
    text. Rows are sorted by the key, then by every other column, so that the same rows give the
    same bytes.
    """
    extra = [name for name in rows.columns if name not in table.columns]
    types = {**table.columns, **dict.fromkeys(sorted(extra), TEXT)}
    order = _order(rows, types, table.key) if len(rows) else None

    def ordered(name: str) -> pa.Array:
        array = _array(rows, name, types[name])
        if order is None or array.null_count == len(array):
            return array
        return pc.take(array, order, boundscheck=False)

    arrays = threads.each(ordered, types, len(rows))
    return pa.Table.from_arrays(arrays, schema=pa.schema(list(types.items())))


def _order(rows: pd.DataFrame, types: dict[str, Any], key: list[str]) -> pa.Array:
    """Where the rows come from: by their key and, where rows share one, by all other columns."""
    keys = pa.table({name: _array(rows, name, types[name]) for name in key})
    order = pc.sort_indices(keys, [(name, "ascending") for name in key])
    ordered = keys.take(order)
    before, after = ordered.slice(0, len(rows) - 1), ordered.slice(1)
    same = [_same(before[name], after[name]) for name in key]
    if not pc.any(functools.reduce(pc.and_, same)).as_py():
        return order
    rest = [name for name, kind in types.items() if name not in key and kind != TEXTS]
    for name in rest:
        keys = keys.append_column(name, _array(rows, name, types[name]))
    return pc.sort_indices(keys, [(name, "ascending") for name in [*key, *rest]])


def _same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which cells are equal, where two missing ones are."""
    both = pc.and_(pc.is_null(one), pc.is_null(other))
    return pc.or_(pc.fill_null(pc.equal(one, other), False), both)


def _array(rows: pd.DataFrame, name: str, kind: pa.DataType) -> pa.Array:
    if name not in rows.columns:
        return pa.array([[]] * len(rows), kind) if kind == TEXTS else pa.nulls(len(rows), kind)
    values = rows[name]
    if kind == TEXTS:
        return pa.array(
            [list(v) if isinstance(v, (list, tuple, np.ndarray)) else [] for v in values], kind
        )
    if kind == DAY:
        return pa.array(pd.to_datetime(values).astype("datetime64[us]"), from_pandas=True).cast(DAY)
    if kind == TIME:
        return pa.array(
            pd.to_datetime(values, utc=True).astype("datetime64[us, UTC]"), from_pandas=True
        )
    if kind == MONEY:
        numbers = pa.array(pd.to_numeric(values).astype("float64").round(2), from_pandas=True)
        return numbers.cast(MONEY, safe=False)
    if kind == COUNT:
        return pa.array(pd.to_numeric(values).astype("Int64"), kind, from_pandas=True)
    if kind == NUMBER:
        return pa.array(pd.to_numeric(values).astype("float64"), kind, from_pandas=True)
    if kind == FLAG:
        return pa.array(values.astype("boolean"), kind, from_pandas=True)
    return pa.array(values.astype("str"), kind, from_pandas=True)


def frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as pandas: money float, counts `Int64`, flags `boolean`, days at midnight."""
    return pd.DataFrame(
        {name: _series(table[name], table.schema.field(name).type) for name in table.column_names}
    )


def _series(values: pa.ChunkedArray, kind: pa.DataType) -> pd.Series:
    if pa.types.is_decimal(kind):
        # The cast may miss the nearest float by a bit; cents ÷ 100 does not.
        return values.cast(pa.float64()).to_pandas().round(2)
    if kind == DAY:
        return values.cast(pa.timestamp("us")).to_pandas()
    if kind == COUNT:
        return values.to_pandas(types_mapper={COUNT: pd.Int64Dtype()}.get)
    if kind == FLAG:
        return values.to_pandas(types_mapper={FLAG: pd.BooleanDtype()}.get)
    return values.to_pandas()


def look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, missing where the index of `values` lacks it; rows keep their index.

    Unlike `Series.map`, it keeps the type of `values` where there are none.
    """
    return values.reindex(keys).set_axis(keys.index)


def empty(table: Any) -> pd.DataFrame:
    """No rows, every promised column, the types `frame` gives."""
    return _empty(table).copy()


@functools.cache
def _empty(table: Any) -> pd.DataFrame:
    return frame(arrow(pd.DataFrame(), table))
