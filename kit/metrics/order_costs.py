"""What an order line cost beside commission, and which discounts its Payment Amount has lost.

Rates and limits are the client's policy (`fees`), dated where they change by date.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from kit.metrics.periods import Period
from kit.metrics.sales import MONEY, PRECISE, lines_of
from kit.metrics.shared import once

LINE = ["order_id", "sku_id", "post_id"]
BOTH, SELLER, NONE, UNTOLD = "both", "seller", "none", "untold"


@once
def costed_lines(client: Any, as_of: date | str, period: Period) -> Any:
    """The counting lines of a period with what each cost, as an Ibis expression.

    Beside the columns of `lines_of`: `goods` and `fulfilment` of its units on its day (null where
    not entered), `goods_back` (cost of returned units that can be sold again), `returned` (refunded
    share of the Payment Amount, 0 to 1), `taken_off` (the discounts that the Payment Amount has
    lost: both, seller, none, or untold where it equals no subtotal of the shop order or there is
    none), `platform_off` and `seller_off` (those discounts; 0 where untold), `referral_fee` and
    `refund_fee`.
    """
    lines = with_unit_costs(lines_of(client, as_of, period), client)
    return _with_returns(_with_fees(_with_discounts(lines, client), client), client)


def with_unit_costs(lines: Any, client: Any) -> Any:
    """The lines with `goods` and `fulfilment` on their `day`, null if not entered."""
    for name, column in (("goods", "cost_of_goods"), ("fulfilment", "fulfilment_cost")):
        lines = _with_cost(lines, client, name, column)
    return lines


def _with_cost(lines: Any, client: Any, name: str, column: str) -> Any:
    """The lines with the cost of their units on their day: the SKU's own, else the product's.

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
    kept = ranked.filter(ranked.nth == 0)
    kept = kept.mutate(**{name: kept.cost.cast(MONEY) * kept.quantity.fill_null(1)})
    return kept.drop("nth", "costed", "costed_sku", "cost_from", "cost")


def _with_discounts(lines: Any, client: Any) -> Any:
    """The lines with `taken_off`, and `reimbursed`, the platform's discount they do not hold.

    A shop line's discount is shared by the number of its affiliate lines. Which discounts the
    Payment Amount has lost follows from what it equals: the subtotal after both discounts, the one
    after the seller's alone, or the one before any.
    """
    shop = client.table("shop_orders")
    zero = ibis.literal(0).cast(MONEY)
    sold = shop.group_by(shop_order="order_id", shop_sku="sku_id").agg(
        before=shop.gmv.cast(MONEY).sum(),
        platform_cut=shop.platform_discount.cast(MONEY).sum().fill_null(zero),
        seller_cut=shop.seller_discount.cast(MONEY).sum().fill_null(zero),
        sold_units=shop.quantity.sum(),
        returned_units=shop.returned_quantity.sum(),
    )
    rows = lines.left_join(sold, [lines.order_id == sold.shop_order, lines.sku_id == sold.shop_sku])
    whole = ibis.window(group_by=[rows.order_id, rows.sku_id])
    rows = rows.mutate(
        paid=rows.gmv.sum().over(whole),
        sharers=rows.count().over(whole),
        after=rows.before - rows.platform_cut - rows.seller_cut,
    )
    taken = ibis.cases(
        (rows.before.isnull(), UNTOLD),
        (rows.paid == rows.after, BOTH),
        (rows.paid == rows.before - rows.seller_cut, SELLER),
        (rows.paid == rows.before, NONE),
        else_=UNTOLD,
    )
    rows = rows.mutate(taken_off=taken)
    nothing = ibis.literal(0).cast(PRECISE)
    own = {
        name: (rows[name].cast("float64") / rows.sharers).cast(PRECISE).fill_null(nothing)
        for name in ("platform_cut", "seller_cut")
    }
    kept_out = rows.taken_off.isin([BOTH, UNTOLD])
    made = rows.mutate(
        reimbursed=ibis.ifelse(kept_out, own["platform_cut"], nothing),
        platform_off=ibis.ifelse(rows.taken_off == BOTH, own["platform_cut"], nothing),
        seller_off=ibis.ifelse(rows.taken_off.isin([BOTH, SELLER]), own["seller_cut"], nothing),
    )
    return made.drop(
        *"shop_order shop_sku before platform_cut seller_cut paid sharers after".split()
    )


def _with_returns(lines: Any, client: Any) -> Any:
    """The lines with `goods_back`: only of units the shop orders show as returned."""
    returns = client.policy.returns
    units = lines.sold_units.cast("float64").nullif(0.0)
    came_back = (lines.returned_units.cast("float64") / units).fill_null(0.0)
    share = ibis.least(came_back, 1.0)  # of a null and 1 it would be 1
    resold = rate_on(lines.day, returns.resold_share, returns.resold_shares)
    back = (lines.goods.cast("float64") * share * resold).cast(PRECISE)
    return lines.mutate(goods_back=back).drop("sold_units", "returned_units")


def _with_fees(lines: Any, client: Any) -> Any:
    """The lines with `returned`, `referral_fee` and `refund_fee`, by the client's policy.

    The platform pays the seller its own discount, so the fee is on it too (`reimbursed` is that
    part which the Payment Amount does not hold yet). The refund administration fee is a share of
    the referral fee given back, up to a limit per line.
    """
    fees = client.policy.fees.of(client.currency)
    gmv, refund = lines.gmv.cast("float64"), lines.refunded_amount.cast("float64")
    returned = ibis.ifelse(gmv > 0, refund / gmv.nullif(0.0), 0.0).fill_null(0.0)
    base = gmv + lines.reimbursed.cast("float64")
    full = base * rate_on(lines.day, fees.referral_rate, fees.referral_rates)
    back = full * returned * fees.refund_fee_share
    made = lines.mutate(
        returned=returned,
        referral_fee=(full * (1.0 - returned)).cast(PRECISE),
        refund_fee=ibis.least(back, ibis.literal(float(fees.refund_fee_most))).cast(PRECISE),
    )
    return made.drop("reimbursed")


def rate_on(day: Any, first: float, changes: dict[date, float]) -> Any:
    """The rate in force on the day: that of the last change up to it, before any the first."""
    rate = ibis.literal(float(first))
    for since, later in sorted(changes.items()):
        rate = ibis.ifelse(day >= ibis.date(since), float(later), rate)
    return rate
