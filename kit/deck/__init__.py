"""The weekly pulse as a native, editable PowerPoint deck, from one week's results alone.

Nothing is computed here that a report has not: the deck looks figures and decisions up in the
week's `results.parquet` and `decisions.csv`, and its titles are sentences made of them.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

from kit import words
from kit.deck.page import Page, opened
from kit.deck.saving import save
from kit.deck.week import read_week
from kit.deck.weekly import WEEKLY
from kit.errors import ReportError

KINDS = ("weekly",)
MASTER = Path(__file__).resolve().parents[2] / "templates" / "deck.pptx"


def build_deck(
    client: str,
    as_of: date | str,
    home: str | Path | None = None,
    kind: str = "weekly",
    master: str | Path | None = None,
) -> Path:
    """Write the deck of a client's week into its report folder and return the path.

    Reads the week's results only; `master` is a PowerPoint file whose look to take. The same
    results give the same bytes. Raises `ReportError` where the week has not been run, for a kind
    of deck there is not, and for a master that cannot be opened.
    """
    if kind not in KINDS:
        raise ReportError(f"There is no deck of kind {kind}. Choose {' or '.join(KINDS)}.")
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    week, folder = read_week(client, day, home)
    presentation = opened(Path(master) if master else MASTER)
    core = presentation.core_properties
    core.title = f"{week.title}: creator program, {words.week_name(day)}"
    core.author = "Creator Program Kit"
    for number, draw in enumerate(WEEKLY, start=1):
        draw(week, Page(presentation, week.line, number))
    path = folder / f"{client}-{folder.name}-{kind}.pptx"
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        save(presentation, Path(aside) / path.name, day)
        os.replace(Path(aside) / path.name, path)
    return path
