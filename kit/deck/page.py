"""One slide of a deck: its layout, its title, the room on it, its footnote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Inches, Pt

from kit.deck.colors import MUTED
from kit.deck.text import Box, fitted, say
from kit.errors import ReportError


def opened(master: Path) -> Any:
    """The master as a presentation without its slides; `ReportError` where it cannot be opened."""
    if not master.exists():
        raise ReportError(f"There is no master {master}. Give --master a .pptx file.")
    try:
        presentation: Any = Presentation(str(master))
    except (PackageNotFoundError, ValueError, KeyError) as error:
        raise ReportError(
            f"{master.name} cannot be opened as a PowerPoint file ({error}). Save it in PowerPoint "
            "as a plain .pptx (not .potx, not Strict, no password) and give that."
        ) from None
    listed = presentation.slides._sldIdLst
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)
    return presentation


class Page:
    """One slide with its title, the room below it, and a footnote line.

    `line` says above the title whose slide it is and of when.
    """

    def __init__(self, presentation: Any, line: str, number: int) -> None:
        self.slide = presentation.slides.add_slide(_title_layout(presentation))
        self.width, self.height = presentation.slide_width, presentation.slide_height
        margin = int(self.width * 0.045)
        foot = int(self.height * 0.075)
        self.foot = Box(
            margin, self.height - foot - int(self.height * 0.015), self.width - 2 * margin, foot
        )
        title = self.slide.shapes.title
        below = title.top + title.height if title is not None else int(self.height * 0.2)
        top = below + int(self.height * 0.02)
        self.body = Box(
            margin, top, self.width - 2 * margin, self.foot.top - top - int(self.height * 0.03)
        )
        kicker = Box(margin, int(self.height * 0.045), self.body.width, int(self.height * 0.04))
        if title is None or title.top >= kicker.top + kicker.height:
            say(self.slide, kicker, line, 12, 9, color=MUTED, name="Client and week")
        self.number = number

    def head(self, text: str) -> None:
        """The action title, shrunk and then cut until it fits its placeholder."""
        title = self.slide.shapes.title
        if title is None:
            box = Box(
                self.body.left, int(self.height * 0.09), self.body.width, int(self.height * 0.1)
            )
            say(self.slide, box, text, 26, 16, bold=True, name="Title")
            return
        room = title.width - Inches(0.02)
        points, text = fitted(text.rstrip("."), room, title.height, 26, 16, bold=True)
        title.text_frame.text = text
        title.text_frame.paragraphs[0].runs[0].font.size = Pt(points)

    def footnote(self, text: str) -> None:
        """Definitions and counts at the foot, with the slide's number at its right."""
        left, right = self.foot.columns(0.94, 0.06)
        say(self.slide, left, text.strip(), 10, 8, color=MUTED, name="Footnote")
        say(
            self.slide,
            right,
            str(self.number),
            10,
            8,
            color=MUTED,
            align=PP_ALIGN.RIGHT,
            name="Slide number",
        )


def _title_layout(presentation: Any) -> Any:
    """The layout with a title and the fewest other placeholders; failing that, the barest."""

    def cost(layout: Any) -> tuple[int, int]:
        kinds = [str(shape.placeholder_format.type) for shape in layout.placeholders]
        titled = any(kind.startswith("TITLE") for kind in kinds)
        others = [k for k in kinds if not k.startswith(("TITLE", "DATE", "FOOTER", "SLIDE_NUM"))]
        return (0 if titled else 1, len(others))

    return min(presentation.slide_layouts, key=cost)
