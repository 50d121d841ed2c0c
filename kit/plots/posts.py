"""Charts of posts: which persuade, which were only seen, and what hook works for what product."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kit import words
from kit.plots.look import (
    ACCENT,
    GREY,
    INK,
    LIGHT,
    MUTED,
    drawable,
    label_points,
    nothing,
    sized,
)

_BLUES = LinearSegmentedColormap.from_list("kit", ["#F4F8FB", "#9CC6E0", "#1F6FA8"])

# A post with fewer clicks shows 0% or 50% by luck and would stretch the scale.
FEWEST_CLICKS = 20


@sized(9.0, 1.4, 0.36, 15)
def spark_candidates(
    candidates: pd.DataFrame, ax: Axes, bar: float | None = None, most: int = 15
) -> Axes:
    """The posts in the order of their estimated conversion, with intervals and own clicks.

    One row per post: rank, post_id, creator_id, estimate, ci_low, ci_high, clicks, orders, verdict,
    on_record; optional caption. `bar` is the conversion a post must beat. Views play no part.
    """
    rows = candidates.dropna(subset=["estimate"]) if len(candidates) else candidates
    if rows.empty:
        return nothing(ax, "no post has clicks in the last 28 days")
    rows = rows.sort_values("rank").head(most)
    places = np.arange(len(rows))
    lent = rows["on_record"].to_numpy(dtype=bool)
    sparks = rows["verdict"].eq("spark").to_numpy()
    pale = np.where(sparks, "#B5D3E7", LIGHT)
    ax.hlines(places, rows["ci_low"], rows["ci_high"], color=pale, lw=5, zorder=2)
    dots = np.where(sparks, ACCENT, "#7A7A7A")
    hollow = np.where(lent, "white", dots)
    ax.scatter(rows["estimate"], places, s=42, color=hollow, ec=dots, zorder=3, lw=1.4)
    if bar is not None:
        ax.axvline(bar, color=INK, lw=1, ls=(0, (4, 3)), zorder=1)
        text = f"Bar {words.percent(bar, 2)}"
        ax.text(bar, 1.005, text, transform=ax.get_xaxis_transform(), ha="center", size=9)
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        _evidence(ax, float(place), row)
    ax.set_yticks(places, [_post_name(row) for row in rows.to_dict("records")])
    ax.set_ylim(len(rows) - 0.4, -0.8)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{words.plain_number(v * 100)}%"))
    ax.xaxis.set_major_locator(MaxNLocator(6))
    hollow_means = "; hollow: on the creator's record" if lent.any() else ""
    more = len(candidates) - len(rows)
    rest = f"; {words.count(more, 'more post')} below" if more else ""
    ax.set_xlabel(f"Estimated orders per click, 90% interval{hollow_means}{rest}")
    return ax


def _evidence(ax: Axes, place: float, row: dict) -> None:
    spark = row["verdict"] == "spark"
    own = f"{words.number(row['orders'])} of {words.count(row['clicks'], 'click')}"
    if words.is_missing(row["clicks"]) or not row["clicks"]:
        own = "clicks not known" if words.is_missing(row["clicks"]) else "no clicks"

    beside: dict[str, Any] = {
        "xycoords": ax.get_yaxis_transform(),
        "textcoords": "offset points",
        "va": "center",
    }
    ax.annotate(own, (1, place), (10, 0), size=8.8, color=INK, **beside)
    ink, weight = (ACCENT, "bold") if spark and not row["on_record"] else (MUTED, "normal")
    verdict = "on record" if row["on_record"] else str(row["verdict"])
    ax.annotate(verdict, (1, place), (110, 0), size=9.2, color=ink, weight=weight, **beside)


def _post_name(row: dict) -> str:
    creator = words.cut(drawable(row["creator_id"]), 18)
    caption = row.get("caption")
    if words.is_missing(caption) or not drawable(str(caption)).strip():
        return f"{creator}, …{str(row['post_id'])[-6:]}"
    return f"{creator}: {words.cut(drawable(str(caption)), 34)}"


def seen(candidates: pd.DataFrame, pair: pd.DataFrame) -> pd.DataFrame:
    """The rows `views_and_conversion` draws: posts with enough clicks, the two of `pair` named."""
    rows = candidates[candidates["clicks"].fillna(0) >= FEWEST_CLICKS]
    both = pair.drop_duplicates("post_id")  # one post may be the most viewed and persuasive
    names = both.set_index("post_id")["creator_id"] if len(both) else pd.Series(dtype="str")
    return rows.assign(
        rate=rows["orders"].astype(float) / rows["clicks"].astype(float),
        label=rows["post_id"].map(names),
    )


@sized(8.4, 4.4)
def views_and_conversion(posts: pd.DataFrame, ax: Axes, bar: float | None = None) -> Axes:
    """Views against conversion: what was seen is not what persuaded.

    One row per post: post_id, creator_id, views, rate (orders per click, fraction), clicks,
    verdict; optional label (text of the posts to be named). Dots grow with clicks.
    """
    rows = posts.dropna(subset=["views", "rate"]) if len(posts) else posts
    rows = rows[rows["views"] > 0] if len(rows) else rows
    if rows.empty:
        return nothing(ax, "no post has both views and clicks")
    rows = rows.sort_values(["clicks", "post_id"], ascending=[False, True])
    sparks = rows["verdict"].eq("spark").to_numpy()
    size = 14 + 150 * rows["clicks"] / max(rows["clicks"].max(), 1)
    colors = np.where(sparks, ACCENT, GREY)
    ax.scatter(rows["views"], rows["rate"], s=size, color=colors, alpha=0.7, lw=0.6, ec="white")
    ax.set_xscale("log")
    low, high = rows["views"].min() / 1.6, rows["views"].max() * 1.9
    ax.set_xlim(low, high)
    ax.set_ylim(-0.02 * rows["rate"].max() - 1e-4, max(rows["rate"].max() * 1.12, 0.01))
    _views_ticks(ax, low, high)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{words.plain_number(v * 100)}%"))
    ax.set(
        xlabel="Views in 28 days (each step multiplies) of posts with "
        f"{FEWEST_CLICKS} clicks or more; blue: earned paid spend",
        ylabel="Orders per click",
    )
    if bar is not None:
        ax.axhline(bar, color=INK, lw=1, ls=(0, (4, 3)), zorder=0)
        text = f"Bar {words.percent(bar, 2)}"
        ax.text(1.005, bar, text, transform=ax.get_yaxis_transform(), va="center", size=9)
    if "label" in rows:
        named = rows[rows["label"].fillna("").ne("")]
        texts = [drawable(str(text)) for text in named["label"]]
        inks = np.where(named["verdict"].eq("spark"), ACCENT, INK).tolist()
        around = (rows["views"].tolist(), rows["rate"].tolist())
        if bar is not None:
            line = np.geomspace(low, high, 120).tolist()
            around = (around[0] + line, around[1] + [bar] * len(line))
        label_points(ax, named["views"], named["rate"], texts, avoid=around, colors=inks)
    return ax


def _views_ticks(ax: Axes, low: float, high: float) -> None:
    steps = (1,) if high / low > 300 else (1, 3) if high / low > 30 else (1, 2, 5)
    ticks = [10.0**power * lead for power in range(10) for lead in steps]
    ticks = [tick for tick in ticks if low <= tick <= high]
    ax.set_xticks(ticks, [words.money_short(tick, "").strip() for tick in ticks])
    ax.set_xticks([], minor=True)


@sized(8.4, 4.0)
def hooks_by_product(cells: pd.DataFrame, ax: Axes) -> Axes:
    """Which hook angle converts for which product; what is not known is dashed, not coloured.

    One row per angle and product: hook_angle, product (its name), estimate (orders per click, or
    missing), clicks; optional firm (bool: it can be told from the program's rate).
    """
    if cells.empty or cells["estimate"].isna().all():
        return nothing(ax, "no post has both a brief with a hook angle and a single product")
    angles = sorted(cells["hook_angle"].unique())
    products = sorted(cells["product"].unique())
    by = cells.set_index(["hook_angle", "product"])
    low, high = cells["estimate"].min(), cells["estimate"].max()
    ax.set(xlim=(0, len(angles)), ylim=(len(products), 0))
    for column, angle in enumerate(angles):
        for line, product in enumerate(products):
            cell = by.loc[(angle, product)] if (angle, product) in by.index else None
            _cell(ax, column, line, cell, low, high)
    heads = [str(angle).replace("_", " ") for angle in angles]
    ax.set_xticks([c + 0.5 for c in range(len(angles))], heads)
    names = [textwrap.fill(words.cut(drawable(str(p)), 40), 22) for p in products]
    ax.set_yticks([line + 0.5 for line in range(len(products))], names)
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel("Estimated orders per click; dashed: no clicks yet; bold: set apart by the data")
    ax.xaxis.set_label_position("bottom")
    return ax


def _cell(
    ax: Axes, column: int, line: int, cell: pd.Series | None, low: float, high: float
) -> None:
    known = cell is not None and not words.is_missing(cell["estimate"]) and cell["clicks"] > 0
    corner = (column + 0.04, line + 0.06)
    if not known:
        dashed: dict[str, Any] = {"fc": "white", "ec": GREY, "lw": 0.9, "ls": (0, (3, 3))}
        ax.add_patch(Rectangle(corner, 0.92, 0.88, **dashed))
        ax.text(column + 0.5, line + 0.5, words.MISSING, ha="center", va="center", color=MUTED)
        return
    assert cell is not None
    depth = (cell["estimate"] - low) / (high - low) if high > low else 0.5
    ax.add_patch(Rectangle(corner, 0.92, 0.88, fc=_BLUES(depth), lw=0))
    firm = bool(cell.get("firm", False))
    text = words.percent(cell["estimate"], 2)
    weight = "bold" if firm else "normal"
    ink = "white" if depth > 0.75 else INK
    middle: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
    ax.text(column + 0.5, line + 0.42, text, weight=weight, size=11, **middle)
    clicks = words.count(cell["clicks"], "click")
    ax.text(column + 0.5, line + 0.74, clicks, size=8.3, **middle)
