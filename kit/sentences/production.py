"""Sentences of the production line: the day in short, samples, rights, the week, the plan."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import words
from kit.rights import in_danger
from kit.supply import RATES

_DO = {
    "send": "to send",
    "approve": "to approve or refuse",
    "chase": "to chase",
    "follow up": "to ask what is in the way",
    "brief": "to brief",
    "renew": "to renew",
    "check": "to check",
}


def today(tasks: pd.DataFrame) -> str:
    """How much is on the list and of what kind. `production.todo`'s rows."""
    still = tasks[tasks["done_on"].isna()]
    if still.empty:
        return "Nothing is on today's list."
    counts = [f"{(still['task'] == task).sum()} {text}" for task, text in _DO.items()
              if (still["task"] == task).any()]  # fmt: skip
    is_are = "is" if len(still) == 1 else "are"
    return f"{words.count(len(still), 'thing')} {is_are} on today's list: {words.listed(counts)}."


def samples(tiers: pd.DataFrame, currency: str) -> str:
    """What samples led to and what was lost. `sample_clock.by_tier`'s first row."""
    row = tiers.iloc[0]
    if not row["sent"]:
        return "No sample has been delivered yet."
    text = (
        f"Of {words.count(row['sent'], 'delivered sample')} {words.number(row['posted'])} led to a "
        f"post and {words.number(row['never'])} never did"
    )
    if row["never"]:
        lost = words.money(row["never_cost"], currency, 0)
        unknown = words.count(row["never_unknown"], "sample")
        text += f" ({lost} of product and shipping)" if pd.notna(row["never_cost"]) else (
            f" (what they cost is not known: {unknown} without a unit cost)"
        )  # fmt: skip
    late = (
        f"; {words.count(row['late'], 'post')} {_is(row['late'])} late now" if row["late"] else ""
    )
    return f"{text}{late}."


def _is(number: float) -> str:
    return "is" if number == 1 else "are"


def rights(ends: pd.DataFrame, currency: str) -> str:
    """Which rights need somebody now. `rights.calendar`'s rows."""
    danger = in_danger(ends)
    if danger.empty:
        return "No right has just ended or ends within two weeks."
    ended, soon = danger[danger["days_left"] < 0], danger[danger["days_left"] >= 0]
    said = []
    if len(ended):
        said.append(f"{words.count(len(ended), 'right')} ended in the last two weeks")
    if len(soon):
        said.append(
            f"{words.count(len(soon), 'right')} {'ends' if len(soon) == 1 else 'end'} soon or in a "
            "planned flight"
        )
    spent = danger.loc[danger["right"].eq("video_code"), "spend"].sum()
    paid = (
        f"; {words.money(spent, currency, 0)} went into ads with those videos in four weeks"
        if spent
        else ""
    )
    return words.sentence(f"{words.listed(said)}{paid}")


def to_check(captions: pd.DataFrame, briefs: pd.DataFrame) -> str:
    """How many captions and briefs have a word to check, and what the files cannot tell."""
    posts = captions["post_id"].nunique() if len(captions) else 0
    sent = briefs["brief_id"].nunique() if len(briefs) else 0
    if not posts and not sent:
        return "No caption and no brief of the last four weeks has a word of the lists."
    said = [words.count(number, what) for number, what in ((posts, "caption"), (sent, "brief"))
            if number]  # fmt: skip
    has = "has" if posts + sent == 1 else "have"
    return f"{words.listed(said).capitalize()} {has} a word that somebody should check."


def week_so_far(program: pd.Series, target: float) -> str:
    """This week so far and where it ends. `board.board`'s program row."""
    posts, left = words.count(program["posts"], "post"), program["days_left"]
    wanted = f"the target of {words.plain_number(target)}"
    if not left:
        short = target - program["posts"]
        told = f"{words.plain_number(short)} short of" if short > 0 else "which meets"
        return f"The roster published {posts} in the week that ended, {told} {wanted}."
    text = f"The roster published {posts} so far this week, with {words.count(left, 'day')} to go"
    if words.is_missing(program["low"]):
        return f"{text}; there are too few whole weeks yet to say where it ends."
    return (
        f"{text}; {program['low']:.0f} to {program['high']:.0f} are likely by Sunday, and {wanted} "
        f"is reached with a chance of {_chance(program['reach'])}."
    )


def _chance(value: float) -> str:
    if value > 0.99:
        return "over 99%"
    return "under 1%" if value < 0.01 else words.percent(value, 0)


def supply_plan(rows: pd.DataFrame, levers: pd.DataFrame, target: float, currency: str) -> str:
    """What the target needs and which rate would help most. `supply.plan`, `supply.levers`."""
    by = rows.set_index("what")
    need = by.loc["creators"]
    if words.is_missing(need["middle"]):
        return "Too few creators have posted lately to say what the target needs."
    text = (
        f"{words.plain_number(target)} posts a week need {_span(need)} active tier-1 creators in "
        "four weeks' time"
    )
    recruits, samples = by.loc["recruits"], by.loc["samples"]
    if words.is_missing(recruits["middle"]):
        text += "; how many of today's stay is not known yet"
    elif recruits["high"] == 0:
        text += ", who are there"
    else:
        text += f", so {_span(recruits)} new ones"
        if not words.is_missing(samples["middle"]):
            text += f" and {_span(samples)} samples"
    best = levers.iloc[0] if len(levers) else None
    if best is None or words.is_missing(best["recruits"]) or best["recruits"] <= 0:
        return text + "."
    return (
        f"{text}. Of the rates behind it, a tenth more {RATES[best['rate']]} would help most: "
        f"{words.count(best['recruits'], 'new creator')} fewer to win."
    )


def _span(row: Any) -> str:
    if row["low"] == row["high"]:
        return words.number(row["middle"])
    return f"{words.number(row['low'])} to {words.number(row['high'])}"


def production_line(findings: Any, currency: str) -> list[str]:
    """The "In short" block of the production line."""
    target = float(findings["target"]["target"].iloc[0])
    return [
        today(findings["tasks"]),
        week_so_far(findings["week"].iloc[0], target),
        samples(findings["sample_tiers"], currency),
        rights(findings["rights"], currency),
        to_check(findings["captions"], findings["briefs"]),
        supply_plan(findings["plan"], findings["levers"], target, currency),
    ]
