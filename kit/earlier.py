"""The client's reports of the four weeks before: which stand, and a hash of what they say.

A weekly review looks back on them, so they are among its inputs. Only the version that stands is
read: what is superseded, failed or of a single day (the production line) does not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kit import week

WEEKS = 4
# These look at nothing but the client's own tables; any other notebook may hold a weekly review.
LOOK_BACK_ON_NOTHING = ("onboarding", "spark_candidates", "tier_promotion_audit", "production_line")


@dataclass(frozen=True)
class Earlier:
    """One report that stands in an earlier week: `weeks_ago` is 1 to 4, `as_of` its last day."""

    weeks_ago: int
    report: str
    as_of: date
    folder: Path


def standing(home: Path, client: str, day: date) -> list[Earlier]:
    """The reports of the four weeks before the one that holds `day`, nearest week first.

    One whose last day is not before `day`, or that wrote no `decisions.csv`, is left out.
    """
    weeks = [of_week(home, client, day, ago) for ago in range(1, WEEKS + 1)]
    return [one for found in weeks for one in found if one.as_of < day]


def of_week(home: Path, client: str, day: date, ago: int = 0) -> list[Earlier]:
    """The reports with decisions that stand in the week of a day, or in one so many before it."""
    folder = week.week_folder(home, client, day - timedelta(weeks=ago))
    return [
        Earlier(ago, name, date.fromisoformat(told["parameters"]["as_of"]), folder / name)
        for name, told in sorted(week.reports(folder).items())
        if name not in week.DAILY and (folder / name / week.DECISIONS).exists()
    ]


def looked_at(home: Path, client: str, day: date, demo: bool) -> list[Earlier]:
    """Those that a weekly review reads.

    The sample client's notebook is committed with its outputs, which must not depend on what else
    was made on a machine: opened by hand it reads none. `kit run`, which sets
    ``KIT_REPORT_FOLDER``, reads them for every client.
    """
    if demo and not os.environ.get("KIT_REPORT_FOLDER"):
        return []
    return standing(home, client, day)


def inputs(home: Path, client: str, day: date, report: str) -> list[dict[str, Any]]:
    """One entry for the manifest per file read of an earlier report, with its SHA-256.

    Not of its manifest: when it was made, and how fast, moves no figure.
    """
    if report in LOOK_BACK_ON_NOTHING:
        return []
    return [
        {
            "file": f"reports/{path.parent.parent.name}/{one.report}/{path.name}",
            "kind": "earlier report",
            "as_of": one.as_of.isoformat(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for one in standing(home, client, day)
        for path in (one.folder / week.DECISIONS, one.folder / week.RESULTS)
        if path.exists()
    ]


def stamp(home: Path, client: str, day: date, report: str) -> str:
    """A hash of all that a report reads of earlier ones; empty where there is nothing to read."""
    found = inputs(home, client, day, report)
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16] if found else ""
