"""Contrast of a deck's texts as placed: theme colours resolved, by the letter of OOXML and WCAG.

Shares nothing with `kit.deck`: colours are read from the file's own XML.
"""

import colorsys

from lxml import etree
from pptx.oxml.ns import qn


def ratios(presentation):
    """Each text of each slide with its contrast: (slide number, shape name, text, ratio)."""
    for number, slide in enumerate(presentation.slides, start=1):
        theme = Theme(slide.slide_layout.slide_master)
        paper = theme.background(slide)
        panels = [shape for shape in slide.shapes if shape.name.startswith("Panel")]
        for shape in slide.shapes:
            behind = next((theme.fill(p) for p in panels if _inside(shape, p)), None) or paper
            for text, color in theme.texts(shape):
                yield number, shape.name, text, contrast(color, behind)


def _inside(shape, panel):
    across = panel.left <= shape.left and shape.left + shape.width <= panel.left + panel.width
    down = panel.top <= shape.top and shape.top + shape.height <= panel.top + panel.height
    return shape is not panel and across and down


class Theme:
    def __init__(self, master):
        self.master = master._element
        part = next(r.target_part for r in master.part.rels.values() if "theme" in r.reltype)
        scheme = etree.fromstring(part.blob).find(f".//{qn('a:clrScheme')}")
        self.slots = {etree.QName(slot).localname: _plain(slot[0]) for slot in scheme}
        self.map = dict(self.master.find(qn("p:clrMap")).attrib)

    def color(self, fill):
        """The colour of an a:solidFill or of a bgRef, as (r, g, b) from 0 to 1."""
        named = fill[0]
        if named.tag != qn("a:schemeClr"):
            return _plain(named)
        name = named.get("val")
        red, green, blue = self.slots[self.map.get(name, name)]
        hue, light, full = colorsys.rgb_to_hls(red, green, blue)
        for change in named:
            share = int(change.get("val")) / 100_000
            if change.tag == qn("a:lumMod"):
                light *= share
            elif change.tag == qn("a:lumOff"):
                light += share
            else:
                raise AssertionError(change.tag)
        return colorsys.hls_to_rgb(hue, min(max(light, 0), 1), full)

    def background(self, slide):
        for element in (slide._element, slide.slide_layout._element, self.master):
            ground = element.cSld.find(qn("p:bg"))
            if ground is not None:
                fill = ground.find(f".//{qn('a:solidFill')}")
                return self.color(ground[0] if fill is None else fill)
        return self.slots[self.map["bg1"]]

    def fill(self, shape):
        fill = shape._element.spPr.find(qn("a:solidFill"))
        return None if fill is None else self.color(fill)

    def texts(self, shape):
        if shape.has_chart:
            root = shape.chart._chartSpace
            for properties in root.iter(qn("c:txPr")):
                fill = properties.find(f".//{qn('a:defRPr')}/{qn('a:solidFill')}")
                if fill is not None:
                    yield "chart", self.color(fill)
            return
        bodies = [shape._element.txBody] if shape.has_text_frame else []
        if shape.has_table:
            bodies = [cell._tc.txBody for row in shape.table.rows for cell in row.cells]
        for body in bodies:
            for run in body.iter(qn("a:r")):
                text = run.findtext(qn("a:t"))
                fill = run.find(f"{qn('a:rPr')}/{qn('a:solidFill')}")
                if text and text.strip():
                    yield text, self.color(self.inherited(shape) if fill is None else fill)

    def inherited(self, shape):
        """The fill a placeholder's text takes from its layout, its master, or their styles."""
        assert shape.is_placeholder, shape.name
        kind = shape.placeholder_format.type
        layout = shape.part.slide.slide_layout
        for owner in (layout, layout.slide_master):
            for other in owner.placeholders:
                if other.placeholder_format.type == kind:
                    found = other._element.txBody.find(
                        f"{qn('a:lstStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}/{qn('a:solidFill')}"
                    )
                    if found is not None:
                        return found
        style = self.master.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
        return style.find(f"{qn('a:defRPr')}/{qn('a:solidFill')}")


def _plain(element):
    text = element.get("lastClr") or element.get("val")
    return tuple(int(text[place : place + 2], 16) / 255 for place in (0, 2, 4))


def contrast(one, two):
    """The contrast of two colours (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color):
    line = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]
