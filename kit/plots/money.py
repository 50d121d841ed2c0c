"""The chart of the program's money: from sales to what is left, line by line."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit import words
from kit.metrics.sales import NO_ORDERS
from kit.plots.look import ACCENT, GREY, INK, LIGHT, nothing, sized
from kit.sentences.money import LINES

LOSS = "#B34700"


@sized(8.8, 4.6)
def contribution(lines: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """From sales to the contribution, a step for each line of money, as a waterfall read downward.

    `money.weekly`'s money_lines: line, amount (costs below zero), status. Lines of nothing are not
    drawn; a step that is no settled amount says what it is.
    """
    if lines.empty or lines["amount"].isna().any():
        unsold = lines["said"].str.contains(NO_ORDERS).any() if "said" in lines else False
        why = "the affiliate orders are missing" if unsold else "a cost is not entered"
        return nothing(ax, f"{why}, so the last step is not known")
    rows = lines[lines["amount"].abs() >= 0.005].reset_index(drop=True)
    if rows.empty:
        return nothing(ax, "nothing was sold and nothing spent")
    steps = rows["amount"].astype(float).to_numpy()
    ends = np.cumsum(steps)
    left, span = ends[-1], max(ends.max(), -ends.min(), 1e-9)
    for place, (step, end) in enumerate(zip(steps, ends, strict=True)):
        first = place == 0 and step > 0
        color = GREY if first else ACCENT if step > 0 else "#9C9C9C"
        ax.barh(place, step, left=end - step, color=color, height=0.66)
        ax.plot([end, end], [place + 0.33, place + 0.67], color=LIGHT, lw=1)
        text = words.money(step, currency, 0) if abs(step) >= 1 else words.money(step, currency)
        ax.text(max(end, end - step) + span * 0.01, place, text, va="center", size=9, color=INK)
    color = ACCENT if left >= 0 else LOSS
    ax.barh(len(rows), left, color=color, height=0.66)
    ax.text(
        max(left, 0) + span * 0.01,
        len(rows),
        words.money(left, currency, 0),
        va="center",
        weight="bold",
        color=color,
    )
    names = [_name(row.line, row.status) for row in rows.itertuples()]
    ax.set_yticks(range(len(rows) + 1), [*names, "Left over (contribution)"])
    ax.set_ylim(len(rows) + 0.6, -0.6)
    ax.set_xlim(min(0.0, ends.min()) - span * 0.02, span * 1.14)
    ax.axvline(0, color=LIGHT, lw=1)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    return ax


def _name(line: str, status: str) -> str:
    return LINES[line] if status == "settled" else f"{LINES[line]} ({status})"
