"""Ten thousand random ledgers against a recount in plain loops.

Run `python -m tests.benchmarks.bench_ledger [ledgers]` from the repository root.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import simulate_ledgers as simulate
from tests.test_ledger_random import differences

TARGET = "every line of every subject as recounted, and every kind sums to the program, to the cent"
TOGETHER = 500


def main(ledgers: int = 10_000) -> int:
    wrong, pieces, start = [], 0, time.perf_counter()
    for first in range(0, ledgers, TOGETHER):
        drawn = [simulate.Drawn(seed) for seed in range(first, min(first + TOGETHER, ledgers))]
        pieces += sum(len(one.pieces) for one in drawn)
        with tempfile.TemporaryDirectory() as folder:
            wrong += differences(simulate.client(Path(folder), drawn), drawn)
    print(f"target: {TARGET}")
    print(
        f"{ledgers:,} ledgers, {pieces:,} pieces of money, {len(wrong)} differences, "
        f"{time.perf_counter() - start:.0f} s"
    )
    for found in wrong[:10]:
        print("  ", *found)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
