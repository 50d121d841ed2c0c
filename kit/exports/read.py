"""Reading one file: every sheet with a known header becomes an `Export`; all else is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import threads
from ..errors import ExportError
from . import (
    absent,
    archives,
    consistency,
    files,
    finish,
    headers,
    looks,
    misplaced,
    nondata,
    periods,
    recognise,
    repeats,
    texts,
    values,
)
from .day_evidence import Place
from .day_order import AmbiguousDays
from .kinds import Kind, type_of
from .periods import Period
from .reading import SET_ASIDE_COLUMNS, Export, Reading
from .setaside import broken_rows, contradictions, ragged_rows
from .typed import Typed, typed

LOOKED_AT = 2_000  # rows of a column nobody knows


def read_file(path: Path, reading: Reading, member: str | None = None) -> list[Export]:
    """Read one downloaded file: an Export for each sheet that is a known kind.

    Csv, tsv, xlsx and JSON are told apart by content, kinds by their headers. `member` names the
    file to read inside the zip archive at `path`. Raises ExportError, whose message begins with
    the file's whole name, for a file that is not what it claims.
    """
    try:
        return _read(Path(path), reading, member)
    except ExportError as error:
        raise _naming(f"{_shown(path, member)} ", error) from error
    except OSError as error:
        raise ExportError(
            f"{_shown(path, member)} cannot be read ({error.strerror}). Mend that, or remove the "
            "file."
        ) from None


def _naming(where: str, error: ExportError) -> ExportError:
    """The same error, said of a place."""
    if isinstance(error, AmbiguousDays):
        return AmbiguousDays(f"{where}{error}", error.kind)
    return ExportError(f"{where}{error}")


def _shown(path: Path, member: str | None) -> str:
    name = Path(path).name
    return name if member is None else f"{name}/{archives.shown(member)}"


def _read(path: Path, reading: Reading, member: str | None) -> list[Export]:
    if path.stat().st_size > files.MOST_FILE_BYTES:
        raise ExportError(
            f"is larger than {files.MOST_FILE_BYTES >> 20} MB. Export fewer days at a time."
        )
    data = path.read_bytes() if member is None else archives.content(path, member)
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "modified": path.stat().st_mtime}
    if member is not None:
        path = Path(archives.shown(member))
    all_sheets = files.sheets(path, data, reading.export_time_zone)
    del data  # a large file need not stay beside its cells
    found = [(sheet, recognise.recognise(sheet, reading.extra_headers)) for sheet in all_sheets]
    known = [(sheet, kind) for sheet, kind in found if kind is not None]
    if not known:
        raise ExportError(_refusal(all_sheets, reading))
    period = _period(path)
    notes = [
        f"sheet {sheet.name} {recognise.why_not(sheet, reading.extra_headers)}"
        for sheet, kind in found
        if kind is None and any(any(cell.strip() for cell in row) for row in sheet.top)
    ]
    exports = []
    for sheet, kind in known:
        where = f"(sheet {sheet.name}) " if len(all_sheets) > 1 else ""
        try:
            exports.append(_read_sheet(path, sheet, kind, reading, period, notes, facts))
        except ExportError as error:
            raise _naming(where, error) from error
        notes = []
    return repeats.across_sheets(exports)


def _refusal(all_sheets: list[files.Sheet], reading: Reading) -> str:
    reasons = [recognise.why_not(sheet, reading.extra_headers) for sheet in all_sheets]
    named = [
        f"{reason} (sheet {sheet.name})" if len(all_sheets) > 1 else reason
        for sheet, reason in zip(all_sheets, reasons, strict=True)
    ]
    # An export that is known to be another's, or no table, must not be made ours by new names.
    strange = any(reason.startswith(recognise.NONE_KNOWN) for reason in reasons)
    or_name = ", or name its headers under [headers.<kind>] in client.toml" if strange else ""
    return f"{' and '.join(dict.fromkeys(named))}. Remove the file from exports{or_name}."


def _period(path: Path) -> Period | None:
    named = periods.in_name(path.name)
    if len(named) > 1:
        raise ExportError("names more than one period. Rename it to the one that it covers.")
    period = next(iter(named), None)
    if period is not None and period.end < period.start:
        raise ExportError(f"names a period that ends before it begins ({period.start}). Rename it.")
    return period


@dataclass
class _Sheet:
    """The state of one sheet while it is read."""

    kind: Kind
    header: recognise.Recognised
    text: dict[str, pd.Series]
    other: dict[str, pd.Series]  # cells of unknown columns, to tell equal rows from like ones
    cells: files.Cells
    notes: list[str] = field(default_factory=list)


def _read_sheet(
    path: Path,
    sheet: files.Sheet,
    header: recognise.Recognised,
    reading: Reading,
    period: Period | None,
    notes: list[str],
    facts: Mapping[str, Any],
) -> Export:
    kind = header.kind
    recognise.refuse_neighbours(sheet, header, reading.extra_headers)
    _require(header, sheet.optional)
    taken = _cells(sheet, header)
    taken.notes += [*notes, *sheet.notes]
    window = _window(kind, period, reading, "date" in taken.text)
    numeric = {c: m for c, m in _merged_masks(taken.cells.numeric, header).items()}
    real = {c: m for c, m in _merged_masks(taken.cells.dates, header).items()}
    place = Place(taken.cells.row, window, date.fromtimestamp(facts["modified"]))
    table = typed(kind, taken.text, numeric, real, reading, place)
    data, printed_totals = _data_rows(taken, table)
    misplaced.refuse_other_columns(table, taken.text, _printed_names(header), data)
    misplaced.refuse_one_buyer(table, _printed_names(header), data)
    taken.notes += absent.lacking(header, sheet.optional, table.columns, data)
    _one_currency(taken, table, data, reading)
    finish.derive(kind, table, _of_data(taken.text, data), taken.notes, header)
    rows, good, broken = _good_rows(taken, table, data)
    if kind.windowed and window is not None:
        late = misplaced.later_posts(rows, window)
        taken.notes += [late] if late else []
    aside = _aside(taken, broken, reading)
    _reconcile(kind, rows, printed_totals, taken.notes)
    taken.notes += table.notes
    taken.notes += finish.notes(kind, rows, table, good)
    start, end, partial = window if window else (None, None, False)
    if "date" in rows and rows["date"].notna().any():
        start, end = rows["date"].min().date(), rows["date"].max().date()
    aside.insert(0, "file", path.name)
    aside.insert(1, "sheet", pd.Series(sheet.name, index=aside.index, dtype="str"))
    return Export(
        path=path,
        sheet=sheet.name,
        kind=kind.name,
        sha256=facts["sha256"],
        modified=facts["modified"],
        rows=rows,
        set_aside=aside[SET_ASIDE_COLUMNS],
        window_start=start,
        window_end=end,
        partial=partial,
        totals=printed_totals,
        unmatched=header.unknown,
        missing=[c for c in kind.used if c not in header.positions],
        notes=taken.notes,
        headers=headers.met(
            header.header, kind.name, reading.extra_headers.get(kind.name), _looks(taken)
        ),
        day_order=table.day_order[:2] if table.day_order and table.day_order.by else ("", ""),
    )


def _good_rows(
    sheet: _Sheet, table: Typed, data: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """The good rows, which of the sheet's they are, and those that break a rule of their kind."""
    row = sheet.cells.row
    broken = broken_rows(sheet.kind, table, sheet.text, row, data)
    good = data & ~np.isin(row, broken["row"].to_numpy(dtype="int64"))
    rows = _rows(sheet, table, good)
    _gmv_beside_orders(sheet.kind, rows, sheet.header)
    more = _contradictions(sheet, table, good)
    if more.empty:
        return rows, good, broken
    good &= ~np.isin(row, more["row"].to_numpy(dtype="int64"))
    return _rows(sheet, table, good), good, pd.concat([broken, more])


