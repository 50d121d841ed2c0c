"""Who saw and clicked the sample's posts, for nothing and for money."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from kit.demo.posts import Post
from kit.demo.story import END, START, WEEKS, stream, week_start

FIRST_FLIGHT = week_start(9)


CLICK_PRICE = 33  # cents a paid click costs on average


# Creators who let the shop promote all their posts, and how.
MASS = {
    "marelle.skinnotes": "mass",
    "noelani.beautyhour": "mass",
    "rosalba.getglam": "mass",
    "wrenley.careshelf": "mass",
    "soraya.lumenshow": "business_center",
}
PAIR_FROM = date(2026, 4, 15)


@dataclass(frozen=True)
class Flight:
    """Paid spend behind one post; `daily` in cents."""

    post: Post
    authorised_on: date
    days: int
    first: date
    last: date
    daily: int


def watched(seed: int, posts: list[Post], without: str | None) -> None:
    """Give every video its organic traffic; the planted pair gets exact figures."""
    _plant_pair(seed, posts, without)
    for post in posts:
        if post.kind == "video" and not post.traffic:
            post.traffic = _organic_traffic(stream(seed, "traffic", post.post_id), post)
    _take_down_two(posts)


def poisson(chance: random.Random, mean: float) -> int:
    """A Poisson draw: Knuth's product for small means, the rounded normal for large ones."""
    if mean > 60:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def _organic_traffic(chance: random.Random, post: Post) -> dict[date, tuple[int, int, int]]:
    """Views, product impressions and clicks per day; a post fades over seven weeks."""
    person = post.creator
    views = person.views * _momentum(post.published_on) * chance.lognormvariate(0, 0.42)
    share = person.click_share * chance.lognormvariate(0, 0.22)
    through = chance.uniform(0.026, 0.046)
    pulls = [0.83**age * chance.lognormvariate(0, 0.3) for age in range(49)]
    traffic = {}
    for age, pull in enumerate(pulls):
        day = post.published_on + timedelta(days=age)
        if day > END:
            break
        seen = round(views * pull / sum(pulls))
        clicks = min(seen, poisson(chance, seen * share))
        shown = max(clicks, round(clicks / through + chance.uniform(0, seen * share / through / 6)))
        traffic[day] = (seen, min(shown, max(seen, clicks)), clicks)
    return traffic


def _momentum(day: date) -> float:
    """What compounds: a young program is shown to fewer people."""
    return 0.42 + 0.54 * (day - START).days / (7 * WEEKS)


def _plant_pair(seed: int, posts: list[Post], without: str | None) -> None:
    """The article's pair, exact to the view: 8,000 views at 4%, 200,000 views at 0.6%."""
    for plant, views, shown, clicks, orders, hour in (
        ("persuasive_post", 8_000, 5_900, 325, 13, 12),
        ("interesting_post", 200_000, 88_000, 3_000, 18, 11),
    ):
        post = pair_post(posts, plant)
        if without == plant:
            continue
        post.published_at = post.published_at.replace(hour=hour)
        chance = stream(seed, "pair", plant)
        days = [post.published_on + timedelta(days=n) for n in range((END - PAIR_FROM).days)]
        days = [day for day in days if day <= END]
        pulls = [0.84**age for age in range(len(days))]
        columns = [_shares(total, pulls) for total in (views, shown, clicks)]
        post.traffic = dict(zip(days, zip(*columns, strict=True), strict=True))
        plan = dict.fromkeys(days, 0)
        for day in chance.choices(days, columns[2], k=orders):
            plan[day] += 1
        post.planned_orders = plan


def pair_post(posts: list[Post], plant: str) -> Post:
    """The post of the pair: the planted creator's first one on or after 15 April."""
    return next(
        post
        for post in posts
        if post.creator.plant == plant and post.kind == "video" and post.published_on >= PAIR_FROM
    )


def _shares(total: int, pulls: list[float]) -> list[int]:
    """`total` split in proportion to `pulls`, in whole numbers that add up."""
    shares = [int(total * pull / sum(pulls)) for pull in pulls]
    shares[0] += total - sum(shares)
    return shares


def _take_down_two(posts: list[Post]) -> None:
    """Two ordinary posts were removed after three weeks: later lists print `--` for them."""
    january = [
        post
        for post in posts
        if post.creator.pattern == "pool" and date(2026, 1, 5) <= post.published_on
    ]
    for post in (january[3], january[40]):
        post.gone_from = post.published_on + timedelta(days=21)
        for day in list(post.traffic):
            if day >= post.gone_from:
                post.traffic[day] = (1, 0, 0) if day == post.gone_from else (0, 0, 0)


def flown(seed: int, posts: list[Post]) -> list[Flight]:
    """Paid flights: every second Monday two promising posts of the weeks before, for 28 days."""
    flights: list[Flight] = []
    used: set[str] = set()
    monday = FIRST_FLIGHT
    resting: set[str] = set()
    while monday <= END - timedelta(days=6):
        chance = stream(seed, "flights", monday)
        ranked = sorted(
            (
                (post.conversion * chance.lognormvariate(0, 0.25), post.post_id, post)
                for post in posts
                if post.kind == "video"
                and post.creator.in_ledger
                and post.planned_orders is None
                and post.gone_from is None
                and post.post_id not in used
                and post.creator.handle not in resting
                and 6 <= (monday - post.published_on).days <= 22
            ),
            reverse=True,
        )
        resting = set()
        for _, post_id, post in ranked:
            if len(resting) == 2:
                break
            if post.creator.handle not in resting:
                used.add(post_id)
                resting.add(post.creator.handle)
                flights.append(_flight(chance, post, monday))
        monday += timedelta(days=14)
    for flight in flights:
        _deliver(seed, flight)
    return flights


def _flight(chance: random.Random, post: Post, monday: date) -> Flight:
    first = monday + timedelta(days=1)
    days = chance.choice((30, 60, 60))
    asked = monday - timedelta(days=chance.randint(0, 2))
    daily = chance.choice((1200, 1500, 1800, 2200))
    return Flight(post, asked, days, first, first + timedelta(days=27), daily)


def _deliver(seed: int, flight: Flight) -> None:
    """Daily paid clicks, impressions and spend in cents."""
    chance = stream(seed, "delivery", flight.post.post_id)
    price = CLICK_PRICE * chance.lognormvariate(0, 0.08)
    through = chance.uniform(0.022, 0.034)
    day = flight.first
    while day <= min(flight.last, END):
        clicks = poisson(chance, flight.daily / price)
        spend = round(clicks * price * chance.uniform(0.95, 1.05))
        flight.post.paid[day] = (clicks, round(clicks / through), spend)
        day += timedelta(days=1)
