"""Whose exclusivity is crossed, among the agency's own clients and in the partners' own captions.

For the agency alone: it names other clients (`kit.beside`), and stands in no copy for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

from kit import beside, claims, contracts, ledgers, metrics, words
from kit.client import read_config
from kit.errors import KitError
from kit.exports.day_order import LEDGERS

OPEN = pd.Timestamp("2200-01-01")
SURE, ASK = "conflict", "to ask"
COLUMNS = ["creator_id", "tier", "state", "exclusive_to", "against", "begins_on", "ends_on", "why"]


@dataclass(frozen=True)
class Side:
    """What is known of one client: its deals, what it sells, and what creators posted for it."""

    name: str
    title: str
    category: str
    sells: frozenset[str]
    deals: pd.DataFrame
    posts: pd.DataFrame
    former: Mapping[str, str]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """`rows`: one per crossed exclusivity and other side. `beside`: the clients it was held
    against, by name; `unread`: those whose files could not be read, with the reason.
    """

    rows: pd.DataFrame
    beside: list[str]
    unread: list[str]


def conflicts(client: Any, as_of: date | str) -> Found:
    """Every exclusivity in force or to come that something on record crosses.

    Either way round: a creator exclusive to this client with a deal or posts for another, or
    exclusive to another with a deal or posts for this one; and a partner whose caption names a
    competitor of `client.toml` while exclusive. state is conflict, or to ask where the ledgers do
    not say whether the two are in one category. begins_on and ends_on are the exclusivity's days
    (missing: open); conflicts of tier 3 stand first.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    own = _own(client)
    others, unread = _others(client)
    tiers = metrics.people(client, as_of).set_index("creator_id")["tier"].to_dict()
    rows = [row for other in others for row in _crossed(own, other, day)]
    rows += [row for other in others for row in _crossed(other, own, day)]
    rows += list(_rivals(client, own, day))
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "tier"])
    table.insert(1, "tier", table["creator_id"].map(tiers).astype("Int64"))
    table = table.sort_values(
        ["tier", "state", "creator_id", "against"], ascending=[False, True, True, True],
        ignore_index=True,
    )  # fmt: skip
    return Found(table[COLUMNS], [other.title for other in others], unread)


def _own(client: Any) -> Side:
    creators = client.frame("creators").dropna(subset=["former_handles"])
    former = {
        ledgers.handle(old): row.creator_id
        for row in creators.itertuples()
        for old in row.former_handles.split(";")
    }
    products, config = client.frame("products"), client.config
    title = config.name or client.name
    deals, posts = client.frame("agreements"), client.frame("posts")
    return Side(
        client.name, title, config.category, _sold(products, config.category), deals, posts, former
    )


def _others(client: Any) -> tuple[list[Side], list[str]]:
    """The other clients, and what of their files could not be read."""
    sides, unread = [], []
    for name, folder in beside.folders(client.home, client.name, client.config):
        try:
            sides.append(_side(name, folder))
            unread += [f"{name}: {why}" for why in sides[-1].refused]
        except KitError as error:
            unread.append(f"{name}: {error}")
    return sides, unread


def _side(name: str, folder: Path) -> Side:
    """Another client as its ledgers stand today; its posts as they were last read."""
    config, _ = read_config(folder)
    order = config.date_order.get(LEDGERS, config.date_order.get(""))
    book = ledgers.read_ledgers(folder / "ledgers", config.currency, order)
    return Side(
        name,
        config.name,
        config.category,
        _sold(book.tables["products"], config.category),
        book.tables["agreements"],
        _posts(folder),
        book.former,
        tuple(why for _, why in book.refused),
    )


def _posts(folder: Path) -> pd.DataFrame:
    path = folder / "tables" / "posts.parquet"
    if not path.is_file():
        return contracts.empty(contracts.Posts)
    return contracts.frame(ds.dataset(path, format="parquet").to_table())


def _sold(products: pd.DataFrame, category: str) -> frozenset[str]:
    """The categories a client sells in, as its ledger and `client.toml` call them."""
    return frozenset(map(_plain, [*products["category"].dropna(), category])) - {"other", ""}


def _plain(text: Any) -> str:
    return " ".join(str(text).lower().replace("_", " ").split())


