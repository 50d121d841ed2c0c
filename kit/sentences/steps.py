"""What is next: the steps that decisions ask of us, and what the client is to decide."""

from __future__ import annotations

import pandas as pd

from kit import words
from kit.sentences.decisions import named

MOST_NAMED = 4


def actions(review: pd.DataFrame, gap: float | None, waiting: int = 0) -> list[str]:
    """What we do next, a sentence each: whom to follow up, brief, replace; what to watch.

    `review` are the weekly review's decisions, `gap` the posts a week short of the target,
    `waiting` the posts that need more clicks.
    """
    found = [
        named(review, "follow up", "Follow up on output with", MOST_NAMED),
        named(review, "fix the brief", "Rewrite the brief with", MOST_NAMED),
        named(review, "replace", "Recruit replacements for", MOST_NAMED),
    ]
    if waiting:
        found.append(f"Watch {words.count(waiting, 'post')} until the clicks decide.")
    if gap is not None and gap > 0:
        found.append(f"Brief for {words.count(gap, 'more post')} a week to reach the target.")
    return [text for text in found if text]


def fees(review: pd.DataFrame) -> str:
    """With whom production fees are to be agreed; '' where with nobody."""
    return named(review, "fee", "Agree production fees for", MOST_NAMED)


def moves(audit: pd.DataFrame) -> list[str]:
    """The tier moves that the client is to approve, a sentence each."""
    found = [
        named(audit, "promote", "Approve the next tier's deal for", MOST_NAMED),
        named(audit, "demote", "Agree the move down of", MOST_NAMED),
    ]
    return [text for text in found if text]
