"""Tables of the production line: today's list, samples, rights, claims, the board and the plan."""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_tables import GT

from kit import words
from kit.rights import WORDS
from kit.supply import RATES
from kit.tables.look import Column, finished, more_rows, ranges

MOST = 25


def tasks(frame: pd.DataFrame, task: str, none: str) -> GT:
    """One kind of task of today's list (`production.todo`'s rows)."""
    own = frame[frame["task"] == task]
    shown = own.head(MOST).assign(
        open=["" if pd.isna(day) else f"done {words.day(day, year=False)}" for day in
              own.head(MOST)["done_on"]]
    )  # fmt: skip
    if len(shown) and not shown["open"].ne("").any():
        shown = shown.drop(columns="open")
    columns = [
        Column("creator_id", "Creator", width="18%"),
        Column("what", "Do", width="24%"),
        Column("why", "Why", width="38%"),
        Column("due_on", "Due", "day", width="12%"),
        Column("open", "Marked", width="8%"),
    ]
    if len(shown) and shown["due_on"].isna().all():
        shown = shown.drop(columns="due_on")
    note = "Marked done in actions.csv, an entry is off for a week."
    note += more_rows(own, MOST, "decisions.csv")
    return finished(
        shown, columns, id=f"tasks-{task.replace(' ', '-')}", title=task.capitalize(), note=note,
        none=none,
    )  # fmt: skip


def sample_tiers(frame: pd.DataFrame, currency: str = "USD") -> GT:
    """Where the samples of each tier stand and what was lost (`sample_clock.by_tier`'s rows)."""
    shown = frame.assign(
        who=["All" if pd.isna(tier) else f"Tier {tier}" for tier in frame["tier"]],
        rate=frame["posted"] / frame["sent"].where(frame["sent"] > 0),
    )
    columns = [
        Column("who", "Tier"),
        Column("sent", "Delivered", "count", "Samples"),
        Column("posted", "Posted", "count", "Samples"),
        Column("rate", "Share posted", "percent0", "Samples"),
        Column("waiting", "Waiting", "count", "Samples"),
        Column("late", "Of them late", "count", "Samples"),
        Column("never", "Never posted", "count", "Samples"),
        Column("never_cost", "Cost of those", "money"),
        Column("on_the_way", "Not there yet", "count"),
    ]
    return finished(
        shown, columns, id="sample-tiers", title="Samples, tier by tier",
        note="Late: the 14 days are over; the platform may have given 7 more and tells no seller. "
        "Never posted: 60 days after delivery, or the creator has left. A dash under cost: the "
        "cost of at least one is not entered.",
        none="No sample is in the ledger.", currency=currency,
    )  # fmt: skip


def sample_problems(frame: pd.DataFrame) -> GT:
    """What the sample ledger says of posts that cannot be."""
    columns = [Column("sample_id", "Sample"), Column("problem", "What does not fit")]
    return finished(
        frame.head(MOST), columns, id="sample-problems", title="Mend in samples.csv",
        note=more_rows(frame, MOST, "the ledger").strip(),
        none="Every post that the sample ledger names is the creator's own, after delivery.",
    )  # fmt: skip


def rights(frame: pd.DataFrame, currency: str = "USD", within_days: int = 60) -> GT:
    """The rights that end within so many days (`rights.calendar`'s rows)."""
    near = frame[frame["days_left"] <= within_days]
    shown = near.head(MOST).assign(
        right=[words.sentence(WORDS[right]).rstrip(".") for right in near.head(MOST)["right"]],
        stops=[text or "nothing: another right goes on" for text in near.head(MOST)["stops"]],
        spend=near.head(MOST)["spend"].where(near.head(MOST)["spend"] > 0),
    )
    columns = [
        Column("creator_id", "Creator", width="18%"),
        Column("right", "Right", width="18%"),
        Column("post_id", "Video", width="18%"),
        Column("ends_on", "Last day", "day", width="13%"),
        Column("days_left", "Days left", "count", width="7%"),
        Column("stops", "What stops", width="18%"),
        Column("spend", "Spent, 4 weeks", "money", width="8%"),
    ]
    later = len(frame) - len(near)
    ends = "ends" if later == 1 else "end"
    note = f"{words.count(later, 'right')} {ends} later." if later else ""
    return finished(
        shown, columns, id="rights", title=f"Rights that end within {within_days} days",
        note=(note + more_rows(near, MOST, "the calendar file")).strip(),
        none="No right ends soon.",
        currency=currency,
        strong={"days_left": shown["days_left"] < 0} if len(shown) else None,
    )  # fmt: skip


