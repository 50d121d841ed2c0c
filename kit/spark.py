"""Which posts earn paid spend: by click-to-purchase rate, never by views.

`rank` judges any frame of posts; `candidates` a client's, with the break-even bar, who may run
and why; `report` adds the plan for a budget, what other rules would have picked, and what the
next briefs should say.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from kit import boost, brief_plan, crossed, metrics, paid, results, spark_money, spark_plan, words
from kit import hooks as hook_effects
from kit.creator_rates.shared import sure
from kit.errors import ReportError
from kit.metrics.periods import as_day, last_days
from kit.metrics.shared import shared
from kit.policy import Policy, Spark, load_policy

REQUIRED = ["post_id", "creator_id", "clicks", "orders"]
FACTORS = ["creator_id", "hook_angle", "product_id"]
LEVEL = 0.90
SPARK, NOT_YET, NO = "spark", "not yet", "no"
REPORT = "spark_candidates"
PLANNED_DAYS = 7
DECIDED = [
    "estimate",
    "ci_low",
    "ci_high",
    "probability_above_bar",
    "verdict",
    "clicks_needed",
    "rank",
]


def rank(posts: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    """The same posts, each with its conversion estimate, verdict and rank (1 is best).

    `posts` holds post_id, creator_id, hook_angle, product_id, views, clicks and orders (video
    data's own, 28 days); a missing hook angle or product drops that effect, views never enter.
    Added: `estimate`, `ci_low`, `ci_high` (90%) as orders per click; `probability_above_bar`;
    `verdict` spark, not yet or no; `clicks_needed`, exact, 0 for spark and no, missing where more
    than `policy.spark.clicks_needed_most`; `rank`, by the estimate, then more clicks, then
    post_id, posts without known clicks last; `capped`, true where orders exceed clicks (sales
    credited to a view), which count as all clicks; `bar`. The bar is
    `policy.spark.conversion_bar`, else the frame's pooled rate.
    """
    lacking = [name for name in REQUIRED if name not in posts.columns]
    if lacking:
        raise ReportError(
            f"posts lack {', '.join(lacking)}. They have {', '.join(map(str, posts.columns))}. "
            "Add what is missing."
        )
    rule = (policy or load_policy()).spark
    counts = _counts(posts)
    model = _model(posts, counts)
    bar = _bar(counts, model, rule)
    decided = _decided(counts, model, bar, rule)
    return posts.assign(
        **{name: decided[name].to_numpy() for name in DECIDED},
        capped=counts["capped"].to_numpy(),
        bar=bar,
    )


def _counts(posts: pd.DataFrame) -> pd.DataFrame:
    """Clicks and orders as the model takes them, in the order of `posts`, labelled 0…n−1."""
    clicks = pd.to_numeric(posts["clicks"]).to_numpy(dtype=float, na_value=np.nan)
    orders = pd.to_numeric(posts["orders"]).to_numpy(dtype=float, na_value=np.nan)
    known = ~(np.isnan(clicks) | np.isnan(orders))
    clicks = np.where(known, np.maximum(clicks, 0), 0.0)
    orders = np.where(known, np.maximum(orders, 0), 0.0)
    return pd.DataFrame(
        {
            "clicks": clicks,
            "orders": np.minimum(orders, clicks),
            "known": known,
            "capped": orders > clicks,
            "post_id": _sortable(posts["post_id"]),
        }
    )


def _sortable(ids: pd.Series) -> np.ndarray:
    return ids.to_numpy() if pd.api.types.is_numeric_dtype(ids) else ids.astype(str).to_numpy()


def _model(posts: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Log odds of each post: `mean` and widened `sd`; sums in one order whatever the rows' is."""
    factors = crossed.labels(posts, FACTORS)
    # A post of an unknown creator has a creator all the same: one of its own.
    unknown = factors["creator_id"].isna()
    own = "\0" + counts["post_id"].astype(str)
    factors["creator_id"] = factors["creator_id"].where(~unknown, own)
    order = factors.assign(**counts).sort_values(["post_id", "clicks", "orders", *FACTORS]).index
    nested = max(("creator_id", "product_id"), key=lambda name: factors[name].nunique())
    fitted = crossed.fit(
        counts.loc[order, "orders"].to_numpy(),
        counts.loc[order, "clicks"].to_numpy(),
        factors.loc[order],
        nested,
    )
    return pd.DataFrame(
        {"mean": fitted.mean, "sd": fitted.sd * crossed.WIDEN}, index=order
    ).sort_index()


def _bar(counts: pd.DataFrame, model: pd.DataFrame, rule: Spark) -> float:
    if rule.conversion_bar is not None:
        return rule.conversion_bar
    orders, clicks = counts["orders"].sum(), counts["clicks"].sum()
    if orders > 0:
        return float(orders / clicks)
    # No order yet, no rate to beat: what the model expects of a typical post, so that none stands
    # out above it.
    return float(special.expit(model["mean"].max())) if len(model) else np.nan


def _decided(counts: pd.DataFrame, model: pd.DataFrame, bar: float, rule: Spark) -> pd.DataFrame:
    mean, sd = model["mean"].to_numpy(), model["sd"].to_numpy()
    gap = mean - special.logit(bar)
    half = special.ndtri((1 + LEVEL) / 2) * sd
    out = pd.DataFrame(
        {
            # Twelve digits: equal posts tie instead of differing in the last bit.
            "estimate": _twelve_digits(crossed.expected_rate(mean, sd)),
            "ci_low": special.expit(mean - half),
            "ci_high": special.expit(mean + half),
            "probability_above_bar": special.ndtr(gap / sd),
        }
    )
    out["verdict"] = _verdicts(out["probability_above_bar"], counts, rule)
    out["clicks_needed"] = _clicks_needed(mean, sd, gap, counts, rule).where(
        out["verdict"] == NOT_YET, 0.0
    )
    out["rank"] = _ranks(out["estimate"], counts)
    return out


def _twelve_digits(values: np.ndarray) -> np.ndarray:
    return np.array([float(f"{value:.12g}") for value in values])


def _verdicts(above: pd.Series, counts: pd.DataFrame, rule: Spark) -> np.ndarray:
    sold = counts["orders"].sum() > 0
    spark = (above >= rule.probability) & counts["known"] & sold
    no = (above <= rule.no_probability) & counts["known"] & (counts["clicks"] >= rule.min_clicks)
    return np.select([spark, no], [SPARK, NO], NOT_YET).astype(object)


def _clicks_needed(
    mean: np.ndarray, sd: np.ndarray, gap: np.ndarray, counts: pd.DataFrame, rule: Spark
) -> pd.Series:
    """Fewest further clicks at the estimate that would settle the answer either way."""
    rate = special.expit(mean)
    z = np.where(gap > 0, special.ndtri(rule.probability), special.ndtri(1 - rule.no_probability))
    with np.errstate(divide="ignore", over="ignore"):
        needed = ((z / gap) ** 2 - 1 / sd**2) / (rate * (1 - rate))
    needed = np.where(gap == 0, np.inf, np.ceil(needed - 1e-9))
    # Under `min_clicks` own clicks nothing is a no yet.
    needed = np.maximum(needed, rule.min_clicks - counts["clicks"])
    return pd.Series(needed).clip(lower=1).where(lambda n: n <= rule.clicks_needed_most)


def _ranks(estimate: pd.Series, counts: pd.DataFrame) -> np.ndarray:
    order = (
        counts.assign(estimate=estimate)
        .sort_values(
            ["known", "estimate", "clicks", "post_id"],
            ascending=[False, False, False, True],
            kind="stable",
        )  # fmt: skip
        .index
    )
    ranks = np.empty(len(order), dtype=int)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def hooks(posts: pd.DataFrame) -> hook_effects.Hooks:
    """What each hook angle adds, and for which product: see `kit.hooks.effects`."""
    return hook_effects.effects(posts)


def candidates(client: Any, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """One row per post with clicks data in the last 28 days: its rate, verdict and reason.

    Columns of `metrics.post_rates` and of `rank`, then on_record (a spark of under
    `policy.spark.min_clicks` own clicks), organic_order_share, authorised_until,
    authorised_days_left, ad_spend, already_boosted, can_run, blocked_by and reason. The bar is
    the break-even conversion where costs are known (`kit.boost.break_even`), else the pooled
    rate. Whether a post may run stands beside the verdict and never changes it.
    """
    return _candidates(client, as_of, policy or client.policy)[0]


def judged(
    client: Any, as_of: date | str, policy: Policy
) -> tuple[pd.DataFrame, boost.Bar, str | None]:
    """`metrics.post_rates` ranked against the break-even bar; the bar; why clicks are not known.

    What `candidates` says of a post before anybody asks whether it may run.
    """
    posts = metrics.post_rates(client, as_of, policy.spark.days)
    bar = boost.break_even(client, as_of, policy)
    return rank(posts, with_bar(policy, bar.value)), bar, posts.attrs.get("why")


def _candidates(client: Any, as_of: date | str, policy: Policy) -> tuple[pd.DataFrame, boost.Bar]:
    days = policy.spark.days
    ranked, bar, why = judged(client, as_of, policy)
    share = paid.organic_share(client, as_of, days).set_index("post_id")["organic_order_share"]
    table = pd.concat(
        [
            ranked.assign(
                on_record=(ranked["verdict"] == SPARK)
                & (ranked["clicks"] < policy.spark.min_clicks),
                organic_order_share=ranked["post_id"].map(share.to_dict()).astype("float64"),
            ),
            boost.eligibility(client, ranked, as_of, days),
        ],
        axis=1,
    )
    table["reason"] = [
        _reason(row, policy.spark, why, client.currency) for row in table.itertuples(index=False)
    ]
    table.attrs = {}
    return table.sort_values("rank", ignore_index=True), bar


def with_bar(policy: Policy, bar: float | None) -> Policy:
    """The policy with a bar of its own for `rank`, such as break-even; None for the pooled rate."""
    return policy.model_copy(
        update={"spark": policy.spark.model_copy(update={"conversion_bar": bar})}
    )


def _reason(row: Any, rule: Spark, why: str | None, currency: str) -> str:
    """One sentence: what happened, what it tells, and what is still missing."""
    if pd.isna(row.clicks):
        return words.sentence(f"Not yet: clicks are not known{f' ({why})' if why else ''}")
    told = (
        f"{_own_record(row)}; an estimated {words.percent(row.estimate, 2)} of clicks become "
        f"orders ({words.percent_range(row.ci_low, row.ci_high, 2)}) and "
        f"{words.percent(row.bar, 2)} is needed{_sure(row)}"
    )
    ground = ", on the creator's record" if row.on_record else ""
    parts = [f"{row.verdict.capitalize()}{ground}: {told}"]
    if row.verdict == NOT_YET:
        parts.append(_missing(row.clicks_needed))
    if row.capped:
        parts.append(
            "more orders than clicks: some buyers only watched, so each click counts as one"
        )
    if row.verdict == SPARK and row.already_boosted:
        spent = words.money(row.ad_spend, currency)
        parts.append(f"already an ad ({spent} in {rule.days} days): go on rather than start")
    if row.verdict == SPARK and not row.can_run:
        parts.append(f"cannot run yet: {row.blocked_by}")
    elif row.verdict == SPARK and row.authorised_days_left is not pd.NA:
        if row.authorised_days_left < PLANNED_DAYS:
            parts.append(f"authorisation ends on {words.day(row.authorised_until)}: renew it")
    return words.sentence("; ".join(parts))


def _own_record(row: Any) -> str:
    if row.clicks == 0:
        return "no clicks of its own"
    orders = words.count(float(row.orders), "order")
    return f"{orders} from {words.count(float(row.clicks), 'click')}"


def _sure(row: Any) -> str:
    if row.verdict == NOT_YET:
        return ""
    above = row.probability_above_bar
    return f" ({sure(above if row.verdict == SPARK else 1 - above)})"


def _missing(clicks: float) -> str:
    if pd.isna(clicks):
        return "too close to what is needed to tell apart"
    return f"{hook_effects.about_more(clicks)} would tell"


def report(client: Any, as_of: date | str, budget: float | None = None) -> results.Findings:
    """Everything the Spark report shows; `budget` is the coming week's, in the client's currency.

    Without one, the coming week's part of what `costs.csv` plans for Spark. Tables: candidates,
    plan, return (what it should bring), left_out (sparks not in it), rules (what others would have
    picked), angles, cells, briefs and questions (what the next ones should say, what would tell),
    organic (orders by route), pair (the most viewed and the most persuasive post), bar, and those
    of `spark_money.tables`.
    """
    client, day = shared(client), as_day(as_of)
    policy = client.policy
    table, bar = _candidates(client, day, policy)
    budget = spark_plan.planned_budget(client, day) if budget is None else budget
    effects = hook_effects.effects(table)
    cells = hook_effects.with_names(effects.cells, client.frame("products"))
    plan = spark_plan.plan(table, bar, budget, policy, currency=client.currency)
    value = boost.order_value(client, day)
    questions = brief_plan.open_questions(cells, table)
    tables = {
        "candidates": table,
        "plan": plan,
        "return": pd.DataFrame([spark_plan.expected_return(plan, bar, value)._asdict()]),
        "left_out": spark_plan.left_out(table, plan, policy.spark),
        "rules": spark_plan.compare_rules(table, bar, budget, value),
        "angles": effects.angles,
        "cells": cells,
        "briefs": brief_plan.with_posts(hook_effects.next_briefs(cells, table), questions),
        "questions": questions,
        "organic": paid.organic_share(client, day, policy.spark.days),
        "pair": _pair(table),
        "bar": pd.DataFrame([bar._replace(value=_bar_value(table, bar))._asdict()]),
    }
    tables |= spark_money.tables(client, day, table, bar)
    period = last_days(day, policy.spark.days)
    found = [*_figures(client, tables, period), *spark_money.figures(client, day, tables)]
    figures = results.figures(REPORT, *(part for part in found if len(part)))
    decisions = results.decisions(
        REPORT, _decisions(table), hook_effects.decisions(tables["briefs"])
    )
    return results.Findings(REPORT, client.name, day, figures, decisions, tables)


def _bar_value(table: pd.DataFrame, bar: boost.Bar) -> float:
    if bar.value is not None:
        return bar.value
    return float(table["bar"].iloc[0]) if len(table) else float("nan")


def _pair(table: pd.DataFrame) -> pd.DataFrame:
    """The post most people saw and the one that persuades most: interesting, and persuasive."""
    seen = table[table["clicks"].fillna(0) > 0]
    if seen.empty:
        return table.head(0).assign(role=pd.Series(dtype="str"))
    viewed = seen.sort_values(["views", "rank"], ascending=[False, True]).iloc[[0]]
    best = seen.sort_values("rank").iloc[[0]]
    roles = [viewed.assign(role="most viewed"), best.assign(role="most persuasive")]
    return pd.concat(roles, ignore_index=True)


def _figures(client: Any, tables: dict[str, pd.DataFrame], period: Any) -> list[pd.DataFrame]:
    posts, bar = tables["candidates"], tables["bar"].iloc[0]
    clicks = posts["clicks"].astype("float64")
    orders = tables["organic"].set_index("post_id").filter(like="orders_")
    split = posts["post_id"].map(orders.sum(axis=1).astype(float).to_dict()) if len(orders) else 0.0
    week = last_days(period.end + timedelta(days=PLANNED_DAYS), PLANNED_DAYS)
    plan, cells, angles = tables["plan"], tables["cells"], tables["angles"]
    cell = cells["hook_angle"] + "/" + cells["product_id"]

    def of(metric: str, kind: str, subject: Any, value: Any, when: Any = period, **more: Any):
        frame = pd.DataFrame({"subject": subject, "value": value, **more})
        return frame.assign(
            metric=metric, subject_kind=kind, period_start=when.start, period_end=when.end
        )

    def ends(table: pd.DataFrame) -> dict[str, Any]:
        return {"ci_low": table["ci_low"], "ci_high": table["ci_high"], "ci_level": LEVEL}

    post = posts["post_id"]
    return [
        of("conversion_rate_estimate", "post", post, posts["estimate"], n=clicks, **ends(posts)),
        of("probability_above_bar", "post", post, posts["probability_above_bar"], n=clicks),
        of("clicks_needed", "post", post, posts["clicks_needed"], n=clicks),
        of("organic_order_share", "post", post, posts["organic_order_share"], n=split),
        of("authorised_days_left", "post", post, posts["authorised_days_left"]),
        of("conversion_bar", "program", [client.name], bar["value"], n=clicks.sum(),
           note=bar["basis"]),
        of("cost_per_click", "program", [client.name], bar["cost_per_click"], n=bar["paid_clicks"]),
        of("hook_effect", "hook_angle", angles["hook_angle"], angles["effect"],
           n=angles["clicks"], note=angles["note"], **ends(angles)),
        of("probability_best_hook", "hook_angle", angles["hook_angle"],
           angles["probability_best"], n=angles["clicks"]),
        of("hook_product_conversion", "cell", cell, cells["estimate"], n=cells["clicks"],
           note=cells["note"], **ends(cells)),
        of("planned_spend", "post", plan["post_id"], plan["planned_spend"], week),
        of("expected_orders", "post", plan["post_id"], plan["expected_orders"], week,
           n=plan["clicks_bought"], **ends(plan)),
    ]  # fmt: skip


def _decisions(table: pd.DataFrame) -> pd.DataFrame:
    above = table["probability_above_bar"]
    return pd.DataFrame(
        {
            "subject_kind": "post",
            "subject": table["post_id"],
            "decision": table["verdict"],
            "reason": table["reason"],
            "metric": "conversion_rate_estimate",
            "value": table["estimate"],
            "ci_low": table["ci_low"],
            "ci_high": table["ci_high"],
            "n": table["clicks"].astype("float64"),
            "confidence": above.where(
                table["verdict"] == SPARK, (1 - above).where(table["verdict"] == NO)
            ),
            "label": [
                f"{creator}: {words.cut(caption, 30)}" if isinstance(caption, str) else creator
                for creator, caption in zip(table["creator_id"], table["caption"], strict=True)
            ],
        }
    )
