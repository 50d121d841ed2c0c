"""What a run is asked for: a notebook's parameters and its last day, checked before any kernel."""

from __future__ import annotations

import ast
import difflib
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from kit.errors import ReportError

OWN = ("client", "as_of")
DAYS_OF_WEEK = 7
DAY_WORDS = ("last-sunday", "last-settled-sunday")


class Declared(NamedTuple):
    """One parameter of a notebook: its type as written, its default as text, its comment."""

    type: str
    default: str
    help: str


def declared(notebook: Path) -> dict[str, Declared]:
    """The parameters a notebook declares in its tagged cell, by name; nothing is executed.

    Read as Python, since papermill's own inspection goes line by line and misses a union such as
    ``str | None``. Raises `ReportError` for a notebook without `client` and `as_of`.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    source = "".join(tagged[0]["source"]) if tagged else ""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ReportError(f"{notebook.name}: its parameters cell is not Python: {error}.") from None
    known = dict(filter(None, (_declared(statement, source) for statement in statements)))
    lacking = [name for name in OWN if name not in known]
    if lacking:
        raise ReportError(
            f"{notebook.name} has no parameter {' and no '.join(lacking)}. Give it a cell tagged "
            '"parameters" with client: str = "sample" and as_of: str = "2026-05-10".'
        )
    return known


def _declared(statement: ast.stmt, source: str) -> tuple[str, Declared] | None:
    """A line such as ``top: int = 5  # rows shown``; without annotation, the default's type."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(statement, ast.AnnAssign):
        target = statement.target
    if not isinstance(target, ast.Name) or getattr(statement, "value", None) is None:
        return None
    default = ast.get_source_segment(source, statement.value) or ""  # type: ignore[attr-defined]
    rest = source.splitlines()[(statement.end_lineno or 1) - 1]
    help = rest.encode()[statement.end_col_offset or 0 :].decode().partition("#")[2].strip()
    annotation = getattr(statement, "annotation", None)
    kind = ast.unparse(annotation) if annotation else _type(default)
    return target.id, Declared(kind, default, help)


def _type(default: str) -> str:
    try:
        return type(ast.literal_eval(default)).__name__
    except (ValueError, SyntaxError):
        return "str"


def check(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given parameters as values of their declared types.

    Text is read as the type asks ("30" for an int, "yes" for a bool, JSON for a list); any other
    value must already be of it. Raises `ReportError` for a name the notebook does not declare,
    with the nearest right one, and for a value that is not what it expects.
    """
    known = declared(notebook)
    values = {}
    for name, value in given.items():
        if name in OWN:
            flag = "--client" if name == "client" else "--as-of"
            raise ReportError(f"{name} is given by {flag}, not as a parameter of {notebook.stem}.")
        if name not in known:
            raise ReportError(f"{notebook.stem} has no parameter {name}. {_nearest(name, known)}")
        values[name] = _value(notebook.stem, name, value, known[name])
    return values


def _nearest(name: str, known: Mapping[str, Declared]) -> str:
    own = [other for other in known if other not in OWN]
    near = difflib.get_close_matches(name, own, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return f"It has {', '.join(own)}." if own else "It has none beside client and as_of."


YES_OR_NO = {"true": True, "yes": True, "false": False, "no": False}
EXPECTED = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a JSON list",
    "dict": "a JSON object",
}


def _value(report: str, name: str, value: Any, parameter: Declared) -> Any:
    kinds = _kinds(parameter.type)
    if "None" in kinds and (value is None or value in ("", "none", "None")):
        return None
    for kind in (kind for kind in kinds if kind != "None"):
        try:
            return _read(value, kind)
        except (ValueError, TypeError):
            continue
    wanted = " or ".join(EXPECTED.get(kind, kind) for kind in kinds if kind != "None")
    about = f" ({parameter.help})" if parameter.help else ""
    raise ReportError(
        f"{report}: {name} is {value!r}, expected {wanted}, as in {name}={parameter.default}"
        f"{about}."
    )


def _kinds(annotation: str) -> list[str]:
    """The names of the types an annotation allows: `list[str] | None` gives list and None."""
    if annotation.startswith("Optional["):
        return [*_kinds(annotation.removeprefix("Optional[").removesuffix("]")), "None"]
    return [part.strip().partition("[")[0] for part in annotation.split("|")]


def _read(value: Any, kind: str) -> Any:
    """A value as the declared kind; ValueError or TypeError where it is none."""
    if isinstance(value, str):
        return _parsed(value, kind)
    if kind == "str" and isinstance(value, date):
        return value.isoformat()
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value).__name__ != kind:
        raise TypeError(kind)
    return value


def _parsed(text: str, kind: str) -> Any:
    if kind == "int":
        return int(text)
    if kind == "float":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    if kind == "bool":
        if text.lower() not in YES_OR_NO:
            raise ValueError(text)
        return YES_OR_NO[text.lower()]
    if kind in ("list", "dict"):
        found = json.loads(text)
        if type(found).__name__ != kind:
            raise ValueError(text)
        return found
    return text


def last_day(
    asked: str | date | None, time_zone: str, lag_days: int, now: datetime | None = None
) -> date:
    """The last day a report counts: an ISO date, or one of two words for a schedule.

    `last-sunday` is the newest Sunday that is over in the client's zone; `last-settled-sunday` the
    newest that is at least `lag_days` old, since the platform releases a day's figures late. `now`
    is for tests. Raises `ReportError` for anything else.

    >>> wednesday = datetime(2026, 5, 13, 9, tzinfo=ZoneInfo("UTC"))
    >>> last_day("last-settled-sunday", "UTC", 3, wednesday).isoformat()
    '2026-05-10'
    >>> last_day("last-settled-sunday", "UTC", 4, wednesday).isoformat()
    '2026-05-03'
    """
    if isinstance(asked, date):
        return asked.date() if isinstance(asked, datetime) else asked
    today = (now or datetime.now(ZoneInfo("UTC"))).astimezone(ZoneInfo(time_zone)).date()
    if asked == "last-sunday":
        return _sunday_until(today - timedelta(days=1))
    if asked == "last-settled-sunday":
        return _sunday_until(today - timedelta(days=lag_days))
    try:
        return date.fromisoformat(str(asked))
    except ValueError:
        raise ReportError(
            f"as_of is {asked!r}. Write a date as 2026-05-10, or {' or '.join(DAY_WORDS)}."
        ) from None


def _sunday_until(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % DAYS_OF_WEEK)
