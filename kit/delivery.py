"""Sending published reports: to a folder, by e-mail, to a webhook; off until a client has asked.

``data/<client>/delivery.toml`` says to whom (`Target`); without it nothing is ever sent. Passwords
and addresses that are secrets are named there by an environment variable and read from it alone.
Each message is noted in ``reports/<client>/deliveries.jsonl`` before it is let go and after: none
goes twice, and one whose fate is unknown is told to a person instead of being sent again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kit import client as clients
from kit import client_copy, message, senders, week
from kit.errors import ClientError, ReportError, plain
from kit.running import REPORTS
from kit.settings import Config

SETTINGS = "delivery.toml"
SENT = "deliveries.jsonl"
PAUSES = (2, 8, 30)  # seconds before each further attempt


class Target(BaseModel):
    """One receiver. `name` tells it from the others; a secret stands in the variable named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    kind: Literal["folder", "email", "webhook"]
    audience: Literal["internal", "client"] = Field(
        "internal", description="`client` gets the client's own copies and decks, no other file"
    )
    reports: tuple[Literal[REPORTS], ...] = REPORTS  # type: ignore[valid-type]
    forced: bool = Field(False, description="also what was published although not ready")
    attach: tuple[Literal["html", "pdf", "pptx"], ...] = ("html",)
    folder: Path | None = None
    host: str = ""
    port: int = 465
    security: Literal["tls", "starttls"] = "tls"
    ca_file: Path | None = Field(None, description="of a mail server with a certificate of its own")
    sender: str = ""
    recipients: tuple[str, ...] = ()
    user: str = ""
    password_env: str = ""
    url_env: str = Field("", description="the variable that holds the webhook's address")

    @model_validator(mode="after")
    def _whole(self) -> Target:
        needed = {
            "folder": ["folder"],
            "email": ["host", "sender", "recipients"],
            "webhook": ["url_env"],
        }[self.kind]
        lacking = [name for name in needed if not getattr(self, name)]
        if lacking:
            raise ValueError(f"a target of kind {self.kind} needs {' and '.join(lacking)}")
        if self.audience == "client" and (self.forced or "pdf" in self.attach):
            raise ValueError(
                "a target for the client takes no report that was published although not ready, "
                "and has no PDF: leave out forced, and attach html or pptx"
            )
        return self


@dataclass(frozen=True)
class Delivery:
    """What became of one message: sent, already sent, failed or unknown, and why."""

    client: str
    target: str
    reports: tuple[str, ...]
    status: str
    message: str = ""

    @property
    def good(self) -> bool:
        return self.status in ("sent", "already sent")


