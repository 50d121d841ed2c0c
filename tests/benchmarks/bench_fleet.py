"""A fleet's Monday beside the loop it replaces: time, memory, and that both give the same.

Run `python -m tests.benchmarks.bench_fleet [clients] [jobs]` from the repository root. Clients are
copies of the sample. The loop is, for each report, papermill's own command and a process that has
nbconvert write the page, one after the other; the fleet is one `kit run --all-clients`. Both start
from tables that are read. Seconds are of the clock, cpu seconds of all their processes; what the
cells themselves take is told by the notebooks. Then the same fleet again, unchanged. Change nothing
of the kit meanwhile: a report whose code changes while it is made fails.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
REPORTS = ("onboarding", "weekly_review", "spark_candidates", "tier_promotion_audit")
AS_OF = "2026-05-10"
PAGE = """
import sys; from pathlib import Path; from kit import pages
pages.write_html(Path(sys.argv[1]), Path(sys.argv[2]))
"""
TARGET = (
    "the loop takes at least 5 times as long in whole, 8 times on what is not the cells' own time; "
    "under 250 MiB per further job; an unchanged fleet of 20 in under 3 s"
)


def fleet(home: Path, number: int) -> list[str]:
    """So many clients, each the sample under a name of its own, their files read."""
    names = [f"client{n:02d}" for n in range(number)]
    for name in names:
        folder = home / "data" / name
        without = shutil.ignore_patterns("tables", ".reads", ".lock", "truth.json")
        shutil.copytree(ROOT / "data" / "sample", folder, ignore=without)
        settings = (folder / "client.toml").read_text().replace("demo = true\n", "")
        (folder / "client.toml").write_text(settings)
        command = [str(BIN / "kit"), "ingest", "--client", name, "--home", str(home)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return names


def timed(commands: list[list[str]], environment: dict[str, str]) -> tuple[float, float, float]:
    """Seconds of the clock and of the processors, and the peak of memory in MiB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    peak = 0.0
    for command in commands:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        watch = Watch(process.pid)
        assert process.wait() == 0, command
        peak = max(peak, watch.end())
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu, peak


class Watch(threading.Thread):
    """The most memory that a process and all it started held at once, shared pages once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(0.5):
            self.peak = max(self.peak, sum(map(_proportional, _family(self.pid))) / 1024)

    def end(self) -> float:
        self.over.set()
        self.join()
        return self.peak


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                text = Path(f"/proc/{one}/task/{thread}/children").read_text()
                found += map(int, text.split())
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def loop(home: Path, names: list[str], out: Path) -> tuple[list[list[str]], dict[str, str]]:
    """The commands of a shell loop that makes the same notebooks and pages, and its environment."""
    commands = []
    for name in names:
        for report in REPORTS:
            folder = out / name / report
            folder.mkdir(parents=True)
            made = str(folder / f"{report}.ipynb")
            source = str(ROOT / "notebooks" / f"{report}.ipynb")
            run = [str(BIN / "papermill"), source, made, "-r", "client", name]
            run += ["-r", "as_of", AS_OF, "--cwd", str(ROOT / "notebooks"), "--no-progress-bar"]
            page = [sys.executable, "-c", PAGE, made, made.replace(".ipynb", ".html")]
            saved = ["env", f"KIT_REPORT_FOLDER={folder}"]
            commands += [saved + run, page]
    fixed = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    return commands, {**os.environ, **fixed, "KIT_HOME": str(home)}


def pictures(notebook: Path) -> list[str]:
    """The figures of an executed notebook, each as a hash of its pixels' file."""
    cells = nbformat.read(notebook, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    drawn = [
        output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    return [hashlib.sha256(text.encode()).hexdigest() for text in drawn]


def own_seconds(notebooks: list[Path]) -> float:
    """What the cells of executed notebooks took by their own account."""
    told = [json.loads(path.read_text())["cells"] for path in notebooks]
    spent = [
        cell["metadata"].get("papermill", {}).get("duration") for cells in told for cell in cells
    ]
    return sum(seconds or 0.0 for seconds in spent)


def compare(home: Path, names: list[str], out: Path) -> tuple[int, int]:
    """How many reports have the same results and figures by both ways, and how many there are."""
    same = 0
    for name in names:
        for report in REPORTS:
            ours = home / "reports" / name / "2026-W19" / report
            theirs = out / name / report
            equal = all(
                (ours / file).read_bytes() == (theirs / file).read_bytes()
                for file in ("results.parquet",)
            )
            drawn = [pictures(folder / f"{report}.ipynb") for folder in (ours, theirs)]
            same += equal and drawn[0] == drawn[1] and len(drawn[0]) > 0
    return same, len(names) * len(REPORTS)


def main(number: int = 20, jobs: int = 2) -> None:
    """Print what each took, the ratios, and whether both give the same."""
    with tempfile.TemporaryDirectory() as place:
        home, out = Path(place) / "home", Path(place) / "loop"
        names = fleet(home, number)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KIT_")}
        run = [str(BIN / "kit"), "run", "--all-clients", "--as-of", AS_OF, "--home", str(home)]
        one = timed([[*run, "--jobs", "1"]], environment)
        shutil.rmtree(home / "reports")
        ours = timed([[*run, "--jobs", str(jobs)]], environment)
        again = min(timed([run], environment)[0] for _ in range(3))
        theirs = timed(*loop(home, names, out))
        same, reports = compare(home, names, out)
        mine = own_seconds(list((home / "reports").glob("*/*/*/*.ipynb")))
        cells = own_seconds(list(out.glob("*/*/*.ipynb")))
    print(f"{number} clients x {len(REPORTS)} reports, {jobs} jobs. Target: {TARGET}.")
    print(f"loop:  {theirs[0]:,.0f} s, {theirs[1]:,.0f} cpu s; its cells {cells:,.0f} s")
    print(f"fleet: {ours[0]:,.0f} s, {ours[1]:,.0f} cpu s; its cells {mine:,.0f} s")
    print(f"fleet, one job: {one[0]:,.0f} s, {one[1]:,.0f} cpu s")
    print(f"in whole {theirs[0] / ours[0]:.1f} times as long, {theirs[1] / ours[1]:.1f} times cpu")
    beyond = max(ours[0] - mine / jobs, 1e-9)
    print(f"beyond the cells' own time {(theirs[0] - cells) / beyond:.1f} times as long")
    print(f"a report beyond its own cells: {beyond * jobs / reports:.1f} s of a job")
    extra = (ours[2] - one[2]) / max(jobs - 1, 1)
    print(f"memory: {one[2]:,.0f} MiB with one job, {extra:,.0f} MiB per further one")
    print(f"the same results and figures: {same} of {reports}")
    print(f"unchanged fleet of {number}: {again:.1f} s")
    assert same == reports


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
