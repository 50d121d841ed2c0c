"""The same questions asked of the kit, of hand-written SQL, of plain pandas and of polars.

Six metrics and velocity, of the program and of each creator, for one week, from a client's Parquet
files. Each contender reads what it needs itself. What a contender gives is a list of
(metric, subject, value); the program's subject is ''. The three others are written without the kit.
"""

from __future__ import annotations

import resource
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

AS_OF = date(2026, 5, 10)
ZONE = "America/Los_Angeles"
WEEK, FOUR_WEEKS = AS_OF - timedelta(6), AS_OF - timedelta(27)
PUBLISHED = (AS_OF - timedelta(83), AS_OF - timedelta(13))
COHORT = AS_OF - timedelta(179)
REPEAT_DAYS, LEAST_MATURE = 60, 10
Answer = tuple[str, str, float]


def kit(folder: Path) -> list[Answer]:
    from kit import client as clients
    from kit.metrics.cohorts import repeat_figures
    from kit.metrics.costs import cost_figures
    from kit.metrics.publishing import output_figures, publishing_figures
    from kit.metrics.sales import revenue_per_post_figures
    from kit.metrics.shared import shared
    from kit.metrics.traffic import hook_figures, traffic_figures
    from kit.policy import load_policy

    zones = dict.fromkeys(("time_zone", "export_time_zone", "ads_time_zone"), ZONE)
    config = clients.Config(currency="USD", **zones)
    client = shared(clients.Client(folder, config, load_policy()))
    asked = (publishing_figures, output_figures, traffic_figures, revenue_per_post_figures)
    found = []
    for ask in (*asked, hook_figures, repeat_figures, cost_figures):
        rows = ask(client, AS_OF)
        rows = rows[rows["metric"].isin(METRICS) & rows["value"].notna()]
        rows = rows[rows["subject_kind"].isin(["program", "creator"])]
        rows = rows[(rows["period_start"] == WEEK) == (rows["metric"] == "velocity")]
        rows = rows.assign(subject=rows["subject"].where(rows["subject_kind"] == "creator", ""))
        found += list(rows[["metric", "subject", "value"]].itertuples(index=False, name=None))
    return found


METRICS = (
    *("velocity", "output_rate", "conversion_rate", "revenue_per_post", "hook_retention"),
    *("repeat_purchase_rate", "commission_ratio"),
)


def kaplan_meier(rows: list[tuple[int, bool, int]]) -> float | None:
    """By days, event and subjects: the share with the event within the days; none for too few."""
    left, alive = sum(row[2] for row in rows), 1.0
    for days in sorted({row[0] for row in rows}):
        if days > REPEAT_DAYS:
            break
        events = sum(row[2] for row in rows if row[0] == days and row[1])
        alive *= 1 - events / left
        left -= sum(row[2] for row in rows if row[0] == days)
    return 1 - alive


def rates(rows: Any) -> list[Answer]:
    """Of (creator or None, first day, next day or None, buyers): the rates of all and of each."""
    groups: dict[str, list[tuple[int, bool, int]]] = {"": []}
    mature: dict[str, int] = {}
    for creator, first, later, buyers in rows:
        told = ((later or AS_OF) - first).days, later is not None, int(buyers)
        for name in ["", creator] if creator else [""]:
            groups.setdefault(name, []).append(told)
            if (AS_OF - first).days >= REPEAT_DAYS:
                mature[name] = mature.get(name, 0) + told[2]
    return [
        ("repeat_purchase_rate", name, kaplan_meier(told))
        for name, told in groups.items()
        if mature.get(name, 0) >= LEAST_MATURE
    ]


def sql(folder: Path) -> list[Answer]:
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'; SET memory_limit = '2GiB'")
    for path in folder.glob("tables/*.parquet"):
        con.execute(f"CREATE VIEW {path.stem} AS FROM read_parquet('{path}')")
    con.execute(f"CREATE MACRO local(t) AS timezone('{ZONE}', t)::DATE")
    found = []
    for query in _QUERIES:
        found += con.execute(query).fetchall()
    return [row for row in found if row[2] is not None] + rates(con.execute(_COHORT).fetchall())


