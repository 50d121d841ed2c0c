"""Tables of the backtest: each rule's picks and what they did, and the thresholds by own data."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import sentences, words
from kit.tables.look import Column, finished, ranges


def replayed_sparks(rules: pd.DataFrame, currency: str = "USD") -> GT:
    """What the picks of each Spark rule did afterwards. One row per rule of `spark_scores`."""
    shown = rules.assign(
        kept=ranges(rules["captured_low"], rules["captured_high"]) if len(rules) else None,
        lost=[
            words.MISSING
            if words.is_missing(low) or low == high
            else f"{words.money(low, currency, 0)} to {words.money(high, currency, 0)}"
            for low, high in zip(rules["lost_low"], rules["lost_high"], strict=True)
        ],
    )
    columns = [
        Column("rule", "Picking by"),
        Column("picks", "Picks", "count"),
        Column("hits", "Held", "count", "Four weeks later"),
        Column("misses", "Fell short", "count", "Four weeks later"),
        Column("cannot_tell", "Too few clicks", "count", "Four weeks later"),
        Column("later_rate", "Orders per click", "percent2", "Four weeks later"),
        Column("orders", "Orders", "number", "Of 1,000 paid clicks a week"),
        Column("captured", "Of the best possible", "percent0", "Of 1,000 paid clicks a week"),
        Column("money_lost", "Money lost", "money", "Of 1,000 paid clicks a week"),
        Column("lost", "90% interval", "range", "Of 1,000 paid clicks a week"),
    ]
    return finished(
        shown,
        columns,
        id="replayed-sparks",
        title="What each rule would have picked, and what came of it",
        note="Decided week by week with what was known then. Held: at least the bar's share of the "
        "clicks of the four weeks after became orders, which a post just at the bar manages half "
        "the time. Hindsight: as many posts with the best record then and after, luck allowed for. "
        "Money lost: against our choice at equal spend, by what an order contributed before ads; "
        "below zero the other rule did better.",
        none="There are no picks of past weeks to compare.",
        currency=currency,
    )


def own_thresholds(rows: pd.DataFrame) -> GT:
    """Where the client's own data would put each threshold. One row per threshold."""
    keys = rows["key"].tolist()
    shown = pd.DataFrame(
        {
            "name": [sentences.THRESHOLDS[key] for key in keys],
            "now": _each(keys, rows["now"]),
            "best": _each(keys, rows["best"]),
            "between": [
                words.MISSING if words.is_missing(low) else f"{a}–{b}"
                for low, a, b in zip(
                    rows["ci_low"],
                    _each(keys, rows["ci_low"]),
                    _each(keys, rows["ci_high"]),
                    strict=True,
                )
            ],
            "n": rows["n"],
            "creators": rows["creators"],
            "after": rows["after"],
            "says": [words.sentence(text).rstrip(".") for text in rows["says"]],
        }
    )
    columns = [
        Column("name", "Threshold", width="20%"),
        Column("now", "In force, kept", "range", width="9%"),
        Column("best", "By own data", "range", width="9%"),
        Column("between", "90% interval", "range", width="12%"),
        Column("n", "Cases", "count", width="7%"),
        Column("creators", "Creators", "count", width="8%"),
        Column("after", "Judged by", width="20%"),
        Column("says", "Own data", width="15%"),
    ]
    return finished(
        shown,
        columns,
        id="own-thresholds",
        title="Where the client's own data would put the thresholds",
        note="Nothing is changed by this: the thresholds in force stay until client.toml says "
        "otherwise. The interval comes from redrawing the creators; where it holds the threshold "
        "in force, these data cannot tell one from the other.",
        none="There is no past yet to tell a threshold by.",
    )


def _each(keys: list[str], values: pd.Series) -> list[str]:
    return [sentences.threshold(key, value) for key, value in zip(keys, values, strict=True)]
