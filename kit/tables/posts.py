"""Tables of posts: the Spark ranking, the plan for a budget, what other rules would have picked."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import sentences, words
from kit.tables.look import Column, finished, ranges


def spark_ranking(
    candidates: pd.DataFrame, bar: float | None = None, subtitle: str = "", most: int = 25
) -> GT:
    """Posts by their estimated orders per click, with verdict and reason; `spark.candidates`'s.

    Views are shown last and grey: they play no part in the ranking.
    """
    rows = candidates.sort_values("rank").head(most) if len(candidates) else candidates
    shown = rows.assign(
        post=[_post(row) for row in rows.to_dict("records")],
        record=[_record(row) for row in rows.to_dict("records")],
        interval=ranges(rows["ci_low"], rows["ci_high"]),
        next=[_next(row) for row in rows.to_dict("records")],
        verdict=rows["verdict"].mask(rows["on_record"].astype(bool), "on record")
        if len(rows)
        else None,
    )
    columns = [
        Column("rank", "Rank", "count", width="5%"),
        Column("creator_id", "Creator", width="14%"),
        Column("post", "Post", width="21%"),
        Column("record", "Orders of clicks", "range", width="9%"),
        Column("estimate", "Orders per click", "percent2", "Estimate", width="8%"),
        Column("interval", "90% interval", "range", "Estimate", width="9%"),
        Column("organic_order_share", "Organic orders", "percent0", width="8%"),
        Column("verdict", "Verdict", width="8%"),
        Column("next", "What stands in the way", width="18%"),
        Column("views", "Views", "count"),
    ]
    beat = f" Bar: {words.percent(bar, 2)} of clicks must become orders." if bar is not None else ""
    left = len(candidates) - len(rows)
    more = f" {words.count(left, 'more post')} in results.parquet." if left else ""
    return finished(
        shown,
        columns,
        id="spark-ranking",
        title="Which posts have earned paid spend",
        subtitle=subtitle,
        note=f"Ranked by estimated click-to-purchase rate, never by views.{beat} The estimate "
        "pulls thin records toward those of like creators, hooks and products. Organic orders: "
        "share of its orders not brought by ads, where commissions tell. On record: a spark for "
        f"what its creator's other posts did, with too few clicks of its own.{more}",
        none="No post has product clicks in the last 28 days.",
        strong={"verdict": rows["verdict"].eq("spark") & ~rows["on_record"].astype(bool)}
        if len(rows)
        else None,
    )


def _record(row: dict) -> str:
    if words.is_missing(row["clicks"]):
        return "not known"
    if not row["clicks"]:
        return "no clicks"
    return f"{words.number(row['orders'])} of {words.number(row['clicks'])}"


def _next(row: dict) -> str:
    """What keeps a post from paid spend: too few clicks, no right to run, or nothing."""
    if row["verdict"] == "not yet":
        return _capital(sentences.more_clicks(row["clicks_needed"]))
    if row["verdict"] != "spark":
        return words.MISSING
    if row.get("blocked_by"):
        return _capital(row["blocked_by"])
    if not row["clicks"]:
        return "No click of its own yet"
    return "Nothing; runs already" if row.get("already_boosted") else "Nothing"


def _post(row: dict) -> str:
    caption = row.get("caption")
    end = f"…{str(row['post_id'])[-6:]}"
    return end if words.is_missing(caption) else f"{words.cut(caption, 44)} ({end})"


def spark_plan(plan: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What to spend on which post, what it should bring, and when to stop; `spark_plan.plan`'s."""
    spans = zip(plan.get("ci_low", []), plan.get("ci_high", []), strict=True)
    shown = plan.assign(
        post=[_post(row) for row in plan.to_dict("records")],
        interval=[_span(*ends) for ends in spans] or None,
    )
    columns = [
        Column("rank", "Rank", "count", width="5%"),
        Column("creator_id", "Creator", width="14%"),
        Column("post", "Post", width="17%"),
        Column("planned_spend", "Spend", "money", width="7%"),
        Column("clicks_bought", "Clicks bought", "count", width="7%"),
        Column("expected_orders", "Orders expected", "number", width="8%"),
        Column("interval", "90% interval", "range", width="8%"),
        Column("authorised_days_left", "Days authorised", "count", width="9%"),
        Column("reason", "Why", width="25%"),
    ]
    rules = plan["stopping_rule"].tolist() if "stopping_rule" in plan else []
    stop = f" Each post: {rules[0]}." if rules else ""
    return finished(
        shown,
        columns,
        id="spark-plan",
        title="The plan for the budget",
        subtitle=subtitle,
        note="Expected orders assume that paid clicks convert as the estimate says; the interval "
        "holds the doubt of that and the luck of the draw. An en dash under days: authorised "
        f"without an end.{stop}",
        none="No budget is planned, or no post that earned it may run yet.",
        currency=currency,
    )


