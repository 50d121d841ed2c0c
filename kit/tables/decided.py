"""Tables of what became of earlier decisions: done or not, and the figures before and after."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import words
from kit.tables.look import Column, finished, more_rows

MOST = 25
THERE = "the decisions.csv of that week"


def decided(frame: pd.DataFrame) -> GT:
    """Last week's decisions that asked for something, and whether they are done (`LookBack.last`).

    What is not done stands first.
    """
    asked = frame[frame["done"] != "not due"].assign(open=lambda rows: rows["done"] == "yes")
    rows = asked.sort_values("open", kind="stable").head(MOST)
    columns = [
        Column("decision", "Decision", width="16%"),
        Column("subject", "About", width="24%"),
        Column("reason", "Reason then", width="42%"),
        Column("told", "Done", width="18%"),
    ]
    return finished(
        rows.assign(told=_told(rows)), columns, id="decided", title="Last week's decisions",
        note="Done is what actions.csv says by the day of this report."
        + more_rows(asked, MOST, THERE),
        none="Nothing asked for last week is there to follow.",
    )  # fmt: skip


def since(frame: pd.DataFrame, currency: str = "USD") -> GT:
    """Decisions of four weeks ago about creators, before and after (`LookBack.since`)."""
    every = frame[frame["subject_kind"] == "creator"]
    rows = _done_first(every).head(MOST)
    shown = rows.assign(
        told=_told(rows),
        output=_both(rows, "output_rate", lambda v: words.percent(v, 0), "agreed"),
        conversion=_both(rows, "conversion_rate", words.percent, "clicks"),
        revenue=_both(rows, "net_revenue", lambda v: words.money(v, currency, 0), "orders"),
    )
    columns = [
        Column("decision", "Decision", width="13%"),
        Column("subject", "Creator", width="17%"),
        Column("told", "Done", width="12%"),
        Column("output", "Posts of those agreed", width="19%"),
        Column("conversion", "Orders per click", width="20%"),
        Column("revenue", "Net revenue", width="19%"),
    ]
    return finished(
        shown, columns, id="since-creators", title="Four weeks on: creators",
        subtitle="Four weeks before the decision → four weeks after",
        note=_NOTE + more_rows(every, MOST, THERE),
        none="No decision about a creator is four weeks old.",
    )  # fmt: skip


def since_posts(frame: pd.DataFrame) -> GT:
    """Decisions of four weeks ago about posts: clicks and orders per click (`LookBack.since`)."""
    every = frame[frame["subject_kind"] == "post"]
    rows = _done_first(every).head(MOST)
    shown = rows.assign(
        told=_told(rows),
        clicks=_both(rows, "clicks", words.number, ""),
        conversion=_both(rows, "conversion_rate", words.percent, "clicks"),
    )
    columns = [
        Column("decision", "Decision", width="14%"),
        Column("subject", "Post", width="28%"),
        Column("told", "Done", width="16%"),
        Column("clicks", "Clicks", width="18%"),
        Column("conversion", "Orders per click", width="24%"),
    ]
    return finished(
        shown, columns, id="since-posts", title="Four weeks on: posts",
        subtitle="Four weeks before the decision → four weeks after",
        note=_NOTE + more_rows(every, MOST, THERE),
        none="No decision about a post is four weeks old.",
    )  # fmt: skip


_NOTE = (
    "Each figure as its own week's report gave it; in brackets, after it, what it was measured on. "
    "Up or down is no proof that the decision did it."
)


def _done_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("done", key=lambda done: done.eq("no"), kind="stable")


def _told(rows: pd.DataFrame) -> list[str]:
    days = zip(rows["done"], rows["done_on"], strict=True)
    return [_done(done, day) for done, day in days]


def _done(done: str, day: pd.Timestamp) -> str:
    if done == "yes":
        return f"✓ {words.day(day, year=False)}"
    return f"when asked again, {words.day(day, year=False)}" if done == "later" else "✗ no"


def _both(rows: pd.DataFrame, metric: str, write, of: str) -> list[str]:
    return [
        f"{_figure(row, f'{metric}_before', write, of)} → "
        f"{_figure(row, f'{metric}_after', write, of)}{_way(row, metric)}"
        for row in rows.to_dict("records")
    ]


def _figure(row: dict, name: str, write, of: str) -> str:
    n = row[f"{name}_n"]
    if not of or words.is_missing(n):
        return write(row[name])
    return f"{write(row[name])} ({words.number(n)} {of})"


def _way(row: dict, metric: str) -> str:
    before, after = row[f"{metric}_before"], row[f"{metric}_after"]
    if words.is_missing(before) or words.is_missing(after):
        return ""
    return ", the same" if before == after else ", up" if after > before else ", down"
