"""The rule for moves between tiers: output, revenue per post and a clean record, never followers.

Every criterion is a probability over the last months of evidence (`kit.tier_evidence`), so that
one lucky month promotes nobody and one poor month demotes nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kit import tier_evidence, words
from kit.creator_rates.shared import amounts, plain_percent, sure
from kit.errors import ReportError
from kit.policy import Policy, Promotion, load_policy

REQUIRED = ["creator_id", "tier", "month", "posts", "agreed_posts", "net_revenue", "incidents"]
LEVEL = 0.90
MOST_MONTHS = 24  # past this, "about N more months" says nothing anyone can plan with
COLUMNS = [
    "creator_id",
    "tier",
    "entry_tier",
    "months",
    "months_passed",
    "output_ratio",
    "output_ratio_ci_low",
    "output_ratio_ci_high",
    "probability_output",
    "output_ratio_passed",
    "revenue_per_post",
    "revenue_per_post_estimate",
    "revenue_per_post_ci_low",
    "revenue_per_post_ci_high",
    "median_revenue_per_post",
    "probability_revenue",
    "probability_above_floor",
    "revenue_per_post_passed",
    "incidents",
    "incidents_passed",
    "months_since_move",
    "rest_passed",
    "months_needed",
    "verdict",
    "reason",
    "flips",
    "lock_until",
]


def promotion_audit(
    creator_months: pd.DataFrame,
    as_of: date | str | pd.Timestamp,
    policy: Policy | None = None,
    *,
    currency: str = "",
) -> pd.DataFrame:
    """One row per creator: each criterion's value, interval and whether it passed; the verdict.

    `creator_months` holds creator_id, tier (held in that month), month (its first day), posts,
    agreed_posts, net_revenue (14-day, of that month's posts, in the client's currency) and
    incidents; a month counts once its last day + 13 has passed. Verdicts: promote, not yet,
    hold, demote. Tier 1 is measured by the median of everyone who entered in tier 1, promoted
    since or not; tier 2 → 3 by the median of today's tier 2, an extension of the article.
    Reasons write money in `currency` (a code such as USD), else as plain numbers.
    """
    missing = [name for name in REQUIRED if name not in creator_months.columns]
    if missing:
        raise ReportError(
            f"creator_months lacks {', '.join(missing)}. It has "
            f"{', '.join(map(str, creator_months.columns))}. Add what is missing."
        )
    policy = policy or load_policy()
    day = pd.Timestamp(as_of)
    day = day.tz_localize(None) if day.tzinfo else day
    months = tier_evidence.numbered_months(creator_months, day)
    if not len(months):
        return pd.DataFrame(columns=COLUMNS)
    evidence = tier_evidence.evidence(months, day, policy.promotion)
    audit = verdicts(evidence, policy.promotion)
    audit["reason"] = [_reason(row, policy, currency) for row in audit.itertuples()]
    audit["flips"] = _flips(evidence, policy.promotion)
    lock = day.normalize() + pd.Timedelta(days=policy.commission.lock_days)
    audit["lock_until"] = pd.Series(pd.NaT, audit.index, dtype="datetime64[us]").mask(
        audit["verdict"] == "demote", lock
    )
    return audit.reset_index()[COLUMNS]


def verdicts(evidence: pd.DataFrame, rule: Promotion, bar: float = 1.0) -> pd.DataFrame:
    """Criteria and verdict of each creator under one set of thresholds.

    `evidence` comes from `tier_evidence.evidence`; `bar` moves the medians by that factor.
    """
    table = evidence.pipe(_output_criterion, rule).pipe(_revenue_criterion, rule, np.log(bar))
    table["months_passed"] = table["months"] >= rule.min_months
    table["incidents_passed"] = table["incidents"] == 0
    since = table["months_since_move"]
    table["rest_passed"] = since.isna() | (since >= rule.rest_months)
    climb = table["tier"].isin([1, 2]) & table[
        [
            "months_passed",
            "output_ratio_passed",
            "revenue_per_post_passed",
            "incidents_passed",
            "rest_passed",
        ]
    ].all(axis=1)
    short = (1 - table["probability_output"] >= rule.demote_probability) | (
        1 - table["probability_above_floor"] >= rule.demote_probability
    )
    fall = table["tier"].isin([2, 3]) & table["months_passed"] & table["rest_passed"] & short
    table["verdict"] = np.select(
        [fall, climb, table["tier"] == 1], ["demote", "promote", "not yet"], "hold"
    )
    table["months_needed"] = _months_needed(table, rule)
    return table


def _output_criterion(evidence: pd.DataFrame, rule: Promotion) -> pd.DataFrame:
    shape = evidence["prior_shape"] + evidence["weighted_posts"]
    rate = evidence["prior_rate"] + evidence["weighted_agreed"]
    known = evidence["weighted_agreed"] > 0
    above = pd.Series(stats.gamma.sf(rule.output_ratio, shape, scale=1 / rate), evidence.index)
    low, high = (stats.gamma.ppf(q, shape, scale=1 / rate) for q in _tails())
    return evidence.assign(
        output_ratio_ci_low=pd.Series(low, evidence.index).where(known),
        output_ratio_ci_high=pd.Series(high, evidence.index).where(known),
        probability_output=above.where(known),
        output_ratio_passed=known & (above >= rule.output_probability),
    )


def _tails() -> tuple[float, float]:
    return (1 - LEVEL) / 2, (1 + LEVEL) / 2


def _revenue_criterion(evidence: pd.DataFrame, rule: Promotion, shift: float) -> pd.DataFrame:
    mean, sd = evidence["log_mean"], evidence["log_sd"]
    bar = evidence["log_bar"] + shift
    floor = evidence["log_floor"] + shift
    by_bar, by_floor = _against_medians(evidence)
    above = pd.Series(stats.norm.cdf((mean - bar) / by_bar), evidence.index)
    half = stats.norm.ppf(_tails()[1]) * sd
    return evidence.assign(
        revenue_per_post_estimate=np.exp(mean),
        revenue_per_post_ci_low=np.exp(mean - half),
        revenue_per_post_ci_high=np.exp(mean + half),
        median_revenue_per_post=np.exp(bar.where(bar.notna(), floor)),
        probability_revenue=above,
        revenue_per_post_passed=(above >= rule.revenue_probability).fillna(False),
        probability_above_floor=pd.Series(
            stats.norm.cdf((mean - floor) / by_floor), evidence.index
        ),
    )


def _against_medians(evidence: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The sd of each creator's log revenue less the median it is held against, up and down."""
    tier = evidence["tier"]
    first = tier_evidence.sd_against_median(evidence, evidence["entry_tier"] == 1)
    second = tier_evidence.sd_against_median(evidence, tier == 2)
    return second.where(tier == 2, first), second.where(tier == 3, first)


