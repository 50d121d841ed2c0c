"""What the program, a tier, a creator left over: net revenue less every cost, part by part."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import pandas as pd

from kit.metrics.costs import KINDS, SUBJECT, ad_gap, commissions, other_costs
from kit.metrics.periods import Period, four_weeks, last_days
from kit.metrics.sales import MONEY, NO_ORDERS, PRECISE, holds_orders, lines_of
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.words import count

PARTS = {
    "net_revenue": 1,
    "goods": -1,
    "fulfilment": -1,
    "referral_fee": -1,
    "refund_fee": -1,
    "standard": -1,
    "shop_ads": -1,
    "samples": -1,
    "flat_fees": -1,
    "ad_spend": -1,
}
LINE = ["order_id", "sku_id", "post_id"]


@once
def contribution(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per program, tier and creator and part of the contribution of the last `days` days.

    Columns subject_kind, subject, part, amount (costs below zero), status and unknown. The parts
    are `PARTS`, then `contribution`, their sum, then `paid_not_posted`, which is a part of the
    flat fees and not added again. A part that is not wholly known is missing, `unknown` names
    what was not entered, and the contribution of that subject is missing with it.

    Goods and fulfilment of refunded lines are lost. Referral fee: on Payment Amount and, where
    the shop order is held, the platform's discount, refunds out; the refund administration fee is
    a share of the referral fee given back, up to a limit per line. Both by `policy.fees`.
    """
    rows = _amounts(client, as_of, last_days(as_of, days))
    signs = pd.Series(PARTS, dtype="float64")
    amounts = rows[list(PARTS)] * signs
    words = rows[[f"unknown_{part}" for part in PARTS]].set_axis(list(PARTS), axis=1)
    amounts = amounts.where(words == "")
    total = amounts.sum(axis=1, skipna=False)
    why = ["; ".join(sorted({w for w in row if w})) for row in words.itertuples(index=False)]
    amounts = amounts.assign(contribution=total, paid_not_posted=-rows["paid_not_posted"])
    words = words.assign(contribution=why, paid_not_posted="")
    long = amounts.reset_index().melt("index", var_name="part", value_name="amount")
    named = words.reset_index().melt("index", var_name="part", value_name="unknown")
    long = long.assign(unknown=named["unknown"], place=long["part"].map(_PLACE))
    long = long.merge(rows[[*SUBJECT, "estimated"]], left_on="index", right_index=True)
    long["status"] = _status(long)
    long = long.sort_values([*SUBJECT, "place"], ignore_index=True)
    return long[[*SUBJECT, "part", "amount", "status", "unknown"]]


_PLACE = {part: place for place, part in enumerate([*PARTS, "contribution", "paid_not_posted"])}
_GUESSED = ["standard", "shop_ads", "contribution"]


def _status(rows: pd.DataFrame) -> pd.Series:
    estimated = rows["part"].isin(_GUESSED) & (rows["estimated"] > 0)
    status = estimated.map({True: "estimated", False: "settled"})
    return status.where(rows["amount"].notna(), "missing")


