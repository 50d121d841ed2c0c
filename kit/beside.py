"""The agency's other clients that one client's deals are held against: their folders, and a hash.

A copy for sharing looks at none of them, and a demo client at demo clients only, so that it comes
out the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from kit.client import Config, clients, read_config
from kit.errors import KitError


def folders(home: Path, name: str, config: Config) -> Iterator[tuple[str, Path]]:
    """Name and folder of each other client; one whose `client.toml` is wrong is among them."""
    if config.pseudonyms_of:
        return
    for other in clients(home):
        folder = home / "data" / other
        try:
            told = read_config(folder)[0]
        except KitError:
            told = config
        if other != name and not told.pseudonyms_of and told.demo == config.demo:
            yield other, folder


def stamp(home: Path, name: str, config: Config) -> str:
    """A hash of what other clients' files say of deals and posts; empty where there are none."""
    paths = [
        path
        for _, folder in folders(home, name, config)
        for path in (
            folder / "client.toml",
            *sorted((folder / "ledgers").glob("*.*")),
            folder / "tables" / "posts.parquet",
        )
        if path.is_file()
    ]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(home).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16] if paths else ""
