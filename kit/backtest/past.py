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
from kit.metrics.periods import last_days
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
# The tables of `History.lines` and the ids that are each week's own.
OF_A_WEEK = {
    "orders": ["order_id", "product_id"],
    "shop_orders": ["order_id"],
    "products": ["product_id"],
}
TIMES = ("paid_at", "delivered_at", "commission_paid_at")
VERSIONED = [
    *("status", "counts", "gmv", "refunded_amount", "seen_on", "file"),
    *("standard_commission_estimated", "standard_commission_actual"),
    *("shop_ads_commission_estimated", "shop_ads_commission_actual"),
]


class Past(Client):
    """A client on an earlier day; `day` is that of the download. Every table as it was then.

    A table is put together when it is first asked for.
    """

    def __init__(self, history: History, day: date) -> None:
        client = history.client
        super().__init__(client.folder, client.config, client.policy)
        self.day = day
        self._history = history
        self._rows: dict[str, Any] = {}
        self._in_engine: set[str] = set()

    @property
    def in_warehouse(self) -> bool:
        return False

    @cached_property
    def connection(self) -> Any:
        return engine.bounded(self.config, self.tables_folder)

    def table(self, name: str) -> Any:
        self._known(name)
        if name not in self._in_engine:
            rows = self._arrow(name)
            if rows is None:
                source = f"({self._history.query(name, self.day)})"
            else:
                source = f"{name}_then"
                self.connection.con.register(source, rows)
            self.connection.raw_sql(f"CREATE TABLE {name} AS FROM {source}")
            self._in_engine.add(name)
        return self.connection.table(name)

    def frame(self, name: str) -> pd.DataFrame:
        self._known(name)
        rows = self._arrow(name)
        return contracts.frame(engine.read(self.table(name)) if rows is None else rows)

    def sql(self, query: str) -> pd.DataFrame:
        for name in contracts.TABLES:
            self.table(name)
        return super().sql(query)

    def _arrow(self, name: str) -> Any:
        """The rows of a table that is put together here; None of one that the engine reads."""
        if name not in self._rows:
            rows = self._put_together(name)
            self._rows[name] = (
                None if rows is None else contracts.arrow(rows, contracts.TABLES[name])
            )
        return self._rows[name]

    def _put_together(self, name: str) -> pd.DataFrame | None:
        history, day = self._history, pd.Timestamp(self.day)
        if name in DATED:
            return history.ledger(name, day)
        if name == "files":
            return history.files_on(day)
        if name == "windows":
            return history.windows_on(day)
        if name == "creators":
            return history.creators(day)
        if name == "posts":
            return self._posts
        if name == "post_stats":
            return lists.post_stats(
                history.stats_on(name, day), history.windows_on(day), self._posts
            )
        if name == "ad_stats":
            return lists.ad_stats(history.stats_on(name, day), history.windows_on(day))
        return None

    @cached_property
    def _posts(self) -> pd.DataFrame:
        posts, briefs = (self._history.frame(name) for name in ("posts", "briefs"))
        return _posts_then(posts, briefs, pd.Timestamp(self.day))


class History:
    """What a client's tables tell of the past, looked up once for all the days to be replayed."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.files = client.frame("files")
        windows = client.frame("windows")
        self.windows = windows.assign(partial=windows["partial"].fillna(False).astype(bool))
        self._read_once: dict[str, pd.DataFrame] = {}
        self._windows: dict[pd.Timestamp, pd.DataFrame] = {}

    def frame(self, name: str) -> pd.DataFrame:
        """A table of today, read once; not to be changed."""
        if name not in self._read_once:
            self._read_once[name] = self.client.frame(name)
        return self._read_once[name]

    @cached_property
    def downloads(self) -> pd.Series:
        """Day of download of each file, by its name."""
        return self.files.dropna(subset=["seen_on"]).groupby("file")["seen_on"].min()

    @cached_property
    def _stats(self) -> dict[str, pd.DataFrame]:
        """Every row of the lists ever downloaded, replaced ones too, with its day and order."""
        return {name: self._every(name) for name in ("post_stats", "ad_stats")}

    def _every(self, name: str) -> pd.DataFrame:
        parts = [self.frame(table) for table in (name, f"{name}_replaced")]
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

    def stats_on(self, name: str, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
        """The rows of a list downloaded by then, by the kind of export they come from."""
        rows = self._stats[name]
        return {str(kind): own for kind, own in rows[rows["seen"] <= day].groupby("source")}

    def windows_on(self, day: date | pd.Timestamp) -> pd.DataFrame:
        """The register of windows as it was, with what would have been kept of them then."""
        stamp = pd.Timestamp(day)
        if stamp not in self._windows:
            known = set(self.downloads.index[self.downloads <= stamp])
            self._windows[stamp] = lists.keep(_offers(self.windows, known))
        return self._windows[stamp]

    def on(self, day: date) -> Past:
        """The client as it stood at the end of a day."""
        return Past(self, day)

    def lines(self, weeks: pd.DataFrame, days: int) -> Client:
        """Today's client, but its orders those of all the weeks, each as known on its own day.

        `orders` holds the lines of the last `days` days of each week, `as_of` says whose. Orders
        and products go by ids of each week's own, as if it were a client of its own, so that what
        a line cost can be asked for all weeks at once.
        """
        client = Client(self.client.folder, self.client.config, self.client.policy)
        for name in OF_A_WEEK:
            own = [
                self._of_week(name, week.as_of, week.known_on, days) for week in weeks.itertuples()
            ]
            client.connection.raw_sql(
                f"DROP VIEW {name}; CREATE TABLE {name} AS {' UNION ALL '.join(own)}"
            )
        return client

    def _of_week(self, name: str, as_of: date, known_on: date, days: int) -> str:
        """The query of a table of `lines` in one week."""
        own = [f"'{as_of} ' || {key} AS {key}" for key in OF_A_WEEK[name]]
        rows = f"SELECT * REPLACE ({', '.join(own)}) FROM ({self.query(name, known_on)})"
        if name == "orders":
            period = last_days(as_of, days)
            day = f"timezone('{self.client.time_zone}', ordered_at)::DATE"
            inside = f"{day} BETWEEN DATE '{period.start}' AND DATE '{period.end}'"
            return f"SELECT DATE '{as_of}' AS as_of, * FROM ({rows} WHERE {inside})"
        if name == "shop_orders":
            return f"FROM ({rows}) WHERE order_id IN (SELECT order_id FROM orders)"
        return rows

    def ledger(self, name: str, day: pd.Timestamp) -> pd.DataFrame:
        """The rows of a ledger that were there on a day."""
        rows = self.frame(name)
        column, later = DATED[name]
        rows = rows[rows[column].isna() | (rows[column] <= day)]
        rows = rows.assign(**{other: rows[other].where(rows[other] <= day) for other in later})
        return rows.assign(in_stock=None) if name == "products" else rows

    def creators(self, day: pd.Timestamp) -> pd.DataFrame:
        """Who had joined by then. Today's status tells who is active, not who was: it goes.

        Whoever has left since is on the roster of the past by an agreement in force, if at all.
        """
        rows = self.frame("creators")
        rows = rows[rows["joined_on"].isna() | (rows["joined_on"] <= day)]
        return rows.assign(status=rows["status"].where(rows["status"] == "active"))

    def query(self, name: str, day: date) -> str:
        """A table as SQL over today's Parquet: those too large to be looked at row by row here."""
        table, until = self._read(name), f"DATE '{day}'"
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
        if name == "products":
            return f"SELECT * FROM {table} WHERE valid_from IS NULL OR valid_from <= {until}"
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
