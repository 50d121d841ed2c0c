"""What a client's `client.toml` may say, checked when it is read."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from kit import addresses, contracts, goals, gone, sizes
from kit.exports import KINDS, day_order, headers
from kit.language import ENGLISH, checked

LEAST_MEMORY = 128 * 1024**2
Category = Literal[
    "beauty", "food_cpg", "home_goods", "apparel", "accessories", "supplements", "other"
]


class Own(BaseModel):
    """What a warehouse calls its tables and columns: our name = its own, or '' for none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)

    @field_validator("tables", "columns")
    @classmethod
    def _tables(cls, value: dict[str, Any]) -> dict[str, Any]:
        _refuse_strange("table", value, contracts.TABLES)
        return value

    @field_validator("columns")
    @classmethod
    def _columns(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for table, own in value.items():
            known = contracts.TABLES[table].columns  # type: ignore[attr-defined]
            _refuse_strange(f"column of {table}", own, known)
        return value


def _refuse_strange(what: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            raise ValueError(f"no {what} is called {name}. {hint}")


class Config(BaseModel):
    """What `client.toml` says; `[policy.*]` is `Client.policy`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("", description="the client's name as reports print it; empty: the folder's")
    currency: str = Field(description="three letters; every file must be in it, ads apart")
    market: str = Field("US", description="two letters; decides the day order of ambiguous files")
    time_zone: str = Field(description="zone of reports, such as America/Los_Angeles")
    export_time_zone: str = Field("", description="zone of Seller Center's exports")
    ads_time_zone: str = Field("", description="zone of the ad account's exports")
    category: Category = "other"
    program_start: date | None = None
    source: str = Field("exports", description="exports, or the address of a warehouse")
    warehouse: Own = Field(Own(), description="what the warehouse calls its tables and columns")
    brand: str | dict[str, Any] | None = Field(None, description="for the deck")
    competitors: tuple[str, ...] = Field((), description="names looked for in captions and briefs")
    memory_limit: str = Field(
        "2GiB", description="of the engine that counts; what it cannot hold it puts on disk"
    )
    language: str = Field(
        ENGLISH, description="of what goes to the client and to creators, such as es-MX"
    )
    demo: bool = False
    share_margins: bool = Field(False, description="the client's copies may hold its margins")
    pseudonyms_of: str = Field("", description="the client this is a copy of, for sharing")
    date_order: dict[str, str] = Field(
        default_factory=dict, description="day first or month first, by kind; under '' for all"
    )
    goals: dict[str, float] = Field(default_factory=dict, description="metric id = value")
    headers: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="[headers.<kind>] new header = known one"
    )
    gone: dict[str, dict[str, date]] = Field(
        default_factory=dict, description="[gone.<kind>] column = first day without it"
    )

    @field_validator("currency", "market")
    @classmethod
    def _code(cls, value: str, info: Any) -> str:
        letters = 3 if info.field_name == "currency" else 2
        if not re.fullmatch(rf"[A-Za-z]{{{letters}}}", value):
            raise ValueError(f"expected {letters} letters")
        return value.upper()

    @field_validator("time_zone", "export_time_zone", "ads_time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value or "UTC")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            near = difflib.get_close_matches(value, zoneinfo.available_timezones(), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"no such time zone{hint}") from None
        return value

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        return checked(value)

    @field_validator("source")
    @classmethod
    def _source(cls, value: str) -> str:
        wrong = addresses.problem(value)
        if wrong:
            raise PydanticCustomError("source", "{wrong}", {"wrong": wrong})
        return value

    @field_validator("memory_limit")
    @classmethod
    def _memory(cls, value: str) -> str:
        size = sizes.bytes_of(value)
        if size is None:
            raise ValueError("expected a size such as 2GiB or 512MiB")
        if size < LEAST_MEMORY:
            raise ValueError("the engine needs at least 128MiB; 2GiB is the default")
        return value

    @field_validator("date_order", mode="before")
    @classmethod
    def _date_order(cls, value: Any) -> dict[str, str]:
        return day_order.named(value)

    @field_validator("goals", mode="before")
    @classmethod
    def _goals(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            goals.check(value)
        return value

    @field_validator("headers")
    @classmethod
    def _headers(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        _refuse_strange("kind of export", value, KINDS)
        for kind, own in value.items():
            for header, column in own.items():
                # An empty name: the header is known to the client and left unread.
                if column and headers.canonical(kind, column) is None:
                    near = difflib.get_close_matches(column, headers.columns(kind), n=1, cutoff=0.5)
                    hint = f" Did you mean {near[0]}?" if near else ""
                    raise ValueError(
                        f"{header!r} is to mean {column!r}, which is neither a column nor a known "
                        f"header of {kind}.{hint}"
                    )
        return value

    @field_validator("gone")
    @classmethod
    def _gone(cls, value: dict[str, dict[str, date]], info: Any) -> dict[str, dict[str, date]]:
        _refuse_strange("kind of export", value, KINDS)
        return gone.named(value, info.data.get("headers", {}))