_IN_WEEKS = f"BETWEEN DATE '{FOUR_WEEKS}' AND DATE '{AS_OF}'"
_QUERIES = (
    f"""SELECT 'velocity', '', count(*)::DOUBLE FROM posts
        WHERE published_on BETWEEN DATE '{WEEK}' AND DATE '{AS_OF}'""",
    f"""WITH made AS (SELECT creator_id, count(*) AS n FROM posts
            WHERE published_on {_IN_WEEKS} GROUP BY ALL),
        each AS (SELECT creator_id, coalesce(n, 0) AS n, posts_per_week * 4 AS agreed
            FROM agreements LEFT JOIN made USING (creator_id))
        SELECT 'output_rate', coalesce(creator_id, ''), sum(n) / sum(agreed) FROM each
        GROUP BY GROUPING SETS ((), (creator_id))""",
    f"""SELECT 'conversion_rate', coalesce(creator_id, ''), sum(orders) / nullif(sum(clicks), 0)
        FROM post_stats WHERE source = 'video_data' AND window_start >= DATE '{FOUR_WEEKS}'
        AND window_end <= DATE '{AS_OF}' GROUP BY GROUPING SETS ((), (creator_id))""",
    f"""WITH old AS (SELECT post_id, creator_id, published_on FROM posts
            WHERE published_on BETWEEN DATE '{PUBLISHED[0]}' AND DATE '{PUBLISHED[1]}'),
        sold AS (SELECT post_id, sum(o.gmv - o.refunded_amount) AS net FROM orders o
            JOIN old USING (post_id) WHERE counts
            AND local(ordered_at) BETWEEN published_on AND published_on + 13 GROUP BY ALL)
        SELECT 'revenue_per_post', coalesce(creator_id, ''),
            coalesce(sum(net), 0)::DOUBLE / count(*)
        FROM old LEFT JOIN sold USING (post_id) GROUP BY GROUPING SETS ((), (creator_id))""",
    f"""SELECT 'hook_retention', coalesce(p.creator_id, ''), sum(held_views) / sum(h.views)
        FROM (FROM hooks WHERE seen_on {_IN_WEEKS} AND window_s = 3 AND source = 'creator'
            QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY seen_on DESC) = 1) h
        JOIN posts p USING (post_id) GROUP BY GROUPING SETS ((), (p.creator_id))""",
    f"""SELECT 'commission_ratio', coalesce(creator_id, ''), sum(
            coalesce(standard_commission_actual, standard_commission_estimated, 0)
            + coalesce(shop_ads_commission_actual, shop_ads_commission_estimated, 0))::DOUBLE
            / nullif(sum(gmv - refunded_amount), 0)
        FROM orders WHERE counts AND local(ordered_at) {_IN_WEEKS}
        GROUP BY GROUPING SETS ((), (creator_id))""",
)
_COHORT = f"""
    WITH bought AS (
        SELECT order_id, min(buyer_key) AS buyer_key, min(ordered_at) AS moment FROM shop_orders
        WHERE buyer_key IS NOT NULL AND NOT is_sample AND status NOT IN ('cancelled', 'unpaid')
        GROUP BY order_id),
    first AS (
        SELECT buyer_key, min(moment) AS first_at FROM bought WHERE local(moment) <= DATE '{AS_OF}'
        GROUP BY buyer_key HAVING local(first_at) >= DATE '{COHORT}'),
    own AS (
        SELECT b.buyer_key, order_id, local(moment) AS day, moment = first_at AS is_first,
            local(first_at) AS first_on
        FROM bought b JOIN first f USING (buyer_key) WHERE local(moment) <= DATE '{AS_OF}'),
    brought AS (
        SELECT order_id, min_by(creator_id, (-gmv, sku_id, creator_id)) AS creator_id FROM orders
        WHERE counts AND creator_id IS NOT NULL
            AND order_id IN (SELECT order_id FROM own WHERE is_first) GROUP BY order_id),
    buyers AS (
        SELECT buyer_key, first_on, min(creator_id) FILTER (is_first) AS creator_id,
            min(day) FILTER (day > first_on) AS next_on
        FROM own LEFT JOIN brought USING (order_id) GROUP BY ALL)
    SELECT creator_id, first_on, next_on, count(*) FROM buyers GROUP BY ALL
"""


