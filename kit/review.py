"""The weekly review: one verdict for each creator of the roster, with its evidence.

First that applies: replace, follow up, fix the brief, invest, keep. Beside it stand fee, amplify
and deprioritise. Reviewed creator by creator, since an aggregate hides whom it is made of.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import blocks, change, decided, metrics, results, rights, scorecard, spark, velocity, words
from kit.backtest import thresholds
from kit.backtest.cases import own_thresholds
from kit.money import weekly as money
from kit.output import gone, output_flags
from kit.policy import Policy

__all__ = ["output_flags", "report", "verdicts"]

REPORT = "weekly_review"
VERDICTS = ["replace", "follow up", "fix the brief", "invest", "keep"]
NEXT_STEP = {
    "fee": "pay a production fee",
    "amplify": "amplify with Spark Ads",
    "deprioritise": "deprioritise",
}


def report(client: Any, as_of: date | str) -> results.Findings:
    """The findings of the weekly review: figures, decisions, and the frames its charts draw.

    Every roster creator who is active or has an agreement in force gets exactly one verdict.
    Tables: headlines and written (the blocks that open it, see `blocks`), verdicts (a row per
    creator), scores (creator × metric), flags (act and watch alone), distribution (creators by
    GMV), weeks (posts beside GMV), tiers (GMV per active creator), forecast, false_alarms, sparks,
    angles, repeat, change (of GMV since last week, part by part), movers (the same for each tier,
    hook angle, product and creator), thresholds (where the client's own past would put them),
    rights (that end or have just ended), looks, decided and since (what became of earlier
    decisions, see `decided.LookBack`) and those of `money.weekly`.
    """
    day = metrics.as_day(as_of)
    counted = metrics.figures(client, day)
    scored = scorecard.scores(client, day, counted)
    people = reviewed(client, day)
    sparks = _sparks(client, day)
    judged = verdicts(people, scored, sparks, client.policy)
    forecast = velocity.forecast(pd.DataFrame(), day, client.policy, standing=scored.standing)
    weeks = metrics.program_weeks(client, day)
    tiers = _tiers(counted, day)
    moved = change.weekly(client, day)
    own = own_thresholds(client, day)
    ledger = money.weekly(client, day)
    looked = decided.look_back(client, day, results.figures(REPORT, counted))
    figures = results.figures(
        REPORT,
        counted,
        *decided.figures(looked, client.name, day),
        *scorecard.figure_frames(scored, client.policy, day),
        _forecast_figures(forecast, client.name),
        _tier_figures(tiers, day),
        _week_figures(weeks),
        *change.figures(moved, client.name, day),
        thresholds.figures(own, (client.first_day() or day, day)),
        *money.figures(ledger, client.name, day),
        blocks.week_before(client, day),
    )
    flags = _flags(scored.rows, people)
    tables = {
        "headlines": blocks.headlines(figures, blocks.goals_of(client), day),
        "written": blocks.written(client, day),
        "verdicts": judged,
        "scores": scored.rows[scored.rows["creator_id"].isin(people["creator_id"])],
        "flags": flags,
        "distribution": _distribution(counted, people, day),
        "weeks": weeks,
        "tiers": tiers,
        "forecast": forecast,
        "false_alarms": _false_alarms(flags),
        "sparks": sparks,
        "angles": _angles(counted, day),
        "repeat": scorecard.repeat_apart(
            metrics.repeat_by_creator(client, day), client.policy.repeat.min_mature
        ),
        "change": moved.parts,
        "movers": moved.subjects,
        "thresholds": own,
        "looks": looked.looks,
        "rights": rights.in_danger(rights.calendar(client, day)),
        "decided": looked.last,
        "since": looked.since,
        **ledger,
    }
    return results.Findings(
        REPORT, client.name, day, figures, results.decisions(REPORT, *_decisions(judged)), tables
    )


def reviewed(client: Any, day: date) -> pd.DataFrame:
    """Roster creators who posted in the 28 days or have an agreement in force."""
    people = metrics.people(client, day)
    kept = people["on_roster"] & (people["active"] | (people["agreed_per_week"] > 0))
    return people[kept].reset_index(drop=True)


def _sparks(client: Any, day: date) -> pd.DataFrame:
    """Posts that the Spark rule would amplify, best first."""
    posts = spark.candidates(client, day)
    return posts[posts["verdict"] == "spark"].sort_values(["rank", "post_id"], ignore_index=True)


def verdicts(
    people: pd.DataFrame, scored: scorecard.Scores, sparks: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """One row per creator of `people`: verdict, the metric that decided, its figure and reason.

    Columns creator_id, tier, verdict, fee, amplify, deprioritise (true or false), metric, value,
    ci_low, ci_high, n, confidence (P of what the verdict says), reason, and the three reasons
    beside it; sorted by verdict, then creator.
    """
    table = people[["creator_id", "tier", "active", "agreed_per_week"]].merge(
        scored.output.drop(columns=["tier", "reason"], errors="ignore"), how="left"
    )
    flag = scored.rows.pivot(index="creator_id", columns="metric", values="flag")
    flag = flag.reindex(index=table["creator_id"], columns=scorecard.METRICS).reset_index(drop=True)
    high = scored.revenue.set_index("creator_id").reindex(table["creator_id"])
    acts = flag == "act"
    outlier = (high["flag"] == "act").to_numpy()
    low = (high["flag_low"] == "act").to_numpy()
    quiet = acts["output_rate"]
    table["verdict"] = np.select(
        [
            quiet & gone(table, policy),
            quiet,
            acts["conversion_rate"] | acts["hook_retention"],
            outlier,
        ],
        VERDICTS[:4],
        VERDICTS[4],
    )
    table["metric"] = np.select(
        [quiet, acts["conversion_rate"], acts["hook_retention"]],
        ["output_rate", "conversion_rate", "hook_retention"],
        "revenue_per_post",
    )
    table["fee"] = (table["verdict"] == "invest") & (table["tier"] == 1).fillna(False).astype(bool)
    table["amplify"] = table["creator_id"].isin(sparks["creator_id"])
    table["deprioritise"] = low | acts["commission_ratio_settled"]
    return _with_evidence(table, scored, sparks)


def _with_evidence(
    table: pd.DataFrame, scored: scorecard.Scores, sparks: pd.DataFrame
) -> pd.DataFrame:
    evidence = scored.rows.set_index(["creator_id", "metric"])
    found = evidence.reindex(pd.MultiIndex.from_frame(table[["creator_id", "metric"]]))
    for name in ("value", "estimate", "ci_low", "ci_high", "n"):
        table[name] = found[name].to_numpy(dtype=float)
    chance = found["probability"].to_numpy(dtype=float)
    table["confidence"] = np.where(table["verdict"] == "keep", np.nan, chance)
    gone = (table["verdict"] == "replace") & (table["probability_quit"] >= 0.5)
    table["confidence"] = table["confidence"].mask(gone, table["probability_quit"])
    reasons = found["reason"].astype(object).where(found["reason"].notna(), None).tolist()
    watched = _watched(scored.rows)
    table["amplify_reason"] = table["creator_id"].map(
        sparks.groupby("creator_id")["post_id"].agg(_spark_reason)
    )
    table["deprioritise_reason"] = _low_reasons(table, evidence)
    table["reason"] = [
        _reason(row, reason, watched.get(row.creator_id, []))
        for row, reason in zip(table.itertuples(), reasons, strict=True)
    ]
    order = {name: place for place, name in enumerate(VERDICTS)}
    return table.assign(order=table["verdict"].map(order)).sort_values(
        ["order", "creator_id"], ignore_index=True
    )[VERDICT_COLUMNS]


VERDICT_COLUMNS = [
    *("creator_id", "tier", "verdict", "fee", "amplify", "deprioritise", "metric", "value"),
    *("estimate", "ci_low", "ci_high", "n", "confidence", "reason", "amplify_reason"),
    *("deprioritise_reason", "probability_below_agreed", "probability_quit", "silent_weeks"),
    *("weeks_at_act", "agreed_posts", "posts_recent", "agreed_recent", "shortfall"),
]
_NAMES = {
    "conversion_rate": "conversion",
    "revenue_per_post": "revenue per post",
    "output_rate": "output",
    "hook_retention": "hook",
    "repeat_purchase_rate": "repeat purchase",
    "commission_ratio_settled": "commission",
}


def _watched(rows: pd.DataFrame) -> dict[str, list[str]]:
    watched = rows[rows["flag"] == "watch"]
    names = watched["metric"].map(_NAMES)
    return names.groupby(watched["creator_id"]).agg(list).to_dict()


def _reason(row: Any, reason: str | None, watched: list[str]) -> str:
    if row.verdict == "replace":
        long = row.weeks_at_act
        since = f"; so for {words.count(long, 'week')} running" if long > 1 else ""
        return f"{reason}{since}"
    if row.verdict != "keep":
        return reason or ""
    watch = f"; keep an eye on {words.listed(watched)}" if watched else ""
    if row.deprioritise:
        return f"low priority for now: {row.deprioritise_reason}{watch}"
    if reason is None:
        return f"nothing to change; no post is old enough yet to measure revenue{watch}"
    return f"nothing to change; {reason}{watch}"


def _spark_reason(posts: pd.Series) -> str:
    if len(posts) == 1:
        return f"1 post has earned paid spend: {posts.iloc[0]}"
    return f"{len(posts)} posts have earned paid spend, first of all {posts.iloc[0]}"


def _low_reasons(table: pd.DataFrame, evidence: pd.DataFrame) -> list[str]:
    rows = []
    for creator, marked in zip(table["creator_id"], table["deprioritise"], strict=True):
        names = ["commission_ratio_settled", "revenue_per_post"] if marked else []
        keys = [(creator, name) for name in names if (creator, name) in evidence.index]
        rows.append(
            "; ".join(
                evidence.loc[key, "reason"] for key in keys if evidence.loc[key, "flag"] == "act"
            )
        )
    return rows


def _decisions(judged: pd.DataFrame) -> list[pd.DataFrame]:
    """The verdict of each creator, and a row for each of fee, amplify and deprioritise."""
    base = judged.assign(subject_kind="creator", subject=judged["creator_id"])
    frames = [base.assign(decision=base["verdict"])]
    for name in NEXT_STEP:
        rows = base[base[name]].assign(decision=name)
        if name != "fee":
            rows = rows.assign(
                reason=rows[f"{name}_reason"],
                metric=None,
                value=np.nan,
                ci_low=np.nan,
                ci_high=np.nan,
                n=np.nan,
                confidence=np.nan,
            )
        frames.append(rows)
    return frames


def _flags(rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Act and watch flags of the reviewed creators, surest first."""
    own = rows[rows["creator_id"].isin(people["creator_id"]) & rows["flag"].isin(["act", "watch"])]
    return own.sort_values(
        ["flag", "probability", "creator_id"], ascending=[True, False, True], ignore_index=True
    )


def _false_alarms(flags: pd.DataFrame) -> pd.DataFrame:
    """One row per metric with flags: act flags, and the share expected to be false (mean of 1 − P).

    `watches` are its watch flags, `arithmetic` act flags that rest on settled sums and so have no
    probability; they are in neither `flags` nor the share.
    """
    act = flags["flag"] == "act"
    judged = flags["probability"].notna()
    each = flags.assign(
        judged=act & judged,
        watches=flags["flag"] == "watch",
        arithmetic=act & ~judged,
        false=(1 - pd.to_numeric(flags["probability"])).where(act & judged),
    ).groupby("metric")
    table = pd.DataFrame(
        {"flags": each["judged"].sum(), "expected_false_share": each["false"].mean()}
    )
    return table.assign(
        watches=each["watches"].sum(), arithmetic=each["arithmetic"].sum()
    ).reset_index()


def _distribution(counted: pd.DataFrame, people: pd.DataFrame, day: date) -> pd.DataFrame:
    """Reviewed creators by GMV of the 4 weeks: rank, share and running share of their total."""
    start = metrics.four_weeks(day).start
    own = counted[
        (counted["metric"] == "gmv")
        & (counted["subject_kind"] == "creator")
        & (counted["period_start"] == start)
    ]
    gmv = pd.Series(pd.to_numeric(own["value"]).to_numpy(dtype=float), own["subject"].to_numpy())
    table = people[["creator_id", "tier", "posts"]].assign(
        gmv=people["creator_id"].map(gmv).fillna(0.0).astype(float)
    )
    table = table.sort_values(["gmv", "creator_id"], ascending=[False, True], ignore_index=True)
    total = table["gmv"].sum()
    share = table["gmv"] / total if total > 0 else table["gmv"] * np.nan
    return table.assign(rank=range(1, len(table) + 1), share=share, running_share=share.cumsum())


def _tiers(counted: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per tier: active creators, GMV of the 4 weeks, and GMV per active creator."""
    start = metrics.four_weeks(day).start
    own = counted[(counted["subject_kind"] == "tier") & (counted["period_start"] == start)]
    wide = own[own["metric"].isin(["gmv", "active_creators"])].pivot(
        index="subject", columns="metric", values="value"
    )
    wide = wide.reindex(columns=["gmv", "active_creators"]).astype(float).fillna(0.0)
    active = wide["active_creators"].where(wide["active_creators"] > 0)
    return (
        wide.assign(gmv_per_active_creator=wide["gmv"] / active).rename_axis("tier").reset_index()
    )


def _tier_figures(tiers: pd.DataFrame, day: date) -> pd.DataFrame:
    period = metrics.four_weeks(day)
    return pd.DataFrame(
        {
            "metric": "gmv_per_active_creator",
            "subject_kind": "tier",
            "subject": tiers["tier"],
            "value": tiers["gmv_per_active_creator"],
            "n": tiers["active_creators"],
            "period_start": period.start,
            "period_end": period.end,
        }
    )


def _week_figures(weeks: pd.DataFrame) -> pd.DataFrame:
    """Posts and GMV of each week, as the chart of the two draws them."""
    ends = weeks["week"] + pd.Timedelta(days=6)
    iso = weeks["week"].dt.isocalendar()
    label = iso["year"].astype(str) + "-W" + iso["week"].astype(str).str.zfill(2)
    return pd.concat(
        pd.DataFrame(
            {
                "metric": name,
                "subject_kind": "week",
                "subject": label,
                "value": weeks[name].astype(float),
                "n": weeks[count].astype(float),
                "period_start": weeks["week"].dt.date,
                "period_end": ends.dt.date,
            }
        )
        for name, count in (("posts", "creators"), ("gmv", "orders"))
    )


def _forecast_figures(forecast: pd.DataFrame, program: str) -> pd.DataFrame:
    forecast = forecast.astype({"week": "datetime64[us]"})  # with no week at all it has no type
    return pd.DataFrame(
        {
            "metric": "velocity_forecast",
            "subject_kind": "program",
            "subject": program,
            "value": forecast["forecast"],
            "n": forecast["agreed_posts"],
            "ci_low": forecast["ci_low"],
            "ci_high": forecast["ci_high"],
            "ci_level": forecast["ci_level"].where(forecast["ci_low"].notna()),
            "period_start": forecast["week"].dt.date,
            "period_end": (forecast["week"] + pd.Timedelta(days=6)).dt.date,
            "note": forecast["note"].where(forecast["note"] != ""),
        }
    )


def _angles(counted: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per hook angle of the 4 weeks: what sold and what held, for the next briefs."""
    start = metrics.four_weeks(day).start
    own = counted[(counted["subject_kind"] == "hook_angle") & (counted["period_start"] == start)]
    names = ["conversion_rate", "hook_retention", "gmv", "orders"]
    wide = own[own["metric"].isin(names)].pivot(index="subject", columns="metric", values="value")
    clicks = own[own["metric"] == "conversion_rate"].set_index("subject")["n"]
    wide = wide.reindex(columns=names).astype(float).assign(clicks=clicks)
    return (
        wide.rename_axis("hook_angle")
        .reset_index()
        .sort_values(["conversion_rate", "hook_angle"], ascending=[False, True], ignore_index=True)
    )
