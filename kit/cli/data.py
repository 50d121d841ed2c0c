"""What a client is made of: its folder, the sample, its tables, whether they can carry a report."""

from __future__ import annotations

from typing import Annotated

import typer

from kit.cli.app import USAGE, AsOf, ClientName, Home, app


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new client's folder.")],
    currency: Annotated[str, typer.Option(help="Currency of its files.")] = "USD",
    market: Annotated[str, typer.Option(help="Country of its shop, two letters.")] = "US",
    time_zone: Annotated[
        str, typer.Option(help="Time zone in which its days and weeks are counted.")
    ] = "America/Los_Angeles",
    home: Home = None,
) -> None:
    """Make a new client's folder.

    It holds a commented client.toml, a drop zone for exports, and blank ledgers with a guide.
    """
    from kit import start

    folder = start.new_client(name, currency, market, time_zone, home)
    typer.echo(f"Made {folder}")
    typer.echo(f"1. Put the platform's exports into {folder / 'exports'}")
    typer.echo(f"2. Fill in {folder / 'ledgers'}; GUIDE.md there explains each column")
    typer.echo(f"3. kit ingest --client {name}")


@app.command()
def demo(home: Home = None) -> None:
    """Write the sample client, data/sample.

    Files in the platform's own formats about an invented program, the same on every run.
    """
    from kit.client import home as found
    from kit.demo import make_demo

    folder = found(home) / "data" / "sample"
    make_demo(folder)
    typer.echo(f"Wrote the sample client into {folder}")


@app.command()
def ingest(
    client: ClientName,
    window: Annotated[
        str | None,
        typer.Option(help="Days of files whose name does not tell theirs: 2026-05-04..2026-05-10."),
    ] = None,
    home: Home = None,
) -> None:
    """Read exports and ledgers into tables.

    Says what was read, set aside and refused; exit 2 if a file was refused, 0 otherwise.
    """
    from kit import printed
    from kit.ingest import ingest as read

    report = read(client, home, printed.days(window) if window else None)
    printed.ingest(report)
    if report.refused:
        raise typer.Exit(USAGE)


@app.command()
def check(
    client: ClientName,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = None,
) -> None:
    """Say whether the data can carry a report.

    Exit 0 if they can, 1 if not.
    """
    from kit import printed

    if not printed.check(client, as_of, as_json, home):
        raise typer.Exit(1)
