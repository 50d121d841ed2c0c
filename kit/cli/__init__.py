"""The command line: each command reads what was asked, calls the kit and prints what came of it."""

from __future__ import annotations

import os
import sys

from kit.cli.app import FAILED, USAGE, app
from kit.errors import KitError, plain

# In this order the commands stand in the help.
# isort: off
from kit.cli import data, reports, outputs, production, questions, upkeep  # noqa: F401

# isort: on
import typer


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
