"""Each piece of the program's money: how much, how sure, and whose it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd

from kit.metrics.costs import ad_gap, flat_fees, sample_costs
from kit.metrics.fetch import fetch, value
from kit.metrics.order_costs import UNTOLD, costed_lines
from kit.metrics.people import people
from kit.metrics.periods import Period
from kit.metrics.sales import FINAL_STATUSES, MONEY, NO_ORDERS, holds_orders, within
from kit.metrics.traffic import single_product
from kit.metrics.windowed import AD_KINDS, covered, of_kind
from kit.policy import Fees

SETTLED, ESTIMATED, ASSUMED, MISSING = "settled", "estimated", "assumed", "missing"
OWNERS = ["tier", "creator_id", "product_id", "post_id", "week"]
COLUMNS = [*OWNERS, "line", "amount", "status", "said", "n", "only"]
ORDER_LINES = [
    *("gross_sales", "platform_discount", "seller_discount", "refunds", "goods", "goods_resold"),
    *("fulfilment", "referral_fee", "refund_fee", "standard", "shop_ads"),
]
LINES = [*ORDER_LINES, "samples", "flat_fees", "ad_spend"]
OPEN = "of orders that may still be cancelled or returned"
NOT_PRINTED = "no commission is printed for {n}: taken as none"
UNTOLD_SALES = (
    "the sales before discounts of {n} are not known, as no shop order is held that explains the "
    "payment: the payment stands for them"
)
BY_DAYS = "fees by month or deal are spread evenly over their days"
HOME = "US"  # the market whose fees are the policy's own
NO_ADS = "no ad export is held: taken as no ad spend"


def entries(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per piece of money of the period: its owners, line, amount and status.

    Columns tier, creator_id, product_id, post_id and week (its Monday) say whose it is, missing
    where it cannot be given to one; line is one of `LINES`; amount is income above, costs below
    zero; status is settled, estimated, assumed or missing, and `said` the assumption or what is
    missing ("{n}" stands for the order lines, `n`). A missing piece has no amount. `only` names
    the kind of subject a piece concerns alone, ``all`` those of every subject.

    Whose it is: an order line is its creator's, its product's, its day's week's, and its post's
    where a list knows the post. A sample is of its creator, product, the one post it names and the
    week it was shipped. A fee per post is of that post and the week it was published; one by month
    or deal is of its creator and of the weeks by their days, of no post; no fee is of a product.
    Ad spend is of the export's product, else the only product of its post, of the post and its
    creator, and of the week that holds its window. Nothing is spread over products or posts.
    """
    parts = [
        _of_orders(client, as_of, period),
        _of_samples(client, period),
        _of_fees(client, period),
        _of_ads(client, period),
    ]
    known = [part for part in parts if len(part)]
    if not known:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(
        [part.reindex(columns=[c for c in COLUMNS if c != "tier"]).astype(object) for part in known]
    )
    tiers = people(client, as_of).set_index("creator_id")["tier"]
    rows = rows.assign(tier=rows["creator_id"].map(tiers.dropna()), n=rows["n"].fillna(0))
    amount = pd.to_numeric(rows["amount"]).astype("float64").where(rows["status"] != MISSING)
    return rows.assign(amount=amount)[COLUMNS].reset_index(drop=True)


def weeks(period: Period) -> list[Period]:
    """The weeks of a period, Monday to Sunday, the first and the last cut to its days."""
    found, start = [], period.start
    while start <= period.end:
        sunday = start + timedelta(6 - start.weekday())
        found.append(Period(start, min(sunday, period.end)))
        start = sunday + timedelta(1)
    return found


def owned_lines(client: Any, as_of: date | str, period: Period) -> Any:
    """The costed lines of a period as an Ibis expression, with `week`, and only known posts."""
    lines = costed_lines(client, as_of, period)
    known = client.table("posts").select(listed="post_id")
    joined = lines.left_join(known, lines.post_id == known.listed)
    return joined.mutate(post_id=joined.listed, week=joined.day.truncate("W")).drop("listed")


