"""A report's page as a PDF: tagged, with bookmarks, printed by the system's own chromium."""

from __future__ import annotations

import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from kit import client as clients
from kit import doctor, week, words
from kit.errors import ReportError

PAPERS = ("a4", "letter")
SECONDS = 60
# nothing but the page: no host, no stored state, no line of the browser's own on the paper
_CHROMIUM = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


def write_pdfs(
    client: str, as_of: date, home: str | Path | None = None, paper: str = "a4"
) -> list[Path]:
    """Print each report of a client's week that stands; the paths, beside the pages.

    A report that is superseded takes its PDF with it. Raises `ReportError` where the week, or this
    day of it, has not been reported, for a paper there is not, and without a chromium.
    """
    _check(paper)
    root = clients.home(home)
    clients.client_folder(client, root)
    folder = week.week_folder(root, client, as_of)
    printed = []
    for report, told in week.reports(folder).items():
        if told["parameters"]["as_of"] == as_of.isoformat():
            with week.lock(folder.parent / ".locks" / f"{folder.name}-{report}"):
                printed.append(write_pdf(folder / report / f"{report}.html", paper))
    if not printed:
        raise ReportError(
            f"{folder.relative_to(root)} holds no report up to {words.day(as_of)}. "
            f"Run kit run --all --client {client} --as-of {as_of.isoformat()} first."
        )
    return printed


def write_pdf(page: Path, paper: str = "a4") -> Path:
    """Print a page of the kit beside it, whole or not at all; where the PDF is."""
    _check(paper)
    chromium = doctor.program("chromium")
    if chromium is None:
        raise ReportError(
            "A PDF needs chromium, which is not on the path. Install it (apt-get install chromium, "
            "or brew install chromium), or print the page from a browser."
        )
    target = page.with_suffix(".pdf")
    # beside the page: a chromium in a box of its own sees no other temporary folder
    with tempfile.TemporaryDirectory(dir=page.parent, prefix=".pdf-") as aside:
        sheet, made = Path(aside) / page.name, Path(aside) / target.name
        size = f"<style>@page {{ size: {paper}; }}</style></head>"
        text = page.read_text(encoding="utf-8").replace("</head>", size, 1)
        sheet.write_text(text, encoding="utf-8")
        _print(chromium, sheet, made)
        os.replace(made, target)
    return target


def _check(paper: str) -> None:
    if paper not in PAPERS:
        raise ReportError(f"There is no paper {paper}. Choose {' or '.join(PAPERS)}.")


def _print(chromium: str, sheet: Path, made: Path) -> None:
    command = [chromium, *_CHROMIUM, f"--user-data-dir={sheet.parent / 'profile'}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # chromium starts for root in no other way
    command += [f"--print-to-pdf={made}", sheet.as_uri()]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS).stderr
    except subprocess.TimeoutExpired:
        said = f"it did not end within {SECONDS} seconds"
    if not made.exists() or made.read_bytes()[:5] != b"%PDF-":
        told = (said.strip().splitlines() or ["it said nothing"])[-1]
        raise ReportError(
            f"{chromium} could not print {sheet.name}: {told}. Try it again, or print the page "
            "from a browser."
        )
