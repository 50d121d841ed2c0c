"""What a message about a week's reports says and holds: subject, the In-short blocks, the files."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {"html": ("text", "html"), "pdf": ("application", "pdf")}
DECK = ("application", "vnd.openxmlformats-officedocument.presentationml.presentation")


@dataclass(frozen=True)
class File:
    """One attachment: where it is, what it is called, its type."""

    path: Path
    name: str
    kind: tuple[str, str]


@dataclass(frozen=True)
class Message:
    """`subject` in plain text, `html` and `text` the same words, `files` to attach or copy."""

    subject: str
    html: str
    text: str
    files: tuple[File, ...]
    week: str


def compose(title: str, place: Path, reports: Sequence[str], attach: Sequence[str]) -> Message:
    """A message about these reports of a week's folder, for the client of that title."""
    parts = [_in_short(place / name / f"{name}.ipynb") for name in reports]
    files = [
        File(place / name / f"{name}.{kind}", f"{name}.{kind}", KINDS[kind])
        for name in reports
        for kind in attach
        if kind in KINDS
    ]
    if "pptx" in attach:
        files += [File(path, path.name, DECK) for path in sorted(place.glob("*.pptx"))]
    subject = " ".join(f"{title} · week {place.name}".split())  # one line, whatever the name holds
    return Message(
        subject=subject,
        html=f"<h1>{markup.escape(subject)}</h1>\n" + "\n".join(html for html, _ in parts),
        text=f"{subject}\n\n" + "\n\n".join(text for _, text in parts),
        files=tuple(one for one in files if one.path.exists()),
        week=place.name,
    )


def _in_short(notebook: Path) -> tuple[str, str]:
    """A report's heading and its In-short block, as harmless HTML and as plain text."""
    import nbformat
    from nbconvert.filters import markdown2html

    from kit import pages

    read = nbformat.read(notebook, as_version=4)
    heading = pages.heading(read)
    short = _after(read, "In short")
    body = pages.clean_text(markdown2html(short))
    plain = markup.unescape(re.sub(r"<[^>]+>", "", body)).strip()
    plain = re.sub(r"\n\s*\n+", "\n", plain)
    return f"<h2>{markup.escape(heading)}</h2>\n{body}", f"{heading}\n{plain}"


def _after(notebook: Any, title: str) -> str:
    """The first Markdown put out below the heading of that title; empty where there is none."""
    below = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            below = below or bool(re.search(rf"(?m)^#+ {title}\s*$", cell.source))
        elif below:
            for output in cell.outputs:
                if "text/markdown" in output.get("data", {}):
                    return output.data["text/markdown"]
    return ""
