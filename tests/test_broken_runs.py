"""What a machine can do to a run: no kernel, no room, no folder, no time. Nothing good is lost."""

import resource
import subprocess
import sys
from contextlib import contextmanager

import pandas as pd
import pytest

from kit import execution, fleet, kernels, reports, running, week
from tests.kills import Killed
from tests.poisons import POISONS, outcomes, poisoned_fleet
from tests.run_client import AS_OF, write_client, write_notebook, write_orders

WEEK = "reports/tiny/2026-W19"


@pytest.fixture
def home(tmp_path):
    write_client(tmp_path)
    return tmp_path


@pytest.fixture
def notebook(tmp_path):
    return write_notebook(tmp_path / "notebooks" / "weekly_review.ipynb")


def job(notebook, home, force=True):
    (planned,) = reports.plan("tiny", AS_OF, [notebook], home=home, force=force)
    return planned


def bytes_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def largest_file(size):
    """As on a full disk, no file can grow beyond so many bytes; the system itself refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_whatever_stops_a_run_is_said_and_the_last_good_report_stays(home, notebook, monkeypatch):
    asked = job(notebook, home)
    assert running.make(asked).status == "published"
    good = bytes_in(home / WEEK)

    monkeypatch.setattr(kernels, "name", lambda: "no-such-kernel")
    missing = running.make(asked)
    assert missing.status == "failed"
    assert missing.message.startswith("there is no notebook kernel no-such-kernel here.")
    assert (
        "The run ended here: there is no notebook kernel"
        in (missing.folder / "weekly_review.html").read_text()
    )
    monkeypatch.undo()

    page = (asked.folder / "weekly_review.html").stat().st_size
    for size, part in ((1_000, ""), (page - 1, "its page could not be made: ")):
        with largest_file(size):
            full = running.make(asked)
        assert full.status == "failed", size
        assert full.message.startswith(f"{part}there is no room to write ")
        assert (full.folder / "weekly_review.ipynb").is_file()
        assert "kit prune" in full.message

    after = bytes_in(home / WEEK)
    assert {p: b for p, b in after.items() if "weekly_review.failed" not in p.parts} == good
    assert week.left_behind(asked.folder) == []


def test_a_folder_that_cannot_be_made_fails_the_report_by_name(home, notebook):
    asked = job(notebook, home)
    (home / "reports").write_text("a file where the folder belongs")
    failed = running.make(asked)
    assert failed.status == "failed"
    assert str(home / "reports" / "tiny") in failed.message
    found = subprocess.run(
        [sys.executable, "-m", "kit.cli", "run", notebook, "--client", "tiny", "--home", home],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "Not a directory" in found.stderr


def test_a_kernel_that_dies_or_never_ends_is_told_under_its_cell(home, notebook, monkeypatch):
    write_notebook(notebook, "print('about to die')", "import os; os._exit(1)", "print('after')")
    dead = running.make(job(notebook, home))
    page = (dead.folder / "weekly_review.html").read_text()
    assert page.index("about to die") < page.index("The run ended here: DeadKernelError")
    assert page.index("The run ended here") < page.index(">save<")

    monkeypatch.setattr(execution, "CELL_SECONDS", 8)
    write_notebook(notebook, "while True:\n    pass")
    endless = running.make(job(notebook, home))
    assert endless.status == "failed"
    assert endless.message == "a cell ran for over 8 seconds and was stopped."
    assert not (home / WEEK / "weekly_review").exists()


def test_a_report_that_is_published_but_not_joined_says_so_and_the_next_run_mends_it(
    home, notebook
):
    (home / WEEK / week.RESULTS).mkdir(parents=True)  # no file can take its place
    half = running.make(job(notebook, home, force=False))
    assert half.status == "failed"
    assert half.message.startswith("it is published, but not yet in the tables of its week: ")
    (home / WEEK / week.RESULTS).rmdir()
    assert reports.run_report(notebook, "tiny", AS_OF, home=home).status == "unchanged"
    assert pd.read_parquet(home / WEEK / week.RESULTS)["value"].tolist() == [420.0]


def test_two_schedulers_at_once_make_one_report(home, notebook):
    command = [sys.executable, "-m", "kit.cli", "run", notebook, "--client", "tiny"]
    command += ["--as-of", AS_OF.isoformat(), "--home", home]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=180)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted("unchanged" in text for text in said) == [False, True]
    assert not (home / WEEK / "weekly_review" / week.SUPERSEDED).exists()
    assert week.left_behind(home / WEEK / "weekly_review") == []


def test_one_poisoned_client_of_each_kind_stops_no_other(tmp_path):
    poisoned_fleet(tmp_path, good=2, poisons=list(POISONS))
    found = outcomes(tmp_path)
    assert [found[f"good{number}"].status for number in range(2)] == ["published", "published"]
    for name, poison in POISONS.items():
        made = found[name.replace("_", "-")]
        assert made.status == poison.status, (name, made)
        assert poison.sentence.search(made.message), (name, made.message)


def test_a_notebook_that_eats_all_memory_fails_alone(home):
    greedy = write_notebook(home / "nb" / "onboarding.ipynb", f"x = bytearray({fleet.memory()})")
    modest = write_notebook(home / "nb" / "weekly_review.ipynb")
    jobs = reports.plan("tiny", AS_OF, [greedy, modest], home=home)
    found = {outcome.report: outcome for outcome in reports.run(jobs, workers=2)}
    assert found["weekly_review"].status == "published"
    assert found["onboarding"].status == "failed"
    assert "MemoryError" in found["onboarding"].message


def test_new_orders_after_a_failure_are_published(home, notebook):
    write_notebook(notebook, "1 / 0")
    assert running.make(job(notebook, home)).status == "failed"
    write_notebook(notebook)
    write_orders(home / "data" / "tiny", "late.csv", [(AS_OF, "25.00")], start=100)
    made = running.make(job(notebook, home))
    assert made.status == "published"
    assert not (home / WEEK / "weekly_review.failed").exists()


def test_a_run_that_is_killed_leaves_the_old_report_or_the_new_one(tmp_path):
    killed = Killed(tmp_path, seed=3)
    for _ in range(2):
        killed.kill_one()
    killed.finish()
