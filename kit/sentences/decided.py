"""Sentences on what became of earlier decisions (`decided.LookBack.looks`)."""

from __future__ import annotations

import pandas as pd

from kit import words


def decided(looks: pd.DataFrame) -> str:
    """How many of last week's decisions asked for something, and how many are done."""
    row = looks.iloc[0]
    if not row["decisions"]:
        return (
            f"No report of the week before ({row['week']}) stands here, so there are no decisions "
            "to look back on."
        )
    if not row["asked"]:
        return f"Last week's reports ({row['week']}) asked nobody to do anything."
    open_ones = row["asked"] - row["done"]
    return (
        f"Last week's reports ({row['week']}) asked for {words.count(row['asked'], 'thing')}: "
        f"{words.number(row['done'])} marked done, {words.number(open_ones)} not. "
        + ("What is done counts once its day stands in actions.csv." if open_ones else "")
    ).strip()


def since(looks: pd.DataFrame) -> str:
    """What the comparison of four weeks ago rests on, and that it is no proof."""
    row = looks.iloc[1]
    if not row["decisions"]:
        return (
            f"No report of four weeks ago ({row['week']}) stands here, so what came of its "
            "decisions cannot be told."
        )
    if not row["asked"]:
        return f"The reports of four weeks ago ({row['week']}) asked nobody to do anything."
    later = f", {words.number(row['later'])} when it was asked again" if row["later"] else ""
    return (
        f"Of {words.count(row['asked'], 'thing')} asked for four weeks ago ({row['week']}), "
        f"{words.number(row['done'])} marked done within four weeks{later}. Before and after "
        "are no proof of cause: whoever is picked in a poor month tends to do better in the "
        "next, done or not."
    )
