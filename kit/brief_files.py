"""A brief as files to send: Word, web page, Markdown; and the round as rows for `briefs.csv`."""

from __future__ import annotations

import html
import re
from pathlib import Path

import docx
from docx.document import Document
from docx.shared import Cm, Pt, RGBColor

from kit import pdf, prose, week, words
from kit.brief_round import Round
from kit.brief_words import ENGLISH, languages
from kit.briefs import Brief

_INK, _MUTED = RGBColor(0x26, 0x26, 0x26), RGBColor(0x5F, 0x5F, 0x5F)


def parts(brief: Brief) -> list[tuple[str, list[str]]]:
    """The five parts of a brief as the creator reads them: heading and lines."""
    own = languages()[brief.language]
    angle = own.angles[brief.hook_angle]
    lines = [
        [angle, own.start.format(opening=brief.opening)],
        list(brief.product_truths),
        [brief.proof],
        [f"“{brief.call_to_action}”"],
        [*(f"“{text}”" for text in brief.do_not_say), *own.unsaid],
    ]
    return list(zip(own.heads, lines, strict=True))


def title(brief: Brief) -> tuple[str, str]:
    """Heading and line below it."""
    day = words.day(brief.sent_on) if brief.language == ENGLISH else brief.sent_on.isoformat()
    under = languages()[brief.language].under
    return brief.product, under.format(number=brief.brief_id, creator=brief.creator_id, day=day)


def foot(brief: Brief) -> str:
    """That it is a direction and no script."""
    return languages()[brief.language].foot


def markdown(brief: Brief) -> str:
    """The brief in Markdown; nothing in it can become markup of its own."""
    head, under = map(prose.escaped, title(brief))
    blocks = [f"# {head}", under]
    for place, (name, lines) in enumerate(parts(brief), 1):
        blocks += [f"## {place}. {name}", prose.bullets(lines)]
    return "\n\n".join([*blocks, foot(brief)]) + "\n"


def page(brief: Brief) -> str:
    """The brief as one web page that asks nothing of any host and prints on one sheet."""
    head, under = map(html.escape, title(brief))
    sections = "".join(
        f"<section><h2>{place}. {name}</h2><ul>"
        + "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        + "</ul></section>"
        for place, (name, lines) in enumerate(parts(brief), 1)
    )
    return (
        f'<!doctype html>\n<html lang="{brief.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{head}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{head}</h1><p>{under}</p>{sections}<p>{html.escape(foot(brief))}</p></main></body></html>\n"
    )


_STYLE = (
    "body{font:16px/1.5 Arial,'Liberation Sans',sans-serif;color:#262626;background:#fff;margin:0}"
    "main{max-width:40rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem;margin:0}"
    "h1+p,main>p:last-child{color:#5f5f5f}h2{font-size:1.05rem;margin:1.3rem 0 .2rem}"
    "ul{margin:0;padding-left:1.2rem}@page{margin:18mm}@media print{main{margin:0;padding:0}}"
)


def document(brief: Brief) -> Document:
    """The brief as an editable Word document of one page."""
    made = docx.Document()
    section = made.sections[0]
    section.left_margin = section.right_margin = Cm(2.5)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    for name, size in (("Title", 22), ("Heading 2", 13)):
        style = made.styles[name]
        style.font.size, style.font.color.rgb = Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):  # the theme's fonts would come before Arial
            del fonts.attrib[attribute]
        style.font.name = "Arial"
    head, under = title(brief)
    made.add_paragraph(head, style="Title")
    _muted(made, under)
    for place, (name, lines) in enumerate(parts(brief), 1):
        made.add_paragraph(f"{place}. {name}", style="Heading 2")
        for line in lines:
            made.add_paragraph(line, style="List Bullet")
    _muted(made, foot(brief))
    made.core_properties.title = head
    made.core_properties.author = ""
    return made


def _muted(made: Document, text: str) -> None:
    made.add_paragraph().add_run(text).font.color.rgb = _MUTED


LEDGER = [
    *("brief_id", "handle", "product_id", "hook_angle", "product_truth", "proof"),
    *("call_to_action", "do_not_say", "sent_on", "post_id", "why", "unknown"),
]


def write(made: Round, folder: Path, paper: str | None = None) -> Path:
    """Every brief as .docx, .html and .md, and `briefs.csv`: rows for the ledger with the reasons.

    With a `paper` (a4 or letter) as .pdf too, which chromium prints from the page.
    A brief of the same id is replaced, others of the day stay. Returns the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for brief in made.briefs:
        stem = folder / re.sub(r"[^\w.-]", "_", brief.brief_id)
        document(brief).save(f"{stem}.docx")
        Path(f"{stem}.html").write_text(page(brief), encoding="utf-8")
        Path(f"{stem}.md").write_text(markdown(brief), encoding="utf-8")
        if paper:
            pdf.write_pdf(Path(f"{stem}.html"), paper)
    rows = {row["brief_id"]: row for row in _written(folder / "briefs.csv")}
    rows |= {brief.brief_id: _row(brief) for brief in made.briefs}
    week.write_csv([rows[name] for name in sorted(rows)], LEDGER, folder / "briefs.csv")
    return folder


def _written(path: Path) -> list[dict[str, str]]:
    return week.read_csv(path) if path.exists() else []


def _row(brief: Brief) -> dict[str, str]:
    return {
        "brief_id": brief.brief_id,
        "handle": brief.creator_id,
        "product_id": brief.product_id,
        "hook_angle": brief.hook_angle,
        "product_truth": "; ".join(brief.product_truths),
        "proof": brief.proof,
        "call_to_action": brief.call_to_action,
        "do_not_say": "; ".join(brief.do_not_say),
        "sent_on": brief.sent_on.isoformat(),
        "post_id": "",
        "why": brief.why,
        "unknown": brief.unknown,
    }
