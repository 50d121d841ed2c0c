"""Tables of the roster: who came and went, whom to move, on whom the sales rest."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import words
from kit.tables.look import Column, finished, more_rows, ranges

MOST = 10


def roster_flow(frame: pd.DataFrame) -> GT:
    """Creators who joined, left and moved, month by month (`roster.flow`'s rows)."""
    shown = frame.assign(month=[f"{month:%B %Y}" for month in frame["month"]])
    columns = [
        Column("month", "Month"),
        Column("joined", "Joined", "count", "Creators"),
        Column("left", "Left", "count", "Creators"),
        Column("promoted", "Promoted", "count", "Creators"),
        Column("demoted", "Demoted", "count", "Creators"),
        Column("active", "With a post", "count", "Creators"),
    ]
    unknown = int(frame["left_unknown"].iloc[0]) if len(frame) else 0
    note = (
        "The last month runs to the day of the report. No ledger holds the day somebody left: it "
        "is taken to be the last of their agreement, else of their last post"
    )
    if unknown:
        has = "has" if unknown == 1 else "have"
        note += f"; {words.count(unknown, 'creator')} who left {has} neither and stand in no month"
    return finished(
        shown, columns, id="roster-flow", title="Who joined, left and moved", note=note + "."
    )


def roster_moves(frame: pd.DataFrame) -> GT:
    """Whom to replace, promote or demote (`roster.moves`' rows)."""
    shown = frame.head(2 * MOST).assign(
        why=[words.sentence(str(text)) for text in frame.head(2 * MOST)["why"]]
    )
    columns = [
        Column("do", "Do", width="12%"),
        Column("creator_id", "Creator", width="22%"),
        Column("tier", "Tier", "tier", width="6%"),
        Column("why", "Why", width="60%"),
    ]
    note = "Replace is the weekly review's verdict, the moves are the tier audit's."
    return finished(
        shown, columns, id="roster-moves", title="Whom to replace and whom to move",
        note=note + more_rows(frame, 2 * MOST, "the tier audit"),
        none="Nobody is to be replaced, promoted or demoted.",
    )  # fmt: skip


def concentration(frame: pd.DataFrame, currency: str = "USD") -> GT:
    """What losing each of the largest would cost (`roster.concentration`'s rows)."""
    top = frame.head(MOST)
    shown = top.assign(range=ranges(top["low"], top["high"], "money", currency))
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        Column("gmv", "GMV", "money", "Four weeks"),
        Column("share", "Share", "percent0", "Four weeks"),
        Column("running_share", "Share to here", "percent0", "Four weeks"),
        Column("range", "Four weeks were", "range"),
        Column("contribution", "Left after costs", "signed"),
        Column("newcomers", "Tier-1 creators to make up", "count"),
    ]
    return finished(
        shown, columns, id="concentration", title="What losing one would cost, over four weeks",
        note="GMV before refunds; the share is of the whole program's. Four weeks were: "
        "80% of the creator's runs of four weeks in the last twelve; a dash: with the program for "
        "less. Left after costs: contribution, a dash where a cost is not entered. To make up: "
        "median active tier-1 creators who bring as much GMV."
        + more_rows(frame, MOST, "the weekly review"),
        none="No affiliate order is known of the last four weeks.", currency=currency,
    )  # fmt: skip
