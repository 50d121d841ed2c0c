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
    "settle": "to settle",
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


def crossed(conflicts: pd.DataFrame) -> list[str]:
    """Whose exclusivity is crossed; nothing where none is. `conflicts.conflicts`' rows."""
    sure = int(conflicts["state"].eq("conflict").sum())
    ask = len(conflicts) - sure
    said = []
    if sure:
        said.append(
            f"{words.count(sure, 'exclusivity', 'exclusivities')} {_is(sure)} crossed by what is "
            "on record"
        )
    if ask:
        has = "has" if ask == 1 else "have"
        said.append(
            f"{words.count(ask, 'exclusivity', 'exclusivities')} may be crossed and {has} to be "
            "asked about"
        )
    return [words.sentence(words.listed(said))] if said else []


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


def winners_plan(rows: pd.DataFrame, winners: float) -> str:
    """How many posts a week bring so many winners a month. `supply.for_winners`' rows."""
    wanted = f"{words.count(winners, 'post')} a month that {'earns' if winners == 1 else 'earn'}"
    target = rows.set_index("what").loc["target"]
    if words.is_missing(target["middle"]):
        return f"How many posts a week bring {wanted} paid spend is not known yet."
    return f"{words.sentence(wanted)[:-1]} paid spend take {_span(target)} posts a week."


def plan_budget(rows: pd.DataFrame, planned: pd.Series, currency: str) -> str:
    """The plan's samples against the month's budget. `supply.plan`'s rows, `planned`'s row."""
    cost, month = rows.set_index("what").loc["sample_cost"], f"{planned['month']:%B %Y}"
    if words.is_missing(cost["middle"]):
        return "What the samples would cost is not known yet."
    span = words.money(cost["low"], currency, 0), words.money(cost["high"], currency, 0)
    text = f"The samples for them cost {span[0] if span[0] == span[1] else ' to '.join(span)}"
    if words.is_missing(planned["planned"]):
        return f"{text}; costs.csv plans nothing for product in {month}."
    budget = words.money(planned["planned"], currency, 0)
    over = cost["high"] > planned["planned"]
    return f"{text}, {'which may be over' if over else 'within'} the {budget} planned for {month}."


def _span(row: Any) -> str:
    if row["low"] == row["high"]:
        return words.number(row["middle"])
    return f"{words.number(row['low'])} to {words.number(row['high'])}"


def roster_stands(
    targets: pd.DataFrame, flow: pd.DataFrame, moves: pd.DataFrame, rests_on: pd.DataFrame
) -> str:
    """How the roster stands: who is missing, who moves, on whom it rests. `roster`'s tables."""
    said = [
        f"{words.count(row.recruit, 'active creator')} short in tier {row.tier}"
        for row in targets[targets["recruit"] > 0].itertuples()
    ] or ["Every tier has the active creators it wants"]
    text = words.sentence(words.listed(said))
    if len(flow):
        last = flow.iloc[-1]
        joined, left = int(last["joined"]), int(last["left"])
        gone = words.in_words(left) if left else "none"
        came = words.in_words(joined) if joined else "none"
        text += f" {came.capitalize()} joined and {gone} left in {last['month']:%B}."
    counts = moves["do"].value_counts()
    todo = [
        f"{words.in_words(int(counts[do]))} to {do}"
        for do in ("replace", "promote", "demote")
        if do in counts
    ]
    text += f" {words.sentence(words.listed(todo))}" if todo else ""
    return text + (f" {without_the_largest(rests_on)}" if len(rests_on) else "")


def without_the_largest(rests_on: pd.DataFrame) -> str:
    """What losing the largest creator would cost. `roster.concentration`'s rows."""
    if rests_on.empty:
        return "No sales of the last four weeks are known."
    top = rests_on.iloc[0]
    text = f"{words.percent(top['share'], 0)} of GMV came through {top['creator_id']}"
    if not words.is_missing(top["newcomers"]):
        needed = max(round(top["newcomers"]), 1)
        brings = "brings" if needed == 1 else "bring"
        text += f", as much as {words.count(needed, 'median tier-1 creator')} {brings}"
    return words.sentence(text)


def closed_loop(steps: pd.DataFrame, pairs: pd.DataFrame, month: pd.Series) -> list[str]:
    """The month in sentences: what was sent, what came of it, what is known now. `loop.loop`'s."""
    by, name = steps.set_index("step"), f"{month['start']:%B %Y}"
    sent, posts = by.loc["briefs", "value"], by.loc["posts", "value"]
    if not sent:
        return [f"No brief was sent in {name}, so nothing was tried."]
    text = f"Of {words.count(sent, 'brief')} sent in {name}, "
    text += f"{words.number(by.loc['answered', 'value'])} led to {words.count(posts, 'post')}"
    orders = by.loc["orders"]
    if not words.is_missing(orders["rate"]):
        span = words.percent_range(orders["ci_low"], orders["ci_high"], 2)
        sure = f", 90% interval {span}" if span != words.MISSING else ""
        text += (
            f", whose {words.count(orders['n'], 'click')} brought "
            f"{words.count(orders['value'], 'order')} ({words.percent(orders['rate'], 2)}{sure})"
        )
    ads = int(by.loc["boosted", "value"])
    text += f"; {words.in_words(ads)} of them ran as {'an ad' if ads == 1 else 'ads'}."
    if month["why"]:
        return [text, words.sentence(month["why"])]
    return [text, *_learnt(pairs)]


def _learnt(pairs: pd.DataFrame) -> list[str]:
    """Which pairs are proven now that were open, and which no longer are."""
    said = []
    for row in pairs.itertuples():
        angle = str(row.hook_angle).replace("_", " ")
        if row.learnt.startswith("now proven"):
            way = row.believed_now.removesuffix(" here")
            said.append(words.sentence(f"{angle} now {way} with {row.product}"))
        elif row.learnt.startswith("no longer"):
            said.append(
                words.sentence(f"{angle} with {row.product} is no longer proven either way")
            )
    return said or ["No pair of hook angle and product was proven that was open before."]


def production_line(findings: Any, currency: str) -> list[str]:
    """The "In short" block of the production line."""
    target = float(findings["target"]["target"].iloc[0])
    return [
        today(findings["tasks"]),
        week_so_far(findings["week"].iloc[0], target),
        samples(findings["sample_tiers"], currency),
        rights(findings["rights"], currency),
        *crossed(findings["conflicts"]),
        to_check(findings["captions"], findings["briefs"]),
        supply_plan(findings["plan"], findings["levers"], target, currency),
        closed_loop(findings["loop_steps"], findings["loop"], findings["loop_month"].iloc[0])[0],
    ]
