"""A client whose tables stay in a Postgres: equal figures, nothing written, no secret told."""

import os
import secrets
from contextlib import contextmanager
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit import addresses, contracts, metrics, printed, readiness, running
from kit import client as clients
from kit.errors import ClientError, PolicyError
from kit.metrics.cohorts import repeat_figures
from kit.metrics.publishing import publishing_figures
from kit.metrics.sales import revenue_figures
from kit.metrics.traffic import traffic_figures
from kit.money.weekly import weekly
from tests import postgres
from tests.large_client import AS_OF, Size, large_client
from tests.run_client import write_notebook
from tests.small_client import order_line, small_client

pytestmark = pytest.mark.needs("initdb")

ZONES = 'currency = "USD"\ntime_zone = "America/Los_Angeles"\n'
OWN = {
    "orders": ("mart.fct_affiliate", {"order_id": "Order No", "gmv": "paid_amount"}),
    "post_stats": ("mart.video_windows", {"views": "seen"}),
}


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running_server:
        yield running_server


@pytest.fixture(autouse=True)
def password(server, monkeypatch):
    monkeypatch.setenv("PG_READER", server.reader)


def tables_of(client):
    folder = client.tables_folder
    return {name: pq.read_table(folder / f"{name}.parquet") for name in contracts.TABLES}


def in_postgres(server, client, home, schema, own=None):
    """The same client, its tables under names of their own in a schema of the server."""
    own = own or {}
    names = {name: table.partition(".")[2] for name, (table, _) in own.items()}
    columns = {name: told for name, (_, told) in own.items()}
    postgres.load(server, tables_of(client), schema, names, columns)
    named = {name: f"{schema}.{names.get(name, name)}" for name in contracts.TABLES}
    text = f'{ZONES}source = "{server.address()}"\n[warehouse.tables]\n'
    text += "".join(f'{name} = "{table}"\n' for name, table in named.items())
    for name, told in columns.items():
        text += f"[warehouse.columns.{name}]\n"
        text += "".join(f'{ours} = "{theirs}"\n' for ours, theirs in told.items())
    return client_of(home, text)


def client_of(home, text):
    folder = home / "data" / "small"
    (folder / "ledgers").mkdir(parents=True, exist_ok=True)
    (folder / "client.toml").write_text(text)
    return clients.open("small", home)


def figures(client, day=AS_OF):
    rows = metrics.figures(client, day)
    keys = ["metric", "subject_kind", "subject", "period_start", "period_end"]
    return rows.sort_values(keys, ignore_index=True)


def assert_equal_figures(here, there, day=AS_OF):
    one, other = figures(here, day), figures(there, day)
    assert len(one) > 50
    pd.testing.assert_frame_equal(one, other, rtol=1e-12, atol=0)


@pytest.fixture(scope="module")
def both(server, tmp_path_factory):
    """A generated client here, and in the server under names of its own."""
    here = large_client(tmp_path_factory.mktemp("here"), Size(3_000, seed=7))
    os.environ["PG_READER"] = server.reader
    home = tmp_path_factory.mktemp("there")
    own = {name: (table.replace("mart.", "large."), told) for name, (table, told) in OWN.items()}
    return here, in_postgres(server, here, home, "large", own)


def test_figures_are_equal_to_the_last_cent_and_the_last_count(both):
    assert_equal_figures(*both)


def test_the_money_of_the_week_and_the_gates_are_equal(both):
    here, there = (weekly(client, AS_OF) for client in both)
    assert here.keys() == there.keys()
    for name, rows in here.items():
        pd.testing.assert_frame_equal(rows, there[name], rtol=1e-9, obj=name)
    one, other = (readiness.check(client, AS_OF) for client in both)
    pd.testing.assert_frame_equal(one.compared, other.compared, rtol=1e-12)
    assert one.gates.equals(other.gates)


EDGES = {
    "2025-01-05": ["2024-12-29T23:30", "2024-12-30T00:10", "2024-12-31T23:59", "2025-01-01T00:00"],
    "2026-03-08": ["2026-03-08T01:59", "2026-03-08T03:00", "2026-03-08T23:59"],
    "2025-11-02": ["2025-11-02T00:30", "2025-11-02T01:30-07:00", "2025-11-02T01:30-08:00"],
    "2025-08-10": [],
}


def _moment(text):
    stamp, zone = pd.Timestamp(text), "America/Los_Angeles"
    return stamp.tz_convert(zone) if stamp.tzinfo else stamp.tz_localize(zone)


