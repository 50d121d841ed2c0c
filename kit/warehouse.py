"""The tables of a client whose warehouse holds them, under names of its own: read, never written.

What the platform's exports would tell (`TOLD`) is asked of the warehouse, by our names or by those
under ``[warehouse]`` in `client.toml`. The ledgers are those of ``ledgers/``, and the register of
files and windows is drawn up of the tables themselves (`kit.registers`), unless the warehouse has
these too. Such small tables travel as text inside each query: nothing is created over there.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import sqlglot.expressions as sge

from kit import addresses, contracts, registers
from kit.errors import ClientError

TOLD = ("orders", "shop_orders", "posts", "post_stats", "creator_stats", "ad_stats")
# Where a row came from and words as printed: no figure of the platform's tables rests on these.
PROVENANCE = {
    *("file", "row", "seen_on", "status_raw", "status_known", "platform", "products_seen_on"),
    *("campaign_name", "ad_name", "partial"),
}
SECONDS_TO_CONNECT = 10
SECONDS_TO_ANSWER = 600
EXTRA = {"pyspark": "apache-spark"}


class Warehouse:
    """A connection that answers `table` and `sql` like Ibis' own, for one client."""

    def __init__(self, config: Any, policy: Any, folder: Path) -> None:
        self.config, self.policy, self.folder = config, policy, folder
        self.name = addresses.masked(config.source)
        self.secrets: list[str] = []
        with self._told():
            self.con = self._connect()
        weakref.finalize(self, _close, self.con)
        self._known: dict[str, ir.Table] = {}
        self._here: dict[str, pd.DataFrame] | None = None

    def _connect(self) -> Any:
        engine = addresses.engine(self.config.source)
        address, self.secrets = addresses.resolved(self.config.source)
        try:
            return _opened(engine, address)
        except ImportError:  # of the engine's driver
            extra = EXTRA.get(engine, engine)
            raise ClientError(
                f"{self.name} needs a package that is not installed here. Install it with "
                f"pip install 'creator-program-kit[{extra}]'."
            ) from None

    def table(self, name: str) -> ir.Table:
        """A canonical table as an expression over the warehouse's own; `ClientError` if it cannot.

        Its columns have our names and types, whatever they are called over there.
        """
        if name not in self._known:
            self._known[name] = (
                self._mapped(name) if self.asks_for(name) else self._inline(name, self.here[name])
            )
        return self._known[name]

    def asks_for(self, name: str) -> bool:
        """Whether a table is looked for in the warehouse: named in client.toml, or always."""
        own = self.config.warehouse.tables.get(name)
        return own != "" and (own is not None or name in TOLD)

    @property
    def here(self) -> dict[str, pd.DataFrame]:
        """The tables that the warehouse is not asked for."""
        if self._here is None:
            self._here = registers.drawn_up(self)
        return self._here

    def _mapped(self, name: str) -> ir.Table:
        own = self._own(name)
        wrong = [*self._wrong_columns(name, own)]
        if wrong:
            raise ClientError(" ".join(wrong))
        named = self.config.warehouse.columns.get(name, {})
        held = set(own.columns)
        cells = {}
        for column, kind in contracts.TABLES[name].columns.items():  # type: ignore[attr-defined]
            given = named.get(column, column)
            type_ = dt.DataType.from_pyarrow(kind)
            cells[column] = own[given].cast(type_) if given in held else ibis.null(type_)
        return own.select(**cells)

    def _own(self, name: str) -> ir.Table:
        """The warehouse's table; `ClientError` where there is none of that name."""
        given = self.config.warehouse.tables.get(name, name)
        *database, last = given.split(".")
        try:
            return self.con.table(last, database=tuple(database) or None)
        except Exception as error:
            if type(error).__name__ not in ("TableNotFound", "NoSuchTableError", "NotFound"):
                raise self.refused(error) from None
            raise ClientError(
                f"{self.name} has no table {given}, where {name} is looked for: "
                f"{_first_line(contracts.TABLES[name])} Give its own name in client.toml: "
                f'[warehouse.tables] {name} = "schema.table", or {name} = "" where there is none.'
            ) from None

    def _wrong_columns(self, name: str, own: ir.Table) -> list[str]:
        named = self.config.warehouse.columns.get(name, {})
        table = self.config.warehouse.tables.get(name, name)
        schema, told = own.schema(), []
        for column, kind in contracts.TABLES[name].columns.items():  # type: ignore[attr-defined]
            given = named.get(column, column)
            if given in schema and not _fits(schema[given], kind):
                told.append(
                    f"{table}.{given} holds {schema[given]}, and {name}.{column} needs "
                    f"{_KINDS[kind]}. Make a view of the table that has it so, and name the view "
                    "under [warehouse.tables]."
                )
            elif given not in schema and given and (column in named or column not in PROVENANCE):
                told.append(
                    f"{table} has no column {given}, which {name}.{column} needs ({_KINDS[kind]}). "
                    f"Name its own in client.toml: [warehouse.columns.{name}] {column} = "
                    f'"its name", or {column} = "" where there is none.'
                )
        return told

    def problems(self) -> list[str]:
        """What is wrong with the warehouse's tables, a sentence each; none where all is well."""
        told = []
        for name in contracts.TABLES:
            try:
                self.table(name) if self.asks_for(name) else None
            except ClientError as error:
                told.append(str(error))
        return told

    def _inline(self, name: str, rows: pd.DataFrame) -> ir.Table:
        """A small table as text inside the query."""
        held = contracts.arrow(rows, contracts.TABLES[name])
        held = held.select(list(contracts.TABLES[name].columns))  # type: ignore[attr-defined]
        schema = ibis.Schema.from_pyarrow(held.schema)
        text = _values(held, schema, self.con.compiler.type_mapper).sql(self.con.dialect)
        return self.con.sql(text, schema=schema, dialect=self.con.dialect)

    def sql(self, query: str) -> pd.DataFrame:
        """The answer of a query in the warehouse's own words."""
        with self._told():
            answer = self.con.raw_sql(query)
            for frame in ("toPandas", "to_dataframe"):  # Apache Spark's and BigQuery's
                if hasattr(answer, frame):
                    return getattr(answer, frame)()
            columns = [column[0] for column in answer.description]
            return pd.DataFrame(answer.fetchall(), columns=columns)

    def refused(self, error: Exception) -> ClientError:
        """What a driver's error means, without its secrets, and what to do."""
        said = addresses.without(" ".join(str(error).split()), self.secrets)
        return ClientError(f"{self.name} did not answer: {said} {_what_to_do(error)}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong inside is told as the warehouse's, without its secrets."""
        try:
            yield
        except ClientError:
            raise
        except Exception as error:
            raise self.refused(error) from None


def _opened(engine: str, address: str) -> Any:
    if engine == "postgres":
        limit = f"-c statement_timeout={SECONDS_TO_ANSWER * 1000}"
        return ibis.connect(
            address,
            options=f"-c default_transaction_read_only=on {limit}",
            connect_timeout=SECONDS_TO_CONNECT,
        )
    return _spark(address) if engine == "pyspark" else ibis.connect(address)


def _close(connection: Any) -> None:
    with suppress(Exception):  # one that is gone already
        connection.disconnect()


def _spark(address: str) -> Any:
    """Apache Spark: of this machine (``apache-spark://local``), or of a Spark Connect server."""
    from pyspark.sql import SparkSession

    place, _, database = address.partition("://")[2].partition("/")
    builder = SparkSession.builder.config("spark.sql.session.timeZone", "UTC")
    if place == "local":
        builder = builder.master("local[*]").config("spark.ui.enabled", "false")
    else:
        builder = builder.remote(f"sc://{place}")
    connection = ibis.pyspark.connect(builder.getOrCreate())
    if database:
        connection.raw_sql(f"USE {database}")
    return connection


_KINDS = {
    contracts.TEXT: "text",
    contracts.TEXTS: "a list of texts",
    contracts.COUNT: "whole numbers",
    contracts.NUMBER: "numbers",
    contracts.MONEY: "money: exact decimals, not binary fractions",
    contracts.DAY: "days without a time",
    contracts.TIME: "times with their zone",
    contracts.FLAG: "true or false",
}


def _fits(found: dt.DataType, kind: pa.DataType) -> bool:
    """Whether a column of the warehouse can be read as one of ours without loss."""
    number = found.is_integer() or found.is_decimal()
    if kind in (contracts.NUMBER, contracts.RATE):
        return number or found.is_floating()
    if kind == contracts.MONEY:
        return number
    return {
        contracts.TEXT: found.is_string(),
        contracts.TEXTS: found.is_array() and found.value_type.is_string(),
        contracts.COUNT: found.is_integer() or (found.is_decimal() and found.scale == 0),
        contracts.DAY: found.is_date(),
        contracts.TIME: found.is_timestamp() and found.timezone is not None,
        contracts.FLAG: found.is_boolean(),
    }[kind]


def _values(rows: pa.Table, schema: ibis.Schema, types: Any) -> sge.Select:
    """The rows as a SELECT of literals, each cast to its column's type."""
    columns = list(schema)
    made = [
        sge.Select(
            expressions=[
                sge.alias_(_cell(row[name], schema[name], types), name, quoted=True)
                for name in columns
            ]
        )
        for row in rows.to_pylist() or [dict.fromkeys(columns)]
    ]
    every: Any = made[0]
    for one in made[1:]:
        every = sge.Union(this=every, expression=one, distinct=False)
    picked = sge.Select(expressions=[sge.Star()]).from_(every.subquery("t"))
    return picked if rows.num_rows else picked.where(sge.false())


def _cell(value: Any, type_: dt.DataType, types: Any) -> Any:
    made: Any
    if isinstance(value, list):
        made = sge.Array(expressions=[sge.convert(one) for one in value])
    elif value is None or isinstance(value, bool | int | float):
        made = sge.convert(value)
    else:
        made = sge.convert(str(value))  # days, times and money as text, which the cast reads
    return sge.Cast(this=made, to=types.from_ibis(type_))


def _first_line(table: type) -> str:
    return (table.__doc__ or "").splitlines()[0]


def _what_to_do(error: Exception) -> str:
    """The way on, by the kind of error; Postgres tells the kind by a code."""
    code = getattr(error, "sqlstate", None) or ""
    if code == "42501":
        return "Let the user of the address read it, and run it again."
    if code == "57014":
        return (
            f"It took over {SECONDS_TO_ANSWER} seconds. Run it when the warehouse is less busy, or "
            "read from a copy that holds only what the kit needs."
        )
    if code.startswith("28") or "authentication" in str(error):
        return "Mend the user or the password that source in client.toml names."
    return "See that it runs and can be reached from here, and run it again."
