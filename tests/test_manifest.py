"""The fingerprint names what changed; the manifest names every input."""

import hashlib

import pandas as pd
import pytest

from kit import manifest
from kit.client import Config
from kit.policy import load_policy
from tests.run_client import write_notebook


@pytest.fixture
def place(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "orders.parquet").write_bytes(b"orders")
    write_notebook(tmp_path / "review.ipynb")
    return tmp_path


def fingerprint(place, config=None, policy=None, parameters=None):
    return manifest.fingerprint(
        place,
        config or Config(currency="USD", time_zone="UTC"),
        load_policy(policy),
        place / "review.ipynb",
        parameters or {"as_of": "2026-05-10"},
    )


def changed(before, after):
    return sorted(part for part in before if before[part] != after[part])


def test_each_part_answers_to_its_own_cause(place):
    first = fingerprint(place)
    assert changed(first, fingerprint(place)) == []
    euros = Config(currency="EUR", time_zone="UTC")
    assert changed(first, fingerprint(place, config=euros)) == ["client"]
    assert changed(first, fingerprint(place, policy={"velocity": {"target": 9}})) == ["policy"]
    assert changed(first, fingerprint(place, parameters={"as_of": "2026-05-03"})) == ["parameters"]
    (place / "tables" / "orders.parquet").write_bytes(b"others")
    assert changed(first, fingerprint(place)) == ["tables"]
    write_notebook(place / "review.ipynb", "1 + 1")
    assert changed(first, fingerprint(place)) == ["notebook", "tables"]


def test_the_outputs_of_a_notebook_do_not_count(place):
    first = fingerprint(place)
    path = place / "review.ipynb"
    path.write_text(path.read_text().replace('"outputs": []', '"outputs": [{"text": "9"}]'))
    assert '"text": "9"' in path.read_text()
    assert changed(first, fingerprint(place)) == []


def test_causes_are_words():
    assert manifest.causes({"tables": "a", "kit": "b"}, {"tables": "a", "kit": "c"}) == [
        "the kit's code"
    ]


def test_inputs_name_exports_refused_files_and_ledgers(tmp_path):
    (tmp_path / "creators.csv").write_text("handle\nmia\n")
    (tmp_path / "GUIDE.md").write_text("words")
    files = pd.DataFrame(
        {
            "file": ["orders.csv", "ledgers/tiers.csv"],
            "sheet": pd.Series([None, None], dtype="str"),
            "kind": ["affiliate_orders", None],
            "sha256": ["abc", None],
            "rows": pd.array([42, None], dtype="Int64"),
            "set_aside": pd.array([1, None], dtype="Int64"),
            "same_bytes_as": pd.Series([None, None], dtype="str"),
            "refused": [None, "tiers.csv: row 2 …"],
        }
    )
    found = manifest.inputs(files, tmp_path)
    assert found == [
        {
            "file": "orders.csv",
            "kind": "affiliate_orders",
            "sha256": "abc",
            "rows_used": 42,
            "rows_set_aside": 1,
        },
        {"file": "ledgers/tiers.csv", "refused": "tiers.csv: row 2 …"},
        {
            "file": "ledgers/creators.csv",
            "kind": "ledger",
            "sha256": hashlib.sha256(b"handle\nmia\n").hexdigest(),
        },
    ]


def test_changed_files():
    before = [{"file": "a", "sha256": "1"}, {"file": "b", "sha256": "2"}]
    after = [{"file": "a", "sha256": "9"}, {"file": "c", "sha256": "2"}]
    assert manifest.changed_files(before, after) == {"new": ["c"], "gone": ["b"], "changed": ["a"]}
