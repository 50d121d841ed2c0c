"""The sample's order downloads: the creators' lines and the whole shop's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kit.demo.sales import Line, Order
from kit.demo.sheets import Row, plain, short, write_csv, write_xlsx
from kit.demo.states import (
    Download,
    affiliate_state,
    returned_by,
    shop_status,
    shows,
)
from kit.demo.story import stream
from kit.demo.windows import printed_handle

AFFILIATE_COLUMNS = (
    "Order ID|Product ID|Product Name|SKU ID|Price|Payment Amount|Currency|Quantity|"
    "Fully returned or refunded|Payment method|Order Status|Creator Username|Content Type|"
    "Content ID|commission model|Standard commission rate|Est. Commission Base|"
    "Est. standard commission payment|Actual Commission Base|Actual Commission Payment|"
    "Shop Ads commission rate|Est. Shop Ads commission payment|"
    "Actual Shop Ads commission payment|Est. co-funded creator bonus|"
    "Actual co-funded creator bonus|Time Created|Payment time|Order Delivery Time|"
    "Time Commission Paid|Platform"
).split("|")
SHOP_COLUMNS = (
    "Order ID|Order Status|Order Substatus|Cancelation/Return Type|Normal or Pre-order|SKU ID|"
    "Seller SKU|Product ID|Product Name|Variation| Virtual Bundle Seller SKU|Quantity|"
    "Sku Quantity of return|SKU Unit Original Price|SKU Subtotal Before Discount|"
    "SKU Platform Discount|SKU Seller Discount|SKU Subtotal After Discount|"
    "Shipping Fee After Discount|Original Shipping Fee|Shipping Fee Seller Discount|"
    "Co-Funded Shipping Fee Discount|Shipping Fee Platform Discount|Payment platform discount|"
    "Retail Delivery Fee|Taxes|Order Amount|Order Refund Amount|Created Time|Paid Time|RTS Time|"
    "Shipped Time|Delivered Time|Cancelled Time|Cancel By|Cancel Reason|Fulfillment Type|"
    "Warehouse Name|Tracking ID|Delivery Option Type|Delivery Option|Shipping Provider Name|"
    "Buyer Message|Buyer Nickname|Buyer Username|Recipient|Phone #|Country|State|City|Zipcode|"
    "Address Line 1|Address Line 2|Delivery Instruction|Payment Method|Weight(kg)|"
    "Product Category|Package ID|Seller Note|Shipping Information|Combined Listing|"
    "Order Channel|Creator Handle"
).split("|")
XLSX_AFFILIATE_WEEKS = (4, 7, 10, 13, 16, 19, 22, 25, 28)
XLSX_SHOP_WEEKS = (5, 9, 13, 17)


def write_orders(folder: Path, download: Download, seed: int, orders: list[Order]) -> None:
    """The affiliate orders and the shop orders of one Wednesday, in that Wednesday's state."""
    number = stream(seed, "file number", download.week).randrange(10**16, 9 * 10**16)
    name = f"affiliate_orders_76{number}"
    rows: list[Row] = [AFFILIATE_COLUMNS, *affiliate_rows(download, orders)]
    if download.week in XLSX_AFFILIATE_WEEKS:
        write_xlsx(folder / f"{name}.xlsx", rows, download.at)
    else:
        write_csv(folder / f"{name}.csv", rows, download.at)
    _write_shop(folder, download, orders)


def affiliate_rows(download: Download, orders: list[Order]) -> Iterator[Row]:
    """Creators' lines paid in the download's days; newest first, as the page shows them."""
    for order in reversed(orders):
        day = (order.paid_at or order.created_at).date()
        if download.affiliate_from <= day <= download.last_day:
            for line in order.lines:
                if line.creator and shows(line, download):
                    yield _affiliate_row(line, download.at)


def _affiliate_row(line: Line, at: datetime) -> Row:
    assert line.creator
    order, state = line.order, affiliate_state(line, at)
    percent = f"{line.rate / 100:g}%"
    return [
        order.order_id,
        line.product.product_id,
        f"{line.product.name} {line.sku.variation}",
        line.sku.sku_id,
        plain(line.sku.price),
        plain(line.gmv),
        "USD",
        str(line.quantity),
        "Yes" if state.fully_refunded else "No",
        order.payment,
        state.status,
        printed_handle(line.creator, at.date()),
        line.content_type,
        line.post.post_id if line.post else "",
        "fixed commission",
        "" if line.through_ads else percent,
        _money(state.base_estimated),
        _money(state.standard_estimated),
        _money(state.base_actual),
        _money(state.standard_actual),
        percent if line.through_ads else "",
        _money(state.ads_estimated),
        _money(state.ads_actual),
        _money(state.bonus_estimated),
        _money(state.bonus_actual),
        _day_first(order.created_at),
        _day_first(order.paid_at),
        _day_first(state.delivered_at),
        _day_first(state.commission_paid_at),
        "TTS",
    ]


