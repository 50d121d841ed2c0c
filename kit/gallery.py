"""Every chart of a week's reports on one page, each with the message it states."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import client as clients
from kit import front, pages, prose, week, words
from kit.errors import ReportError

PAGE = "gallery.html"
TITLE = "Every chart of the week, and what it says"
DRAW = "plots.draw("


class Chart(NamedTuple):
    """One chart of a report: its section, its message, and the outputs that show it."""

    section: str
    message: str
    outputs: list[Any]


def write(client: str, as_of: date, home: str | Path | None = None) -> Path:
    """Write the gallery of a client's week into its folder and return the path.

    Taken from what the published reports show, so that a chart here is the chart there. Raises
    `ReportError` where no report of the week stands.
    """
    root = clients.home(home)
    config, _ = clients.read_config(clients.client_folder(client, home))
    folder = week.week_folder(root, client, as_of)
    names = sorted(week.reports(folder), key=_place)
    if not names:
        raise ReportError(
            f"{folder.relative_to(root)} holds no report. "
            f"Run kit run --all --client {client} --as-of {as_of.isoformat()} first."
        )
    read = [nbformat.read(folder / name / f"{name}.ipynb", as_version=4) for name in names]
    line = f"{config.name} · {words.week_name(as_of)}, to {words.day(as_of)}"
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as aside:
        nbformat.write(gallery(read, line), Path(aside) / "gallery.ipynb")
        pages.write_html(Path(aside) / "gallery.ipynb", Path(aside) / PAGE)
        os.replace(Path(aside) / PAGE, folder / PAGE)
    return folder / PAGE


def _place(name: str) -> tuple[int, str]:
    return (front.REPORTS.index(name) if name in front.REPORTS else len(front.REPORTS), name)


def gallery(read: list[nbformat.NotebookNode], line: str) -> nbformat.NotebookNode:
    """A notebook of the charts of executed ones; charts with nothing to draw are named last."""
    cells = [new_markdown_cell(f"# {TITLE}")]
    empty: list[str] = []
    for notebook in read:
        found = charts(notebook)
        drawn = [chart for chart in found if _has_figures(chart)]
        empty += [chart.section for chart in found if not _has_figures(chart)]
        if drawn:
            cells.append(new_markdown_cell(f"## {pages.heading(notebook)}"))
        for chart in drawn:
            said = f"### {chart.section}\n\n{prose.escaped(chart.message)}"
            cells.append(new_markdown_cell(said))
            cells.append(new_code_cell(outputs=chart.outputs, metadata={"tags": ["setup"]}))
    if empty:
        listed = prose.bullets(empty)
        cells.append(new_markdown_cell(f"## What had nothing to draw this week\n\n{listed}"))
    return new_notebook(cells=cells, metadata={"title": TITLE, "kit": {"line": line}})


def charts(notebook: nbformat.NotebookNode) -> list[Chart]:
    """The charts of an executed notebook, in its order."""
    section, found = "", []
    for cell in notebook.cells:
        heads = [line for line in cell.source.splitlines() if line.startswith("#")]
        if cell.cell_type == "markdown" and heads:
            section = heads[-1].lstrip("#").strip()
        elif cell.cell_type == "code" and DRAW in cell.source:
            found += _drawn(section, cell.outputs)
    return found


def _drawn(section: str, outputs: list[Any]) -> list[Chart]:
    """One chart for each picture of a cell, with what is folded under it."""
    found: list[Chart] = []
    for output in outputs:
        data = output.get("data", {})
        if "image/png" in data:
            about = output.get("metadata", {}).get("image/png", {})
            found.append(Chart(section, str(about.get("alt", "")), [_plain(output)]))
        elif "text/html" in data and found:
            found[-1].outputs.append(_plain(output))
    return found


def _plain(output: Any) -> Any:
    return new_output("display_data", data=output.data, metadata=output.get("metadata", {}))


def _has_figures(chart: Chart) -> bool:
    """Whether there was something to draw: a chart without a row of figures says only why not."""
    return len(chart.outputs) > 1
