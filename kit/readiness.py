"""May this client's report be published? Gates on refused files, coverage, money that disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from kit import words
from kit.client import Client
from kit.errors import ClientError
from kit.lines import local_days
from kit.lists import FEEDS
from kit.windows import Window, covered_days, gaps

FOUR_WEEKS_DAYS = 28

# Order files name no window. Days without any order are called uncovered when a run of them is
# this unlikely for a client with so many days of orders.
EMPTY_RUN_PROBABILITY = 1e-4

# Definitions §1: lines whose status word nobody knows, as a share of the money.
UNKNOWN_STATUS_SHARE = 0.01

# A kind of export that covers less of its own history than this is no regular supply.
REGULAR_SHARE = 0.5

SELLER_CENTER = "Seller Center"
DOWNLOAD = {
    "affiliate_orders": f"{SELLER_CENTER}: Affiliate Center > Affiliate orders > Export",
    "shop_orders": f"{SELLER_CENTER}: Orders > Manage orders > Export",
    "video_data": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > Video > Export",
    "video_list": f"{SELLER_CENTER}: Affiliate Center > Creator analysis > Videos > Export",
    "live_list": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > LIVE > Export",
    "creator_data": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > Creator > Export",
    "creator_list": f"{SELLER_CENTER}: Affiliate Center > Creator analysis > Creators > Export",
    "gmv_max_creative": "Ads Manager: Product GMV Max > creatives > Export",
    "ads_manager": "Ads Manager: ad report, by day > Export",
}
WITHOUT_EXPORT = {
    "affiliate_orders": "net revenue, commissions, revenue per post and sales by creator",
    "shop_orders": "repeat purchase, partial refunds, cancelled orders and samples told from sales",
    "video_data": "conversion on clicks and Spark candidates",
    "creator_data": "check of order lines against the platform's own sums",
    "gmv_max_creative": "ad spend in the all-in cost ratio, 2- and 6-second view rates",
}
WITHOUT_LEDGER = {
    "creators": "the roster (everyone counts as on it) and tiers by followers",
    "agreements": "output rate, the expected commission and flat fees",
    "briefs": "results by hook angle",
    "hooks": "3-second hook retention, which no platform export holds",
    "samples": "sample costs and the sample clock",
    "products": "contribution and break-even conversion",
}


@dataclass(frozen=True)
class Readiness:
    """Whether a report of `as_of` may be published.

    `reasons`: one sentence per failed gate. `gates`: one row per gate (gate, passed, detail).
    `tables`: one row per kind of export or ledger (kind, files, rows, newest, age_days,
    covered_from, covered_until, gap_days). `cannot`: what missing pieces make impossible and where
    they are to be had. `notes`: what is said but withholds nothing.
    """

    ready: bool
    reasons: list[str]
    gates: pd.DataFrame
    tables: pd.DataFrame
    cannot: list[str]
    notes: list[str]
    as_of: date | None


def check(client: Client, as_of: date | str | None = None, report: str | None = None) -> Readiness:
    """The gates of a client's data for a report of `as_of`, by default the newest day it holds.

    Never looks at the clock. `report` only names the report in the reasons. Raises `ClientError`
    for a day before the data.
    """
    if client.newest_day() is None:
        return _without_data(client, as_of, report)
    day = _day_of_report(client, as_of)
    gates = pd.DataFrame(
        [
            ("files", *_files(client)),
            ("coverage", *_coverage(client, day)),
            ("gmv", *_silent_zero(client, day)),
            ("reconciliation", *_reconciliation(client, day)),
            ("printed totals", *_printed_totals(client)),
            ("set aside", *_set_aside(client)),
            ("status words", *_status_words(client)),
        ],
        columns=["gate", "passed", "detail"],
    )
    failed = gates.loc[~gates["passed"], "detail"].tolist()
    return Readiness(
        ready=not failed,
        reasons=[f"{report}: {reason}" if report else reason for reason in failed],
        gates=gates,
        tables=_supply(client, day),
        cannot=_cannot(client),
        notes=_old_gaps(client, day) + _orphans(client),
        as_of=day,
    )


def _day_of_report(client: Client, as_of: date | str | None) -> date:
    first, newest = client.first_day(), client.newest_day()
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or newest
    assert day is not None
    if first and day < first:
        raise ClientError(
            f"as_of {day} is before the data of {client.name}, which begin on {first} and reach "
            f"to {newest}. Choose a day from {first} on."
        )
    return day


def _without_data(client: Client, as_of: date | str | None, report: str | None) -> Readiness:
    """Nothing could be read: never ready, and the refused files say why."""
    told = f"{client.name} has no readable data. Put exports into {client.folder / 'exports'}."
    gates = pd.DataFrame(
        [("data", False, told), ("files", *_files(client))], columns=["gate", "passed", "detail"]
    )
    failed = gates.loc[~gates["passed"], "detail"]
    return Readiness(
        ready=False,
        reasons=[f"{report}: {reason}" if report else reason for reason in failed],
        gates=gates,
        tables=_supply(client, date.min),
        cannot=_cannot(client),
        notes=[],
        as_of=date.fromisoformat(as_of) if isinstance(as_of, str) else as_of,
    )


def _files(client: Client) -> tuple[bool, str]:
    refused = client.frame("set_aside").query("rule == 'file refused'")
    if refused.empty:
        return True, "No file was refused."
    return False, f"Refused: {' '.join(refused['value'])} Mend or remove the file."


def _coverage(client: Client, as_of: date) -> tuple[bool, str]:
    """No uncovered day inside the four weeks in a kind the client normally supplies."""
    start = as_of - timedelta(FOUR_WEEKS_DAYS - 1)
    missing = [
        f"{label} {gap}"
        for label, held in _held(client).items()
        if _regular(held, client)
        for gap in gaps(held, max(start, held[0].start), as_of)
        if held[0].start <= as_of
    ]
    if not missing:
        return True, f"Every day from {start} to {as_of} is covered."
    return False, f"No data for {'; '.join(missing)}. Download these days and ingest again."


def _held(client: Client) -> dict[str, list[Window]]:
    """What each kind of supply covers, as stretches of days in order; no kind never seen."""
    windows = client.frame("windows").query("kept")
    found: dict[str, list[Window]] = {}
    for group in (group for groups in FEEDS.values() for group in groups):
        rows = windows[windows["kind"].isin(group)].sort_values("window_start")
        label = " or ".join(kind.replace("_", " ") for kind in group if kind in set(rows["kind"]))
        held = [_whole_days(row) for row in rows.itertuples()]
        held = [window for window in held if window.start <= window.end]
        if held:
            found[label] = held
    for table, kind in (("orders", "affiliate_orders"), ("shop_orders", "shop_orders")):
        held = _order_days(client, table, kind)
        if held:
            found[kind.replace("_", " ")] = held
    return found


def _whole_days(row) -> Window:
    end = row.window_end.date() - timedelta(1 if row.partial else 0)
    return Window(row.window_start.date(), end)


def _order_days(client: Client, table: str, kind: str) -> list[Window]:
    """Stretches of days the order files speak of: windows in their names, else days with orders.

    Quiet days between and after orders belong to a stretch unless so long a run of them is
    unlikely (`EMPTY_RUN_PROBABILITY`) at the share of days that bring orders.
    """
    files = client.frame("files")
    named = files[(files["kind"] == kind) & files["window_start"].notna()]
    stretches = [
        Window(row.window_start.date(), row.window_end.date()) for row in named.itertuples()
    ]
    days = local_days(client.frame(table)["ordered_at"], client.time_zone).dropna().unique()
    busy = sorted(day.date() for day in pd.DatetimeIndex(days))
    if not busy:
        return stretches
    span = (busy[-1] - busy[0]).days + 1
    share = (len(busy) + 1) / (span + 2)
    quiet = 0
    while (1 - share) ** (quiet + 1) >= EMPTY_RUN_PROBABILITY:
        quiet += 1
    start = last = busy[0]
    for day in busy[1:]:
        if (day - last).days - 1 > quiet:
            stretches.append(Window(start, last))
            start = day
        last = day
    return sorted([*stretches, Window(start, last + timedelta(quiet))])


def _regular(held: list[Window], client: Client) -> bool:
    newest = client.newest_day() or held[-1].end
    last = max(newest, held[0].start)
    days = (last - held[0].start).days + 1
    return covered_days(held, held[0].start, last) >= REGULAR_SHARE * days


def _silent_zero(client: Client, as_of: date) -> tuple[bool, str]:
    """GMV 0 with orders above 0: a renamed money column read as nothing."""
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    empty = []
    for name in ("post_stats", "creator_stats"):
        rows = client.frame(name)
        rows = rows[(rows["window_end"] >= start) & (rows["window_start"] <= pd.Timestamp(as_of))]
        sums = rows.groupby(["source", "window_start"])[["gmv", "orders"]].sum()
        bad = sums[(sums["gmv"] == 0) & (sums["orders"] > 0)]
        empty += [f"{source.replace('_', ' ')} from {day.date()}" for source, day in bad.index]
    lines = client.frame("orders")
    lines = lines[lines["counts"] & (local_days(lines["ordered_at"], client.time_zone) >= start)]
    if len(lines) and lines["gmv"].sum() == 0:
        empty.append("affiliate orders")
    if not empty:
        return True, "GMV stands wherever orders do."
    return False, f"GMV is 0 although there are orders: {'; '.join(empty)}. Was a column renamed?"


def _reconciliation(client: Client, as_of: date) -> tuple[bool, str]:
    """The platform's sums by creator against their own parts and against the order lines."""
    lists = _creator_windows(client, as_of)
    if lists.empty:
        return True, "No creator list of the four weeks to compare with."
    tolerance = client.policy.reconciliation_tolerance
    split = lists.dropna(subset=["gmv_video", "gmv_live", "gmv_product_card"], how="all")
    parts = split[["gmv_video", "gmv_live", "gmv_product_card"]].sum().sum()
    compared = [("video, LIVE and product card", split["gmv"].sum(), parts)]
    inside, both, listed = _order_sums(client, lists)
    if inside:
        sums = min(both, key=lambda total: abs(total - listed))
        compared.append(("the affiliate order lines of the same days", listed, sums))
    told = []
    for what, whole, other in compared:
        larger = max(abs(whole), abs(other))
        if larger and abs(whole - other) > tolerance * larger:
            told.append(
                f"GMV by creator is {whole:,.2f}, {what} add up to {other:,.2f} "
                f"({abs(whole - other) / larger:.1%} apart, {tolerance:.1%} allowed)"
            )
    if told:
        return False, f"{'; '.join(told)}. Is a download missing or cut short?"
    return True, f"GMV by creator agrees with {' and with '.join(what for what, *_ in compared)}."


