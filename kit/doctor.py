"""Whether this machine can make every report: what is there, what lacks, what to install."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

KERNEL_SECONDS = 60
FREE_BYTES = 2 * 1024**3  # a year of one client's weekly reports is about 1 GB
# command names to try, what it is for, and how it is installed
PROGRAMS = (
    (("chromium", "google-chrome", "chrome"), "a PDF of a report", "chromium"),
    (("soffice", "libreoffice"), "a look at a deck without PowerPoint", "libreoffice-impress"),
    (("pdftoppm",), "pictures of a PDF", "poppler-utils"),
)


class Finding(NamedTuple):
    """One thing looked at: what, `state` ok, missing or optional, what was found, what to do."""

    what: str
    state: str
    found: str
    advice: str = ""


def examine(home: Path) -> list[Finding]:
    """Everything that reports need of a machine; `missing` stops them, `optional` does not."""
    return [
        _packages(),
        _kernel(),
        _fonts(),
        *_programs(),
        _writable(home),
        _disk(home),
    ]


def _packages() -> Finding:
    """Python and its packages, by pip's own check of what each asks of the others."""
    check = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
    )
    python = f"Python {platform.python_version()}"
    if check.returncode == 0:
        return Finding("packages", "ok", f"{python} and what the kit asks for")
    told = " ".join((check.stdout or check.stderr).split())
    return Finding("packages", "missing", f"{python}: {told}", "Run make report.")


def _kernel() -> Finding:
    """A notebook kernel really started, as every report starts one."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import start_new_kernel

    try:
        manager, client = start_new_kernel(
            kernel_name="python3",
            startup_timeout=KERNEL_SECONDS,
            extra_arguments=["--log-level=50"],
        )
    except (NoSuchKernel, RuntimeError, OSError) as error:
        told = " ".join(str(error).split())
        return Finding("notebook kernel", "missing", told, "Run make report to install it again.")
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return Finding("notebook kernel", "ok", "python3 starts")


def _fonts() -> Finding:
    from matplotlib import font_manager

    from kit.plots.look import FONTS

    here = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in FONTS if name in here]
    if found:
        return Finding("fonts", "ok", f"charts are set in {found[0]}")
    advice = f"For finer charts install one of {', '.join(FONTS)}."
    return Finding("fonts", "optional", "charts are set in DejaVu Sans", advice)


def program(name: str) -> str | None:
    """Where the system has one of PROGRAMS, by any of its names."""
    names = next(names for names, _, _ in PROGRAMS if name in names)
    return next(filter(None, map(shutil.which, names)), None)


def _programs() -> list[Finding]:
    found = []
    for names, use, package in PROGRAMS:
        path = program(names[0])
        if path:
            found.append(Finding(names[0], "ok", path))
        else:
            advice = f"Only for {use}: install {package}."
            found.append(Finding(names[0], "optional", "not on the path", advice))
    return found


def _writable(home: Path) -> Finding:
    """Reports and tables can be written where they belong."""
    for folder in (home / "data", home / "reports"):
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            advice = "Give this user the right to write there, or name another --home."
            return Finding("folders", "missing", f"{folder}: {error.strerror}", advice)
    return Finding("folders", "ok", f"data and reports in {home} can be written")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    told = f"{free / 1024**3:.1f} GB free in {home}"
    if free >= FREE_BYTES:
        return Finding("disk", "ok", told)
    return Finding("disk", "missing", told, "Make room, or clear old reports with kit prune.")
