"""Some thousands of damaged exports: what becomes of each, by damage. Silently wrong must be none.

Run `python -m tests.benchmarks.bench_broken_exports [seed]` from the repository root.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.broken_exports import verdicts
from tests.broken_exports.bases import bases
from tests.broken_exports.damages import variants


def main(seed: int = 1, of: int = 1, with_client: int = 1) -> None:
    """Try every damage of every file, or one in `of`, and print what became of them.

    `with_client` 0 leaves out the gates of a whole client, which take seconds per file.
    """
    started = time.process_time()
    table: dict[str, Counter] = {}
    alike: Counter = Counter()
    silent = []
    with tempfile.TemporaryDirectory() as folder:
        for number, variant in enumerate(variants(bases(), seed)):
            if number % of:
                continue
            outcome, told = verdicts.judged(variant, Path(folder), with_client=bool(with_client))
            table.setdefault(variant.damage, Counter())[outcome] += 1
            if outcome == verdicts.ALIKE:
                alike[f"{variant.damage}: {told}"] += 1
            if outcome == verdicts.SILENT:
                silent.append(f"SILENT {variant.label} ({variant.base.place}) {told}")
    print(_shown(table))
    print(f"{time.process_time() - started:.0f} s of CPU")
    print("Like a true file, and why:")
    print("\n".join(f"{count:>5}  {what}" for what, count in sorted(alike.items())))
    print("\n".join(silent))
    if silent:
        sys.exit(1)


def _shown(table: dict[str, Counter]) -> str:
    total = sum(table.values(), Counter())
    head = f"{'damage':<34}" + "".join(f"{name:>22}" for name in verdicts.OUTCOMES)
    lines = [
        f"{name:<34}" + "".join(f"{counts[outcome] or '':>22}" for outcome in verdicts.OUTCOMES)
        for name, counts in [*table.items(), (f"all {total.total()}", total)]
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
