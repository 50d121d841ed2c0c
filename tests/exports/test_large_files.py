"""A large file is read by other paths than a small one, and to the same rows."""

import pandas as pd
import pytest

from kit import threads
from kit.exports import files, read_file, texts
from tests.benchmarks import simulate_orders
from tests.exports.readings import reading

LINES = 20_000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "orders.csv"
    simulate_orders.write(path, LINES)
    lines = path.read_text(encoding="utf-8").split("\n")
    for place, wrong in {  # every kind of fault, deep in the file
        15_000: (lines[15_000].split("\t")[0], "5.79E+18"),
        15_500: (",USD,1,", ",USD,one,"),
        16_000: ("sample.creator", "@Sample.Creator"),
        16_500: ("/2026 ", "/2026 99:"),
    }.items():
        assert wrong[0] in lines[place]
        lines[place] = lines[place].replace(*wrong, 1)
    lines[17_000] = lines[17_001]  # a line that stands twice
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    assert path.stat().st_size > files._BLOCK
    return path


def test_a_large_file_reads_as_it_does_cell_by_cell(path, monkeypatch):
    monkeypatch.setattr(threads, "MANY_ROWS", 1_000)
    (large,) = read_file(path, reading())
    monkeypatch.setattr(threads, "MANY_ROWS", LINES * 2)
    monkeypatch.setattr(texts, "_MANY", LINES * 2)
    monkeypatch.setattr(files, "_BLOCK", 1 << 30)
    (plain,) = read_file(path, reading())
    pd.testing.assert_frame_equal(large.rows, plain.rows)
    pd.testing.assert_frame_equal(large.set_aside, plain.set_aside)
    assert large.notes == plain.notes
    assert large.set_aside["row"].tolist() == [15_001, 15_501, 16_501]
    assert len(large.rows) == LINES - 4
    assert "counted 1 repeated rows once" in large.notes
