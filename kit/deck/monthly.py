"""The slides of a month or a quarter: in short, goals, weeks, what changed, tiers, hooks, next."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from pptx.util import Inches

from kit import sentences, words
from kit.deck.blocks import (
    card,
    definitions,
    listing,
    next_and_asks,
    of_money,
    reasons,
    weekly_chart,
)
from kit.deck.charts import Mark, bars
from kit.deck.goals import against_goals, goals_sentence
from kit.deck.moves import creators_moved, decided
from kit.deck.page import Page
from kit.deck.shares import AS_REPORTED, HEAD, creators, creators_title, hooks, tiers
from kit.deck.span import Span, Sum, pooled, total
from kit.deck.steps import actions, asks
from kit.deck.text import Box, bullets, note, say
from kit.deck.week import AUDIT, SPARK
from kit.language import forms, later, phrase

WEEK, MOVED, MOST = later("Week to"), later("GMV moved by"), later("Most by")
WEEKS = later("Weeks")


def _in_short(span: Span, page: Page) -> None:
    posts, gmv = total(span.weeks, "velocity"), total(span.weeks, "gmv")
    page.head(
        phrase(
            "{span}: {posts}, {gmv} of GMV{than_before}",
            span=f"{span.name[0].upper()}{span.name[1:]}",
            posts=_posts(posts),
            gmv=_money(gmv, span),
            than_before=_than_before(span, gmv),
        )
    )
    left, right = page.body.columns(0.58, 0.42, gap=Inches(0.5))
    _cards(span, page, left)
    say(page.slide, right._replace(height=Inches(HEAD)), phrase("What it says"), 16, 12, bold=True)
    bullets(page.slide, right.below(Inches(0.48)), _said(span), 16, 11)
    page.footnote(f"{phrase(AS_REPORTED)} {definitions('gmv', 'conversion_rate', 'output_rate')}")
    note(page.slide, "\n".join([*_lines(span), span.lacking()]).strip())


def _posts(posts: Sum) -> str:
    if posts.value is None:
        return phrase("posts not known")
    return words.counted("{count} post", "{count} posts", posts.value)


def _money(amount: Sum, span: Span) -> str:
    return words.money(amount.value, span.currency)


def _than_before(span: Span, gmv: Sum) -> str:
    """How GMV stands to the span before, only where both are whole and equally long."""
    whole = [week.as_of for week in span.before] == list(span.before_sundays)
    if not (span.complete and whole) or gmv.value is None:
        return phrase(", over {weeks}", weeks=span.over()) if not span.complete else ""
    earlier = total(span.before, "gmv").value
    if not earlier:
        return ""
    each = gmv.value / len(span.weeks) / (earlier / len(span.before)) - 1
    places = {"share": words.percent(abs(each), 0), "weeks": len(span.before)}
    if each >= 0:
        return phrase(", up {share} per week on the {weeks} weeks before", **places)
    return phrase(", down {share} per week on the {weeks} weeks before", **places)


_COUNTS = {"velocity": later("Posts"), "gmv": "GMV", "orders": later("Orders")}
_RATES = {
    "conversion_rate": (
        later("Orders per click"),
        forms("of {count} click", "of {count} clicks"),
    ),
    "output_rate": (
        later("Posts of agreed"),
        forms("of {count} posts agreed", "of {count} posts agreed"),
    ),
}


def _cards(span: Span, page: Page, box: Box) -> None:
    cells = [
        cell
        for row in box.rows(1, 1, gap=Inches(0.25))
        for cell in row.columns(1, 1, 1, gap=Inches(0.25))
    ]
    for cell, (label, figure, under) in zip(cells, _figures(span), strict=True):
        card(page.slide, cell, label, figure, under)


def _figures(span: Span) -> list[tuple[str, str, str]]:
    """Six figures with what each is of: added over the weeks, pooled, or of the last report."""
    found = []
    for metric, label in _COUNTS.items():
        added = total(span.weeks, metric)
        written = words.money if metric == "gmv" else words.number
        figure = _money(added, span) if metric == "gmv" else words.number(added.value)
        each = None if added.value is None else added.value / added.weeks
        mean = written(each) if metric != "gmv" else words.money(each, span.currency)
        under = words.counted(
            "{mean} a week over {count} week",
            "{mean} a week over {count} weeks",
            added.weeks,
            mean=mean,
        )
        found.append((phrase(label), figure, under))
    for metric, (label, of) in _RATES.items():
        rate = pooled(span.weeks, metric)
        found.append((phrase(label), words.percent(rate.value), words.counted(*of, round(rate.n))))
    row = span.last.row("active_creators")
    figure = words.MISSING if row is None else sentences.value(row)
    until = phrase("in the 4 weeks to {day}", day=words.day(span.last.as_of))
    found.append((phrase("Active creators"), figure, until))
    return found


def _lines(span: Span) -> list[str]:
    return [f"{label}: {figure}, {under}." for label, figure, under in _figures(span)]


def _said(span: Span) -> list[str]:
    audit = span.last.decided(AUDIT)
    found = [
        span.lacking(),
        goals_sentence(span),
        _parts_title(span),
        creators_title(span),
        sentences.promotions(audit) if len(audit) else "",
    ]
    return [text for text in found if text]


def _goals(span: Span, page: Page) -> None:
    page.head(goals_sentence(span) or phrase("No goals are set for this program"))
    rows = against_goals(span)
    none = phrase(
        "No goal is set. Write what the program is to reach under [goals] in client.toml."
    )
    listing(page, page.body, rows, none, numbers=("Goal", "Reached"))
    how = phrase(
        "Posts a week: the mean of the reported weeks. Every other goal is held against the last "
        "report's own period."
    )
    page.footnote(f"{how} {definitions(*list(span.goals)[:3])}")
    lines = [f"{row[0]}: {', '.join(map(str, row[1:]))}." for row in rows.itertuples(index=False)]
    note(page.slide, "\n".join(lines) or none)


def _pace(span: Span, page: Page) -> None:
    posts, gmv = span.by_week("velocity"), span.by_week("gmv")
    page.head(_pace_title(span, gmv))
    left, right = page.body.columns(1, 1, gap=Inches(0.5))
    target = span.policy.velocity.target
    wanted = phrase(
        "Posts per week; dashed: the {target} wanted", target=words.plain_number(target)
    )
    weekly_chart(page, left, posts, wanted, phrase("Posts"), Mark([], target, phrase("Wanted")))
    weekly_chart(page, right, gmv, phrase("GMV per week"), "GMV", Mark([]), span.currency)
    page.footnote(
        f"{span.lacking()} {phrase(AS_REPORTED)} {definitions('velocity', 'gmv')}".strip()
    )
    both = posts.merge(gmv, on="start", suffixes=("_posts", "_gmv"))
    note(
        page.slide,
        "\n".join(
            phrase(
                "Week from {day}: {posts} posts, {gmv} of GMV.",
                day=words.day(row.start),
                posts=words.number(row.value_posts),
                gmv=words.money(row.value_gmv, span.currency),
            )
            for row in both.itertuples()
        ),
    )


def _pace_title(span: Span, gmv: pd.DataFrame) -> str:
    posts = span.by_week("velocity")["value"].dropna()
    reached = int((posts >= span.policy.velocity.target).sum())
    wanted = words.plain_number(span.policy.velocity.target)
    places = {"reached": reached, "weeks": len(posts), "target": wanted}
    if not reached and len(posts) == 1:
        text = phrase(
            "The one reported week did not reach the {target} posts wanted", target=wanted
        )
    elif len(posts) == 1:
        text = phrase("The one reported week reached the {target} posts wanted", target=wanted)
    elif reached:
        text = phrase(
            "{reached} of {weeks} reported weeks reached the {target} posts wanted", **places
        )
    else:
        text = phrase("None of {weeks} reported weeks reached the {target} posts wanted", **places)
    known = gmv.dropna(subset=["value"])
    if known.empty:
        return text
    best = known.loc[known["value"].idxmax()]
    return phrase(
        "{posts}; GMV was highest in the week from {day}, with {gmv}",
        posts=text,
        day=words.day(best["start"], year=False),
        gmv=words.money(best["value"], span.currency),
    )


def _effects(span: Span) -> pd.DataFrame:
    """One row per part and week: start (the week's Monday), part, effect, by_chance."""
    found = []
    for week in span.weeks:
        effect, luck = (
            rows[rows["period_end"].isin([week.as_of])].set_index("subject")["value"]
            for rows in (week.of("gmv_effect", "part"), week.of("gmv_change_by_chance", "part"))
        )
        table = pd.DataFrame({"effect": effect.dropna(), "by_chance": luck})
        found.append(table.dropna(subset=["effect"]).rename_axis("part").assign(until=week.as_of))
    return pd.concat(found).reset_index() if found else pd.DataFrame()


def _added_parts(span: Span) -> pd.Series:
    effects = _effects(span)
    if effects.empty:
        return pd.Series(dtype=float)
    added = effects.groupby("part")["effect"].sum()
    return added.loc[added.abs().sort_values(ascending=False, kind="stable").index]


def _parts_title(span: Span) -> str:
    parts = _added_parts(span)
    if parts.empty:
        return phrase("What moved GMV is not known: no two weeks in a row were reported")
    places = {
        "all": words.signed_money(parts.sum(), span.currency),
        "biggest": words.signed_money(parts.iloc[0], span.currency),
        "part": sentences.part(parts.index[0]),
    }
    if parts.iloc[0] * parts.sum() > 0:
        return phrase(
            "From week to week GMV moved by {all} in all; most of it by the {part} ({biggest}).",
            **places,
        )
    return phrase(
        "From week to week GMV moved by {all} in all; the largest part was {part} ({biggest}).",
        **places,
    )


def _changed(span: Span, page: Page) -> None:
    parts, effects = _added_parts(span), _effects(span)
    page.head(_parts_title(span))
    left, right = page.body.columns(0.48, 0.52, gap=Inches(0.4))
    head = phrase("What each part did to GMV, week-to-week changes added")
    head, number_format = of_money(head, span.currency)
    say(page.slide, left._replace(height=Inches(HEAD)), head, 14, 10, bold=True)
    if len(parts):
        names = [words.sentence(sentences.part(name)).rstrip(".") for name in parts.index]
        bars(
            page.slide,
            left.below(Inches(0.42)),
            names,
            parts.tolist(),
            phrase("Moved GMV by"),
            f"{head}. {_parts_title(span)}",
            mark=Mark([place == 0 for place in range(len(parts))]),
            number_format=number_format,
        )
    rows = [
        {
            WEEK: words.day(until, year=False),
            MOVED: words.signed_money(week["effect"].sum(), span.currency),
            MOST: _most(week, span.currency),
        }
        for until, week in (effects.groupby("until", sort=True) if len(effects) else ())
    ]
    table = pd.DataFrame(rows, columns=[WEEK, MOVED, MOST])
    none = phrase("Nothing to show yet: the reports of two weeks in a row are needed.")
    listing(page, right, table, none, numbers=(MOVED,))
    how = phrase(
        "GMV is creators × posts per creator × clicks per post × orders per click × value per "
        "order, and sales without a known post; each change is against the week before, as that "
        "week's own report had it. What luck alone does as often is no lever."
    )
    page.footnote(f"{span.lacking()} {how}")
    note(page.slide, "\n".join(" · ".join(row.values()) for row in rows) or none)


def _most(week: pd.DataFrame, currency: str) -> str:
    row = week.loc[week["effect"].abs().idxmax()]
    part, effect = sentences.part(row["part"]), words.signed_money(row["effect"], currency)
    if words.is_missing(row["by_chance"]):
        return f"{part} ({effect})"
    return phrase(
        "{part} ({effect}; luck alone does as much in {weeks})",
        part=part,
        effect=effect,
        weeks=sentences.weeks_of_luck(row["by_chance"]),
    )


def _decisions(span: Span, page: Page) -> None:
    table = decided(span.weeks)
    page.head(creators_moved(span))
    rows = pd.DataFrame(
        {
            "Creator": table["subject"],
            "Decision": table["decision"],
            WEEKS: [words.number(number) for number in table["weeks"]],
            later("Why, at the last time"): [
                words.cut(words.sentence(t), 150) for t in table["reason"]
            ],
        }
    )
    none = phrase("No creator needed a decision in these weeks.")
    listing(page, page.body, rows, none, numbers=(WEEKS,))
    how = phrase(
        "One verdict per creator and week; shown is who got one other than keep, with the number "
        "of weeks, and the moves between tiers of the last audit."
    )
    page.footnote(f"{how} " + definitions("conversion_rate", "revenue_per_post"))
    note(page.slide, reasons(table.head(40)))


def _next(span: Span, page: Page) -> None:
    ours, theirs = actions(span.last), asks(span.last)
    steps = words.counted("{count} step for us", "{count} steps for us", len(ours))
    asked = words.counted("{count} decision for you", "{count} decisions for you", len(theirs))
    asked = asked if theirs else phrase("nothing from you")
    page.head(phrase("What is next: {steps}, {asks}", steps=steps, asks=asked))
    next_and_asks(page, ours, theirs, phrase("Nothing now."))
    told = [phrase("As the week to {day} decided.", day=words.day(span.last.as_of))]
    if span.last.decided(SPARK).empty:
        told.append(phrase("Spark candidates were not reported."))
    told.append(
        phrase(
            "Every figure of this deck stands with its definition, period and count in the weeks' "
            "reports."
        )
    )
    page.footnote(" ".join(told))
    note(page.slide, "\n".join([*ours, "", *theirs]).strip() or phrase("Nothing new."))


MONTHLY: tuple[Callable[[Span, Page], None], ...] = (
    *(_in_short, _goals, _pace, _changed, tiers, creators, hooks, _decisions, _next),
)
