"""What was planted in the sample, on whom, and which report must say so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kit.demo.ads import ADS_FROM_WEEK
from kit.demo.story import (
    CLEANSER,
    MISSING_WEEK,
    PLANTS,
    PRODUCTS,
    SERUM,
    WEEKS,
    stream,
    week_start,
)
from kit.demo.traffic import pair_post

if TYPE_CHECKING:
    from kit.demo import World

# plant: report, decision it must reach, metric it must name
FOUND_BY = {
    "persuasive_post": ("spark_candidates", "spark", "conversion_rate_estimate"),
    "interesting_post": ("spark_candidates", "no", "conversion_rate_estimate"),
    "low_conversion": ("weekly_review", "fix the brief", "conversion_rate"),
    "weak_hook": ("weekly_review", "fix the brief", "hook_retention"),
    "stopped_posting": ("weekly_review", "replace", "output_rate"),
    "half_delivered": ("weekly_review", "follow up", "output_rate"),
    "commission_outlier": ("weekly_review", "deprioritise", "commission_ratio_settled"),
    "steady_star": ("tier_promotion_audit", "promote", "promotion_revenue_per_post"),
    "star_with_incident": ("tier_promotion_audit", "not yet", "promotion_incidents"),
    "follower_rich": ("tier_promotion_audit", "not yet", "promotion_revenue_per_post"),
    "loyal_buyers": ("weekly_review", "highest", "repeat_purchase_rate"),
    "one_time_buyers": ("weekly_review", "watch", "repeat_purchase_rate"),
    "hook_by_product": ("spark_candidates", "use", "hook_product_conversion"),
}


def planted(world: World) -> list[dict[str, Any]]:
    """One entry per plant that is in this world: the subject, the report and what it must find."""
    return [
        {
            "plant": plant,
            "what": what,
            **_subject(world, plant),
            "report": FOUND_BY[plant][0],
            "decision": FOUND_BY[plant][1],
            "metric": FOUND_BY[plant][2],
        }
        for plant, what in PLANTS.items()
        if plant != world.without
    ]


def _subject(world: World, plant: str) -> dict[str, Any]:
    if plant in ("persuasive_post", "interesting_post"):
        post = pair_post(world.posts, plant)
        return {"subject_kind": "post", "subject": post.post_id, "creator": post.creator.handle}
    if plant == "hook_by_product":
        angle = "transformation_reveal"
        return {
            "subject_kind": "cell",
            "subject": f"{angle}/{SERUM.product_id}",
            "against": f"{angle}/{CLEANSER.product_id}",
        }
    handle = next(person.handle for person in world.people if person.plant == plant)
    return {"subject_kind": "creator", "subject": handle}


def product_card_spend(seed: int, period: tuple[date, date]) -> int:
    """Cents spent on product cards in the weeks of a period: nobody's but the program's."""
    total = 0
    for week in range(ADS_FROM_WEEK, WEEKS + 1):
        monday = week_start(week)
        if week != MISSING_WEEK and period[0] <= monday <= period[1]:
            for product in PRODUCTS[:3]:
                total += stream(seed, "card", product.product_id, monday).randint(1100, 3200)
    return total