def _amounts(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per subject: an amount, above zero, and what is unknown of it, for each part."""
    sales = commissions(client, as_of, period)
    goods = _line_costs(client, as_of, period)
    other = other_costs(client, as_of, period).rename(columns={"unknown": "unknown_other"})
    rows = sales.merge(goods, on=SUBJECT, how="outer").merge(other, on=SUBJECT, how="outer")
    texts = {name: rows[name].fillna("") for name in rows if name.startswith("unknown")}
    numbers = {
        name: rows[name].astype("float64").fillna(0.0)
        for name in rows
        if name not in texts and name not in SUBJECT
    }
    rows = rows.assign(**numbers, **texts)
    return rows.assign(**_unknown(rows, ad_gap(client, period), holds_orders(client)))


def _unknown(rows: pd.DataFrame, gap: str, orders_held: bool) -> Mapping[str, Any]:
    """For each part, in words, what is not known of it; empty where it is known."""
    words = rows["unknown_other"].str.split("; ")
    named = {
        part: ["; ".join(w for w in each if w.startswith(start)) for each in words]
        for part, start in (
            ("samples", "cost of samples"),
            ("flat_fees", "what the flat fee"),
            ("ad_spend", "ad spend"),
        )
    }
    named["ad_spend"] = ["; ".join(filter(None, [word, gap])) for word in named["ad_spend"]]
    lines = {
        "goods": _named_count(rows["lines_without_goods"], "cost of goods"),
        "fulfilment": _named_count(rows["lines_without_fulfilment"], "fulfilment cost"),
    }
    sold = "" if orders_held else NO_ORDERS
    known = dict.fromkeys(PARTS, sold) | {"net_revenue": sold} | dict.fromkeys(named, "") | lines
    return {f"unknown_{part}": value for part, value in (known | named).items()}


def _named_count(lines: pd.Series, cost: str) -> list[str]:
    return [f"{cost} not entered for {count(number, 'line')}" if number else "" for number in lines]


def _line_costs(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per subject: goods, fulfilment and platform fees of its counting lines."""
    lines = lines_of(client, as_of, period)
    for column, cost in (("goods", "cost_of_goods"), ("fulfilment", "fulfilment_cost")):
        lines = _with_cost(lines, client, column, cost)
    lines = _with_fees(lines, client)
    return by_subject(lines, KINDS, client.name, _line_measures)


def _line_measures(lines: Any) -> dict[str, Any]:
    units = lines.quantity.fill_null(1)
    sums = {name: (lines[name] * units).sum().cast("float64") for name in ("goods", "fulfilment")}
    fees = {
        name: lines[name].cast(PRECISE).sum().cast("float64")
        for name in ("referral_fee", "refund_fee")
    }
    return {
        **sums,
        **fees,
        "lines_without_goods": lines.goods.isnull().sum(),
        "lines_without_fulfilment": lines.fulfilment.isnull().sum(),
    }


def _with_cost(lines: Any, client: Any, name: str, column: str) -> Any:
    """The lines with the cost of one unit on their day: the SKU's own, else the product's.

    Of several in force the one with the latest `valid_from`; one without a day is the oldest.
    """
    products = client.table("products")
    products = products.filter(products[column].notnull()).select(
        costed="product_id", costed_sku="sku_id", cost_from="valid_from", cost=column
    )
    joined = lines.left_join(
        products,
        [
            lines.product_id == products.costed,
            products.costed_sku.isnull() | (products.costed_sku == lines.sku_id),
            products.cost_from.isnull() | (products.cost_from <= lines.day),
        ],
    )
    nearest = ibis.window(
        group_by=[joined[key] for key in LINE],
        order_by=[
            joined.costed_sku.isnull(),
            joined.cost_from.isnull(),
            ibis.desc(joined.cost_from),
        ],
    )
    ranked = joined.mutate(nth=ibis.row_number().over(nearest))
    kept = ranked.filter(ranked.nth == 0).rename({name: "cost"})
    return kept.drop("nth", "costed", "costed_sku", "cost_from")


def _with_fees(lines: Any, client: Any) -> Any:
    """The lines with `referral_fee` and `refund_fee`, by the client's policy.

    The platform's discount of a shop line is shared among its affiliate lines by their number.
    """
    fees = client.policy.fees
    shop = client.table("shop_orders")
    given = shop.group_by(shop_order="order_id", shop_sku="sku_id").agg(
        discount=shop.platform_discount.cast(MONEY).sum().cast("float64")
    )
    joined = lines.left_join(
        given, [lines.order_id == given.shop_order, lines.sku_id == given.shop_sku]
    )
    shared = joined.count().over(ibis.window(group_by=[joined.order_id, joined.sku_id]))
    gmv, refund = joined.gmv.cast("float64"), joined.refunded_amount.cast("float64")
    base = gmv + (joined.discount.fill_null(0.0) / shared)
    returned = ibis.ifelse(gmv > 0, refund / gmv.nullif(0.0), 0.0).fill_null(0.0)
    fee_back = ibis.least(
        base * returned * fees.referral_rate * fees.refund_fee_share,
        ibis.literal(float(fees.refund_fee_most)),
    )
    charged = base * (1.0 - returned) * fees.referral_rate
    made = joined.mutate(referral_fee=charged, refund_fee=fee_back)
    return made.drop("shop_order", "shop_sku", "discount")


def contribution_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`contribution` of program, tiers and creators for the 4 weeks, `n` the lines summed."""
    parts = contribution(client, as_of)
    rows = parts[parts["part"] == "contribution"]
    period = four_weeks(as_of)
    lines = commissions(client, as_of, period)[[*SUBJECT, "lines"]]
    rows = rows.merge(lines, on=SUBJECT, how="left")
    note = rows["unknown"].where(rows["unknown"] != "", None)
    return figure_rows(
        "contribution",
        rows,
        rows["amount"],
        period,
        n=rows["lines"].fillna(0),
        status=rows["status"],
        note=note,
    )
