"""What a move between tiers costs a month, and what it has to bring, from the client's own deals.

A promotion is priced at what the tier above is usually paid, a demotion at what the tier below
is; both are assumptions until a deal is made, and say so. A rise of commission counts at once; a
cut reaches a creator who promotes already only after the platform's protection.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kit import metrics, words
from kit.metrics.contribution import contribution

LEVEL = 0.90
MONTH_WEEKS = 365.25 / 12 / 7
MARGIN_DAYS = 84
BEFORE_COMMISSION = ["net_revenue", "goods", "fulfilment", "referral_fee", "refund_fee"]
# Fewer past moves of a direction say nothing of the next; months on either side of each.
LEAST_MOVES, SIDE_MONTHS = 3, 3
COLUMNS = [
    *("creator_id", "verdict", "tier", "to_tier", "fee_now", "fee_then", "rate_now", "rate_then"),
    *("cost", "gain", "ci_low", "ci_high", "even_posts", "even_low", "even_high"),
    *("even_fee", "even_fee_low", "even_fee_high"),
    *("locked", "lock_until", "status", "note"),
]


def moves(
    client: Any, as_of: date | str, audit: pd.DataFrame, months: pd.DataFrame
) -> pd.DataFrame:
    """One row per creator who is promoted or demoted: what the move costs and should bring.

    `audit` is `tier_rule.promotion_audit`'s, `months` `metrics.creator_months`. Money per month:
    fee_now and fee_then (flat fees), cost (fee and commission, above 0 where the move costs more),
    gain (contribution expected of it, 90% interval), even_posts (more posts a month that would pay
    the cost), even_fee (the flat fee of a month at which the move leaves the program no worse off,
    with its 90% interval; 0 or less: no fee does), locked (commission that a cut still costs until
    `lock_until`). rate_now and rate_then are commission rates. `status` is estimated (from past
    moves), assumed (from the deals of the other tier) or unknown, and `note` says what it rests on
    or what is missing.
    """
    rows = audit[audit["verdict"].isin(["promote", "demote"])]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    deals = _deals(client, as_of)
    margin, no_margin = _margin(client, as_of)
    found = []
    for row in rows.itertuples():
        past = past_moves(months, 1 if row.verdict == "promote" else -1)
        usual = _usual(deals, int(row.tier) + (1 if row.verdict == "promote" else -1))
        own = deals[deals["creator_id"] == row.creator_id]
        priced = _move(row, own, usual, past, (margin, no_margin))
        priced["locked"] *= client.policy.commission.lock_days
        found.append(priced)
    return pd.DataFrame(found)[COLUMNS]


def _deals(client: Any, as_of: date | str) -> pd.DataFrame:
    """Agreements in force with the creator's tier and `fee`, the flat fee of a month."""
    day = pd.Timestamp(metrics.as_day(as_of))
    deals = client.frame("agreements")
    force = (deals["valid_from"] <= day) & (deals["valid_to"].isna() | (deals["valid_to"] >= day))
    deals = deals[force].merge(metrics.people(client, as_of)[["creator_id", "tier"]])
    days = (deals["valid_to"] - deals["valid_from"]).dt.days + 1
    each = pd.Series(
        np.select(
            [deals["fee_per"] == "post", deals["fee_per"] == "month", deals["fee_per"] == "deal"],
            [deals["posts_per_week"] * MONTH_WEEKS, 1.0, MONTH_WEEKS * 7 / days],
            np.nan,
        ),
        deals.index,
    )
    fee = (deals["flat_fee"] * each).where(deals["flat_fee"].fillna(0) != 0, 0.0)
    return deals.assign(fee=fee.astype(float), paid=deals["flat_fee"].fillna(0) != 0)


def _usual(deals: pd.DataFrame, tier: int) -> dict[str, Any]:
    """The middle deal of a tier: fee of a month, commission rate, posts a week, how many deals.

    From tier 2 on a fee is part of the deal: one without is not yet entered, and left out.
    """
    own = deals[deals["tier"] == tier]
    paid = own if tier == 1 else own[own["paid"]]
    return {
        "tier": tier,
        "deals": len(paid),
        "fee": paid["fee"].median(),
        "rate": own["commission_rate"].median(),
        "posts": own["posts_per_week"].median(),
    }


