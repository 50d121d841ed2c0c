"""What a product's orders leave, and so what its ads, commissions and samples may cost.

Per product, from the client's own order lines: price, goods, fulfilment, fees and refunds; where a
product has not sold lately, from the price list. What is not entered is unknown, by its name.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit import estimate, money, words
from kit.metrics.fetch import fetch
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import as_day, last_days
from kit.metrics.sales import NO_ORDERS, holds_orders
from kit.policy import Fees

DAYS = 84
# Refunds of newer lines are still to come.
REFUNDS_AFTER_DAYS = 28
LEVEL = 0.90
COLUMNS = [
    *("product_id", "product", "orders", "price", "cost_of_goods", "fulfilment", "referral_rate"),
    *("refund_rate", "refund_low", "refund_high", "refund_lines", "standard_rate"),
    *("shop_ads_rate", "left_standard", "left_shop_ads", "roas_standard", "standard_low"),
    *("standard_high", "roas_shop_ads", "shop_ads_low", "shop_ads_high", "highest_commission"),
    *("highest_low", "highest_high", "conversion", "unknown", "note"),
]


class Order(NamedTuple):
    """One order of a product: money per order, rates as fractions of what is kept of its price."""

    price: float
    cost_of_goods: float
    fulfilment: float
    referral_rate: float
    refund_rate: float


def left_before_ads(order: Order, commission_rate: float, fees: Fees) -> float:
    """What an order leaves before ads, in money; goods and fulfilment of refunded ones are lost.

    The same sum as `money.break_even_roas`, which is price ÷ this.

    >>> round(left_before_ads(Order(40, 10, 4, 0.06, 0.08), 0.15, Fees()), 4)
    15.0336
    """
    kept = order.price * (1 - order.refund_rate)
    before = _before_commission(order, fees)
    return before - kept * commission_rate


def _before_commission(order: Order, fees: Fees) -> float:
    referral = order.price * order.referral_rate
    back = referral * order.refund_rate * _fee_share(order, fees)
    kept = order.price * (1 - order.refund_rate)
    fee = kept * order.referral_rate + back
    return kept - order.cost_of_goods - order.fulfilment - fee


def _fee_share(order: Order, fees: Fees) -> float:
    """The refund fee as a share of the referral fee, its limit per SKU kept."""
    referral = order.price * order.referral_rate
    return min(fees.refund_fee_share, fees.refund_fee_most / referral if referral > 0 else 1.0)


def roas(order: Order, commission_rate: float, fees: Fees) -> float:
    """Break-even ROAS of an order: revenue per unit of ad spend at which nothing is left or lost.

    Infinite where an order leaves nothing before ads.

    >>> round(roas(Order(40, 10, 4, 0.06, 0.08), 0.08, Fees()), 2)
    2.27
    """
    return money.break_even_roas(*order, commission_rate, _fee_share(order, fees))


def highest_commission(order: Order, fees: Fees) -> float:
    """The commission rate, of what is kept, at which an order leaves nothing before ads.

    0 where even without commission nothing is left; missing where nothing is kept.

    >>> round(highest_commission(Order(40, 10, 4, 0.06, 0.08), Fees()), 4)
    0.5585
    """
    kept = order.price * (1 - order.refund_rate)
    return max(_before_commission(order, fees) / kept, 0.0) if kept > 0 else math.nan


def orders_to_pay(cost: float, left: float) -> float:
    """Whole orders that pay back a cost, each leaving `left`; missing where none leaves anything.

    >>> orders_to_pay(11.25, 15.03), orders_to_pay(400, 15.03)
    (1.0, 27.0)
    """
    return float(math.ceil(cost / left - 1e-9)) if left > 0 else math.nan


def products(client: Any, as_of: date | str, cost_per_click: float = math.nan) -> pd.DataFrame:
    """One row per product that sold in the last 84 days or is on the price list.

    Money per order, rates as fractions. `price` is Payment Amount per order; goods and fulfilment
    per order; `referral_rate` what the platform's fee took of what was kept (84 days). The refund
    rate is of lines at least 28 days old, pulled towards the program's where they are few, and its
    90% interval gives those of ROAS and commission. Commission rates are those printed on its
    lines, weighted by money, else the middle of the agreements'. `left_*` is what an order leaves
    before ads; `conversion` what share of paid clicks must become orders at `cost_per_click`.
    A product not sold lately stands at its listed price with the program's refund rate, and `note`
    says so. `unknown` names what is not entered; what rests on it is missing.
    """
    rows = pd.concat([_sold(client, as_of), _listed(client, as_of)], ignore_index=True)
    rows = rows.drop_duplicates("product_id")
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = _with_refunds(rows, client)
    rows = _with_commissions(rows, client, as_of)
    names = client.frame("products").dropna(subset=["name"]).drop_duplicates("product_id")
    named = names.set_index("product_id")["name"].to_dict()
    rows["product"] = [named.get(key, f"…{str(key)[-6:]}") for key in rows["product_id"]]
    fees = client.policy.fees.of(client.currency)
    answers = [_answers(row, fees, cost_per_click) for row in rows.itertuples()]
    table = pd.concat([rows.reset_index(drop=True), pd.DataFrame(answers)], axis=1)
    return table.sort_values(["orders", "product_id"], ascending=[False, True])[
        COLUMNS
    ].reset_index(drop=True)


def _sold(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per product sold in the 84 days: sums per order and the lines behind the refunds."""
    period = last_days(as_of, DAYS)
    lines = costed_lines(client, as_of, period)
    lines = lines.filter(lines.product_id.notnull())
    ripe = lines.day <= _ripe_day(as_of)
    sums = fetch(
        lines.group_by("product_id").agg(
            orders=lines.order_id.nunique(),
            gmv=lines.gmv.sum().cast("float64"),
            net=lines.net.sum().cast("float64"),
            goods=lines.goods.sum().cast("float64"),
            shipped=lines.fulfilment.sum().cast("float64"),
            fee=lines.referral_fee.sum().cast("float64"),
            no_goods=lines.goods.isnull().sum(),
            no_shipping=lines.fulfilment.isnull().sum(),
            returned=lines.returned.sum(where=ripe).cast("float64"),
            refund_lines=ripe.sum(),
        )
    )
    sums = sums.astype({name: "float64" for name in sums if name != "product_id"})
    sums = sums.fillna({"returned": 0.0, "goods": 0.0, "shipped": 0.0})
    fees, kept = sums["fee"], sums["net"]
    day = as_day(as_of)
    return pd.DataFrame(
        {
            "product_id": sums["product_id"],
            "orders": sums["orders"],
            "price": sums["gmv"] / sums["orders"],
            "cost_of_goods": (sums["goods"] / sums["orders"]).where(sums["no_goods"] == 0),
            "fulfilment": (sums["shipped"] / sums["orders"]).where(sums["no_shipping"] == 0),
            "referral_rate": (fees / kept.where(kept > 0)).fillna(_listed_rate(client, day)),
            "returned": sums["returned"],
            "refund_lines": sums["refund_lines"],
            "unknown": [
                _lacking(*pair) for pair in zip(sums["no_goods"], sums["no_shipping"], strict=True)
            ],
            "note": "",
        }
    )


