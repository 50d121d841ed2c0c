"""How good each kind of export and each ledger is: fresh, complete, unique, reconciled, joined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kit import words
from kit.client import Client
from kit.exports.headers import printed
from kit.metrics.fetch import fetch, value
from kit.metrics.periods import four_weeks
from kit.metrics.sales import counting_lines, within
from kit.readiness import gates
from kit.readiness.coverage import FOUR_WEEKS_DAYS, held_days, regular
from kit.readiness.pieces import WITHOUT_LEDGER, unlisted
from kit.windows import Window, gaps

GOOD, WITH_CARE, NOT_USABLE = "good", "with care", "not usable"
# A kind of which nothing has come for so long after the platform's lag is called old.
OLD_DAYS = 7
_SHARED_TABLE = {"affiliate_orders": "orders", "shop_orders": "shop_orders"}

COLUMNS = [
    *("kind", "files", "rows", "newest", "age_days", "covered_from", "covered_until", "gap_days"),
    *("missing_days", "counted_once", "set_aside", "set_aside_money", "difference", "unjoined"),
    *("settled_share", "grade", "why"),
]


def supply(client: Client, as_of: date, compared: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of export, then per ledger, with how good it is for a report of the day.

    `missing_days` names the gaps; `counted_once` are lines or files met again; `set_aside` rows and
    the money they hold; `difference` the largest, in money, to another telling of the same sales
    (see `reconcile`); `unjoined` rows whose post, creator or order is in no other table;
    `settled_share` of the four weeks' GMV. `grade` is good, with care (`why` says what to mind) or
    not usable: a gate fails for it.
    """
    files = client.frame("files").dropna(subset=["kind"])
    stretches = held_days(client)
    facts = _Facts(client, as_of, compared)
    rows = [
        _kind(str(kind), own, _own_days(str(kind), stretches), facts)
        for kind, own in files.groupby("kind", sort=True)
    ]
    table = pd.DataFrame([*rows, *_ledgers(client)], columns=COLUMNS)
    counts = ["age_days", "gap_days", "counted_once", "set_aside", "unjoined"]
    return table.astype(dict.fromkeys(counts, "Int64"))


class _Facts:
    """What every kind is graded by, looked up once."""

    def __init__(self, client: Client, as_of: date, compared: pd.DataFrame) -> None:
        self.client, self.as_of, self.compared = client, as_of, compared
        aside = client.frame("set_aside").dropna(subset=["row"])
        self.aside = aside.groupby("kind").agg(rows=("row", "size"), money=("money", "sum"))
        self.lacking = gates.lacking_columns(client, as_of)
        self.gone = gates.gone_columns(client)
        self.tolerance = client.policy.reconciliation_tolerance


def _own_days(kind: str, stretches: Mapping[str, list[Window]]) -> list[Window]:
    label = kind.replace("_", " ")
    return next((held for name, held in stretches.items() if label in name.split(" or ")), [])


def _kind(kind: str, own: pd.DataFrame, held: list[Window], facts: _Facts) -> dict[str, Any]:
    client, as_of = facts.client, facts.as_of
    newest = own["last_day"].max()
    missing = gaps(held, last=as_of) if held else []
    aside = facts.aside.loc[kind] if kind in facts.aside.index else None
    row: dict[str, Any] = {
        "kind": kind,
        "files": len(own),
        "rows": int(own["rows"].sum()),
        "newest": newest,
        "age_days": (pd.Timestamp(as_of) - newest).days if pd.notna(newest) else pd.NA,
        "covered_from": own["first_day"].min(),
        "covered_until": newest,
        "gap_days": sum(gap.days for gap in missing),
        "missing_days": ", ".join(words.period(gap.start, gap.end) for gap in missing),
        "counted_once": _counted_once(kind, own, client),
        "set_aside": 0 if aside is None else int(aside["rows"]),
        "set_aside_money": 0.0 if aside is None else float(aside["money"]),
        "difference": _difference(kind, facts.compared),
        "unjoined": _unjoined(kind, facts),
        "settled_share": _settled(client, as_of) if kind == "affiliate_orders" else None,
    }
    return row | _graded(row, own, missing if regular(held, client) else [], facts)


def _counted_once(kind: str, own: pd.DataFrame, client: Client) -> int:
    """Order lines that stand in several files; of other kinds, second copies of a file."""
    if kind in _SHARED_TABLE:
        return int(own["rows"].sum()) - client.count(_SHARED_TABLE[kind])
    copies = client.frame("files").dropna(subset=["same_bytes_as"])
    return int(copies["same_bytes_as"].isin(own["file"]).sum())


_COMPARED = {
    "creator_data": ("GMV by creator", "Video GMV by creator", "LIVE GMV by creator"),
    "creator_list": ("GMV by creator",),
    "video_data": ("Video GMV by creator", "GMV by video"),
    "video_list": ("Video GMV by creator", "GMV by video"),
    "live_list": ("LIVE GMV by creator",),
    "affiliate_orders": ("GMV by creator", "GMV by video", "Affiliate GMV"),
    "shop_orders": ("Affiliate GMV",),
}


