"""Tables of what orders leave: break-even, paid beside organic, boosts, ad return, payback."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from great_tables import GT

from kit import words
from kit.tables.look import Column, finished, ranges


def break_even(products: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What ads on each product must return, and the highest commission; `break_even.products`'s."""
    rows = products.to_dict("records")
    shown = products.assign(
        standard=[_times(row, "roas_standard", "standard") for row in rows],
        ads=[_times(row, "roas_shop_ads", "shop_ads") for row in rows],
        refunds=ranges(products["refund_low"], products["refund_high"]),
        highest=[_percents(row, "highest") for row in rows],
        told=[_told(row) for row in rows],
    )
    columns = [
        Column("product", "Product", width="16%"),
        Column("orders", "Orders", "count"),
        Column("price", "Price", "cents"),
        Column("refunds", "Refunded", "range"),
        Column("left_standard", "Standard", "cents", "An order leaves before ads, commission"),
        Column("left_shop_ads", "Shop Ads", "cents", "An order leaves before ads, commission"),
        Column("standard", "Standard", "range", "Break-even ROAS, commission"),
        Column("ads", "Shop Ads", "range", "Break-even ROAS, commission"),
        Column("conversion", "Clicks that must become orders", "percent2"),
        Column("highest", "Highest commission", "range"),
    ]
    if any(shown["told"]):
        columns = [*columns[:4], *columns[5:], Column("told", "What is not known, or assumed")]
    return finished(
        shown,
        columns,
        id="break-even",
        title="What ads on each product must return",
        subtitle=subtitle,
        note="Of the last 84 days, per order: price less refunds, goods, fulfilment, platform fees "
        "and commission; goods and fulfilment of refunded orders are lost. Break-even ROAS is "
        "price ÷ what is left, its range the 90% interval of the refund rate. Clicks that must "
        "become orders: the cost of a paid click ÷ what an order of ads leaves. At the highest "
        "commission nothing is left, before samples, fees and ads.",
        none="No product has sold lately or stands in products.csv.",
        currency=currency,
    )


def _times(row: dict, value: str, ends: str) -> str:
    if words.is_missing(row[value]):
        return words.MISSING
    if math.isinf(row[value]):
        return "none pays"
    low, high = row[f"{ends}_low"], row[f"{ends}_high"]
    far = "…" if math.isinf(high) else words.number(high, 2)
    return f"{words.number(row[value], 2)}× ({words.number(low, 2)}–{far})"


def _percents(row: dict, name: str) -> str:
    if words.is_missing(row["highest_commission"]):
        return words.MISSING
    span = words.percent_range(row[f"{name}_low"], row[f"{name}_high"], 0)
    return f"{words.percent(row['highest_commission'], 0)} ({span})"


def _told(row: dict) -> str:
    said = "; ".join(filter(None, [row["unknown"], row["note"]]))
    return words.sentence(said) if said else ""


_ROUTES = {
    "organic": "Organic: standard commission",
    "paid": "Paid: Shop Ads commission",
    "mixed": "Mixed: lines of both",
    "unclassified": "Unclassified: no commission, as when refunded",
    "untold": "Cannot be told",
}


