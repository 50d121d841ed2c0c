"""Sentences of the hold-out: which design would tell, and what the tests say."""

from __future__ import annotations

import pandas as pd

from kit import holdout, words
from kit.creator_rates.shared import chance
from kit.words import count, listed, money


def holdout_design(table: pd.DataFrame, currency: str = "USD") -> str:
    """The shortest and cheapest hold-out that would tell, or that none would and why.

    Rows of `incrementality.design`.
    """
    if table.empty:
        return "No ads run, or no whole week has sales: there is nothing to hold out."
    known = table[table["power"].notna()]
    if known.empty:
        reasons = listed(sorted(set(table["unknown"]) - {""}), last="or")
        return f"No hold-out can be designed yet: {reasons}."
    good = known[known["power"] >= holdout.POWER]
    if len(good):
        best = good.sort_values(["weeks", "forgone", "name"]).iloc[0]
        return (
            f"Ads off for {_lower(best['name'])} for {count(best['weeks'], 'week')} would tell: a "
            f"chance of {chance(best['power'])} to see that ads add what paid orders left, and of "
            f"{chance(best['power_pays'])} to show that they pay, at a cost of about "
            f"{money(max(best['forgone'], 0), currency)} if every paid order is theirs."
        )
    best = known.sort_values(["power", "weeks"], ascending=[False, True]).iloc[0]
    return (
        f"No hold-out of these lengths would be likely to tell. The best, ads off for "
        f"{_lower(best['name'])} for {count(best['weeks'], 'week')}, sees an effect of "
        f"{money(best['detectable'], currency)} a week or more, and paid orders left "
        f"{money(best['paid_left'], currency)}: its chance is {chance(best['power'])}. Calmer "
        "weeks, more weeks of history or more ad spend would raise it."
    )


def _lower(name: str) -> str:
    return "all products" if name == "All products" else name


def holdout_tests(table: pd.DataFrame, currency: str = "USD") -> list[str]:
    """What each declared test says of what ads added; that none was run where none was."""
    if table.empty:
        return ["No test was run: events.csv declares none. So nobody knows what ads add."]
    return [_test(row, currency) for row in table.to_dict("records")]


def _test(row: dict, currency: str) -> str:
    days = words.period(row["off_from"], row["off_to"])
    if row["status"] != "read":
        word = "is still running" if row["status"] == "running" else "cannot be read"
        return f"The hold-out of {_lower(row['name'])} ({days}) {word}: {row['note']}."
    ends = f"{_signed(row['ci_low'], currency)} to {_signed(row['ci_high'], currency)}"
    after = f"{_signed(row['after_low'], currency)} to {_signed(row['after_high'], currency)}"
    told = "it cannot be told whether they add anything"
    if row["ci_low"] > 0:
        told = "they add something"
        told += ", and more than they cost" if row["after_low"] > 0 else ""
        told += ", but less than they cost" if row["after_high"] < 0 else ""
    elif row["after_high"] < 0:
        told = "they cost more than they add"
    note = f" Mind: {row['note']}." if row["note"] else ""
    spent = f"{_signed(row['after_spend'], currency)} after it ({after})"
    return (
        f"Ads on {_lower(row['name'])}, off for {count(row['weeks'], 'whole week')} ({days}), "
        f"added {_signed(row['added'], currency)} a week to what is left before their spend (90% "
        f"interval {ends}), {spent}: {told}.{note}"
    )


def _signed(value: float, currency: str) -> str:
    return words.signed_money(value, currency, 0)
