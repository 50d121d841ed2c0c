"""A random client written as genuine exports and ledgers, with every record kept.

Nothing here imports the kit: the records are the truth that `recount.py` counts by plain loops.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

HEADERS = Path(__file__).parents[1] / "fixtures" / "exports"
TIMES = {"affiliate": "%d/%m/%Y %H:%M:%S"}


@dataclass
class Line:
    """One affiliate order line in its newest state; times are local and naive."""

    order_id: str
    product_id: str
    sku_id: str
    handle: str
    content_type: str
    post_id: str | None
    gmv: float
    quantity: int
    status: str
    refunded_whole: bool
    created: datetime
    paid: datetime | None
    delivered: datetime | None
    standard: tuple[float | None, float | None]
    shop_ads: tuple[float | None, float | None]
    base: tuple[float | None, float | None]
    rate: float | None
    ads_rate: float | None


@dataclass
class ShopLine:
    """One shop order line; `status` in the English words of the file."""

    order_id: str
    sku_id: str
    product_id: str
    buyer: str
    created: datetime
    paid: datetime | None
    quantity: int
    returned: int
    subtotal: float
    status: str


@dataclass
class World:
    """Everything that happened, and what people wrote down."""

    seed: int
    zone: str
    market: str
    currency: str
    first: date
    weeks: int
    creators: list[dict] = field(default_factory=list)
    tiers: list[dict] = field(default_factory=list)
    agreements: list[dict] = field(default_factory=list)
    products: list[dict] = field(default_factory=list)
    posts: list[dict] = field(default_factory=list)
    briefs: list[dict] = field(default_factory=list)
    stats: list[dict] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    shop: list[ShopLine] = field(default_factory=list)
    samples: list[dict] = field(default_factory=list)
    hooks: list[dict] = field(default_factory=list)
    ads: list[dict] = field(default_factory=list)
    missing_weeks: set[int] = field(default_factory=set)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=7 * self.weeks - 1)

    def week(self, index: int) -> tuple[date, date]:
        monday = self.first + timedelta(days=7 * index)
        return monday, monday + timedelta(days=6)


def make_world(seed: int, zone="America/New_York", market="US", currency="USD", weeks=27) -> World:
    """A world of `weeks` ISO weeks that spans the autumn clock change."""
    rng = random.Random(seed)
    world = World(seed, zone, market, currency, date(2025, 9, 29), weeks)
    world.missing_weeks = {rng.randrange(2, weeks - 6)}
    world.products = [
        {
            "product_id": f"17290000000000{i:05d}",
            "sku_id": f"17290000000001{i:05d}",
            "name": f"Product {i}",
            "price": 20.0 + 5 * i,
            "cost_of_goods": 4.0 + i,
            "fulfilment_cost": 3.25,
        }
        for i in range(3)
    ]
    _people(world, rng)
    _posts(world, rng)
    _orders(world, rng)
    _shop_only(world, rng)
    _extras(world, rng)
    return world


def _people(world: World, rng: random.Random) -> None:
    for i in range(16):
        handle = f"maker.{i:02d}"
        followers = [3_000, 40_000, 99_999, 100_000, 260_000, 499_999, 500_000, None][i % 8]
        world.creators.append(
            {
                "handle": handle,
                "followers": followers,
                "joined_on": world.first + timedelta(days=rng.randrange(0, 30)),
                "status": "left" if i == 5 else "paused" if i == 6 else "active",
                "tier": 2 if i == 9 else None,
                "in_ledger": i < 13,
            }
        )
        if i < 12 and i != 10:
            start = world.first + timedelta(days=rng.randrange(0, 40))
            world.agreements.append(
                {
                    "handle": handle,
                    "valid_from": start,
                    "valid_to": None if i % 3 else world.last - timedelta(days=10 + i),
                    "posts_per_week": [0.5, 1, 2, 1.5, 3][i % 5],
                    "commission_rate": 0.15,
                    "flat_fee": [None, 120.0, 400.0][i % 3],
                    "fee_per": [None, "post", "month"][i % 3],
                }
            )
    moved = world.first + timedelta(days=60)
    world.tiers.append(
        {"handle": "maker.01", "changed_on": moved, "from_tier": 1, "to_tier": 2, "reason": "grew"}
    )
    world.tiers.append(
        {
            "handle": "maker.02",
            "changed_on": world.last + timedelta(days=3),
            "from_tier": 1,
            "to_tier": 2,
            "reason": "later than the report",
        }
    )


def _posts(world: World, rng: random.Random) -> None:
    angles = ["problem_agitation", "transformation_reveal", "social_proof", "curiosity_gap"]
    for i in range(260):
        maker = rng.choice(world.creators)
        published = world.first + timedelta(days=rng.randrange(0, 7 * world.weeks))
        chosen = rng.sample(world.products, 2 if rng.random() < 0.2 else 1)
        live = rng.random() < 0.06
        post = {
            "post_id": f"75990000000{i + 101:08d}",
            "handle": maker["handle"],
            "published": published,
            "products": [p["product_id"] for p in chosen],
            "live": live,
            "caption": f"Take {i}",
            "angle": None,
        }
        if rng.random() < 0.7:
            post["angle"] = rng.choice(angles)
            world.briefs.append(
                {
                    "brief_id": f"B{i}",
                    "handle": maker["handle"],
                    "product_id": chosen[0]["product_id"],
                    "hook_angle": post["angle"],
                    "sent_on": published - timedelta(days=5),
                    "post_id": post["post_id"],
                }
            )
        world.posts.append(post)
        for index in range(world.weeks):
            monday, sunday = world.week(index)
            if sunday < published or index in world.missing_weeks or rng.random() < 0.1:
                continue
            clicks = None if rng.random() < 0.03 else int(rng.paretovariate(1.1) * 3) - 3
            orders = rng.randrange(0, 2 + (clicks or 0) // 12)
            world.stats.append(
                {
                    "post_id": post["post_id"],
                    "week": index,
                    "views": rng.randrange(0, 40_000),
                    "impressions": rng.randrange(0, 9_000),
                    "clicks": min(clicks, 4_000) if clicks is not None else None,
                    "orders": orders,
                    "gmv": round(orders * rng.uniform(15, 60), 2),
                }
            )


def _moment(rng: random.Random, day: date) -> datetime:
    hour = rng.choice([0, 0, 1, 9, 12, 17, 22, 23, 23])
    return datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60))


def _orders(world: World, rng: random.Random) -> None:
    buyers = [f"buyer_{i:03d}" for i in range(420)]
    for i in range(900):
        post = rng.choice(world.posts)
        after = post["published"] + timedelta(days=int(rng.expovariate(1 / 9)))
        if after > world.last:
            continue
        created = _moment(rng, after)
        status = rng.choices(
            ["Settled", "Pending", "Unpaid", "Cancelled", "Ineligible", "Frozen", "Completed"],
            [50, 25, 4, 5, 6, 3, 7],
        )[0]
        buyer = rng.choice(buyers)
        unpaid = status == "Unpaid" or (status == "Pending" and rng.random() < 0.05)
        paid = None if unpaid else created + timedelta(minutes=2)
        order_id = f"57990000000{i + 101:08d}"
        for product in rng.sample(world.products, 2 if rng.random() < 0.15 else 1):
            _affiliate_line(world, rng, order_id, product, post, created, paid, status, buyer)


def _affiliate_line(world, rng, order_id, product, post, created, paid, status, buyer) -> None:
    quantity = rng.choice([1, 1, 1, 2, 3])
    gmv = round(product["price"] * quantity * rng.choice([1, 0.9, 0.8]), 2)
    arrived = status in {"Settled", "Frozen", "Completed"} or (
        status == "Ineligible" and rng.random() < 0.6
    )
    whole = status == "Settled" and rng.random() < 0.08
    paid_route = rng.random() < 0.3
    rate, ads_rate = 0.15, 0.08
    estimated = round(gmv * (ads_rate if paid_route else rate), 2)
    settled = status == "Settled"
    base_actual = (0.0 if whole else gmv) if settled else None
    actual = (0.0 if whole else estimated) if settled else None
    world.lines.append(
        Line(
            order_id,
            product["product_id"],
            product["sku_id"],
            post["handle"],
            rng.choice(["Video", "Video", "Livestream", "Showcase"]),
            post["post_id"] if rng.random() < 0.93 else None,
            gmv,
            quantity,
            status,
            whole,
            created,
            paid,
            created + timedelta(days=4) if arrived else None,
            (None, None) if paid_route else (estimated, actual),
            (estimated, actual) if paid_route else (None, None),
            (gmv, base_actual),
            None if paid_route else rate,
            ads_rate if paid_route else None,
        )
    )
    if rng.random() < 0.05:
        return  # the shop file lacks this order
    shop_status = "Canceled" if status == "Cancelled" or rng.random() < 0.02 else "Completed"
    returned = quantity if whole else 1 if quantity > 1 and rng.random() < 0.15 else 0
    known = next((s for s in world.shop if s.order_id == order_id), None)
    world.shop.append(
        ShopLine(
            order_id,
            product["sku_id"],
            product["product_id"],
            known.buyer if known else buyer,
            created,
            paid,
            quantity,
            returned,
            round(product["price"] * quantity, 2),
            "Unpaid" if paid is None else known.status if known else shop_status,
        )
    )


def _shop_only(world: World, rng: random.Random) -> None:
    for i in range(500):
        product = rng.choice(world.products)
        day = world.first + timedelta(days=rng.randrange(0, 7 * world.weeks))
        created = _moment(rng, day)
        sample = rng.random() < 0.1
        status = rng.choices(["Completed", "Canceled", "Unpaid"], [90, 6, 4])[0]
        world.shop.append(
            ShopLine(
                f"57980000000{i:08d}",
                product["sku_id"],
                product["product_id"],
                f"buyer_{rng.randrange(420):03d}",
                created,
                None if status == "Unpaid" else created + timedelta(minutes=1),
                1,
                0,
                0.0 if sample else product["price"],
                status,
            )
        )


def _extras(world: World, rng: random.Random) -> None:
    for i in range(40):
        shipped = world.first + timedelta(days=rng.randrange(0, 7 * world.weeks))
        world.samples.append(
            {
                "sample_id": f"S{i}",
                "handle": rng.choice(world.creators)["handle"],
                "product_id": world.products[0]["product_id"],
                "unit_cost": 4.5,
                "shipping_cost": 3.1,
                "shipped_on": shipped,
            }
        )
    listed = {row["post_id"] for row in world.stats}
    for post in [post for post in world.posts if post["post_id"] in listed]:
        for day in rng.sample(range(1, 20), rng.choice([0, 0, 1, 1, 2])):
            seen = post["published"] + timedelta(days=day)
            views = rng.randrange(100, 9_000)
            world.hooks.append(
                {
                    "post_id": post["post_id"],
                    "window_s": rng.choice([3, 3, 3, 2]),
                    "views": views,
                    "held_views": int(views * rng.uniform(0.1, 0.6)),
                    "source": rng.choice(["creator", "creator", "creator", "ad"]),
                    "seen_on": seen,
                }
            )
    for index in range(world.weeks):
        for post in rng.sample(world.posts, 6):
            world.ads.append(
                {
                    "week": index,
                    "post_id": post["post_id"],
                    "product_id": post["products"][0],
                    "spend": round(rng.uniform(5, 90), 2),
                }
            )


def write(world: World, folder: Path) -> None:
    """The client's folder: `client.toml`, exports and ledgers."""
    exports, ledgers = folder / "exports", folder / "ledgers"
    exports.mkdir(parents=True)
    ledgers.mkdir()
    (folder / "client.toml").write_text(
        f'name = "{folder.name}"\ncurrency = "{world.currency}"\nmarket = "{world.market}"\n'
        f'time_zone = "{world.zone}"\ncategory = "beauty"\n'
        f'program_start = "{world.first.isoformat()}"\n'
    )
    for index in range(world.weeks):
        if index not in world.missing_weeks:
            _write_week(world, index, exports)
    _write_affiliate(world, exports)
    _write_shop(world, exports)
    _write_ledgers(world, ledgers)


