"""The coordinator's commands: briefs, plans and today's list."""

from __future__ import annotations

from typing import Annotated

import typer

from kit.cli.app import AsOf, ClientName, Home, app
from kit.errors import ClientError


@app.command()
def brief(
    client: ClientName,
    creator: Annotated[
        str | None, typer.Argument(help="A creator's handle; left out: all who are due briefs.")
    ] = None,
    product: Annotated[str | None, typer.Argument(help="Id of the product.")] = None,
    as_of: AsOf = None,
    angle: Annotated[
        str | None, typer.Option(help="Hook angle, to overrule the kit's choice.")
    ] = None,
    call_to_action: Annotated[
        str | None, typer.Option(help="The call to action, in the creator's words.")
    ] = None,
    pdf: Annotated[
        str | None, typer.Option(help="Print each as PDF too, on this paper: a4 or letter.")
    ] = None,
    home: Home = None,
) -> None:
    """Write creator briefs.

    Of five parts each: hook angle, product truth, proof, call to action, what not to say. As Word,
    web page, Markdown and, with --pdf, PDF, in the creator's language where texts exist; with rows
    for ledgers/briefs.csv. A part that is missing refuses it.
    """
    from kit import brief_files, brief_round, briefs, printed
    from kit import client as clients

    day = printed.day_of(client, as_of, home)
    opened = clients.open(client, home)
    if (creator is None) != (product is None):
        raise ClientError("Give a creator and a product, or neither for all who are due briefs.")
    if creator is None and (angle or call_to_action):
        raise ClientError("--angle and --call-to-action are for one brief: name its creator.")
    if creator is None:
        made = brief_round.for_week(opened, day)
    else:
        one = briefs.compose(
            opened, creator, str(product), day, hook_angle=angle, call_to_action=call_to_action
        )
        made = brief_round.Round([one])
    folder = clients.home(home) / "reports" / client / "briefs" / day.isoformat()
    brief_files.write(made, folder, pdf)
    printed.briefs(made, folder)


@app.command()
def plan(
    handle: Annotated[str, typer.Argument(help="The partner's handle.")],
    client: ClientName,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Write the plan shared with a partner.

    What ledgers/plans.csv holds of what both agreed to post, as a page that can be sent and as a
    table. It holds no figure and nobody else.
    """
    from kit import plans, printed

    day = printed.day_of(client, as_of, home)
    typer.echo(f"Wrote {plans.write(client, handle, day, home)}")


@app.command()
def today(
    client: ClientName,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Print today's list of the production line.

    Whom to chase and to ask, what to approve, send, brief, renew and check, from the ledgers and
    exports as they stand. Also written: the list with ready messages, where each sample is, the
    rights calendar as a file that calendars import, and captions to look at as rows for
    ledgers/compliance.csv. The notebook production_line has the evidence.
    """
    from kit import client as clients
    from kit import printed, production, production_files

    day = printed.day_of(client, as_of, home)
    found = production.report(clients.open(client, home), day)
    folder = clients.home(home) / "reports" / client / "today" / day.isoformat()
    production_files.write(found, folder)
    printed.today(found, folder)
