"""Runs that are killed at random moments, and what must hold of the report after each."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from kit import week
from tests.run_client import AS_OF, write_client, write_notebook, write_orders

FOLDER = "reports/tiny/2026-W19"
NAMES = ("onboarding", "weekly_review")


class Killed:
    """A client whose data change before each run; every run but the last of a round is killed."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.random = home, random.Random(seed)
        write_client(home)
        self.notebooks = [write_notebook(home / "nb" / f"{name}.ipynb") for name in NAMES]
        self.changes = 0
        self.sales = {name: {420.0} for name in NAMES}
        began = time.monotonic()
        assert self._wait(self._start()) == 0
        self.seconds = time.monotonic() - began

    def _start(self) -> subprocess.Popen:
        code = "import sys; from datetime import date; from kit import reports\n"
        code += "if __name__ == '__main__':\n"
        code += f" jobs = reports.plan('tiny', date.fromisoformat('{AS_OF}'), sys.argv[2:], "
        code += "home=sys.argv[1])\n"
        code += " print(*[o.status for o in reports.run(jobs, 2)], flush=True)\n"
        script = self.home / "run.py"
        script.write_text(code)
        return subprocess.Popen(
            [sys.executable, script, self.home, *self.notebooks],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait(self, run: subprocess.Popen) -> int:
        return run.wait(timeout=600)

    def _change(self) -> float:
        """One more order; what the sales are from now on."""
        self.changes += 1
        orders = self.home / "data" / "tiny"
        write_orders(
            orders, f"late{self.changes}.csv", [(AS_OF, "1.00")], start=1000 + self.changes
        )
        return 420.0 + self.changes

    def kill_one(self) -> str:
        """Change the data, begin a run, kill it; how far it had come. All is whole after it."""
        sales = self._change()
        for name in NAMES:
            self.sales[name].add(sales)
        run = self._start()
        if self.random.random() < 0.5:
            time.sleep(self.random.uniform(0, self.seconds))
        else:
            self._until_nearly_published(run)
        run.kill()  # its children are left to find out for themselves; it may have ended by now
        run.wait()
        stood = self.check()
        return "new" if all(value == sales for value in stood) else "old"

    def _until_nearly_published(self, run: subprocess.Popen) -> None:
        """To the moment at which a finished report is about to take its place, and a little on."""
        until = time.monotonic() + 3 * self.seconds
        while run.poll() is None and time.monotonic() < until:
            if any((self.home / FOLDER).glob(f".making-*/{week.MANIFEST}")):
                break
            time.sleep(0.001)
        time.sleep(self.random.uniform(0, 0.05))

    def check(self) -> list[float]:
        """What stands is a report that was made whole from one state of the data, each with all."""
        return [self._whole(name) for name in NAMES]

    def _whole(self, name: str) -> float:
        folder = self.home / FOLDER / name
        told = json.loads((folder / week.MANIFEST).read_text())
        (value,) = pd.read_parquet(folder / week.RESULTS)["value"]
        used = sum(entry["rows_used"] for entry in told["inputs"])
        assert value == 420.0 + (used - 42), (name, value, used)
        assert value in self.sales[name]
        assert told["status"] == "published"
        assert (folder / f"{name}.html").read_text().rstrip().endswith("</html>")
        assert len(json.loads((folder / f"{name}.ipynb").read_text())["cells"]) == 6
        versions = sorted(int(path.name) for path in (folder / week.SUPERSEDED).glob("*"))
        assert versions == list(range(1, len(versions) + 1))
        joined = self.home / FOLDER / week.RESULTS
        assert len(pd.read_parquet(joined)) == len(NAMES)
        return value

    def finish(self) -> None:
        """The next run publishes what the killed ones did not, and nothing of them is left."""
        assert self._wait(self._start()) == 0
        assert self.check() == [420.0 + self.changes] * len(NAMES)
        assert week.is_joined(self.home / FOLDER)
        left = [path.name for path in (self.home / FOLDER).iterdir() if path.name.startswith(".")]
        assert [name for name in left if name != week.JOINED] == []
        assert [p for p in (self.home / "data" / "tiny").glob(".tables-*")] == []
