"""The blocks that open the weekly review: goals, what changed, what is next, what is asked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import goals, results, words
from kit.sentences import figures, steps
from kit.sentences.decided import decided, since
from kit.words import is_missing

UNWRITTEN = {
    "changed": "What was changed is not written down: one line in notes.csv (block changed) or in "
    "events.csv, and it stands here.",
    "next": "Nothing is due. What is planned beside it: a line in notes.csv (block next).",
    "ask": "Nothing this week. What is asked beside it: a line in notes.csv (block ask).",
}


def against_goals(rows: pd.DataFrame, wanted: int) -> str:
    """How many goals are met and which are not (`blocks.headlines`).

    `wanted` goals are set in `client.toml`; with none, only the velocity target stands. Goals of
    what the program costs and leaves are told by `margins_against_goals`.
    """
    told = _with_goal(rows)
    apart = int(told["metric"].isin(goals.MARGINS).sum())
    told = told[~told["metric"].isin(goals.MARGINS)]
    if wanted:
        return f"{_verdicts(told)} {_no_room(wanted - len(told) - apart)}".strip()
    row = told.iloc[0]
    target = words.count(row["goal"], "post")
    missed = "not known yet" if row["against"] == goals.UNKNOWN else row["against"]
    return (
        f"The target of {target} a week is {missed}. What else the program is to reach is set "
        "under [goals] in client.toml."
    )


def margins_against_goals(rows: pd.DataFrame) -> str:
    """The same of what the program costs and leaves."""
    told = _with_goal(rows)
    told = told[told["metric"].isin(goals.MARGINS)]
    return _verdicts(told) or "No goal is set for what the program costs and leaves."


def _with_goal(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["against"] != ""]


def _verdicts(told: pd.DataFrame) -> str:
    names = map(figures.name, told["metric"])
    return words.sentence(goals.sentence(dict(zip(names, told["against"], strict=True))))


def _no_room(left: int) -> str:
    if left <= 0:
        return ""
    are = "goal is" if left == 1 else "goals are"
    return words.sentence(f"{words.in_words(left)} more {are} set than ten figures have room for")


def happened(rows: pd.DataFrame) -> list[str]:
    """What people wrote of the week (`blocks.written`), without who wrote it: clients read it."""
    return _written(rows.assign(owner=None, day=None), "happened")


def changed(rows: pd.DataFrame, looks: pd.DataFrame) -> list[str]:
    """What was changed, by people's word, and what became of earlier decisions."""
    said = [*_events(rows), *_written(rows, "changed")]
    return [*(said or [UNWRITTEN["changed"]]), decided(looks), since(looks)]


def coming(rows: pd.DataFrame, report: results.Findings, target: float) -> list[str]:
    """What we do next: the steps that the decisions ask for, and what people wrote."""
    posts = report["weeks"]["posts"]
    gap = target - float(posts.iloc[-1]) if len(posts) else None
    said = [*steps.actions(report.decisions, gap), *_written(rows, "next")]
    return said or [UNWRITTEN["next"]]


def asked(rows: pd.DataFrame, report: results.Findings) -> list[str]:
    """What the client is to decide: fees, spend (on posts' own clicks), and what people wrote."""
    sparks = int((~report["sparks"]["on_record"].astype(bool)).sum())
    spend = (
        f"Say which budget may stand behind {words.count(sparks, 'post')} that "
        f"{'has' if sparks == 1 else 'have'} earned paid spend: the Spark report has the plan."
    )
    fee = steps.fees(report.decisions)
    said = [*([fee] if fee else []), *([spend] if sparks else []), *_written(rows, "ask")]
    return said or [UNWRITTEN["ask"]]


def _written(rows: pd.DataFrame, block: str) -> list[str]:
    own = rows[rows["block"] == block].to_dict("records")
    return [_text(row) for row in own if not is_missing(row["text"]) and str(row["text"]).strip()]


def _text(row: dict[str, Any]) -> str:
    owner = "" if is_missing(row["owner"]) else str(row["owner"]).strip()
    due = "" if is_missing(row["day"]) else f"by {words.day(row['day'], year=False)}"
    who = ", ".join(part for part in (owner, due) if part)
    text = str(row["text"]).strip()
    return words.sentence(f"{text.rstrip('.')} ({who})" if who else text)


def _events(rows: pd.DataFrame) -> list[str]:
    own = rows[rows["block"] == "event"].itertuples(index=False)
    return [words.sentence(f"{words.day(row.day, year=False)}: {row.text}") for row in own]
