"""What the newest downloads show of the sample: lines, list rows, people and periods."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kit.demo.posts import Post
from kit.demo.sales import Line
from kit.demo.states import (
    Download,
    State,
    affiliate_state,
    downloads,
    last_affiliate_view,
    last_shop_view,
    returned_by,
    shop_status,
)
from kit.demo.story import END, MISSING_WEEK, Agreement, Creator
from kit.demo.windows import listed_videos, paid_lines, traffic, window_of

if TYPE_CHECKING:
    from kit.demo import World


CLIENT = "sample"


COLUMNS = ("metric", "subject_kind", "subject", "period_start", "period_end", "value", "n")


Period = tuple[date, date]


WEEK: Period = (END - timedelta(days=6), END)


FOUR_WEEKS: Period = (END - timedelta(days=27), END)


POSTS_OF: Period = (END - timedelta(days=83), END - timedelta(days=13))


Subject = tuple[str, str]


Figures = list[dict[str, Any]]


@dataclass(frozen=True)
class KnownLine:
    """An affiliate line in the state the newest download shows; money in cents."""

    line: Line
    state: State
    counts: bool
    refunded: int

    @property
    def day(self) -> date:
        return self.line.order.created_at.date()

    @property
    def net(self) -> int:
        return self.line.gmv - self.refunded

    @property
    def handle(self) -> str:
        assert self.line.creator
        return self.line.creator.handle


@dataclass(frozen=True)
class Listed:
    """One video in one weekly window, as the list prints it; money in cents."""

    post: Post
    first: date
    last: date
    views: int
    impressions: int
    clicks: int
    orders: int
    gmv: int


def known_lines(world: World) -> list[KnownLine]:
    """Every affiliate line that any download shows, in its newest state."""
    known = []
    for order in world.orders:
        for line in order.lines:
            seen_at = last_affiliate_view(line) if line.creator else None
            if seen_at is None:
                continue
            state = affiliate_state(line, seen_at)
            shop_seen_at = last_shop_view(order)
            cancelled = shop_status(order, shop_seen_at)[0] == "Canceled"
            dead = state.status == "Ineligible" and state.delivered_at is None
            counts = state.status != "Unpaid" and not dead and not cancelled
            if state.fully_refunded:
                refunded = line.gmv
            else:
                refunded = line.gmv * returned_by(line, shop_seen_at) // line.quantity
            known.append(KnownLine(line, state, counts, refunded))
    return known


def listed_posts(world: World) -> list[Listed]:
    """Every row of the weekly video lists; the missing week has none."""
    rows = []
    for download in downloads():
        window = window_of(download.week, download.at)
        lines = paid_lines(world.orders, window)
        sold: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.post and line.content_type == "Video":
                sold[line.post.post_id].append(line)
        for post in listed_videos(window, world.posts, lines):
            own = sold[post.post_id]
            orders = len({line.order.order_id for line in own})
            money = sum(line.gmv for line in own)
            views, shown, clicks = traffic(post, window)
            rows.append(
                Listed(post, window.first, window.last, views, shown, clicks, orders, money)
            )
    return rows


def known_posts(world: World) -> list[Post]:
    """Posts some list shows: a LIVE of the week nobody downloaded is in none."""
    missed = window_of(MISSING_WEEK, Download(MISSING_WEEK).at)
    return [p for p in world.posts if p.kind == "video" or not missed.holds(p.published_on)]


def tier_of(person: Creator) -> int | None:
    """The last tier move wins, then the follower band; no followers, no tier."""
    moved = {"wrenley.careshelf": 2, "halcyon.prettyfix": 1}
    if person.handle in moved:
        return moved[person.handle]
    if person.followers is None:
        return None
    return 1 if person.followers < 100_000 else 2 if person.followers < 500_000 else 3


def on_roster(person: Creator) -> bool:
    """In the ledger, and active or with an agreement in force on the last day."""
    return person.in_ledger and (person.status == "active" or person.agreement(END) is not None)


def subjects_of(person: Creator, roster_only: bool = False) -> list[Subject]:
    """The program, the tier if there is one, and the creator."""
    tier = tier_of(person)
    found = [("program", CLIENT), ("creator", person.handle)]
    return found + ([("tier", str(tier))] if tier else [])


def figure(
    metric: str,
    subject: Subject,
    period: Period,
    numerator: int | Fraction | None,
    denominator: int | Fraction | None = None,
    n: int | None = None,
    cents: bool = False,
) -> dict[str, Any]:
    """One figure; a count or sum has no denominator, a rate over nothing is missing."""
    scale = 100 if cents else 1
    value: float | None = None
    if numerator is not None and denominator is None:
        value = float(Fraction(numerator) / scale)
    elif numerator is not None and denominator:
        value = float(Fraction(numerator) / Fraction(denominator) / scale)
    return {
        "metric": metric,
        "subject_kind": subject[0],
        "subject": subject[1],
        "period_start": str(period[0]),
        "period_end": str(period[1]),
        "value": value,
        "n": n,
    }


def within(day: date, period: Period) -> bool:
    """Whether a day lies in a period, both ends in."""
    return period[0] <= day <= period[1]


def agreed(person: Creator, period: Period) -> Fraction:
    """Posts agreed in a period: a week's number for every seven days, both ends in."""
    total = Fraction(0)
    for deal in person.agreements:
        total += Fraction(str(deal.posts_per_week)) * days_in_force(deal, period) / 7
    return total


def days_in_force(deal: Agreement, period: Period) -> int:
    """Days of a period on which an agreement holds, both ends in."""
    first = max(deal.valid_from, period[0])
    last = min(deal.valid_to or period[1], period[1])
    return max(0, (last - first).days + 1)


def commission_of(state: State) -> int:
    """Cents of both routes, each the actual amount if printed, else the estimate."""
    total = 0
    for actual, expected in (
        (state.standard_actual, state.standard_estimated),
        (state.ads_actual, state.ads_estimated),
    ):
        total += actual if actual is not None else expected or 0
    return total
