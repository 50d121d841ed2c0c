"""One client: its folder, its `client.toml`, and its tables, opened with `kit.open`."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.dataset as ds
from pydantic import ValidationError

from kit import addresses, contracts, people, windows
from kit.errors import ClientError, PolicyError
from kit.policy import Policy, load_policy
from kit.settings import Config as Config
from kit.table_files import table_path

if TYPE_CHECKING:
    import ibis.expr.types as ir  # the engine takes a second to load, and an ingest needs none

LONGEST_NAME = 64
RESERVED = {
    *("CON", "PRN", "AUX", "NUL"),
    *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10)),
}


def home(given: str | Path | None = None) -> Path:
    """The folder that holds `data/` and `reports/`.

    `given` (``--home``), else ``KIT_HOME``, else the nearest folder, from the current one upward,
    that has a ``data/``. Raises `ClientError` where there is none.
    """
    named = given or os.environ.get("KIT_HOME")
    if named:
        folder = Path(named).expanduser().resolve()
        if not folder.is_dir():
            raise ClientError(f"{named} is no folder. Give --home a folder that holds data/.")
        return folder
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "data").is_dir():
            return folder
    raise ClientError(f"No data/ in {here} or above it. Give --home DIR, or set KIT_HOME.")


def clients(given: str | Path | None = None) -> list[str]:
    """The names of all clients, sorted: the folders of `data/` that hold a `client.toml`."""
    return sorted(path.parent.name for path in (home(given) / "data").glob("*/client.toml"))


def check_name(name: str) -> str:
    """The name, if it can name a client's folder on any system; `ClientError` with the reason.

    Letters of one script only: ``acme`` with a Cyrillic a is another folder that looks the same.
    """
    named = f"{name[:LONGEST_NAME]!r} cannot name a client"
    if len(name) > LONGEST_NAME:
        raise ClientError(f"{named}. Use up to {LONGEST_NAME} letters, as in acme-beauty.")
    if not re.fullmatch(r"[^\W_][\w-]*(\.[\w-]+)*", name):
        raise ClientError(f"{named}. Use letters, digits, - and _, as in acme-beauty.")
    if name.partition(".")[0].upper() in RESERVED:
        raise ClientError(
            f"{named}: Windows keeps that word for itself. Add one, as in {name}-shop."
        )
    if unicodedata.normalize("NFKC", name) != name or len(_scripts(name)) > 1:
        raise ClientError(f"{named}: letters of several alphabets look alike. Use those of one.")
    return name


def _scripts(name: str) -> set[str]:
    """The alphabets of a name's letters; what Chinese and Japanese mix counts as one."""
    found = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    return {"CJK" if script in {"HIRAGANA", "KATAKANA"} else script for script in found}


def client_folder(name: str, given: str | Path | None = None) -> Path:
    """``data/<name>`` of an existing client; `ClientError` lists those that do exist."""
    root = home(given)
    folder = root / "data" / check_name(name)
    if (folder / "client.toml").is_file():
        return folder
    known = clients(root)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    listed = f"Clients here: {', '.join(known)}." if known else "There is no client yet."
    raise ClientError(
        f"There is no client {name} in {root / 'data'}. {hint}{listed} kit new {name} makes one."
    )


def read_config(folder: Path) -> tuple[Config, Policy]:
    """A client's `client.toml` as config and policy; `PolicyError` names a wrong key or value."""
    path = folder / "client.toml"
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path} is not TOML: {error}.") from None
    own = given.pop("policy", {})
    policy = load_policy(own)
    _refuse_unknown(given, path)
    try:
        config = Config.model_validate(given)
    except ValidationError as error:
        raise PolicyError(_plain(error, path)) from None
    policy = _with_the_goal(config, policy, own)
    return config.model_copy(
        update={
            "name": config.name or folder.name,
            "export_time_zone": config.export_time_zone or config.time_zone,
            "ads_time_zone": config.ads_time_zone or config.time_zone,
        }
    ), policy


def _with_the_goal(config: Config, policy: Policy, own: Mapping[str, Any]) -> Policy:
    """The policy with the goal of velocity as its target, unless it names a target of its own."""
    goal = config.goals.get("velocity")
    if goal in (None, policy.velocity.target) or "target" in own.get("velocity", {}):
        return policy
    velocity = policy.velocity.model_copy(update={"target": goal})
    return policy.model_copy(update={"velocity": velocity})


def _refuse_unknown(given: Mapping[str, Any], path: Path) -> None:
    known = [*Config.model_fields, "policy"]
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"Keys are {', '.join(known)}."
            raise PolicyError(f"{path} has an unknown key {key}. {hint}")


