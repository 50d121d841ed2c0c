"""The platform's windowed lists: posts, and figures per post, creator and ad for kept windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import contracts
from kit.ledgers import brief_posts
from kit.lines import local_days, with_columns
from kit.windows import Window, kept

# Which kinds feed a table, best first: a later kind fills in only the days an earlier one of the
# same group leaves alone, so that no post or creator has two rows that share a day.
FEEDS = {
    "post_stats": (("video_data", "video_list"), ("live_list",)),
    "creator_stats": (("creator_data", "creator_list"),),
    "ad_stats": (("gmv_max_creative",), ("ads_manager",)),
}
POST_KINDS = {"video_data": "video", "video_list": "video", "live_list": "live"}
NO_POST = {"", "N/A", "-1", "-", "--", "0"}


@dataclass(frozen=True)
class Offer:
    """A window that one file offers for a kind of export; `order` is later for newer files."""

    kind: str
    window: Window
    file: str
    order: int


def keep(offers: Iterable[Offer]) -> pd.DataFrame:
    """One row per kind and window on offer (`contracts.Windows`): kept or not, and why not."""
    by_kind: dict[str, dict[Window, list[Offer]]] = {}
    for offer in offers:
        by_kind.setdefault(offer.kind, {}).setdefault(offer.window, []).append(offer)
    stay = {kind: kept(windows) for kind, windows in by_kind.items()}
    taken = _give_way(stay)
    rows = [
        {
            "kind": kind,
            "window_start": pd.Timestamp(window.start),
            "window_end": pd.Timestamp(window.end),
            "partial": window.partial,
            "kept": window in stay[kind] and (kind, window) not in taken,
            "why": _why(kind, window, stay, taken),
            "files": [o.file for o in sorted(offered, key=lambda o: o.order)],
        }
        for kind, windows in sorted(by_kind.items())
        for window, offered in sorted(windows.items())
    ]
    return pd.DataFrame(rows, columns=list(contracts.Windows.columns))


def _give_way(stay: dict[str, list[Window]]) -> dict[tuple[str, Window], Window]:
    """Windows of a second-choice kind that share a day with its first choice: → that window."""
    taken = {}
    for groups in FEEDS.values():
        for group in groups:
            before: list[Window] = []
            for kind in group:
                own = stay.get(kind, [])
                for window in own:
                    over = next((other for other in before if other.overlaps(window)), None)
                    if over:
                        taken[kind, window] = over
                before = before + [w for w in own if (kind, w) not in taken]
    return taken


def _why(kind: str, window: Window, stay: dict, taken: dict) -> str | None:
    if (kind, window) in taken:
        return f"a better list covers {taken[kind, window]}"
    if window in stay[kind]:
        return None
    over = [other for other in stay[kind] if other.overlaps(window)]
    return f"shares days with {', '.join(str(other) for other in over[:3])}" if over else "shorter"


def kept_rows(rows: pd.DataFrame, windows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The rows of a kind that stand in kept windows, of the file seen last for each window."""
    if rows.empty:
        return rows
    mine = windows[(windows["kind"] == kind) & windows["kept"]]
    keys = ["window_start", "window_end", "partial"]
    held = rows.merge(mine[keys].astype(rows[keys].dtypes), on=keys)
    if kind == "gmv_max_creative":
        return _newest_scope(held, keys)
    newest = held.groupby(keys)["file_order"].transform("max")
    return held[held["file_order"] == newest]