def _months_needed(table: pd.DataFrame, rule: Promotion) -> pd.Series:
    """Further months, at the present pace, until every criterion could pass; else missing."""
    after = pd.DataFrame(
        {
            "months": (rule.min_months - table["months"]).clip(lower=0),
            "incidents": np.where(table["incidents_passed"], 0, rule.clean_months),
            "rest": (rule.rest_months - table["months_since_move"]).clip(lower=0).fillna(0),
            "output": _months_for_output(table, rule),
            "revenue": _months_for_revenue(table, rule),
        },
        index=table.index,
    )
    needed = after.max(axis=1, skipna=False).where(lambda n: n <= MOST_MONTHS)
    return needed.where(table["verdict"] == "not yet")


def _months_for_output(table: pd.DataFrame, rule: Promotion) -> np.ndarray:
    shape = (table["prior_shape"] + table["weighted_posts"]).to_numpy()
    rate = (table["prior_rate"] + table["weighted_agreed"]).to_numpy()
    more = np.arange(MOST_MONTHS + 1)[:, None] * table["month_agreed"].to_numpy()
    above = stats.gamma.sf(
        rule.output_ratio, shape + more * table["output_ratio"].to_numpy(), scale=1 / (rate + more)
    )
    return _first_passing(above >= rule.output_probability)


