"""The frame of a page that is built of elements: its head, its policy, its style, one script."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import lxml.html
from lxml.html import HtmlElement
from lxml.html.builder import E

from kit.language import code, phrase

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def page(title: str, body: list[HtmlElement], styles: tuple[str, ...], script: str = "") -> str:
    """A whole self-contained page that asks no host for anything and runs `script` at most.

    `styles` are files of ``templates/``. `body` follows the link that skips to ``#report``.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    run = f"script-src 'sha256-{digest}'; " if script else ""
    allowed = f"default-src 'none'; {run}style-src 'unsafe-inline'; base-uri 'none'; "
    css = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    head = E.head(
        E.meta({"charset": "utf-8"}),
        E.meta(
            {"http-equiv": "Content-Security-Policy", "content": f"{allowed}form-action 'none'"}
        ),
        E.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        E.meta({"name": "color-scheme", "content": "light dark"}),
        E.meta({"name": "referrer", "content": "no-referrer"}),
        E.title(title),
        E.style(css),
    )
    skip = E.a({"class": "skip", "href": "#report"}, phrase("Skip to the report"))
    inside = [skip, E.main({"id": "report"}, *body), *([E.script(script)] if script else [])]
    html = E.html({"lang": code()}, head, E.body({"class": "report"}, *inside))
    return lxml.html.tostring(html, encoding="unicode", doctype="<!DOCTYPE html>") + "\n"