def _creator_windows(client: Client, as_of: date) -> pd.DataFrame:
    rows = client.frame("creator_stats")
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    return rows[(rows["window_start"] >= start) & (rows["window_end"] <= pd.Timestamp(as_of))]


def _order_sums(client: Client, lists: pd.DataFrame) -> tuple[bool, list[float], float]:
    """Order lines of the windows that order files cover whole: with and without external traffic.

    Like with like: paid lines by day created in the exports' zone, later cancellations and refunds
    still in. Whether the lists count external traffic is nowhere said, so either sum will do.
    """
    held = _order_days(client, "orders", "affiliate_orders")
    spans = sorted(set(zip(lists["window_start"], lists["window_end"], strict=True)))
    whole = [
        (a, b)
        for a, b in spans
        if held and covered_days(held, a.date(), b.date()) == (b - a).days + 1
    ]
    lines = client.frame("orders")
    paid = lines[
        (lines["status"] != "unpaid") & (lines["paid_at"].notna() | lines["paid_at"].isna().all())
    ]
    days = local_days(paid["ordered_at"], client.config.export_time_zone)
    within = pd.Series(False, index=paid.index)
    listed = 0.0
    for first, last in whole:
        within |= days.between(first, last)
        listed += lists.loc[lists["window_start"] == first, "gmv"].sum()
    money = paid.loc[within]
    own = money.loc[money["content_type"] != "external", "gmv"].sum()
    return bool(whole), [money["gmv"].sum(), own], listed


