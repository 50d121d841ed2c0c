"""The sample's GMV Max creative download."""

from __future__ import annotations

from kit.demo.posts import Post
from kit.demo.sales import Line, Order
from kit.demo.sheets import plain
from kit.demo.story import PRODUCTS, stream
from kit.demo.traffic import MASS
from kit.demo.windows import Window, paid_lines

ADS_FROM_WEEK = 9


ADS_COLUMNS = (
    "Campaign name|Campaign ID|Product ID|Creative type|Video title|Video ID|TikTok account|"
    "Time posted|Status|Authorization type|Cost|SKU orders|Cost per order|Gross revenue|ROI|"
    "Product ad impressions|Product ad clicks|Product ad click rate|Ad conversion rate|"
    "2-second ad video view rate|6-second ad video view rate|25% ad video view rate|"
    "50% ad video view rate|75% ad video view rate|100% ad video view rate|Currency"
)


AUTHORISATIONS = {
    "": "Video code",
    "mass": "Affiliate mass authorization",
    "business_center": "Business Center",
}
CAMPAIGN = ("Demo | Product GMV Max | Beauty", "1846201734509163")


def ads_rows(seed: int, window: Window, posts: list[Post], orders: list[Order]) -> list[list[str]]:
    """GMV Max creative rows: posts with paid delivery, some without permission, product cards."""
    lines = paid_lines(orders, window)
    rows = []
    for post in posts:
        flown = [post.paid[day] for day in window.days() if day in post.paid]
        if flown:
            rows.append(_ads_row(seed, window, post, flown, [x for x in lines if x.post is post]))
    idle = [
        post
        for post in posts
        if post.kind == "video"
        and not post.paid
        and 7 < (window.last - post.published_on).days < 21
    ]
    for post in idle[::9]:
        rows.append(_unpermitted_row(post))
    for product in PRODUCTS[:3]:
        rows.append(_card_row(seed, window, product.product_id, product.skus[0].price))
    return rows


def _ads_row(
    seed: int,
    window: Window,
    post: Post,
    flown: list[tuple[int, int, int]],
    lines: list[Line],
) -> list[str]:
    chance = stream(seed, "rates", post.post_id, window.first)
    clicks, shown, cost = (sum(column) for column in zip(*flown, strict=True))
    sold = len(lines)
    revenue = sum(line.gmv for line in lines)
    through_ads = sum(line.through_ads for line in lines)
    held = post.creator.hook * chance.uniform(0.98, 1.12)
    return [
        *CAMPAIGN,
        post.products[0].product_id,
        "Video",
        post.caption,
        post.post_id,
        post.creator.handle,
        f"{post.published_at:%Y-%m-%d %H:%M}",
        "Delivering",
        AUTHORISATIONS[MASS.get(post.creator.handle, "")],
        plain(cost),
        str(sold),
        plain(cost // sold) if sold else "-",
        plain(revenue),
        f"{revenue / cost:.2f}" if cost else "-",
        str(shown),
        str(clicks),
        f"{clicks / shown:.4f}",
        f"{through_ads / clicks:.4f}" if clicks else "-",
        *(f"{held * share:.4f}" for share in (1.12, 0.46, 0.61, 0.29, 0.17, 0.1)),
        "USD",
    ]


def _unpermitted_row(post: Post) -> list[str]:
    return [
        *CAMPAIGN,
        post.products[0].product_id,
        "Video",
        post.caption,
        post.post_id,
        "-",
        f"{post.published_at:%Y-%m-%d %H:%M}",
        "Authorization needed",
        "-",
        "0.00",
        "0",
        "-",
        "0.00",
        "-",
        "0",
        "0",
        *(["-"] * 8),
        "USD",
    ]


def _card_row(seed: int, window: Window, product_id: str, price: int) -> list[str]:
    chance = stream(seed, "card", product_id, window.first)
    cost, clicks, sold = chance.randint(1100, 3200), chance.randint(30, 95), chance.randint(1, 4)
    shown = int(clicks / chance.uniform(0.011, 0.02))
    return [
        *CAMPAIGN,
        product_id,
        "Product card",
        "-",
        "N/A",
        "-",
        "N/A",
        "Delivering",
        "-",
        plain(cost),
        str(sold),
        plain(cost // sold),
        plain(sold * price),
        f"{sold * price / cost:.2f}",
        str(shown),
        str(clicks),
        f"{clicks / shown:.4f}",
        f"{sold / clicks:.4f}",
        *(["-"] * 6),
        "USD",
    ]
