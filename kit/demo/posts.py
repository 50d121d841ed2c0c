"""What the sample's creators published, when, and under which brief."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from kit.demo.story import (
    ANGLE_WEIGHTS,
    ANGLES,
    CLEANSER,
    END,
    PRODUCTS,
    SERUM,
    WEEKS,
    Creator,
    Product,
    stream,
    week_start,
)

POSTS_A_WEEK = (
    (8, 9, 10, 11, 12, 14, 15, 16, 18, 19)
    + (21, 22, 23, 25, 26, 27, 29, 30, 31, 32)
    + (32, 33, 33, 34, 33, 35, 34, 36, 35, 36)
)


CAPTIONS = {
    "problem_agitation": (
        "I was struggling with {issue} for years",
        "nobody told me {issue} had a fix this simple",
        "if {issue} ruins your morning, watch this",
        "three mistakes that made my {issue} worse",
    ),
    "transformation_reveal": (
        "I found something that actually works on {issue}",
        "day 1 against day 28, same light, no filter",
        "wait for the before and after",
        "this is what four weeks did for {issue}",
    ),
    "social_proof": (
        "everyone in my comments asked about this one",
        "my whole group chat switched and now I get it",
        "you all kept telling me to try this for {issue}",
    ),
    "curiosity_gap": (
        "I did not expect this",
        "the step I had been skipping all along",
        "why does nobody talk about this for {issue}?",
        "I tried it so you can decide",
    ),
}


ISSUES = {
    PRODUCTS[0].product_id: "dull skin",
    PRODUCTS[1].product_id: "sunscreen residue",
    PRODUCTS[2].product_id: "tight, flaky skin",
    PRODUCTS[3].product_id: "white cast",
    PRODUCTS[4].product_id: "dry lips",
}


@dataclass
class Brief:
    """One brief: an angle for a product, and the posts that came of it."""

    brief_id: str
    handle: str
    product: Product
    angle: str
    sent_on: date
    post_ids: list[str] = field(default_factory=list)


@dataclass
class Post:
    """One video or LIVE; `traffic` and `paid` are counts by day."""

    post_id: str
    creator: Creator
    published_at: datetime
    products: list[Product]
    angle: str
    caption: str
    conversion: float
    kind: str = "video"
    brief: Brief | None = None
    ended_at: datetime | None = None
    gone_from: date | None = None
    traffic: dict[date, tuple[int, int, int]] = field(default_factory=dict)
    paid: dict[date, tuple[int, int, int]] = field(default_factory=dict)
    planned_orders: dict[date, int] | None = None

    @property
    def published_on(self) -> date:
        return self.published_at.date()


def published(
    seed: int, people: list[Creator], without: str | None
) -> tuple[list[Post], list[Brief]]:
    """Every post of the 30 weeks in order of time, and the briefs they answered."""
    briefs: list[Brief] = []
    posts: list[Post] = []
    for creator, days in sorted(_schedule(seed, people).items(), key=lambda item: item[0]):
        person = next(person for person in people if person.handle == creator)
        posts += _written(seed, person, sorted(days), briefs, without)
    posts += _lives(seed, people)
    posts.sort(key=lambda post: (post.published_at, post.post_id))
    return posts, sorted(briefs, key=lambda brief: brief.brief_id)


def _schedule(seed: int, people: list[Creator]) -> dict[str, list[date]]:
    """Posting days per handle: fixed paces first, then the rotation fills each week's number."""
    days: dict[str, list[date]] = defaultdict(list)
    for person in people:
        if person.pattern == "fixed":
            days[person.handle] = _paced_days(stream(seed, "pace", person.handle), person)
        elif person.pattern == "scripted":
            days[person.handle] = list(person.scripted)
    for week in range(1, WEEKS + 1):
        monday = week_start(week)
        planned = sum(
            monday <= day < monday + timedelta(days=7) for d in days.values() for day in d
        )
        _fill_week(seed, week, POSTS_A_WEEK[week - 1] - planned, people, days)
    return days


def _paced_days(chance: random.Random, person: Creator) -> list[date]:
    first = person.agreements[0].valid_from + timedelta(days=chance.randint(1, 3))
    last = person.posts_until or END
    step = 7 / person.pace
    days = []
    moment = 0.0
    while first + timedelta(days=int(moment)) <= last:
        day = first + timedelta(days=max(0, round(moment + chance.uniform(-1.2, 1.2))))
        if day <= last:
            days.append(day)
        moment += step
    return days


