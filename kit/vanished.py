"""Order lines that a later download of the same days no longer holds: a file cut short or filtered.

An order file states all lines of a stretch of days. A line that an earlier file has and the newest
one of its day lacks keeps its old state, so refunds and settled commissions may be missing.
Unpaid lines do leave the files: the platform drops what was never paid.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit import words
from kit.lines import local_days

LINE = ["order_id", "sku_id"]
# So many lines of a file's first day, and such a share of them, must be lost to call it torn; so
# many other files of the client must begin with a whole day.
TORN_LINES = 2
TORN_SHARE = 0.1
WHOLE_FILES = 2
COLUMNS = ["file", "vanished", "vanished_money", "vanished_share"]


def vanished(versions: pd.DataFrame, zone: str) -> pd.DataFrame:
    """One row per file that lacks lines of days for which it is the newest: how many, what money.

    `versions` holds order_id, sku_id, ordered_at, gmv, status, file, file_order and seen_on of
    every line of every file. A file speaks for the days between its first and its last, not for
    those two, which it may hold in part; files of one day of download count as one.
    `vanished_share` is of the money of all lines for which the file is the newest.
    """
    rows = versions[[*LINE, "gmv", "status", "file", "file_order", "seen_on"]].assign(
        day=local_days(versions["ordered_at"], zone)
    )
    rows = rows.dropna(subset=["day"])
    if rows["file"].nunique() < 2:
        return pd.DataFrame(columns=COLUMNS)
    files = rows.groupby("file", as_index=False).agg(
        first=("day", "min"), last=("day", "max"), order=("file_order", "max"),
        seen=("seen_on", "max"),
    )  # fmt: skip
    files = files.sort_values(["seen", "order"], ignore_index=True)
    days = pd.DatetimeIndex(sorted(rows["day"].unique()))
    speaks = np.full(len(days), -1)
    for place, file in enumerate(files.itertuples()):
        speaks[(days > file.first) & (days < file.last)] = place
    lines = rows.sort_values(["seen_on", "file_order"]).drop_duplicates(LINE, keep="last")
    lines = lines[lines["status"].ne("unpaid").fillna(True).astype(bool)]
    newest = speaks[days.get_indexer(lines["day"])]
    lines, newest = lines[newest >= 0], newest[newest >= 0]
    lines = lines.assign(newest=files["file"].to_numpy()[newest])
    gone = lines["seen_on"].to_numpy() < files["seen"].to_numpy()[newest]
    money = pd.to_numeric(lines["gmv"]).astype(float)
    table = pd.DataFrame(
        {
            "vanished": gone.astype(int),
            "vanished_money": money.where(gone, 0.0),
            "money": money,
        },
        index=lines.index,
    )
    told = table.groupby(lines["newest"]).sum()
    told["vanished_share"] = (
        told["vanished_money"] / told["money"].where(told["money"] > 0)
    ).fillna(0.0)
    told = told[told["vanished"] > 0].rename_axis("file").reset_index()
    return told.round({"vanished_money": 2})[COLUMNS]


def torn(versions: pd.DataFrame, zone: str) -> pd.DataFrame:
    """One row per file whose first day is torn: an older download holds more lines of that day.

    Order files are of whole days chosen on a page, which lists the newest first: one that begins in
    the middle of a day has lost its end. Counted are lines both ordered and paid on the day, so
    that it does not matter by which of the two the page chooses. Files of one day of download count
    as one. Where this client's files are usually torn, the page's days are not those of `zone`.
    """
    rows = versions[[*LINE, "ordered_at", "paid_at", "status", "file", "seen_on"]]
    if rows["seen_on"].nunique() < 2:
        return pd.DataFrame(columns=["file", "torn", "torn_day"])
    day = local_days(rows["ordered_at"], zone)
    paid = local_days(rows["paid_at"], zone)
    same = day.notna() & (paid.eq(day) | paid.isna().all())
    rows = rows.assign(day=day)[same & rows["status"].ne("unpaid").fillna(True).astype(bool)]
    found, whole = [], 0
    for seen, own in rows.groupby("seen_on", sort=True):
        first = own["day"].min()
        older = rows[(rows["seen_on"] < seen) & (rows["day"] == first)].drop_duplicates(LINE)
        there = own[own["day"] == first].drop_duplicates(LINE)
        gone = older.merge(there[LINE], on=LINE, how="left", indicator=True)["_merge"]
        lost = int(gone.eq("left_only").sum())
        if len(older) and lost >= TORN_LINES and lost > TORN_SHARE * (lost + len(there)):
            file = own.loc[own["day"].idxmin(), "file"]
            found.append({"file": file, "torn": lost, "torn_day": first})
        elif len(older):
            whole += 1
    usual = whole >= WHOLE_FILES and whole > len(found)
    return pd.DataFrame(found if usual else [], columns=["file", "torn", "torn_day"])


def torn_sentence(row: dict) -> str:
    """Where a torn file begins, and what to do."""
    return (
        f"{row['file']} begins in the middle of {words.day(row['torn_day'])}: an older download "
        f"holds {words.count(row['torn'], 'more line', 'more lines')} of that day. It was cut "
        "short, so what became of older lines is not known: download these days again."
    )


def sentence(row: dict) -> str:
    """What one file lacks, and what to do."""
    return (
        f"{row['file']} lacks {words.count(row['vanished'], 'line')} of "
        f"{float(row['vanished_money']):,.2f} ({words.percent(row['vanished_share'])} of the money "
        "of its days) that an older download holds. If it was cut short or filtered, download "
        "these days again."
    )
