"""What each kind of export is: its telling headers, its columns and their types.

Column names are the canonical ones of `headers.toml`. A kind's `signs` recognise it, its
`required` columns must be there too, a broken value in a `used` column sets the row aside, and
a broken value anywhere else becomes missing and is only noted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of export; every name in it is a canonical column name."""

    name: str
    title: str
    signs: tuple[str, ...]
    required: tuple[str, ...]
    used: tuple[str, ...]
    needed: tuple[str, ...]  # a row without one of these is set aside
    key: tuple[str, ...]  # two rows with one key and other figures refuse the file
    money: str  # the row's main money, reported when a row is set aside
    windowed: bool = True
    orders: str | None = "orders"  # the count that must not stand beside a GMV of 0
    product_lists: bool = False  # several product ids per post, in one cell or in several rows
    ads: bool = False  # times in the ad account's zone, money with a plain decimal dot


_LIST_MONEY = ("gmv", "refunded_amount")

KIND_LIST = (
    Kind(
        "gmv_max_creative",
        "GMV Max creative",
        signs=("view_rate_2s", "revenue"),
        required=("post_id", "orders"),
        used=("post_id", "product_id", "spend", "revenue", "orders", "impressions", "clicks")
        + ("view_rate_2s", "view_rate_6s"),
        needed=("date",),  # where the file has days at all: the API's report does
        key=(),
        money="spend",
        ads=True,
    ),
    Kind(
        "affiliate_orders",
        "affiliate orders",
        signs=("order_id", "handle", "status", "standard_commission_estimated"),
        required=("product_id", "sku_id", "gmv", "currency", "quantity", "content_type")
        + ("post_id", "standard_commission_actual", "shop_ads_commission_estimated")
        + ("shop_ads_commission_actual", "ordered_at", "paid_at", "delivered_at"),
        used=("order_id", "product_id", "sku_id", "post_id", "gmv", "quantity", "fully_refunded")
        + ("standard_commission_rate", "commission_base_estimated", "commission_base_actual")
        + ("standard_commission_estimated", "standard_commission_actual")
        + ("shop_ads_commission_rate", "shop_ads_commission_estimated")
        + ("shop_ads_commission_actual", "cofunded_bonus_estimated", "cofunded_bonus_actual")
        + ("ordered_at", "paid_at", "delivered_at", "commission_paid_at"),
        needed=("order_id", "sku_id", "handle", "status", "ordered_at"),
        key=("order_id", "sku_id", "post_id"),
        money="gmv",
        windowed=False,
        orders=None,
    ),
    Kind(
        "shop_orders",
        "shop orders",
        signs=("order_id", "substatus", "gmv"),
        required=("status", "sku_id", "quantity", "returned_quantity", "ordered_at", "paid_at")
        + ("buyer_key",),
        used=("order_id", "sku_id", "product_id", "quantity", "returned_quantity", "gmv")
        + ("platform_discount", "seller_discount", "line_revenue", "tax", "order_amount")
        + ("order_refunded_amount", "ordered_at", "paid_at", "delivered_at", "cancelled_at"),
        needed=("order_id", "sku_id", "status", "gmv", "ordered_at"),
        key=(),
        money="gmv",
        windowed=False,
        orders=None,
    ),
    Kind(
        "live_list",
        "LIVE list",
        signs=("post_id", "caption", "published_at", "gmv"),
        required=("handle", "orders"),
        used=("post_id", "published_at", "product_id", "orders", "impressions", "clicks")
        + _LIST_MONEY,
        needed=("post_id", "handle"),
        key=("post_id", "product_id"),
        money="gmv",
        product_lists=True,
    ),
    Kind(
        "video_data",
        "video data",
        signs=("post_id", "orders", "gmv"),
        required=("published_at", "handle", "product_id", "clicks", "views"),
        used=("post_id", "published_at", "product_id", "orders", "views", "impressions", "clicks")
        + _LIST_MONEY,
        needed=("post_id", "handle"),
        key=("post_id", "product_id"),
        money="gmv",
        product_lists=True,
    ),
    Kind(
        "video_list",
        "Video List",
        signs=("caption", "published_at", "handle", "gmv"),
        required=("orders",),
        used=("published_at", "link", "orders", "views") + _LIST_MONEY,
        needed=("handle",),
        key=("post_id",),
        money="gmv",
    ),
    Kind(
        "product_data",
        "product data",
        signs=("product_id", "orders", "commission_estimated"),
        required=("gmv",),
        used=("product_id", "orders", "impressions", "clicks") + _LIST_MONEY,
        needed=("product_id",),
        key=("product_id",),
        money="gmv",
    ),
    Kind(
        "creator_list",
        "Creator List",
        signs=("handle", "orders", "gmv"),
        required=(),
        used=("orders", "followers") + _LIST_MONEY,
        needed=("handle",),
        key=("handle",),
        money="gmv",
    ),
    Kind(
        "creator_data",
        "creator data",
        signs=("handle", "orders", "gmv"),
        required=(),
        used=("orders", "gmv_live", "gmv_video", "gmv_product_card") + _LIST_MONEY,
        needed=("handle",),
        key=("handle",),
        money="gmv",
    ),
    Kind(
        "ads_manager",
        "Ads Manager ad report",
        signs=("ad_name", "spend", "views_2s"),
        required=(),
        used=("date", "spend", "impressions", "clicks", "views", "views_2s", "views_6s"),
        needed=("ad_name",),
        key=(),
        money="spend",
        orders=None,
        ads=True,
    ),
    Kind(
        "sample_applications",
        "sample applications",
        signs=("sample_id", "handle", "fulfilment_status"),
        required=("status", "product_id"),
        used=("sample_id", "product_id", "sku_id", "order_id"),
        needed=("sample_id", "handle"),
        key=("sample_id",),
        money="",
        windowed=False,
        orders=None,
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in KIND_LIST}

_MONEY = """
gmv gmv_all_routes gmv_live gmv_video gmv_product_card gmv_target gmv_open refunded_amount
commission_estimated flat_fee_estimated commission_target_estimated commission_open_estimated
average_order_value gmv_per_buyer gmv_per_thousand_views_reported unit_price
commission_base_estimated commission_base_actual standard_commission_estimated
standard_commission_actual shop_ads_commission_estimated shop_ads_commission_actual
cofunded_bonus_estimated cofunded_bonus_actual platform_discount seller_discount line_revenue
tax order_amount order_refunded_amount spend revenue cost_per_order_reported
"""
_COUNTS = """
orders items_sold items_refunded lives_posted videos_posted sample_posts samples_shipped
showcase_products impressions views buyers products_sold followers likes comments shares clicks
quantity returned_quantity videos_with_sales lives_with_sales creators_posting creators_selling
room_impressions viewers views_2s views_6s orders_reported
"""
_NUMBERS = """
showcase_products_daily_average buyers_daily_average creators_selling_daily_average
creators_posting_daily_average videos_with_sales_daily_average lives_with_sales_daily_average
roi_reported viewing_seconds_average
"""
_RATES = """
conversion_rate_reported click_through_rate_reported completion_rate engagement_rate_reported
view_rate_2s view_rate_6s view_rate_p25 view_rate_p50 view_rate_p75 view_rate_p100
standard_commission_rate shop_ads_commission_rate
"""
_TIMES = """
ordered_at paid_at delivered_at commission_paid_at shipped_at cancelled_at published_at ended_at
"""
_TYPES = {
    "money": _MONEY.split(),
    "count": _COUNTS.split(),
    "number": _NUMBERS.split(),
    "rate": _RATES.split(),
    "time": _TIMES.split(),
    "id": ["order_id", "sku_id", "product_id", "post_id", "campaign_id", "sample_id"],
    "day": ["date"],
    "handle": ["handle", "handle_alt", "handle_reported"],
    "flag": ["fully_refunded"],
    "buyer": ["buyer_key"],
}
TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names}


def is_of_api(file: str) -> bool:
    """Whether a file is the API's JSON, which has columns of its own."""
    return file.lower().endswith(".json")


def type_of(column: str) -> str:
    """How a canonical column is parsed: money, count, number, rate, time, day, id … or text.

    >>> type_of("gmv"), type_of("caption")
    ('money', 'text')
    """
    return TYPE_OF.get(column, "text")
