"""Who bought what in the sample: orders, their lines and what became of them, in whole cents."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from kit.demo.posts import Post
from kit.demo.story import END, PRODUCTS, START, Creator, Product, Sku, stream
from kit.demo.traffic import poisson

TAX_RATE = 0.085
BLACK_FRIDAY = (date(2025, 11, 24), date(2025, 12, 1))


@dataclass
class Line:
    """One order line; a line of a creator is in the affiliate file too."""

    order: Order
    sku: Sku
    product: Product
    quantity: int
    seller_discount: int
    platform_discount: int
    creator: Creator | None = None
    post: Post | None = None
    content_type: str = ""
    rate: int = 0
    through_ads: bool = False
    bonus: int = 0
    refunded_at: datetime | None = None
    returned: int = 0
    frozen: bool = False

    @property
    def gmv(self) -> int:
        """Payment Amount: what the line was sold for, before the platform's own discount."""
        return self.quantity * self.sku.price - self.seller_discount

    @property
    def base(self) -> int:
        return self.gmv - self.platform_discount

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.order.order_id, self.sku.sku_id, self.post.post_id if self.post else "")


@dataclass
class Order:
    """One checkout; times are local and naive."""

    order_id: str
    buyer: str
    created_at: datetime
    lines: list[Line] = field(default_factory=list)
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    delivered_at: datetime | None = None
    is_sample: bool = False
    channel: str = "TikTok"
    payment: str = "Credit/Debit Card"

    @property
    def shipping(self) -> int:
        return 0 if self.is_sample or self.subtotal >= 3000 else 499

    @property
    def subtotal(self) -> int:
        return sum(line.base for line in self.lines)

    @property
    def tax(self) -> int:
        return round(self.subtotal * TAX_RATE)

    @property
    def amount(self) -> int:
        return self.subtotal + self.shipping + self.tax

    @property
    def settles_at(self) -> datetime | None:
        """Commission is paid 15 days after delivery."""
        return self.delivered_at + timedelta(days=15, hours=2) if self.delivered_at else None


@dataclass
class _Visit:
    """A checkout about to happen."""

    moment: datetime
    creator: Creator | None = None
    post: Post | None = None
    content_type: str = ""
    through_ads: bool = False
    buyer: str | None = None

    @property
    def key(self) -> str:
        """What tells this visit from others, so that each draws from a stream of its own."""
        where = self.post.post_id if self.post else self.creator.handle if self.creator else "shop"
        return f"{self.moment}:{where}:{self.content_type}:{self.through_ads}"


@dataclass
class _Shoppers:
    """Who has bought, and who will come back when."""

    count: int = 0
    waiting: list[tuple[date, str, str]] = field(default_factory=list)
    organic: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))

    def newcomer(self) -> str:
        self.count += 1
        return f"demo_buyer_{self.count:05d}"

    def returning(self, day: date, handle: str) -> str | None:
        """A waiting buyer who is due, this creator's own first; none may be."""
        due = [entry for entry in self.waiting if entry[0] <= day]
        own = [entry for entry in due if entry[2] == handle]
        chosen = (own or due)[:1]
        if not chosen:
            return None
        self.waiting.remove(chosen[0])
        return chosen[0][1]

    def give_up(self, day: date) -> None:
        """Those who found no post to buy from for a week go to the shop itself."""
        late = [entry for entry in self.waiting if (day - entry[0]).days > 6]
        for entry in late:
            self.waiting.remove(entry)
            self.organic[day].append(entry[1])

    def plan_return(
        self, chance: random.Random, buyer: str, day: date, handle: str, likely: float
    ) -> None:
        """Perhaps the buyer comes back: through a post, or more often to the shop itself."""
        if chance.random() >= likely:
            return
        due = day + timedelta(days=5 + min(50, int(chance.expovariate(1 / 18))))
        if chance.random() < 0.35:
            self.waiting.append((due, buyer, handle))
        else:
            self.organic[due].append(buyer)


