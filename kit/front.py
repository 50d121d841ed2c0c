"""The front page, `reports/index.html`: every client's weeks and reports, made of manifests alone.

One self-contained file that is searched in the browser and asks no host for anything. Nobody's
name or words become markup: the page is built of elements, never of text.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from lxml.html import HtmlElement
from lxml.html.builder import E

from kit import page_frame, runs, week, words
from kit.running import REPORTS

TITLE = "Creator program reports"
PAGE = "index.html"
OPEN_WEEKS = 4
_MOST_SAID = 240
_NAMES = {
    "onboarding": "Onboarding",
    "weekly_review": "Weekly review",
    "spark_candidates": "Spark candidates",
    "tier_promotion_audit": "Tier promotion audit",
    "production_line": "Production line",
    "incrementality": "Hold-out test",
}
_STATUS = {
    "published": "published",
    "forced": "published although its data are not ready",
    "failed": "the run failed",
    "unreadable": "its manifest cannot be read",
}


class Entry(NamedTuple):
    """One report of one week: its folder, and its manifest ({} where it cannot be read)."""

    client: str
    week: str
    report: str
    status: str
    folder: Path
    told: dict[str, Any]


def rewrite(home: Path) -> Path | None:
    """Make the front page anew from what stands in `reports/`; None where there is nothing.

    The new page takes the old one's place in one step, under a lock, so that a reader never meets
    half a page and the last of two runs at once tells what both have made.
    """
    top = home / "reports"
    if not top.is_dir():
        return None
    with week.lock(top / ".index.lock"):
        made = page(entries(home), top)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=top, prefix=".index-", delete=False
        ) as file:
            file.write(made)
        os.chmod(file.name, 0o644)
        os.replace(file.name, top / PAGE)
    return top / PAGE


def entries(home: Path) -> list[Entry]:
    """Every report that stands, failed runs too: clients by name, newest week first."""
    found = [_entry(folder) for folder in runs.folders(home)]
    return sorted(found, key=lambda one: (one.client, _backwards(one.week), _place(one)))


def _entry(folder: Path) -> Entry:
    told = week.manifest(folder)
    told = told if isinstance(told, dict) else {}
    client, name = folder.parent.parent.name, folder.parent.name
    report = folder.name.removesuffix(week.FAILED)
    status = "failed" if folder.name.endswith(week.FAILED) else told.get("status", "unreadable")
    return Entry(client, name, report, str(status), folder, told)


def _backwards(week_name: str) -> int:
    return -int(week_name.replace("-W", ""))


def _place(entry: Entry) -> tuple[int, str]:
    known = REPORTS.index(entry.report) if entry.report in REPORTS else len(REPORTS)
    return known, entry.folder.name


def page(found: list[Entry], top: Path) -> str:
    """The whole page as text; `top` is the folder its links start from."""
    clients = list(dict.fromkeys(entry.client for entry in found))
    body = [
        E.h1(TITLE),
        E.p(_in_short(found, clients)),
        *_needs_a_look(found, top),
        _search(),
        *(_client(name, [e for e in found if e.client == name], top) for name in clients),
    ]
    script = (page_frame.TEMPLATES / "front" / "front.js").read_text(encoding="utf-8")
    return page_frame.page(TITLE, body, ("report/report.css", "front/front.css"), script)


def _in_short(found: list[Entry], clients: list[str]) -> str:
    if not found:
        return "There is no report yet. kit run makes the first."
    weeks = {entry.week for entry in found}
    newest = max(entry.week for entry in found)
    text = (
        f"{words.count(len(found), 'report')} of {words.count(len(clients), 'client')} over "
        f"{words.count(len(weeks), 'week')}; the newest week is {newest}."
    )
    bad = [entry for entry in found if entry.status != "published"]
    return text if bad else f"{text} None failed, none was forced."


def _needs_a_look(found: list[Entry], top: Path) -> list[HtmlElement]:
    """The reports of each client's newest week that are not simply published."""
    newest = {entry.client: entry.week for entry in reversed(found)}
    bad = [e for e in found if e.week == newest[e.client] and e.status != "published"]
    if not bad:
        return []
    lines = [
        E.li(f"{e.client}, {e.week}: ", _link(e, top, _name(e.report)), f", {_status(e)}.")
        for e in bad
    ]
    return [E.section({"class": "look"}, E.h2("Needs a look"), E.ul(*lines))]


def _search() -> HtmlElement:
    # hidden until the script is there to search
    return E.div(
        {"class": "search", "hidden": "", "role": "search"},
        E.label({"for": "search"}, "Search by client, week, report or what is said"),
        E.input({"id": "search", "type": "search", "autocomplete": "off"}),
        E.p({"role": "status"}),
    )