def _money(cents: int | None) -> str:
    return "" if cents is None else plain(cents)


def _day_first(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}" if moment else ""


def _write_shop(folder: Path, download: Download, orders: list[Order]) -> None:
    name = f"All order-{download.at:%Y-%m-%d-%H_%M}"
    rows = list(shop_rows(download, orders))
    if download.week in XLSX_SHOP_WEEKS:
        words = [f"In words: what the platform counts under {c.strip()}." for c in SHOP_COLUMNS]
        words[0] = "Platform unique order ID."
        bare = [[cell.rstrip("\t") for cell in row] for row in rows]
        table = [SHOP_COLUMNS, words, *bare]
        write_xlsx(folder / f"{name}.xlsx", table, download.at, "OrderSKUList")
    else:
        write_csv(folder / f"{name}.csv", [SHOP_COLUMNS, *rows], download.at)


def shop_rows(download: Download, orders: list[Order]) -> Iterator[list[str]]:
    """Every order line of the shop created in the download's days, samples too."""
    for order in reversed(orders):
        if download.shop_from <= order.created_at.date() <= download.last_day:
            for line in order.lines:
                yield _shop_row(line, download.at)


def _shop_row(line: Line, at: datetime) -> list[str]:
    order = line.order
    status, substatus = shop_status(order, at)
    cancelled = status == "Canceled"
    returned = returned_by(line, at)
    shipped = order.created_at + timedelta(hours=26)
    before = 0 if order.is_sample else line.quantity * line.sku.price
    platform = 0 if order.is_sample else line.platform_discount
    handle = printed_handle(line.creator, at.date()) if line.creator else ""
    moving = status in ("Completed", "Shipped")
    return [
        order.order_id + "\t",
        status,
        substatus,
        "Cancel" if cancelled else "Return/Refund" if returned else "",
        "Normal",
        line.sku.sku_id + "\t",
        line.sku.seller_sku,
        line.product.product_id + "\t",
        line.product.name,
        line.sku.variation,
        "",
        str(line.quantity),
        str(returned),
        short(0 if order.is_sample else line.sku.price),
        short(before),
        short(platform),
        short(line.seller_discount),
        short(before - platform - line.seller_discount),
        short(order.shipping),
        "4.99",
        "0",
        "0",
        short(499 - order.shipping),
        "0",
        "0",
        short(0 if order.is_sample else order.tax),
        short(0 if order.is_sample else order.amount),
        _refund(order, at),
        _month_first(order.created_at),
        _month_first(order.paid_at),
        _month_first(shipped - timedelta(hours=6)) if moving else "",
        _month_first(shipped) if moving else "",
        _month_first(order.delivered_at) if status == "Completed" else "",
        _month_first(_cancelled_at(order)) if cancelled else "",
        "User" if cancelled and order.paid_at else "System" if cancelled else "",
        "No longer needed" if cancelled and order.paid_at else "Unpaid" if cancelled else "",
        "Fulfillment by seller",
        "",
        f"DEMO{order.order_id[-6:]}\t" if moving else "",
        "",
        "Standard shipping",
        "",
        "",
        "demo buyer",
        order.buyer,
        "D*** B***",
        "(+1)***-***-0100",
        "United States",
        "Demo State",
        "Demo City",
        "00000\t",
        "1 Demo Street",
        "",
        "",
        order.payment,
        f"{line.product.weight * line.quantity:g}",
        "Beauty & Personal Care",
        "",
        "",
        "",
        "",
        order.channel,
        handle,
    ]


def _cancelled_at(order: Order) -> datetime:
    return order.cancelled_at or order.created_at + timedelta(hours=48)


def _refund(order: Order, at: datetime) -> str:
    """Order Refund Amount: with tax and shipping, and once per order though on every line."""
    if order.is_sample or order.paid_at is None:
        return ""
    if order.cancelled_at and order.cancelled_at <= at:
        return short(order.amount)
    back = sum(line.base * returned_by(line, at) // line.quantity for line in order.lines)
    if not back:
        return ""
    if all(returned_by(line, at) == line.quantity for line in order.lines):
        return short(order.amount)
    return short(back + round(order.tax * back / order.subtotal))


def _month_first(moment: datetime | None) -> str:
    """US time with AM and PM, no leading zero of the hour, and the tab the file ends it with."""
    if moment is None:
        return ""
    hour = moment.hour % 12 or 12
    return f"{moment:%m/%d/%Y} {hour}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}\t"
