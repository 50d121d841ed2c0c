"""The tier promotion audit: every creator against every criterion, with what is missing.

Tier 1 moves up to tier 2 as the article says; tier 2 → 3 and demotion are our extension. The
rule itself is `promotion_audit`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kit import metrics, payback, results, tier_move, words
from kit.tier_evidence import last_whole_month, median_doubt
from kit.tier_rule import LEVEL, promotion_audit

__all__ = ["promotion_audit", "report"]

REPORT = "tier_promotion_audit"
# criterion: (columns of the audit, metric of the glossary)
CRITERIA = {
    "months": "promotion_months_seen",
    "output_ratio": "promotion_output_ratio",
    "revenue_per_post": "promotion_revenue_per_post",
    "incidents": "promotion_incidents",
}


def report(client: Any, as_of: date | str) -> results.Findings:
    """The findings of the audit: figures, one decision per roster creator with a tier, tables.

    Tables: audit (a row per creator, every criterion with value, interval and passed), criteria
    (creator × criterion), flips (who would be judged otherwise at ±10%), moves (what each move
    costs and should bring), fees (whether each flat fee in force comes back), medians (by tier
    measured).
    """
    day = metrics.as_day(as_of)
    audit, months = audited(client, day)
    period, clean = _periods(day, client.policy)
    medians = _medians(audit)
    moves = tier_move.moves(client, day, audit, months)
    fees = payback.creators(client, day)
    figures = results.figures(
        REPORT,
        *(
            _criterion_figures(audit, name, clean if name == "incidents" else period)
            for name in CRITERIA
        ),
        _probability_figures(audit, period),
        _median_figures(medians, period),
        *_move_figures(moves, day),
        *payback.creator_figures(fees, day),
    )
    tables = {
        "audit": audit,
        "criteria": _criteria(audit),
        "flips": audit[audit["flips"] != ""][["creator_id", "tier", "verdict", "flips"]],
        "moves": moves,
        "fees": fees,
        "medians": medians,
    }
    decisions = results.decisions(REPORT, _decisions(audit, period))
    return results.Findings(REPORT, client.name, day, figures, decisions, tables)


def audited(client: Any, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The audit of roster creators with a tier, followers beside it, and their closed months."""
    people = metrics.people(client, day)
    people = people[people["on_roster"] & people["tier"].notna()]
    months = metrics.creator_months(client, day)
    months = months[months["creator_id"].isin(people["creator_id"])]
    audit = promotion_audit(
        _with_today(months, people, day), day, client.policy, currency=client.currency
    )
    return audit.merge(people[["creator_id", "followers", "band_note"]], on="creator_id"), months


def _with_today(months: pd.DataFrame, people: pd.DataFrame, day: date) -> pd.DataFrame:
    """The closed months, and a row of the running month that holds today's tier and no evidence.

    So a creator who joined lately is audited too, and one moved since the last closed month is
    not moved again.
    """
    today = pd.DataFrame(
        {
            "creator_id": people["creator_id"],
            "tier": people["tier"],
            "month": pd.Timestamp(day.replace(day=1)),
            "incidents": 0,
        }
    )
    first = today["creator_id"].map(months.groupby("creator_id").size()).isna()
    # Who has no closed month yet enters with the entry tier.
    today["tier"] = today["tier"].mask(first, people["entry_tier"])
    return pd.concat([months, today.reindex(columns=months.columns)], ignore_index=True)


def _periods(day: date, policy: Any) -> tuple[metrics.Period, metrics.Period]:
    """The months of evidence, and those in which the record has to be clean."""
    rule, last = policy.promotion, last_whole_month(pd.Timestamp(day))
    first = _month_start(last - rule.months + 1)
    end = (_month_start(last) + pd.offsets.MonthEnd(1)).date()
    return metrics.Period(first.date(), end), clean_period(day, policy)


def clean_period(day: date, policy: Any) -> metrics.Period:
    """The months in which a record has to be clean for a promotion, and the days since."""
    last = last_whole_month(pd.Timestamp(day))
    begins = _month_start(last - policy.promotion.clean_months + 1)
    return metrics.Period(begins.date(), day)