def sold(seed: int, people: list[Creator], posts: list[Post]) -> list[Order]:
    """Every order of the 30 weeks in order of time, creators' and the shop's own."""
    shoppers = _Shoppers()
    by_handle = {person.handle: person for person in people}
    keys: dict[str, int] = defaultdict(int)
    orders: list[Order] = []
    live_posts: list[Post] = []
    upcoming = list(posts)
    for offset in range((END - START).days + 1):
        day = START + timedelta(days=offset)
        while upcoming and upcoming[0].published_on <= day:
            live_posts.append(upcoming.pop(0))
        live_posts = [post for post in live_posts if (day - post.published_on).days < 90]
        visits = _visits_through_posts(seed, day, live_posts)
        shoppers.give_up(day)
        visits += _visits_to_the_shop(stream(seed, "organic", day), day, offset, shoppers)
        for visit in sorted(visits, key=lambda visit: visit.moment):
            keys[visit.key] += 1
            chance = stream(seed, "order", visit.key, keys[visit.key])
            orders.append(_checkout(chance, visit, shoppers, by_handle, live_posts))
    return orders


def _visits_through_posts(seed: int, day: date, posts: list[Post]) -> list[_Visit]:
    visits = []
    for post in posts:
        chance = stream(seed, "sales", post.post_id, day)
        if post.kind == "live":
            visits += _live_visits(chance, day, post)
            continue
        organic = _planned_or_drawn(chance, day, post)
        paid = _successes(chance, post.paid.get(day, (0, 0, 0))[0], post.conversion * 0.85)
        for number in range(organic + paid):
            moment = _moment(chance, day, post.published_at)
            through_ads = number >= organic
            visits.append(_Visit(moment, post.creator, post, "Video", through_ads))
            if chance.random() < 0.06:
                later = _moment(chance, day, post.published_at)
                visits.append(_Visit(later, post.creator, None, "Showcase"))
    return visits


def _planned_or_drawn(chance: random.Random, day: date, post: Post) -> int:
    if post.planned_orders is not None:
        return post.planned_orders.get(day, 0)
    return _successes(chance, post.traffic.get(day, (0, 0, 0))[2], post.conversion)


def _successes(chance: random.Random, trials: int, rate: float) -> int:
    return sum(chance.random() < rate for _ in range(trials))


def _live_visits(chance: random.Random, day: date, post: Post) -> list[_Visit]:
    if day != post.published_on or post.ended_at is None:
        return []
    length = int((post.ended_at - post.published_at).total_seconds())
    count = poisson(chance, 7 if (post.creator.followers or 0) < 500_000 else 13)
    return [
        _Visit(
            post.published_at + timedelta(seconds=chance.randint(60, length)),
            post.creator,
            post,
            "Livestream",
        )
        for _ in range(count)
    ]


def _moment(chance: random.Random, day: date, published_at: datetime) -> datetime:
    """A time of that day after publishing; never in the hour that spring takes away."""
    start = published_at.hour * 3600 + 3600 if published_at.date() == day else 0
    second = max(start, int(chance.triangular(0, 86_395, 66_000)))
    if second >= 86_395:
        second = 86_000
    moment = datetime.combine(day, time()) + timedelta(seconds=second)
    if day == date(2026, 3, 8) and moment.hour == 2:
        moment += timedelta(hours=2)
    return moment


def _visits_to_the_shop(
    chance: random.Random, day: date, offset: int, shoppers: _Shoppers
) -> list[_Visit]:
    """The shop's own orders: new buyers, and earlier ones who come back by themselves."""
    midnight = datetime.combine(day, time())
    fresh = poisson(chance, 0.9 + 2.0 * offset / 210)
    visits = [_Visit(_moment(chance, day, midnight - timedelta(days=1))) for _ in range(fresh)]
    for buyer in shoppers.organic.pop(day, []):
        visits.append(_Visit(_moment(chance, day, midnight - timedelta(days=1)), buyer=buyer))
    return visits