def _client(name: str, found: list[Entry], top: Path) -> HtmlElement:
    weeks = list(dict.fromkeys(entry.week for entry in found))
    reports = [*REPORTS, *sorted({e.report for e in found} - set(REPORTS))]
    reports = [report for report in reports if any(e.report == report for e in found)]
    newest = _table(name, weeks[:OPEN_WEEKS], found, reports, top, "newest weeks")
    parts = [E.h2(name), newest]
    if weeks[OPEN_WEEKS:]:
        older = _table(name, weeks[OPEN_WEEKS:], found, reports, top, "earlier weeks")
        said = words.count(len(weeks) - OPEN_WEEKS, "earlier week")
        parts.append(E.details(E.summary(said), older))
    return E.section({"class": "client", "aria-label": name}, *parts)


def _table(
    client: str, weeks: list[str], found: list[Entry], reports: list[str], top: Path, said: str
) -> HtmlElement:
    heads = [E.th({"scope": "col"}, text) for text in ("Week", *map(_name, reports), "Files")]
    rows = [_week(client, one, [e for e in found if e.week == one], reports, top) for one in weeks]
    return E.table(
        {"class": "weeks", "aria-label": f"{client}: {said}"}, E.thead(E.tr(*heads)), E.tbody(*rows)
    )


def _week(client: str, name: str, found: list[Entry], reports: list[str], top: Path) -> HtmlElement:
    days = {str(e.told["parameters"]["as_of"]) for e in found if _as_of(e)}
    until = [E.small(f"to {_day(day)}") for day in sorted(days)]
    cells = []
    for report in reports:
        own = [part for e in found if e.report == report for part in _cell(e, top)]
        attributes = {"data-report": _name(report)}
        cells.append(
            E.td(attributes, *own) if own else E.td({**attributes, "class": "none"}, words.MISSING)
        )
    files = list(_files(found[0].folder.parent, top))
    attributes = {"data-report": "Files"} | ({} if files else {"class": "none"})
    cells.append(E.td(attributes, *(files or [words.MISSING])))
    return E.tr({"data-client": client}, E.th({"scope": "row"}, name, *until), *cells)


def _as_of(entry: Entry) -> bool:
    parameters = entry.told.get("parameters")
    return isinstance(parameters, dict) and "as_of" in parameters


def _day(text: str) -> str:
    try:
        return words.day(text)
    except ValueError:
        return text


def _cell(entry: Entry, top: Path) -> Iterator[HtmlElement]:
    if entry.status != "published":
        yield E.p(E.span({"class": "bad"}, words.sentence(_status(entry))))
    yield E.p(_link(entry, top, "Open"))
    for said in _changed(entry):
        yield E.p({"class": "said"}, said)
    version = entry.told.get("supersedes")
    old = entry.folder / week.SUPERSEDED / str(version) / f"{entry.report}.html"
    if version and old.exists():
        label = f"{_name(entry.report)} of {entry.week}, the version before"
        yield E.p(_to(old, top, "The version before", label))


def _changed(entry: Entry) -> Iterable[str]:
    """What moved since the version before, and what is wrong or to be known of its data."""
    told = entry.told
    state = told.get("readiness") or {}
    if told.get("error"):
        yield words.cut(str(told["error"]), _MOST_SAID)
    if entry.status == "forced":
        yield words.cut(" ".join(map(str, state.get("reasons", []))), _MOST_SAID)
    moved = told.get("restatement")
    if moved:
        figures = words.count(moved.get("figures_moved", 0), "figure")
        decided = words.count(moved.get("decisions_moved", 0), "decision")
        why = words.listed(map(str, moved.get("why", []))) or "no known cause"
        yield words.sentence(f"{figures} and {decided} moved since the version before: {why}")
    elif told.get("supersedes"):
        yield "Made again; no figure moved."
    remarks = len(state.get("notes", [])) + len(state.get("cannot", []))
    if remarks:
        yield f"{words.count(remarks, 'remark')} on the data."


def _files(folder: Path, top: Path) -> Iterator[HtmlElement]:
    for path in sorted(folder.glob("*.pptx")) + sorted(folder.glob("*/*.pdf")):
        kind = "Slides" if path.suffix == ".pptx" else "PDF"
        yield E.p(_to(path, top, f"{kind}: {path.stem}"))


def _link(entry: Entry, top: Path, text: str) -> HtmlElement:
    path = entry.folder / f"{entry.report}.html"
    label = f"{_name(entry.report)} of {entry.client}, {entry.week}"
    if not path.exists():
        return E.span("no page" if text == "Open" else f"{text} (no page)")
    return _to(path, top, text, None if text == _name(entry.report) else f"{text}: {label}")


def _to(path: Path, top: Path, text: str, label: str | None = None) -> HtmlElement:
    attributes = {"href": quote(path.relative_to(top).as_posix())}
    return E.a(attributes | ({"aria-label": label} if label else {}), text)


def _name(report: str) -> str:
    return _NAMES.get(report, report.replace("_", " "))


def _status(entry: Entry) -> str:
    return _STATUS.get(entry.status, entry.status)
