"""Native, editable PowerPoint decks from published results alone: week, month, quarter, kick-off.

A deck looks figures and decisions up in the weeks' `results.parquet` and `decisions.csv`; of
several weeks it adds counts and money, and pools rates. Its titles are sentences made of them.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from kit import client as clients
from kit import words
from kit.audience import FOR_CLIENT
from kit.deck.audience import AUDIENCES, for_client, listed_slides, without_traces
from kit.deck.kickoff import KICKOFF, kickoff
from kit.deck.monthly import MONTHLY
from kit.deck.page import Page, opened
from kit.deck.quarterly import QUARTERLY
from kit.deck.saving import save
from kit.deck.span import read_span
from kit.deck.week import read_week
from kit.deck.weekly import WEEKLY
from kit.errors import ReportError
from kit.language import ENGLISH, checked, code, later, phrase, speaking

KINDS = ("weekly", "monthly", "quarterly", "kickoff")
MASTER = Path(__file__).resolve().parents[2] / "templates" / "deck.pptx"
_TITLES = {
    "weekly": later("{client}: creator program, {when}"),
    "monthly": later("{client}: creator program, the month, {when}"),
    "quarterly": later("{client}: creator program, the quarter, {when}"),
    "kickoff": later("{client}: creator program, kick-off, {when}"),
}
# Whose every text is in the catalogues; the others are English for everybody.
TRANSLATED = (("weekly", "client"), ("monthly", "client"), ("quarterly", "client"))


def build_deck(
    client: str,
    as_of: date | str,
    home: str | Path | None = None,
    kind: str = "weekly",
    master: str | Path | None = None,
    audience: str = "internal",
    language: str | None = None,
) -> Path:
    """Write a deck of a client into its report folder and return the path.

    `weekly` is of the week of `as_of`; `monthly` of the weeks of its month up to it; `quarterly` of
    the 13 weeks to it; `kickoff` of the onboarding report of its week. Reads the results of
    published reports only; `master` is a PowerPoint file whose look to take. For the audience
    `client` it holds what `audience.toml` lists for clients and goes to the folder of their copies.
    The same results give the same bytes. A deck that has been translated is in `language`, else in
    the client's. Raises `ReportError` where nothing was reported, for a kind of deck, an audience
    or a language there is not, and for a master that cannot be opened.
    """
    if kind not in KINDS:
        raise ReportError(
            f"There is no deck of kind {kind}. Choose {words.listed(KINDS, last='or')}."
        )
    if audience not in AUDIENCES:
        raise ReportError(
            f"There is no deck for {audience}. Choose {words.listed(AUDIENCES, last='or')}."
        )
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    config, _ = clients.read_config(clients.client_folder(client, home))
    spoken = _language(language, config.language, kind, audience)
    with speaking(spoken):
        return _build(client, day, home, kind, master, audience, config.share_margins)


def _language(asked: str | None, of_client: str, kind: str, audience: str) -> str:
    """The language asked for, else the client's where this deck has been translated."""
    try:
        asked = checked(asked) if asked else None
    except ValueError as error:
        raise ReportError(f"--language: {error}.") from None
    if (kind, audience) in TRANSLATED:
        return asked or of_client
    if asked not in (None, ENGLISH):
        told = words.listed([f"--kind {kind} --audience {whom}" for kind, whom in TRANSLATED])
        raise ReportError(
            f"The {kind} deck for {audience} is in English only. In other languages: {told}."
        )
    return ENGLISH


def _build(
    client: str,
    day: date,
    home: str | Path | None,
    kind: str,
    master: str | Path | None,
    audience: str,
    margins: bool,
) -> Path:
    subject, slides, folder = _content(client, day, home, kind)
    if audience == "client":
        subject = for_client(subject, margins)
        slides = listed_slides(slides, kind, margins)
        folder = folder.parent / FOR_CLIENT / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    presentation = opened(Path(master) if master else MASTER)
    core = presentation.core_properties
    core.title = phrase(_TITLES[kind], client=subject.title, when=_when(subject))
    if code() != ENGLISH:
        core.language = code()
    core.author = "Creator Program Kit"
    if audience == "client":
        without_traces(presentation)
    for number, draw in enumerate(slides, start=1):
        draw(subject, Page(presentation, subject.line, number))
    path = folder / f"{client}-{folder.name}-{kind}.pptx"
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        save(presentation, Path(aside) / path.name, day)
        os.replace(Path(aside) / path.name, path)
    return path


def _content(client: str, day: date, home: str | Path | None, kind: str) -> tuple[Any, Any, Path]:
    """What a deck is about, the slides that draw it, and the folder it goes to."""
    if kind in ("monthly", "quarterly"):
        span, folder = read_span(client, day, kind, home)
        return span, MONTHLY if kind == "monthly" else QUARTERLY, folder
    week, folder = read_week(client, day, home)
    if kind == "kickoff":
        return kickoff(week), KICKOFF, folder
    return week, WEEKLY, folder


def _when(subject: Any) -> str:
    return subject.name if hasattr(subject, "name") else words.week_name(subject.as_of)
