"""Tables of the whole program: roster, milestones, budget, deals, newcomers, weeks, GMV change."""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_tables import GT

from kit import sentences, words
from kit.change import REAL_WORD
from kit.creator_rates.shared import chance
from kit.tables.look import Column, finished, ranges


def roster(tiers: pd.DataFrame, subtitle: str = "") -> GT:
    """Creators of each tier against the target, with the tier's deal. Onboarding's tiers."""
    frame = tiers.assign(
        tier=[f"Tier {t:g}" for t in tiers["tier"]],
        band=[
            _band(*pair)
            for pair in zip(tiers["followers_from"], tiers["followers_below"], strict=True)
        ],
        wanted=[
            f"{a:g}–{b:g}" for a, b in zip(tiers["target_low"], tiers["target_high"], strict=True)
        ],
    )
    columns = [
        Column("tier", "Tier"),
        Column("band", "Followers"),
        Column("deal", "Deal"),
        Column("roster", "On the roster", "count", "Creators"),
        Column("active", "Active", "count", "Creators"),
        Column("wanted", "Wanted", "range", "Creators"),
        Column("verdict", "Against the target"),
    ]
    return finished(
        frame,
        columns,
        id="roster",
        title="Roster against the target, tier by tier",
        subtitle=subtitle,
        note="Active: at least one post in the 28 days. Targets count active creators.",
        none="No tiers are set up.",
        strong={"verdict": frame["verdict"].ne("on target")} if len(frame) else None,
    )


def _band(low: float, high: float) -> str:
    if words.is_missing(high):
        return f"{words.number(low)} and more"
    return (
        f"under {words.number(high)}"
        if not low
        else f"{words.number(low)}–{words.number(high - 1)}"
    )


def milestones(table: pd.DataFrame, subtitle: str = "") -> GT:
    """What the build plan wants by month and what is there. Onboarding's milestones."""
    columns = [
        Column("month", "Month"),
        Column("milestone", "Milestone"),
        Column("reached", "There", "count"),
        Column("wanted", "Wanted", "count"),
        Column("met", "Met", "yes"),
    ]
    strong = {"met": ~table["met"].astype(bool)} if len(table) else None
    return finished(
        table,
        columns,
        id="milestones",
        title="Milestones of the build plan",
        subtitle=subtitle,
        note="A milestone is counted up to the day of the report.",
        none="The program has no start yet, so no milestone is due.",
        strong=strong,
    )