def _checkout(
    chance: random.Random,
    visit: _Visit,
    shoppers: _Shoppers,
    by_handle: dict[str, Creator],
    posts: list[Post],
) -> Order:
    order_id = _order_id(chance)
    handle = visit.creator.handle if visit.creator else ""
    buyer = visit.buyer
    if buyer is None and visit.creator and not (visit.post and visit.post.planned_orders):
        buyer = shoppers.returning(visit.moment.date(), handle)
    is_new = buyer is None
    buyer = buyer or shoppers.newcomer()
    order = Order(order_id, buyer, visit.moment)
    order.payment = chance.choice(("Credit/Debit Card", "Credit/Debit Card", "PayPal", "Klarna"))
    _fill_basket(chance, order, visit, posts)
    _live_through(chance, order, bool(visit.post and visit.post.planned_orders))
    if order.paid_at and not order.cancelled_at:
        likely = by_handle[handle].returns if is_new and handle else 0.10 if is_new else 0.22
        shoppers.plan_return(chance, buyer, visit.moment.date(), handle, likely)
    return order


def _order_id(numbers: random.Random) -> str:
    return f"5779{numbers.randrange(10**14):014d}{numbers.randint(1, 9)}"


def _fill_basket(chance: random.Random, order: Order, visit: _Visit, posts: list[Post]) -> None:
    """The first line is the visit's own; a second one may be the shop's or another creator's."""
    offered = visit.post.products if visit.post else list(PRODUCTS)
    product = offered[0] if len(offered) == 1 else chance.choice(offered)
    _add_line(chance, order, product, visit.creator, visit.post, visit)
    draw = chance.random()
    if draw < 0.045:
        other = chance.choice([item for item in PRODUCTS if item is not product])
        _add_line(chance, order, other, None, None, visit)
    elif draw < 0.048 and visit.creator:
        strange = [
            post
            for post in posts
            if post.kind == "video"
            and post.creator is not visit.creator
            and post.planned_orders is None
            and product not in post.products
            and post.published_at < visit.moment
        ]
        if strange:
            post = chance.choice(strange)
            second = _Visit(visit.moment, post.creator, post, "Video")
            _add_line(chance, order, post.products[0], post.creator, post, second)


def _add_line(
    chance: random.Random,
    order: Order,
    product: Product,
    creator: Creator | None,
    post: Post | None,
    visit: _Visit,
) -> None:
    day = order.created_at.date()
    sku = product.skus[0] if len(product.skus) == 1 or chance.random() < 0.8 else product.skus[1]
    quantity = 2 if chance.random() < 0.08 else 1
    festive = BLACK_FRIDAY[0] <= day <= BLACK_FRIDAY[1]
    sale = 15 if festive else 10 if chance.random() < 0.25 else 0
    line = Line(
        order,
        sku,
        product,
        quantity,
        quantity * (sku.price * sale // 100),
        quantity * (200 if chance.random() < 0.15 else 0),
    )
    if creator:
        line.creator, line.post, line.content_type = creator, post, visit.content_type
        line.through_ads = visit.through_ads
        line.rate = creator.ads_rate(day) if visit.through_ads else creator.rate(day)
        line.bonus = 100 if festive and not visit.through_ads else 0
    order.lines.append(line)


def _live_through(chance: random.Random, order: Order, certain: bool) -> None:
    """Pay, cancel, deliver, return within ten days; commission is paid within three weeks."""
    created = order.created_at
    fate = chance.random()
    if fate < 0.004 and not certain:
        return
    order.paid_at = created + timedelta(seconds=chance.randint(3, 40))
    if order.paid_at.date() != created.date():
        order.paid_at = created
    if fate < 0.028 and not certain:
        order.cancelled_at = created + timedelta(hours=chance.randint(1, 30), minutes=7)
        return
    order.delivered_at = created + timedelta(days=chance.randint(2, 4), hours=chance.randint(1, 9))
    for line in order.lines:
        draw = chance.random()
        back = order.delivered_at + timedelta(days=chance.randint(1, 4), hours=chance.randint(1, 9))
        if draw < 0.045:
            line.refunded_at, line.returned = back, line.quantity
        elif line.quantity == 2 and draw < 0.16:
            line.refunded_at, line.returned = back, 1
        line.frozen = line.refunded_at is None and chance.random() < 0.002
