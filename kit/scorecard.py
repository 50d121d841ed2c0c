"""The six metrics of the article per creator: figure, estimate, interval, flag and reason.

One row per creator and metric. The figure is what definitions print; the flag rests on the
estimate beside it, which knows how few posts, clicks or buyers there are.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit import creator_rates, estimate, metrics, posting
from kit.creator_rates.repeat import effective_size
from kit.creator_rates.shared import LEVEL
from kit.output import output_flags

METRICS = [
    "conversion_rate",
    "revenue_per_post",
    "output_rate",
    "hook_retention",
    "repeat_purchase_rate",
    "commission_ratio_settled",
]
COLUMNS = [
    "creator_id",
    "metric",
    "value",
    "estimate",
    "ci_low",
    "ci_high",
    "n",
    "probability",
    "flag",
    "reason",
    "period_start",
    "period_end",
]


class Scores(NamedTuple):
    """`rows`: creator × metric; `output`: output flags; `revenue`: both outlier flags."""

    rows: pd.DataFrame
    output: pd.DataFrame
    revenue: pd.DataFrame
    standing: posting.Standing


def scores(client: Any, as_of: date | str, figures: pd.DataFrame) -> Scores:
    """The six metrics of every creator with data for them, roster or not.

    `figures` is `metrics.figures` of the same day: what is printed is looked up there, so that
    no figure is computed twice.
    """
    policy = client.policy
    weeks = metrics.creator_weeks(client, as_of)
    standing = posting.standing(posting.complete_weeks(weeks, as_of), policy.output.floor)
    flags = output_flags(weeks, as_of, policy, standing)
    revenue = _revenue(client, as_of, figures)
    parts = [
        _conversion(client, as_of),
        _revenue_rows(revenue, as_of, policy),
        _output_rows(flags, as_of),
        _hook(client, as_of),
        _repeat(figures, policy),
        commission_rows(metrics.creator_money(client, as_of), as_of, policy),
    ]
    known = [part.reindex(columns=COLUMNS) for part in parts if len(part)]
    rows = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=COLUMNS)
    rows = _printed(rows, figures).sort_values(["creator_id", "metric"], ignore_index=True)
    return Scores(rows, flags, revenue, standing)


def _printed(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """The rows with `value` and `n` as the figure of that creator, metric and period has them."""
    own = figures[(figures["subject_kind"] == "creator") & figures["metric"].isin(METRICS)]
    keys = ["metric", "creator_id", "period_start"]
    known = own.rename(columns={"subject": "creator_id"}).drop_duplicates(keys).set_index(keys)
    wanted = pd.MultiIndex.from_frame(rows[keys])
    # The commission row may be of Shop Ads, whose figure has another name: it keeps its own.
    keep = (rows["metric"] == "commission_ratio_settled").to_numpy()
    filled = rows.copy()
    for name in ("value", "n"):
        printed = pd.to_numeric(known[name]).astype(float).reindex(wanted).to_numpy()
        filled[name] = np.where(keep, rows[name].astype(float), printed)
    return filled


def _dated(table: pd.DataFrame, metric: str, period: metrics.Period) -> pd.DataFrame:
    return table.assign(metric=metric, period_start=period.start, period_end=period.end)


def _conversion(client: Any, as_of: date | str) -> pd.DataFrame:
    posts = metrics.post_rates(client, as_of)
    table = creator_rates.conversion(posts, client.policy)
    table = table.rename(
        columns={"rate": "value", "clicks": "n", "probability_below": "probability"}
    )
    return _dated(table, "conversion_rate", metrics.four_weeks(as_of))


def _hook(client: Any, as_of: date | str) -> pd.DataFrame:
    table = creator_rates.hook_retention(metrics.hook_readings(client, as_of), client.policy)
    table = table.rename(
        columns={"rate": "value", "posts": "n", "probability_below": "probability"}
    )
    return _dated(table, "hook_retention", metrics.four_weeks(as_of))


def _revenue(client: Any, as_of: date | str, figures: pd.DataFrame) -> pd.DataFrame:
    posts = metrics.post_revenue(client, as_of)
    posts = posts[posts["on_roster"] & posts["tier"].notna()]
    medians = figures[figures["metric"] == "tier_median_revenue_per_post"]
    values = pd.to_numeric(medians["value"]).to_numpy(dtype=float)
    by_tier = pd.Series(values, index=medians["subject"].astype(int).to_numpy(), dtype=float)
    return creator_rates.revenue_outliers(posts, by_tier, client.policy, currency=client.currency)


def _revenue_rows(revenue: pd.DataFrame, as_of: date | str, policy: Any) -> pd.DataFrame:
    low = revenue["flag_low"] == "act"
    flag = revenue["flag"].where(revenue["flag"] == "act", revenue["flag_low"])
    chance = revenue["probability_high"].where(~low, revenue["probability_low"])
    table = revenue.rename(columns={"rate": "value", "posts": "n"}).assign(
        flag=flag, probability=chance
    )
    return _dated(table, "revenue_per_post", metrics.publishing(as_of, policy.revenue.days))


def _output_rows(flags: pd.DataFrame, as_of: date | str) -> pd.DataFrame:
    value = flags["posts_recent"] / flags["agreed_recent"].where(flags["agreed_recent"] > 0)
    table = pd.DataFrame(
        {
            "creator_id": flags["creator_id"],
            "value": value,
            "estimate": flags["rate_estimate"],
            "ci_low": flags["rate_ci_low"],
            "ci_high": flags["rate_ci_high"],
            "n": flags["agreed_recent"],
            "probability": flags["probability_below_agreed"],
            "flag": flags["flag"],
            "reason": flags["reason"],
        }
    )
    return _dated(table, "output_rate", metrics.four_weeks(as_of))


def _repeat(figures: pd.DataFrame, policy: Any) -> pd.DataFrame:
    """Creators whose repeat rate is shown: enough buyers were followed for the 60 days."""
    rows = figures[
        (figures["metric"] == "repeat_purchase_rate") & (figures["subject_kind"] == "creator")
    ]
    numbers = {name: pd.to_numeric(rows[name]).astype(float) for name in ("value", "n", "ci_high")}
    shown = rows.assign(**numbers, creator_id=rows["subject"])
    shown = shown[shown["value"].notna()].reset_index(drop=True)
    table = creator_rates.repeat_flags(shown[["creator_id", "value", "n", "ci_high"]], policy)
    dates = {name: shown[name] for name in ("period_start", "period_end")}
    return table.assign(metric="repeat_purchase_rate", **dates)


def repeat_apart(repeat: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The rows of `metrics.repeat_by_creator` with `apart`: who can be told from the others.

    Judged by the rate shrunk towards the program's, so that of many creators none is told apart by
    luck: `above` or `below` where its 90% interval leaves the program's rate out, else `""`;
    missing under `minimum` buyers followed for the whole window. Beside it estimate, ci_low_shrunk
    and ci_high_shrunk.
    """
    ready = repeat["mature_n"] >= minimum
    rows = repeat[ready]
    size = effective_size(rows["event_rate"], rows["ci_high"])
    events = (size * rows["event_rate"]).clip(upper=size)
    shrunk = estimate.shrink_rates(events, size, level=LEVEL)
    middle = float(events.sum() / size.sum()) if size.sum() > 0 else np.nan
    apart = np.select(
        [shrunk["ci_low"] > middle, shrunk["ci_high"] < middle], ["above", "below"], ""
    )
    told = pd.DataFrame(
        {
            "apart": pd.Series(apart, rows.index, dtype=object),
            "estimate": shrunk["estimate"],
            "ci_low_shrunk": shrunk["ci_low"],
            "ci_high_shrunk": shrunk["ci_high"],
        }
    )
    return repeat.join(told)