def _span(low: float, high: float) -> str:
    if words.is_missing(low):
        return words.MISSING
    return f"{words.number(low)}–{words.number(high)}"


def compare_rules(rules: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What other rules would have picked. One row per rule: rule, posts, in_common, clicks,
    expected_orders, orders_lost with lost_low and lost_high, gmv_lost.
    """
    spans = zip(rules.get("lost_low", []), rules.get("lost_high", []), strict=True)
    shown = rules.assign(lost=[_lost(*ends) for ends in spans] or None)
    columns = [
        Column("rule", "Picking by"),
        Column("posts", "Posts picked", "count"),
        Column("in_common", "Also in our choice", "count"),
        Column("clicks", "Clicks", "count"),
        Column("estimate", "Orders per click", "percent2"),
        Column("expected_orders", "Orders expected", "number"),
        Column("orders_lost", "Orders lost", "number", "Against our choice"),
        Column("lost", "90% interval", "range", "Against our choice"),
        Column("gmv_lost", "GMV lost", "money", "Against our choice"),
    ]
    return finished(
        shown,
        columns,
        id="compare-rules",
        title="What picking by views, GMV or raw rate would have bought",
        subtitle=subtitle,
        note="Same number of posts and the same spend for every rule; orders by our estimate. The "
        "interval is of the doubt of that estimate; below zero: the other rule may do better.",
        none="There is nothing to compare: no post has clicks.",
        currency=currency,
    )


def _lost(low: float, high: float) -> str:
    if words.is_missing(low) or low == high:
        return words.MISSING
    return f"{words.number(low, 1)} to {words.number(high, 1)}"


def hooks(cells: pd.DataFrame, subtitle: str = "") -> GT:
    """Hook angles by product. One row per pair: hook_angle, product, posts, clicks, estimate, …"""
    shown = cells.assign(
        hook_angle=[sentences.hook(angle) for angle in cells["hook_angle"]],
        interval=ranges(cells["ci_low"], cells["ci_high"]) if "ci_low" in cells else None,
    )
    columns = [
        Column("hook_angle", "Hook angle"),
        Column("product", "Product"),
        Column("posts", "Posts", "count"),
        Column("creators", "Creators", "count"),
        Column("clicks", "Clicks", "count"),
        Column("estimate", "Orders per click", "percent2"),
        Column("interval", "90% interval", "range"),
        Column("note", "What can be said"),
    ]
    return finished(
        shown,
        columns,
        id="hooks",
        title="Hook angles by product",
        subtitle=subtitle,
        note="At equal creators and products. An en dash: no post of this angle for this product "
        "has clicks.",
        none="No post has both a brief with a hook angle and a single product.",
    )


def angles(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What each hook angle sold and held, for the next briefs; the weekly review's angles."""
    shown = table.assign(hook_angle=[sentences.hook(angle) for angle in table["hook_angle"]])
    columns = [
        Column("hook_angle", "Hook angle"),
        Column("clicks", "Clicks", "count"),
        Column("conversion_rate", "Orders per click", "percent2"),
        Column("hook_retention", "Held for 3 s", "percent"),
        Column("orders", "Orders", "count"),
        Column("gmv", "GMV", "money"),
    ]
    return finished(
        shown,
        columns,
        id="angles",
        title="Hook angles of the last four weeks",
        subtitle=subtitle,
        note="As they were used, by whoever used them: not yet at equal creators and products.",
        none="No post of these weeks has a brief with a hook angle.",
        currency=currency,
    )


def briefs(table: pd.DataFrame, subtitle: str = "") -> GT:
    """What the next briefs should say. One row per product: product, hook_angle, advice, reason."""
    rows = table.assign(
        hook_angle=[sentences.hook(angle) for angle in table["hook_angle"]],
        advice=[_capital(advice) for advice in table["advice"]],
        tells=[_capital(text) for text in table["tells"]] if "tells" in table else None,
    )
    columns = [
        Column("product", "Product", width="16%"),
        Column("hook_angle", "Hook angle", width="14%"),
        Column("advice", "Advice", width="8%"),
        Column("clicks", "Clicks", "count", width="7%"),
        Column("estimate", "Orders per click", "percent2", width="8%"),
        Column("reason", "What is known", width="30%"),
        Column("tells", "What would tell", width="17%"),
    ]
    return finished(
        rows,
        columns,
        id="briefs",
        title="The next round of briefs",
        subtitle=subtitle,
        note="Use: proven at equal creators. Lean to: best so far, unproven. Try: nobody has yet. "
        "What would tell: posts until a quarter more or fewer orders per click would show, at the "
        "clicks that such posts get; the range is that of those clicks.",
        none="No post has both a brief with a hook angle and a single product.",
    )


def _capital(text: str) -> str:
    return words.sentence(str(text)).rstrip(".")
