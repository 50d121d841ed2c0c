"""What people, spreadsheets and platforms do to an export: each way, on each column, seeded."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from kit.exports.kinds import type_of
from tests.broken_exports.bases import Base, as_book, as_csv, as_file, as_xlsx

Rows = list[list[str]]


@dataclass(frozen=True)
class Variant:
    """One damaged file: which damage, on what, under which name; its bytes once asked for."""

    damage: str
    on: str  # the column or place, as a person would say it
    base: Base
    name: str
    make: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        return self.make()

    @property
    def label(self) -> str:
        return f"{self.base.kind}: {self.damage}: {self.on}"


Made = Iterator[tuple[str, Rows]]
BY_ROWS: dict[str, Callable[[Base, random.Random], Made]] = {}


def damage(name: str) -> Callable:
    """Register a damage that gives tables of cells; the file format stays the base's."""

    def note(make: Callable) -> Callable:
        BY_ROWS[name] = make
        return make

    return note


def copied(base: Base) -> Rows:
    return [list(row) for row in base.rows]


def _set(base: Base, place: int, change: Callable[[str], str], at: int | None = None) -> Rows:
    """The table with one column's cells changed, all of them or the one of a row."""
    rows = copied(base)
    for number in range(base.first, len(rows)) if at is None else [at]:
        rows[number][place] = change(rows[number][place])
    return rows


def _class(column: str) -> str:
    kind = type_of(column)
    return "text" if kind in ("handle", "flag", "buyer", "text") else kind


def filled_row(base: Base, place: int, rng: random.Random) -> int | None:
    """A row whose cell holds something but 0, if there is one."""
    there = [
        number
        for number in range(base.first, len(base.rows))
        if re.search(r"[1-9A-Za-z]", base.rows[number][place])
    ]
    return rng.choice(there) if there else None


def _amounts(base: Base) -> dict[str, int]:
    return {
        c: p for c, p in base.columns.items() if type_of(c) in ("money", "count", "rate", "number")
    }


