"""Native PowerPoint tables whose rows are measured before they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from lxml import etree
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from kit.deck.colors import ACCENT, INK, MUTED
from kit.deck.text import PER_POINT, Box, describe, text_height, text_width, wrapped, write_run


def table(
    slide: Any,
    box: Box,
    rows: pd.DataFrame,
    alt: str,
    *,
    points: float = 12,
    numbers: Sequence[str] = (),
    one_line: Sequence[str] = (),
    told: Sequence[bool] = (),
) -> int:
    """A native table whose headings are the frame's columns; returns how many rows had room.

    Columns are as wide as their texts, up to a third of the box, and the last takes the rest.
    Columns in `numbers` stand right, those in `one_line` are cut to a line, and the second column
    of `told` rows is in the accent colour. Cells hold text as written. Rows that would not fit in
    the box are left out, for the caller to count.
    """
    pad = Inches(0.06)
    widths = _column_widths(rows, box.width, points, pad)
    inner = [width - 2 * pad for width in widths]
    rows = rows.copy()
    for name, width in zip(rows.columns, inner, strict=True):
        if name in one_line:
            rows[name] = [_one_line(str(cell), width, points) for cell in rows[name]]
    head = _row_height([str(name) for name in rows.columns], inner, points - 1, True, pad)
    heights = [
        _row_height([str(cell) for cell in row], inner, points, True, pad)
        for row in rows.itertuples(index=False)
    ]
    shown = 0
    while shown < len(heights) and head + sum(heights[: shown + 1]) <= box.height:
        shown += 1
    size = (shown + 1, len(widths), box.left, box.top, box.width, head + sum(heights[:shown]))
    frame = slide.shapes.add_table(*size)
    frame.name = "Table"
    describe(frame, alt)
    _bare_table(frame)
    for column, width in zip(frame.table.columns, widths, strict=True):
        column.width = Emu(width)
    for line, height in zip(frame.table.rows, [head, *heights[:shown]], strict=True):
        line.height = Emu(height)
    for place, name in enumerate(rows.columns):
        side = PP_ALIGN.RIGHT if name in numbers else PP_ALIGN.LEFT
        _cell(frame.table.cell(0, place), str(name), points - 1, True, MUTED, side, pad)
        for line in range(shown):
            text = str(rows.iloc[line, place])
            strong = place == 1 and line < len(told) and told[line]
            cell = frame.table.cell(line + 1, place)
            _cell(cell, text, points, strong, ACCENT if strong else INK, side, pad)
    return shown


def _column_widths(rows: pd.DataFrame, room: int, points: float, pad: int) -> list[int]:
    widths = []
    for name in rows.columns[:-1]:
        texts = [str(name), *(str(cell) for cell in rows[name])]
        widest = max(text_width(text, points, bold=True) for text in texts)
        # two points more than measured: nothing breaks for a hair's breadth
        widths.append(min(widest + 2 * pad + 2 * PER_POINT, room // 3))
    return [*widths, room - sum(widths)]


def _one_line(text: str, width: int, points: float) -> str:
    short = text
    while len(short) > 2 and text_width(short, points, bold=True) > width:
        text = text[:-1]
        short = text.rstrip() + "…"
    return short


def _row_height(
    cells: Sequence[str], widths: Sequence[int], points: float, bold: bool, pad: int
) -> int:
    lines = [len(wrapped(c, w, points, bold)) for c, w in zip(cells, widths, strict=True)]
    return text_height(max(lines, default=1), points) + 2 * pad


def _bare_table(frame: Any) -> None:
    properties = frame._element.graphic.graphicData.tbl.tblPr
    for name in ("bandRow", "bandCol", "firstCol", "lastRow", "lastCol"):
        properties.attrib.pop(name, None)
    style = properties.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's "No Style, No Grid"


def _cell(
    cell: Any, text: str, points: float, bold: bool, color: Any, align: PP_ALIGN, pad: int
) -> None:
    cell.margin_left = cell.margin_right = cell.margin_top = cell.margin_bottom = Emu(pad)
    cell.vertical_anchor = MSO_ANCHOR.TOP
    cell.text_frame.word_wrap = True
    write_run(cell.text_frame.paragraphs[0], text, points, bold, color, align)
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn("a:lnB"), w="6350")
    fill = etree.SubElement(line, qn("a:solidFill"))
    grey = etree.SubElement(fill, qn("a:schemeClr"), val="tx1")
    etree.SubElement(grey, qn("a:lumMod"), val="35000")
    etree.SubElement(grey, qn("a:lumOff"), val="65000")
    # the schema wants the line before any fill of the cell
    properties.insert(0, line)
