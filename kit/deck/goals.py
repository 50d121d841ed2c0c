"""What a client wants of its program against what the reports of a span say it reached."""

from __future__ import annotations

import pandas as pd

from kit import glossary, goals, sentences, words
from kit.deck.span import Span, total
from kit.language import later, phrase

_COLUMNS = [
    later("Goal of"),
    later("Reached"),
    later("Goal"),
    later("Against it"),
    later("Period"),
]


def against_goals(span: Span) -> pd.DataFrame:
    """One row per goal: what, reached, goal, against it, period; all as a reader sees them."""
    rows = [_row(span, metric, goal) for metric, goal in span.goals.items()]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _row(span: Span, metric: str, goal: float) -> dict[str, str]:
    reached, unit, period = _reached(span, metric)
    written = {"value": goal, "unit": unit}
    return {
        "Goal of": glossary.metric(metric).title,
        "Reached": sentences.value({"value": reached, "unit": unit}, span.currency),
        "Goal": sentences.value(written, span.currency),
        "Against it": phrase(goals.verdict(metric, reached, goal)),
        "Period": period,
    }


def _reached(span: Span, metric: str) -> tuple[float | None, str, str]:
    if metric == "velocity":
        posts = total(span.weeks, "velocity")
        mean = None if posts.value is None else posts.value / posts.weeks
        return (
            mean,
            "count",
            words.counted("mean of {count} week", "mean of {count} weeks", posts.weeks),
        )
    own = span.last.of(metric, "program")
    if own.empty:
        return None, glossary.metric(metric).unit, phrase("not reported")
    newest = own[own["period_end"] == own["period_end"].max()]  # not that of the week before
    row = newest.sort_values("period_start", kind="stable").iloc[0]
    value = None if words.is_missing(row["value"]) else float(row["value"])
    return value, str(row["unit"]), words.period(row["period_start"], row["period_end"])


def goals_sentence(span: Span) -> str:
    """How many goals were met and which were not; '' where none is set."""
    names = [sentences.name(metric) for metric in span.goals]
    told = [goals.verdict(m, _reached(span, m)[0], goal) for m, goal in span.goals.items()]
    return goals.sentence(dict(zip(names, told, strict=True)))
