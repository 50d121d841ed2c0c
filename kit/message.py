"""What a message about a week's reports says and holds: subject, the In-short blocks, the files."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit import client_copy
from kit.audience import FOR_CLIENT
from kit.settings import Config

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


def compose(config: Config, place: Path, reports: Sequence[str], attach: Sequence[str]) -> Message:
    """A message about these reports of a week's folder, for us: the internal reports and decks."""
    parts = [_in_short(_read(place / name / f"{name}.ipynb")) for name in reports]
    files = [
        File(place / name / f"{name}.{kind}", f"{name}.{kind}", KINDS[kind])
        for name in reports
        for kind in attach
        if kind in KINDS
    ]
    return _message(config, place, parts, files, place if "pptx" in attach else None)


def for_client(
    config: Config, place: Path, reports: Sequence[str], attach: Sequence[str]
) -> Message:
    """The same for the client: what `audience.toml` lists, with the client's own copies and decks.

    No file of the week's own folder is ever attached; a copy or deck that was not made is left out.
    """
    parts = []
    for name in reports:
        read = _read(place / name / f"{name}.ipynb")
        listed = client_copy.allowed(name, config.share_margins)
        parts.append(_in_short(client_copy.copy(read, listed, "")))
    copies = place.parent / FOR_CLIENT / place.name
    files = [
        File(copies / f"{name}.html", f"{name}.html", KINDS["html"])
        for name in reports
        if "html" in attach
    ]
    return _message(config, place, parts, files, copies if "pptx" in attach else None)


def _message(
    config: Config, place: Path, parts: list[tuple[str, str]], files: list[File], decks: Path | None
) -> Message:
    """The parts under the client's name and week, the files that exist, the decks of a folder."""
    if decks is not None:
        files += [File(path, path.name, DECK) for path in sorted(decks.glob("*.pptx"))]
    # one line, whatever the name holds
    subject = " ".join(f"{config.name} · week {place.name}".split())
    return Message(
        subject=subject,
        html=f"<h1>{markup.escape(subject)}</h1>\n" + "\n".join(html for html, _ in parts),
        text=f"{subject}\n\n" + "\n\n".join(text for _, text in parts),
        files=tuple(one for one in files if one.path.exists()),
        week=place.name,
    )


def _read(notebook: Path) -> Any:
    import nbformat

    return nbformat.read(notebook, as_version=4)


def _in_short(read: Any) -> tuple[str, str]:
    """A report's heading and its In-short block, as harmless HTML and as plain text."""
    from nbconvert.filters import markdown2html

    from kit import pages

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