def _newest_scope(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """GMV Max files of one window: the newest of all products, and newer ones of one product.

    An export of a single product (no campaign in it) replaces that product's rows only.
    """
    by_file = rows.groupby([*keys, "file_order"])
    single = (by_file["campaign_id"].transform("count") == 0) & (
        by_file["product_id"].transform("nunique") == 1
    )
    whole = rows["file_order"].where(~single)
    newest_whole = whole.groupby([rows[k] for k in keys]).transform("max").fillna(-1)
    alone = rows["file_order"].where(single)
    newest_alone = (
        alone.groupby([*[rows[k] for k in keys], rows["product_id"]], dropna=False)
        .transform("max")
        .fillna(-1)
    )
    replaced = newest_alone > newest_whole
    return rows[
        np.where(replaced, rows["file_order"] == newest_alone, rows["file_order"] == newest_whole)
    ]


def replaced(windows: pd.DataFrame) -> list[str]:
    """One sentence per window that several files hold: which of them was taken."""
    several = windows[windows["kept"] & (windows["files"].map(len) > 1)]
    return [
        f"{row.files[-1]} replaces {', '.join(row.files[:-1])}: {row.kind.replace('_', ' ')} of "
        f"the same window."
        for row in several.itertuples()
    ]


def posts(parts: dict[str, pd.DataFrame], briefs: pd.DataFrame, zone: str) -> pd.DataFrame:
    """One row per video or LIVE of any list, ready for `contracts.Posts`.

    The publishing date is the one printed in the earliest file that prints one; product ids are
    the union over all files; creator and caption are the newest printed.
    """
    listed = [
        _as_posts(rows, POST_KINDS[kind], zone)
        for kind, rows in parts.items()
        if kind in POST_KINDS and len(rows)
    ]
    if not listed:
        return contracts.empty(contracts.Posts)
    rows = pd.concat(listed, ignore_index=True).dropna(subset=["post_id"])
    rows = rows.sort_values(["file_order", "row"], kind="stable")
    dated = rows.dropna(subset=["published_on"]).drop_duplicates("post_id")
    found = rows.groupby("post_id")[["creator_id", "caption", "kind"]].last()
    found = found.join(dated.set_index("post_id")[["published_at", "published_on"]])
    found = found.join(rows.groupby("post_id")["seen_on"].min())
    found = found.join(_product_ids(rows)).reset_index()
    return _with_brief(found, briefs)[list(contracts.Posts.columns)]


def _as_posts(rows: pd.DataFrame, kind: str, zone: str) -> pd.DataFrame:
    wanted = ["post_id", "creator_id", "caption", "published_at", "published_on", "product_ids"]
    own = with_columns(rows, [*wanted, "product_id"])
    own = own[[*wanted, "product_id", "seen_on", "file_order", "row"]]
    moment = pd.to_datetime(own["published_at"], utc=True).astype("datetime64[us, UTC]")
    printed = pd.to_datetime(own["published_on"]).astype("datetime64[us]")
    single = own["product_id"].map(lambda one: [one] if isinstance(one, str) else [])
    several = own["product_ids"].map(
        lambda ids: list(ids) if isinstance(ids, (list, np.ndarray)) else None
    )
    return own.assign(
        published_at=moment,
        published_on=printed.fillna(local_days(moment, zone)),
        product_ids=several.where(several.notna(), single),
        kind=kind,
    ).drop(columns="product_id")


def _product_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """Per post its products, over all files, and the day each of them was first shown."""
    pairs = rows[["post_id", "product_ids", "seen_on"]].explode("product_ids").dropna()
    first = pairs.groupby(["post_id", "product_ids"])["seen_on"].min()
    days = first.dt.strftime("%Y-%m-%d").rename("products_seen_on").reset_index()
    return days.groupby("post_id")[["product_ids", "products_seen_on"]].agg(list)


def _with_brief(found: pd.DataFrame, briefs: pd.DataFrame) -> pd.DataFrame:
    answered = brief_posts(briefs)[["post_id", "brief_id", "hook_angle"]].astype("str")
    return found.merge(answered.drop_duplicates("post_id"), on="post_id", how="left")


def post_stats(
    parts: dict[str, pd.DataFrame], windows: pd.DataFrame, known: pd.DataFrame
) -> pd.DataFrame:
    """One row per post and kept window, zeros too; a creator the row lacks comes from `known`."""
    rows = _kept(parts, windows, "post_stats", contracts.PostStats)
    rows = rows.drop_duplicates(contracts.PostStats.key)
    creator = contracts.look_up(rows["post_id"], known.set_index("post_id")["creator_id"])
    return rows.assign(creator_id=rows["creator_id"].fillna(creator))


def creator_stats(parts: dict[str, pd.DataFrame], windows: pd.DataFrame) -> pd.DataFrame:
    """One row per creator and kept window; rows of a former handle are added to today's."""
    rows = _kept(parts, windows, "creator_stats", contracts.CreatorStats)
    if not rows.duplicated(contracts.CreatorStats.key).any():
        return rows
    money = ["gmv", "gmv_video", "gmv_live", "gmv_product_card", "refunded_amount", "orders"]
    grouped = rows.groupby([*contracts.CreatorStats.key, "source"], as_index=False)
    sums = grouped[money].sum(min_count=1)
    return sums.merge(grouped[["file", "row"]].first())


def ad_stats(parts: dict[str, pd.DataFrame], windows: pd.DataFrame) -> pd.DataFrame:
    """One row per row of a paid-delivery file in a kept window; product cards have no post."""
    return _kept(parts, windows, "ad_stats", contracts.AdStats)


def _kept(parts: dict, windows: pd.DataFrame, table: str, contract: type) -> pd.DataFrame:
    columns = list(contract.columns)  # type: ignore[attr-defined]
    frames = [
        with_columns(kept_rows(parts[kind], windows, kind), columns).assign(source=kind)[columns]
        for group in FEEDS[table]
        for kind in group
        if kind in parts and len(parts[kind])
    ]
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else contracts.empty(contract)


def replaced_rows(
    parts: dict[str, pd.DataFrame], windows: pd.DataFrame, table: str, contract: type
) -> pd.DataFrame:
    """The rows of a table's lists that are in no kept window, or in an older file of one."""
    columns = list(contract.columns)  # type: ignore[attr-defined]
    frames = []
    for kind in (kind for group in FEEDS[table] for kind in group):
        rows = parts.get(kind, pd.DataFrame()).reset_index(drop=True)
        if rows.empty:
            continue
        stay = kept_rows(rows.assign(_place=rows.index), windows, kind)["_place"]
        left = rows.drop(index=stay)
        frames.append(with_columns(left, columns).assign(source=kind)[columns])
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else contracts.empty(contract)


def as_ads(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a paid-delivery file under the names of `ad_stats`.

    The 2-second rate is `hook_rate`. Ads Manager prints counts, so its rates are views that held ÷
    views; its post id stands, if anywhere, in the ad's name.
    """
    wanted = ["view_rate_2s", "view_rate_6s", "views", "views_2s", "views_6s", "post_id"]
    rows = with_columns(
        rows, [*wanted, "ad_name", "delivery_status", "exploration_status", "status"]
    )
    views = pd.to_numeric(rows["views"]).astype("Float64").replace(0, pd.NA)
    rates = {
        s: rows[f"view_rate_{s}s"]
        .astype("Float64")
        .fillna(rows[f"views_{s}s"].astype("Float64") / views)
        for s in (2, 6)
    }
    named = rows["ad_name"].astype("str").str.extract(r"(?<!\d)(\d{17,19})(?!\d)", expand=False)
    return rows.assign(
        hook_rate=rates[2],
        hook_window_s=2.0,
        hook_rate_6s=rates[6],
        status=_first_text(rows, "status", "delivery_status", "exploration_status"),
        post_id=rows["post_id"].where(~rows["post_id"].isin(NO_POST)).fillna(named),
    )


def _first_text(rows: pd.DataFrame, *names: str) -> pd.Series:
    """The first of the named columns that holds something, row by row."""
    return rows[list(names)].astype("str").bfill(axis=1)[names[0]]