def pandas(folder: Path) -> list[Answer]:
    import pandas as pd

    def read(name: str, columns: str) -> pd.DataFrame:
        rows = pd.read_parquet(folder / "tables" / f"{name}.parquet", columns=columns.split())
        for column in columns.split():
            if column in _MONEY:
                rows[column] = rows[column].astype("float64")
            if column in _DAYS:
                rows[column] = pd.to_datetime(rows[column])
        return rows

    def local(moments: pd.Series) -> pd.Series:
        return moments.dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()

    def told(metric: str, above: pd.Series, below: pd.Series) -> list[Answer]:
        each = (above / below)[below != 0]
        return [(metric, "", above.sum() / below.sum()), *((metric, *row) for row in each.items())]

    day, four = pd.Timestamp(AS_OF), pd.Timestamp(FOUR_WEEKS)
    posts = read("posts", "post_id creator_id published_on")
    found: list[Answer] = [
        ("velocity", "", float(posts["published_on"].between(pd.Timestamp(WEEK), day).sum()))
    ]
    agreed = read("agreements", "creator_id posts_per_week").set_index("creator_id")
    agreed = agreed["posts_per_week"] * 4
    made = posts[posts["published_on"].between(four, day)].groupby("creator_id").size()
    found += told("output_rate", made.reindex(agreed.index, fill_value=0), agreed)
    stats = read("post_stats", "creator_id source window_start window_end clicks orders")
    stats = stats[(stats["source"] == "video_data") & (stats["window_start"] >= four)]
    stats = stats[stats["window_end"] <= day].groupby("creator_id")[["orders", "clicks"]].sum()
    found += told("conversion_rate", stats["orders"], stats["clicks"])
    money = "standard_commission_actual standard_commission_estimated shop_ads_commission_actual "
    money += "shop_ads_commission_estimated"
    lines = read(
        "orders",
        f"order_id sku_id creator_id post_id counts ordered_at gmv refunded_amount {money}",
    )
    lines = lines[lines["counts"]]
    lines = lines.assign(
        day=local(lines["ordered_at"]), net=lines["gmv"] - lines["refunded_amount"]
    )
    start, end = map(pd.Timestamp, PUBLISHED)
    old = posts[posts["published_on"].between(start, end)]
    sold = lines[["post_id", "day", "net"]].merge(old[["post_id", "published_on"]], on="post_id")
    age = (sold["day"] - sold["published_on"]).dt.days
    net = sold[age.between(0, 13)].groupby("post_id")["net"].sum()
    old = old.assign(net=old["post_id"].map(net).fillna(0.0)).groupby("creator_id")["net"]
    found += told("revenue_per_post", old.sum(), old.size())
    hooks = read("hooks", "post_id window_s views held_views source seen_on")
    hooks = hooks[hooks["seen_on"].between(four, day) & (hooks["window_s"] == 3)]
    hooks = (
        hooks[hooks["source"] == "creator"]
        .sort_values("seen_on")
        .drop_duplicates("post_id", keep="last")
    )
    hooks = hooks.merge(posts, on="post_id").groupby("creator_id")[["held_views", "views"]].sum()
    found += told("hook_retention", hooks["held_views"], hooks["views"])
    recent = lines[lines["day"].between(four, day)]
    kinds = ("standard_commission", "shop_ads_commission")
    paid = sum(
        recent[f"{kind}_actual"].fillna(recent[f"{kind}_estimated"]).fillna(0.0) for kind in kinds
    )
    sums = recent.assign(paid=paid).groupby("creator_id")[["paid", "net"]].sum()
    found += told("commission_ratio", sums["paid"], sums["net"])
    shop = read("shop_orders", "order_id buyer_key ordered_at status is_sample")
    shop = shop[shop["buyer_key"].notna() & ~shop["is_sample"]]
    shop = shop[~shop["status"].isin(["cancelled", "unpaid"])]
    bought = shop.groupby("order_id").agg(buyer_key=("buyer_key", "min"), at=("ordered_at", "min"))
    bought = bought.assign(day=local(bought["at"]))
    bought = bought[bought["day"] <= day].reset_index()
    first = bought.groupby("buyer_key").agg(first_at=("at", "min"), first_on=("day", "min"))
    first = first[first["first_on"] >= pd.Timestamp(COHORT)]
    own = bought.merge(first, left_on="buyer_key", right_index=True)
    brought = lines[lines["creator_id"].notna()].sort_values(
        ["gmv", "sku_id", "creator_id"], ascending=[False, True, True]
    )
    brought = brought.drop_duplicates("order_id").set_index("order_id")["creator_id"]
    opening = own[own["at"] == own["first_at"]]
    creators = opening.assign(creator=opening["order_id"].map(brought))
    buyers = first.assign(
        creator=creators.dropna(subset=["creator"]).groupby("buyer_key")["creator"].min(),
        next_on=own[own["day"] > own["first_on"]].groupby("buyer_key")["day"].min(),
    )
    counted = buyers.groupby(["creator", "first_on", "next_on"], dropna=False).size()
    return found + rates(
        (
            creator if isinstance(creator, str) else None,
            on.date(),
            later.date() if later == later else None,
            n,
        )
        for (creator, on, later), n in counted.items()
    )


_MONEY = {
    *("gmv", "refunded_amount", "standard_commission_actual", "standard_commission_estimated"),
    *("shop_ads_commission_actual", "shop_ads_commission_estimated"),
}
_DAYS = {"published_on", "window_start", "window_end", "seen_on"}


