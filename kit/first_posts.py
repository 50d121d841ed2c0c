"""How soon a sample becomes a post: time from delivery to the creator's first post after it.

Creators who have not posted yet are followed up to the day of the report and then censored, so
that those whose sample came last week do not count as having failed.

References
----------
Kaplan & Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import metrics
from kit.estimate import kaplan_meier

LATE_DAYS = 60
LEVEL = 0.95
COLUMNS = [
    *("tier", "creators", "posted", "by_due", "due_low", "due_high", "followed", "by_late"),
    *("late_low", "late_high", "half_days"),
]


def waits(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator with a delivered sample: the wait from the first one to the next post.

    Columns creator_id, tier (today's), delivered_on, posted_on (the first post on that day or
    later, of any product; missing so far), days (to the post, else to `as_of`), posted.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    samples, posts = client.frame("samples"), client.frame("posts")
    first = samples[samples["delivered_on"] <= day].groupby("creator_id")["delivered_on"].min()
    made = posts.loc[posts["published_on"] <= day, ["creator_id", "published_on"]]
    after = made.merge(first.reset_index(), on="creator_id")
    after = after[after["published_on"] >= after["delivered_on"]]
    posted = after.groupby("creator_id")["published_on"].min()
    who = metrics.people(client, as_of).set_index("creator_id")["tier"]
    table = pd.DataFrame({"delivered_on": first, "posted_on": posted.reindex(first.index)})
    table["posted"] = table["posted_on"].notna()
    table["days"] = (table["posted_on"].fillna(day) - table["delivered_on"]).dt.days
    table["tier"] = who.reindex(first.index)
    return table.rename_axis("creator_id").reset_index()


def by_tier(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row for the program (no tier) and for each tier with a delivered sample.

    `by_due` is the share who had posted within `policy.samples.due_days` of delivery, `by_late`
    within 60 days, with their 95% intervals (Kaplan–Meier); `followed` creators were still
    without a post, and watched, at the due day. `half_days`: the day by which half had posted,
    missing while fewer than half have.
    """
    rows = waits(client, as_of)
    due = client.policy.samples.due_days
    groups: list[tuple[Any, pd.DataFrame]] = [(pd.NA, rows)]
    groups += list(rows[rows["tier"].notna()].groupby("tier"))
    table = [_row(tier, own, due) for tier, own in groups if len(own)]
    return pd.DataFrame(table, columns=COLUMNS).astype({"tier": "Int64"})


def _row(tier: Any, own: pd.DataFrame, due: int) -> tuple[Any, ...]:
    soon, late = (kaplan_meier(own["days"], own["posted"], at, LEVEL) for at in (due, LATE_DAYS))
    return (
        *(tier, len(own), int(own["posted"].sum()), soon.event_rate, soon.ci_low, soon.ci_high),
        *(soon.at_risk, late.event_rate, late.ci_low, late.ci_high, _half(own)),
    )


def _half(own: pd.DataFrame) -> float:
    """The first day by which half had posted, by Kaplan–Meier; missing where none is."""
    for day in sorted(own.loc[own["posted"], "days"].unique()):
        if kaplan_meier(own["days"], own["posted"], day).event_rate >= 0.5:
            return float(day)
    return np.nan


def figures(client: Any, as_of: date | str, table: pd.DataFrame) -> pd.DataFrame:
    """`sample_to_first_post` of the program and each tier, `n` the creators with a sample."""
    known = table["tier"].notna()
    start, _ = client.program_start()
    return pd.DataFrame(
        {
            "metric": "sample_to_first_post",
            "subject_kind": np.where(known, "tier", "program"),
            "subject": table["tier"].astype(str).where(known, client.name),
            "value": table["by_due"],
            "n": table["creators"].astype(float),
            "ci_low": table["due_low"],
            "ci_high": table["due_high"],
            "ci_level": LEVEL,
            "period_start": start or metrics.as_day(as_of),
            "period_end": metrics.as_day(as_of),
        }
    )
