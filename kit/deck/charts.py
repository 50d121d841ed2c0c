"""Native PowerPoint charts: editable, in the master's colours, with their data behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml.ns import qn
from pptx.util import Pt
from xlsxwriter import Workbook

from kit import words
from kit.deck.colors import ACCENT, GREY, INK, Color, paint
from kit.deck.contrast import readable, toned
from kit.deck.text import Box, describe


class _TextWorkbook(CategoryWorkbookWriter):
    """The workbook behind a chart, in which a name such as ``=1+1`` is text and not a formula."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: Any) -> Iterator[tuple[Any, Any]]:
        told = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(xlsx_file, told) as workbook:
            yield workbook, workbook.add_worksheet()


class _ChartData(CategoryChartData):
    @property
    def _workbook_writer(self) -> _TextWorkbook:
        return _TextWorkbook(self)


class Mark(NamedTuple):
    """What a chart says beside its bars: which stand out, and a line across them."""

    told: Sequence[bool]
    line: float | None = None
    line_name: str = "Target"


def columns(
    slide: Any,
    box: Box,
    labels: Sequence[str],
    values: Sequence[float | None],
    series: str,
    alt: str,
    *,
    mark: Mark,
    number_format: str = "#,##0",
) -> Any:
    """A native column chart; with `mark.line`, a level line that is a series of its own."""
    data = _ChartData(number_format=number_format)
    data.categories = list(labels)
    data.add_series(series, [_number(value) for value in values])
    if mark.line is not None:
        data.add_series(mark.line_name, [mark.line] * len(labels))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *box, data)
    chart = _plain_chart(frame, alt, number_format)
    # few columns stay columns
    chart.plots[0].gap_width = min(35 + 60 * max(8 - len(labels), 0), 500)
    _color_points(chart.plots[0].series[0], mark.told, _grey(frame))
    _label_series(chart.plots[0].series[0], number_format, len(labels), _ink(frame))
    if mark.line is not None:
        _as_line(chart, _ink(frame))
    return chart