def _crossed(holder: Side, other: Side, day: pd.Timestamp) -> Iterator[tuple[Any, ...]]:
    """The exclusivities of `holder` that deals or posts for `other` cross."""
    former = {**other.former, **holder.former}
    deals = other.deals.assign(who=[former.get(h, h) for h in other.deals["creator_id"]])
    posts = other.posts.assign(who=[former.get(h, h) for h in other.posts["creator_id"]])
    for bound in _bound(holder.deals, day):
        who = former.get(bound.creator_id, bound.creator_id)
        ends = OPEN if pd.isna(bound.ends) else bound.ends
        own = deals[(deals["who"] == who) & (deals["valid_from"] <= ends)]
        last = own["valid_to"].fillna(OPEN)
        own = own[(last >= bound.begins) & (last >= day)]
        made = posts[(posts["who"] == who) & (posts["published_on"] <= min(day, ends))]
        made = made[made["published_on"] >= bound.begins]
        state, about = _concerned(bound, holder, other, own)
        if state and (len(own) or len(made)):
            why = words.sentence(f"{about}; {_record(other, own, made)}")
            yield (
                who, state, holder.title, other.title, bound.begins, bound.ends, why
            )  # fmt: skip


def _bound(deals: pd.DataFrame, day: pd.Timestamp) -> Iterator[Any]:
    """Deals whose exclusivity has not ended, with `begins` and `ends` (missing: open)."""
    deals = deals[deals["exclusivity"].isin(["category", "full"])]
    deals = deals.assign(
        begins=deals["exclusivity_from"].fillna(deals["valid_from"]),
        ends=deals["exclusivity_until"].fillna(deals["valid_to"]),
    )
    return deals[deals["ends"].isna() | (deals["ends"] >= day)].itertuples()


def _concerned(bound: Any, holder: Side, other: Side, own: pd.DataFrame) -> tuple[str, str]:
    """Whether an exclusivity keeps a creator from another client, and what it covers."""
    if bound.exclusivity == "full":
        return SURE, "exclusive in everything"
    said = bound.exclusivity_category
    wanted = "" if pd.isna(said) else _plain(said)
    if not wanted:
        return ASK, "exclusive in a category that the agreement does not name"
    sells = other.sells | set(map(_plain, own["exclusivity_category"].dropna()))
    if wanted in sells:
        return SURE, f"exclusive in {wanted}"
    alike = {word for name in sells for word in name.split()} & set(wanted.split())
    if alike or holder.category == other.category or "other" in (holder.category, other.category):
        known = words.listed(sorted(sells)) or "a category that no file names"
        return ASK, f"exclusive in {wanted}, and {other.title} sells {known}: is that the same"
    return "", ""


def _record(other: Side, own: pd.DataFrame, made: pd.DataFrame) -> str:
    """What is on record for the other side."""
    said = []
    for deal in own.itertuples():
        until = "open" if pd.isna(deal.valid_to) else f"to {words.day(deal.valid_to)}"
        said.append(f"a deal with {other.title} from {words.day(deal.valid_from)}, {until}")
    if len(made):
        last = words.day(made["published_on"].max())
        said.append(f"{words.count(len(made), 'post')} for {other.title}, the last on {last}")
    return words.listed(said)


def _rivals(client: Any, own: Side, day: pd.Timestamp) -> Iterator[tuple[Any, ...]]:
    """Captions of exclusive partners that name a competitor inside the exclusivity's days."""
    if not client.config.competitors:
        return
    looked_for = claims.entries("other", competitors=client.config.competitors)
    for bound in _bound(own.deals, day):
        mine = own.posts[own.posts["creator_id"] == bound.creator_id]
        mine = mine[mine["published_on"].between(bound.begins, day) & mine["caption"].notna()]
        for post in mine.sort_values("published_on").itertuples():
            hits = claims.check(post.caption, looked_for)
            for rival in dict.fromkeys(hits.loc[hits["about"] == claims.RIVAL, "found"]):
                why = words.sentence(
                    f"the caption of video {post.post_id} of {words.day(post.published_on)} names "
                    f"{rival}, a competitor, while the creator is exclusive: look whether it is "
                    "paid for"
                )
                yield bound.creator_id, ASK, own.title, rival, bound.begins, bound.ends, why
