"""The backtest's findings: figures, decisions on thresholds, and the tables behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import results
from kit.backtest import asked, cases, flags, moves, scores, sparks, thresholds
from kit.backtest.past import History
from kit.backtest.weeks import after, decision_weeks, replayable
from kit.client import covered_sunday
from kit.errors import ReportError
from kit.metrics.periods import as_day
from kit.metrics.shared import shared

REPORT = "backtest"
PARTS = ("spark", "output", "promotion")
RECENT_WEEKS = 12


def report(
    client: Any,
    first: date | None = None,
    last: date | None = None,
    until: date | None = None,
    parts: tuple[str, ...] = PARTS,
    most: int | None = None,
) -> results.Findings:
    """The client's rules replayed on its own past, week by week, with what was known then.

    Decided are the Sundays from `first` to `last`, of which only the `most` newest if that is
    given; nothing after `until` is looked at, left out the last Sunday the data cover. Tables:
    weeks (which could be replayed, and why not), posts and picks (of Spark), spark, output and
    promotion (a row per rule), flagged and promoted (their rows), asked (what the reports of those
    weeks asked for), thresholds. Raises `ReportError`
    with what is missing where no week can be replayed.
    """
    if client.in_warehouse:
        raise ReportError(
            "The tables stay in the client's warehouse, and a replay needs those of each download "
            "here: read the exports instead."
        )
    history = History(client)
    weeks = decision_weeks(history, first, last, until)
    chosen = replayable(weeks, history)
    chosen = chosen.tail(most).reset_index(drop=True) if most else chosen
    day = until or covered_sunday(history.files, history.windows) or chosen["as_of"].iloc[-1]
    tables = {**_empty(), **_replayed(history, chosen, day, parts), "weeks": weeks}
    tables |= _scored(tables, client)
    if parts == PARTS:
        tables["asked"] = asked.asked(client, tables)
    own = [thresholds.spark_rows(tables["posts"], client.policy)]
    if parts == PARTS:
        own.append(cases.own_thresholds(client, day))
    tables["thresholds"] = pd.concat([rows for rows in own if len(rows)] or own, ignore_index=True)
    period = (chosen["as_of"].iloc[0], after(chosen["as_of"].iloc[-1]).end)
    figures = results.figures(
        REPORT, *_rule_figures(tables, period), thresholds.figures(tables["thresholds"], period)
    )
    decisions = results.decisions(REPORT, thresholds.decisions(tables["thresholds"]))
    return results.Findings(REPORT, client.name, as_day(day), figures, decisions, tables)


def recent(client: Any, as_of: date | str) -> results.Findings:
    """The newest `RECENT_WEEKS` replays of Spark selection, for a report of that day.

    Where nothing can be replayed, the tables are empty and `reason` has the one row that says why.
    """
    day = as_day(as_of)
    try:
        return report(client, until=day, parts=("spark",), most=RECENT_WEEKS)
    except ReportError as refused:
        reason = pd.DataFrame({"why": [str(refused)]})
        tables = {"weeks": pd.DataFrame(), **_empty(), "reason": reason}
        blank = results.figures(REPORT), results.decisions(REPORT)
        return results.Findings(REPORT, client.name, day, *blank, tables)


def _empty() -> dict[str, pd.DataFrame]:
    return {
        "posts": pd.DataFrame(columns=sparks.POST),
        "picks": pd.DataFrame(columns=[*sparks.POST, "rule", "place"]),
        "spark": pd.DataFrame(columns=scores.SPARK),
        "flagged": pd.DataFrame(columns=flags.ROW),
        "output": pd.DataFrame(columns=scores.CREATORS),
        "promoted": pd.DataFrame(columns=moves.ROW),
        "promotion": pd.DataFrame(columns=scores.CREATORS),
        "asked": pd.DataFrame(columns=asked.COLUMNS),
        "thresholds": pd.DataFrame(columns=thresholds.COLUMNS),
        "reason": pd.DataFrame(columns=["why"]),
    }


def _replayed(
    history: History, weeks: pd.DataFrame, until: date, parts: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    """Each part's rows of all weeks; a week's past is put together once for all parts."""
    client: Any = shared(history.client)
    sold = sparks.sold_in(history, weeks) if "spark" in parts else pd.DataFrame()
    rows: dict[str, list[pd.DataFrame]] = {"posts": [], "flagged": [], "promoted": []}
    closed = moves.due(weeks, until, client.policy.revenue.days)
    for week, month in zip(weeks.itertuples(index=False), closed, strict=True):
        past: Any = shared(history.on(week.known_on))
        if "spark" in parts:
            own = sold.loc[pd.Timestamp(week.as_of)]
            rows["posts"].append(sparks.decided(past, client, week.as_of, own))
        if "output" in parts:
            rows["flagged"].append(flags.decided(past, client, week.as_of))
        if "promotion" in parts and month:
            rows["promoted"].append(moves.decided(past, client, week.as_of))
    return {name: pd.concat(own, ignore_index=True) for name, own in rows.items() if own}


def _scored(tables: dict[str, pd.DataFrame], client: Any) -> dict[str, pd.DataFrame]:
    """The picks of Spark, and the scores of each part that was replayed."""
    picks = sparks.picks(tables["posts"])
    made = {"picks": picks, "spark": scores.spark_scores(picks, money_of(picks))}
    if len(tables["flagged"]):
        flagged = flags.picks(tables["flagged"], client.policy.output.floor)
        made["output"] = scores.flag_scores(flagged, flags.RULES)
    if len(tables["promoted"]):
        made["promotion"] = scores.move_scores(moves.picks(tables["promoted"]), moves.RULES)
    return made


def money_of(picks: pd.DataFrame) -> str:
    """What an order is worth in every week: its contribution where known throughout, else GMV."""
    known = picks["order_contribution"].notna().all()
    return "order_contribution" if known else "order_value"


def _rule_figures(tables: dict[str, pd.DataFrame], period: tuple[date, date]) -> list[pd.DataFrame]:
    """Figures of each rule, its subject the decision and the rule: ``spark/views``."""
    frames = []
    for part in PARTS:
        rows = tables[part]
        common = {
            "subject_kind": "part",
            "subject": f"{part}/" + rows["rule"].astype(str),
            "period_start": period[0],
            "period_end": period[1],
        }
        for metric, value, n, low, high in _FIGURES[part]:
            frame = pd.DataFrame({"metric": metric, "value": rows[value].astype(float), **common})
            frame["n"] = rows[n].astype(float)
            if low:
                frame = frame.assign(ci_low=rows[low], ci_high=rows[high], ci_level=scores.LEVEL)
            frames.append(frame.astype({"value": "float64"}))
    return [frame for frame in frames if len(frame)]


_COUNTS = [
    ("backtest_hits", "hits", "picks", "", ""),
    ("backtest_misses", "misses", "picks", "", ""),
]
_FIGURES = {
    "spark": [
        *_COUNTS,
        ("backtest_later_rate", "later_rate", "later_clicks", "", ""),
        ("backtest_orders", "orders", "picks", "orders_low", "orders_high"),
        ("backtest_captured", "captured", "picks", "captured_low", "captured_high"),
        ("backtest_money_lost", "money_lost", "picks", "lost_low", "lost_high"),
    ],
    "output": [*_COUNTS, ("backtest_later_output", "later_value", "picks", "", "")],
    "promotion": [
        *_COUNTS,
        ("backtest_later_revenue", "later_value", "later_posts", "", ""),
        ("backtest_above_median", "money", "later_posts", "money_low", "money_high"),
    ],
}
