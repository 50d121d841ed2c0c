"""Damages that leave a file which could be true, each with the reason; and what gates withhold."""

from __future__ import annotations

import re

from tests.broken_exports.damages import Variant


def reason(variant: Variant) -> str | None:
    """Why a damaged file cannot be told from a true one, if it is on the list."""
    return next((why for what, why in REASONS.items() if re.fullmatch(what, variant.label)), None)


def gated(variant: Variant) -> list[str]:
    """What the whole bench found the gates of a client to withhold, though no single file tells."""
    return [why for what, why in GATED.items() if re.fullmatch(what, variant.label)]


# Pattern of "kind: damage: on" → what withholds the report (`clients.gates`).
GATED = {
    r"(affiliate_orders|shop_orders): rows cut: (first half|every second)": "reconciliation, days",
    r"creator_data: rows cut: (first half|every second)": "reconciliation with the order lines",
    r"video_data: rows cut: (first half|last half|every second)": "reconciliation with creators",
    r"shop_orders: rows cut: last half": "reconciliation with the affiliate orders",
    r".*: window in the name: .*": "the week that is named so has two lists, its own has none",
}

_ONCE = "is printed once, and nothing else in the file depends on it"
_PART = "one row or a few are below the tolerance of every reconciliation"

# Pattern of "kind: damage: on" → why a true file could look just so.
REASONS = {
    # rows that are not there
    r".*: rows cut: (one row|last tenth)": f"a list may be that long: {_PART}",
    r"affiliate_orders: rows cut: last half": "the lines stand in earlier downloads",
    r"creator_data: rows cut: last half": "the list is sorted: those creators sold nothing",
    r"(live_list|gmv_max_creative): rows cut: .*": "no other file counts LIVEs or ads",
    r".*: truncated: csv at the end of a row": "as rows cut: the file ends as a whole one does",
    r".*: truncated: csv at a random byte": "cut behind the last figure: all rows are there",
    # figures that are printed once
    r".*: (one figure changed|a column of figures changed|column slipped by a row|"
    r"column sorted alone): refunded_amount.*": f"Refunds {_ONCE}; earlier orders may be meant",
    r"shop_orders: (one figure changed|a column of figures changed): "
    r"(order_refunded_amount|returned_quantity).*": "money may go back without pieces, and pieces "
    "without money yet",
    r"affiliate_orders: (one figure changed|a column of figures changed|column sorted alone|"
    r"column slipped by a row): quantity.*": "what is paid need not be price × quantity",
    r"affiliate_orders: .*shop_ads_commission_actual.*": "fewer than three such lines have settled",
    r"gmv_max_creative: (one figure changed|a column of figures changed): view_rate_.*": (
        "a rate whose counts the file does not print, and within its neighbours"
    ),
    r"(video_data|gmv_max_creative): one figure changed: (views|spend) .*": (
        "of a row without sales and reactions"
    ),
    r"creator_data: .*(gmv_product_card|gmv_video).*": (
        "fewer than three creators sell through product cards; video and card are parts alike"
    ),
    r"live_list: (headers exchanged|column slipped by a row|column sorted alone): .*": (
        "a list of two LIVEs: two rows show no pattern to break"
    ),
    # columns of one sort
    r"shop_orders: headers exchanged: platform_discount and seller_discount": (
        "both are taken off alike"
    ),
    r"gmv_max_creative: headers exchanged: view_rate_.* and view_rate_.*": (
        "which is larger depends on the length of the video"
    ),
    r"gmv_max_creative: headers exchanged: (campaign_name|caption|account_name) and .*": (
        "free text on both sides"
    ),
    r"(video_data|live_list): headers exchanged: caption and product_name": (
        "free text on both sides, shown and never counted"
    ),
    # columns in other rows
    r".*: column (slipped by a row|sorted alone): (caption|product_id|delivery_status|"
    r"authorisation|view_rate_2s|view_rate_6s|post_id)": f"the column {_ONCE}",
    r"creator_data: column (slipped by a row|sorted alone): handle": (
        "whose row it is stands in the name alone; sums stay what they were"
    ),
    r"affiliate_orders: column (slipped by a row|sorted alone): (delivered_at|commission_paid_at|"
    r"order_id|fully_refunded|content_type|gmv|commission_base_.*)": (
        "neighbours are of the same hours and prices, and too few lines tell"
    ),
    r"shop_orders: column (slipped by a row|sorted alone): (order_id|cancelled_at|"
    r"returned_quantity)": "too few lines tell: most orders have one line and no return",
    r"video_data: column (slipped by a row|sorted alone): published_at": (
        "neighbours were published on the same day or the next"
    ),
    # single cells
    r".*: ids rounded: one .* to 15 digits": "one genuine id in ten thousand ends in zeros",
    r".*: date order changed: (all times of one row|commission_paid_at, days to the 12th only)": (
        "the dates of a row agree with one another; settlement may come at any time"
    ),
    r"gmv_max_creative: currency mixed: .*": "an ad account may bill in another currency: kept",
    r"gmv_max_creative: cells shifted: .*": "a row without delivery, of dashes and zeros",
    r"affiliate_orders: headers exchanged: status and .*": "unknown words: the status gate",
}
