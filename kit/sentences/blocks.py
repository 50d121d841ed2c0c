"""The blocks that open the weekly review: goals, what changed, what is next, what is asked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import goals, results, words
from kit.sentences import figures, steps
from kit.sentences.decided import decided, since
from kit.words import is_missing

WHERE = {
    "changed": "notes.csv (block changed) or events.csv",
    "next": "notes.csv (block next)",
    "ask": "notes.csv (block ask)",
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
    """What people wrote of the week (`blocks.written`)."""
    return _written(rows, "happened")


def changed(rows: pd.DataFrame) -> list[str]:
    """What was changed, by people's word."""
    return _written(rows, "changed") or ["Nobody has written down a change of this week."]


def did(rows: pd.DataFrame, looks: pd.DataFrame) -> list[str]:
    """What happened beside it (`events.csv`), and what became of earlier decisions."""
    own = rows[rows["block"] == "event"].itertuples(index=False)
    events = [words.sentence(f"{words.day(row.day, year=False)}: {row.text}") for row in own]
    return [*events, decided(looks), since(looks)]


def coming(rows: pd.DataFrame, report: results.Findings, target: float) -> list[str]:
    """What we do next: the steps that the decisions ask for, and what people wrote."""
    posts = report["weeks"]["posts"]
    gap = target - float(posts.iloc[-1]) if len(posts) else None
    said = [*steps.actions(report.decisions, gap), *_written(rows, "next")]
    return said or ["Nothing beside the usual round of briefs and samples."]


def asked(rows: pd.DataFrame, report: results.Findings) -> list[str]:
    """What the client is to decide: fees, spend (on posts' own clicks), and what people wrote."""
    sparks = int((~report["sparks"]["on_record"].astype(bool)).sum())
    spend = (
        f"Say which budget may stand behind {words.count(sparks, 'post')} that "
        f"{'has' if sparks == 1 else 'have'} earned paid spend: the Spark report has the plan."
    )
    fee = steps.fees(report.decisions)
    said = [*([fee] if fee else []), *([spend] if sparks else []), *_written(rows, "ask")]
    return said or ["Nothing is needed from you this week."]


def behind(rows: pd.DataFrame, block: str) -> str:
    """Who is to do what was written in a block; where nobody wrote, what to write where.

    For those who make the report: a copy for the client holds neither.
    """
    own = rows[rows["block"] == block].dropna(subset=["owner"])
    if not _written(rows, block):
        return f"To add to this block, write a line into {WHERE[block]}."
    if own.empty:
        return f"From {WHERE[block]}; nobody is named for it there."
    told = [f"{row.owner} ({str(row.text).strip().rstrip('.')})" for row in own.itertuples()]
    return words.sentence(f"Written down for {words.listed(told)}")


def _written(rows: pd.DataFrame, block: str) -> list[str]:
    own = rows[rows["block"] == block].to_dict("records")
    return [_text(row) for row in own if not is_missing(row["text"]) and str(row["text"]).strip()]


def _text(row: dict[str, Any]) -> str:
    """A note with its day, without its owner: clients read it (`behind` names who)."""
    text = str(row["text"]).strip()
    if is_missing(row["day"]):
        return words.sentence(text)
    return words.sentence(f"{text.rstrip('.')} (by {words.day(row['day'], year=False)})")
