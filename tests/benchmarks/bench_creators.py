"""How good the creator rules are on programs of known truth.

Run `python -m tests.benchmarks.bench_creators [programs per variant]` from the repository root.
One table per decision: a row per variant and their mean, with the target above it. Takes minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from kit import creator_rates, velocity
from kit.policy import load_policy
from kit.review import output_flags
from kit.tier_rule import promotion_audit
from tests.benchmarks import simulate_creators as simulate

# Verdicts by career, tiers held and months seen so far.
Audit = Callable[[simulate.Career, np.ndarray, int], np.ndarray]
TARGETS = {
    "output": "FDR ≤ 0.12, recall ≥ 0.25, FDR(0.9) ≤ 0.06, recall(0.5) ≥ 0.45, Brier ≤ 0.095, "
    "stated 0.7–0.9 happens 0.68–0.92",
    "conversion": "FDR ≤ 0.16, recall ≥ 0.30",
    "hook": "FDR ≤ 0.07, recall ≥ 0.30, coverage 0.86–0.93",
    "revenue": "FDR ≤ 0.25, recall ≥ 0.15",
    "commission": "FDR ≤ 0.02, recall ≥ 0.95",
    "promotion": "wrong ≤ 0.34, badly ≤ 0.14, missed ≤ 0.28, incidents 0, reversals 0, "
    "regret ≤ 0.110",
    "promotion, cautious": "wrong ≤ 0.28, badly ≤ 0.11, missed ≤ 0.39, regret ≤ 0.130",
    "velocity": "coverage 0.76–0.90, width ≤ 0.55, error ≤ 0.15",
}


def flag_scores(stated: np.ndarray, act: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """FDR, recall and Brier of one set of flags."""
    sure, likely = stated >= 0.9, stated >= 0.5
    band = (stated >= 0.7) & (stated < 0.9)
    return {
        "base": truth.mean(),
        "FDR": (act & ~truth).sum() / max(act.sum(), 1),
        "recall": (act & truth).sum() / max(truth.sum(), 1),
        "FDR(0.9)": (sure & ~truth).sum() / max(sure.sum(), 1),
        "recall(0.5)": (likely & truth).sum() / max(truth.sum(), 1),
        "Brier": ((stated - truth) ** 2).mean(),
        "happens(0.7-0.9)": truth[band].mean() if band.any() else np.nan,
        "act": act.sum(),
    }


def output(programs: int) -> pd.DataFrame:
    """Output flags of creators still on the roster; the monthly variants stand apart."""
    rows = {}
    for variant in simulate.OUTPUT_VARIANTS:
        parts = []
        for seed in range(programs):
            program = simulate.creator_weeks(seed, variant)
            found = output_flags(program.rows, simulate.AS_OF).set_index("creator_id")
            truth = program.truth.loc[found.index]
            parts.append(
                pd.DataFrame(
                    {
                        "stated": found["probability_below_agreed"],
                        "act": found["flag"] == "act",
                        "truth": truth["below"],
                    }
                )[truth["on_roster"]]
            )
        every = pd.concat(parts)
        rows[variant] = flag_scores(*(every[name].to_numpy() for name in every))
    return pd.DataFrame(rows).T


def rates(
    programs: int,
    simulated: Callable[[int, str], simulate.Program],
    rule: Callable[[pd.DataFrame], pd.DataFrame],
    truth: str = "below",
    stated: str = "probability_below",
    flag: str = "flag",
) -> pd.DataFrame:
    """One of the estimated rates: flags and coverage of the 90% interval."""
    rows = {}
    for variant in simulate.VARIANTS:
        parts = []
        for seed in range(programs):
            program = simulated(seed, variant)
            found = rule(program.rows).set_index("creator_id")
            true = program.truth.loc[found.index]
            parts.append(
                pd.DataFrame(
                    {
                        "stated": found[stated],
                        "act": found[flag] == "act",
                        "truth": true[truth],
                        "held": (found["ci_low"] <= true["rate"])
                        & (true["rate"] <= found["ci_high"]),
                    }
                )[found["ci_low"].notna()]
            )
        every = pd.concat(parts)
        scores = flag_scores(*(every[name].to_numpy() for name in ("stated", "act", "truth")))
        rows[variant] = {**scores, "coverage": every["held"].mean()}
    return pd.DataFrame(rows).T


def revenue_against_median(posts: pd.DataFrame) -> pd.DataFrame:
    """The rule as the review calls it: against the tier's printed median."""
    each = posts.groupby(["tier", "creator_id"])["net_revenue_14d"].agg(["mean", "count"])
    medians = each.loc[each["count"] >= 3, "mean"].groupby("tier").median()
    return creator_rates.revenue_outliers(posts, medians)


