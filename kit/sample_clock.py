"""The sample ledger with a clock: where each sample is, what is due of whom, and what it cost.

The platform wants a post within 14 days of delivery; one extension of 7 days exists of which the
seller is not told, so that who is late by less than that may be within their rights (TikTok's help
pages on free samples; `policy.samples`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit import metrics, words

STEPS = ("requested_on", "approved_on", "shipped_on", "delivered_on")
STAGES = (
    "requested",
    "approved",
    "shipped",
    "due",
    "may be extended",
    "overdue",
    "never posted",
    "posted",
)
WAITING = STAGES[3:6]
COLUMNS = [
    *("sample_id", "creator_id", "tier", "product_id", "product", "stage", *STEPS, "due_on"),
    *("latest_on", "days_left", "post_id", "posted_on", "posted_by", "cost"),
]


class Clock(NamedTuple):
    """Every sample asked for by the day, and what in the ledger contradicts the posts.

    `problems` has sample_id, row-by-row texts that name the sample and what to mend.
    """

    samples: pd.DataFrame
    problems: pd.DataFrame


def clock(client: Any, as_of: date | str) -> Clock:
    """One row per sample requested up to `as_of`, with what was known on that day.

    stage is the first that holds: posted (the ledger's post, else the creator's first post of that
    product on the day of delivery or later that no earlier sample of the product has taken: then
    `posted_by` says found, else ledger), never posted (`policy.samples.never_days` after delivery,
    or the creator has left), overdue (past the extension, `latest_on`), may be extended (past
    `due_on`), due, shipped, approved, requested. days_left counts to `due_on`, negative when past.
    cost is unit and shipping cost in the client's currency of a sample that was shipped, missing
    where the unit cost is not entered.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    rows = client.frame("samples").copy()
    for step in STEPS:
        rows[step] = rows[step].where(rows[step] <= day)
    asked = rows[list(STEPS)].notna().any(axis=1)
    rows = rows[asked].sort_values(["delivered_on", "requested_on", "sample_id"], kind="stable")
    rows = rows.reset_index(drop=True)
    posts = client.frame("posts")
    posts = posts[posts["published_on"] <= day]
    told = rows["post_id"].copy()
    problems = _contradictions(rows, client.frame("posts"))
    rows["post_id"] = pd.Series(_found(rows, posts, told), index=rows.index, dtype=object)
    published = posts.set_index("post_id")["published_on"].to_dict()
    rows["posted_on"] = pd.to_datetime(rows["post_id"].map(published))
    rows["posted_by"] = np.where(told.notna(), "ledger", "found")
    rows["posted_by"] = rows["posted_by"].where(rows["post_id"].notna(), None)
    rules = client.policy.samples
    rows["due_on"] = rows["delivered_on"] + pd.Timedelta(days=rules.due_days)
    rows["latest_on"] = rows["due_on"] + pd.Timedelta(days=rules.extension_days)
    rows["days_left"] = (rows["due_on"] - day).dt.days.astype("Float64")
    people = metrics.people(client, as_of).set_index("creator_id")
    rows["tier"] = rows["creator_id"].map(people["tier"].to_dict()).astype("Int64")
    gone = rows["creator_id"].map(people["status"].to_dict()).eq("left")
    rows["stage"] = _stage(rows, day, gone.to_numpy(), rules.never_days)
    rows["cost"] = _cost(rows)
    called = names(client)
    rows["product"] = [called.get(product, product) for product in rows["product_id"]]
    return Clock(rows[COLUMNS], problems)


def names(client: Any) -> dict[str, str]:
    """The product's name by its id, where the ledger of products has one."""
    products = client.frame("products").dropna(subset=["name"])
    return products.drop_duplicates("product_id").set_index("product_id")["name"].to_dict()


