"""The tables as expressions: zones, days, folders of files, and what is not there."""

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit import contracts, engine
from kit.errors import ClientError


class Settings:
    source = "exports"
    memory_limit = "2GiB"


def tables(folder, orders=()):
    for name, contract in contracts.TABLES.items():
        rows = pd.DataFrame(list(orders)) if name == "orders" else pd.DataFrame()
        pq.write_table(contracts.arrow(rows, contract), folder / f"{name}.parquet")
    return folder


def moments(*texts):
    return [{"order_id": str(i), "ordered_at": pd.Timestamp(t)} for i, t in enumerate(texts)]


def days(connection, zone):
    orders = connection.table("orders")
    shown = orders.select("order_id", day=engine.local_day(orders["ordered_at"], zone))
    return shown.order_by("order_id").execute()["day"].dt.strftime("%m-%d").tolist()


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", ["05-11", "11-01", "03-08"]),
        ("America/Los_Angeles", ["05-10", "10-31", "03-07"]),
        ("Asia/Bangkok", ["05-11", "11-01", "03-08"]),
    ],
)
def test_a_day_is_that_of_the_zone(tmp_path, zone, expected):
    rows = moments("2026-05-11 06:59:59Z", "2026-11-01 06:59:59Z", "2026-03-08 07:59:59Z")
    assert days(engine.connect(Settings(), tables(tmp_path, rows)), zone) == expected


def test_a_table_may_be_a_folder_of_files(tmp_path):
    tables(tmp_path)
    (tmp_path / "orders.parquet").unlink()
    (tmp_path / "orders").mkdir()
    for i, text in enumerate(("2026-05-10 12:00Z", "2026-05-11 12:00Z")):
        rows = contracts.arrow(pd.DataFrame(moments(text)), contracts.Orders)
        pq.write_table(rows, tmp_path / "orders" / f"{i}.parquet")
    assert engine.connect(Settings(), tmp_path).table("orders").count().execute() == 2


def test_every_table_is_there_even_when_empty(tmp_path):
    connection = engine.connect(Settings(), tables(tmp_path))
    for name, contract in contracts.TABLES.items():
        table = connection.table(name)
        assert list(table.columns) == list(contract.columns)
        assert table.count().execute() == 0


def test_sums_of_money_are_exact(tmp_path):
    rows = [{"order_id": str(i), "gmv": 0.1} for i in range(10)]
    connection = engine.connect(Settings(), tables(tmp_path, rows))
    total = connection.table("orders")["gmv"].sum()
    assert isinstance(total, ibis.expr.types.DecimalScalar)
    assert str(total.execute()) == "1.00"


def test_a_missing_table_says_how_to_build_it(tmp_path):
    with pytest.raises(ClientError, match="has no table orders. Build the tables with kit ingest"):
        engine.connect(Settings(), tmp_path)


def test_memory_may_be_limited(tmp_path):
    settings = Settings()
    settings.memory_limit = "200MB"
    connection = engine.connect(settings, tables(tmp_path))
    limit = connection.raw_sql("SELECT current_setting('memory_limit')").fetchone()[0]
    assert limit.startswith("190")
    assert connection.raw_sql("SELECT current_setting('threads')").fetchone()[0] == 1


def test_arrow_types_survive():
    assert pa.types.is_decimal(contracts.MONEY)
