"""What the commands print: plain text, one line per thing, nothing wrapped or cut."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit import aside, parameters, words
from kit import client as clients
from kit.doctor import Finding
from kit.errors import ClientError, KitError
from kit.ingest import IngestReport
from kit.results import Findings
from kit.running import Outcome

if TYPE_CHECKING:
    from kit.brief_round import Round

MOST_ROWS = 20
OF_INGEST = {"set_aside", "files", "headers", "windows", "restated"}  # tables about the reading


def days(text: str) -> tuple[date, date]:
    """``2026-05-04..2026-05-10`` as its first and last day; `ClientError` for anything else.

    >>> days("2026-05-04..2026-05-10")[1].isoformat()
    '2026-05-10'
    """
    first, dots, last = text.partition("..")
    try:
        found = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        found = None
    if not dots or found is None or found[0] > found[1]:
        raise ClientError(
            f"--window {text} is not a first and a last day. Write 2026-05-04..2026-05-10."
        )
    return found


def sunday(option: str, text: str | None) -> date | None:
    """The day an option gives as ISO text, or None; `ClientError` for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ClientError(f"{option} {text} is no day. Write it as 2026-02-01.") from None


def day_of(client: str, as_of: str | None, home: str | Path | None) -> date:
    """The day a command is about, in the client's zone; by default the last Sunday covered."""
    folder = clients.client_folder(client, home)
    config, policy = clients.read_config(folder)
    if as_of is None:
        return clients.open(client, home).covered_until()
    return parameters.last_day(as_of, config.time_zone, policy.export_lag_days)