def hits(captions: pd.DataFrame, briefs: pd.DataFrame) -> GT:
    """Words to check in captions and briefs (`claims.in_captions`, `claims.in_briefs`)."""
    both = pd.concat(
        [
            captions.assign(where="caption of " + captions["post_id"].astype(str))
            if len(captions)
            else captions,
            briefs.assign(where=briefs["part"] + " of " + briefs["brief_id"])
            if len(briefs)
            else briefs,
        ]
    )
    columns = [
        Column("creator_id", "Creator", width="16%"),
        Column("where", "Where", width="22%"),
        Column("found", "Check this", width="12%"),
        Column("excerpt", "It says", width="24%"),
        Column("about", "About", width="12%"),
        Column("source", "Source", width="14%"),
    ]
    return finished(
        both.head(MOST), columns, id="claims", title="Words to check",
        note="A hit is no verdict: who knows the product and its proof decides. Only captions and "
        "briefs are read; what is said in a video stands in no file."
        + more_rows(both, MOST, "decisions.csv"),
        none="No caption and no brief of the last four weeks has a word of the lists.",
    )  # fmt: skip


def week_board(frame: pd.DataFrame) -> GT:
    """Who is behind this week (`board.board`'s creators), the furthest first."""
    late = frame[frame["behind"] > 0]
    late = late.sort_values(["short", "behind"], ascending=False, na_position="last")
    shown = late.head(MOST)
    shown = shown.assign(
        range=[
            f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"
            for low, high in zip(shown["low"], shown["high"], strict=True)
        ],
    )
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        Column("posts", "So far", "count", "Posts this week"),
        Column("agreed", "Agreed", "number", "Posts this week"),
        Column("range", "By Sunday", "range", "Posts this week"),
        Column("short", "Chance to miss", "percent0"),
        Column("last_post_on", "Last post", "day"),
    ]
    return finished(
        shown, columns, id="board", title="Who is behind this week",
        note="By Sunday: 80% range from the creator's own record. Chance to miss: of fewer posts "
        "than agreed by Sunday; a dash where less than one a week is agreed, for one week says "
        "nothing of those." + more_rows(late, MOST, "board.csv of kit today"),
        none="Nobody is behind what was agreed for the days so far.",
    )  # fmt: skip


_PLAN = {
    "target": "Posts a week",
    "creators": "Active tier-1 creators",
    "recruits": "New creators to win by then",
    "samples": "Samples to send for them",
    "briefs": "Briefs a week",
    "sample_cost": "Cost of those samples",
    "cost": "Samples and flat fees, one month",
    "posts": "Posts a week that this brings",
}


def plan(frame: pd.DataFrame, target: float, currency: str = "USD", of: str = "posts a week") -> GT:
    """What a target needs (`supply.plan`'s or `supply.for_winners`' rows)."""

    def told(row: Any, name: str) -> str:
        value = getattr(row, name)
        return words.money(value, currency, 0) if row.unit == "money" else words.number(value)

    rows = list(frame.itertuples())
    shown = pd.DataFrame(
        {
            "what": [_PLAN[row.what] for row in rows],
            "middle": [told(row, "middle") for row in rows],
            "range": [
                words.MISSING if pd.isna(row.low) else f"{told(row, 'low')} – {told(row, 'high')}"
                for row in rows
            ],
        }
    )
    columns = [
        Column("what", "For the target"),
        Column("middle", "Middle", "range"),
        Column("range", "80% range", "range"),
    ]
    return finished(
        shown, columns, id=f"plan-{of.replace(' ', '-')}",
        title=f"What {words.plain_number(target)} {of} need",
        note="Tiers 2 and 3 stay as they are; tier 1 fills the rest. In four weeks, with creators "
        "who stop made up for. A dash: a rate it rests on is not known yet.",
    )  # fmt: skip


def schedule(frame: pd.DataFrame) -> GT:
    """What the plan asks of each coming week and tier (`supply.schedule`'s rows)."""

    def told(row: Any, name: str) -> str:
        low, middle, high = (getattr(row, f"{name}{end}") for end in ("_low", "", "_high"))
        if pd.isna(middle):
            return words.MISSING
        span = "" if low == high else f" ({words.number(low)}–{words.number(high)})"
        return f"{words.number(middle)}{span}"

    rows = list(frame.itertuples())
    shown = pd.DataFrame(
        {
            "week": [f"Week {row.week}" for row in rows],
            "tier": frame["tier"],
            **{
                name: [told(row, name) for row in rows]
                for name in ("creators", "recruits", "samples", "briefs")
            },
        }
    )
    columns = [
        Column("week", "Week"),
        Column("tier", "Tier", "tier"),
        Column("creators", "Active creators wanted", "range"),
        Column("recruits", "New ones by then", "range"),
        Column("samples", "Samples to send", "range"),
        Column("briefs", "Briefs to send", "range"),
    ]
    return finished(
        shown, columns, id="schedule", title="Week by week and tier by tier, for the posts a week",
        note="In brackets the 80% range. New creators come evenly over four weeks, those who stop "
        "made up for; their samples go out in the first two, for a post may take two more.",
    )  # fmt: skip


