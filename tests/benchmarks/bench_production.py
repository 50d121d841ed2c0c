"""What the production line finds of what was planted in random programs, and what it finds besides.

Target (issue of the production line): precision and recall of 100% on 200 programs, for late
samples, ending rights, crossed exclusivities and words in captions.
"""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kit import claims, conflicts, rights, sample_clock
from tests.benchmarks import simulate_line as simulate


def found(client) -> dict[str, set]:
    """What the line finds, as the truth tells it."""
    day = simulate.DAY
    samples = sample_clock.clock(client, day).samples
    late = samples[samples["stage"].isin(["may be extended", "overdue"])]
    ends = rights.in_danger(rights.calendar(client, day)).fillna({"post_id": ""})
    crossed = conflicts.conflicts(client, day).rows
    triples = zip(crossed["creator_id"], crossed["exclusive_to"], crossed["against"], strict=True)
    return {
        "late samples": set(late["sample_id"]),
        "ending rights": {
            (row.right, row.creator_id, row.post_id if isinstance(row.post_id, str) else "")
            for row in ends.itertuples()
        },
        "crossed exclusivities": set(triples),
        "words in captions": set(claims.in_captions(client, day)["post_id"]),
    }


def counted(seeds: Iterable[int]) -> dict[str, list[int]]:
    """Per kind: planted, found of them, found besides. What differs is printed with its seed."""
    sums = {kind: [0, 0, 0] for kind in simulate.KINDS}
    for seed in seeds:
        made = simulate.program(seed)
        with tempfile.TemporaryDirectory() as folder:
            told = found(simulate.written(made, Path(folder)))
        for kind, wanted in made.truth.items():
            sums[kind][0] += len(wanted)
            sums[kind][1] += len(wanted & told[kind])
            sums[kind][2] += len(told[kind] - wanted)
            if wanted != told[kind]:
                lost, besides = sorted(wanted - told[kind]), sorted(told[kind] - wanted)
                print(f"seed {seed}, {kind}: lost {lost}, besides {besides}")
    return sums


def main(programs: int = 200) -> int:
    sums = counted(range(programs))
    print(f"{'of ' + str(programs) + ' programs':<24}{'planted':>9}{'precision':>11}{'recall':>9}")
    for kind, (planted, hit, besides) in sums.items():
        precision = hit / (hit + besides) if hit + besides else 1.0
        print(f"{kind:<24}{planted:>9}{precision:>11.1%}{hit / planted:>9.1%}")
    perfect = all(hit == planted and not besides for planted, hit, besides in sums.values())
    print(f"target 100%: {'met' if perfect else 'MISSED'}")
    return 0 if perfect else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
