"""Header names: one normal form, and from it to the canonical name of each kind."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from .looks import Look

# Characters that print nothing and that exports leave inside headers and cells.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_INVISIBLE = str.maketrans("", "", INVISIBLE)
_UNIT = re.compile(r"\s*[(（]([^()（）]{1,4})[)）]$")


@lru_cache(maxsize=4096)
def normalise(header: str) -> str:
    """A header in its normal form: NFC, no invisible characters, single spaces, case folded.

    >>> normalise(" SKU\\u00a0 ID\\u200b"), normalise("LIVE") == normalise("Live")
    ('sku id', True)
    """
    text = unicodedata.normalize("NFC", header).translate(_INVISIBLE)
    return unicodedata.normalize("NFC", " ".join(text.split()).casefold())


@cache
def _register() -> dict[str, dict]:
    text = resources.files("kit.exports").joinpath("headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The canonical columns known for a kind, in the order of the register."""
    return tuple(name for name in _register()[kind] if name != "ignored")


@cache
def printed(kind: str, column: str) -> str:
    """The header a person would look for: the first one registered for a canonical column."""
    return names(kind, column)[0]


@cache
def names(kind: str, column: str) -> tuple[str, ...]:
    """Every header registered for a canonical column, in any language; its own name if none is."""
    entries = _register()[kind].get(column) or [{"header": column}]
    return tuple(entry["header"] for entry in entries)


def canonical(kind: str, name: str) -> str | None:
    """The canonical column that a name means: that very column, or a known header of the kind.

    >>> canonical("video_data", "Video product clicks"), canonical("video_data", "clicks")
    ('clicks', 'clicks')
    """
    return name if name in columns(kind) else _exact(kind).get(normalise(name)) or None


@cache
def _exact(kind: str) -> dict[str, str]:
    known = {
        normalise(entry["header"]): name
        for name in columns(kind)
        for entry in _register()[kind][name]
    }
    return known | {normalise(header): "" for header in _register()[kind].get("ignored", ())}


@cache
def _parts(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (normalise(entry["header"]), name)
        for name in columns(kind)
        for entry in _register()[kind][name]
        if entry.get("match") == "part"
    )


@cache
def all_known() -> frozenset[str]:
    """Every header of every kind in its normal form."""
    return frozenset(name for kind in _register() for name in _exact(kind))


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for name in all_known() for word in re.findall(r"[^\W\d_]+", name))


def impersonal(text: str, more: frozenset[str] = frozenset()) -> str:
    """A text of a shop order that may be shown: letters of unknown words as x, digits as 9.

    Cells and headers out of place may be a buyer's. Words of known headers, and of `more`, stay.

    >>> impersonal("Recipient Zelda"), impersonal("(+1)555-0100")
    ('Recipient xxxxx', '(+9)999-9999')
    """

    def word(found: re.Match[str]) -> str:
        known = found.group().casefold()
        return found.group() if known in _vocabulary() or known in more else "x" * len(known)

    return re.sub(r"[^\W\d_]+", word, re.sub(r"\d", "9", text))


def translate(
    header: Sequence[str], kind: str, extra: Mapping[str, str] | None = None
) -> tuple[dict[str, list[int]], list[str]]:
    """Positions of each canonical column in a header row, and the headers nobody knows.

    A canonical column may stand in several positions (two languages side by side). Headers
    that are known and left unread are in neither result. `extra` holds a client's own names, each
    with the canonical column or the known header that it stands for, or "" to be left unread.
    Of shop orders, unknown headers are shown as `impersonal` does.
    """
    known = dict(_exact(kind))
    known |= {
        normalise(name): canonical(kind, column) or column for name, column in (extra or {}).items()
    }
    row = [normalise(name) for name in header]
    found: dict[str, list[int]] = {}
    unknown = []
    for position, name in enumerate(row):
        column = known.get(name, known.get(_UNIT.sub("", name)))
        if column:
            found.setdefault(column, []).append(position)
        elif column is None and name:
            unknown.append(position)
    for part, column in _parts(kind):
        holding = [p for p in unknown if part in row[p]]
        if holding and column not in found:
            shortest = min(holding, key=lambda p: (len(row[p]), p))
            found[column] = [shortest]
            unknown.remove(shortest)
    strange = [str(header[p]).strip() for p in unknown]
    return found, [impersonal(name) for name in strange] if kind == "shop_orders" else strange


class Met(NamedTuple):
    """A header as a file prints it, and what it was taken for.

    `state`: matched, guessed (by a part of its words), left unread (known, not needed) or unknown.
    `shape` and `typical` say what its cells look like, where they were looked at (`looks.look`).
    """

    header: str
    column: str | None
    state: str
    shape: str = "empty"
    typical: float = math.nan


def met(
    header: Sequence[str],
    kind: str,
    extra: Mapping[str, str] | None = None,
    looks: Mapping[int, Look] | None = None,
) -> list[Met]:
    """Every header of a header row in its order; unknown ones of shop orders are `impersonal`.

    `looks` are those of the cells, by place.
    """
    known = _exact(kind) | {normalise(name): column for name, column in (extra or {}).items()}
    found, _ = translate(header, kind, extra)
    taken = {place: column for column, places in found.items() for place in places}
    told = []
    for place, text in enumerate(header):
        name = normalise(text)
        exact = name in known or _UNIT.sub("", name) in known
        column = taken.get(place)
        shown = " ".join(str(text).split())
        look = (looks or {}).get(place, Look())
        if column:
            told.append(Met(shown, column, "matched" if exact else "guessed", *look))
        elif name:
            hidden = kind == "shop_orders" and not exact
            state = "left unread" if exact else "unknown"
            told.append(Met(impersonal(shown) if hidden else shown, None, state, *look))
    return told


def unit(header: str) -> str | None:
    """The currency in brackets at the end of a header, if there is one.

    >>> unit("Chi phí (VND)"), unit("CTR")
    ('VND', None)
    """
    match = _UNIT.search(" ".join(header.split()))
    return match.group(1).strip() if match else None
