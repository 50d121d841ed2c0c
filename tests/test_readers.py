"""Files read by helpers are what this process would have read."""

import pytest

from kit import readers
from kit.errors import ExportError
from kit.exports import Reading
from tests import tiny

READING = Reading("USD", "US", "UTC", "UTC", None, b"salt")


@pytest.fixture
def tasks(tmp_path):
    paths = [
        tiny.write(tmp_path / f"a{i}.csv", tiny.export(tiny.AFFILIATE, {"quantity": str(i)}))
        for i in range(1, 6)
    ]
    paths.insert(2, tiny.write(tmp_path / "photos.csv", [["when", "where"], ["now", "sea"]]))
    return [(path, READING, None) for path in paths]


@pytest.mark.parametrize("helpers", [0, 1, 2])
def test_answers_come_in_the_order_asked_whoever_reads(tasks, helpers):
    answers = readers.read_all(tasks * 10, helpers=helpers)
    read = [[1], [2], "photos.csv", [3], [4], [5]]
    for answer, expected in zip(answers, read * 10, strict=True):
        if isinstance(answer, ExportError):
            assert str(answer).startswith(expected)
        else:
            assert answer[0].rows["quantity"].tolist() == expected


def test_a_helper_that_dies_leaves_its_file_to_the_others(tasks, monkeypatch):
    monkeypatch.setattr(readers.sys, "executable", "/bin/false")
    assert len(readers.read_all(tasks, helpers=1)) == len(tasks)


def test_few_small_files_need_no_helper(tasks):
    assert readers._worthwhile(tasks) == 0


def test_one_file_needs_no_helper_however_large_it_is(tasks, monkeypatch):
    monkeypatch.setattr(readers, "WORTH_A_HELPER_BYTES", 1)
    monkeypatch.setattr(readers.os, "sched_getaffinity", lambda _: range(4), raising=False)
    asked = [readers._worthwhile(tasks[:files]) for files in range(5)]
    assert asked == [0, 0, 1, 2, 3]
