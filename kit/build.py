"""The canonical tables, made of what the files hold and what the ledgers say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import account, contracts, downloads, ledgers, lines, lists, people, restated
from kit.client import Config
from kit.downloads import Read
from kit.exports import KINDS
from kit.policy import Policy
from kit.windows import Window


def tables(
    read: Read, books: ledgers.Ledgers, config: Config, policy: Policy
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Every table by name, and what a person should know."""
    parts, broken = _parts(read, books.former)
    _refuse_misread_days(read, parts, config)
    shop_versions = _part(parts, "shop_orders", contracts.ShopOrders)
    shop = lines.newest_shop_lines(shop_versions)
    versions = _part(parts, "affiliate_orders", contracts.Orders)
    windows = lists.keep(_offers(read, parts))
    known = lists.posts(parts, books.tables["briefs"], config.export_time_zone)
    files = account.files(read, books, parts, config)
    newest = files["last_day"].max()
    applied = parts.get("sample_applications", pd.DataFrame())
    made = {
        **books.tables,
        "samples": samples(books.tables["samples"], applied),
        "orders": lines.orders_table(versions, shop),
        "order_versions": lines.versions_table(versions, shop_versions),
        "shop_orders": shop[list(contracts.ShopOrders.columns)],
        "posts": known,
        "post_stats": lists.post_stats(parts, windows, known),
        "creator_stats": lists.creator_stats(parts, windows),
        "ad_stats": lists.ad_stats(parts, windows),
        **{
            f"{table}_replaced": lists.replaced_rows(
                parts, windows, table, contracts.TABLES[f"{table}_replaced"]
            )
            for table in ("post_stats", "ad_stats")
        },
        "creators": people.creators(
            books.tables,
            _in_exports(parts),
            _followers(parts),
            newest.date() if pd.notna(newest) else date(2200, 1, 1),
            policy.tiers.floors,
        ),
        "set_aside": account.set_aside(read, books, broken),
        "files": files,
        "headers": account.headers(read),
        "windows": windows,
        "restated": restated.restated(parts, config.time_zone),
    }
    return made, account.notes(read, books, made, config)


def _parts(
    read: Read, former: dict[str, str]
) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame]]:
    """Good rows by kind, over all files, and the rows that broke a promise of their table."""
    parts, broken = {}, []
    for kind in sorted({export.kind for _, export in read.exports}):
        rows = downloads.rows([(d, e) for d, e in read.exports if e.kind == kind], former)
        rows = rows.rename(columns=downloads.RENAMES.get(kind, {}))
        if kind in ("gmv_max_creative", "ads_manager"):
            rows = lists.as_ads(rows)
        contract: Any = account.CONTRACT_OF.get(kind)
        if contract is None:
            parts[kind] = rows
            continue
        rows = lines.with_columns(rows, [*contract.columns, "status_known"])
        checked = contracts.check(rows, contract)
        money = checked.failures[contract.main_money]
        broken.append(checked.failures.assign(kind=kind, money=money))
        parts[kind] = checked.rows.reset_index(drop=True)
    return parts, broken


def _part(parts: dict[str, pd.DataFrame], kind: str, contract: Any) -> pd.DataFrame:
    if kind in parts:
        return parts[kind]
    extra = {"file_order": "int64", "paid_known": "bool"}
    blank = contracts.empty(contract)
    return blank.assign(**{name: pd.Series(dtype=dtype) for name, dtype in extra.items()})


def _refuse_misread_days(read: Read, parts: dict[str, pd.DataFrame], config: Config) -> None:
    """Refuse affiliate files whose dates contradict the shop orders; their rows go with them."""
    if not {"affiliate_orders", "shop_orders"} <= parts.keys():
        return
    wrong = lines.misread_days(parts["affiliate_orders"], parts["shop_orders"], config.time_zone)
    if not wrong:
        return
    by_name = {download.name: download for download, _ in read.exports}
    for name, message in wrong.items():
        read.refused.append((by_name[name], message))
    read.exports = [(d, e) for d, e in read.exports if d.name not in wrong]
    for kind, rows in parts.items():
        parts[kind] = rows[~rows["file"].isin(list(wrong))].reset_index(drop=True)


def _offers(read: Read, parts: dict[str, pd.DataFrame]) -> list[lists.Offer]:
    """Every window a file offers; a file with a row per day offers each of its days."""
    found = []
    for order, (download, export) in enumerate(read.exports):
        if not KINDS[export.kind].windowed:
            continue
        if "date" in export.rows and export.rows["date"].notna().any():
            days = pd.to_datetime(export.rows["date"]).dropna().dt.date.unique()
            spans = [Window(day, day) for day in sorted(days)]
        elif export.window_start and export.window_end:
            spans = [Window(export.window_start, export.window_end, bool(export.partial))]
        else:
            spans = []
        found += [lists.Offer(export.kind, span, download.name, order) for span in spans]
    return found


def _in_exports(parts: dict[str, pd.DataFrame]) -> set[str]:
    """Creators of any export; who only asked for a sample, and in vain so far, is none."""
    return {
        creator
        for kind, rows in parts.items()
        if "creator_id" in rows
        for creator in (
            rows[~rows["status"].isin(["pending", "cancelled"])]
            if kind == "sample_applications"
            else rows
        )["creator_id"]
        .dropna()
        .unique()
    }


def samples(ledger: pd.DataFrame, applied: pd.DataFrame) -> pd.DataFrame:
    """The samples ledger with the API's applications, ready for `contracts.Samples`.

    An application is the ledger's row of the same sample id, failing that of the same order: that
    row keeps its cells and takes what it leaves empty. All others are rows of their own; they
    have no costs and no dates, which only the ledger knows.
    """
    if applied.empty:
        return ledger
    columns = ["sample_id", "creator_id", "product_id", "order_id", "status", "fulfilment_status"]
    newest = applied.sort_values(["file_order", "row"], kind="stable")
    newest = newest.drop_duplicates("sample_id", keep="last")[columns]
    known = lines.with_columns(ledger, columns)
    for key in ("sample_id", "order_id"):
        own = newest.dropna(subset=[key]).drop_duplicates(key, keep="last").set_index(key)
        for name in columns:
            if name in own:
                told = contracts.look_up(known[key], own[name].astype("str"))
                known[name] = known[name].astype("str").fillna(told)
    met = newest["sample_id"].isin(known["sample_id"]) | (
        newest["order_id"].notna() & newest["order_id"].isin(known["order_id"])
    )
    rest = newest[~met]
    both = pd.concat([known, rest], ignore_index=True)
    return contracts.frame(contracts.arrow(both, contracts.Samples))


def _followers(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = parts.get("creator_list")
    if rows is None or "followers" not in rows:
        return people.empty_followers()
    return rows[["creator_id", "followers"]].assign(
        seen_on=rows["window_end"].fillna(rows["seen_on"])
    )
