"""The truth of the sample, counted from its own records by plain loops and never by the kit.

Every figure here follows the project's definitions word for word, on the state of each line that
the newest download shows. Only tests read the file this makes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any

from kit.demo import answers, cohorts, left, line
from kit.demo.ads import ADS_FROM_WEEK
from kit.demo.known import (
    CLIENT,
    COLUMNS,
    FOUR_WEEKS,
    POSTS_OF,
    WEEK,
    Figures,
    KnownLine,
    Listed,
    Period,
    Subject,
    agreed,
    commission_of,
    days_in_force,
    figure,
    known_lines,
    known_posts,
    listed_posts,
    on_roster,
    subjects_of,
    tier_of,
    within,
)
from kit.demo.posts import Post
from kit.demo.samples import SHIPPING, Sample
from kit.demo.sheets import Row
from kit.demo.states import Download
from kit.demo.story import END, MISSING_WEEK, PRODUCTS, Creator

if TYPE_CHECKING:
    from kit.demo import World


def told(world: World) -> dict[str, Any]:
    """All of it: figures, planted people and posts, and how many rows the tables must hold."""
    lines = known_lines(world)
    listed = listed_posts(world)
    figures: Figures = []
    figures += _output(world)
    figures += _traffic(world, listed)
    figures += _money(world, lines)
    figures += _revenue_per_post(world, lines)
    figures += _hooks(world)
    figures += cohorts.repeat_purchase(world, lines, CLIENT)
    figures += _costs(world, lines)
    return {
        "client": CLIENT,
        "as_of": str(END),
        "seed": world.seed,
        "without": world.without,
        "columns": list(COLUMNS),
        "note": "money exact to the cent; figures are rows of `columns`; a null value is missing",
        "tables": _tables(world, lines, listed),
        "plants": answers.planted(world),
        "line": line.answers(world),
        "figures": [[found[name] for name in COLUMNS] for found in figures],
    }


def _output(world: World) -> Figures:
    """velocity, velocity_roster, active_creators, output_rate."""
    figures: Figures = []
    velocity: dict[Subject, int] = defaultdict(int)
    roster: dict[Subject, int] = defaultdict(int)
    for post in known_posts(world):
        if not within(post.published_on, WEEK):
            continue
        for subject in subjects_of(post.creator):
            velocity[subject] += 1
            roster[subject] += on_roster(post.creator)
    kinds = ("program", "tier")
    figures += [figure("velocity", s, WEEK, v) for s, v in velocity.items() if s[0] in kinds]
    figures += [figure("velocity_roster", s, WEEK, v) for s, v in roster.items() if s[0] in kinds]
    posted = {p.creator.handle for p in known_posts(world) if within(p.published_on, FOUR_WEEKS)}
    active: dict[Subject, int] = defaultdict(int)
    for person in world.people:
        for subject in subjects_of(person):
            active[subject] += person.handle in posted
    figures += [
        figure("active_creators", s, FOUR_WEEKS, v) for s, v in active.items() if s[0] in kinds
    ]
    for period in (WEEK, FOUR_WEEKS):
        made: dict[Subject, int] = defaultdict(int)
        owed: dict[Subject, Fraction] = defaultdict(Fraction)
        for person in world.people:
            for subject in subjects_of(person):
                owed[subject] += agreed(person, period)
        for post in known_posts(world):
            if within(post.published_on, period) and post.creator.agreement(post.published_on):
                for subject in subjects_of(post.creator):
                    made[subject] += 1
        figures += [
            figure("output_rate", s, period, made[s], owed[s]) for s in owed if owed[s] or made[s]
        ]
    return figures


def _traffic(world: World, listed: list[Listed]) -> Figures:
    """conversion_rate, clicks, views: from the video lists alone."""
    figures: Figures = []
    for period in (WEEK, FOUR_WEEKS):
        sums: dict[Subject, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for row in listed:
            if not (period[0] <= row.first and row.last <= period[1]):
                continue
            subjects = [*subjects_of(row.post.creator), ("post", row.post.post_id)]
            cell = []
            if row.post.brief:
                cell.append(("hook_angle", row.post.brief.angle))
            if len(row.post.products) == 1:
                cell.append(("product", row.post.products[0].product_id))
            for subject in subjects + cell:
                for place, value in enumerate((row.orders, row.clicks, row.views, 1)):
                    sums[subject][place] += value
        for subject, (orders, clicks, views, rows) in sums.items():
            figures.append(figure("conversion_rate", subject, period, orders, clicks, n=clicks))
            if subject[0] in ("program", "tier", "creator", "post"):
                figures.append(figure("clicks", subject, period, clicks, n=rows))
                figures.append(figure("views", subject, period, views, n=rows))
    return figures


def _line_subjects(known: KnownLine) -> list[Subject]:
    assert known.line.creator
    subjects = [*subjects_of(known.line.creator), ("product", known.line.product.product_id)]
    post = known.line.post
    return subjects + ([("hook_angle", post.brief.angle)] if post and post.brief else [])


def _money(world: World, lines: list[KnownLine]) -> Figures:
    """gmv, net_revenue, orders from counting affiliate lines, and commission_ratio."""
    figures: Figures = []
    for period in (WEEK, FOUR_WEEKS):
        grouped: dict[Subject, list[KnownLine]] = defaultdict(list)
        for known in lines:
            if known.counts and within(known.day, period):
                for subject in _line_subjects(known):
                    grouped[subject].append(known)
        for subject, group in grouped.items():
            gmv, net = sum(k.line.gmv for k in group), sum(k.net for k in group)
            orders = len({k.line.order.order_id for k in group})
            n = len(group)
            figures.append(figure("gmv", subject, period, gmv, n=n, cents=True))
            figures.append(figure("net_revenue", subject, period, net, n=n, cents=True))
            figures.append(figure("orders", subject, period, orders, n=n))
            if period == FOUR_WEEKS and subject[0] in ("program", "tier", "creator"):
                figures.append(_commission_ratio(subject, group, net, orders))
            if period == FOUR_WEEKS and subject[0] == "creator":
                figures += _settled_ratios(subject, group)
    return figures


def _commission_ratio(
    subject: Subject, group: list[KnownLine], net: int, orders: int
) -> dict[str, Any]:
    paid = sum(commission_of(known.state) for known in group)
    found = figure(
        "commission_ratio",
        subject,
        FOUR_WEEKS,
        paid,
        net if net > 0 else None,
        n=orders,
    )
    if net <= 0:
        found["value"] = None
    return found


def _settled_ratios(subject: Subject, group: list[KnownLine]) -> Figures:
    """commission_ratio_settled: actual commission over actual base, each route by itself."""
    settled = [k for k in group if k.state.status == "Settled" and k.refunded == 0]
    figures: Figures = []
    for metric, route in (
        ("commission_ratio_settled", "standard_actual"),
        ("commission_ratio_settled_shop_ads", "ads_actual"),
    ):
        own = [k for k in settled if getattr(k.state, route) is not None]
        paid = sum(getattr(k.state, route) for k in own)
        base = sum(k.state.base_actual or 0 for k in own)
        orders = len({k.line.order.order_id for k in own})
        if own:
            figures.append(figure(metric, subject, FOUR_WEEKS, paid, base, n=orders))
    return figures


def _revenue_per_post(world: World, lines: list[KnownLine]) -> Figures:
    """revenue_per_post, and each tier's median over its roster."""
    by_post: dict[str, int] = defaultdict(int)
    for known in lines:
        post = known.line.post
        if known.counts and post and 0 <= (known.day - post.published_on).days <= 13:
            by_post[post.post_id] += known.net
    sums: dict[Subject, list[int]] = defaultdict(lambda: [0, 0])
    for post in known_posts(world):
        if within(post.published_on, POSTS_OF):
            for subject in subjects_of(post.creator):
                sums[subject][0] += by_post[post.post_id]
                sums[subject][1] += 1
    figures = [
        figure("revenue_per_post", s, POSTS_OF, net, posts, n=posts, cents=True)
        for s, (net, posts) in sums.items()
    ]
    for tier in (1, 2, 3):
        means = [
            Fraction(*sums[("creator", person.handle)])
            for person in world.people
            if on_roster(person)
            and tier_of(person) == tier
            and sums[("creator", person.handle)][1] >= 3
        ]
        middle = median(means) if len(means) >= 5 else None
        figures.append(
            figure(
                "tier_median_revenue_per_post",
                ("tier", str(tier)),
                POSTS_OF,
                middle or None,
                n=len(means),
                cents=True,
            )
        )
    return figures


