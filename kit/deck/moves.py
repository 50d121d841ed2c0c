"""Who got which decision over several weeks, and who moves between tiers at their end."""

from __future__ import annotations

import pandas as pd

from kit import sentences, words
from kit.deck.span import Span
from kit.deck.week import AUDIT, Week, verdicts
from kit.language import phrase

_MOVES = ("promote", "demote")
_COLUMNS = ["subject", "decision", "weeks", "reason", "confidence"]


def decided(weeks: tuple[Week, ...]) -> pd.DataFrame:
    """One row per creator and decision other than keep: in how many weeks, and the last reason.

    The moves of the last week's audit stand first, then who had the decision most often.
    """
    parts = [verdicts(week).assign(until=week.as_of) for week in weeks]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=[*_COLUMNS, "until"])
    rows = rows[rows["decision"] != "keep"].sort_values("until", kind="stable")
    counted = rows.groupby(["subject", "decision"], as_index=False).agg(
        weeks=("until", "nunique"), reason=("reason", "last"), confidence=("confidence", "last")
    )
    counted = counted.sort_values(["weeks", "subject"], ascending=[False, True])
    audit = weeks[-1].decided(AUDIT) if weeks else pd.DataFrame(columns=_COLUMNS)
    moved = audit[audit["decision"].isin(_MOVES)].assign(weeks=1)
    found = pd.concat([moved.reindex(columns=_COLUMNS), counted.reindex(columns=_COLUMNS)])
    return found.assign(reason=found["reason"].fillna("")).reset_index(drop=True)


def creators_moved(span: Span) -> str:
    """How many creators needed a decision, who more than one week, who moves: as one sentence."""
    table = decided(span.weeks)
    verdict = table[~table["decision"].isin(_MOVES)]
    if table.empty:
        return phrase("Nobody needed a decision beyond keeping on")
    people = verdict["subject"].nunique()
    text = words.counted(
        "{count} creator needs a decision", "{count} creators needed a decision", people
    )
    often = verdict[verdict["weeks"] > 1]
    if len(often):
        many = words.in_words(often["subject"].nunique())
        text += phrase(", {creators} in more than one week", creators=many)
    moves = [
        phrase(
            "{decision} {names}",
            decision=sentences.verdict(decision),
            names=words.listed(table.loc[table["decision"] == decision, "subject"], 3),
        )
        for decision in _MOVES
        if (table["decision"] == decision).any()
    ]
    return f"{text}; {words.listed(moves)}" if moves else text
