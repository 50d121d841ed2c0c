"""Some thousands of damaged exports: what becomes of each, by damage. Silently wrong must be none.

Run `python -m tests.benchmarks.bench_broken_exports [seed [of [gates [kind]]]]` from the
repository root: one variant in `of`, the gates of a whole client for those the file alone does not
tell (0 leaves them out), of one kind of export alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.broken_exports import alike, verdicts
from tests.broken_exports.bases import bases
from tests.broken_exports.damages import variants


def main(seed: str = "1", of: str = "1", gates: str = "1", kind: str = "") -> None:
    """Try every damage of every file and print what became of them; exit 1 if one is silent."""
    started = time.process_time()
    table: dict[str, Counter] = {}
    reasons: Counter = Counter()
    used: set[str] = set()
    silent = []
    with tempfile.TemporaryDirectory() as folder:
        for number, variant in enumerate(variants(bases(), int(seed))):
            if number % int(of) or kind not in ("", variant.base.kind):
                continue
            outcome, told = verdicts.judged(variant, Path(folder), with_client=gates != "0")
            table.setdefault(variant.damage, Counter())[outcome] += 1
            if outcome == verdicts.ALIKE:
                reasons[told] += 1
                used.add(alike.entry(variant))
                print(f"LIKE TRUE {variant.label} ({variant.base.place})", flush=True)
            if outcome == verdicts.SILENT:
                silent.append(f"SILENT {variant.label} ({variant.base.place}) {told}")
                print(silent[-1], flush=True)
        unneeded = _unneeded(used) if (of, gates, kind) == ("1", "1", "") else []
    print(_shown(table))
    print(f"{time.process_time() - started:.0f} s of CPU")
    print("Like a true file, and why:")
    print("\n".join(f"{count:>5}  {why}" for why, count in reasons.most_common()))
    print("\n".join([*silent, *unneeded]))
    if silent:
        sys.exit(1)


def _unneeded(used: set[str]) -> list[str]:
    """Entries of the list of damages like truth that no damage needs any more."""
    return [f"NOT NEEDED {entry}" for entry in alike.REASONS if entry not in used]


def _shown(table: dict[str, Counter]) -> str:
    total = sum(table.values(), Counter())
    head = f"{'damage':<34}" + "".join(f"{name:>22}" for name in verdicts.OUTCOMES)
    lines = [
        f"{name:<34}" + "".join(f"{counts[outcome] or '':>22}" for outcome in verdicts.OUTCOMES)
        for name, counts in [*table.items(), (f"all {total.total()}", total)]
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    main(*sys.argv[1:])
