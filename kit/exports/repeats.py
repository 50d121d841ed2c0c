"""Rows that stand twice: equal ones count once, contradicting ones refuse the file."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ExportError
from .headers import printed
from .kinds import Kind, type_of
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
