"""A client of any size, its tables written by DuckDB: for tests and benches of size.

Real skew: a few creators, and of each a few posts, bring most orders; buyers repeat; an order may
hold several lines; a third of the shop's orders come by no creator. Every value is a hash of its
row's number and the seed, so that the same size and seed give the same rows on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from kit import contracts
from tests.small_client import small_client

AS_OF = date(2026, 5, 10)
HISTORY_DAYS = 728
SHIPPED = "America/Los_Angeles"


@dataclass(frozen=True)
class Size:
    """How large a client is: affiliate order lines, and what follows from them."""

    lines: int
    seed: int = 1

    @property
    def creators(self) -> int:
        return min(max(self.lines // 5000, 40), 1000)

    @property
    def posts(self) -> int:
        return self.creators * 100

    @property
    def buyers(self) -> int:
        return max(self.lines * 3 // 5, 10)


def large_client(folder: Path, size: Size, versions: bool = True, **config: Any) -> Any:
    """A client named `small` of that size under a folder; `versions`: with its order's history."""
    client = small_client(folder, **_register())
    con = duckdb.connect()
    con.execute(f"SET temp_directory = '{folder}/.made'; SET memory_limit = '4GiB'")
    con.execute(_macros(size))
    made = {"creators": _CREATORS, "agreements": _AGREEMENTS, "posts": _POSTS}
    made |= {"orders": _ORDERS, "shop_orders": _SHOP, "hooks": _HOOKS}
    made |= {"post_stats": _POST_STATS, "creator_stats": _CREATOR_STATS}
    made |= {"order_versions": _VERSIONS} if versions else {}
    for name, query in made.items():
        _write(con, client.tables_folder, name, query.format(size=size, **_DAYS))
    con.close()
    zones = {"export_time_zone": SHIPPED, "ads_time_zone": SHIPPED}
    told = client.config.model_copy(update=zones | config)
    return type(client)(client.folder, told, client.policy)


_DAYS = {"as_of": AS_OF, "first": AS_OF - timedelta(HISTORY_DAYS - 1), "days": HISTORY_DAYS}