def _ripe_day(as_of: date | str) -> Any:
    import ibis

    return ibis.date(last_days(as_of, REFUNDS_AFTER_DAYS + 1).start)


def _lacking(no_goods: float, no_shipping: float) -> str:
    said = {"cost of goods": no_goods, "fulfilment cost": no_shipping}
    return "; ".join(
        f"{name} not entered for {words.count(number, 'line')}"
        for name, number in said.items()
        if number
    )


def _listed_rate(client: Any, day: date) -> float:
    fees = client.policy.fees
    changes = [rate for since, rate in sorted(fees.referral_rates.items()) if since <= day]
    return changes[-1] if changes else fees.referral_rate


def _listed(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per product of the price list: the middle of its variants in force on the day."""
    day = as_day(as_of)
    rows = client.frame("products")
    rows = rows[rows["valid_from"].isna() | (rows["valid_from"] <= pd.Timestamp(day))]
    rows = rows.sort_values("valid_from", na_position="first")
    rows = rows.drop_duplicates(["product_id", "sku_id"], keep="last")
    if rows.empty:
        return pd.DataFrame(columns=["product_id"])
    names = {"price": "price", "cost_of_goods": "cost_of_goods", "fulfilment_cost": "fulfilment"}
    each = rows.groupby("product_id")[list(names)]
    middle = each.median().where(each.count().eq(each.size(), axis=0)).rename(columns=names)
    told = {"price": "price", "cost_of_goods": "cost of goods", "fulfilment": "fulfilment cost"}
    lacking = [
        "; ".join(f"{told[name]} not entered" for name in told if pd.isna(row[name]))
        for row in middle.to_dict("records")
    ]
    return middle.reset_index().assign(
        orders=0.0,
        referral_rate=_listed_rate(client, day),
        returned=0.0,
        refund_lines=0.0,
        unknown=lacking,
        note="not sold in these weeks: at its listed price",
    )


def _with_refunds(rows: pd.DataFrame, client: Any) -> pd.DataFrame:
    """With the refund rate of each product and its interval; few lines lean on the program's."""
    if rows["refund_lines"].sum() == 0:
        why = NO_REFUNDS if holds_orders(client) else NO_ORDERS
        unknown = rows["unknown"].map(lambda text: "; ".join(filter(None, [text, why])))
        return rows.assign(
            refund_rate=np.nan, refund_low=np.nan, refund_high=np.nan, unknown=unknown
        )
    found = estimate.shrink_rates(rows["returned"], rows["refund_lines"], level=LEVEL)
    return rows.assign(
        refund_rate=found["estimate"], refund_low=found["ci_low"], refund_high=found["ci_high"]
    )


NO_REFUNDS = "no order line is old enough to show how many are refunded"


def _with_commissions(rows: pd.DataFrame, client: Any, as_of: date | str) -> pd.DataFrame:
    """With both commission rates: of the product's lines, else of the deals in force."""
    lines = costed_lines(client, as_of, last_days(as_of, DAYS))
    printed = {
        "standard_rate": lines.standard_commission_rate.cast("float64"),
        "shop_ads_rate": lines.shop_ads_commission_rate.cast("float64"),
    }
    value = lines.gmv.cast("float64")
    sums = lines.group_by("product_id").agg(
        **{name: (rate * value).sum() / value.sum(where=rate > 0) for name, rate in printed.items()}
    )
    rows = rows.merge(fetch(sums), on="product_id", how="left")
    agreed = _agreed_rates(client, as_of)
    for name in printed:
        rows[name] = rows[name].astype("float64").fillna(agreed[name])
    lacks = rows["standard_rate"].isna()
    rows["unknown"] = [
        "; ".join(filter(None, [text, NO_RATE if lack else ""]))
        for text, lack in zip(rows["unknown"], lacks, strict=True)
    ]
    unset = rows["shop_ads_rate"].isna() & ~lacks
    rows["note"] = [
        "; ".join(filter(None, [text, NO_ADS_RATE if lack else ""]))
        for text, lack in zip(rows["note"], unset, strict=True)
    ]
    # The platform's rule: where no Shop Ads rate is set, orders of ads earn the standard one.
    rows["shop_ads_rate"] = rows["shop_ads_rate"].fillna(rows["standard_rate"])
    return rows


NO_RATE = "no commission rate is printed or agreed"
NO_ADS_RATE = "no Shop Ads rate is set, so orders of ads earn the standard commission"


def _agreed_rates(client: Any, as_of: date | str) -> dict[str, float]:
    """The middle commission rates of the agreements in force."""
    day = pd.Timestamp(as_day(as_of))
    deals = client.frame("agreements")
    force = (deals["valid_from"] <= day) & (deals["valid_to"].isna() | (deals["valid_to"] >= day))
    deals = deals[force]
    return {
        "standard_rate": float(deals["commission_rate"].median()),
        "shop_ads_rate": float(deals["shop_ads_commission_rate"].median()),
    }


def _answers(row: Any, fees: Fees, cost_per_click: float) -> dict[str, float]:
    order = Order(*(getattr(row, name) for name in Order._fields))
    if row.unknown:
        return dict.fromkeys(_ANSWERS, math.nan)
    ends = [order._replace(refund_rate=rate) for rate in (row.refund_low, row.refund_high)]
    found = {}
    for route in ("standard", "shop_ads"):
        rate = getattr(row, f"{route}_rate")
        found[f"left_{route}"] = left_before_ads(order, rate, fees)
        found[f"roas_{route}"] = roas(order, rate, fees)
        found[f"{route}_low"], found[f"{route}_high"] = (roas(end, rate, fees) for end in ends)
    found["highest_commission"] = highest_commission(order, fees)
    # More refunds leave less: the ends change places.
    found["highest_high"], found["highest_low"] = (highest_commission(end, fees) for end in ends)
    left = found["left_shop_ads"]
    found["conversion"] = cost_per_click / left if left > 0 else math.nan
    return found


_ANSWERS = COLUMNS[COLUMNS.index("left_standard") : COLUMNS.index("unknown")]


def figures(table: pd.DataFrame, as_of: date | str) -> list[pd.DataFrame]:
    """Rows of the results table for `products`: what each answer is, with its interval."""
    period = last_days(as_of, DAYS)
    note = [
        "; ".join(filter(None, pair)) or None
        for pair in zip(table["unknown"], table["note"], strict=True)
    ]
    common = {
        "subject_kind": "product",
        "subject": table["product_id"],
        "n": table["orders"],
        "period_start": period.start,
        "period_end": period.end,
        "status": "estimated",
        "note": note,
    }
    found = []
    for metric, (value, low, high) in _FIGURES.items():
        ends = {"ci_low": table[low], "ci_high": table[high], "ci_level": LEVEL} if low else {}
        # No end of an interval is infinite in the results: it is not known how far it reaches.
        answer = table[value].replace(math.inf, math.nan)
        row = pd.DataFrame({"metric": metric, "value": answer, **common, **ends})
        found.append(row.replace(math.inf, math.nan))
    return found


_FIGURES = {
    "break_even_roas": ("roas_standard", "standard_low", "standard_high"),
    "break_even_roas_shop_ads": ("roas_shop_ads", "shop_ads_low", "shop_ads_high"),
    "left_per_order": ("left_standard", "", ""),
    "left_per_order_shop_ads": ("left_shop_ads", "", ""),
    "highest_commission": ("highest_commission", "highest_low", "highest_high"),
    "break_even_conversion": ("conversion", "", ""),
    "refund_rate_estimate": ("refund_rate", "refund_low", "refund_high"),
    "price_per_order": ("price", "", ""),
}
