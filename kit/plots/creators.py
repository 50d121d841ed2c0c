"""Charts of creators side by side: spread, verdicts, repeat buyers, weekly output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
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

_NAME = 22
_PALE = "#B5D3E7"


@sized(8.4, 4.2)
def revenue_per_post(creators: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """How creators spread within each tier: one dot each, on a scale where equal steps multiply.

    One row per creator: creator_id, tier, revenue_per_post (money), tier_median (money or missing);
    optional highlight (bool: accent and named); `spread` looks them up in the weekly review.
    Creators who sold nothing stand in a column of their own at the left, since no such scale holds
    a zero.
    """
    rows = creators.dropna(subset=["tier", "revenue_per_post"]) if len(creators) else creators
    if rows.empty:
        return nothing(ax, "no creator has posts old enough to count 14 days of sales")
    rows = rows.sort_values(["tier", "revenue_per_post", "creator_id"]).reset_index(drop=True)
    sold = rows.loc[rows["revenue_per_post"] > 0, "revenue_per_post"]
    marks = pd.concat([sold, rows.loc[rows["tier_median"] > 0, "tier_median"]])
    low = _decade_below(marks.min() if len(marks) else 1.0)
    high = max(marks.max() * 1.6 if len(marks) else 10.0, low * 20)
    zero_at = low / 2.2
    rows["x"] = rows["revenue_per_post"].where(rows["revenue_per_post"] > 0, zero_at)
    tiers = sorted(rows["tier"].unique())
    ax.set(xscale="log", xlim=(zero_at / 1.6, high), ylim=(len(tiers) - 0.5, -0.62))
    rows["y"] = np.concatenate(
        [
            _stacked(rows.loc[rows["tier"] == t, "x"], high / zero_at) + i
            for i, t in enumerate(tiers)
        ]
    )
    told = rows["highlight"].astype(bool) if "highlight" in rows else rows["x"] < 0
    ax.scatter(rows.x[~told], rows.y[~told], s=26, color=GREY, alpha=0.65, lw=0, zorder=2)
    ax.scatter(rows.x[told], rows.y[told], s=40, color=ACCENT, lw=0.8, ec="white", zorder=3)
    _medians(ax, rows, tiers, currency)
    _spread_axes(ax, rows, tiers, low, high, zero_at, currency)
    named = rows[told].sort_values("revenue_per_post", ascending=False)
    names = [words.cut(drawable(name), _NAME) for name in named["creator_id"]]
    label_points(ax, named.x, named.y, names, avoid=(rows.x, rows.y), colors=[ACCENT] * len(names))
    return ax


def _decade_below(value: float) -> float:
    steps = [10.0**power * lead for power in range(-2, 9) for lead in (1, 2, 5)]
    return max((step for step in steps if step <= value), default=0.01)


def _stacked(xs: pd.Series, reach: float) -> np.ndarray:
    # dots of nearly one value are set above and below each other, always in the same order
    slots = np.floor(np.log(xs / xs.min() + 1e-9) / np.log(reach) * 60).astype(int)
    order = xs.groupby(slots.to_numpy()).cumcount().to_numpy()
    side = np.where(order % 2 == 0, 1, -1) * ((order + 1) // 2)
    step = 0.34 / max(np.abs(side).max(), 4)
    return side * step


def _medians(ax: Axes, rows: pd.DataFrame, tiers: list, currency: str) -> None:
    for place, tier in enumerate(tiers):
        median = rows.loc[rows["tier"] == tier, "tier_median"].iloc[0]
        if words.is_missing(median) or median <= 0:
            continue
        ax.plot([median, median], [place - 0.4, place + 0.4], color=INK, lw=1.6, zorder=4)
        text = f"median {words.money(median, currency)}"
        ax.text(median, place - 0.43, text, ha="center", va="bottom", size=8.8, color=INK)


def _spread_axes(
    ax: Axes,
    rows: pd.DataFrame,
    tiers: list,
    low: float,
    high: float,
    zero_at: float,
    currency: str,
) -> None:
    ticks = [10.0**p * lead for p in range(-2, 9) for lead in (1, 2, 5)]
    ticks = [tick for tick in ticks if low <= tick <= high]
    keep = max(1, int(np.ceil(len(ticks) / 9)))
    ticks = ticks[::keep]
    ax.set_xticks([zero_at, *ticks], ["0", *(words.money_short(t, currency) for t in ticks)])
    ax.set_xticks([], minor=True)
    counts = rows.groupby("tier").size()
    names = [f"Tier {tier:g}\n{words.count(counts[tier], 'creator')}" for tier in tiers]
    ax.set_yticks(range(len(tiers)), names)
    ax.axvline(low / 1.45, color=LIGHT, lw=0.8, ls=(0, (2, 3)))
    ax.set_xlabel("Net revenue per post in its first 14 days (each step multiplies)")


def spread(findings: Any) -> pd.DataFrame:
    """The rows `revenue_per_post` draws, looked up in the weekly review's findings."""
    scores = findings["scores"]
    own = scores[scores["metric"] == "revenue_per_post"]
    tiers = findings["verdicts"].set_index("creator_id")["tier"]
    figures = findings.figures
    medians = figures[figures["metric"] == "tier_median_revenue_per_post"]
    by_tier = medians.drop_duplicates("subject").set_index("subject")["value"]
    tier = own["creator_id"].map(tiers)
    return pd.DataFrame(
        {
            "creator_id": own["creator_id"],
            "tier": tier.astype("Int64"),
            "revenue_per_post": own["value"].astype(float),
            "tier_median": tier.astype("Int64").astype("str").map(by_tier).astype(float),
            "highlight": own["flag"].eq("act"),
        }
    ).reset_index(drop=True)


