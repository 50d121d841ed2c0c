"""The slides of the weekly pulse: in short, pace, creators, Spark, tier moves, what is next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pptx.util import Inches

from kit import glossary, sentences, words
from kit.deck.cells import table
from kit.deck.charts import Mark, bars, columns
from kit.deck.page import Page
from kit.deck.text import MUTED, Box, band, bullets, note, say
from kit.deck.week import AUDIT, ORDER, REVIEW, SPARK, Week, verdicts, weeks


def _in_short(week: Week, page: Page) -> None:
    before = _four_week_pace(week)
    page.head(_headline(week))
    cards, todo = page.body.columns(0.58, 0.42, gap=Inches(0.5))
    _cards(page.slide, week, cards)
    say(page.slide, todo._replace(height=Inches(0.34)), "What to do", 16, 12, bold=True)
    bullets(page.slide, todo.below(Inches(0.48)), _to_do(week), 16, 11)
    page.footnote(_definitions("gmv", "conversion_rate", "output_rate", "commission_ratio"))
    rows = [week.row(metric, days=days) for _, metric, days in _CARDS]
    note(page.slide, _evidence(week, rows, [f"Four-week pace: {words.number(before, 1)}."]))


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
)


def _cards(slide: Any, week: Week, box: Box) -> None:
    for line, row in enumerate(box.rows(1, 1, gap=Inches(0.25))):
        for place, cell in enumerate(row.columns(1, 1, 1, gap=Inches(0.25))):
            _card(slide, week, cell, *_CARDS[line * 3 + place])


def _card(slide: Any, week: Week, box: Box, label: str, metric: str, days: int) -> None:
    band(slide, box)
    pad = Inches(0.18)
    inner = Box(box.left + pad, box.top + pad, box.width - 2 * pad, box.height - 2 * pad)
    row = week.row(metric, days=days)
    head, middle, foot = inner.rows(0.26, 0.38, 0.36, gap=0)
    say(slide, head, label, 12, 9, color=MUTED)
    figure = "–" if row is None else sentences.value(row, week.currency)
    say(slide, middle, figure, 30, 16, bold=True)
    say(slide, foot, _under_the_card(week, metric, row), 11, 8, color=MUTED)


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
    noun = "click" if metric == "conversion_rate" else "order"
    of = "of net revenue, " if metric == "commission_ratio" else "of "
    text = f"{of}{words.count(row['n'], noun)}" if not words.is_missing(row["n"]) else ""
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
    _weekly_chart(page, left, posts, wanted, "Posts", Mark([], target, "Wanted"), "#,##0")
    code = _money_format(week.currency)
    _weekly_chart(page, right, gmv, "GMV per week", "GMV", Mark([]), code)
    page.footnote(_definitions("velocity", "gmv"))
    rows = [week.row(metric, days=7) for metric in ("velocity", "gmv", "net_revenue", "orders")]
    note(page.slide, _evidence(week, rows, []))


def _pace_title(week: Week, gmv: pd.DataFrame) -> str:
    now = week.value("gmv", 7)
    before = gmv["value"].iloc[-2] if len(gmv) > 1 else None
    posts = week.value("velocity", 7)
    text = sentences.velocity(posts, week.policy.velocity.target, _four_week_pace(week))
    if before is None or words.is_missing(before):
        return text
    return f"{text} {sentences.change('GMV', now, before, week.currency)}"


def _weekly_chart(
    page: Page, box: Box, rows: pd.DataFrame, head: str, series: str, mark: Mark, code: str
) -> None:
    say(page.slide, box._replace(height=Inches(0.34)), head, 14, 10, bold=True)
    room = box.below(Inches(0.42))
    known = rows.dropna(subset=["value"])
    if known.empty:
        say(page.slide, room, "Nothing to show yet: no week was reported.", 14)
        return
    labels = [words.short_day(start) for start in rows["start"]]
    told = [place == len(rows) - 1 for place in range(len(rows))]
    last = known.iloc[-1]
    alt = (
        f"{head}, {words.count(len(rows), 'week')} to that of {words.day(last['start'])}; "
        f"the last is {words.number(last['value'])}."
    )
    values = rows["value"].tolist()
    columns(
        page.slide,
        room,
        labels,
        values,
        series,
        alt,
        mark=mark._replace(told=told),
        number_format=code,
    )


def _money_format(currency: str) -> str:
    symbol = words.money(0, currency).rstrip("0")
    return f'"{symbol}"#,##0'


def _creators(week: Week, page: Page) -> None:
    review = verdicts(week)
    page.head(_creators_title(review))
    left, right = page.body.columns(0.27, 0.73, gap=Inches(0.5))
    _tally(page, left, review, ORDER, calm=("keep",))
    listed = _some_of_each(_in_order(review[review["decision"] != "keep"], ORDER))
    rows = pd.DataFrame(
        {
            "Creator": listed["subject"].tolist(),
            "Decision": listed["decision"].tolist(),
            "Why": [words.cut(words.sentence(str(r)), 150) for r in listed["reason"]],
        }
    )
    _list(page, right, rows, "Nobody stands out beyond chance this week.")
    page.footnote(
        "A creator is named only where the data say so beyond chance; everybody else is kept. "
        + _definitions("conversion_rate", "revenue_per_post", "output_rate")
    )
    note(page.slide, _reasons(listed))


def _tally(
    page: Page, box: Box, decisions: pd.DataFrame, order: tuple[str, ...], calm: tuple[str, ...]
) -> None:
    """How many creators got each decision, as bars; those not in `calm` stand out."""
    head = box._replace(height=Inches(0.34))
    say(page.slide, head, "Creators by decision", 14, bold=True)
    tally = [int((decisions["decision"] == word).sum()) for word in order]
    if not sum(tally):
        say(page.slide, box.below(Inches(0.42)), "Nothing to show yet.", 14)
        return
    alt = f"Creators by decision. {sentences.counts(decisions['decision'], order)}"
    room = box.below(Inches(0.42))._replace(height=int(box.height * 0.13 * len(order)))
    names = [word.capitalize() for word in order]
    told = Mark([word not in calm for word in order])
    bars(page.slide, room, names, tally, "Creators", alt, mark=told)


def _in_order(decisions: pd.DataFrame, order: tuple[str, ...]) -> pd.DataFrame:
    """Decisions in the order of their kinds, within each the firmest first."""
    firm = sentences.firmest_first(decisions)
    place = firm["decision"].map({word: i for i, word in enumerate(order)})
    return firm.loc[place.sort_values(kind="stable").index]


def _some_of_each(decisions: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The firmest few of each kind first, then the rest: a short table shows every kind."""
    place = decisions.groupby("decision", sort=False).cumcount()
    return decisions.loc[(place >= most).sort_values(kind="stable").index]


