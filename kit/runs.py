"""What stands in `reports/`: every report with its status and size, and what may be cleared."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from kit import week
from kit.errors import ClientError, ReportError

COLUMNS = ["client", "week", "report", "status", "as_of", "made_at", "seconds", "versions", "bytes"]
_WEEK = re.compile(r"\d{4}-W\d{2}")


def runs(home: Path, client: str | None = None) -> pd.DataFrame:
    """One row per report that stands in `reports/`, newest week first, a failed run beside it.

    Columns client, week (ISO), report, status (published, forced, failed, unreadable), as_of,
    made_at (UTC), seconds (notebook and page), versions (superseded ones kept) and bytes. The
    committed example is none of them. Raises `ClientError` for a client without reports.
    """
    found = [_run(folder) for folder in folders(home, client)]
    rows = pd.DataFrame(found, columns=[*COLUMNS, "folder"])
    return rows.sort_values(
        ["client", "week", "report"], ascending=[True, False, True], ignore_index=True
    )


def folders(home: Path, client: str | None = None) -> Iterator[Path]:
    """The folder of every report that stands, failed runs too; the committed example is none."""
    for one in _clients(home, client):
        yield from _reports(one)


def _clients(home: Path, client: str | None) -> list[Path]:
    top = home / "reports"
    found = [path for path in sorted(top.glob("*")) if path.is_dir() and path.name != "example"]
    named = [path for path in found if client is None or path.name == client]
    if client is not None and not named:
        known = ", ".join(path.name for path in found) or "nobody"
        raise ClientError(f"There are no reports of {client} in {top}. There are some of {known}.")
    return named


def _weeks(client: Path) -> list[Path]:
    """The week folders of a client, newest first."""
    return sorted((path for path in client.glob("*") if _WEEK.fullmatch(path.name)), reverse=True)


def _reports(client: Path) -> Iterator[Path]:
    for folder in _weeks(client):
        yield from sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _run(folder: Path) -> dict[str, Any]:
    told = week.manifest(folder) or {}
    return {
        "client": folder.parent.parent.name,
        "week": folder.parent.name,
        "report": folder.name.removesuffix(week.FAILED),
        "status": told.get("status", "unreadable"),
        "as_of": told.get("parameters", {}).get("as_of"),
        "made_at": told.get("made_at"),
        "seconds": sum(told["seconds"].values()) if "seconds" in told else None,
        "versions": len(list((folder / week.SUPERSEDED).glob("*"))),
        "bytes": _size(folder),
        "folder": folder,
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def clearable(home: Path, keep_weeks: int, client: str | None = None) -> pd.DataFrame:
    """The rows of `runs` that lie before each client's newest `keep_weeks` weeks.

    A client's last good report of each kind is never among them, however old it is.
    """
    if keep_weeks < 1:
        raise ReportError(f"--keep-weeks {keep_weeks} would keep nothing. Give 1 or more.")
    rows = runs(home, client)
    newest = rows[["client", "week"]].drop_duplicates().groupby("client").head(keep_weeks)
    kept = rows.merge(newest, how="left", indicator=True)["_merge"].eq("both")
    good = rows[rows["status"].isin(week.PUBLISHED)]
    last = rows.index.isin(good.drop_duplicates(["client", "report"]).index)
    return rows[~kept & ~last].reset_index(drop=True)


def clear(rows: pd.DataFrame) -> None:
    """Remove these reports, each under the lock of its own runs, and weeks that are then empty.

    What is left of a week is joined anew; a deck beside the reports goes with the last of them.
    """
    for client, folders in rows.groupby(rows["folder"].map(lambda folder: folder.parent.parent)):
        for folder in folders["folder"]:
            name = folder.name.removesuffix(week.FAILED)
            with week.lock(client / ".locks" / f"{folder.parent.name}-{name}"):
                shutil.rmtree(folder, ignore_errors=True)
        for left in sorted({folder.parent for folder in folders["folder"]}):
            _tidy(left)


def _tidy(folder: Path) -> None:
    standing = week.reports(folder)
    if standing:
        week.join(folder, next(iter(standing.values()))["parameters"]["as_of"])
    elif not any(path.is_dir() for path in folder.iterdir()):
        shutil.rmtree(folder)
