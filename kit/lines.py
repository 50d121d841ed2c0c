"""Order lines: which version of a line holds, whether it counts, what of it was refunded."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kit import contracts
from kit.exports.repeats import twins

KEY = ["order_id", "sku_id", "post_id"]
SHOP_KEY = ["order_id", "sku_id"]

# Definitions §1: the further state of a line wins over a later file.
STATE = {
    "unpaid": 0,
    "pending": 1,
    "shipped": 1,
    "completed": 2,
    "frozen": 2,
    "settled": 3,
    "ineligible": 3,
    "cancelled": 3,
}
SHOP_STATE = {"unpaid": 0, "to_ship": 1, "shipped": 2, "completed": 3, "cancelled": 4}

ACTUAL = [
    "standard_commission_actual",
    "shop_ads_commission_actual",
    "commission_base_actual",
    "cofunded_bonus_actual",
]

# More orders than this share dated over a day apart in the two order files: the day and the month
# of the affiliate file were read the wrong way round.
DAY_ORDER_SHARE = 0.01


def with_columns(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The rows with every named column, missing ones empty."""
    return rows.reindex(columns=[*rows.columns, *(n for n in names if n not in rows.columns)])


def newest_lines(versions: pd.DataFrame) -> pd.DataFrame:
    """One row per affiliate order line: its furthest state, then the file seen last.

    Printed actual amounts come before estimates, then the state of the order, then the file's
    time and name.
    """
    return _furthest(versions, [])


def states(versions: pd.DataFrame) -> pd.DataFrame:
    """One row per affiliate order line and day of download: what was known then."""
    return _furthest(versions, ["seen_on"])


def _furthest(versions: pd.DataFrame, also: list[str]) -> pd.DataFrame:
    if not twins(versions[[*KEY, *also]]).any():
        return versions.copy(deep=False)
    ranked = versions.assign(
        _actual=versions[ACTUAL].notna().any(axis=1),
        _state=versions["status"].map(STATE).fillna(STATE["pending"]),
    ).sort_values(["_actual", "_state", "file_order", "row"], kind="stable")
    newest = ranked.drop_duplicates([*KEY, *also], keep="last")
    return newest.drop(columns=["_actual", "_state"]).reset_index(drop=True)


def newest_shop_lines(versions: pd.DataFrame) -> pd.DataFrame:
    """One row per shop order line, in its furthest state, whole-order money on its first line.

    Adds `is_sample`: every line of the order has a subtotal before discount of 0. The order's
    amount, refund and tax stand on each line of the file; here once, on the order's first line.
    """
    # One SKU may stand on two lines of an order (a paid one and a gift): the n-th line of a file
    # is the n-th of the next.
    nth = versions.groupby(["file_order", *SHOP_KEY], dropna=False).cumcount()
    state = versions["status"].map(SHOP_STATE).fillna(SHOP_STATE["to_ship"])
    ranked = versions.assign(_state=state, _nth=nth)
    ranked = ranked.sort_values(["_state", "file_order", "row"], kind="stable")
    lines = ranked.drop_duplicates([*SHOP_KEY, "_nth"], keep="last")
    lines = lines.drop(columns=["_state", "_nth"])
    lines = lines.sort_values(["order_id", "file_order", "row"]).reset_index(drop=True)
    orders = lines.groupby("order_id", sort=False)
    later = orders.cumcount() > 0
    for name in ("order_amount", "refunded_amount", "tax"):
        lines[name] = orders[name].transform("first").mask(later)
    lines["is_sample"] = (lines["gmv"].eq(0)).groupby(lines["order_id"]).transform("all")
    return lines