def _creators_title(review: pd.DataFrame) -> str:
    if review.empty:
        return "No creator was active enough to be judged this week"
    return " ".join(sentences.review(review)[:2])


_CALM = ("keep", "not yet", "hold", "no")


def _list(page: Page, box: Box, rows: pd.DataFrame, none: str, **style: Any) -> None:
    """A table with the number of rows that had no room said under it, or the sentence `none`."""
    if rows.empty:
        say(page.slide, box._replace(height=Inches(0.6)), none, 14)
        return
    room = box._replace(height=box.height - Inches(0.3))
    alt = f"Table of {words.count(len(rows), 'row')}: {words.listed(rows.columns)}."
    points = 12 if len(rows) > 6 else 13
    style["told"] = [word not in _CALM for word in rows["Decision"]]
    style["one_line"] = ("Creator", "Post")
    shown = table(page.slide, room, rows, alt, points=points, **style)
    if shown < len(rows):
        under = Box(box.left, box.top + room.height, box.width, Inches(0.28))
        text = f"and {len(rows) - shown} more in the report"
        say(page.slide, under, text, 11, color=MUTED, name="Rest")


def _reasons(decisions: pd.DataFrame) -> str:
    lines = [
        f"{row.subject}: {row.decision}. {words.sentence(str(row.reason))}"
        for row in decisions.itertuples()
    ]
    return "\n".join(lines) or "No decision beyond keeping on."


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
    _list(page, right, rows, none, numbers=("Clicks",))
    page.footnote(
        "Ranked by click-to-purchase rate, never by views. " + _definitions("conversion_rate")
    )
    note(page.slide, _reasons(posts[posts["decision"] != "no"].head(20)))


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
    _tally(page, left, audit, order, calm=("hold", "not yet"))
    listed = _in_order(audit, order)
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
    _list(page, right, rows, "Nobody has enough months to be audited yet.")
    page.footnote(
        "Promotion asks for months of consistent output, revenue per post above the median of "
        "everyone who entered in tier 1, and a clean compliance record; followers never enter. "
        "Creators who lack least come first among those who stay."
    )
    note(page.slide, _reasons(chosen))


