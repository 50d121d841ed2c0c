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
    money_format,
    next_and_asks,
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


def _in_short(span: Span, page: Page) -> None:
    posts, gmv = total(span.weeks, "velocity"), total(span.weeks, "gmv")
    page.head(f"{span.name}: {_posts(posts)}, {_money(gmv, span)} of GMV{_than_before(span, gmv)}")
    left, right = page.body.columns(0.58, 0.42, gap=Inches(0.5))
    _cards(span, page, left)
    say(page.slide, right._replace(height=Inches(HEAD)), "What it says", 16, 12, bold=True)
    bullets(page.slide, right.below(Inches(0.48)), _said(span), 16, 11)
    page.footnote(f"{AS_REPORTED} {definitions('gmv', 'conversion_rate', 'output_rate')}")
    note(page.slide, "\n".join([*_lines(span), span.lacking()]).strip())


def _posts(posts: Sum) -> str:
    return "posts not known" if posts.value is None else words.count(posts.value, "post")


def _money(amount: Sum, span: Span) -> str:
    return words.money(amount.value, span.currency)


def _than_before(span: Span, gmv: Sum) -> str:
    """How GMV stands to the span before, only where both are whole and equally long."""
    whole = [week.as_of for week in span.before] == list(span.before_sundays)
    if not (span.complete and whole) or gmv.value is None:
        return f", over {span.over()}" if not span.complete else ""
    earlier = total(span.before, "gmv").value
    if not earlier:
        return ""
    each = gmv.value / len(span.weeks) / (earlier / len(span.before)) - 1
    way = "up" if each >= 0 else "down"
    return f", {way} {words.percent(abs(each), 0)} per week on the {len(span.before)} weeks before"


_RATES = {"conversion_rate": ("Orders per click", "click"), "output_rate": ("Posts of agreed", "")}


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
    for label, metric in (("Posts", "velocity"), ("GMV", "gmv"), ("Orders", "orders")):
        added = total(span.weeks, metric)
        written = words.money if metric == "gmv" else words.number
        figure = _money(added, span) if metric == "gmv" else words.number(added.value)
        each = None if added.value is None else added.value / added.weeks
        mean = written(each) if metric != "gmv" else words.money(each, span.currency)
        found.append((label, figure, f"{mean} a week over {words.count(added.weeks, 'week')}"))
    for metric, (label, noun) in _RATES.items():
        rate = pooled(span.weeks, metric)
        of = words.count(round(rate.n), noun) if noun else f"{words.number(rate.n)} posts agreed"
        found.append((label, words.percent(rate.value), f"of {of}"))
    row = span.last.row("active_creators")
    figure = words.MISSING if row is None else sentences.value(row)
    found.append(("Active creators", figure, f"in the 4 weeks to {words.day(span.last.as_of)}"))
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
    page.head(goals_sentence(span) or "No goals are set for this program")
    rows = against_goals(span)
    none = "No goal is set. Write what the program is to reach under [goals] in client.toml."
    listing(page, page.body, rows, none, numbers=("Goal", "Reached"))
    page.footnote(
        "Posts a week: the mean of the reported weeks. Every other goal is held against the last "
        f"report's own period. {definitions(*list(span.goals)[:3])}"
    )
    lines = [f"{row[0]}: {', '.join(map(str, row[1:]))}." for row in rows.itertuples(index=False)]
    note(page.slide, "\n".join(lines) or none)


def _pace(span: Span, page: Page) -> None:
    posts, gmv = span.by_week("velocity"), span.by_week("gmv")
    page.head(_pace_title(span, gmv))
    left, right = page.body.columns(1, 1, gap=Inches(0.5))
    target = span.policy.velocity.target
    wanted = f"Posts per week; dashed: the {words.plain_number(target)} wanted"
    weekly_chart(page, left, posts, wanted, "Posts", Mark([], target, "Wanted"))
    weekly_chart(page, right, gmv, "GMV per week", "GMV", Mark([]), span.currency)
    page.footnote(f"{span.lacking()} {AS_REPORTED} {definitions('velocity', 'gmv')}".strip())
    both = posts.merge(gmv, on="start", suffixes=("_posts", "_gmv"))
    note(
        page.slide,
        "\n".join(
            f"Week from {words.day(row.start)}: {words.number(row.value_posts)} posts, "
            f"{words.money(row.value_gmv, span.currency)} of GMV."
            for row in both.itertuples()
        ),
    )


