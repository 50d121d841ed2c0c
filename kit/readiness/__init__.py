"""May this client's report be published? Gates on refused files, coverage, money that disagrees.

`coverage` knows which days are there, `gates` what withholds a report, `grades` how good each
table is, `pieces` what is missing and what that makes impossible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from kit import gone
from kit.client import Client
from kit.errors import ClientError
from kit.readiness import coverage, gates, grades, pieces, reconcile


@dataclass(frozen=True)
class Readiness:
    """Whether a report of `as_of` may be published.

    `reasons`: one sentence per failed gate. `gates`: one row per gate (gate, passed, detail).
    `tables`: one row per kind of export or ledger, graded (`grades.supply`). `compared`: one row
    per two tellings of the same sales (`reconcile.reconciled`). `cannot`: what missing pieces
    make impossible and where they are to be had. `notes`: what is said but withholds nothing.
    """

    ready: bool
    reasons: list[str]
    gates: pd.DataFrame
    tables: pd.DataFrame
    compared: pd.DataFrame
    cannot: list[str]
    notes: list[str]
    as_of: date | None


def check(client: Client, as_of: date | str | None = None) -> Readiness:
    """The gates of a client's data for a report of `as_of`, by default the newest day it holds.

    Never looks at the clock. Raises `ClientError` for a day before the data.
    """
    if client.in_warehouse and (problems := client.connection.problems()):
        raise ClientError(" ".join(problems))
    if client.newest_day() is None:
        return _without_data(client, as_of)
    day = _day_of_report(client, as_of)
    told, tolerance = reconcile.tellings(client, day), client.policy.reconciliation_tolerance
    compared = reconcile.reconciled(told, day, tolerance)
    made = gates.table(client, day, compared)
    declared = gates.gone_columns(client)
    failed = made.loc[~made["passed"], "detail"].tolist()
    return Readiness(
        ready=not failed,
        reasons=failed,
        gates=made,
        tables=grades.supply(client, day, compared),
        compared=compared,
        cannot=[*pieces.cannot(client), *gone.cannot(declared)],
        notes=[
            *gone.doubts(declared),
            *coverage.old_gaps(client, day),
            *coverage.shorter(client),
            *pieces.orphans(client),
            *reconcile.notes(compared),
            *reconcile.older(told, day, tolerance),
            *gates.changed_columns(client, day),
        ],
        as_of=day,
    )


def _day_of_report(client: Client, as_of: date | str | None) -> date:
    first, newest = client.first_day(), client.newest_day()
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or newest
    assert day is not None
    if first and day < first:
        raise ClientError(
            f"as_of {day} is before the data of {client.name}, which begin on {first} and reach "
            f"to {newest}. Choose a day from {first} on."
        )
    return day


_NO_DAY = date(2000, 1, 1)


def _without_data(client: Client, as_of: date | str | None) -> Readiness:
    """Nothing could be read: never ready, and the refused files say why."""
    compared = reconcile.nothing()
    told = f"{client.name} has no readable data. Put exports into {client.folder / 'exports'}."
    made = pd.DataFrame(
        [("data", False, told), ("files", *gates.files(client))],
        columns=["gate", "passed", "detail"],
    )
    return Readiness(
        ready=False,
        reasons=made.loc[~made["passed"], "detail"].tolist(),
        gates=made,
        tables=grades.supply(client, _NO_DAY, compared),
        compared=compared,
        cannot=pieces.cannot(client),
        notes=[],
        as_of=date.fromisoformat(as_of) if isinstance(as_of, str) else as_of,
    )