def budget(months: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Planned and spent by month of the build stage against the band. Onboarding's budget."""
    frame = months.assign(
        name=[_month(row) for row in months.to_dict("records")],
        band=[
            words.MISSING
            if words.is_missing(low)
            else f"{words.money_short(low, currency)}–{words.money_short(high, currency)}"
            for low, high in zip(months["band_low"], months["band_high"], strict=True)
        ],
    )
    columns = [
        Column("name", "Month"),
        Column("planned", "Planned", "money"),
        Column("spent", "Spent", "money"),
        Column("band", "Usual band", "range"),
        Column("flat_fees", "Flat fees", "money", "Creator pay, apart"),
        Column("commission", "Commission", "money", "Creator pay, apart"),
        Column("spent_verdict", "Spent against the band"),
        Column("note", "Note"),
    ]
    off = frame["spent_verdict"].isin(["below", "above"]) if len(frame) else None
    return finished(
        frame,
        columns,
        id="budget",
        title="Budget of the build stage",
        subtitle=subtitle,
        note="Product for seeding, coordination, Spark Ads and other cost. Creator pay stands "
        "apart: commission grows with sales, flat fees are agreed creator by creator. Months are "
        "whole calendar months; those only partly in the build stage are not held against the "
        "band. Ad weeks count in the month they end in.",
        none="costs.csv holds no month of the build stage.",
        currency=currency,
        strong={"spent_verdict": off} if off is not None else None,
    )


def _month(row: dict) -> str:
    month = pd.Period(row["month"]).strftime("%B %Y")
    return month if row["whole"] else f"{month} ({words.count(row['days'], 'day')} in it)"


def category(row: pd.DataFrame, subtitle: str = "") -> GT:
    """The client's category and whether it is one of the six that sell well. Onboarding's."""
    names = {"food_cpg": "Food and packaged goods", "home_goods": "Home goods"}
    frame = row.assign(category=[names.get(c, str(c).capitalize()) for c in row["category"]])
    columns = [
        Column("category", "Category"),
        Column("fits", "One of the six that sell by demonstration", "yes"),
    ]
    return finished(
        frame,
        columns,
        id="category",
        title="Category fit",
        subtitle=subtitle,
        note="The six: beauty, food and packaged goods, home goods, apparel, accessories, "
        "supplements.",
        none="client.toml names no category.",
    )


def deals(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Agreements in force that do not fit their creator's tier, and why. Onboarding's deals."""
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        Column("commission_rate", "Commission", "percent"),
        Column("flat_fee", "Flat fee", "money"),
        Column("fee_per", "Fee per"),
        Column("why", "What does not fit"),
    ]
    return finished(
        table,
        columns,
        id="deals",
        title="Deals that do not fit their tier",
        subtitle=subtitle,
        note="Tier 1 is commission only; tier 2 a modest flat fee plus commission; tier 3 more of "
        "both.",
        none="Every agreement in force fits its tier.",
        currency=currency,
    )


def newcomers(table: pd.DataFrame, subtitle: str = "") -> GT:
    """Creators who joined lately and how far they have come. Onboarding's newcomers."""
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        Column("joined_on", "Joined", "day"),
        Column("sample_delivered_on", "Sample there", "day", "First steps"),
        Column("brief_sent_on", "Brief sent", "day", "First steps"),
        Column("first_post_on", "First post", "day", "First steps"),
        Column("first_sale_on", "First sale", "day", "First steps"),
        Column("next_step", "Next step"),
    ]
    return finished(
        table,
        columns,
        id="newcomers",
        title="Creators who joined lately",
        subtitle=subtitle,
        note="An en dash: it has not happened yet, or nobody has entered it.",
        none="Nobody joined in these days.",
    )


def weeks(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """Posts beside money, week by week. One row per week: week (Monday), posts, gmv, …"""
    columns = [
        Column("week", "Week from", "day"),
        Column("posts", "Posts", "count"),
        Column("creators", "Creators who posted", "count"),
        Column("gmv", "GMV", "money"),
        Column("net_revenue", "Net revenue", "money"),
        Column("orders", "Orders", "count"),
    ]
    return finished(
        table,
        columns,
        id="weeks",
        title="Posts and sales by week",
        subtitle=subtitle,
        note="Sales by the day of the order. Posts keep selling after their week, so the two "
        "columns move together only loosely.",
        none="No week has a post or a sale.",
        currency=currency,
    )


def forecast(table: pd.DataFrame, subtitle: str = "") -> GT:
    """Posts to expect in the coming weeks and the chance of the target; `velocity.forecast`'s."""
    known = table["ci_low"].notna().any() if len(table) else False
    spans = zip(table["ci_low"], table["ci_high"], strict=True)
    shown = table.assign(
        interval=[
            words.MISSING if words.is_missing(low) else f"{words.number(low)}–{words.number(high)}"
            for low, high in spans
        ],
        reach=[chance(probability) for probability in table["probability_of_target"]],
    )
    level = words.percent(table["ci_level"].iloc[0], 0) if len(table) else "80%"
    target = words.plain_number(table["target"].iloc[0]) if len(table) else ""
    columns = [
        Column("week", "Week from", "day"),
        Column("agreed_posts", "Posts agreed", "number"),
        Column("forecast", "Posts expected", "count"),
        Column("interval", f"{level} interval", "range"),
        Column("reach", f"Chance of {target} or more", "range"),
    ]
    why = "" if known or table.empty else f" {words.sentence(str(table['note'].iloc[0]))}"
    return finished(
        shown,
        columns,
        id="forecast",
        title="Posts to expect in the coming weeks",
        subtitle=subtitle,
        note="From each creator's own record and what is agreed now; creators who join meanwhile "
        f"come on top.{why}",
        none="No week is complete yet, so there is nothing to forecast from.",
    )


def gmv_change(parts: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What moved GMV, part by part, to the cent; `money.gmv_change`'s rows (part, effect)."""
    frame = parts.assign(part=[sentences.part(name) for name in parts["part"]])
    known = len(parts) > 0 and parts["effect"].notna().any()
    return finished(
        frame if known else frame.iloc[:0],
        [Column("part", "Part"), Column("effect", "Change of GMV", "cents")],
        id="gmv-change",
        title="What moved GMV",
        subtitle=subtitle,
        note="Each part is its average effect over all orders in which the factors could have "
        "changed (Shapley), so the parts add up exactly.",
        none="There is no earlier week to compare with.",
        currency=currency,
    )


def movers(
    subjects: pd.DataFrame, currency: str = "USD", subtitle: str = "", creators: int = 8
) -> GT:
    """Whose GMV moved, and by what: tiers, hook angles, products, then the creators who moved most.

    `change.weekly`'s subjects. Creators past the first `creators` stand in one row together, so
    that each kind adds up to the program's change.
    """
    frame = _creators_together(subjects, creators)
    frame = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *_MOVED])))
    shown = frame.assign(
        label=[_mover(row) for row in frame.itertuples()],
        posting=frame["creators"] + frame["posts per creator"],
        real=[_luck(row) for row in frame.to_dict("records")],
    )
    columns = [
        Column("label", "Where", width="23%"),
        Column("before", "Week before", "money"),
        Column("after", "This week", "money"),
        Column("change", "Change", "signed"),
        Column("posting", "Creators and posts", "signed", "What made the change"),
        Column("clicks per post", "Clicks per post", "signed", "What made the change"),
        Column("conversion", "Conversion", "signed", "What made the change"),
        Column("order value", "Order value", "signed", "What made the change"),
        Column("without a post", "Elsewhere", "signed", "What made the change"),
        Column("real", "More likely (and luck does as much in)", width="19%"),
    ]
    return finished(
        shown,
        columns,
        id="movers",
        title="Where GMV moved",
        subtitle=subtitle,
        note="GMV of the week and of the week before; within tiers, angles, products and creators "
        "the changes add up to the program's. Elsewhere: sales without a known post or, of a "
        "product, from posts that show several, whose clicks belong to no one product. Where "
        "nobody posted in one of the weeks, all clicks count under clicks per post. Of many looked "
        "at some go far by luck every week: to be called real, a change has to stand out from "
        "that too.",
        none="There is no earlier week to compare with.",
        currency=currency,
        strong={"real": frame["reading"].eq(REAL_WORD)} if len(frame) else None,
    )