@pytest.mark.parametrize("day", EDGES)
def test_year_ends_clock_changes_and_empty_weeks_are_counted_alike(server, tmp_path, day):
    moments = [_moment(text) for each in EDGES.values() for text in each]
    lines = [order_line(f"o{n}", ordered_at=moment) for n, moment in enumerate(moments)]
    shop = [
        {"order_id": line["order_id"], "buyer_key": f"b{n % 3}", "ordered_at": line["ordered_at"]}
        for n, line in enumerate(lines)
    ]
    posts = [{"post_id": "1", "creator_id": "ana", "published_on": "2024-12-20"}]
    here = small_client(
        tmp_path / "here",
        orders=lines,
        shop_orders=shop,
        posts=posts,
        creators=[{"creator_id": "ana"}],
    )
    there = in_postgres(server, here, tmp_path / "there", f"edges_{day.replace('-', '_')}")
    counted = (revenue_figures, publishing_figures, repeat_figures)
    one, other = (
        pd.concat([count(client, day) for count in counted], ignore_index=True)
        for client in (here, there)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-12, atol=0)
    week = one[
        (one["metric"] == "orders")
        & (one["period_end"] - one["period_start"]).map(lambda span: span.days == 6)
    ]
    told = week[week["subject_kind"] == "program"]["value"].tolist()
    start = pd.Timestamp(day, tz="America/Los_Angeles") - pd.Timedelta(days=6)
    inside = [m for m in moments if start.date() <= m.date() <= date.fromisoformat(day)]
    assert told == [len(inside)]


def test_only_the_platforms_tables_need_be_there_the_rest_is_drawn_up(server, both, tmp_path):
    here, _ = both
    text = f'{ZONES}source = "{server.address()}"\n[warehouse.tables]\n'
    for name in ("orders", "shop_orders", "posts", "post_stats", "creator_stats"):
        own = OWN[name][0].replace("mart.", "large.") if name in OWN else f"large.{name}"
        text += f'{name} = "{own}"\n'
    text += 'ad_stats = ""\n'
    for name, (_, told) in OWN.items():
        text += f"[warehouse.columns.{name}]\n"
        text += "".join(f'{ours} = "{theirs}"\n' for ours, theirs in told.items())
    folder = tmp_path / "data" / "small" / "ledgers"
    folder.mkdir(parents=True)
    (folder / "creators.csv").write_text("handle,followers,status\ncreator0,120000,active\n")
    there = client_of(tmp_path, text)
    assert there.newest_day() == AS_OF
    for counted in (revenue_figures, traffic_figures, repeat_figures):
        one, other = (
            rows[rows["subject_kind"] == "program"][["metric", "value", "n", "note"]]
            for rows in (counted(here, AS_OF), counted(there, AS_OF))
        )
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))
    tier = there.creators.set_index("creator_id").loc["creator0", "tier"]
    assert tier == 2  # the ledger's 120,000 followers


def test_a_missing_table_or_column_and_a_wrong_type_are_named_with_what_to_do(server, tmp_path):
    with server.connect() as owner:
        owner.execute("CREATE SCHEMA odd; GRANT USAGE ON SCHEMA odd TO reader")
        owner.execute("CREATE TABLE odd.orders (order_id text, gmv double precision, row int)")
        owner.execute("GRANT SELECT ON odd.orders TO reader")
    text = f'{ZONES}source = "{server.address()}"\n[warehouse.tables]\norders = "odd.orders"\n'
    text += '[warehouse.columns.orders]\nsku_id = "sku"\ncontent_type = ""\n'
    client = client_of(tmp_path, text)
    told = " ".join(client.connection.problems())
    assert (
        f"postgres://127.0.0.1:{server.port}/postgres has no table shop_orders, where shop_orders "
        "is looked for: One row per shop order line"
    ) in told
    assert '[warehouse.tables] shop_orders = "schema.table"' in told
    assert "odd.orders.gmv holds float64, and orders.gmv needs money" in told
    assert "odd.orders has no column sku, which orders.sku_id needs (text)" in told
    assert '[warehouse.columns.orders] paid_at = "its name", or paid_at = ""' in told
    assert "content_type" not in told  # said to be in no column
    assert "orders.file" not in told  # where a row came from is no figure's business
    assert not printed.check("small", None, True, tmp_path)  # kit check


def test_nothing_can_be_written(server, both):
    _, there = both
    with pytest.raises(ClientError, match="read-only transaction"):
        _write(there)
    with server.connect() as owner:
        made = owner.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = 'reader'::regrole OR "
            "relpersistence = 't'"
        ).fetchone()[0]
    assert made == 0


