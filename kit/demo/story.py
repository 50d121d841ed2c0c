"""The sample program's plot: its calendar, its products, what was planted, what a creator is.

Every person, handle, shop, buyer and figure is invented. The story follows the source article's
months: seeding, testing angles, amplifying, scaling.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

START = date(2025, 10, 13)


WEEKS = 30


END = START + timedelta(days=7 * WEEKS - 1)


MISSING_WEEK = 20


SEED = 20251013


# Plant -> what the reports must find, told in words; `without` takes one of these names.
PLANTS = {
    "persuasive_post": "8,000 views at 4% of clicks: the better Spark candidate",
    "interesting_post": "200,000 views at 0.6% of clicks: not one",
    "low_conversion": "a creator under 1% of clicks",
    "weak_hook": "a creator under 25% hook retention",
    "stopped_posting": "a creator who stopped posting five weeks ago",
    "half_delivered": "a creator who delivers under half of what was agreed",
    "commission_outlier": "a creator paid 30% where 15% was agreed",
    "steady_star": "a tier-1 creator with steady months above the tier median, clean record",
    "star_with_incident": "as good a creator, with a compliance incident",
    "follower_rich": "a creator with more followers and worse sales",
    "loyal_buyers": "a creator whose buyers come back",
    "one_time_buyers": "a creator whose buyers never come back",
    "hook_by_product": "transformation_reveal works for the serum and not for the cleanser",
}


ANGLES = ("problem_agitation", "transformation_reveal", "social_proof", "curiosity_gap")


ANGLE_WEIGHTS = (0.24, 0.34, 0.20, 0.22)


@dataclass(frozen=True)
class Sku:
    sku_id: str
    seller_sku: str
    variation: str
    price: int
    cost: int


@dataclass(frozen=True)
class Product:
    """One product; money in cents."""

    product_id: str
    name: str
    skus: tuple[Sku, ...]
    fulfilment: int
    weight: float
    truths: str
    proofs: str
    forbidden: str


PRODUCTS = (
    Product(
        "1729384756102938211",
        "Daily C Brightening Serum",
        (
            Sku("1729384756102941313", "SER-30", "30 ml", 3400, 640),
            Sku("1729384756102941327", "SER-50", "50 ml", 4800, 890),
        ),
        455,
        0.34,
        "15% vitamin C in an opaque pump; no fragrance",
        "four-week side-by-side in the same light",
        "cures; medical grade; erases",
    ),
    Product(
        "1729384756102938223",
        "Oat Milk Gel Cleanser",
        (Sku("1729384756102941351", "CLE-150", "150 ml", 2200, 410),),
        430,
        0.27,
        "takes off sunscreen in one wash; pH 5.5",
        "white towel test after one wash",
        "detox; antibacterial",
    ),
    Product(
        "1729384756102938237",
        "Cloud Barrier Moisturizer",
        (Sku("1729384756102941369", "MOI-50", "50 ml", 2800, 520),),
        445,
        0.19,
        "ceramides and squalane; sits under make-up",
        "moisture meter before and after",
        "heals eczema",
    ),
    Product(
        "1729384756102938249",
        "Invisible Fluid SPF 50",
        (Sku("1729384756102941383", "SPF-40", "40 ml", 2600, 560),),
        440,
        0.13,
        "dries clear in a minute; no white cast",
        "camera close-up on three skin tones",
        "all-day protection; sweat proof",
    ),
    Product(
        "1729384756102938253",
        "Overnight Lip Mask",
        (Sku("1729384756102941397", "LIP-15", "15 g", 1600, 290),),
        405,
        0.07,
        "one layer lasts the night",
        "morning-after close-up",
        "plumps permanently",
    ),
)


SERUM, CLEANSER = PRODUCTS[0], PRODUCTS[1]


PRODUCT_BY_ID = {product.product_id: product for product in PRODUCTS}


SKU_BY_ID = {sku.sku_id: sku for product in PRODUCTS for sku in product.skus}


@dataclass(frozen=True)
class Agreement:
    """Posts agreed a week and what is paid; rates in basis points, fees in cents."""

    valid_from: date
    valid_to: date | None
    posts_per_week: float
    rate: int
    ads_rate: int = 800
    flat_fee: int = 0
    fee_per: str = ""
    exclusivity: str = "none"


@dataclass
class Creator:
    """One creator as the world knows them; `printed_rate` is what the platform pays, in bp."""

    handle: str
    followers: int | None
    joined_on: date
    status: str = "active"
    agreements: list[Agreement] = field(default_factory=list)
    pattern: str = "pool"  # pool, fixed, scripted, none
    pace: float = 0.0
    posts_until: date | None = None
    scripted: tuple[date, ...] = ()
    views: float = 9_600
    click_share: float = 0.0085
    conversion: float = 0.019
    returns: float = 0.16
    hook: float = 0.34
    sends_readings: bool = False
    printed_rate: int | None = None
    lives_every: int = 0
    in_ledger: bool = True
    former_handle: str = ""
    renamed_on: date | None = None
    plant: str = ""

    def agreement(self, day: date) -> Agreement | None:
        """The agreement in force on a day."""
        for agreement in self.agreements:
            if agreement.valid_from <= day and (
                agreement.valid_to is None or day <= agreement.valid_to
            ):
                return agreement
        return None

    def rate(self, day: date) -> int:
        """The standard commission rate the platform prints, in basis points."""
        if self.printed_rate is not None:
            return self.printed_rate
        agreement = self.agreement(day) or (self.agreements[-1] if self.agreements else None)
        return agreement.rate if agreement else 1200

    def ads_rate(self, day: date) -> int:
        agreement = self.agreement(day) or (self.agreements[-1] if self.agreements else None)
        return agreement.ads_rate if agreement else 800


@cache
def week_start(week: int) -> date:
    """Monday of the program's week, counted from 1."""
    return START + timedelta(days=7 * (week - 1))


def stream(seed: int, *names: object) -> random.Random:
    """A random stream of its own for each part, so that one part's change moves no other."""
    return random.Random(":".join(str(part) for part in (seed, *names)))
