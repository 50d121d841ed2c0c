"""Charts of the production line: which rights run out when."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from kit import words
from kit.plots.look import ACCENT, GREY, MUTED, WARNING, nothing, sized
from kit.rights import WORDS

_MOST = 15
RIGHTS_WITHIN_DAYS = 90


def rights_shown(ends: pd.DataFrame, within_days: int = RIGHTS_WITHIN_DAYS) -> pd.DataFrame:
    """The rights a chart has room for: those that stop something within so many days."""
    return ends[(ends["days_left"] <= within_days) & ends["stops"].ne("")].head(_MOST)


@sized(9.2, 1.3, per_row=0.3, most=_MOST)
def rights_running_out(ends: pd.DataFrame, ax: Axes, within_days: int = RIGHTS_WITHIN_DAYS) -> Axes:
    """Days left of each right that ends within so many days, the first on top.

    `rights.calendar`'s rows; those with a bar to the left of the line have ended.
    """
    near = rights_shown(ends, within_days)
    if near.empty:
        return nothing(ax, f"no right ends within {within_days} days")
    for place, row in enumerate(near.itertuples()):
        late = row.state != "in force"
        color = WARNING if late else ACCENT
        ax.plot([0, row.days_left], [place, place], color=color, lw=6, solid_capstyle="butt")
        told = words.day(row.ends_on, year=False)
        right = max(row.days_left, 0) + 1.2
        ax.text(right, place, told, va="center", color=color if late else MUTED, fontsize=9)
    names = [f"{row.creator_id}: {WORDS[row.right]}" for row in near.itertuples()]
    ax.set_yticks(range(len(near)), [words.cut(name, 52) for name in names])
    ax.invert_yaxis()
    ax.axvline(0, color=GREY, lw=1)
    ax.set_xlim(min(near["days_left"].min(), 0) - 2, within_days + 8)
    ax.set_xlabel("days left")
    return ax
