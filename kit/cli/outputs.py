"""What is made of finished reports: decks, PDFs, messages, copies for creators and clients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kit.cli.app import FAILED, AsOf, ClientName, Home, Pseudonyms, app, shared


@app.command()
def deck(
    client: ClientName,
    as_of: AsOf = None,
    kind: Annotated[
        str, typer.Option(help="Which deck: weekly, monthly, quarterly or kickoff.")
    ] = "weekly",
    master: Annotated[
        Path | None, typer.Option(help="A PowerPoint file whose look to take.")
    ] = None,
    audience: Annotated[
        str,
        typer.Option(
            help="internal, or client: what audience.toml lists, no creator's pay, no margins."
        ),
    ] = "internal",
    language: Annotated[
        str | None,
        typer.Option(help="Of a client's deck, such as es-MX; else that of client.toml."),
    ] = None,
    pseudonyms: Pseudonyms = False,
    home: Home = None,
) -> None:
    """Write a PowerPoint deck.

    Of the week; of its month up to then; of the 13 weeks to it; or the kick-off, from the
    onboarding report. A deck reads the results of published reports and names weeks that lack one.
    """
    from kit import printed
    from kit.deck import build_deck

    client = shared(client, pseudonyms, home)
    day = printed.day_of(client, as_of, home)
    typer.echo(f"Wrote {build_deck(client, day, home, kind, master, audience, language)}")


@app.command()
def pdf(
    client: ClientName,
    as_of: AsOf = None,
    paper: Annotated[str, typer.Option(help="Size of the pages: a4 or letter.")] = "a4",
    pseudonyms: Pseudonyms = False,
    home: Home = None,
) -> None:
    """Print the reports of a week as PDF.

    The week must have been reported. Each stands beside its page; chromium prints them.
    """
    from kit import printed
    from kit.pdf import write_pdfs

    client = shared(client, pseudonyms, home)
    for path in write_pdfs(client, printed.day_of(client, as_of, home), home, paper):
        typer.echo(f"Wrote {path}")


@app.command()
def deliver(
    client: ClientName,
    as_of: AsOf = None,
    again: Annotated[
        str | None, typer.Option(help="A receiver to whom it is sent whatever was sent before.")
    ] = None,
    home: Home = None,
) -> None:
    """Send a week's reports.

    To the receivers in the client's delivery.toml; without that file nothing is ever sent. What
    was sent is not sent again. Exit 0 if all has gone, 1 if something has not.
    """
    from kit import delivery, printed

    made = delivery.deliver(client, printed.day_of(client, as_of, home), home, again)
    for one in made:
        said = f"{one.target} {one.status}: {', '.join(one.reports)}"
        typer.echo(f"{said}. {one.message}" if one.message else said, err=not one.good)
    if not made:
        typer.echo(delivery.why_nothing(client, home))
    if not all(one.good for one in made):
        raise typer.Exit(FAILED)


@app.command()
def creator(
    handle: Annotated[str, typer.Argument(help="The creator's handle.")],
    client: ClientName,
    as_of: AsOf = None,
    language: Annotated[
        str | None, typer.Option(help="Such as es-MX; else the creator's, else the client's.")
    ] = None,
    home: Home = None,
) -> None:
    """Write a creator's own page, to be sent.

    Posts, figures beside their tier, hook angles, money earned and the next step, of a reported
    week. It holds no other creator and nothing that is not listed for creators.
    """
    from kit import creator_page, printed

    day = printed.day_of(client, as_of, home)
    typer.echo(f"Wrote {creator_page.write(client, handle, day, home, language)}")


@app.command()
def share(client: ClientName, as_of: AsOf = None, home: Home = None) -> None:
    """Write the client's own copy of a week.

    Of a reported week, what is listed for clients and nothing else: no code, no files, no other
    client, and no margins unless share_margins in client.toml allows them.
    """
    from kit import client_copy, printed

    day = printed.day_of(client, as_of, home)
    for path in client_copy.write(client, day, home):
        typer.echo(f"Wrote {path}")
