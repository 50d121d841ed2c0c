"""What two downloads tell otherwise of one order line or one post, though it cannot have changed.

Whoever ordered when, through whose video, and when a parcel came is settled once it is printed.
Where the newest download of a line tells another story than the one before it, one of the two was
edited, put together of several or damaged; nothing within a single file need show it.
"""

from __future__ import annotations

import pandas as pd

from kit import words
from kit.exports.headers import printed

LINE = ["order_id", "sku_id"]
POST = ["post_id"]
# A count or an amount that may grow from one download to the next, but never shrinks.
GROWS = frozenset({"returned_quantity", "refunded_amount"})
# What was paid, once it was; it may yet be taken back whole.
PAID = frozenset(
    ("standard_commission_actual", "shop_ads_commission_actual", "cofunded_bonus_actual")
)
# Names that people change: one name that became one new name is no contradiction.
NAMES = frozenset({"creator_id", "buyer_key"})
FACTS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "affiliate_orders": (
        LINE,
        ("product_id", "creator_id", "post_id", "content_type", "ordered_at", "paid_at")
        + ("delivered_at", "commission_paid_at", "quantity", "currency")
        + ("standard_commission_rate", "shop_ads_commission_rate")
        + ("standard_commission_actual", "shop_ads_commission_actual", "cofunded_bonus_actual"),
    ),
    "shop_orders": (
        LINE,
        ("product_id", "buyer_key", "ordered_at", "paid_at", "delivered_at", "cancelled_at")
        + ("quantity", "gmv", "platform_discount", "seller_discount")
        + ("returned_quantity", "refunded_amount"),
    ),
    "video_data": (POST, ("creator_id", "published_on", "caption", "product_ids")),
    "video_list": (POST, ("creator_id", "published_on")),
    "live_list": (POST, ("creator_id", "published_at")),
}
# What people may edit on a post or two: told only where most of a file differs.
EDITED = frozenset({"caption", "product_ids"})
# One form of a file prints seconds, another minutes.
SAME_MINUTE = pd.Timedelta(minutes=1)
HALF_A_CENT = 0.005
# In so many rows, and over half of those compared: a column of the file stands in other rows.
FEWEST = 8
COLUMNS = ["file", "retold_by", "retold", "retold_facts", "retold_mostly"]


def retold(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """One row per file that tells lines or posts otherwise than the download before it did.

    `rows` are the good rows of every file of a kind with file, file_order and seen_on. `retold` is
    how many, `retold_by` the older file (the one with most of them), `retold_facts` names each fact
    with how often it differs of how many times both print it; `retold_mostly` is true where one
    differs in most. What stands several times in one file is not compared.
    """
    if kind not in FACTS or not len(rows) or rows["file"].nunique() < 2:
        return pd.DataFrame(columns=COLUMNS)
    key, facts = FACTS[kind]
    now, before = _last_two(rows, key)
    facts = tuple(name for name in facts if name in rows)
    both = {name: _both_print(name, now, before) for name in facts}
    apart = {name: both[name] & _differs(name, now[name], before[name]) for name in facts}
    told = pd.DataFrame(apart, index=now.index)
    told = told[told.any(axis=1)]
    found = []
    for file, own in told.groupby(now["file"].reindex(told.index), sort=True):
        here = now["file"] == file
        counts = {n: (int(own[n].sum()), int((both[n] & here).sum())) for n in facts}
        most = {name for name, (n, of) in counts.items() if n >= FEWEST and 2 * n > of}
        told_of = [
            name for name in facts if counts[name][0] and (name not in EDITED or name in most)
        ]
        own = own[own[told_of].any(axis=1)]
        if told_of:
            found.append(
                {
                    "file": file,
                    "retold_by": before.loc[own.index, "file"].mode().iat[0],
                    "retold": len(own),
                    "retold_facts": [_fact(kind, name, *counts[name]) for name in told_of],
                    "retold_mostly": bool(most),
                }
            )
    return pd.DataFrame(found, columns=COLUMNS)


def _last_two(rows: pd.DataFrame, key: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The newest telling of each line and the one before it, row by row."""
    rows = rows.dropna(subset=key)
    rows = rows[rows.duplicated(key, keep=False) & ~rows.duplicated([*key, "file"], keep=False)]
    rows = rows.sort_values(["seen_on", "file_order"], kind="stable")
    newest = ~rows.duplicated(key, keep="last")
    older = rows[~newest]
    second = older[~older.duplicated(key, keep="last")].set_index(key)
    now = rows[newest].set_index(key)
    now = now.loc[now.index.isin(second.index)]
    return now.reset_index(), second.loc[now.index].reset_index()


def _both_print(name: str, now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    both = now[name].notna() & before[name].notna()
    if name not in PAID:
        return both
    paid = now["commission_paid_at"].notna() & before["commission_paid_at"].notna()
    return both & paid & (now[name] != 0).fillna(False)


def _differs(name: str, now: pd.Series, before: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(now.dtype):
        return (now - before).abs() >= SAME_MINUTE
    if pd.api.types.is_numeric_dtype(now.dtype):
        moved = now.astype("float64") - before.astype("float64")
        return moved < -HALF_A_CENT if name in GROWS else moved.abs() > HALF_A_CENT
    if name == "product_ids":
        now, before = (column.map(_as_text) for column in (now, before))
    differs = (now != before).fillna(False).astype(bool)
    return differs & ~_is_renamed(now, before) if name in NAMES else differs


def _as_text(ids: object) -> str:
    return ",".join(sorted(ids)) if isinstance(ids, list) else ""


def _is_renamed(now: pd.Series, before: pd.Series) -> pd.Series:
    """Rows whose name became one new name throughout, which nobody else had before."""
    names = pd.DataFrame({"now": now, "before": before}).drop_duplicates()
    one_to_one = ~names.duplicated("before", keep=False) & ~names.duplicated("now", keep=False)
    fresh = names[one_to_one & ~names["now"].isin(set(before.dropna()))]
    return before.isin(fresh["before"])


def _fact(kind: str, name: str, times: int, of: int) -> str:
    column = "handle" if name == "creator_id" else "published_at" if "published" in name else name
    renamed = {"refunded_amount": "order_refunded_amount", "product_ids": "product_id"}
    column = renamed.get(column, column)
    return f"{printed(kind, column)} {times} of {of}"


def sentence(row: dict) -> str:
    """What one file tells otherwise than an older one, and what to do."""
    facts = words.listed(list(row["retold_facts"]))
    one, several = ("line", "lines") if FACTS[row["kind"]][0] is LINE else ("post", "posts")
    return (
        f"{row['file']} tells {words.count(row['retold'], one, several)} otherwise than "
        f"{row['retold_by']} did, in what does not change any more ({facts}): one of the two was "
        "edited or damaged. Download these days again and take both files out of exports."
    )
