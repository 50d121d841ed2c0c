"""The one table of figures, and the one of decisions, that every output of a report reads.

Notebook, page, PDF and deck never compute: they look a figure up here. Each row of the figures
carries its definition from `kit.glossary`, its period, its `n` and its status, so that a number
can be interrogated wherever it ends up.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kit import glossary
from kit.errors import ReportError

COLUMNS = [
    "id",
    "report",
    "metric",
    "subject_kind",
    "subject",
    "value",
    "unit",
    "n",
    "ci_low",
    "ci_high",
    "ci_level",
    "period_start",
    "period_end",
    "status",
    "definition",
    "source_tables",
    "note",
]
DECISIONS = [
    "decision_id",
    "report",
    "subject_kind",
    "subject",
    "decision",
    "reason",
    "metric",
    "value",
    "ci_low",
    "ci_high",
    "n",
    "confidence",
    "label",
]
KEY = ["report", "metric", "subject_kind", "subject", "period_start", "period_end"]
SUBJECT_KINDS = [
    "program",
    "tier",
    "creator",
    "post",
    "product",
    "hook_angle",
    "brief",
    "month",
    "week",
    "cell",
    "part",
    "policy",
    "cost_kind",
]
STATUSES = ["settled", "estimated", "provisional", "missing"]
NUMBERS = ["value", "n", "ci_low", "ci_high", "ci_level"]
DIGITS = 12

_DAY = pa.date32()
_SCHEMA = pa.schema(
    [
        (
            name,
            pa.float64() if name in NUMBERS else _DAY if name.startswith("period") else pa.string(),
        )
        for name in COLUMNS
    ]
)


@dataclass(frozen=True)
class Findings:
    """What one report found: its figures, its decisions and the frames its charts draw.

    `figures` has `COLUMNS`, `decisions` has `DECISIONS`; `findings["name"]` gives a frame of
    `tables`. `client` is the client's name.
    """

    report: str
    client: str
    as_of: date
    figures: pd.DataFrame
    decisions: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise ReportError(
                f"{self.report} has no table {name}. It has {', '.join(sorted(self.tables))}."
            )
        return self.tables[name]


def figures(report: str, *frames: pd.DataFrame) -> pd.DataFrame:
    """One row per figure of a report: the frames under one another, checked and defined.

    A frame needs `metric`, `subject_kind`, `subject` and `value`; what else it lacks is filled:
    unit, definition and source tables from the glossary, status `missing` where the value is
    null and `settled` elsewhere. Numbers are rounded to 12 significant digits and rows sorted, so
    that equal inputs give equal bytes. Raises `ReportError` for a metric the glossary does not
    know, an unknown kind of subject or status, and for two rows with one key.
    """
    given = [frame for frame in frames if len(frame)]
    if not given:
        return _typed(pd.DataFrame(columns=COLUMNS))
    rows = pd.concat([_filled(frame) for frame in given], ignore_index=True)
    rows["report"] = report
    _check(rows)
    rows["status"] = rows["status"].where(rows["value"].notna(), "missing")
    rows["id"] = [_row_id(row) for row in rows[KEY].itertuples(index=False)]
    rows = rows.sort_values(KEY, na_position="first", kind="stable").reset_index(drop=True)
    return _typed(rows)


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    lacking = {"metric", "subject_kind", "subject", "value"} - set(frame.columns)
    if lacking:
        raise ReportError(f"figures lack the columns {', '.join(sorted(lacking))}.")
    rows = pd.DataFrame({name: frame[name].to_numpy() for name in COLUMNS if name in frame})
    for name in COLUMNS:
        if name not in rows:
            rows[name] = None
    for name in NUMBERS:
        rows[name] = pd.to_numeric(rows[name], errors="raise").astype("float64").map(rounded)
    known = {name: glossary.metric(name) for name in rows["metric"].unique()}
    for name, of in _FROM_GLOSSARY.items():
        default = rows["metric"].map({metric: of(entry) for metric, entry in known.items()})
        rows[name] = rows[name].astype(object).where(rows[name].notna(), default)
    rows["status"] = rows["status"].astype(object).where(rows["status"].notna(), "settled")
    rows["subject"] = rows["subject"].astype(str)
    return rows.astype({name: object for name in COLUMNS if name not in NUMBERS})


_FROM_GLOSSARY = {
    "unit": lambda entry: entry.unit,
    "definition": lambda entry: entry.definition,
    "source_tables": lambda entry: entry.source,
}


def _check(rows: pd.DataFrame) -> None:
    for column, allowed in (("subject_kind", SUBJECT_KINDS), ("status", STATUSES)):
        unknown = sorted(set(rows[column].astype(str)) - set(allowed))
        if unknown:
            raise ReportError(
                f"figures have the {column} {', '.join(unknown)}; known are {', '.join(allowed)}."
            )
    twice = rows[rows.duplicated(KEY, keep=False)]
    if len(twice):
        first = twice.iloc[0]
        raise ReportError(
            f"{first['report']} has {first['metric']} of {first['subject_kind']} "
            f"{first['subject']} twice for {first['period_start']} to {first['period_end']}. "
            "A figure stands once in a report."
        )


def _row_id(row: Any) -> str:
    days = [_day(part) for part in row[-2:]]
    return ":".join([*map(str, row[:-2]), *(day.isoformat() if day else "" for day in days)])


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    out = rows[COLUMNS].copy()
    for name in COLUMNS:
        if name in NUMBERS:
            out[name] = out[name].astype("float64")
        elif name.startswith("period"):
            out[name] = pd.Series([_day(day) for day in out[name]], index=out.index, dtype=object)
        else:
            text = out[name].astype(object)
            out[name] = text.where(text.notna(), None).astype("str")
    return out


def _day(value: Any) -> date | None:
    """A plain date of a date, timestamp or ISO text; None for nothing."""
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).date()


def rounded(value: float, digits: int = DIGITS) -> float:
    """The number at 12 significant digits, so that results repeat byte for byte.

    >>> rounded(2 / 3)
    0.666666666667
    """
    if value is None or math.isnan(value) or math.isinf(value):
        return value
    return float(f"{value:.{digits}g}")


def decisions(report: str, *frames: pd.DataFrame) -> pd.DataFrame:
    """One row per decision of a report, with a stable `decision_id`.

    A frame needs `subject_kind`, `subject`, `decision` and `reason`; the rest may be missing.
    The id is `report:subject_kind:subject:decision`, so that `actions.csv` can refer to it.
    Raises `ReportError` where one subject gets the same decision twice.
    """
    given = [frame for frame in frames if len(frame)]
    rows = pd.concat(given, ignore_index=True) if given else pd.DataFrame(columns=DECISIONS)
    rows = rows.reindex(columns=DECISIONS)
    rows["report"] = report
    rows["decision_id"] = [
        ":".join(map(str, parts))
        for parts in rows[["report", "subject_kind", "subject", "decision"]].itertuples(index=False)
    ]
    for name in ("value", "ci_low", "ci_high", "n"):
        rows[name] = pd.to_numeric(rows[name], errors="raise").astype("float64").map(rounded)
    twice = rows.loc[rows["decision_id"].duplicated(), "decision_id"]
    if len(twice):
        raise ReportError(f"{report} decides {twice.iloc[0]} twice. A decision stands once.")
    return rows.sort_values(["subject_kind", "subject", "decision"]).reset_index(drop=True)


def row(
    figures: pd.DataFrame,
    metric: str,
    subject_kind: str,
    subject: str,
    period_start: date | None = None,
) -> pd.Series:
    """The one figure asked for, as a row.

    Where a metric stands for several periods, `period_start` chooses; left out, the shortest
    period (the week) is taken. Raises `ReportError` where there is none.
    """
    found = figures[
        (figures["metric"] == metric)
        & (figures["subject_kind"] == subject_kind)
        & (figures["subject"] == str(subject))
    ]
    if period_start is not None:
        found = found[[_day(day) == period_start for day in found["period_start"]]]
    if found.empty:
        when = f" from {period_start}" if period_start else ""
        raise ReportError(f"There is no figure {metric} of {subject_kind} {subject}{when}.")
    starts = pd.Series([_day(day) or date.min for day in found["period_start"]], found.index)
    return found.loc[starts.sort_values(kind="stable").index[-1]]


def value(
    figures: pd.DataFrame,
    metric: str,
    subject_kind: str,
    subject: str,
    period_start: date | None = None,
) -> float:
    """The value of the one figure asked for (see `row`), missing where it is missing or absent.

    Raises `ReportError` for a metric the glossary does not know, so that a typing mistake is not
    taken for a missing figure.
    """
    glossary.metric(metric)
    try:
        return float(row(figures, metric, subject_kind, subject, period_start)["value"])
    except ReportError:
        return math.nan


def save(findings: Findings, *beside: Findings) -> None:
    """Write `results.parquet` and `decisions.csv` into `$KIT_REPORT_FOLDER`, if that is set.

    `beside` are findings shown in the same notebook, whose figures and decisions follow.

    A notebook's last cell calls this. `kit run` sets the folder; opened by hand, in JupyterLab,
    the same cell writes nothing.
    """
    folder = os.environ.get("KIT_REPORT_FOLDER")
    if folder:
        every = [findings, *(other for other in beside if len(other.figures))]
        figures = pd.concat([one.figures for one in every], ignore_index=True)
        decided = pd.concat([one.decisions for one in every], ignore_index=True)
        write(figures, decided, Path(folder))


def write(figures: pd.DataFrame, decisions: pd.DataFrame, folder: Path) -> None:
    """Both tables as files of `folder`; the same tables give the same bytes."""
    rows = _typed(figures)
    columns = {
        name: pa.array([None if _blank(value) else value for value in rows[name]], kind)
        for name, kind in zip(_SCHEMA.names, _SCHEMA.types, strict=True)
    }
    pq.write_table(pa.table(columns, schema=_SCHEMA), folder / "results.parquet")
    decisions.reindex(columns=DECISIONS).to_csv(
        folder / "decisions.csv", index=False, lineterminator="\n", encoding="utf-8"
    )


def _blank(value: Any) -> bool:
    return value is None or bool(pd.isna(value))