def _margin(client: Any, as_of: date | str) -> tuple[float, str]:
    """Share of net revenue left before commission, fees and ads; and why it is not known."""
    parts = contribution(client, as_of, MARGIN_DAYS)
    program = parts[parts["subject_kind"] == "program"].set_index("part").loc[BEFORE_COMMISSION]
    unknown = "; ".join(sorted({text for text in program["unknown"] if text}))
    revenue = program["amount"].iloc[0]
    if unknown or not revenue > 0:
        return np.nan, unknown or "no net revenue in these weeks"
    return float(program["amount"].sum() / revenue), ""


def past_moves(months: pd.DataFrame, direction: int) -> np.ndarray:
    """Log change of monthly net revenue at each past move, less that of those who stayed.

    `direction` is 1 for promotions and −1 for demotions; up to three months on either side, at
    least two of each, and sales in both.
    """
    rows = months.sort_values(["creator_id", "month"]).dropna(subset=["tier"])
    step = rows.groupby("creator_id")["tier"].diff()
    stayed = rows[~rows["creator_id"].isin(rows.loc[step.fillna(0) != 0, "creator_id"])]
    found = []
    for moved in rows[np.sign(step.fillna(0).astype(float)) == direction].itertuples():
        own = rows[rows["creator_id"] == moved.creator_id]
        change, rest = (_log_change(part, moved.month) for part in (own, stayed))
        if np.isfinite(change) and np.isfinite(rest):
            found.append(change - rest)
    return np.array(found)


def _log_change(rows: pd.DataFrame, at: pd.Timestamp) -> float:
    by_month = rows.groupby("month")["net_revenue"].sum()
    before = by_month[by_month.index < at].tail(SIDE_MONTHS)
    after = by_month[by_month.index >= at].head(SIDE_MONTHS)
    if min(len(before), len(after)) < 2 or before.sum() <= 0 or after.sum() <= 0:
        return np.nan
    return float(np.log(after.mean() / before.mean()))


def _move(
    row: Any, own: pd.DataFrame, usual: dict, past: np.ndarray, margin: tuple[float, str]
) -> dict[str, Any]:
    """The row of one move; `locked` is the commission of one day that a cut does not save yet."""
    up = row.verdict == "promote"
    deal = own.iloc[0] if len(own) else None
    found: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan)
    found |= {name: getattr(row, name) for name in ("creator_id", "verdict", "tier")}
    found |= {"to_tier": usual["tier"], "lock_until": pd.NaT if up else row.lock_until}
    lacks = _lacks(deal, usual)
    if lacks:
        return found | {"status": "unknown", "note": words.sentence(lacks)}
    assert deal is not None
    keep = max if up else min
    rate, fee = (keep(deal[name], usual[key]) for name, key in _TERMS)
    found |= {"fee_now": deal["fee"], "fee_then": fee}
    found |= {"rate_now": deal["commission_rate"], "rate_then": rate}
    per_post = np.array(
        [getattr(row, f"revenue_per_post_{end}") for end in ("estimate", "ci_low", "ci_high")]
    )
    ratio = 1.0 if pd.isna(row.output_ratio) else float(row.output_ratio)
    monthly = per_post * ratio * deal["posts_per_week"] * MONTH_WEEKS
    raised = rate - deal["commission_rate"]
    dearer = raised * monthly[0] if raised else 0.0
    found["cost"] = fee - deal["fee"] + dearer
    if pd.isna(dearer):
        note = f"{_rests(usual)}; its posts are too few or too new to tell what they sell"
        return found | {"status": "unknown", "note": words.sentence(note)}
    if not up:
        found["locked"] = -raised * monthly[0] / (MONTH_WEEKS * 7)
    if margin[1]:
        note = f"what it brings is not known: {margin[1]}"
        return found | {"status": "unknown", "note": words.sentence(f"{_rests(usual)}; {note}")}
    left = per_post * (margin[0] - rate)
    posts = keep(deal["posts_per_week"], usual["posts"]) - deal["posts_per_week"]
    more_posts = left * posts * ratio * MONTH_WEEKS
    gain = _gain(past, monthly * (margin[0] - rate), more_posts)
    found |= dict(zip(("gain", "ci_low", "ci_high"), gain, strict=True))
    fees = deal["fee"] + _even_rise(past, monthly, more_posts, margin[0] - rate, raised)
    found |= dict(zip(("even_fee", "even_fee_low", "even_fee_high"), fees, strict=True))
    if up and left[1] > 0 and found["cost"] > 0:
        even = found["cost"] / left
        found |= {"even_posts": even[0], "even_low": even[2], "even_high": even[1]}
    status = "estimated" if len(past) >= LEAST_MOVES else "assumed"
    return found | {"status": status, "note": _note(usual, past, posts, up)}


