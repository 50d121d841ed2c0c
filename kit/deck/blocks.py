"""The pieces slides are made of: cards, weekly columns, tallies, lists, footnotes and notes."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pptx.util import Inches

from kit import glossary, language, sentences, words
from kit.deck.cells import table
from kit.deck.charts import Mark, bars, columns
from kit.deck.colors import MUTED
from kit.deck.page import Page
from kit.deck.text import Box, band, bullets, say
from kit.deck.week import Week
from kit.language import later, phrase


def card(slide: Any, box: Box, label: str, figure: str, under: str) -> None:
    """A big figure on a panel, with its name above and what it is to be held against under it."""
    band(slide, box)
    pad = Inches(0.18)
    inner = Box(box.left + pad, box.top + pad, box.width - 2 * pad, box.height - 2 * pad)
    head, middle, foot = inner.rows(0.26, 0.38, 0.36, gap=0)
    say(slide, head, label, 12, 9, color=MUTED)
    say(slide, middle, figure, 30, 16, bold=True)
    say(slide, foot, under, 11, 8, color=MUTED)


def weekly_chart(
    page: Page, box: Box, rows: pd.DataFrame, head: str, series: str, mark: Mark, currency: str = ""
) -> None:
    """Columns of a figure per week (start, value), money where a currency is given.

    A week without a value has no column; the alternative text names it and says what stands out.
    """
    head, number_format = of_money(head, currency) if currency else (head, "#,##0")
    say(page.slide, box._replace(height=Inches(0.34)), head, 14, 10, bold=True)
    room = box.below(Inches(0.42))
    if rows["value"].isna().all():
        say(page.slide, room, phrase("Nothing to show yet: no week was reported."), 14)
        return
    labels = [words.short_day(start) for start in rows["start"]]
    told = [place == len(rows) - 1 for place in range(len(rows))]
    columns(
        page.slide,
        room,
        labels,
        rows["value"].tolist(),
        series,
        f"{head}. {_of_weeks(rows, currency)}",
        mark=mark._replace(told=told),
        number_format=number_format,
    )


def _of_weeks(rows: pd.DataFrame, currency: str) -> str:
    """What a chart of weeks shows: the last week, the highest, and the weeks that lack."""

    def written(value: float) -> str:
        return words.money(value, currency) if currency else words.plain_number(value)

    known = rows.dropna(subset=["value"])
    last, most = known.iloc[-1], known.loc[known["value"].astype(float).idxmax()]
    told = {
        "value": written(last["value"]),
        "day": words.day(last["start"]),
        "weeks": len(known),
        "most": written(most["value"]),
        "then": words.day(most["start"]),
    }
    if len(known) < 2:
        text = phrase("{value} in the week from {day}", **told)
    elif last["start"] == most["start"]:
        text = phrase("{value} in the week from {day}, the highest of {weeks} weeks", **told)
    else:
        text = phrase(
            "{value} in the week from {day}; the highest of {weeks} weeks is {most}, in the week "
            "from {then}",
            **told,
        )
    lacking = [words.day(start) for start in rows.loc[rows["value"].isna(), "start"]]
    if lacking:
        days = words.listed(lacking)
        text = phrase("{weeks}; not known for the week from {days}", weeks=text, days=days)
    return text + "."


def of_money(head: str, currency: str) -> tuple[str, str]:
    """The head of a chart of many or negative amounts, and the number format of its labels.

    In other languages the sign of a currency may be letters, for which labels have no room: the
    head names it instead.
    """
    if language.active() is None:
        return head, money_format(currency)
    return phrase("{chart}, in {currency}", chart=head, currency=currency), "#,##0"


def money_format(currency: str) -> str:
    """Excel's number format of whole money; a minus sign stands before the symbol."""
    symbol = words.money(0, currency).rstrip("0")
    return f'"{symbol}"#,##0'


def tally(
    page: Page, box: Box, decisions: pd.DataFrame, order: tuple[str, ...], calm: tuple[str, ...]
) -> None:
    """How many creators got each decision, as bars; those not in `calm` stand out."""
    head = box._replace(height=Inches(0.34))
    title = phrase("Creators by decision")
    say(page.slide, head, title, 14, bold=True)
    tallied = [int((decisions["decision"] == word).sum()) for word in order]
    if not sum(tallied):
        say(page.slide, box.below(Inches(0.42)), phrase("Nothing to show yet."), 14)
        return
    alt = f"{title}. {sentences.counts(decisions['decision'], order)}"
    room = box.below(Inches(0.42))._replace(height=int(box.height * 0.13 * len(order)))
    names = [sentences.verdict(word).capitalize() for word in order]
    told = Mark([word not in calm for word in order])
    bars(page.slide, room, names, tallied, phrase("Creators"), alt, mark=told)


