"""What a list says of a span of days: the sums behind the sample's windowed lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kit.demo.posts import Post
from kit.demo.sales import Line, Order
from kit.demo.states import affiliate_state, refunded_by
from kit.demo.story import Creator, week_start


@dataclass(frozen=True)
class Window:
    """Days of one list, both in, and the hour of its download."""

    first: date
    last: date
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Sums:
    """What a list says of some lines: money in cents."""

    gmv: int
    orders: int
    items: int
    refunds: int
    items_refunded: int
    buyers: int
    products: int
    commission: int


def window_of(week: int, at: datetime) -> Window:
    """The Monday-to-Sunday window of a week, as downloaded at an hour."""
    return Window(week_start(week), week_start(week) + timedelta(days=6), at)


def paid_lines(orders: list[Order], window: Window) -> list[Line]:
    """Creators' paid lines by day created, later cancellations and refunds still in."""
    return [
        line
        for order in orders
        if order.paid_at and window.holds(order.created_at.date())
        for line in order.lines
        if line.creator
    ]


def sums(lines: list[Line], at: datetime) -> Sums:
    """The money and counts of lines as a list of that hour prints them."""
    refunded = [(line, refunded_by(line, at)) for line in lines]
    states = [affiliate_state(line, at) for line in lines]
    return Sums(
        sum(line.gmv for line in lines),
        len({line.order.order_id for line in lines}),
        sum(line.quantity for line in lines),
        sum(amount for _, amount in refunded),
        sum(amount * line.quantity // line.gmv for line, amount in refunded if line.gmv),
        len({line.order.buyer for line in lines}),
        len({line.product.product_id for line in lines}),
        sum((state.standard_estimated or 0) + (state.ads_estimated or 0) for state in states),
    )


def traffic(post: Post, window: Window) -> tuple[int, int, int]:
    """Views, product impressions and product clicks of a video in the window, paid ones in."""
    views = shown = clicks = 0
    for day in window.days():
        organic = post.traffic.get(day, (0, 0, 0))
        paid_clicks, paid_shown, _ = post.paid.get(day, (0, 0, 0))
        views += organic[0] + paid_shown
        shown += organic[1] + paid_shown
        clicks += organic[2] + paid_clicks
    return views, shown, clicks


def listed_videos(window: Window, posts: list[Post], lines: list[Line]) -> list[Post]:
    """Videos with traffic or orders in the window, and those up to eight weeks old."""
    with_orders = {line.post.post_id for line in lines if line.post}
    return [
        post
        for post in posts
        if post.kind == "video"
        and post.published_on <= window.last
        and (
            post.post_id in with_orders
            or (window.first - post.published_on).days < 56
            or any(traffic(post, window))
        )
    ]


def printed_handle(creator: Creator, day: date) -> str:
    """The account name on a day: one creator renamed theirs."""
    if creator.renamed_on and day < creator.renamed_on:
        return creator.former_handle
    return creator.handle