def _aside(sheet: _Sheet, broken: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The rows set aside, those of another number of cells with them, in the file's order."""
    cells = sheet.cells
    if cells.cut_off:
        raise ExportError(
            f"ends in the middle of row {cells.ragged[-1][0]}: the download was cut off. "
            "Download the export again."
        )
    if cells.ragged:
        ragged = ragged_rows(sheet.kind, cells, sheet.header.positions, reading)
        broken = pd.concat([broken, ragged])
    return broken.sort_values("row", ignore_index=True) if len(broken) > 1 else broken


def _contradictions(sheet: _Sheet, table: Typed, good: np.ndarray) -> pd.DataFrame:
    """Rows to set aside since they contradict themselves (`consistency`)."""
    names = _printed_names(sheet.header)
    row, text = sheet.cells.row, sheet.text
    found = consistency.check(sheet.kind, names, table.columns, text, row, good, sheet.notes)
    return contradictions(sheet.kind, table, text, row, found)


def _printed_names(header: recognise.Recognised) -> dict[str, str]:
    """Each canonical column under the header that this file prints."""
    return {c: " ".join(header.header[p[0]].split()) for c, p in header.positions.items()}


def _require(header: recognise.Recognised, optional: frozenset[str]) -> None:
    wanting = [column for column in recognise.missing(header) if column not in optional]
    if wanting:
        strange = f" Nobody knows {', '.join(header.unknown)}." if header.unknown else ""
        raise ExportError(
            f"lacks {recognise.lacks(header.kind, wanting)}; it is a file of {header.kind.title}."
            f"{strange} Export it again with all columns, or name the new header under "
            f"[headers.{header.kind.name}] in client.toml."
        )


def _cells(sheet: files.Sheet, header: recognise.Recognised) -> _Sheet:
    """The cleaned cells of every known column, one column per canonical name."""
    kind = header.kind
    named = sorted({p for positions in header.positions.values() for p in positions})
    # Of shop orders nothing but the named columns is ever taken from the file.
    every = named if kind.name == "shop_orders" else list(range(len(header.header)))
    cells = sheet.cells(header.header_row, every)
    index = pd.RangeIndex(len(cells.row))
    other = {f"_{p}": texts.as_text(cells.columns.pop(p), index) for p in every if p not in named}
    columns = sorted(header.positions, key=lambda c: header.positions[c][0])
    found = threads.each(lambda c: _coalesced(c, header, cells, index), columns, len(index))
    text = dict(zip(columns, found, strict=True))
    return _Sheet(kind, header, text, other, cells)


def _looks(sheet: _Sheet) -> dict[int, looks.Look]:
    """What the cells of each column that was taken from the file look like, by place."""
    top = {int(name[1:]): cells.head(LOOKED_AT) for name, cells in sheet.other.items()}
    columns = {place: texts.cleaned(cells) for place, cells in top.items()}
    columns |= {sheet.header.positions[name][0]: cells for name, cells in sheet.text.items()}
    return {place: looks.look(cells) for place, cells in columns.items()}


def _coalesced(
    column: str, header: recognise.Recognised, cells: files.Cells, index: pd.Index
) -> pd.Series:
    """One canonical column from its one or several printed columns."""
    first, *others = header.positions[column]
    result = texts.cleaned_text(cells.columns.pop(first), index)
    for position in others:
        second = texts.cleaned_text(cells.columns.pop(position), index)
        names = [headers.normalise(header.header[p]) for p in (first, position)]
        differ = result.notna() & second.notna() & (result != second)
        if names[0] == names[1]:  # the same header twice, and not one in two languages
            differ |= result.notna() != second.notna()
        if differ.any():
            raise ExportError(
                f"has {header.header[first]} and {header.header[position]}, which both mean "
                f"{column} and differ. Keep one of them."
            )
        result = result.where(result.notna(), second)
    return result


def _merged_masks(
    masks: Mapping[int, np.ndarray], header: recognise.Recognised
) -> dict[str, np.ndarray]:
    """Cell marks by canonical column (of its first printed column that has them)."""
    return {
        column: np.logical_or.reduce([masks[p] for p in positions if p in masks])
        for column, positions in header.positions.items()
        if any(p in masks for p in positions)
    }


def _window(kind: Kind, period: Period | None, reading: Reading, daily: bool) -> Period | None:
    if not kind.windowed:
        return period
    if period is None and reading.window is not None:
        period = Period(*reading.window, partial=False)
    if period is None and not daily:
        raise ExportError(
            f"is a file of {kind.title} and its name holds no period, nor does any column. Add its "
            "first and last day to its name, written as in _20260701-20260731; or give them, for "
            "all such files at once, as in kit ingest --window 2026-07-01..2026-07-31."
        )
    return period


def _data_rows(sheet: _Sheet, table: Typed) -> tuple[np.ndarray, dict]:
    """Which rows are data, and the printed totals."""
    kind, length = sheet.kind, len(sheet.cells.row)
    data = ~nondata.blank(sheet.text, length)
    nondata.second_header(kind, sheet.text, table, sheet.cells.row)
    prose = data & nondata.definitions(kind, sheet.text, table, length)
    data &= ~prose
    if prose.any():
        rows = ", ".join(str(r) for r in sheet.cells.row[prose][:3])
        sheet.notes.append(f"dropped {prose.sum()} row of definitions (row {rows})")
    total = nondata.totals(kind, sheet.text, table, data)
    printed_totals: dict[str, Any] = {}
    for position in np.flatnonzero(total):
        sheet.notes.append(f"dropped the totals row (row {sheet.cells.row[position]})")
        for name, column in table.columns.items():
            if type_of(name) in ("money", "count") and pd.notna(column.iat[position]):
                printed_totals.setdefault(name, column.iat[position].item())
    return data & ~total, printed_totals


def _of_data(text: dict[str, pd.Series], data: np.ndarray) -> dict[str, pd.Series]:
    """The cells without the words of rows that are no data, which nobody has to know."""
    if data.all():
        return text
    words = [name for name in ("status", "content_type") if name in text]
    return text | {name: text[name].where(data) for name in words}


def _one_currency(sheet: _Sheet, table: Typed, data: np.ndarray, reading: Reading) -> None:
    """Refuse amounts of another currency than the client's, and of several."""
    if sheet.kind.ads:
        return  # ad accounts may bill in another currency: it stays beside the amounts
    marks = set(table.marks)
    for column, positions in sheet.header.positions.items():
        if type_of(column) == "money":
            marks |= {headers.unit(sheet.header.header[p]) or "" for p in positions}
    meanings = {mark: values.MARKS[mark] for mark in marks if mark in values.MARKS}
    if "currency" in sheet.text:
        printed = sheet.text["currency"][data].dropna().str.upper().unique()
        meanings |= {code: frozenset({code}) for code in printed}
    if not meanings:
        return
    names = ", ".join(sorted(meanings))
    if not frozenset.intersection(*meanings.values()):
        raise ExportError(
            f"mixes currencies ({names}). Amounts of several currencies are never added: "
            "export each currency on its own."
        )
    if any(reading.currency not in possible for possible in meanings.values()):
        raise ExportError(
            f"prints {names}, and the client's currency is {reading.currency}. "
            "Put it under the client whose shop it is, or mend currency in client.toml."
        )


def _rows(sheet: _Sheet, table: Typed, good: np.ndarray) -> pd.DataFrame:
    """The good rows with every canonical column of the kind, repeated rows counted once."""
    kind = sheet.kind
    rows = pd.DataFrame({"row": sheet.cells.row, **table.columns}, copy=False)
    rows = rows if good.all() else rows[good]
    keys = _keys(kind, rows, sheet.text)
    twin = repeats.twins(keys)
    if twin.any():
        at = np.flatnonzero(good)[twin.to_numpy()]
        cells = {**sheet.text, **sheet.other}
        text = pd.DataFrame({name: column.iloc[at] for name, column in cells.items()})
        keep = repeats.once(kind, text, keys, rows["row"])
        if (~keep).any():
            sheet.notes.append(f"counted {(~keep).sum()} repeated rows once")
        rows = rows[keep].reset_index(drop=True)
    elif not good.all():
        rows = rows.reset_index(drop=True)
    rows = finish.shape(kind, rows)
    return repeats.one_per_post(rows) if kind.product_lists else rows


def _keys(kind: Kind, rows: pd.DataFrame, text: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The columns that name a row; for kinds without such a key, what equal rows must share."""
    names = [c for c in kind.key if c in rows]
    printed = {"product_id"}  # several product ids are one printed cell here, not a list
    if not names or (names == ["post_id"] and rows["post_id"].isna().all()):
        names = [c for c in ("order_id", "sku_id") if c in text] or list(text)
        printed = set(names)
    columns = {c: text[c] if c in printed else rows[c] for c in names}
    return pd.DataFrame(columns, index=rows.index, copy=False)


def _gmv_beside_orders(kind: Kind, rows: pd.DataFrame, header: recognise.Recognised) -> None:
    """Refuse a GMV of 0 over orders: the column was renamed or is empty."""
    column = "revenue" if kind.name == "gmv_max_creative" else "gmv"
    if column not in header.positions or not len(rows):
        return
    orders = len(rows) if kind.name == "affiliate_orders" else 0
    if kind.orders and kind.orders in header.positions:
        orders = int(rows[kind.orders].sum())
    if orders > 0 and not (rows[column].fillna(0) != 0).any():
        raise ExportError(
            f"says {headers.printed(kind.name, column)} 0 for {orders} orders. The column was "
            "probably renamed or left empty: download the export again with all columns."
        )


def _reconcile(kind: Kind, rows: pd.DataFrame, totals: Mapping[str, Any], notes: list[str]) -> None:
    printed = totals.get(kind.money)
    if printed is None or kind.money not in rows:
        return
    added = round(float(rows[kind.money].sum()), 2)
    if abs(added - float(printed)) > 0.01 * max(len(rows), 1):
        notes.append(
            f"the totals row says {headers.printed(kind.name, kind.money)} {printed}, "
            f"the rows add up to {added}"
        )