_MOVED = ["creators", "posts per creator"]


def _mover(row: Any) -> str:
    kind = {"hook_angle": "Angle: ", "product": "Product: "}.get(row.subject_kind, "")
    return words.sentence(row.label).rstrip(".") if row.subject_kind == "tier" else kind + row.label


def _creators_together(subjects: pd.DataFrame, most: int) -> pd.DataFrame:
    own = subjects[subjects["subject_kind"] == "creator"]
    rest = own.iloc[most:]
    kept = subjects.drop(rest.index)
    if rest.empty:
        return kept
    sums = rest.drop(columns=["by_chance"]).sum(numeric_only=True, min_count=1)
    label = words.count(len(rest), "other creator")
    row = {**sums.to_dict(), "subject_kind": "creator", "label": label, "reading": ""}
    return pd.concat([kept, pd.DataFrame([row])], ignore_index=True)


def _luck(row: dict) -> str:
    if words.is_missing(row["by_chance"]):
        return row["reading"] or words.MISSING
    word = "real" if row["reading"] == REAL_WORD else "chance"
    return f"{word} ({sentences.weeks_of_luck(row['by_chance'])})"


def first_posts(table: pd.DataFrame, due_days: int, subtitle: str = "") -> GT:
    """How soon samples become posts. One row for the program and each tier."""
    shown = table.assign(
        who=["All" if words.is_missing(tier) else f"Tier {tier}" for tier in table["tier"]],
        due=ranges(table["due_low"], table["due_high"]),
        late=ranges(table["late_low"], table["late_high"]),
    )
    columns = [
        Column("who", "Creators"),
        Column("creators", "With a sample", "count"),
        Column("posted", "Have posted", "count"),
        Column("by_due", "Share", "percent0", f"Within {due_days} days"),
        Column("due", "95% interval", "range", f"Within {due_days} days"),
        Column("by_late", "Share", "percent0", "Within 60 days"),
        Column("late", "95% interval", "range", "Within 60 days"),
        Column("half_days", "Days until half had posted", "count"),
    ]
    return finished(
        shown,
        columns,
        id="first-posts",
        title="From the delivered sample to the first post",
        subtitle=subtitle,
        note="Kaplan-Meier: whoever has not posted yet counts for as long as there was time to. "
        "Any post counts, of whatever product.",
        none="No delivered sample is on record.",
    )
