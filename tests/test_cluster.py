"""The same run on a real Dask cluster: a scheduler and workers that are started here."""

import json
import subprocess
import sys
import time

import pytest

from kit import reports
from kit.errors import ReportError
from tests.run_client import AS_OF, write_client, write_notebook


class Cluster:
    """A scheduler and, once asked for, workers; all end with the block."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "scheduler.json"
        self.started = []
        self.start("dask_scheduler", "--port", "0", "--scheduler-file", self.file)
        until = time.monotonic() + 60
        while not self.file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, program, *options):
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard"]
        command += ["--host", "127.0.0.1", *map(str, options)]
        with (self.folder / f"{program}{len(self.started)}.log").open("w") as said:
            self.started.append(subprocess.Popen(command, stderr=said, cwd=self.folder))

    def workers(self, number, threads=1):
        """So many worker processes; they have joined when this returns."""
        from distributed import Client

        options = ["--nthreads", threads, "--nworkers", number, "--local-directory", self.folder]
        self.start("dask_worker", "--scheduler-file", self.file, *options)
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)

    def end(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            process.wait(timeout=30)


@pytest.fixture
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


def run(home, cluster):
    notebook = write_notebook(home / "notebooks" / "weekly_review.ipynb")
    made = reports.run_clients(
        ["one", "two", "three"], AS_OF, [str(notebook)], home=home, dask=cluster.address
    )
    return {outcome.client: outcome for outcome in made}


@pytest.fixture
def home(tmp_path):
    """Two good clients, and one whose folder holds a file that is no export."""
    for name in ("one", "two", "three"):
        write_client(tmp_path, name)
    (tmp_path / "data" / "two" / "exports" / "odd.csv").write_text("apples,pears\n1,2\n")
    return tmp_path


def test_a_fleet_on_a_cluster_is_published_or_withheld_as_here(home, cluster):
    cluster.workers(2)
    found = run(home, cluster)
    assert {name: outcome.status for name, outcome in found.items()} == {
        "one": "published",
        "two": "withheld",
        "three": "published",
    }
    assert "odd.csv" in found["two"].message
    page = home / "reports" / "one" / "2026-W19" / "weekly_review" / "weekly_review.html"
    assert "How much was sold?" in page.read_text()
    assert {name: outcome.status for name, outcome in run(home, cluster).items()} == {
        "one": "unchanged",
        "two": "withheld",
        "three": "unchanged",
    }


def test_a_cluster_that_cannot_do_it_is_refused_before_anything_is_made(home, cluster):
    with pytest.raises(ReportError, match="has no worker. Start some: dask worker"):
        run(home, cluster)
    cluster.workers(1, threads=2)
    with pytest.raises(ReportError, match="several reports in one process.*--nthreads 1"):
        run(home, cluster)
    assert not (home / "reports").exists()
    cluster.end()
    with pytest.raises(ReportError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1"):
        run(home, cluster)
