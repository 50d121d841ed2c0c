"""What a report rests on, as hashes: the fingerprint that tells 'unchanged', and the manifest."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from kit.client import Config
from kit.policy import Policy

KIT = Path(__file__).parent
PAGE_TEMPLATE = KIT.parent / "templates" / "report"
PACKAGES = (
    *("creator-program-kit", "pandas", "numpy", "scipy", "duckdb", "ibis-framework", "pyarrow"),
    *("matplotlib", "seaborn", "great-tables", "papermill", "nbconvert"),
)
# What each part of the fingerprint is called when a report says why its figures moved.
CAUSES = {
    "tables": "new or changed exports or ledgers",
    "client": "client.toml",
    "policy": "the policy",
    "parameters": "the report's parameters",
    "earlier": "earlier reports, which it looks back on",
    "beside": "other clients' deals and posts, against which exclusivity is held",
    "notebook": "the notebook",
    "kit": "the kit's code",
    "versions": "the versions of Python or its packages",
}


def fingerprint(
    client_folder: Path,
    config: Config,
    policy: Policy,
    notebook: Path,
    parameters: Mapping[str, Any],
    earlier: str = "",
    beside: str = "",
) -> dict[str, str]:
    """Everything a report's figures rest on, each part as a hash.

    Two runs with equal fingerprints give equal results, so the second need not be made. File times
    and places are left out: a copy of a client has the same fingerprint. `earlier` is the hash of
    the earlier reports it looks back on (`earlier.stamp`), `beside` of the other clients that it is
    held against (`beside.stamp`); without any they are no part of it.
    """
    return {
        **({"earlier": earlier} if earlier else {}),
        **({"beside": beside} if beside else {}),
        "tables": _hash_files(sorted((client_folder / "tables").rglob("*.parquet"))),
        "client": _hash(config.model_dump_json()),
        "policy": policy.hash(),
        "parameters": _hash(json.dumps(dict(parameters), sort_keys=True, default=str)),
        "notebook": _hash(_cells(notebook)),
        "kit": _hash_files(_sources()),
        "versions": _hash(json.dumps(versions())),
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash_files(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        stat = path.stat()
        digest.update(path.name.encode())
        digest.update(_file_hash(path, stat.st_size, stat.st_mtime_ns))
    return digest.hexdigest()[:16]


@lru_cache(maxsize=10_000)
def _file_hash(path: Path, size: int, modified: int) -> bytes:
    """Once for all reports that rest on a file, as long as it stays as it is."""
    return hashlib.sha256(path.read_bytes()).digest()


def _cells(notebook: Path) -> str:
    """A notebook's cells without their outputs: executing it again changes nothing."""
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    return json.dumps(
        [[cell["cell_type"], cell["source"], cell["metadata"].get("tags", [])] for cell in cells]
    )


def _sources() -> list[Path]:
    found = [*KIT.rglob("*.py"), *KIT.rglob("*.toml"), *PAGE_TEMPLATE.rglob("*.*")]
    return sorted(found)


def versions() -> dict[str, str]:
    """The versions of Python, the kit and the packages whose numbers or drawings a report holds."""
    return {"python": platform.python_version(), **_installed()}


@cache
def _installed() -> dict[str, str]:
    return {package: version(package) for package in PACKAGES}


def inputs(files: pd.DataFrame, ledgers: Path) -> list[dict[str, Any]]:
    """One entry per sheet of an export, per second copy, per refused file and per ledger.

    Each with its SHA-256 and, for exports, the rows used and set aside. `files` is the client's
    table of that name.
    """
    columns = ["file", "sheet", "kind", "sha256", "rows", "set_aside", "same_bytes_as", "refused"]
    rows = files[columns].rename(columns={"rows": "rows_used", "set_aside": "rows_set_aside"})
    found = [
        {name: value for name, value in row.items() if value is not None}
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records")
    ]
    known = {entry["file"] for entry in found}
    for path in sorted(ledgers.glob("*.*")):
        name = f"ledgers/{path.name}"
        if path.suffix.lower() in {".csv", ".tsv", ".xlsx"} and name not in known:
            sha = hashlib.sha256(path.read_bytes()).hexdigest()
            found.append({"file": name, "kind": "ledger", "sha256": sha})
    return found


def now() -> str:
    """This moment in UTC, to the second, for the manifest alone: no figure depends on it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def causes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """In words, the parts of the fingerprint that differ between two runs."""
    return [words for part, words in CAUSES.items() if before.get(part) != after.get(part)]


def changed_files(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, list]:
    """Which input files came, went or changed between two manifests, by name."""
    old = {(entry["file"], entry.get("sheet")): entry.get("sha256") for entry in before}
    new = {(entry["file"], entry.get("sheet")): entry.get("sha256") for entry in after}
    return {
        "new": sorted({key[0] for key in new.keys() - old.keys()}),
        "gone": sorted({key[0] for key in old.keys() - new.keys()}),
        "changed": sorted({key[0] for key in new.keys() & old.keys() if new[key] != old[key]}),
    }


def write(told: Mapping[str, Any], path: Path) -> None:
    """A manifest as readable JSON."""
    text = json.dumps(told, indent=2, ensure_ascii=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")
