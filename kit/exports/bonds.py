"""The relations of each kind of export. What each column means: `headers.toml` and the platform."""

from __future__ import annotations

from .figures import Relation, Trust
from .likeness import (
    belongs,
    gone_with_refund,
    id_shape,
    known_word,
    made,
    named_in,
    one_word,
    printed,
    refund_has_reason,
    shaped,
    status_allows,
)
from .relations import (
    SLACK,
    at_most,
    counted,
    filled,
    needs,
    not_far_from,
    positive,
    product,
    prompt,
    quotient,
    share,
    shares,
    soon,
    together,
    total,
    within,
)

EXACT, USUAL, LEARNED, BULK, WITNESS = Trust


# A line whose commission is decided; before that only estimates are printed.
_DECIDED = frozenset({"settled", "paid", "ineligible", "frozen", "completed", "cancelled"})
_HANDLE = r"@?[\w.\-]{1,40}"  # a username has no spaces, whatever the language
_BUYER = r"[\w.*]+"

_ORDER_VALUE = quotient("average_order_value", "gmv", "orders", EXACT)
_ITEMS = at_most("orders", "items_sold", EXACT)
_REFUNDS = together("refunded_amount", "items_refunded", LEARNED)
_CLICK_RATE = quotient("click_through_rate_reported", "clicks", "impressions", USUAL)
_MAKER = (
    shaped("handle", _HANDLE, "holds usernames, which have no spaces", WITNESS),
    one_word("handle", "holds usernames, which have no spaces"),
)


def _before(early: str, late: str, trust: Trust = USUAL) -> Relation:
    return at_most(early, late, trust, SLACK)


def _actual(amount: str) -> Relation:
    return status_allows(amount, "affiliate_status", _DECIDED, LEARNED)


_AFFILIATE = (
    product(
        "standard_commission_estimated",
        "standard_commission_rate",
        "commission_base_estimated",
        LEARNED,
    ),
    product(
        "shop_ads_commission_estimated",
        "shop_ads_commission_rate",
        "commission_base_estimated",
        LEARNED,
    ),
    needs("standard_commission_estimated", "standard_commission_rate", LEARNED),
    needs("shop_ads_commission_estimated", "shop_ads_commission_rate", LEARNED),
    needs("standard_commission_actual", "standard_commission_rate", LEARNED),
    needs("shop_ads_commission_actual", "shop_ads_commission_rate", LEARNED),
    *(
        _actual(name)
        for name in (
            "commission_base_actual",
            "standard_commission_actual",
            "shop_ads_commission_actual",
            "cofunded_bonus_actual",
        )
    ),
    _before("ordered_at", "paid_at"),
    soon("ordered_at", "paid_at"),
    _before("ordered_at", "delivered_at"),
    _before("paid_at", "delivered_at", LEARNED),  # cash on delivery is paid at the door
    _before("delivered_at", "commission_paid_at"),
    product(
        "standard_commission_actual", "standard_commission_rate", "commission_base_actual", LEARNED
    ),
    product(
        "shop_ads_commission_actual", "shop_ads_commission_rate", "commission_base_actual", LEARNED
    ),
    within("gmv", "unit_price", 2.0, LEARNED, by="quantity"),  # with room for tax and shipping
    within("gmv", "unit_price", 1.02, WITNESS, by="quantity"),
    not_far_from("gmv", "unit_price", "quantity"),
    gone_with_refund("fully_refunded", "commission_base_actual"),
    within("commission_base_estimated", "gmv", 3.0, LEARNED),
    within("commission_base_estimated", "gmv", 1.0, WITNESS),
    *(positive(name) for name in ("gmv", "commission_base_estimated", "commission_base_actual")),
    filled("quantity", zero=False),
    _actual("commission_paid_at"),
    prompt("ordered_at", "paid_at"),
    known_word("status", "affiliate_status"),
    shaped("commission_model", r"[^\W\d_]+(\s[^\W\d_]+)+", "is a phrase", WITNESS),
    shaped("currency", r"[A-Z]{3}", "is a currency", BULK),
    belongs("post_id", "content_type", "a {post_id} is of one {content_type}", WITNESS),
    known_word("content_type", "content_type"),
    known_word("fully_refunded", "yes_no"),
    shaped("platform", r"(?i)tts|tiktok.*|tokopedia", "names the platform", WITNESS),
    *_MAKER,
    *(id_shape(name) for name in ("order_id", "product_id", "sku_id", "post_id")),
    belongs("order_id", "ordered_at", "all lines of an {order_id} have one {ordered_at}"),
    belongs("sku_id", "product_id", "an {sku_id} belongs to one {product_id}"),
    belongs("post_id", "handle", "a {post_id} belongs to one {handle}"),
)

