"""Who came back: the 60-day repeat purchase of the sample, by a plain Kaplan–Meier count."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.demo.states import last_shop_view, shop_status
from kit.demo.story import END

if TYPE_CHECKING:
    from kit.demo import World
    from kit.demo.known import KnownLine

DAYS = 60
COHORT = (END - timedelta(days=179), END)


class _Followed(NamedTuple):
    """One buyer: days to the next purchase or to the end, whether it came, days followed at all."""

    days: int
    came_back: bool
    known_for: int


def repeat_purchase(world: World, lines: list[KnownLine], client: str) -> list[dict[str, Any]]:
    """One figure for the program and for each creator who acquired a buyer."""
    acquirers = _acquirers(lines)
    followed: dict[tuple[str, str], list[_Followed]] = defaultdict(list)
    for first_order, days in _purchases(world).values():
        first = days[0]
        if not COHORT[0] <= first <= COHORT[1]:
            continue
        later = [day for day in days if day > first]
        seen = _Followed(
            ((later[0] if later else END) - first).days, bool(later), (END - first).days
        )
        followed[("program", client)].append(seen)
        if first_order in acquirers:
            followed[("creator", acquirers[first_order])].append(seen)
    return [_figure(subject, buyers) for subject, buyers in followed.items()]


def _purchases(world: World) -> dict[str, tuple[str, list[date]]]:
    """Per buyer: the id of the first order and the days of all; samples and dead orders out."""
    bought: dict[str, list[tuple[Any, str]]] = defaultdict(list)
    for order in world.orders:
        status = shop_status(order, last_shop_view(order))[0]
        if not order.is_sample and status not in ("Canceled", "Unpaid"):
            bought[order.buyer].append((order.created_at, order.order_id))
    return {
        buyer: (min(orders)[1], sorted(moment.date() for moment, _ in orders))
        for buyer, orders in bought.items()
    }


def _acquirers(lines: list[KnownLine]) -> dict[str, str]:
    """Order id -> creator: of several, the dearest line's, then the lower SKU id's."""
    best: dict[str, tuple[int, str, str]] = {}
    for known in lines:
        entry = (-known.line.gmv, known.line.sku.sku_id, known.handle)
        order_id = known.line.order.order_id
        if known.counts and (order_id not in best or entry < best[order_id]):
            best[order_id] = entry
    return {order_id: handle for order_id, (_, _, handle) in best.items()}


def _figure(subject: tuple[str, str], buyers: list[_Followed]) -> dict[str, Any]:
    """Kaplan–Meier at 60 days; hidden under ten buyers whose first order is 60 days old."""
    staying = Fraction(1)
    for day in sorted({buyer.days for buyer in buyers if buyer.came_back}):
        if day <= DAYS:
            at_risk = sum(buyer.days >= day for buyer in buyers)
            events = sum(buyer.days == day and buyer.came_back for buyer in buyers)
            staying *= Fraction(at_risk - events, at_risk)
    mature = sum(buyer.known_for >= DAYS for buyer in buyers)
    return {
        "metric": "repeat_purchase_rate",
        "subject_kind": subject[0],
        "subject": subject[1],
        "period_start": str(COHORT[0]),
        "period_end": str(COHORT[1]),
        "value": float(1 - staying) if mature >= 10 else None,
        "n": len(buyers),
    }
