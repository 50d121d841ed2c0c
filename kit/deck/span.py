"""A month or a quarter as its weeks' published reports tell it: sums, pooled rates, what lacks.

Nothing is filled in: a week whose report is not there is named, and every sum says over how many
weeks it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kit import client as clients
from kit import words
from kit.deck.week import FORCED, Week, week_in
from kit.errors import ReportError
from kit.language import phrase, plural
from kit.policy import Policy
from kit.week import DECISIONS, RESULTS, week_folder

QUARTER = 13
_KINDS = ("program", "tier", "creator", "hook_angle", "part")


class Sum(NamedTuple):
    """A figure over weeks: its value (None where no week has one), n, and how many weeks it is of.

    `n` is the denominator's size, of a sum the number of weeks.
    """

    value: float | None
    n: float
    weeks: int


@dataclass(frozen=True)
class Span:
    """The weeks of a month or quarter, oldest first; `sundays` are all that belong to it.

    `weeks` are those that were reported, `before` those of the span before it. `goals` are the
    client's, by metric.
    """

    client: str
    title: str
    name: str
    sundays: tuple[date, ...]
    weeks: tuple[Week, ...]
    before: tuple[Week, ...]
    before_sundays: tuple[date, ...]
    goals: dict[str, float]

    @property
    def last(self) -> Week:
        """The newest week that was reported."""
        return self.weeks[-1]

    @property
    def currency(self) -> str:
        return self.last.currency

    @property
    def policy(self) -> Policy:
        return self.last.policy

    @property
    def complete(self) -> bool:
        """Whether every week of the span was reported to its Sunday."""
        return [week.as_of for week in self.weeks] == list(self.sundays)

    @property
    def line(self) -> str:
        """Whose span it is, which, and of how many weeks, for the top of a slide."""
        days = words.period(self.sundays[0] - timedelta(days=6), self.last.as_of)
        text = f"{self.title}  ·  {self.name}  ·  {self.over()}, {days}"
        return text + FORCED if any(week.forced for week in self.weeks) else text

    def over(self) -> str:
        """ "4 weeks", or "3 of 4 weeks" where one was not reported."""
        whole = words.counted("{count} week", "{count} weeks", len(self.sundays))
        if len(self.weeks) == len(self.sundays):
            return whole
        return phrase("{reported} of {weeks}", reported=len(self.weeks), weeks=whole)

    def lacking(self) -> str:
        """The weeks that were not reported, or not to their Sunday, as a sentence; '' for none."""
        there = {sunday(week.as_of): week.as_of for week in self.weeks}
        gone = [words.day(day) for day in self.sundays if day not in there]
        short = [words.day(day) for end, day in there.items() if end != day]
        said = []
        if gone:
            said.append(
                plural(
                    "No report of the week to {days}: left out, and nothing was put in its place.",
                    "No reports of the weeks to {days}: left out, and nothing was put in their "
                    "place.",
                    len(gone),
                    days=words.listed(gone),
                )
            )
        if short:
            said.append(
                phrase("Reported in the middle of the week, to {days}.", days=words.listed(short))
            )
        return " ".join(said)

    def by_week(self, metric: str) -> pd.DataFrame:
        """One row per week of the span: start (its Monday), value; missing where not reported."""
        there = {sunday(week.as_of): week.value(metric, 7) for week in self.weeks}
        return pd.DataFrame(
            {
                "start": [day - timedelta(days=6) for day in self.sundays],
                "value": pd.Series([there.get(day) for day in self.sundays], dtype=float),
            }
        )


def sunday(day: date) -> date:
    """The last day of a day's week."""
    return day + timedelta(days=6 - day.weekday())


def total(weeks: tuple[Week, ...], metric: str) -> Sum:
    """A count or an amount of money added over weeks, each once."""
    known = [value for week in weeks if (value := week.value(metric, 7)) is not None]
    return Sum(sum(known) if known else None, len(known), len(known))


