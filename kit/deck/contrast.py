"""Colours that can be read in any master: a theme colour made lighter or darker as needed."""

from __future__ import annotations

import colorsys
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree
from pptx.oxml.ns import qn

from kit.deck.colors import INK, PAPER, Color

LEAST = 4.5  # WCAG 2.2, text of any size
_STEP = 0.05
_DARKER = 0.75  # greys on a dark ground keep more of the text's light
# further from the background than this, a panel is a colour of its own and its texts need another
_NEAR = 1.6
RGB = tuple[float, float, float]
_KNOWN: WeakKeyDictionary[Any, dict[Color, Color]] = WeakKeyDictionary()


def readable(part: Any, color: Color) -> Color:
    """The colour, as little lighter or darker as its contrast on the slide's grounds asks for.

    `part` is the slide's; the grounds are its background and its panels. Where no lightness has
    `LEAST`, the best there is.
    """
    layout = part.slide.slide_layout
    known = _KNOWN.setdefault(layout.part, {})
    if color not in known:
        known[color] = _readable(layout, color)
    return known[color]


def toned(layout: Any, color: Color) -> Color:
    """A grey made of the text colour, darker instead of lighter where texts are light."""
    slots = _slots(layout.slide_master)
    text, ground = (_luminance(one) for one in (_shade(slots, INK), background(layout)))
    if color.brightness <= 0 or text <= ground:
        return color
    return color._replace(brightness=-color.brightness * _DARKER)


def _readable(layout: Any, color: Color) -> Color:
    slots, color = _slots(layout.slide_master), toned(layout, color)
    grounds = [background(layout)]
    if panel_fits(layout):
        grounds.append(_shade(slots, PAPER))

    def worst(brightness: float) -> float:
        shade = _shade(slots, color._replace(brightness=brightness))
        return min(contrast(shade, ground) for ground in grounds)

    if color == INK and worst(0) >= LEAST:
        return color
    steps = [round(-0.95 + _STEP * number, 2) for number in range(39)]
    nearest = sorted([color.brightness, *steps], key=lambda step: abs(step - color.brightness))
    most = max(steps, key=worst)
    # the text colour stays the strongest: as far from the ground as it can be, not just enough
    far = [] if color == INK else nearest
    return color._replace(brightness=next((step for step in far if worst(step) >= LEAST), most))


def panel_fits(layout: Any) -> bool:
    """Whether the theme's panel colour is near enough to the background to share its texts."""
    return contrast(_shade(_slots(layout.slide_master), PAPER), background(layout)) <= _NEAR


def background(layout: Any) -> RGB:
    """The colour behind a layout's slides; a picture or gradient counts as the theme's."""
    slots = _slots(layout.slide_master)
    for owner in (layout, layout.slide_master):
        ground = owner._element.cSld.find(qn("p:bg"))
        if ground is not None:
            fill = ground.find(f"{qn('p:bgPr')}/{qn('a:solidFill')}")
            reference = ground.find(qn("p:bgRef"))
            named = reference if fill is None else fill
            if named is not None and len(named):
                return _resolved(slots, named[0])
    return slots["bg1"]


def contrast(one: RGB, two: RGB) -> float:
    """The contrast of two colours (WCAG 2.2).

    >>> round(contrast((0, 0, 0), (1, 1, 1)))
    21
    """
    low, high = sorted(_luminance(color) for color in (one, two))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: RGB) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _slots(master: Any) -> dict[str, RGB]:
    """The theme's colours under the names that slides use (tx1, bg1 …) and under their own."""
    part = next(rel.target_part for rel in master.part.rels.values() if "theme" in rel.reltype)
    scheme = etree.fromstring(part.blob).find(f".//{qn('a:clrScheme')}")
    own = {etree.QName(slot).localname: _hex(slot[0]) for slot in scheme}
    mapped = master._element.find(qn("p:clrMap")).attrib
    return own | {str(name): own[str(slot)] for name, slot in mapped.items()}


def _hex(element: Any) -> RGB:
    text = element.get("lastClr") or element.get("val") or "000000"
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _resolved(slots: dict[str, RGB], element: Any) -> RGB:
    if element.tag != qn("a:schemeClr"):
        return _hex(element)
    color = slots[element.get("val")]
    shares = {etree.QName(change).localname: int(change.get("val", 0)) for change in element}
    return _lit(color, shares.get("lumMod", 100_000) / 1e5, shares.get("lumOff", 0) / 1e5)


def _shade(slots: dict[str, RGB], color: Color) -> RGB:
    bright = color.brightness
    base = slots[str(color.theme.xml_value)]
    return _lit(base, 1 - abs(bright), bright) if bright > 0 else _lit(base, 1 + bright, 0)


def _lit(color: RGB, share: float, more: float) -> RGB:
    hue, light, full = colorsys.rgb_to_hls(*color)
    return colorsys.hls_to_rgb(hue, min(max(light * share + more, 0.0), 1.0), full)