def _hooks(world: World) -> Figures:
    """hook_retention: three seconds, creators' readings, the latest per post."""
    posts = {post.post_id: post for post in known_posts(world)}
    latest: dict[str, tuple[str, int, int]] = {}
    for post_id, window_s, views, held, source, seen_on in map(_texts, world.readings):
        if window_s != "3" or source != "creator":
            continue
        if not within(date.fromisoformat(seen_on), FOUR_WEEKS):
            continue
        if post_id not in latest or latest[post_id][0] < seen_on:
            latest[post_id] = (seen_on, int(views), int(held))
    sums: dict[Subject, list[int]] = defaultdict(lambda: [0, 0])
    for post_id, (_, views_seen, held_seen) in latest.items():
        post = posts[post_id]
        subjects = [*subjects_of(post.creator), ("post", post_id)]
        if post.brief:
            subjects.append(("hook_angle", post.brief.angle))
        for subject in subjects:
            sums[subject][0] += held_seen
            sums[subject][1] += views_seen
    return [
        figure("hook_retention", s, FOUR_WEEKS, held, views, n=views)
        for s, (held, views) in sums.items()
    ]


def _texts(row: Row) -> list[str]:
    return [cell or "" for cell in row]


def _costs(world: World, lines: list[KnownLine]) -> Figures:
    """all_in_cost_ratio: commission, flat fees, samples and ad spend over net revenue.

    And contribution, which has every other cost in it.
    """
    net: dict[Subject, int] = defaultdict(int)
    cost: dict[Subject, Fraction] = defaultdict(Fraction)
    spent: dict[Subject, Fraction] = defaultdict(Fraction)
    orders: dict[Subject, set[str]] = defaultdict(set)
    for known in lines:
        if known.counts and within(known.day, FOUR_WEEKS):
            assert known.line.creator
            for subject in subjects_of(known.line.creator):
                net[subject] += known.net
                orders[subject].add(known.line.order.order_id)
                cost[subject] += commission_of(known.state)
    for person in world.people:
        own = [p for p in known_posts(world) if p.creator is person]
        own_cost = _flat_fees(person, own, FOUR_WEEKS) + sum(
            row[2] for p in own for day, row in p.paid.items() if within(day, FOUR_WEEKS)
        )
        own_cost += sum(_sample_cost(s) for s in world.samples if s.creator is person)
        for subject in subjects_of(person):
            spent[subject] += own_cost
    spent[("program", CLIENT)] += answers.product_card_spend(world.seed, FOUR_WEEKS)
    for subject, amount in spent.items():
        cost[subject] += amount
    return [
        figure(
            "all_in_cost_ratio",
            subject,
            FOUR_WEEKS,
            cost[subject],
            net[subject] if net[subject] > 0 else None,
            n=len(orders[subject]),
        )
        | ({} if net[subject] > 0 else {"value": None})
        for subject in cost
        if cost[subject] or net[subject]
    ] + left.contributions(lines, spent)


