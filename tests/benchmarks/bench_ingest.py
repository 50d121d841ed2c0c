"""How long a million order lines take to ingest, beside DuckDB copying the same file as text.

Run `python -m tests.benchmarks.bench_ingest [lines]` from the repository root. Both are whole
processes, taken in turns in one run: `kit ingest` from its start to its tables, and a Python that
has DuckDB read the CSV, every column as text, and write it as Parquet. The machine's other work
falls on both. Then the same ingest again, with one small new file beside the large one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from tests import tiny

TARGET = "at most 3 times DuckDB's time, under 1.5 GiB"
MOST_CHECKS = 0.1
TURNS = 3
NAME = "affiliate_orders_7600000000000000123.csv"
COPY = """
import duckdb, sys
duckdb.sql(f"copy (from read_csv('{sys.argv[1]}', all_varchar=true, header=true, delim=','))"
           f" to '{sys.argv[2]}' (format parquet)")
"""
INGEST = "from kit.cli import main; main()"
# The same ingest with a clock around the checks of the file against itself, read last.
CHECKED = """
import sys, time
from kit.exports import consistency, misplaced, absent
from kit.ingest import ingest
spent = 0.0
def timed(check):
    def run(*arguments):
        global spent
        began = time.process_time()
        try:
            return check(*arguments)
        finally:
            spent += time.process_time() - began
    return run
consistency.check = timed(consistency.check)
misplaced.refuse_other_columns = timed(misplaced.refuse_other_columns)
misplaced.refuse_one_buyer = timed(misplaced.refuse_one_buyer)
absent.lacking = timed(absent.lacking)
ingest("acme", sys.argv[1])
print(spent / time.process_time())
"""


def timed(code: str, *arguments: str) -> tuple[float, float, float]:
    """Seconds on the clock and of the processors, and the peak in MiB, of one Python process."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, arguments
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _written(file: Path, lines: int) -> float:
    """The sum of what a process of its own writes: a child's peak begins with its parent's."""
    code = "import sys; from tests.benchmarks import simulate_orders as s;"
    code += "print(s.write(sys.argv[1], int(sys.argv[2])))"
    made = subprocess.run(
        [sys.executable, "-c", code, str(file), str(lines)], capture_output=True, check=True
    )
    return float(made.stdout.split()[-1])


def _share_of_checks(folder: Path, home: str) -> float:
    """The checks' share of the processor time of a whole ingest."""
    for table in (folder / "tables").glob("*"):
        table.unlink()
    run = [sys.executable, "-c", CHECKED, home]
    return float(subprocess.run(run, capture_output=True, check=True).stdout)


def main(lines: int = 1_000_000) -> None:
    """Print what each took, and the ratio."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        folder = tiny.client(home, {})
        file = folder / "exports" / NAME
        printed = _written(file, lines)
        request = ("ingest", "--client", "acme", "--home", place)
        rows = []
        for _ in range(TURNS):
            copied = timed(COPY, str(file), str(home / "copy.parquet"))
            for table in (folder / "tables").glob("*"):
                table.unlink()
            rows.append((*copied, *timed(INGEST, *request)))
        names = pd.MultiIndex.from_product([["DuckDB", "kit ingest"], ["s", "cpu s", "MiB"]])
        table = pd.DataFrame(rows, columns=names)
        share = _share_of_checks(folder, place)
        orders = pd.read_parquet(folder / "tables" / "orders.parquet", columns=["gmv"])
        assert len(orders) == lines
        assert abs(float(orders["gmv"].sum()) - printed) < 0.005
        tiny.write(folder / "exports" / "new.csv", tiny.export(tiny.AFFILIATE, {}))
        again = timed(INGEST, *request)
    print(f"{lines:,} order lines, {TURNS} turns. Target: {TARGET}")
    print(table.round(1).to_string(index=False))
    best = table.min()
    for unit in ("s", "cpu s"):
        ratio = best["kit ingest", unit] / best["DuckDB", unit]
        print(f"best {unit}: {ratio:.1f} times DuckDB's")
    print(f"peak of kit ingest: {table['kit ingest', 'MiB'].max():,.0f} MiB")
    print(f"the file held against itself: {share:.1%} of it. Target: under {MOST_CHECKS:.0%}")
    print(f"one new file beside it: {again[0]:.1f} s, {again[2]:,.0f} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
