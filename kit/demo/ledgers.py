"""What the sample's operator wrote down: every ledger, and client.toml."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from kit.demo import line
from kit.demo.cast import DEMOTED_ON, PROMOTED_ON
from kit.demo.posts import Brief, Post
from kit.demo.samples import SHIPPING, Sample
from kit.demo.sheets import Row, plain, write_csv, write_text
from kit.demo.story import (
    ANGLES,
    END,
    PRODUCTS,
    START,
    Creator,
    stream,
    week_start,
)
from kit.demo.traffic import MASS, Flight, pair_post

WRITTEN = datetime(2026, 5, 13, 10, 0)
COLUMNS = {
    "creators": "handle followers followers_seen_on joined_on status tier language health_rating "
    "health_rating_on former_handles",
    "tiers": "handle changed_on from_tier to_tier reason",
    "agreements": "handle valid_from valid_to posts_per_week commission_rate "
    "shop_ads_commission_rate flat_fee fee_per exclusivity exclusivity_category exclusivity_from "
    "exclusivity_until usage_until",
    "products": "product_id sku_id name category valid_from price cost_of_goods fulfilment_cost "
    "in_stock product_score truths proofs forbidden_words",
    "briefs": "brief_id handle product_id hook_angle product_truth proof call_to_action do_not_say "
    "sent_on post_id",
    "compliance": "handle happened_on severity post_id what resolved_on",
    "samples": "sample_id handle product_id unit_cost shipping_cost requested_on approved_on "
    "shipped_on delivered_on post_id order_id",
    "spark_codes": "post_id handle kind authorised_on days ends_on flight_from flight_to",
    "hooks": "post_id window_s views held_views source seen_on",
    "costs": "month kind planned spent",
    "events": "date kind subject what",
    "plans": "handle planned_on kind product_id hook_angle idea who_does_what status post_id",
    "notes": "week block text owner due",
    "actions": "decision_id done_on by note",
}
CALLS = (
    "You can grab it directly from my TikTok Shop",
    "I'll have the link pinned",
    "Tap the orange basket before it sells out",
)
# Invented terms beyond the plants: who may promote, and until when their videos may be used.
USAGE_DAYS = 365


def write_ledgers(
    folder: Path,
    seed: int,
    people: list[Creator],
    posts: list[Post],
    briefs: list[Brief],
    flights: list[Flight],
    samples: list[Sample],
    readings: list[Row],
    incidents: list[Row],
) -> None:
    """All ledgers as csv; those the program has nothing for yet hold their header only."""
    members = [person for person in people if person.in_ledger]
    rows: dict[str, Iterable[Row]] = {
        "creators": [_creator(seed, person) for person in members],
        "tiers": [
            ["wrenley.careshelf", str(PROMOTED_ON), "1", "2", "three months above the tier median"],
            ["halcyon.prettyfix", str(DEMOTED_ON), "2", "1", "revenue per post under the tier"],
        ],
        "agreements": [row for person in members for row in _agreements(person)],
        "products": [row for product in PRODUCTS for row in _products(product)],
        "briefs": [_brief(brief) for brief in briefs],
        "compliance": incidents,
        "samples": [_sample(sample) for sample in samples],
        "spark_codes": [*map(_code, flights), *standing_codes(posts)],
        "hooks": readings,
        "costs": _costs(),
        "events": _events(),
        "plans": line.plans(posts),
        "notes": _notes(),
        "actions": [],
    }
    for name, columns in COLUMNS.items():
        table = [columns.split(), *rows[name]]
        write_csv(folder / "ledgers" / f"{name}.csv", table, WRITTEN, encoding="utf-8")


def _creator(seed: int, person: Creator) -> Row:
    chance = stream(seed, "ledger", person.handle)
    seen = max(person.joined_on, week_start(27) + timedelta(days=chance.randint(0, 10)))
    rating = str(chance.choice((1000, 1000, 980, 920, 860, 740, 610)))
    return [
        person.handle,
        str(person.followers),
        str(min(seen, END)),
        str(person.joined_on),
        person.status,
        "",
        "en",
        rating,
        str(min(seen, END)),
        person.former_handle,
    ]


def _agreements(person: Creator) -> list[Row]:
    return [
        [
            person.handle,
            str(deal.valid_from),
            str(deal.valid_to or ""),
            f"{deal.posts_per_week:g}",
            f"{deal.rate / 10_000:g}",
            f"{deal.ads_rate / 10_000:g}",
            plain(deal.flat_fee) if deal.flat_fee else "",
            deal.fee_per,
            deal.exclusivity,
            "facial skincare" if deal.exclusivity == "category" else "",
            str(deal.valid_from) if deal.exclusivity == "category" else "",
            str(deal.valid_to or "") if deal.exclusivity == "category" else "",
            str(deal.valid_from + timedelta(days=USAGE_DAYS)),
        ]
        for deal in person.agreements
    ]


def _products(product) -> list[Row]:
    return [
        [
            product.product_id,
            sku.sku_id,
            product.name,
            "beauty",
            "",
            plain(sku.price),
            plain(sku.cost),
            plain(product.fulfilment),
            "yes",
            "4.6",
            product.truths,
            product.proofs,
            product.forbidden,
        ]
        for sku in product.skus
    ]


def _brief(brief: Brief) -> Row:
    truths = brief.product.truths.split("; ")
    number = int(brief.brief_id[1:])
    return [
        brief.brief_id,
        brief.handle,
        brief.product.product_id,
        brief.angle,
        truths[number % len(truths)],
        brief.product.proofs,
        CALLS[number % len(CALLS)],
        brief.product.forbidden,
        str(brief.sent_on),
        ";".join(brief.post_ids),
    ]


def open_briefs(people: list[Creator], first_number: int) -> list[Brief]:
    """Briefs that newcomers hold and have not answered yet."""
    waiting = [
        person
        for person in people
        if person.pattern == "none" and person.status == "active" and person.agreements
    ]
    return [
        Brief(
            f"B{first_number + place:04d}",
            person.handle,
            PRODUCTS[place % 3],
            ANGLES[place % 4],
            min(END, person.agreements[0].valid_from + timedelta(days=1)),
        )
        for place, person in enumerate(waiting)
    ]


def _sample(sample: Sample) -> Row:
    days = (sample.requested_on, sample.approved_on, sample.shipped_on, sample.delivered_on)
    return [
        sample.sample_id,
        sample.creator.handle,
        sample.product.product_id,
        plain(sample.product.skus[0].cost),
        plain(SHIPPING),
        *(str(day or "") for day in days),
        sample.post_id,
        sample.order_id,
    ]


def _code(flight: Flight) -> Row:
    return [
        flight.post.post_id,
        flight.post.creator.handle,
        "video_code",
        str(flight.authorised_on),
        str(flight.days),
        str(flight.authorised_on + timedelta(days=flight.days)),
        str(flight.first),
        str(flight.last),
    ]


def standing_codes(posts: list[Post]) -> list[Row]:
    """Mass authorisations, and the code asked for the persuasive post before any flight."""
    rows: list[Row] = [
        ["", handle, kind, "2026-01-19", "365", "2027-01-19", "", ""]
        for handle, kind in MASS.items()
    ]
    post = pair_post(posts, "persuasive_post")
    asked = ["video_code", "2026-05-06", "60", "2026-07-05", "", ""]
    return [*rows, [post.post_id, post.creator.handle, *asked]]


def hook_readings(seed: int, posts: list[Post]) -> list[Row]:
    """Three-second holds from creators' screenshots, and two other windows not to be mixed in."""
    rows: list[Row] = []
    for post in posts:
        chance = stream(seed, "hook", post.post_id)
        if post.kind == "live" or not post.creator.sends_readings or chance.random() > 0.9:
            continue
        rows += _reading(chance, post, chance.randint(5, 8), 3)
        if chance.random() < 0.12:
            rows += _reading(chance, post, chance.randint(12, 15), 3)
        if chance.random() < 0.06:
            rows += _reading(chance, post, 6, 2)
    return sorted(rows, key=lambda row: (row[5] or "", row[0] or "", row[1] or ""))