@sized(8.0, 3.6)
def gmv_by_creator(distribution: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """Creators from the most GMV to the least; those who bring the first half in the accent.

    One row per creator: creator_id, gmv, rank, running_share (of the GMV of all of them).
    """
    if distribution.empty or not (distribution["gmv"] > 0).any():
        return nothing(ax, "no creator has sales in the 28 days")
    rows = distribution.sort_values("rank")
    before = rows["running_share"].shift(fill_value=0.0)
    half = (before < 0.5).to_numpy() & (rows["gmv"] > 0).to_numpy()
    ax.bar(rows["rank"], rows["gmv"], color=np.where(half, ACCENT, LIGHT), width=0.85)
    top, share = int(half.sum()), float(rows["running_share"].to_numpy()[half][-1])
    note = f"{words.count(top, 'creator')} of {len(rows)}: {words.percent(share, 0)} of GMV"
    highest = float(rows["gmv"].max())
    ax.text(top + 1.2, highest * 0.7, note, color=ACCENT, weight="bold", size=10)
    if len(rows) == 1 or rows["gmv"].iloc[1] < highest * 0.9:
        name = words.cut(drawable(rows["creator_id"].iloc[0]), _NAME)
        ax.text(1.6, highest * 0.99, name, size=8.8, color=INK, va="top")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: words.money_short(v, currency)))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.tick_params(axis="y", labelcolor=MUTED, labelsize=8.5)
    ax.grid(axis="y", zorder=0)
    ax.set_axisbelow(True)
    ax.set(xlabel="Creators in the order of their GMV", xlim=(0.2, max(len(rows), 12) + 0.8))
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    return ax


@sized(8.0, 1.3, 0.27, 28)
def verdicts(
    creators: pd.DataFrame,
    ax: Axes,
    threshold: float | None = None,
    label: str = "Orders per click",
    unit: str = "rate",
    currency: str = "USD",
    most: int = 28,
) -> Axes:
    """Each creator's estimate with its interval against a threshold; flagged ones in the accent.

    One row per creator: creator_id, estimate, ci_low, ci_high, flag (act, watch, ok), n. Of a long
    table the flagged and those nearest to the threshold are drawn, and how many are left out said.
    """
    rows = creators.dropna(subset=["estimate"]) if len(creators) else creators
    if rows.empty:
        return nothing(ax, "no creator has data for this yet")
    drawn = _most_telling(rows, threshold, most)
    drawn = drawn.sort_values(["estimate", "creator_id"], ascending=[False, True])
    acts = drawn["flag"].eq("act").to_numpy()
    _intervals(ax, drawn, acts)
    if threshold is not None:
        _threshold(ax, threshold, _written(threshold, unit, currency))
    _value_axis(ax, unit, currency)
    left_out = len(rows) - len(drawn)
    rest = f"; {words.count(left_out, 'more creator')} not drawn" if left_out else ""
    ax.set_xlabel(f"{label}, with the range it may truly have{rest}")
    return ax


def _most_telling(rows: pd.DataFrame, threshold: float | None, most: int) -> pd.DataFrame:
    if len(rows) <= most:
        return rows
    middle = threshold if threshold is not None else rows["estimate"].median()
    distance = (rows["estimate"] - middle).abs()
    calm = ~rows["flag"].eq("act")
    order = pd.DataFrame({"calm": calm, "distance": distance, "name": rows["creator_id"]})
    return rows.loc[order.sort_values(["calm", "distance", "name"]).index[:most]]


