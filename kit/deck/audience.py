"""A client's own deck: of figures, decisions and slides what `audience.toml` lists for clients.

What is not listed never reaches a slide, so neither its titles, its alternative texts, its notes
nor the workbooks behind its charts can hold it. Reasons, which name whatever decided, are replaced
by the decision's own figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pptx.opc.constants import RELATIONSHIP_TYPE as RT

from kit import glossary, sentences, words
from kit.audience import CLIENT
from kit.deck.week import Week
from kit.errors import ReportError

AUDIENCES = ("internal", "client")
DECK: dict[str, Any] = CLIENT["deck"]
_NUMBERS = ["value", "ci_low", "ci_high", "n"]
# What a presentation needs to be drawn; authors of comments, tags and the like are left out.
_DRAWN = {
    *(RT.SLIDE, RT.SLIDE_MASTER, RT.NOTES_MASTER, RT.THEME, RT.PRES_PROPS, RT.VIEW_PROPS),
    *(RT.TABLE_STYLES, RT.FONT),
}
_TOLD = ("subject", "keywords", "comments", "category", "content_status", "identifier", "version")


def for_client(subject: Any, margins: bool) -> Any:
    """A week or a span with what a client may see of it; with its costs, if they are shared.

    Raises `ReportError` for a week that was published although a check of its data failed.
    """
    if isinstance(subject, Week):
        return _week(subject, margins)
    listed = listed_figures(margins)
    return replace(
        subject,
        weeks=tuple(_week(week, margins) for week in subject.weeks),
        before=tuple(_week(week, margins) for week in subject.before),
        goals={name: goal for name, goal in subject.goals.items() if name in listed},
    )


def listed_figures(margins: bool) -> frozenset[str]:
    """The metrics that a client's deck may hold."""
    return frozenset([*DECK["figures"], *(DECK["margins"]["figures"] if margins else ())])


def listed_slides(
    slides: Sequence[Callable[..., None]], kind: str, margins: bool
) -> list[Callable[..., None]]:
    """Those of a deck's slides that are listed, in their order."""
    names = {*DECK["slides"][kind]}
    names |= {*DECK["margins"]["slides"].get(kind, ())} if margins else set()
    return [draw for draw in slides if draw.__name__.strip("_") in names]


def _week(week: Week, margins: bool) -> Week:
    if week.forced:
        raise ReportError(
            f"A report of the week to {words.day(week.as_of)} was published although a check of "
            "its data failed, so no client's deck is made. Mend what the check found and run it "
            "again."
        )
    listed = listed_figures(margins)
    figures = week.figures[week.figures["metric"].isin(listed)].assign(note=None)
    return replace(
        week,
        figures=figures,
        decisions=_decisions(week.decisions, listed, week.currency),
        listed=listed,
    )


def _decisions(rows: pd.DataFrame, listed: frozenset[str], currency: str) -> pd.DataFrame:
    rows = rows[rows["decision"].isin(DECK["decisions"])].copy()
    told = rows["metric"].isin(listed)
    for name in _NUMBERS:
        rows[name] = rows[name].where(told)
    rows["metric"] = rows["metric"].where(told)
    rows["reason"] = [_figure(row, currency) for row in rows.to_dict("records")]
    return rows


def _figure(row: dict[str, Any], currency: str) -> str:
    """What a decision rests on, as a sentence; '' where it may not be shown."""
    if words.is_missing(row["metric"]) or words.is_missing(row["value"]):
        return ""
    unit = glossary.metric(row["metric"]).unit
    told = {key: row[key] for key in ("metric", "value", "n")}
    return sentences.figure({**told, "unit": unit}, currency)


def without_traces(presentation: Any) -> None:
    """Take from a presentation what a master brings beside its look: authors, company, notes."""
    core = presentation.core_properties
    for name in _TOLD:
        setattr(core, name, "")
    part = presentation.part
    _keep(part, _DRAWN)
    _keep(part.package, {RT.OFFICE_DOCUMENT, RT.CORE_PROPERTIES})


def _keep(source: Any, kinds: set[str]) -> None:
    for name, relation in list(source._rels.items()):
        if relation.reltype not in kinds:
            source._rels.pop(name)
