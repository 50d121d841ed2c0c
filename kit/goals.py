"""Figures against the goals that a client has set: one definition of met for reports and decks."""

from __future__ import annotations

from kit import words

# Costs: less is better.
LOWER = {"commission_ratio", "commission_ratio_settled", "all_in_cost_ratio"}
# What the program costs and leaves: in a copy for the client only if its margins are shared.
MARGINS = {*LOWER, "contribution"}
MET, MISSED, WITHIN, OVER, UNKNOWN = "met", "missed", "within", "over", "not known"


def verdict(metric: str, reached: float | None, goal: float) -> str:
    """Whether a figure reaches its goal; of a cost, whether it stays within it.

    >>> verdict("gmv", 30_178, 30_000), verdict("commission_ratio", 0.16, 0.15)
    ('met', 'over')
    """
    if words.is_missing(reached):
        return UNKNOWN
    assert reached is not None
    if metric in LOWER:
        return WITHIN if reached <= goal else OVER
    return MET if reached >= goal else MISSED


def sentence(verdicts: dict[str, str]) -> str:
    """How many goals were met and which were not, by the name of each; '' where none is set.

    >>> sentence({"GMV": "met", "Content velocity": "missed", "Hook retention": "not known"})
    '1 of 3 goals met; not met: Content velocity; not known: Hook retention'
    """
    if not verdicts:
        return ""
    good = sum(told in (MET, WITHIN) for told in verdicts.values())
    text = f"{good} of {words.count(len(verdicts), 'goal')} met"
    missed = [name for name, told in verdicts.items() if told in (MISSED, OVER)]
    unknown = [name for name, told in verdicts.items() if told == UNKNOWN]
    if missed:
        text += f"; not met: {words.listed(missed)}"
    if unknown:
        text += f"; not known: {words.listed(unknown)}"
    return text
