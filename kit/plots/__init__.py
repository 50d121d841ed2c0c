"""Finished charts: each takes a table and an axes, draws one message, and gives the axes back.

Numbers arrive computed; a chart sorts, labels and formats. `theme` first, then
``plots.draw(plots.velocity, weeks, alt="…", title="…")`` shows one chart in a notebook.
"""

from kit.plots.audit import criteria, sensitivity
from kit.plots.creators import (
    gmv_by_creator,
    output_board,
    repeat_rates,
    revenue_per_post,
    spread,
    verdicts,
)
from kit.plots.drawing import draw
from kit.plots.holdout import holdout_design, holdout_weeks
from kit.plots.look import png, show, theme
from kit.plots.margins import ad_steps, break_even
from kit.plots.money import contribution
from kit.plots.posts import hooks_by_product, seen, spark_candidates, views_and_conversion
from kit.plots.production import rights_running_out
from kit.plots.program import (
    budget,
    build_plan,
    gmv_by_week,
    gmv_change,
    tier_pyramid,
    velocity,
)

__all__ = [
    "ad_steps",
    "break_even",
    "budget",
    "build_plan",
    "contribution",
    "criteria",
    "draw",
    "gmv_by_creator",
    "gmv_by_week",
    "gmv_change",
    "holdout_design",
    "holdout_weeks",
    "hooks_by_product",
    "output_board",
    "png",
    "repeat_rates",
    "revenue_per_post",
    "rights_running_out",
    "seen",
    "sensitivity",
    "show",
    "spark_candidates",
    "spread",
    "theme",
    "tier_pyramid",
    "velocity",
    "verdicts",
    "views_and_conversion",
]
