"""Where text stands on a slide: boxes, theme colours, measured and fitted text.

Every length is in EMU unless its name says points. Text is measured with the published widths of
Helvetica (Adobe's font metrics, which ship with matplotlib); Arial and Liberation Sans share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
from lxml import etree
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from kit import words
from kit.deck.colors import INK, PAPER, Color, paint
from kit.deck.contrast import panel_fits, readable
from kit.language import ENGLISH, code

PER_POINT = 12_700
_LINE = 1.2
# PowerPoint breaks lines a little earlier than the widths alone say
_SAFETY = 1.04


class Box(NamedTuple):
    """A place on a slide: left, top, width, height."""

    left: int
    top: int
    width: int
    height: int

    def columns(self, *shares: float, gap: int = Inches(0.35)) -> list[Box]:
        """The box cut into columns of these shares."""
        room = self.width - gap * (len(shares) - 1)
        left, boxes = self.left, []
        for share in shares:
            width = int(room * share / sum(shares))
            boxes.append(Box(left, self.top, width, self.height))
            left += width + gap
        return boxes

    def rows(self, *shares: float, gap: int = Inches(0.2)) -> list[Box]:
        """The box cut into rows of these shares."""
        room = self.height - gap * (len(shares) - 1)
        top, boxes = self.top, []
        for share in shares:
            height = int(room * share / sum(shares))
            boxes.append(Box(self.left, top, self.width, height))
            top += height + gap
        return boxes

    def below(self, height: int) -> Box:
        """What is left of the box under its first `height`."""
        return Box(self.left, self.top + height, self.width, max(self.height - height, 0))


def text_width(text: str, points: float, bold: bool = False) -> int:
    """How wide a line of text is, in EMU."""
    widths = _widths(bold)
    units = sum(widths.get(ord(letter), _unknown_width(letter)) for letter in text)
    return int(units / 1000 * points * PER_POINT * _SAFETY)


def _unknown_width(letter: str) -> int:
    # East Asian letters fill a square; other scripts are near the width of a capital
    if letter == "\N{NO-BREAK SPACE}":
        return 278
    return 1000 if ord(letter) >= 0x2E80 else 667


@cache
def _widths(bold: bool) -> dict[int, int]:
    name = "Helvetica-Bold.afm" if bold else "Helvetica.afm"
    folder = Path(matplotlib.get_data_path()) / "fonts" / "pdfcorefonts"
    widths = {}
    for line in (folder / name).read_text(encoding="latin-1").splitlines():
        if line.startswith("C "):
            parts = [part.split() for part in line.split(";")]
            code, width, glyph = int(parts[0][1]), int(float(parts[1][1])), parts[2][1]
            widths[_CODES.get(glyph, code)] = width
    return widths


_CODES = {"endash": 0x2013, "emdash": 0x2014, "ellipsis": 0x2026, "minus": 0x2212}
_CODES |= {"quoteright": 0x2019, "quotedblleft": 0x201C, "quotedblright": 0x201D, "bullet": 0x2022}
_CODES |= {"periodcentered": 0xB7, "multiply": 0xD7, "divide": 0xF7, "Euro": 0x20AC}


def wrapped(text: str, width: int, points: float, bold: bool = False) -> list[str]:
    """The lines into which a text breaks at this width; a word too long breaks anywhere."""
    lines: list[str] = []
    for paragraph in str(text).split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if text_width(longer, points, bold) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, width, points, bold)
            lines += full
        lines.append(line)
    return lines


def _broken(word: str, width: int, points: float, bold: bool) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and text_width(piece + letter, points, bold) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def text_height(lines: int, points: float) -> int:
    """How high so many lines stand, in EMU."""
    return int(lines * points * _LINE * PER_POINT)


def fitted(
    text: str, width: int, height: int, most: float, least: float, bold: bool = False
) -> tuple[float, str]:
    """The largest size from `most` down to `least` at which a text fits, and the text.

    At the least size a text that is still too long is cut with an ellipsis.
    """
    points = most
    while points > least and _too_high(text, width, height, points, bold):
        points -= 1
    while len(text) > 2 and _too_high(text, width, height, points, bold):
        text = words.cut(text, max(int(len(text) * 0.95) - 1, 2))
    return points, text


def _too_high(text: str, width: int, height: int, points: float, bold: bool) -> bool:
    return text_height(len(wrapped(text, width, points, bold)), points) > height


def say(
    slide: Any,
    box: Box,
    text: str,
    points: float = 14,
    least: float = 9,
    *,
    bold: bool = False,
    color: Color = INK,
    align: PP_ALIGN = PP_ALIGN.LEFT,
    anchor: MSO_ANCHOR = MSO_ANCHOR.TOP,
    name: str = "Text",
) -> Any:
    """A text box whose text is shrunk, then cut, until it fits."""
    shape = slide.shapes.add_textbox(*box)
    shape.name = name
    frame = _plain_frame(shape, anchor)
    size, text = fitted(text, box.width, box.height, points, least, bold)
    for place, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        write_run(paragraph, line, size, bold, color, align)
    return shape


def _plain_frame(shape: Any, anchor: MSO_ANCHOR = MSO_ANCHOR.TOP) -> Any:
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    for side in ("left", "right", "top", "bottom"):
        setattr(frame, f"margin_{side}", 0)
    return frame


def write_run(
    paragraph: Any,
    text: str,
    size: float,
    bold: bool,
    color: Color,
    align: PP_ALIGN = PP_ALIGN.LEFT,
) -> None:
    """Add a text to a paragraph in one size, weight and theme colour; `size` in points.

    The colour is made lighter or darker where the slide's background asks for it.
    """
    paragraph.alignment = align
    run = paragraph.add_run()
    run.text = text
    if code() != ENGLISH:
        run._r.get_or_add_rPr().set("lang", code())  # that it is read aloud and spelt as such
    run.font.size = Pt(size)
    run.font.bold = bold
    paint(run.font.color, readable(paragraph.part, color))


def bullets(
    slide: Any, box: Box, items: Sequence[str], points: float = 16, least: float = 10
) -> Any:
    """A list of short sentences with real bullets, at one size at which all of them fit."""
    indent = Inches(0.22)
    inner, gap = box.width - indent, 0.45
    size = points
    while size > least and _list_height(items, inner, size, gap) > box.height:
        size -= 0.5
    kept = [words.cut(item, 400) for item in items]
    while len(kept) > 1 and _list_height(kept, inner, size, gap) > box.height:
        kept = kept[:-1]
    shape = slide.shapes.add_textbox(*box)
    shape.name = "List"
    frame = _plain_frame(shape)
    for place, item in enumerate(kept):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        write_run(paragraph, item, size, False, INK)
        paragraph.space_after = Pt(size * gap)
        properties = paragraph._p.get_or_add_pPr()
        properties.set("marL", str(int(indent)))
        properties.set("indent", str(-int(indent)))
        etree.SubElement(properties, qn("a:buFont"), typeface="Arial")
        etree.SubElement(properties, qn("a:buChar"), char="•")
    return shape


def _list_height(items: Sequence[str], width: int, points: float, gap: float) -> int:
    lines = sum(len(wrapped(item, width, points)) for item in items)
    return text_height(lines, points) + int(len(items) * gap * points * PER_POINT)


def band(slide: Any, box: Box, color: Color = PAPER, name: str = "Panel") -> Any:
    """A plain filled rectangle without a line, to stand behind text.

    It is left unfilled in a master whose panel colour is far from its background: no text could
    be read on both.
    """
    shape = slide.shapes.add_shape(1, *box)
    shape.name = name
    if panel_fits(slide.slide_layout):
        shape.fill.solid()
        paint(shape.fill.fore_color, color)
    else:
        shape.fill.background()
    shape.line.fill.background()
    # without the style's reference there is no shadow, in LibreOffice either
    shape._element.remove(shape._element.find(qn("p:style")))
    describe(shape, "")
    return shape


def describe(shape: Any, alt: str) -> None:
    """Give a shape its alternative text; an empty one marks it as decoration."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", alt)


def note(slide: Any, text: str) -> None:
    """What the speaker reads: the evidence behind the slide."""
    slide.notes_slide.notes_text_frame.text = text