def _plain(error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"{path} lacks {where}: {Config.model_fields[where].description}."
    problem = first["msg"].removeprefix("Value error, ")
    if where == "source":
        return f"{path}: source cannot be used: {problem}."  # never shown: it may hold a password
    near = difflib.get_close_matches(
        str(first["input"]).lower(), re.findall(r"'(\w+)'", problem), n=1, cutoff=0.5
    )
    hint = f" Did you mean {near[0]}?" if near else ""
    if isinstance(first["input"], Mapping):
        return f"{path}: [{where}] {problem}.{hint}"  # the problem says which line of it
    return f"{path}: {where} is {first['input']!r}. {problem}.{hint}"


class Client:
    """One client's tables and settings, read-only.

    `name` is the folder's name (the subject of program figures). Every table is there twice:
    ``client.table("orders")`` as an Ibis expression for anything large, ``client.orders`` as a
    pandas frame (money float, times UTC, days at midnight).
    """

    def __init__(self, folder: Path, config: Config, policy: Policy) -> None:
        self.folder = folder
        self.name = folder.name
        self.home = folder.parents[1]
        self.config = config
        self.policy = policy
        self.time_zone = config.time_zone
        self.currency = config.currency
        self.tables_folder = folder / "tables"

    @cached_property
    def connection(self) -> Any:
        """The Ibis connection; each client has its own, made when first asked for."""
        from kit import engine

        if self.in_warehouse:
            return engine.warehouse(self.config, self.policy, self.folder)
        return engine.connect(self.config, self.tables_folder)

    @property
    def in_warehouse(self) -> bool:
        """Whether the tables stay in a warehouse; no files of them are here then."""
        return self.config.source != addresses.EXPORTS

    def table(self, name: str) -> ir.Table:
        """A canonical table as an Ibis expression."""
        self._known(name)
        return self.connection.table(name)

    def frame(self, name: str) -> pd.DataFrame:
        """A canonical table as a new pandas frame."""
        self._known(name)
        if self.in_warehouse:
            from kit import engine

            key = contracts.TABLES[name].key  # type: ignore[attr-defined]
            return contracts.frame(engine.read(self.table(name).order_by(key)))
        path = table_path(self.tables_folder, name)
        return contracts.frame(ds.dataset(path, format="parquet").to_table())

    def count(self, name: str) -> int:
        """How many rows a table has."""
        self._known(name)
        if self.in_warehouse:
            from kit import engine

            return engine.read(self.table(name).count()).as_py()
        path = table_path(self.tables_folder, name)
        return ds.dataset(path, format="parquet").count_rows()

    def _known(self, name: str) -> None:
        if name not in contracts.TABLES:
            near = difflib.get_close_matches(name, contracts.TABLES, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Tables: {', '.join(contracts.TABLES)}."
            raise ClientError(f"There is no table {name}. {hint}")

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in contracts.TABLES:
            return self.frame(name)
        raise AttributeError(f"client has no attribute or table {name}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *contracts.TABLES})

    def __repr__(self) -> str:
        return f"<client {self.name}: {self.currency}, {self.time_zone}>"

    def sizes(self) -> pd.DataFrame:
        """One row per table with anything in it: what a row is, and how many there are."""
        counted = [
            (name, (contracts.TABLES[name].__doc__ or "").splitlines()[0], self.count(name))
            for name in contracts.TABLES
        ]
        frame = pd.DataFrame(counted, columns=["table", "one row", "rows"])
        return frame[frame["rows"] > 0].reset_index(drop=True)

    def sql(self, query: str) -> pd.DataFrame:
        """The answer of a DuckDB query over the tables, each under its name.

        Where the tables stay in a warehouse, of a query in its own words and names.
        """
        if self.in_warehouse:
            return self.connection.sql(query)
        return contracts.frame(self.connection.con.sql(query).to_arrow_table())

    def standing(self, as_of: date) -> pd.DataFrame:
        """One row per creator as of a day: creator_id, tier, entry_tier, on_roster."""
        return people.standing(
            self.frame("creators"),
            self.frame("tiers"),
            self.frame("agreements"),
            as_of,
            self.policy.tiers.floors,
        )

    def newest_day(self) -> date | None:
        """The newest day any export of the tables covers; None without data."""
        return _day(self.frame("files")["last_day"].max())

    def first_day(self) -> date | None:
        """The first day any export of the tables covers; None without data."""
        return _day(self.frame("files")["first_day"].min())

    def covered_until(self) -> date:
        """The last Sunday that the data cover; raises `ClientError` where they cover none.

        A Sunday is covered when no kind of windowed export that reaches the newest weeks stops
        short of it. Order files name no window: their last line may be a day or two earlier.
        """
        sunday = covered_sunday(self.frame("files"), self.frame("windows"))
        if sunday is None:
            raise ClientError(
                f"{self.name} has no data yet. Put exports into {self.folder}/exports."
            )
        return sunday

    def program_start(self) -> tuple[date | None, str]:
        """The program's first day, and how it is known.

        `client.toml`'s, else the first sample shipped or post published, whichever came first.
        """
        if self.config.program_start:
            return self.config.program_start, "client.toml"
        sample = self.frame("samples")["shipped_on"].min()
        post = self.frame("posts")["published_on"].min()
        found = [
            (day, why)
            for day, why in ((sample, "first sample shipped"), (post, "first post"))
            if pd.notna(day)
        ]
        if not found:
            return None, "unknown: no program_start, sample or post"
        day, why = min(found)
        return day.date(), f"{why} (client.toml has no program_start)"


def covered_sunday(files: pd.DataFrame, registered: pd.DataFrame) -> date | None:
    """The last Sunday that the tables `files` and `windows` cover; see `Client.covered_until`."""
    newest = _day(files["last_day"].max())
    if newest is None:
        return None
    sunday = newest - timedelta((newest.weekday() + 1) % windows.WEEK_DAYS)
    ends = registered[registered["kept"]].groupby("kind")["window_end"].max()
    recent = ends[ends > pd.Timestamp(sunday) - pd.Timedelta(days=4 * windows.WEEK_DAYS)]
    while len(recent) and recent.min() < pd.Timestamp(sunday):
        sunday -= timedelta(windows.WEEK_DAYS)
    return sunday


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def open(client: str, home: str | Path | None = None) -> Client:
    """A client by name, its tables built first if they are missing or older than what they rest on.

    Raises `ClientError` for a client that does not exist or has no exports, `PolicyError` for a
    wrong `client.toml`. A refused export does not stop it: `kit.readiness` withholds reports.
    """
    from kit import ingest  # builds the tables through this module's folders and config

    folder = client_folder(client, home)
    config, policy = read_config(folder)
    if os.environ.get("KIT_INGEST") != "off" and not ingest.is_current(folder):
        ingest.ingest(client, folder.parents[1])
    return Client(folder, config, policy)
