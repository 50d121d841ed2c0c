"""The slides of the weekly pulse: in short, pace, creators, Spark, tier moves, what is next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pptx.util import Inches

from kit import sentences, words
from kit.deck.blocks import (
    CREATOR,
    POST,
    card,
    definitions,
    evidence,
    in_order,
    listing,
    next_and_asks,
    reasons,
    some_of_each,
    tally,
    weekly_chart,
)
from kit.deck.charts import Mark, bars
from kit.deck.page import Page
from kit.deck.steps import actions, asks
from kit.deck.text import Box, bullets, note, say
from kit.deck.week import AUDIT, ORDER, SPARK, Week, verdicts, weeks
from kit.language import forms, later, phrase

DECISION, WHY, CLICKS = later("Decision"), later("Why"), later("Clicks")
EVIDENCE = later("Evidence, or what is missing")


def _in_short(week: Week, page: Page) -> None:
    before = _four_week_pace(week)
    page.head(_headline(week))
    cards, todo = page.body.columns(0.58, 0.42, gap=Inches(0.5))
    _cards(page.slide, week, cards)
    say(page.slide, todo._replace(height=Inches(0.34)), phrase("What to do"), 16, 12, bold=True)
    bullets(page.slide, todo.below(Inches(0.48)), _to_do(week), 16, 11)
    named = ("gmv", "conversion_rate", "output_rate", "commission_ratio")
    page.footnote(definitions(*filter(week.may_show, named)))
    rows = [week.row(metric, days=days) for _, metric, days in _shown_cards(week)]
    note(
        page.slide,
        evidence(week, rows, [phrase("Four-week pace: {posts}.", posts=words.number(before, 1))]),
    )


def _headline(week: Week) -> str:
    posts, gmv = week.value("velocity", 7), week.value("gmv", 7)
    text = sentences.velocity(posts, week.policy.velocity.target).rstrip(".")
    if gmv is None:
        return text
    return phrase("{posts}; GMV was {gmv}", posts=text, gmv=words.money(gmv, week.currency))


_CARDS = (
    (later("Posts, this week"), "velocity", 7),
    (later("GMV, this week"), "gmv", 7),
    (later("Orders, this week"), "orders", 7),
    (later("Orders per click, 4 weeks"), "conversion_rate", 28),
    (later("Active creators, 4 weeks"), "active_creators", 28),
    (later("Commission, 4 weeks"), "commission_ratio", 28),
    (later("Posts of those agreed, 4 weeks"), "output_rate", 28),
)
_ROOM = 6


def _shown_cards(week: Week) -> list[tuple[str, str, int]]:
    return [card for card in _CARDS if week.may_show(card[1])][:_ROOM]


def _cards(slide: Any, week: Week, box: Box) -> None:
    for line, strip in enumerate(box.rows(1, 1, gap=Inches(0.25))):
        for place, cell in enumerate(strip.columns(1, 1, 1, gap=Inches(0.25))):
            label, metric, days = _shown_cards(week)[line * 3 + place]
            row = week.row(metric, days=days)
            figure = words.MISSING if row is None else sentences.value(row, week.currency)
            card(slide, cell, phrase(label), figure, _under_the_card(week, metric, row))


def _under_the_card(week: Week, metric: str, row: Any) -> str:
    """What a figure is to be held against, in a few words."""
    if row is None or words.is_missing(row["value"]):
        return phrase("Not known for this period")
    if metric == "velocity":
        return phrase(
            "{posts} a week wanted", posts=words.plain_number(week.policy.velocity.target)
        )
    if metric in ("gmv", "orders"):
        month = week.value(metric, 28)
        if month is None:
            return ""
        mean = words.money(month / 4, week.currency) if metric == "gmv" else words.number(month / 4)
        return phrase("{mean} a week over 4 weeks", mean=mean)
    if metric == "active_creators":
        roster = week.row("roster_creators")
        if roster is None:
            return ""
        return phrase("of {creators} on the roster", creators=words.number(roster["value"]))
    return ", ".join(_basis(metric, row))


def _basis(metric: str, row: Any) -> list[str]:
    """Of how many, within which ends, and whether it is settled."""
    found = []
    if not words.is_missing(row["n"]):
        found.append(words.counted(*_OF.get(metric, _OF_ORDERS), round(row["n"])))
    span = words.percent_range(row["ci_low"], row["ci_high"])
    if span != words.MISSING:
        found.append(phrase("{level} interval {ends}", level=words.percent(0.9, 0), ends=span))
    if row["status"] == "estimated":
        found.append(phrase("partly estimated"))
    return found


_OF_ORDERS = forms("of {count} order", "of {count} orders")
_OF = {
    "conversion_rate": forms("of {count} click", "of {count} clicks"),
    "output_rate": forms("of {count} agreed post", "of {count} agreed posts"),
    "commission_ratio": forms("of net revenue, {count} order", "of net revenue, {count} orders"),
}


def _four_week_pace(week: Week) -> float | None:
    posts = weeks(week, "velocity")["value"]
    return float(posts.iloc[-5:-1].mean()) if len(posts) >= 5 else None


def _to_do(week: Week) -> list[str]:
    review = sentences.review(verdicts(week))
    found = [*review[:4], _spark_sentence(week)]
    audit = week.decided(AUDIT)
    if len(audit):
        found.append(sentences.promotions(audit))
    return [text for text in found if text]


def _spark_sentence(week: Week) -> str:
    posts = week.decided(SPARK)
    if posts.empty:
        return ""
    ranked = posts.assign(
        estimate=posts["value"], verdict=posts["decision"], on_record=_on_record(week, posts)
    )
    ranked["rank"] = ranked["estimate"].rank(ascending=False, method="first")
    return sentences.spark(ranked)


def _on_record(week: Week, posts: pd.DataFrame) -> pd.Series:
    return (posts["decision"] == "spark") & (posts["n"] < week.policy.spark.min_clicks)


def _pace(week: Week, page: Page) -> None:
    posts, gmv = weeks(week, "velocity"), weeks(week, "gmv")
    page.head(_pace_title(week, gmv))
    left, right = page.body.columns(1, 1, gap=Inches(0.5))
    target = week.policy.velocity.target
    wanted = phrase(
        "Posts published per week; dashed: the {target} wanted", target=words.plain_number(target)
    )
    weekly_chart(page, left, posts, wanted, phrase("Posts"), Mark([], target, phrase("Wanted")))
    weekly_chart(page, right, gmv, phrase("GMV per week"), "GMV", Mark([]), week.currency)
    page.footnote(definitions("velocity", "gmv"))
    rows = [week.row(metric, days=7) for metric in ("velocity", "gmv", "net_revenue", "orders")]
    note(page.slide, evidence(week, rows, []))


def _pace_title(week: Week, gmv: pd.DataFrame) -> str:
    now = week.value("gmv", 7)
    before = gmv["value"].iloc[-2] if len(gmv) > 1 else None
    posts = week.value("velocity", 7)
    text = sentences.velocity(posts, week.policy.velocity.target, _four_week_pace(week))
    if before is None or words.is_missing(before):
        return text
    return f"{text} {sentences.change('GMV', now, before, week.currency)}"


def _creators(week: Week, page: Page) -> None:
    review = verdicts(week)
    page.head(_creators_title(review))
    left, right = page.body.columns(0.27, 0.73, gap=Inches(0.5))
    tally(page, left, review, ORDER, calm=("keep",))
    listed = some_of_each(in_order(review[review["decision"] != "keep"], ORDER))
    rows = pd.DataFrame(
        {
            CREATOR: listed["subject"].tolist(),
            DECISION: listed["decision"].tolist(),
            WHY: [words.cut(words.sentence(str(r)), 150) for r in listed["reason"]],
        }
    )
    listing(page, right, rows, phrase("Nobody stands out beyond chance this week."))
    page.footnote(
        phrase(
            "A creator is named only where the data say so beyond chance; everybody else is kept."
        )
        + " "
        + definitions("conversion_rate", "revenue_per_post", "output_rate")
    )
    note(page.slide, reasons(listed))


def _creators_title(review: pd.DataFrame) -> str:
    if review.empty:
        return phrase("No creator was active enough to be judged this week")
    return " ".join(sentences.review(review)[:2])


def _sparks(week: Week, page: Page) -> None:
    posts = week.decided(SPARK).sort_values("value", ascending=False, kind="stable")
    page.head(_spark_sentence(week) or phrase("No post has been ranked for paid spend"))
    # A post with too few clicks of its own is counted in the title; its bar would show its creator.
    known = posts[~_on_record(week, posts)].dropna(subset=["value"]).head(8)
    left, right = page.body.columns(0.4, 0.6, gap=Inches(0.4))
    bar = week.row("conversion_bar")
    head = phrase("Estimated orders per click, 90% interval")
    if bar is not None:
        rate = words.percent(bar["value"], 2)
        head = phrase("{estimates}; a post must beat {rate}", estimates=head, rate=rate)
    say(page.slide, left._replace(height=Inches(0.34)), head, 14, 10, bold=True)
    if len(known):
        names = [_post_name(row) for row in known.to_dict("records")]
        told = (known["decision"] == "spark").tolist()
        alt = f"{head}. {_spark_sentence(week)}"
        bars(
            page.slide,
            left.below(Inches(0.42)),
            names,
            known["value"].tolist(),
            phrase("Orders per click"),
            alt,
            mark=Mark(told),
            number_format="0.0%",
            ends=(known["ci_low"].tolist(), known["ci_high"].tolist()),
        )
    rows = pd.DataFrame(
        {
            POST: [_post_name(row) for row in known.to_dict("records")],
            DECISION: known["decision"].tolist(),
            CLICKS: [words.number(n) for n in known["n"]],
            WHY: [words.cut(words.sentence(str(r)), 120) for r in known["reason"]],
        }
    )
    none = phrase("Nothing to show yet: no post has product clicks in these four weeks.")
    listing(page, right, rows, none, numbers=(CLICKS,))
    page.footnote(
        phrase("Ranked by click-to-purchase rate, never by views.")
        + " "
        + definitions("conversion_rate")
    )
    note(page.slide, reasons(posts[posts["decision"] != "no"].head(20)))


def _post_name(row: dict) -> str:
    """A post by its label if the decision has one, else by the end of its id."""
    if not words.is_missing(row.get("label")):
        return words.cut(row["label"], 30)
    return f"…{str(row['subject'])[-8:]}"


def _moves(week: Week, page: Page) -> None:
    audit = week.decided(AUDIT)
    page.head(sentences.promotions(audit))
    order = ("promote", "demote", "hold", "not yet")
    left, right = page.body.columns(0.27, 0.73, gap=Inches(0.5))
    tally(page, left, audit, order, calm=("hold", "not yet"))
    listed = in_order(audit, order)
    moving = listed[listed["decision"].isin(["promote", "demote"])]
    close = listed[listed["decision"] == "not yet"].head(4)
    chosen = pd.concat([moving, close])
    rows = pd.DataFrame(
        {
            CREATOR: chosen["subject"].tolist(),
            DECISION: chosen["decision"].tolist(),
            EVIDENCE: [words.cut(words.sentence(str(reason)), 190) for reason in chosen["reason"]],
        }
    )
    listing(page, right, rows, phrase("Nobody has enough months to be audited yet."))
    page.footnote(
        phrase(
            "Promotion asks for months of consistent output, revenue per post above the median of "
            "everyone who entered in tier 1, and a clean compliance record; followers never enter. "
            "Creators who lack least come first among those who stay."
        )
    )
    note(page.slide, reasons(chosen))


def _next(week: Week, page: Page) -> None:
    ours, theirs = actions(week), asks(week)
    page.head(_next_title(len(ours), len(theirs)))
    next_and_asks(page, ours, theirs, phrase("Nothing this week."))
    page.footnote(
        phrase(
            "Every figure in this deck stands with its definition, period and count in the week's "
            "report. Amounts may still move as orders settle."
        )
    )
    note(page.slide, "\n".join([*ours, "", *theirs]).strip() or phrase("Nothing new."))


def _next_title(ours: int, theirs: int) -> str:
    steps = words.counted("{count} step for us", "{count} steps for us", ours)
    if not theirs:
        return phrase("Next week: {steps}, nothing needed from you", steps=steps)
    asks = words.counted("{count} decision for you", "{count} decisions for you", theirs)
    return phrase("Next week: {steps}, {asks}", steps=steps, asks=asks)


WEEKLY: tuple[Callable[[Week, Page], None], ...] = (
    _in_short,
    _pace,
    _creators,
    _sparks,
    _moves,
    _next,
)
