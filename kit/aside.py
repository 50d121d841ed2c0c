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
    >>> refusals([("ledgers/hooks.csv", "hooks.csv: row 3 has no views.")])
    ['ledgers/hooks.csv: row 3 has no views.']
    """
    names: dict[str, list[str]] = {}
    for name, message in refused:
        told = " ".join(message.split())
        for own in (name, name.rsplit("/", 1)[-1]):
            if told.startswith((f"{own} ", f"{own}:")):
                told = told.removeprefix(own)
                break
        names.setdefault(told, []).append(name)
    return [
        f"{', '.join(own)}: each {reason.lstrip(' :')}" if len(own) > 1 else _of(own[0], reason)
        for reason, own in names.items()
    ]


def _of(name: str, reason: str) -> str:
    return f"{name}{reason}" if reason[:1] in (" ", ":") else f"{name}: {reason}"