def commission(programs: int) -> pd.DataFrame:
    """Settled ratios of creators, one in ten paid off the agreement by more than a point."""
    rows = {}
    for variant in simulate.VARIANTS:
        parts = []
        for seed in range(programs):
            deals = simulate.settled_commissions(seed, variant)
            found = creator_rates.commission_flags(deals)
            parts.append(pd.DataFrame({"act": found["flag"] == "act", "truth": deals["off"]}))
        every = pd.concat(parts)
        act, truth = every["act"].to_numpy(), every["truth"].to_numpy()
        rows[variant] = flag_scores(act.astype(float), act, truth)
    return pd.DataFrame(rows).T[["base", "FDR", "recall", "act"]]


def promotion(programs: int, probability: float = 0.7) -> pd.DataFrame:
    """Monthly audits of 18 months: promotions against the truth of their month."""
    policy = load_policy(
        {"promotion": {"output_probability": probability, "revenue_probability": probability}}
    )
    return promotions_by(lambda career, tier, seen: audited(career, tier, seen, policy), programs)


def promotions_by(rule: Audit, programs: int) -> pd.DataFrame:
    """The same for any rule that gives each creator's verdict after so many months seen."""
    rows = {}
    for variant in simulate.VARIANTS:
        totals = sum(
            (pd.Series(_career(seed, variant, rule)) for seed in range(programs)),
            start=pd.Series(dtype=float).reindex(_COUNTS, fill_value=0.0),
        )
        rows[variant] = {
            "promotions": totals["promoted"] / programs,
            "wrong": totals["wrong"] / max(totals["promoted"], 1),
            "badly": totals["badly"] / max(totals["promoted"], 1),
            "missed": totals["missed"] / max(totals["worthy"], 1),
            "incidents": totals["incidents"],
            "reversals": totals["reversals"],
            "regret": totals["regret"] / totals["creator_months"],
        }
    return pd.DataFrame(rows).T


_COUNTS = [
    *("promoted", "wrong", "badly", "missed", "worthy", "incidents"),
    *("reversals", "regret", "creator_months"),
]


def _career(seed: int, variant: str, rule: Audit) -> dict[str, float]:
    career = simulate.careers(seed, variant)
    months, creators = career.posts.shape
    tier = np.ones((months + 1, creators))
    moved_at, moved_to = np.full(creators, -99), np.zeros(creators)
    count = dict.fromkeys(_COUNTS, 0.0)
    for seen in range(1, months + 1):
        verdict = rule(career, tier, seen)
        revenue, output_ratio = career.true_revenue[seen - 1], career.true_output[seen - 1]
        median = np.median(revenue)
        good = (revenue > median) & (output_ratio >= 0.8)
        clean = career.incidents[max(seen - 3, 0) : seen].sum(axis=0) == 0
        now = tier[seen - 1]
        up, down = (verdict == "promote") & (now == 1), (verdict == "demote") & (now == 2)
        count["promoted"] += up.sum()
        count["wrong"] += (up & ~good).sum()
        count["badly"] += (up & ((revenue < 0.8 * median) | (output_ratio < 0.65))).sum()
        count["incidents"] += (up & ~clean).sum()
        moves, to = up | down, np.where(up, 2, 1)
        count["reversals"] += (moves & (seen - moved_at <= 3) & (to != moved_to)).sum()
        moved_at, moved_to = np.where(moves, seen, moved_at), np.where(moves, to, moved_to)
        after = np.where(up, 2, np.where(down, 1, now))
        tier[seen:] = after
        if seen >= 6:  # three months of evidence, and time to use it
            value = _value_of_tier_two(revenue / median, output_ratio)
            lost = np.where(after == 2, -value, value).clip(min=0)
            count["worthy"] += (good & clean).sum()
            count["missed"] += (good & clean & (after == 1)).sum()
            count["regret"] += lost.sum()
            count["creator_months"] += creators
    return count


