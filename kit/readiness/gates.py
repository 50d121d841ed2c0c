"""The gates: each says whether it holds, in a sentence that names what does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import ibis
import pandas as pd

from kit import aside, drift, gone, retold, vanished
from kit.client import Client
from kit.exports.headers import printed
from kit.exports.kinds import KINDS, is_of_api, type_of
from kit.metrics.fetch import fetch
from kit.metrics.sales import counting_lines
from kit.readiness import reconcile
from kit.readiness.coverage import FOUR_WEEKS_DAYS, held_days, regular
from kit.windows import gaps

# Definitions §1: lines whose status word nobody knows, as a share of the money.
UNKNOWN_STATUS_SHARE = 0.01
MOST_REFUSALS = 3  # reasons told in full


def table(client: Client, as_of: date, compared: pd.DataFrame) -> pd.DataFrame:
    """One row per gate (gate, passed, detail); `compared` is `reconcile.reconciled`'s."""
    return pd.DataFrame(
        [
            ("files", *files(client)),
            ("coverage", *coverage(client, as_of)),
            ("columns", *columns(lacking_columns(client, as_of))),
            ("gmv", *silent_zero(client, as_of)),
            ("reconciliation", *reconciliation(compared)),
            ("vanished lines", *vanished_lines(client)),
            ("told twice", *told_twice(client)),
            ("printed totals", *printed_totals(client)),
            ("set aside", *set_aside(client)),
            ("status words", *status_words(client)),
        ],
        columns=["gate", "passed", "detail"],
    )


def files(client: Client) -> tuple[bool, str]:
    """No file was refused."""
    refused = client.frame("set_aside").query("rule == 'file refused'")
    if refused.empty:
        return True, "No file was refused."
    told = aside.refusals(zip(refused["file"], refused["value"], strict=True))
    shown, more = told[:MOST_REFUSALS], len(told) - MOST_REFUSALS
    rest = f" And {more} more: kit ingest --client {client.name} names each." if more > 0 else ""
    return False, f"Refused: {' '.join(shown)}{rest} Mend these files or take them out of exports."


def coverage(client: Client, as_of: date) -> tuple[bool, str]:
    """No uncovered day inside the four weeks in a kind the client normally supplies."""
    start = as_of - timedelta(FOUR_WEEKS_DAYS - 1)
    missing = [
        f"{label} {gap}"
        for label, held in held_days(client).items()
        if regular(held, client)
        for gap in gaps(held, max(start, held[0].start), as_of)
        if held[0].start <= as_of
    ]
    if not missing:
        return True, f"Every day from {start} to {as_of} is covered."
    return False, f"No data for {'; '.join(missing)}. Download these days and ingest again."


class Lacking(NamedTuple):
    """A column that figures rest on and that a sheet lacks, perhaps under a new name.

    `mend` says which header may be it, else how to say that it is gone, or is ''. `met`: other
    sheets of the client have it.
    """

    kind: str
    file: str
    header: str
    mend: str
    met: bool


def lacking_columns(client: Client, as_of: date) -> list[Lacking]:
    """Columns that sheets of the four weeks lack where that may cost money unseen.

    A money column that the client's other sheets have; any other used one of theirs for which a
    new header stands; a money column no sheet ever had, where an unknown header looks like it.
    """
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    files = client.frame("files").dropna(subset=["kind"])
    recent = files[files["last_day"].fillna(files["seen_on"]) >= start].fillna({"sheet": ""})
    headers = client.frame("headers")
    excused = {(sheet, one.column) for one in gone_columns(client) for sheet in one.excused}
    renamed = drift.renamed(headers)
    known = _headers_met(headers)
    strange = drift.unknown(headers)
    found = []
    for sheet in recent.itertuples():
        key = (str(sheet.kind), is_of_api(sheet.file))
        met, own = known.get(key, {}), strange.get((sheet.file, sheet.sheet), {})
        for column in sheet.missing:
            money = type_of(column) == "money"
            if column in met:
                now = renamed.get((*key, column), "")
                now = now if now in own else ""
            else:
                now = drift.resembling(key[0], column, own) if money else ""
            if not now and ((sheet.file, sheet.sheet), column) in excused:
                continue
            if now or (money and column in met):
                row = {"kind": key[0], "column": column, "likeliest": now}
                header = met.get(column, printed(key[0], column))
                mend = f"perhaps it is {now}: {drift.mend(row)}" if now else ""
                mend = mend or gone.line(
                    *key[:1], column, header, _held_until(client, sheet, column)
                )
                found.append(Lacking(key[0], sheet.file, header, mend, column in met))
    return found


def columns(lacking: list[Lacking]) -> tuple[bool, str]:
    """Every sheet of the four weeks has the columns that figures rest on (`lacking_columns`)."""
    if not lacking:
        return True, "Every download has the columns that the others of its kind have."
    told = [
        f"{sheet.file} lacks {sheet.header}"
        f"{f', which other downloads of {KINDS[sheet.kind].title} have' if sheet.met else ''}"
        f"{f' ({sheet.mend})' if sheet.mend else ''}"
        for sheet in lacking
    ]
    return False, f"{'; '.join(told)}. Download it again with all columns, or name the new header."


def changed_columns(client: Client, as_of: date) -> list[str]:
    """What changed in the headers of the four weeks' sheets, one sentence per file."""
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    files = client.frame("files")
    recent = files.loc[files["last_day"].fillna(files["seen_on"]) >= start, "file"]
    changes = drift.changes(client.frame("headers"))
    changes = changes[changes["file"].isin(recent) & changes["lasts"].astype(bool)]
    return drift.sentences(changes, files, client.config.gone)