_TERMS = (("commission_rate", "rate"), ("fee", "fee"))


def _lacks(deal: pd.Series | None, usual: dict) -> str:
    if deal is None:
        return "no agreement in force is entered, so its cost is not known"
    if pd.isna(deal["fee"]) or pd.isna(deal["commission_rate"]):
        return "the agreement in force lacks its fee or commission"
    if not usual["deals"] or any(pd.isna(usual[name]) for name in ("fee", "rate", "posts")):
        fee = "" if usual["tier"] == 1 else " with a fee"
        return f"no tier-{usual['tier']} deal{fee} is entered to price it by"
    return ""


def _gain(past: np.ndarray, monthly: np.ndarray, more_posts: np.ndarray) -> np.ndarray:
    """Contribution a month that the move adds: middle, low and high end."""
    if len(past) < LEAST_MOVES:
        return more_posts if more_posts[0] >= 0 else more_posts[[0, 2, 1]]
    grown = _grown(past)
    # What the creator sells is in doubt too: of the four pairs of ends, the lowest and highest.
    corners = np.outer(grown[1:], monthly[1:])
    return np.array([grown[0] * monthly[0], corners.min(), corners.max()])


def _grown(past: np.ndarray) -> np.ndarray:
    """Share by which sales grew at past moves: middle, low and high end."""
    half = stats.t.ppf((1 + LEVEL) / 2, len(past) - 1) * past.std(ddof=1) / np.sqrt(len(past))
    return np.expm1(past.mean() + np.array([0.0, -half, half]))


def _even_rise(
    past: np.ndarray, monthly: np.ndarray, more_posts: np.ndarray, share: float, raised: float
) -> np.ndarray:
    """By how much the fee of a month may rise: gain less dearer commission; middle, low, high.

    `share` of sales is left after commission; what the creator sells and how sales grow are in
    doubt together, so that the ends are those of their four pairs.
    """
    known = len(past) >= LEAST_MOVES
    gain = np.outer(_grown(past), monthly * share) if known else more_posts[np.newaxis]
    rise = gain - raised * monthly
    ends = rise[-2:, 1:]
    return np.array([rise[0, 0], ends.min(), ends.max()])


def _rests(usual: dict) -> str:
    deals = words.count(usual["deals"], f"tier-{usual['tier']} deal")
    return f"priced at the middle of {deals} in force"


def _note(usual: dict, past: np.ndarray, posts: float, up: bool) -> str:
    """What the cost and the gain rest on."""
    way = "promotion" if up else "demotion"
    if len(past) >= LEAST_MOVES:
        basis = f"gain as at {words.count(len(past), f'past {way}')}, against those who stayed"
    elif posts:
        basis = f"gain of {'more' if up else 'fewer'} posts, as that tier agrees"
    else:
        basis = f"{'no more' if up else 'as many'} posts agreed with it{'' if up else ' as now'}"
    return words.sentence(f"{_rests(usual)}; {basis}")
