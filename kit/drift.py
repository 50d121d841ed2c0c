"""What changed in the exports' headers from one download to the next: new, gone, perhaps renamed.

A column that the platform renames would be read as missing for weeks. So every header met is kept
(`contracts.Headers`), and each change is told once, with the likeliest old name of what is new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd

from kit import gone
from kit.exports.headers import names, normalise
from kit.exports.kinds import KINDS, is_of_api, type_of
from kit.exports.looks import Look, alike

# Two headers at least this alike may be one under two names.
ALIKE = 0.5
# An unknown header whose cells show no amount, called so much like a money column, may be it.
CALLED_SO = 0.6

COLUMNS = [
    *("kind", "file", "sheet", "seen_on", "change", "header", "column", "used", "money"),
    *("likeliest", "lasts", "before"),
]


class _Sheet(NamedTuple):
    """One sheet's headers: canonical column → its header, and the headers nobody knows.

    `looks` are those of the cells, by canonical column or unknown header.
    """

    file: str
    sheet: str
    seen_on: Any
    known: dict[str, str]
    unknown: list[str]
    looks: dict[str, Look]


def changes(headers: pd.DataFrame) -> pd.DataFrame:
    """One row per change of a kind's headers, in the order of the downloads.

    `change`: gone (the kit's `column`, under `header` until then) or new (`header`, known as
    `column` or unknown). `used` and `money`: does a figure rest on the column, and is it money.
    `likeliest`: of a column gone the new unknown header most like it, of such a header the
    column's old name; '' if none is. `lasts`: still so in the kind's newest sheet. `before` is the
    file compared with. The API's files are compared among themselves.
    """
    told = []
    headers = headers.dropna(subset=["header"])  # a copy for sharing holds none
    for (kind, _), own in headers.groupby(["kind", headers["file"].map(is_of_api)], sort=True):
        told += _of_kind(str(kind), list(_sheets(own)))
    return pd.DataFrame(told, columns=COLUMNS).sort_values(
        ["seen_on", "file", "sheet", "change", "header"], ignore_index=True
    )


def renamed(headers: pd.DataFrame) -> dict[tuple[str, bool, str], str]:
    """(kind, of the API, column) → the header that the column last went over to, if it did."""
    gone = changes(headers).query("change == 'gone' and likeliest != ''")
    return {
        (row["kind"], is_of_api(row["file"]), row["column"]): row["likeliest"]
        for row in gone.to_dict("records")
    }


def unknown(headers: pd.DataFrame) -> dict[tuple[str, str], dict[str, Look]]:
    """(file, sheet or '') → its unknown headers, each with the look of its cells."""
    rows = headers[headers["state"].eq("unknown") & headers["header"].notna()]
    rows = rows.assign(sheet=rows["sheet"].fillna(""))
    found: dict[tuple[str, str], dict[str, Look]] = {}
    for row in rows.itertuples():
        found.setdefault((row.file, row.sheet), {})[row.header] = _look(row)
    return found


def _sheets(headers: pd.DataFrame) -> Iterator[_Sheet]:
    rows = headers.assign(sheet=headers["sheet"].fillna(""))
    rows = rows.sort_values(["seen_on", "file", "sheet", "place"], kind="stable")
    cells = rows.dropna(subset=["seen_on"]).itertuples(index=False)
    for (seen_on, file, sheet), sheet_rows in groupby(
        cells, lambda r: (r.seen_on, r.file, r.sheet)
    ):
        own = list(sheet_rows)
        named: dict[str, Any] = {}
        for row in own:
            if isinstance(row.column, str):
                named.setdefault(row.column, row)
        strange = [row for row in own if row.state == "unknown"]
        known = {column: row.header for column, row in named.items()}
        seen = {column: _look(row) for column, row in named.items()}
        seen |= {row.header: _look(row) for row in strange}
        yield _Sheet(file, sheet, seen_on, known, [row.header for row in strange], seen)


def _look(row: Any) -> Look:
    return Look(row.shape if isinstance(row.shape, str) else "empty", row.typical)


def _of_kind(kind: str, sheets: list[_Sheet]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    looks: dict[str, Look] = {}
    for before, now in zip(sheets, sheets[1:], strict=False):
        looks |= {name: look for name, look in before.looks.items() if look.shape != "empty"}
        begun = len(told)
        lost = {c: h for c, h in before.known.items() if c not in now.known}
        fresh = [h for h in now.unknown if h not in before.unknown]
        pairs = _pairs(lost, fresh, looks, now.looks)
        for column, header in lost.items():
            told.append(
                _change(kind, now, "gone", header, column)
                | {"likeliest": pairs.get(column, ""), "lasts": column not in sheets[-1].known}
            )
        old = {header: lost[column] for column, header in pairs.items()}
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
        for change in told[begun:]:
            change["before"] = before.file
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


def _pairs(
    gone: dict[str, str], fresh: list[str], looks: dict[str, Look], now: dict[str, Look]
) -> dict[str, str]:
    """Column gone → the new unknown header it may have become; each header once, best first."""
    scores = sorted(
        (-_score(header, looks.get(column, Look()), other, now[other]), column, other)
        for column, header in gone.items()
        for other in fresh
    )
    pairs: dict[str, str] = {}
    for score, column, other in scores:
        only = len(gone) == len(fresh) == 1 and score < 0
        if (-score >= ALIKE or only) and column not in pairs and other not in pairs.values():
            pairs[column] = other
    return pairs


def _score(header: str, look: Look, other: str, its: Look) -> float:
    """How likely one column became the other, 0 to 1: half by its name, half by its cells.

    Cells that show nothing leave it to the name; cells of different sorts rule it out.
    """
    cells = alike(look, its)
    if cells is None:
        return likeness(header, other)
    return (likeness(header, other) + cells) / 2 if cells else 0.0


def resembling(kind: str, column: str, unknown: dict[str, Look]) -> str:
    """The unknown header of a sheet that may be a money column no sheet of the client ever had.

    Its cells are amounts, or they show no amount and it is called much like the column; '' if none.
    """
    best = ""
    reached = 0.0
    for header, look in unknown.items():
        named = max(likeness(name, header) for name in names(kind, column))
        fits = look.shape == "money" or (look.shape in ("count", "empty") and named >= CALLED_SO)
        if fits and named >= reached:
            best, reached = header, named
    return best


def likeness(header: str, other: str) -> float:
    """How alike two headers read, 0 to 1 (Ratcliff & Obershelp), in whatever order their words are.

    >>> round(likeness("Refunds", "Refund amount"), 2), round(likeness("GMV", "Likes"), 2)
    (0.6, 0.0)
    """
    one, two = normalise(header), normalise(other)
    letters = SequenceMatcher(None, one, two).ratio()
    sorted_one, sorted_two = (" ".join(sorted(text.split())) for text in (one, two))
    return max(letters, SequenceMatcher(None, sorted_one, sorted_two).ratio())


def sentences(
    table: pd.DataFrame, files: pd.DataFrame, declared: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The changes a person should know: columns gone and headers that nobody knows, once each.

    Several changes of one kind in one file are one sentence. `files` is the table of files,
    `declared` the columns that are known to be gone, by kind: of them nothing is said.
    """
    told = []
    until = files.groupby("file")["last_day"].max()
    known = [c in declared.get(k, ()) for k, c in zip(table["kind"], table["column"], strict=True)]
    table = table[~(pd.Series(known, table.index, dtype=bool) & table["change"].eq("gone"))]
    worth = table[(table["change"] == "gone") & table["used"] | table["column"].isna()]
    for (kind, file), own in worth.groupby(["kind", "file"], sort=False):
        title = KINDS[str(kind)].title
        parts = [_part(row, until.get(row["before"])) for row in own.to_dict("records")]
        told.append(f"{file}: {title}, changed since the download before: {'; '.join(parts)}.")
    return told


def _part(row: dict[str, Any], held_until: Any) -> str:
    if row["change"] == "new":
        known = f", perhaps {row['likeliest']} until now" if row["likeliest"] else ""
        return f"{row['header']} is new and unknown{known}"
    if row["likeliest"]:
        return f"{row['header']} is gone, perhaps now {row['likeliest']} ({mend(row)})"
    line = gone.line(row["kind"], row["column"], row["header"], held_until)
    return f"{row['header']} is gone{f' ({line})' if line else ''}"


def mend(row: dict[str, Any]) -> str:
    """What to write into client.toml where a header was renamed, and where it was not."""
    if row["kind"] == "shop_orders":  # unknown headers of shop orders are not shown as printed
        return f'if so, add "its header" = "{row["column"]}" under [headers.shop_orders]'
    header = json.dumps(row["likeliest"], ensure_ascii=False)
    return (
        f'if so, add {header} = "{row["column"]}" under [headers.{row["kind"]}] in client.toml; '
        f'if not, {header} = ""'
    )
