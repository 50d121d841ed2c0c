"""Every threshold of the program as one typed, frozen, validated object.

The defaults are the numbers of the source article ("Scaling TikTok Shop With a Real Creator
Partnership Model", J. Glickman, 10 May 2026), named ``article`` below, and where the article is
silent the statistical defaults of the kit, named ``kit``, or TikTok's own help pages, named
``platform``. A client overrides any of them in ``client.toml`` under ``[policy.*]``.
"""

from __future__ import annotations

import difflib
import hashlib
import math
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kit.errors import PolicyError

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Range = tuple[float, float]


def _setting(default: Any, text: str, unit: str, source: str) -> Any:
    """One threshold: its default, what it decides, its unit and where it comes from."""
    return Field(default, description=text, json_schema_extra={"unit": unit, "source": source})


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _ranges_ascend(self) -> _Section:
        for name, value in self:
            pairs = (
                value
                if isinstance(value, tuple) and value and isinstance(value[0], tuple)
                else [value]
            )
            for pair in pairs:
                if isinstance(pair, tuple) and any(
                    a > b for a, b in zip(pair, pair[1:], strict=False)
                ):
                    raise ValueError(f"{name} must ascend, not {pair}")
        return self


class Tiers(_Section):
    """Follower bands: tier 1 nano and micro, tier 2 mid-tier, tier 3 top partners."""

    floors: tuple[Count, Count, Count] = _setting(
        (0, 100_000, 500_000), "lowest follower count of tiers 1, 2 and 3", "followers", "article"
    )
    nano_floor: Count = _setting(
        5_000,
        "followers under which a tier-1 creator is smaller than the article's band",
        "followers",
        "article",
    )


class Roster(_Section):
    """How many creators of each tier a working program keeps in rotation."""

    targets: tuple[tuple[Count, Count], tuple[Count, Count], tuple[Count, Count]] = _setting(
        ((50, 200), (5, 15), (2, 3)),
        "active creators wanted in tiers 1, 2 and 3",
        "creators",
        "article",
    )


class Commission(_Section):
    """What a creator's commission may cost."""

    tier1: tuple[Share, Share] = _setting(
        (0.10, 0.20),
        "commission rate of a tier-1, commission-only deal",
        "share of sales",
        "article",
    )
    tolerance: Share = _setting(
        0.01,
        "distance from the expected settled ratio that is flagged",
        "share of commission base",
        "kit",
    )
    min_orders: Count = _setting(10, "settled orders before the ratio is flagged", "orders", "kit")
    lock_days: Count = _setting(
        30, "days for which a commission cut does not reach promoting creators", "days", "platform"
    )


class Velocity(_Section):
    """Content velocity: new posts published per week across the roster."""

    target: Positive = _setting(30, "posts published per week", "posts per week", "article")
    winners: Positive = _setting(
        4, "posts that earn paid spend, wanted in a month", "posts per month", "kit"
    )


class Conversion(_Section):
    """Conversion rate on clicks."""

    floor: Share = _setting(
        0.01, "under it: review brief and product fit", "orders per click", "article"
    )


class Hook(_Section):
    """Hook retention: views that hold for the first three seconds."""

    floor: Share = _setting(
        0.25, "under it: brief revision on hook direction", "share of views", "article"
    )
    window_s: Positive = _setting(3, "seconds a view must hold", "seconds", "article")
    min_posts: Count = _setting(3, "posts with a reading before a verdict", "posts", "kit")


class Output(_Section):
    """Content output against what was agreed."""

    floor: Share = _setting(
        0.5,
        "share of the agreed posts under which a creator counts as fallen off",
        "share of agreed posts",
        "kit",
    )
    off_roster_weeks: Count = _setting(
        8, "silent weeks after which a creator is off the roster", "weeks", "kit"
    )
    min_weeks: Count = _setting(3, "weeks seen before a flag may act", "weeks", "kit")
    min_agreed: Positive = _setting(
        2.0, "agreed posts that were due before a flag may act", "posts", "kit"
    )


class Revenue(_Section):
    """Revenue per post against the tier."""

    days: Count = _setting(14, "days after publishing in which a post's sales count", "days", "kit")
    outlier: Positive = _setting(
        1.5, "multiple of the tier median that earns investment", "× tier median", "kit"
    )
    low: Positive = _setting(
        0.5, "multiple of the tier median under which to deprioritise", "× tier median", "kit"
    )
    min_posts: Count = _setting(5, "posts before a creator is called an outlier", "posts", "kit")


class Repeat(_Section):
    """Repeat purchase of the buyers a creator acquired."""

    days: Count = _setting(60, "days after the first order", "days", "article")
    cohort_days: Count = _setting(180, "days of first orders in the cohort", "days", "kit")
    min_mature: Count = _setting(
        10, "buyers followed for the whole window before a rate is shown", "buyers", "kit"
    )


