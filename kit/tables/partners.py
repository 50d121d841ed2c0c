"""Tables of partners, for the agency: whose exclusivity is crossed, what is planned together."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import words
from kit.tables.look import Column, finished, more_rows

MOST = 20


def conflicts(frame: pd.DataFrame, beside: pd.DataFrame) -> GT:
    """Exclusivities that something on record crosses (`conflicts.conflicts`' rows)."""
    shown = frame.head(MOST).assign(until=frame.head(MOST)["ends_on"])
    columns = [
        Column("creator_id", "Creator", width="18%"),
        Column("tier", "Tier", "tier", width="6%"),
        Column("state", "State", width="10%"),
        Column("exclusive_to", "Exclusive to", width="13%"),
        Column("until", "Until", "day", width="12%"),
        Column("against", "Against", width="13%"),
        Column("why", "On record", width="28%"),
    ]
    return finished(
        shown, columns, id="conflicts", title="Exclusivity, held against the agency's own clients",
        note="For the agency alone: it names other clients. Until: a dash means open. "
        + _held(beside) + more_rows(frame, MOST, "decisions.csv"),
        none="No exclusivity is crossed by what is on record. " + _held(beside),
        strong={"state": shown["state"].eq("conflict")} if len(shown) else None,
    )  # fmt: skip


def _held(beside: pd.DataFrame) -> str:
    """What it was held against, and what could not be read."""
    names = list(beside.loc[beside["client"] != "", "client"])
    unread = list(beside.loc[beside["unread"] != "", "unread"])
    if names:
        text = (
            f"Held against the deals and posts of {words.listed(names, most=6)}, and competitors' "
            "names in captions of exclusive creators; deals outside the agency stand in no file."
        )
    else:
        text = (
            "There is no other client here to hold it against; competitors' names in captions of "
            "exclusive creators are."
        )
    return text + (f" Not read: {' '.join(unread)}" if unread else "")


def planned(frame: pd.DataFrame) -> GT:
    """What is planned together with partners (`plans.planned`'s rows)."""
    shown = frame.head(MOST).assign(
        angle=[
            "" if words.is_missing(angle) else str(angle).replace("_", " ")
            for angle in frame.head(MOST)["hook_angle"]
        ]
    )
    columns = [
        Column("creator_id", "Partner", width="18%"),
        Column("planned_on", "Day", "day", width="13%"),
        Column("product", "Product", width="16%"),
        Column("angle", "Hook angle", width="13%"),
        Column("idea", "Idea", width="22%"),
        Column("who_does_what", "Who does what", width="18%"),
        Column("state", "Stands", width="8%"),
    ]
    return finished(
        shown, columns, id="planned", title="Planned together with partners",
        note="From plans.csv, the last four weeks and what is to come. kit plan HANDLE writes the "
        "page that can be sent to the partner." + more_rows(frame, MOST, "the ledger"),
        none="plans.csv holds nothing of these weeks: what is planned with partners is not known.",
        strong={"state": shown["state"].eq("late")} if len(shown) else None,
    )  # fmt: skip
