"""What paid spend on a post has to earn, and whether the post may run.

The verdict of `kit.spark.rank` says what converts. Beside it, never in its place, stand here: the
conversion that pays for a click, and what stands in the way.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import ibis
import numpy as np
import pandas as pd

from kit import words
from kit.metrics.costs import ROUTES
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import as_day, last_days, untiled
from kit.metrics.sales import MONEY, NO_ORDERS, counting_lines, holds_orders, within
from kit.metrics.windowed import AD_KINDS
from kit.policy import Policy

BEFORE_ADS = ["goods", "fulfilment", "referral_fee", "refund_fee", "standard", "shop_ads"]
_OUT_OF_STOCK = {"no", "n", "false", "0", "out", "out of stock", "sold out"}


class Bar(NamedTuple):
    """The conversion a post must beat and what it was made of (money in the client's currency).

    `value` is missing where the frame's pooled rate is to be taken; `basis` says in words which
    it is, and why.
    """

    value: float | None
    basis: str
    cost_per_click: float
    order_contribution: float
    paid_clicks: float


def break_even(
    client: Any, as_of: date | str, policy: Policy, sold: pd.Series | None = None
) -> Bar:
    """Cost of a paid click ÷ what an order contributes before ads (last 28 days).

    An order contributes average order value × contribution rate before ads: net revenue less
    goods, fulfilment, platform fees and commission, per order; samples and flat fees are spent
    whether a post is amplified or not. `policy.spark.conversion_bar` goes before, and
    `cost_per_click` before what the ad exports show. `sold` are the `sums` of the days' lines,
    where they are known already.
    """
    cost, clicks, no_cost = _cost_per_click(client, as_of, policy)
    if sold is None:
        lines = costed_lines(client, as_of, last_days(as_of, policy.spark.days))
        sold = fetch(lines.agg(**sums(lines))).iloc[0]
    earned, no_earning = _order_contribution(client, sold)
    fixed = policy.spark.conversion_bar
    if fixed is not None:
        return Bar(fixed, "set by the policy", cost, earned, clicks)
    why = "; ".join(filter(None, [no_cost, no_earning]))
    if why:
        return Bar(None, f"the program's own rate over all clicks ({why})", cost, earned, clicks)
    if earned <= cost:
        basis = "an order leaves less before ads than one click costs, so no rate pays"
        return Bar(1.0, basis, cost, earned, clicks)
    return Bar(cost / earned, "break-even", cost, earned, clicks)


def _cost_per_click(
    client: Any, as_of: date | str, policy: Policy
) -> tuple[float, float, str | None]:
    """Spend ÷ clicks of the rows that have clicks, the clicks, and why it is not known.

    Rows without clicks and impressions are spend that the platform could not place: left out.
    """
    ads, windows = client.frame("ad_stats"), client.frame("windows")
    windows = windows[windows["kept"].fillna(False)].fillna({"partial": False})
    period = last_days(as_of, policy.spark.days)
    inside = (ads["window_start"] >= pd.Timestamp(period.start)) & (
        ads["window_end"] <= pd.Timestamp(period.end)
    )
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    seen = ((ads["clicks"] > 0) | (ads["impressions"] > 0)).fillna(False)
    counted = ads[inside & home & seen & ads["clicks"].notna()]
    spend, clicks, why = 0.0, 0.0, None
    for kind in AD_KINDS:
        gap = untiled(windows[windows["kind"] == kind], period)
        if gap:
            why = why or gap
            continue
        rows = counted[counted["source"] == kind]
        spend += round(float(rows["spend"].sum()), 2)
        clicks += float(rows["clicks"].sum())
    if policy.spark.cost_per_click is not None:
        return policy.spark.cost_per_click, clicks, None
    if spend > 0 and clicks > 0:
        return spend / clicks, clicks, None
    return float("nan"), clicks, "the cost of a click is not known"


def sums(lines: Any) -> dict[str, Any]:
    """What the lines of `costed_lines` brought and cost before ads, and their orders."""
    paid = {
        name: ibis.coalesce(lines[f"{column}_actual"], lines[f"{column}_estimated"], 0).cast(MONEY)
        for name, column in ROUTES.items()
    }
    columns = {
        "gmv": lines.gmv,
        "net_revenue": lines.net,
        "goods": lines.goods - lines.goods_back,
        "fulfilment": lines.fulfilment,
        "referral_fee": lines.referral_fee,
        "refund_fee": lines.refund_fee,
        **paid,
    }
    return {
        **{name: column.sum().cast("float64") for name, column in columns.items()},
        "orders": lines.order_id.nunique(),
        "without_goods": lines.goods.isnull().sum(),
        "without_fulfilment": lines.fulfilment.isnull().sum(),
    }


def _order_contribution(client: Any, sold: pd.Series) -> tuple[float, str | None]:
    if not sold["orders"]:
        return float("nan"), "no order in these weeks" if holds_orders(client) else NO_ORDERS
    costs = {"goods": "cost of goods", "fulfilment": "fulfilment cost"}
    unknown = [
        f"{name} not entered for {words.count(float(sold[f'without_{part}']), 'line')}"
        for part, name in costs.items()
        if sold[f"without_{part}"]
    ]
    if unknown:
        return float("nan"), "; ".join(unknown)
    signed = sold[["net_revenue", *BEFORE_ADS]].astype(float) * [1, *[-1] * len(BEFORE_ADS)]
    return float(signed.sum()) / float(sold["orders"]), None


def eligibility(client: Any, posts: pd.DataFrame, as_of: date | str, days: int) -> pd.DataFrame:
    """Whether each post may run as an ad on `as_of`, and what stands in the way.

    Columns on the index of `posts` (post_id, creator_id): authorised_until, authorised_days_left
    (missing: open-ended or none), ad_spend (of the days, in the client's currency),
    already_boosted, can_run, blocked_by (reasons joined by "; ", empty where it can run).
    """
    day = pd.Timestamp(as_day(as_of))
    until, held = _authorised(client, posts, day)
    spend = posts["post_id"].map(_ad_spend(client, as_of, days)).fillna(0.0)
    reasons = pd.DataFrame(
        {
            "authorisation": np.where(held, "", "no valid ad authorisation from the creator"),
            "rights": _rights(client, posts, day),
            "stock": _stock(client, posts),
            "compliance": _violations(client, posts, day),
            "creator": _gone(client, posts),
        },
        index=posts.index,
    )
    blocked = ["; ".join(text for text in row if text) for row in reasons.itertuples(index=False)]
    return pd.DataFrame(
        {
            "authorised_until": until,
            "authorised_days_left": (until - day).dt.days.astype("Float64"),
            "ad_spend": spend,
            "already_boosted": spend > 0,
            "can_run": [not text for text in blocked],
            "blocked_by": blocked,
        },
        index=posts.index,
    )


def _authorised(client: Any, posts: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """Last day of each post's authorisation, and whether one is in force.

    A code of the post, or a creator's mass authorisation (no post named); without a code, what
    the newest ad export shows of the post.
    """
    codes = client.frame("spark_codes")
    ends = codes["ends_on"].fillna(
        codes["authorised_on"] + pd.to_timedelta(codes["days"].astype("Float64"), unit="D")
    )
    codes = codes.assign(ends=ends.fillna(pd.Timestamp.max.normalize()))
    begun = codes["authorised_on"].isna() | (codes["authorised_on"] <= day)
    codes = codes[begun & (codes["ends"] >= day)]
    own = codes[codes["post_id"].notna()].groupby("post_id")["ends"].max()
    mass = codes[codes["post_id"].isna()].groupby("creator_id")["ends"].max()
    until = pd.concat(
        [_looked_up(posts["post_id"], own), _looked_up(posts["creator_id"], mass)], axis=1
    ).max(axis=1)
    held = until.notna() | posts["post_id"].isin(_shown_authorised(client, day))
    return until.where(until < pd.Timestamp("2200-01-01")), held


def _looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    return pd.to_datetime(keys.map(values.to_dict()))


def _shown_authorised(client: Any, day: pd.Timestamp) -> set[str]:
    ads = client.frame("ad_stats")
    ads = ads[ads["post_id"].notna() & (ads["window_start"] <= day)]
    newest = ads[ads["window_end"] == ads.groupby("post_id")["window_end"].transform("max")]
    return set(newest.loc[newest["authorisation"].notna(), "post_id"])


def _ad_spend(client: Any, as_of: date | str, days: int) -> dict[str, float]:
    period = last_days(as_of, days)
    ads = client.frame("ad_stats")
    inside = (ads["window_end"] >= pd.Timestamp(period.start)) & (
        ads["window_start"] <= pd.Timestamp(period.end)
    )
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    return ads[inside & home].groupby("post_id")["spend"].sum().astype(float).to_dict()


def _rights(client: Any, posts: pd.DataFrame, day: pd.Timestamp) -> list[str]:
    """The right to use a creator's posts as ads, where the latest agreement limits it."""
    deals = client.frame("agreements")
    deals = deals[(deals["valid_from"] <= day) & deals["usage_until"].notna()]
    last = deals.sort_values("valid_from").groupby("creator_id")["usage_until"].last()
    ends = _looked_up(posts["creator_id"], last)
    return [
        f"the right to use it ended on {words.day(end)}" if pd.notna(end) and end < day else ""
        for end in ends
    ]


def out_of_stock(client: Any) -> set[str]:
    """Ids of the products of whose variants the ledger says that none is in stock."""
    products = client.frame("products").dropna(subset=["in_stock"])
    word = products["in_stock"].astype("str").str.strip().str.lower()
    out = word.isin(_OUT_OF_STOCK).groupby(products["product_id"]).all()
    return set(out[out].index)


def _stock(client: Any, posts: pd.DataFrame) -> list[str]:
    gone = out_of_stock(client)
    shown = client.frame("posts").set_index("post_id")["product_ids"].to_dict()
    texts = []
    for post in posts["post_id"]:
        ids = shown.get(post)
        named = [] if ids is None else list(ids)
        texts.append("its product is out of stock" if named and set(named) <= gone else "")
    return texts


def _violations(client: Any, posts: pd.DataFrame, day: pd.Timestamp) -> np.ndarray:
    """Open violations: one that names a post blocks that post, one that names none them all."""
    cases = client.frame("compliance")
    still = cases["resolved_on"].isna() | (cases["resolved_on"] > day)
    cases = cases[(cases["severity"] == "violation") & (cases["happened_on"] <= day) & still]
    by_post = posts["post_id"].isin(cases["post_id"].dropna())
    everyone = cases.loc[cases["post_id"].isna(), "creator_id"]
    by_creator = posts["creator_id"].isin(everyone)
    return np.where(by_post | by_creator, "a compliance violation is still open", "")


def _gone(client: Any, posts: pd.DataFrame) -> list[str]:
    status = client.frame("creators").set_index("creator_id")["status"].to_dict()
    said = {"left": "the creator has left the program", "paused": "the creator is paused"}
    return [said.get(status.get(creator), "") for creator in posts["creator_id"]]


def order_value(client: Any, as_of: date | str, days: int = 28) -> float:
    """Average order value: Payment Amount of counting lines ÷ distinct orders; else missing."""
    lines = within(counting_lines(client), last_days(as_of, days))
    sums = fetch(
        lines.agg(gmv=lines.gmv.sum().cast("float64"), orders=lines.order_id.nunique())
    ).iloc[0]
    return float(sums["gmv"]) / float(sums["orders"]) if sums["orders"] else float("nan")