def _value_of_tier_two(revenue: np.ndarray, output_ratio: np.ndarray) -> np.ndarray:
    """What being in tier 2 is worth a month: log distance of the weaker criterion, within ±1."""
    by_output = 3 * np.log(np.maximum(output_ratio, 0.05) / 0.8)
    return np.minimum(np.log(revenue), by_output).clip(-1, 1)


def audited(career: simulate.Career, tier: np.ndarray, seen: int, policy) -> np.ndarray:
    """The kit's verdict on each creator after `seen` months."""
    months = pd.date_range("2025-01-01", periods=seen, freq="MS")
    creators = career.posts.shape[1]
    frame = pd.DataFrame(
        {
            "creator_id": np.tile([f"c{i:03d}" for i in range(creators)], seen),
            "tier": tier[:seen].ravel(),
            "month": np.repeat(months, creators),
            "posts": career.posts[:seen].ravel(),
            "agreed_posts": career.agreed[:seen].ravel(),
            "net_revenue": career.revenue[:seen].ravel().round(2),
            "incidents": career.incidents[:seen].ravel(),
        }
    )
    day = months[-1] + pd.offsets.MonthEnd(0) + pd.Timedelta(days=13)
    return promotion_audit(frame, day, policy)["verdict"].to_numpy()


def velocities(programs: int) -> pd.DataFrame:
    """Next week's posts of the whole roster against the 80% range."""
    rows = {}
    for variant in simulate.VARIANTS:
        parts = []
        for seed in range(programs):
            program = simulate.creator_weeks(seed, variant)
            one = velocity.forecast(program.rows, simulate.AS_OF).iloc[0]
            true = program.future
            parts.append(
                (
                    one["ci_low"] <= true <= one["ci_high"],
                    (one["ci_high"] - one["ci_low"]) / one["forecast"],
                    abs(one["forecast"] - true) / max(true, 1),
                )
            )
        rows[variant] = dict(
            zip(["coverage", "width", "error"], np.mean(parts, axis=0), strict=True)
        )
    return pd.DataFrame(rows).T


def main(programs: int) -> None:
    """Print every table, the mean of its variants last, and the target under it."""
    tables = {
        "output": lambda: output(programs),
        "conversion": lambda: rates(programs, simulate.clicked_posts, creator_rates.conversion),
        "hook": lambda: rates(programs, simulate.hook_readings, creator_rates.hook_retention),
        "revenue": lambda: rates(
            programs, simulate.sold_posts, revenue_against_median, "above", "probability_high"
        ),
        "commission": lambda: commission(programs),
        "velocity": lambda: velocities(programs),
        "promotion": lambda: promotion(max(programs // 3, 1)),
        "promotion, cautious": lambda: promotion(max(programs // 3, 1), 0.8),
    }
    for name, table in tables.items():
        made = table()
        made.loc["mean"] = made.loc[list(simulate.VARIANTS)].mean()
        print(f"\n{name}: {TARGETS[name]}\n{made.round(3).to_string()}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
