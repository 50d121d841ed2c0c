"""The free products of the sample program: who got what, when, and which post came of it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kit.demo.posts import Post
from kit.demo.sales import Line, Order
from kit.demo.story import END, PRODUCTS, START, Creator, Product, stream

SHIPPING = 485


@dataclass
class Sample:
    """One sample on its way; days are None while they have not come."""

    sample_id: str
    creator: Creator
    product: Product
    requested_on: date
    approved_on: date | None
    shipped_on: date | None
    delivered_on: date | None
    post_id: str = ""
    order_id: str = ""


def seeded(seed: int, people: list[Creator], posts: list[Post]) -> tuple[list[Sample], list[Order]]:
    """Every sample, and the zero-value shop orders that carried them."""
    samples: list[Sample] = []
    for person in people:
        if person.in_ledger:
            own = [p for p in posts if p.creator is person and p.kind == "video"]
            samples += _samples_of(stream(seed, "samples", person.handle), person, own)
    samples.sort(key=lambda sample: (sample.requested_on, sample.creator.handle))
    numbers = stream(seed, "sample orders")
    orders = []
    for number, sample in enumerate(samples, 1):
        sample.sample_id = f"S{number:04d}"
        order = _sample_order(numbers, sample)
        if order:
            sample.order_id = order.order_id
            orders.append(order)
    return samples, orders


def _samples_of(chance: random.Random, person: Creator, posts: list[Post]) -> list[Sample]:
    first = _first_sample(chance, person, posts)
    samples = [first]
    had = {first.product.product_id}
    for post in posts:
        product = post.products[0]
        if product.product_id in had or chance.random() > 0.65:
            continue
        had.add(product.product_id)
        delivered = post.published_on - timedelta(days=chance.randint(1, 11))
        if delivered > person.joined_on + timedelta(days=7):
            samples.append(_dated(chance, person, product, delivered, post.post_id))
    return samples


def _first_sample(chance: random.Random, person: Creator, posts: list[Post]) -> Sample:
    product = posts[0].products[0] if posts else chance.choice(PRODUCTS[:3])
    delivered = person.joined_on + timedelta(days=chance.randint(5, 9))
    if posts:
        delivered = min(delivered, posts[0].published_on - timedelta(days=1))
    return _dated(chance, person, product, delivered, posts[0].post_id if posts else "")


def _dated(
    chance: random.Random, person: Creator, product: Product, delivered: date, post_id: str
) -> Sample:
    """The steps of a sample, counted back from delivery; what lies after the end has not come."""
    shipped = delivered - timedelta(days=chance.randint(2, 4))
    approved = shipped - timedelta(days=1)
    requested = approved - timedelta(days=chance.randint(0, 2))
    return Sample(
        "",
        person,
        product,
        requested,
        approved if approved <= END else None,
        shipped if shipped <= END else None,
        delivered if delivered <= END else None,
        post_id,
    )


def _sample_order(numbers: random.Random, sample: Sample) -> Order | None:
    """The shop order of a shipped sample: every amount zero, the creator is the buyer."""
    if sample.shipped_on is None or sample.approved_on is None or sample.approved_on < START:
        return None
    day = sample.approved_on
    created = datetime(day.year, day.month, day.day, 13, numbers.randint(0, 59), 20)
    order = Order(
        f"5779{numbers.randrange(10**14):014d}{numbers.randint(1, 9)}",
        sample.creator.handle,
        created,
        is_sample=True,
        payment="",
    )
    if sample.delivered_on:
        order.delivered_at = datetime(
            sample.delivered_on.year, sample.delivered_on.month, sample.delivered_on.day, 15, 30
        )
    price = sample.product.skus[0].price
    order.lines.append(Line(order, sample.product.skus[0], sample.product, 1, 0, price))
    return order
