"""The look all charts share, and how a finished figure is shown.

One accent and greys, colour-blind safe (Okabe & Ito 2008, "Color universal design"). Texts are
drawn as they are: a dollar sign never starts a formula.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from IPython.display import display
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

ACCENT = "#0072B2"
WARNING = "#D55E00"
INK = "#262626"
MUTED = "#6B6B6B"
GREY = "#9A9A9A"
LIGHT = "#D9D9D9"
FAINT = "#F0F0F0"
DPI = 192
EMPTY = 1.2  # inches: the height of a chart that has nothing to show
FONTS = ("Inter", "Helvetica Neue", "Arial", "Liberation Sans")


def theme() -> None:
    """Set the look of every chart that follows in this session."""
    sns.set_theme(
        context="notebook",
        style="ticks",
        palette=[ACCENT, GREY, WARNING, "#009E73", "#CC79A7", "#E69F00"],
        rc={
            "font.family": _fonts(),
            "font.size": 10,
            "text.color": INK,
            "text.parse_math": False,
            "axes.labelcolor": MUTED,
            "axes.labelsize": 9.5,
            "axes.edgecolor": LIGHT,
            "axes.linewidth": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlepad": 12,
            "axes.unicode_minus": True,
            "xtick.color": MUTED,
            "ytick.color": INK,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9.5,
            "xtick.major.size": 3,
            "ytick.major.size": 0,
            "ytick.minor.size": 0,
            "xtick.minor.size": 0,
            "grid.color": FAINT,
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "legend.frameon": False,
        },
    )


def _fonts() -> list[str]:
    # only fonts that are there: a missing one makes matplotlib grumble once per text
    here = {font.name for font in font_manager.fontManager.ttflist}
    return [font for font in FONTS if font in here][:1] + ["DejaVu Sans"]


def sized(width: float, height: float, per_row: float = 0.0, most: int = 30) -> Callable[..., Any]:
    """Note on a chart how large it wants to be, in inches: `per_row` more for up to `most` rows."""

    def note(plot: Callable[..., Axes]) -> Callable[..., Axes]:
        plot.size = (width, height, per_row, most)  # type: ignore[attr-defined]
        return plot

    return note


def show(fig: Figure, alt: str) -> None:
    """Show a finished figure with its alternative text, sharp on any screen, and close it."""
    data, metadata = as_output(fig, alt)
    plt.close(fig)
    display(data, raw=True, metadata=metadata)


def as_output(fig: Figure, alt: str) -> tuple[dict[str, str], dict[str, Any]]:
    """A figure as a notebook's output: its PNG and text, and the PNG's alt text and size."""
    image = base64.b64encode(png(fig, alt)).decode()
    width, height = (int(round(side * 100)) for side in fig.get_size_inches())
    about = {"alt": alt, "width": width, "height": height}
    return {"image/png": image, "text/plain": alt}, {"image/png": about}


def png(fig: Figure, alt: str = "") -> bytes:
    """The figure as PNG bytes, the same on every run, with `alt` as its description."""
    stream = io.BytesIO()
    fig.savefig(
        stream, format="png", dpi=DPI, metadata={"Software": None, "Description": alt or None}
    )
    return stream.getvalue()


def nothing(ax: Axes, why: str) -> Axes:
    """Say on an empty chart, a strip of one line, that there is nothing to show yet, and why."""
    ax.set_axis_off()
    if len(ax.figure.axes) == 1:
        ax.figure.set_figheight(EMPTY)  # type: ignore[union-attr]
    ax.text(
        0.5,
        0.5,
        f"Nothing to show yet: {why}",
        transform=ax.transAxes,
        ha="center",
        va="center",
        color=MUTED,
        fontsize=11,
        wrap=True,
    )
    return ax


def bare(ax: Axes, *, left: bool = False) -> Axes:
    """Take the frame off an axes and the ticks with it, but for the bottom line."""
    sns.despine(ax=ax, left=not left)
    ax.set(xlabel=ax.get_xlabel(), ylabel="")
    return ax


def label_points(
    ax: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    texts: Sequence[str],
    *,
    avoid: tuple[Sequence[float], Sequence[float]] | None = None,
    colors: Sequence[str] | None = None,
    size: float = 9,
) -> list[str]:
    """Write `texts` beside their points where they overlap nothing; returns those with room.

    In the order given, so the most telling come first; a text without room is left out rather
    than laid over another. Call it when limits, scales and the size of the axes are final.
    """
    fig = ax.get_figure(root=True)
    assert isinstance(fig, Figure)
    fig.draw_without_rendering()
    frame = ax.get_window_extent()
    taken = [_around(ax, x, y, 4) for x, y in zip(*(avoid or (xs, ys)), strict=True)]
    placed = []
    for place, (x, y, text) in enumerate(zip(xs, ys, texts, strict=True)):
        color = colors[place] if colors else INK
        box = _write(ax, x, y, text, color, size, taken, frame)
        if box is not None:
            taken.append(box)
            placed.append(text)
    return placed


_PLACES = (
    (7, 0, "left", "center"),
    (-7, 0, "right", "center"),
    (0, 7, "center", "bottom"),
    (0, -7, "center", "top"),
    (6, 6, "left", "bottom"),
    (6, -6, "left", "top"),
    (-6, 6, "right", "bottom"),
    (-6, -6, "right", "top"),
    (10, 14, "left", "bottom"),
    (10, -14, "left", "top"),
    (24, 30, "left", "bottom"),
    (-24, 30, "right", "bottom"),
    (24, -30, "left", "top"),
    (-24, -30, "right", "top"),
    (40, 60, "left", "bottom"),
    (-40, 60, "right", "bottom"),
    (40, -60, "left", "top"),
    (-40, -60, "right", "top"),
    (0, 80, "center", "bottom"),
)


def _write(
    ax: Axes, x: float, y: float, text: str, color: str, size: float, taken: list, frame: Bbox
) -> Bbox | None:
    for dx, dy, ha, va in _PLACES:
        note: Annotation = ax.annotate(
            text,
            (x, y),
            (dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            color=color,
            fontsize=size,
            annotation_clip=False,
        )
        box = note.get_window_extent()
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 + 2
        inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not any(box.overlaps(other) for other in taken):
            if abs(dy) > 20:
                _lead(ax, (x, y), (dx, dy))
            return box
        note.remove()
    return None


def _lead(ax: Axes, point: tuple[float, float], offset: tuple[float, float]) -> None:
    line = {"arrowstyle": "-", "color": GREY, "lw": 0.7, "shrinkA": 0, "shrinkB": 2}
    ax.annotate("", point, offset, textcoords="offset points", arrowprops=line)


def _around(ax: Axes, x: float, y: float, radius: float) -> Bbox:
    centre = ax.transData.transform((x, y))
    return Bbox.from_bounds(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)


def drawable(text: str) -> str:
    """A text without the characters that none of the theme's fonts can draw, such as emoji."""
    glyphs = _glyphs(tuple(_fonts()))
    return "".join(letter for letter in str(text) if ord(letter) in glyphs or letter == " ")


_KNOWN: dict[tuple[str, ...], set[int]] = {}


def _glyphs(fonts: tuple[str, ...]) -> set[int]:
    if fonts not in _KNOWN:
        files = [font_manager.findfont(font) for font in fonts]
        _KNOWN[fonts] = {
            code for file in files for code in font_manager.get_font(file).get_charmap()
        }
    return _KNOWN[fonts]
