"""The same sales told by several exports: do they add up, and if not, why most likely?

Compared is like with like: the same days, GMV by day created with later cancellations and refunds
still in (definitions §5).
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit import words
from kit.client import Client
from kit.engine import local_day
from kit.metrics.fetch import fetch, value
from kit.readiness.coverage import FOUR_WEEKS_DAYS, order_days
from kit.windows import WEEK_DAYS, covered_days

COLUMNS = [
    *("what", "against", "whole", "other", "difference", "share", "allowed", "agrees", "blocks"),
    "reason",
]
# Of a difference at least so much in one window: that window's download is looked at first.
MOSTLY = 0.8
# Two exports that agreed in so many windows, and in at least half of all, are expected to agree.
USUAL_WINDOWS = 3
# A renamed creator's old weeks stand under two names; a column in other rows moves most of a list.
MISPLACED = 0.5
CREATORS, VIDEOS, LINES = "the creator list", "the video list", "the export of affiliate orders"
_KEYS = ["window_start", "window_end"]
_BY_WINDOW = [*_KEYS, "whole", "other"]


class Telling(NamedTuple):
    """Two tellings of the same sales, a row per window over all history.

    `promised`: the platform's own definition has them equal. Others block only where this client's
    exports usually agree. `hint` says why they differ, whatever the windows show.
    """

    what: str
    against: str
    table: pd.DataFrame
    promised: bool = False
    hint: str = ""
    allowed: float | None = None  # of the worst window, where it is not policy's of them all
    downloads: tuple[str, str] = ("the first", "the second")  # either may be cut short


def tellings(client: Client, as_of: date) -> list[Telling]:
    """Every two tellings of the same sales that the client's exports allow to compare."""
    lists, posts = client.frame("creator_stats"), client.frame("post_stats")
    video, live = ("video_data", "video_list"), ("live_list",)
    found = [
        Telling("GMV by creator", "video, LIVE and product card",
                 _parts(lists, client.config.gone.get("creator_data", {})), True,
                 "a column of the list was taken for another"),
        Telling("GMV by creator", "the affiliate order lines of the same days",
                 _lines(client, lists), True, downloads=(CREATORS, LINES)),
        Telling("Video GMV by creator", "the videos of the same days",
                 _posts(client, lists, "gmv_video", posts, video), downloads=(CREATORS, VIDEOS)),
        Telling("LIVE GMV by creator", "the LIVEs of the same days",
                 _posts(client, lists, "gmv_live", posts, live),
                 downloads=(CREATORS, "the LIVE list")),
        Telling("Affiliate GMV", "those of its orders that the shop orders hold",
                _shop(client, as_of), downloads=(LINES, "the export of shop orders")),
        Telling("GMV by creator", "what each creator's own order lines bear out",
                _borne_out(client, lists, "creator_id"),
                hint="its names stand in other rows than they belong to, or a creator was renamed "
                "(former_handles in creators.csv)", allowed=MISPLACED),
        Telling("GMV by video", "what each video's own order lines bear out",
                _borne_out(client, posts[posts["source"].isin(video)], "post_id", "video"),
                hint="its ids or figures stand in other rows than they belong to"),
    ]  # fmt: skip
    if _in_four_weeks(lists, as_of).empty:
        own = posts[posts["source"].isin(video)]
        lines = "the affiliate order lines of videos of the same days"
        both = (VIDEOS, LINES)
        found.append(Telling("GMV by video", lines, _lines(client, own, "video"), downloads=both))
    return found


def reconciled(found: list[Telling], as_of: date, tolerance: float) -> pd.DataFrame:
    """One row per two tellings of the sales of the four weeks that end on a day.

    `whole` and `other` in the client's currency, `difference` whole − other, `share` of the larger,
    `allowed` the tolerance, `agrees`; where it does not, whether that `blocks` publishing and the
    likeliest `reason`.
    """
    rows = [_row(told, _in_four_weeks(told.table, as_of), tolerance) for told in found]
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def older(found: list[Telling], as_of: date, tolerance: float) -> list[str]:
    """Windows before the four weeks in which tellings that should agree do not: a sentence each.

    They withhold nothing, as a gap there does not (definitions §5), but charts look back on them.
    """
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    told = []
    for telling in found:
        rows = telling.table[telling.table["window_end"] < start]
        apart = (rows["whole"] - rows["other"]).abs()
        allowed = telling.allowed or tolerance
        wrong = apart[apart > allowed * rows[["whole", "other"]].abs().max(axis=1)]
        if wrong.empty or not (telling.promised or _usually_agree(telling.table, tolerance)):
            continue
        worst = rows.loc[wrong.sort_values(ascending=False).index]
        named = [
            f"{words.period(row.window_start, row.window_end)} ({row.whole:,.2f} and "
            f"{row.other:,.2f})"
            for row in worst.itertuples()
        ]
        told.append(
            f"{telling.what} and {telling.against} differ in {words.listed(named, most=3)}, before "
            "the four weeks of this report: one of their downloads is cut short or older."
        )
    return told


