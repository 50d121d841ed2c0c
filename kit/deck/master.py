"""The kit's own PowerPoint master, `templates/deck.pptx`, made by code so that it can be remade.

``python -m kit.deck.master templates/deck.pptx`` writes it: 16:9, Arial, the colours of the charts
(Okabe & Ito 2008), three layouts (title slide, title only, blank).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from kit.deck import saving, text

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
MARGIN = Inches(0.6)
TITLE = text.Box(MARGIN, Inches(0.72), WIDTH - 2 * MARGIN, Inches(0.95))
_COLORS = {
    "dk1": "1F1F1F",
    "lt1": "FFFFFF",
    "dk2": "595959",
    "lt2": "F1F4F7",
    "accent1": "0072B2",
    "accent2": "9A9A9A",
    "accent3": "D55E00",
    "accent4": "009E73",
    "accent5": "CC79A7",
    "accent6": "E69F00",
    "hlink": "0072B2",
    "folHlink": "595959",
}
_KEPT = ("Title Slide", "Title Only", "Blank")


def make_master(path: Path) -> Path:
    """Write the master presentation, the same bytes every time."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    for layout in list(presentation.slide_layouts):
        if layout.name not in _KEPT:
            presentation.slide_layouts.remove(layout)
    master = presentation.slide_master
    _theme(master)
    for part in (master, *presentation.slide_layouts):
        _place(part)
    _accent(master)
    core = presentation.core_properties
    core.title, core.author = "Creator program deck", "Creator Program Kit"
    saving.save(presentation, path, date(2026, 1, 1))
    return path


def _theme(master: Any) -> None:
    part = next(rel.target_part for rel in master.part.rels.values() if "theme" in rel.reltype)
    root = etree.fromstring(part.blob)
    root.set("name", "Creator program")
    for name, color in _COLORS.items():
        slot = root.find(f".//{qn('a:clrScheme')}/{qn('a:' + name)}")
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr"), val=color)
    for latin in root.findall(f".//{qn('a:fontScheme')}//{qn('a:latin')}"):
        latin.set("typeface", "Arial")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _place(part: Any) -> None:
    """Set placeholders to the wide page; footer, date and number go: the deck writes them."""
    for shape in list(part.placeholders):
        kind = shape.placeholder_format.type
        name = str(kind).split(" ")[0].split(".")[-1]
        if name in ("DATE", "FOOTER", "SLIDE_NUMBER"):
            shape._element.getparent().remove(shape._element)
        elif name == "SUBTITLE":
            _box(shape, text.Box(MARGIN, Inches(4.3), TITLE.width, Inches(1.2)))
            _style(shape, 18, False)
        elif name in ("TITLE", "CENTER_TITLE"):
            wide = part.name == "Title Slide" if hasattr(part, "name") else False
            place = text.Box(MARGIN, Inches(2.6), TITLE.width, Inches(1.5)) if wide else TITLE
            _box(shape, place)
            _style(shape, 36 if wide else 26, True)
        else:
            _box(shape, text.Box(MARGIN, Inches(1.85), TITLE.width, Inches(4.9)))


def _box(shape: Any, place: text.Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Emu(side) for side in place)


def _style(shape: Any, points: float, bold: bool) -> None:
    body = shape._element.txBody.find(qn("a:bodyPr"))
    for key, value in {"lIns": "0", "rIns": "0", "tIns": "0", "bIns": "0", "anchor": "t"}.items():
        body.set(key, value)
    for fit in list(body):
        body.remove(fit)
    etree.SubElement(body, qn("a:noAutofit"))
    styles = shape._element.txBody.find(qn("a:lstStyle"))
    for child in list(styles):
        styles.remove(child)
    level = etree.SubElement(styles, qn("a:lvl1pPr"), algn="l", marL="0", indent="0")
    space = etree.SubElement(level, qn("a:lnSpc"))
    etree.SubElement(space, qn("a:spcPct"), val="95000")
    if not bold:
        etree.SubElement(level, qn("a:buNone"))
    look = {"sz": str(int(Pt(points).pt * 100)), "b": "1" if bold else "0"}
    run = etree.SubElement(level, qn("a:defRPr"), **look)
    fill = etree.SubElement(run, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:schemeClr"), val="tx1" if bold else "tx2")


def _accent(master: Any) -> None:
    """A short bar of the accent colour at the top, on every slide of the master."""
    # after the tree's own two properties, so that it stands behind everything
    master.shapes._spTree.insert(2, parse_xml(_BAR))


_BAR = f"""<p:sp {nsdecls("p", "a")}>
<p:nvSpPr><p:cNvPr id="900" name="Accent bar" descr=""/><p:cNvSpPr/>
<p:nvPr userDrawn="1"/></p:nvSpPr>
<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{WIDTH}" cy="{Inches(0.09)}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>
<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="en-US"/></a:p></p:txBody></p:sp>"""


if __name__ == "__main__":
    make_master(Path(sys.argv[1]))
