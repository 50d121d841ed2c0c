"""Whole weeks of each tier, hook angle, product and creator: what a change of GMV is made of."""

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch
from kit.metrics.periods import as_day
from kit.metrics.publishing import program_weeks
from kit.metrics.sales import PRECISE, counting_lines, with_tier
from kit.metrics.shared import shared
from kit.metrics.subjects import KEYS
from kit.metrics.traffic import single_product, video_stats

KINDS = ["tier", "hook_angle", "product", "creator"]
SUMS = [
    *("creators", "posts", "clicks", "orders", "gmv"),
    *("whole_gmv", "lines", "line_squares"),
]
COLUMNS = ["subject_kind", "subject", "week", *SUMS]


def subject_weeks(client: Any, as_of: date | str, weeks: int = 26) -> pd.DataFrame:
    """One row per tier, hook angle, product and creator and each of the last `weeks` weeks.

    Columns subject_kind, subject (missing: what belongs to none, so that the subjects of a kind
    always sum to the program), week (its Monday), creators (who posted), posts, clicks, orders and
    gmv of lines from its own posts, whole_gmv (of all its lines), lines and line_squares (Σ gmv²
    of a line, for the noise of a sum). A post is a product's own only if it shows that product
    alone: GMV of other posts is in whole_gmv and not in gmv. Clicks are missing in weeks that no
    kept windows of video data tile. The program itself is in it, with kind `program`.
    """
    client = shared(client)
    spans = program_weeks(client, as_of).tail(weeks)
    first = spans["week"].min().date() if len(spans) else as_day(as_of)
    found = [_of_kind(client, as_of, kind, first) for kind in ["program", *KINDS]]
    rows = pd.concat([_filled(part, spans) for part in found], ignore_index=True)
    clicks = rows["week"].map(spans.set_index("week")["clicks"].isna())
    rows["clicks"] = rows["clicks"].mask(clicks.astype(bool))
    return rows.sort_values(["subject_kind", "subject", "week"], ignore_index=True)[COLUMNS]


def _of_kind(client: Any, as_of: date | str, kind: str, first: date) -> pd.DataFrame:
    """The weeks of one kind of subject in which it posted, was clicked or sold."""
    day, start = ibis.date(as_day(as_of)), ibis.date(first)
    tables = client.table("posts")
    posts = with_tier(tables.mutate(product_id=single_product(tables)), client, as_of)
    posts = posts.filter(posts.published_on.between(start, day))
    lines = with_tier(_lines(client), client, as_of)
    lines = lines.filter(lines.day.between(start, day))
    stats = with_tier(video_stats(client), client, as_of)
    stats = stats.filter((stats.window_start >= start) & (stats.window_end <= day))
    own = lines.of_post & (lines.shows_product if kind == "product" else True)
    parts = [
        _sums(
            posts,
            kind,
            posts.published_on,
            creators=posts.creator_id.nunique(),
            posts=posts.post_id.nunique(),
        ),
        _sums(stats, kind, stats.window_start, clicks=stats.clicks.sum().cast("float64")),
        _sums(
            lines,
            kind,
            lines.day,
            orders=lines.order_id.nunique(where=own),
            gmv=lines.gmv.sum(where=own).cast("float64"),
            whole_gmv=lines.gmv.sum().cast("float64"),
            lines=lines.count(),
            line_squares=(lines.gmv * lines.gmv).cast(PRECISE).sum().cast("float64"),
        ),
    ]
    known = [part for part in parts if len(part)] or [parts[0]]
    table = pd.concat(known, ignore_index=True).reindex(columns=["subject", "week", *SUMS])
    table = table.groupby(["subject", "week"], as_index=False)[SUMS].sum()
    return table.assign(subject_kind=kind)


def _lines(client: Any) -> Any:
    """Counting lines with `of_post` (of a known post) and `shows_product` (that one alone)."""
    lines, posts = counting_lines(client), client.table("posts")
    shown = posts.select(known_post=posts.post_id, shown_product=single_product(posts))
    joined = lines.left_join(shown, lines.post_id == shown.known_post)
    return joined.mutate(
        of_post=joined.known_post.notnull(),
        shows_product=(joined.shown_product == joined.product_id).fill_null(False),
    ).drop("known_post", "shown_product")


def _sums(rows: Any, kind: str, day: Any, **measures: Any) -> pd.DataFrame:
    subject = ibis.literal("") if kind == "program" else rows[KEYS[kind]].cast("string")
    grouped = rows.group_by(subject=subject.fill_null(""), week=day.truncate("W"))
    found = fetch(grouped.agg(**measures))
    return found.astype(dict.fromkeys(measures, "float64")).assign(
        subject=found["subject"].astype(object),
        week=pd.to_datetime(found["week"]).astype("datetime64[us]"),
    )


def _filled(rows: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """Each subject in every week, zero where nothing happened; `subject` missing for none."""
    subjects = rows[["subject_kind", "subject"]].drop_duplicates()
    grid = subjects.merge(weeks[["week"]], how="cross")
    table = grid.merge(rows, on=["subject_kind", "subject", "week"], how="left")
    filled = table[SUMS].astype("float64").fillna(0.0)
    return table.assign(**filled, subject=table["subject"].where(table["subject"] != "", None))
