"""Writing a presentation so that the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lxml import etree


def save(presentation: Any, path: Path, made_on: date) -> None:
    """Write a presentation whose bytes depend on its content and `made_on` alone."""
    core = presentation.core_properties
    core.created = core.modified = datetime(made_on.year, made_on.month, made_on.day)
    core.last_modified_by, core.revision = "", 1
    stream = io.BytesIO()
    presentation.save(stream)
    path.write_bytes(_stable(stream.getvalue(), made_on))


def _stable(archive: bytes, made_on: date) -> bytes:
    """The same zip with one date on every entry, embedded workbooks likewise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = _stable(content, made_on)
            elif name == "docProps/core.xml" and b"xlsx" not in content:
                content = _dated(content, made_on)
            entry = zipfile.ZipInfo(name, (made_on.year, made_on.month, made_on.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            new.writestr(entry, content)
    return out.getvalue()


def _dated(core: bytes, made_on: date) -> bytes:
    root = etree.fromstring(core)
    for tag in ("created", "modified"):
        for element in root.findall(f"{{http://purl.org/dc/terms/}}{tag}"):
            element.text = f"{made_on.isoformat()}T00:00:00Z"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