def _reading(chance: random.Random, post: Post, age: int, window_s: int) -> list[Row]:
    seen_on = post.published_on + timedelta(days=age)
    views = sum(row[0] for day, row in post.traffic.items() if day <= seen_on)
    if seen_on > END or views < 200:
        return []
    share = post.creator.hook * (1.15 if window_s == 2 else 1) * chance.lognormvariate(0, 0.11)
    held = round(views * min(0.95, share))
    return [[post.post_id, str(window_s), str(views), str(held), "creator", str(seen_on)]]


def compliance(seed: int, posts: list[Post], without: str | None) -> list[Row]:
    """Notes, warnings and violations; the star's violation is planted."""
    rows: list[Row] = []
    ordinary = [
        p for p in posts if p.creator.pattern == "pool" and p.published_on > date(2025, 12, 1)
    ]
    for number, post in enumerate(ordinary[11::37]):
        severity = ("note", "warning", "note", "violation")[number % 4]
        day = post.published_on + timedelta(days=2)
        solved = str(day + timedelta(days=6)) if number % 3 else ""
        what = ("missing ad disclosure", "claim without proof", "old packaging shown")[number % 3]
        if day <= END:
            rows.append([post.creator.handle, str(day), severity, post.post_id, what, solved])
    if without != "star_with_incident":
        star = [p for p in posts if p.creator.plant == "star_with_incident"]
        post = [p for p in star if p.published_on <= date(2026, 4, 6)][-1]
        day = post.published_on + timedelta(days=1)
        what = "said the serum cures hyperpigmentation"
        rows.append([post.creator.handle, str(day), "violation", post.post_id, what, ""])
    return sorted(rows, key=lambda row: (row[1] or "", row[0] or ""))


