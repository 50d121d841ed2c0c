"""Which month of the build a day falls in, counted from the program's start."""

from __future__ import annotations

from datetime import date
from typing import Any


def program_month(client: Any, as_of: date) -> int | None:
    """Which month of the program `as_of` falls in, 1 the first; None before it or without a start.

    A month turns on the day of the month on which the program began.
    """
    start, _ = client.program_start()
    if start is None or as_of < start:
        return None
    months = (as_of.year - start.year) * 12 + as_of.month - start.month
    return months + (as_of.day >= start.day)
