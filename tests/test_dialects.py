"""Every query of the metrics in the words of warehouses that no test can reach: it compiles.

The metrics run on DuckDB; each query they ask is made for the other engine as well, by Ibis'
compiler for it, and parsed by sqlglot in that engine's dialect. That it also *runs* there, and
gives the same, is shown for Postgres alone (`test_warehouse`).
"""

from dataclasses import dataclass

import ibis
import pytest
import sqlglot
from ibis.expr import operations as ops

from kit import contracts, engine, metrics
from tests.large_client import AS_OF, Size, large_client

# Dialect → sqlglot's name of it, and how it shows a moment as the clock of a zone does.
DIALECTS = {
    "bigquery": ("bigquery", "DATETIME("),
    "snowflake": ("snowflake", "CONVERT_TIMEZONE('America/"),
    "databricks": ("databricks", "FROM_UTC_TIMESTAMP("),
}


@dataclass(frozen=True)
class Elsewhere:
    """An engine that is not here."""

    name: str


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Every query that the metrics ask of a client, each once."""
    client = large_client(tmp_path_factory.mktemp("here"), Size(300))
    kept, read = {}, engine.read

    def recorded(rows):
        kept[rows.op()] = rows
        return read(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "read", recorded)
        patch.setattr(engine, "kept", lambda rows: rows)
        metrics.figures(client, AS_OF)
        metrics.creator_months(client, AS_OF)
        metrics.subject_weeks(client, AS_OF)
    return list(kept.values())


def elsewhere(rows, dialect):
    """The query as it is asked where the tables are in that engine."""
    source = Elsewhere(dialect)

    def moved(node, changed):
        made = node.__recreate__(changed) if changed else node
        if isinstance(made, ops.DatabaseTable):
            return ops.DatabaseTable(made.name, made.schema, source)
        if type(made).__name__.startswith("timezone"):
            zone, moment = made.args
            day = engine.local_day(moment.to_expr(), zone.value)
            return day.op().arg  # of the day the clock it is taken from
        return made

    return rows.op().replace(moved).to_expr()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_query_compiles_for_a_warehouse_and_is_of_its_dialect(asked, dialect):
    grammar, clock = DIALECTS[dialect]
    assert len(asked) > 40
    told = ""
    for rows in asked:
        text = str(ibis.to_sql(elsewhere(rows, dialect).unbind(), dialect=dialect))
        (parsed,) = sqlglot.parse(text, dialect=grammar)
        read = {table.name for table in parsed.find_all(sqlglot.exp.Table)}
        assert read & contracts.TABLES.keys()
        told += text
    assert clock in told
    assert " TIMEZONE(" not in told