def gone_columns(client: Client) -> list[gone.Standing]:
    """What the downloads say of each column that client.toml declares gone."""
    return gone.standing(client.frame("files"), client.frame("headers"), client.config.gone)


def _held_until(client: Client, sheet: Any, column: str) -> Any:
    """The last day that other downloads of the kind with a column reach; NaT where one is later."""
    files = client.frame("files")
    own = files[files["kind"].eq(sheet.kind) & ~files["file"].map(is_of_api)]
    has = own[~own["missing"].map(lambda lost: column in lost)]["last_day"].max()
    return has if has < sheet.last_day else pd.NaT


def _headers_met(headers: pd.DataFrame) -> dict[tuple, dict[str, str]]:
    """By kind and whether it is the API's: each canonical column met, with its newest header."""
    rows = headers.dropna(subset=["column", "header"]).sort_values(["seen_on", "file"])
    api = rows["file"].map(is_of_api)
    return {
        key: dict(zip(own["column"], own["header"], strict=True))
        for key, own in rows.groupby([rows["kind"], api])
    }


def silent_zero(client: Client, as_of: date) -> tuple[bool, str]:
    """GMV 0 with orders above 0: a renamed money column read as nothing."""
    start = pd.Timestamp(as_of - timedelta(FOUR_WEEKS_DAYS - 1))
    empty = []
    for name in ("post_stats", "creator_stats"):
        rows = client.frame(name)
        rows = rows[(rows["window_end"] >= start) & (rows["window_start"] <= pd.Timestamp(as_of))]
        sums = rows.groupby(["source", "window_start"])[["gmv", "orders"]].sum()
        bad = sums[(sums["gmv"] == 0) & (sums["orders"] > 0)]
        empty += [f"{source.replace('_', ' ')} from {day.date()}" for source, day in bad.index]
    lines = counting_lines(client)
    lines = lines.filter(lines.day >= ibis.date(start.date()))
    sums = fetch(lines.agg(lines=lines.count(), gmv=lines.gmv.sum())).iloc[0]
    if sums["lines"] and not sums["gmv"]:
        empty.append("affiliate orders")
    if not empty:
        return True, "GMV stands wherever orders do."
    return False, f"GMV is 0 although there are orders: {'; '.join(empty)}. Was a column renamed?"


def reconciliation(compared: pd.DataFrame) -> tuple[bool, str]:
    """The exports' tellings of the same sales agree; `compared` is `reconcile.reconciled`'s."""
    if compared.empty:
        return True, "No two exports of the four weeks tell of the same sales."
    wrong = compared[compared["blocks"].astype(bool)]
    if wrong.empty:
        agree = compared[compared["agrees"].astype(bool)]
        pairs = [f"{row.what} with {row.against}" for row in agree.itertuples()]
        return True, f"These agree: {'; '.join(pairs)}." if pairs else "Nothing that must agree."
    return False, f"{'. '.join(reconcile.sentence(row) for row in wrong.to_dict('records'))}."


def vanished_lines(client: Client) -> tuple[bool, str]:
    """No order file lacks more lines of its days than the tolerance that an older one holds.

    Nor does the newest of its kind begin in the middle of a day.
    """
    files = client.frame("files")
    wrong = files[files["vanished_share"].fillna(0) > client.policy.reconciliation_tolerance]
    told = [vanished.sentence(row) for row in wrong.to_dict("records")]
    torn = files[files["torn"].notna() & _newest_of_kind(files)]
    told += [vanished.torn_sentence(row) for row in torn.to_dict("records")]
    if not told:
        return True, "The newest order files hold the lines of the older ones."
    return False, " ".join(told)


def _newest_of_kind(files: pd.DataFrame) -> pd.Series:
    return files["seen_on"].eq(files.groupby("kind")["seen_on"].transform("max"))


def told_twice(client: Client) -> tuple[bool, str]:
    """No file of the newest of its kind tells most lines otherwise than an older one (`retold`)."""
    files = client.frame("files")
    wrong = files[files["retold_mostly"].fillna(False).astype(bool) & _newest_of_kind(files)]
    if wrong.empty:
        return True, "The newest downloads tell old lines and posts as the older ones did."
    return False, " ".join(retold.sentence(row) for row in wrong.to_dict("records"))


def printed_totals(client: Client) -> tuple[bool, str]:
    """The rows of each file add up to the totals that it prints."""
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


def set_aside(client: Client) -> tuple[bool, str]:
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
        f"Set aside: {'; '.join(told)}, over {tolerance:.1%}.{said} kit check --client "
        f"{client.name} lists the rows with the rule that each broke: download the files again.",
    )


def status_words(client: Client) -> tuple[bool, str]:
    """Lines whose status word nobody knows hold next to no money."""
    for name in ("orders", "shop_orders"):
        rows = client.table(name)
        strange = ~rows.status_known.fill_null(True)
        sums = rows.group_by(word=rows.status_raw, strange=strange).agg(gmv=rows.gmv.sum())
        found = fetch(sums)
        unknown = found[found["strange"]]
        share = unknown["gmv"].sum() / found["gmv"].sum() if found["gmv"].sum() else 0.0
        if share > UNKNOWN_STATUS_SHARE:
            words = ", ".join(sorted(unknown["word"].dropna().unique())[:5])
            return False, (
                f"Status words nobody knows ({words}) stand on {share:.1%} of the money in "
                f"{name.replace('_', ' ')}. Tell us what they mean."
            )
    return True, "Every status word that matters is known."
