"""A client's own copy of the week's reports: what `audience.toml` lists for clients, and no more.

It is made of what a published report shows. Of each section, the charts, sentences and tables that
are listed are taken over, a table only if each of its columns is listed; code, prose, messages,
files, machines and metadata are not. What is new in a report stays out until it is listed.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import lxml.html
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import audience, pages, week, words
from kit import client as clients
from kit.errors import ReportError

ALLOWED = audience.CLIENT
_SHOWN = ("tables", "plots", "sentences")
_KINDS = ("text/html", "image/png", "text/markdown")
_OF_PICTURES = ("alt", "width", "height")


def write(client: str, as_of: date, home: str | Path | None = None) -> list[Path]:
    """Write the client's copy of each report of a week that has one, and return the paths.

    Raises `ReportError` where none of them was published for the day, and for a report that was
    published although a check of its data failed: that one is for us to mend first.
    """
    root = clients.home(home)
    config, _ = clients.read_config(clients.client_folder(client, home))
    source = week.week_folder(root, client, as_of)
    stands = week.reports(source)
    names = [name for name in ALLOWED["reports"] if name in stands]
    if not names:
        raise ReportError(
            f"{source.relative_to(root)} holds no report that has a copy for clients "
            f"({words.listed(list(ALLOWED['reports']), last='or')}). "
            f"Run kit run --all --client {client} --as-of {as_of.isoformat()} first."
        )
    forced = [name for name in names if stands[name]["status"] != "published"]
    if forced:
        raise ReportError(
            f"{words.listed(forced)} of {source.relative_to(root)} was published although a check "
            "of its data failed, so no copy is made. Mend what the check found and run it again."
        )
    folder = root / "reports" / client / audience.FOR_CLIENT / source.name
    folder.mkdir(parents=True, exist_ok=True)
    title = f"{config.name} · {words.week_name(as_of)}, to {words.day(as_of)}"
    return [_write_one(source / name, folder, title, config.share_margins) for name in names]


def _write_one(report: Path, folder: Path, title: str, margins: bool) -> Path:
    name = report.name
    read = nbformat.read(report / f"{name}.ipynb", as_version=4)
    path = folder / f"{name}.html"
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as aside:
        made = Path(aside) / path.name
        copied = Path(aside) / "report.ipynb"
        nbformat.write(copy(read, allowed(name, margins), title), copied)
        pages.write_html(copied, made)
        os.replace(made, path)
    return path


def allowed(report: str, margins: bool = False) -> dict[str, list[str]]:
    """What each section of a report may show a client; with its margins, if they are shared."""
    sections = {name: list(own) for name, own in ALLOWED["reports"].get(report, {}).items()}
    for name, own in ALLOWED["margins"].get(report, {}).items() if margins else ():
        sections[name] = [*sections.get(name, []), *own]
    return sections


def copy(
    read: nbformat.NotebookNode, sections: Mapping[str, list[str]], line: str
) -> nbformat.NotebookNode:
    """A notebook of the listed outputs of an executed one; a section with none is left out."""
    title = pages.heading(read)
    cells = [new_markdown_cell(f"# {title}")]
    for section, own in _sections(read):
        listed = {*sections.get(section, ()), *ALLOWED["around"]}
        kept = [out for cell in own if _may_show(cell.source, listed) for out in _outputs(cell)]
        if kept and section in sections:
            cells.append(new_markdown_cell(f"## {section}"))
            cells += [new_code_cell(outputs=[out], metadata={"tags": ["setup"]}) for out in kept]
    return new_notebook(cells=cells, metadata={"title": title, "kit": {"line": line}})


def _sections(read: nbformat.NotebookNode) -> Iterator[tuple[str, list[nbformat.NotebookNode]]]:
    """Each section's heading, of any depth, with the code cells under it."""
    heading = ""
    own: list[nbformat.NotebookNode] = []
    for cell in read.cells:
        heads = [line for line in cell.source.splitlines() if line.startswith("#")]
        if cell.cell_type == "markdown" and heads:
            yield heading, own
            heading, own = heads[-1].lstrip("#").strip(), []
        elif cell.cell_type == "code":
            own.append(cell)
    yield heading, own


def _may_show(source: str, listed: set[str]) -> bool:
    """Whether a cell uses something that is listed, and no table, chart or sentence besides."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    used = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in _SHOWN
    }
    return bool(used - set(ALLOWED["around"])) and used <= listed


def _outputs(cell: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    """What a cell shows, without what else a notebook keeps of it."""
    for output in cell.outputs:
        data = output.get("data", {})
        kind = next((kind for kind in _KINDS if kind in data), None)
        if kind is None or (kind == "text/html" and not _all_listed(data[kind])):
            continue
        told = output.get("metadata", {}).get(kind, {})
        told = {key: told[key] for key in _OF_PICTURES if key in told}
        metadata = {kind: told} if told else {}
        yield new_output("display_data", data={kind: data[kind]}, metadata=metadata)


def _all_listed(html: str) -> bool:
    """Whether every column of a table may be shown; markup without columns may not."""
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    heads = tree.xpath(".//thead//th[normalize-space()]")
    return bool(heads) and all(
        " ".join(head.text_content().split()) in ALLOWED["columns"] for head in heads
    )
