"""What each kind needs beyond parsing: codes, post ids out of links, and its final columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import headers, values, words
from .kinds import Kind, type_of
from .recognise import Recognised
from .typed import Typed

_INTERNAL = {"package_id"}
_DERIVED = {
    "affiliate_orders": ("status_raw", "status_known", "content_type_raw"),
    "shop_orders": ("status_raw", "status_known"),
    "video_list": ("post_id", "published_on"),
    "video_data": ("published_on",),
    "live_list": ("published_on",),
    "gmv_max_creative": ("published_on",),
    "ads_manager": ("post_id", "currency"),
    "sample_applications": ("status_known",),
}
# Columns that most files of the kind lack, and that change how the others are read.
_LEFT_OUT = {"gmv_max_creative": ("date",)}
_EMPTY = {
    "money": "float64",
    "number": "float64",
    "rate": "float64",
    "count": "Int64",
    "time": "datetime64[us, UTC]",
    "day": "datetime64[us]",
    "flag": "boolean",
}


def derive(
    kind: Kind,
    table: Typed,
    text: dict[str, pd.Series],
    notes: list[str],
    header: Recognised,
) -> None:
    """Add the columns that follow from others: codes, post ids, the currency of an ad file."""
    if kind.name == "affiliate_orders":
        _affiliate_codes(table, text, notes)
    elif kind.name == "shop_orders":
        _shop_codes(table, text, notes)
    elif kind.name == "video_list":
        _post_from_link(table, text, notes)
    elif kind.name == "ads_manager":
        names = text["ad_name"].str.findall(r"(?<!\d)\d{16,19}(?!\d)")
        only = [
            found[0] if isinstance(found, list) and len(found) == 1 else None for found in names
        ]
        table.columns["post_id"] = pd.Series(only, index=names.index, dtype="str")
    elif kind.name == "gmv_max_creative" and "currency" not in text:
        table.columns["currency"] = _currency_elsewhere(table, header)
    elif kind.name == "sample_applications":
        _sample_codes(table, text, notes)


def _affiliate_codes(table: Typed, text: dict[str, pd.Series], notes: list[str]) -> None:
    index = text["status"].index
    # A form without payment times (the API's) cannot say of an unknown word that it is unpaid.
    paid = table.columns["paid_at"].notna() if "paid_at" in text else pd.Series(True, index=index)
    _status(table, text, notes, "affiliate_status", paid.map({True: "pending", False: "unpaid"}))
    settled = "commission_paid_at" in table.columns and table.columns["commission_paid_at"].notna()
    status = table.columns["status"]
    meant = pd.Series(np.where(settled, "settled", "pending"), index=status.index, dtype="str")
    table.columns["status"] = status.mask(status == "paid", meant)
    codes = words.coded(text["content_type"], "content_type")
    table.columns["content_type"] = codes
    table.columns["content_type_raw"] = text["content_type"]
    for word in text["content_type"][codes.isna()].dropna().unique()[:5]:
        notes.append(f"unknown content type {word!r}")


def _sample_codes(table: Typed, text: dict[str, pd.Series], notes: list[str]) -> None:
    """The words stay as the platform prints them; unknown ones are said."""
    codes = words.coded(text["status"], "sample_status")
    table.columns["status"] = codes.where(codes.notna(), text["status"])
    table.columns["status_known"] = codes.notna().astype("boolean")
    for word, lines in text["status"][codes.isna()].value_counts().head(10).items():
        notes.append(_unknown_status(repr(str(word)[:40]), lines))


def _unknown_status(word: str, lines: int, instead: str = "") -> str:
    rows = "1 row" if lines == 1 else f"{lines} rows"
    return f"nobody knows the status {word} of {rows}{instead}"


def _shop_codes(table: Typed, text: dict[str, pd.Series], notes: list[str]) -> None:
    """An unknown status word is read off the times the row itself prints."""
    there = {name: column.notna() for name, column in table.columns.items() if name.endswith("_at")}
    otherwise = pd.Series("unpaid", index=text["status"].index, dtype="str")
    for name, code in (
        ("paid_at", "to_ship"),
        ("shipped_at", "shipped"),
        ("delivered_at", "completed"),
        ("cancelled_at", "cancelled"),
    ):
        if name in there:
            otherwise = otherwise.mask(there[name], code)
    _status(table, text, notes, "shop_status", otherwise)


def _status(
    table: Typed,
    text: dict[str, pd.Series],
    notes: list[str],
    register: str,
    otherwise: pd.Series,
) -> None:
    raw = text["status"]
    codes = words.coded(raw, register)
    if register == "shop_status":
        # a cell out of place may be a person's
        strange = raw[codes.isna()].dropna().unique()
        shown = {word: headers.impersonal(word, words.vocabulary(register)) for word in strange}
        raw = raw.replace(shown)
    table.columns["status"] = codes.where(codes.notna(), otherwise).where(raw.notna())
    table.columns["status_raw"] = raw
    table.columns["status_known"] = codes.notna().astype("boolean")
    unknown = raw[codes.isna() & raw.notna()].value_counts()
    for word, lines in unknown.head(10).items():
        status = repr(word) if len(str(word)) <= 40 else "of over 40 letters"
        notes.append(_unknown_status(status, lines, ": taken from what else the row prints"))


def _post_from_link(table: Typed, text: dict[str, pd.Series], notes: list[str]) -> None:
    """The post id is the number behind /video/ in the link; a photo's link holds none."""
    if "link" not in text:
        index = text["caption"].index
        table.columns["post_id"] = pd.Series(None, index=index, dtype="str")
        notes.append("has no Video link: its rows carry no post id and cannot be joined")
        return
    found = text["link"].str.extract(r"/video/(\d{6,})", expand=False)
    table.columns["post_id"] = found.astype("str")
    table.broken["link"] = (found.isna().to_numpy(), "link_names_a_video")


