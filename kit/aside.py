"""Rows set aside and files refused: how many there are, what money they hold, and why."""

from __future__ import annotations

from collections.abc import Iterable

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


def refusals(refused: Iterable[tuple[str, str]]) -> list[str]:
    """A text for each reason for which files were refused, beginning with the files' names.

    `refused` holds names and messages; a message begins with the name or its last part.

    >>> refusals([("a.csv", "a.csv is empty."), ("may/b.csv", "b.csv is empty.")])
    ['a.csv, may/b.csv: each is empty.']
    """
    names: dict[str, list[str]] = {}
    for name, message in refused:
        told = " ".join(message.split())
        own = next((n for n in (name, name.rsplit("/", 1)[-1]) if told.startswith(f"{n} ")), "")
        names.setdefault(told.removeprefix(own).strip() if own else told, []).append(name)
    return [
        f"{', '.join(own)}: each {reason}" if len(own) > 1 else f"{own[0]} {reason}"
        for reason, own in names.items()
    ]
