"""Sentences of a program's set-up: roster, milestones, budget, deals, newcomers, set-aside rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import words
from kit.sentences.figures import get, unknown
from kit.words import count, in_words, is_missing, listed, money, percent, percent_range


def roster(tiers: pd.DataFrame) -> str:
    """Active creators of each tier against its target. One row per tier, as onboarding has it."""
    if tiers.empty:
        return unknown("the roster")
    parts = [
        f"tier {row.tier} has {count(row.active, 'active creator')} "
        f"({_against_target(row.active, row.target_low, row.target_high)})"
        for row in tiers.itertuples()
    ]
    return words.sentence("; ".join(parts))


def _against_target(active: float, low: float, high: float) -> str:
    wanted = f"{low:g}–{high:g} wanted"
    if active < low:
        return f"{low - active:g} short of {wanted}"
    return f"{active - high:g} more than {wanted}" if active > high else f"on target, {wanted}"


def milestones(table: pd.DataFrame) -> str:
    """How many milestones are met and which come next, as onboarding's rows have them."""
    if table.empty:
        return unknown("milestones")
    met, open_ones = int(table["met"].sum()), table[~table["met"].astype(bool)]
    if open_ones.empty:
        return f"All {count(met, 'milestone')} are met."
    text = f"{in_words(met)} of {count(len(table), 'milestone')} {_is(met)} met"
    row = open_ones.iloc[0]
    return words.sentence(
        f"{text}; next: {str(row['milestone'])[0].lower()}{str(row['milestone'])[1:]}, "
        f"{words.plain_number(row['reached'])} of {words.plain_number(row['wanted'])} there"
    )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


EXPECTATIONS = {
    1: "Month one builds the roster and seeds product: expect samples and first posts, "
    "not sales yet.",
    2: "Month two tests content angles: expect early signs of what converts, not a return on "
    "ad spend.",
    3: "Month three puts spend behind proven posts and moves the first creators up: expect first "
    "readings of return, not a steady one.",
    4: "From month four the program scales: expect volume that can be predicted, week by week.",
}


def expectations(month: int | None) -> str:
    """What a client may expect in this month of the build, in the source article's framing."""
    if is_missing(month):
        return unknown("the month of the build", "no program start")
    assert month is not None
    return f"This is month {month} of the build. {EXPECTATIONS[min(max(month, 1), 4)]}"


def budget(months: pd.DataFrame, currency: str = "USD") -> str:
    """What the build stage has cost against the band. One row per month, as onboarding has it."""
    whole = months[months["spent"].notna()] if not months.empty else months
    if whole.empty:
        return unknown("what the build stage has cost", "nothing entered in costs.csv")
    spent = money(whole["spent"].sum(), currency)
    text = f"{spent} spent in {count(len(whole), 'month')} of the build stage"
    judged = whole["spent_verdict"].dropna()
    if judged.empty:
        return f"{text}; no whole month can be held against the band."
    low, high = whole["band_low"].iloc[0], whole["band_high"].iloc[0]
    inside = in_words(int((judged == "within").sum())).replace("no", "none")
    return (
        f"{text}; {inside} of {count(len(judged), 'whole month')} within "
        f"{words.money_short(low, currency)}–{words.money_short(high, currency)}."
    )


def category(row: Any) -> str:
    """Whether the client's category is one that TikTok Shop is known to work for."""
    label = str(get(row, "category") or "")
    said = {"food_cpg": "food and packaged goods", "home_goods": "home goods"}.get(label, label)
    if not said:
        return unknown("the category", "add it to client.toml")
    if get(row, "fits"):
        return f"{said.capitalize()} is one of the six categories that sell well by demonstration."
    return (
        f"{said.capitalize()} is not one of the six categories that sell well by demonstration: "
        "plan for a slower start."
    )


def newcomers(table: pd.DataFrame, within_days: int = 28) -> str:
    """How far the creators who joined lately have come, as onboarding's rows have it."""
    if table.empty:
        return f"Nobody joined in the last {within_days} days."
    posted, sold = int(table["first_post_on"].notna().sum()), table["first_sale_on"].notna().sum()
    joined = f"{count(len(table), 'creator')} joined in the last {within_days} days"
    return f"{joined}: {posted} posted and {int(sold)} sold so far."


def deals(table: pd.DataFrame) -> str:
    """How many agreements do not fit their creator's tier."""
    if table.empty:
        return "Every agreement in force fits its tier."
    people = table["creator_id"].nunique()
    fit = "does not fit its creator's tier" if people == 1 else "do not fit their creator's tier"
    return f"{count(people, 'agreement')} {fit}."


def set_aside(rows: pd.DataFrame, currency: str = "USD", read: float | None = None) -> str:
    """How many rows were set aside, from how many files, and the money in them."""
    if rows.empty:
        return "No row was set aside."
    broken, refused = rows[rows["row"].notna()], rows[rows["row"].isna()]
    unreadable = int(broken["money"].isna().sum())
    of_rows = f" of {words.number(read)}" if not is_missing(read) else ""
    text = (
        f"{count(len(broken), 'row')}{of_rows} set aside from "
        f"{count(broken['file'].nunique(), 'file')}, "
        f"{money(broken['money'].sum(), currency)} in them"
    )
    if unreadable:
        text += f" and {count(unreadable, 'row')} whose money is not known"
    if len(refused):
        text += f"; refused whole: {listed(refused['file'])}"
    return words.sentence(text)


def covered(start: date, end: date, posts: int, creators: int) -> str:
    """What a report looks at: "4–10 May 2026: 22 posts by 18 creators."."""
    return f"{words.period(start, end)}: {count(posts, 'post')} by {count(creators, 'creator')}."


def first_posts(table: pd.DataFrame, due_days: int) -> str:
    """How soon delivered samples became posts: program and tiers, with their intervals."""
    if table.empty:
        return "No delivered sample is on record, so nobody can say how soon one becomes a post."
    rows = table.to_dict("records")
    whole = rows[0]
    text = (
        f"Of {count(whole['creators'], 'creator')} with a delivered sample, "
        f"{percent(whole['by_due'], 0)} had posted within {due_days} days "
        f"({percent_range(whole['due_low'], whole['due_high'], 0)}) and "
        f"{percent(whole['by_late'], 0)} within 60 "
        f"({percent_range(whole['late_low'], whole['late_high'], 0)})"
    )
    half = whole["half_days"]
    text += f"; half took up to {count(half, 'day')}" if not is_missing(half) else ""
    tiers = [
        f"tier {row['tier']} {percent(row['by_due'], 0)} of {words.number(row['creators'])}"
        for row in rows[1:]
    ]
    return f"{text}; within {due_days} days: {listed(tiers)}." if tiers else f"{text}."