def in_order(decisions: pd.DataFrame, order: tuple[str, ...]) -> pd.DataFrame:
    """Decisions in the order of their kinds, within each the firmest first."""
    firm = sentences.firmest_first(decisions)
    place = firm["decision"].map({word: i for i, word in enumerate(order)})
    return firm.loc[place.sort_values(kind="stable").index]


def some_of_each(decisions: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The firmest few of each kind first, then the rest: a short table shows every kind."""
    place = decisions.groupby("decision", sort=False).cumcount()
    return decisions.loc[(place >= most).sort_values(kind="stable").index]


_CALM = ("keep", "not yet", "hold", "no")
CREATOR, POST, PRODUCT = later("Creator"), later("Post"), later("Product")


def listing(page: Page, box: Box, rows: pd.DataFrame, none: str, **style: Any) -> None:
    """A table with the number of rows that had no room said under it, or the sentence `none`.

    Its headings and decisions are put in the language of the document here.
    """
    if rows.empty:
        say(page.slide, box._replace(height=Inches(0.6)), none, 14)
        return
    room = box._replace(height=box.height - Inches(0.3))
    heads = [phrase(str(name)) for name in rows.columns]
    alt = words.counted(
        "Table of {count} row: {columns}.",
        "Table of {count} rows: {columns}.",
        len(rows),
        columns=words.listed(heads),
    )
    points = 12 if len(rows) > 6 else 13
    if "Decision" in rows:
        style["told"] = [word not in _CALM for word in rows["Decision"]]
        rows = rows.assign(Decision=rows["Decision"].map(sentences.verdict))
    style["numbers"] = [phrase(name) for name in style.get("numbers", ())]
    style["one_line"] = [phrase(name) for name in (CREATOR, POST, PRODUCT)]
    rows = rows.set_axis(heads, axis=1)
    shown = table(page.slide, room, rows, alt, points=points, **style)
    if shown < len(rows):
        under = Box(box.left, box.top + room.height, box.width, Inches(0.28))
        text = phrase("and {count} more in the report", count=len(rows) - shown)
        say(page.slide, under, text, 11, color=MUTED, name="Rest")


def reasons(decisions: pd.DataFrame) -> str:
    """Each decision with its reason, a line each, for the speaker."""
    lines = [
        phrase(
            "{subject}: {decision}. {reason}",
            subject=row.subject,
            decision=sentences.verdict(row.decision),
            reason=words.sentence(str(row.reason)),
        )
        for row in decisions.itertuples()
    ]
    return "\n".join(lines) or phrase("No decision beyond keeping on.")


def definitions(*metrics: str) -> str:
    """The definitions of a slide's figures, as its footnote."""
    return " ".join(
        words.sentence(f"{glossary.metric(metric).title}: {glossary.metric(metric).definition}")
        for metric in metrics
    )


def evidence(week: Week, rows: list[Any], more: list[str]) -> str:
    """One line per figure for the speaker: value, count, interval, period, status."""
    lines = []
    for row in rows:
        if row is None:
            continue
        days = words.period(row["period_start"], row["period_end"])
        status = "" if row["status"] in ("settled", None) else f" [{phrase(str(row['status']))}]"
        lines.append(f"{sentences.figure(row, week.currency)} {days}{status}")
    return "\n".join([*lines, *more])


def next_and_asks(page: Page, ours: list[str], theirs: list[str], nothing: str) -> None:
    """Two panels: what we do next, and what we ask of the client (`nothing` where that is none)."""
    for box, head, items, none in zip(
        page.body.columns(1, 1, gap=Inches(0.6)),
        (phrase("What we do next"), phrase("What we ask of you")),
        (ours, theirs),
        (phrase("Keep the plan as it is."), nothing),
        strict=True,
    ):
        band(page.slide, box)
        pad = Inches(0.3)
        inner = Box(box.left + pad, box.top + pad, box.width - 2 * pad, box.height - 2 * pad)
        say(page.slide, inner._replace(height=Inches(0.4)), head, 18, 12, bold=True)
        bullets(page.slide, inner.below(Inches(0.55)), items or [none], 16, 11)