def counts(lines: pd.DataFrame, shop: pd.DataFrame) -> pd.Series:
    """Whether a line counts: neither unpaid nor cancelled.

    Unpaid: the status says so, or no payment time (where the file has that column). Cancelled:
    the status says so; ineligible and never delivered; or the shop orders have its order as
    cancelled (of an order only partly cancelled, the cancelled SKUs).
    """
    unpaid = (lines["status"] == "unpaid") | (lines["paid_at"].isna() & lines["paid_known"])
    cancelled = (lines["status"] == "cancelled") | (
        (lines["status"] == "ineligible") & lines["delivered_at"].isna()
    )
    return ~(unpaid | cancelled | _cancelled_in_shop(lines, shop))


def counted_then(versions: pd.DataFrame, shop_versions: pd.DataFrame) -> pd.Series:
    """`counts` of each state of a line with what the shop files showed as cancelled by then."""
    alone = counts(versions, shop_versions.head(0))
    gone = shop_versions[shop_versions["status"] == "cancelled"]
    by_sku = gone.groupby(SHOP_KEY, dropna=False)["seen_on"].min().rename("sku_gone_on")
    touched = shop_versions.loc[shop_versions["order_id"].isin(gone["order_id"]), SHOP_KEY]
    every = touched.drop_duplicates().merge(by_sku.reset_index(), on=SHOP_KEY, how="left")
    each = every.groupby("order_id")["sku_gone_on"]
    whole = each.max().where(each.count() == each.size()).rename("order_gone_on")
    known = versions[[*SHOP_KEY, "seen_on"]].merge(by_sku.reset_index(), on=SHOP_KEY, how="left")
    known = known.merge(whole.reset_index(), on="order_id", how="left")
    then = known["seen_on"]
    cancelled = (known["sku_gone_on"] <= then) | (known["order_gone_on"] <= then)
    return alone & ~cancelled.to_numpy(bool)


def _cancelled_in_shop(lines: pd.DataFrame, shop: pd.DataFrame) -> pd.Series:
    gone = shop["status"] == "cancelled"
    if not gone.any():
        return pd.Series(False, index=lines.index)
    whole = gone.groupby(shop["order_id"]).all()
    orders = set(whole[whole].index)
    skus = pd.MultiIndex.from_frame(shop.loc[gone, SHOP_KEY])
    own = pd.MultiIndex.from_frame(lines[SHOP_KEY]).isin(skus)
    return lines["order_id"].isin(orders) | own


def refunded_amount(lines: pd.DataFrame, shop: pd.DataFrame) -> pd.Series:
    """Money of each line that went back, before tax and shipping, to the cent (half up).

    The payment amount where fully returned or refunded; else payment amount × returned quantity ÷
    quantity of the same order and SKU in the shop orders; else 0; never above the payment amount.
    """
    totals = shop.groupby(SHOP_KEY, dropna=False)[["returned_quantity", "quantity"]].sum()
    if totals.empty:
        nothing = pd.DataFrame({"returned_quantity": 0, "quantity": 0}, index=lines.index)
        return _refunded(lines, nothing)
    return _refunded(lines, lines[SHOP_KEY].merge(totals, on=SHOP_KEY, how="left"))


def _refunded(lines: pd.DataFrame, shop: pd.DataFrame) -> pd.Series:
    """The same from the `returned_quantity` and `quantity` of each line, in cents."""
    quantity = shop["quantity"].astype("Float64").to_numpy(float, na_value=0.0)
    returned = shop["returned_quantity"].astype("Float64").to_numpy(float, na_value=0.0)
    cents = np.rint(lines["gmv"].astype("float64").to_numpy() * 100)
    returned = np.where(quantity > 0, np.minimum(returned, quantity), 0.0)
    quantity = np.where(quantity > 0, quantity, 1.0)
    part = np.floor((2 * cents * returned + quantity) / (2 * quantity))
    full = lines["fully_refunded"].astype("boolean").fillna(False).to_numpy(bool)
    return pd.Series(np.where(full, cents, np.minimum(part, cents)) / 100, index=lines.index)