_OF = {"creators": "creator", "samples": "sample", "briefs": "brief", "posts": "post"}


def rates(frame: pd.DataFrame) -> GT:
    """The rates a plan rests on (`supply.shown_rates`' rows)."""
    spans = ranges(frame["low"], frame["high"], "percent")
    count = frame["rate"].eq("posts_per_creator")
    shown = pd.DataFrame(
        {
            "rate": [words.sentence(RATES[rate]).rstrip(".") for rate in frame["rate"]],
            "value": [
                words.number(v, 2) if c else words.percent(v, 0)
                for v, c in zip(frame["value"], count, strict=True)
            ],
            "range": [
                words.MISSING
                if pd.isna(low)
                else f"{words.number(low, 2)}–{words.number(high, 2)}"
                if c
                else span
                for low, high, c, span in zip(
                    frame["low"], frame["high"], count, spans, strict=True
                )
            ],
            "n": [words.count(n, _OF[of]) for n, of in zip(frame["n"], frame["of"], strict=True)],
        }
    )
    columns = [
        Column("rate", "Rate"),
        Column("value", "So far", "range"),
        Column("range", "80% interval", "range"),
        Column("n", "Of", "range"),
    ]
    return finished(
        shown, columns, id="rates", title="The client's own rates behind the plan",
        note="Posts a week: whoever posted in the last four weeks, over the last eight. Samples: "
        "delivered three weeks to a year ago. Still posting: of those with a post nine to twelve "
        "weeks ago. Briefs: sent two to fourteen weeks ago. Earn paid spend: sparks among posts "
        "with clicks in the last four weeks.",
    )  # fmt: skip


def pipeline(frame: pd.DataFrame) -> GT:
    """What is under way to become a post, by tier (`board.pipeline`'s rows)."""
    shown = frame.assign(who=["All" if pd.isna(tier) else f"Tier {tier}" for tier in frame["tier"]])
    columns = [
        Column("who", "Tier"),
        Column("briefs_out", "Briefs without a post", "count"),
        Column("asked", "Not sent yet", "count", "Samples"),
        Column("on_the_way", "On the way", "count", "Samples"),
        Column("there", "There, no post yet", "count", "Samples"),
    ]
    return finished(
        shown, columns, id="pipeline", title="What is under way",
        note="Briefs of the last four weeks. Creators of no known tier are in the first row alone.",
    )  # fmt: skip


def compliance(frame: pd.DataFrame) -> GT:
    """Incidents by severity and date (`record.incidents`' rows)."""
    shown = frame.head(MOST).assign(
        ends=[
            "open" if pd.isna(day) else f"resolved {words.day(day, year=False)}"
            for day in frame.head(MOST)["resolved_on"]
        ],
    )
    if shown["post_id"].isna().all():
        shown = shown.drop(columns="post_id")
    columns = [
        Column("severity", "Severity", width="10%"),
        Column("happened_on", "Day", "day", width="13%"),
        Column("creator_id", "Creator", width="18%"),
        Column("tier", "Tier", "tier", width="5%"),
        Column("what", "What", width="18%"),
        Column("ends", "Stands", width="12%"),
        Column("counts", "Against a promotion", "yes", width="12%"),
        Column("health_rating", "Health rating", "count", width="12%"),
    ]
    return finished(
        shown, columns, id="compliance", title="The compliance record, the gravest first",
        note="Of the months that have to be clean for a promotion, and since. A violation counts, "
        "a warning until it is resolved, a note never. Health rating: TikTok's, as creators.csv "
        "has it; a dash where it is not held." + more_rows(frame, MOST, "compliance.csv"),
        none="No incident stands in the months that have to be clean.",
    )  # fmt: skip


def product_scores(frame: pd.DataFrame) -> GT:
    """The shop's product scores, the lowest first (`record.scores`' rows)."""
    columns = [Column("product", "Product"), Column("score", "Product score", "number")]
    return finished(
        frame.head(MOST), columns, id="product-scores", title="Product scores, the lowest first",
        note="As products.csv holds them." + more_rows(frame, MOST, "the ledger"),
        none="No product score is in products.csv.",
    )  # fmt: skip
