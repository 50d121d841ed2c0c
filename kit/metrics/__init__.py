"""Counts, rates and cohorts per program, tier, creator and post: each defined once.

Metrics over orders, posts and their statistics are Ibis expressions over `client.table(...)`, so
that they run where the data lives; what comes back are small pandas frames. `figures` gives every
figure of a day; the other functions give the frames that decisions and charts start from.
"""

from datetime import date
from typing import Any

import pandas as pd

from kit.metrics.cohorts import (
    first_orders,
    followed_buyers,
    repeat_by_creator,
    repeat_figures,
    repeat_rate,
)
from kit.metrics.contribution import contribution_figures
from kit.metrics.costs import cost_figures, creator_money, settled_figures
from kit.metrics.fetch import fetch
from kit.metrics.months import creator_months
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day, four_weeks, publishing, week
from kit.metrics.publishing import (
    creator_weeks,
    output_figures,
    program_weeks,
    publishing_figures,
)
from kit.metrics.sales import (
    post_revenue,
    post_revenue_of,
    revenue_figures,
    revenue_per_post_figures,
)
from kit.metrics.shared import shared
from kit.metrics.subject_weeks import subject_weeks
from kit.metrics.traffic import hook_figures, hook_readings, post_rates, traffic_figures

__all__ = [
    "Period",
    "as_day",
    "creator_money",
    "creator_months",
    "creator_weeks",
    "fetch",
    "figures",
    "first_orders",
    "followed_buyers",
    "four_weeks",
    "hook_readings",
    "people",
    "post_rates",
    "post_revenue",
    "post_revenue_of",
    "program_weeks",
    "publishing",
    "repeat_by_creator",
    "repeat_rate",
    "subject_weeks",
    "week",
]


def figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per figure of the day: metric, subject, value, unit, n, interval, period, status.

    Every metric of the glossary that is counted, not estimated, for each of its subjects, week
    and 4 weeks; `note` says why a figure is missing or of another source. Give it to
    `kit.results.figures`, which adds report and definition.
    """
    client = shared(client)
    parts = [
        publishing_figures(client, as_of),
        output_figures(client, as_of),
        traffic_figures(client, as_of),
        revenue_figures(client, as_of),
        revenue_per_post_figures(client, as_of),
        hook_figures(client, as_of),
        repeat_figures(client, as_of),
        cost_figures(client, as_of),
        settled_figures(client, as_of),
        contribution_figures(client, as_of),
    ]
    return pd.concat([part.astype(object) for part in parts if len(part)], ignore_index=True)