def _fill_week(
    seed: int, week: int, wanted: int, people: list[Creator], days: dict[str, list[date]]
) -> None:
    monday = week_start(week)
    ready = []
    for person in people:
        if person.pattern != "pool":
            continue
        signed = person.agreements[0].valid_from
        start = max(monday, signed + timedelta(days=1 if week <= 2 else 7))
        stop = min(monday + timedelta(days=6), person.posts_until or END)
        if start > stop:
            continue
        chance = stream(seed, "turn", week, person.handle)
        since = (monday - max(days[person.handle], default=signed - timedelta(days=14))).days / 7
        urgency = person.pace * since * chance.uniform(0.6, 1.4)
        span = (stop - start).days
        ready.append((urgency, person.handle, start + timedelta(days=chance.randint(0, span))))
    ready.sort(reverse=True)
    for _, handle, day in ready[: max(0, wanted)]:
        days[handle].append(day)


def _written(
    seed: int, person: Creator, days: list[date], briefs: list[Brief], without: str | None
) -> list[Post]:
    chance = stream(seed, "posts", person.handle)
    posts = []
    brief: Brief | None = None
    left = 0
    for day in days:
        if left == 0:
            brief = _brief(chance, person, day, len(briefs) + 1)
            left = chance.choice((1, 1, 2)) if person.pace < 1 else chance.choice((1, 2, 2, 3))
            if person.in_ledger and chance.random() < 0.94:
                briefs.append(brief)
        left -= 1
        assert brief is not None
        posts.append(_post(chance, person, day, brief, brief in briefs[-1:], without))
    return posts


def _brief(chance: random.Random, person: Creator, day: date, number: int) -> Brief:
    product = chance.choices(PRODUCTS, (0.33, 0.27, 0.17, 0.14, 0.09))[0]
    angle = chance.choices(ANGLES, ANGLE_WEIGHTS)[0]
    if person.plant and angle == "transformation_reveal":
        # One cause to a plant: the angle that depends on the product is others' to try.
        angle = "problem_agitation"
    sent = max(person.joined_on, day - timedelta(days=chance.randint(4, 9)))
    return Brief(f"B{number:04d}", person.handle, product, angle, sent)


def _post(
    chance: random.Random,
    person: Creator,
    day: date,
    brief: Brief,
    briefed: bool,
    without: str | None,
) -> Post:
    moment = datetime(day.year, day.month, day.day, chance.randint(7, 20), chance.randint(0, 59), 7)
    products = [brief.product]
    if chance.random() < 0.08:
        products.append(chance.choice([p for p in PRODUCTS if p is not brief.product]))
    lift = chance.gauss(0, 0.22) + _angle_lift(brief, without)
    caption = chance.choice(CAPTIONS[brief.angle]).format(issue=ISSUES[brief.product.product_id])
    post = Post(
        _post_id(chance, moment),
        person,
        moment,
        products,
        brief.angle if briefed else "",
        caption,
        _moved(person.conversion, lift),
        brief=brief if briefed else None,
    )
    if briefed:
        brief.post_ids.append(post.post_id)
    return post


def _angle_lift(brief: Brief, without: str | None) -> float:
    """The planted cell: on the log-odds, up for the serum and down for the cleanser."""
    if without == "hook_by_product" or brief.angle != "transformation_reveal":
        return 0.0
    return {SERUM.product_id: 0.65, CLEANSER.product_id: -0.80}.get(brief.product.product_id, 0.0)


def _moved(rate: float, lift: float) -> float:
    odds = rate / (1 - rate) * math.exp(lift)
    return odds / (1 + odds)


def _post_id(chance: random.Random, moment: datetime) -> str:
    """19 digits that begin with the second of publishing, as the platform's do."""
    seconds = int(moment.replace(tzinfo=UTC).timestamp()) + 8 * 3600
    identifier = (seconds << 32) + chance.getrandbits(32)
    return str(identifier if identifier % 10 else identifier + 3)


def _lives(seed: int, people: list[Creator]) -> list[Post]:
    """LIVE sessions of the few creators who go live, every so many weeks."""
    lives = []
    for person in people:
        if not person.lives_every:
            continue
        chance = stream(seed, "live", person.handle)
        day = person.agreements[0].valid_from + timedelta(days=24)
        while day <= END:
            start = datetime(day.year, day.month, day.day, 18, chance.randint(0, 40), 12)
            live = Post(
                _post_id(chance, start),
                person,
                start,
                chance.sample(PRODUCTS, 2),
                "",
                chance.choice(("Sunday skincare", "Shelf talk", "Ask me anything: routine")),
                0.0,
                kind="live",
                ended_at=start + timedelta(minutes=chance.randint(48, 110), seconds=31),
            )
            lives.append(live)
            day += timedelta(days=7 * person.lives_every + chance.randint(-2, 2))
    return lives
