"""The contribution ledger: every line of money of each subject, and what is left over."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit import words
from kit.metrics.costs import other_costs
from kit.metrics.fetch import fetch
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day, four_weeks
from kit.metrics.sales import with_tier, within
from kit.metrics.shared import once, shared
from kit.metrics.subjects import KEYS, by_subject
from kit.metrics.traffic import single_product
from kit.money.entries import ASSUMED, ESTIMATED, LINES, MISSING, SETTLED, entries, owned_lines

KINDS = ["program", "tier", "creator", "product", "post", "week"]
# What belongs to no one subject of a kind, so that the subjects of every kind sum to the program.
UNASSIGNED = {
    "tier": "of no tier",
    "creator": "of no creator",
    "product": "not of one product",
    "post": "not of one known post",
    "week": "not of one week",
}
SUBJECT = ["subject_kind", "subject"]
COLUMNS = [*SUBJECT, "line", "amount", "status", "assumption", "unknown", "n"]
STATUSES = [SETTLED, ESTIMATED, ASSUMED, MISSING]
SALES = ["gross_sales", "platform_discount", "seller_discount", "refunds"]


@once
def ledger(client: Any, as_of: date | str, period: Period | None = None) -> pd.DataFrame:
    """One row per subject, line of money and status: the whole account of a period.

    The period is the 28 days that end on `as_of` unless given. Columns subject_kind (program, tier,
    creator, product, post, week), subject, line (`entries.LINES`, in that order: gross_sales,
    platform_discount, seller_discount, refunds, goods, goods_resold, fulfilment, referral_fee,
    refund_fee, standard and shop_ads commission, samples, flat_fees, ad_spend), amount (client's
    currency, income above and costs below zero), status (settled, estimated, assumed, missing),
    assumption and unknown (in words), n (the order lines behind it; 0 elsewhere).

    A line of which a part is estimated has a row for each status. What is not known stands in a row
    of its own with status ``missing``, no amount and what is missing in `unknown`; a sum that
    skips it would look better than the truth (`summary` does not). Amounts are not rounded; those
    of one kind's subjects, the `UNASSIGNED` one with them, sum to the program's, line by line. The
    sum of all lines is the `contribution` of `metrics`. `entries.entries` says what belongs to
    whom: fees and spend that are not of one product or post are not spread over them.
    """
    client, day = shared(client), as_day(as_of)
    period = period or four_weeks(day)
    pieces = entries(client, day, period)
    subjects = _subjects(pieces, client.name)
    rows = [_of_kind(pieces, kind, client.name, subjects) for kind in KINDS]
    table = pd.concat(rows, ignore_index=True)
    place = {name: place for place, name in enumerate([*KINDS, *LINES, *STATUSES])}
    order = ["subject_kind", "line", "status"]
    ranked = table.assign(**{f"_{name}": table[name].map(place) for name in order})
    ranked = ranked.sort_values(["_subject_kind", "subject", "_line", "_status"], kind="stable")
    return ranked[COLUMNS].reset_index(drop=True)


def _keyed(pieces: pd.DataFrame, kind: str, program: str) -> pd.Series:
    """The subject of each piece among those of a kind."""
    if kind == "program":
        return pd.Series(program, index=pieces.index, dtype=object)
    values = pieces[KEYS[kind]]
    texts = [week_name(v) if kind == "week" else str(v) for v in values[values.notna()]]
    named = pd.Series(UNASSIGNED[kind], index=pieces.index, dtype=object)
    named[values.notna()] = texts
    return named


def week_name(monday: Any) -> str:
    """The ISO week of a day, as figures name it.

    >>> week_name(date(2026, 5, 4))
    '2026-W19'
    """
    iso = pd.Timestamp(monday).isocalendar()
    return f"{iso.year}-W{iso.week:02d}"


def _subjects(pieces: pd.DataFrame, program: str) -> dict[str, list[str]]:
    """Every subject of each kind that any piece of money is of, and the unassigned one."""
    own = pieces[pieces["only"] != "all"]
    return {
        kind: sorted(
            {program} if kind == "program" else {*_keyed(own, kind, program), UNASSIGNED[kind]}
        )
        for kind in KINDS
    }


def _of_kind(
    pieces: pd.DataFrame, kind: str, program: str, subjects: dict[str, list[str]]
) -> pd.DataFrame:
    own = pieces[pieces["only"].isna() | (pieces["only"] == kind)]
    own = own.assign(subject=_keyed(own, kind, program))
    every = pieces[pieces["only"] == "all"].merge(
        pd.DataFrame({"subject": subjects[kind]}), how="cross"
    )
    rows = pd.concat([own, every]) if len(every) else own
    keys = ["subject", "line", "status"]
    said = rows.groupby([*keys, "said"], as_index=False)["n"].sum()
    said["said"] = [_words(row.said, int(row.n)) for row in said.itertuples()]
    texts = said.groupby(keys)["said"].agg(_joined)
    sums = rows.groupby(keys).agg(amount=("amount", "sum"), n=("n", "sum"))
    table = sums.join(texts).reset_index()
    missing = table["status"] == MISSING
    return table.assign(
        subject_kind=kind,
        amount=(table["amount"].round(8) + 0.0).mask(missing),
        n=table["n"].astype("int64"),
        assumption=table["said"].mask(missing, ""),
        unknown=table["said"].where(missing, ""),
    )


def _joined(said: pd.Series) -> str:
    return "; ".join(sorted({text for text in said if text}))


def _words(said: str, n: int) -> str:
    return said.replace("{n}", words.count(n, "line"))


def summary(client: Any, as_of: date | str, period: Period | None = None) -> pd.DataFrame:
    """One row per subject of the `ledger`: what is left, of what, and how sure that is.

    Columns subject_kind, subject, net_revenue, contribution (sum of all lines; missing where any is
    not wholly known, which `unknown` names), orders (distinct), contribution_per_order, posts
    (published in the period; of a product those that show it alone), contribution_per_post, margin
    (contribution ÷ net revenue), settled, estimated and assumed (those parts of the known lines),
    status (the least sure of its lines), unknown, paid_not_posted (a part of the flat fees: for
    agreed posts that did not come) and samples_not_posted (a part of the samples: their creators
    have published nothing since the day of shipping). Per what is 0 is missing, margin too where
    net revenue is not above 0.
    """
    client, day = shared(client), as_day(as_of)
    period = period or four_weeks(day)
    rows = ledger(client, day, period)
    table = _sums(rows)
    table = table.merge(_counts(client, day, period), on=SUBJECT, how="left")
    table = table.merge(_idle(client, day, period), on=SUBJECT, how="left")
    zero = dict.fromkeys(["orders", "posts", "paid_not_posted", "samples_not_posted"], 0)
    table = table.fillna(zero)
    left, net = table["contribution"], table["net_revenue"]
    table = table.assign(
        contribution_per_order=left / table["orders"].where(table["orders"] > 0),
        contribution_per_post=left / table["posts"].where(table["posts"] > 0),
        margin=left / net.where(net > 0),
    )
    return table[SUMMARY]


SUMMARY = [
    *(*SUBJECT, "net_revenue", "contribution", "orders", "contribution_per_order", "posts"),
    *("contribution_per_post", "margin", SETTLED, ESTIMATED, ASSUMED, "status", "unknown"),
    *("paid_not_posted", "samples_not_posted"),
]


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    sure = {status: place for place, status in enumerate(STATUSES)}
    keyed = rows.assign(place=rows["status"].map(sure))
    groups = keyed.groupby(SUBJECT, sort=False)
    whole = groups["amount"].agg(lambda amounts: amounts.sum(skipna=False))
    sales = keyed[keyed["line"].isin(SALES)].groupby(SUBJECT)["amount"]
    net = sales.agg(lambda amounts: amounts.sum(skipna=False)).reindex(whole.index, fill_value=0.0)
    split = keyed.pivot_table(index=SUBJECT, columns="status", values="amount", aggfunc="sum")
    split = split.reindex(index=whole.index, columns=STATUSES[:3]).fillna(0.0)
    table = pd.DataFrame(
        {
            "net_revenue": net.round(2) + 0.0,
            "contribution": whole,
            "status": groups["place"].max().map(dict(enumerate(STATUSES))),
            "unknown": groups["unknown"].agg(_joined),
        }
    )
    return table.join(split).reset_index()


def _counts(client: Any, day: date, period: Period) -> pd.DataFrame:
    """Distinct orders and posts published of each subject, the unassigned ones too."""
    lines = _labelled(owned_lines(client, day, period))
    sold = by_subject(lines, KINDS, client.name, lambda rows: {"orders": rows.order_id.nunique()})
    posts = within(client.table("posts"), period, "published_on")
    posts = posts.mutate(product_id=single_product(posts), week=posts.published_on.truncate("W"))
    posts = _labelled(with_tier(posts, client, day))
    made = by_subject(posts, KINDS, client.name, lambda rows: {"posts": rows.post_id.nunique()})
    table = sold.merge(made, on=SUBJECT, how="outer")
    weekly = table["subject_kind"].eq("week") & table["subject"].ne(UNASSIGNED["week"])
    table.loc[weekly, "subject"] = table.loc[weekly, "subject"].map(week_name)
    return table


def _labelled(rows: Any) -> Any:
    """The rows of an Ibis table with the unassigned subject named where there is none."""
    keys = {KEYS[kind]: name for kind, name in UNASSIGNED.items()}
    return rows.mutate(
        **{
            key: rows[key].cast("string").fill_null(ibis.literal(name))
            for key, name in keys.items()
        }
    )


def _idle(client: Any, day: date, period: Period) -> pd.DataFrame:
    """What was paid for posts that did not come: of fees, and of samples not posted yet."""
    fees = other_costs(client, day, period)[[*SUBJECT, "paid_not_posted"]]
    samples = client.frame("samples")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    samples = samples[samples["shipped_on"].between(start, end)]
    posts = client.table("posts").filter(lambda row: row.published_on <= ibis.date(day))
    last = fetch(posts.group_by("creator_id").agg(last_post_on=posts.published_on.max()))
    samples = samples.merge(last.dropna(), on="creator_id", how="left")
    idle = samples["post_id"].isna() & ~(samples["last_post_on"] >= samples["shipped_on"])
    own = samples[idle].assign(
        samples_not_posted=samples["unit_cost"] + samples["shipping_cost"],
        week=samples["shipped_on"],
        post_id=None,
        tier=samples["creator_id"].map(_tiers(client, day)),
    )
    found = [
        own.assign(subject_kind=kind, subject=_keyed(own, kind, client.name)) for kind in KINDS
    ]
    sums = pd.concat(found).groupby(SUBJECT, as_index=False)["samples_not_posted"].sum()
    return fees.merge(sums, on=SUBJECT, how="outer")


def _tiers(client: Any, day: date) -> pd.Series:
    return people(client, day).set_index("creator_id")["tier"].dropna()
