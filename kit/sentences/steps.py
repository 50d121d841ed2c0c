"""What is next: the steps that decisions ask of us, and what the client is to decide."""

from __future__ import annotations

import pandas as pd

from kit import words
from kit.language import later
from kit.sentences.decisions import named

MOST_NAMED = 4


def actions(review: pd.DataFrame, gap: float | None, waiting: int = 0) -> list[str]:
    """What we do next, a sentence each: whom to follow up, brief, replace; what to watch.

    `review` are the weekly review's decisions, `gap` the posts a week short of the target,
    `waiting` the posts that need more clicks.
    """
    found = [
        named(review, "follow up", later("Follow up on output with {names}."), MOST_NAMED),
        named(review, "fix the brief", later("Rewrite the brief with {names}."), MOST_NAMED),
        named(review, "replace", later("Recruit replacements for {names}."), MOST_NAMED),
    ]
    if waiting:
        found.append(
            words.counted(
                "Watch {count} post until the clicks decide.",
                "Watch {count} posts until the clicks decide.",
                waiting,
            )
        )
    if gap is not None and gap > 0:
        found.append(
            words.counted(
                "Brief for {count} more post a week to reach the target.",
                "Brief for {count} more posts a week to reach the target.",
                gap,
            )
        )
    return [text for text in found if text]


def fees(review: pd.DataFrame) -> str:
    """With whom production fees are to be agreed; '' where with nobody."""
    return named(review, "fee", later("Agree production fees for {names}."), MOST_NAMED)


def moves(audit: pd.DataFrame) -> list[str]:
    """The tier moves that the client is to approve, a sentence each."""
    found = [
        named(audit, "promote", later("Approve the next tier's deal for {names}."), MOST_NAMED),
        named(audit, "demote", later("Agree the move down of {names}."), MOST_NAMED),
    ]
    return [text for text in found if text]