def _write(client):
    with client.connection._told():
        client.connection.con.raw_sql("CREATE TABLE large.made (id int)")


@contextmanager
def saying():
    """What an error of the kit says, with all it drags along."""
    said = []
    with pytest.raises(ClientError) as caught:
        yield said
    said += [str(caught.value), repr(caught.getrepr(chain=True, showlocals=False))]


def test_no_secret_is_in_any_text(server, both, tmp_path, monkeypatch):
    _, there = both
    secret = server.reader
    shown = [repr(there), there.config.model_dump_json(), str(there.connection.__dict__.keys())]
    wrong = secrets.token_hex(8)
    monkeypatch.setenv("PG_READER", wrong)
    with saying() as said:
        client_of(tmp_path, f'{ZONES}source = "{server.address()}"\n').frame("orders")
    assert "Mend the user or the password" in said[0]
    shown += said
    monkeypatch.delenv("PG_READER")
    with saying() as said:
        client_of(tmp_path, f'{ZONES}source = "{server.address()}"\n').frame("orders")
    assert said[0].startswith("the environment has no PG_READER, which source in client.toml names")
    for text in shown:
        assert secret not in text
        assert wrong not in text
    assert addresses.without(f"at {secret} and wrong", [secret]) == "at *** and wrong"
    with pytest.raises(PolicyError) as plain:
        client_of(tmp_path, f'{ZONES}source = "postgres://me:hunter2@db/shop"\n')
    assert "it holds a password or token" in str(plain.value)
    assert "hunter2" not in str(plain.value)


def test_a_slow_warehouse_is_told_and_stopped(both):
    _, there = both
    there.connection.con.raw_sql("SET statement_timeout = 200")
    with pytest.raises(ClientError, match="statement timeout It took over 600 seconds. Run it"):
        there.sql("SELECT pg_sleep(5) AS waited")
    there.connection.con.raw_sql("RESET statement_timeout")


REVOKED = """
import os
from kit.metrics.fetch import value
opened = kit.open(client)
assert value(opened.table("orders").count()) == 1
exec(os.environ["KIT_TEST_BETWEEN"])
assert value(opened.table("orders").count()) == 1
"""


def test_a_right_revoked_and_a_server_gone_in_mid_run_leave_the_last_good_report(
    server, tmp_path, monkeypatch
):
    here = small_client(
        tmp_path / "here",
        orders=[order_line("o1", ordered_at="2026-05-06T12:00:00Z")],
        posts=[{"post_id": "1", "creator_id": "ana", "published_on": "2026-05-01"}],
        creators=[{"creator_id": "ana"}],
        files=[{"file": "a", "kind": "affiliate_orders", "first_day": "2026-03-01",
                "last_day": "2026-05-10", "rows": 1, "set_aside": 0}],
    )  # fmt: skip
    home = tmp_path / "there"
    in_postgres(server, here, home, "runs")
    notebook = write_notebook(home / "weekly_review.ipynb", REVOKED)
    job = running.Job(notebook, "small", AS_OF, home, {}, True)
    monkeypatch.setenv("KIT_TEST_BETWEEN", "pass")
    good = running.make(job)
    assert good.status in ("published", "forced"), good.message
    kept = {path: path.read_bytes() for path in good.folder.iterdir() if path.is_file()}

    told = "import psycopg; psycopg.connect(os.environ['PG_OWNER'], autocommit=True).execute('{}')"
    owner = (
        f"host=127.0.0.1 port={server.port} user=owner dbname=postgres password={server.password}"
    )
    monkeypatch.setenv("PG_OWNER", owner)
    monkeypatch.setenv("KIT_TEST_BETWEEN", told.format("REVOKE SELECT ON runs.orders FROM reader"))
    revoked = running.make(job)
    assert revoked.status == "failed"
    assert "permission denied for table orders" in revoked.message
    assert "Let the user of the address read it" in revoked.message
    with server.connect() as back:
        back.execute("GRANT SELECT ON runs.orders TO reader")
    stop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $$reader$$"
    monkeypatch.setenv("KIT_TEST_BETWEEN", told.format(stop))
    gone = running.make(job)
    assert gone.status == "failed"
    assert "did not answer" in gone.message
    for path, content in kept.items():
        assert path.read_bytes() == content
    written = [p for p in (home / "reports").rglob("*") if p.is_file()]
    assert len(written) > len(kept)
    for path in written:
        assert server.reader.encode() not in path.read_bytes(), path
