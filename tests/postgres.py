"""A Postgres of the test's own: Debian's programs, a temporary folder and port, no root."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kit import contracts

TYPES = {
    contracts.TEXT: "text",
    contracts.TEXTS: "text[]",
    contracts.COUNT: "bigint",
    contracts.NUMBER: "double precision",
    contracts.MONEY: "numeric(18,2)",
    contracts.DAY: "date",
    contracts.TIME: "timestamptz",
    contracts.FLAG: "boolean",
}


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the passwords of its owner and of a user who only reads."""

    port: int
    folder: Path
    password: str
    reader: str

    def connect(self, **more):
        import psycopg

        told = {"user": "owner", "password": self.password, "dbname": "postgres", **more}
        return psycopg.connect(host="127.0.0.1", port=self.port, autocommit=True, **told)

    def address(self, variable="PG_READER"):
        return f"postgres://reader:${{{variable}}}@127.0.0.1:{self.port}/postgres"

    def stop(self):
        _run(self.folder, "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        options += " -c fsync=off -c full_page_writes=off -c timezone=Asia/Bangkok"
        command = ["-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options]
        _run(self.folder, "pg_ctl", *command, "start")


def _run(folder, program, *arguments):
    """Run one of Postgres' programs, which refuse to run as root, as its own user then."""
    user = "postgres" if os.geteuid() == 0 else None
    command = [shutil.which(program), *map(str, arguments)]
    with (folder / "said").open("ab") as said:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=said, stderr=said)


@contextmanager
def server():
    folder = Path(tempfile.mkdtemp(prefix="kit-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # of letters that an address must escape, so that taking them out of texts is worth testing
    words = [f"{secrets.token_hex(4)}/@:%{name}" for name in ("owner", "reader")]
    made = Server(port, folder, *words)
    try:
        (folder / "word").write_text(made.password)
        (folder / "word").chmod(0o644)
        settings = ["--auth=scram-sha-256", "--username=owner", f"--pwfile={folder / 'word'}"]
        settings += ["--no-sync", "--locale=C", "--encoding=UTF8"]
        _run(folder, "initdb", "-D", folder / "data", *settings)
        made.start()
        with made.connect() as owner:
            owner.execute(f"CREATE USER reader PASSWORD '{made.reader}'")
        yield made
        made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def load(server, tables, schema="public", names=None, columns=None, left_out=()):
    """Arrow tables under names of their own, which `reader` may read."""
    names, columns = names or {}, columns or {}
    with server.connect() as owner:
        owner.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader")
        for name, rows in tables.items():
            own = columns.get(name, {})
            kinds = contracts.TABLES[name].columns
            told = ", ".join(f'"{own.get(c, c)}" {TYPES[kind]}' for c, kind in kinds.items())
            table = f"{schema}.{names.get(name, name)}"
            owner.execute(f"CREATE TABLE {table} ({told})")
            with owner.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in _rows(rows.select(list(kinds))):
                    copy.write_row(row)
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")


def _rows(rows: pa.Table):
    return zip(*(column.to_pylist() for column in rows.columns), strict=True)
