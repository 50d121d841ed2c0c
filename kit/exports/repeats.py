"""Rows that stand twice: equal ones count once, contradicting ones refuse the file."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ExportError
from .headers import printed
from .kinds import KINDS, Kind, type_of
from .reading import Export
from .texts import as_array

_DIGITS = 19  # of the longest number that always fits into 64 bits

# Over the rows of one video (definitions: a row per product repeats what belongs to the video)
_LARGEST = {"views", "impressions", "clicks", "likes", "comments", "shares", "viewers"}
_LARGEST |= {"room_impressions", "commission_estimated"}  # the commission repeats as seen


def twins(keys: pd.DataFrame) -> pd.Series:
    """Which rows share their key with another row."""
    shared = _shared(keys.iloc[:, 0])
    if shared.any() and keys.shape[1] > 1:
        shared[shared] = keys[shared].duplicated(keep=False)
    return shared


def _shared(column: pd.Series) -> pd.Series:
    """Which cells stand elsewhere too; ids of one length are told apart fastest as numbers."""
    text = as_array(column) if isinstance(column.dtype, pd.StringDtype) else None
    if text is None or text.null_count or not len(text):
        return column.duplicated(keep=False)
    length = pc.min_max(pc.binary_length(text)).as_py()
    if length["min"] < length["max"] or length["max"] > _DIGITS or not _all_digits(text):
        return column.duplicated(keep=False)
    return pd.Series(text.cast(pa.uint64()).to_numpy(), index=column.index).duplicated(keep=False)


def _all_digits(text: pa.Array) -> bool:
    return bool(pc.all(pc.utf8_is_digit(text)).as_py() and pc.all(pc.string_is_ascii(text)).as_py())


def once(kind: Kind, text: pd.DataFrame, keys: pd.DataFrame, row: pd.Series) -> pd.Series:
    """Which rows to keep: the first of those equal in every cell.

    `keys` are the columns that name a row, `text` every cell that was read of those rows whose
    key is met more than once. Two rows with one key and different cells raise ExportError.
    """
    twin = keys.duplicated(keep=False)
    keep = pd.Series(True, index=keys.index)
    if not twin.any():
        return keep
    keep[twin] = ~text.duplicated()
    if not kind.key or not set(keys) <= set(kind.key):
        return keep
    clash = keys[twin & keep].duplicated(keep=False)
    if clash.any():
        first = keys[twin & keep][clash].iloc[0]
        same = (keys.fillna("") == first.fillna("")).all(axis=1) & keep
        rows = ", ".join(str(number) for number in row[same].tolist()[:5])
        names = " and ".join(_name(kind, column) for column in kind.key)
        raise ExportError(
            f"has rows with the same {names} and different figures (rows {rows}). "
            "Download the export again; the file may be several put together."
        )
    return keep


def _name(kind: Kind, column: str) -> str:
    return "video" if kind.name == "video_list" else printed(kind.name, column)


# What names a row of the kinds that have no key within one sheet.
_ROWS_OF = {
    "shop_orders": ("order_id", "sku_id"),
    "gmv_max_creative": ("campaign_id", "product_id", "post_id", "date"),
    "ads_manager": ("ad_name", "date"),
}


def across_sheets(exports: list[Export]) -> list[Export]:
    """The sheets of one file, a sheet that repeats an earlier one without the repeated rows.

    Raises ExportError where two sheets of a kind have the same rows with other figures.
    """
    kept: list[Export] = []
    for export in exports:
        for other in [one for one in kept if one.kind == export.kind]:
            export = _without(export, other)
        kept.append(export)
    return kept


def _without(export: Export, other: Export) -> Export:
    kind = KINDS[export.kind]
    rows, before = export.rows.drop(columns="row"), other.rows.drop(columns="row")
    names = [c for c in _ROWS_OF.get(kind.name, kind.key) if c in rows and c in before]
    if kind.product_lists:
        names = ["post_id"]
    if not len(rows) or not len(before) or not names:
        return export
    met = _texts(rows[names]).isin(set(_texts(before[names]))).to_numpy()
    equal = _texts(rows).isin(set(_texts(before[rows.columns]))).to_numpy()
    if (met & ~equal).any():
        raise ExportError(
            f"has two sheets of {kind.title}, {other.sheet} and {export.sheet}, with other figures "
            f"for the same rows (row {export.rows['row'].to_numpy()[met & ~equal][0]} of "
            f"{export.sheet}). Keep the one that the platform wrote."
        )
    if not equal.any():
        return export
    said = f"counted {equal.sum()} rows of sheet {export.sheet} once that {other.sheet} holds too"
    rest = export.rows[~equal].reset_index(drop=True)
    return replace(export, rows=rest, notes=[*export.notes, said])


def _texts(rows: pd.DataFrame) -> pd.Series:
    cells = [
        ["" if c is None or c is pd.NA or c != c else str(c) for c in rows[name].tolist()]
        for name in rows
    ]
    return pd.Series(["\x1f".join(row) for row in zip(*cells, strict=True)], index=rows.index)


def one_per_post(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per post, from one row per post or per post and product.

    Views, impressions, clicks and reactions are the largest of a post's rows; orders, items, GMV
    and refunds their sum; product ids their union; everything else is the first row's.
    """
    repeated = rows["post_id"].duplicated(keep=False)
    if not repeated.any():
        return rows
    several = rows[repeated]
    groups = several.groupby("post_id", sort=False)
    result = groups.nth(0).set_index("post_id")
    for column in several.columns:
        if column in _LARGEST:
            result[column] = groups[column].max()
        elif type_of(column) == "money" and not _is_average(column):
            result[column] = groups[column].sum(min_count=1).round(2)
        elif type_of(column) == "count":
            result[column] = groups[column].sum(min_count=1)
        elif column == "product_ids":
            result[column] = groups[column].agg(
                lambda each: list(dict.fromkeys(each.explode().dropna()))
            )
    result = result.reset_index()[rows.columns]
    return pd.concat([rows[~repeated], result]).sort_values("row", ignore_index=True)


def _is_average(column: str) -> bool:
    return column.startswith(("average_", "gmv_per_")) or column == "flat_fee_estimated"