def targets(folder: Path) -> list[Target]:
    """A client's receivers, none where there is no `delivery.toml`; `ClientError` names a fault."""
    path = folder / SETTINGS
    if not path.exists():
        return []
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        found = [Target.model_validate(one) for one in told.get("to", [])]
    except tomllib.TOMLDecodeError as error:
        raise ClientError(f"{path} is not TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "a [[to]]"
        problem = first["msg"].removeprefix("Value error, ")
        raise ClientError(f"{path}: {where}: {problem}.") from None
    names = [target.name for target in found]
    if len(set(names)) < len(names) or set(told) - {"to"}:
        raise ClientError(f"{path} holds one [[to]] per receiver, each with a name of its own.")
    return found


def deliver(
    client: str, as_of: date, home: str | Path | None = None, again: str | None = None
) -> list[Delivery]:
    """Send what stands of a client's week and has not been sent, one message per receiver.

    A report goes once to each receiver, and once more where it was superseded since. `again` names
    a receiver to whom it is sent whatever was noted. One receiver that fails stops no other.
    """
    root = clients.home(home)
    folder = clients.client_folder(client, root)
    config, _ = clients.read_config(folder)
    place = week.week_folder(root, client, as_of)
    known = targets(folder)
    if again is not None and again not in {target.name for target in known}:
        raise ClientError(
            f"{folder / SETTINGS} has no receiver {again}. It has "
            f"{', '.join(target.name for target in known) or 'none'}."
        )
    with week.lock(place.parent / ".locks" / "deliveries"):
        log = Log(place.parent / SENT)
        return [
            made
            for target in known
            for made in _to(target, client, config, place, as_of, log, again == target.name)
        ]


def why_nothing(client: str, home: str | Path | None = None) -> str:
    """Why `deliver` had nothing to send, and what to do."""
    path = clients.client_folder(client, home) / SETTINGS
    if not path.exists():
        return (
            f"Nothing is sent: there is no {path}. templates/delivery.toml shows how it names "
            "receivers."
        )
    if not targets(path.parent):
        return f"Nothing is sent: {path} names no receiver."
    return (
        f"Nothing to send: no report that {path} lists stands for that week as published. "
        f"kit runs --client {client} lists what stands."
    )


def _to(
    target: Target,
    client: str,
    config: Config,
    place: Path,
    day: date,
    log: Log,
    again: bool,
) -> Iterator[Delivery]:
    wanted = ("published", "forced") if target.forced else ("published",)
    standing = {
        name: _key(target, place / name)
        for name, told in week.reports(place).items()
        if name in target.reports
        and (target.audience == "internal" or name in client_copy.ALLOWED["reports"])
        and told["status"] in wanted
        and told["parameters"]["as_of"] == day.isoformat()
    }
    states = {name: "" if again else log.state(key) for name, key in standing.items()}
    known = tuple(name for name, state in states.items() if state == "sent")
    open_ = tuple(name for name, state in states.items() if state == "sending")
    fresh = tuple(name for name, state in states.items() if state in ("", "refused"))
    if known:
        yield Delivery(client, target.name, known, "already sent")
    if open_:
        why = "it was being sent when the run ended. See whether it has come; if not: kit deliver "
        why += f"--client {client} --as-of {day} --again '{target.name}'."
        yield Delivery(client, target.name, open_, "unknown", why)
    if fresh:
        compose = message.for_client if target.audience == "client" else message.compose
        made = compose(config, place, fresh, target.attach)
        status, why = _send(target, made, log, [standing[name] for name in fresh])
        yield Delivery(client, target.name, fresh, status, why)


def _key(target: Target, report: Path) -> str:
    """This report as it stands, for this receiver: equal keys, equal messages."""
    page = hashlib.sha256((report / f"{report.name}.html").read_bytes()).hexdigest()
    told = json.dumps(
        [target.name, report.parent.parent.name, report.parent.name, report.name, page]
    )
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _send(target: Target, made: message.Message, log: Log, keys: list[str]) -> tuple[str, str]:
    """Try, and try again after a pause where it may help; (status, why)."""
    send = {"folder": senders.copy, "email": senders.mail, "webhook": senders.post}[target.kind]
    for pause in (*PAUSES, None):
        try:
            send(target, made, lambda: log.note("sending", keys))
            log.note("sent", keys)
            return "sent", ""
        except senders.Unknown as error:
            return "unknown", f"no answer came after it had been sent ({error})"
        except senders.Refused as error:
            log.note("refused", keys)
            why, passing = str(error), error.passing
        except OSError as error:
            log.note("refused", keys)
            why, passing = plain(error), target.kind != "folder"
        if pause is None or not passing:
            return "failed", why
        time.sleep(pause)
    raise AssertionError("unreachable")


class Log:
    """What was sent, a line of JSON per event; the last word on a key counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.states: dict[str, str] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            told: dict[str, Any] = json.loads(line)
            self.states |= dict.fromkeys(told["keys"], told["state"])
        except (ValueError, KeyError, TypeError):
            pass  # a line that was cut off by a crash says nothing

    def state(self, key: str) -> str:
        return self.states.get(key, "")

    def note(self, state: str, keys: list[str]) -> None:
        """On the disk before this returns."""
        line = json.dumps({"at": round(time.time(), 3), "state": state, "keys": keys})
        try:
            with self.path.open("a+b") as file:
                file.seek(0, os.SEEK_END)
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        file.write(b"\n")
                file.write(f"{line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ReportError(f"Nothing was sent: {plain(error)}") from None
        self._take(line)