def _sample_cost(sample: Sample) -> int:
    if sample.shipped_on is None or not within(sample.shipped_on, FOUR_WEEKS):
        return 0
    return sample.product.skus[0].cost + SHIPPING


def _flat_fees(person: Creator, posts: list[Post], period: Period) -> Fraction:
    """By posts, by days of each month, or by days of the deal."""
    total = Fraction(0)
    for deal in person.agreements:
        days = days_in_force(deal, period)
        if deal.fee_per == "post":
            total += deal.flat_fee * sum(
                within(p.published_on, period)
                and deal.valid_from <= p.published_on <= (deal.valid_to or END)
                for p in posts
            )
        elif deal.fee_per == "month":
            total += sum(
                Fraction(deal.flat_fee, _month_length(day))
                for day in _each_day(period)
                if deal.valid_from <= day <= (deal.valid_to or END)
            )
        elif deal.fee_per == "deal" and deal.valid_to:
            total += Fraction(deal.flat_fee * days, (deal.valid_to - deal.valid_from).days + 1)
        elif deal.fee_per == "deal" and within(deal.valid_from, period):
            total += deal.flat_fee
    return total


def _each_day(period: Period) -> Iterable[date]:
    return (period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days + 1))


def _month_length(day: date) -> int:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - day.replace(day=1)).days


def _dollars(cents: Iterable[int]) -> float:
    return sum(cents) / 100


def _tables(world: World, lines: list[KnownLine], listed: list[Listed]) -> dict[str, Any]:
    """How many rows each table must hold, and the sums of its money."""
    listed_ids = {row.post.post_id for row in listed}
    lives = [post for post in known_posts(world) if post.kind == "live"]
    return {
        "orders": len(lines),
        "orders_counting": sum(known.counts for known in lines),
        "orders_gmv": _dollars(known.line.gmv for known in lines),
        "orders_gmv_counting": _dollars(known.line.gmv for known in lines if known.counts),
        "orders_refunded": _dollars(known.refunded for known in lines if known.counts),
        "shop_orders": sum(len(order.lines) for order in world.orders),
        "shop_orders_samples": sum(order.is_sample for order in world.orders),
        "posts": len(listed_ids) + len(lives),
        "post_stats_videos": len(listed),
        "clicks_all_windows": sum(row.clicks for row in listed),
        "briefs": len(world.briefs),
        "samples": len(world.samples),
        "hooks": len(world.readings),
        "products": len(PRODUCTS),
        "set_aside": 0,
        "first_ads_week": ADS_FROM_WEEK,
        "missing_week": str(Download(MISSING_WEEK).last_day - timedelta(days=6)),
    }
