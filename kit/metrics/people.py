"""Who is in the program: tier, roster and activity of each creator on a given day."""

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch, value
from kit.metrics.periods import as_day, four_weeks
from kit.metrics.shared import once


@once
def standing(client: Any, as_of: date | str) -> Any:
    """One row per creator of the program, as an Ibis expression: where each stands on `as_of`.

    Columns creator_id, tier, entry_tier, band, moved (has a row in `tiers.csv`), on_roster,
    in_ledger, status, followers, joined_on, agreed_per_week. The tier is the last move of
    `tiers.csv` on or before `as_of`, else the ledger's own, else the follower band; it holds for
    all periods. Missing where neither a move nor followers are known.
    """
    day = as_day(as_of)
    creators = client.table("creators")
    moves = _moves(client.table("tiers"), day)
    force = _in_force(client.table("agreements"), day)
    joined = creators.left_join(moves, creators.creator_id == moves.mover).left_join(
        force, creators.creator_id == force.party
    )
    band = _band(joined.followers, client.policy.tiers.floors)
    tier = ibis.coalesce(joined.last_tier, joined.tier_given.cast("int64"), band)
    no_ledger = not value(creators.in_ledger.fill_null(False).any())
    active = joined.in_ledger.fill_null(False) & (joined.status == "active").fill_null(False)
    return joined.select(
        creator_id=joined.creator_id,
        tier=tier,
        entry_tier=ibis.coalesce(joined.first_tier, tier),
        band=band,
        moved=joined.moved.fill_null(False),
        on_roster=ibis.literal(no_ledger) | active | joined.party.notnull(),
        in_ledger=joined.in_ledger.fill_null(False),
        status=joined.status,
        followers=joined.followers,
        joined_on=joined.joined_on,
        agreed_per_week=joined.agreed_per_week.fill_null(0.0),
    )


def _moves(tiers: Any, day: date) -> Any:
    """One row per creator of `tiers.csv`: the entry tier, and the last move's up to the day."""
    known = tiers.mutate(happened=tiers.changed_on <= ibis.date(day))
    order = [known.changed_on, known.row.cast("int64")]
    forth = ibis.window(group_by=known.creator_id, order_by=order)
    back = ibis.window(
        group_by=known.creator_id,
        order_by=[ibis.desc(known.happened), *[ibis.desc(column) for column in order]],
    )
    ranked = known.mutate(nth=ibis.row_number().over(forth), back=ibis.row_number().over(back))
    return ranked.group_by(mover=ranked.creator_id).agg(
        first_tier=ranked.from_tier.max(where=ranked.nth == 0).cast("int64"),
        last_tier=ranked.to_tier.max(where=(ranked.back == 0) & ranked.happened).cast("int64"),
        moved=ranked.happened.any(),
    )


def _in_force(agreements: Any, day: date) -> Any:
    """One row per creator with an agreement in force on the day."""
    force = agreements.filter(
        (agreements.valid_from <= ibis.date(day))
        & (agreements.valid_to.isnull() | (agreements.valid_to >= ibis.date(day)))
    )
    return force.group_by(party=force.creator_id).agg(
        agreed_per_week=force.posts_per_week.sum().cast("float64")
    )


def _band(followers: Any, floors: tuple[int, int, int]) -> Any:
    return ibis.cases(
        (followers >= floors[2], 3),
        (followers >= floors[1], 2),
        (followers >= floors[0], 1),
        else_=ibis.null("int64"),
    ).cast("int64")


@once
def people(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per creator of the program, sorted by `creator_id`.

    Beside the columns of `standing`: first_post_on, last_post_on, posts (of the 28 days), active
    (at least one of them), joined (`joined_on`, else the first post) and band_note, which says
    what followers show and do not decide.
    """
    day = as_day(as_of)
    window = four_weeks(day)
    posts = client.table("posts").filter(lambda row: row.published_on <= ibis.date(day))
    made = posts.group_by(author=posts.creator_id).agg(
        first_post_on=posts.published_on.min(),
        last_post_on=posts.published_on.max(),
        posts=(posts.published_on >= ibis.date(window.start)).sum(),
    )
    who = standing(client, day)
    rows = fetch(who.left_join(made, who.creator_id == made.author).drop("author"))
    rows["posts"] = rows["posts"].fillna(0)
    rows["active"] = (rows["posts"] > 0).astype(bool)
    rows["joined"] = rows["joined_on"].fillna(rows["first_post_on"])
    rows["band_note"] = [
        _band_note(row, client.policy.tiers.nano_floor) for row in rows.itertuples()
    ]
    return rows.sort_values("creator_id", ignore_index=True)


def _band_note(row: Any, nano_floor: int) -> str:
    if pd.isna(row.followers):
        return "" if pd.notna(row.tier) else "no followers known, so no tier"
    if row.moved and pd.notna(row.band) and row.band > row.tier:
        return f"followers now in band {row.band}: not a promotion"
    if row.tier == 1 and row.followers < nano_floor:
        return f"under {nano_floor:,} followers, below the article's tier 1"
    return ""
