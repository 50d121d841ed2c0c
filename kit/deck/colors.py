"""The theme colours that slides are made of, so that a deck looks like its master."""

from __future__ import annotations

from typing import Any, NamedTuple

from pptx.enum.dml import MSO_THEME_COLOR


class Color(NamedTuple):
    """A colour of the presentation's theme, made lighter by `brightness`, below 0 darker."""

    theme: MSO_THEME_COLOR
    brightness: float = 0.0


INK = Color(MSO_THEME_COLOR.TEXT_1)
# greys come from the text colour, so that they are greys in any master, dark ones too
MUTED = Color(MSO_THEME_COLOR.TEXT_1, 0.35)
GREY = Color(MSO_THEME_COLOR.TEXT_1, 0.65)
PAPER = Color(MSO_THEME_COLOR.BACKGROUND_2)
ACCENT = Color(MSO_THEME_COLOR.ACCENT_1)


def paint(part: Any, color: Color) -> None:
    """Give a font or a fill a colour of the theme, lighter or darker as the colour says."""
    part.theme_color = color.theme
    if color.brightness:
        part.brightness = color.brightness
