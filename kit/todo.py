"""Today's list of the production line: whom to chase, what to send, brief, renew, settle and check.

Every entry comes from a ledger or an export and names the one thing that a person can do about it.
What is marked done in `actions.csv` is off the list for a week; what is still so then comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kit import creator_messages, metrics, rights, words
from kit.brief_round import Round
from kit.language import of_reader, speaking
from kit.rights import WORDS
from kit.sample_clock import Clock

REPORT = "production_line"
# In the order of a coordinator's day: what others wait for first.
TASKS = ("send", "approve", "chase", "follow up", "brief", "renew", "settle", "check")
DONE_DAYS = 7
# The platform wants a request answered within a week (TikTok's help pages on free samples).
APPROVE_DAYS, SHIP_DAYS = 7, 2
COLUMNS = ["task", "subject_kind", "subject", "creator_id", "what", "why", "due_on", "message"]


@dataclass(frozen=True)
class Evidence:
    """What a day's list is made from, each worked out once for the whole report.

    `clock` is `sample_clock.clock`'s, `ends` `rights.calendar`'s, `captions` `claims.in_captions`',
    `plans` `plans.planned`'s, `crossed` the rows of `conflicts.conflicts`, `weeks`
    `metrics.creator_weeks`, `flags` `output.output_flags`', `posts` `spark.candidates`', `round`
    the briefs that are due.
    """

    clock: Clock
    ends: pd.DataFrame
    captions: pd.DataFrame
    plans: pd.DataFrame
    crossed: pd.DataFrame
    weeks: pd.DataFrame
    flags: pd.DataFrame
    posts: pd.DataFrame
    round: Round


def todo(client: Any, as_of: date | str, known: Evidence) -> pd.DataFrame:
    """One row per thing to do on `as_of`, the order of `TASKS`, the most pressing first.

    Columns task, subject_kind, subject, creator_id, what (to do), why, due_on (missing: no day),
    message (to send; empty where none fits), decision_id (for `actions.csv`) and done_on (missing:
    open; in the last week only). `known` is of the same day. Two reasons to do the same are one
    row with both.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    rows = [
        *_to_send(known.clock.samples, day),
        *_to_chase(client, known.clock.samples),
        *_planned(known.plans),
        *(asked := _to_follow_up(client, as_of, known.flags)),
        *_to_brief(known.round, {row[3] for row in asked}),
        *_to_renew(client, known.ends, known.posts),
        *_to_settle(known.crossed),
        *_to_check(client, day, known.captions),
    ]
    table = _merged(pd.DataFrame(rows, columns=COLUMNS))
    table["due_on"] = pd.to_datetime(table["due_on"])
    table["decision_id"] = [
        ":".join((REPORT, row.subject_kind, row.subject, row.task)) for row in table.itertuples()
    ]
    table["done_on"] = pd.to_datetime(table["decision_id"].map(_done(client, day)))
    order = table["task"].map({task: place for place, task in enumerate(TASKS)})
    table = table.assign(order=order).sort_values(["order", "due_on", "subject"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def _merged(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per task and subject: a decision has one id, and none of its reasons is lost."""
    keys = ["task", "subject_kind", "subject"]
    if not rows.duplicated(keys).any():
        return rows
    first = {name: "first" for name in COLUMNS if name not in keys}
    both = {"what": _either, "why": _either, "message": _either, "due_on": "min"}
    rows = rows.assign(due_on=pd.to_datetime(rows["due_on"]))
    return rows.groupby(keys, sort=False, as_index=False).agg({**first, **both})[COLUMNS]


def _either(texts: pd.Series) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _done(client: Any, day: pd.Timestamp) -> dict[str, pd.Timestamp]:
    actions = client.frame("actions")
    lately = actions["done_on"].between(day - pd.Timedelta(days=DONE_DAYS - 1), day)
    return actions[lately].groupby("decision_id")["done_on"].max().to_dict()


def _languages(client: Any) -> Callable[[str], str]:
    """In which language a message to a creator is."""
    told = client.frame("creators").set_index("creator_id")["language"].to_dict()
    return lambda creator: of_reader(told.get(creator), client.config.language)


def _to_send(samples: pd.DataFrame, day: pd.Timestamp) -> list[tuple[Any, ...]]:
    """Samples that wait for an answer or for the parcel."""
    rows: list[tuple[Any, ...]] = []
    for one in samples[samples["stage"].isin(["requested", "approved"])].itertuples():
        if one.stage == "approved":
            begun, task, days = one.approved_on, "send", SHIP_DAYS
            what, why = f"Send {one.product}", f"approved on {words.day(one.approved_on)}"
        else:
            begun, task, days = one.requested_on, "approve", APPROVE_DAYS
            what = f"Approve or refuse the request for {one.product}"
            why = f"asked for on {words.day(one.requested_on)}; the platform waits a week"
        due = begun + pd.Timedelta(days=days)
        rows.append((task, "sample", one.sample_id, one.creator_id, what, why, due, ""))
    return rows


def _to_chase(client: Any, samples: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Samples whose post is late; who may have an extension is told as such."""
    late = samples[samples["stage"].isin(["may be extended", "overdue"])]
    spoken = _languages(client)
    rows: list[tuple[Any, ...]] = []
    for one in late.itertuples():
        days = words.count(-one.days_left, "day")
        why = f"the post was due {days} ago"
        if one.stage == "may be extended":
            why += f"; may be extended to {words.day(one.latest_on)}"
        with speaking(spoken(one.creator_id)):
            text = creator_messages.sample_due(
                one.creator_id, one.product, one.delivered_on, one.due_on, True
            )
        what = f"Ask for the post about {one.product}"
        rows.append(("chase", "sample", one.sample_id, one.creator_id, what, why, one.due_on, text))
    return rows


def _planned(plans: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Posts planned with a partner whose day is over."""
    rows: list[tuple[Any, ...]] = []
    for one in plans[plans["state"] == "late"].itertuples():
        about = "" if words.is_missing(one.product) else f" about {one.product}"
        why = f"a post{about} was planned for {words.day(one.planned_on)}"
        what = "Ask about the planned post"
        rows.append(
            ("chase", "creator", one.creator_id, one.creator_id, what, why, one.planned_on, "")
        )
    return rows


def _to_follow_up(client: Any, as_of: date | str, flags: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Creators whose output has fallen off what was agreed, as the weekly review flags them."""
    people = metrics.people(client, as_of).set_index("creator_id")
    spoken = _languages(client)
    rows: list[tuple[Any, ...]] = []
    for one in flags[flags["flag"] == "act"].itertuples():
        who = people.loc[one.creator_id]
        if who["status"] in ("left", "paused"):
            continue
        with speaking(spoken(one.creator_id)):
            text = creator_messages.posts_due(
                one.creator_id, who["agreed_per_week"], who["last_post_on"]
            )
        rows.append(
            ("follow up", "creator", one.creator_id, one.creator_id, "Ask what is in the way",
             one.reason, pd.NaT, text)
        )  # fmt: skip
    return rows


def _to_brief(round_: Round, asked: set[str]) -> list[tuple[Any, ...]]:
    """Who is due briefs and need not be asked first; the briefs themselves are `kit brief`'s."""
    due: dict[str, list[str]] = {}
    for brief in round_.briefs:
        if brief.creator_id not in asked:
            due.setdefault(brief.creator_id, []).append(brief.product)
    return [
        (
            "brief", "creator", creator, creator,
            f"Send {words.count(len(products), 'brief')}",
            "agreed posts without a brief: " + words.listed(dict.fromkeys(products)), pd.NaT, "",
        )
        for creator, products in sorted(due.items())
    ]  # fmt: skip


def _to_renew(client: Any, ends: pd.DataFrame, posts: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rights that end while they are needed, and sparks that only lack an authorisation."""
    posts = posts[posts["verdict"] == "spark"]
    wanted = set(posts["post_id"])
    spoken = _languages(client)
    rows: list[tuple[Any, ...]] = []
    for one in rights.in_danger(ends).itertuples():
        post = one.post_id if isinstance(one.post_id, str) else ""
        about_ads = one.right in ("video_code", "mass", "business_center", "usage")
        if about_ads and not one.spend and post not in wanted:
            continue
        when = f"{'ended' if one.days_left < 0 else 'ends'} on {words.day(one.ends_on)}"
        paid = (
            f"; {words.money(one.spend, client.currency, 0)} spent in four weeks"
            if one.spend
            else ""
        )
        what = f"Renew the {WORDS[one.right]}"
        with speaking(spoken(one.creator_id)):
            text = creator_messages.new_code(one.creator_id, [post], one.ends_on) if post else ""
        kind, subject = ("post", post) if post else ("creator", one.creator_id)
        of = f"video {post}: " if post else ""
        why = f"{of}{when}{paid}" if about_ads else f"{when}; then {one.stops}"
        rows.append(("renew", kind, subject, one.creator_id, what, why, one.ends_on, text))
    lacking = posts["blocked_by"].eq("no valid ad authorisation from the creator")
    lacking &= posts["clicks"] >= client.policy.spark.min_clicks
    for creator, own in posts[lacking].groupby("creator_id"):
        ids = list(own["post_id"])
        what = "Ask for an ad code" if len(ids) == 1 else "Ask for ad codes, or one for all posts"
        why = f"{words.count(len(ids), 'video')} would earn paid spend and may not run yet: "
        with speaking(spoken(str(creator))):
            text = creator_messages.new_code(str(creator), ids, pd.NaT)
        rows.append(
            ("renew", "creator", creator, creator, what, why + words.listed(ids, most=3), pd.NaT,
             text)
        )  # fmt: skip
    return rows


def _to_settle(crossed: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Exclusivities that something on record crosses: for the agency, with no message to send."""
    rows: list[tuple[Any, ...]] = []
    for one in crossed.itertuples():
        sure = one.state == "conflict"
        what = (
            "Settle the exclusivity conflict" if sure else "Ask whether an exclusivity is crossed"
        )
        why = f"exclusive to {one.exclusive_to} against {one.against}: {one.why}"
        rows.append(("settle", "creator", one.creator_id, one.creator_id, what, why, pd.NaT, ""))
    return rows


def _to_check(client: Any, day: pd.Timestamp, captions: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Captions with words to look at, and incidents that nobody has resolved."""
    rows: list[tuple[Any, ...]] = []
    new = captions[~captions["recorded"].astype(bool)] if len(captions) else captions
    for post, own in new.groupby("post_id", sort=False):
        said = words.listed(f"“{text}” ({about})" for text, about in
                            zip(own["found"], own["about"], strict=True))  # fmt: skip
        rows.append(
            ("check", "post", str(post), own["creator_id"].iloc[0], "Look at the caption",
             f"it says {said}", pd.NaT, "")
        )  # fmt: skip
    cases = client.frame("compliance")
    still = cases["resolved_on"].isna() | (cases["resolved_on"] > day)
    cases = cases[still & (cases["happened_on"] <= day) & cases["severity"].ne("note")]
    for case in cases.itertuples():
        post = case.post_id if isinstance(case.post_id, str) else ""
        kind, subject = ("post", post) if post else ("creator", case.creator_id)
        what = f"Resolve the {case.severity}"
        why = f"{case.what or 'not told what'}, open since {words.day(case.happened_on)}"
        rows.append(("check", kind, subject, case.creator_id, what, why, pd.NaT, ""))
    return rows
