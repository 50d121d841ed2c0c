"""Clients of a few rows, written as genuine exports and ledgers: three lines per test.

Every row has the platform's own headers. What a test cares about is given by our names; the rest
has the defaults below. Nothing here imports the kit.
"""

import csv
import os
from pathlib import Path

AFFILIATE = {
    "order": ("Order ID", "5799000000000000001"),
    "product": ("Product ID", "1729000000000000201"),
    "sku": ("SKU ID", "1729000000000000301"),
    "gmv": ("Payment Amount", "20.00"),
    "currency": ("Currency", "USD"),
    "quantity": ("Quantity", "1"),
    "refunded": ("Fully returned or refunded", "No"),
    "status": ("Order Status", "Settled"),
    "handle": ("Creator Username", "mia"),
    "content": ("Content Type", "Video"),
    "post": ("Content ID", "7599000000000000101"),
    "model": ("commission model", "fixed commission"),
    "rate": ("Standard commission rate", "15%"),
    "base_est": ("Est. Commission Base", "20.00"),
    "std_est": ("Est. standard commission payment", "3.00"),
    "base_act": ("Actual Commission Base", ""),
    "std_act": ("Actual Commission Payment", ""),
    "ads_rate": ("Shop Ads commission rate", ""),
    "ads_est": ("Est. Shop Ads commission payment", ""),
    "ads_act": ("Actual Shop Ads commission payment", ""),
    "bonus_est": ("Est. co-funded creator bonus", ""),
    "bonus_act": ("Actual co-funded creator bonus", ""),
    "created": ("Time Created", "20/04/2026 12:00:00"),
    "paid": ("Payment time", "20/04/2026 12:01:00"),
    "delivered": ("Order Delivery Time", "25/04/2026 12:00:00"),
    "commission_paid": ("Time Commission Paid", ""),
    "platform": ("Platform", "TTS"),
}
SHOP = {
    "order": ("Order ID", "5799000000000000001"),
    "status": ("Order Status", "Completed"),
    "substatus": ("Order Substatus", "Delivered"),
    "sku": ("SKU ID", "1729000000000000301"),
    "product": ("Product ID", "1729000000000000201"),
    "quantity": ("Quantity", "1"),
    "returned": ("Sku Quantity of return", "0"),
    "gmv": ("SKU Subtotal Before Discount", "20.00"),
    "platform_discount": ("SKU Platform Discount", "0"),
    "seller_discount": ("SKU Seller Discount", "0"),
    "after": ("SKU Subtotal After Discount", "20.00"),
    "tax": ("Taxes", "1.60"),
    "amount": ("Order Amount", "21.60"),
    "refund": ("Order Refund Amount", ""),
    "created": ("Created Time", "04/20/2026 12:00:00 PM"),
    "paid": ("Paid Time", "04/20/2026 12:01:00 PM"),
    "delivered": ("Delivered Time", "04/25/2026 12:00:00 PM"),
    "cancelled": ("Cancelled Time", ""),
    "buyer": ("Buyer Username", "ann"),
    "name": ("Recipient", "Ann Example"),
    "phone": ("Phone #", "555-0100"),
    "method": ("Payment Method", "PayPal"),
}
VIDEO = {
    "caption": ("Video title", "A take"),
    "post": ("Video ID", "7599000000000000101"),
    "published": ("Post date", "2026-04-20"),
    "link": ("Video link", ""),
    "handle": ("Creator name", "mia"),
    "product": ("Product ID", "1729000000000000201"),
    "gmv": ("Creator video-attributed GMV", "$20.00"),
    "orders": ("Video-attributed orders", "1"),
    "refunds": ("Refunds", "$0.00"),
    "impressions": ("Video product impressions", "900"),
    "clicks": ("Video product clicks", "50"),
    "views": ("Video views", "1000"),
}
VIDEO_LIST = {
    "caption": ("Video name", "A take"),
    "link": ("Video link", "https://www.tiktok.com/@mia/video/7599000000000000101"),
    "published": ("Video post date", "2026-04-20"),
    "handle": ("Creator username", "mia"),
    "gmv": ("Affiliate shoppable video GMV", "$20.00"),
    "orders": ("Affiliate orders", "1"),
    "views": ("Shoppable video impressions", "1000"),
}
LIVE = {
    "caption": ("LIVE title", "Sunday"),
    "post": ("LIVE ID", "7599000000000000701"),
    "published": ("LIVE start time", "2026-04-20 19:00:12"),
    "ended": ("LIVE end time", "2026-04-20 20:14:55"),
    "handle": ("Creator name", "mia"),
    "product": ("Product ID", "1729000000000000201"),
    "gmv": ("Creator LIVE-attributed GMV", "$0.00"),
    "refunds": ("Refunds", "$0.00"),
    "orders": ("LIVE-attributed orders", "0"),
}
CREATOR = {
    "handle": ("Creator name", "mia"),
    "gmv": ("Creator-attributed GMV", "$20.00"),
    "live": ("Creator LIVE-attributed GMV", "$0.00"),
    "video": ("Creator video-attributed GMV", "$20.00"),
    "refunds": ("Refunds", "$0.00"),
    "orders": ("Attributed orders", "1"),
    "card": ("Affiliate product card-attributed GMV", "$0.00"),
}
CREATOR_LIST = {
    "handle": ("Creator username", "mia"),
    "gmv": ("Affiliate GMV", "$20.00"),
    "live": ("Affiliate LIVE GMV", "$0.00"),
    "video": ("Affiliate shoppable video GMV", "$20.00"),
    "card": ("Affiliate product card GMV", "$0.00"),
    "refunds": ("Affiliate refunded GMV", "$0.00"),
    "orders": ("Affiliate orders", "1"),
    "followers": ("Affiliate followers", "12000"),
}
ADS = {
    "campaign": ("Campaign name", "Serum"),
    "campaign_id": ("Campaign ID", "1799000000000000001"),
    "product": ("Product ID", "1729000000000000201"),
    "post": ("Video ID", "7599000000000000101"),
    "status": ("Status", "Delivering"),
    "authorisation": ("Authorization type", "Video code"),
    "spend": ("Cost", "12.50"),
    "orders": ("SKU orders", "2"),
    "revenue": ("Gross revenue", "40.00"),
    "impressions": ("Product ad impressions", "900"),
    "clicks": ("Product ad clicks", "30"),
    "held2": ("2-second ad video view rate", "0.3100"),
    "held6": ("6-second ad video view rate", "0.1200"),
    "currency": ("Currency", "USD"),
}
AD_REPORT = {
    "ad": ("Ad name", "Spark | mia | 7599000000000000101"),
    "day": ("By Day", "2026-04-20"),
    "spend": ("Cost", "5.00"),
    "impressions": ("Impressions", "500"),
    "clicks": ("Clicks (destination)", "10"),
    "views": ("Video views", "400"),
    "held2": ("2-second video views", "100"),
    "held6": ("6-second video views", "40"),
    "conversions": ("Conversions", "1"),
}

TOML = 'currency = "USD"\nmarket = "US"\ntime_zone = "America/Los_Angeles"\n'


def export(kind: dict, *rows: dict, without: tuple[str, ...] = ()) -> list[list[str]]:
    """A header row and one row per dict; its keys are ours, its values are printed as given."""
    used = {name: told for name, told in kind.items() if name not in without}
    for row in rows:
        assert row.keys() <= used.keys(), row.keys() - used.keys()
    header = [header for header, _ in used.values()]
    return [header, *([row.get(n, default) for n, (_, default) in used.items()] for row in rows)]


def write(path: Path, table: list[list[str]], at: float | None = None) -> Path:
    """A CSV file; `at` sets its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    if at is not None:
        os.utime(path, (at, at))
    return path


def client(home: Path, files: dict[str, list[list[str]]], toml: str = TOML, **ledgers: str) -> Path:
    """`data/acme` under `home`: `files` by path inside exports/, ledgers as text. → its folder."""
    folder = home / "data" / "acme"
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    (folder / "ledgers").mkdir(exist_ok=True)
    (folder / "client.toml").write_text(toml, encoding="utf-8")
    for name, table in files.items():
        write(folder / "exports" / name, table)
    for name, text in ledgers.items():
        (folder / "ledgers" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
