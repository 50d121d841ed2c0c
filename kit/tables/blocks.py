"""The table that opens the weekly review: at most ten figures, each against its goal."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import glossary, goals, sentences, words
from kit.tables.look import Column, finished

FOUR_WEEKS = 28


def headlines(rows: pd.DataFrame, currency: str = "USD") -> GT:
    """`blocks.headlines` as a reader sees them, without what the program costs and leaves."""
    own = rows[~rows["metric"].isin(goals.MARGINS)]
    return _table(own, currency, "headlines", "The figures")


def margin_headlines(rows: pd.DataFrame, currency: str = "USD") -> GT:
    """What the program costs and leaves, of `blocks.headlines`."""
    own = rows[rows["metric"].isin(goals.MARGINS)]
    return _table(own, currency, "margin-headlines", "What the program costs and leaves")


def _table(rows: pd.DataFrame, currency: str, id: str, title: str) -> GT:

    def told(name: str) -> list[str]:
        return [
            sentences.value({"value": row[name], "unit": row["unit"]}, currency)
            for row in rows.to_dict("records")
        ]

    shown = pd.DataFrame(
        {
            "name": [glossary.metric(metric).name for metric in rows["metric"]],
            "week": told("week"),
            "before": told("before"),
            "longer": list(map(_longer, told("longer"), rows["days"])),
            "n": rows["n"].where(rows["unit"] == "rate"),
            "goal": told("goal"),
            "against": rows["against"].where(rows["against"] != "", words.MISSING).tolist(),
        }
    )
    columns = [
        Column("name", "Figure", width="26%"),
        Column("week", "This week", "range", width="13%"),
        Column("before", "Week before", "range", width="13%"),
        Column("longer", "Four weeks", "range", width="17%"),
        Column("n", "n", "count", width="10%"),
        Column("goal", "Goal", "range", width="10%"),
        Column("against", "Against it", width="11%"),
    ]
    return finished(
        shown,
        columns,
        id=id,
        title=title,
        note="A goal is held against the four weeks, of content velocity against the week; where "
        "another number of days stands, against those. n: what a rate is divided by, such as "
        "clicks; the register below names it. A dash: no goal, or the figure has no such period.",
        none="No figure of the program is known yet.",
        strong={"against": shown["against"].isin([goals.MISSED, goals.OVER])}
        if len(rows)
        else None,
    )


def _longer(text: str, days: float | None) -> str:
    odd = not words.is_missing(days) and days != FOUR_WEEKS
    return f"{text} ({words.count(days, 'day')})" if odd else text
