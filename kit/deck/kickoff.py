"""The kick-off deck from the onboarding report: what is built, by when, for how much, by whom.

The framing, the months and the budget's band are the source article's; every count and amount is
the onboarding report's.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from pptx.util import Inches

from kit import sentences, words
from kit.deck.blocks import definitions, listing, money_format
from kit.deck.charts import Mark, columns
from kit.deck.page import Page
from kit.deck.text import Box, band, bullets, note, say
from kit.deck.week import Week
from kit.errors import ReportError
from kit.onboarding import BUILD_MONTHS, DEALS

REPORT = "onboarding"
_HEAD = 0.34


def kickoff(week: Week) -> Week:
    """The week, if its onboarding was reported; else `ReportError` with the command to run."""
    if not (week.figures["report"] == REPORT).any():
        raise ReportError(
            f"The kick-off deck is made of the onboarding report, and the week to "
            f"{words.day(week.as_of)} has none. Run kit run {REPORT} --client {week.client} "
            f"--as-of {week.as_of} first."
        )
    return week


def _figures(week: Week, metric: str, kind: str) -> pd.Series:
    rows = week.figures
    own = (rows["report"] == REPORT) & (rows["metric"] == metric) & (rows["subject_kind"] == kind)
    return rows[own].sort_values("period_start", kind="stable").set_index("subject")["value"]


def _panels(page: Page, panels: list[tuple[str, list[str]]]) -> None:
    for box, (head, items) in zip(
        page.body.columns(*[1] * len(panels), gap=Inches(0.4)), panels, strict=True
    ):
        band(page.slide, box)
        pad = Inches(0.25)
        inner = Box(box.left + pad, box.top + pad, box.width - 2 * pad, box.height - 2 * pad)
        say(page.slide, inner._replace(height=Inches(0.7)), head, 18, 11, bold=True)
        bullets(page.slide, inner.below(Inches(0.85)), items, 16, 10)
    note(page.slide, "\n".join(f"{head}\n- " + "\n- ".join(items) for head, items in panels))


def _framing(week: Week, page: Page) -> None:
    page.head("A creator program is infrastructure for content: it is built, not switched on")
    target = words.plain_number(week.policy.velocity.target)
    _panels(
        page,
        [
            (
                "What we build",
                [
                    "A roster in three tiers, each with a deal of its own.",
                    f"A production line of {target} posts a week, tracked like one.",
                    "Briefs with a hook angle, a product truth, a proof and a clear next step.",
                    "Figures per post that say what persuades, so that spend follows proof.",
                ],
            ),
            (
                "How it pays",
                [
                    "Commission is earned by sales; most of the roster costs nothing up front.",
                    "Posts that convert without spend are the ones that get spend.",
                    "What ads show about a hook angle goes into the next round of briefs.",
                ],
            ),
            (
                "How long it takes",
                [
                    "Three to six months of steady work before volume can be predicted.",
                    "Each month has its own task, and its own sign that the task is done.",
                    "We report every week, creator by creator, with how sure each figure is.",
                ],
            ),
        ],
    )
    page.footnote(
        "The framing and the months follow the program model this kit is built on. "
        + definitions("velocity")
    )


def _plan(week: Week, page: Page) -> None:
    reached = _figures(week, "milestone", "part")
    page.head("Month by month: roster, angles, amplification, then scale")
    rows = pd.DataFrame(
        [
            {"Month": f"Month {month}", "Work": work, "What to expect": _expected(month)}
            for month, work in BUILD_MONTHS
        ]
    )
    top, below = page.body.rows(0.58, 0.42)
    listing(page, top, rows, "")
    done = pd.DataFrame(
        {
            "Milestone": list(reached.index),
            "Reached": [words.number(value) for value in reached],
        }
    )
    none = "No milestone is counted yet."
    listing(page, below, done, none, numbers=("Reached",))
    page.footnote(
        f"Milestones counted to {words.day(week.as_of)}; what each asks for stands in the "
        f"onboarding report. {definitions('milestone')}"
    )
    note(page.slide, "\n".join(" · ".join(row) for row in rows.itertuples(index=False)))


def _expected(month: str) -> str:
    said = sentences.EXPECTATIONS[int(month.rstrip("+"))]
    return words.sentence(said.partition(":")[2])


def _roster(week: Week, page: Page) -> None:
    active = _figures(week, "active_roster_creators", "tier")
    page.head(_roster_title(week, active))
    left, right = page.body.columns(0.4, 0.6, gap=Inches(0.5))
    head = "Active creators by tier"
    say(page.slide, left._replace(height=Inches(_HEAD)), head, 14, 10, bold=True)
    if len(active):
        columns(
            page.slide,
            left.below(Inches(0.42)),
            [f"Tier {tier}" for tier in active.index],
            active.tolist(),
            "Active creators",
            f"{head}. {_roster_title(week, active)}.",
            mark=Mark([False] * len(active)),
        )
    targets = week.policy.roster.targets
    rows = pd.DataFrame(
        {
            "Tier": [f"Tier {tier}" for tier in DEALS],
            "Deal": list(DEALS.values()),
            "Active": [words.number(active.get(str(tier))) for tier in DEALS],
            "Wanted": [f"{low}–{high}" for low, high in targets],
        }
    )
    listing(page, right, rows, "", numbers=("Active", "Wanted"))
    page.footnote(
        f"Active: at least one post in the 28 days to {words.day(week.as_of)}. "
        + definitions("active_creators", "roster_creators")
    )
    note(page.slide, "\n".join(" · ".join(row) for row in rows.itertuples(index=False)))


def _roster_title(week: Week, active: pd.Series) -> str:
    short = [
        f"{words.plain_number(low - active.get(str(tier), 0))} in tier {tier}"
        for tier, (low, _) in zip(DEALS, week.policy.roster.targets, strict=True)
        if active.get(str(tier), 0) < low
    ]
    if not short:
        return "Three tiers, three deals: every tier has the active creators it needs"
    return f"Three tiers, three deals: still to be found are {words.listed(short)}"


def _budget(week: Week, page: Page) -> None:
    planned = _figures(week, "budget_planned", "month")
    spent = _figures(week, "budget_spent", "month")
    low, high = week.policy.budget.monthly
    same = week.policy.budget.currency == week.currency
    band_text = f"{words.money(low, week.currency)} to {words.money(high, week.currency)}"
    page.head(
        f"The first {week.policy.budget.days} days usually take {band_text} a month; commission "
        "comes on top and grows with sales"
        if same
        else "What the first months cost; commission comes on top and grows with sales"
    )
    left, right = page.body.columns(1, 1, gap=Inches(0.5))
    for box, head, values in ((left, "Planned", planned), (right, "Spent so far", spent)):
        _budget_chart(week, page, box, f"{head}, by month", values, low if same else None)
    page.footnote(
        "Product for seeding, a coordinator's time and small Spark Ads; performance commission "
        f"apart. The first and last month may be part months. {definitions('budget_planned')}"
    )
    both = pd.DataFrame({"planned": planned, "spent": spent})
    note(
        page.slide,
        "\n".join(
            f"{_month(month)}: {words.money(row.planned, week.currency)} planned, "
            f"{words.money(row.spent, week.currency)} spent."
            for month, row in both.iterrows()
        )
        or "costs.csv holds no month yet.",
    )


def _budget_chart(
    week: Week, page: Page, box: Box, head: str, values: pd.Series, line: float | None
) -> None:
    dashed = f"; dashed: {words.money(line, week.currency)}" if line is not None else ""
    text = f"{head}{dashed}"
    say(page.slide, box._replace(height=Inches(_HEAD)), text, 14, 10, bold=True)
    if values.dropna().empty:
        say(page.slide, box.below(Inches(0.42)), "Not known yet: costs.csv holds no month.", 14)
        return
    told = [f"{_month(m)} {words.money(value, week.currency)}" for m, value in values.items()]
    columns(
        page.slide,
        box.below(Inches(0.42)),
        [_month(month) for month in values.index],
        values.tolist(),
        head.partition(",")[0],
        f"{text}: {words.listed(told)}.",
        mark=Mark([True] * len(values), line, "Usual, from"),
        number_format=money_format(week.currency),
    )


def _month(month: object) -> str:
    return f"{pd.Period(str(month)):%b %Y}"


def _not_yet(week: Week, page: Page) -> None:
    page.head("What not to expect in week three: a return on ad spend")
    month = week.policy.build.roas_from_month
    _panels(
        page,
        [
            (
                "Not in week three",
                [
                    "A return on ad spend, or sales that come every day.",
                    "A winner among the creators: with few clicks, luck still decides who leads.",
                    "Every creator posting: samples are still on their way.",
                ],
            ),
            (
                "But these, week by week",
                [
                    "Samples sent and delivered, briefs out, first posts online.",
                    "Posts per week against the plan.",
                    "The first clicks, with how many more are needed before they say anything.",
                ],
            ),
            (
                "When to judge",
                [
                    f"A return on ad spend is shown from month {month}, as a first reading.",
                    "Tier moves: after months of steady output, not after one good post.",
                    "The program as a whole: from month four, on volume that repeats.",
                ],
            ),
        ],
    )
    page.footnote(
        "Judged too early, a program is stopped before it can compound: the first figures are "
        "small, and small figures are mostly chance."
    )


def _measures(week: Week, page: Page) -> None:
    policy = week.policy
    page.head("Six figures per creator, each with a threshold that asks for an action")
    rows = pd.DataFrame(
        [
            (
                "Conversion rate on clicks",
                f"under {words.percent(policy.conversion.floor, 0)}",
                "Look at the brief and at product fit",
            ),
            ("Revenue per post", "against the tier's median", "Invest in who stands out"),
            ("Posts of those agreed", "below what was agreed", "Follow up, or replace"),
            (
                "Views held for three seconds",
                f"under {words.percent(policy.hook.floor, 0)}",
                "Rework the hook of the brief",
            ),
            ("Buyers who come back in 60 days", "against the program", "Watch who brings buyers"),
            ("Commission of net revenue", "outside the agreed rate", "Check the deal"),
        ],
        columns=["Figure", "Threshold", "What follows"],
    )
    listing(page, page.body, rows, "")
    page.footnote(
        "Thresholds are those in force for this program; one acts only where the data are sure "
        "enough that it is more than chance. " + definitions("conversion_rate", "hook_retention")
    )
    note(page.slide, "\n".join(" · ".join(row) for row in rows.itertuples(index=False)))


def _needs(week: Week, page: Page) -> None:
    page.head("What we need from you to begin")
    made = week.decisions[week.decisions["report"] == REPORT]
    steps = [
        f"{words.sentence(str(decision)).rstrip('.')}: {words.count(number, 'creator')}."
        for decision, number in made["decision"].value_counts().items()
    ]
    _panels(
        page,
        [
            (
                "From you",
                [
                    "Access to the affiliate, video and order exports, each week.",
                    "Product for seeding, with cost, stock, and what may be claimed.",
                    "One person who says yes or no to fees, spend and tier moves.",
                ],
            ),
            ("From us, now", steps or ["The first list of creators and the first briefs."]),
            (
                "Together, each week",
                [
                    "One report in the same order: what happened, why, what is next.",
                    "Decisions in that call, so that the line does not stop.",
                ],
            ),
        ],
    )
    page.footnote(
        f"The steps are those of the onboarding report to {words.day(week.as_of)}; the creators "
        "are named there."
    )


KICKOFF: tuple[Callable[[Week, Page], None], ...] = (
    *(_framing, _plan, _roster, _budget, _not_yet, _measures, _needs),
)
