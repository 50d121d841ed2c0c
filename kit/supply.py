"""What a target needs: creators, samples and briefs for so many posts a week, and what it costs.

Tiers 2 and 3 stay as they are, for they are few by design; tier 1 is the volume that is recruited
(source article, "The three-tier creator model"). Every rate is the client's own with its doubt, so
that each answer is a range: many plans are drawn, each with rates that the data allow.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from kit import metrics, sample_clock
from kit.metrics.periods import as_day

WEEKS = 8  # of posting looked at
AHEAD = 4  # weeks until the target is to be met
LEVEL = 0.80
DRAWS = 20_000
LEVER = 0.10  # by how much a rate is improved to see what it brings
RATES = {
    "posts_per_creator": "posts a week of a tier-1 creator on the roster",
    "sample_to_post": "samples that lead to a post",
    "stays": "tier-1 creators still posting eight weeks later",
    "brief_to_post": "briefs that lead to a post",
    "post_to_winner": "posts that earn paid spend",
}
A_MONTH = 365.25 / 12 / 7  # weeks


class Supply(NamedTuple):
    """What the client's own record says, for `plan`.

    `tiers`: one row per tier: creators (on the roster, posted in the last four weeks), mean and
    sd of their posts a week, sd_weekly (of one creator's weeks), n. `rates`: one row per key of
    `RATES` but the first: done, n. `sample_cost` (median of the last 26 weeks) and `fees` (flat
    fees a month agreed now) in the client's currency, missing where not entered.
    """

    tiers: pd.DataFrame
    rates: pd.DataFrame
    sample_cost: float
    fees: float


def supply(client: Any, as_of: date | str, judged: pd.DataFrame) -> Supply:
    """The rates on which a plan rests, as known on the day.

    `judged` is `spark.candidates`' of the day: a winner is a post that it would amplify on its own
    clicks.
    """
    day = pd.Timestamp(as_day(as_of))
    weeks = metrics.creator_weeks(client, as_of)
    samples = sample_clock.clock(client, as_of).samples
    rates = [
        _sample_to_post(samples, day),
        _stays(client, day),
        _brief_to_post(client, day),
        _post_to_winner(judged),
    ]
    cost = samples.loc[samples["shipped_on"] > day - pd.Timedelta(weeks=26), "cost"]
    names = ["rate", "done", "n"]
    return Supply(
        _tiers(weeks), pd.DataFrame(rates, columns=names), float(cost.median()), _fees(client, day)
    )


def _tiers(weeks: pd.DataFrame) -> pd.DataFrame:
    """Per tier, of creators with a whole week of the last eight: how many posts a week."""
    whole = weeks[weeks["complete"] & weeks["tier"].notna()]
    recent = whole[whole["week"] > whole["week"].max() - pd.Timedelta(weeks=WEEKS)]
    rows = []
    for tier in (1, 2, 3):
        own = recent[recent["tier"] == tier]
        last = own[own["week"] > whole["week"].max() - pd.Timedelta(weeks=AHEAD)]
        active = last.groupby("creator_id")["posts"].sum()
        active = active[active > 0].index
        each = own[own["creator_id"].isin(active)].groupby("creator_id")["posts"]
        means, spreads = each.mean(), each.var(ddof=0)
        rows.append(
            {
                "tier": tier,
                "creators": len(active),
                "mean": float(means.mean()),
                "sd": float(means.std(ddof=1)),
                "sd_weekly": float(np.sqrt(spreads.mean())),
                "n": len(means),
            }
        )
    return pd.DataFrame(rows)


def _sample_to_post(samples: pd.DataFrame, day: pd.Timestamp) -> tuple[str, int, int]:
    """Samples delivered three weeks to a year ago, and those of them that led to a post."""
    age = (day - samples["delivered_on"]).dt.days
    ripe = samples[age.between(21, 365)]
    return "sample_to_post", int((ripe["stage"] == "posted").sum()), len(ripe)


def _stays(client: Any, day: pd.Timestamp) -> tuple[str, int, int]:
    """Tier-1 creators with a post nine to twelve weeks ago, and those with one in the last four."""
    posts = client.frame("posts")
    people = metrics.people(client, day.date())
    small = set(people.loc[people["tier"] == 1, "creator_id"])
    ago = (day - posts["published_on"]).dt.days
    then = set(posts.loc[ago.between(56, 83), "creator_id"]) & small
    now = set(posts.loc[ago.between(0, 27), "creator_id"])
    return "stays", len(then & now), len(then)


def _brief_to_post(client: Any, day: pd.Timestamp) -> tuple[str, int, int]:
    """Briefs sent two to fourteen weeks ago, and those with a post."""
    briefs = client.frame("briefs")
    ripe = briefs[(day - briefs["sent_on"]).dt.days.between(14, 98)]
    return "brief_to_post", int(ripe["post_id"].notna().sum()), len(ripe)


def _post_to_winner(judged: pd.DataFrame) -> tuple[str, int, int]:
    """Posts with clicks in the last 28 days, and those of them that earn paid spend."""
    seen = judged[judged["clicks"].gt(0)]
    won = seen["verdict"].eq("spark") & ~seen["on_record"].astype(bool)
    return "post_to_winner", int(won.sum()), len(seen)


def _fees(client: Any, day: pd.Timestamp) -> float:
    """Flat fees a month of the agreements in force: per month as agreed, per post × posts a month,
    per deal spread over its days. 0 where none has a fee.
    """
    deals = client.frame("agreements")
    ends = deals["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    deals = deals[(deals["valid_from"] <= day) & (ends >= day) & deals["flat_fee"].notna()]
    fee = pd.to_numeric(deals["flat_fee"]).astype(float)
    posts = pd.to_numeric(deals["posts_per_week"]).astype(float).fillna(0.0)
    days = (deals["valid_to"] - deals["valid_from"]).dt.days + 1
    month = 365.25 / 12
    each = np.select(
        [deals["fee_per"] == "month", deals["fee_per"] == "post"],
        [fee, fee * posts * month / 7],
        fee * month / days.astype("float64"),
    )
    return float(np.nansum(each))


PLAN = ["what", "unit", "middle", "low", "high"]


def plan(
    known: Supply, target: float | np.ndarray, seed: int = 20, **better: float
) -> pd.DataFrame:
    """One row per thing that `target` posts a week need in four weeks' time, with its 80% range.

    what: creators (active in tier 1), recruits (new ones, those who stop made up for), samples,
    briefs (a week), sample_cost (of those samples) and cost (with the flat fees of a month; both in
    the client's currency), posts (a week, if the middle number of creators is there: what the week
    will really bring). `better` multiplies a rate, as posts_per_creator=1.1. Rates that the data do
    not know make what rests on them missing. The same seed gives the same plan.
    """
    rng = np.random.default_rng(seed)
    one = known.tiers.set_index("tier").loc[1]
    each = _drawn_mean(one, rng) * better.get("posts_per_creator", 1.0)
    others, other_noise = np.zeros(DRAWS), np.zeros(DRAWS)
    for tier in (2, 3):
        row = known.tiers.set_index("tier").loc[tier]
        if row["creators"]:
            others += row["creators"] * _drawn_mean(row, rng)
            other_noise += row["creators"] * (row["sd_weekly"] ** 2)
    share = {
        name: np.minimum(_drawn_share(known.rates, name, rng) * better.get(name, 1.0), 1.0)
        for name in ("sample_to_post", "stays", "brief_to_post")
    }
    creators = np.ceil(np.maximum(target - others, 0) / each)
    remain = one["creators"] * share["stays"] ** (AHEAD / 8)
    recruits = np.maximum(np.ceil(creators - remain), 0)
    samples = np.ceil(recruits / share["sample_to_post"])
    found = {
        "creators": ("creators", creators),
        "recruits": ("creators", recruits),
        "samples": ("samples", samples),
        "briefs": ("a week", np.ceil(target / share["brief_to_post"])),
        "sample_cost": ("money", samples * known.sample_cost),
        "cost": ("money", samples * known.sample_cost + known.fees),
    }
    rows = [_row(what, unit, drawn) for what, (unit, drawn) in found.items()]
    middle = rows[0][2]
    noise = middle * (_between(one) + one["sd_weekly"] ** 2) + other_noise
    posts = others + middle * each + rng.normal(size=DRAWS) * np.sqrt(noise)
    rows.append(_row("posts", "a week", np.maximum(posts, 0)))
    return pd.DataFrame(rows, columns=PLAN)


def for_winners(known: Supply, winners: float, seed: int = 20) -> pd.DataFrame:
    """The `plan` of as many posts a week as bring so many winners a month, `target` its first row.

    A winner is a post that earns paid spend; how many posts one takes is the client's own share,
    with its doubt.
    """
    rng = np.random.default_rng([seed, 1])
    target = winners / A_MONTH / _drawn_share(known.rates, "post_to_winner", rng)
    first = pd.DataFrame([_row("target", "a week", target)], columns=PLAN)
    return pd.concat([first, plan(known, target, seed)], ignore_index=True)


def schedule(known: Supply, rows: pd.DataFrame) -> pd.DataFrame:
    """One row per coming week and tier: what the plan `rows` asks of each, with its 80% range.

    Columns week (1 to 4), tier, then creators (active ones wanted), recruits (new ones by then,
    those who stop made up for), samples and briefs (to send in the week), each with _low and _high.
    New tier-1 creators come evenly; their samples go out in the first two weeks, for a post may
    take two more; tiers 2 and 3 stay as they are.
    """
    by, tiers = rows.set_index("what"), known.tiers.set_index("tier")
    answered = known.rates.set_index("rate").loc["brief_to_post"]
    share = answered["done"] / answered["n"] if answered["n"] and answered["done"] else np.nan
    found = []
    for week in range(1, AHEAD + 1):
        for tier in (1, 2, 3):
            row: dict[str, Any] = {"week": week, "tier": tier}
            for name, end in (("", "middle"), ("_low", "low"), ("_high", "high")):
                small = tier == 1
                creators = by.loc["creators", end] if small else tiers.loc[tier, "creators"]
                samples = np.ceil(by.loc["samples", end] / 2) if small and week <= 2 else 0.0
                mean = tiers.loc[tier, "mean"] if creators else 0.0
                row |= {
                    f"creators{name}": float(creators),
                    f"recruits{name}": np.ceil(by.loc["recruits", end] * week / AHEAD)
                    if small
                    else 0.0,
                    f"samples{name}": samples,
                    f"briefs{name}": np.ceil(creators * mean / share),
                }
            found.append(row)
    return pd.DataFrame(found)


def _drawn_mean(row: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """Draws of a tier's mean posts a week: Student's t on the creators' own means."""
    if row["n"] < 2:
        return np.full(DRAWS, np.nan)
    error = max(row["sd"], row["mean"] * 0.05) / np.sqrt(row["n"])
    drawn = row["mean"] + error * rng.standard_t(row["n"] - 1, DRAWS)
    return np.maximum(drawn, row["mean"] / 10)


def _between(row: pd.Series) -> float:
    """Variance between creators, the noise of their few weeks taken out."""
    return max(row["sd"] ** 2 - row["sd_weekly"] ** 2 / WEEKS, 0.0)


def _drawn_share(rates: pd.DataFrame, name: str, rng: np.random.Generator) -> np.ndarray:
    """Draws of a share: beta with Jeffreys' prior; missing where nothing was observed."""
    row = rates.set_index("rate").loc[name]
    if not row["n"]:
        return np.full(DRAWS, np.nan)
    return rng.beta(0.5 + row["done"], 0.5 + row["n"] - row["done"], DRAWS)


def _row(what: str, unit: str, drawn: np.ndarray) -> tuple[str, str, float, float, float]:
    if np.isnan(drawn).any():
        return what, unit, np.nan, np.nan, np.nan
    low, middle, high = np.quantile(drawn, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return what, unit, float(middle), float(low), float(high)


def levers(known: Supply, target: float, seed: int = 20) -> pd.DataFrame:
    """One row per rate: what a tenth more of it would save, the dearest first.

    Columns rate, recruits and cost (the middle now less the middle then; money in the client's
    currency). The same draws are used, so that nothing but the rate differs.
    """
    now = plan(known, target, seed).set_index("what")["middle"]
    rows = []
    for rate in ("posts_per_creator", "sample_to_post", "stays"):
        then = plan(known, target, seed, **{rate: 1 + LEVER}).set_index("what")["middle"]
        rows.append((rate, now["recruits"] - then["recruits"], now["cost"] - then["cost"]))
    table = pd.DataFrame(rows, columns=["rate", "recruits", "cost"])
    return table.sort_values(["cost", "recruits"], ascending=False, ignore_index=True)


def shown_rates(known: Supply) -> pd.DataFrame:
    """One row per rate: rate, value, low, high (80%), n and what n counts."""
    one = known.tiers.set_index("tier").loc[1]
    rows: list[tuple[Any, ...]] = []
    if one["n"] >= 2:
        half = stats.t.ppf((1 + LEVEL) / 2, one["n"] - 1) * one["sd"] / np.sqrt(one["n"])
        low, high = max(one["mean"] - half, 0.0), one["mean"] + half
        rows.append(("posts_per_creator", one["mean"], low, high, one["n"], "creators"))
    else:
        rows.append(("posts_per_creator", np.nan, np.nan, np.nan, one["n"], "creators"))
    counted = {
        "sample_to_post": "samples",
        "stays": "creators",
        "brief_to_post": "briefs",
        "post_to_winner": "posts",
    }
    for row in known.rates.itertuples():
        if row.n:
            law = stats.beta(0.5 + row.done, 0.5 + row.n - row.done)
            low, high = law.ppf((1 - LEVEL) / 2), law.ppf((1 + LEVEL) / 2)
            rows.append((row.rate, row.done / row.n, low, high, row.n, counted[str(row.rate)]))
        else:
            rows.append((row.rate, np.nan, np.nan, np.nan, 0, counted[str(row.rate)]))
    return pd.DataFrame(rows, columns=["rate", "value", "low", "high", "n", "of"])