def _next(week: Week, page: Page) -> None:
    actions, asks = _actions(week), _asks(week)
    page.head(
        f"Next week: {words.count(len(actions), 'step')} for us, "
        f"{words.count(len(asks), 'decision')} for you"
        if asks
        else f"Next week: {words.count(len(actions), 'step')} for us, nothing needed from you"
    )
    for box, head, items, none in zip(
        page.body.columns(1, 1, gap=Inches(0.6)),
        ("What we do next", "What we ask of you"),
        (actions, asks),
        ("Keep the plan as it is.", "Nothing this week."),
        strict=True,
    ):
        band(page.slide, box)
        pad = Inches(0.3)
        inner = Box(box.left + pad, box.top + pad, box.width - 2 * pad, box.height - 2 * pad)
        say(page.slide, inner._replace(height=Inches(0.4)), head, 18, 12, bold=True)
        bullets(page.slide, inner.below(Inches(0.55)), items or [none], 16, 11)
    page.footnote(
        "Every figure in this deck stands with its definition, period and count in the week's "
        "report. Amounts may still move as orders settle."
    )
    note(page.slide, "\n".join([*actions, "", *asks]).strip() or "Nothing new.")


def _actions(week: Week) -> list[str]:
    review, posts = week.decided(REVIEW), week.decided(SPARK)
    gap = week.policy.velocity.target - (week.value("velocity", 7) or 0)
    found = [
        sentences.named(review, "follow up", "Follow up on output with", 4),
        sentences.named(review, "fix the brief", "Rewrite the brief with", 4),
        sentences.named(review, "replace", "Recruit replacements for", 4),
    ]
    waiting = int((posts["decision"] == "not yet").sum())
    if waiting:
        found.append(f"Watch {words.count(waiting, 'post')} until the clicks decide.")
    if gap > 0 and week.value("velocity", 7) is not None:
        found.append(f"Brief for {words.count(gap, 'more post')} a week to reach the target.")
    return [text for text in found if text]


def _asks(week: Week) -> list[str]:
    audit, review = week.decided(AUDIT), week.decided(REVIEW)
    found = []
    planned = week.figures[week.figures["metric"] == "planned_spend"]
    if len(planned):
        spend = words.money(planned["value"].sum(), week.currency, 0)
        found.append(f"Release {spend} for the {_planned(len(planned))} of the Spark plan.")
    found += [
        sentences.named(review, "fee", "Agree production fees for", 4),
        sentences.named(audit, "promote", "Approve the next tier's deal for", 4),
        sentences.named(audit, "demote", "Agree the move down of", 4),
    ]
    return [text for text in found if text]


def _planned(posts: int) -> str:
    return "one post" if posts == 1 else f"{posts} posts"


def _definitions(*metrics: str) -> str:
    """The definitions of a slide's figures, as its footnote."""
    return " ".join(
        words.sentence(f"{glossary.metric(metric).name}: {glossary.metric(metric).definition}")
        for metric in metrics
    )


def _evidence(week: Week, rows: list[Any], more: list[str]) -> str:
    """One line per figure for the speaker: value, count, interval, period, status."""
    lines = []
    for row in rows:
        if row is None:
            continue
        days = words.period(row["period_start"], row["period_end"])
        status = "" if row["status"] in ("settled", None) else f" [{row['status']}]"
        lines.append(f"{sentences.figure(row, week.currency)} {days}{status}")
    return "\n".join([*lines, *more])


WEEKLY: tuple[Callable[[Week, Page], None], ...] = (
    _in_short,
    _pace,
    _creators,
    _sparks,
    _moves,
    _next,
)