def polars(folder: Path) -> list[Answer]:
    import polars as pl

    def read(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / "tables" / f"{name}.parquet")

    def told(metric: str, rows: pl.LazyFrame, above: pl.Expr, below: pl.Expr) -> list[Answer]:
        sums = rows.group_by("creator_id").agg(above=above, below=below).collect(engine="streaming")
        whole = sums.select(pl.col("above", "below").cast(pl.Float64).sum()).row(0)
        each = sums.filter(pl.col("below") != 0).with_columns(
            value=pl.col("above").cast(pl.Float64) / pl.col("below").cast(pl.Float64)
        )
        found = [(metric, "", whole[0] / whole[1])]
        return found + [(metric, *row) for row in each.select("creator_id", "value").iter_rows()]

    c = pl.col
    posts = read("posts").select("post_id", "creator_id", "published_on")
    week = posts.filter(c("published_on").is_between(WEEK, AS_OF)).select(pl.len()).collect().item()
    found: list[Answer] = [("velocity", "", float(week))]
    made = posts.filter(c("published_on").is_between(FOUR_WEEKS, AS_OF))
    made = made.group_by("creator_id").len()
    agreed = read("agreements").join(made, on="creator_id", how="left")
    found += told(
        "output_rate", agreed, c("len").fill_null(0).sum(), (c("posts_per_week") * 4).sum()
    )
    stats = read("post_stats").filter(
        c("source") == "video_data", c("window_start") >= FOUR_WEEKS, c("window_end") <= AS_OF
    )
    found += told("conversion_rate", stats, c("orders").sum(), c("clicks").sum())
    day = c("ordered_at").dt.convert_time_zone(ZONE).dt.date()
    lines = (
        read("orders")
        .filter(c("counts"))
        .with_columns(day=day, net=c("gmv") - c("refunded_amount"))
    )
    old = posts.filter(c("published_on").is_between(*PUBLISHED))
    sold = lines.select("post_id", "day", "net").join(old, on="post_id")
    sold = sold.filter(
        c("day").is_between(c("published_on"), c("published_on").dt.offset_by("13d"))
    )
    net = sold.group_by("post_id").agg(c("net").sum())
    each = old.join(net, on="post_id", how="left")
    found += told("revenue_per_post", each, c("net").fill_null(0).sum(), pl.len())
    hooks = read("hooks").filter(
        c("seen_on").is_between(FOUR_WEEKS, AS_OF), c("window_s") == 3, c("source") == "creator"
    )
    hooks = hooks.sort("seen_on").unique("post_id", keep="last").join(posts, on="post_id")
    found += told("hook_retention", hooks, c("held_views").sum(), c("views").sum())
    recent = lines.filter(c("day").is_between(FOUR_WEEKS, AS_OF))
    nothing = pl.lit(0).cast(pl.Decimal(18, 2))
    paid = nothing
    for kind in ("standard_commission", "shop_ads_commission"):
        paid = paid + pl.coalesce(c(f"{kind}_actual"), c(f"{kind}_estimated"), nothing)
    found += told("commission_ratio", recent, paid.sum(), c("net").sum())
    bought = (
        read("shop_orders")
        .filter(
            c("buyer_key").is_not_null(),
            ~c("is_sample"),
            ~c("status").is_in(["cancelled", "unpaid"]),
        )
        .group_by("order_id")
        .agg(c("buyer_key").min(), at=c("ordered_at").min())
        .with_columns(day=c("at").dt.convert_time_zone(ZONE).dt.date())
        .filter(c("day") <= AS_OF)
    )
    first = bought.group_by("buyer_key").agg(first_at=c("at").min(), first_on=c("day").min())
    own = bought.join(first.filter(c("first_on") >= COHORT), on="buyer_key")
    order = ["gmv", "sku_id", "creator_id"]
    opening = own.filter(c("at") == c("first_at"))
    brought = (
        lines.filter(c("creator_id").is_not_null())
        .join(opening.select("order_id"), on="order_id", how="semi")
        .sort(order, descending=[True, False, False])
        .unique("order_id", keep="first", maintain_order=True)
        .select("order_id", creator="creator_id")
    )
    creators = opening.join(brought, on="order_id").group_by("buyer_key").agg(c("creator").min())
    later = own.filter(c("day") > c("first_on")).group_by("buyer_key").agg(next_on=c("day").min())
    buyers = own.select("buyer_key", "first_on").unique()
    buyers = buyers.join(creators, on="buyer_key", how="left").join(
        later, on="buyer_key", how="left"
    )
    counted = buyers.group_by("creator", "first_on", "next_on").len().collect(engine="streaming")
    return found + rates(counted.iter_rows())


def peak() -> int:
    """The most bytes this process has held; its rusage would count those of who started it."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


ASKED = {"kit": kit, "sql": sql, "pandas": pandas, "polars": polars}

if __name__ == "__main__":
    import json

    answers = sorted((m, s, float(v)) for m, s, v in ASKED[sys.argv[1]](Path(sys.argv[2])))
    json.dump({"answers": answers, "peak": peak()}, sys.stdout)
