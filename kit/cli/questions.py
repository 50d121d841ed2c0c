"""Questions about rules and figures: would it have worked, how is it counted."""

from __future__ import annotations

from typing import Annotated

import typer

from kit.cli.app import ClientName, Home, app


@app.command()
def backtest(
    client: ClientName,
    first: Annotated[
        str | None, typer.Option("--from", help="First Sunday to decide again, as 2026-02-01.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last Sunday to decide again; left out: all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = None,
) -> None:
    """Replay a client's own rules on its own past.

    Each week is decided again with only what had been downloaded by then: Spark picks, output
    flags and promotions. What came of them in the four weeks after is set against picking by
    views, by GMV, by the raw rate, and against the best picks that hindsight allows; and each
    threshold against where the client's own data would put it. Nothing is changed by it. The
    tables go to reports/CLIENT/backtest/. Exit 2, with what is missing, where no earlier
    downloads were kept.
    """
    from kit import backtest as replay
    from kit import client as clients
    from kit import printed
    from kit.backtest import files

    opened = clients.open(client, home)
    found = replay.report(opened, printed.sunday("--from", first), printed.sunday("--to", last))
    folder = files.write(opened, found)
    if as_json:
        printed.backtest_json(found, folder)
        return
    printed.backtest(found, opened.currency)
    typer.echo(f"\nTables: {folder}")


@app.command()
def explain(
    metric: Annotated[str | None, typer.Argument(help="A metric's id; left out: all ids.")] = None,
) -> None:
    """Say how a metric is counted.

    Its formula, numerator, denominator, window and source, and what it does not say.
    """
    from kit import glossary

    if metric is None:
        width = max(map(len, glossary.METRICS))
        for name, entry in glossary.METRICS.items():
            typer.echo(f"{name:<{width}}  {entry.name}")
        return
    typer.echo(glossary.explain(metric))
