"""What every test shares: no screen, the sample client once, and the programs a test may need."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "agg"
os.environ.pop("KIT_HOME", None)

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
# Programs of the system, and where Debian and Homebrew have them.
PROGRAMS = {
    "chromium": "chromium",
    "soffice": "LibreOffice (libreoffice-impress)",
    "pdftoppm": "poppler (poppler-utils)",
    "openssl": "openssl",
    "initdb": "PostgreSQL (postgresql)",
}
# Debian keeps the server's programs of each version in a folder of their own.
SERVERS = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *SERVERS[-1:]])
REQUIRED = "KIT_REQUIRE_SYSTEM_PACKAGES"
# The files that take longest, handed out first, so that no worker is left alone with one of them.
LONGEST = (
    "test_broken_runs.py",
    "test_reports.py",
    "test_thin_data.py",
    "test_sample.py",
    "test_page_in_browser.py",
    "test_kernels.py",
    "test_cluster.py",
    "test_warehouse.py",
    "test_pseudonyms.py",
    "test_memory.py",
    "test_review.py",
    "test_damages.py",
    "test_decided.py",
    "test_production.py",
    "test_downloads_again.py",
    "test_ledger_random.py",
    "test_injections.py",
    "test_briefs.py",
)
# The same examples each time: a run is red for what was changed, never by chance.
settings.register_profile("kit", derandomize=True, deadline=None)
settings.load_profile("kit")


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
    """The longest files first; leave out, and name, the tests whose programs the system lacks."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))
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