def _register() -> dict[str, list[dict[str, Any]]]:
    """Files and windows that say: every day is there, downloaded the day after the last."""
    first, seen = _DAYS["first"], AS_OF + timedelta(1)
    kinds = ("affiliate_orders", "shop_orders", "video_data", "creator_data")
    files = [
        {"file": f"{kind}.csv", "kind": kind, "seen_on": seen, "first_day": first, "rows": 1}
        | {"last_day": AS_OF, "set_aside": 0}
        for kind in kinds
    ]
    weeks = [first + timedelta(7 * n) for n in range(HISTORY_DAYS // 7)]
    windows = [
        {"kind": kind, "window_start": day, "window_end": day + timedelta(6)}
        | {"kept": True, "partial": False}
        for kind in ("video_data", "creator_data")
        for day in weeks
    ]
    costs = {"valid_from": first, "price": 24.0, "cost_of_goods": 6.0, "fulfilment_cost": 3.0}
    products = [{"product_id": f"p{n}", "name": f"Product {n}", **costs} for n in range(10)]
    return {"files": files, "windows": windows, "products": products}


def _macros(size: Size) -> str:
    """`u(row, what)` is a number from 0 to below 1; each fact is a function of its row's number."""
    last = f"DATE '{AS_OF}'"
    return f"""
    CREATE MACRO u(row, what) AS hash(row, what, {size.seed}) / 18446744073709551616.0;
    CREATE MACRO creator_of(post) AS 'creator' || (post // 100);
    -- a post of a creator comes every few days over the whole history
    CREATE MACRO posted(post) AS
        DATE '{_DAYS["first"]}' + (u(post, 'posted') * {HISTORY_DAYS - 1})::INT;
    -- few creators (cubed), and few posts of each (squared), bring most orders
    CREATE MACRO post_of(n) AS
        (u(n, 'creator') ** 3 * {size.creators})::INT % {size.creators} * 100
        + (u(n, 'post') ** 2 * 100)::INT % 100;
    CREATE MACRO sold(n) AS least(
        posted(post_of(n)) + (-15 * ln(1 - u(n, 'after')))::INT, {last});
    CREATE MACRO moment(day, n) AS
        (timezone('{SHIPPED}', day::TIMESTAMP + to_seconds((u(n, 'hour') * 86399)::INT)));
    CREATE MACRO buyer_of(n) AS md5('b' || (u(n, 'buyer') ** 1.5 * {size.buyers})::INT);
    -- every sixth line is the second of the order before it
    CREATE MACRO order_of(n) AS n - (n % 6 = 5)::INT;
    -- as the platform's, ids grow with time
    CREATE MACRO order_id(at_, n) AS '5' || epoch(at_)::BIGINT || lpad(n::TEXT, 8, '0');
    CREATE MACRO amount(n) AS (10 + (u(n, 'amount') ** 2 * 4000)::INT / 100.0)::DECIMAL(18, 2);
    CREATE MACRO cancelled(n) AS u(order_of(n), 'cancelled') < 0.04;
    CREATE MACRO refunded(n) AS u(n, 'refunded') < 0.06 AND NOT cancelled(n);
    SET TimeZone = 'UTC';
    """


_ORDERS = """
    SELECT order_id(moment(day, o), o) AS order_id, 's' || n % 6 AS sku_id,
        'p' || n % 10 AS product_id,
        creator_of(post) AS creator_id, '7' || post AS post_id, 'video' AS content_type,
        buyer_of(o) AS buyer_key, NOT cancelled(n) AS counts, moment(day, o) AS ordered_at,
        moment(day, o) AS paid_at, moment(day + 4, o) AS delivered_at, 1 AS quantity,
        amount(n) AS gmv, CASE WHEN refunded(n) THEN amount(n) ELSE 0 END AS refunded_amount,
        refunded(n) AS fully_refunded, 'USD' AS currency, 0.15 AS standard_commission_rate,
        amount(n) AS commission_base_estimated, amount(n) * 0.15 AS standard_commission_estimated,
        CASE WHEN day < DATE '{as_of}' - 30 AND NOT cancelled(n)
            THEN CASE WHEN refunded(n) THEN 0 ELSE amount(n) * 0.15 END
        END AS standard_commission_actual,
        CASE WHEN cancelled(n) THEN 'cancelled' WHEN day < DATE '{as_of}' - 30 THEN 'settled'
            ELSE 'completed' END AS status,
        true AS status_known, DATE '{as_of}' + 1 AS seen_on, 'affiliate_orders.csv' AS file,
        n AS row
    FROM (SELECT range AS n, order_of(range) AS o, post_of(order_of(range)) AS post,
            sold(order_of(range)) AS day FROM range({size.lines}))
    ORDER BY order_id, sku_id, post_id
"""
_VERSIONS = """
    SELECT order_id, sku_id, post_id, least((ordered_at + to_days(age))::DATE, DATE '{as_of}' + 1)
            AS seen_on, CASE WHEN age < 30 THEN 'completed' ELSE status END AS status, counts, gmv,
        CASE WHEN age < 30 THEN 0 ELSE refunded_amount END AS refunded_amount,
        standard_commission_estimated,
        CASE WHEN age >= 30 THEN standard_commission_actual END AS standard_commission_actual,
        'affiliate_orders_' || age || '.csv' AS file
    FROM orders, (VALUES (7), (45)) ages(age)
"""
_SHOP = """
    SELECT order_id(moment(day, o), o) AS order_id, 's' || n % 6 AS sku_id,
        'p' || n % 10 AS product_id,
        buyer_of(o) AS buyer_key, moment(day, o) AS ordered_at, moment(day, o) AS paid_at,
        moment(day + 4, o) AS delivered_at,
        CASE WHEN cancelled(n) THEN moment(day + 1, o) END AS cancelled_at, 1 AS quantity,
        refunded(n)::INT AS returned_quantity, amount(n) AS gmv, 0 AS platform_discount,
        0 AS seller_discount, amount(n) AS subtotal_after_discount,
        CASE WHEN refunded(n) THEN amount(n) ELSE 0 END AS refunded_amount,
        CASE WHEN cancelled(n) THEN 'cancelled' ELSE 'completed' END AS status,
        true AS status_known, false AS is_sample, DATE '{as_of}' + 1 AS seen_on,
        'shop_orders.csv' AS file, n AS row
    FROM (SELECT range AS n, order_of(range) AS o,
            CASE WHEN range < {size.lines} THEN sold(order_of(range))
                ELSE DATE '{first}' + (u(order_of(range), 'shop') * ({days} - 1))::INT END AS day
        FROM range({size.lines} * 3 // 2))
    ORDER BY order_id, sku_id
"""
_POSTS = """
    SELECT '7' || range AS post_id, creator_of(range) AS creator_id,
        moment(posted(range), range) AS published_at, posted(range) AS published_on,
        ['p' || range % 10] AS product_ids, 'video' AS kind, posted(range) + 1 AS seen_on,
        [(posted(range) + 1)::TEXT] AS products_seen_on
    FROM range({size.posts})
"""
_POST_STATS = """
    WITH sales AS (
        SELECT post_id, creator_id, date_trunc('week', timezone('America/Los_Angeles', ordered_at))
            ::DATE AS week, sum(gmv) AS gmv, count(DISTINCT order_id) AS orders,
            sum(refunded_amount) AS refunded_amount
        FROM orders GROUP BY ALL)
    SELECT post_id, creator_id, week AS window_start, week + 6 AS window_end,
        (orders * (700 + 600 * u(post_id, week))) ::BIGINT AS views,
        (orders * 200)::BIGINT AS impressions,
        (orders * (30 + 60 * u(post_id, 'rate')))::BIGINT AS clicks, orders, gmv, refunded_amount,
        'video_data' AS source, 'video_data.csv' AS file, 1 AS row
    FROM sales
"""
_CREATOR_STATS = """
    SELECT creator_id, window_start, window_end, sum(gmv) AS gmv, sum(gmv) AS gmv_video,
        0 AS gmv_live, 0 AS gmv_product_card, sum(orders) AS orders,
        sum(refunded_amount) AS refunded_amount, 'creator_data' AS source,
        'creator_data.csv' AS file, 1 AS row
    FROM post_stats GROUP BY ALL
"""
_CREATORS = """
    SELECT 'creator' || range AS creator_id, 'creator' || range AS handle,
        (5000 + u(range, 'followers') ** 4 * 900000)::BIGINT AS followers,
        DATE '{first}' AS joined_on, 'active' AS status,
        CASE WHEN followers >= 500000 THEN 3 WHEN followers >= 100000 THEN 2 ELSE 1 END AS tier,
        tier AS entry_tier, true AS in_ledger, true AS in_exports, true AS on_roster
    FROM range({size.creators})
"""
_AGREEMENTS = """
    SELECT creator_id, DATE '{first}' AS valid_from, 1.0 AS posts_per_week, 0.15 AS commission_rate
    FROM creators
"""
_HOOKS = """
    SELECT post_id, 3.0 AS window_s, (500 + 5000 * u(post_id, 'seen'))::BIGINT AS views,
        (views * (0.15 + 0.3 * u(post_id, 'held')))::BIGINT AS held_views, 'creator' AS source,
        DATE '{as_of}' - 2 AS seen_on
    FROM posts WHERE published_on > DATE '{as_of}' - 60
"""


def _write(con: duckdb.DuckDBPyConnection, folder: Path, name: str, query: str) -> None:
    """A table of exactly its contract's columns and types, and a view of it for the next ones."""
    columns = contracts.TABLES[name].columns  # type: ignore[attr-defined]
    held = {row[0] for row in con.execute(f"DESCRIBE {query}").fetchall()}
    cast = ", ".join(
        f"CAST({column if column in held else 'NULL'} AS {_type(kind)}) AS {column}"
        for column, kind in columns.items()
    )
    path = folder / f"{name}.parquet"
    con.execute(
        f"COPY (SELECT {cast} FROM ({query})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")


def _type(kind: Any) -> str:
    names = {contracts.TEXT: "VARCHAR", contracts.TEXTS: "VARCHAR[]", contracts.COUNT: "BIGINT"}
    names |= {contracts.NUMBER: "DOUBLE", contracts.MONEY: "DECIMAL(18, 2)", contracts.DAY: "DATE"}
    names |= {contracts.TIME: "TIMESTAMPTZ", contracts.FLAG: "BOOLEAN"}
    return names[kind]