class Verdict(_Section):
    """How sure a flag has to be."""

    act: Share = _setting(0.8, "probability at which a flag acts", "probability", "kit")
    watch: Share = _setting(0.5, "probability at which a flag watches", "probability", "kit")


class Promotion(_Section):
    """Moves between tiers: output, revenue per post and a clean record; never followers."""

    months: Count = _setting(6, "months of evidence looked at", "months", "kit")
    half_life_months: Positive = _setting(4, "age at which a month counts half", "months", "kit")
    min_months: Count = _setting(
        3, "months of consistent output wanted (the article's 3–4)", "months", "article"
    )
    output_ratio: Positive = _setting(
        0.8, "published ÷ agreed that counts as consistent", "share of agreed posts", "kit"
    )
    output_probability: Share = _setting(
        0.7, "probability that output is consistent", "probability", "kit"
    )
    revenue_probability: Share = _setting(
        0.7, "probability that revenue per post is above the tier median", "probability", "kit"
    )
    clean_months: Count = _setting(3, "months without a compliance incident", "months", "kit")
    demote_probability: Share = _setting(
        0.8, "probability of falling short that demotes", "probability", "kit"
    )
    rest_months: Count = _setting(3, "months between two moves of one creator", "months", "kit")
    sensitivity: Share = _setting(
        0.10, "change of each threshold in the sensitivity check", "share", "kit"
    )


class Spark(_Section):
    """Which posts earn paid spend: by click-to-purchase rate, never by views."""

    days: Count = _setting(28, "days of clicks looked at", "days", "kit")
    conversion_bar: Share | None = _setting(
        None,
        "conversion a post must beat; empty: break-even, else the pooled rate",
        "orders per click",
        "kit",
    )
    cost_per_click: Annotated[float, Field(gt=0)] | None = _setting(
        None,
        "price of a paid click for the break-even bar; empty: what the ads export shows",
        "client currency",
        "kit",
    )
    probability: Share = _setting(
        0.8, "probability above the bar that makes a spark", "probability", "kit"
    )
    no_probability: Share = _setting(
        0.2, "probability at or under which the answer is no", "probability", "kit"
    )
    min_clicks: Count = _setting(20, "own clicks before a post can be a no", "clicks", "kit")
    clicks_needed_most: Count = _setting(
        5_000, "more clicks than this: too close to tell", "clicks", "kit"
    )
    per_creator: Count = _setting(3, "most posts of one creator in a plan", "posts", "kit")
    per_product: Count = _setting(5, "most posts of one product in a plan", "posts", "kit")


class Budget(_Section):
    """What the build stage costs, performance commissions apart."""

    monthly: tuple[Positive, Positive] = _setting(
        (8_000, 15_000), "monthly budget of the first 90 days", "USD per month", "article"
    )
    currency: str = _setting(
        "USD", "currency of the budget; another needs its own figures", "currency", "article"
    )
    days: Count = _setting(90, "length of the build stage", "days", "article")


class Build(_Section):
    """Milestones of the month-by-month build plan."""

    samples_delivered: Count = _setting(50, "month 1: samples delivered", "samples", "kit")
    hook_angles: Count = _setting(3, "month 2: hook angles tested", "angles", "article")
    posts_per_angle: Count = _setting(5, "month 2: posts of each tested angle", "posts", "kit")
    weeks_at_target: Count = _setting(
        3, "months 4 and on: weeks of four at the velocity target", "weeks", "kit"
    )
    roas_from_month: Count = _setting(3, "first month in which a ROAS is shown", "month", "article")


class Samples(_Section):
    """The sample clock."""

    due_days: Count = _setting(14, "days from delivery to the post that is due", "days", "platform")
    extension_days: Count = _setting(
        7, "possible extension the seller is not told of", "days", "platform"
    )
    never_days: Count = _setting(
        60, "days from delivery after which no post is expected any more", "days", "kit"
    )


class Fees(_Section):
    """Platform fees, US 2026 (TikTok's help pages, read November 2026).

    A shop in another market, or one whose statement shows another rate, sets its own. A rate that
    changes has the day of the change in `referral_rates`; earlier lines keep the earlier rate.
    """

    referral_rate: Share = _setting(
        0.06,
        "referral fee on customer payment + platform discount (US, read November 2026)",
        "share",
        "platform",
    )
    referral_rates: dict[date, Share] = _setting(
        {}, "referral fee from a day on, by that day, where it changed", "share", "platform"
    )
    refund_fee_share: Share = _setting(
        0.20,
        "refund administration fee as a share of the referral fee (US, read November 2026)",
        "share",
        "platform",
    )
    refund_fee_most: Positive = _setting(
        5,
        "highest refund administration fee per SKU (US, read November 2026)",
        "USD",
        "platform",
    )
    currency: str = _setting(
        "USD",
        "currency of that highest fee; in another one no limit is assumed until it is set",
        "currency",
        "platform",
    )

    def of(self, currency: str) -> Fees:
        """The fees for a client of that currency: a limit in another one limits nothing."""
        if currency == self.currency:
            return self
        return self.model_copy(update={"refund_fee_most": math.inf})


