"""The account of an ingest: what was read of which file, what was refused, what should be known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import contracts, drift, ledgers, lines, lists, refunds, retold, vanished
from kit.client import Config
from kit.downloads import Download, Read
from kit.exports import Export
from kit.windows import Window, gaps

FILES_NAMED = 3
CONTRACT_OF = {
    "affiliate_orders": contracts.Orders,
    "shop_orders": contracts.ShopOrders,
    "video_data": contracts.PostStats,
    "video_list": contracts.PostStats,
    "live_list": contracts.PostStats,
    "creator_data": contracts.CreatorStats,
    "creator_list": contracts.CreatorStats,
    "gmv_max_creative": contracts.AdStats,
    "ads_manager": contracts.AdStats,
}
# Definitions §1, "Windowed exports": everything but the two kinds of order lines.
ORDER_KINDS = ("affiliate_orders", "shop_orders")
SUMMED = ["file", "sheet", "gmv", "spend", "orders", "ordered_at", "date", "window_end"]


def files(
    read: Read, books: ledgers.Ledgers, parts: dict[str, pd.DataFrame], config: Config
) -> pd.DataFrame:
    """One row per recognised sheet, refused file and second copy (`contracts.Files`)."""
    by_sheet = {}
    for kind, rows in parts.items():
        summed = rows[[name for name in SUMMED if name in rows]]
        summed = summed.assign(sheet=summed["sheet"].fillna(""))
        for (file, sheet), own in summed.groupby(["file", "sheet"]):
            by_sheet[kind, file, sheet] = own
    lacking: dict[str, dict[str, Any]] = {}
    for rows in (parts[kind] for kind in ORDER_KINDS if kind in parts):
        told = vanished.vanished(rows, config.time_zone).to_dict("records")
        for row in told + vanished.torn(rows, config.export_time_zone).to_dict("records"):
            lacking.setdefault(row["file"], {}).update(row)
    for kind, rows in parts.items():
        for row in retold.retold(kind, rows).to_dict("records"):
            lacking.setdefault(row["file"], {}).update(row)
    listed = [
        _file(d, export, by_sheet, config.time_zone) | lacking.get(d.name, {})
        for d, export in read.exports
    ]
    listed += [_seen(d, refused=message) for d, message in read.refused]
    listed += [_seen(d, same_bytes_as=first.name) for d, first in read.copies]
    listed += [{"file": f"ledgers/{p.name}", "refused": message} for p, message in books.refused]
    return contracts.frame(contracts.arrow(pd.DataFrame(listed), contracts.Files))


def _seen(download: Download, **also: Any) -> dict[str, Any]:
    return {
        "file": download.name,
        "sha256": download.sha256,
        "seen_on": pd.Timestamp(download.seen_on),
        **also,
    }


def _file(download: Download, export: Export, by_sheet: dict, zone: str) -> dict[str, Any]:
    contract: Any = CONTRACT_OF.get(export.kind)
    own = by_sheet.get((export.kind, download.name, export.sheet or ""), pd.DataFrame())
    main = contract.main_money if contract else "gmv"
    first, last = _days(export, own, zone)
    return _seen(
        download,
        sheet=export.sheet,
        kind=export.kind,
        window_start=_stamp(export.window_start),
        window_end=_stamp(export.window_end),
        partial=bool(export.partial),
        first_day=first,
        last_day=last,
        rows=len(own),
        set_aside=len(export.rows) - len(own) + len(export.set_aside),
        money=_sum(own, main),
        gmv=_sum(own, "gmv"),
        orders=_sum(own, "orders"),
        printed_total=export.totals.get(main) if export.totals else None,
        unmatched=list(export.unmatched),
        missing=list(export.missing),
        notes=list(export.notes),
    )


def _days(export: Export, rows: pd.DataFrame, zone: str) -> tuple[Any, Any]:
    """The first and last day a sheet speaks of: its window, else its order lines' or ads' days."""
    if rows.empty:
        return _stamp(export.window_start), _stamp(export.window_end)
    if export.kind in ORDER_KINDS:
        days = lines.local_days(rows["ordered_at"], zone)
    elif "date" in rows and rows["date"].notna().any():
        days = rows["window_end"]
    else:
        return _stamp(export.window_start), _stamp(export.window_end)
    return days.min(), days.max()


def headers(read: Read) -> pd.DataFrame:
    """One row per header of every recognised sheet (`contracts.Headers`)."""
    rows = [
        {
            "kind": export.kind,
            "file": download.name,
            "sheet": export.sheet,
            "seen_on": pd.Timestamp(download.seen_on),
            "place": place,
            **met._asdict(),
        }
        for download, export in read.exports
        for place, met in enumerate(export.headers)
    ]
    return contracts.frame(contracts.arrow(pd.DataFrame(rows), contracts.Headers))


def _stamp(day: date | None) -> Any:
    return pd.Timestamp(day) if day else pd.NaT


def _sum(rows: pd.DataFrame, name: str) -> Any:
    if name not in rows or not rows[name].notna().any():
        return None
    return round(float(pd.to_numeric(rows[name]).sum()), 2)


def set_aside(read: Read, books: ledgers.Ledgers, broken: list[pd.DataFrame]) -> pd.DataFrame:
    """One row per row refused; a file refused whole has one row whose `row` is null."""
    columns = list(contracts.SetAside.columns)
    frames = [
        export.set_aside.assign(file=download.name, kind=export.kind)
        for download, export in [*read.exports, *read.broken]
        if len(export.set_aside)
    ]
    refused = {download.name for download, _ in read.refused}
    frames += [rows[~rows["file"].isin(refused)] for rows in broken]
    whole = [(d.name, message) for d, message in read.refused]
    whole += [(f"ledgers/{path.name}", message) for path, message in books.refused]
    frames.append(
        pd.DataFrame([{"file": f, "rule": "file refused", "value": text} for f, text in whole])
    )
    arrows = [
        contracts.frame(
            contracts.arrow(lines.with_columns(frame, columns)[columns], contracts.SetAside)
        )
        for frame in frames
        if len(frame)
    ]
    return pd.concat(arrows, ignore_index=True) if arrows else contracts.empty(contracts.SetAside)


def notes(read: Read, books: ledgers.Ledgers, tables: dict, config: Config) -> list[str]:
    """What a person should know after an ingest, as sentences."""
    notes = [
        f"{d.name} holds the same bytes as {first.name}: counted once." for d, first in read.copies
    ]
    notes += _file_notes(read)
    notes += [
        sentence(row)
        for row in tables["files"].to_dict("records")
        for told, sentence in (
            ("vanished", vanished.sentence),
            ("torn", vanished.torn_sentence),
            ("retold", retold.sentence),
        )
        if pd.notna(row[told]) and row[told]
    ]
    notes += refunds.sentences(tables["shop_orders"])
    notes += drift.sentences(drift.changes(tables["headers"]), tables["files"], config.gone)
    notes += lists.replaced(tables["windows"])
    notes += _window_notes(tables["windows"])
    notes += books.notes
    notes += _people_notes(tables, books)
    if config.export_time_zone != config.time_zone:
        notes.append(
            f"Windowed exports keep the days of {config.export_time_zone}; reports are in "
            f"{config.time_zone}."
        )
    return notes


def _file_notes(read: Read) -> list[str]:
    """What the readers said of single files; the same of many files is said once."""
    said: dict[str, list[str]] = {}
    for download, export in read.exports:
        for text in export.notes:
            said.setdefault(text, []).append(download.name)
    return [
        f"{', '.join(files)}: {text}"
        if len(files) <= FILES_NAMED
        else f"{len(files)} files: {text}"
        for text, files in said.items()
    ]


def _window_notes(windows: pd.DataFrame) -> list[str]:
    notes = []
    for kind, rows in windows.groupby("kind", sort=True):
        words = str(kind).replace("_", " ")
        for row in rows[~rows["kept"]].itertuples():
            span = f"{row.window_start.date()} to {row.window_end.date()}"
            notes.append(f"{words} {span} not kept: {row.why}.")
        held = [
            Window(row.window_start.date(), row.window_end.date())
            for row in rows[rows["kept"]].itertuples()
        ]
        notes += [f"{words}: no window covers {gap}." for gap in gaps(held)]
    return notes


def _people_notes(tables: dict, books: ledgers.Ledgers) -> list[str]:
    creators = tables["creators"]
    known = set(creators.loc[creators["in_exports"], "creator_id"])
    notes = []
    for name, table in books.tables.items():
        if "creator_id" not in table:
            continue
        strangers = sorted(set(table["creator_id"].dropna()) - known)
        if strangers:
            shown = ", ".join(strangers[:5]) + (", …" if len(strangers) > 5 else "")
            notes.append(
                f"{name} ledger: {len(strangers)} creator{'s' if len(strangers) > 1 else ''} in no "
                f"export ({shown}). Check the spelling, or former_handles."
            )
    if not creators["in_ledger"].any():
        notes.append("No creators.csv: every creator counts as on the roster.")
    blank = creators["in_ledger"] & creators["status"].isna()
    if blank.any():
        notes.append(
            f"creators ledger: {blank.sum()} without a status, on the roster only while an "
            "agreement is in force."
        )
    return notes
