"""Thirty hostile notebooks between good ones: every good one gives what a fresh kernel gives.

Run `python -m tests.benchmarks.bench_isolation` from the repository root. All are run in warm
kernels forked from one process, a hostile one between every two good ones, each cell held to a time
and each kernel to an amount of memory. Then each good one again in a fresh kernel of its own: the
bytes of its results, its tables' and its chart's must be the same.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat

from kit import execution, kernels, reports, running
from tests.hostile_notebooks import HOSTILE
from tests.run_client import AS_OF, write_client, write_notebook

SECONDS = 30  # for a cell, where a hostile one may never end
MEMORY = 4 << 30
GOOD = (
    "import matplotlib.pyplot as plt, numpy as np, seaborn as sns\n"
    "from kit import plots, words\n"
    "from kit.plots import look\n"
    "look.theme()\n"
    "rows = kit.open(client).orders\n"
    "print(words.money(rows['gmv'].sum()), len(rows), rows['gmv'].mean())\n"
    "rng = np.random.default_rng(1)\n"
    "_ = plt.hist(rng.normal(size=50))"
)


def made(home: Path, name: str) -> tuple[bytes, list]:
    """The bytes of a good report's results, and all its cells' outputs but where they stand."""
    folder = home / "reports" / "tiny" / "2026-W19" / name
    notebook = nbformat.read(folder / f"{name}.ipynb", 4)
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    return (folder / "results.parquet").read_bytes(), outputs


def left() -> list[str]:
    """Processes that are still there of what the hostile ones started."""
    told = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True).stdout
    door = os.environ.get(kernels.SOCKET, "no door")
    rows = [row for row in told.splitlines() if "sleep 3000" in row or door in row]
    return [row for row in rows if not row.startswith("ps ")]


def notebooks(home: Path) -> list[Path]:
    """A good one, a hostile one, a good one, …, a good one."""
    folder = home / "notebooks"
    found = [write_notebook(folder / "good00.ipynb", GOOD)]
    for number, (name, text) in enumerate(HOSTILE.items(), start=1):
        found.append(write_notebook(folder / f"hostile_{name}.ipynb", text))
        found.append(write_notebook(folder / f"good{number:02d}.ipynb", GOOD))
    return found


def run(home: Path, paths: list[Path]) -> dict[str, str]:
    """The status of each report, made one after the other in this process."""
    jobs = reports.plan("tiny", AS_OF, paths, home=home)
    status = {}
    for job in jobs:
        status[job.notebook.stem] = running.make(job).status
        print(f"  {job.notebook.stem}: {status[job.notebook.stem]}", flush=True)
    return status


def main() -> None:
    """Print what became of each hostile notebook; fails where a good one is touched."""
    execution.CELL_SECONDS = SECONDS
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.RLIM_INFINITY))
    with tempfile.TemporaryDirectory() as place:
        warm, fresh = Path(place, "warm"), Path(place, "fresh")
        write_client(warm)
        write_client(fresh)
        with kernels.shared():
            began = time.monotonic()
            status = run(warm, notebooks(warm))
            print(f"{len(status)} reports in warm kernels: {time.monotonic() - began:.0f} s")
            time.sleep(2)
            stay = [row for row in left() if "kit.warm" not in row]
        goods = [path for path in notebooks(fresh) if path.stem.startswith("good")]
        execution.CELL_SECONDS = 900  # a fresh kernel loads its libraries first
        again = run(fresh, goods)
        same = sum(made(warm, path.stem) == made(fresh, path.stem) for path in goods)
    print(f"good ones with the bytes of a fresh kernel: {same} of {len(goods)}")
    print(f"processes left behind: {len(stay)}")
    assert set(again.values()) == {"published"}
    assert same == len(goods)
    assert not stay, stay


if __name__ == "__main__":
    main()