def _intervals(ax: Axes, rows: pd.DataFrame, told: np.ndarray, names: list | None = None) -> None:
    places = np.arange(len(rows))
    dark, pale = np.where(told, ACCENT, "#7A7A7A"), np.where(told, _PALE, LIGHT)
    ax.hlines(places, rows["ci_low"], rows["ci_high"], color=pale, lw=4.5, zorder=2)
    ax.scatter(rows["estimate"], places, color=dark, s=34, zorder=3, lw=0)
    names = names or [words.cut(drawable(name), _NAME) for name in rows["creator_id"]]
    ax.set_yticks(places, names)
    for tick, mark in zip(ax.get_yticklabels(), told, strict=True):
        tick.set_color(ACCENT if mark else INK)
        tick.set_fontweight("bold" if mark else "normal")
    ax.set_ylim(len(rows) - 0.4, -0.9)


def _threshold(ax: Axes, threshold: float, text: str) -> None:
    ax.axvline(threshold, color=INK, lw=1, ls=(0, (4, 3)), zorder=1)
    ax.text(threshold, 1.005, text, transform=ax.get_xaxis_transform(), ha="center", size=9)


def _written(value: float, unit: str, currency: str) -> str:
    if unit == "money":
        return words.money(value, currency)
    return f"{words.plain_number(value * 100)}%" if unit == "rate" else words.plain_number(value)


def _value_axis(ax: Axes, unit: str, currency: str) -> None:
    if unit == "money":
        write = FuncFormatter(lambda v, _: words.money_short(v, currency))
    elif unit == "rate":
        write = FuncFormatter(lambda v, _: f"{words.plain_number(v * 100)}%")
    else:
        write = FuncFormatter(lambda v, _: words.plain_number(v, 2))
    ax.xaxis.set_major_formatter(write)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    low, high = ax.get_xlim()
    # rates and money have no room left of zero
    ax.set_xlim(max(low, -0.02 * high) if low < 0 else low, high)


@sized(8.0, 1.3, 0.29)
def repeat_rates(
    creators: pd.DataFrame, ax: Axes, program: float | None = None, minimum: int = 10
) -> Axes:
    """Share of each creator's buyers who bought again within 60 days, with its interval.

    One row per creator: creator_id, event_rate, ci_low, ci_high, n, mature_n; optional `apart`
    (`scorecard.repeat_apart`): those told apart from the program stand out. Creators with fewer
    than `minimum` buyers followed all 60 days are left out. `program` is the whole program's rate.
    """
    rows = creators[creators["mature_n"] >= minimum] if len(creators) else creators
    rows = rows.dropna(subset=["event_rate"]) if len(rows) else rows
    if rows.empty:
        return nothing(ax, f"nobody has {minimum} buyers followed for 60 days")
    rows = rows.assign(estimate=rows["event_rate"]).sort_values(
        ["estimate", "creator_id"], ascending=[False, True]
    )
    told = rows["apart"].ne("").to_numpy() if "apart" in rows else False
    _intervals(ax, rows, np.broadcast_to(told, len(rows)))
    for place, buyers in enumerate(rows["n"]):
        text, side = words.count(buyers, "buyer"), ax.get_yaxis_transform()
        where: dict[str, Any] = {"xycoords": side, "textcoords": "offset points", "va": "center"}
        ax.annotate(text, (1, place), (8, 0), size=8.8, **where)
    if program is not None and not words.is_missing(program):
        _threshold(ax, program, f"Whole program {words.percent(program)}")
    _value_axis(ax, "rate", "USD")
    ax.set_xlabel("Buyers who bought again within 60 days (95% interval)")
    return ax


@sized(8.0, 2.8)
def output_board(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """One creator's posts week by week against what was agreed.

    One row per week: week (its Monday), posts, agreed_posts.
    """
    if weeks.empty:
        return nothing(ax, "no week since joining")
    weeks = weeks.sort_values("week").reset_index(drop=True)
    places = np.arange(len(weeks))
    posts = weeks["posts"].astype(float)
    ax.bar(places, posts, width=0.7, color=np.where(posts > 0, ACCENT, LIGHT), zorder=2)
    ax.scatter(places[posts == 0], np.zeros((posts == 0).sum()), marker="x", color=GREY, s=22)
    agreed = weeks["agreed_posts"].astype(float)
    ax.hlines(agreed, places - 0.46, places + 0.46, color=INK, lw=1.6, zorder=3)
    known = agreed.dropna()
    if len(known):
        note = f"{words.plain_number(known.iloc[-1])} agreed"
        place = (1.005, known.iloc[-1])
        ax.text(*place, note, transform=ax.get_yaxis_transform(), va="center", size=9)
    every = max(1, int(np.ceil(len(weeks) / 14)))
    shown = [place for place in places if (len(weeks) - 1 - place) % every == 0]
    ax.set_xticks(shown, [words.short_day(weeks["week"].iloc[place]) for place in shown])
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.set(xlabel="Week from Monday (× no post)", ylabel="Posts", xlim=(-0.6, len(weeks) - 0.4))
    ax.set_ylim(bottom=-0.04 * max(posts.max(), 1))
    return ax