def _month_start(number: int) -> pd.Timestamp:
    return pd.Timestamp(year=(number - 1) // 12, month=(number - 1) % 12 + 1, day=1)


def _criterion_figures(audit: pd.DataFrame, name: str, period: metrics.Period) -> pd.DataFrame:
    interval = f"{name}_ci_low" in audit
    rows = pd.DataFrame(
        {
            "metric": CRITERIA[name],
            "subject_kind": "creator",
            "subject": audit["creator_id"],
            "value": audit[name],
            "n": audit["months"],
            "ci_low": audit[f"{name}_ci_low"] if interval else np.nan,
            "ci_high": audit[f"{name}_ci_high"] if interval else np.nan,
            "ci_level": LEVEL if interval else np.nan,
            "period_start": period.start,
            "period_end": period.end,
        }
    )
    if name == "revenue_per_post":
        rows["note"] = [
            None
            if pd.isna(value)
            else f"estimated at {words.number(value, 2)}, few posts leaning on the program's; "
            "the interval is of the estimate"
            for value in audit["revenue_per_post_estimate"]
        ]
    return rows


def _probability_figures(audit: pd.DataFrame, period: metrics.Period) -> pd.DataFrame:
    names = {
        "probability_output": "probability_output_consistent",
        "probability_revenue": "probability_revenue_above_median",
    }
    return pd.concat(
        pd.DataFrame(
            {
                "metric": metric,
                "subject_kind": "creator",
                "subject": audit["creator_id"],
                "value": audit[column],
                "n": audit["months"],
                "period_start": period.start,
                "period_end": period.end,
            }
        )
        for column, metric in names.items()
    )


def _medians(audit: pd.DataFrame) -> pd.DataFrame:
    """One row per tier to be promoted from: the median to beat, its interval, who makes it up."""
    entered = audit["entry_tier"] == 1
    now = audit["tier"] == 2
    rows = [
        (1, "everyone who entered in tier 1, promoted since or not", entered, audit["tier"] == 1),
        (2, "those in tier 2 today (our extension)", now, now),
    ]
    table = []
    for tier, who, makers, measured in rows:
        median = audit.loc[measured, "median_revenue_per_post"].dropna()
        count = int(audit.loc[makers, "revenue_per_post"].notna().sum())
        middle = median.iloc[0] if len(median) else np.nan
        table.append((tier, who, middle, *_median_interval(audit[makers], middle), count))
    names = ["median_revenue_per_post", "ci_low", "ci_high", "creators"]
    return pd.DataFrame(table, columns=["tier", "who", *names])


def _median_interval(makers: pd.DataFrame, median: float) -> tuple[float, float]:
    """The 90% interval of a median of estimates, each of them known with its own interval."""
    known = makers.dropna(subset=["revenue_per_post_ci_low"])
    wide = np.log(known["revenue_per_post_ci_high"] / known["revenue_per_post_ci_low"])
    z = stats.norm.ppf((1 + LEVEL) / 2)
    doubt, _ = median_doubt(np.log(known["revenue_per_post_estimate"]), wide / (2 * z))
    return median * np.exp(-z * doubt), median * np.exp(z * doubt)


def _median_figures(medians: pd.DataFrame, period: metrics.Period) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": "promotion_revenue_median",
            "subject_kind": "tier",
            "subject": medians["tier"].astype(str),
            "value": medians["median_revenue_per_post"],
            "n": medians["creators"],
            "ci_low": medians["ci_low"],
            "ci_high": medians["ci_high"],
            "ci_level": LEVEL,
            "period_start": period.start,
            "period_end": period.end,
            "note": medians["who"],
        }
    )


def _move_figures(moves: pd.DataFrame, day: date) -> list[pd.DataFrame]:
    """Cost and gain of a month after each move; a part of it that is not known has no figure."""
    after = metrics.Period(day + timedelta(1), day + timedelta(30))
    rows = moves.assign(
        subject_kind="creator",
        subject=moves["creator_id"],
        period_start=after.start,
        period_end=after.end,
    )
    kept = ["subject_kind", "subject", "period_start", "period_end", "note"]
    locked = rows["locked"].where(rows["locked"] > 0)
    found = [
        rows[kept].assign(metric="move_cost", value=rows["cost"]),
        rows[kept].assign(metric="move_locked", value=locked),
    ]
    for metric, value, ends in (("move_gain", "gain", "ci"), ("move_even_fee", *_EVEN)):
        low, high = rows[f"{ends}_low"], rows[f"{ends}_high"]
        table = rows[kept].assign(metric=metric, value=rows[value], ci_low=low, ci_high=high)
        found.append(table.assign(ci_level=LEVEL))
    found = [table[table["value"].notna()] for table in found]
    return [table.assign(status="estimated") for table in found if len(table)]


_EVEN = ("even_fee", "even_fee")


def _criteria(audit: pd.DataFrame) -> pd.DataFrame:
    """One row per creator and criterion: value, interval, passed."""
    parts = [
        pd.DataFrame(
            {
                "creator_id": audit["creator_id"],
                "tier": audit["tier"],
                "criterion": name,
                "value": audit[name].astype(float),
                "ci_low": audit.get(f"{name}_ci_low", pd.Series(np.nan, audit.index)),
                "ci_high": audit.get(f"{name}_ci_high", pd.Series(np.nan, audit.index)),
                "passed": audit[f"{name}_passed"],
            }
        )
        for name in CRITERIA
    ]
    return pd.concat(parts, ignore_index=True).sort_values(
        ["creator_id", "criterion"], ignore_index=True
    )


def _decisions(audit: pd.DataFrame, period: metrics.Period) -> pd.DataFrame:
    """One decision per creator; its metric is the criterion that decided."""
    rows = [_decision(row) for row in audit.itertuples()]
    return pd.DataFrame(rows, columns=_DECISION_COLUMNS)


_DECISION_COLUMNS = [
    *("subject_kind", "subject", "decision", "reason", "metric"),
    *("value", "ci_low", "ci_high", "n", "confidence"),
]


def _decision(row: Any) -> tuple[Any, ...]:
    name = _deciding(row)
    low, high = (getattr(row, f"{name}_ci_{end}", np.nan) for end in ("low", "high"))
    sure = {
        "output_ratio": row.probability_output,
        "revenue_per_post": row.probability_revenue,
    }.get(name, np.nan)
    if row.verdict == "promote":
        sure = min(row.probability_output, row.probability_revenue)
    if row.verdict == "demote":
        sure = 1 - min(row.probability_output, row.probability_above_floor)
    note = f" {words.sentence(row.band_note)}" if row.band_note else ""
    return (
        *("creator", row.creator_id, row.verdict, row.reason + note, CRITERIA[name]),
        *(getattr(row, name), low, high, row.months, sure),
    )


def _deciding(row: Any) -> str:
    """The first criterion not passed; revenue per post where all are, or where it demotes."""
    if row.verdict == "demote":
        by_output = row.probability_output <= row.probability_above_floor
        return (
            "output_ratio"
            if by_output or pd.isna(row.probability_above_floor)
            else "revenue_per_post"
        )
    for name in CRITERIA:
        if not getattr(row, f"{name}_passed"):
            return name
    return "revenue_per_post"
