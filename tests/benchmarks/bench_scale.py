"""Six metrics and velocity of one week: the kit beside hand-written SQL, pandas and polars.

Run ``make bench-scale LINES=10000000``, or ``python -m tests.benchmarks.bench_scale [lines …]``.
One run each, as a whole process: wall time, time of the processors and peak memory, and whether the
figures are those of the hand-written SQL. The kit answers more than is asked of the others (tiers,
posts, weeks beside months, intervals). Targets of issue 9 at 10,000,000 lines: the kit at most
1.25× the SQL, at least 5× faster than pandas, under 1.5 GiB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tests.benchmarks.scale_answers import ASKED
from tests.large_client import Size, large_client

LINES = 1_000_000
MIB = 1024**2


def asked(contender: str, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """A contender's answers by metric and subject, and what asking it took."""
    command = [sys.executable, "-m", "tests.benchmarks.scale_answers", contender, str(folder)]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{contender} failed.")
        took = time.monotonic() - started
        out.seek(0)
        told = json.load(out)
    answers = {f"{metric} {subject}": value for metric, subject, value in told["answers"]}
    spent = {"seconds": took, "processor": used.ru_utime + used.ru_stime}
    return answers, spent | {"MiB": told["peak"] / MIB}


def compared(lines: int, folder: Path) -> pd.DataFrame:
    """One row per contender that is installed; `apart`: the largest relative difference to SQL."""
    client = large_client(folder, Size(lines), versions=False)
    there = [name for name in ASKED if name in ("kit", "sql") or find_spec(name)]
    found = {name: asked(name, client.folder) for name in there}
    truth = found["sql"][0]
    rows = {}
    for name, (answers, spent) in found.items():
        gaps = [abs(answers.get(key, float("inf")) - v) / (abs(v) or 1) for key, v in truth.items()]
        rows[name] = {**spent, "answers": len(answers), "apart": max(gaps)}
    table = pd.DataFrame(rows).T
    table["÷ sql"] = table["seconds"] / table.loc["sql", "seconds"]
    return table


def main() -> None:
    for lines in [int(text) for text in sys.argv[1:]] or [LINES]:
        with tempfile.TemporaryDirectory() as folder:
            table = compared(lines, Path(folder))
        print(f"\n{lines:,} affiliate order lines, {lines * 3 // 2:,} shop order lines")
        print(table.round({"seconds": 1, "processor": 1, "MiB": 0, "÷ sql": 2}).to_string())
        if "pandas" in table.index:
            faster = table.loc["pandas", "seconds"] / table.loc["kit", "seconds"]
            print(f"the kit is {faster:.1f} times as fast as pandas")
        if table["apart"].max() > 1e-9:
            raise SystemExit("the contenders do not give the same figures")


if __name__ == "__main__":
    main()
