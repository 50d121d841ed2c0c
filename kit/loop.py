"""The loop closed: what was believed of each hook angle and product, what was tried, what holds.

A month's briefs are followed to their posts, clicks, orders and ads. What was believed when the
month began is worked out again from what had been downloaded by then (`kit.backtest.past`), so that
nobody is credited with what was learnt since.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from kit import estimate, hooks, metrics, spark
from kit.backtest import past
from kit.briefs import Evidence
from kit.metrics.periods import as_day

LEVEL = 0.90
# Creators among whom a pooled rate's spread can be told.
LEAST_CREATORS = 5
KEYS = ["hook_angle", "product_id"]
TRIED = ["briefs", "answered", "posts", "clicks", "orders", "boosted", "spend"]
COLUMNS = [
    *KEYS, "product", "believed", "rate_then", "low_then", "high_then", "clicks_then",
    *TRIED, "believed_now", "rate_now", "low_now", "high_now", "clicks_now", "learnt",
    "next_briefs",
]  # fmt: skip
STEPS = ["briefs", "answered", "posts", "clicks", "orders", "boosted", "proven", "next_briefs"]
NOT_KEPT = "no download of before the month is kept, so what was believed then is not known"
PROVEN, NOTHING, UNKNOWN = "now proven", "nothing", "unknown"
# How far a belief is settled, in the words of `hooks.next_briefs`.
SETTLED = {"use": "works better here", "avoid": "works worse here"}


class Loop(NamedTuple):
    """One month. `pairs` has one row per hook angle and product with anything known, tried or next;
    `steps` one row per step of the loop; `month` one row: first and last day, then_on (the day to
    which it was believed), now_on, and why the past is not known, if it is not.
    """

    pairs: pd.DataFrame
    steps: pd.DataFrame
    month: pd.DataFrame


def last_month(as_of: date | str) -> metrics.Period:
    """The calendar month that ended last: that of `as_of` only on its last day.

    >>> last_month("2026-05-10").start, last_month("2026-05-31").start
    (datetime.date(2026, 4, 1), datetime.date(2026, 5, 1))
    """
    day = as_day(as_of)
    first_of_next = (day + timedelta(days=1)).replace(day=1)
    end = first_of_next - timedelta(days=1)
    return metrics.Period(end.replace(day=1), end)


def loop(client: Any, as_of: date | str, known: Evidence, coming: pd.DataFrame) -> Loop:
    """The month that ended last before `as_of`, closed.

    `known` is what briefs of `as_of` rest on, `coming` has one row per brief that is due next
    (hook_angle, product_id). Per pair: believed, the rate as estimated then (orders per click,
    90% interval, its clicks), then briefs sent in the month, those answered by a post, their posts,
    clicks and orders up to `as_of`, posts that ran as ads and what was spent (the client's
    currency), and what is believed now. Counts of clicks are missing where the weeks do not tile.
    """
    day, month = as_day(as_of), last_month(as_of)
    then, then_on, why = _then(client, month.start)
    now = hooks.with_names(known.cells, client.frame("products"))
    tried, totals = _tried(client, day, month)
    pairs = _pairs(client, _believed(then), tried, _believed(now), coming, why)
    steps = _steps(pairs, totals, tried, coming)
    told = {"start": month.start, "end": month.end, "then_on": then_on, "now_on": day, "why": why}
    return Loop(pairs, steps, pd.DataFrame([told]))


def _then(client: Any, start: date) -> tuple[pd.DataFrame, date | None, str]:
    """What the posts of four weeks said, as known on the month's first day; the day they went to.

    The third part says why it is not known, where it is not.
    """
    before = past.History(client).on(start)
    covered = before.covered_until() if before.newest_day() else None
    if covered is None or before.frame("post_stats").empty:
        return pd.DataFrame(), None, NOT_KEPT
    posts, _, why = spark.judged(before, covered, client.policy)
    if why:
        return pd.DataFrame(), covered, f"what was believed then is not known: {why}"
    return hooks.effects(posts).cells, covered, ""


def _believed(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per pair with clicks: in words, the estimate, its interval and the clicks."""
    names = [*KEYS, "words", "rate", "low", "high", "clicks"]
    if cells.empty:
        return pd.DataFrame(columns=names)
    cells = cells[cells["clicks"] > 0]
    told = [
        SETTLED["use" if cell.effect > 0 else "avoid"] if cell.firm else "open"
        for cell in cells.itertuples()
    ]
    rows = cells.assign(words=told)[[*KEYS, "words", "estimate", "ci_low", "ci_high", "clicks"]]
    return rows.set_axis(names, axis=1)


