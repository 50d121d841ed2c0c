"""Tables of the hold-out: its design and power, and the reading of the tests declared."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import words
from kit.creator_rates.shared import chance
from kit.tables.look import Column, finished


def holdout_design(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What a hold-out of each product and length would see; `incrementality.design`'s rows."""
    shown = table.assign(
        length=[words.count(weeks, "week") for weeks in table["weeks"]],
        sees=[_chance(*pair) for pair in zip(table["power"], table["unknown"], strict=True)],
        shows=[words.MISSING if words.is_missing(p) else chance(p) for p in table["power_pays"]],
    )
    columns = [
        Column("name", "Ads off for", width="17%"),
        Column("length", "For", width="8%"),
        Column("level", "Left before ads", "money", "A week now"),
        Column("paid_left", "Of it by paid orders", "money", "A week now"),
        Column("spend", "Ad spend", "money", "A week now"),
        Column("noise", "Weeks differ by themselves by", "percent0"),
        Column("detectable", "Least effect seen, a week", "money"),
        Column("sees", "Chance to see that ads add", "range", "If every paid order is the ads'"),
        Column("shows", "Chance to show that they pay", "range", "If every paid order is the ads'"),
        Column("forgone", "The test costs", "signed", "If every paid order is the ads'"),
    ]
    return finished(
        shown,
        columns,
        id="holdout-design",
        title="What a hold-out would see",
        subtitle=subtitle,
        note="Left: net revenue less goods, fulfilment, platform fees and commission. Least "
        "effect: what a test sees with 80% power at a 90% interval, going by how far past "
        "stretches of as many weeks were from what the eight weeks before led one to expect. Ads "
        "can hardly add more than paid orders left; if they add less, the chances are lower.",
        none="No ads run, or no whole week has sales: there is nothing to hold out.",
        currency=currency,
    )


def _chance(power: float, unknown: str) -> str:
    return words.sentence(unknown).rstrip(".") if words.is_missing(power) else chance(power)


def holdout_tests(table: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What the declared tests say; `incrementality.read_tests`'s rows."""
    rows = table.to_dict("records")
    shown = table.assign(
        days=[words.period(row["off_from"], row["off_to"]) for row in rows],
        adds=[_span(row, "added", "ci_low", "ci_high", currency) for row in rows],
        after=[_span(row, "after_spend", "after_low", "after_high", currency) for row in rows],
        told=[words.sentence(text) or words.MISSING for text in table["note"]],
    )
    columns = [
        Column("name", "Ads were off for", width="16%"),
        Column("days", "From – to", width="16%"),
        Column("weeks", "Whole weeks", "count"),
        Column("expected", "Expected with ads", "money", "Left a week before ad spend"),
        Column("observed", "Without", "money", "Left a week before ad spend"),
        Column("adds", "Ads added (90% interval)", "range", "Left a week before ad spend"),
        Column("spend_saved", "Ad spend saved a week", "money"),
        Column("after", "After that spend (90% interval)", "range"),
        Column("told", "Note", width="16%"),
    ]
    return finished(
        shown,
        columns,
        id="holdout-tests",
        title="Hold-out tests",
        subtitle=subtitle,
        note="Expected from the eight weeks before, by the way that was steadiest in the past. An "
        "interval that holds 0 cannot tell whether ads add anything.",
        none="No test was run: events.csv declares none.",
        currency=currency,
    )


def _span(row: dict, value: str, low: str, high: str, currency: str) -> str:
    if words.is_missing(row[value]):
        return words.MISSING
    ends = " to ".join(words.signed_money(row[end], currency, 0) for end in (low, high))
    return f"{words.signed_money(row[value], currency, 0)} ({ends})"
