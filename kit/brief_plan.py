"""How many posts would tell whether a hook angle works for a product: for the next briefs.

The rates themselves come from `kit.hooks`; here stands what is still to be tried and for how long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from kit import crossed, words
from kit.hooks import CLAIM

# What is worth telling apart: a quarter more or fewer orders per click than the product's others.
WORTH_TELLING = 0.25
LEVEL = 0.90
# Past posts from which the clicks of the next are foreseen; fewer of the product say too little.
LEAST_POSTS = 5
# More posts than this of one angle and product are not to be had in a quarter.
MOST_POSTS = 60
COLUMNS = [
    *("hook_angle", "product_id", "product", "posts", "clicks_per_post"),
    *("posts_needed", "posts_low", "posts_high", "clicks_of"),
]
_FACTORS = ["creator_id", "hook_angle", "product_id"]


def open_questions(cells: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """One row per hook angle and product of which nothing is proven yet: how many posts would tell.

    `cells` is `kit.hooks.effects`' with `product`, `posts` as for it. posts_needed is how many more
    posts would at their likely clicks settle whether the pair brings a quarter more or fewer
    orders per click; posts_low and posts_high its 90% range, of the clicks a post gets, which are
    those of the product's own posts so far (`clicks_of` product) or, under five of them, of all.
    Missing where more than 60 would be needed. A post tells 1 ÷ (spread between creators and posts
    + 1 ÷ expected orders): many posts of few clicks tell more than one of many.
    """
    rows = _known(posts)
    open_cells = cells[~cells["firm"].astype(bool)]
    if rows.empty or open_cells.empty:
        return pd.DataFrame(columns=COLUMNS)
    fitted = crossed.fit(
        rows["orders"].to_numpy(), rows["clicks"].to_numpy(), rows[_FACTORS], "creator_id"
    )
    spread = fitted.sds["creator_id"] ** 2 + fitted.sds["post"] ** 2
    pooled = float((rows["orders"].sum() + 0.5) / (rows["clicks"].sum() + 1))
    found = [_one(cell, rows, spread, pooled) for cell in open_cells.itertuples()]
    return pd.DataFrame(found, columns=COLUMNS).sort_values(
        ["product", "posts_needed", "hook_angle"], ignore_index=True
    )


def _known(posts: pd.DataFrame) -> pd.DataFrame:
    """Posts with clicks, one order of rows whatever theirs is; orders capped at the clicks."""
    clicks = pd.to_numeric(posts["clicks"]).to_numpy(dtype=float, na_value=np.nan)
    orders = pd.to_numeric(posts["orders"]).to_numpy(dtype=float, na_value=np.nan)
    rows = crossed.labels(posts, ["post_id", *_FACTORS])
    rows = rows.assign(clicks=clicks, orders=np.minimum(orders, clicks))
    rows = rows[(rows["clicks"] > 0) & rows["orders"].notna()]
    return rows.sort_values(["post_id", "clicks", "orders"], ignore_index=True)


def _one(cell: Any, rows: pd.DataFrame, spread: float, pooled: float) -> tuple:
    of_product = rows[rows["product_id"] == cell.product_id]
    own = of_product[of_product["hook_angle"] == cell.hook_angle]
    likely = of_product if len(of_product) >= LEAST_POSTS else rows
    rate = float((of_product["orders"].sum() + 10 * pooled) / (of_product["clicks"].sum() + 10))
    told = _told_by(likely["clicks"], rate, spread)
    wanted = (special.ndtri(CLAIM) / np.log1p(WORTH_TELLING)) ** 2
    missing = wanted - float(_told_by(own["clicks"], rate, spread).sum())
    each, half = float(told.mean()), 0.0
    if len(told) > 1:
        half = float(special.ndtri((1 + LEVEL) / 2) * told.std(ddof=1) / np.sqrt(len(told)))
    # A quarter of what a post tells on average: below it the range would have no end.
    needed = np.ceil(max(missing, 0.0) / np.array([each, each + half, max(each - half, each / 4)]))
    needed = np.maximum(needed, 1.0)
    needed = needed if needed[0] <= MOST_POSTS else np.full(3, np.nan)
    whose = "product" if likely is of_product else "all posts"
    return (
        *(cell.hook_angle, cell.product_id, cell.product, float(len(own))),
        *(float(likely["clicks"].mean()), *needed, whose),
    )


def _told_by(clicks: pd.Series, rate: float, spread: float) -> pd.Series:
    """What each post tells of the log rate of its angle and product: one over its variance."""
    return 1 / (spread + 1 / (clicks * rate))


def with_posts(briefs: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """The rows of `kit.hooks.next_briefs` with posts_needed and its range, and `tells` in words."""
    names = ["posts_needed", "posts_low", "posts_high"]
    keys = ["hook_angle", "product_id"]
    asked = questions[[*keys, *names]].assign(asked=True)
    table = briefs.merge(asked, on=keys, how="left")
    table["tells"] = pd.Series([_tells(row) for row in table.to_dict("records")], dtype=object)
    return table.drop(columns="asked")


def _tells(row: dict) -> str:
    if row["asked"] is not True:
        return "nothing: proven"
    if words.is_missing(row["posts_needed"]):
        return f"more than {MOST_POSTS} posts"
    posts = words.count(row["posts_needed"], "more post")
    low, high = words.number(row["posts_low"]), words.number(row["posts_high"])
    return f"about {posts}" + (f" ({low}–{high})" if low != high else "")