def _tried(client: Any, day: date, month: metrics.Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The month's briefs with what came of each by `day`, and their posts."""
    briefs = client.frame("briefs")
    first, last = pd.Timestamp(month.start), pd.Timestamp(month.end)
    briefs = briefs[briefs["sent_on"].between(first, last)]
    posts = client.frame("posts")
    posts = posts[
        posts["brief_id"].isin(briefs["brief_id"]) & (posts["published_on"] <= pd.Timestamp(day))
    ]
    monday = month.start - timedelta(days=month.start.weekday())
    rates = metrics.post_rates(client, day, (day - monday).days + 1)
    rates = rates.groupby("post_id")[["clicks", "orders"]].sum(min_count=1)
    ads = client.frame("ad_stats")
    paid = ads[(ads["window_end"] >= first) & (ads["window_start"] <= pd.Timestamp(day))]
    paid = paid[paid["currency"].isna() | paid["currency"].eq(client.currency)]
    spend = paid.groupby("post_id")["spend"].sum()
    made = posts[["post_id", "brief_id", "creator_id"]].assign(
        clicks=posts["post_id"].map(rates["clicks"].astype("float64")),
        orders=posts["post_id"].map(rates["orders"].astype("float64")),
        spend=posts["post_id"].map(spend.to_dict()).astype("float64").fillna(0.0),
    )
    each = made.assign(boosted=made["spend"] > 0).groupby("brief_id").agg(
        posts=("post_id", "size"), clicks=("clicks", _known_sum), orders=("orders", _known_sum),
        boosted=("boosted", "sum"), spend=("spend", "sum"),
    )  # fmt: skip
    found = each.reindex(briefs["brief_id"]).set_axis(briefs.index)
    rows = pd.concat([briefs[["brief_id", *KEYS]], found], axis=1)
    counted = ["posts", "boosted", "spend"]
    return rows.assign(**{name: rows[name].fillna(0) for name in counted}), made


def _known_sum(values: pd.Series) -> float:
    return float(values.sum(min_count=1))


def _pairs(
    client: Any,
    then: pd.DataFrame,
    tried: pd.DataFrame,
    now: pd.DataFrame,
    coming: pd.DataFrame,
    why: str,
) -> pd.DataFrame:
    sums = tried.assign(answered=tried["posts"] > 0).groupby(KEYS, as_index=False).agg(
        briefs=("brief_id", "size"), answered=("answered", "sum"), posts=("posts", "sum"),
        clicks=("clicks", _known_sum), orders=("orders", _known_sum),
        boosted=("boosted", "sum"), spend=("spend", "sum"),
    )  # fmt: skip
    due = coming.groupby(KEYS, as_index=False).size().rename(columns={"size": "next_briefs"})
    before = {"words": "believed", **{name: f"{name}_then" for name in _MEASURES}}
    after = {"words": "believed_now", **{name: f"{name}_now" for name in _MEASURES}}
    parts = [then.rename(columns=before), now.rename(columns=after), sums, due]
    keyed = [part.astype(dict.fromkeys(KEYS, object)).set_index(KEYS) for part in parts]
    rows = pd.concat(keyed, axis=1).rename_axis(KEYS).reset_index()
    counts = ["briefs", "answered", "posts", "boosted", "spend", "next_briefs"]
    rows[counts] = rows[counts].astype("float64").fillna(0.0)
    texts = ["believed", "believed_now"]
    rows[texts] = rows[texts].astype(object).where(rows[texts].notna(), NOTHING)
    if why:
        rows["believed"] = UNKNOWN
    rows = hooks.with_names(rows, client.frame("products"))
    rows["learnt"] = [_learnt(row) for row in rows.itertuples()]
    return rows[COLUMNS].sort_values(["product", "hook_angle"], ignore_index=True)


_MEASURES = ["rate", "low", "high", "clicks"]


def _learnt(row: Any) -> str:
    """What the month changed, in words."""
    before, after = row.believed, row.believed_now
    settled = set(SETTLED.values())
    if before == UNKNOWN:
        return "what was believed then is not known"
    if before == after:
        if before in settled:
            return "it held"
        if before == NOTHING:
            return "not tried yet" if not row.briefs else "no clicks yet"
        return _narrower(row) if row.posts else "still open, and not tried"
    if after in settled:
        return f"{PROVEN}: {after}"
    if before in settled:
        return "no longer proven by the last four weeks"
    return "first clicks" if before == NOTHING else "nobody clicked in the last four weeks"


def _narrower(row: Any) -> str:
    """How the range moved; a rate's range is told by the ratio of its ends."""
    then, now = row.high_then / row.low_then, row.high_now / row.low_now
    return "still open, better known" if now < then else "still open"


def _steps(
    pairs: pd.DataFrame, posts: pd.DataFrame, tried: pd.DataFrame, coming: pd.DataFrame
) -> pd.DataFrame:
    """One row per step: step, value, rate (of `n` things of the step before), ci_low and ci_high.

    The share of briefs answered has Wilson's interval; orders per click one that lets creators
    differ; the others are counts. Proven counts pairs that are proven now and were not then.
    """
    proven = sum(learnt.startswith(PROVEN) for learnt in pairs["learnt"])
    sent, answered = len(tried), int((tried["posts"] > 0).sum())
    clicks, orders = _known_sum(posts["clicks"]), _known_sum(posts["orders"])
    low, high = estimate.wilson_interval(answered, sent, LEVEL)
    rate, rate_low, rate_high = pooled(posts)
    none = (np.nan, np.nan, np.nan, np.nan)
    rows = [
        ("briefs", sent, *none),
        ("answered", answered, answered / sent if sent else np.nan, float(low), float(high), sent),
        ("posts", len(posts), *none),
        ("clicks", clicks, *none),
        ("orders", orders, rate, rate_low, rate_high, clicks),
        ("boosted", int((posts["spend"] > 0).sum()), *none),
        ("proven", proven, *none),
        ("next_briefs", len(coming), *none),
    ]
    return pd.DataFrame(rows, columns=["step", "value", "rate", "ci_low", "ci_high", "n"])


def pooled(posts: pd.DataFrame) -> tuple[float, float, float]:
    """Orders per click of posts, pooled, and the 90% interval of a ratio over creators.

    Creators differ more than chance makes clicks differ, so that each creator's sum is one draw
    (Cochran 1977, "Sampling Techniques", section 6.3); on the log scale, so that it stays above 0.
    No interval under five creators with clicks, or without an order.
    """
    known = posts[posts["clicks"].gt(0)]
    sums = known.groupby("creator_id")[["clicks", "orders"]].sum()
    clicks, orders, many = sums["clicks"].sum(), sums["orders"].sum(), len(sums)
    if not clicks:
        return np.nan, np.nan, np.nan
    rate = orders / clicks
    if many < LEAST_CREATORS or not orders:
        return float(rate), np.nan, np.nan
    left = sums["orders"] - rate * sums["clicks"]
    error = np.sqrt(many / (many - 1) * (left**2).sum()) / clicks / rate
    half = stats.t.ppf((1 + LEVEL) / 2, many - 1) * error
    return float(rate), float(rate * np.exp(-half)), float(rate * np.exp(half))
