"""A new client's folder: `client.toml` with its comments, a drop zone and blank ledgers."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from kit import client as clients
from kit.errors import ClientError

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def new_client(
    name: str,
    currency: str = "USD",
    market: str = "US",
    time_zone: str = "America/Los_Angeles",
    home: str | Path | None = None,
) -> Path:
    """Make ``data/<name>`` for a new client and return it.

    Made aside and moved into place, so that it is there whole or not at all. Raises `ClientError`
    for a name that is taken or cannot be one, `PolicyError` for an impossible currency, market or
    zone.
    """
    folder = clients.home(home) / "data" / clients.check_name(name)
    if folder.exists():
        raise ClientError(
            f"{folder} exists already, and nothing in it was changed. Choose another name."
        )
    folder.parent.mkdir(exist_ok=True)
    for other in folder.parent.iterdir():
        if other.name.casefold() == name.casefold():
            raise ClientError(
                f"{other} exists already, and Windows and macOS take {name} for the same. "
                "Choose another name."
            )
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        filled = _client_toml(
            name=name, currency=currency.upper(), market=market.upper(), time_zone=time_zone
        )
        (aside / "client.toml").write_text(filled, encoding="utf-8")
        clients.read_config(aside)
        (aside / "exports").mkdir()
        shutil.copytree(TEMPLATES / "ledgers", aside / "ledgers")
        aside.chmod(0o755)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _client_toml(**values: str) -> str:
    text = (TEMPLATES / "client.toml").read_text(encoding="utf-8")
    for key, value in values.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        # doubled, so that no backslash of a value is taken for a group
        text = re.sub(rf"(?m)^{key} = .*$", line.replace("\\", "\\\\"), text, count=1)
    return text
