"""What opens the weekly review: at most ten figures against their goals, and what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kit import glossary, goals, week
from kit.metrics.publishing import output_figures, publishing_figures
from kit.metrics.sales import revenue_figures
from kit.metrics.shared import shared
from kit.metrics.traffic import traffic_figures

MOST = 10
USUAL = [
    *("velocity", "gmv", "conversion_rate", "output_rate", "hook_retention", "revenue_per_post"),
    *("repeat_purchase_rate", "commission_ratio", "orders", "active_creators"),
]
CHANGED, EVENT = "changed", "event"
EVENT_DAYS = 28
WRITTEN = ["block", "text", "owner", "day"]


def week_before(client: Any, day: date) -> pd.DataFrame:
    """The program's figures of the whole week before the one that holds `day`."""
    sunday = day - timedelta(day.weekday() + 1)
    first = client.first_day()
    if first is None or sunday < first:
        return pd.DataFrame()
    client = shared(client)
    parts = [
        made(client, sunday)
        for made in (publishing_figures, output_figures, traffic_figures, revenue_figures)
    ]
    rows = pd.concat([part.astype(object) for part in parts if len(part)], ignore_index=True)
    own = (rows["subject_kind"] == "program") & rows["metric"].isin([*USUAL, *goals.GOALS])
    monday = sunday - timedelta(6)
    return rows[own & rows["period_start"].map(_is(monday)) & rows["period_end"].map(_is(sunday))]


def _is(day: date) -> Any:
    return lambda value: pd.Timestamp(value) == pd.Timestamp(day)


def headlines(figures: pd.DataFrame, wanted: Mapping[str, float], day: date) -> pd.DataFrame:
    """At most ten figures of the program, those with a goal first; one row each.

    metric, unit, week, before (the week before), longer, days and n (of the figure's longest
    period, four weeks for most; n is what it divides by, or how many stand behind it), goal,
    reached (what the goal is held against: of content velocity the week, else the longer period),
    against (`goals.verdict`, '' without a goal). `figures` are a report's; what it has no figure
    of is left out unless there is a goal for it.
    """
    own = figures[figures["subject_kind"] == "program"]
    there = set(own["metric"])
    chosen = [*wanted, *(name for name in USUAL if name not in wanted and name in there)]
    rows = [_headline(own[own["metric"] == name], name, wanted, day) for name in chosen[:MOST]]
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    *("metric", "unit", "week", "before", "longer", "days", "n", "goal", "reached", "against"),
]


def _headline(
    rows: pd.DataFrame, metric: str, wanted: Mapping[str, float], day: date
) -> dict[str, Any]:
    monday = day - timedelta(day.weekday())
    week_now = _value(rows, monday, day)
    before = _value(rows, monday - timedelta(7), monday - timedelta(1))
    start, end = _longest(rows, monday, day)
    days = (end - start).days + 1
    longer = _value(rows, start, end) if days > WEEK else None
    goal = wanted.get(metric)
    reached = week_now if longer is None else longer
    return {
        "metric": metric,
        "unit": rows["unit"].iloc[0] if len(rows) else glossary.metric(metric).unit,
        "week": week_now,
        "before": before,
        "longer": longer,
        "days": days if longer is not None else None,
        "n": _value(rows, start, end, "n"),
        "goal": goal,
        "reached": reached,
        "against": "" if goal is None else goals.verdict(metric, reached, goal),
    }


WEEK = 7


def _longest(rows: pd.DataFrame, monday: date, day: date) -> tuple[date, date]:
    """The first and last day of a figure's newest and longest period; the week if it has none."""
    if rows.empty:
        return monday, day
    last = rows[rows["period_end"].map(pd.Timestamp) == rows["period_end"].map(pd.Timestamp).max()]
    start = last["period_start"].map(pd.Timestamp).min()
    return start.date(), pd.Timestamp(last["period_end"].iloc[0]).date()


def _value(rows: pd.DataFrame, start: date, end: date, column: str = "value") -> float | None:
    found = rows[rows["period_start"].map(_is(start)) & rows["period_end"].map(_is(end))]
    value = found[column].iloc[0] if len(found) else None
    return None if value is None or pd.isna(value) else float(value)


def written(client: Any, day: date) -> pd.DataFrame:
    """What people wrote for the week that holds `day`: one row per text, in their order.

    block is a note's own (happened, changed, next, ask); what `events.csv` has of the last 28 days
    is among what changed, its day in `day`. Of a note `day` is by when, `owner` who.
    """
    notes, events = client.frame("notes"), client.frame("events")
    notes = notes[notes["week"] == week.week_name(day)]
    days = events["date"]
    recent = events[
        (days <= pd.Timestamp(day)) & (days > pd.Timestamp(day - timedelta(EVENT_DAYS)))
    ]
    recent = recent.sort_values(["date", "subject"], kind="stable")
    texts = [_event(row) for row in recent.itertuples()]
    rows = pd.concat(
        [
            pd.DataFrame({"block": EVENT, "text": texts, "owner": None, "day": recent["date"]}),
            notes.rename(columns={"due": "day"}),
        ]
    )
    return rows[WRITTEN].reset_index(drop=True)


def _event(row: Any) -> str:
    """What an event was, or its kind where nobody said; about whom, unless about all."""
    known = [part for part in (row.what, row.kind) if not pd.isna(part) and str(part).strip()]
    text = str(known[0]).replace("_", " ") if known else "an event without a word"
    everybody = pd.isna(row.subject) or row.subject in ("program", "")
    return text if everybody else f"{row.subject}: {text}"


def goals_of(client: Any) -> dict[str, float]:
    """What the client wants, metric to value; with no goal at all the policy's velocity target."""
    return client.config.goals or {"velocity": float(client.policy.velocity.target)}
