"""Finished tables: each takes a frame and gives a great-tables table, ready to show.

Columns carry human labels, numbers one format down a column, an en dash what is missing; an empty
frame becomes a sentence that says there is none.
"""

from kit.tables.backtest import own_thresholds, replayed_sparks
from kit.tables.blocks import headlines, margin_headlines
from kit.tables.creators import (
    creator_posts,
    decisions,
    false_alarms,
    flags,
    repeat_rates,
    six_metrics,
    tier_summary,
    verdicts,
)
from kit.tables.decided import decided, since, since_posts
from kit.tables.desk import what_if
from kit.tables.holdout import holdout_design, holdout_tests
from kit.tables.loop import loop_pairs, loop_steps
from kit.tables.margins import (
    ad_steps,
    below_margin,
    boosted,
    break_even,
    creator_payback,
    routes,
    running_budget,
    sample_payback,
)
from kit.tables.money import creators_by_contribution, pay, pay_bands, settling
from kit.tables.partners import conflicts, planned
from kit.tables.posts import angles, briefs, compare_rules, hooks, spark_plan, spark_ranking
from kit.tables.production import (
    compliance,
    hits,
    pipeline,
    plan,
    product_scores,
    rates,
    rights,
    sample_problems,
    sample_tiers,
    schedule,
    tasks,
    week_board,
)
from kit.tables.program import (
    budget,
    category,
    deals,
    first_posts,
    forecast,
    gmv_change,
    milestones,
    movers,
    newcomers,
    roster,
    weeks,
)
from kit.tables.reference import (
    figures,
    files,
    glossary,
    policy,
    provenance,
    readiness,
    restated,
    set_aside,
)
from kit.tables.tiers import audit, medians, moves
from kit.tables.turnover import concentration, roster_flow, roster_moves

__all__ = [
    "headlines",
    "margin_headlines",
    "ad_steps",
    "angles",
    "audit",
    "below_margin",
    "boosted",
    "break_even",
    "briefs",
    "budget",
    "category",
    "compare_rules",
    "compliance",
    "concentration",
    "conflicts",
    "creator_payback",
    "creator_posts",
    "creators_by_contribution",
    "deals",
    "decided",
    "decisions",
    "false_alarms",
    "figures",
    "files",
    "first_posts",
    "flags",
    "forecast",
    "glossary",
    "gmv_change",
    "hits",
    "holdout_design",
    "holdout_tests",
    "hooks",
    "loop_pairs",
    "loop_steps",
    "medians",
    "milestones",
    "movers",
    "moves",
    "newcomers",
    "own_thresholds",
    "pay",
    "pay_bands",
    "pipeline",
    "plan",
    "planned",
    "policy",
    "product_scores",
    "provenance",
    "rates",
    "readiness",
    "repeat_rates",
    "replayed_sparks",
    "restated",
    "rights",
    "roster",
    "roster_flow",
    "roster_moves",
    "routes",
    "running_budget",
    "sample_payback",
    "sample_problems",
    "sample_tiers",
    "schedule",
    "set_aside",
    "settling",
    "since",
    "since_posts",
    "six_metrics",
    "spark_plan",
    "spark_ranking",
    "tasks",
    "tier_summary",
    "verdicts",
    "week_board",
    "weeks",
    "what_if",
]