def table(rows: pd.DataFrame) -> str:
    """A frame as aligned text; missing cells are a dash."""
    text = [[_cell(value) for value in row] for row in rows.itertuples(index=False)]
    right = [pd.api.types.is_numeric_dtype(kind) for kind in rows.dtypes]
    lines = [list(map(str, rows.columns)), *text]
    widths = [max(len(line[column]) for line in lines) for column in range(len(rows.columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _cell(value: Any) -> str:
    if not isinstance(value, list) and pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def ingest(report: IngestReport) -> None:
    """What an ingest read, set aside and noted, on stdout; what it refused, on stderr."""
    read = report.read[report.read["refused"].isna() & report.read["same_bytes_as"].isna()]
    columns = ["file", "sheet", "kind", "window_start", "window_end", "rows", "set_aside"]
    print(f"Read {words.count(len(read), 'sheet')} of exports.")
    if len(read):
        print(table(read[columns].rename(columns={"window_start": "from", "window_end": "to"})))
    refused = report.set_aside[report.set_aside["row"].notna()]
    print(_aside(refused.to_dict("records")) if len(refused) else "\nSet aside no row.")
    if len(report.restated):
        print(_restated(report.restated))
    held = {name: rows for name, rows in report.rows.items() if rows and name not in OF_INGEST}
    print("\nTables: " + ", ".join(f"{name} {rows:,}" for name, rows in held.items()))
    for note in report.notes:
        print(f"Note: {note}")
    print(f"Refused {words.count(len(report.refused), 'file')}.", flush=True)
    for told in aside.refusals(report.refused):
        print(f"Refused: {told}", file=sys.stderr)


def check(client: str, as_of: str | None, as_json: bool, home: str | Path | None) -> bool:
    """Print whether the client's data can carry a report, and why not; return whether they can.

    Data that cannot even be opened are not ready; an unknown client or a day that is none is an
    error of whoever asked, and raised.
    """
    day = _asked_day(client, as_of, home)
    told = _told(client, day, home)
    print(json.dumps(told, indent=2, ensure_ascii=False) if as_json else _sentences(client, told))
    return told["ready"]


def _asked_day(client: str, as_of: str | None, home: str | Path | None) -> date | None:
    folder = clients.client_folder(client, home)
    config, policy = clients.read_config(folder)
    if as_of is None:
        return None
    return parameters.last_day(as_of, config.time_zone, policy.export_lag_days)


def _told(client: str, day: date | None, home: str | Path | None) -> dict[str, Any]:
    from kit import readiness, restated

    try:
        opened = clients.open(client, home)
        state = readiness.check(opened, day or _last_sunday(opened))
    except KitError as error:
        told: dict[str, Any] = {"ready": False, "client": client}
        told |= {"as_of": day.isoformat() if day else None, "reasons": [str(error)], "gates": []}
        parts = "tables compared set_aside set_aside_by_file restated cannot notes".split()
        return told | {part: [] for part in parts}
    return {
        "ready": state.ready,
        "client": client,
        "as_of": state.as_of.isoformat() if state.as_of else None,
        "reasons": state.reasons,
        "gates": _records(state.gates),
        "tables": _records(state.tables),
        "compared": _records(state.compared),
        "set_aside": _records(opened.frame("set_aside").dropna(subset=["row"])),
        "set_aside_by_file": _records(aside.by_file(opened.frame("set_aside"))),
        "restated": _records(restated.newest(opened.frame("restated"))),
        "cannot": state.cannot,
        "notes": state.notes,
    }


def _last_sunday(client: clients.Client) -> date | None:
    """The last Sunday that the data cover, as reports are of; None where they begin after it."""
    sunday = clients.covered_sunday(client.frame("files"), client.frame("windows"))
    return sunday if sunday and sunday >= (client.first_day() or sunday) else None


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values for JSON: days as ISO text, missing as null."""
    text = rows.copy()
    for name in text.select_dtypes("datetime"):
        text[name] = text[name].dt.strftime("%Y-%m-%d")
    return json.loads(text.to_json(orient="records", date_format="iso"))


def _sentences(client: str, told: dict[str, Any]) -> str:
    answer = "ready" if told["ready"] else "not ready"
    when = f" for {told['as_of']}" if told["as_of"] else ""
    lines = [f"{client} is {answer}{when}."]
    gates = [(gate["passed"], gate["gate"], gate["detail"]) for gate in told["gates"]]
    lines += [f"  {'ok ' if passed else 'NO '} {gate}: {text}" for passed, gate, text in gates]
    if not gates:
        lines += [f"  NO  {reason}" for reason in told["reasons"]]
    if told["tables"]:
        lines += ["", _graded(told["tables"])]
    lines += [_aside(told["set_aside"])] if told["set_aside"] else []
    lines += [_restated(pd.DataFrame(told["restated"]))] if told["restated"] else []
    lines += [f"Note: {note}" for note in told["notes"]]
    return "\n".join([*lines, *told["cannot"]])


def _graded(rows: list[dict[str, Any]]) -> str:
    """Every export and ledger with its grade, in the words of a person who reads it."""
    told = pd.DataFrame(rows)
    shown = pd.DataFrame(
        {
            "data": told["kind"].str.replace("_", " "),
            "rows": told["rows"],
            "newest": told["newest"],
            "missing days": told["missing_days"],
            "met again": told["counted_once"],
            "set aside": told["set_aside"],
            "money set aside": told["set_aside_money"],
            "differs by": told["difference"],
            "unjoined": told["unjoined"],
            "settled": [words.percent(share, 0) for share in told["settled_share"]],
            "grade": told["grade"],
            "mind": told["why"],
        }
    )
    return table(shown.convert_dtypes())


def _aside(rows: list[dict[str, Any]]) -> str:
    """The rows set aside, the first of them one by one, and the money they hold by file."""
    told = pd.DataFrame(rows)
    files = aside.by_file(told)
    unknown = int(files["unknown"].sum())
    unread = f"; that of {words.count(unknown, 'row')} cannot be read" if unknown else ""
    those = "it" if len(told) == 1 else "them"
    head = (
        f"Set aside {words.count(len(told), 'row')}. Money in {those}: "
        f"{files['money'].sum():,.2f}{unread}."
    )
    more = len(told) - MOST_ROWS
    rest = [f"… and {more} more, in tables/set_aside.parquet"] if more > 0 else []
    shown = table(told.drop(columns="kind").head(MOST_ROWS).convert_dtypes())
    several = ["By file:", table(files.head(MOST_ROWS))] if len(files) > 1 else []
    return "\n".join(["", head, shown, *rest, *several])


def _restated(rows: pd.DataFrame) -> str:
    """What later downloads moved: what the newest of each kind did, then how much came before."""
    from kit import restated

    last = restated.newest(rows)
    shown = restated.table(last).head(MOST_ROWS)
    one = restated.one_exchange(last)
    by = f", {one}" if one else ""
    head = f"The newest downloads moved {words.count(len(last), 'figure')} of past weeks{by}:"
    rest = len(rows) - len(shown)
    more = [f"… and {rest} more, in tables/restated.parquet"] if rest else []
    return "\n".join(["", head, table(shown), *more])


def outcomes(found: Sequence[Outcome], notebooks: Sequence[str], as_json: bool = False) -> None:
    """A table of what became of each report, then why some were withheld, and what moved.

    As JSON, a list with one object per report, in the same order.
    """
    from kit import events

    order = {Path(name).stem: number for number, name in enumerate(notebooks)}
    rows = sorted(found, key=lambda outcome: (outcome.client, order[outcome.report]))
    if as_json:
        print(
            json.dumps(
                [events.told(outcome) for outcome in rows],
                indent=2,
                ensure_ascii=False,
                default=str,
            )
        )
        return
    print(table(pd.DataFrame([_row(outcome) for outcome in rows])))
    for outcome in rows:
        for line in outcome.restated:
            print(line)
    same: dict[tuple[str, str, str], list[str]] = {}
    for outcome in rows:
        if outcome.message:
            told = " ".join(outcome.message.split())
            same.setdefault((outcome.client, outcome.status, told), []).append(outcome.report)
    for (client, status, told), reports in same.items():
        print(f"{client} {', '.join(reports)} {status}: {told}", file=sys.stderr)


def _row(outcome: Outcome) -> dict[str, Any]:
    from kit.week import week_name

    day = outcome.as_of
    return {
        "client": outcome.client,
        "report": outcome.report,
        "status": outcome.status,
        "week": week_name(day) if day else None,
        "as of": day.isoformat() if day else None,
        "age": f"{(date.today() - day).days} days" if day else None,
        "seconds": f"{outcome.seconds:.1f}",
        "folder": str(outcome.folder) if outcome.folder else None,
    }


def runs(rows: pd.DataFrame) -> None:
    """A line per report that stands, then how many there are and what room they take."""
    shown = rows.drop(columns=["folder", "bytes"]).rename(columns={"as_of": "as of"})
    if len(rows):
        print(table(shown.assign(MB=rows["bytes"] / 1e6).rename(columns={"made_at": "made at"})))
    print(_room(rows))


def cleared(rows: pd.DataFrame, done: bool) -> None:
    """What was cleared, or would be."""
    for row in rows.itertuples():
        print(f"{row.client}  {row.week}  {row.report}  {row.status}")
    told = _room(rows)
    print(f"Removed {told}" if done else f"Would remove {told} Nothing was removed: add --yes.")


def _room(rows: pd.DataFrame) -> str:
    return f"{words.count(len(rows), 'report')}, {rows['bytes'].sum() / 1e6:,.1f} MB."


def today(found: Findings, folder: Path) -> None:
    """Today's list, task by task, and where the files are."""
    tasks = found["tasks"]
    still = tasks[tasks["done_on"].isna()]
    if still.empty:
        print("Nothing is on today's list.")
    for task, own in still.groupby("task", sort=False):
        print(f"{str(task).capitalize()} ({len(own)})")
        for row in own.itertuples():
            print(f"  {row.creator_id}: {row.what[0].lower()}{row.what[1:]} – {row.why}")
    for row in found["sample_problems"].itertuples():
        print(f"Mend samples.csv: {row.sample_id} {row.problem}")
    print(f"Wrote the list, messages, samples, rights and captions to check into {folder}")


def briefs(made: Round, folder: Path) -> None:
    """Which briefs were written and why each angle, who got none, where the files are."""
    if made.briefs:
        rows = [
            {
                "brief": brief.brief_id,
                "creator": brief.creator_id,
                "product": words.cut(brief.product, 28),
                "hook angle": brief.hook_angle.replace("_", " "),
                "why": brief.why,
            }
            for brief in made.briefs
        ]
        print(table(pd.DataFrame(rows)))
    for brief in made.briefs:
        for warning in brief.warnings:
            print(f"{brief.brief_id}: {warning}")
    for row in made.left_out.itertuples():
        print(f"No brief for {row.creator_id}: {row.why}")
    if not made.briefs:
        print("No brief is due.")
        return
    print(f"Wrote {words.count(len(made.briefs), 'brief')} into {folder}")
    print("Add the rows of its briefs.csv to ledgers/briefs.csv once they are sent.")


def examined(findings: Sequence[Finding]) -> bool:
    """A line per thing looked at, with what to do; whether nothing stops the reports."""
    marks = {"ok": "ok ", "missing": "NO ", "optional": "-- "}
    width = max(len(finding.what) for finding in findings)
    for what, state, found, advice in findings:
        print(f"{marks[state]} {what:<{width}}  {found}{f'. {advice}' if advice else ''}")
    lacking = sum(finding.state == "missing" for finding in findings)
    if lacking:
        print(f"{words.count(lacking, 'thing')} to mend before reports can be made here.")
    else:
        print("Reports can be made here.")
    return not lacking


def backtest(found: Findings, currency: str) -> None:
    """What the replay found: the weeks, then for each rule a table and its findings."""
    from kit import sentences

    print(sentences.replayed_weeks(found["weeks"]))
    parts = {
        "spark": ("Spark selection", sentences.replayed_sparks(found["spark"], currency)),
        "output": ("Output flags", sentences.replayed_flags(found["output"])),
        "promotion": ("Promotion audit", sentences.replayed_moves(found["promotion"], currency)),
    }
    for name, (title, texts) in parts.items():
        rows = found[name]
        print(f"\n{title}")
        if len(rows):
            shown = rows[[column for column in _SHOWN[name] if column in rows]]
            print(
                table(
                    _as_percent(shown, _RATES[name]).rename(
                        columns=lambda text: text.replace("_", " ")
                    )
                )
            )
        for text in texts:
            print(f"- {text}")
    print("\nWhat the reports of those weeks asked for")
    for text in sentences.asked_then(found["asked"]):
        print(f"- {text}")
    print("\nThresholds")
    for text in sentences.own_thresholds(found["thresholds"]):
        print(f"- {text}")


_COUNTS = ["rule", "picks", "hits", "misses", "cannot_tell"]
_SHOWN = {
    "spark": [
        *_COUNTS,
        *("passed_over", "later_clicks", "later_orders", "later_rate", "orders", "captured"),
        "money_lost",
    ],
    "output": [*_COUNTS, "later_posts", "later_value"],
    "promotion": [*_COUNTS, "later_posts", "later_value", "money"],
}
_RATES = {"spark": ("later_rate", "captured"), "output": ("later_value",), "promotion": ()}


def _as_percent(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    return rows.assign(
        **{name: [words.percent(value, 2) for value in rows[name]] for name in names}
    )


def backtest_json(found: Findings, folder: Path) -> None:
    """The same as JSON: weeks, a row per rule, the thresholds, and where the files are."""
    names = ("weeks", "spark", "output", "promotion", "asked", "thresholds")
    told = {name: _records(found[name]) for name in names}
    for week in told["weeks"]:
        week |= {name: week[name][:10] for name in ("as_of", "known_on")}
    print(json.dumps({"client": found.client, "folder": str(folder), **told}, indent=2))
