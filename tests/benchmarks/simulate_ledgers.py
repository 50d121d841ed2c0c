"""Random ledgers with a recount of their money: each is one creator of a client, all drawn anew.

The recount never touches the kit: it walks the same rows in plain loops and exact fractions, gives
each piece of money its owners and says what is not known.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from tests.small_client import small_client

AS_OF = date(2026, 5, 10)
FIRST = AS_OF - timedelta(days=27)
DAYS = [FIRST + timedelta(days=n) for n in range(28)]
MONDAYS = DAYS[::7]
RESOLD = Fraction(1, 4)
NOBODY = None


class Drawn:
    """The rows of one ledger, and its pieces of money: (line, owners, amount or None)."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.name = f"c{seed}"
        self.rows: dict[str, list[dict]] = defaultdict(list)
        self.pieces: list[tuple[str, dict, Fraction | None]] = []
        self.rows["creators"].append({"creator_id": self.name})
        self._products()
        self._posts()
        for number in range(self.draw.randint(0, 4)):
            self._order(f"{self.name}-o{number}")
        self._fee()
        for number in range(self.draw.choice([0, 0, 1, 2])):
            self._sample(f"{self.name}-s{number}")
        for number in range(self.draw.choice([0, 0, 1, 2])):
            self._ad(f"{self.name}-k{number}")

    def cents(self, most: float) -> Fraction:
        return Fraction(self.draw.randint(0, int(most * 100)), 100)

    def piece(self, line: str, amount: Fraction | None, **owners) -> None:
        whole = {"creator": self.name, "product": None, "post": None, "week": None, **owners}
        self.pieces.append((line, whole, amount))

    def _products(self) -> None:
        self.costs = {}
        for number in range(2):
            product = f"{self.name}-p{number}"
            goods = self.cents(20) if self.draw.random() > 0.06 else None
            shipping = self.cents(6) if self.draw.random() > 0.03 else None
            self.costs[product] = (goods, shipping)
            self.rows["products"].append(
                {
                    "product_id": product,
                    "cost_of_goods": real(goods),
                    "fulfilment_cost": real(shipping),
                }
            )

    def _posts(self) -> None:
        self.posts = {}
        for number in range(self.draw.randint(0, 3)):
            post, day = f"{self.name}-v{number}", self.draw.choice(DAYS)
            shown = self.draw.sample(list(self.costs), self.draw.choice([1, 1, 2]))
            self.posts[post] = (day, shown)
            row = {"post_id": post, "creator_id": self.name, "published_on": str(day)}
            self.rows["posts"].append({**row, "product_ids": shown})

    def _order(self, order: str) -> None:
        draw, day = self.draw, self.draw.choice(DAYS)
        product, quantity = draw.choice(list(self.costs)), draw.choice([1, 1, 2, 3])
        post = draw.choice([*self.posts, "unlisted", None])
        gmv = self.cents(300)
        back = draw.choice([Fraction(0), Fraction(0), gmv, round(gmv / 3, 2)])
        paid = {name: draw.choice([None, self.cents(40)]) for name in ROUTES}
        counts = draw.random() > 0.1
        row = {
            "order_id": order,
            "sku_id": f"{order}-s",
            "product_id": product,
            "creator_id": self.name,
            "post_id": post,
            "ordered_at": f"{day}T20:00:00Z",
            "gmv": real(gmv),
            "refunded_amount": real(back),
            "quantity": quantity,
            "counts": counts,
            "status": draw.choice(["settled", "pending"]),
        }
        self.rows["orders"].append(row | {name: real(value) for name, value in paid.items()})
        held, returned = self._shop(order, gmv, quantity, back)
        if not counts:
            return
        owners = {
            "product": product,
            "post": post if post in self.posts else None,
            "week": monday(day),
        }
        commission = {
            route: next(
                (
                    paid[f"{route}_{s}"]
                    for s in ("actual", "estimated")
                    if paid[f"{route}_{s}"] is not None
                ),
                Fraction(0),
            )
            for route in ("standard_commission", "shop_ads_commission")
        }
        whole, share = Fraction(6, 100) * (gmv + held), back / gmv if gmv else Fraction(0)
        goods, shipping = self.costs[product]
        self.piece("net_revenue", gmv - back, **owners)
        self.piece("referral_fee", -whole * (1 - share), **owners)
        self.piece("refund_fee", -min(whole * share / 5, Fraction(5)), **owners)
        self.piece("goods", None if goods is None else -goods * quantity, **owners)
        if goods is not None and back > 0:
            resold = RESOLD * goods * quantity * Fraction(returned, quantity)
            self.piece("goods_resold", resold, **owners)
        self.piece("fulfilment", None if shipping is None else -shipping * quantity, **owners)
        self.piece("standard", -commission["standard_commission"], **owners)
        self.piece("shop_ads", -commission["shop_ads_commission"], **owners)

    def _shop(self, order: str, gmv: Fraction, quantity: int, back: Fraction):
        """What the platform pays the seller beside the payment; and the units that came back."""
        how = self.draw.choice(["no shop order", "both", "seller", "none", "neither"])
        if how == "no shop order":
            return Fraction(0), 0
        platform, seller = self.cents(5) + Fraction(1, 100), self.cents(9) + Fraction(1, 100)
        before = gmv + {"both": platform + seller, "seller": seller, "none": Fraction(0)}.get(
            how, 50 + platform + seller
        )
        returned = self.draw.randint(1, quantity) if back > 0 else 0
        self.rows["shop_orders"].append(
            {
                "order_id": order,
                "sku_id": f"{order}-s",
                "buyer_key": "b",
                "ordered_at": "2026-05-06T20:00:00Z",
                "gmv": real(before),
                "platform_discount": real(platform),
                "seller_discount": real(seller),
                "quantity": quantity,
                "returned_quantity": returned,
            }
        )
        return (platform if how in ("both", "neither") else Fraction(0)), returned

    def _fee(self) -> None:
        per = self.draw.choice([None, "post", "month", "deal"])
        if per is None:
            return
        start = self.draw.choice([FIRST - timedelta(days=40), *DAYS])
        end = self.draw.choice([None, start + timedelta(days=self.draw.randint(0, 50))])
        fee = self.cents(400) + 1
        self.rows["agreements"].append(
            {
                "creator_id": self.name,
                "valid_from": str(start),
                "valid_to": None if end is None else str(end),
                "flat_fee": real(fee),
                "fee_per": per,
            }
        )
        days = [day for day in DAYS if start <= day and (end is None or day <= end)]
        if per == "post":
            for post, (day, _) in self.posts.items():
                if day in days:
                    self.piece("flat_fees", -fee, post=post, week=monday(day))
        elif per == "deal" and end is None:
            if start in DAYS:
                self.piece("flat_fees", -fee, week=monday(start))
        else:
            for day in days:
                length = (
                    monthrange(day.year, day.month)[1] if per == "month" else (end - start).days + 1
                )
                self.piece("flat_fees", -fee / length, week=monday(day))

    def _sample(self, sample: str) -> None:
        day = self.draw.choice([*DAYS, FIRST - timedelta(days=1)])
        unit, shipping = self.cents(20), self.cents(8)
        known = self.draw.random() > 0.03
        product = self.draw.choice([*self.costs, None])
        post = self.draw.choice([*self.posts, None])
        self.rows["samples"].append(
            {
                "sample_id": sample,
                "creator_id": self.name,
                "product_id": product,
                "post_id": post,
                "unit_cost": real(unit) if known else None,
                "shipping_cost": real(shipping),
                "shipped_on": str(day),
            }
        )
        if day in DAYS:
            amount = -(unit + shipping) if known else None
            self.piece("samples", amount, product=product, post=post, week=monday(day))

    def _ad(self, campaign: str) -> None:
        week = self.draw.choice(MONDAYS)
        post = self.draw.choice([*self.posts, None])
        product = self.draw.choice([*self.costs, None])
        currency = "USD" if self.draw.random() > 0.03 else "EUR"
        spend = self.cents(90) + Fraction(1, 100)
        self.rows["ad_stats"].append(
            {
                "campaign_id": campaign,
                "post_id": post,
                "product_id": product,
                "window_start": str(week),
                "window_end": str(week + timedelta(days=6)),
                "spend": real(spend),
                "currency": currency,
            }
        )
        shown = self.posts[post][1] if post else []
        whose = product or (shown[0] if len(shown) == 1 else None)
        amount = -spend if currency == "USD" else None
        owner = self.name if post else NOBODY
        self.piece("ad_spend", amount, creator=owner, product=whose, post=post, week=str(week))


