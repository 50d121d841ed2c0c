"""What stands in several files of the repository says the same in each."""

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Names that differ on conda-forge.
CONDA = {
    "matplotlib": "matplotlib-base",
    "duckdb": "python-duckdb",
    "ibis-framework[duckdb]": "ibis-duckdb",
    "tzdata": "python-tzdata",
    "bleach[css]": "bleach-with-css",
    "psycopg[binary]": "psycopg",
}


def parted(requirement):
    name, specifier = re.fullmatch(r"([\w.\[\]-]+)(.*)", requirement.replace(" ", "")).groups()
    return name, specifier


def test_conda_gets_the_same_dependencies():
    every = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    wanted = dict(map(parted, every))
    wanted = {CONDA.get(name, name): specifier for name, specifier in wanted.items()}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    assert by_pip.pop() == "-e ."
    listed = [entry for entry in listed if isinstance(entry, str)]
    given = dict(parted(entry) for entry in [*listed, *by_pip])
    assert given.pop("python") == PROJECT["requires-python"]
    assert given.pop("pip") == ""
    assert given == wanted


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_locks_pin_and_hash_everything_and_name_no_host(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    pins = re.findall(r"^([\w.-]+)==\S+(?: ;[^\\\n]*)? \\\n    --hash=sha256:", text, re.MULTILINE)
    named = re.findall(r"^[A-Za-z][^\n]*", text, re.MULTILINE)
    assert len(pins) == len(named) > 50


def test_every_dependency_is_locked():
    locks = {"requirements.lock": PROJECT["dependencies"]}
    every = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    locks["requirements-test.lock"] = every
    for lock, wanted in locks.items():
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        names = {parted(requirement)[0].partition("[")[0] for requirement in wanted}
        assert names - locked == set()


def test_the_tests_lock_only_adds():
    pins = [
        dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-test.lock")
    ]
    assert pins[0].items() <= pins[1].items()


def test_make_explains_each_of_its_targets():
    text = (ROOT / "Makefile").read_text()
    told = re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE)
    named = [
        "bench",
        "bench-scale",
        "clean",
        "gallery",
        "lab",
        "lint",
        "notebooks",
        "report",
        "test",
    ]
    assert sorted(told) == named


def test_real_clients_are_never_committed():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"data/*", "!data/sample/", "reports/*", "!reports/example/"} <= set(ignored)


def test_make_bench_runs_every_benchmark_as_it_is_meant_to_be_run():
    recipe = subprocess.run(
        ["make", "-n", "bench"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"python -m tests\.benchmarks\.\$\(basename", recipe)
    for bench in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py")):
        assert callable(importlib.import_module(f"tests.benchmarks.{bench.stem}").main)
