"""Sentences as a notebook shows them: what data say is text, never markup.

A handle, a caption or a product's name comes from strangers. `Markdown` shows a plain text
literally; only what `bold` and `bullets` have made of texts is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import IPython.display

# As character references, which neither Markdown nor HTML takes for anything but the character.
# Two dollar signs would be a formula to JupyterLab.
_ANYWHERE = re.compile(r"[&<>\[\]*_`~|\\#$]")
# A bare address becomes a link by itself, and these begin a list, a rule or a heading's underline.
_LINK = re.compile(r"(?<=http)s?:|(?<=ftp):|(?<=www)\.|(?<=[\w.+-])@", re.IGNORECASE)
_OPENING = re.compile(r"^[-+=]|^\d+[.)](?=\s|$)")


class Marked(str):
    """A text that is Markdown already, its data escaped."""


def escaped(text: str) -> Marked:
    """A text, on one line, that Markdown shows as it stands.

    >>> print(escaped("<b>mia</b> [x](http://y)"))
    &#60;b&#62;mia&#60;/b&#62; &#91;x&#93;(http&#58;//y)
    >>> print(escaped("two posts, 12.50 each, 40% more"))
    two posts, 12.50 each, 40% more
    """
    if isinstance(text, Marked):
        return text
    plain = _ANYWHERE.sub(_references, " ".join(text.split()))
    return Marked(_OPENING.sub(_references, _LINK.sub(_references, plain)))


def _references(found: re.Match[str]) -> str:
    return "".join(c if c.isalnum() else f"&#{ord(c)};" for c in found.group())


def bold(text: str) -> Marked:
    """A text in bold."""
    return Marked(f"**{escaped(text)}**")


def bullets(texts: Iterable[str]) -> Marked:
    """Texts as a list, empty ones left out.

    >>> bullets(["One.", "", "Two."])
    '- One.\\n- Two.'
    """
    return Marked("\n".join(f"- {escaped(text)}" for text in texts if text))


def paragraphs(*texts: str) -> Marked:
    """Texts below each other, empty ones left out."""
    return Marked("\n\n".join(escaped(text) for text in texts if text))


def Markdown(text: str) -> IPython.display.Markdown:
    """A text as a notebook's output, with no markup but what `bold` and `bullets` made."""
    shown = IPython.display.Markdown("")
    shown.data = str(escaped(text))  # given to it, an address would be fetched and a path opened
    return shown
