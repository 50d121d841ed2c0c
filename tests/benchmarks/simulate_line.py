"""Random programs in which what the production line must find is planted, among near misses.

Each thing is made in a way whose answer is known before any date is drawn: a sample is made late,
or made to look late (answered by a post nobody named, held by somebody who has left, too early).
The truth is what was meant, never worked out again from the tables.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tests.small_client import small_client

DAY = date(2026, 5, 10)
KINDS = ("late samples", "ending rights", "crossed exclusivities", "words in captions")
FORBIDDEN = ("crystal clear skin", "zero wrinkles", "spot eraser")
STARTER = (
    "guaranteed",
    "FDA approved",
    "not sponsored",
    "burns fat",
    "miracles",
    "clinical strength",
)
HARMLESS = ("securely shut", "an unguarded moment", "fat free", "healthy", "dupery is a word",
            "paid attention", "curative? no")  # fmt: skip
RIVAL = "Verabelle"


@dataclass
class Program:
    """One client's rows, the agreements of its sister clients, and what must be found in them."""

    rng: np.random.Generator
    tables: dict[str, list[dict]] = field(default_factory=dict)
    sisters: dict[str, list[str]] = field(default_factory=lambda: {"nova": [], "orla": []})
    bound: set[str] = field(default_factory=set)  # creators exclusive to this client today
    theirs: dict[str, str] = field(default_factory=dict)  # creators exclusive to a sister
    truth: dict[str, set] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    def add(self, table: str, **row) -> None:
        self.tables.setdefault(table, []).append(row)

    def pick(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one(self, things):
        return things[self.pick(0, len(things) - 1)]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


def ago(days: int) -> str:
    """A day before the report's; below 0 after it."""
    return (DAY - timedelta(days=days)).isoformat()


def program(seed: int) -> Program:
    """The program of a seed: up to sixty creators, each with one or more of what can go wrong."""
    made = Program(np.random.default_rng(seed))
    for product in ("p1", "p2", "p3"):
        words = "; ".join(FORBIDDEN) if product == "p1" else ""
        made.add("products", product_id=product, name=product.upper(), category="skincare",
                 forbidden_words=words)  # fmt: skip
    for number in range(made.pick(8, 60)):
        handle = f"creator{number:02d}"
        left = made.chance(0.1)
        made.add("creators", creator_id=handle, joined_on=ago(300),
                 status="left" if left else "active")  # fmt: skip
        if made.chance(0.7):
            _sample(made, handle, number, left)
        if made.chance(0.5):
            _code(made, handle, number)
        if made.chance(0.5):
            _deal(made, handle)
        if made.chance(0.6):
            _caption(made, handle, number)
    posted = {
        row["creator_id"] for row in made.tables.get("posts", ()) if row["published_on"] >= ago(30)
    }
    for handle, sister in made.theirs.items():
        if handle in posted:
            made.truth["crossed exclusivities"].add((handle, sister.title(), "Small"))
    return made


def _sample(made: Program, handle: str, number: int, left: bool) -> None:
    """Late, or one of the ways in which a sample is not."""
    late = [(15, 21), (22, 60)]
    never = {"due": (0, 14), "given up": (61, 200)}
    kind = made.one(
        ["late", "late", "due", "given up", "posted", "answered", "too early", "shipped"]
    )
    span = never.get(kind) or made.one(late)
    days = made.pick(*span)
    row = {"sample_id": f"S{number:03d}", "creator_id": handle, "product_id": "p3",
           "requested_on": ago(days + 9)}  # fmt: skip
    if kind == "shipped":
        made.add("samples", **row, shipped_on=ago(days))
        return
    row["delivered_on"] = ago(days)
    post = {
        "post_id": f"s{number}",
        "creator_id": handle,
        "caption": "lovely",
        "product_ids": ["p3"],
    }
    if kind == "posted":
        row["post_id"] = post["post_id"]
    if kind in ("posted", "answered"):
        made.add("posts", **post, published_on=ago(made.pick(0, days)))
    if kind == "too early":  # a post before the parcel, or of another product, answers nothing
        if made.chance(0.5):
            made.add("posts", **post, published_on=ago(days + 1))
        else:
            made.add("posts", **{**post, "product_ids": ["p2"]}, published_on=ago(0))
    if kind in ("late", "too early") and not left:
        made.truth["late samples"].add(row["sample_id"])
    made.add("samples", **row)


def _code(made: Program, handle: str, number: int) -> None:
    """A code that ends soon or under its flight, or one that another right outlives."""
    post = f"k{number}"
    kind = made.one(["soon", "ended", "flight", "long gone", "far", "renewed", "outlived"])
    span = {"soon": (0, 14), "ended": (-14, -1), "flight": (15, 40), "long gone": (-90, -15)}
    days_left = made.pick(*span.get(kind, (15, 300)))
    if kind in ("renewed", "outlived"):
        days_left = made.pick(-10, 14)
    term = made.one((7, 30, 60, 365))
    row = {"post_id": post, "creator_id": handle, "kind": "video_code",
           "authorised_on": ago(term - days_left)}  # fmt: skip
    if row["authorised_on"] > DAY.isoformat():  # a code nobody has given yet is no right
        row["authorised_on"], term = ago(1), days_left + 1
    if made.chance(0.5):
        row["days"] = term
    else:
        row["ends_on"] = ago(-days_left)
    if kind == "flight":
        row |= {"flight_from": ago(2), "flight_to": ago(-days_left - made.pick(1, 20))}
    made.add("spark_codes", **row)
    if kind == "renewed":
        made.add("spark_codes", **{**row, "authorised_on": ago(0), "days": 60, "ends_on": None})
    if kind == "outlived":
        made.add("spark_codes", creator_id=handle, kind="mass", authorised_on=ago(30), days=365)
    if kind in ("soon", "ended", "flight"):
        made.truth["ending rights"].add(("video_code", handle, post))


def _deal(made: Program, handle: str) -> None:
    """An agreement with its ends, and perhaps an exclusivity that a sister client crosses."""
    left, use = made.one([-60, -15, -14, 0, 14, 15, 90, None]), made.one([-3, 5, 200])
    row = {"creator_id": handle, "valid_from": ago(250), "usage_until": ago(-use),
           "valid_to": None if left is None else ago(-left)}  # fmt: skip
    if left is not None and -14 <= left <= 14:
        made.truth["ending rights"].add(("agreement", handle, ""))
    if use < 15:
        made.truth["ending rights"].add(("usage", handle, ""))
    kind = made.one(["none", "none", "full", "same", "other", "theirs", "over", "rival", "past"])
    sister = made.one(sorted(made.sisters))
    until = made.pick(20, 100)
    bound = {"exclusivity_until": ago(-until), "exclusivity_from": ago(100)}
    if kind in ("full", "same", "other", "rival", "past"):
        full = kind == "full" or (kind == "past" and made.chance(0.5))
        made.bound.add(handle)
        row |= bound | {
            "exclusivity": "full" if full else "category",
            "exclusivity_category": made.one(["Skin care", "skin  care"])
            if kind in ("same", "past") else "garden tools",
        }  # fmt: skip
    if kind == "over":
        row |= {"exclusivity": "full", "exclusivity_from": ago(200), "exclusivity_until": ago(20)}
    dates = f"{ago(200)},{ago(150)}" if kind == "past" else f"{ago(30)},"
    if kind in ("full", "same", "other", "over", "past"):
        made.sisters[sister].append(f"@{handle.title()},{dates},none,,,")
    if kind == "theirs":
        made.sisters[sister].append(f"{handle},{ago(30)},,full,,{ago(30)},{ago(-until)}")
        made.theirs[handle] = sister
    if kind in ("full", "same"):
        made.truth["crossed exclusivities"].add((handle, "Small", sister.title()))
    if kind == "theirs" and (left is None or left >= 0):
        made.truth["crossed exclusivities"].add((handle, sister.title(), "Small"))
    if kind == "rival":
        _post(made, handle, f"r{handle}", f"with {RIVAL.upper()}!", made.pick(0, 90))
        made.truth["crossed exclusivities"].add((handle, "Small", RIVAL.upper()))
    made.add("agreements", **row)


def _caption(made: Program, handle: str, number: int) -> None:
    """A caption with a word of a list, or with one that only looks like it."""
    kind = made.one(["brand", "starter", "rival", "harmless", "another's", "old"])
    word = {"brand": made.one(FORBIDDEN), "rival": RIVAL}.get(kind, made.one(STARTER))
    if kind == "another's":
        word = made.one(FORBIDDEN)  # of the other product's list
    if kind == "harmless":
        word = made.one(HARMLESS)
    word = made.one([str.lower, str.upper, str.title])(word)
    word = word.replace(" ", made.one([" ", "  ", "-"]))
    if kind == "rival" and handle in made.bound:
        made.truth["crossed exclusivities"].add((handle, "Small", word))
    text = made.one(["{}", "so {}!", "“{}”, she said", "wow… {}. truly", "#{}"]).format(word)
    days = made.pick(28, 90) if kind == "old" else made.pick(0, 27)
    product = "p2" if kind == "another's" else "p1"
    _post(made, handle, f"c{number}", text, days, product, expected=kind in
          ("brand", "starter", "rival"))  # fmt: skip


def _post(
    made: Program, handle: str, post: str, text: str, days: int, product: str = "p1",
    expected: bool = True,
) -> None:  # fmt: skip
    made.add("posts", post_id=post, creator_id=handle, caption=text, published_on=ago(days),
             product_ids=[product])  # fmt: skip
    if expected and days < 28:
        made.truth["words in captions"].add(post)


HEAD = (
    "handle,valid_from,valid_to,exclusivity,exclusivity_category,exclusivity_from,"
    "exclusivity_until\n"
)


def written(made: Program, folder: Path):
    """The program's client, its sisters beside it under `data/`."""
    client = small_client(folder, **made.tables)
    told = {"category": "beauty", "competitors": (RIVAL,), "name": "Small"}
    client.config = client.config.model_copy(update=told)
    (client.folder / "client.toml").write_text('currency = "USD"\ntime_zone = "UTC"\n')
    for name, rows in made.sisters.items():
        place = folder / "data" / name
        (place / "ledgers").mkdir(parents=True)
        (place / "client.toml").write_text(
            f'name = "{name.title()}"\ncurrency = "USD"\ntime_zone = "UTC"\ncategory = "apparel"\n'
        )
        (place / "ledgers" / "agreements.csv").write_text(HEAD + "\n".join(rows) + "\n")
        goods = "product_id,category\nq1,skin_care\n"
        (place / "ledgers" / "products.csv").write_text(goods)
    return client
