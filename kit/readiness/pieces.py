"""What a client's missing pieces make impossible, and where each is to be had."""

from __future__ import annotations

from typing import Any

from kit import words
from kit.client import Client
from kit.metrics.fetch import value

SELLER_CENTER = "Seller Center"
DOWNLOAD = {
    "affiliate_orders": f"{SELLER_CENTER}: Affiliate Center > Affiliate orders > Export",
    "shop_orders": f"{SELLER_CENTER}: Orders > Manage orders > Export",
    "video_data": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > Video > Export",
    "video_list": f"{SELLER_CENTER}: Affiliate Center > Creator analysis > Videos > Export",
    "live_list": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > LIVE > Export",
    "creator_data": f"{SELLER_CENTER}: Affiliate Center > Performance > Details > Creator > Export",
    "creator_list": f"{SELLER_CENTER}: Affiliate Center > Creator analysis > Creators > Export",
    "gmv_max_creative": "Ads Manager: Product GMV Max > creatives > Export",
    "ads_manager": "Ads Manager: ad report, by day > Export",
}
WITHOUT_EXPORT = {
    "affiliate_orders": "net revenue, commissions, revenue per post and sales by creator",
    "shop_orders": "repeat purchase, partial refunds, cancelled orders and samples told from sales",
    "video_data": "conversion on clicks and Spark candidates",
    "creator_data": "how order lines compare with the platform's own sums",
    "gmv_max_creative": "ad spend in the all-in cost ratio, 2- and 6-second view rates",
}
WITHOUT_LEDGER = {
    "creators": "the roster (everyone counts as on it) and tiers by followers",
    "agreements": "output rate, the expected commission and flat fees",
    "briefs": "results by hook angle",
    "hooks": "3-second hook retention, which no platform export holds,",
    "samples": "sample costs and the sample clock",
    "products": "contribution and break-even conversion",
}


def cannot(client: Client) -> list[str]:
    """What is not possible without the pieces that are missing, and where to get them."""
    kinds = set(client.frame("files")["kind"].dropna())
    told = [
        f"No {kind.replace('_', ' ')}: {what} cannot be computed. {DOWNLOAD[kind]}."
        for kind, what in WITHOUT_EXPORT.items()
        if kind not in kinds
    ]
    return told + [
        f"No {name} ledger: {what} cannot be known. Fill in ledgers/{name}.csv."
        for name, what in WITHOUT_LEDGER.items()
        if client.frame(name).empty
        or (name == "creators" and not client.creators["in_ledger"].any())
    ]


def orphans(client: Client) -> list[str]:
    """Ids met only in orders or ads: no post, but counted and said."""
    told = []
    for name, where in (("orders", "order lines"), ("ad_stats", "ad rows")):
        ids = value(unlisted(client, name).post_id.nunique())
        if ids:
            told.append(
                f"{words.count(ids, 'content id')} {'stands' if ids == 1 else 'stand'} "
                f"only in {where}, in no list of videos or LIVEs."
            )
    return told


def unlisted(client: Client, name: str) -> Any:
    """The rows of a table, as an Ibis expression, whose post is in no list of videos or LIVEs."""
    rows, posts = client.table(name), client.table("posts")
    return rows.filter(rows.post_id.notnull()).anti_join(posts, "post_id")
