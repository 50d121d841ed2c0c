"""What a run does, as one line of JSON per event: for a log that a machine reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from kit.running import Outcome
from kit.week import week_name


def told(outcome: Outcome, today: date | None = None) -> dict[str, Any]:
    """An outcome as JSON has it: with `good`, the ISO `week` reported and its age in days."""
    day = outcome.as_of
    return {
        **asdict(outcome),
        "good": outcome.good,
        "week": week_name(day) if day else None,
        "age_days": ((today or date.today()) - day).days if day else None,
    }


def followed(made: Iterable[Outcome], reports: int) -> list[Outcome]:
    """Print a line when the run begins, for each report as it is ready, and when the run ends."""
    began = datetime.now(UTC)
    _say("begin", reports=reports)
    found = []
    for outcome in made:
        found.append(outcome)
        _say("report", **told(outcome))
    seconds = round((datetime.now(UTC) - began).total_seconds(), 1)
    _say("end", seconds=seconds, **Counter(outcome.status for outcome in found))
    return found


def _say(event: str, **facts: Any) -> None:
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
