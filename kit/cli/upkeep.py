"""Keeping house: which reports stand, clearing old ones, this machine, JupyterLab."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from kit.cli.app import Home, app


@app.command()
def runs(
    client: Annotated[
        str | None, typer.Option("--client", help="Only this client's; left out: everybody's.")
    ] = None,
    home: Home = None,
) -> None:
    """List the reports that stand, with their status and size."""
    from kit import printed
    from kit import runs as found
    from kit.client import home as where

    printed.runs(found.runs(where(home), client))


@app.command()
def prune(
    keep_weeks: Annotated[int, typer.Option(help="Newest weeks of each client to keep.")],
    client: Annotated[
        str | None, typer.Option("--client", help="Only this client's; left out: everybody's.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; else they are listed.")] = False,
    home: Home = None,
) -> None:
    """Clear old reports.

    The last good report of each kind always stays. Without --yes nothing is removed.
    """
    from kit import front, printed
    from kit import runs as found
    from kit.client import home as where

    rows = found.clearable(where(home), keep_weeks, client)
    if yes:
        found.clear(rows)
        front.rewrite(where(home))
    printed.cleared(rows, yes)


@app.command()
def doctor(home: Home = None) -> None:
    """Examine this machine.

    Says what reports need and lack here; exit 0 if nothing stops them, 1 otherwise.
    """
    from kit import printed
    from kit.client import home as where
    from kit.doctor import examine

    if not printed.examined(examine(where(home))):
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context, home: Home = None) -> None:
    """Open the notebooks in JupyterLab.

    Further options go to JupyterLab itself, such as --no-browser or --port 8899.
    """
    from kit.client import home as found
    from kit.reports import NOTEBOOKS

    os.environ["KIT_HOME"] = str(found(home))
    os.environ["KIT_DESK"] = "1"  # tables to sort, filter and copy (kit.desk)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={NOTEBOOKS}"]
    os.execv(sys.executable, [*command, *context.args])
