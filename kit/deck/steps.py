"""What is next: the steps that a week's decisions ask of us, and the decisions of the client."""

from __future__ import annotations

from kit import words
from kit.deck.week import AUDIT, REVIEW, SPARK, Week
from kit.sentences import steps


def actions(week: Week) -> list[str]:
    """What we do next, a sentence each: whom to follow up, brief, replace; what to watch."""
    posts = week.value("velocity", 7)
    gap = None if posts is None else week.policy.velocity.target - posts
    waiting = int((week.decided(SPARK)["decision"] == "not yet").sum())
    return steps.actions(week.decided(REVIEW), gap, waiting)


def asks(week: Week) -> list[str]:
    """What the client is to decide, a sentence each: spend, fees, moves between tiers."""
    found = []
    planned = week.figures[week.figures["metric"] == "planned_spend"]
    if len(planned):
        found.append(
            words.counted(
                "Release {spend} for the one post of the Spark plan.",
                "Release {spend} for the {count} posts of the Spark plan.",
                len(planned),
                spend=words.money(planned["value"].sum(), week.currency, 0),
            )
        )
    found += [steps.fees(week.decided(REVIEW)), *steps.moves(week.decided(AUDIT))]
    return [text for text in found if text]
