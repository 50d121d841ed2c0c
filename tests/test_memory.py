"""A client larger than its memory limit: its weekly review is counted within it."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kit.engine import SPILL, bounded, read
from kit.errors import ClientError
from tests.large_client import AS_OF, Size, large_client

MIB = 1024**2
LIMIT = 128 * MIB
# What the review of a client of 2,000 lines takes above the packages, whatever the size: the
# report's own frames, scipy's fits, the expressions.
OWN = 160 * MIB
ORDER_TABLES = ("orders", "shop_orders", "order_versions")
ROOT = Path(__file__).resolve().parents[1]

CHILD = """
import json, sys
from pathlib import Path
from tests.benchmarks.scale_answers import peak
from kit import client, contracts, policy, readiness, review

packages = peak()
zones = dict.fromkeys(("time_zone", "export_time_zone", "ads_time_zone"), "America/Los_Angeles")
config = client.Config(currency="USD", memory_limit="128MiB", **zones)
opened = client.Client(Path(sys.argv[1]), config, policy.load_policy())
largest, frame = [], contracts.frame
def watched(table):
    largest.append(table.num_rows)
    return frame(table)
contracts.frame = watched
state = readiness.check(opened, "2026-05-10")
report = review.report(opened, "2026-05-10")
rows = report.figures.query("subject_kind == 'program' and metric == 'gmv'")
print(json.dumps({
    "reasons": state.reasons, "gmv": rows["value"].tolist(), "largest": max(largest),
    "grown": peak() - packages,
}))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return large_client(tmp_path_factory.mktemp("large"), Size(250_000), memory_limit="128MiB")


def test_the_weekly_review_of_a_client_larger_than_its_limit_keeps_to_it(large):
    tables = {name: read(large.table(name)).nbytes for name in ORDER_TABLES}
    assert sum(tables.values()) > 2 * LIMIT
    command = [sys.executable, "-c", CHILD, str(large.folder)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert made.returncode == 0, made.stderr
    found = json.loads(made.stdout.splitlines()[-1])
    assert found["grown"] < OWN + LIMIT
    assert found["largest"] < large.count("orders") / 5  # no table of lines ever came to pandas
    assert found["reasons"] == []
    assert not list(large.tables_folder.glob(f"{SPILL}*"))
    assert _gmv_of_the_week(large) in [round(value, 2) for value in found["gmv"]]


def _gmv_of_the_week(client):
    lines = client.orders
    day = lines["ordered_at"].dt.tz_convert(client.time_zone).dt.tz_localize(None)
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=6)
    inside = lines["counts"] & (day >= start) & (day < start + pd.Timedelta(days=7))
    return round(float(lines.loc[inside, "gmv"].sum()), 2)


def test_where_neither_memory_nor_disk_suffices_the_way_on_is_told(large):
    lines = large.table("shop_orders")
    ordered = lines.order_by("buyer_key", "order_id")
    connection = large.connection
    connection.raw_sql("SET max_temp_directory_size = '0KiB'; SET memory_limit = '24MiB'")
    with pytest.raises(ClientError, match=r"Raise memory_limit in client\.toml, or make room"):
        read(ordered)
    connection.raw_sql("SET max_temp_directory_size = '1GiB'; SET memory_limit = '64MiB'")
    assert read(ordered.buyer_key.count()).as_py() == large.count("shop_orders")


def test_what_killed_processes_left_on_disk_is_swept(large):
    left = large.tables_folder / f"{SPILL}999999999-0"
    left.mkdir()
    (left / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"left")
    bounded(large.config, large.tables_folder)
    assert not left.exists()
