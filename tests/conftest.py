"""What every test shares: no screen, the sample client once, and the programs a test may need."""

import os
import shutil
from pathlib import Path

import pytest

os.environ["MPLBACKEND"] = "agg"
os.environ.pop("KIT_HOME", None)

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
# Programs of the system, and where Debian and Homebrew have them.
PROGRAMS = {
    "chromium": "chromium",
    "soffice": "LibreOffice (libreoffice-impress)",
    "pdftoppm": "poppler (poppler-utils)",
    "openssl": "openssl",
}
REQUIRED = "KIT_REQUIRE_SYSTEM_PACKAGES"


def program(name: str) -> str | None:
    """Where the system has one of PROGRAMS."""
    return shutil.which(name)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory):
    """A home of its own that holds a copy of the sample client, tables not yet built."""
    home = tmp_path_factory.mktemp("home")
    without = shutil.ignore_patterns("tables", ".reads", ".lock", "truth.json")
    shutil.copytree(SAMPLE, home / "data" / "sample", ignore=without)
    return home


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*programs): runs only where the system has them")


def pytest_collection_modifyitems(config, items):
    """Leave out, and name at the end, the tests whose programs the system lacks."""
    lacking = {name for name in PROGRAMS if shutil.which(name) is None}
    left_out = [item for item in items if lacking & _needs(item)]
    if left_out and os.environ.get(REQUIRED):
        names = ", ".join(PROGRAMS[name] for name in sorted(lacking))
        pytest.exit(f"{REQUIRED} is set, and the system lacks {names}.", returncode=1)
    config.left_out = left_out
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _needs(item):
    return {name for mark in item.iter_markers("needs") for name in mark.args}


def pytest_terminal_summary(terminalreporter, config):
    left_out = getattr(config, "left_out", [])
    if left_out:
        lacking = sorted({name for item in left_out for name in _needs(item)})
        names = ", ".join(PROGRAMS[name] for name in lacking if shutil.which(name) is None)
        terminalreporter.write_line(f"Left out {len(left_out)} tests that need {names}.")
