"""What if a threshold were another: every decision taken anew by the kit's own rules, compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from kit import metrics, review, scorecard, sentences, spark, tiers
from kit.client import Client
from kit.policy import Policy, load_policy

SUBJECT = ["rule", "subject_kind", "subject"]
COLUMNS = [*SUBJECT, "now", "then", "reason"]


def what_if(client: Client, as_of: date | str, changes: Mapping[str, Any]) -> pd.DataFrame:
    """One row per decision that falls otherwise with these thresholds: rule, subject, now, then.

    `changes` gives values by their place in the policy, such as ``{"spark.min_clicks": 30}``; all
    else stays as the client has it. Rules: tier (of the follower band), tier move, Spark, the
    weekly verdict, and the flag on each of the six metrics. `reason` is what the decision would
    say then. Raises `PolicyError`, with the nearest right name, for a threshold there is not or
    an impossible value.
    """
    changed = Client(client.folder, client.config, changed_policy(client.policy, changes))
    both = decided(client, as_of).merge(
        decided(changed, as_of), on=SUBJECT, how="outer", suffixes=("_now", "_then")
    )
    verdicts = both[["verdict_now", "verdict_then"]].fillna("not judged")
    flips = both.assign(now=verdicts["verdict_now"], then=verdicts["verdict_then"])
    flips = flips[flips["now"] != flips["then"]].rename(columns={"reason_then": "reason"})
    return flips[COLUMNS].sort_values(SUBJECT, ignore_index=True)


def changed_policy(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """A policy with some of its thresholds changed, checked like one of `client.toml`.

    >>> changed_policy(load_policy(), {"velocity.target": 12}).velocity.target
    12.0
    """
    values = policy.model_dump()
    for place, value in changes.items():
        *sections, name = place.split(".")
        inside = values
        for section in sections:
            inside = inside.setdefault(section, {})
        inside[name] = value
    return load_policy(values)


def decided(client: Any, as_of: date | str) -> pd.DataFrame:
    """Every decision of a day by the client's policy: rule, subject_kind, subject, verdict, reason.

    A flag is ok, watch or act; who has no tier and what has no data has no row.
    """
    day = metrics.as_day(as_of)
    people = metrics.people(client, day).dropna(subset=["tier"])
    audit, _ = tiers.audited(client, day)
    scored = scorecard.scores(client, day, metrics.figures(client, day))
    posts = spark.candidates(client, day)
    sparks = posts[posts["verdict"] == spark.SPARK]
    judged = review.verdicts(review.reviewed(client, day), scored, sparks, client.policy)
    parts = [
        _rows("tier", "creator", people["creator_id"], "tier " + people["tier"].astype(str)),
        _rows("tier move", "creator", audit["creator_id"], audit["verdict"], audit["reason"]),
        _rows(
            "weekly verdict", "creator", judged["creator_id"], judged["verdict"], judged["reason"]
        ),
        _rows("Spark", "post", posts["post_id"], posts["verdict"], posts["reason"]),
        *(
            _rows(
                f"flag on {sentences.name(str(metric))}",
                "creator",
                own["creator_id"],
                own["flag"],
                own["reason"],
            )
            for metric, own in scored.rows.groupby("metric")
        ),
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(
    rule: str, kind: str, subject: pd.Series, verdict: pd.Series, reason: pd.Series | str = ""
) -> pd.DataFrame:
    found = pd.DataFrame({"subject": subject, "verdict": verdict}).assign(reason=reason)
    found = found.assign(rule=rule, subject_kind=kind).astype({"subject": str, "verdict": str})
    return found[[*SUBJECT, "verdict", "reason"]]
