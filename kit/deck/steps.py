"""What is next: the steps that a week's decisions ask of us, and the decisions of the client."""

from __future__ import annotations

from kit import sentences, words
from kit.deck.week import AUDIT, REVIEW, SPARK, Week


def actions(week: Week) -> list[str]:
    """What we do next, a sentence each: whom to follow up, brief, replace; what to watch."""
    review, posts = week.decided(REVIEW), week.decided(SPARK)
    gap = week.policy.velocity.target - (week.value("velocity", 7) or 0)
    found = [
        sentences.named(review, "follow up", "Follow up on output with", 4),
        sentences.named(review, "fix the brief", "Rewrite the brief with", 4),
        sentences.named(review, "replace", "Recruit replacements for", 4),
    ]
    waiting = int((posts["decision"] == "not yet").sum())
    if waiting:
        found.append(f"Watch {words.count(waiting, 'post')} until the clicks decide.")
    if gap > 0 and week.value("velocity", 7) is not None:
        found.append(f"Brief for {words.count(gap, 'more post')} a week to reach the target.")
    return [text for text in found if text]


def asks(week: Week) -> list[str]:
    """What the client is to decide, a sentence each: spend, fees, moves between tiers."""
    audit, review = week.decided(AUDIT), week.decided(REVIEW)
    found = []
    planned = week.figures[week.figures["metric"] == "planned_spend"]
    if len(planned):
        spend = words.money(planned["value"].sum(), week.currency, 0)
        found.append(f"Release {spend} for the {_planned(len(planned))} of the Spark plan.")
    found += [
        sentences.named(review, "fee", "Agree production fees for", 4),
        sentences.named(audit, "promote", "Approve the next tier's deal for", 4),
        sentences.named(audit, "demote", "Agree the move down of", 4),
    ]
    return [text for text in found if text]


def _planned(posts: int) -> str:
    return "one post" if posts == 1 else f"{posts} posts"
