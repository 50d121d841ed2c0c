"""The hand-kept ledgers: read, checked word by word, and refused by name, row and column.

A ledger is a CSV or XLSX file in ``ledgers/``, or a sheet of a workbook there, with the columns of
`COLUMNS`. A file that is not there means nothing of that kind, a column that is not there is empty,
an extra column is kept. Dates are ISO (2026-05-04) or as a spreadsheet writes them, rates fractions
(0.15) or percentages (15%), money in the client's currency, handles as TikTok prints them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from kit import contracts, ledger_files, ledger_links, ledger_values
from kit.errors import LedgerError
from kit.ledger_files import Book
from kit.ledger_rules import brief_posts as brief_posts
from kit.ledger_rules import contradictions, refuse_two_agreements, repeats, two_briefs
from kit.ledger_values import Writing

HOOK_ANGLES = ("problem_agitation", "transformation_reveal", "social_proof", "curiosity_gap")

COLUMNS: dict[str, tuple[str, ...]] = {
    "creators": (
        *("handle", "followers", "followers_seen_on", "joined_on", "status", "tier", "language"),
        *("health_rating", "health_rating_on", "former_handles"),
    ),
    "tiers": ("handle", "changed_on", "from_tier", "to_tier", "reason"),
    "agreements": (
        *("handle", "valid_from", "valid_to", "posts_per_week", "commission_rate"),
        *("shop_ads_commission_rate", "flat_fee", "fee_per", "exclusivity"),
        *("exclusivity_category", "exclusivity_from", "exclusivity_until", "usage_until"),
    ),
    "products": (
        *("product_id", "sku_id", "name", "category", "valid_from", "price", "cost_of_goods"),
        *("fulfilment_cost", "in_stock", "product_score", "truths", "proofs", "forbidden_words"),
    ),
    "briefs": (
        *("brief_id", "handle", "product_id", "hook_angle", "product_truth", "proof"),
        *("call_to_action", "do_not_say", "sent_on", "post_id"),
    ),
    "compliance": ("handle", "happened_on", "severity", "post_id", "what", "resolved_on"),
    "samples": (
        *("sample_id", "handle", "product_id", "unit_cost", "shipping_cost", "requested_on"),
        *("approved_on", "shipped_on", "delivered_on", "post_id", "order_id"),
    ),
    "spark_codes": (
        *("post_id", "handle", "kind", "authorised_on", "days", "ends_on", "flight_from"),
        "flight_to",
    ),
    "hooks": ("post_id", "window_s", "views", "held_views", "source", "seen_on"),
    "costs": ("month", "kind", "planned", "spent"),
    "events": ("date", "kind", "subject", "what"),
    "plans": (
        *("handle", "planned_on", "kind", "product_id", "hook_angle", "idea", "who_does_what"),
        *("status", "post_id"),
    ),
    "notes": ("week", "block", "text", "owner", "due"),
    "actions": ("decision_id", "done_on", "by", "note"),
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "creators": ("handle",),
    "tiers": ("handle", "changed_on", "to_tier"),
    "agreements": ("handle", "valid_from"),
    "products": ("product_id",),
    "briefs": ("brief_id",),
    "compliance": ("handle", "happened_on", "severity"),
    "samples": ("handle",),
    "spark_codes": ("kind",),
    "hooks": ("post_id", "window_s", "views", "held_views", "source", "seen_on"),
    "costs": ("month", "kind"),
    "events": ("date",),
    "plans": ("handle", "planned_on"),
    "notes": ("week", "block"),
    "actions": ("decision_id",),
}

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("creators", "status"): ("active", "paused", "left"),
    ("agreements", "fee_per"): ("post", "month", "deal"),
    ("agreements", "exclusivity"): ("none", "category", "full"),
    ("briefs", "hook_angle"): HOOK_ANGLES,
    ("compliance", "severity"): ("note", "warning", "violation"),
    ("spark_codes", "kind"): ("video_code", "mass", "business_center"),
    ("hooks", "source"): ("creator", "ad"),
    ("costs", "kind"): ("product", "coordinator", "spark", "other"),
    ("plans", "kind"): ("video", "live"),
    ("plans", "hook_angle"): HOOK_ANGLES,
    ("plans", "status"): ("idea", "agreed", "posted", "dropped"),
    ("notes", "block"): ("happened", "changed", "next", "ask"),
}

TIERS = {"tier", "from_tier", "to_tier"}
RATES = {"commission_rate", "shop_ads_commission_rate"}
MOST_SHOWN = 3


@dataclass
class Ledgers:
    """One client's ledgers.

    `tables` holds every ledger by name, empty where there is none; `refused` the files that
    contradict themselves, with the reason; `notes` what a person should know; `former` maps each
    former handle to today's.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    former: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


