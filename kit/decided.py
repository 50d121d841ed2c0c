"""What became of earlier decisions: whether they were done, and what the figures did since.

A decision keeps its id from week to week, so a day in `actions.csv` has to be given to one report:
it counts for the nearest report before it that asked for that decision, if that report's last day
is at most 28 days earlier. Days after the day of this report do not count yet.

What came of a decision sets two published figures side by side: those of the report of four weeks
ago, and this report's own, each over its own four weeks. Nothing is computed anew. Revenue per post
is not among them: its posts are up to ten weeks old, so the two would share most of their posts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from kit import earlier, metrics, results, week, words
from kit.earlier import Earlier

DONE_DAYS = 28
# Decisions that ask nobody to do anything: they are counted, not listed.
QUIET = (
    *("keep", "hold", "not yet", "no"),
    *("Posted: wait for the first sale", "Selling: review next week"),
)
OF_CREATOR = ("output_rate", "conversion_rate", "net_revenue")
OF_POST = ("clicks", "conversion_rate")
COMPARED = {"creator": OF_CREATOR, "post": OF_POST}
LAST, THEN = "last week", "four weeks ago"
LOOKS = {LAST: 1, THEN: earlier.WEEKS}
DECISION = ["report", "subject_kind", "subject", "decision", "reason", "decision_id"]
COLUMNS = [*DECISION, "as_of", "weeks_ago", "done", "done_on"]
_FACTS = [f"{name}{end}" for name in dict.fromkeys((*OF_CREATOR, *OF_POST))
          for end in ("_before", "_before_n", "_after", "_after_n")]  # fmt: skip


@dataclass(frozen=True)
class LookBack:
    """`looks`: a row for last week and one for four weeks ago, with the counts of each.

    `last` and `since` have a row per decision of those weeks' reports: `COLUMNS` (`done` is yes,
    later, no, or not due where nothing was asked), and `since` the figures before and after.
    """

    looks: pd.DataFrame
    last: pd.DataFrame
    since: pd.DataFrame


def look_back(client: Any, day: date, figures: pd.DataFrame) -> LookBack:
    """The decisions of last week and of four weeks ago; `figures` are this report's own."""
    found = earlier.looked_at(client.home, client.name, day, client.config.demo)
    decisions = with_done(decisions_of(found), client.frame("actions"), day)
    last, then = (decisions[decisions["weeks_ago"] == ago] for ago in LOOKS.values())
    old = _figures(one for one in found if one.weeks_ago == LOOKS[THEN])
    looks = pd.DataFrame(
        [_look(name, rows, day) for name, rows in ((LAST, last), (THEN, then))]
    ).astype({"as_of": "datetime64[s]"})
    return LookBack(looks, _ordered(last), _ordered(_compared(then, old, figures, day)))


def decisions_of(found: Iterable[Earlier]) -> pd.DataFrame:
    """One row per decision of these reports: `COLUMNS` without done and done_on."""
    rows = [
        {
            **{name: _unquoted(row.get(name, "")) for name in DECISION},
            "as_of": one.as_of,
            "weeks_ago": one.weeks_ago,
        }
        for one in found
        for row in week.read_csv(one.folder / week.DECISIONS)
        if row["report"] == one.report
    ]
    return pd.DataFrame(rows, columns=COLUMNS[:-2])


