"""The schedules of templates/: what their own tools accept, and commands that the kit has."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
import yaml

from kit import cli

SCHEDULES = Path(__file__).resolve().parent.parent / "templates" / "schedules"
CRON = SCHEDULES / "crontab"
SERVICE = SCHEDULES / "kit-monday.service"
TIMER = SCHEDULES / "kit-monday.timer"
WORKFLOW = SCHEDULES / "github-actions.yml"
LIMITS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]


def commands():
    """Every call of the kit in any of the schedules, as its arguments."""
    text = "\n".join(path.read_text() for path in sorted(SCHEDULES.iterdir()))
    text = re.sub(r'"\s*\n\s*"', "", text)  # a string of Python in two pieces
    calls = re.findall(r"\.venv/bin/kit ((?:run|prune)[^\n&>\"]*)", text)
    return [shlex.split(call) for call in calls]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_each_command_is_one_the_kit_understands(arguments):
    command = typer.main.get_command(cli.app).commands[arguments[0]]
    command.make_context(arguments[0], [a.replace("{client}", "acme") for a in arguments[1:]])


def test_every_schedule_asks_for_the_newest_settled_sunday():
    asked = [arguments for arguments in commands() if arguments[0] == "run"]
    assert len(asked) == 4
    assert all("last-settled-sunday" in arguments for arguments in asked)


def test_each_line_of_the_crontab_is_a_setting_or_five_fields_and_a_command():
    lines = [line for line in CRON.read_text().splitlines() if line and not line.startswith("#")]
    settings = [line for line in lines if re.match(r"[A-Z_]+=", line)]
    jobs = [line for line in lines if line not in settings]
    assert [line.split()[:5] for line in jobs] == [list("06**1"), list("051**")]
    for line in jobs:
        *fields, command = line.split(None, 5)
        for field, (low, high) in zip(fields, LIMITS, strict=True):
            assert field == "*" or low <= int(field) <= high
        assert "%" not in command  # which cron takes for a new line
        subprocess.run(["sh", "-n", "-c", command], check=True)
    if shutil.which("crontab"):
        checked = subprocess.run(["crontab", "-T", CRON], capture_output=True, text=True)
        assert checked.returncode == 0 or "invalid option" in checked.stderr


@pytest.fixture
def units(tmp_path):
    """The two units as on a machine that has the kit in a folder of this test."""
    home = tmp_path / "kit"
    for folder in (".venv/bin", "data", "reports"):
        (home / folder).mkdir(parents=True)
    (home / "README.md").touch()
    os.symlink(sys.executable, home / ".venv" / "bin" / "kit")
    for path in (SERVICE, TIMER):
        text = path.read_text().replace("/srv/creator-program-kit", str(home))
        (tmp_path / path.name).write_text(text.replace("User=kit\n", ""))
    return [tmp_path / path.name for path in (SERVICE, TIMER)]


def test_systemd_accepts_both_units(units):
    read = configparser.ConfigParser(strict=True, interpolation=None)
    read.optionxform = str
    read.read([SERVICE, TIMER])
    assert read["Timer"]["OnCalendar"] == "Mon *-*-* 06:00:00"
    assert read["Service"]["SuccessExitStatus"] == "1"
    if shutil.which("systemd-analyze"):
        verify = ["systemd-analyze", "verify", "--man=no", *units]
        checked = subprocess.run(verify, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")
        next_time = ["systemd-analyze", "calendar", read["Timer"]["OnCalendar"]]
        told = subprocess.run(next_time, capture_output=True, text=True, check=True).stdout
        assert re.search(r"Next elapse: Mon .* 06:00:00", told)


def test_the_workflow_has_only_what_github_knows():
    told = yaml.load(WORKFLOW.read_text(), yaml.BaseLoader)
    assert set(told) == {"name", "on", "permissions", "concurrency", "jobs"}
    assert [len(one["cron"].split()) for one in told["on"]["schedule"]] == [5]
    assert set(told["on"]) == {"schedule", "workflow_dispatch"}
    (job,) = told["jobs"].values()
    assert set(job) == {"runs-on", "timeout-minutes", "steps"}
    for step in job["steps"]:
        assert set(step) <= {"name", "uses", "with", "run", "if"}
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))
        subprocess.run(["sh", "-n", "-c", step.get("run", "true")], check=True)
    targets = re.findall(r"make (\S+)", WORKFLOW.read_text())
    makefile = (SCHEDULES.parents[1] / "Makefile").read_text()
    assert targets
    assert all(target.replace(".venv", "$(VENV)") + ":" in makefile for target in targets)


def test_the_dag_is_python():
    compile((SCHEDULES / "airflow_dag.py").read_text(), "airflow_dag.py", "exec")
