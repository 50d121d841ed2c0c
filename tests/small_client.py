"""A client with a few rows typed in a test: real tables, read by the real engine."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from kit import contracts
from kit.client import Client, Config
from kit.policy import load_policy

STATS = {
    "post_stats": "video_data",
    "creator_stats": "creator_data",
    "ad_stats": "gmv_max_creative",
}


def small_client(folder: Path, currency="USD", policy=None, zone="America/Los_Angeles", **tables):
    """A client named `small` whose tables hold the rows given, as dicts; all others are empty.

    What a row leaves out takes the defaults below; each window of a windowed table is registered
    as kept unless `windows` is given.
    """
    home = folder / "data" / "small"
    (home / "tables").mkdir(parents=True, exist_ok=True)
    if "windows" not in tables:
        tables["windows"] = _windows(tables)
    for name, contract in contracts.TABLES.items():
        rows = [{**DEFAULTS.get(name, {}), **row} for row in tables.get(name, [])]
        made = contracts.arrow(pd.DataFrame(_completed(name, rows)), contract)
        pq.write_table(made, home / "tables" / f"{name}.parquet")
    config = Config(currency=currency, time_zone=zone)
    return Client(home, config, load_policy(policy))


DEFAULTS = {
    "orders": {
        "sku_id": "s1",
        "product_id": "p1",
        "content_type": "video",
        "counts": True,
        "status": "settled",
        "quantity": 1,
        "refunded_amount": 0.0,
        "fully_refunded": False,
    },
    "shop_orders": {"sku_id": "s1", "status": "completed", "is_sample": False, "gmv": 20.0},
    "posts": {"kind": "video", "product_ids": ["p1"]},
    "creators": {"in_ledger": True, "status": "active", "followers": 10_000},
    "agreements": {"posts_per_week": 2.0},
    "hooks": {"window_s": 3, "source": "creator"},
    **{name: {"source": kind} for name, kind in STATS.items()},
}


def _completed(name: str, rows: list[dict]) -> list[dict]:
    if name == "tiers":
        return [{"row": number, **row} for number, row in enumerate(rows, start=2)]
    return rows


def _windows(tables: dict) -> list[dict]:
    found = {
        (row.get("source", kind), row["window_start"], row["window_end"], row.get("partial", False))
        for name, kind in STATS.items()
        for row in tables.get(name, [])
    }
    keys = ("kind", "window_start", "window_end", "partial")
    return [{**dict(zip(keys, window, strict=True)), "kept": True} for window in sorted(found)]


def order_line(order_id, **given):
    """An order line of ana's post 1, of 40 with a standard commission of 6; the rest as given."""
    row = {
        "order_id": order_id,
        "creator_id": "ana",
        "post_id": "1",
        "ordered_at": "2026-05-01T18:00:00Z",
        "gmv": 40.0,
        "standard_commission_estimated": 6.0,
    }
    return {**row, **given}
