"""A backtest's files: `reports/<client>/backtest/<ISO week>/`, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from kit import results, week

FOLDER = "backtest"
KEPT = (
    "weeks",
    "picks",
    "flagged",
    "promoted",
    "spark",
    "output",
    "promotion",
    "asked",
    "thresholds",
)


def write(client: Any, found: results.Findings) -> Path:
    """The figures, the decisions and every table as files; the folder they are in.

    `results.parquet` and `decisions.csv` as of any report, a CSV for each table with rows. The
    week is that of the last day looked at; an earlier backtest of it goes to ``superseded/``.
    """
    top = client.home / "reports" / client.name / FOLDER
    name = week.week_name(found.as_of)
    with week.making(top, name) as aside:
        results.write(found.figures, found.decisions, aside)
        for table in KEPT:
            _write_csv(found[table], aside / f"{table}.csv")
        week.publish(aside, top / name)
    return top / name


def _write_csv(rows: pd.DataFrame, path: Path) -> None:
    """Rows as CSV, days as ISO text, no cell a formula to a spreadsheet."""
    if rows.empty:
        return
    text = rows.astype(object).where(rows.notna(), "").map(_cell)
    week.write_csv(text.to_dict("records"), list(rows.columns), path)


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
