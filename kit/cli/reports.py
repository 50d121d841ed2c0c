"""`kit run`: dated reports of one client or of all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.app import AsOf, Home, Pseudonyms, app, shared
from kit.errors import ClientError, ReportError

if TYPE_CHECKING:
    from kit.running import Outcome


@app.command()
def run(
    notebook: Annotated[
        str | None, typer.Argument(help="Name of a notebook, such as weekly_review.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", help="Name of the client's folder in data/.")
    ] = None,
    as_of: AsOf = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", help="name=value, a parameter of the notebook's own."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Make all four reports.")] = False,
    all_clients: Annotated[
        bool, typer.Option("--all-clients", help="Make the reports of every client but the demo.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Make it again; publish, marked, what would be withheld."),
    ] = False,
    no_ingest: Annotated[
        bool, typer.Option("--no-ingest", help="Do not look for new exports first.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Reports made side by side.")] = 2,
    dask: Annotated[
        str | None,
        typer.Option("--dask", help="Address of a Dask scheduler whose workers make them."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what became of each report as JSON.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Print each event as a line of JSON as it happens.")
    ] = False,
    pseudonyms: Pseudonyms = False,
    home: Home = None,
) -> None:
    """Make dated reports.

    Exit 0 if all are published, 1 if one is withheld or failed, 2 if the request is wrong.
    """
    from kit import front, printed
    from kit.client import home as where

    notebooks, names = _asked(notebook, client, every, all_clients, home)
    names = [shared(name, pseudonyms, home) for name in names]
    request: dict[str, Any] = {
        "as_of": as_of,
        "notebooks": notebooks,
        "parameters": _values(parameter or []),
        "home": home,
        "force": force,
        "ingest": not no_ingest,
    }
    outcomes = _followed(names, request, (jobs, dask), all_clients, log_json)
    front.rewrite(where(home))
    if not log_json:
        printed.outcomes(outcomes, notebooks, as_json)
    if not all(outcome.good for outcome in outcomes):
        raise typer.Exit(1)


def _asked(
    notebook: str | None, client: str | None, every: bool, all_clients: bool, home: Path | None
) -> tuple[list[str], list[str]]:
    """The notebooks and the clients that a run is for; `KitError` where that is not clear."""
    from kit import reports

    if notebook and every:
        raise ReportError(f"Ask for {notebook} or for --all, not both.")
    if client and all_clients:
        raise ClientError(f"Ask for --client {client} or for --all-clients, not both.")
    if not notebook and not every and not all_clients:
        known = ", ".join(reports.REPORTS)
        raise ReportError(f"Say which notebook to run ({known}), or --all.")
    if not client and not all_clients:
        raise ClientError("Say which client with --client NAME, or --all-clients.")
    names = [client] if client else reports.real_clients(home)
    if not names:
        raise ClientError("There is no client but the demo. kit new NAME makes one.")
    return [notebook] if notebook else list(reports.REPORTS), names


def _values(given: list[str]) -> dict[str, str]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ReportError(f"-p {text} is not name=value, as in -p budget=9000.")
        values[name.strip()] = value
    return values


def _followed(
    names: list[str],
    request: dict[str, Any],
    where: tuple[int, str | None],
    all_clients: bool,
    log_json: bool,
) -> list[Outcome]:
    """All outcomes, told as they are ready: a bar with the time left, or a line of JSON each."""
    from kit import events, execution, reports

    follow = events.followed if log_json else _bar
    if all_clients:
        made = reports.run_clients(names, **request, workers=where[0], dask=where[1])
        return follow(made, len(names) * len(request["notebooks"]))
    with execution.no_ingest(not request["ingest"]):
        planned = reports.plan(names[0], **request)
        return follow(reports.run(planned, *where), len(planned))


def _bar(made: Iterable[Outcome], total: int) -> list[Outcome]:
    from tqdm import tqdm

    return list(tqdm(made, total=total, desc="Reports", unit="report", disable=total == 1))
