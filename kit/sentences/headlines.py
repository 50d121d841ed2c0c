"""The "In short" block of each report, and its opening line: what happened, why, what to do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit import prose, results, words
from kit.metrics.sales import NO_ORDERS
from kit.prose import bullets
from kit.sentences import decisions, figures, program


def readiness(check: Any) -> prose.Marked:
    """Whether the data carry the report: what failed, what cannot be known, what is only said."""
    if check.ready:
        opening: str = f"The data are good for a report of {words.day(check.as_of)}."
    else:
        opening = prose.bold("The data are not good enough for this report:")
    lines = [*check.reasons, *check.notes]
    lines += check.cannot
    return prose.paragraphs(opening, bullets(map(words.sentence, lines)))


def weekly(report: results.Findings, target: float, currency: str = "USD") -> list[str]:
    """The week in a few sentences: posts, money, what converts, whom to act on, next week."""
    weeks = report["weeks"]
    posts, gmv = weeks["posts"].astype(float), weeks["gmv"].astype(float)
    now = float(posts.iloc[-1]) if len(posts) else None
    before = float(posts.iloc[-5:-1].mean()) if len(posts) > 4 else None
    conversion = _figure(report, "conversion_rate", currency)
    ahead = report["forecast"]
    return [
        figures.velocity(now, target, before),
        _gmv(report, gmv, currency),
        _over_four_weeks(conversion),
        *decisions.review(report.decisions),
        figures.coming_week(ahead) if len(ahead) else "",
    ]


def _over_four_weeks(said: str) -> str:
    if not said or said.startswith("Not known"):
        return said
    return f"Over the last four weeks, {said[0].lower()}{said[1:]}"


def _gmv(report: results.Findings, gmv: pd.Series, currency: str) -> str:
    if len(gmv) and gmv.isna().all():
        return figures.unknown("GMV", NO_ORDERS)
    text = figures.change("GMV", *last_two(gmv), currency)
    moved = report["change"]
    if not moved["by_chance"].notna().any():
        return text
    return f"{text} {figures.change_by_chance(moved, currency)}"


def last_two(values: pd.Series) -> tuple[float | None, float | None]:
    """The latest value of a series and the one before; missing where there are not so many."""
    now = values.iloc[-1] if len(values) else None
    return now, values.iloc[-2] if len(values) > 1 else None


def _figure(report: results.Findings, metric: str, currency: str) -> str:
    """The program's figure over its longest period, as a sentence; nothing where there is none."""
    own = report.figures
    own = own[(own["metric"] == metric) & (own["subject_kind"] == "program")]
    if own.empty:
        return ""
    row = own.sort_values("period_start", kind="stable").iloc[0]
    return figures.figure(row.to_dict(), currency)


def onboarding(report: results.Findings, month: int | None, currency: str = "USD") -> list[str]:
    """The set-up in a few sentences: month, roster, milestones, budget, deals, newcomers."""
    return [
        program.expectations(month),
        program.roster(report["tiers"]),
        program.milestones(report["milestones"]),
        program.budget(report["budget"], currency),
        program.deals(report["deals"]),
    ]


def audit(report: results.Findings) -> list[str]:
    """The audit in a few sentences: who moves, who nearly does, how firm that is."""
    return [decisions.promotions(report.decisions), decisions.flips(report["flips"])]


def bar(row: Any, currency: str = "USD") -> str:
    """The conversion a post must beat and what it is made of. A row of Spark's table `bar`."""
    if words.is_missing(row["value"]):
        return figures.unknown("the conversion to beat", "no post has clicks")
    needed = f"A post must turn {words.percent(row['value'], 2)} of its clicks into orders"
    if words.is_missing(row["order_contribution"]) or words.is_missing(row["cost_per_click"]):
        return words.sentence(f"{needed}: {row['basis']}")
    return (
        f"{needed} to pay for itself: a click costs {words.money(row['cost_per_click'], currency)} "
        f"({words.count(row['paid_clicks'], 'paid click')}) and an order contributes "
        f"{words.money(row['order_contribution'], currency)} before ads."
    )


def spark_report(report: results.Findings, currency: str = "USD") -> list[str]:
    """Spark in a few sentences: what earned spend, the bar, the pair, the angle, the plan."""
    pair, plan = report["pair"], report["plan"]
    spend = plan["planned_spend"].sum() if len(plan) else 0.0
    return [
        decisions.spark(report["candidates"]),
        bar(report["bar"].iloc[0], currency),
        decisions.pair(*pair.to_dict("records")) if len(pair) == 2 else "",
        decisions.cells(report["angles"], report["cells"]),
        f"The plan puts {words.money(spend, currency)} behind "
        f"{words.count(len(plan), 'post')} that may run."
        if spend
        else "No budget is planned, or no post that earned it may run yet.",
    ]


def leader(rows: pd.DataFrame, metric: str) -> str:
    """The creator with the highest figure of a metric over its longest period; '' if none."""
    own = rows[(rows["metric"] == metric) & (rows["subject_kind"] == "creator")]
    own = own[own["period_start"] == own["period_start"].min()].dropna(subset=["value"])
    if own.empty:
        return ""
    return str(own.sort_values(["value", "subject"], ascending=[False, True])["subject"].iloc[0])
