"""Refunds that exceed what was sold: they count as the whole of it, and are said by row."""

from __future__ import annotations

import pandas as pd

NAMED = 3


def sentences(shop_orders: pd.DataFrame) -> list[str]:
    """What a person should know of refunds above their order; none where there are none.

    `shop_orders` has one row per shop order line (`contracts.ShopOrders`). More units returned than
    sold count as all of them. An order's refund above its amount counts in no figure, since refunds
    are worked out of the returned units (definitions §1); it is said since one of the two is wrong.
    """
    returned, sold = shop_orders["returned_quantity"], shop_orders["quantity"]
    units = shop_orders[(returned > sold).fillna(False).astype(bool)]
    back, amount = shop_orders["refunded_amount"], shop_orders["order_amount"]
    money = shop_orders[(back > amount + 0.005).fillna(False).astype(bool)]
    found = []
    if len(units):
        row = units.iloc[0]
        found.append(
            f"{_where(units)}: more units returned than sold (order {row['order_id']}: "
            f"{row['returned_quantity']} of {row['quantity']}). Counted as all of them. Look the "
            "order up in Seller Center, and export the file again if the file is wrong."
        )
    if len(money):
        row = money.iloc[0]
        found.append(
            f"{_where(money)}: refunded more than the order came to (order {row['order_id']}: "
            f"{row['refunded_amount']:,.2f} of {row['order_amount']:,.2f}). No figure counts more "
            "than the payment as refunded. Look the order up in Seller Center."
        )
    return found


def _where(rows: pd.DataFrame) -> str:
    named = [f"{row.file} row {row.row}" for row in rows.head(NAMED).itertuples()]
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ", ".join(named) + more
