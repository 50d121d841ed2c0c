"""A damaged file among the others of its client: what withholds the report, what is only said."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

import kit.client
from kit import ingest
from kit.readiness import coverage, gates, pieces, reconcile
from tests.broken_exports.bases import SAMPLE
from tests.broken_exports.damages import Variant

DOWNLOADS = 5  # the last ones up to the damaged file's: four weeks of a report, and one before
# What a sentence of an ingest or of a report's first page says where it voices a doubt.
DOUBTS = (
    "may be wrong",
    "was the download cut off?",
    "otherwise than",  # kit.retold
    "that an older download holds",  # kit.vanished
    "begins in the middle of",
    "if the file was cut short",  # coverage.shorter
    "apart,",  # reconcile: a difference with its size
    " differ in ",
    "no window covers",
    "in no list",
)


class Told(NamedTuple):
    """What a client's own checks say of its files: what withholds the report, what is only said."""

    reasons: list[str]
    doubts: list[str]


class _Held(kit.client.Client):
    """A client whose tables are read from disk once: they do not change while it is judged."""

    def frame(self, name: str) -> pd.DataFrame:
        held = self.__dict__.setdefault("_frames", {})
        if name not in held:
            held[name] = super().frame(name)
        return held[name].copy(deep=False)


_GENUINE: dict[tuple[Path, str], Told] = {}


def told(variant: Variant, home: Path) -> Told:
    """What the gates and notes say with the file damaged that they do not say of the genuine one.

    The sample's own files of five downloads, of which one is exchanged for the damaged one; the
    report is that of the file's last Sunday. All other files' readings are kept between variants.
    """
    day = variant.base.place[:10]
    without = genuine(day, home)
    folder = _client(day, home)
    place = folder / "exports" / variant.base.place
    held, stamp, content = place.read_bytes(), place.stat(), variant.content
    place.unlink()
    damaged = place.with_name(variant.name)
    damaged.write_bytes(content)
    os.utime(damaged, (stamp.st_mtime, stamp.st_mtime))
    try:
        found = _told(folder, home, day)
    finally:
        damaged.unlink()
        place.write_bytes(held)
        os.utime(place, (stamp.st_mtime, stamp.st_mtime))
    return Told(found.reasons, [said for said in found.doubts if said not in without.doubts])


def genuine(day: str, home: Path) -> Told:
    """The same without any damage: nothing withholds it, or the bench shows nothing."""
    if (home, day) not in _GENUINE:
        _GENUINE[home, day] = found = _told(_client(day, home), home, day)
        assert not found.reasons, found.reasons
    return _GENUINE[home, day]


def _client(day: str, home: Path) -> Path:
    folder = home / "data" / f"until-{day}"
    if not folder.exists():
        days = sorted(path.name for path in (SAMPLE / "exports").iterdir())
        until = days.index(day) + 1
        for name in days[max(0, until - DOWNLOADS) : until]:
            shutil.copytree(SAMPLE / "exports" / name, folder / "exports" / name)
        text = (SAMPLE / "client.toml").read_text(encoding="utf-8")
        (folder / "client.toml").write_text(text, encoding="utf-8")
    return folder


def _told(folder: Path, home: Path, day: str) -> Told:
    """An ingest, then the gates and notes of `readiness.check` without its grades."""
    sunday = date.fromisoformat(day) - timedelta(3)
    report = ingest.ingest(folder.name, home=home)
    if report.refused:
        return Told([message for _, message in report.refused], [])
    client = _Held(folder, *kit.client.read_config(folder))
    tolerance = client.policy.reconciliation_tolerance
    tellings = reconcile.tellings(client, sunday)
    compared = reconcile.reconciled(tellings, sunday, tolerance)
    made = gates.table(client, sunday, compared)
    notes = [
        *report.notes,
        *coverage.old_gaps(client, sunday),
        *coverage.shorter(client),
        *pieces.orphans(client),
        *reconcile.notes(compared),
        *reconcile.older(tellings, sunday, tolerance),
    ]
    reasons = made.loc[~made["passed"].astype(bool), "detail"].tolist()
    return Told(reasons, [note for note in notes if any(doubt in note for doubt in DOUBTS)])
