"""What the program pays: commission, flat fees, samples and ad spend, by program, tier, creator."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch
from kit.metrics.people import people
from kit.metrics.periods import Period, four_weeks, last_days, untiled
from kit.metrics.publishing import agreed_posts, posts_under_agreement
from kit.metrics.sales import (
    MONEY,
    NO_ORDERS,
    PRECISE,
    counting_lines,
    holds_orders,
    lines_of,
    within,
)
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.metrics.windowed import AD_KINDS, covered, kept_windows, of_kind

KINDS = ["program", "tier", "creator"]
SUBJECT = ["subject_kind", "subject"]
ROUTES = {"standard": "standard_commission", "shop_ads": "shop_ads_commission"}


@once
def commissions(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per program, tier and creator: what its counting lines earned and what they cost.

    Columns subject_kind, subject, standard, shop_ads (actual amount where printed, 0.00 too, else
    the estimate, else 0), estimated (lines with an estimate in it), net_revenue, orders (distinct
    ids), lines. Co-funded bonuses are left out.
    """
    lines = lines_of(client, as_of, period)
    sums = by_subject(lines, KINDS, client.name, _commission_measures)
    return sums.fillna(dict.fromkeys(_SUMMED, 0))


_SUMMED = ["standard", "shop_ads", "estimated", "net_revenue", "orders", "lines"]


def _commission_measures(lines: Any) -> dict[str, Any]:
    sums = {name: _paid(lines, column).sum().cast("float64") for name, column in ROUTES.items()}
    guessed = [
        lines[f"{column}_actual"].isnull() & lines[f"{column}_estimated"].notnull()
        for column in ROUTES.values()
    ]
    return {
        **sums,
        "estimated": (guessed[0] | guessed[1]).sum(),
        "net_revenue": lines.net.sum().cast("float64"),
        "orders": lines.order_id.nunique(),
        "lines": lines.count(),
    }


def _paid(lines: Any, column: str) -> Any:
    actual, estimated = lines[f"{column}_actual"], lines[f"{column}_estimated"]
    return ibis.coalesce(actual, estimated, ibis.literal(0)).cast(MONEY)


def cost_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`commission_ratio` and `all_in_cost_ratio` of the 4 weeks, `n` the distinct orders.

    Missing where net revenue is not above 0; the all-in ratio also where a cost is not known,
    with the reason. Status `estimated` where any commission is.
    """
    period = four_weeks(as_of)
    sums = commissions(client, as_of, period)
    other = other_costs(client, as_of, period)
    rows = sums.merge(other, on=SUBJECT, how="left")
    gap = ad_gap(client, period)
    rows = rows.assign(
        cost=rows["cost"].astype("float64").fillna(0.0),
        unknown=[_words([gap, *str(word).split("; ")]) for word in rows["unknown"].fillna("")],
    )
    revenue = rows["net_revenue"].where(rows["net_revenue"] > 0)
    paid = (rows["standard"] + rows["shop_ads"]).round(2)
    without = NO_ORDERS if not holds_orders(client) else "no net revenue"
    no_revenue = revenue.isna().map({True: without, False: None})
    whole = (paid + rows["cost"]).where(rows["unknown"] == "") / revenue
    status = (rows["estimated"] > 0).map({True: "estimated", False: "settled"})
    return pd.concat(
        [
            figure_rows(
                "commission_ratio",
                rows,
                paid / revenue,
                period,
                n=rows["orders"],
                status=status,
                note=no_revenue,
            ),
            figure_rows(
                "all_in_cost_ratio",
                rows,
                whole,
                period,
                n=rows["orders"],
                status=status,
                note=no_revenue.where(rows["unknown"] == "", rows["unknown"]),
            ),
        ]
    )


@once
def other_costs(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per program, tier and creator that pays more than commission.

    Columns subject_kind, subject, flat_fees, samples, ad_spend, paid_not_posted (a part of the
    flat fees), cost (the first three together) and unknown: what is not known of them, in words,
    empty where nothing is. What belongs to no creator is the program's alone.
    """
    parts = pd.concat(
        [
            flat_fees(client, period),
            sample_costs(client, period),
            ad_costs(client, period),
        ],
        ignore_index=True,
    )
    tiers = people(client, as_of)[["creator_id", "tier"]]
    rows = parts.merge(tiers, on="creator_id", how="left")
    spread_rows = _spread_costs(rows, client.name)
    if spread_rows.empty:
        return pd.DataFrame(columns=[*SUBJECT, *_AMOUNTS, "cost", "unknown"])
    groups = spread_rows.groupby(SUBJECT, as_index=False)
    sums = groups[_AMOUNTS].sum()
    words = groups["unknown"].agg(_words)
    sums = sums.merge(words, on=SUBJECT)
    return sums.assign(cost=sums["flat_fees"] + sums["samples"] + sums["ad_spend"])