def _printed_totals(client: Client) -> tuple[bool, str]:
    files = client.frame("files").dropna(subset=["printed_total", "money"])
    tolerance = client.policy.reconciliation_tolerance
    apart = (files["printed_total"] - files["money"]).abs()
    wrong = files[apart > tolerance * files[["printed_total", "money"]].abs().max(axis=1)]
    if wrong.empty:
        return True, "Rows add up to the totals the files print."
    told = [
        f"{row.file} prints {row.printed_total:,.2f}, its rows add up to {row.money:,.2f}"
        for row in wrong.itertuples()
    ]
    return False, f"{'; '.join(told)}. Download the file again."


def _set_aside(client: Client) -> tuple[bool, str]:
    """Money in rows set aside, as a share of the money of the same kind of export."""
    rows = client.frame("set_aside").dropna(subset=["row"])
    read = client.frame("files").groupby("kind")["money"].sum()
    money = rows.groupby("kind")["money"].sum().reindex(read.index).fillna(0)
    share = (money / (read + money)).fillna(0)
    tolerance = client.policy.set_aside_tolerance
    unknown = rows["money"].isna().sum()
    said = f" The money of {unknown} of them cannot be read." if unknown else ""
    high = share[share > tolerance]
    if high.empty:
        return True, f"{len(rows)} rows set aside, within {tolerance:.1%} of the money.{said}"
    told = [
        f"{rate:.1%} of the money in {str(kind).replace('_', ' ')}" for kind, rate in high.items()
    ]
    return (
        False,
        f"Set aside: {'; '.join(told)}, over {tolerance:.1%}.{said} See the set-aside rows.",
    )


