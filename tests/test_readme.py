"""The README says what the code says."""

import re
import tomllib
from pathlib import Path

from kit import cli, glossary

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme():
    commands = {
        command.name or command.callback.__name__ for command in cli.app.registered_commands
    }
    listed = set(re.findall(r"^\| `kit (\w+)", README, re.MULTILINE))
    assert listed == commands


def test_the_glossary_is_the_registers():
    rows = re.findall(r"^\| (.+) \(`(\w+)`\) \| (.+) \| (.+) \| (.+) \|$", README, re.MULTILINE)
    assert len(rows) >= 14
    for name, metric, formula, denominator, window in rows:
        entry = glossary.metric(metric)
        assert (name, formula, window) == (entry.name, entry.formula, entry.window)
        assert denominator == (entry.denominator or "–")


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    every = project["dependencies"] + project["optional-dependencies"]["test"]
    named = {re.match(r"[\w-]+", entry).group() for entry in every}
    told = README.partition("## What it is built on")[2]
    given = {
        name
        for cell in re.findall(r"^\| ([^|]+) \|", told, re.MULTILINE)
        for name in cell.split(", ")
    }
    assert named - given == set()


def test_files_that_the_readme_links_are_there():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
