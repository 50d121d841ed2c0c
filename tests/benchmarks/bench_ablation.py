"""What each method is worth: every one taken away in turn, on programs of known truth.

Run ``python -m tests.benchmarks.bench_ablation [programs]``. A method whose loss is nothing has no
place in the kit. The raw rate, and the article's rules read literally, stand below.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from kit import beta_binomial, estimate, spark
from kit.policy import Policy, load_policy
from kit.review import output_flags
from tests.benchmarks import bench_creators, simulate_creators, simulate_posts
from tests.benchmarks.bench_spark import captured


def spark_table(programs: int) -> pd.DataFrame:
    """Picking posts: the crossed model, then less and less of it. Mean over the variants."""
    takes = {
        "kit": lambda rows: rows,
        "no hook angle": lambda rows: rows.drop(columns="hook_angle"),
        "no product": lambda rows: rows.drop(columns="product_id"),
        "no creator": lambda rows: rows.assign(creator_id=rows["post_id"]),
        "no pooling but the program's": lambda rows: rows.assign(creator_id=rows["post_id"]).drop(
            columns=["hook_angle", "product_id"]
        ),
    }
    found: dict[str, list] = {name: [] for name in [*takes, "raw rate", "views"]}
    for variant in [v for v in simulate_posts.VARIANTS if v != "single"]:
        for seed in range(programs):
            program = simulate_posts.posts(seed, variant)
            rows, rate = program.rows, program.rate
            bar = rows["orders"].sum() / rows["clicks"].sum()
            policy = load_policy({"spark": {"conversion_bar": float(bar)}})
            for name, take in takes.items():
                ranked = spark.rank(take(rows), policy)
                found[name].append(_spark_scores(ranked, rate, rate > bar))
            raw = (rows["orders"] / rows["clicks"].where(rows["clicks"] > 0)).fillna(-1).to_numpy()
            for name, key in (("raw rate", raw), ("views", rows["views"].to_numpy())):
                order = np.argsort(-key, kind="stable")
                flags = raw > bar if name == "raw rate" else np.zeros(len(raw), bool)
                scores = _flagged(flags, rate > bar) | {"Brier": (flags != (rate > bar)).mean()}
                found[name].append({"captured@10": captured(rate, order, 10), **scores})
    return pd.DataFrame({name: pd.DataFrame(each).mean() for name, each in found.items()}).T


def _spark_scores(ranked: pd.DataFrame, rate: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    order = np.argsort(ranked["rank"].to_numpy())
    stated = ranked["probability_above_bar"].to_numpy()
    return {
        "captured@10": captured(rate, order, 10),
        **_flagged((ranked["verdict"] == "spark").to_numpy(), truth),
        "Brier": ((stated - truth) ** 2).mean(),
    }


def _flagged(flags: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    wrong = (flags & ~truth).sum() / flags.sum() if flags.any() else np.nan
    return {"FDR": wrong, "recall": (flags & truth).sum() / max(truth.sum(), 1)}


def rate_table(programs: int) -> pd.DataFrame:
    """Intervals and errors of rates: integrated over the prior, plugged in, and raw (Wilson)."""
    rows = {}
    for case in ("6 rows", "15 clicks a row", "100 rows"):
        each = []
        for seed in range(programs * 4):
            given = simulate_posts.rates(seed, case)
            x, n = given.successes.to_numpy(float), given.trials.to_numpy(float)
            kit = estimate.shrink_rates(given.successes, given.trials)
            m, kappa, _ = beta_binomial.fit(x, n)
            a, b = m * kappa + x, (1 - m) * kappa + n - x
            wilson = estimate.wilson_interval(x, n, 0.90)
            each.append(
                {
                    "cover kit": _inside(kit["ci_low"], kit["ci_high"], given.rate),
                    "cover plug-in": _inside(*estimate.beta_interval(a, b), given.rate),
                    "cover raw": _inside(*wilson, given.rate),
                    "square kit": ((kit["estimate"] - given.rate) ** 2).mean(),
                    "square plug-in": ((a / (a + b) - given.rate) ** 2).mean(),
                    "square raw": ((x / n - given.rate) ** 2).mean(),
                }
            )
        mean = pd.DataFrame(each).mean()
        errors = np.sqrt(mean.filter(like="square"))
        rows[case] = pd.concat([mean.filter(like="cover"), errors.rename(
            lambda name: name.replace("square", "RMSE"))])  # fmt: skip
    return pd.DataFrame(rows).T


def _inside(low, high, truth) -> float:
    return float(((np.asarray(low) <= truth) & (truth <= np.asarray(high))).mean())


def output_table(programs: int) -> pd.DataFrame:
    """Who has gone quiet: the model, then rules without one. Pooled over the variants."""
    told: dict[str, list[np.ndarray]] = {}
    truths = []
    for variant in simulate_creators.VARIANTS:
        for seed in range(programs):
            program = simulate_creators.creator_weeks(seed, variant)
            found = output_flags(program.rows, simulate_creators.AS_OF).set_index("creator_id")
            truth = program.truth.loc[found.index]
            on = truth["on_roster"].to_numpy(bool)
            late = program.rows.sort_values("week").groupby("creator_id").tail(4)
            sums = late.groupby("creator_id")[["posts", "agreed_posts"]].sum().loc[found.index]
            last = program.rows.sort_values("week").groupby("creator_id").tail(1)
            last = last.set_index("creator_id").loc[found.index]
            rules = {
                "kit": found["flag"].eq("act"),
                "under half over four weeks": sums["posts"] < 0.5 * sums["agreed_posts"],
                "below agreed this week": last["posts"] < last["agreed_posts"],
            }
            for name, flags in rules.items():
                told.setdefault(name, []).append(flags.to_numpy(bool)[on])
            truths.append(truth["below"].to_numpy(bool)[on])
    truth = np.concatenate(truths)
    return pd.DataFrame({name: _flagged(np.concatenate(f), truth) for name, f in told.items()}).T


def promotion_table(programs: int) -> pd.DataFrame:
    """Tier moves: the rule, then without one part of it each, then the article read literally."""
    rules = {
        "kit": load_policy(),
        "points, not probabilities": _promoted(
            output_probability=0.5, revenue_probability=0.5, demote_probability=0.5
        ),
        "no rest between moves": _promoted(rest_months=0),
        "one month of evidence": _promoted(months=1, min_months=1),
        "no half-life": _promoted(half_life_months=1000.0),
    }
    rows = {
        name: bench_creators.promotions_by(_with(policy), programs).mean()
        for name, policy in rules.items()
    }
    rows["each month's raw figures"] = bench_creators.promotions_by(_literally, programs).mean()
    return pd.DataFrame(rows).T


def _promoted(**changed: float) -> Policy:
    return load_policy({"promotion": changed})


def _with(policy: Policy) -> bench_creators.Audit:
    return lambda career, tier, seen: bench_creators.audited(career, tier, seen, policy)


def _literally(career, tier: np.ndarray, seen: int) -> np.ndarray:
    """Up: last month over the median, output as agreed and no incident. Else down."""
    at = seen - 1
    posts, agreed = career.posts[at], np.maximum(career.agreed[at], 1e-9)
    per_post = np.where(posts > 0, career.revenue[at] / np.maximum(posts, 1), 0.0)
    good = (per_post > np.median(per_post)) & (posts >= agreed) & (career.incidents[at] == 0)
    return np.select(
        [good & (tier[at] == 1), ~good & (tier[at] == 2)], ["promote", "demote"], "hold"
    )


def main(programs: int = 6) -> None:
    for name, table in (
        ("Spark", spark_table),
        ("rates", rate_table),
        ("output", output_table),
        ("promotion", promotion_table),
    ):
        print(f"\n{name}\n{table(programs).round(3).to_string()}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
