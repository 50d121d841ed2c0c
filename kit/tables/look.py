"""The look all tables share: one list of columns with labels and formats becomes one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from great_tables import GT, loc, style

from kit import words

ACCENT, WARNING, INK, MUTED = "#0067A0", "#B34700", "#262626", "#5F5F5F"
# Words set in the colour of good news, as the charts have it; other bold cells are warnings.
GOOD_NEWS = frozenset({"spark", "invest", "promote", "above"})
FONTS = ["Inter", "Helvetica Neue", "Arial", "Liberation Sans", "sans-serif"]


class Column(NamedTuple):
    """A column of a finished table: the frame's name for it, its heading and its format.

    Formats: text, tier, count, number (one decimal), times (1.8×), percent (percent0, percent2 by
    their decimals), money, signed (money with its sign), cents, range (a text set right), day,
    yes. `group` is the spanner over it; `width` a CSS width.
    """

    name: str
    label: str
    form: str = "text"
    group: str = ""
    width: str = ""


def finished(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    id: str,
    title: str,
    subtitle: str = "",
    note: str = "",
    none: str = "There is nothing to list.",
    currency: str = "USD",
    strong: Mapping[str, pd.Series] | None = None,
    marks: Mapping[str, pd.Series] | None = None,
) -> GT:
    """A frame as a finished table with these columns; those it lacks are left out.

    `strong` gives, by column, a mask of the cells to be set in bold, coloured as good news
    (`GOOD_NEWS`) or as a warning; `marks`, by column, a text to stand before each cell, so that
    nothing is said by colour alone. An empty frame becomes the text `none`.
    """
    if frame.empty:
        # a note explains figures, and there are none
        return _none(id, title, subtitle, none)
    kept = [column for column in columns if column.name in frame.columns]
    rows = frame.reset_index(drop=True)
    shown = pd.DataFrame(
        {column.name: written(rows[column.name], column.form, currency) for column in kept}
    )
    for name, mark in (marks or {}).items():
        if name in shown:
            shown[name] = [a + b for a, b in zip(mark.tolist(), shown[name], strict=True)]
    table = GT(shown, id=id)
    table = table.cols_label({column.name: column.label for column in kept})
    right = [column.name for column in kept if column.form in RIGHT]
    table = table.cols_align("left").cols_align("right", columns=right) if right else table
    for group in dict.fromkeys(column.group for column in kept if column.group):
        under = [column.name for column in kept if column.group == group]
        table = table.tab_spanner(label=group, columns=under)
    widths = {column.name: column.width for column in kept if column.width}
    table = table.cols_width(widths) if widths else table
    for name, mask in (strong or {}).items():
        places = [place for place, told in enumerate(mask.fillna(False).tolist()) if told]
        good = [p for p in places if name in shown and shown[name].iat[p] in GOOD_NEWS]
        bad = [p for p in places if name in shown and p not in good]
        for rows_of, color in ((good, ACCENT), (bad, WARNING)):
            if rows_of:
                cells = loc.body(columns=name, rows=rows_of)
                table = table.tab_style(style.text(color=color, weight="bold"), cells)
    # a table of few columns stays narrow: figures far apart are hard to compare
    return _dressed(table, title, subtitle, note, wide=len(kept) > 5 or bool(widths))


RIGHT = (
    "count",
    "number",
    "times",
    "percent",
    "percent0",
    "percent2",
    "money",
    "signed",
    "cents",
    "range",
)


def written(values: pd.Series, form: str, currency: str = "USD") -> list[str]:
    """The values of a column as its format writes them (see `Column`), missing ones as a dash."""
    forms: dict[str, Callable[[Any], str]] = {
        "text": lambda v: str(v),
        "tier": lambda v: words.number(v),
        "count": lambda v: words.number(v),
        "number": lambda v: words.number(v, 1),
        "times": lambda v: f"{words.number(v, 1)}×",
        "percent": lambda v: words.percent(v),
        "percent0": lambda v: words.percent(v, 0),
        "percent2": lambda v: words.percent(v, 2),
        "money": lambda v: words.money(v, currency, 0),
        "signed": lambda v: words.signed_money(v, currency, 0),
        "cents": lambda v: words.money(v, currency, 2),
        "day": lambda v: words.day(v),
        "yes": lambda v: "✓ yes" if bool(v) else "✗ no",
        "range": str,
    }
    write = forms[form]
    return [words.MISSING if words.is_missing(value) else write(value) for value in values]


def _none(id: str, title: str, subtitle: str, none: str) -> GT:
    table = GT(pd.DataFrame({"text": [none]}), id=id)
    table = table.tab_options(column_labels_hidden=True).cols_align("left")
    return _dressed(table, title, subtitle, "")


def _dressed(table: GT, title: str, subtitle: str, note: str, wide: bool = True) -> GT:
    table = table.tab_header(title, subtitle or None)
    if note:
        table = table.tab_source_note(note)
    return table.tab_options(
        table_font_names=FONTS,
        table_font_color=INK,
        table_font_size="13px",
        table_width="100%" if wide else "auto",
        table_border_top_style="none",
        table_border_bottom_color="#C9C9C9",
        heading_align="left",
        heading_title_font_size="16px",
        heading_title_font_weight="bold",
        heading_subtitle_font_size="13px",
        heading_border_bottom_style="none",
        column_labels_font_weight="bold",
        column_labels_font_size="12.5px",
        column_labels_border_top_style="none",
        column_labels_border_bottom_color="#9A9A9A",
        column_labels_border_bottom_width="1px",
        table_body_hlines_color="#ECECEC",
        table_body_border_top_color="#9A9A9A",
        table_body_border_bottom_color="#C9C9C9",
        row_group_font_weight="bold",
        row_group_border_top_color="#C9C9C9",
        row_group_border_bottom_color="#ECECEC",
        data_row_padding="5px",
        data_row_padding_horizontal="8px",
        column_labels_padding_horizontal="8px",
        heading_padding_horizontal="8px",
        source_notes_padding_horizontal="8px",
        source_notes_font_size="11.5px",
        source_notes_padding="6px",
    ).opt_css(_CSS)


# a handle of thirty letters breaks rather than runs into its neighbour
_CSS = """
.gt_table .gt_title { font-weight: bold !important; }
.gt_table td { overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
.gt_table .gt_sourcenote, .gt_table .gt_subtitle { color: #5F5F5F; line-height: 1.4; }
"""


def ranges(low: pd.Series, high: pd.Series, form: str = "percent", currency: str = "USD") -> list:
    """Intervals as text, one per row: "2.4–6.5%"."""
    write: Any = words.percent_range
    if form == "money":

        def write(a: Any, b: Any) -> str:
            return words.money_range(a, b, currency)

    return [write(a, b) for a, b in zip(low, high, strict=True)]


def more_rows(frame: pd.DataFrame, most: int, where: str) -> str:
    """How many rows a table of `most` leaves out and where they are; '' where it shows all."""
    left = len(frame) - most
    return f" {words.count(left, 'more row')} in {where}." if left > 0 else ""
