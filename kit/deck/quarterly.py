"""The slides of a quarter: those of a month, and the quarter's months beside each other."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from kit import words
from kit.deck.blocks import definitions, listing
from kit.deck.monthly import MONTHLY
from kit.deck.page import Page
from kit.deck.shares import AS_REPORTED
from kit.deck.span import Span, pooled, sunday, total
from kit.deck.text import note
from kit.language import later, phrase


def _months(span: Span, page: Page) -> None:
    rows = months(span)
    page.head(_title(span))
    listing(page, page.body, rows, phrase("Nothing was reported."), numbers=list(rows.columns[1:]))
    how = phrase(
        "A week counts to the month in which it ends. Counts and money are added over the reported "
        "weeks, rates pooled."
    )
    page.footnote(f"{how} {span.lacking()} {phrase(AS_REPORTED)} {definitions('gmv')}")
    note(page.slide, "\n".join(" · ".join(map(str, r)) for r in rows.itertuples(index=False)))


def months(span: Span) -> pd.DataFrame:
    """One row per month of the quarter, as a reader sees it: weeks reported, posts, GMV, rates."""
    rows = []
    for month in dict.fromkeys((day.year, day.month) for day in span.sundays):
        wanted = [day for day in span.sundays if (day.year, day.month) == month]
        weeks = tuple(week for week in span.weeks if sunday(week.as_of) in wanted)
        rows.append(
            {
                later("Month"): words.month(wanted[0]),
                later("Weeks reported"): phrase(
                    "{reported} of {weeks}", reported=len(weeks), weeks=len(wanted)
                ),
                "Posts": words.number(total(weeks, "velocity").value),
                "GMV": words.money(total(weeks, "gmv").value, span.currency, 0),
                "Orders": words.number(total(weeks, "orders").value),
                "Clicks": words.number(pooled(weeks, "conversion_rate").n or None),
                "Orders per click": words.percent(pooled(weeks, "conversion_rate").value),
            }
        )
    return pd.DataFrame(rows)


def _title(span: Span) -> str:
    posts, gmv = total(span.weeks, "velocity"), total(span.weeks, "gmv")
    weekly = None if gmv.value is None else gmv.value / gmv.weeks
    each = (
        phrase("not known")
        if posts.value is None
        else words.plain_number(posts.value / posts.weeks)
    )
    return phrase(
        "A reported week of the quarter brought {gmv} of GMV and {posts} posts on average",
        gmv=words.money(weekly, span.currency),
        posts=each,
    )


QUARTERLY: tuple[Callable[[Span, Page], None], ...] = (*MONTHLY[:2], _months, *MONTHLY[2:])
