"""Which days each kind of export speaks of, and which are missing."""

from __future__ import annotations

from datetime import date, timedelta

from kit import words
from kit.client import Client
from kit.engine import local_day
from kit.lists import FEEDS
from kit.metrics.fetch import fetch
from kit.windows import Window, covered_days, gaps

FOUR_WEEKS_DAYS = 28

# Order files name no window. Days without any order are called uncovered when a run of them is
# this unlikely for a client with so many days of orders.
EMPTY_RUN_PROBABILITY = 1e-4

# A kind of export that covers less of its own history than this is no regular supply.
REGULAR_SHARE = 0.5


# The newest order file against the median of so many before it; shorter than this share is said.
USUAL_FILES = 4
SHORT_SHARE = 0.6


def held_days(client: Client) -> dict[str, list[Window]]:
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
        held = order_days(client, table, kind)
        if held:
            found[kind.replace("_", " ")] = held
    return found


def _whole_days(row) -> Window:
    end = row.window_end.date() - timedelta(1 if row.partial else 0)
    return Window(row.window_start.date(), end)


def order_days(client: Client, table: str, kind: str) -> list[Window]:
    """Stretches of days the order files speak of: windows in their names, else days with orders.

    Quiet days between and after orders belong to a stretch unless so long a run of them is
    unlikely (`EMPTY_RUN_PROBABILITY`) at the share of days that bring orders.
    """
    files = client.frame("files")
    named = files[(files["kind"] == kind) & files["window_start"].notna()]
    stretches = [
        Window(row.window_start.date(), row.window_end.date()) for row in named.itertuples()
    ]
    orders = client.table(table)
    days = orders.select(day=local_day(orders.ordered_at, client.time_zone)).distinct()
    busy = sorted(day.date() for day in fetch(days)["day"].dropna())
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


def regular(held: list[Window], client: Client) -> bool:
    """Whether a kind is a regular supply: it covers at least half of its own history.

    A kind whose files hold no row covers nothing and is none.
    """
    if not held:
        return False
    newest = client.newest_day() or held[-1].end
    last = max(newest, held[0].start)
    days = (last - held[0].start).days + 1
    return covered_days(held, held[0].start, last) >= REGULAR_SHARE * days


def old_gaps(client: Client, as_of: date) -> list[str]:
    """Gaps before the report's four weeks, one sentence per gap with all kinds that share it."""
    before = as_of - timedelta(FOUR_WEEKS_DAYS)
    lacking: dict[Window, list[str]] = {}
    for label, held in held_days(client).items():
        if held[0].start <= before:
            for gap in gaps(held, last=before):
                lacking.setdefault(gap, []).append(_CASED.get(label, label))
    return [
        f"No {words.listed(labels, last='or')} for {words.period(gap.start, gap.end)}, before the "
        "four weeks of this report."
        for gap, labels in sorted(lacking.items())
    ]


def shorter(client: Client) -> list[str]:
    """Newest order files that go back much less far than the client's order files use to.

    Their lines are all there, in older downloads; but what became of them since is not.
    """
    files = client.frame("files").dropna(subset=["first_day", "last_day"])
    told = []
    for kind in ("affiliate_orders", "shop_orders"):
        own = files[(files["kind"] == kind) & (files["rows"] > 0)].sort_values(["seen_on", "file"])
        days = (own["last_day"] - own["first_day"]).dt.days + 1
        if len(own) <= USUAL_FILES:
            continue
        newest, usual = own.iloc[-1], int(days.iloc[-1 - USUAL_FILES : -1].median())
        if days.iloc[-1] < SHORT_SHARE * usual:
            told.append(
                f"{newest['file']} holds {words.count(int(days.iloc[-1]), 'day')} of "
                f"{kind.replace('_', ' ')}; those before it held {usual}. What was refunded, "
                f"settled or cancelled since on lines before {words.day(newest['first_day'])} is "
                "not known: if the file was cut short, download these days again."
            )
    return told


_CASED = {"live list": "LIVE list", "gmv max creative": "GMV Max creatives"}
