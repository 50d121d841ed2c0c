"""Twenty clients, one of them poisoned in each of twelve ways: the others are published each time.

Run `python -m tests.benchmarks.bench_poisons [clients]` from the repository root.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.poisons import POISONS, outcomes, poisoned_fleet


def main(clients: int = 20) -> None:
    """Print what became of each fleet; fails where a good report is lost or a sentence is wrong."""
    for name, poison in POISONS.items():
        with tempfile.TemporaryDirectory() as place:
            poisoned_fleet(Path(place), good=clients - 1, poisons=[name])
            found = outcomes(Path(place))
        bad = found.pop(name.replace("_", "-"))
        published = sum(outcome.status == "published" for outcome in found.values())
        print(f"{name}: {published} published, 1 {bad.status}: {bad.message}", flush=True)
        assert published == clients - 1
        assert bad.status == poison.status
        assert poison.sentence.search(bad.message)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
