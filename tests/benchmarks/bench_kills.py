"""Two hundred runs killed at random moments: what stands is the old report or the new one, whole.

Run `python -m tests.benchmarks.bench_kills [kills] [kills a round]` from the repository root. Half
of the kills fall anywhere in a run, half within a twentieth of a second of the moment at which a
report takes its place. After each the standing reports are read and held against the data they were
made of; after each round a run is left alone, and must publish and leave nothing of the killed.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.kills import Killed

TARGET = "all whole, and every round's last run publishes"


def main(kills: int = 200, a_round: int = 5) -> None:
    """Print how many kills left which report."""
    found: Counter[str] = Counter()
    rounds = 0
    with tempfile.TemporaryDirectory() as place:
        killed = Killed(Path(place), seed=8)
        print(f"A run of two reports takes {killed.seconds:.1f} s here. Target: {TARGET}.")
        for number in range(1, kills + 1):
            found[killed.kill_one()] += 1
            if number % a_round == 0 or number == kills:
                killed.finish()
                rounds += 1
                print(f"{number} killed: {dict(found)}, {rounds} runs after them", flush=True)
    print(f"{kills} of {kills} whole; {rounds} of {rounds} next runs published")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
