"""Every figure of a `world.World` counted again by plain loops, from the written definitions.

Nothing here imports the kit. `recount(world, as_of)` returns
``{(metric, subject_kind, subject, period_start): (value, n)}``; a value of None is "missing".
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from statistics import median

from tests.independent.world import discounts

Figures = dict[tuple[str, str, str, date], tuple[float | None, int | None]]


class Recount:
    """One world seen on one day."""

    def __init__(self, world, as_of: date) -> None:
        self.world, self.as_of = world, as_of
        self.monday = as_of - timedelta(days=as_of.weekday())
        self.four = as_of - timedelta(days=27)
        self.figures: Figures = {}
        self.off, self.products = discounts(world), world.products
        listed = {row["post_id"] for row in world.stats}
        self.posts = [post for post in world.posts if post["post_id"] in listed]
        self.by_id = {post["post_id"]: post for post in self.posts}
        self.cancelled = {line.order_id for line in world.shop if line.status == "Canceled"}
        self.returned = {
            (line.order_id, line.sku_id): line.returned / line.quantity for line in world.shop
        }
        handles = {c["handle"] for c in world.creators if c["in_ledger"]}
        handles |= {p["handle"] for p in self.posts} | {x.handle for x in world.lines}
        self.handles = sorted(handles)
        self.tier = {handle: self._tier(handle) for handle in self.handles}
        self.roster = {handle for handle in self.handles if self._on_roster(handle)}

    def _tier(self, handle: str) -> int | None:
        moves = [
            move
            for move in self.world.tiers
            if move["handle"] == handle and move["changed_on"] <= self.as_of
        ]
        if moves:
            return max(moves, key=lambda move: move["changed_on"])["to_tier"]
        entry = [c for c in self.world.creators if c["handle"] == handle and c["in_ledger"]]
        if not entry:
            return None
        if entry[0]["tier"]:
            return entry[0]["tier"]
        followers = entry[0]["followers"]
        if followers is None:
            return None
        return 1 if followers < 100_000 else 2 if followers < 500_000 else 3

    def _on_roster(self, handle: str) -> bool:
        active = any(
            c["handle"] == handle and c["in_ledger"] and c["status"] == "active"
            for c in self.world.creators
        )
        return active or any(
            a["handle"] == handle
            and a["valid_from"] <= self.as_of
            and (a["valid_to"] is None or a["valid_to"] >= self.as_of)
            for a in self.world.agreements
        )

    def counts(self, line) -> bool:
        if line.status == "Unpaid" or line.paid is None or line.status == "Cancelled":
            return False
        if line.status == "Ineligible" and line.delivered is None:
            return False
        return line.order_id not in self.cancelled

    def refunded(self, line) -> float:
        if line.refunded_whole:
            return line.gmv
        share = self.returned.get((line.order_id, line.sku_id), 0)
        return min(line.gmv, round(line.gmv * share + 1e-9, 2))

    def lines(self, first: date, last: date):
        return [
            line
            for line in self.world.lines
            if self.counts(line) and first <= line.created.date() <= last
        ]

    def groups(self, handle=None, post_id=None, product_id=None, post=False):
        """The subjects a record belongs to, as (kind, subject)."""
        found = [("program", "")]
        if handle is not None:
            found.append(("creator", handle))
            if self.tier.get(handle):
                found.append(("tier", str(self.tier[handle])))
        known = self.by_id.get(post_id)
        if known and known["angle"]:
            found.append(("hook_angle", known["angle"]))
        if product_id:
            found.append(("product", product_id))
        if post and post_id:
            found.append(("post", post_id))
        return found

    def put(self, metric, subject, first, value, n=None) -> None:
        self.figures[(metric, *subject, first)] = (value, n)

    def all(self) -> Figures:
        for first in (self.monday, self.four):
            self._orders(first)
            self._video(first)
            self._posts(first)
            self._output(first)
        self._revenue_per_post()
        self._hooks()
        self._costs()
        self._repeat()
        return self.figures

    def _orders(self, first: date) -> None:
        gmv, net, orders, rows = (
            defaultdict(float),
            defaultdict(float),
            defaultdict(set),
            defaultdict(int),
        )
        for line in self.lines(first, self.as_of):
            for subject in self.groups(line.handle, line.post_id, line.product_id):
                gmv[subject] += line.gmv
                net[subject] += line.gmv - self.refunded(line)
                orders[subject].add(line.order_id)
                rows[subject] += 1
        for subject in gmv:
            self.put("gmv", subject, first, gmv[subject], rows[subject])
            self.put("net_revenue", subject, first, net[subject], rows[subject])
            self.put("orders", subject, first, len(orders[subject]), rows[subject])

    def tiled(self, first: date) -> list[int] | None:
        """The weeks that tile first…as_of exactly, or None."""
        spans = [
            (index, *self.world.week(index))
            for index in range(self.world.weeks)
            if index not in self.world.missing_weeks
        ]
        inside = [(i, a, b) for i, a, b in spans if a >= first and b <= self.as_of]
        days = sum((b - a).days + 1 for _, a, b in inside)
        return [i for i, _, _ in inside] if days == (self.as_of - first).days + 1 else None

    def _video(self, first: date) -> None:
        weeks = self.tiled(first)
        if weeks is None:
            for metric in ("conversion_rate", "clicks", "views"):
                self.put(metric, ("program", ""), first, None)
            return
        totals, known = defaultdict(lambda: [0, 0, 0]), set()
        for row in self.world.stats:
            post = self.by_id[row["post_id"]]
            if row["week"] not in weeks or post["live"]:
                continue
            only = post["products"][0] if len(post["products"]) == 1 else None
            for subject in self.groups(post["handle"], post["post_id"], only, post=True):
                sums = totals[subject]
                sums[2] += row["views"]
                if row["clicks"] is not None:
                    known.add(subject)
                    sums[0] += row["clicks"]
                    sums[1] += row["orders"]
        for subject, (clicks, orders, views) in totals.items():
            self.put("conversion_rate", subject, first, orders / clicks if clicks else None, clicks)
            if subject[0] in {"program", "tier", "creator", "post"}:
                self.put("clicks", subject, first, clicks if subject in known else None)
                self.put("views", subject, first, views)

    def published(self, first: date, last: date):
        return [post for post in self.posts if first <= post["published"] <= last]

    def _posts(self, first: date) -> None:
        posts = self.published(first, self.as_of)
        if first == self.monday:
            self.put("velocity", ("program", ""), first, len(posts))
            self.put(
                "velocity_roster",
                ("program", ""),
                first,
                sum(post["handle"] in self.roster for post in posts),
            )
            for tier in (1, 2, 3):
                own = sum(self.tier[post["handle"]] == tier for post in posts)
                self.put("velocity", ("tier", str(tier)), first, own)
        else:
            active = {post["handle"] for post in posts}
            self.put("active_creators", ("program", ""), first, len(active))

    def in_force(self, deal: dict, day: date) -> bool:
        return deal["valid_from"] <= day and (deal["valid_to"] is None or day <= deal["valid_to"])

    def _output(self, first: date) -> None:
        days = [first + timedelta(days=i) for i in range((self.as_of - first).days + 1)]
        made, agreed = defaultdict(int), defaultdict(float)
        for deal in self.world.agreements:
            force = [day for day in days if self.in_force(deal, day)]
            posts = sum(
                post["handle"] == deal["handle"] and post["published"] in force
                for post in self.posts
            )
            for subject in self.groups(deal["handle"]):
                made[subject] += posts
                agreed[subject] += deal["posts_per_week"] * len(force) / 7
        for subject, wanted in agreed.items():
            value = made[subject] / wanted if wanted else None
            self.put("output_rate", subject, first, value)

    def net_14(self, post: dict) -> float:
        return sum(
            line.gmv - self.refunded(line)
            for line in self.world.lines
            if line.post_id == post["post_id"]
            and self.counts(line)
            and 0 <= (line.created.date() - post["published"]).days <= 13
        )

    def _revenue_per_post(self) -> None:
        first, last = self.as_of - timedelta(days=83), self.as_of - timedelta(days=13)
        money, posts = defaultdict(float), defaultdict(int)
        for post in self.published(first, last):
            for subject in self.groups(post["handle"]):
                money[subject] += self.net_14(post)
                posts[subject] += 1
        for subject, count in posts.items():
            self.put("revenue_per_post", subject, first, money[subject] / count, count)
        for tier in (1, 2, 3):
            own = [
                money[("creator", handle)] / posts[("creator", handle)]
                for handle in self.roster
                if self.tier[handle] == tier and posts[("creator", handle)] >= 3
            ]
            middle = median(own) if len(own) >= 5 else None
            self.put(
                "tier_median_revenue_per_post", ("tier", str(tier)), first, middle or None, len(own)
            )

    def _hooks(self) -> None:
        latest: dict[str, dict] = {}
        for row in self.world.hooks:
            if row["window_s"] != 3 or row["source"] != "creator":
                continue
            if self.four <= row["seen_on"] <= self.as_of:
                known = latest.get(row["post_id"])
                if known is None or row["seen_on"] > known["seen_on"]:
                    latest[row["post_id"]] = row
        views, held = defaultdict(int), defaultdict(int)
        for row in latest.values():
            post = self.by_id[row["post_id"]]
            for subject in self.groups(post["handle"], post["post_id"], post=True):
                views[subject] += row["views"]
                held[subject] += row["held_views"]
        for subject, seen in views.items():
            self.put("hook_retention", subject, self.four, held[subject] / seen, seen)

    def _costs(self) -> None:
        commission, net, orders = defaultdict(float), defaultdict(float), defaultdict(set)
        for line in self.lines(self.four, self.as_of):
            paid = sum(
                pair[1] if pair[1] is not None else pair[0] or 0
                for pair in (line.standard, line.shop_ads)
            )
            for subject in self.groups(line.handle):
                commission[subject] += paid
                net[subject] += line.gmv - self.refunded(line)
                orders[subject].add(line.order_id)
        other = self._other_costs()
        self._contribution(commission, net, other)
        for subject, revenue in net.items():
            cost = commission[subject]
            n = len(orders[subject])
            ratio = cost / revenue if revenue > 0 else None
            whole = (cost + other[subject]) / revenue if revenue > 0 else None
            if self.tiled(self.four) is None:
                whole = None  # the ad spend of the period cannot be known
            self.put("commission_ratio", subject, self.four, ratio, n)
            self.put("all_in_cost_ratio", subject, self.four, whole, n)

    def _contribution(self, commission, net, other) -> None:
        """Net revenue less goods, fulfilment, both fees, commission, samples, flat fees, ads.

        The platform takes 6% of payment and its own discount, gives it back on what is refunded
        and keeps a fifth of that, at most 5 dollars a line.
        """
        costs = {p["product_id"]: p["cost_of_goods"] + p["fulfilment_cost"] for p in self.products}
        limit = 5.0 if self.world.currency == "USD" else math.inf
        lost = defaultdict(float)
        for line in self.lines(self.four, self.as_of):
            platform, _ = self.off.get((line.order_id, line.sku_id), (0.0, 0.0))
            back = self.refunded(line) / line.gmv if line.gmv else 0.0
            full = 0.06 * (line.gmv + platform)
            fees = full * (1 - back) + min(limit, full * back * 0.2)
            for subject in self.groups(line.handle):
                lost[subject] += costs[line.product_id] * line.quantity + fees
        whole = self.tiled(self.four) is not None
        for subject in {*net, *other}:
            left = net[subject] - lost[subject] - commission[subject] - other[subject]
            self.put("contribution", subject, self.four, left if whole else None)

    def _other_costs(self) -> dict:
        costs = defaultdict(float)
        days = [self.four + timedelta(days=i) for i in range(28)]
        for deal in self.world.agreements:
            force = [day for day in days if self.in_force(deal, day)]
            fee = deal["flat_fee"] or 0
            if deal["fee_per"] == "post":
                amount = fee * sum(
                    p["handle"] == deal["handle"] and p["published"] in force for p in self.posts
                )
            else:
                amount = sum(fee / monthrange(day.year, day.month)[1] for day in force)
            for subject in self.groups(deal["handle"]):
                costs[subject] += amount
        for sample in self.world.samples:
            if self.four <= sample["shipped_on"] <= self.as_of:
                for subject in self.groups(sample["handle"]):
                    costs[subject] += sample["unit_cost"] + sample["shipping_cost"]
        for ad in self.world.ads:
            if ad["week"] in (self.tiled(self.four) or []):
                post = self.by_id.get(ad["post_id"])
                for subject in self.groups(post["handle"] if post else None):
                    costs[subject] += ad["spend"]
        return costs

    def _repeat(self) -> None:
        orders: dict[str, list] = defaultdict(list)
        for line in self.world.shop:
            orders[line.order_id].append(line)
        history = defaultdict(list)
        for order_id, lines in orders.items():
            sample = all(line.subtotal == 0 for line in lines)
            bad = any(line.status in {"Canceled", "Unpaid"} for line in lines)
            if not sample and not bad:
                history[lines[0].buyer].append((min(x.created for x in lines), order_id))
        start = self.as_of - timedelta(days=179)
        cohorts = defaultdict(list)
        for known in history.values():
            known = sorted(entry for entry in known if entry[0].date() <= self.as_of)
            if not known or not start <= known[0][0].date() <= self.as_of:
                continue
            first = known[0][0].date()
            later = [entry[0].date() for entry in known if entry[0].date() > first]
            fact = (
                ((min(later) - first).days, True) if later else ((self.as_of - first).days, False)
            )
            cohorts[("program", "")].append((*fact, first))
            lines = [
                line
                for line in self.world.lines
                if line.order_id == known[0][1] and self.counts(line)
            ]
            if lines:
                best = sorted(lines, key=lambda line: (-line.gmv, line.sku_id))[0]
                cohorts[("creator", best.handle)].append((*fact, first))
        for subject, buyers in cohorts.items():
            mature = sum((self.as_of - first).days >= 60 for *_, first in buyers)
            rate = 1 - _survival([(t, event) for t, event, _ in buyers]) if mature >= 10 else None
            self.put("repeat_purchase_rate", subject, start, rate, len(buyers))


def _survival(facts: list[tuple[int, bool]], at: int = 60) -> float:
    """Kaplan–Meier, event before censoring on the same day."""
    left = 1.0
    for day in sorted({t for t, event in facts if event and t <= at}):
        risk = sum(t >= day for t, _ in facts)
        left *= 1 - sum(t == day and event for t, event in facts) / risk
    return left


def recount(world, as_of: date) -> Figures:
    """All figures of `world` on `as_of`."""
    return Recount(world, as_of).all()