def _unquoted(text: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from reading a formula in it."""
    return text[1:] if text[:1] == "'" and week.safe_cell(text[1:]) == text else text


def with_done(decisions: pd.DataFrame, actions: pd.DataFrame, day: date) -> pd.DataFrame:
    """The decisions with `done` and `done_on`, the first day that counts for them."""
    rows = decisions.assign(done="no", done_on=pd.NaT)
    rows.loc[rows["decision"].isin(QUIET), "done"] = "not due"
    asked = rows[rows["done"] == "no"].sort_values("as_of", ascending=False)
    days = actions.dropna(subset=["done_on"]).sort_values("done_on")
    for name, at in zip(days["decision_id"], days["done_on"], strict=True):
        own = asked[asked["decision_id"] == name]
        nearest = [place for place, as_of in own["as_of"].items() if _counts(as_of, at.date(), day)]
        for place in nearest[:1]:
            if rows.at[place, "done"] != "yes":
                rows.loc[place, ["done", "done_on"]] = ["yes", at]
    return _done_later(rows).astype({"done_on": "datetime64[s]"})


def _counts(as_of: date, at: date, day: date) -> bool:
    return at <= day and as_of < at <= as_of + timedelta(DONE_DAYS)


def _done_later(rows: pd.DataFrame) -> pd.DataFrame:
    """Not done at first, but when a later report asked for it again: that day, as `later`."""
    done = rows[rows["done"] == "yes"].sort_values("as_of")
    for place in rows.index[rows["done"] == "no"]:
        own = done[done["decision_id"] == rows.at[place, "decision_id"]]
        after = own[own["as_of"] > rows.at[place, "as_of"]]
        if len(after):
            rows.loc[place, ["done", "done_on"]] = ["later", after["done_on"].iloc[0]]
    return rows


def _look(name: str, rows: pd.DataFrame, day: date) -> dict[str, Any]:
    counts = rows["done"].value_counts()
    return {
        "look": name,
        "week": words.week_name(day - timedelta(weeks=LOOKS[name])),
        "as_of": rows["as_of"].max() if len(rows) else None,
        "decisions": len(rows),
        "asked": len(rows) - int(counts.get("not due", 0)),
        "done": int(counts.get("yes", 0)),
        "later": int(counts.get("later", 0)),
    }


def _figures(found: Iterable[Earlier]) -> pd.DataFrame:
    files = [one.folder / week.RESULTS for one in found if (one.folder / week.RESULTS).exists()]
    rows = [pq.read_table(path).to_pandas() for path in files]
    held = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=results.COLUMNS)
    return held.drop_duplicates([*results.KEY[1:]])


def _compared(then: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, day: date) -> pd.DataFrame:
    """The decisions that asked for something, with both figures of each of their metrics."""
    rows = then[then["done"] != "not due"]
    facts = []
    for row in rows.itertuples():
        told: dict[str, float] = {}
        for metric in COMPARED.get(str(row.subject_kind), ()):
            subject = (metric, row.subject_kind, row.subject)
            for end, held, until in (("before", old, row.as_of), ("after", new, day)):
                period = metrics.four_weeks(until)
                if end == "after" and period.start <= row.as_of:
                    continue  # the two would share days
                told |= _figure(held, subject, period, f"{metric}_{end}")
        facts.append(told)
    return rows.join(pd.DataFrame(facts, index=rows.index, columns=_FACTS, dtype="float64"))


def _figure(figures: pd.DataFrame, subject: tuple, period: Any, name: str) -> dict[str, float]:
    held = figures[["metric", "subject_kind", "subject"]].eq(list(subject)).all(axis=1)
    rows = figures[held]
    rows = rows[(rows["period_start"] == period.start) & (rows["period_end"] == period.end)]
    return {} if rows.empty else {name: rows["value"].iloc[0], f"{name}_n": rows["n"].iloc[0]}


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The weekly review's decisions first, then the other reports', each by decision and name."""
    first = rows["report"].ne("weekly_review")
    order = rows.assign(first=first).sort_values(["first", "report", "decision", "subject"])
    return order.drop(columns="first").reset_index(drop=True)


def figures(found: LookBack, program: str, day: date) -> list[pd.DataFrame]:
    """The rows of the results table behind what the section shows; none without earlier reports.

    This week's figures are in the results already; those of four weeks ago stand beside them under
    names of their own, so that no reader takes one for the other.
    """
    looks = found.looks[found.looks["decisions"] > 0]
    spans = {"period_start": looks["as_of"].dt.date + timedelta(1), "period_end": day}
    base = pd.DataFrame({"subject_kind": "program", "subject": program, **spans})
    frames = [
        base.assign(metric="decisions_asked", value=looks["asked"], n=looks["decisions"]),
        base.assign(metric="decisions_done", value=looks["done"], n=looks["asked"]),
    ]
    rows = found.since.drop_duplicates(["subject_kind", "subject"])
    until = rows["as_of"]
    for metric in dict.fromkeys((*OF_CREATOR, *OF_POST)):
        kinds = [kind for kind, names in COMPARED.items() if metric in names]
        own = rows[rows["subject_kind"].isin(kinds)]
        frames.append(
            own[["subject_kind", "subject"]].assign(
                metric=f"{metric}_before",
                value=own[f"{metric}_before"],
                n=own[f"{metric}_before_n"],
                period_start=[metrics.four_weeks(end).start for end in until[own.index]],
                period_end=until[own.index],
            )
        )
    return [frame for frame in frames if len(frame)]
