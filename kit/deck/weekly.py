"""The slides of the weekly pulse: in short, pace, creators, Spark, tier moves, what is next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pptx.util import Inches

from kit import sentences, words
from kit.deck.blocks import (
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


def _in_short(week: Week, page: Page) -> None:
    before = _four_week_pace(week)
    page.head(_headline(week))
    cards, todo = page.body.columns(0.58, 0.42, gap=Inches(0.5))
    _cards(page.slide, week, cards)
    say(page.slide, todo._replace(height=Inches(0.34)), "What to do", 16, 12, bold=True)
    bullets(page.slide, todo.below(Inches(0.48)), _to_do(week), 16, 11)
    named = ("gmv", "conversion_rate", "output_rate", "commission_ratio")
    page.footnote(definitions(*filter(week.may_show, named)))
    rows = [week.row(metric, days=days) for _, metric, days in _shown_cards(week)]
    note(page.slide, evidence(week, rows, [f"Four-week pace: {words.number(before, 1)}."]))


def _headline(week: Week) -> str:
    posts, gmv = week.value("velocity", 7), week.value("gmv", 7)
    text = sentences.velocity(posts, week.policy.velocity.target).rstrip(".")
    if gmv is None:
        return text
    return f"{text}; GMV was {words.money(gmv, week.currency)}"


_CARDS = (
    ("Posts, this week", "velocity", 7),
    ("GMV, this week", "gmv", 7),
    ("Orders, this week", "orders", 7),
    ("Orders per click, 4 weeks", "conversion_rate", 28),
    ("Active creators, 4 weeks", "active_creators", 28),
    ("Commission, 4 weeks", "commission_ratio", 28),
    ("Posts of those agreed, 4 weeks", "output_rate", 28),
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
            card(slide, cell, label, figure, _under_the_card(week, metric, row))


def _under_the_card(week: Week, metric: str, row: Any) -> str:
    """What a figure is to be held against, in a few words."""
    if row is None or words.is_missing(row["value"]):
        return "Not known for this period"
    if metric == "velocity":
        return f"{words.plain_number(week.policy.velocity.target)} a week wanted"
    if metric in ("gmv", "orders"):
        month = week.value(metric, 28)
        if month is None:
            return ""
        mean = words.money(month / 4, week.currency) if metric == "gmv" else words.number(month / 4)
        return f"{mean} a week over 4 weeks"
    if metric == "active_creators":
        roster = week.row("roster_creators")
        return "" if roster is None else f"of {words.number(roster['value'])} on the roster"
    nouns = {"conversion_rate": "click", "output_rate": "agreed post"}
    noun = nouns.get(metric, "order")
    of = "of net revenue, " if metric == "commission_ratio" else "of "
    text = f"{of}{words.count(round(row['n']), noun)}" if not words.is_missing(row["n"]) else ""
    span = words.percent_range(row["ci_low"], row["ci_high"])
    if span != words.MISSING:
        text += f", 90% interval {span}"
    if row["status"] == "estimated":
        text += ", partly estimated"
    return text.removeprefix(", ")


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
    wanted = f"Posts published per week; dashed: the {words.plain_number(target)} wanted"
    weekly_chart(page, left, posts, wanted, "Posts", Mark([], target, "Wanted"))
    weekly_chart(page, right, gmv, "GMV per week", "GMV", Mark([]), week.currency)
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
            "Creator": listed["subject"].tolist(),
            "Decision": listed["decision"].tolist(),
            "Why": [words.cut(words.sentence(str(r)), 150) for r in listed["reason"]],
        }
    )
    listing(page, right, rows, "Nobody stands out beyond chance this week.")
    page.footnote(
        "A creator is named only where the data say so beyond chance; everybody else is kept. "
        + definitions("conversion_rate", "revenue_per_post", "output_rate")
    )
    note(page.slide, reasons(listed))


def _creators_title(review: pd.DataFrame) -> str:
    if review.empty:
        return "No creator was active enough to be judged this week"
    return " ".join(sentences.review(review)[:2])


def _sparks(week: Week, page: Page) -> None:
    posts = week.decided(SPARK).sort_values("value", ascending=False, kind="stable")
    page.head(_spark_sentence(week) or "No post has been ranked for paid spend")
    # A post with too few clicks of its own is counted in the title; its bar would show its creator.
    known = posts[~_on_record(week, posts)].dropna(subset=["value"]).head(8)
    left, right = page.body.columns(0.4, 0.6, gap=Inches(0.4))
    bar = week.row("conversion_bar")
    beat = f"; a post must beat {words.percent(bar['value'], 2)}" if bar is not None else ""
    head = f"Estimated orders per click, 90% interval{beat}"
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
            "Orders per click",
            alt,
            mark=Mark(told),
            number_format="0.0%",
            ends=(known["ci_low"].tolist(), known["ci_high"].tolist()),
        )
    rows = pd.DataFrame(
        {
            "Post": [_post_name(row) for row in known.to_dict("records")],
            "Decision": known["decision"].tolist(),
            "Clicks": [words.number(n) for n in known["n"]],
            "Why": [words.cut(words.sentence(str(r)), 120) for r in known["reason"]],
        }
    )
    none = "Nothing to show yet: no post has product clicks in these four weeks."
    listing(page, right, rows, none, numbers=("Clicks",))
    page.footnote(
        "Ranked by click-to-purchase rate, never by views. " + definitions("conversion_rate")
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
            "Creator": chosen["subject"].tolist(),
            "Decision": chosen["decision"].tolist(),
            "Evidence, or what is missing": [
                words.cut(words.sentence(str(reason)), 190) for reason in chosen["reason"]
            ],
        }
    )
    listing(page, right, rows, "Nobody has enough months to be audited yet.")
    page.footnote(
        "Promotion asks for months of consistent output, revenue per post above the median of "
        "everyone who entered in tier 1, and a clean compliance record; followers never enter. "
        "Creators who lack least come first among those who stay."
    )
    note(page.slide, reasons(chosen))


def _next(week: Week, page: Page) -> None:
    ours, theirs = actions(week), asks(week)
    page.head(
        f"Next week: {words.count(len(ours), 'step')} for us, "
        f"{words.count(len(theirs), 'decision')} for you"
        if theirs
        else f"Next week: {words.count(len(ours), 'step')} for us, nothing needed from you"
    )
    next_and_asks(page, ours, theirs, "Nothing this week.")
    page.footnote(
        "Every figure in this deck stands with its definition, period and count in the week's "
        "report. Amounts may still move as orders settle."
    )
    note(page.slide, "\n".join([*ours, "", *theirs]).strip() or "Nothing new.")


WEEKLY: tuple[Callable[[Week, Page], None], ...] = (
    _in_short,
    _pace,
    _creators,
    _sparks,
    _moves,
    _next,
)
