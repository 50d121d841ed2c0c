"""Who may see what: `audience.toml`, in which whatever is not listed stays out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

LISTED: dict[str, Any] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
CREATOR: dict[str, Any] = LISTED["creator"]
CLIENT: dict[str, Any] = LISTED["client"]
FOR_CLIENT = "for-client"  # the folder of a client's own copies and decks, beside the weeks