ROUTES = [
    f"{route}_{state}"
    for route in ("standard_commission", "shop_ads_commission")
    for state in ("actual", "estimated")
]


def real(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def monday(day: date) -> str:
    return str(day - timedelta(days=day.weekday()))


def client(folder, ledgers: list[Drawn], **policy):
    """All of them as one client; `policy` over a quarter of returned goods sold again."""
    rows: dict[str, list[dict]] = defaultdict(list)
    for ledger in ledgers:
        for name, own in ledger.rows.items():
            rows[name] += own
    windows = [
        {
            "kind": "gmv_max_creative",
            "window_start": str(day),
            "window_end": str(day + timedelta(days=6)),
            "kept": True,
        }
        for day in MONDAYS
    ]
    given = {"returns": {"resold_share": float(RESOLD)}} | policy
    return small_client(folder, policy=given, zone="UTC", windows=windows, **rows)


def recount(ledgers: list[Drawn], kind: str) -> dict[str | None, dict[str, Fraction | None]]:
    """By subject of a kind (None: of none) and line of money: the sum, None if not all is known."""
    sums: dict[str | None, dict[str, Fraction | None]] = defaultdict(dict)
    for ledger in ledgers:
        for line, owners, amount in ledger.pieces:
            subject = "small" if kind == "program" else owners[kind]
            had = sums[subject].get(line, Fraction(0))
            sums[subject][line] = None if had is None or amount is None else had + amount
    return sums
