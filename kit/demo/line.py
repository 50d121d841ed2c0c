"""What the production line must find in the sample: words in captions, a plan, and the answers.

Planted in captions and ledgers alone, once everything else of the program has happened, so that no
post, sale or figure is another for it. The answers are counted by plain loops from the records.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kit.demo.posts import Post
from kit.demo.sheets import Row
from kit.demo.story import END, PRODUCTS, SERUM

if TYPE_CHECKING:
    from kit.demo import World
    from kit.demo.traffic import Flight

RIVAL = "Verabelle"
PARTNERS = ("aurelio.beautydesk", "soraya.lumenshow")
SOON = 14  # days to an end that somebody should know of, and after one
SHOWN = 28  # days of captions that are looked at
DUE, NEVER = 14, 60  # days from delivery to the post due, and to none any more

# The product a caption is about (None: any), the caption, and the words that must be found.
SAID: tuple[tuple[str | None, str, tuple[str, ...]], ...] = (
    (SERUM.product_id, "this serum cures dull skin, I swear", ("cures",)),
    (None, "results guaranteed, four weeks in", ("guaranteed",)),
    (PRODUCTS[2].product_id, "heals eczema and smells of nothing", ("heals eczema",)),
    (None, "not sponsored, just obsessed", ("not sponsored",)),
    (None, "a dupe, and it works every time", ("dupe", "works every time")),
)
# Words that only look like those of the lists.
HARMLESS = (
    "secured the last one, worth it",
    "healthy glow, no filter",
    "an adverb for this texture: instantly",
)
OLD = "the miracle of my shelf"


def speak(posts: list[Post], incidents: list[Row]) -> None:
    """Put the planted words into captions: ordinary creators' videos, one word to a post."""
    videos = [p for p in posts if p.kind == "video" and len(p.products) == 1]
    videos.sort(key=lambda post: post.post_id)
    ordinary = [p for p in videos if p.creator.pattern == "pool"]
    known = {row[3] for row in incidents}
    recent = [p for p in ordinary if _lately(p) and p.post_id not in known]
    for place, (about, said, _) in enumerate(SAID):
        mine = [p for p in recent if about in (None, p.products[0].product_id)]
        post = mine[(place * 3) % len(mine)]
        post.caption = said
        recent.remove(post)
    for place, said in enumerate(HARMLESS):
        recent[place * 5].caption = said
    earlier = [p for p in ordinary if p.published_on == END - timedelta(days=SHOWN + 1)]
    (earlier or [p for p in ordinary if not _lately(p)][-1:])[0].caption = OLD
    for post in (p for p in ordinary if _lately(p) and p.post_id in known):
        post.caption = SAID[1][1]
    partner = [p for p in videos if p.creator.handle == PARTNERS[0] and _lately(p)]
    partner[-1].caption = f"first impressions, {RIVAL} fans look away"


def _lately(post: Post) -> bool:
    return END - timedelta(days=SHOWN - 1) <= post.published_on <= END


def plans(posts: list[Post]) -> list[Row]:
    """What both partners and the operator agreed to post: one made, one late, two to come."""
    aurelio, soraya = PARTNERS
    made = [p for p in posts if p.creator.handle == aurelio and p.kind == "video" and _lately(p)][
        -1
    ]
    lip = PRODUCTS[4]
    rows: list[Row] = [
        [aurelio, str(made.published_on), "video", made.products[0].product_id, made.angle,
         "first impressions at the desk", "Aurelio films, Dana approves", "agreed", made.post_id],
        [soraya, "2026-05-07", "video", SERUM.product_id, "transformation_reveal",
         "four weeks in the same light", "Soraya films, we send the lamp", "agreed", ""],
        [aurelio, "2026-05-19", "live", SERUM.product_id, "social_proof",
         "an evening of questions about vitamin C", "Aurelio hosts, Dana answers", "agreed", ""],
        [soraya, "2026-05-28", "video", lip.product_id, "curiosity_gap",
         "the morning after, close up", "Soraya proposes the cut", "idea", ""],
    ]  # fmt: skip
    return rows


def answers(world: World) -> dict[str, Any]:
    """What must be found on the last day, and nothing else."""
    said = {text: words for _, text, words in SAID}
    known = {row[3] for row in world.incidents}
    hits = [
        [post.post_id, word]
        for post in sorted(world.posts, key=lambda post: post.post_id)
        if _lately(post)
        for word in (*said.get(post.caption, ()), *([RIVAL] if RIVAL in post.caption else []))
    ]
    return {
        "captions": hits,
        "captions_to_check": sorted({post for post, _ in hits if post not in known}),
        "late_samples": sorted(
            sample.sample_id
            for sample in world.samples
            if sample.delivered_on
            and not sample.post_id
            and sample.creator.status != "left"
            and DUE < (END - sample.delivered_on).days <= NEVER
        ),
        "rights": sorted(_ending(world)),
        "conflicts": [[PARTNERS[0], RIVAL]],
        "late_plans": [PARTNERS[1]],
    }


def _ending(world: World) -> Iterator[list[str]]:
    """Rights that end within two weeks, have just ended, or end under a planned flight."""
    from kit.demo.ledgers import USAGE_DAYS, standing_codes

    standing = standing_codes(world.posts)
    always = {row[1] for row in standing if not row[0] and str(row[5]) > str(END)}
    for flight in _newest(world.flights):
        ends = flight.authorised_on + timedelta(days=flight.days)
        if flight.post.creator.handle not in always and _pressing(ends, flight.last):
            yield ["video_code", flight.post.creator.handle, flight.post.post_id, str(ends)]
    for person in world.people:
        deals = [deal for deal in person.agreements if deal.valid_from <= END]
        if person.in_ledger and deals:
            newest = max(deals, key=lambda deal: deal.valid_from)
            usage = newest.valid_from + timedelta(days=USAGE_DAYS)
            bound = newest.valid_to if newest.exclusivity != "none" else None
            told: list[tuple[str, date | None]] = [
                ("agreement", newest.valid_to), ("usage", usage), ("exclusivity", bound),
            ]  # fmt: skip
            for right, last in told:
                if last and _pressing(last, None):
                    yield [right, person.handle, "", str(last)]


def _newest(flights: list[Flight]) -> list[Flight]:
    """Of each post the code that ends last; one authorised after the last day is none yet."""
    last: dict[str, Flight] = {}
    for flight in sorted(flights, key=lambda f: f.authorised_on + timedelta(days=f.days)):
        if flight.authorised_on <= END:
            last[flight.post.post_id] = flight
    return list(last.values())


def _pressing(ends: date, flown_to: date | None) -> bool:
    under_flight = flown_to is not None and flown_to > ends and flown_to >= END
    return abs((ends - END).days) <= SOON or (under_flight and ends >= END)
