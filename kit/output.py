"""The output rule: who posts at under half of what was agreed, or has stopped, and how sure it is.

`kit.posting` says where each creator stands; this turns it into act, watch or ok, with a reason.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import posting, words
from kit.creator_rates.shared import plain_percent, sure
from kit.errors import ReportError
from kit.policy import Policy, load_policy

REQUIRED = ["creator_id", "week", "posts", "agreed_posts"]
RECENT_WEEKS = 4
FLAG_COLUMNS = [
    "creator_id",
    "probability_below_agreed",
    "probability_quit",
    "flag",
    "reason",
    "silent_weeks",
    "weeks_seen",
    "posts_recent",
    "agreed_recent",
    "shortfall",
    "agreed_posts",
    "rate_estimate",
    "rate_ci_low",
    "rate_ci_high",
    "weeks_at_act",
]


def output_flags(
    creator_weeks: pd.DataFrame,
    as_of: date | str | pd.Timestamp,
    policy: Policy | None = None,
    standing: posting.Standing | None = None,
) -> pd.DataFrame:
    """One row per creator: has output fallen off, and how sure is that?

    `creator_weeks` holds creator_id, week (its Monday), posts and agreed_posts, one row per
    creator and week from joining, silent weeks as rows of 0. Only weeks complete at `as_of`
    count. `probability_below_agreed` = P(has quit, or now posts at under `output.floor` of the
    agreed rate). flag: act, watch or ok; a creator silent for `output.off_roster_weeks` is act,
    one with nothing agreed ok, one seen for under `output.min_weeks`, or with under
    `output.min_agreed` posts due in them, at most watch.
    `posts_recent`, `agreed_recent` and `shortfall` are sums of the last four weeks; the rate and
    its 90% interval are posts ÷ agreed now. Sorted by creator_id.
    """
    missing = [name for name in REQUIRED if name not in creator_weeks.columns]
    if missing:
        raise ReportError(
            f"creator_weeks lacks {', '.join(missing)}. It has "
            f"{', '.join(map(str, creator_weeks.columns))}. Add what is missing."
        )
    policy = policy or load_policy()
    if standing is None:
        standing = posting.standing(
            posting.complete_weeks(creator_weeks, as_of), policy.output.floor
        )
    flags = _measures(standing, policy).pipe(_flagged, policy)
    flags["reason"] = [_output_reason(row, policy) for row in flags.itertuples()]
    extras = _constant_extras(creator_weeks, flags["creator_id"])
    return pd.concat([flags[FLAG_COLUMNS], extras], axis=1)


def gone(flags: pd.DataFrame, policy: Policy) -> pd.Series:
    """Of those flagged act, whom to replace: surely quit, or flagged for the weeks that end a deal.

    `flags` has flag, probability_quit, agreed_posts and weeks_at_act of `output_flags`.
    """
    quit_ = (flags["probability_quit"] >= policy.verdict.act) & (flags["agreed_posts"] > 0)
    long = flags["weeks_at_act"] >= policy.output.off_roster_weeks
    return flags["flag"].eq("act") & (quit_ | long)


def _measures(standing: posting.Standing, policy: Policy) -> pd.DataFrame:
    weeks = standing.weeks
    recent = slice(-RECENT_WEEKS, None)
    posts, silent = np.nan_to_num(weeks.posts), _silent(weeks)
    low, middle, high = posting.rate_now(standing)
    table = pd.DataFrame(
        {
            "creator_id": weeks.creators,
            "probability_below_agreed": posting.probability_below(standing),
            "probability_quit": standing.quit,
            "silent_weeks": silent[:, -1] if len(weeks.weeks) else 0,
            "weeks_seen": weeks.seen.sum(axis=1),
            "posts_due": (weeks.agreed * weeks.seen).sum(axis=1),
            "posts_recent": posts[:, recent].sum(axis=1).astype(int),
            "agreed_recent": weeks.agreed[:, recent].sum(axis=1),
            "recent_weeks": weeks.seen[:, recent].sum(axis=1),
            "agreed_posts": weeks.agreed[:, -1] if len(weeks.weeks) else np.nan,
            "rate_estimate": middle,
            "rate_ci_low": low,
            "rate_ci_high": high,
            "weeks_at_act": _weeks_at_act(standing, silent, policy),
        }
    )
    table["shortfall"] = (table["agreed_recent"] - table["posts_recent"]).clip(lower=0)
    return table


def _silent(weeks: posting.Weeks) -> np.ndarray:
    """Creator × week: weeks with an agreement and no post, since the last post or joining."""
    silent = np.zeros(weeks.posts.shape, dtype=int)
    run = np.zeros(len(weeks.creators), dtype=int)
    for t in range(len(weeks.weeks)):
        run = run + (weeks.seen[:, t] & (weeks.agreed[:, t] > 0))
        run = np.where(np.nan_to_num(weeks.posts[:, t]) > 0, 0, run)
        silent[:, t] = run
    return silent


def _weeks_at_act(standing: posting.Standing, silent: np.ndarray, policy: Policy) -> np.ndarray:
    """For how many weeks running the output flag has now been act."""
    weeks = standing.weeks
    seen = np.cumsum(weeks.seen, axis=1) >= policy.output.min_weeks
    due = np.cumsum(weeks.agreed * weeks.seen, axis=1) >= policy.output.min_agreed - 1e-9
    act = (standing.history >= policy.verdict.act) & seen & due
    act = (act | (silent >= policy.output.off_roster_weeks)) & (weeks.agreed > 0)
    return np.cumprod(act[:, ::-1], axis=1).sum(axis=1).astype(int)


def _flagged(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    probability = table["probability_below_agreed"]
    idle = ~(table["agreed_posts"] > 0)
    off = table["silent_weeks"] >= policy.output.off_roster_weeks
    thin = table["weeks_seen"] < policy.output.min_weeks
    thin |= table["posts_due"] < policy.output.min_agreed - 1e-9
    watch = probability >= policy.verdict.watch
    act = off | ((probability >= policy.verdict.act) & ~thin)
    flag = np.select([idle, act, watch], ["ok", "act", "watch"], "ok")
    return table.assign(flag=pd.Series(flag, table.index, dtype="str"), off=off, idle=idle)


def _output_reason(row: Any, policy: Policy) -> str:
    if row.weeks_seen == 0:
        return "no complete week yet"
    if row.idle:
        return "nothing agreed"
    facts = _output_facts(row)
    if row.off:
        return f"off the roster: {facts}"
    if row.weeks_seen < policy.output.min_weeks:
        return f"seen for {row.weeks_seen} of the {policy.output.min_weeks} weeks needed: {facts}"
    if row.posts_due < policy.output.min_agreed - 1e-9:
        due, needed = _few(row.posts_due), words.plain_number(policy.output.min_agreed)
        return f"too soon to tell, {due} of the {needed} agreed posts needed were due: {facts}"
    share = "half" if policy.output.floor == 0.5 else plain_percent(policy.output.floor)
    if row.flag == "ok":
        return f"no sign of posting under {share} of what was agreed: {facts}"
    kind = "under" if row.flag == "act" else "possibly under"
    chance = sure(row.probability_below_agreed)
    return f"{kind} {share} of what was agreed, {chance}{_quit(row, policy)}: {facts}"


def _quit(row: Any, policy: Policy) -> str:
    if row.probability_quit >= policy.verdict.act:
        return ", and has probably quit"
    return ", and may have quit" if row.probability_quit >= policy.verdict.watch else ""


def _output_facts(row: Any) -> str:
    """Silent weeks, posts a week lately, posts a week agreed, and the raw shortfall."""
    weeks = max(min(row.recent_weeks, RECENT_WEEKS), 1)
    silent = (
        f"silent for {words.count(row.silent_weeks, 'week')}"
        if row.silent_weeks
        else "not silent now"
    )
    over = "week" if weeks == 1 else f"{weeks} weeks"
    short = (
        f", {words.plain_number(row.shortfall)} of "
        f"{words.count(row.agreed_recent, 'agreed post')} missing"
        if row.shortfall >= 0.05
        else ""
    )
    posts = _few(row.posts_recent / weeks)
    return (
        f"{silent}, {posts} post{'' if posts == '1' else 's'} a week over the last {over} "
        f"against {_few(row.agreed_recent / weeks)} agreed{short}"
    )


def _few(count: float) -> str:
    """0.25 stays 0.25 and 2.0 is 2: agreements of one post a month must not read as 0.2."""
    return f"{count:.2f}".rstrip("0").rstrip(".")


def _constant_extras(creator_weeks: pd.DataFrame, creators: pd.Series) -> pd.DataFrame:
    """Further columns of the input that say one thing of each creator, such as the tier."""
    names = [name for name in creator_weeks.columns if name not in {*REQUIRED, *FLAG_COLUMNS}]
    by = creator_weeks.groupby("creator_id")
    constant = [name for name in names if (by[name].nunique(dropna=False) <= 1).all()]
    return by[constant].first().reindex(creators).reset_index(drop=True)