def _months_for_revenue(table: pd.DataFrame, rule: Promotion) -> np.ndarray:
    gap = (table["log_mean"] - table["log_bar"]).to_numpy()
    # A further month adds as much information as the months so far did on average.
    each = 1 / table["log_noise"].to_numpy() / table["months"].clip(lower=1).to_numpy()
    more = np.arange(MOST_MONTHS + 1)[:, None] * each
    sd = 1 / np.sqrt(1 / table["log_sd"].to_numpy() ** 2 + more)
    return _first_passing(stats.norm.cdf(gap / sd) >= rule.revenue_probability)


def _first_passing(passed: np.ndarray) -> np.ndarray:
    return np.where(passed.any(axis=0), passed.argmax(axis=0), np.nan)


def _reason(row: Any, policy: Policy, currency: str) -> str:
    """One or two sentences: what was measured, or what is missing and for how long."""
    if pd.isna(row.tier):
        return "No tier is known: no followers on record and no move."
    if row.verdict == "promote":
        return _why_promote(row, policy.promotion, currency)
    if row.verdict == "demote":
        return _why_demote(row, policy, currency)
    lacks = _lacks(row, policy.promotion, currency)
    if row.verdict == "hold":
        return f"No firm reason to move down. {words.sentence(_why_not_up(row, lacks))}"
    return words.sentence("; ".join(lacks) + _about_months(row, policy.promotion))


def _why_promote(row: Any, rule: Promotion, currency: str) -> str:
    revenue, median = amounts(
        row.revenue_per_post_estimate, row.median_revenue_per_post, currency=currency
    )
    own = " That median is our own bar, an extension of the article." if row.tier == 2 else ""
    return (
        f"Published {_output(row)} of what was agreed over {words.count(row.months, 'month')} "
        f"({sure(row.probability_output)} to stay at {plain_percent(rule.output_ratio)} or more), "
        f"brings {revenue} per post against a {'tier-2 ' if row.tier == 2 else ''}median of "
        f"{median} ({sure(row.probability_revenue)} to beat it) and has a clean record.{own}"
    )


def _why_demote(row: Any, policy: Policy, currency: str) -> str:
    rule, lock = policy.promotion, policy.commission.lock_days
    short = []
    if 1 - row.probability_output >= rule.demote_probability:
        short.append(
            f"published {_output(row)} of what was agreed, under the "
            f"{plain_percent(rule.output_ratio)} wanted ({sure(1 - row.probability_output)})"
        )
    if 1 - row.probability_above_floor >= rule.demote_probability:
        revenue, median = amounts(
            row.revenue_per_post_estimate, np.exp(row.log_floor), currency=currency
        )
        short.append(
            f"brings {revenue} per post, below the median of {median} "
            f"({sure(1 - row.probability_above_floor)})"
        )
    lock_text = f"A lower commission takes {lock} days to reach posts that already promote."
    return f"{words.sentence(' and '.join(short))} {lock_text}"


def _why_not_up(row: Any, lacks: list[str]) -> str:
    if row.tier == 3:
        changed = "" if row.rest_passed else f"{_moved(row)}; "
        return f"{changed}tier 3 is the highest"
    return f"for tier 3: {'; '.join(lacks)}" if lacks else "tier 3 is open"


def _output(row: Any) -> str:
    return words.percent(row.output_ratio, 0)


