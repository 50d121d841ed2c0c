"""What a download of a given hour shows of an order line; the sample's calendar of downloads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property

from kit.demo.sales import Line, Order
from kit.demo.story import MISSING_WEEK, WEEKS, week_start


@dataclass(frozen=True)
class Download:
    """One Wednesday's downloads of the week ended three days before."""

    week: int

    @cached_property
    def at(self) -> datetime:
        monday = week_start(self.week)
        return datetime(monday.year, monday.month, monday.day, 9, 12) + timedelta(days=9)

    @cached_property
    def last_day(self) -> date:
        return week_start(self.week) + timedelta(days=6)

    @cached_property
    def affiliate_from(self) -> date:
        """Affiliate orders reach four weeks back, five after the week that was missed."""
        weeks = 4 if self.week == MISSING_WEEK + 1 else 3
        return max(week_start(1), week_start(self.week - weeks))

    @cached_property
    def shop_from(self) -> date:
        """Shop orders reach two weeks back, three after the week that was missed."""
        weeks = 2 if self.week == MISSING_WEEK + 1 else 1
        return max(week_start(1), week_start(self.week - weeks))


@cache
def downloads() -> tuple[Download, ...]:
    """Every Wednesday but the missed one."""
    return tuple(Download(week) for week in range(1, WEEKS + 1) if week != MISSING_WEEK)


@dataclass(frozen=True)
class State:
    """An affiliate order line as printed; money in cents, None is an empty cell."""

    status: str
    fully_refunded: bool
    base_estimated: int | None = None
    standard_estimated: int | None = None
    base_actual: int | None = None
    standard_actual: int | None = None
    ads_estimated: int | None = None
    ads_actual: int | None = None
    bonus_estimated: int | None = None
    bonus_actual: int | None = None
    delivered_at: datetime | None = None
    commission_paid_at: datetime | None = None


def commission(base: int, rate: int) -> int:
    """Cents of a base at a rate in basis points, half a cent up.

    >>> commission(3980, 1500), commission(7960, 800)
    (597, 637)
    """
    return (base * rate + 5_000) // 10_000


def affiliate_state(line: Line, at: datetime) -> State:
    """The line as the affiliate file of that hour prints it."""
    order = line.order
    if order.paid_at is None:
        return State("Unpaid", False)
    if order.cancelled_at and order.cancelled_at <= at:
        return _routed(line, "Ineligible", True, 0, 0)
    delivered = order.delivered_at if order.delivered_at and order.delivered_at <= at else None
    refunded = line.refunded_at is not None and line.refunded_at <= at
    if refunded and line.returned == line.quantity:
        return _routed(line, "Ineligible", True, line.base, 0, delivered)
    paid = order.settles_at
    if delivered is None or paid is None or paid > at:
        return _routed(line, "Pending", False, line.base, None, delivered)
    if line.frozen:
        return _routed(line, "Frozen", False, line.base, None, delivered)
    kept = line.base * (line.quantity - (line.returned if refunded else 0)) // line.quantity
    return _routed(line, "Settled", False, line.base, kept, delivered, paid)


def _routed(
    line: Line,
    status: str,
    fully: bool,
    base: int,
    actual: int | None,
    delivered: datetime | None = None,
    paid: datetime | None = None,
) -> State:
    """Commission in the columns of the line's route; the other route's stay empty."""
    estimated = commission(base, line.rate)
    settled = None if actual is None else commission(actual, line.rate)
    standard = (None, None) if line.through_ads else (estimated, settled)
    ads = (estimated, settled) if line.through_ads else (None, None)
    bonus = line.bonus if base else 0
    kept_bonus = None if actual is None else bonus if actual else 0
    return State(
        status,
        fully,
        base,
        standard[0],
        actual,
        standard[1],
        ads[0],
        ads[1],
        bonus if line.bonus else None,
        kept_bonus if line.bonus else None,
        delivered,
        paid,
    )


def shop_status(order: Order, at: datetime) -> tuple[str, str]:
    """Order Status and Order Substatus at that hour."""
    if order.cancelled_at and order.cancelled_at <= at:
        return "Canceled", "Canceled"
    if order.paid_at is None and not order.is_sample:
        if at - order.created_at > timedelta(hours=48):
            return "Canceled", "Canceled"
        return "Unpaid", "Unpaid"
    if order.delivered_at and order.delivered_at <= at:
        return "Completed", "Delivered"
    if at - order.created_at > timedelta(hours=30):
        return "Shipped", "In transit"
    return "To ship", "Awaiting shipment"


def returned_by(line: Line, at: datetime) -> int:
    """Pieces sent back by that hour."""
    return line.returned if line.refunded_at and line.refunded_at <= at else 0


def refunded_by(line: Line, at: datetime) -> int:
    """What the lists call Refunds: cancelled or returned by that hour, in cents."""
    order = line.order
    if order.cancelled_at and order.cancelled_at <= at:
        return line.gmv
    return line.gmv * returned_by(line, at) // line.quantity


def last_affiliate_view(line: Line) -> datetime | None:
    """The hour of the last download that shows the line; None if none does."""
    day = (line.order.paid_at or line.order.created_at).date()
    seen = [d.at for d in downloads() if d.affiliate_from <= day <= d.last_day and shows(line, d)]
    return seen[-1] if seen else None


def shows(line: Line, download: Download) -> bool:
    """Unpaid lines drop out after two days: the page filters by payment time."""
    if line.order.paid_at is not None:
        return True
    return download.at - line.order.created_at <= timedelta(days=7)


def last_shop_view(order: Order) -> datetime:
    """The hour of the last shop download that shows the order."""
    day = order.created_at.date()
    return [d.at for d in downloads() if d.shop_from <= day <= d.last_day][-1]
