"""What changed in the exports' headers from one download to the next: new, gone, perhaps renamed.

A column that the platform renames would be read as missing for weeks. So every header met is kept
(`contracts.Headers`), and each change is told once, with the likeliest old name of what is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import pandas as pd

from kit.exports.headers import normalise
from kit.exports.kinds import KINDS, type_of

# Two headers at least this alike may be one under two names.
ALIKE = 0.5

COLUMNS = [
    *("kind", "file", "sheet", "seen_on", "change", "header", "column", "used", "money"),
    *("likeliest", "lasts"),
]


class _Sheet(NamedTuple):
    """One sheet's headers: canonical column → its header, and the headers nobody knows."""

    file: str
    sheet: str
    seen_on: Any
    known: dict[str, str]
    unknown: list[str]


def changes(headers: pd.DataFrame) -> pd.DataFrame:
    """One row per change of a kind's headers, in the order of the downloads.

    `change`: gone (the kit's `column`, under `header` until then) or new (`header`, known as
    `column` or unknown). `used` and `money`: does a figure rest on the column, and is it money.
    `likeliest`: of a column gone the new unknown header most like it, of such a header the
    column's old name; '' if none is. `lasts`: still so in the kind's newest sheet. The API's files
    are compared among themselves.
    """
    told = []
    headers = headers.dropna(subset=["header"])  # a copy for sharing holds none
    for (kind, _), own in headers.groupby(["kind", headers["file"].map(is_of_api)], sort=True):
        told += _of_kind(str(kind), list(_sheets(own)))
    return pd.DataFrame(told, columns=COLUMNS).sort_values(
        ["seen_on", "file", "sheet", "change", "header"], ignore_index=True
    )


def is_of_api(file: str) -> bool:
    """Whether a file is the API's JSON, which has columns of its own."""
    return file.lower().endswith(".json")


def _sheets(headers: pd.DataFrame) -> Iterator[_Sheet]:
    rows = headers.assign(sheet=headers["sheet"].fillna(""))
    rows = rows.sort_values(["seen_on", "file", "sheet", "place"], kind="stable")
    for (seen_on, file, sheet), own in rows.groupby(["seen_on", "file", "sheet"], sort=True):
        named = own.dropna(subset=["column"]).drop_duplicates("column")
        known = dict(zip(named["column"], named["header"], strict=True))
        yield _Sheet(
            file, sheet, seen_on, known, own.loc[own["state"] == "unknown", "header"].tolist()
        )


def _of_kind(kind: str, sheets: list[_Sheet]) -> list[dict[str, Any]]:
    told = []
    for before, now in zip(sheets, sheets[1:], strict=False):
        gone = {c: h for c, h in before.known.items() if c not in now.known}
        fresh = [h for h in now.unknown if h not in before.unknown]
        pairs = _pairs(gone, fresh)
        for column, header in gone.items():
            told.append(
                _change(kind, now, "gone", header, column)
                | {"likeliest": pairs.get(column, ""), "lasts": column not in sheets[-1].known}
            )
        old = {header: gone[column] for column, header in pairs.items()}
        for header in fresh:
            told.append(
                _change(kind, now, "new", header, None)
                | {"likeliest": old.get(header, ""), "lasts": header in sheets[-1].unknown}
            )
        for column in [c for c in now.known if c not in before.known]:
            told.append(
                _change(kind, now, "new", now.known[column], column)
                | {"likeliest": "", "lasts": column in sheets[-1].known}
            )
    return told


def _change(
    kind: str, sheet: _Sheet, change: str, header: str, column: str | None
) -> dict[str, Any]:
    used = column is not None and column in {*KINDS[kind].used, *KINDS[kind].required}
    return {
        "kind": kind,
        "file": sheet.file,
        "sheet": sheet.sheet,
        "seen_on": sheet.seen_on,
        "change": change,
        "header": header,
        "column": column,
        "used": used,
        "money": used and column is not None and type_of(column) == "money",
    }


def _pairs(gone: dict[str, str], fresh: list[str]) -> dict[str, str]:
    """Column gone → the new unknown header it may have become; each header once, best first."""
    scores = sorted(
        (
            (-likeness(header, other), column, other)
            for column, header in gone.items()
            for other in fresh
        ),
    )
    pairs: dict[str, str] = {}
    for score, column, other in scores:
        only = len(gone) == len(fresh) == 1
        if (-score >= ALIKE or only) and column not in pairs and other not in pairs.values():
            pairs[column] = other
    return pairs


def likeness(header: str, other: str) -> float:
    """How alike two headers read, 0 to 1 (Ratcliff & Obershelp), in whatever order their words are.

    >>> round(likeness("Refunds", "Refund amount"), 2), round(likeness("GMV", "Likes"), 2)
    (0.6, 0.0)
    """
    one, two = normalise(header), normalise(other)
    letters = SequenceMatcher(None, one, two).ratio()
    sorted_one, sorted_two = (" ".join(sorted(text.split())) for text in (one, two))
    return max(letters, SequenceMatcher(None, sorted_one, sorted_two).ratio())


def sentences(table: pd.DataFrame) -> list[str]:
    """The changes a person should know: columns gone and headers that nobody knows, once each.

    Several changes of one kind in one file are one sentence.
    """
    told = []
    worth = table[(table["change"] == "gone") & table["used"] | table["column"].isna()]
    for (kind, file), own in worth.groupby(["kind", "file"], sort=False):
        title = KINDS[str(kind)].title
        parts = [_part(row) for row in own.to_dict("records")]
        told.append(f"{file}: {title}, changed since the download before: {'; '.join(parts)}.")
    return told


def _part(row: dict[str, Any]) -> str:
    if row["change"] == "new":
        known = f", perhaps {row['likeliest']} until now" if row["likeliest"] else ""
        return f"{row['header']} is new and unknown{known}"
    if row["likeliest"]:
        return f"{row['header']} is gone, perhaps now {row['likeliest']} ({mend(row)})"
    return f"{row['header']} is gone"


def mend(row: dict[str, Any]) -> str:
    """What to write into client.toml where a header was renamed."""
    line = f'"{row["likeliest"]}" = "{row["column"]}"'
    return f"if so, add {line} under [headers.{row['kind']}] in client.toml"