def commission_rows(money: pd.DataFrame, as_of: date | str, policy: Any) -> pd.DataFrame:
    """One row per creator: the worst of its commission flags over routes and bases.

    `money` is `metrics.creator_money`'s frame. Standard commission under an agreement is shown
    where several are equally bad.
    """
    rows = creator_rates.commission_flags(money, policy)
    order = rows["flag"].map({"act": 0, "watch": 1, "ok": 2}).fillna(3)
    rows = rows.assign(
        order=order, by_ads=rows["route"] != "standard", printed=rows["basis"] == "printed"
    ).sort_values(["creator_id", "order", "by_ads", "printed"])
    table = rows.drop_duplicates("creator_id").rename(columns={"ratio": "value", "orders": "n"})
    table = table.assign(estimate=np.nan, probability=np.nan)
    return _dated(table, "commission_ratio_settled", metrics.four_weeks(as_of))


def figure_frames(scored: Scores, policy: Any, as_of: date | str) -> list[pd.DataFrame]:
    """Frames for `results.figures`: each estimate and probability behind a flag, by creator."""
    rows = scored.rows
    frames = [
        _figures(rows, metric, f"{metric}_estimate", "estimate")
        for metric in (
            "conversion_rate",
            "hook_retention",
            "revenue_per_post",
            "repeat_purchase_rate",
        )
    ]
    frames += [
        _figures(rows, metric, name, "probability")
        for metric, name in {
            "conversion_rate": "probability_conversion_below_floor",
            "hook_retention": "probability_hook_below_floor",
            "repeat_purchase_rate": "probability_repeat_below_half",
        }.items()
    ]
    window = metrics.publishing(as_of, policy.revenue.days)
    for side in ("high", "low"):
        one = scored.revenue.assign(
            value=scored.revenue[f"probability_{side}"], n=scored.revenue["posts"]
        )
        frames.append(_creator_figures(one, f"probability_{side}_outlier", window))
    return frames + _output_figures(scored, as_of)


def _figures(rows: pd.DataFrame, metric: str, name: str, column: str) -> pd.DataFrame:
    own = rows[(rows["metric"] == metric) & rows[column].notna()]
    table = pd.DataFrame(
        {
            "metric": name,
            "subject_kind": "creator",
            "subject": own["creator_id"],
            "value": own[column],
            "n": own["n"],
            "period_start": own["period_start"],
            "period_end": own["period_end"],
            "note": own["reason"],
        }
    )
    if column == "estimate":
        table = table.assign(ci_low=own["ci_low"], ci_high=own["ci_high"], ci_level=LEVEL)
    return table


def _creator_figures(rows: pd.DataFrame, name: str, period: metrics.Period) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": name,
            "subject_kind": "creator",
            "subject": rows["creator_id"],
            "value": rows["value"],
            "n": rows["n"],
            "period_start": period.start,
            "period_end": period.end,
        }
    )


def _output_figures(scored: Scores, as_of: date | str) -> list[pd.DataFrame]:
    weeks = scored.standing.weeks.weeks
    if not len(weeks):
        return []
    last = (weeks[-1] + pd.Timedelta(days=6)).date()
    period = metrics.Period(weeks[0].date(), last)
    flags = scored.output[scored.output["weeks_seen"] > 0]
    columns = {
        "probability_below_agreed": "probability_below_agreed",
        "probability_quit": "probability_quit",
        "weeks_silent": "silent_weeks",
    }
    return [
        _creator_figures(flags.assign(value=flags[column], n=flags["weeks_seen"]), name, period)
        for name, column in columns.items()
    ]
