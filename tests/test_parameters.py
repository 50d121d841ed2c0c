"""A run's parameters and its last day, refused before any kernel starts."""

from datetime import UTC, date, datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.errors import ReportError
from kit.parameters import check, last_day

CELL = """
client: str = "tiny"  # folder in data/
as_of: str = "2026-05-10"  # last day counted
budget: float = 9000.0  # money a month
top: int = 5  # rows shown
deep: bool = False
note: str | None = None
angles: list[str] = []
plain = 3
"""


@pytest.fixture
def notebook(tmp_path):
    return write(tmp_path / "review.ipynb", CELL)


def write(path, cell):
    cells = [new_code_cell(cell.strip(), metadata={"tags": ["parameters"]})]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("budget", "12000", 12000.0),
        ("budget", 12000, 12000.0),
        ("top", "7", 7),
        ("deep", "yes", True),
        ("deep", "False", False),
        ("note", "none", None),
        ("note", "hello", "hello"),
        ("note", date(2026, 5, 10), "2026-05-10"),
        ("angles", '["social_proof"]', ["social_proof"]),
        ("plain", "4", 4),
    ],
)
def test_text_is_read_as_the_declared_type(notebook, name, given, value):
    found = check(notebook, {name: given})[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"budgt": "1"}, "review has no parameter budgt. Did you mean budget?"),
        ({"zzz": "1"}, "It has budget, top, deep, note, angles, plain."),
        ({"top": "many"}, r"top is 'many', expected a whole number, as in top=5 \(rows shown\)."),
        ({"top": 2.5}, "top is 2.5, expected a whole number"),
        ({"top": True}, "top is True, expected a whole number"),
        ({"budget": "nan"}, "budget is 'nan', expected a number, as in budget=9000.0"),
        ({"deep": "maybe"}, "deep is 'maybe', expected true or false"),
        ({"angles": "social_proof"}, "angles is 'social_proof', expected a JSON list"),
        ({"client": "other"}, "client is given by --client"),
        ({"as_of": "2026-05-03"}, "as_of is given by --as-of"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(notebook, given, message):
    with pytest.raises(ReportError, match=message):
        check(notebook, given)


def test_a_notebook_without_the_common_parameters_is_refused(tmp_path):
    path = write(tmp_path / "loose.ipynb", "top: int = 5")
    with pytest.raises(ReportError, match="loose.ipynb has no parameter client and no as_of"):
        check(path, {"top": "3"})


# Sunday 2026-05-10, 23:30 in Los Angeles, is Monday in UTC: the client's clock counts.
LATE_SUNDAY = datetime(2026, 5, 11, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "zone", "now", "day"),
    [
        ("2026-05-07", "UTC", LATE_SUNDAY, date(2026, 5, 7)),
        (date(2026, 5, 7), "UTC", LATE_SUNDAY, date(2026, 5, 7)),
        ("last-sunday", "UTC", LATE_SUNDAY, date(2026, 5, 10)),
        ("last-sunday", "America/Los_Angeles", LATE_SUNDAY, date(2026, 5, 3)),
        ("last-settled-sunday", "UTC", datetime(2026, 5, 13, tzinfo=UTC), date(2026, 5, 10)),
        ("last-settled-sunday", "UTC", datetime(2026, 5, 12, tzinfo=UTC), date(2026, 5, 3)),
    ],
)
def test_last_day(asked, zone, now, day):
    assert last_day(asked, zone, 3, now) == day


@pytest.mark.parametrize("asked", ["yesterday", "10.05.2026", "2026-02-30", ""])
def test_a_day_that_is_none_is_refused(asked):
    with pytest.raises(ReportError, match="Write a date as 2026-05-10, or last-sunday or"):
        last_day(asked, "UTC", 3)
