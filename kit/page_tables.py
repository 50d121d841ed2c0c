"""A great-tables table as a page carries it: a caption, the table in a box that scrolls, its notes.

great-tables writes title and notes into the table itself, so that on a phone they run out of sight
with its columns, and dresses each table by a stylesheet of its own, which knows no dark page.
"""

from __future__ import annotations

import lxml.html
from lxml.html import builder


def as_figures(html: str) -> str:
    """Markup in which each great-tables table has become a figure; any other is left as it is."""
    if "gt_table" not in html:
        return html
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    for table in tree.xpath(".//table[contains(@class, 'gt_table')]"):
        whole = table.getparent()
        if whole is not tree and whole.getparent() is not None:
            whole.getparent().replace(whole, _figure(table))
    inside = [lxml.html.tostring(node, encoding="unicode") for node in tree]
    return "".join(inside)


def _figure(table: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    parts = []
    title, subtitle, notes = (
        _taken(table, name) for name in ("gt_title", "gt_subtitle", "gt_sourcenote")
    )
    if title:
        said = builder.STRONG(*title[:1], id=table.get("aria-labelledby", ""))
        parts.append(builder.FIGCAPTION(said, *subtitle))
    parts.append(builder.DIV(table, builder.CLASS("scroll"), {"data-label": " ".join(title)}))
    parts += [builder.P(note, builder.CLASS("note")) for note in notes]
    for empty in table.xpath("./thead/tr[not(node()[normalize-space()])] | ./tfoot[not(.//td)]"):
        empty.getparent().remove(empty)
    for heading in table.xpath(".//th[not(normalize-space())]"):
        heading.tag = "td"  # a heading that says nothing is none
    return builder.E.figure(*parts)


def _taken(table: lxml.html.HtmlElement, name: str) -> list[str]:
    """The texts of the cells of this class, which leave the table with their rows."""
    cells = table.xpath(f".//td[contains(concat(' ', @class, ' '), ' {name} ')]")
    texts = [" ".join(cell.text_content().split()) for cell in cells]
    for cell in cells:
        row = cell.getparent()
        if row is not None and row.getparent() is not None:
            row.getparent().remove(row)
    return [text for text in texts if text]
