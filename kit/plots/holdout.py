"""Charts of the hold-out: what it would see, and the weeks of a test."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from kit import words
from kit.plots.look import ACCENT, GREY, INK, LIGHT, MUTED, WARNING, drawable, nothing, sized


# the table has a row for each of some four lengths, of which one is drawn
@sized(8.8, 1.6, 0.15, 40)
def holdout_design(design: pd.DataFrame, ax: Axes, weeks: int = 4, currency: str = "USD") -> Axes:
    """The least effect that a hold-out of that many weeks sees, beside what paid orders left.

    `incrementality.design`'s rows. A hold-out tells where the bar of paid orders reaches the mark.
    """
    rows = design[(design["weeks"] == weeks) & design["detectable"].notna()]
    if rows.empty:
        return nothing(ax, "no hold-out of this length can be designed from the weeks there are")
    rows = rows.reset_index(drop=True)
    places = np.arange(len(rows))
    ax.barh(places, rows["paid_left"].clip(lower=0), height=0.5, color="#9CC7E0", zorder=2)
    for place, row in enumerate(rows.to_dict("records")):
        seen = row["paid_left"] >= row["detectable"]
        ink = ACCENT if seen else WARNING
        ax.plot([row["detectable"]] * 2, [place - 0.36, place + 0.36], color=ink, lw=2.6, zorder=3)
        text = f"sees {words.money(row['detectable'], currency)} or more"
        ax.annotate(
            text,
            *((row["detectable"], place), (6, 0)),
            textcoords="offset points",
            va="center",
            size=8.8,
            color=INK,
        )
        ax.plot(row["spend"], place, "D", color=GREY, ms=6, zorder=4)
    ax.plot([], [], "s", color="#9CC7E0", label="left by paid orders, a week")
    ax.plot([], [], "D", color=GREY, label="ad spend, a week")
    ax.plot([], [], "|", color=WARNING, ms=12, mew=2.6, label="least effect seen with 80% power")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=3, fontsize=8.8)
    ax.set_yticks(places, [words.cut(drawable(name), 28) for name in rows["name"]])
    most = float(rows[["paid_left", "detectable", "spend"]].max().max())
    ax.set(ylim=(len(rows) - 0.45, -0.6), xlim=(0, most * 1.3))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: words.money_short(v, currency)))
    ax.grid(axis="x")
    return ax


@sized(9.2, 3.2)
def holdout_weeks(
    weekly: pd.DataFrame, ax: Axes, tests: pd.DataFrame, currency: str = "USD"
) -> Axes:
    """What was left a week before ad spend, and the weeks of the tests; all products if none.

    `incrementality.weekly_contribution`'s rows; of several tests the last one's subject is drawn.
    """
    subject = tests["subject"].iloc[-1] if len(tests) else "program"
    rows = weekly[weekly["subject"] == subject]
    if rows.empty or rows["left"].isna().all():
        return nothing(ax, "what orders left is not known by week")
    ax.bar(rows["week"], rows["left"], width=5.4, color=LIGHT, zorder=2)
    ax.plot(rows["week"], rows["spend"], color=GREY, lw=1.4, zorder=3)
    for test in tests[tests["subject"] == subject].to_dict("records"):
        ax.axvspan(test["off_from"], test["off_to"], color=WARNING, alpha=0.12, zorder=1)
        middle = test["off_from"] + (test["off_to"] - test["off_from"]) / 2
        ax.text(
            *(middle, 1.0, "ads off"),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            size=9,
            color=WARNING,
        )
    name = rows["name"].iloc[0]
    ax.set_ylabel(f"{words.cut(drawable(name), 30)}: left a week (bars),\nad spend (line)")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: words.money_short(v, currency)))
    ax.set_xticks(rows["week"].iloc[::4], [words.short_day(day) for day in rows["week"].iloc[::4]])
    ax.tick_params(axis="y", labelcolor=MUTED)
    ax.grid(axis="y", zorder=0)
    return ax
