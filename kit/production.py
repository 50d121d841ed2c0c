"""The production line of a day: today's list, and the ledgers, forecasts and past behind it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kit import (
    board,
    brief_round,
    briefs,
    claims,
    conflicts,
    loop,
    metrics,
    output,
    plans,
    record,
    results,
    rights,
    roster,
    sample_clock,
    supply,
    velocity,
)
from kit.errors import ClientError
from kit.metrics.shared import shared
from kit.todo import REPORT, TASKS, Evidence, todo

AHEAD = 4


def report(client: Any, as_of: date | str) -> results.Findings:
    """The production line of a day: today's list, and the ledgers and forecasts behind it.

    Tables: tasks; samples, sample_problems, sample_tiers; rights; captions and briefs (words to
    check); board, week and ahead (this week, the next four), pipeline (what is under way by tier);
    plan, schedule, winners, planned (budget), rates, levers, target; roster, flow, moves,
    concentration; conflicts, beside, plans; loop, loop_steps, loop_month; record and scores
    (compliance, products).
    """
    client, day = shared(client), metrics.as_day(as_of)
    beside = conflicts.conflicts(client, day)
    rests_on = briefs.evidence(client, day)
    known = evidence(client, day, beside, rests_on)
    needed = supply.supply(client, day, rests_on.posts)
    target = float(client.policy.velocity.target)
    plan = supply.plan(needed, target)
    made = board.board(client, day, target)
    closed = loop.loop(client, day, rests_on, _coming(known.round))
    tables = {
        "tasks": todo(client, day, known),
        "samples": known.clock.samples,
        "sample_problems": known.clock.problems,
        "sample_tiers": sample_clock.by_tier(known.clock.samples),
        "rights": known.ends,
        "captions": known.captions,
        "briefs": claims.in_briefs(client, day),
        "board": made.creators,
        "week": made.program,
        "ahead": _ahead(known.weeks, day, _aiming_at(client.policy, target)),
        "pipeline": board.pipeline(client, day, known.clock.samples),
        "plan": plan,
        "schedule": supply.schedule(needed, plan),
        "winners": supply.for_winners(needed, client.policy.velocity.winners),
        "planned": _planned(client, day),
        "rates": supply.shown_rates(needed),
        "levers": supply.levers(needed, target),
        "target": pd.DataFrame([{"target": target}]),
        "roster": roster.targets(client, day),
        "flow": roster.flow(client, day),
        "moves": roster.moves(client, day, known.flags),
        "concentration": roster.concentration(client, day),
        "conflicts": beside.rows,
        "beside": _beside(beside),
        "plans": known.plans,
        "loop": closed.pairs,
        "loop_steps": closed.steps,
        "loop_month": closed.month,
        "record": record.incidents(client, day),
        "scores": record.scores(client),
    }
    figures = results.figures(
        REPORT, _figures(client, day, tables), _roster_figures(client, day, tables),
        _loop_figures(client, closed),
    )  # fmt: skip
    decisions = results.decisions(REPORT, _decided(tables["tasks"]))
    return results.Findings(REPORT, client.name, day, figures, decisions, tables)


def evidence(
    client: Any,
    as_of: date | str,
    beside: conflicts.Found | None = None,
    rests_on: briefs.Evidence | None = None,
) -> Evidence:
    """What a day's list is made from, worked out once for the whole report."""
    rests_on = rests_on or briefs.evidence(client, as_of)
    day, weeks = metrics.as_day(as_of), metrics.creator_weeks(client, as_of)
    return Evidence(
        clock=sample_clock.clock(client, day),
        ends=rights.calendar(client, day),
        captions=claims.in_captions(client, day),
        plans=plans.planned(client, day),
        crossed=(beside or conflicts.conflicts(client, day)).rows,
        weeks=weeks,
        flags=output.output_flags(weeks, day, client.policy),
        posts=rests_on.posts,
        round=_round(client, day, rests_on),
    )


def _coming(round_: brief_round.Round) -> pd.DataFrame:
    """The pairs of the briefs that are due next, a row per brief."""
    pairs = [(brief.hook_angle, brief.product_id) for brief in round_.briefs]
    return pd.DataFrame(pairs, columns=loop.KEYS)


def _round(client: Any, day: date, known: briefs.Evidence) -> brief_round.Round:
    """The briefs that are due; none where no product or creator allows one."""
    try:
        return brief_round.for_week(client, day, known)
    except ClientError:
        return brief_round.Round([])


def _planned(client: Any, day: date) -> pd.DataFrame:
    """One row: what `costs.csv` plans for product in the month of the day; missing if nothing."""
    month = pd.Timestamp(day).replace(day=1)
    costs = client.frame("costs")
    own = costs[costs["month"].eq(month) & costs["kind"].eq("product")]["planned"]
    return pd.DataFrame([{"month": month, "planned": float(own.sum(min_count=1))}])


def _ahead(weeks: pd.DataFrame, day: date, policy: Any) -> pd.DataFrame:
    """The four weeks after the running one; `velocity.forecast`'s rows."""
    rows = velocity.forecast(weeks, day, policy, horizon=AHEAD + 1)
    return rows[rows["week"] > pd.Timestamp(day)].head(AHEAD).reset_index(drop=True)