_AMOUNTS = ["flat_fees", "samples", "ad_spend", "paid_not_posted"]


def _spread_costs(rows: pd.DataFrame, program: str) -> pd.DataFrame:
    """Each cost for the program, its tier and its creator."""
    filled = rows.reindex(columns=["creator_id", "tier", *_AMOUNTS, "unknown"])
    filled = filled.assign(
        **{name: filled[name].astype("float64").fillna(0.0) for name in _AMOUNTS},
        unknown=filled["unknown"].fillna(""),
    )
    owned = filled[filled["creator_id"].notna()]
    tiered = owned[owned["tier"].notna()]
    return pd.concat(
        [
            filled.assign(subject_kind="program", subject=program),
            tiered.assign(subject_kind="tier", subject=tiered["tier"].astype(str)),
            owned.assign(subject_kind="creator", subject=owned["creator_id"]),
        ],
        ignore_index=True,
    )


def _words(reasons: Iterable[str]) -> str:
    return "; ".join(sorted({reason for reason in reasons if reason}))


def flat_fees(client: Any, period: Period, without: str | None = None) -> pd.DataFrame:
    """One row per agreement with a flat fee in the period: creator_id, flat_fees, unknown.

    `without` leaves out the agreements paid by that (post, month, deal).

    Per post: fee × posts on its days. Per month: fee × days in the period ÷ days of that month.
    Per deal: fee × days in the period ÷ days of the deal; an open deal all on `valid_from`.
    `paid_not_posted` is the part of a month's or deal's fee for agreed posts that did not come.
    """
    deals = client.frame("agreements")
    deals = deals[deals["flat_fee"].notna() & (deals["flat_fee"] != 0)]
    if without:
        deals = deals[deals["fee_per"].ne(without).fillna(True).astype(bool)]
    made = posts_under_agreement(client, period)
    made = made.assign(valid_from=pd.to_datetime(made["valid_from"]))
    counts = made.groupby(["creator_id", "valid_from"])["posts"].sum()
    spans = pd.DataFrame({"start": [period.start], "end": [period.end]})
    rows = []
    for deal in deals.itertuples(index=False):
        posts = int(counts.get((deal.creator_id, deal.valid_from), 0))
        amount, unknown = _fee(deal, posts, period)
        one = pd.DataFrame([deal._asdict()])[
            ["creator_id", "valid_from", "valid_to", "posts_per_week"]
        ]
        agreed = agreed_posts(one, spans)["agreed_posts"].sum() if amount else 0.0
        by_days = amount and deal.fee_per in ("month", "deal")
        idle = max(0.0, 1 - posts / agreed) if by_days and agreed > 0 else 0.0
        rows.append((deal.creator_id, float(amount), float(amount) * idle, unknown))
    return pd.DataFrame(rows, columns=["creator_id", "flat_fees", "paid_not_posted", "unknown"])


def _fee(deal: Any, posts: int, period: Period) -> tuple[Fraction, str]:
    fee = Fraction(str(round(deal.flat_fee, 2)))
    start = deal.valid_from.date()
    end = None if pd.isna(deal.valid_to) else deal.valid_to.date()
    if not period.overlap(start, end):
        return Fraction(0), ""
    if deal.fee_per == "post":
        return fee * posts, ""
    if deal.fee_per == "month":
        return fee * _months(period, start, end), ""
    if deal.fee_per == "deal":
        if end is None:
            return (fee if period.start <= start <= period.end else Fraction(0)), ""
        return fee * period.overlap(start, end) / Period(start, end).days, ""
    return Fraction(0), f"what the flat fee of {deal.creator_id} is paid for"


