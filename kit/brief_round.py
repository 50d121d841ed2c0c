"""Who is due a brief in the coming week, of which product, and whom to call instead."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from kit import boost, briefs, metrics, words
from kit.briefs import Brief
from kit.errors import ClientError
from kit.metrics.periods import as_day

# Of a product's briefs in a round, one in so many tries the angle least is known of.
LEARN_WITH_PROVEN, LEARN_WITHOUT = 4, 2
# Somebody who owes more than this many weeks of briefs needs a call, not a pile of them.
MOST_WEEKS_OWED = 2
# Agreed posts that passed since the last one before somebody is called instead of briefed.
MISSED_POSTS = 4
# A brief without a post counts as work still owed for so long.
UNANSWERED_DAYS = 28


@dataclass(frozen=True)
class Round:
    """The briefs of a coming week. `left_out`: who gets none (creator_id, why)."""

    briefs: list[Brief]
    left_out: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["creator_id", "why"])
    )


def for_week(client: Any, as_of: date | str, known: briefs.Evidence | None = None) -> Round:
    """The briefs that are due after `as_of`: who owes posts, of a product they hold.

    Due is what a creator agreed to post since their last brief, at most two weeks' worth, less the
    briefs of the last four weeks that have no post yet: those are chased, not added to. Products
    are those in stock of which a sample was delivered, the one briefed longest ago first. Of a
    product's briefs one in four (one in two where no angle is proven) tries what is least known.
    """
    day = as_day(as_of)
    known = known or briefs.evidence(client, day)
    before = known.sent
    silent, waiting = _silent(client, day), _unanswered(before, day)
    made: list[Brief] = []
    left_out: list[tuple[str, str]] = []
    so_far: Counter[str] = Counter()
    for creator, due in _due(client, day, before).items():
        products = _held(client, creator, before, day)
        why = _why_none(creator, due, silent, waiting, products)
        try:
            for place in range(0 if why else due - waiting.get(creator, 0)):
                product = products[place % len(products)]
                so_far[product] += 1
                learn = so_far[product] % _every(known.cells, product) == 0
                number = place // len(products) + 1
                brief = briefs.compose(
                    client, creator, product, day, known=known, number=number, learn=learn
                )
                made.append(brief)
                known = known.also(brief)
        except ClientError as error:
            why = str(error)
        if why:
            left_out.append((creator, why))
    return Round(made, pd.DataFrame(left_out, columns=["creator_id", "why"]))


def _why_none(
    creator: str, due: int, silent: dict[str, str], waiting: dict[str, int], products: list[str]
) -> str:
    """Why a creator who is due briefs gets none; '' where they do."""
    if creator in silent:
        return silent[creator]
    if due <= waiting.get(creator, 0):
        return f"{words.count(waiting[creator], 'brief')} without a post yet: chase first"
    return "" if products else "no sample of a product in stock has been delivered"


def _every(cells: pd.DataFrame, product_id: str) -> int:
    """Of so many briefs of a product one is to learn from."""
    own = cells[cells["product_id"] == product_id]
    proven = len(own) and (own["firm"].astype(bool) & own["effect"].gt(0)).any()
    return LEARN_WITH_PROVEN if proven else LEARN_WITHOUT


def _due(client: Any, day: date, before: pd.DataFrame) -> dict[str, int]:
    """How many briefs each creator of the roster is due, by handle.

    What they agreed to post since their last brief; who never had one is due at least one.
    """
    people = metrics.people(client, day)
    agreed = people[people["on_roster"].fillna(False) & (people["agreed_per_week"] > 0)]
    last = before.groupby("creator_id")["sent_on"].max().to_dict()
    due = {}
    for creator, a_week in zip(agreed["creator_id"], agreed["agreed_per_week"], strict=True):
        if creator not in last:
            due[creator] = max(int(a_week), 1)
            continue
        weeks = min((pd.Timestamp(day) - last[creator]).days / 7, MOST_WEEKS_OWED)
        due[creator] = int(a_week * weeks + 1e-9)
    return {creator: number for creator, number in due.items() if number}


def _silent(client: Any, day: date) -> dict[str, str]:
    """Who has let several agreed posts pass since the last one: to be called before briefed."""
    people = metrics.people(client, day).dropna(subset=["last_post_on", "agreed_per_week"])
    weeks = (pd.Timestamp(day) - people["last_post_on"]).dt.days / 7
    missed = people[weeks * people["agreed_per_week"] >= MISSED_POSTS]
    return {
        row.creator_id: f"silent since {words.day(row.last_post_on)}: call before you brief"
        for row in missed.itertuples()
    }


def _unanswered(before: pd.DataFrame, day: date) -> dict[str, int]:
    """Briefs of the last four weeks without a post, by creator."""
    lately = before["sent_on"] > pd.Timestamp(day) - pd.Timedelta(days=UNANSWERED_DAYS)
    return before[lately & before["post_id"].isna()].groupby("creator_id").size().to_dict()


def _held(client: Any, creator: str, before: pd.DataFrame, day: date) -> list[str]:
    """Products in stock that have reached the creator, the one briefed longest ago first."""
    samples = client.samples
    mine = samples["creator_id"] == creator
    there = set(samples[mine & (samples["delivered_on"] <= pd.Timestamp(day))]["product_id"])
    stocked = there & set(client.products["product_id"]) - boost.out_of_stock(client)
    last = before[before["creator_id"] == creator].groupby("product_id")["sent_on"].max().to_dict()
    return sorted(stocked, key=lambda product: (last.get(product, pd.Timestamp.min), product))
