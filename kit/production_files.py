"""Today's list as files: tables for a spreadsheet, messages to copy, a calendar to import."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kit import claims, rights_file, week
from kit.results import Findings

_TASKS = ["decision_id", "task", "creator_id", "subject", "what", "why", "due_on", "message",
          "done_on"]  # fmt: skip


def write(found: Findings, folder: Path) -> None:
    """Write `tasks.csv`, `samples.csv`, `board.csv`, `rights.ics` and, where captions have words to
    look at, `compliance_suggestions.csv`, whose rows a person may copy into the ledger.

    No cell is a formula to a spreadsheet; ids and days are text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _csv(found["tasks"][_TASKS], folder / "tasks.csv")
    _csv(found["samples"], folder / "samples.csv")
    _csv(found["board"], folder / "board.csv")
    rights_file.write(found["rights"], found.client, found.as_of, folder / "rights.ics")
    suggested = claims.suggestions(found["captions"])
    if len(suggested):
        _csv(suggested, folder / "compliance_suggestions.csv")


def _csv(table: pd.DataFrame, path: Path) -> None:
    text = table.copy()
    for name in text:
        if pd.api.types.is_datetime64_any_dtype(text[name]):
            text[name] = text[name].dt.strftime("%Y-%m-%d")
    text = text.astype(object).where(text.notna(), "").astype(str)
    week.write_csv(text.to_dict("records"), [str(name) for name in text.columns], path)