def _header(fixture: str) -> list[str]:
    with (HEADERS / fixture).open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def _save(path: Path, header: list[str], rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([row.get(name, "") for name in header] for row in rows)


def _write_week(world: World, index: int, folder: Path) -> None:
    monday, sunday = world.week(index)
    span = f"{monday:%Y%m%d}-{sunday:%Y%m%d}"
    posts = {post["post_id"]: post for post in world.posts}
    videos, lives = [], []
    for row in [row for row in world.stats if row["week"] == index]:
        post = posts[row["post_id"]]
        (lives if post["live"] else videos).append((post, row))
    _save(
        folder / f"Transaction_Analysis_Video_List_{span}.csv",
        _header("video_data__en_2026_07.csv"),
        [_video(world, post, row) for post, row in videos],
    )
    _save(
        folder / f"Transaction_Analysis_Live_List_{span}.csv",
        _header("live_list__en_2026.csv"),
        [_live(world, post, row) for post, row in lives],
    )
    _save(
        folder / f"creative data for product campaigns {monday} 00 ~ {sunday} 23.csv",
        _header("gmv_max_creative__en_2026_09_bulk.csv"),
        [_ad(world, row) for row in world.ads if row["week"] == index],
    )


def _money(world: World, amount: float) -> str:
    if world.currency == "IDR":
        return f"Rp{amount:,.0f}".replace(",", ".")
    return f"{'£' if world.currency == 'GBP' else '$'}{amount:,.2f}"


def _video(world: World, post: dict, row: dict) -> dict:
    return {
        "Video title": post["caption"],
        "Video ID": post["post_id"],
        "Post date": post["published"].isoformat(),
        "Creator name": post["handle"],
        "Product ID": ",".join(post["products"]),
        "Creator video-attributed GMV": _money(world, row["gmv"]),
        "Video-attributed orders": row["orders"],
        "Refunds": _money(world, 0),
        "Video product impressions": f"{row['impressions']:,}",
        "Video product clicks": "--" if row["clicks"] is None else f"{row['clicks']:,}",
        "Video views": f"{row['views']:,}",
        "CTR": "1.00%",
    }


def _live(world: World, post: dict, row: dict) -> dict:
    return {
        "LIVE title": post["caption"],
        "LIVE ID": post["post_id"],
        "LIVE start time": f"{post['published']} 12:00:00",
        "LIVE end time": f"{post['published']} 13:00:00",
        "Creator name": post["handle"],
        "Product ID": post["products"][0],
        "Creator LIVE-attributed GMV": _money(world, row["gmv"]),
        "LIVE-attributed orders": row["orders"],
        "Refunds": _money(world, 0),
    }


def _ad(world: World, row: dict) -> dict:
    return {
        "Campaign name": "Shop",
        "Campaign ID": "1838000000000601",
        "Product ID": row["product_id"],
        "Creative type": "Video",
        "Video ID": row["post_id"],
        "TikTok account": "someone",
        "Time posted": "2025-10-01 10:00",
        "Status": "Explored",
        "Exploration secondary status": "Performing",
        "Authorization type": "Affiliate mass authorization",
        "Cost": f"{row['spend']:.2f}",
        "SKU orders": "1",
        "Gross revenue": "30.00",
        "Product ad impressions": "1000",
        "Product ad clicks": "20",
        "2-second ad video view rate": "0.3100",
        "6-second ad video view rate": "0.1200",
        "Currency": world.currency,
    }


def _write_affiliate(world: World, folder: Path) -> None:
    """Two overlapping downloads: the earlier one shows some lines in an earlier state."""
    header = _header("affiliate_orders__en_2026.csv")
    now = [_affiliate(world, line) for line in world.lines]
    before = [
        {**row, "Order Status": "Pending", "Actual Commission Base": "", **_NOT_SETTLED}
        for row, line in zip(now, world.lines, strict=True)
        if line.status == "Settled" and int(line.order_id[-3:]) % 3 == 0
    ]
    early, late = folder / "2026-03-01", folder / "2026-04-06"
    early.mkdir()
    late.mkdir()
    _save(early / "affiliate_orders_7500000000000000001.csv", header, before)
    _save(late / "affiliate_orders_7500000000000000002.csv", header, now)


_NOT_SETTLED = {
    "Actual Commission Payment": "",
    "Actual Shop Ads commission payment": "",
    "Fully returned or refunded": "No",
    "Order Delivery Time": "",
    "Time Commission Paid": "",
}


def _affiliate(world: World, line: Line) -> dict:
    amount = "{:.0f}" if world.currency == "IDR" else "{:.2f}"

    def cell(value: float | None) -> str:
        return "" if value is None else amount.format(value)

    def when(moment: datetime | None) -> str:
        return "" if moment is None else moment.strftime(TIMES["affiliate"])

    return {
        "Order ID": line.order_id,
        "Product ID": line.product_id,
        "Product Name": "Product",
        "SKU ID": line.sku_id,
        "Price": cell(line.gmv / line.quantity),
        "Payment Amount": cell(line.gmv),
        "Currency": world.currency,
        "Quantity": line.quantity,
        "Fully returned or refunded": "Yes" if line.refunded_whole else "No",
        "Payment method": "Credit card",
        "Order Status": line.status,
        "Creator Username": line.handle,
        "Content Type": line.content_type,
        "Content ID": line.post_id or "",
        "commission model": "fixed commission",
        "Standard commission rate": "" if line.rate is None else f"{line.rate:.0%}",
        "Est. Commission Base": cell(line.base[0]),
        "Est. standard commission payment": cell(line.standard[0]),
        "Actual Commission Base": cell(line.base[1]),
        "Actual Commission Payment": cell(line.standard[1]),
        "Shop Ads commission rate": "" if line.ads_rate is None else f"{line.ads_rate:.0%}",
        "Est. Shop Ads commission payment": cell(line.shop_ads[0]),
        "Actual Shop Ads commission payment": cell(line.shop_ads[1]),
        "Time Created": when(line.created),
        "Payment time": when(line.paid),
        "Order Delivery Time": when(line.delivered),
        "Time Commission Paid": when(line.delivered) if line.status == "Settled" else "",
        "Platform": "TTS",
    }


def discounts(world: World) -> dict[tuple[str, str], tuple[float, float]]:
    """What platform and seller took off each shop line: the affiliate payment is what is left.

    By the order's last digit the platform gave all of it, the seller did, or both halved it.
    """
    paid = {(line.order_id, line.sku_id): line.gmv for line in world.lines}
    found = {}
    for line in world.shop:
        key = (line.order_id, line.sku_id)
        off = round(line.subtotal - paid.get(key, line.subtotal), 2)
        share = (1.0, 0.0, 0.5)[int(line.order_id[-1]) % 3]
        platform = round(off * share, 2)
        found[key] = (platform, round(off - platform, 2))
    return found


def _write_shop(world: World, folder: Path) -> None:
    shape = "%m/%d/%Y %I:%M:%S %p" if world.market == "US" else "%d/%m/%Y %H:%M:%S"
    rows, off = [], discounts(world)
    for line in world.shop:
        platform, seller = off[line.order_id, line.sku_id]
        after = round(line.subtotal - platform - seller, 2)
        cancelled = line.created + timedelta(hours=5) if line.status == "Canceled" else None
        rows.append(
            {
                "Order ID": line.order_id + "\t",
                "Order Status": line.status,
                "Order Substatus": line.status,
                "Cancelation/Return Type": "Cancel" if cancelled else "",
                "SKU ID": line.sku_id + "\t",
                "Product ID": line.product_id + "\t",
                "Product Name": "Product",
                "Quantity": line.quantity,
                "Sku Quantity of return": line.returned,
                "SKU Subtotal Before Discount": line.subtotal,
                "SKU Platform Discount": platform,
                "SKU Seller Discount": seller,
                "SKU Subtotal After Discount": after,
                "Order Amount": after,
                "Created Time": line.created.strftime(shape) + "\t",
                "Paid Time": line.paid.strftime(shape) if line.paid else "",
                "Delivered Time": "",
                "Cancelled Time": cancelled.strftime(shape) if cancelled else "",
                "Buyer Username": line.buyer,
                "Payment Method": "Card",
            }
        )
    header = _header("shop_orders__en_us_2026_09.csv")
    names = {name.strip(): name for name in header}
    rows = [{names.get(key, key): value for key, value in row.items()} for row in rows]
    _save(folder / "All order.csv", header, rows)


def _write_ledgers(world: World, folder: Path) -> None:
    def ledger(name: str, rows: list[dict], columns: list[str]) -> None:
        shown = [{key: "" if row.get(key) is None else row[key] for key in columns} for row in rows]
        _save(folder / f"{name}.csv", columns, shown)

    ledger(
        "creators",
        [c for c in world.creators if c["in_ledger"]],
        ["handle", "followers", "joined_on", "status", "tier"],
    )
    ledger("tiers", world.tiers, ["handle", "changed_on", "from_tier", "to_tier", "reason"])
    ledger("agreements", world.agreements, list(world.agreements[0]))
    ledger("products", world.products, list(world.products[0]))
    ledger("briefs", world.briefs, list(world.briefs[0]))
    ledger("samples", world.samples, list(world.samples[0]))
    ledger("hooks", world.hooks, list(world.hooks[0]))