def _aiming_at(policy: Any, target: float) -> Any:
    """The policy with the client's own velocity target."""
    aim = policy.velocity.model_copy(update={"target": target})
    return policy.model_copy(update={"velocity": aim})


def _beside(found: conflicts.Found) -> pd.DataFrame:
    """One row per other client that exclusivity was held against, and what could not be read."""
    rows = [(name, "") for name in found.beside] + [("", why) for why in found.unread]
    return pd.DataFrame(rows, columns=["client", "unread"])


def _decided(tasks: pd.DataFrame) -> pd.DataFrame:
    """The list as decisions: what to do with whom and why, for `decisions.csv`."""
    if tasks.empty:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "subject_kind": tasks["subject_kind"],
            "subject": tasks["subject"],
            "decision": tasks["task"],
            "reason": tasks["what"] + " – " + tasks["creator_id"] + ": " + tasks["why"],
        }
    )


def _figures(client: Any, day: date, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The figures of the report, each once."""
    tasks, week = tables["tasks"], tables["week"].iloc[0]
    of_day = {"period_start": day, "period_end": day}
    program = {"subject_kind": "program", "subject": client.name}
    monday = pd.Timestamp(day) - pd.Timedelta(days=day.weekday())
    sunday = {"period_start": monday.date(), "period_end": (monday + pd.Timedelta(days=6)).date()}
    rows: list[dict[str, Any]] = [
        {"metric": "tasks_open", "subject_kind": "part", "subject": task, **of_day,
         "value": float(((tasks["task"] == task) & tasks["done_on"].isna()).sum())}
        for task in TASKS
    ]  # fmt: skip
    for tier in tables["sample_tiers"].to_dict("records"):
        of = program if pd.isna(tier["tier"]) else {"subject_kind": "tier",
                                                    "subject": str(tier["tier"])}  # fmt: skip
        rows += [
            {"metric": "samples_late", "value": tier["late"], "n": tier["sent"], **of, **of_day},
            {"metric": "samples_never_posted", "value": tier["never"], "n": tier["sent"], **of,
             **of_day},
            {"metric": "samples_never_posted_cost", "value": tier["never_cost"],
             "n": tier["never"], **of, **of_day},
        ]  # fmt: skip
    rows.append(
        {"metric": "velocity_by_sunday", "value": week["expected"], "ci_low": week["low"],
         "ci_high": week["high"], "ci_level": board.LEVEL if pd.notna(week["low"]) else np.nan,
         "n": len(tables["board"]), **program, **sunday}
    )  # fmt: skip
    for row in tables["plan"].to_dict("records"):
        unit = "money" if row["unit"] == "money" else "count"
        rows.append(
            {"metric": "supply_needed", "subject_kind": "part", "subject": row["what"],
             "value": row["middle"], "ci_low": row["low"], "ci_high": row["high"],
             "ci_level": supply.LEVEL, "unit": unit, **of_day}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _roster_figures(client: Any, day: date, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Exclusivities crossed, and the share of the ten largest creators."""
    weeks = metrics.four_weeks(day)
    crossed: dict[str, Any] = {
        "metric": "exclusivity_crossed", "subject_kind": "program", "subject": client.name,
        "value": float(len(tables["conflicts"])), "period_start": day, "period_end": day,
    }  # fmt: skip
    shares = [
        {"metric": "gmv_share", "subject_kind": "creator", "subject": row.creator_id,
         "value": row.share, "period_start": weeks.start, "period_end": weeks.end}
        for row in tables["concentration"].head(10).itertuples()
    ]  # fmt: skip
    return pd.DataFrame([crossed, *shares])


def _loop_figures(client: Any, closed: loop.Loop) -> pd.DataFrame:
    """What came of the month's briefs, and what was believed of each pair when it began."""
    month, steps = closed.month.iloc[0], closed.steps.set_index("step")
    rows = [
        {"metric": metric, "subject_kind": "program", "subject": client.name,
         "value": steps.loc[step, "rate"], "n": steps.loc[step, "n"],
         "ci_low": steps.loc[step, "ci_low"], "ci_high": steps.loc[step, "ci_high"],
         "ci_level": loop.LEVEL, "period_start": month["start"], "period_end": end}
        for metric, step, end in (
            ("briefs_answered", "answered", month["end"]),
            ("briefed_conversion", "orders", month["now_on"]),
        )
    ]  # fmt: skip
    believed = closed.pairs[closed.pairs["rate_then"].notna()]
    rows += [
        {"metric": "believed_conversion", "subject_kind": "cell",
         "subject": f"{row.hook_angle}/{row.product_id}", "value": row.rate_then,
         "ci_low": row.low_then, "ci_high": row.high_then, "ci_level": loop.LEVEL,
         "n": row.clicks_then, "period_end": month["then_on"],
         "period_start": month["then_on"] - timedelta(days=27)}
        for row in believed.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows)
