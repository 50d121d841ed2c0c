"""What no warehouse holds: the ledgers, and the register of files and windows, drawn up of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit import contracts, engine, ledgers, people
from kit.exports.day_order import LEDGERS

# Table → the kind of export it stands for; the windowed ones say theirs in `source`.
ORDERS = {"orders": "affiliate_orders", "shop_orders": "shop_orders"}
WINDOWED = ("post_stats", "creator_stats", "ad_stats")


def drawn_up(warehouse: Any) -> dict[str, pd.DataFrame]:
    """Every table that the warehouse is not asked for, empty where nothing tells of it."""
    config, policy = warehouse.config, warehouse.policy
    order = config.date_order.get(LEDGERS, config.date_order.get(""))
    books = ledgers.read_ledgers(warehouse.folder / "ledgers", config.currency, order)
    made = {name: contracts.empty(table) for name, table in contracts.TABLES.items()}
    made |= books.tables
    made["windows"] = _windows(warehouse)
    made["files"] = _files(warehouse, config.time_zone)
    made["set_aside"] = pd.DataFrame(
        [
            {"file": f"ledgers/{path.name}", "rule": "file refused", "value": message}
            for path, message in books.refused
        ]
    )
    newest = pd.to_datetime(made["files"]["last_day"]).max()
    made["creators"] = people.creators(
        books.tables,
        _creators(warehouse),
        people.empty_followers(),
        newest.date() if pd.notna(newest) else date(2200, 1, 1),
        policy.tiers.floors,
    )
    return made


def _held(warehouse: Any, names: Any) -> list[str]:
    return [name for name in names if warehouse.asks_for(name)]


def _frame(rows: Any) -> pd.DataFrame:
    return contracts.frame(engine.read(rows))


def _windows(warehouse: Any) -> pd.DataFrame:
    """One row per window that a list's rows name, all of them kept."""
    keys = ["kind", "window_start", "window_end"]
    parts = [contracts.empty(contracts.Windows)]
    for name in _held(warehouse, WINDOWED):
        rows = warehouse.table(name)
        rows = rows.select("window_start", "window_end", kind=rows.source).distinct()
        parts.append(_frame(rows.order_by(keys)).dropna(subset=keys))
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return found.assign(kept=True, partial=False)


def _files(warehouse: Any, zone: str) -> pd.DataFrame:
    """One row per table and kind of export: which days it covers, its rows and its money."""
    parts = []
    for name in _held(warehouse, [*ORDERS, *WINDOWED]):
        rows = warehouse.table(name)
        money = rows.spend if name == "ad_stats" else rows.gmv
        if name in ORDERS:
            day = engine.local_day(rows.ordered_at, zone)
            rows = rows.mutate(kind=ibis.literal(ORDERS[name]), first=day, last=day, money=money)
        else:
            rows = rows.mutate(
                kind=rows.source, first=rows.window_start, last=rows.window_end, money=money
            )
        sums = rows.group_by("kind").agg(
            first_day=rows["first"].min(),
            last_day=rows["last"].max(),
            rows=rows.count(),
            money=rows["money"].sum(),
        )
        found = _frame(sums.order_by("kind")).dropna(subset=["kind"])
        parts.append(found.assign(file=f"{warehouse.name}, table {name}"))
    parts = [part for part in parts if len(part)]
    if not parts:
        return contracts.empty(contracts.Files)
    return pd.concat(parts, ignore_index=True).assign(set_aside=0, gmv=lambda row: row["money"])


def _creators(warehouse: Any) -> set[str]:
    found: set[str] = set()
    for name in _held(warehouse, ("orders", "posts", "creator_stats")):
        rows = warehouse.table(name).select("creator_id").distinct()
        found |= set(_frame(rows)["creator_id"].dropna())
    return found
