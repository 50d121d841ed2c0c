"""A damaged file among the others of its client: do the gates withhold the report?"""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import kit
from kit import ingest, readiness
from tests.broken_exports.bases import SAMPLE
from tests.broken_exports.damages import Variant

DOWNLOADS = 6  # the last ones up to the damaged file's: four weeks of a report, and two before


def gates(variant: Variant, home: Path) -> list[str]:
    """Why the report of the file's last Sunday is withheld with the file damaged; [] if it is not.

    The sample's own files of six downloads, of which one is exchanged for the damaged one.
    """
    folder = _client(variant.base.place.split("/")[0], home)
    place = folder / "exports" / variant.base.place
    held = place.read_bytes()
    stamp = place.stat()
    place.unlink()
    damaged = place.with_name(variant.name)
    damaged.write_bytes(variant.content)
    os.utime(damaged, (stamp.st_mtime, stamp.st_mtime))
    try:
        return _reasons(folder, home, variant.base.place[:10])
    finally:
        damaged.unlink()
        place.write_bytes(held)
        os.utime(place, (stamp.st_mtime, stamp.st_mtime))


def genuine(day: str, home: Path) -> list[str]:
    """The same without any damage: nothing, or the bench shows nothing."""
    return _reasons(_client(day, home), home, day)


def _client(day: str, home: Path) -> Path:
    folder = home / "data" / f"until-{day}"
    if not folder.exists():
        days = sorted(path.name for path in (SAMPLE / "exports").iterdir())
        until = days.index(day) + 1
        shutil.copytree(SAMPLE / "ledgers", folder / "ledgers")
        for name in days[max(0, until - DOWNLOADS) : until]:
            shutil.copytree(SAMPLE / "exports" / name, folder / "exports" / name)
        text = (SAMPLE / "client.toml").read_text(encoding="utf-8")
        (folder / "client.toml").write_text(text, encoding="utf-8")
    return folder


def _reasons(folder: Path, home: Path, day: str) -> list[str]:
    wednesday = date.fromisoformat(day)
    report = ingest.ingest(folder.name, home=home)
    if report.refused:
        return [message for _, message in report.refused]
    client = kit.open(folder.name, home=home)
    return list(readiness.check(client, wednesday - timedelta(3)).reasons)