def nothing() -> pd.DataFrame:
    """What `reconciled` gives where nothing can be compared."""
    return pd.DataFrame(columns=COLUMNS)


def _in_four_weeks(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    return rows[(rows["window_start"] >= start) & (rows["window_end"] <= pd.Timestamp(as_of))]


def _parts(lists: pd.DataFrame, declared: Container[str]) -> pd.DataFrame:
    """Each creator's GMV against its own parts, where the list has them.

    Windows without a part that is declared gone are left out.
    """
    names = ["gmv_video", "gmv_live", "gmv_product_card"]
    rows = lists.dropna(subset=names, how="all")
    if gone := [name for name in names if name in declared]:
        told = rows.groupby(_KEYS)[gone].transform("count")
        rows = rows[told.gt(0).all(axis=1)]  # without a part no sum is due
    return _by_window(rows.assign(whole=rows["gmv"], other=rows[names].sum(axis=1)))


def _lines(client: Client, lists: pd.DataFrame, content: str = "") -> pd.DataFrame:
    """A list against the affiliate order lines of the windows that the order files cover whole.

    Whether the lists count external traffic is nowhere said, so either sum of the lines will do.
    """
    spans = _covered_whole(client, lists)
    paid = _paid(client, content)
    own = paid.filter((paid.content_type != "external").fill_null(True))
    both = []
    for lines in (paid, own):
        by_day = fetch(lines.group_by("day").agg(gmv=lines.gmv.sum())).dropna(subset=["day"])
        days = by_day.set_index("day")["gmv"].sort_index()
        sums = [
            round(float(days.loc[a:b].sum()), 2)
            for a, b in zip(spans["window_start"], spans["window_end"], strict=True)
        ]
        both.append(spans.assign(other=pd.Series(sums, index=spans.index, dtype=float)))
    return min(both, key=lambda rows: abs(rows["whole"].sum() - rows["other"].sum()))[_BY_WINDOW]


def _covered_whole(client: Client, lists: pd.DataFrame) -> pd.DataFrame:
    """The windows of a list that the order files cover whole, with the list's GMV as `whole`."""
    spans = lists.groupby(_KEYS, as_index=False)["gmv"].sum().rename(columns={"gmv": "whole"})
    held = order_days(client, "orders", "affiliate_orders")
    ends = list(zip(spans["window_start"], spans["window_end"], strict=True))
    whole = [
        bool(held) and covered_days(held, a.date(), b.date()) == (b - a).days + 1 for a, b in ends
    ]
    return spans[pd.Series(whole, index=spans.index, dtype=bool)]


def _paid(client: Client, content: str = "") -> Any:
    """The paid affiliate order lines, of one type of content if asked, with the `day` ordered.

    As an Ibis expression, like `counting_lines`.
    """
    lines = client.table("orders")
    paid = lines.filter((lines.status != "unpaid").fill_null(True))
    if value(lines.paid_at.count()):
        paid = paid.filter(paid.paid_at.notnull())
    if content:
        paid = paid.filter(paid.content_type == content)
    return paid.mutate(day=local_day(paid.ordered_at, client.config.export_time_zone))


def _borne_out(client: Client, lists: pd.DataFrame, whose: str, content: str = "") -> pd.DataFrame:
    """A list's GMV, and as much of it as the order lines give the same creator or post.

    A sum is the same in whatever rows its parts stand; this one is not.
    """
    spans = _covered_whole(client, lists)[_KEYS]
    if spans.empty:
        return pd.DataFrame(columns=_BY_WINDOW)
    told = lists.merge(spans, on=_KEYS).groupby([*_KEYS, whose], as_index=False)["gmv"].sum()
    paid = _paid(client, content)
    by_day = paid.group_by("day", whose).agg(borne=paid.gmv.sum())
    every = client.table("creator_stats" if whose == "creator_id" else "post_stats")
    windows = every.select(*_KEYS).distinct()
    inside = [by_day.day >= windows.window_start, by_day.day <= windows.window_end]
    own = by_day.inner_join(windows, inside)
    borne = fetch(own.group_by([*_KEYS, whose]).agg(borne=own.borne.sum()))
    both = told.merge(borne, on=[*_KEYS, whose], how="left").fillna({"borne": 0.0})
    both["other"] = np.minimum(both["gmv"], both["borne"])
    whole = lists.groupby(_KEYS)["gmv"].sum().rename("whole").reset_index()
    sums = both.groupby(_KEYS, as_index=False)["other"].sum()
    found = spans.merge(whole, on=_KEYS).merge(sums, on=_KEYS, how="left")
    found["other"] = found["other"].fillna(0.0).round(2)
    return found[_BY_WINDOW]


def _posts(
    client: Client, lists: pd.DataFrame, column: str, posts: pd.DataFrame, kinds: tuple[str, ...]
) -> pd.DataFrame:
    """Creators' GMV of one route against that of the posts, in windows that both lists hold."""
    known = lists.dropna(subset=[column])
    kept = client.frame("windows").query("kept")
    held = kept[kept["kind"].isin(kinds)][_KEYS].drop_duplicates()
    whole = known.groupby(_KEYS)[column].sum().rename("whole").reset_index().merge(held, on=_KEYS)
    own = posts[posts["source"].isin(kinds)].groupby(_KEYS)["gmv"].sum().rename("other")
    return whole.merge(own.reset_index(), on=_KEYS, how="left").fillna({"other": 0.0})


def _shop(client: Client, as_of: date) -> pd.DataFrame:
    """Affiliate lines of days that shop orders cover, and those whose order is among them.

    By weeks counted back from the report's day: of single days most agree by chance alone.
    """
    lines = client.table("orders")
    held = client.table("shop_orders").select(held="order_id").distinct()
    both = lines.left_join(held, lines.order_id == held.held)
    both = both.mutate(day=local_day(both.ordered_at, client.time_zone))
    found = both.agg(whole=both.gmv.sum(), other=both.gmv.sum(where=both.held.notnull()), by="day")
    days = fetch(found).dropna(subset=["day"]).fillna({"whole": 0.0, "other": 0.0})
    covered = pd.Series(False, index=days.index)
    for span in order_days(client, "shop_orders", "shop_orders"):
        covered |= days["day"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
    rows, end = days[covered], pd.Timestamp(as_of)
    weeks_back = (end - rows["day"]).dt.days // WEEK_DAYS
    ends = end - pd.to_timedelta(weeks_back * WEEK_DAYS, unit="D")
    starts = ends - pd.Timedelta(days=WEEK_DAYS - 1)
    weeks = _by_window(rows.assign(window_start=starts, window_end=ends))
    return weeks.assign(whole=weeks["whole"].round(2), other=weeks["other"].round(2))


def _by_window(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(_KEYS, as_index=False)[["whole", "other"]].sum()[_BY_WINDOW]


def _row(told: Telling, recent: pd.DataFrame, allowed: float) -> tuple | None:
    if told.allowed and len(recent):
        recent = recent.loc[[(recent["whole"] - recent["other"]).abs().idxmax()]]
    whole, other = float(recent["whole"].sum()), float(recent["other"].sum())
    if not whole and not other:
        return None
    share = abs(whole - other) / max(abs(whole), abs(other))
    usual = told.promised or _usually_agree(told.table, allowed)
    allowed = told.allowed or allowed
    agrees = share <= allowed
    blocks = not agrees and usual
    reason = "" if agrees else told.hint or _likely(told, recent)
    why = (told.what, told.against, whole, other, whole - other, share)
    return (*why, allowed, agrees, blocks, reason)


def _usually_agree(table: pd.DataFrame, allowed: float) -> bool:
    larger = table[["whole", "other"]].abs().max(axis=1)
    busy = table[larger > 0]
    agree = (busy["whole"] - busy["other"]).abs() <= allowed * larger[larger > 0]
    return agree.sum() >= USUAL_WINDOWS and agree.mean() >= 0.5


def _likely(told: Telling, table: pd.DataFrame) -> str:
    """Where most of a difference lies, or that it is spread, and what that speaks for."""
    apart = table["whole"] - table["other"]
    short = told.downloads[1 if apart.sum() > 0 else 0]
    top = apart.abs().idxmax()
    if len(table) > 1 and abs(apart[top]) >= MOSTLY * apart.abs().sum():
        days = words.period(table.loc[top, "window_start"], table.loc[top, "window_end"])
        return f"most of it in {days}: {short} is cut short or older there, download it again"
    return (
        f"spread over the days: {short} lacks rows, by a filter or a page that was not exported; "
        "download it again without a filter"
    )


def notes(compared: pd.DataFrame) -> list[str]:
    """What differs and blocks nothing: within the tolerance, or never expected to agree."""
    told = []
    for row in compared.to_dict("records"):
        if row["agrees"] and abs(row["difference"]) >= 0.005:
            told.append(f"{sentence(row)}.")
        elif not row["agrees"] and not row["blocks"]:
            told.append(
                f"{sentence(row)}. They do not usually agree here, so nothing is withheld for it."
            )
    return told


def sentence(row: dict) -> str:
    """One comparison that does not agree, as a sentence without its stop."""
    told = (
        f"{row['what']} is {row['whole']:,.2f}, {row['against']} add up to {row['other']:,.2f} "
        f"({row['share']:.1%} apart, {row['allowed']:.1%} allowed)"
    )
    return f"{told}; {row['reason']}" if row["reason"] else told