def _of_orders(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    if not holds_orders(client):
        return pd.DataFrame(
            [
                {"line": line, "status": MISSING, "said": NO_ORDERS, "only": "all"}
                for line in ORDER_LINES
            ]
        )
    lines = owned_lines(client, as_of, period)
    states = {
        "open": ~lines.status.isin(FINAL_STATUSES).fill_null(False),
        "untold": lines.taken_off == UNTOLD,
        "back": lines.refunded_amount > 0,
        **{f"{route}_state": _route_state(lines, column) for route, column in _ROUTES.items()},
    }
    sums = fetch(lines.group_by(*OWNERS, **states).agg(**_measures(lines)))
    assumed = _ASSUMED | _of_another_market(client)
    return pd.concat(
        [_pieces(sums, line, assumed) for line in ORDER_LINES]
        + [
            _without(sums, "goods", "cost of goods"),
            _without(sums, "fulfilment", "fulfilment cost"),
        ],
        ignore_index=True,
    )


_ROUTES = {"standard": "standard_commission", "shop_ads": "shop_ads_commission"}
_OTHER_ROUTE = ""


def _route_state(lines: Any, column: str) -> Any:
    """Whether a route's commission is printed as paid, as an estimate, or neither route's is."""
    printed = [
        lines[f"{name}_{state}"].notnull()
        for name in _ROUTES.values()
        for state in ("actual", "estimated")
    ]
    any_printed = printed[0] | printed[1] | printed[2] | printed[3]
    return ibis.cases(
        (lines[f"{column}_actual"].notnull(), SETTLED),
        (lines[f"{column}_estimated"].notnull(), ESTIMATED),
        (~any_printed, ASSUMED),
        else_=_OTHER_ROUTE,
    )


def _measures(lines: Any) -> dict[str, Any]:
    nothing = ibis.literal(0).cast(MONEY)
    paid = {
        route: ibis.coalesce(lines[f"{c}_actual"], lines[f"{c}_estimated"], nothing).cast(MONEY)
        for route, c in _ROUTES.items()
    }
    gross = lines.gmv + lines.platform_off + lines.seller_off
    costs = {
        "platform_discount": lines.platform_off,
        "seller_discount": lines.seller_off,
        "refunds": lines.refunded_amount,
        **{name: lines[name] for name in ("goods", "fulfilment", "referral_fee", "refund_fee")},
        **paid,
    }
    return {
        "gross_sales": gross.sum().cast("float64"),
        "goods_resold": lines.goods_back.sum().cast("float64"),
        **{name: -cost.sum().cast("float64") for name, cost in costs.items()},
        "lines": lines.count(),
        "lines_without_goods": lines.goods.isnull().sum(),
        "lines_without_fulfilment": lines.fulfilment.isnull().sum(),
    }


def _pieces(sums: pd.DataFrame, line: str, assumed: dict[str, str]) -> pd.DataFrame:
    """The known amounts of one line of money, with their status."""
    rows = sums.assign(line=line, amount=sums[line].fillna(0.0), n=sums["lines"])
    status, said = _status_of_line(sums, line, assumed)
    rows = rows.assign(status=status, said=said)
    if line in ("goods", "fulfilment"):
        rows["n"] = sums["lines"] - sums[f"lines_without_{line}"]
    if line in ("goods_resold", "refund_fee"):
        return rows[sums["back"].astype(bool)]
    return rows[(rows["n"] > 0) & (rows["status"] != _OTHER_ROUTE)]


def _status_of_line(sums: pd.DataFrame, line: str, assumed: dict[str, str]) -> tuple[Any, Any]:
    if line in _ROUTES:
        status = sums[f"{line}_state"].fillna(_OTHER_ROUTE).astype(object)
        return status, (status == ASSUMED).map({True: NOT_PRINTED, False: ""})
    if line in assumed:
        return ASSUMED, assumed[line]
    if line in ("goods", "fulfilment"):
        return SETTLED, ""
    status = sums["open"].astype(bool).map({True: ESTIMATED, False: SETTLED})
    said = sums["open"].astype(bool).map({True: OPEN, False: ""})
    if line == "refunds":
        return status, said
    untold = sums["untold"].astype(bool)
    return status.mask(untold, ASSUMED), said.mask(untold, UNTOLD_SALES)


_ASSUMED = {
    "goods_resold": "returned goods are sold again by the policy's share of their cost",
    "referral_fee": "the referral fee is by the policy's rate, as no statement is read",
    "refund_fee": "the fee on refunds is by the policy's rate, as no statement is read",
}


def _of_another_market(client: Any) -> dict[str, str]:
    """What is assumed of the fees where the US rate stands for that of a shop elsewhere."""
    market, fees, usual = client.config.market, client.policy.fees, Fees()
    own = fees.referral_rate != usual.referral_rate or fees.referral_rates
    if market == HOME or own:
        return {}
    told = (
        f"{_ASSUMED['referral_fee']}, which is that of {HOME} shops: set policy.fees for {market}"
    )
    return {"referral_fee": told}


def _without(sums: pd.DataFrame, line: str, cost: str) -> pd.DataFrame:
    n = sums[f"lines_without_{line}"]
    rows = sums.assign(line=line, status=MISSING, said=f"{cost} not entered for {{n}}", n=n)
    return rows[n > 0]


def _of_samples(client: Any, period: Period) -> pd.DataFrame:
    """A row per sample shipped in the period; a sample that names one post is that post's."""
    rows = client.frame("samples")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    rows = rows[rows["shipped_on"].between(start, end)]
    costs = sample_costs(client, period)
    posts = set(fetch(client.table("posts").select("post_id"))["post_id"])
    return pd.DataFrame(
        {
            "creator_id": rows["creator_id"],
            "product_id": rows["product_id"],
            "post_id": rows["post_id"].where(rows["post_id"].isin(list(posts))),
            "week": _monday(rows["shipped_on"]),
            "line": "samples",
            "amount": -costs["samples"].to_numpy(dtype=float),
            "status": (costs["unknown"] == "").map({True: SETTLED, False: MISSING}).to_numpy(),
            "said": costs["unknown"].to_numpy(),
        }
    )


def _monday(days: pd.Series) -> pd.Series:
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def _of_fees(client: Any, period: Period) -> pd.DataFrame:
    """Fees per post by their posts; fees by month and deal week by week."""
    found = [_fees_by_post(client, period)]
    for week in weeks(period):
        fees = flat_fees(client, week, without="post")
        if fees.empty:
            continue
        unknown = fees["unknown"] != ""
        fees = fees[(fees["flat_fees"] != 0) | unknown]
        found.append(
            pd.DataFrame(
                {
                    "creator_id": fees["creator_id"],
                    "week": pd.Timestamp(week.start - timedelta(week.start.weekday())),
                    "line": "flat_fees",
                    "amount": -fees["flat_fees"],
                    "status": unknown.map({True: MISSING, False: ASSUMED}),
                    "said": fees["unknown"].mask(~unknown, BY_DAYS),
                }
            )
        )
    return pd.concat([part for part in found if len(part)] or [pd.DataFrame(columns=COLUMNS)])


def _fees_by_post(client: Any, period: Period) -> pd.DataFrame:
    posts = within(client.table("posts"), period, "published_on")
    deals = client.table("agreements")
    deals = deals.filter((deals.fee_per == "post") & (deals.flat_fee.cast("float64") != 0))
    deals = deals.select("valid_from", "valid_to", "flat_fee", party="creator_id")
    paid = posts.inner_join(
        deals,
        [
            posts.creator_id == deals.party,
            posts.published_on >= deals.valid_from,
            deals.valid_to.isnull() | (posts.published_on <= deals.valid_to),
        ],
    )
    rows = fetch(paid.select("creator_id", "post_id", "published_on", "flat_fee"))
    return pd.DataFrame(
        {
            "creator_id": rows["creator_id"],
            "post_id": rows["post_id"],
            "week": _monday(rows["published_on"]),
            "line": "flat_fees",
            "amount": -rows["flat_fee"],
            "status": SETTLED,
            "said": "",
        }
    )


def _of_ads(client: Any, period: Period) -> pd.DataFrame:
    gap = ad_gap(client, period)
    if gap:
        piece = {"line": "ad_spend", "status": MISSING, "said": gap, "only": "all"}
        return pd.concat([_of_ad_kinds(client, period), pd.DataFrame([piece])])
    if not _holds_ads(client):
        nothing = {"line": "ad_spend", "amount": 0.0, "status": ASSUMED, "said": NO_ADS}
        return pd.DataFrame([nothing])
    return _of_ad_kinds(client, period)


def _holds_ads(client: Any) -> bool:
    windows = client.table("windows")
    return bool(value(windows.filter(windows.kind.isin(AD_KINDS)).count()))


def _of_ad_kinds(client: Any, period: Period) -> pd.DataFrame:
    found = [_of_ad_kind(client, kind, period) for kind in AD_KINDS]
    return pd.concat([part for part in found if len(part)] or [pd.DataFrame(columns=COLUMNS)])


def _of_ad_kind(client: Any, kind: str, period: Period) -> pd.DataFrame:
    """A row per post, product, window and currency of one kind of ad export that tiles."""
    ads, why = covered(client, of_kind(client.table("ad_stats"), kind), kind, period)
    if why:
        return pd.DataFrame(columns=COLUMNS)
    posts = client.table("posts")
    posts = posts.select("creator_id", known="post_id", shown=single_product(posts))
    rows = ads.left_join(posts, ads.post_id == posts.known)
    spent = rows.spend.fill_null(ibis.literal(0).cast(MONEY))
    sums = rows.group_by(
        creator_id=rows.creator_id,
        product_id=ibis.coalesce(rows.product_id, rows.shown),
        post_id=rows.known,
        window_start=rows.window_start,
        window_end=rows.window_end,
        currency=ibis.coalesce(rows.currency, ibis.literal(client.currency)),
    ).agg(amount=-spent.sum().cast("float64"))
    found = fetch(sums)
    found = found[found["amount"] != 0]
    foreign = found["currency"] != client.currency
    monday = _monday(found["window_start"])
    whole = found["window_end"] <= monday + pd.Timedelta(days=6)
    pieces = found.assign(
        week=monday.where(whole),
        line="ad_spend",
        status=foreign.map({True: MISSING, False: SETTLED}),
        said=("ad spend is in " + found["currency"].astype("str")).where(foreign, ""),
    )
    return pd.concat([pieces, _unsplit(found[~whole])]).reindex(columns=COLUMNS)


def _unsplit(found: pd.DataFrame) -> pd.DataFrame:
    """For each week that a longer window touches: its ad spend is not known by itself."""
    pieces = []
    for first, last in found[["window_start", "window_end"]].drop_duplicates().to_numpy():
        span = Period(pd.Timestamp(first).date(), pd.Timestamp(last).date())
        for week in weeks(span):
            said = f"ad spend: the window {span.start} to {span.end} is not of one week"
            monday = pd.Timestamp(week.start - timedelta(week.start.weekday()))
            piece = {"week": monday, "line": "ad_spend", "status": MISSING, "said": said}
            pieces.append({**piece, "only": "week"})
    return pd.DataFrame(pieces, columns=COLUMNS)
