"""A finished notebook as one self-contained page: one script of its own, no request to any host."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import re
from datetime import date
from pathlib import Path

import bleach
import nbformat
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from nbconvert import HTMLExporter

from kit import words
from kit.page_tables import as_figures

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

TEXT_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
    *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s", "small", "span"),
    *("strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
    *("u", "ul"),
}
# Tables by great-tables and pandas bring a stylesheet of their own; prose does not.
TABLE_TAGS = TEXT_TAGS | {"style"}
ATTRIBUTES = {
    *("abbr", "align", "alt", "class", "colspan", "headers", "height", "id", "lang", "open"),
    *("role", "rowspan", "scope", "span", "style", "title", "valign", "width"),
}
STYLES = CSSSanitizer(
    allowed_css_properties=[
        *ALLOWED_CSS_PROPERTIES,
        *("background", "border", "border-bottom", "border-left", "border-right", "border-top"),
        *("border-collapse", "border-radius", "border-style", "border-width", "margin"),
        *("margin-bottom", "margin-left", "margin-right", "margin-top", "max-width", "min-width"),
        *("opacity", "overflow-x", "overflow-y", "padding", "padding-bottom", "padding-left"),
        *("padding-right", "padding-top", "position", "text-transform"),
    ]
)


def write_html(notebook: Path, page: Path) -> None:
    """Write an executed notebook as a page that a client can read and print.

    Code is folded away, cells tagged `setup` show only what they put out, figures keep their
    alternative text. Markup in data is made harmless: what a post's caption says is text. The
    page's title, its first line and a warning at its top are taken from the notebook's metadata
    (`title`, `kit.line`, `kit.warning_title` and `kit.warning`), where a run puts them; a cell
    tagged `warning`, which says the same to who opens the notebook, is left out.
    """
    read = nbformat.read(notebook, as_version=4)
    read.metadata.setdefault("title", heading(read) or notebook.stem)
    read.metadata.pop("widgets", None)
    read.cells = [cell for cell in read.cells if "warning" not in _tags(cell)]
    if any("injected-parameters" in _tags(cell) for cell in read.cells):
        read.cells = [cell for cell in read.cells if "parameters" not in _tags(cell)]
    html, _ = _exporter().from_notebook_node(
        read, {"metadata": {"name": notebook.stem}, **_script()}
    )
    page.write_text(_with_contents(_without_notebooks(html)), encoding="utf-8")


def _script() -> dict[str, str]:
    """The page's one script, and the hash by which its security policy knows it."""
    script = (TEMPLATES / "report" / "report.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {"script": script, "script_hash": f"sha256-{digest}"}


def _without_notebooks(html: str) -> str:
    """The page with links to notebooks as plain text: whoever reads a page has no notebooks."""
    return re.sub(r'<a href="[\w./-]+\.ipynb">(.*?)</a>', r"\1", html, flags=re.DOTALL)


def _with_contents(html: str) -> str:
    """The page with a list of its headings where the template has the place for one."""
    found: list[str] = []

    def named(match: re.Match[str]) -> str:
        found.append(" ".join(markup.unescape(re.sub("<[^>]*>", "", match[1])).split()))
        return f'<h2 id="part-{len(found)}">{match[1]}</h2>'

    html = re.sub(r"<h2>(.*?)</h2>", named, html, flags=re.DOTALL)
    lines = "".join(
        f'<li><a href="#part-{number}">{markup.escape(text)}</a></li>\n'
        for number, text in enumerate(found, start=1)
    )
    nav = (
        '<nav class="contents" aria-label="Contents"><details><summary>Contents</summary>\n'
        f"<ul>\n{lines}</ul></details></nav>"
    )
    return html.replace("<!--contents-->", nav if len(found) > 1 else "", 1)


def _tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def heading(notebook: nbformat.NotebookNode) -> str:
    """A notebook's first heading, as plain text; empty where it has none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return line.removeprefix("# ").strip()
    return ""


def _exporter() -> HTMLExporter:
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        sanitize_html=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    # nbconvert's own filter keeps neither headings nor table heads
    exporter.register_filter("clean_html", clean_text)
    exporter.register_filter("clean_table", clean_table)
    exporter.register_filter("css_string", css_string)
    exporter.register_filter("plain_days", plain_days)
    return exporter


def clean_text(html: str) -> str:
    """Prose as markup that can neither run, load nor send anything; the rest is shown as text.

    >>> clean_text("<b>mia</b> <script>alert(1)</script>")
    '<b>mia</b> &lt;script&gt;alert(1)&lt;/script&gt;'
    """
    return _clean(html, TEXT_TAGS)


def clean_table(html: str) -> str:
    """A table like prose, with the stylesheet it brings; great-tables' are dressed by the page."""
    return _clean(as_figures(str(html)), TABLE_TAGS)


def plain_days(text: str) -> str:
    """A message with its days as people write them; in names of files they stay.

    >>> plain_days("No sales since 2026-05-04 in orders-2026-05-04.csv.")
    'No sales since 4 May 2026 in orders-2026-05-04.csv.'
    """
    return re.sub(r"(?<![\w.-])\d{4}-[01]\d-[0-3]\d(?!-|\.?\w)", _plain_day, text)


def _plain_day(found: re.Match[str]) -> str:
    try:
        return words.day(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def css_string(text: str) -> str:
    """A text as a string of a stylesheet, in which nothing can end the string or the stylesheet.

    >>> print(css_string('Acme "W19"'))
    "Acme\\000020\\000022W19\\000022"
    """
    letters = (c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return f'"{"".join(letters)}"'


def _clean(html: str, tags: set[str]) -> str:
    return bleach.clean(
        str(html),
        tags=tags,
        attributes=_harmless,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=STYLES,
    )


def _harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay: links may lead away, pictures must be in the page itself."""
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    if name == "href":
        return tag == "a" and not value.lower().lstrip().startswith("data:")
    return name in ATTRIBUTES or name.startswith("aria-") or name == "data-label"