def _lacks(row: Any, rule: Promotion, currency: str) -> list[str]:
    """What is missing for promotion, in the order of the criteria."""
    lacks = []
    if not row.months_passed:
        lacks.append(f"seen for {row.months:.0f} of the {rule.min_months} months needed")
    if not row.output_ratio_passed:
        lacks.append(_lack_of_output(row, rule))
    if not row.revenue_per_post_passed:
        lacks.append(_lack_of_revenue(row, rule, currency))
    if not row.incidents_passed:
        one = row.incidents == 1
        found = f"{words.in_words(int(row.incidents))} incident{'' if one else 's'}"
        lacks.append(f"{found} in {_last_months(rule.clean_months)}")
    if not row.rest_passed:
        wait = words.in_words(rule.rest_months)
        lacks.append(f"{_moved(row)}, and {wait} must pass before the next move")
    return lacks


def _last_months(months: int) -> str:
    return "the last month" if months == 1 else f"the last {words.in_words(months)} months"


def _moved(row: Any) -> str:
    months = max(int(row.months_since_move), 0)
    if months == 0:
        return "changed tier this month"
    return f"changed tier {words.in_words(months)} month{'' if months == 1 else 's'} ago"


def _lack_of_output(row: Any, rule: Promotion) -> str:
    if pd.isna(row.probability_output):
        return "nothing agreed to measure output by"
    text, wanted = f"published {_output(row)} of what was agreed", plain_percent(rule.output_ratio)
    if row.output_ratio < rule.output_ratio:
        return f"{text}; consistent means {wanted}"
    chance, needed = _short_of(row.probability_output, rule.output_probability)
    return f"{text}, only {chance} to stay at {wanted} or more ({needed})"


def _lack_of_revenue(row: Any, rule: Promotion, currency: str) -> str:
    if pd.isna(row.log_bar):
        return f"no median yet: fewer than {tier_evidence.MIN_MEDIAN} creators to compare with"
    if pd.isna(row.log_mean):
        return "no post to measure revenue by"
    revenue, median = amounts(
        row.revenue_per_post_estimate, row.median_revenue_per_post, currency=currency
    )
    if row.log_mean < row.log_bar:
        return f"brings {revenue} per post, below the median of {median}"
    chance, needed = _short_of(row.probability_revenue, rule.revenue_probability)
    against = f"against a median of {median}"
    return f"brings {revenue} per post {against}, only {chance} to beat it ({needed})"


def _short_of(probability: float, wanted: float) -> tuple[str, str]:
    """A probability under the one wanted; rounded down, so that it never reads as reached."""
    return sure(np.floor(probability * 100) / 100), f"{plain_percent(wanted)} needed"


def _about_months(row: Any, rule: Promotion) -> str:
    if pd.notna(row.months_needed):
        return f"; about {words.count(row.months_needed, 'more month')}"
    below = row.log_mean < row.log_bar or row.probability_output < 0.5
    if not below and (pd.isna(row.probability_output) or pd.isna(row.probability_revenue)):
        more = rule.min_months - row.months
        at_least = f"; about {words.count(more, 'more month')} at least" if more > 0 else ""
        return at_least or ". How long that takes cannot be said yet"
    return ". Not at the present pace" if below else ". Too close to tell apart"


def _flips(evidence: pd.DataFrame, rule: Promotion) -> pd.Series:
    """Who would be judged otherwise if one threshold moved by the policy's sensitivity."""
    now = verdicts(evidence, rule)["verdict"]
    step = rule.sensitivity
    text = pd.Series("", index=evidence.index)
    for name, sign in [(name, sign) for name in _MOVED for sign in (-1, 1)]:
        factor = 1 + sign * step
        if name == "median":
            other = verdicts(evidence, rule, bar=factor)["verdict"]
        else:
            # A probability threshold of 1 could never be met.
            most = 0.99 if name.endswith("probability") else np.inf
            moved = {name: min(getattr(rule, name) * factor, most)}
            other = verdicts(evidence, rule.model_copy(update=moved))["verdict"]
        note = f"{_MOVED[name]} {sign * step:+.0%}: " + other
        text = text.mask(other != now, (text + "; " + note).str.removeprefix("; "))
    return text


_MOVED = {
    "output_ratio": "output ratio",
    "output_probability": "output probability",
    "median": "median",
    "revenue_probability": "revenue probability",
    "demote_probability": "demotion probability",
}
