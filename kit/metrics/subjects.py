"""From rows to figures: the same sums for the program, each tier, creator, post and so on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch
from kit.metrics.periods import Period

KEYS = {
    "tier": "tier",
    "creator": "creator_id",
    "post": "post_id",
    "product": "product_id",
    "hook_angle": "hook_angle",
    "week": "week",
}
SEPARATOR = ":"
FIGURE = [
    "metric",
    "subject_kind",
    "subject",
    "value",
    "unit",
    "n",
    "ci_low",
    "ci_high",
    "ci_level",
    "period_start",
    "period_end",
    "status",
    "source_tables",
    "note",
]


def by_subject(
    rows: Any,
    kinds: Sequence[str],
    program: str,
    measures: Callable[[Any], Mapping[str, Any]],
) -> pd.DataFrame:
    """One row per kind of subject and subject, with the measures summed over its rows.

    `rows` is an Ibis table with the columns of `KEYS` that the kinds need. A row without a tier,
    creator, product or angle is in the program's sum alone. The program has a row even where
    there is nothing to sum.
    """
    each = rows.mutate(tag=ibis.array([_tag(rows, kind, program) for kind in kinds]).unnest())
    each = each.filter(each.tag.notnull())
    summed = fetch(each.group_by("tag").agg(**measures(each)))
    tags = summed.pop("tag").astype("str").str.split(SEPARATOR, n=1, expand=True)
    tags = tags.reindex(columns=[0, 1]).set_axis(["subject_kind", "subject"], axis=1)
    summed = pd.concat([tags.astype("str"), summed], axis=1)
    if "program" in kinds and "program" not in set(summed["subject_kind"]):
        nothing = pd.DataFrame({"subject_kind": ["program"], "subject": [program]})
        summed = (
            pd.concat([summed, nothing], ignore_index=True)
            if len(summed)
            else nothing.reindex(columns=summed.columns)
        )
    return summed.sort_values(["subject_kind", "subject"], ignore_index=True)


def _tag(rows: Any, kind: str, program: str) -> Any:
    """Kind and subject of a row in one text, so that one pass sums all kinds; null for none."""
    if kind == "program":
        return ibis.literal(f"program{SEPARATOR}{program}")
    return ibis.literal(f"{kind}{SEPARATOR}") + rows[KEYS[kind]].cast("string")


def figure_rows(
    metric: str,
    subjects: pd.DataFrame,
    value: Any,
    period: Period,
    *,
    n: Any = None,
    status: Any = None,
    note: Any = None,
    source: str | None = None,
) -> pd.DataFrame:
    """Rows of the results table for one metric: a value for each row of `subjects`.

    A null value has status `missing`, whatever `status` says of the others.
    """
    rows = pd.DataFrame(
        {
            "metric": metric,
            "subject_kind": subjects["subject_kind"].to_numpy(),
            "subject": subjects["subject"].to_numpy(),
            "value": pd.to_numeric(pd.Series(value), errors="raise").astype("float64").to_numpy(),
        }
    )
    rows["n"] = None if n is None else pd.Series(n).astype("float64").to_numpy()
    rows["period_start"], rows["period_end"] = period.start, period.end
    rows["status"] = _column(status, "settled")
    rows["status"] = rows["status"].where(rows["value"].notna(), "missing")
    rows["note"] = _column(note, None)
    rows["source_tables"] = source
    return rows.reindex(columns=FIGURE)


def _column(given: Any, default: Any) -> Any:
    if given is None or isinstance(given, str):
        return default if given is None else given
    return pd.Series(given).astype(object).to_numpy()
