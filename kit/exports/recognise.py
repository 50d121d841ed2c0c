"""Which kind of export a sheet is: decided by its header row alone, never by the file's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import ExportError
from . import headers
from .files import Sheet
from .kinds import KIND_LIST, KINDS, Kind

Extra = Mapping[str, Mapping[str, str]]

_PARTNER = ("commission gmv", "partner commission", "affiliate partner", "partner campaign")
_CORE = {"creator-attributed gmv", "affiliate-attributed gmv", "gmv", "affiliate gmv"}


@dataclass(frozen=True)
class Recognised:
    """A kind, the header row it was found in (from 0), and where its columns stand."""

    kind: Kind
    header_row: int
    header: list[str]
    positions: dict[str, list[int]]
    unknown: list[str]


def kind_of(header: Sequence[str], extra: Extra) -> Kind | None:
    """The first kind whose telling columns are all in a header row; None if there is none."""
    for kind in KIND_LIST:
        found, _ = headers.translate(header, kind.name, extra.get(kind.name))
        if all(column in found for column in kind.signs):
            return kind
    return None


def recognise(sheet: Sheet, extra: Extra) -> Recognised | None:
    """The kind of a sheet by the first of its top rows that is a known header."""
    for number, row in enumerate(sheet.top):
        kind = kind_of(row, extra)
        if kind is not None:
            positions, unknown = headers.translate(row, kind.name, extra.get(kind.name))
            return Recognised(kind, number, list(row), positions, unknown)
    return None


def refuse_neighbours(sheet: Sheet, found: Recognised, extra: Extra) -> None:
    """Raise ExportError for rows above the header, and for another kind's columns beside it."""
    width = sum(bool(cell.strip()) for cell in found.header)
    for number, row in enumerate(sheet.top[: found.header_row], start=1):
        filled = [cell for cell in row if cell.strip()]
        if len(set(filled)) * 2 > width:
            raise ExportError(
                f"has what looks like data in row {number}, above its header in row "
                f"{found.header_row + 1}. Move the header to the top, or download it again."
            )
    if len(found.unknown) < 2:
        return
    strangers = [p for p, name in enumerate(found.header) if name.strip() in found.unknown]
    for kind in KIND_LIST:
        if kind is found.kind:
            continue
        others, _ = headers.translate(found.header, kind.name, extra.get(kind.name))
        places = {p for positions in others.values() for p in positions}
        all_there = all(column in others for column in kind.signs)
        if all_there and len(places & set(strangers)) >= 2:
            raise ExportError(
                f"holds the columns of {found.kind.title} and of {kind.title} beside each other. "
                "Save each table as its own file or sheet."
            )


def missing(found: Recognised) -> list[str]:
    """Required canonical columns that a recognised sheet lacks."""
    return [column for column in found.kind.required if column not in found.positions]


def lacks(kind: Kind, columns: Sequence[str]) -> str:
    """Columns by the names a person would look for: "Payment Amount, Currency"."""
    return ", ".join(headers.printed(kind.name, column) for column in columns)


NONE_KNOWN = "is none of the known exports"


def why_not(sheet: Sheet, extra: Extra) -> str:
    """Why a sheet is none of the known kinds: the nearest one and what it lacks."""
    best: tuple[float, Kind | None, list[str], list[str]] = (0.0, None, [], [])
    for row in sheet.top:
        special = _known_stranger(row)
        if special:
            return special
        for kind in KIND_LIST:
            found, unknown = headers.translate(row, kind.name, extra.get(kind.name))
            score = len(found) + 10 * sum(c in found for c in kind.signs) / len(kind.signs)
            if found and score > best[0]:
                best = (score, kind, [c for c in kind.signs if c not in found], unknown)
    _, nearest, wanting, strange = best
    if nearest is None:
        return "has no header row of a known export in its first 15 rows"
    lacking = lacks(nearest, wanting)
    reason = f"{NONE_KNOWN}. Nearest is {nearest.title}; it lacks {lacking}"
    return reason + (f", and nobody knows {', '.join(strange[:5])}" if strange else "")


def _known_stranger(row: Sequence[str]) -> str | None:
    """Exports that look like ours and are not."""
    names = [headers.normalise(cell) for cell in row]
    if any(mark in name for name in names for mark in _PARTNER):
        kind = KINDS["affiliate_orders"]
        found, _ = headers.translate(row, kind.name)
        wanting = [c for c in kind.signs if c not in found]
        return (
            "is an affiliate partner's (TAP) order export, whose commission is the partner's and "
            f"not the seller's. Nearest is {kind.title}; it lacks {lacks(kind, wanting)}"
        )
    nameless = not any("name" in n or n.endswith(" id") for n in names)
    if nameless and _CORE & set(names) and "aov" in names:
        kind = KINDS["creator_data"]
        found, _ = headers.translate(row, kind.name)
        wanting = [c for c in kind.signs if c not in found]
        return (
            "is a core-metrics summary: one row for the whole shop, without a creator. "
            f"Nearest is {kind.title}; it lacks {lacks(kind, wanting)}"
        )
    return None