def _costs() -> list[Row]:
    """Planned per month and kind; only the coordinator's time is filled in as spent."""
    rows: list[Row] = []
    for month in ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"):
        spark = "0.00" if month < "2025-12" else "2200.00"
        rows += [
            [month, "product", "1800.00", ""],
            [month, "coordinator", "5200.00", "5200.00"],
            [month, "spark", spark, ""],
            [month, "other", "900.00", "860.00"],
        ]
    may = (("product", "1800.00"), ("coordinator", "5200.00"), ("spark", "2200.00"))
    return rows + [["2026-05", kind, planned, ""] for kind, planned in (*may, ("other", "900.00"))]


def _events() -> list[Row]:
    return [
        ["2025-11-24", "sale", "program", "Black Friday week: 15% off, co-funded bonus"],
        ["2025-12-08", "ads", "program", "first posts amplified through GMV Max"],
        [str(DEMOTED_ON), "tier", "halcyon.prettyfix", "moved from tier 2 to tier 1"],
        [str(PROMOTED_ON), "tier", "wrenley.careshelf", "moved from tier 1 to tier 2"],
        ["2026-02-09", "creator", "fenna.bareglow", "account renamed"],
        ["2026-03-04", "data", "program", "nothing downloaded this week"],
        ["2026-04-08", "data", "program", "the platform renamed its GMV columns"],
    ]


def _notes() -> list[Row]:
    return [
        ["2026-W18", "changed", "Second round of serum briefs sent", "Dana", ""],
        ["2026-W19", "happened", "Five new creators signed", "Dana", ""],
        ["2026-W19", "next", "Brief cleanser posts away from the reveal", "Dana", "2026-05-15"],
        ["2026-W19", "ask", "Approve twelve more serum samples", "Client", "2026-05-14"],
    ]


def write_client(folder: Path) -> None:
    """client.toml. The salt of a demo client is fixed and made at ingest."""
    lines = [
        "# The sample client: invented people, invented sales. Written by `kit demo`.",
        'name = "Sample Beauty"',
        'currency = "USD"',
        'market = "US"',
        'time_zone = "America/Los_Angeles"',
        'category = "beauty"',
        f"program_start = {START}",
        'source = "exports"',
        f'competitors = ["{line.RIVAL}"]',
        "demo = true",
        "",
        "# What this client wants of its program; metric id = value.",
        "[goals]",
        "velocity = 30",
        "conversion_rate = 0.02",
        "output_rate = 0.8",
        "hook_retention = 0.30",
        "gmv = 30000",
        "repeat_purchase_rate = 0.12",
        "",
    ]
    write_text(folder / "client.toml", "\n".join(lines), WRITTEN)
