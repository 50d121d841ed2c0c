"""Rows set aside: how many there are in each file and how much money they hold."""

from __future__ import annotations

import pandas as pd


def by_file(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per file with rows set aside, the most money first.

    `rows` how many, `money` what they hold (their main money as printed), `unknown` how many of
    them have money that cannot be read. A file refused whole is no row of it.
    """
    rows = rows.dropna(subset=["row"])
    money = pd.to_numeric(rows["money"]).astype("float64")
    told = pd.DataFrame(
        {"file": rows["file"], "rows": 1, "money": money, "unknown": money.isna().astype("int64")}
    )
    sums = told.groupby("file", as_index=False).sum()
    sums = sums.sort_values(["money", "rows", "file"], ascending=[False, False, True])
    return sums.round({"money": 2}).reset_index(drop=True)
