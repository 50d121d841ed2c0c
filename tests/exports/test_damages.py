"""A seeded part of the mutation bench: no damaged export is read to other figures in silence.

The whole of it is `tests/benchmarks/bench_broken_exports.py`.
"""

import pytest

from tests.broken_exports import verdicts
from tests.broken_exports.bases import bases
from tests.broken_exports.damages import variants

ONE_IN = 53
SEED = 1


@pytest.fixture(scope="module")
def files():
    return bases()


@pytest.fixture(scope="module")
def outcomes(files, tmp_path_factory):
    """Outcome, label and message of every 53rd variant."""
    folder = tmp_path_factory.mktemp("damaged")
    return [
        (*verdicts.judged(variant, folder, with_client=False), variant)
        for number, variant in enumerate(variants(files, SEED))
        if number % ONE_IN == 0
    ]


def test_no_damaged_file_is_read_to_other_figures_in_silence(outcomes):
    silent = [f"{v.label}: {told}" for outcome, told, v in outcomes if outcome == verdicts.SILENT]
    assert silent == []


def test_the_part_has_every_kind_and_most_outcomes(outcomes):
    assert len(outcomes) > 110
    assert len({variant.base.kind for _, _, variant in outcomes}) == 6
    assert len({variant.damage for _, _, variant in outcomes}) > 20
    met = {outcome for outcome, _, _ in outcomes}
    assert {verdicts.RIGHT, verdicts.REFUSED, verdicts.ASIDE, verdicts.MISSING} <= met


def test_an_undamaged_file_is_right(files, tmp_path):
    for base in files:
        same = next(v for v in variants([base], SEED) if v.damage == "column doubled")
        assert verdicts.verdict(same, tmp_path)[0] == verdicts.RIGHT