def routes(rows: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Orders and sales by how they were come by; `paid.program`'s rows."""
    share = rows["orders"] / rows["orders"].sum() if len(rows) else None
    shown = rows.assign(name=rows["route"].map(_ROUTES), share=share)
    if len(rows) and rows["note"].notna().any():
        shown["why"] = [words.sentence(note) for note in rows["note"]]
    columns = [
        Column("name", "Orders by commission"),
        Column("orders", "Orders", "count"),
        Column("share", "Share of orders", "percent"),
        Column("gmv", "GMV", "money"),
        Column("net_revenue", "Net revenue", "money"),
        Column("why", "Why"),
    ]
    return finished(
        shown,
        columns,
        id="routes",
        title="Paid and organic orders",
        subtitle=subtitle,
        note="By the commission on each order line, the actual amount before the estimate. Paid "
        "says how an order came, not that ads caused it.",
        none="No order counts in these weeks.",
        currency=currency,
    )


def boosted(table: pd.DataFrame, currency: str = "USD", subtitle: str = "", most: int = 15) -> GT:
    """Each boosted post before its boost and since; `boosted.boosted`'s rows."""
    rows = table.head(most)
    records = rows.to_dict("records")
    shown = rows.assign(
        post=[_post(row) for row in records],
        before=[_in_days(row, "orders_before", "days_before") for row in records],
        since=[words.count(row["days_after"], "day") for row in records],
        seems=[_seems(row) for row in records],
    )
    columns = [
        Column("creator_id", "Creator", width="14%"),
        Column("post", "Post", width="18%"),
        Column("boosted_from", "Boosted in the week of", "day", width="11%"),
        Column("spend", "Ad spend", "money", width="8%"),
        Column("before", "Orders before", "range", width="11%"),
        Column("since", "Followed", "range", "Orders since"),
        Column("organic_after", "Organic", "count", "Orders since"),
        Column("paid_after", "Paid", "count", "Orders since"),
        Column("pace", "Expected at the pace before", "number", width="10%"),
        Column("seems", "More than that (90% interval)", "range", width="14%"),
    ]
    left = len(table) - len(rows)
    more = f" {words.count(left, 'more post')} in results.parquet." if left else ""
    return finished(
        shown,
        columns,
        id="boosted",
        title="Boosted posts, before and since",
        subtitle=subtitle,
        note="Expected: orders before, faded as posts of that age do that were never boosted. An "
        "en dash: no pace to compare with, since the post was boosted in its first week, or orders "
        "cannot be told apart. This compares a post with itself and is no test: posts are boosted "
        f"because they sell, and nobody knows what would have come without ads.{more}",
        none="No post was boosted for the first time in the last twelve weeks.",
        currency=currency,
    )


def _post(row: dict) -> str:
    end = f"…{str(row['post_id'])[-6:]}"
    caption = row.get("caption")
    return end if words.is_missing(caption) else f"{words.cut(caption, 34)} ({end})"


def _in_days(row: dict, orders: str, days: str) -> str:
    if not row[days]:
        return "no day"
    return f"{words.number(row[orders])} in {words.count(row[days], 'day')}"


def _seems(row: dict) -> str:
    if words.is_missing(row["added"]):
        return words.MISSING
    low, high = words.number(row["ci_low"]), words.number(row["ci_high"])
    return f"{words.number(row['added'])} ({low} to {high})"


def below_margin(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Sparks that do not pay at their own product's margin; `spark_money.below_margin`'s rows."""
    shown = table.assign(
        post=[_post(row) for row in table.to_dict("records")],
        interval=ranges(table["ci_low"], table["ci_high"]),
    )
    columns = [
        Column("rank", "Rank", "count"),
        Column("creator_id", "Creator"),
        Column("post", "Post"),
        Column("product", "Product"),
        Column("estimate", "Orders per click", "percent2"),
        Column("interval", "90% interval", "range"),
        Column("conversion", "Needed for this product", "percent2"),
        Column("left_shop_ads", "An order leaves", "cents"),
    ]
    return finished(
        shown,
        columns,
        id="below-margin",
        title="Sparks that do not pay at their product's margin",
        subtitle=subtitle,
        note="The bar of the ranking is the program's. A cheaper product leaves less of each "
        "order, so that more clicks must become one: spend here last.",
        none="No spark is known to fall short of its own product's margin.",
        currency=currency,
    )


STEP_NAMES = {
    "platform revenue": "Revenue the platform credits ads with",
    "not by ads": "Not by ads, going by commissions",
    "refunds": "Refunds",
    "goods": "Goods",
    "fulfilment": "Fulfilment",
    "platform fees": "Platform fees",
    "commission": "Commission",
    "left before spend": "Left before ad spend",
    "ad spend": "Ad spend",
    "left after spend": "Left after ad spend",
}


def ad_steps(steps: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """From the platform's ad revenue to what ads left; `ad_return.bridge`'s rows."""
    shown = steps.assign(name=steps["step"].map(STEP_NAMES))
    if steps["amount"].isna().all():
        shown = shown.iloc[:0]
    unknown = steps.attrs.get("unknown", "")
    why = words.sentence(unknown) if unknown else ""
    return finished(
        shown,
        [Column("name", "Step"), Column("amount", "Amount", "signed")],
        id="ad-steps",
        title="From the platform's ad revenue to what ads left",
        subtitle=subtitle,
        note="The platform counts organic and creators' orders too, before refunds and cost. What "
        f"ads left is of orders with Shop Ads commission. {why}".strip(),
        none=f"What ads left is not known. {why}".strip(),
        currency=currency,
    )


def sample_payback(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """How soon samples pay for themselves; `payback.samples`'s rows."""
    shown = table.assign(
        by_30_range=ranges(table["by_30_low"], table["by_30_high"]) if len(table) else None,
        by_60_range=ranges(table["by_60_low"], table["by_60_high"]) if len(table) else None,
    )
    columns = [
        Column("product", "Samples of"),
        Column("samples", "Followed", "count"),
        Column("cost", "Cost of one", "cents"),
        Column("left", "An order leaves", "cents"),
        Column("orders_needed", "Orders that pay it back", "count"),
        Column("by_30", "Share", "percent0", "Paid back within 30 days"),
        Column("by_30_range", "95% interval", "range", "Paid back within 30 days"),
        Column("by_60", "Share", "percent0", "Paid back within 60 days"),
        Column("by_60_range", "95% interval", "range", "Paid back within 60 days"),
        Column("half_days", "Days until half had paid", "count"),
    ]
    if len(table) and table["unknown"].any():
        shown["why"] = [words.sentence(text) for text in table["unknown"]]
        columns.append(Column("why", "What is not known"))
    return finished(
        shown,
        columns,
        id="sample-payback",
        title="How soon a sample pays for itself",
        subtitle=subtitle,
        note="A creator's first sample of a product, from delivery until that creator's orders of "
        "it have left its cost; who has not paid back yet counts for as long as there was time to "
        "(Kaplan-Meier). Samples that nobody posted about are in it.",
        none="No delivered sample is on record.",
        currency=currency,
    )


def creator_payback(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Whether each flat fee comes back; `payback.creators`'s rows."""
    rows = table.to_dict("records")
    shown = table.assign(
        needed=[_needed(row) for row in rows],
        days=[_days(row) for row in rows],
        verdict=[_PAYS.get(row["pays"], "not known") for row in rows],
    )
    columns = [
        Column("creator_id", "Creator", width="17%"),
        Column("tier", "Tier", "tier"),
        Column("flat_fees", "Flat fee", "money", "Paid in 28 days"),
        Column("samples", "Samples", "money", "Paid in 28 days"),
        Column("brought", "Left by orders", "money"),
        Column("orders", "Orders", "count"),
        Column("left", "An order leaves", "cents"),
        Column("needed", "Orders that pay it back", "range"),
        Column("days", "Days at this pace (90% interval)", "range", width="16%"),
        Column("verdict", "Does the fee come back?", width="14%"),
    ]
    if len(table) and table["unknown"].any():
        shown["why"] = [words.sentence(text) for text in table["unknown"]]
        columns = [*columns[:-2], columns[-1], Column("why", "What is not known")]
    return finished(
        shown,
        columns,
        id="creator-payback",
        title="Does each flat fee come back?",
        subtitle=subtitle,
        note="Left by orders: net revenue less goods, fulfilment, platform fees and commission, "
        "before ads. Yes or no only where the whole interval of days says so. Orders that no link "
        "shows are not in it.",
        none="Nobody is paid a flat fee.",
        currency=currency,
        strong={"verdict": table["pays"].eq("no")} if len(table) else None,
    )


_PAYS = {"yes": "yes", "no": "no", "open": "cannot be told"}


def _needed(row: dict) -> str:
    if words.is_missing(row["orders_needed"]):
        return words.MISSING if row["unknown"] else "none would"
    return words.number(row["orders_needed"])


def _days(row: dict) -> str:
    if words.is_missing(row["ci_low"]):
        return words.MISSING
    low = words.number(row["ci_low"])
    if math.isinf(row["ci_high"]):
        return f"over {low}: no order yet"
    return f"{words.number(row['days_needed'])} ({low}–{words.number(row['ci_high'])})"


_KINDS = {
    "product": "Product for seeding",
    "coordinator": "Coordinator",
    "spark": "Spark Ads",
    "other": "Other",
    "all": "All",
}
_SOURCES = {"entered": "entered", "records": "ledgers and exports", "": words.MISSING}


def running_budget(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Where the running month will end, by kind; `budget.running`'s rows."""
    rows: list[dict[str, Any]] = table.to_dict("records")
    shown = table.assign(
        name=table["kind"].map(_KINDS),
        of=table["source"].map(_SOURCES),
        span=[_span(row, currency) for row in rows],
        rests=[_rests(row) for row in rows],
    )
    columns = [
        Column("name", "Cost"),
        Column("planned", "Planned", "money"),
        Column("spent", "Spent so far", "money"),
        Column("of", "By"),
        Column("committed", "Committed", "money"),
        Column("forecast", "Forecast", "money", "To the month's end"),
        Column("span", "80% range", "range", "To the month's end"),
        Column("rests", "What it rests on"),
    ]
    return finished(
        shown,
        columns,
        id="running-budget",
        title="Where this month will end",
        subtitle=subtitle,
        note="Committed: samples approved and not yet sent, and the coordinator's plan. Ad weeks "
        "count in the month they end in. Creator pay stands apart.",
        none="There is no month to forecast.",
        currency=currency,
    )


def _span(row: dict, currency: str) -> str:
    if words.is_missing(row["ci_low"]) or row["ci_low"] == row["ci_high"]:
        return words.MISSING
    return words.money_range(row["ci_low"], row["ci_high"], currency)


_RESTS = {
    "estimated": "its own last weeks",
    "assumed": "the plan, until it is entered",
    "settled": "what is entered",
    "missing": "neither plan nor record",
}


def _rests(row: dict) -> str:
    if row["kind"] == "all":
        return words.sentence(row["note"]) if row["note"] else words.MISSING
    said = "; ".join(filter(None, [_RESTS[row["status"]], row["note"]]))
    return words.sentence(said).rstrip(".")
