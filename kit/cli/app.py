"""The `kit` command itself, and the options that several of its commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

# Plain help texts, and a third of the start-up time; must be said before typer is imported.
os.environ.setdefault("TYPER_USE_RICH", "0")

import typer  # noqa: E402

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


@app.callback()
def _everywhere(home: Home = None) -> None:
    if home is not None:
        os.environ["KIT_HOME"] = str(home)


def shared(name: str, pseudonyms: bool, home: Path | None) -> str:
    """The client asked for, or its copy for sharing, made now."""
    from kit.pseudonyms import make_copy

    return make_copy(name, home) if pseudonyms else name
