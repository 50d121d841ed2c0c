"""Damages that leave a file which could be true, each with the reason; and what a client tells."""

from __future__ import annotations

import re

from tests.broken_exports.damages import Variant


def entry(variant: Variant) -> str | None:
    """The pattern under which a damaged file that nothing tells from a true one is listed."""
    return next((what for what in REASONS if re.fullmatch(what, variant.label)), None)


def reason(variant: Variant) -> str | None:
    """Why it cannot be told from a true one."""
    what = entry(variant)
    return REASONS[what] if what else None


def is_told(variant: Variant) -> bool:
    """Whether its client's other files tell of it, as the whole bench makes sure of."""
    return any(re.fullmatch(what, variant.label) for what in TOLD)


# Patterns of "kind: damage: on" of which no file by itself tells, and its client does.
TOLD = (
    # kit.vanished: lines of older downloads that are gone, a first day that is torn; missing days
    r"(affiliate_orders|shop_orders): rows cut: (first half|last half|every second)",
    r"affiliate_orders: column (slipped by a row|sorted alone): order_id",
    # kit.retold: what cannot change between two downloads
    r"affiliate_orders: column slipped by a row: (delivered_at|commission_paid_at)",
    r"affiliate_orders: column sorted alone: (quantity|commission_paid_at)",
    r"shop_orders: column slipped by a row: buyer_key",
    r"shop_orders: column sorted alone: order_id",
    r"shop_orders: headers exchanged: platform_discount and seller_discount",
    r"video_data: column (slipped by a row|sorted alone): (caption|product_id)",
    # readiness.reconcile: creators' own order lines, the videos of the same days
    r"affiliate_orders: ids rounded: sku_id to 15 digits",
    r"creator_data: column (slipped by a row|sorted alone): handle",
    r"creator_data: rows cut: (first half|every second)",
    r"video_data: rows cut: (first half|last half|last tenth|every second)",
    # the week so named has two lists or a strange one, and the file's own has none
    r".*: window in the name: "
    r"(a week before|a week later|four weeks before|one day|two weeks long)",
    r"creator_data: headers exchanged: gmv_video and gmv_product_card",
)

_ONCE = "is printed once, and no other column or file depends on it"

# Pattern of "kind: damage: on" → why a true file could look just so.
REASONS = {
    # Rows that are not there, where neither older downloads nor another kind have them.
    r"(affiliate_orders|shop_orders): rows cut: (one row|last tenth)": (
        "lines ordered since the last download, or older ones that it need not reach back to: the "
        "file is as the page exports it for a day less, and no other download holds those lines"
    ),
    r"creator_data: rows cut: (last half|last tenth|one row)": (
        "the platform sorts the list by sales and ends it with creators who sold nothing: a list "
        "without some of those has the same sums"
    ),
    r"video_data: rows cut: one row": (
        "a video without sales: its list has the same sums without it, and nothing else says how "
        "many videos had views that week"
    ),
    r"(live_list|gmv_max_creative): rows cut: .*": (
        "no other export counts ads, and of LIVEs without orders none tells: a week with fewer "
        "of them looks just so"
    ),
    r".*: truncated: csv at the end of a row": (
        "cut behind a whole row, line break and all, the file ends as a whole one does: what is "
        "lost is rows, as above"
    ),
    # Figures and words that are printed once.
    r"(creator_data|video_data|live_list): (one figure changed|a column of figures changed|"
    r"column slipped by a row|column sorted alone): refunded_amount.*": (
        f"Refunds of a creator or post {_ONCE}: they are of orders of any week, so that they may "
        "stand without GMV, above it or not at all"
    ),
    r"live_list: headers exchanged: refunded_amount and commission_estimated": (
        "two amounts of two LIVEs, each of which may be larger"
    ),
    r"video_data: one figure changed: views (blank|zero|× 100|÷ 10)": (
        "a video without sales, whose GPM is 0 and whose reactions are too few to fit no other "
        f"count: its views {_ONCE.split(',')[0]}"
    ),
    r"gmv_max_creative: (one figure changed|a column of figures changed): "
    r"view_rate_(2s|6s) (blank|zero|÷ 10)": (
        "an ad's view rates have no counts beside them in the file; only their order is known "
        "(2 s above 6 s, first quarter above the half), and this keeps it"
    ),
    r"gmv_max_creative: headers exchanged: view_rate_(2s|6s) and view_rate_p(25|50)": (
        "which of the two is larger depends on the length of the video, which no file prints"
    ),
    r"gmv_max_creative: column slipped by a row: view_rate_(2s|6s)": (
        "rates without counts, in the order that such rates have"
    ),
    r"gmv_max_creative: column (slipped by a row|sorted alone): "
    r"(delivery_status|authorisation|product_id|post_id)": (
        f"whose ad it is {_ONCE}: every one of these words and ids is a genuine one"
    ),
    r"shop_orders: (one figure changed|a column of figures changed): "
    r"(order_refunded_amount|returned_quantity) (blank|zero|÷ 10)": (
        "pieces come back before the money is returned and money is returned without pieces, and "
        "no older download had shown this return"
    ),
    r"shop_orders: one figure changed: quantity.*": (
        "an order without a price, as samples are: no sum of the file rests on its quantity"
    ),
    r"shop_orders: column (slipped by a row|sorted alone): cancelled_at": (
        "fewer than twenty of its orders were cancelled: too few to know of this file that a "
        "cancellation time stands with the word Cancelled alone, as it need not everywhere"
    ),
    r"affiliate_orders: (one figure changed|column sorted alone): quantity.*": (
        "a line new since the download before: price × quantity is an upper bound of what is "
        "paid, not its equal, since discounts are taken off"
    ),
    r"affiliate_orders: (column slipped by a row|column sorted alone|a column of figures changed): "
    r"shop_ads_commission_actual.*": (
        "fewer than three lines with a Shop Ads commission have settled in these downloads, too "
        "few to know the rate that they should show"
    ),
    r"affiliate_orders: headers exchanged: shop_ads_commission_actual and "
    r"cofunded_bonus_(actual|estimated)": (
        "the same: fewer than three such lines have settled, and a bonus may be of any amount"
    ),
    r"(affiliate_orders|shop_orders): date order changed: all times of one row": (
        "a line new since the download before, whose times all agree with one another"
    ),
    r"affiliate_orders: date order changed: commission_paid_at, days to the 12th only": (
        "a commission may be paid in any month after delivery, and no day above the 12th is left "
        "that would show which is day and which is month"
    ),
    r"(video_data|live_list): headers exchanged: caption and product_name": (
        "free text on both sides, shown and never counted"
    ),
    r"live_list: column (slipped by a row|sorted alone): (caption|product_id|handle|post_id)": (
        "a list of one or two LIVEs: to exchange two of them breaks no pattern"
    ),
    # Ids.
    r".*: ids rounded: one (order_id|post_id|product_id|sku_id) to 15 digits": (
        "one genuine id of 19 digits in ten thousand ends in four zeros, and this one stands in no "
        "other file"
    ),
    r"(video_data|live_list|gmv_max_creative): ids rounded: product_id to 15 digits": (
        "all rows are of one and the same id, which could be that one in ten thousand"
    ),
    # Currencies of ads.
    r"gmv_max_creative: currency mixed: (one code|all codes)": (
        "an ad account may bill in another currency than the shop: each row keeps its own, and no "
        "sum mixes them"
    ),
}
