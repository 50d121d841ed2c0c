"""Charts of the promotion audit: who meets which criterion, and whose verdict is near an edge."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from kit import words
from kit.plots.look import (
    ACCENT,
    FAINT,
    INK,
    LIGHT,
    MUTED,
    WARNING,
    drawable,
    nothing,
    sized,
)

_NAME = 22
_PALE = "#B5D3E7"


_CRITERIA: tuple[tuple[str, str, str, str], ...] = (
    ("Months seen", "months", "months_passed", "months"),
    ("Output", "output_ratio", "output_ratio_passed", "share"),
    (
        "Revenue per post\nvs. the median",
        "revenue_per_post_estimate",
        "revenue_per_post_passed",
        "money",
    ),
    ("Clean record", "incidents", "incidents_passed", "incidents"),
    ("Time since last move", "months_since_move", "rest_passed", "since"),
)


@sized(9.6, 1.0, 0.36, 22)
def criteria(audit: pd.DataFrame, ax: Axes, currency: str = "USD", most: int = 22) -> Axes:
    """Who meets which promotion criterion: one line per creator, one column per criterion.

    `tiers.promotion_audit`'s rows; those who move come first, then those who lack least.
    """
    if audit.empty:
        return nothing(ax, "no creator has a whole month of evidence")
    rows = _nearest_first(audit)
    left_out, rows = max(len(rows) - most, 0), rows.head(most)
    ax.set(xlim=(-0.02, len(_CRITERIA) + 0.9), ylim=(len(rows) - 0.4, -0.62))
    for place, row in enumerate(rows.to_dict("records")):
        for column, (_, value, passed, form) in enumerate(_CRITERIA):
            known = not words.is_missing(row[value]) or form == "since"
            text = _criterion_text(row, row[value], form, currency)
            _criterion(ax, column, place, text, row[passed] if known else None)
        told = row["verdict"] in ("promote", "demote")
        ink, weight = (ACCENT, "bold") if told else (MUTED, "normal")
        where = len(_CRITERIA) + 0.08
        ax.text(where, place, row["verdict"], va="center", color=ink, weight=weight)
    ax.set_xticks([c + 0.46 for c in range(len(_CRITERIA))], [head for head, *_ in _CRITERIA])
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    names = [words.cut(drawable(name), _NAME) for name in rows["creator_id"]]
    ax.set_yticks(range(len(rows)), names)
    if left_out:
        ax.set_xlabel(f"{words.count(left_out, 'more creator')} not drawn", loc="left")
        ax.xaxis.set_label_position("bottom")
    return ax


def _nearest_first(audit: pd.DataFrame) -> pd.DataFrame:
    met = audit[[passed for _, _, passed, _ in _CRITERIA]].fillna(False).astype(bool).sum(axis=1)
    moves = audit["verdict"].map({"promote": 0, "demote": 1}).astype(float).fillna(2)
    keys = pd.DataFrame({"moves": moves, "met": -met, "name": audit["creator_id"]})
    return audit.loc[keys.sort_values(["moves", "met", "name"]).index]


def _criterion_text(row: dict, value: float, form: str, currency: str) -> str:
    if form == "since":
        never = words.is_missing(value)
        return "never moved" if never else words.count(max(round(value), 0), "month")
    if words.is_missing(value):
        return "not known"
    if form == "months":
        return words.count(value, "month")
    if form == "share":
        return f"{words.percent(value, 0)} of agreed"
    if form == "incidents":
        return words.count(value, "incident")
    median = words.money(row["median_revenue_per_post"], currency, 0)
    return f"{words.money(value, currency, 0)} vs. {median}"


def _criterion(ax: Axes, column: int, place: int, text: str, passed: object) -> None:
    unknown = words.is_missing(passed)
    fill, ink, mark = (FAINT, MUTED, "?") if unknown else ("white", MUTED, "✗")
    if not unknown and bool(passed):
        fill, ink, mark = _PALE, INK, "✓"
    box = FancyBboxPatch(
        (column + 0.02, place - 0.4),
        0.88,
        0.8,
        "round,pad=0,rounding_size=0.06",
        fc=fill,
        ec=LIGHT,
        lw=0.7,
        ls="--" if unknown else "-",
    )
    ax.add_patch(box)
    # the mark says what the colour says, for those who see no colour; DejaVu is sure to have it
    ax.text(column + 0.07, place, mark, va="center", color=ink, family="DejaVu Sans", size=9)
    ax.text(column + 0.17, place, words.cut(text, 26), va="center", color=ink, size=8.6)


_THRESHOLDS = {
    "output ratio": "Output asked",
    "output probability": "How sure\nof output",
    "median": "Median\nto beat",
    "revenue probability": "How sure\nof revenue",
    "demotion probability": "How sure\nto demote",
}
_UPWARD = {"demote": 0, "not yet": 1, "hold": 1, "promote": 2}


@sized(9.2, 1.5, 0.36)
def sensitivity(flips: pd.DataFrame, ax: Axes) -> Axes:
    """Whose verdict changes when one threshold moves by a tenth, and to what.

    One row per creator: creator_id, verdict, flips (as `tiers.promotion_audit` writes them, such as
    "median +10%: not yet; output ratio -10%: promote"). A column per threshold and direction in
    which anybody flips; those who would lose a promotion stand first.
    """
    flips = one_per_flip(flips)
    if flips.empty:
        return nothing(ax, "no verdict changes when a threshold moves by a tenth")
    people = _losers_first(flips)
    heads = _flip_columns(flips)
    ax.set(xlim=(-0.55, len(heads) - 0.45), ylim=(len(people) - 0.5, -0.6))
    ax.hlines(range(len(people)), -0.5, len(heads) - 0.5, color=FAINT, lw=1, zorder=0)
    for row in flips.to_dict("records"):
        _flip(ax, heads.index((row["moved"], row["sign"])), people.index(row["creator_id"]), row)
    ax.set_xticks(range(len(heads)), [_flip_head(*head) for head in heads])
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    now = flips.drop_duplicates("creator_id").set_index("creator_id")["verdict"]
    names = [f"{words.cut(drawable(name), _NAME)}  (now: {now[name]})" for name in people]
    ax.set_yticks(range(len(people)), names)
    return ax


def _flip(ax: Axes, x: int, y: int, row: dict) -> None:
    up = _UPWARD.get(row["verdict_then"], 1) > _UPWARD.get(row["verdict"], 1)
    ink = ACCENT if up else WARNING
    # the arrow says what the colour says, for those who see no colour
    ax.text(
        *(x, y, f"{'▲' if up else '▼'} {row['verdict_then']}"),
        ha="center",
        va="center",
        size=9,
        color=ink,
        bbox={"boxstyle": "round,pad=0.35", "fc": "white", "ec": ink, "lw": 0.9},
    )


def _losers_first(flips: pd.DataFrame) -> list[str]:
    """Creators who flip, those with a move to lose first, then by how many changes flip them."""
    each = flips.groupby("creator_id").agg(now=("verdict", "first"), times=("moved", "size"))
    each["stays"] = ~each["now"].isin(["promote", "demote"])
    each = each.reset_index().sort_values(
        ["stays", "times", "creator_id"], ascending=[True, False, True]
    )
    return each["creator_id"].tolist()


def _flip_columns(flips: pd.DataFrame) -> list[tuple[str, str]]:
    order = {name: place for place, name in enumerate(_THRESHOLDS)}
    found = set(zip(flips["moved"], flips["sign"], strict=True))
    return sorted(found, key=lambda head: (order.get(head[0], len(order)), head[1].startswith("+")))


def _flip_head(moved: str, sign: str) -> str:
    way = "higher" if sign.startswith("+") else "lower"
    return f"{_THRESHOLDS.get(moved, moved)}\n{sign.lstrip('+−')} {way}"


def one_per_flip(audit: pd.DataFrame) -> pd.DataFrame:
    """One row per flip: creator_id, verdict, moved (threshold), sign ("+10%"), verdict_then."""
    rows = [
        (row["creator_id"], row["verdict"], *head.rsplit(" ", 1), then)
        for row in audit.to_dict("records")
        for note in str(row["flips"] or "").replace("-", "−").split("; ")
        if ": " in note
        for head, then in [note.split(": ", 1)]
    ]
    return pd.DataFrame(rows, columns=["creator_id", "verdict", "moved", "sign", "verdict_then"])
