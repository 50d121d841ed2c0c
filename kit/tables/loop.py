"""Tables of the loop: what a month's briefs led to, and what is believed now."""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_tables import GT

from kit import words
from kit.loop import SETTLED
from kit.tables.look import Column, finished

_STEPS = {
    "briefs": "Briefs sent in the month",
    "answered": "Briefs with a post",
    "posts": "Posts from them",
    "clicks": "Clicks on those posts",
    "orders": "Orders from those clicks",
    "boosted": "Of the posts, run as ads",
    "proven": "Pairs newly proven",
    "next_briefs": "Briefs due next",
}


def loop_steps(frame: pd.DataFrame) -> GT:
    """The steps of a month, one after the other (`loop.loop`'s steps)."""
    known = frame["rate"].notna()
    decimals = [2 if step == "orders" else 0 for step in frame["step"]]
    shown = pd.DataFrame(
        {
            "step": [_STEPS[step] for step in frame["step"]],
            "value": frame["value"],
            "rate": [
                words.percent(rate, places) if there else ""
                for rate, places, there in zip(frame["rate"], decimals, known, strict=True)
            ],
            "range": [
                words.percent_range(low, high, places) if there else ""
                for low, high, places, there in zip(
                    frame["ci_low"], frame["ci_high"], decimals, known, strict=True
                )
            ],
        }
    )
    columns = [
        Column("step", "Step"),
        Column("value", "Count", "count"),
        Column("rate", "Of the step before it", "range"),
        Column("range", "90% interval", "range"),
    ]
    return finished(
        shown, columns, id="loop-steps", title="From briefs to the next briefs",
        note="Briefs with a post are a share of the briefs, orders of the clicks. The interval of "
        "orders lets creators differ (a ratio over creators); none under five creators.",
    )  # fmt: skip


def loop_pairs(frame: pd.DataFrame) -> GT:
    """What was believed, tried and is believed of each pair (`loop.loop`'s pairs)."""
    rows = list(frame.itertuples())
    shown = pd.DataFrame(
        {
            "product": frame["product"],
            "angle": [str(angle).replace("_", " ") for angle in frame["hook_angle"]],
            "then": [
                _rate(row.rate_then, row.low_then, row.high_then, row.clicks_then, row.believed)
                for row in rows
            ],
            "briefs": frame["briefs"],
            "posts": frame["posts"],
            "orders": [
                words.MISSING
                if words.is_missing(row.clicks)
                else f"{words.number(row.orders)} of {words.number(row.clicks)}"
                for row in rows
            ],
            "boosted": frame["boosted"],
            "now": [
                _rate(row.rate_now, row.low_now, row.high_now, row.clicks_now, row.believed_now)
                for row in rows
            ],
            "learnt": frame["learnt"],
            "next": frame["next_briefs"],
        }
    )
    columns = [
        Column("angle", "Hook angle", width="13%"),
        Column("then", "Believed then", width="17%"),
        Column("briefs", "Briefs", "count", "Tried in the month", "7%"),
        Column("posts", "Posts", "count", "Tried in the month", "7%"),
        Column("orders", "Orders of clicks", "range", "Tried in the month", "11%"),
        Column("boosted", "As ads", "count", "Tried in the month", "6%"),
        Column("now", "Believed now", width="17%"),
        Column("learnt", "Learnt", width="14%"),
        Column("next", "Next briefs", "count", width="8%"),
    ]
    table = finished(
        shown, [Column("product", "Product"), *columns], id="loop-pairs",
        title="What was believed, tried and learnt of each hook angle",
        note="Believed: orders per click of the four weeks up to then, at equal creators and "
        "products, with its 90% interval and clicks; then with what had been downloaded by then. "
        "Tried: the month's briefs, and their posts' clicks since. A dash: nothing known.",
        none="No brief was sent and no hook angle has clicks, so there is nothing to learn from.",
    )  # fmt: skip
    return _grouped(table, shown) if len(shown) else table


def _grouped(table: GT, shown: pd.DataFrame) -> GT:
    return table.tab_stub(groupname_col="product") if shown["product"].notna().all() else table


def _rate(value: Any, low: Any, high: Any, clicks: Any, belief: str) -> str:
    if words.is_missing(value):
        return words.MISSING
    span = words.percent_range(low, high, 1)
    settled = f": {belief.removesuffix(' here')}" if belief in SETTLED.values() else ""
    return f"{words.percent(value, 1)} ({span}; {words.count(clicks, 'click')}){settled}"