def _found(rows: pd.DataFrame, posts: pd.DataFrame, told: pd.Series) -> list[Any]:
    """The post each sample led to: the ledger's word, else the first that nothing else took."""
    shown = posts[["post_id", "creator_id", "published_on", "product_ids"]].explode("product_ids")
    shown = shown.sort_values(["published_on", "post_id"])
    by_pair = {
        pair: list(zip(own["published_on"], own["post_id"], strict=True))
        for pair, own in shown.groupby(["creator_id", "product_ids"])
    }
    taken = {(post, product) for post, product in zip(told, rows["product_id"], strict=True)}
    known = set(posts["post_id"])
    answer: list[Any] = []
    for sample, post in zip(rows.itertuples(), told, strict=True):
        if isinstance(post, str):
            # a post after the day had not happened yet
            answer.append(post if post in known else None)
            continue
        found = None
        if pd.notna(sample.delivered_on):
            for published, candidate in by_pair.get((sample.creator_id, sample.product_id), []):
                key = (candidate, sample.product_id)
                if published >= sample.delivered_on and key not in taken:
                    found = candidate
                    taken.add(key)
                    break
        answer.append(found)
    return answer


def _stage(rows: pd.DataFrame, day: pd.Timestamp, gone: np.ndarray, never: int) -> np.ndarray:
    delivered = rows["delivered_on"].notna()
    late = delivered & (day > rows["delivered_on"] + pd.Timedelta(days=never))
    tests = [
        (rows["post_id"].notna(), "posted"),
        (delivered & (late | gone), "never posted"),
        (delivered & (day > rows["latest_on"]), "overdue"),
        (delivered & (day > rows["due_on"]), "may be extended"),
        (delivered, "due"),
        (rows["shipped_on"].notna(), "shipped"),
        (rows["approved_on"].notna(), "approved"),
    ]
    return np.select([mask for mask, _ in tests], [stage for _, stage in tests], "requested")


def _cost(rows: pd.DataFrame) -> pd.Series:
    left = rows["shipped_on"].notna() | rows["delivered_on"].notna()
    unit = pd.to_numeric(rows["unit_cost"]).astype("float64")
    shipping = pd.to_numeric(rows["shipping_cost"]).astype("float64").fillna(0.0)
    return (unit + shipping).where(left)


def _contradictions(rows: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """What the ledger says of posts that cannot be: told, never mended silently."""
    known = posts.set_index("post_id")
    found: list[tuple[str, str]] = []
    named = rows[rows["post_id"].notna()]
    for sample in named.itertuples():
        if sample.post_id not in known.index:
            found.append((sample.sample_id, f"names post {sample.post_id}, which no list has"))
            continue
        post = known.loc[sample.post_id]
        if post["creator_id"] != sample.creator_id:
            who = post["creator_id"]
            found.append((sample.sample_id, f"names post {sample.post_id}, which is {who}'s"))
        elif pd.notna(sample.delivered_on) and post["published_on"] < sample.delivered_on:
            when, there = words.day(post["published_on"]), words.day(sample.delivered_on)
            found.append(
                (sample.sample_id, f"names a post of {when}, before it was there ({there})")
            )
    twice = named[named.duplicated(["post_id", "product_id"], keep=False)]
    for post, own in twice.groupby("post_id", sort=True):
        ids = words.listed(own["sample_id"].tolist())
        found.append((str(own["sample_id"].iloc[0]), f"post {post} is counted for {ids}"))
    return pd.DataFrame(found, columns=["sample_id", "problem"])


def by_tier(samples: pd.DataFrame) -> pd.DataFrame:
    """One row for the program (no tier) and per tier: where its samples stand and what is lost.

    Columns tier, sent (delivered), posted, on_the_way, waiting (due or late), late, never,
    never_cost (money of those never posted; missing where the cost of any is not entered) and
    never_unknown (how many of those).
    """
    groups: list[tuple[Any, pd.DataFrame]] = [(pd.NA, samples)]
    groups += list(samples[samples["tier"].notna()].groupby("tier"))
    rows = [_one_tier(tier, own) for tier, own in groups]
    return pd.DataFrame(rows).astype({"tier": "Int64"})


def _one_tier(tier: Any, own: pd.DataFrame) -> dict[str, Any]:
    stage = own["stage"]
    never = own[stage == "never posted"]
    unknown = int(never["cost"].isna().sum())
    return {
        "tier": tier,
        "sent": int(own["delivered_on"].notna().sum()),
        "posted": int((stage == "posted").sum()),
        "on_the_way": int(stage.isin(STAGES[:3]).sum()),
        "waiting": int(stage.isin(WAITING).sum()),
        "late": int(stage.isin(("may be extended", "overdue")).sum()),
        "never": len(never),
        "never_cost": round(float(never["cost"].sum()), 2) if not unknown else np.nan,
        "never_unknown": unknown,
    }