def _months(period: Period, start: date, end: date | None) -> Fraction:
    """The months, each by its own number of days, that the agreement has in the period."""
    total, day = Fraction(0), period.start.replace(day=1)
    while day <= period.end:
        length = monthrange(day.year, day.month)[1]
        month = Period(max(day, period.start), min(day.replace(day=length), period.end))
        total += Fraction(month.overlap(start, end), length)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return total


def sample_costs(client: Any, period: Period) -> pd.DataFrame:
    """One row per sample shipped in the period: creator_id, samples (unit + shipping), unknown."""
    rows = client.frame("samples")
    shipped = rows["shipped_on"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    rows = rows[shipped]
    known = rows["unit_cost"].notna() & rows["shipping_cost"].notna()
    return pd.DataFrame(
        {
            "creator_id": rows["creator_id"],
            "samples": (rows["unit_cost"] + rows["shipping_cost"]).where(known, 0.0).round(2),
            "unknown": known.map({True: "", False: "cost of samples not entered"}),
        }
    )


def ad_costs(client: Any, period: Period) -> pd.DataFrame:
    """One row per creator with ad spend in the period, and one of nobody: creator_id, ad_spend.

    A post's spend is its creator's; that of product cards and unknown videos the program's. Spend
    in another currency is not converted but named in `unknown`. Only kinds of ad export whose
    kept windows tile the period are summed; `ad_gap` tells of the others.
    """
    found = [_ad_costs(client, kind, period) for kind in AD_KINDS]
    return pd.concat([rows for rows in found if len(rows)] or [_NO_ADS], ignore_index=True)


_NO_ADS = pd.DataFrame(columns=["creator_id", "ad_spend", "unknown"])


def _ad_costs(client: Any, kind: str, period: Period) -> pd.DataFrame:
    ads, why = covered(client, of_kind(client.table("ad_stats"), kind), kind, period)
    if why:
        return _NO_ADS
    posts = client.table("posts").select(known_post="post_id", creator_id="creator_id")
    rows = ads.left_join(posts, ads.post_id == posts.known_post).drop("known_post")
    home = (rows.currency.isnull()) | (rows.currency == client.currency)
    spent = rows.spend.fill_null(ibis.literal(0).cast(MONEY))
    sums = rows.group_by("creator_id").agg(
        ad_spend=spent.sum(where=home).cast("float64"),
        foreign=spent.sum(where=~home).cast("float64"),
        other=rows.currency.min(where=~home & (spent != ibis.literal(0).cast(MONEY))),
    )
    sums = fetch(sums.order_by("creator_id"))
    named = "ad spend is in " + sums["other"].astype("str")
    return sums.assign(
        ad_spend=sums["ad_spend"].fillna(0.0),
        unknown=named.where(sums["foreign"].fillna(0) != 0, ""),
    )[["creator_id", "ad_spend", "unknown"]]


@once
def ad_gap(client: Any, period: Period) -> str:
    """Why the ad spend of the period is not known of anyone; empty where it is.

    Each kind of ad export the client holds has to tile the period. A client without any ad export
    is taken to spend nothing on ads.
    """
    for kind in AD_KINDS:
        windows = kept_windows(client, kind)
        why = untiled(windows, period) if len(windows) else None
        if why:
            return f"ad spend: {why}"
    return ""


def creator_money(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per creator, route and basis: settled commission against what was to be expected.

    Settled lines without refund, of the last `days` days. `route` is standard or shop_ads; a line
    that earned both is left out. `basis` is agreement (its rate on the line's day) or printed (no
    such rate: the line's own, to be held only against tier 1's range). Columns creator_id, tier,
    route, basis, orders (distinct), lines, commission, base (actual commission base), ratio,
    expected (Σ rate × base ÷ Σ base), deviation; ratio and expected are missing without a base.
    """
    lines = _settled_lines(client, last_days(as_of, days))
    keys = ["creator_id", "route", "basis"]
    base = lines.commission_base_actual.cast(MONEY)
    rows = lines.group_by(keys).agg(
        orders=lines.order_id.nunique(where=base.notnull()),
        lines=lines.count(),
        commission=lines.earned.sum(where=base.notnull()).cast("float64"),
        base=base.sum().cast("float64"),
        due=(lines.rate * base.cast("float64")).cast(PRECISE).sum().cast("float64"),
        unrated=(lines.rate.isnull() & base.notnull()).sum(),
    )
    rows = fetch(rows).merge(people(client, as_of)[["creator_id", "tier"]], how="left")
    whole = rows["base"].astype("float64").where(rows["base"] > 0)
    rows = rows.assign(
        ratio=rows["commission"] / whole,
        expected=(rows["due"] / whole).where(rows["unrated"] == 0),
    )
    rows["deviation"] = rows["ratio"] - rows["expected"]
    return rows.sort_values(keys, ignore_index=True)[_MONEY_COLUMNS]


_MONEY_COLUMNS = [
    *("creator_id", "tier", "route", "basis", "orders", "lines"),
    *("commission", "base", "ratio", "expected", "deviation"),
]


def _settled_lines(client: Any, period: Period) -> Any:
    """Settled, unrefunded lines with `route`, `earned`, `rate` and `basis`.

    Empty means not this route, but some files print 0.00 in both: the route is the one that
    earned something, and standard where neither did.
    """
    lines = within(counting_lines(client), period)
    zero = ibis.literal(0).cast(MONEY)
    lines = lines.filter(
        (lines.status == "settled")
        & (lines.refunded_amount == zero)
        & ~lines.fully_refunded.fill_null(False)
        & lines.creator_id.notnull()
    )
    standard = lines.standard_commission_actual.cast(MONEY).fill_null(zero)
    shop_ads = lines.shop_ads_commission_actual.cast(MONEY).fill_null(zero)
    by_ads = shop_ads > zero
    lines = lines.mutate(
        route=ibis.ifelse(by_ads, "shop_ads", "standard"),
        earned=ibis.ifelse(by_ads, shop_ads, standard),
        both=by_ads & (standard > zero),
    )
    lines = lines.filter(~lines.both)
    deals = client.table("agreements").select(
        *("valid_from", "valid_to", "commission_rate"),
        ads_rate="shop_ads_commission_rate",
        party="creator_id",
    )
    dealt = lines.left_join(
        deals,
        [
            lines.creator_id == deals.party,
            lines.day >= deals.valid_from,
            deals.valid_to.isnull() | (lines.day <= deals.valid_to),
        ],
    )
    ads = dealt.route == "shop_ads"
    agreed = ibis.ifelse(ads, dealt.ads_rate, dealt.commission_rate)
    printed = ibis.ifelse(ads, dealt.shop_ads_commission_rate, dealt.standard_commission_rate)
    return dealt.mutate(
        rate=ibis.coalesce(agreed, printed),
        basis=ibis.ifelse(agreed.notnull(), "agreement", "printed"),
    )


def settled_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`commission_ratio_settled` and what was expected, per creator and route, for the 4 weeks.

    Of lines under an agreement where there are any, else of lines with a printed rate alone; `n`
    the distinct orders.
    """
    rows = creator_money(client, as_of)
    rows = rows.drop_duplicates(["creator_id", "route"])
    period, made = four_weeks(as_of), []
    for route, suffix in (("standard", ""), ("shop_ads", "_shop_ads")):
        own = rows[rows["route"] == route]
        subjects = pd.DataFrame({"subject_kind": "creator", "subject": own["creator_id"]})
        for column, metric in (("ratio", "settled"), ("expected", "expected")):
            note = own["basis"].map(
                {"printed": "no agreed rate: the printed one", "agreement": None}
            )
            name = f"commission_ratio_{metric}{suffix}"
            made.append(
                figure_rows(name, subjects, own[column], period, n=own["orders"], note=note)
            )
    return pd.concat(made)
