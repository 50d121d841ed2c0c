"""What each chart says to who cannot see it: its finding as a sentence, its figures as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from kit import sentences, words
from kit.plots.audit import one_per_flip
from kit.plots.posts import FEWEST_CLICKS
from kit.plots.production import RIGHTS_WITHIN_DAYS, rights_shown
from kit.rights import WORDS as RIGHTS
from kit.sentences.money import LINES
from kit.tables.look import RIGHT, Column, written
from kit.tables.margins import STEP_NAMES

Options = Mapping[str, Any]


def _same(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table


def _nothing(table: pd.DataFrame, options: Options) -> str:
    return ""


class Told(NamedTuple):
    """A chart's figures: their columns, how its rows come from its table, and its finding.

    A chart without a finding of its own is drawn with one as its alternative text.
    """

    columns: Sequence[Column]
    rows: Callable[[pd.DataFrame, Options], pd.DataFrame] = _same
    finding: Callable[[pd.DataFrame, Options], str] = _nothing


def finding(plot: Callable[..., Axes], table: pd.DataFrame, options: Options) -> str:
    """What a chart shows, as a sentence; '' for one that is drawn with its sentence, or empty."""
    one = CHARTS.get(plot.__name__)
    return "" if one is None or table.empty else one.finding(table, options)


def rows(plot: Callable[..., Axes], table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """The figures a chart draws, written as a reader sees them under the headings of a report.

    Columns the table lacks are left out; `attrs["right"]` names the headings of figures.
    """
    one = CHARTS.get(plot.__name__)
    if one is None or table.empty:
        return pd.DataFrame()
    own = one.rows(table, options)
    currency = str(options.get("currency", "USD"))
    unit = {"rate": "percent", "money": "money"}.get(str(options.get("unit", "rate")), "number")
    kept = [column for column in one.columns if column.name in own]
    forms = [unit if column.form == "unit" else column.form for column in kept]
    shown = pd.DataFrame(
        {
            column.label: written(own[column.name], form, currency)
            for column, form in zip(kept, forms, strict=True)
        }
    )
    named = zip(kept, forms, strict=True)
    shown.attrs["right"] = [column.label for column, form in named if form in RIGHT]
    return shown


_CREATOR, _WEEK = Column("creator_id", "Creator"), Column("week", "Week from", "day")
_LOW, _HIGH = Column("ci_low", "From", "unit"), Column("ci_high", "To", "unit")


def _velocity(table: pd.DataFrame, options: Options) -> str:
    posts = table.sort_values("week")["posts"].astype(float)
    before = posts.iloc[-5:-1].mean() if len(posts) > 4 else None
    return sentences.velocity(posts.iloc[-1], float(options.get("target", 30.0)), before)


def _gmv_by_week(table: pd.DataFrame, options: Options) -> str:
    weeks = table.sort_values("week")
    currency = str(options.get("currency", "USD"))
    text = sentences.change("GMV", *sentences.last_two(weeks["gmv"]), currency)
    if weeks["gmv"].notna().sum() < 2:
        return text
    most = weeks.loc[weeks["gmv"].idxmax()]
    best = f"week from {words.day(most['week'])}, with {words.money(most['gmv'], currency)}"
    return f"{text} The highest of {words.count(len(weeks), 'week')} is the {best}."


def _gmv_change(table: pd.DataFrame, options: Options) -> str:
    parts = table[table["part"] != "all"]
    if parts.empty or parts["effect"].isna().any():
        return ""
    currency = str(options.get("currency", "USD"))
    text = sentences.gmv_change(table, options["before"], options["after"], currency)
    return f"{text} {sentences.change_by_chance(table, currency)}" if "by_chance" in table else text


def _money_left(table: pd.DataFrame, options: Options) -> str:
    return sentences.money_left(table, str(options.get("currency", "USD")))


def _verdicts(table: pd.DataFrame, options: Options) -> str:
    known = table.dropna(subset=["estimate"])
    if known.empty:
        return ""
    label = str(options.get("label", "Orders per click"))
    said = written(
        pd.Series([known["estimate"].median(), known["estimate"].min(), known["estimate"].max()]),
        {"rate": "percent", "money": "money"}.get(str(options.get("unit", "rate")), "number"),
        str(options.get("currency", "USD")),
    )
    acts = known[known["flag"] == "act"].sort_values("creator_id")
    flagged = (
        f"Flagged beyond chance: {words.listed(acts['creator_id'], 5)}."
        if len(acts)
        else "Nobody is flagged beyond chance."
    )
    return (
        f"{label} of {words.count(len(known), 'creator')}, from {said[1]} to {said[2]}, the "
        f"middle one at {said[0]}. {flagged}"
    )


def _views(table: pd.DataFrame, options: Options) -> str:
    known = table.dropna(subset=["views", "rate"])
    known = known[known["views"] > 0]
    if known.empty:
        return ""
    seen = known.loc[known["views"].astype(float).idxmax()]
    better = int((known["rate"] > seen["rate"]).sum())
    verb = "does" if better == 1 else "do"
    return (
        f"The most viewed post, with {words.number(seen['views'])} views, turned "
        f"{words.percent(seen['rate'])} of its {words.count(seen['clicks'], 'click')} into orders; "
        f"of {words.count(len(known), 'post')} with {FEWEST_CLICKS} clicks or more, "
        f"{_how_many(better)} {verb} better."
    )


def _how_many(many: int) -> str:
    return "none" if many == 0 else words.in_words(many)


def _criteria(table: pd.DataFrame, options: Options) -> str:
    return sentences.counts(table["verdict"], ("promote", "demote", "hold", "not yet"))


def _output_board(table: pd.DataFrame, options: Options) -> str:
    posts, agreed = table["posts"].astype(float), table["agreed_posts"].astype(float)
    text = f"{words.count(posts.sum(), 'post')} in {words.count(len(table), 'week')}"
    if agreed.notna().any():
        known = agreed.notna()
        text += (
            f"; {words.count(posts[known].sum(), 'post')} in the weeks with an agreement, where "
            f"{words.plain_number(agreed.sum())} were agreed"
        )
    silent = int((posts == 0).sum())
    return words.sentence(f"{text}; {words.count(silent, 'week')} without a post")


def _months(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    named = [f"{pd.Period(month):%B %Y}" for month in table["month"]]
    return table.assign(month=named)


def _parts(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    named = [words.sentence(sentences.part(part)).rstrip(".") for part in table["part"]]
    return table.assign(part=named)


def _mature(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    ready = table[table["mature_n"] >= int(options.get("minimum", 10))]
    return ready.dropna(subset=["event_rate"]).sort_values("event_rate", ascending=False)


def _ranked(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    drawn = table.dropna(subset=["estimate"]).sort_values("rank").head(int(options.get("most", 15)))
    short = [words.cut(text, 60) for text in drawn.get("caption", [""] * len(drawn))]
    return drawn.assign(caption=short)


def _by_views(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table.sort_values(["views", "post_id"], ascending=[False, True])


def _angles(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table.assign(hook_angle=[sentences.hook(angle) for angle in table["hook_angle"]])


def _flips(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    rows = one_per_flip(table)
    return rows.assign(moved=[f"{a} {b}" for a, b in zip(rows["moved"], rows["sign"], strict=True)])


def _highest_first(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table.dropna(subset=["estimate"]).sort_values(
        ["estimate", "creator_id"], ascending=[False, True]
    )


def _steps(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table.assign(name=table["step"].map(STEP_NAMES))


def _of_length(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table[table["weeks"] == options.get("weeks", 4)]


def _of_subject(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    tests = options.get("tests")
    last = tests["subject"].iloc[-1] if tests is not None and len(tests) else "program"
    return table[table["subject"] == last]


def _rights(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    own = rights_shown(table, int(options.get("within_days", RIGHTS_WITHIN_DAYS)))
    return own.assign(right=[RIGHTS[right] for right in own["right"]])


def _money_lines(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return table.assign(line=[LINES[line] for line in table["line"]])


CHARTS = {
    "contribution": Told(
        [
            Column("line", "Line of money"),
            Column("amount", "Amount", "cents"),
            Column("status", "How sure"),
            Column("said", "What is assumed, or not known"),
        ],
        _money_lines,
        _money_left,
    ),
    "rights_running_out": Told(
        [
            _CREATOR,
            Column("right", "Right"),
            Column("ends_on", "Last day", "day"),
            Column("days_left", "Days left", "count"),
            Column("stops", "What stops"),
        ],
        rows=_rights,
    ),
    "tier_pyramid": Told(
        [
            Column("tier", "Tier", "tier"),
            Column("followers_from", "Followers from", "count"),
            Column("followers_below", "Below", "count"),
            Column("deal", "Deal"),
            Column("active", "Active creators", "count"),
            Column("target_low", "Wanted from", "count"),
            Column("target_high", "To", "count"),
        ]
    ),
    "velocity": Told([_WEEK, Column("posts", "Posts", "count")], finding=_velocity),
    "gmv_by_week": Told([_WEEK, Column("gmv", "GMV", "money")], finding=_gmv_by_week),
    "build_plan": Told(
        [
            Column("month", "Month"),
            Column("work", "Work"),
            Column("starts_on", "From", "day"),
            Column("ends_on", "To", "day"),
            Column("now", "Now", "yes"),
        ]
    ),
    "budget": Told(
        [
            Column("month", "Month"),
            Column("planned", "Planned", "money"),
            Column("spent", "Spent", "money"),
            Column("band_low", "Usual from", "money"),
            Column("band_high", "To", "money"),
        ],
        _months,
    ),
    "gmv_change": Told(
        [
            Column("part", "Part"),
            Column("effect", "Moved GMV by", "signed"),
            Column("by_chance", "Luck alone does as much", "percent0"),
            Column("reading", "Reading"),
        ],
        _parts,
        _gmv_change,
    ),
    "revenue_per_post": Told(
        [
            _CREATOR,
            Column("tier", "Tier", "tier"),
            Column("revenue_per_post", "Net revenue per post", "money"),
            Column("tier_median", "Median of the tier", "money"),
        ]
    ),
    "gmv_by_creator": Told(
        [
            Column("rank", "Place", "count"),
            _CREATOR,
            Column("gmv", "GMV", "money"),
            Column("running_share", "Share of GMV to here", "percent"),
        ]
    ),
    "verdicts": Told(
        [
            _CREATOR,
            Column("estimate", "Estimate", "unit"),
            _LOW,
            _HIGH,
            Column("flag", "Flag"),
        ],
        _highest_first,
        _verdicts,
    ),
    "repeat_rates": Told(
        [
            _CREATOR,
            Column("event_rate", "Bought again", "percent"),
            _LOW,
            _HIGH,
            Column("n", "Buyers", "count"),
        ],
        _mature,
    ),
    "output_board": Told(
        [_WEEK, Column("posts", "Posts", "count"), Column("agreed_posts", "Agreed", "number")],
        finding=_output_board,
    ),
    "spark_candidates": Told(
        [
            Column("rank", "Place", "count"),
            _CREATOR,
            Column("caption", "Caption"),
            Column("clicks", "Clicks", "count"),
            Column("orders", "Orders", "count"),
            Column("estimate", "Estimated orders per click", "percent"),
            _LOW,
            _HIGH,
            Column("verdict", "Verdict"),
        ],
        _ranked,
    ),
    "views_and_conversion": Told(
        [
            _CREATOR,
            Column("views", "Views", "count"),
            Column("clicks", "Clicks", "count"),
            Column("rate", "Orders per click", "percent"),
            Column("verdict", "Verdict"),
        ],
        _by_views,
        _views,
    ),
    "hooks_by_product": Told(
        [
            Column("hook_angle", "Hook angle"),
            Column("product", "Product"),
            Column("clicks", "Clicks", "count"),
            Column("estimate", "Estimated orders per click", "percent2"),
            Column("firm", "Set apart by the data", "yes"),
        ],
        _angles,
    ),
    "criteria": Told(
        [
            _CREATOR,
            Column("verdict", "Verdict"),
            Column("months", "Months seen", "count"),
            Column("output_ratio", "Posts of those agreed", "percent0"),
            Column("revenue_per_post_estimate", "Revenue per post", "money"),
            Column("median_revenue_per_post", "Median to beat", "money"),
            Column("incidents", "Incidents", "count"),
            Column("months_since_move", "Months since the last move", "number"),
        ],
        finding=_criteria,
    ),
    "sensitivity": Told(
        [
            _CREATOR,
            Column("verdict", "Verdict now"),
            Column("moved", "If this threshold moves"),
            Column("verdict_then", "Verdict then"),
        ],
        _flips,
    ),
    "break_even": Told(
        [
            Column("product", "Product"),
            Column("roas_shop_ads", "Break-even at Shop Ads commission", "times"),
            Column("shop_ads_low", "From", "times"),
            Column("shop_ads_high", "To", "times"),
            Column("roas_standard", "Break-even at standard commission", "times"),
        ]
    ),
    "ad_steps": Told([Column("name", "Step"), Column("amount", "Amount", "signed")], _steps),
    "holdout_design": Told(
        [
            Column("name", "Ads off for"),
            Column("paid_left", "Left by paid orders a week", "money"),
            Column("spend", "Ad spend a week", "money"),
            Column("detectable", "Least effect seen a week", "money"),
        ],
        _of_length,
    ),
    "holdout_weeks": Told(
        [
            Column("name", "Product"),
            _WEEK,
            Column("left", "Left before ad spend", "money"),
            Column("spend", "Ad spend", "money"),
        ],
        _of_subject,
    ),
}