def _currency_elsewhere(table: Typed, header: Recognised) -> pd.Series:
    """The currency of an ad file without a Currency column: from a header or a mark, or none."""
    units = [headers.unit(name) for name in header.header]
    codes = {u for u in units if u in values.MARKS} | set(table.marks)
    meanings = [values.MARKS[code] for code in codes]
    common = frozenset.intersection(*meanings) if meanings else frozenset()
    code = next(iter(common)) if len(common) == 1 else None
    index = next(iter(table.columns.values())).index
    return pd.Series(code, index=index, dtype="str")


def shape(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    """Every canonical column of the kind, in the register's order, absent ones empty but typed."""
    if kind.product_lists:
        lists = rows["product_id"] if "product_id" in rows else pd.Series(index=rows.index)
        rows = rows.drop(columns="product_id", errors="ignore")
        each = [cell if isinstance(cell, list) else [] for cell in lists]
        rows["product_ids"] = pd.Series(each, index=rows.index, dtype="object")
    names = [c for c in headers.columns(kind.name) if c not in _INTERNAL]
    if kind.product_lists:
        names = ["product_ids" if c == "product_id" else c for c in names]
    names += [c for c in _DERIVED.get(kind.name, ()) if c not in names]
    names = [c for c in names if c in rows or c not in _LEFT_OUT.get(kind.name, ())]
    empty: dict[str, pd.Series] = {}
    columns = {"row": rows["row"]}
    for name in names:
        if name in rows:
            columns[name] = rows[name]
            continue
        dtype = "datetime64[us]" if name == "published_on" else _EMPTY.get(type_of(name), "str")
        if dtype not in empty:
            empty[dtype] = pd.Series(None, index=rows.index, dtype=dtype)
        columns[name] = empty[dtype]
    return pd.DataFrame(columns)


def notes(kind: Kind, rows: pd.DataFrame, table: Typed, good: np.ndarray) -> list[str]:
    """What a careful reader would remark: parts that do not add up, cells left unread."""
    result = []
    if kind.name == "creator_data":
        parts = rows[["gmv_live", "gmv_video", "gmv_product_card"]]
        apart = (rows["gmv"] - parts.sum(axis=1)).abs() > 0.011
        odd = int((apart & parts.notna().all(axis=1) & rows["gmv"].notna()).sum())
        if odd:
            result.append(f"GMV is not LIVE + video + product card for {odd} creators")
    for column, (mask, _) in table.broken.items():
        unread = int((mask & good).sum())
        if unread and column not in kind.used:
            result.append(
                f"{unread} cells of {headers.printed(kind.name, column)} could not be read"
            )
    return result