def handle(value: str) -> str:
    """A handle as the kit compares it: no ``@``, lower case, trimmed.

    >>> handle(" @Mia.Skin ")
    'mia.skin'
    """
    return value.strip().lstrip("@").strip().lower()


def read_ledgers(folder: Path, currency: str = "USD", date_order: str | None = None) -> Ledgers:
    """Every ledger of a client as canonical tables, `handle` turned into `creator_id`.

    A ledger that contradicts itself is refused whole and named; the others are read. Amounts are
    in `currency`; `date_order` ("mdy" or "dmy") decides dates such as 5/4/2026 where the ledger
    itself leaves it open.
    """
    there = ledger_files.find(folder, COLUMNS)
    found = Ledgers(refused=there.refused, notes=there.notes, files=there.files)
    rows: dict[str, pd.DataFrame] = {}
    for name in COLUMNS:
        found.tables[name] = contracts.empty(contracts.TABLES[name])
        if name in there.books:
            held = _read_into(found, name, there.books[name], currency, date_order)
            rows |= {} if held is None else {name: held}
    labels = {name: book.label for name, book in there.books.items()}
    found.notes += ledger_links.notes(rows, labels, found.former)
    return found


def _read_into(
    found: Ledgers, name: str, book: Book, currency: str, date_order: str | None
) -> pd.DataFrame | None:
    """The ledger's rows as they stand in the file; None where it is refused."""
    try:
        rows, notes = read_ledger(book, name, currency, date_order)
        if name == "creators":
            found.former = _former(rows, book.label)
        found.tables[name] = _canonical(rows, name, found.former, book.label)
        found.notes += notes
        return rows
    except LedgerError as error:
        found.refused.append((book.path, str(error)))
        return None


