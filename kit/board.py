"""The velocity board: this week so far against what was agreed, and where it will end on Sunday.

Each creator's remaining days are foreseen from their own record: the model of `kit.posting`, met
with how often they reached what was agreed, and updated by what this week has brought already.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats

from kit import metrics, posting, sample_clock, velocity
from kit.metrics.publishing import agreed_posts

LEVEL = 0.80
RECORD_WEEKS = 12  # weeks of a creator's own record
TRUSTED_ERRORS = 8  # past weeks whose errors give the roster's range
MODEL_WEEKS = 3  # what the model's chance weighs against that record
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLUMNS = [
    *("creator_id", "tier", *DAYS, "posts", "agreed", "behind", "expected", "low", "high"),
    *("short", "last_post_on"),
]


class Board(NamedTuple):
    """`creators` has one row per creator, `program` one row for all of them together."""

    creators: pd.DataFrame
    program: pd.DataFrame


def board(client: Any, as_of: date | str, target: float | None = None) -> Board:
    """The week of `as_of`, Monday to Sunday: posts by day, agreed posts, where it will end.

    `creators`: roster creators with agreed posts or posts this week; monday … sunday are posts of
    the day (missing: still to come), agreed the posts agreed for the whole week, behind the agreed
    posts of the days gone less the posts, expected the posts by Sunday with their 80% range low to
    high, short the chance that the week ends with fewer whole posts than agreed (missing where
    less than one is agreed a week: one week says nothing of those). `program`: posts, agreed,
    expected, low, high, target (else the policy's), reach (chance of it), days_left, note.
    """
    day = metrics.as_day(as_of)
    monday = day - timedelta(days=day.weekday())
    left = 6 - day.weekday()
    weeks = metrics.creator_weeks(client, day)
    now = posting.standing(
        posting.complete_weeks(weeks, monday - timedelta(days=1)), client.policy.output.floor
    )
    rows = _this_week(client, day, monday)
    chances, kept = _standing(now, rows["creator_id"]), _kept(now)
    totals = [
        _week_total(
            row.posts,
            row.agreed,
            1 - left / 7,
            chance,
            now.posting,
            kept.get(row.creator_id, (0, 0)),
        )
        for row, chance in zip(rows.itertuples(), chances, strict=True)
    ]
    ends = [_by_sunday(total) for total in totals]
    rows = rows.join(
        pd.DataFrame(ends, index=rows.index, columns=["expected", "low", "high", "spread"])
    )
    rows["short"] = [
        np.nan if agreed < 1 else float(total[: int(agreed + 1e-9)].sum())
        for agreed, total in zip(rows["agreed"], totals, strict=True)
    ]
    program = _program(rows, now, left, target or client.policy.velocity.target)
    rows = rows.sort_values(["behind", "creator_id"], ascending=[False, True], ignore_index=True)
    return Board(rows[COLUMNS], program)


def _this_week(client: Any, day: date, monday: date) -> pd.DataFrame:
    """Roster creators with agreed posts or posts in the week: posts by day, agreed posts."""
    people = metrics.people(client, day)
    people = people[people["on_roster"].fillna(False)]
    week = pd.DataFrame(
        {"week": [monday], "start": [monday], "end": [monday + timedelta(days=6)]}
    ).astype("datetime64[us]")
    sunday = agreed_posts(client.frame("agreements"), week).set_index("creator_id")["agreed_posts"]
    so_far = agreed_posts(client.frame("agreements"), week.assign(end=pd.Timestamp(day))).set_index(
        "creator_id"
    )["agreed_posts"]
    posts = client.frame("posts")
    posts = posts[posts["published_on"].between(pd.Timestamp(monday), pd.Timestamp(day))]
    made = posts.groupby(["creator_id", posts["published_on"].dt.day_of_week])["post_id"].nunique()
    by_day = made.unstack().reindex(index=people["creator_id"], columns=range(7)).fillna(0)
    by_day.loc[:, by_day.columns > day.weekday()] = np.nan
    by_day.columns = list(DAYS)
    rows = people.set_index("creator_id")[["tier", "last_post_on"]].join(by_day)
    rows["posts"] = by_day.sum(axis=1)
    rows["agreed"] = sunday.reindex(rows.index).fillna(0.0).astype(float)
    rows["behind"] = so_far.reindex(rows.index).fillna(0.0).astype(float) - rows["posts"]
    return rows[(rows["agreed"] > 0) | (rows["posts"] > 0)].reset_index()


def _standing(now: posting.Standing, who: pd.Series) -> np.ndarray:
    """Per creator: the chance of having quit, then of each rate; a newcomer has the roster's."""
    place = now.weeks.creators.get_indexer(pd.Index(who))
    new = np.concatenate([[0.0], posting.prior(now.posting)])
    known = np.column_stack([now.quit, now.rates])
    return np.array([known[at] if at >= 0 else new for at in place]).reshape(-1, len(new))


def _kept(now: posting.Standing) -> dict[str, tuple[int, int]]:
    """Per creator: complete weeks in which at least one whole post was agreed, and how often as
    many were published; of the last `RECORD_WEEKS` weeks.
    """
    weeks = now.weeks
    recent = slice(-RECORD_WEEKS, None)
    agreed, posts = weeks.agreed[:, recent], weeks.posts[:, recent]
    asked = weeks.seen[:, recent] & (agreed >= 1)
    reached = asked & (np.nan_to_num(posts) >= np.floor(agreed + 1e-9))
    counts = zip(asked.sum(axis=1), reached.sum(axis=1), strict=True)
    return dict(zip(weeks.creators, ((int(n), int(k)) for n, k in counts), strict=True))


def _week_total(
    posts: float,
    agreed: float,
    gone: float,
    chances: np.ndarray,
    model: posting.Posting,
    record: tuple[int, int],
) -> np.ndarray:
    """P(0, 1, 2 … posts in the whole week | so many in the days gone).

    The model's chance that the agreed posts are reached while active is met with the creator's own
    record of weeks in which they were (worth `MODEL_WEEKS` weeks against it). Each post of a week
    falls on a day gone by with the share of the days gone.
    """
    most = int(posts + np.ceil(10 + 4 * agreed * posting.RATES[-1]))
    counts = np.arange(most + 1)
    mean = np.maximum(agreed * posting.RATES, 1e-12)
    each = stats.nbinom.pmf(counts[:, None], model.size, model.size / (model.size + mean))
    active = each @ (chances[1:] * (1 - model.off))
    active[0] += model.off * chances[1:].sum()
    alive = max(float(active.sum()), 1e-12)
    if agreed >= 1:
        active = _met(active / alive, int(agreed + 1e-9), record) * alive
    active[0] += chances[0]
    seen = stats.binom.pmf(posts, counts, gone)
    after = active * seen
    if after.sum() <= 0:
        after = (counts == posts).astype(float)
    return after / after.sum()


def _met(chance: np.ndarray, wanted: int, record: tuple[int, int]) -> np.ndarray:
    """The chances of 0, 1, 2 … posts with that of `wanted` or more met by the record."""
    weeks, reached = record
    own = float(chance[wanted:].sum())
    reach = (MODEL_WEEKS * own + reached) / (MODEL_WEEKS + weeks)
    parts = np.where(np.arange(len(chance)) >= wanted, reach / max(own, 1e-12), 0.0)
    below = (1 - reach) / max(1 - own, 1e-12)
    return chance * np.where(np.arange(len(chance)) >= wanted, parts, below)


def _by_sunday(total: np.ndarray) -> tuple[float, float, float, float]:
    """Expected posts by Sunday, the ends of their 80% range, and the variance."""
    counts = np.arange(len(total))
    mean = float(total @ counts)
    reached = np.cumsum(total)
    low, high = (int((reached < q - 1e-9).sum()) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return mean, low, high, float(total @ counts**2 - mean**2)


def _program(rows: pd.DataFrame, now: posting.Standing, left: int, target: float) -> pd.DataFrame:
    """All creators together; the range is that of the roster's own past errors (`kit.velocity`)."""
    expected, agreed = float(rows["expected"].sum()), float(rows["agreed"].sum())
    weeks = now.weeks
    spread, known = float(np.sqrt(rows["spread"].sum())), len(weeks.weeks) >= velocity.MIN_WEEKS
    if known:
        _, errors = velocity.smoothed_ratio(weeks, velocity.on_roster(weeks))
        roster = agreed * errors.std * np.sqrt(left / 7)
        # few past errors say little of how even this roster is: then no less than chance alone
        spread = roster if errors.count >= TRUSTED_ERRORS else max(spread, roster)
    half = float(special.ndtri((1 + LEVEL) / 2)) * spread
    posts = float(rows["posts"].sum())
    if left == 0:
        reach = float(posts >= target)
    else:
        reach = float(stats.norm.sf((target - 0.5 - expected) / spread)) if spread else np.nan
    known = known or left == 0
    return pd.DataFrame(
        [
            {
                "posts": posts,
                "agreed": agreed,
                "expected": expected,
                "low": max(expected - half, posts) if known else np.nan,
                "high": expected + half if known else np.nan,
                "target": target,
                "reach": reach if known else np.nan,
                "days_left": left,
                "note": "" if known else f"no range before {velocity.MIN_WEEKS} complete weeks",
            }
        ]
    )


def pipeline(client: Any, as_of: date | str, samples: pd.DataFrame) -> pd.DataFrame:
    """One row for the program (no tier) and per tier: what is under way to become a post.

    briefs_out were sent in the last 28 days and have no post; asked, on_the_way and there are
    samples (`sample_clock.clock`'s) that wait for an answer or the parcel, that were sent, and
    that were delivered and have no post yet.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    sent = client.frame("briefs")
    sent = sent[sent["sent_on"].between(day - pd.Timedelta(days=27), day) & sent["post_id"].isna()]
    tiers = metrics.people(client, as_of).set_index("creator_id")["tier"].to_dict()
    whose = sent["creator_id"].map(tiers)
    rows = []
    for tier in (pd.NA, 1, 2, 3):
        own = samples if pd.isna(tier) else samples[samples["tier"] == tier]
        rows.append(
            {
                "tier": tier,
                "briefs_out": len(sent) if pd.isna(tier) else int((whose == tier).sum()),
                "asked": int(own["stage"].isin(sample_clock.STAGES[:2]).sum()),
                "on_the_way": int((own["stage"] == "shipped").sum()),
                "there": int(own["stage"].isin(sample_clock.WAITING).sum()),
            }
        )
    return pd.DataFrame(rows).astype({"tier": "Int64"})
