"""Charts of the whole program: its tiers, its pace, its money and its build plan."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kit import sentences, words
from kit.change import REAL_WORD
from kit.plots.look import ACCENT, FAINT, GREY, INK, LIGHT, MUTED, nothing, sized

_TIER_FILL = {1: "#A9CDE6", 2: "#5BA3D0", 3: ACCENT}
_TIER_NAMES = {1: "Nano and micro", 2: "Mid-tier", 3: "Top partners"}


@sized(9.2, 4.4)
def tier_pyramid(tiers: pd.DataFrame, ax: Axes) -> Axes:
    """The three tiers as one picture: follower band, deal, active creators against the target.

    One row per tier: tier, followers_from, followers_below, deal, active, target_low, target_high.
    """
    if tiers.empty:
        return nothing(ax, "no tiers")
    ax.set(xlim=(0, 12.6), ylim=(-0.1, 3.45))
    ax.set_axis_off()
    for x, head in ((2.3, "Followers"), (6.5, "Deal"), (10.6, "Active creators, and the target")):
        ax.text(x, 3.25, head, ha="center", va="center", color=MUTED, fontsize=9.5)
    for row in tiers.to_dict("records"):
        _slab(ax, row)
        _badge(ax, row)
        _target_bar(ax, row)
    return ax


def _slab(ax: Axes, row: dict) -> None:
    tier, gap = int(row["tier"]), 0.03
    low, high = tier - 1 + gap, tier - gap
    half = [2.25 - 0.47 * level for level in (low, high)]
    corners = [(2.3 - half[0], low), (2.3 + half[0], low), (2.3 + half[1], high)]
    ax.add_patch(Polygon([*corners, (2.3 - half[1], high)], color=_TIER_FILL[tier], lw=0))
    ink = INK if tier == 1 else "white"
    middle = tier - 0.5
    ax.text(2.3, middle + 0.22, f"Tier {tier}", ha="center", color=ink, fontweight="bold", size=11)
    ax.text(2.3, middle - 0.02, _band(row), ha="center", color=ink, size=9.5)
    ax.text(2.3, middle - 0.25, _TIER_NAMES[tier], ha="center", color=ink, size=8.5)


def _band(row: dict) -> str:
    low, high = row["followers_from"], row["followers_below"]
    if words.is_missing(high):
        return f"{_thousands(low)}+"
    return f"under {_thousands(high)}" if not low else f"{_thousands(low)} – {_thousands(high)}"


def _thousands(value: float) -> str:
    return f"{value / 1000:g}K" if value >= 1000 else f"{value:g}"


def _badge(ax: Axes, row: dict) -> None:
    tier = int(row["tier"])
    box = FancyBboxPatch(
        (4.85, tier - 0.84), 3.3, 0.68, "round,pad=0,rounding_size=0.14", fc=FAINT, ec=LIGHT, lw=0.8
    )
    ax.add_patch(box)
    deal = textwrap.fill(words.cut(row["deal"], 75), 27)
    ax.text(6.5, tier - 0.5, deal, ha="center", va="center", size=8.8, color=INK, linespacing=1.25)


def _target_bar(ax: Axes, row: dict) -> None:
    left, width, y = 8.85, 3.5, int(row["tier"]) - 0.62
    most = max(row["target_high"] * 1.15, row["active"] * 1.05, 1)
    low, high, now = (width * row[key] / most for key in ("target_low", "target_high", "active"))
    ax.barh(y, width, left=left, height=0.09, color=FAINT)
    ax.barh(y, high - low, left=left + low, height=0.09, color=GREY, alpha=0.7)
    ax.plot(left + now, y, "o", color=ACCENT, ms=10, mec="white", mew=1.2)
    wanted = f"{row['target_low']:g}–{row['target_high']:g} wanted"
    label = f"{words.plain_number(row['active'])} active"
    ax.text(left, y + 0.2, label, size=10.5, color=ACCENT, fontweight="bold", va="bottom")
    ax.text(left + width, y + 0.2, wanted, size=9, color=MUTED, ha="right", va="bottom")


@sized(8.0, 3.2)
def velocity(weeks: pd.DataFrame, ax: Axes, target: float = 30.0) -> Axes:
    """Posts published per week against the target; the last week in the accent colour.

    One row per week: week (its Monday), posts; optional complete (false: the week still runs).
    """
    if weeks.empty:
        return nothing(ax, "no week has a post")
    weeks = weeks.sort_values("week")
    _columns(ax, weeks, "posts", ["" if words.is_missing(v) else f"{v:g}" for v in weeks["posts"]])
    ax.axhline(target, color=INK, lw=1, ls=(0, (4, 3)), zorder=3)
    ax.set_ylim(0, max(weeks["posts"].max(), target) * 1.18)
    note = f"Target {target:g}"
    ax.text(1.005, target, note, transform=ax.get_yaxis_transform(), va="center", size=9)
    ax.set_ylabel("Posts published per week")
    return ax


@sized(8.0, 3.0)
def gmv_by_week(weeks: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """GMV per week, to stand under or beside `velocity`. One row per week: week, gmv (money)."""
    if weeks.empty or weeks["gmv"].isna().all():
        return nothing(ax, "no week has a sale")
    weeks = weeks.sort_values("week")
    labels = [
        words.money_short(v, currency) if not words.is_missing(v) else "" for v in weeks["gmv"]
    ]
    _columns(ax, weeks, "gmv", labels)
    ax.set_ylim(0, max(weeks["gmv"].max(), 1) * 1.18)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: words.money_short(v, currency)))
    ax.set_ylabel("GMV per week")
    return ax


def _columns(ax: Axes, weeks: pd.DataFrame, column: str, labels: list[str]) -> None:
    places = np.arange(len(weeks))
    colors = [LIGHT] * (len(weeks) - 1) + [ACCENT]
    running = (
        weeks["complete"].eq(False).to_numpy() if "complete" in weeks else [False] * len(weeks)
    )
    bars = ax.bar(places, weeks[column].fillna(0), width=0.78, color=colors, zorder=2)
    for bar, still in zip(bars, running, strict=True):
        bar.set_hatch("////" if still else "")
        bar.set_edgecolor("white" if still else "none")
    missing = [place for place, v in zip(places, weeks[column], strict=True) if pd.isna(v)]
    for place in missing:
        ax.text(float(place), 0, words.MISSING, ha="center", va="bottom", color=MUTED)
    every = max(1, int(np.ceil(len(weeks) / 14)))
    told = set(places) if every == 1 else {places[-1], int(weeks[column].fillna(0).argmax())}
    for place, value, text in zip(places, weeks[column].fillna(0), labels, strict=True):
        if place in told:
            last = place == len(weeks) - 1
            _bar_label(ax, float(place), value, text, last)
    shown = [place for place in places if (len(weeks) - 1 - place) % every == 0]
    ax.set_xticks(shown, [words.short_day(weeks["week"].iloc[place]) for place in shown])
    ax.tick_params(axis="x", labelsize=8.5)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.grid(axis="y", zorder=0)
    ax.tick_params(axis="y", labelcolor=MUTED, labelsize=8.5)
    # a lone bar stays a bar: room for six is always there
    ax.set(xlim=(min(-0.6, len(weeks) - 6.4), len(weeks) - 0.4), xlabel="Week from Monday")


def _bar_label(ax: Axes, place: float, value: float, text: str, last: bool) -> None:
    ax.annotate(
        text,
        (place, value),
        (0, 3),
        textcoords="offset points",
        ha="center",
        size=8.5,
        color=ACCENT if last else MUTED,
        fontweight="bold" if last else "normal",
        bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.9},
        zorder=4,
    )


@sized(9.2, 3.4)
def build_plan(plan: pd.DataFrame, ax: Axes, milestones: pd.DataFrame | None = None) -> Axes:
    """The months of the build as one line, with where the program is and what is met.

    `plan`: one row per stage: month, work, starts_on, ends_on, now. `milestones`: one row per
    milestone: month, milestone, reached, wanted, met.
    """
    if plan.empty:
        return nothing(ax, "the program has no start")
    ax.set_axis_off()
    stages = len(plan)
    steps = milestones if milestones is not None else pd.DataFrame(columns=["month"])
    deepest = max((int((steps["month"] == month).sum()) for month in plan["month"]), default=0)
    ax.set(xlim=(-0.02, stages), ylim=(-1.0 - 0.62 * max(deepest, 1), 1.0))
    for place, row in enumerate(plan.to_dict("records")):
        _stage(ax, place, row)
        of_stage = steps[steps["month"] == row["month"]]
        for line, step in enumerate(of_stage.to_dict("records")):
            _milestone(ax, place, line, step)
    return ax


def _stage(ax: Axes, place: int, row: dict) -> None:
    fill, ink = (ACCENT, "white") if row["now"] else (FAINT, INK)
    tip = [(place, 0.08), (place + 0.9, 0.08), (place + 0.96, 0.5), (place + 0.9, 0.92)]
    ax.add_patch(Polygon([*tip, (place, 0.92)], color=fill, lw=0))
    here = "  ·  now" if row["now"] else ""
    ax.text(
        place + 0.04, 0.66, f"Month {row['month']}{here}", color=ink, weight="bold", va="center"
    )
    ax.text(place + 0.04, 0.34, _dates(row), color=ink, size=8.5, va="center")
    work = textwrap.fill(words.cut(row["work"], 70), 29)
    ax.text(place + 0.02, -0.12, work, color=MUTED, size=9, va="top", linespacing=1.3)


def _dates(row: dict) -> str:
    start, end = row["starts_on"], row["ends_on"]
    if words.is_missing(start):
        return "no start known"
    if words.is_missing(end):
        return f"from {words.day(start)}"
    return f"{words.short_day(start)} – {words.short_day(end)}"


def _milestone(ax: Axes, place: int, line: int, step: dict) -> None:
    y = -1.0 - 0.62 * line
    met = bool(step["met"])
    ax.plot(place + 0.05, y, "o", ms=9, mfc=ACCENT if met else "white", mec=ACCENT if met else GREY)
    done = f"{words.plain_number(step['reached'])} of {words.plain_number(step['wanted'])}"
    name = textwrap.fill(words.cut(step["milestone"], 56), 27)
    ax.text(place + 0.11, y + 0.1, name, size=8.8, va="center", color=INK, linespacing=1.15)
    state = "met" if met else "open"
    ink = ACCENT if met else MUTED
    drop = 0.2 if "\n" not in name else 0.3
    ax.text(place + 0.11, y - drop, f"{done}, {state}", size=8.2, va="center", color=ink)


@sized(8.0, 1.4, 0.5)
def budget(months: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """What each month of the build stage cost beside the plan and the usual band.

    One row per calendar month: month, planned, spent, band_low, band_high (money), whole.
    """
    if months.empty or (months["planned"].isna().all() and months["spent"].isna().all()):
        return nothing(ax, "costs.csv holds no month of the build stage")
    months = months.reset_index(drop=True)
    low, high = months["band_low"].iloc[0], months["band_high"].iloc[0]
    most = np.nanmax(months[["planned", "spent", "band_high"]].astype(float).to_numpy())
    if not words.is_missing(low):
        ax.axvspan(low, high, color=FAINT, zorder=0)
        band = f"{words.money_short(low, currency)}–{words.money_short(high, currency)} a month"
        ax.text((low + high) / 2, -0.62, band, ha="center", va="bottom", color=MUTED, size=9)
    for place, row in months.iterrows():
        _month_bar(ax, int(str(place)), row, currency, most)
    ax.set(ylim=(len(months) - 0.45, -0.7), xlim=(0, most * 1.22))
    ax.set_yticks(range(len(months)), [_month_name(row) for _, row in months.iterrows()])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: words.money_short(v, currency)))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel("Spent in the month (bar) and planned (line), performance commission apart")
    return ax


def _month_bar(ax: Axes, place: int, row: pd.Series, currency: str, most: float) -> None:
    spent, planned = row["spent"], row["planned"]
    if not words.is_missing(spent):
        ax.barh(place, spent, height=0.5, color=ACCENT if row["whole"] else "#7FB8D8", zorder=2)
    if not words.is_missing(planned):
        ax.plot([planned, planned], [place - 0.34, place + 0.34], color=INK, lw=2, zorder=3)
    text = words.money(spent, currency) if not words.is_missing(spent) else "spend not known"
    if not words.is_missing(spent) and spent > most * 0.2:
        # at the end of its own bar: beside the mark of the plan it would read as the plan
        color = "white" if row["whole"] else INK
        ax.text(spent - most * 0.015, place, text, va="center", ha="right", size=9, color=color)
        return
    right = 0.0 if words.is_missing(spent) else float(spent)
    if not words.is_missing(planned) and right <= planned < right + most * 0.2:
        right = planned
    ax.text(right + most * 0.015, place, text, va="center", size=9, color=INK, zorder=4)


def _month_name(row: pd.Series) -> str:
    month = pd.Period(row["month"])
    part = "" if row["whole"] else f"\n({words.count(row['days'], 'day')})"
    return f"{month.strftime('%B %Y')}{part}"


@sized(8.8, 4.0)
def gmv_change(
    parts: pd.DataFrame, ax: Axes, before: float, after: float, currency: str = "USD"
) -> Axes:
    """What moved GMV from one period to the next, part by part, as a waterfall.

    One row per part, as `change.program_change` has them: part, effect (money) and reading. They
    add up to `after` − `before`; the row `all` is not drawn. Parts that are more likely real than
    chance are drawn in full colour.
    """
    parts = parts[parts["part"] != "all"] if len(parts) else parts
    if parts.empty or parts["effect"].isna().any():
        return nothing(ax, "there are no two whole weeks of clicks and sales to compare")
    steps = parts["effect"].astype(float).to_numpy()
    tops = before + np.concatenate([[0], np.cumsum(steps)])
    readings = parts["reading"].tolist() if "reading" in parts else [""] * len(parts)
    told = zip(parts["part"], readings, strict=True)
    labels = ["Before", *(_step_name(name, reading) for name, reading in told), "Now"]
    ax.bar(0, before, color=GREY, width=0.62)
    ax.bar(len(steps) + 1, after, color=GREY, width=0.62)
    for place, (step, reading) in enumerate(zip(steps, readings, strict=True)):
        pale, full = ("#9CC7E0", ACCENT) if step >= 0 else ("#C4C4C4", "#5A5A5A")
        color = full if reading == REAL_WORD else pale
        ax.bar(place + 1, step, bottom=tops[place], color=color, width=0.62)
    for place, top in enumerate(tops):
        ax.plot([place + 0.31, place + 0.69], [top, top], color=LIGHT, lw=1)
    span = max(before, after, tops.max()) or 1
    _step_labels(ax, steps, tops, before, after, currency, span)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_yticks([])
    ax.set_ylim(min(0, tops.min()) - span * 0.02, span * 1.14)
    ax.tick_params(axis="x", length=0)
    return ax


def _step_name(part: str, reading: str) -> str:
    name = textwrap.fill(sentences.part(part), 14)
    return f"{name}\n({reading.removeprefix('more ')})" if reading else name


def _step_labels(
    ax: Axes,
    steps: np.ndarray,
    tops: np.ndarray,
    before: float,
    after: float,
    currency: str,
    span: float,
) -> None:
    ax.text(0, before + span * 0.02, words.money(before, currency), ha="center", weight="bold")
    last = words.money(after, currency)
    ax.text(len(steps) + 1, after + span * 0.02, last, ha="center", weight="bold")
    for place, step in enumerate(steps):
        sign = "+" if step > 0 else ""
        y = max(tops[place], tops[place + 1]) + span * 0.02
        text = f"{sign}{words.money(step, currency, 0 if span >= 1000 else None)}"
        ax.text(place + 1, y, text, ha="center", size=9, color=ACCENT if step > 0 else INK)