def _status_words(client: Client) -> tuple[bool, str]:
    for name in ("orders", "shop_orders"):
        rows = client.frame(name)
        strange = rows[~rows["status_known"].fillna(True).astype(bool)]
        share = strange["gmv"].sum() / rows["gmv"].sum() if rows["gmv"].sum() else 0.0
        if share > UNKNOWN_STATUS_SHARE:
            words = ", ".join(sorted(strange["status_raw"].dropna().unique())[:5])
            return False, (
                f"Status words nobody knows ({words}) stand on {share:.1%} of the money in "
                f"{name.replace('_', ' ')}. Tell us what they mean."
            )
    return True, "Every status word that matters is known."


def _supply(client: Client, as_of: date) -> pd.DataFrame:
    """One row per kind of export: how much there is, how far it reaches, how old it is."""
    files = client.frame("files").dropna(subset=["kind"])
    held = _held(client)
    rows = []
    for kind, own in files.groupby("kind", sort=True):
        label = str(kind).replace("_", " ")
        mine = next((spans for name, spans in held.items() if label in name.split(" or ")), [])
        newest = own["last_day"].max()
        rows.append(
            {
                "kind": kind,
                "files": len(own),
                "rows": int(own["rows"].sum()),
                "newest": newest,
                "age_days": (pd.Timestamp(as_of) - newest).days if pd.notna(newest) else pd.NA,
                "covered_from": own["first_day"].min(),
                "covered_until": newest,
                "gap_days": sum(gap.days for gap in gaps(mine, last=as_of)) if mine else 0,
            }
        )
    columns = ["kind", "files", "rows", "newest", "age_days", "covered_from", "covered_until"]
    return pd.DataFrame(rows, columns=[*columns, "gap_days"])


def _cannot(client: Client) -> list[str]:
    """What is not possible without the pieces that are missing, and where to get them."""
    kinds = set(client.frame("files")["kind"].dropna())
    told = [
        f"Without {kind.replace('_', ' ')}: no {what}. {DOWNLOAD[kind]}."
        for kind, what in WITHOUT_EXPORT.items()
        if kind not in kinds
    ]
    return told + [
        f"Without a {name} ledger: no {what}. Fill in ledgers/{name}.csv."
        for name, what in WITHOUT_LEDGER.items()
        if client.frame(name).empty
        or (name == "creators" and not client.creators["in_ledger"].any())
    ]


def _old_gaps(client: Client, as_of: date) -> list[str]:
    """Gaps before the report's four weeks, one sentence per gap with all kinds that share it."""
    before = as_of - timedelta(FOUR_WEEKS_DAYS)
    lacking: dict[Window, list[str]] = {}
    for label, held in _held(client).items():
        if held[0].start <= before:
            for gap in gaps(held, last=before):
                lacking.setdefault(gap, []).append(_CASED.get(label, label))
    return [
        f"No {words.listed(labels, last='or')} for {words.period(gap.start, gap.end)}, before the "
        "four weeks of this report."
        for gap, labels in sorted(lacking.items())
    ]


_CASED = {"live list": "LIVE list", "gmv max creative": "GMV Max creatives"}


def _orphans(client: Client) -> list[str]:
    """Ids met only in orders or ads: no post, but counted and said."""
    known = set(client.frame("posts")["post_id"])
    told = []
    for name, where in (("orders", "order lines"), ("ad_stats", "ad rows")):
        ids = set(client.frame(name)["post_id"].dropna()) - known
        if ids:
            told.append(
                f"{words.count(len(ids), 'content id')} {'stands' if len(ids) == 1 else 'stand'} "
                f"only in {where}, in no list of videos or LIVEs."
            )
    return told
