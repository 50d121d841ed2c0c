"""The words around a brief in each language that `templates/brief/texts.toml` has."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "templates" / "brief" / "texts.toml"
ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """One language: headings of the five parts, calls to action, openings and angles by id."""

    heads: tuple[str, ...]
    start: str
    under: str
    foot: str
    calls: tuple[str, ...]
    unsaid: tuple[str, ...]
    angles: dict[str, str]
    openings: dict[str, str]


@functools.cache
def languages() -> dict[str, Words]:
    """The words by language, two letters each."""
    book = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {language: _words(own) for language, own in book.items()}


def _words(own: dict[str, Any]) -> Words:
    texts: Any = {key: tuple(told) if isinstance(told, list) else told for key, told in own.items()}
    return Words(**texts)


def language_of(told: object) -> str:
    """The two letters of a language as a ledger may write it: "es-MX" and "ES" are "es".

    >>> language_of("es-MX"), language_of(None)
    ('es', 'en')
    """
    text = told.strip().lower()[:2] if isinstance(told, str) else ""
    return text or ENGLISH