def _of_kind(kind: str, compared: pd.DataFrame) -> pd.DataFrame:
    return compared[compared["what"].isin(_COMPARED.get(kind, ()))]


def _difference(kind: str, compared: pd.DataFrame) -> float | None:
    own = _of_kind(kind, compared)
    return float(own["difference"].abs().max().round(2)) if len(own) else None


def _unjoined(kind: str, facts: _Facts) -> int | None:
    """Rows whose post, creator or order no other table knows."""
    client = facts.client
    if kind == "affiliate_orders":
        return value(unlisted(client, "orders").count())
    if kind in ("gmv_max_creative", "ads_manager"):
        return value(unlisted(client, "ad_stats").count())
    if kind in ("video_data", "video_list", "live_list"):
        rows = client.frame("post_stats").query("source == @kind")
        return int(rows["creator_id"].isna().sum())
    if kind in ("creator_data", "creator_list") and client.creators["in_ledger"].any():
        known = set(client.creators.loc[client.creators["in_ledger"].astype(bool), "creator_id"])
        return int(
            (~client.frame("creator_stats")["creator_id"].drop_duplicates().isin(known)).sum()
        )
    return None


_UNJOINED = {
    "affiliate_orders": ("line of content", "lines of content", "in no list of videos or LIVEs"),
    "gmv_max_creative": ("row of an ad", "rows of ads", "whose post is in no list"),
    "ads_manager": ("row of an ad", "rows of ads", "whose post is in no list"),
    "video_data": ("post", "posts", "without a creator"),
    "video_list": ("post", "posts", "without a creator"),
    "live_list": ("LIVE", "LIVEs", "without a creator"),
    "creator_data": ("creator", "creators", "not in creators.csv"),
    "creator_list": ("creator", "creators", "not in creators.csv"),
}


def _settled(client: Client, as_of: date) -> float | None:
    rows = within(counting_lines(client), four_weeks(as_of))
    settled = rows.gmv.sum(where=rows.status == "settled")
    sums = fetch(rows.agg(total=rows.gmv.sum(), settled=settled)).fillna(0.0).iloc[0]
    return float(sums["settled"]) / float(sums["total"]) if sums["total"] else None


def _graded(
    row: Mapping[str, Any], own: pd.DataFrame, missing: list[Window], facts: _Facts
) -> dict[str, str]:
    """The grade, and what speaks against a better one."""
    kind = row["kind"]
    start = facts.as_of - timedelta(FOUR_WEEKS_DAYS - 1)
    inside = [gap for gap in missing if gap.end >= start]
    against = [
        f"{row.header} is missing in {row.file}" for row in facts.lacking if row.kind == kind
    ]
    against += [f"no data for {words.period(gap.start, gap.end)}" for gap in inside]
    told = _of_kind(kind, facts.compared)
    wrong = told[told["blocks"].astype(bool)]
    against += [f"{r.what} does not agree with {r.against}" for r in wrong.itertuples()]
    money = float(own["money"].sum())
    held = row["set_aside_money"]
    if held > facts.client.policy.set_aside_tolerance * (money + held):
        against.append("much of its money is set aside")
    if (own["vanished_share"].fillna(0) > facts.tolerance).any():
        against.append("a newer file lacks lines of an older one")
    if own.loc[own["seen_on"] == own["seen_on"].max(), "torn"].notna().any():
        against.append("its newest file begins in the middle of a day")
    if (own["retold_mostly"].fillna(False) & (own["seen_on"] == own["seen_on"].max())).any():
        against.append("its newest file contradicts an older one")
    if against:
        return {"grade": NOT_USABLE, "why": "; ".join(against)}
    mind = [f"no data for {words.period(gap.start, gap.end)}" for gap in missing]
    mind += [
        f"{printed(kind, one.column)} is gone since {words.day(one.day)}"
        for one in facts.gone
        if one.kind == kind and one.excused
    ]
    told_twice = int(own["retold"].fillna(0).sum())
    if told_twice:
        mind.append(f"{words.count(told_twice, 'row')} told otherwise before")
    if row["set_aside"]:
        mind.append(f"{words.count(row['set_aside'], 'row')} set aside")
    if row["unjoined"]:
        one, several, where = _UNJOINED[kind]
        mind.append(f"{words.count(row['unjoined'], one, several)} {where}")
    age = row["age_days"]
    if pd.notna(age) and age > facts.client.policy.export_lag_days + OLD_DAYS:
        mind.append(f"nothing newer than {words.day(row['newest'])}")
    return {"grade": WITH_CARE if mind else GOOD, "why": "; ".join(mind)}


def _ledgers(client: Client) -> list[dict[str, Any]]:
    """The ledgers a figure rests on, by how many rows they hold."""
    rows = []
    for name in WITHOUT_LEDGER:
        table = client.frame(name)
        filled = int(table["in_ledger"].sum()) if name == "creators" else len(table)
        row = {"kind": f"{name} ledger", "files": int(filled > 0), "rows": filled}
        empty = {"grade": WITH_CARE, "why": f"empty: {WITHOUT_LEDGER[name]} cannot be known"}
        rows.append(row | ({"grade": GOOD, "why": ""} if filled else empty))
    return rows