class Returns(_Section):
    """What becomes of goods that come back.

    A share that changes has the day of the change in `resold_shares`, by the day of the order.
    """

    resold_share: Share = _setting(
        0.0,
        "goods of returned units that can be sold again, at their cost (0: all are lost)",
        "share of their cost",
        "kit",
    )
    resold_shares: dict[date, Share] = _setting(
        {}, "that share from a day on, by that day, where it changed", "share of their cost", "kit"
    )


class Policy(_Section):
    """All thresholds of one client's program."""

    tiers: Tiers = Tiers()
    roster: Roster = Roster()
    commission: Commission = Commission()
    velocity: Velocity = Velocity()
    conversion: Conversion = Conversion()
    hook: Hook = Hook()
    output: Output = Output()
    revenue: Revenue = Revenue()
    repeat: Repeat = Repeat()
    verdict: Verdict = Verdict()
    promotion: Promotion = Promotion()
    spark: Spark = Spark()
    budget: Budget = Budget()
    build: Build = Build()
    samples: Samples = Samples()
    fees: Fees = Fees()
    returns: Returns = Returns()
    export_lag_days: Count = _setting(3, "days until a day can be downloaded", "days", "platform")
    reconciliation_tolerance: Share = _setting(
        0.01,
        "difference between two sources that withholds a report",
        "share of the larger sum",
        "kit",
    )
    set_aside_tolerance: Share = _setting(
        0.005, "money in rows set aside that withholds a report", "share of the money read", "kit"
    )

    def hash(self) -> str:
        """A short fingerprint of every value in force, for a report's manifest."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def rows(self) -> list[dict[str, Any]]:
        """One row per threshold: key, value, default, unit, source, meaning."""
        return list(_rows(self, ""))


def load_policy(overrides: Mapping[str, Any] | str | Path | None = None) -> Policy:
    """The article's values, with a client's own over them.

    `overrides` is a nested mapping such as ``{"spark": {"conversion_bar": 0.03}}`` or the path of
    a ``client.toml``, whose ``[policy.*]`` tables are taken. Raises `PolicyError` on an unknown
    name, with the nearest right one, and on an impossible value.

    >>> load_policy({"velocity": {"target": 12}}).velocity.target
    12.0
    >>> load_policy({"velocty": {"target": 12}})
    Traceback (most recent call last):
    kit.errors.PolicyError: policy has no setting velocty. Did you mean velocity?
    """
    if overrides is None:
        return Policy()
    if isinstance(overrides, (str, Path)):
        overrides = tomllib.loads(Path(overrides).read_text(encoding="utf-8")).get("policy", {})
    _refuse_unknown(Policy, overrides, "policy")
    try:
        return Policy.model_validate(overrides)
    except ValidationError as error:
        raise PolicyError(_plain(error)) from None


def _refuse_unknown(section: type[BaseModel], given: Any, where: str) -> None:
    if not isinstance(given, Mapping):
        raise PolicyError(f"{where} is a group of settings, not {given!r}.")
    for name, value in given.items():
        field = section.model_fields.get(name)
        if field is None:
            near = difflib.get_close_matches(str(name), section.model_fields, n=1, cutoff=0.5)
            hint = (
                f"Did you mean {near[0]}?" if near else f"It has {', '.join(section.model_fields)}."
            )
            raise PolicyError(f"{where} has no setting {name}. {hint}")
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Section):
            _refuse_unknown(field.annotation, value, f"{where}.{name}")


def _plain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    found = (
        f" (found {first['input']!r})" if not isinstance(first["input"], (dict, BaseModel)) else ""
    )
    return f"policy.{where}: {problem}{found}." if where else f"policy: {problem}{found}."


def _rows(section: BaseModel, prefix: str) -> Any:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, _Section):
            yield from _rows(value, f"{prefix}{name}.")
        else:
            extra: dict[str, Any] = field.json_schema_extra or {}  # type: ignore[assignment]
            yield {
                "key": prefix + name,
                "value": value,
                "default": field.default,
                "unit": extra.get("unit", ""),
                "source": extra.get("source", ""),
                "meaning": field.description or "",
            }
