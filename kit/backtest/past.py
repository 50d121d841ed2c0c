"""A client as its tables stood on an earlier day: only what had been downloaded or noted by then.

Nothing is read again. Every table keeps who saw what when (`order_versions`, `seen_on`, the files
of each window, the rows that later downloads replaced), and ledgers date their own rows; what
remains is put together as `kit.ingest` would have put it together on that day.

What a ledger does not date is as it is today: followers, the tier of those who never moved, the
status of creators, prices without `valid_from`, an agreement's end, and the policy.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from kit import contracts, engine, lines, lists
from kit.client import Client
from kit.windows import Window

# A ledger's row was there on a day if this day of it had come; another that had not is blanked.
DATED = {
    "tiers": ("changed_on", []),
    "agreements": ("valid_from", []),
    "briefs": ("sent_on", []),
    "compliance": ("happened_on", ["resolved_on"]),
    "samples": ("requested_on", ["approved_on", "shipped_on", "delivered_on"]),
    "spark_codes": ("authorised_on", []),
    "hooks": ("seen_on", []),
    "events": ("date", []),
    "actions": ("done_on", []),
    "products": ("valid_from", []),
}
TIMES = ("paid_at", "delivered_at", "commission_paid_at")
VERSIONED = [
    *("status", "counts", "gmv", "refunded_amount", "seen_on", "file"),
    *("standard_commission_estimated", "standard_commission_actual"),
    *("shop_ads_commission_estimated", "shop_ads_commission_actual"),
]


class Past(Client):
    """A client on an earlier day; `day` is that of the download. Every table as it was then."""

    def __init__(self, client: Client, day: date, connection: Any) -> None:
        super().__init__(client.folder, client.config, client.policy)
        self.day = day
        self._then = connection

    @property
    def in_warehouse(self) -> bool:
        return False

    @property
    def connection(self) -> Any:
        return self._then

    def frame(self, name: str) -> pd.DataFrame:
        self._known(name)
        return contracts.frame(engine.read(self._then.table(name)))


class History:
    """What a client's tables tell of the past, looked up once for all the days to be replayed."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.files = client.frame("files")
        windows = client.frame("windows")
        self.windows = windows.assign(partial=windows["partial"].fillna(False).astype(bool))

    @cached_property
    def downloads(self) -> pd.Series:
        """Day of download of each file, by its name."""
        return self.files.dropna(subset=["seen_on"]).groupby("file")["seen_on"].min()

    @cached_property
    def _posts(self) -> pd.DataFrame:
        return self.client.frame("posts")

    @cached_property
    def _stats(self) -> dict[str, pd.DataFrame]:
        """Every row of the lists ever downloaded, replaced ones too, with its day and order."""
        return {name: self._every(name) for name in ("post_stats", "ad_stats")}

    def _every(self, name: str) -> pd.DataFrame:
        parts = [self.client.frame(table) for table in (name, f"{name}_replaced")]
        rows = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
        rows["seen"] = rows["file"].map(self.downloads.to_dict()).astype("datetime64[us]")
        offers = self.windows.explode("files")[["kind", "window_start", "window_end", "files"]]
        place = offers.groupby(["kind", "window_start", "window_end"]).cumcount()
        order = offers.assign(file_order=place).rename(columns={"kind": "source", "files": "file"})
        keys = ["source", "window_start", "window_end", "file"]
        rows = rows.merge(order.drop_duplicates(keys), on=keys, how="left")
        partial = rows["partial"] if "partial" in rows else pd.Series(False, rows.index)
        return rows.assign(partial=partial.fillna(False).astype(bool))

    def files_on(self, day: date | pd.Timestamp) -> pd.DataFrame:
        """The register of files as it was: those downloaded by then, and the ledgers."""
        seen = self.files["seen_on"]
        return self.files[seen.isna() | (seen <= pd.Timestamp(day))]

    def windows_on(self, day: date | pd.Timestamp) -> pd.DataFrame:
        """The register of windows as it was, with what would have been kept of them then."""
        known = set(self.downloads.index[self.downloads <= pd.Timestamp(day)])
        return lists.keep(_offers(self.windows, known))

    def on(self, day: date) -> Past:
        """The client as it stood at the end of a day."""
        stamp = pd.Timestamp(day)
        connection = engine.bounded(self.client.config, self.client.tables_folder)
        tables = self._tables(stamp)
        for name, contract in contracts.TABLES.items():
            if name in tables:
                connection.con.register(f"{name}_then", contracts.arrow(tables[name], contract))
                connection.raw_sql(f"CREATE TABLE {name} AS FROM {name}_then")
            else:
                connection.raw_sql(f"CREATE TABLE {name} AS {self._query(name, day)}")
        return Past(self.client, day, connection)

    def _tables(self, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
        windows = self.windows_on(day)
        posts = _posts_then(self._posts, self.client.frame("briefs"), day)
        stats = {name: rows[rows["seen"] <= day] for name, rows in self._stats.items()}
        parts = {
            name: {str(kind): own for kind, own in rows.groupby("source")}
            for name, rows in stats.items()
        }
        ledgers = {name: self._ledger(name, day) for name in DATED}
        return {
            **ledgers,
            "files": self.files_on(day),
            "windows": windows,
            "posts": posts,
            "post_stats": lists.post_stats(parts["post_stats"], windows, posts),
            "ad_stats": lists.ad_stats(parts["ad_stats"], windows),
            "creators": self._creators(day),
        }

    def _ledger(self, name: str, day: pd.Timestamp) -> pd.DataFrame:
        rows = self.client.frame(name)
        column, later = DATED[name]
        rows = rows[rows[column].isna() | (rows[column] <= day)]
        rows = rows.assign(**{other: rows[other].where(rows[other] <= day) for other in later})
        return rows.assign(in_stock=None) if name == "products" else rows

    def _creators(self, day: pd.Timestamp) -> pd.DataFrame:
        """Who had joined by then. Today's status tells who is active, not who was: it goes.

        Whoever has left since is on the roster of the past by an agreement in force, if at all.
        """
        rows = self.client.frame("creators")
        rows = rows[rows["joined_on"].isna() | (rows["joined_on"] <= day)]
        return rows.assign(status=rows["status"].where(rows["status"] == "active"))

    def _query(self, name: str, day: date) -> str:
        """A table as SQL over today's Parquet: those too large to be looked at row by row here."""
        path = engine.table_path(self.client.tables_folder, name)
        files = (path / "*.parquet" if path.is_dir() else path).as_posix().replace("'", "''")
        table, until = f"read_parquet('{files}')", f"DATE '{day}'"
        if name == "orders":
            return _orders_then(table, self._read("order_versions"), until)
        if name == "order_versions":
            return f"SELECT * FROM {table} WHERE seen_on <= {until}"
        if name == "shop_orders":
            gone = f"CASE WHEN cancelled_at::DATE <= {until} THEN cancelled_at END"
            return (
                f"SELECT * REPLACE ({gone} AS cancelled_at) FROM {table} "
                f"WHERE ordered_at::DATE <= {until}"
            )
        if name in ("creator_stats", "post_stats_replaced", "ad_stats_replaced"):
            seen = f"SELECT file FROM {self._read('files')} WHERE seen_on <= {until}"
            return f"SELECT * FROM {table} WHERE file IN ({seen})"
        return f"SELECT * FROM {table}"

    def _read(self, name: str) -> str:
        path = engine.table_path(self.client.tables_folder, name)
        files = (path / "*.parquet" if path.is_dir() else path).as_posix().replace("'", "''")
        return f"read_parquet('{files}')"


def _offers(windows: pd.DataFrame, known: set[str]) -> list[lists.Offer]:
    """The windows that the files of a day offered, each file in its order among a window's."""
    return [
        lists.Offer(
            row.kind,
            Window(row.window_start.date(), row.window_end.date(), bool(row.partial)),
            file,
            order,
        )
        for row in windows.itertuples(index=False)
        for order, file in enumerate(row.files)
        if file in known
    ]


def _posts_then(posts: pd.DataFrame, briefs: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Posts listed by then, with the products shown by then; a brief sent later told no angle."""
    rows = posts[posts["seen_on"] <= day]
    shown = [
        [product for product, seen in zip(*pair, strict=True) if pd.Timestamp(seen) <= day]
        for pair in zip(rows["product_ids"], rows["products_seen_on"], strict=True)
    ]
    late = rows["brief_id"].isin(briefs.loc[briefs["sent_on"] > day, "brief_id"])
    named = {name: rows[name].mask(late) for name in ("brief_id", "hook_angle")}
    return rows.assign(product_ids=pd.Series(shown, rows.index, dtype=object), **named)


def _orders_then(orders: str, versions: str, until: str) -> str:
    """Each order line in the furthest state any download had shown by then.

    The rule is that of `lines.newest_lines`. Times after the day were not known (its own are told
    to the day only, by which nothing counts); the bases and bonuses that come with actual
    commissions are there once such a commission is.
    """
    states = " ".join(f"WHEN '{word}' THEN {place}" for word, place in lines.STATE.items())
    actual = (
        "(v.standard_commission_actual IS NOT NULL OR v.shop_ads_commission_actual IS NOT NULL)"
    )
    replaced = [f"v.{name} AS {name}" for name in VERSIONED]
    replaced += [f"CASE WHEN {name}::DATE <= {until} THEN {name} END AS {name}" for name in TIMES]
    replaced += [
        f"CASE WHEN {actual} THEN {name} END AS {name}"
        for name in ("commission_base_actual", "cofunded_bonus_actual")
    ]
    replaced.append("v.refunded_amount > 0 AND v.refunded_amount >= v.gmv AS fully_refunded")
    same = " AND ".join(f"o.{key} IS NOT DISTINCT FROM v.{key}" for key in lines.KEY)
    return f"""
        WITH ranked AS (
            SELECT *, row_number() OVER (
                PARTITION BY {", ".join(lines.KEY)}
                ORDER BY (standard_commission_actual IS NOT NULL
                          OR shop_ads_commission_actual IS NOT NULL) DESC,
                         CASE status {states} ELSE {lines.STATE["pending"]} END DESC,
                         seen_on DESC
            ) AS nth
            FROM {versions} WHERE seen_on <= {until}
        )
        SELECT o.* REPLACE ({", ".join(replaced)})
        FROM {orders} o JOIN ranked v ON {same} AND v.nth = 1
    """