def refunded_then(versions: pd.DataFrame, shop_versions: pd.DataFrame) -> pd.Series:
    """`refunded_amount` of each state of a line with the returns the shop files showed by then."""
    returns = shop_versions[shop_versions["returned_quantity"].fillna(0) > 0]
    newest = returns.groupby([*SHOP_KEY, "seen_on"], dropna=False)["file_order"].transform("max")
    shown = returns[returns["file_order"] == newest]
    sums = shown.groupby([*SHOP_KEY, "seen_on"], dropna=False)[["returned_quantity", "quantity"]]
    by_day = sums.sum().reset_index().sort_values("seen_on")
    if by_day.empty:
        return refunded_amount(versions, shop_versions.head(0))
    dated = versions[[*SHOP_KEY, "seen_on"]].reset_index(names="_row").sort_values("seen_on")
    then = pd.merge_asof(dated, by_day, on="seen_on", by=SHOP_KEY).set_index("_row")
    return _refunded(versions, then.loc[versions.index])


def buyers(lines: pd.DataFrame, shop: pd.DataFrame) -> pd.Series:
    """The buyer of each line's order, from the shop orders; missing where they lack the order."""
    known = shop.dropna(subset=["buyer_key"]).drop_duplicates("order_id")
    return contracts.look_up(lines["order_id"], known.set_index("order_id")["buyer_key"])


def misread_days(lines: pd.DataFrame, shop: pd.DataFrame, zone: str) -> dict[str, str]:
    """Affiliate files whose dates contradict the shop orders: file → message.

    The date of one order must agree within a day; a file in which over 1% of the shared orders
    disagree has had its day and month read the wrong way round.
    """
    own = lines.drop_duplicates(["file", "order_id"])[["file", "order_id", "ordered_at"]]
    other = shop.groupby("order_id")["ordered_at"].min().rename("shop_ordered_at")
    both = own.merge(other, left_on="order_id", right_index=True)
    if both.empty:
        return {}
    both["apart"] = (
        local_days(both["ordered_at"], zone) - local_days(both["shop_ordered_at"], zone)
    ).abs()
    both["apart"] = both["apart"] > pd.Timedelta(days=1)
    found = {}
    for file, shared in both.groupby("file", sort=True):
        if shared["apart"].mean() > DAY_ORDER_SHARE:
            one = shared[shared["apart"]].iloc[0]
            found[str(file)] = (
                f"{file}: {shared['apart'].sum()} of {len(shared)} orders are dated over a day "
                f"away from the shop orders (order {one['order_id']}: "
                f"{_day(one['ordered_at'], zone)} here, "
                f"{_day(one['shop_ordered_at'], zone)} there). "
                'Day and month look swapped: write affiliate_orders = "day first" (or "month '
                'first") under [date_order] in client.toml, or export the file again.'
            )
    return found


def local_days(moments: pd.Series, zone: str) -> pd.Series:
    """The calendar day of each UTC time in a zone, as a naive midnight."""
    return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def _day(moment: pd.Timestamp, zone: str) -> date:
    return moment.tz_convert(zone).date()


def orders_table(versions: pd.DataFrame, shop: pd.DataFrame) -> pd.DataFrame:
    """One row per affiliate order line, counting or not, ready for `contracts.Orders`."""
    if versions.empty:
        return contracts.empty(contracts.Orders)
    lines = newest_lines(versions)
    return lines.assign(
        counts=counts(lines, shop),
        refunded_amount=refunded_amount(lines, shop),
        buyer_key=buyers(lines, shop),
    )[list(contracts.Orders.columns)]


def versions_table(versions: pd.DataFrame, shop_versions: pd.DataFrame) -> pd.DataFrame:
    """One row per line and day of download, ready for `contracts.OrderVersions`."""
    if versions.empty:
        return contracts.empty(contracts.OrderVersions)
    seen = states(versions)
    seen["refunded_amount"] = refunded_then(seen, shop_versions)
    seen["counts"] = counted_then(seen, shop_versions)
    return seen[list(contracts.OrderVersions.columns)]
