"""The command line: each command reads what was asked, calls the kit and prints what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

# Plain help texts, and a third of the start-up time; must be said before typer is imported.
os.environ.setdefault("TYPER_USE_RICH", "0")

import typer  # noqa: E402

from kit.errors import ClientError, KitError, ReportError, plain  # noqa: E402

if TYPE_CHECKING:
    from kit.running import Outcome

USAGE = 2
FAILED = 1
app = typer.Typer(
    help="Run a TikTok Shop creator program: exports in, dated reports and decks out.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ClientName = Annotated[str, typer.Option("--client", help="Name of the client's folder in data/.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        help="Last day to count: 2026-05-10, last-sunday, or last-settled-sunday, the newest "
        "Sunday the platform has released. Left out: the last Sunday the data cover."
    ),
]
Pseudonyms = Annotated[
    bool,
    typer.Option(
        "--pseudonyms",
        help="For sharing: of a copy, CLIENT-shared, in which each creator has a pseudonym.",
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds data/ and reports/. Left out: KIT_HOME, else the nearest folder "
        "upward with a data/."
    ),
]


def main() -> None:
    """Run the command line; what a person can mend is one line on stderr and exit code 2."""
    try:
        app(prog_name="kit")
    except KitError as error:
        typer.echo(_one_line(str(error)), err=True)
        sys.exit(USAGE)
    except BrokenPipeError:
        os._exit(1)  # who reads, as head does, has seen enough
    except OSError as error:
        typer.echo(_one_line(plain(error)), err=True)
        sys.exit(FAILED)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@app.callback()
def _everywhere(home: Home = None) -> None:
    if home is not None:
        os.environ["KIT_HOME"] = str(home)


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
    names = [_shared(name, pseudonyms, home) for name in names]
    request: dict[str, Any] = {
        "as_of": as_of,
        "notebooks": notebooks,
        "parameters": _values(parameter or []),
        "home": home,
        "force": force,
        "ingest": not no_ingest,
    }
    outcomes = _followed(names, request, jobs, all_clients, log_json)
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


def _shared(name: str, pseudonyms: bool, home: Path | None) -> str:
    from kit.pseudonyms import make_copy

    return make_copy(name, home) if pseudonyms else name


def _values(given: list[str]) -> dict[str, str]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ReportError(f"-p {text} is not name=value, as in -p budget=9000.")
        values[name.strip()] = value
    return values


def _followed(
    names: list[str], request: dict[str, Any], jobs: int, all_clients: bool, log_json: bool
) -> list[Outcome]:
    """All outcomes, told as they are ready: a bar with the time left, or a line of JSON each."""
    from kit import events, execution, reports

    follow = events.followed if log_json else _bar
    if all_clients:
        made = reports.run_clients(names, **request, workers=jobs)
        return follow(made, len(names) * len(request["notebooks"]))
    with execution.no_ingest(not request["ingest"]):
        planned = reports.plan(names[0], **request)
        return follow(reports.run(planned, jobs), len(planned))


def _bar(made: Iterable[Outcome], total: int) -> list[Outcome]:
    from tqdm import tqdm

    return list(tqdm(made, total=total, desc="Reports", unit="report", disable=total == 1))


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
    pseudonyms: Pseudonyms = False,
    home: Home = None,
) -> None:
    """Write a PowerPoint deck.

    Of the week; of its month up to then; of the 13 weeks to it; or the kick-off, from the
    onboarding report. A deck reads the results of published reports and names weeks that lack one.
    """
    from kit import printed
    from kit.deck import build_deck

    client = _shared(client, pseudonyms, home)
    day = printed.day_of(client, as_of, home)
    typer.echo(f"Wrote {build_deck(client, day, home, kind, master)}")


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

    client = _shared(client, pseudonyms, home)
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
        typer.echo(f"Nothing to send of {client}.")
    if not all(one.good for one in made):
        raise typer.Exit(FAILED)


@app.command()
def creator(
    handle: Annotated[str, typer.Argument(help="The creator's handle.")],
    client: ClientName,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Write a creator's own page, to be sent.

    Posts, figures beside their tier, hook angles, money earned and the next step, of a reported
    week. It holds no other creator and nothing that is not listed for creators.
    """
    from kit import creator_page, printed

    day = printed.day_of(client, as_of, home)
    typer.echo(f"Wrote {creator_page.write(client, handle, day, home)}")


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
    home: Home = None,
) -> None:
    """Write creator briefs.

    Of five parts each: hook angle, product truth, proof, call to action, what not to say. As Word,
    web page and Markdown, with rows for ledgers/briefs.csv. A part that is missing refuses it.
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
    brief_files.write(made, folder)
    printed.briefs(made, folder)


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
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={NOTEBOOKS}"]
    os.execv(sys.executable, [*command, *context.args])


if __name__ == "__main__":
    main()