def bars(
    slide: Any,
    box: Box,
    labels: Sequence[str],
    values: Sequence[float | None],
    series: str,
    alt: str,
    *,
    mark: Mark,
    number_format: str = "#,##0",
    ends: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Any:
    """A native bar chart, the first label on top; `ends` are the intervals' (low, high)."""
    data = _ChartData(number_format=number_format)
    data.categories = list(labels)
    data.add_series(series, [_number(value) for value in values])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
    chart = _plain_chart(frame, alt, number_format)
    chart.category_axis.reverse_order = True
    chart.plots[0].gap_width = 45
    _color_points(chart.plots[0].series[0], mark.told, _grey(frame))
    lowest = min((_number(value) or 0.0 for value in values), default=0.0)
    if lowest < 0:
        chart.value_axis.minimum_scale = lowest * 1.4  # room for the label of the longest bar
    if ends is None:
        _label_series(chart.plots[0].series[0], number_format, len(labels), _ink(frame))
    else:
        _error_bars(chart.plots[0].series[0], values, *ends, _ink(frame))
        _show_values(frame, number_format)
        highest = max((end for end in ends[1] if not words.is_missing(end)), default=0)
        if highest > 0:
            chart.value_axis.maximum_scale = float(highest) * 1.05
    return chart


def _number(value: float | None) -> float | None:
    return None if words.is_missing(value) else float(value)  # type: ignore[arg-type]


def _plain_chart(frame: Any, alt: str, number_format: str) -> Any:
    frame.name = "Chart"
    describe(frame, alt)
    chart = frame.chart
    chart.has_legend = False
    chart.has_title = False
    chart.font.size = Pt(11)
    paint(chart.font.color, _ink(frame))
    values, names = chart.value_axis, chart.category_axis
    values.has_major_gridlines = False
    values.visible = False
    values.minimum_scale = 0
    values.tick_labels.number_format = number_format
    values.tick_labels.number_format_is_linked = False
    names.has_major_gridlines = False
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    paint(names.format.line.color, _grey(frame))
    return chart


def _show_values(frame: Any, number_format: str) -> None:
    chart = frame.chart
    axis = chart.value_axis
    axis.visible = True
    axis.has_major_gridlines = False
    axis.major_tick_mark = XL_TICK_MARK.OUTSIDE
    paint(axis.format.line.color, _grey(frame))
    axis.tick_labels.font.size = Pt(10)
    axis.tick_labels.number_format = number_format
    # with the categories turned round, this keeps the scale at the bottom
    crosses = chart.category_axis._element.getparent().find(qn("c:catAx")).find(qn("c:crosses"))
    cross = axis._element.find(qn("c:crosses"))
    for element in (cross, crosses):
        if element is not None:
            element.set("val", "max" if element is cross else "autoZero")


def _color_points(series: Any, told: Sequence[bool], grey: Color) -> None:
    series.invert_if_negative = False
    series.format.fill.solid()
    paint(series.format.fill.fore_color, grey)
    for place, mark in enumerate(told):
        if mark:
            fill = series.points[place].format.fill
            fill.solid()
            paint(fill.fore_color, ACCENT)


def _ink(frame: Any) -> Color:
    return readable(frame.part, INK)


def _grey(frame: Any) -> Color:
    return toned(frame.part.slide.slide_layout, GREY)


def _label_series(series: Any, number_format: str, how_many: int, ink: Color) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format = number_format
    labels.number_format_is_linked = False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(11 if how_many <= 8 else 9)
    paint(labels.font.color, ink)


def _as_line(chart: Any, ink: Color) -> None:
    """Turn the second series into a dashed level line that shares the columns' axes."""
    bar_chart = chart._chartSpace.find(".//" + qn("c:barChart"))
    level = bar_chart.findall(qn("c:ser"))[1]
    bar_chart.remove(level)
    for name in ("c:invertIfNegative", "c:spPr"):
        for element in level.findall(qn(name)):
            level.remove(element)
    look = _line_look(ink, dashed=True)
    level.insert(list(level).index(level.find(qn("c:tx"))) + 1, look)
    marker = etree.Element(qn("c:marker"))
    etree.SubElement(marker, qn("c:symbol"), val="none")
    look.addnext(marker)
    etree.SubElement(level, qn("c:smooth"), val="0")
    line = etree.Element(qn("c:lineChart"))
    etree.SubElement(line, qn("c:grouping"), val="standard")
    etree.SubElement(line, qn("c:varyColors"), val="0")
    line.append(level)
    etree.SubElement(line, qn("c:marker"), val="1")
    for axis in bar_chart.findall(qn("c:axId")):
        etree.SubElement(line, qn("c:axId"), val=axis.get("val"))
    bar_chart.addnext(line)


def _line_look(ink: Color, dashed: bool = False) -> Any:
    """A thin line in a colour of the theme, as charts write it."""
    look = etree.Element(qn("c:spPr"))
    line = etree.SubElement(look, qn("a:ln"), w="15875")
    fill = etree.SubElement(line, qn("a:solidFill"))
    color = etree.SubElement(fill, qn("a:schemeClr"), val=str(ink.theme.xml_value))
    if ink.brightness:
        share = round((1 - abs(ink.brightness)) * 100_000)
        etree.SubElement(color, qn("a:lumMod"), val=str(share))
    if ink.brightness > 0:
        etree.SubElement(color, qn("a:lumOff"), val=str(100_000 - share))
    if dashed:
        etree.SubElement(line, qn("a:prstDash"), val="dash")
    return look


def _error_bars(
    series: Any,
    values: Sequence[float | None],
    lows: Sequence[float],
    highs: Sequence[float],
    ink: Color,
) -> None:
    plus = [_gap(high, value) for high, value in zip(highs, values, strict=True)]
    minus = [_gap(value, low) for value, low in zip(values, lows, strict=True)]
    bars = etree.Element(qn("c:errBars"))
    for name, val in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "1")):
        etree.SubElement(bars, qn(f"c:{name}"), val=val)
    for name, gaps in (("plus", plus), ("minus", minus)):
        literal = etree.SubElement(etree.SubElement(bars, qn(f"c:{name}")), qn("c:numLit"))
        etree.SubElement(literal, qn("c:formatCode")).text = "General"
        etree.SubElement(literal, qn("c:ptCount"), val=str(len(gaps)))
        for place, gap in enumerate(gaps):
            point = etree.SubElement(literal, qn("c:pt"), idx=str(place))
            etree.SubElement(point, qn("c:v")).text = f"{gap:.12g}"
    bars.append(_line_look(ink))
    series._element.find(qn("c:cat")).addprevious(bars)


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if words.is_missing(high) or words.is_missing(low) else max(high - low, 0.0)  # type: ignore[operator]