_SHOP = (
    total("line_revenue", ("gmv",), ("platform_discount", "seller_discount")),
    at_most("line_revenue", "order_amount", LEARNED),
    at_most("returned_quantity", "quantity", EXACT),
    at_most("order_refunded_amount", "order_amount", EXACT),
    needs("order_refunded_amount", "order_amount", LEARNED),
    at_most("tax", "order_amount", LEARNED),
    _before("ordered_at", "paid_at"),
    soon("ordered_at", "paid_at"),
    _before("ordered_at", "shipped_at"),
    _before("ordered_at", "delivered_at"),
    _before("ordered_at", "cancelled_at"),
    _before("shipped_at", "delivered_at"),
    _before("paid_at", "shipped_at", LEARNED),
    product("gmv", "unit_price", "quantity", LEARNED),
    filled("quantity", zero=False),
    *(
        filled(name)
        for name in (
            "returned_quantity",
            "platform_discount",
            "seller_discount",
            "line_revenue",
            "order_amount",
        )
    ),
    *(positive(name) for name in ("gmv", "order_refunded_amount", "platform_discount")),
    needs("returned_quantity", "order_refunded_amount", WITNESS),
    refund_has_reason("order_refunded_amount", "returned_quantity", "status"),
    at_most("platform_discount", "line_revenue", WITNESS),
    at_most("seller_discount", "line_revenue", WITNESS),
    printed("buyer_key"),
    prompt("ordered_at", "paid_at"),
    status_allows("cancelled_at", "shop_status", frozenset({"cancelled"}), LEARNED),
    status_allows("delivered_at", "shop_status", frozenset({"completed"}), LEARNED),
    shaped("buyer_key", _BUYER, "holds usernames, which have no spaces", USUAL),
    *(id_shape(name) for name in ("order_id", "product_id", "sku_id")),
    belongs("order_id", "ordered_at", "all lines of an {order_id} have one {ordered_at}"),
    belongs("order_id", "buyer_key", "all lines of an {order_id} have one {buyer_key}"),
    belongs("sku_id", "product_id", "an {sku_id} belongs to one {product_id}"),
)

_POST_LISTS = (
    _ORDER_VALUE,
    _ITEMS,
    _REFUNDS,
    _CLICK_RATE,
    *(positive(name) for name in ("gmv", "refunded_amount")),
    *_MAKER,
    id_shape("post_id"),
    id_shape("product_id"),
    belongs("post_id", "handle", "a {post_id} belongs to one {handle}"),
    belongs("post_id", "published_at", "a {post_id} has one {published_at}"),
)

RELATIONS: dict[str, tuple[Relation, ...]] = {
    "affiliate_orders": _AFFILIATE,
    "shop_orders": _SHOP,
    "video_data": (
        *_POST_LISTS,
        quotient("gmv_per_thousand_views_reported", "gmv", "views", USUAL, 1000),
        shares("engagement_rate_reported", ("likes", "comments", "shares"), "views"),
        shaped("link", r"https?://.*", "holds links", BULK),
        named_in("post_id", "link", USUAL),
        named_in("handle", "link", BULK),
        made("post_id", "published_at"),
    ),
    "live_list": (*_POST_LISTS, _before("published_at", "ended_at")),
    "video_list": (
        quotient("average_order_value", "gmv", "orders", USUAL),
        *_MAKER,
        shaped("link", r"https?://.*", "holds links", BULK),
    ),
    "product_data": (_ORDER_VALUE, _ITEMS, _REFUNDS, _CLICK_RATE, id_shape("product_id")),
    "creator_data": (
        total("gmv", ("gmv_live", "gmv_video", "gmv_product_card")),
        _ORDER_VALUE,
        _ITEMS,
        _REFUNDS,
        *(positive(name) for name in ("gmv", "refunded_amount")),
        needs("gmv_live", "lives_posted", WITNESS),
        needs("gmv_video", "views", WITNESS),
        at_most("buyers", "orders", USUAL),
        at_most("products_sold", "items_sold", USUAL),
        *_MAKER,
    ),
    "creator_list": (quotient("average_order_value", "gmv", "orders", USUAL), *_MAKER),
    "gmv_max_creative": (
        quotient("cost_per_order_reported", "spend", "orders", USUAL),
        quotient("roi_reported", "revenue", "spend", USUAL),
        _CLICK_RATE,
        counted("conversion_rate_reported", "clicks"),
        *(positive(name) for name in ("spend", "revenue")),
        *(filled(name, USUAL) for name in ("spend", "revenue", "orders", "impressions", "clicks")),
        *(share(f"view_rate_{part}") for part in ("2s", "6s", "p25", "p50", "p75", "p100")),
        needs("view_rate_2s", "spend", WITNESS),
        needs("view_rate_6s", "spend", WITNESS),
        shaped("currency", r"[A-Z]{3}", "is a currency", BULK),
        printed("currency", USUAL),  # with delivery or without
        known_word("delivery_status", "ad_status"),
        known_word("authorisation", "ad_authorisation"),
        known_word("creative_type", "creative_type"),
        at_most("view_rate_6s", "view_rate_2s", USUAL),
        at_most("view_rate_p50", "view_rate_p25", USUAL),
        at_most("view_rate_p75", "view_rate_p50", USUAL),
        at_most("view_rate_p100", "view_rate_p75", USUAL),
        *(id_shape(name) for name in ("campaign_id", "product_id", "post_id")),
    ),
    "ads_manager": (
        at_most("views_6s", "views_2s", EXACT),
        at_most("views_2s", "views", EXACT),
        at_most("clicks", "impressions", BULK),
    ),
}