def pooled(weeks: tuple[Week, ...], metric: str) -> Sum:
    """A rate over weeks: its numerators added, divided by its denominators added."""
    rows = [row for week in weeks if (row := week.row(metric, 7)) is not None]
    known = [row for row in rows if not words.is_missing(row["value"])]
    n = float(sum(row["n"] for row in known))
    return Sum(sum(row["value"] * row["n"] for row in known) / n if n else None, n, len(known))


def by_subject(weeks: tuple[Week, ...], metric: str, kind: str) -> pd.Series:
    """A count or amount of each subject of a kind, added over weeks; an absent week adds nothing.

    >>> by_subject((), "gmv", "tier").empty
    True
    """
    parts = [week.rows(metric, kind) for week in weeks]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=["subject", "value"])
    return rows.dropna(subset=["value"]).groupby("subject")["value"].sum()


def rate_by_subject(weeks: tuple[Week, ...], metric: str, kind: str) -> pd.DataFrame:
    """One row per subject: value (the rate pooled over weeks), n (its denominators added)."""
    parts = [week.rows(metric, kind).dropna(subset=["value"]) for week in weeks]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=["subject", "value", "n"])
    events = (rows["value"] * rows["n"]).groupby(rows["subject"]).sum()
    n = rows["n"].groupby(rows["subject"]).sum()
    return pd.DataFrame({"value": events / n.where(n > 0), "n": n})


def read_span(
    client: str, as_of: date, kind: str, home: str | Path | None = None
) -> tuple[Span, Path]:
    """The span up to a day, and the folder of its newest reported week.

    A month's weeks are those that end in it, up to the day asked for; a quarter is the 13 weeks to
    that day's week. Raises `ReportError` where none of them was reported.
    """
    root = clients.home(home)
    config, _ = clients.read_config(clients.client_folder(client, home))
    sundays, before = (_of_month if kind == "monthly" else _of_quarter)(as_of)
    found = {day: week for day in sundays if (week := _week(root, client, day, as_of, home))}
    if not found:
        raise ReportError(
            f"No week of {_name(kind, sundays)} was reported for {client}. Run kit run --all "
            f"--client {client} --as-of {sundays[-1]} first, and the weeks before it likewise."
        )
    earlier = [_week(root, client, day, day, home) for day in before]
    span = Span(
        client,
        config.name or client,
        _name(kind, sundays),
        sundays,
        tuple(found.values()),
        tuple(week for week in earlier if week),
        before,
        dict(config.goals),
    )
    return span, week_folder(root, client, max(found))


def _week(root: Path, client: str, end: date, until: date, home: str | Path | None) -> Week | None:
    folder = week_folder(root, client, end)
    if not all((folder / name).exists() for name in (RESULTS, DECISIONS)):
        return None
    week = week_in(folder, client, home)
    # a week of a large client has thousands of posts, of which a span shows none
    week = replace(week, figures=week.figures[week.figures["subject_kind"].isin(_KINDS)])
    told = week.value("velocity", 7) is not None or week.value("gmv", 7) is not None
    return week if told and week.as_of <= max(until, end) else None


def _of_month(as_of: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    last = sunday(as_of)
    last = last if last.month == as_of.month else last - timedelta(weeks=1)
    month = [last - timedelta(weeks=back) for back in range(6)]
    now = [day for day in month if (day.year, day.month) == (last.year, last.month)]
    end = now[-1] - timedelta(weeks=1)
    earlier = [end - timedelta(weeks=back) for back in range(6)]
    earlier = [day for day in earlier if (day.year, day.month) == (end.year, end.month)]
    return tuple(now[::-1]), tuple(earlier[::-1])


def _of_quarter(as_of: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    days = [sunday(as_of) - timedelta(weeks=back) for back in range(2 * QUARTER)]
    return tuple(days[:QUARTER][::-1]), tuple(days[QUARTER:][::-1])


def _name(kind: str, sundays: tuple[date, ...]) -> str:
    if kind == "monthly":
        return words.month(sundays[-1])
    return phrase("13 weeks to {day}", day=words.day(sundays[-1]))
