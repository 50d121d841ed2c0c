"""What one ledger says of another: a creator or product it does not know, a post counted twice.

Each is told with its row and column and nothing is refused for it: a misspelt handle is another
creator to every figure, and only a person knows which of two files is right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import pandas as pd

OF_CREATORS = ("agreements", "tiers", "briefs", "samples", "compliance", "spark_codes", "plans")
OF_PRODUCTS = ("briefs", "samples", "plans")
MOST_SHOWN = 3


def notes(
    rows: Mapping[str, pd.DataFrame], labels: Mapping[str, str], former: Mapping[str, str]
) -> list[str]:
    """What to look at. `rows` are the ledgers as read, with `row` as a spreadsheet shows it."""
    return [
        *_unknown(rows, labels, OF_CREATORS, "handle", "creators", former),
        *_unknown(rows, labels, OF_PRODUCTS, "product_id", "products", {}),
        *_counted_twice(rows.get("samples"), labels.get("samples", "")),
    ]


def _unknown(
    rows: Mapping[str, pd.DataFrame],
    labels: Mapping[str, str],
    ledgers: Iterable[str],
    column: str,
    register: str,
    former: Mapping[str, str],
) -> list[str]:
    """Cells that name nobody of the register, where there is one."""
    if register not in rows or rows[register].empty:
        return []
    known = set(rows[register][column])
    found = []
    for name in ledgers:
        if name not in rows or column not in rows[name]:
            continue
        named = rows[name].dropna(subset=[column])
        lost = named[
            ~named[column].map(lambda value: former.get(value, value) in known).astype(bool)
        ]
        told = [
            f"{labels[name]}: row {row}, column {column} holds {value!r}, which "
            f"{labels[register]} does not have.{_near(value, known)}"
            for row, value in zip(lost["row"], lost[column], strict=True)
        ]
        found += _shortened(told)
    return found


def _near(value: str, known: set[str]) -> str:
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.7)
    return f" Did you mean {near[0]}?" if near else ""


def _counted_twice(samples: pd.DataFrame | None, label: str) -> list[str]:
    if samples is None or not {"post_id", "product_id"} <= set(samples):
        return []
    named = samples.dropna(subset=["post_id"])
    twice = named[named.duplicated(["post_id", "product_id"], keep=False)]
    return _shortened(
        [
            f"{label}: rows {', '.join(map(str, own['row']))}, column post_id: post {post[0]} is "
            "counted for more than one sample of a product. A post answers one; take the others "
            "out."
            for post, own in twice.groupby(["post_id", "product_id"], dropna=False)
        ]
    )


def _shortened(told: list[str]) -> list[str]:
    rest = len(told) - MOST_SHOWN
    if rest <= 0:
        return told
    return [*told[: MOST_SHOWN - 1], f"{told[MOST_SHOWN - 1]} And {rest} more like these."]
