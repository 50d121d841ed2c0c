"""A chart as a notebook shows it: drawn, titled, said in words, its figures folded under it."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from kit.plots import told
from kit.plots.look import show, theme

SUMMARY = "The figures of this chart"


def draw(
    plot: Callable[..., Axes],
    table: pd.DataFrame,
    alt: str,
    title: str = "",
    size: tuple[float, float] | None = None,
    **options: Any,
) -> None:
    """Make a figure, draw one chart on it, title it, show it, and its figures folded under it.

    The alternative text is `alt` and what the chart found (`told.finding`). `size` is in inches; by
    default the chart's own (some grow with their rows).
    """
    theme()
    width, height = size or _own_size(plot, table)
    fig, ax = plt.subplots(figsize=(width, height), layout="constrained")
    plot(table, ax, **options)
    if title:
        # on the figure, not the axes: a title starts where the labels start
        _within(fig, fig.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold"))
    show(fig, _in_words(alt, told.finding(plot, table, options)))
    rows = told.rows(plot, table, options)
    if len(rows):
        text = f"{SUMMARY}: {len(rows)} rows"
        display({"text/html": folded(rows, title or alt), "text/plain": text}, raw=True)


def _in_words(alt: str, found: str) -> str:
    """What the chart is and what it found, neither of them twice."""
    if not found or found.rstrip(".") in alt:
        return alt
    return found if alt.rstrip(".") in found else f"{alt.rstrip('.')}. {found}"


def folded(rows: pd.DataFrame, name: str) -> str:
    """A chart's figures as a table that opens on demand; texts of the data are never markup.

    The frame's columns are the headings, its cells are written as they are. Headings in
    `rows.attrs["right"]` stand right. `name` says what the box scrolls.
    """
    right = set(rows.attrs.get("right", ()))
    sides = ['class="gt_right"' if name in right else "" for name in rows.columns]
    heads = "".join(
        f'<th scope="col" {side}>{html.escape(str(head))}</th>'
        for head, side in zip(rows.columns, sides, strict=True)
    )
    lines = "\n".join(
        "<tr>" + "".join(_cell(cell, side) for cell, side in zip(row, sides, strict=True)) + "</tr>"
        for row in rows.itertuples(index=False)
    )
    return (
        f'<details class="data"><summary>{SUMMARY}</summary>'
        f'<div class="scroll" data-label="{html.escape(name)}"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div></details>"
    )


def _cell(text: Any, side: str) -> str:
    return f"<td {side}>{html.escape(str(text))}</td>"


def _within(fig: Figure, title: Text) -> None:
    """Break a title into lines that fit; matplotlib's own wrapping lets the last letters go."""
    room = 0.94 * fig.bbox.width / title.get_window_extent().width
    if room < 1:
        title.set_text(textwrap.fill(title.get_text(), int(room * len(title.get_text()))))


def _own_size(plot: Callable[..., Axes], table: pd.DataFrame) -> tuple[float, float]:
    width, height, per_row, most = getattr(plot, "size", (8.0, 3.8, 0.0, 0))
    return width, height + per_row * max(min(len(table), most), 3)
