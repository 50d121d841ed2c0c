"""Where a report comes from: client, day, definitions in force, kit version."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

from kit import words
from kit.client import Client


def facts(client: Client, as_of: date) -> dict[str, str]:
    """What a reader needs to make the same report again, as name and value.

    Nothing here changes between two runs on the same inputs; run times stand in the manifest.
    """
    first, last = client.first_day(), client.newest_day()
    own = sum(row["value"] != row["default"] for row in client.policy.rows())
    return {
        "Client": client.config.name,
        "Last day counted": words.day(as_of),
        "Days that the exports cover": words.period(first, last),
        "Money": client.currency,
        "Days and weeks": f"{client.time_zone}, weeks from Monday",
        "Policy": f"{words.count(own, 'threshold')} of the client's own, the rest as in the "
        f"source article or the kit ({client.policy.hash()})",
        "Kit": f"creator-program-kit {version('creator-program-kit')}",
    }
