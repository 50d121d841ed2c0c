"""What moved since: the figures and decisions of a report against those it supersedes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from kit import manifest, week
from kit.results import KEY

MOST_SHOWN = 20
WIDEST_FIRST = ("program", "tier")


@dataclass(frozen=True)
class Restatement:
    """One report of a week against the one it supersedes.

    `moved`: one row per figure whose value or status differs, or that came or went (the key of
    results, before, after, change as a share of before, status). `decisions`: one row per subject
    whose decisions differ (subject_kind, subject, before, after). `why`: what changed underneath.
    """

    moved: pd.DataFrame
    decisions: pd.DataFrame
    why: list[str]
    files: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(len(self.moved) or len(self.decisions))


def restatement(
    before: Path, after: Path, told_before: Mapping[str, Any], told_after: Mapping[str, Any]
) -> Restatement:
    """Compare two versions of one report, by their folders and manifests."""
    why = manifest.causes(told_before["fingerprint"], told_after["fingerprint"])
    return Restatement(
        moved(_figures(before), _figures(after)),
        decisions_moved(_decisions(before), _decisions(after)),
        why,
        manifest.changed_files(told_before["inputs"], told_after["inputs"]),
    )


def _figures(folder: Path) -> pd.DataFrame:
    path = folder / week.RESULTS
    empty = pd.DataFrame(columns=[*KEY, "value", "status"])
    return pd.read_parquet(path) if path.exists() else empty


def _decisions(folder: Path) -> pd.DataFrame:
    path = folder / week.DECISIONS
    rows = week.read_csv(path) if path.exists() else []
    return pd.DataFrame(rows, columns=["subject_kind", "subject", "decision"], dtype="str")


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row per figure that differs between two results tables, widest subject first.

    Figures are matched on the key of `results`; one that only one side has is missing on the
    other. `change` is after ÷ before − 1, missing where before is 0 or missing. Within program and
    tier, then within all others, the largest change comes first.
    """
    pair = before[[*KEY, "value", "status"]].merge(
        after[[*KEY, "value", "status"]],
        on=KEY,
        how="outer",
        suffixes=("_before", "_after"),
        indicator=True,
    )
    old, new = (pd.to_numeric(pair[f"value_{side}"]) for side in ("before", "after"))
    same = (old == new) | (old.isna() & new.isna())
    same &= pair["status_before"].eq(pair["status_after"]) & pair["_merge"].eq("both")
    table = pair[KEY].assign(
        before=old,
        after=new,
        change=new / old.where(old != 0) - 1,
        status=pair["status_after"],
    )[~same]
    width = table["subject_kind"].map({kind: n for n, kind in enumerate(WIDEST_FIRST)})
    order = table.assign(
        _width=width.fillna(len(WIDEST_FIRST)), _size=-table["change"].abs().fillna(float("inf"))
    )
    return order.sort_values(["_width", "_size", *KEY])[table.columns].reset_index(drop=True)


def decisions_moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row per subject whose set of decisions differs; an empty text means none."""
    sides = [
        rows.sort_values("decision")
        .groupby(["subject_kind", "subject"])["decision"]
        .agg(", ".join)
        .rename(side)
        for side, rows in (("before", before), ("after", after))
    ]
    pair = pd.concat(sides, axis=1).fillna("").sort_index().reset_index()
    return pair[pair["before"] != pair["after"]].reset_index(drop=True)


def as_json(found: Restatement) -> dict[str, Any]:
    """The restatement for a manifest: counts, reasons and the first rows."""
    rows = found.moved.head(MOST_SHOWN)
    return {
        "why": found.why,
        "files": found.files,
        "figures_moved": len(found.moved),
        "decisions_moved": len(found.decisions),
        "figures": rows.astype(object).where(rows.notna(), None).to_dict("records"),
        "decisions": found.decisions.head(MOST_SHOWN).to_dict("records"),
    }


def sentences(report: str, found: Restatement, most: int = 5) -> list[str]:
    """What moved and why, as lines of text."""
    first = (
        f"{report} is restated: {_count(len(found.moved), 'figure')} and "
        f"{_count(len(found.decisions), 'decision')} moved. Why: {_reasons(found)}."
    )
    lines = [f"  {_figure(row)}" for row in found.moved.head(most).to_dict("records")]
    lines += [
        f"  {row['subject_kind']} {row['subject']}: {row['before'] or 'no decision'} → "
        f"{row['after'] or 'no decision'}"
        for row in found.decisions.head(most).to_dict("records")
    ]
    return [first, *lines]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _reasons(found: Restatement) -> str:
    named = [f"{name} ({what})" for what, names in found.files.items() for name in names]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    files = f": {', '.join(named[:3])}{more}" if named else ""
    told = [why + files if why == manifest.CAUSES["tables"] else why for why in found.why]
    return "; ".join(told) or "unknown"


def _figure(row: Mapping[str, Any]) -> str:
    sides = [
        "missing" if pd.isna(row[side]) else f"{row[side]:,.6g}" for side in ("before", "after")
    ]
    change = "" if pd.isna(row["change"]) else f" ({row['change']:+.1%})"
    return (
        f"{row['metric']} of {row['subject_kind']} {row['subject']}, {row['period_start']} to "
        f"{row['period_end']}: {sides[0]} → {sides[1]}{change}"
    )