def _pace_title(span: Span, gmv: pd.DataFrame) -> str:
    posts = span.by_week("velocity")["value"].dropna()
    reached = int((posts >= span.policy.velocity.target).sum())
    wanted = f"the {words.plain_number(span.policy.velocity.target)} posts wanted"
    if len(posts) == 1:
        text = f"The one reported week {'reached' if reached else 'did not reach'} {wanted}"
    else:
        text = f"{reached or 'None'} of {len(posts)} reported weeks reached {wanted}"
    known = gmv.dropna(subset=["value"])
    if known.empty:
        return text
    best = known.loc[known["value"].idxmax()]
    return (
        f"{text}; GMV was highest in the week from {words.day(best['start'], year=False)}, with "
        f"{words.money(best['value'], span.currency)}"
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
        return "What moved GMV is not known: no two weeks in a row were reported"
    all_of_it = words.signed_money(parts.sum(), span.currency)
    biggest = words.signed_money(parts.iloc[0], span.currency)
    return (
        f"From week to week GMV moved by {all_of_it} in all; most of it by the "
        f"{sentences.part(parts.index[0])} ({biggest})."
        if parts.iloc[0] * parts.sum() > 0
        else f"From week to week GMV moved by {all_of_it} in all; the largest part was "
        f"{sentences.part(parts.index[0])} ({biggest})."
    )


def _changed(span: Span, page: Page) -> None:
    parts, effects = _added_parts(span), _effects(span)
    page.head(_parts_title(span))
    left, right = page.body.columns(0.48, 0.52, gap=Inches(0.4))
    head = "What each part did to GMV, week-to-week changes added"
    say(page.slide, left._replace(height=Inches(HEAD)), head, 14, 10, bold=True)
    if len(parts):
        names = [words.sentence(sentences.part(name)).rstrip(".") for name in parts.index]
        bars(
            page.slide,
            left.below(Inches(0.42)),
            names,
            parts.tolist(),
            "Moved GMV by",
            f"{head}. {_parts_title(span)}",
            mark=Mark([place == 0 for place in range(len(parts))]),
            number_format=money_format(span.currency),
        )
    rows = [
        {
            "Week to": words.day(until, year=False),
            "GMV moved by": words.signed_money(week["effect"].sum(), span.currency),
            "Most by": _most(week, span.currency),
        }
        for until, week in (effects.groupby("until", sort=True) if len(effects) else ())
    ]
    table = pd.DataFrame(rows, columns=["Week to", "GMV moved by", "Most by"])
    none = "Nothing to show yet: the reports of two weeks in a row are needed."
    listing(page, right, table, none, numbers=("GMV moved by",))
    page.footnote(
        f"{span.lacking()} GMV is creators × posts per creator × clicks per post × orders per "
        "click × value per order, and sales without a known post; each change is against the week "
        "before, as that week's own report had it. What luck alone does as often is no lever."
    )
    note(page.slide, "\n".join(" · ".join(row.values()) for row in rows) or none)


def _most(week: pd.DataFrame, currency: str) -> str:
    row = week.loc[week["effect"].abs().idxmax()]
    text = f"{sentences.part(row['part'])} ({words.signed_money(row['effect'], currency)}"
    if words.is_missing(row["by_chance"]):
        return f"{text})"
    return f"{text}; luck alone does as much in {sentences.weeks_of_luck(row['by_chance'])})"


def _decisions(span: Span, page: Page) -> None:
    table = decided(span.weeks)
    page.head(creators_moved(span))
    rows = pd.DataFrame(
        {
            "Creator": table["subject"],
            "Decision": table["decision"],
            "Weeks": [words.number(number) for number in table["weeks"]],
            "Why, at the last time": [words.cut(words.sentence(t), 150) for t in table["reason"]],
        }
    )
    none = "No creator needed a decision in these weeks."
    listing(page, page.body, rows, none, numbers=("Weeks",))
    page.footnote(
        "One verdict per creator and week; shown is who got one other than keep, with the number "
        "of weeks, and the moves between tiers of the last audit. "
        + definitions("conversion_rate", "revenue_per_post")
    )
    note(page.slide, reasons(table.head(40)))


def _next(span: Span, page: Page) -> None:
    ours, theirs = actions(span.last), asks(span.last)
    steps = f"{words.count(len(ours), 'step')} for us"
    for_you = f"{words.count(len(theirs), 'decision')} for you" if theirs else "nothing from you"
    page.head(f"What is next: {steps}, {for_you}")
    next_and_asks(page, ours, theirs, "Nothing now.")
    sparks = "" if len(span.last.decided(SPARK)) else " Spark candidates were not reported."
    page.footnote(
        f"As the week to {words.day(span.last.as_of)} decided.{sparks} Every figure of this deck "
        "stands with its definition, period and count in the weeks' reports."
    )
    note(page.slide, "\n".join([*ours, "", *theirs]).strip() or "Nothing new.")


MONTHLY: tuple[Callable[[Span, Page], None], ...] = (
    *(_in_short, _goals, _pace, _changed, tiers, creators, hooks, _decisions, _next),
)
