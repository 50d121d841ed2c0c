"""What one week's folder holds: figures and decisions, looked up and never computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from kit import client as clients
from kit import words
from kit.errors import ReportError
from kit.language import phrase
from kit.policy import Policy
from kit.week import DECISIONS, RESULTS, reports, week_folder

REVIEW, SPARK, AUDIT = "weekly_review", "spark_candidates", "tier_promotion_audit"
_WEEKS_DRAWN = 12
FORCED = "  ·  published although a check of the data failed"


@dataclass(frozen=True)
class Week:
    """What one week's folder holds: the figures and decisions of its reports, and its client.

    `forced`: a report was published although a check of its data had failed; `reported`: the
    reports themselves say up to which day they count; `listed`: the only metrics that may be shown,
    None where all may be.
    """

    client: str
    title: str
    as_of: date
    currency: str
    policy: Policy
    figures: pd.DataFrame
    decisions: pd.DataFrame
    forced: bool = False
    reported: bool = True
    listed: frozenset[str] | None = None

    @cached_property
    def _groups(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The figures by metric and kind of subject: they are looked up again and again."""
        groups = self.figures.groupby(["metric", "subject_kind"], sort=False)
        return {(str(metric), str(kind)): rows for (metric, kind), rows in groups}

    def of(self, metric: str, kind: str) -> pd.DataFrame:
        """Every figure of a metric for the subjects of a kind, of all periods."""
        return self._groups.get((metric, kind), self.figures.iloc[:0])

    def may_show(self, metric: str) -> bool:
        """Whether a metric may be shown to whom this is for."""
        return self.listed is None or metric in self.listed

    def row(self, metric: str, days: int = 28) -> pd.Series | None:
        """The program's figure of a metric for the 28 days, or 7 for the week from its Monday.

        None where it was not reported. The bar of the Spark rule has one period only, its own.
        """
        rows = self.of(metric, "program")
        chosen = pd.Series(True, rows.index)
        if metric != "conversion_bar":
            start = self.as_of - timedelta(days=self.as_of.weekday() if days == 7 else days - 1)
            chosen &= rows["period_start"].isin([start]) & rows["period_end"].isin([self.as_of])
        found = rows[chosen]
        return found.iloc[0] if len(found) else None

    def rows(self, metric: str, kind: str, days: int = 7) -> pd.DataFrame:
        """The figures of a metric for every subject of a kind, for the week or the 28 days."""
        rows = self.of(metric, kind)
        start = self.as_of - timedelta(days=self.as_of.weekday() if days == 7 else days - 1)
        return rows[rows["period_start"].isin([start])].reset_index(drop=True)

    def value(self, metric: str, days: int = 28) -> float | None:
        """The program's value of a metric, or None where it is missing or was not reported."""
        row = self.row(metric, days=days)
        return None if row is None or words.is_missing(row["value"]) else float(row["value"])

    @property
    def line(self) -> str:
        """Whose week it is and which, for the top of a slide."""
        week, day = words.week_name(self.as_of), words.day(self.as_of)
        text = phrase("{client}  ·  {week}, to {day}", client=self.title, week=week, day=day)
        return text + FORCED if self.forced else text

    def decided(self, report: str) -> pd.DataFrame:
        """The decisions of one report."""
        return self.decisions[self.decisions["report"] == report].reset_index(drop=True)


def read_week(client: str, as_of: date, home: str | Path | None = None) -> tuple[Week, Path]:
    """The figures and decisions of a client's week, and the folder they are in.

    Thresholds are those in force when the week was reported. Raises `ReportError` with the command
    to run where the week, or this day of it, has not been reported.
    """
    root = clients.home(home)
    folder = week_folder(root, client, as_of)
    run = f"kit run --all --client {client} --as-of {as_of.isoformat()}"
    for name in (RESULTS, DECISIONS):
        if not (folder / name).exists():
            raise ReportError(
                f"{folder.relative_to(root)} holds no {name}: that week has not been reported. "
                f"Run {run} first."
            )
    week = week_in(folder, client, home)
    if week.as_of != as_of and week.reported:
        raise ReportError(
            f"{folder.relative_to(root)} reports {words.day(week.as_of)}, not {words.day(as_of)}. "
            f"Run {run} --force, or ask for the deck of the day that was reported."
        )
    return replace(week, as_of=as_of), folder


def week_in(folder: Path, client: str, home: str | Path | None = None) -> Week:
    """The figures and decisions of a week's folder that holds both; its day is the reported one."""
    config, policy = clients.read_config(clients.client_folder(client, home))
    figures, manifests = _figures(folder), reports(folder)
    reported = _reported_day(figures, manifests)
    return Week(
        client,
        config.name or client,
        reported or date.fromisocalendar(int(folder.name[:4]), int(folder.name[-2:]), 7),
        config.currency,
        _policy_then(manifests) or policy,
        figures,
        pd.read_csv(folder / DECISIONS, dtype={"subject": "str"}),
        any(told.get("status") == "forced" for told in manifests.values()),
        reported is not None,
    )


def _figures(folder: Path) -> pd.DataFrame:
    rows = pd.read_parquet(folder / RESULTS)
    for column in ("period_start", "period_end"):
        days = {v: None if words.is_missing(v) else _date(v) for v in rows[column].unique()}
        rows[column] = pd.Series([days[value] for value in rows[column]], rows.index, dtype=object)
    return rows


def _date(value: Any) -> date:
    return pd.Timestamp(value).date()


def _policy_then(manifests: dict[str, dict[str, Any]]) -> Policy | None:
    """The policy in force when the weekly review was made, from its manifest."""
    values = manifests.get(REVIEW, {}).get("policy", {}).get("values")
    return Policy.model_validate(values) if values else None


def _reported_day(figures: pd.DataFrame, manifests: dict[str, dict[str, Any]]) -> date | None:
    """The day the week was reported for: the manifests', else the end of the program's week."""
    for told in manifests.values():
        if told.get("parameters", {}).get("as_of"):
            return date.fromisoformat(told["parameters"]["as_of"])
    rows = figures[(figures["metric"] == "velocity") & (figures["subject_kind"] == "program")]
    return _date(rows["period_end"].max()) if len(rows) else None


def weeks(week: Week, metric: str) -> pd.DataFrame:
    """One row per week that was reported, oldest first: start (its Monday), value."""
    rows = week.figures[week.figures["metric"].isin([metric, _WEEKLY_NAME.get(metric, metric)])]
    rows = rows[rows["subject_kind"].isin(["program", "week"])].dropna(subset=["period_start"])
    spans = zip(rows["period_start"], rows["period_end"], strict=True)
    whole = [(b - a).days <= 6 and a.weekday() == 0 and a <= week.as_of for a, b in spans]
    rows = rows[pd.Series(whole, rows.index, dtype=bool)]
    rows = rows.drop_duplicates("period_start").sort_values("period_start")
    return rows.rename(columns={"period_start": "start"})[["start", "value"]].tail(_WEEKS_DRAWN)


_WEEKLY_NAME = {"velocity": "posts"}
ORDER = ("invest", "replace", "follow up", "fix the brief", "keep")


def verdicts(week: Week) -> pd.DataFrame:
    """The one verdict of each creator, without what is to be done beside it."""
    review = week.decided(REVIEW)
    return review[review["decision"].isin(ORDER)].reset_index(drop=True)