@damage("header renamed")
def renamed(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        for new in (f"Neu {base.rows[0][place]}", f"Column {place}"):
            rows = copied(base)
            rows[0][place] = new
            yield column, rows


@damage("header emptied")
def emptied(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        rows = copied(base)
        rows[0][place] = ""
        yield column, rows


@damage("column dropped")
def dropped(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        yield column, [row[:place] + row[place + 1 :] for row in base.rows]


@damage("column doubled")
def doubled(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        yield column, [[*row, row[place]] for row in base.rows]


@damage("column doubled with other cells")
def doubled_otherwise(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        cells = [row[place] for row in base.rows[base.first :]]
        rng.shuffle(cells)
        added = [row[place] for row in base.rows[: base.first]] + cells
        yield column, [[*row, cell] for row, cell in zip(base.rows, added, strict=True)]


@damage("headers exchanged")
def exchanged(base: Base, rng: random.Random) -> Made:
    for one, other in itertools.combinations(base.columns, 2):
        if _class(one) == _class(other):
            rows = copied(base)
            a, b = base.columns[one], base.columns[other]
            rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
            yield f"{one} and {other}", rows
    names = base.rows[0]
    if "Buyer Nickname" in names:
        rows = copied(base)
        a, b = names.index("Buyer Nickname"), names.index("Buyer Username")
        rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
        yield "Buyer Nickname and Buyer Username", rows


@damage("headers moved on by one")
def turned(base: Base, rng: random.Random) -> Made:
    by_type: dict[str, list[int]] = {}
    for column, place in base.columns.items():
        by_type.setdefault(_class(column), []).append(place)
    for kind, places in by_type.items():
        if len(places) > 2:
            rows = copied(base)
            for place, other in zip(places, [*places[1:], places[0]], strict=True):
                rows[0][place] = base.rows[0][other]
            yield kind, rows


@damage("column slipped by a row")
def slipped(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        for step in (1, -1):
            cells = [row[place] for row in base.rows[base.first :]]
            cells = cells[step:] + cells[:step]
            rows = copied(base)
            for row, cell in zip(rows[base.first :], cells, strict=True):
                row[place] = cell
            yield column, rows


@damage("column sorted alone")
def sorted_alone(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        cells = sorted(row[place] for row in base.rows[base.first :])
        rows = copied(base)
        for row, cell in zip(rows[base.first :], cells, strict=True):
            row[place] = cell
        yield column, rows


@damage("rows cut")
def cut(base: Base, rng: random.Random) -> Made:
    body = base.rows[base.first :]
    head = base.rows[: base.first]
    half, tenth = len(body) // 2, max(1, len(body) // 10)
    yield "last half", head + body[:half]
    yield "first half", head + body[half:]
    yield "last tenth", head + body[:-tenth]
    yield "every second", head + body[::2]
    at = rng.randrange(len(body))
    yield "one row", head + body[:at] + body[at + 1 :]


@damage("rows repeated")
def repeated(base: Base, rng: random.Random) -> Made:
    body = base.rows[base.first :]
    head = base.rows[: base.first]
    at = rng.randrange(len(body))
    yield "one row", [*head, *body, body[at]]
    yield "all rows", [*head, *body, *body]
    yield "a tenth", [*head, *body, *body[: max(1, len(body) // 10)]]
    yield "all with the header", [*head, *body, *head, *body]


@damage("rows in another order")
def shuffled(base: Base, rng: random.Random) -> Made:
    body = list(base.rows[base.first :])
    rng.shuffle(body)
    yield "shuffled", base.rows[: base.first] + body
    yield "reversed", base.rows[: base.first] + base.rows[: base.first - 1 : -1]


@damage("cells shifted")
def shifted(base: Base, rng: random.Random) -> Made:
    width = len(base.rows[0])
    for _ in range(4):
        at = rng.randrange(base.first, len(base.rows))
        place = rng.randrange(width - 1)
        right = copied(base)
        right[at] = (right[at][:place] + [""] + right[at][place:])[:width]
        yield "one row to the right, the last cell lost", right
        longer = copied(base)
        longer[at] = longer[at][:place] + [""] + longer[at][place:]
        yield "one row to the right, a cell too many", longer
        left = copied(base)
        left[at] = left[at][:place] + left[at][place + 1 :] + [""]
        yield "one row to the left", left
        shorter = copied(base)
        shorter[at] = shorter[at][:place] + shorter[at][place + 1 :]
        yield "one row to the left, a cell too few", shorter
    for place in range(1, width, 4):
        moved = copied(base)
        for number in range(base.first, len(moved)):
            moved[number] = (moved[number][:place] + [""] + moved[number][place:])[:width]
        yield "all rows to the right", moved


@damage("one figure changed")
def one_figure(base: Base, rng: random.Random) -> Made:
    changes = {
        "× 10": lambda c: _scaled(c, 10),
        "× 100": lambda c: _scaled(c, 100),
        "÷ 10": lambda c: _scaled(c, 0.1),
        "negative": lambda c: "-" + c,
        "zero": lambda c: re.sub(r"\d", "0", c),
        "blank": lambda c: "",
        "a word": lambda c: "see note",
    }
    for column, place in _amounts(base).items():
        for what, change in changes.items():
            at = filled_row(base, place, rng)
            if at is not None:
                yield f"{column} {what}", _set(base, place, change, at)


def _scaled(cell: str, by: float) -> str:
    found = re.search(r"\d[\d,]*\.?\d*", cell)
    if not found:
        return cell
    number = float(found.group().replace(",", "")) * by
    decimals = len(found.group().partition(".")[2])
    text = f"{number:,.{decimals}f}" if "," in found.group() else f"{number:.{decimals}f}"
    return cell[: found.start()] + text + cell[found.end() :]


@damage("a column of figures changed")
def all_figures(base: Base, rng: random.Random) -> Made:
    changes = {
        "× 10": lambda c: _scaled(c, 10),
        "decimal point lost": lambda c: c.replace(".", ""),
        "zero": lambda c: re.sub(r"\d", "0", c),
        "blank": lambda c: "",
        "decimal comma": lambda c: c.replace(",", " ").replace(".", ","),
        "marks exchanged": _other_marks,
    }
    for column, place in _amounts(base).items():
        for what, change in changes.items():
            rows = _set(base, place, change)
            if rows != base.rows:
                yield f"{column} {what}", rows


def _other_marks(cell: str) -> str:
    return cell.translate(str.maketrans(".,", ",."))


@damage("decimal marks changed")
def marks(base: Base, rng: random.Random) -> Made:
    places = [p for c, p in base.columns.items() if type_of(c) in ("money", "rate", "number")]
    rows = copied(base)
    for number in range(base.first, len(rows)):
        for place in places:
            rows[number][place] = _other_marks(rows[number][place])
    yield "all amounts", rows
    for column, place in _amounts(base).items():
        at = filled_row(base, place, rng)
        if at is not None and "." in base.rows[at][place]:
            yield f"one cell of {column}", _set(base, place, _other_marks, at)


@damage("currency mixed")
def currencies(base: Base, rng: random.Random) -> Made:
    for column, place in base.columns.items():
        at = filled_row(base, place, rng)
        if type_of(column) == "money" and at is not None:
            for mark in ("€", "Rp", "MX$"):
                change = lambda c, m=mark: m + c.lstrip("$")  # noqa: E731
                yield f"one cell of {column} {mark}", _set(base, place, change, at)
            yield f"{column} £", _set(base, place, lambda c: "£" + c.lstrip("$"))
    if "currency" in base.columns:
        place = base.columns["currency"]
        at = rng.randrange(base.first, len(base.rows))
        yield "one code", _set(base, place, lambda c: "EUR", at)
        yield "all codes", _set(base, place, lambda c: "EUR")


_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def _other_order(cell: str) -> str:
    return _DAY.sub(r"\2/\1/\3", cell)


@damage("date order changed")
def dates(base: Base, rng: random.Random) -> Made:
    places = {c: p for c, p in base.columns.items() if type_of(c) == "time"}
    dated = {c: p for c, p in places.items() if any(_DAY.search(r[p]) for r in base.rows)}
    if not dated:
        return
    rows = copied(base)
    for row in rows[base.first :]:
        for place in dated.values():
            row[place] = _other_order(row[place])
    yield "all times", rows
    early = [n for n in range(base.first, len(rows)) if _twelfth(base.rows[n], dated)]
    for column, place in dated.items():
        yield column, _set(base, place, _other_order)
        cells = [n for n in early if base.rows[n][place].strip()]
        if cells:
            yield f"one cell of {column}", _set(base, place, _other_order, rng.choice(cells))
        first = r"\3-\2-\1" if base.kind == "affiliate_orders" else r"\3-\1-\2"
        iso = _set(base, place, lambda c, shape=first: _DAY.sub(shape, c))
        yield f"{column} with the year first", iso
        if len(early) > 20:
            only = [r for n, r in enumerate(base.rows) if n < base.first or n in set(early)]
            short = [list(row) for row in only]
            for row in short[base.first :]:
                row[place] = _other_order(row[place])
            yield f"{column}, days to the 12th only", short
    if early:
        at = rng.choice(early)
        rows = copied(base)
        for place in dated.values():
            rows[at][place] = _other_order(rows[at][place])
        yield "all times of one row", rows


def _twelfth(row: list[str], places: dict[str, int]) -> bool:
    """Whether all days of a row could be months, and some are not the same either way."""
    found = [m for p in places.values() for m in [_DAY.search(row[p])] if m]
    return bool(found) and all(
        int(m.group(1)) <= 12 and int(m.group(2)) <= 12 and m.group(1) != m.group(2) for m in found
    )


@damage("ids rounded")
def rounded(base: Base, rng: random.Random) -> Made:
    shapes = {
        "to 15 digits": lambda c: re.sub(r"\d{16,}", lambda m: _fifteen(m.group()), c),
        "in scientific notation": lambda c: re.sub(
            r"\d{16,}", lambda m: f"{float(m.group()):.2E}", c
        ),
    }
    for column, place in base.columns.items():
        if type_of(column) == "id":
            for what, change in shapes.items():
                yield f"{column} {what}", _set(base, place, change)
                at = filled_row(base, place, rng)
                if at is not None:
                    yield f"one {column} {what}", _set(base, place, change, at)
    rows = copied(base)
    for row in rows[base.first :]:
        for column, place in base.columns.items():
            if type_of(column) == "id":
                row[place] = shapes["to 15 digits"](row[place])
    yield "all ids", rows


def _fifteen(digits: str) -> str:
    return digits[:15] + "0" * (len(digits) - 15)


@damage("totals row")
def totals(base: Base, rng: random.Random) -> Made:
    for label in ("Total", "Ringkasan", "Total of 12 results"):
        row = _totals(base, label)
        for where, at in (("at the end", len(base.rows)), ("on top", base.first)):
            yield f"{label} {where}", base.rows[:at] + [row] + base.rows[at:]
        middle = (base.first + len(base.rows)) // 2
        yield f"{label} in the middle", base.rows[:middle] + [row] + base.rows[middle:]


def _totals(base: Base, label: str) -> list[str]:
    row = [""] * len(base.rows[0])
    for column, place in base.columns.items():
        if type_of(column) in ("money", "count"):
            cells = [re.sub(r"[^\d.]", "", r[place]) for r in base.rows[base.first :]]
            total = sum(float(cell) for cell in cells if cell)
            row[place] = f"{total:.2f}" if type_of(column) == "money" else f"{total:.0f}"
    texts = [p for c, p in base.columns.items() if type_of(c) in ("text", "handle", "id")]
    row[min(texts)] = label
    return row


@damage("definitions row")
def definitions(base: Base, rng: random.Random) -> Made:
    words = [f"In words: what the platform counts under {name}." for name in base.rows[0]]
    body = base.rows[base.first :]
    middle = len(body) // 2
    yield "none", [base.rows[0], *body]
    yield "in row 2", [base.rows[0], words, *body]
    yield "in the middle", [base.rows[0], *body[:middle], words, *body[middle:]]
    yield "at the end", [base.rows[0], *body, words]
    yield "twice", [base.rows[0], words, words, *body]


@damage("header row moved")
def moved(base: Base, rng: random.Random) -> Made:
    note = ["Exported for the team"] + [""] * (len(base.rows[0]) - 1)
    blank = [""] * len(base.rows[0])
    for number in (1, 3, 10, 14, 15, 30):
        yield f"down by {number}", [note] * number + base.rows
        yield f"down by {number} blank rows", [blank] * number + base.rows
    middle = (base.first + len(base.rows)) // 2
    yield "repeated in the middle", base.rows[:middle] + [base.rows[0]] + base.rows[middle:]
    yield "at the end", base.rows[1:] + [base.rows[0]]
    yield "in the middle", base.rows[1:middle] + [base.rows[0]] + base.rows[middle:]
    yield "lost", base.rows[1:]


@damage("blank rows")
def blanks(base: Base, rng: random.Random) -> Made:
    blank = [""] * len(base.rows[0])
    middle = (base.first + len(base.rows)) // 2
    yield "in the middle", base.rows[:middle] + [blank] * 3 + base.rows[middle:]
    yield "at the end", base.rows + [blank] * 50


@damage("cells dressed up")
def dressed(base: Base, rng: random.Random) -> Made:
    ids = [p for c, p in base.columns.items() if type_of(c) == "id"]
    rows = copied(base)
    for row in rows[base.first :]:
        for place in ids:
            row[place] = f"'{row[place]}\t" if row[place] else ""
    yield "ids with quotes and tabs", rows
    spaced = [[f" {cell}\u200b " if cell else cell for cell in row] for row in base.rows]
    yield "spaces and invisible characters", spaced
    upper = copied(base)
    upper[0] = [name.upper() for name in upper[0]]
    yield "headers in capitals", upper
    nulls = [[("N/A" if not cell or cell == "--" else cell) for cell in row] for row in base.rows]
    nulls[0] = base.rows[0]
    yield "empty cells as N/A", nulls


def variants(all_bases: list[Base], seed: int) -> Iterator[Variant]:
    """Every damage on every base, in a fixed order; the same seed gives the same bytes."""
    for base in all_bases:
        for name, make in BY_ROWS.items():
            rng = random.Random(f"{seed} {base.place} {name}")
            for on, rows in make(base, rng):
                yield Variant(name, on, base, base.name, partial(as_file, base, rows))
        rng = random.Random(f"{seed} {base.place} bytes")
        for name, on, file_name, content in _bytes(base, rng, all_bases):
            yield Variant(name, on, base, file_name, partial(bytes, content))


def _bytes(
    base: Base, rng: random.Random, all_bases: list[Base]
) -> Iterator[tuple[str, str, str, bytes]]:
    """Damages of the file itself rather than of its cells."""
    plain = base.name.rsplit(".", 1)[0]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        content = as_csv(base.rows, encoding=encoding)
        yield "encoding", encoding, f"{plain}.csv", content
    for delimiter, said in ((";", "semicolon"), ("\t", "tab"), ("|", "pipe")):
        yield "delimiter", said, f"{plain}.csv", as_csv(base.rows, delimiter)
    comma = [
        [cell.replace(".", ",") if _is_number(cell) else cell for cell in r] for r in base.rows
    ]
    yield "delimiter", "semicolon and decimal comma", f"{plain}.csv", as_csv(comma, ";")
    mixed = as_csv(base.rows[: len(base.rows) // 2]) + as_csv(
        base.rows[len(base.rows) // 2 :], ";", "utf-8"
    )
    yield "delimiter", "two in one file", f"{plain}.csv", mixed
    yield from _truncated(base, rng)
    yield from _books(base, rng, all_bases)
    yield from _merged(base, rng, all_bases)
    yield from _windows(base)


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"\$?-?[\d,]*\.\d+%?", cell))


def _truncated(base: Base, rng: random.Random) -> Iterator[tuple[str, str, str, bytes]]:
    plain = base.name.rsplit(".", 1)[0]
    text, book = as_csv(base.rows), as_xlsx(base.rows)
    for _ in range(12):
        at = rng.randrange(200, len(text) - 2)
        yield "truncated", "csv at a random byte", f"{plain}.csv", text[:at]
    for _ in range(4):
        at = rng.randrange(200, len(book) - 2)
        yield "truncated", "workbook at a random byte", f"{plain}.xlsx", book[:at]
    line = text[: rng.randrange(len(text) // 2, len(text))].rfind(b"\r\n") + 2
    yield "truncated", "csv at the end of a row", f"{plain}.csv", text[:line]
    damaged = bytearray(book)
    for _ in range(20):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    yield "truncated", "workbook with random bytes", f"{plain}.xlsx", bytes(damaged)


def _books(
    base: Base, rng: random.Random, all_bases: list[Base]
) -> Iterator[tuple[str, str, str, bytes]]:
    name = base.name.rsplit(".", 1)[0] + ".xlsx"
    notes = [["Notes"], ["checked by Ann"]]
    yield "sheet added", "notes", name, as_book({"Data": base.rows, "Notes": notes})
    yield "sheet added", "notes before", name, as_book({"Notes": notes, "Data": base.rows})
    yield "sheet added", "a copy", name, as_book({"Data": base.rows, "Copy": base.rows})
    half = base.rows[: base.first] + base.rows[len(base.rows) // 2 :]
    yield "sheet added", "a filtered copy", name, as_book({"Data": base.rows, "Copy": half})
    changed = _set(base, base.columns[_money(base)], lambda c: _scaled(c, 2))
    yield "sheet added", "a changed copy", name, as_book({"Data": base.rows, "Copy": changed})
    pivot = [["Row Labels", "Sum"], *[[row[0], "1"] for row in base.rows[base.first : 20]]]
    yield "sheet added", "a pivot table", name, as_book({"Data": base.rows, "Pivot": pivot})
    other = next(one for one in all_bases if one.kind != base.kind)
    both = {"Data": base.rows, "Other": other.rows}
    yield "sheet added", f"{other.kind}", name, as_book(both)
    numbers = [[_as_number(cell) for cell in row] for row in base.rows]
    yield "saved by a spreadsheet", "numbers as numbers", name, as_book({"Data": numbers})
    ids = [p for c, p in base.columns.items() if type_of(c) == "id"]
    for place in ids:
        rows: list[list[object]] = [list(row) for row in base.rows]
        for row in rows[base.first :]:
            cell = str(row[place]).strip()
            row[place] = float(cell) if cell.isdigit() else cell
        yield (
            "saved by a spreadsheet",
            f"{base.rows[0][place]} as number",
            name,
            as_book({"Data": rows}),
        )


def _money(base: Base) -> str:
    return "spend" if "spend" in base.columns else "gmv"


def _as_number(cell: str) -> object:
    text = cell.strip()
    if re.fullmatch(r"\d{1,11}(\.\d+)?", text) and not re.fullmatch(r"0\d+", text):
        return float(text)
    return cell


def _merged(
    base: Base, rng: random.Random, all_bases: list[Base]
) -> Iterator[tuple[str, str, str, bytes]]:
    for other in [one for one in all_bases if one.kind != base.kind]:
        body = other.rows[other.first : other.first + 40]
        width = max(len(base.rows[0]), len(other.rows[0]))
        wide = [row + [""] * (width - len(row)) for row in base.rows]
        foot = [row + [""] * (width - len(row)) for row in body]
        head = [other.rows[0] + [""] * (width - len(other.rows[0]))]
        name = base.name.rsplit(".", 1)[0]
        yield "two kinds in one", f"{other.kind} below", f"{name}.xlsx", as_xlsx(wide + head + foot)
        yield (
            "two kinds in one",
            f"{other.kind} below without header",
            f"{name}.xlsx",
            as_xlsx(wide + foot),
        )
        yield (
            "two kinds in one",
            f"{other.kind} below in csv",
            f"{name}.csv",
            as_csv(base.rows + [other.rows[0]] + body),
        )
        beside = [
            left + right
            for left, right in itertools.zip_longest(
                base.rows, [other.rows[0], *body], fillvalue=[""] * len(other.rows[0])
            )
        ]
        yield "two kinds in one", f"{other.kind} beside", f"{name}.xlsx", as_xlsx(beside)
    twin = next((one for one in all_bases if one.kind == base.kind and one is not base), None)
    if twin is not None and _SPAN.search(base.name):
        rows = base.rows + twin.rows[twin.first :]
        yield (
            "two kinds in one",
            "two files of the kind, one below the other",
            base.name,
            as_file(base, rows),
        )


_SPAN = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})( 00 ~ |-)(\d{4})-?(\d{2})-?(\d{2})")


def _windows(base: Base) -> Iterator[tuple[str, str, str, bytes]]:
    found = _SPAN.search(base.name)
    content = as_file(base, base.rows)
    if not found:
        return
    numbers = [int(part) for part in found.groups() if part.strip(" 0~-") and part.isdigit()]
    start, end = date(*numbers[:3]), date(*numbers[3:])
    dashes = "-" if base.name[found.start() + 4] == "-" else ""
    shape = f"%Y{dashes}%m{dashes}%d"

    def named(one: date, other: date) -> str:
        span = f"{one.strftime(shape)}{found.group(4)}{other.strftime(shape)}"
        return base.name[: found.start()] + span + base.name[found.end() :]

    week = timedelta(7)
    yield "window in the name", "none", "list.xlsx", content
    yield "window in the name", "a week before", named(start - week, end - week), content
    yield (
        "window in the name",
        "four weeks before",
        named(start - 4 * week, end - 4 * week),
        content,
    )
    yield "window in the name", "a week later", named(start + week, end + week), content
    yield "window in the name", "backwards", named(end, start), content
    yield "window in the name", "two weeks long", named(start - week, end), content
    yield "window in the name", "one day", named(end, end), content
    two = named(start, end).replace(".xlsx", f" {(start - week):%Y%m%d}-{(end - week):%Y%m%d}.xlsx")
    yield "window in the name", "two", two, content