def read_ledger(
    book: Book, name: str, currency: str, date_order: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """One ledger as typed rows (with `row`, as a spreadsheet shows it) and notes on columns.

    Raises `LedgerError` with the file, the row, the column, what was found and what was expected;
    of several mistakes the first three are told and the rest counted.
    """
    header, lines = _cells(book)
    notes = _columns(book.label, name, header)
    held = [(number, dict(zip(header, cells, strict=False))) for number, cells in lines]
    writing = Writing(currency, _order(name, [given for _, given in held], date_order))
    problems: list[str] = []
    rows = [
        {"row": number, **_row(name, number, given, writing, problems)} for number, given in held
    ]
    rows_frame = pd.DataFrame(rows, columns=["row", *(column for column in header if column)])
    if not problems:
        problems += repeats(rows_frame, name)
        problems += two_briefs(rows_frame) if name == "briefs" else []
    if problems:
        rest = len(problems) - MOST_SHOWN
        more = f" And {rest} more like these." if rest > 0 else ""
        raise LedgerError(f"{book.label}: {' '.join(problems[:MOST_SHOWN])}{more}")
    return rows_frame, notes


def _order(name: str, rows: list[dict[str, str]], told: str | None) -> str | None:
    """The order of days and months in the ledger's dates, all its columns together."""
    days = [c for c in COLUMNS[name] if _type(name, c) == contracts.DAY and c != "month"]
    return ledger_values.day_order(
        [row.get(column, "") for row in rows for column in days],
        [row.get("month", "") for row in rows],
        told,
    )


def _columns(label: str, name: str, header: list[str]) -> list[str]:
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise LedgerError(f"{label}: column {twice[0]} stands twice. Keep one of them.")
    lacking = [column for column in REQUIRED[name] if column not in header]
    if lacking:
        raise LedgerError(
            f"{label} lacks the column {', '.join(lacking)}. "
            f"It has {', '.join(header) or 'none'}. "
            f"The columns of this ledger are {', '.join(COLUMNS[name])}."
        )
    absent = [column for column in COLUMNS[name] if column not in header]
    notes = []
    for column in header:
        near = difflib.get_close_matches(column, absent, n=1, cutoff=0.75)
        if column not in COLUMNS[name] and near:
            notes.append(f"{label}: column {column} is not known. Did you mean {near[0]}?")
    return notes


def _cells(book: Book) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header names and the rows that hold something, each with its number in a spreadsheet.

    A checkbox that nobody has ticked, down to the sheet's end, is nothing. A column without a name
    is left out if it is empty, and refused otherwise.
    """
    numbered = [
        (i, [cell.strip() for cell in cells])
        for i, cells in enumerate(book.rows, start=1)
        if any(cell.strip().upper() not in ("", "FALSE") for cell in cells)
    ]
    if not numbered:
        raise LedgerError(f"{book.label} is empty. Its first row names the columns.")
    top, titles = numbered[0]
    header = [re.sub(r"[\s-]+", "_", title.lower()) for title in titles]
    for number, cells in numbered[1:]:
        for place, cell in enumerate(cells):
            if cell and (place >= len(header) or not header[place]):
                raise LedgerError(
                    f"{book.label}: row {number} holds {cell!r} in column {place + 1}, which row "
                    f"{top} gives no name. Name the column, or take the cell out."
                )
    return header, numbered[1:]


def _type(name: str, column: str) -> Any:
    table: Any = contracts.TABLES[name]
    return table.columns.get({"handle": "creator_id"}.get(column, column), contracts.TEXT)


def _row(
    name: str, number: int, given: Mapping[str, str], writing: Writing, problems: list[str]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, text in given.items():
        if not column:
            continue
        try:
            values[column] = _value(name, column, text, writing) if text else None
            if not text and column in REQUIRED[name]:
                raise ValueError("is empty. Fill it in or take the row out.")
        except ValueError as problem:
            problems.append(f"row {number}, column {column} {problem}")
    problems += [f"row {number}, {text}" for text in contradictions(name, values)]
    return values


def _value(name: str, column: str, text: str, writing: Writing) -> Any:
    """One cell in its type; a ValueError's text says what was found and what was expected."""
    if (name, column) in WORDS:
        return ledger_values.word(text, WORDS[name, column])
    if column == "handle":
        return _handle(text)
    if column in TIERS:
        return ledger_values.number(text, int, 1, 3)
    if column in RATES:
        return ledger_values.rate(text)
    if column == "month":
        return ledger_values.month(text, writing)
    if column == "week" and name == "notes":
        return ledger_values.week(text, writing)
    if column.endswith("_id") or column == "post_id":
        return ledger_values.an_id(text)
    readers: dict[Any, Callable[[str], Any]] = {
        contracts.DAY: lambda cell: ledger_values.day(cell, writing),
        contracts.MONEY: lambda cell: ledger_values.money(cell, writing),
        contracts.NUMBER: lambda cell: ledger_values.number(cell, float, 0),
        contracts.COUNT: lambda cell: ledger_values.number(cell, int, 0),
    }
    return readers.get(_type(name, column), str)(text)


def _handle(text: str) -> str:
    found = handle(text)
    if not found:
        raise ValueError(f"holds {text!r}, which is no handle. Write it as TikTok prints it.")
    return found


def _former(creators: pd.DataFrame, file: str) -> dict[str, str]:
    """Each former handle and today's; a handle that belongs to two creators is refused."""
    today = set(creators["handle"])
    former: dict[str, str] = {}
    listed = creators.get("former_handles", pd.Series(dtype="str"))
    for row, current, text in zip(creators["row"], creators["handle"], listed, strict=False):
        for old in (handle(part) for part in str(text).split(";")) if isinstance(text, str) else ():
            if not old or old == current:
                continue
            if old in today or former.get(old, current) != current:
                raise LedgerError(
                    f"{file}: row {row}, column former_handles names {old}, who is also "
                    f"{'a creator of their own' if old in today else former[old]}. Merge the two."
                )
            former[old] = current
    return former


def _canonical(rows: pd.DataFrame, name: str, former: Mapping[str, str], file: str) -> pd.DataFrame:
    """The rows as a canonical table: former handles mapped, `handle` named `creator_id`."""
    known = rows.copy()
    if "handle" in known:
        known["handle"] = known["handle"].map(lambda h: former.get(h, h), na_action="ignore")
    if name == "agreements":
        refuse_two_agreements(known, file)
    if name == "creators":
        known = known.rename(columns={"tier": "tier_given"})
        known["creator_id"] = known["handle"]
    else:
        known = known.rename(columns={"handle": "creator_id"})
    if name != "tiers":
        known = known.drop(columns="row")
    return contracts.frame(contracts.arrow(known, contracts.TABLES[name]))
