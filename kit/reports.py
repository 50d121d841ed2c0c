"""Running notebooks into dated reports: what is asked is checked first, then made side by side."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kit import client as clients
from kit import cluster, execution, fleet, running, week
from kit import ingest as ingests
from kit import parameters as asked
from kit.errors import KitError, ReportError, plain
from kit.running import REPORTS, Job, Outcome

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
WORKERS = 2


def run_report(
    notebook: str | Path,
    client: str,
    as_of: date | str | None = None,
    parameters: Mapping[str, Any] | None = None,
    home: str | Path | None = None,
    force: bool = False,
    ingest: bool = True,
) -> Outcome:
    """Make one dated report of a client and say what became of it.

    `notebook` is the name of one of the kit's, or a path. `as_of` is a date, `last-sunday`,
    `last-settled-sunday`, or None for the last Sunday the data cover. Raises a `KitError` for what
    can be told before a kernel starts: an unknown client, notebook or parameter, a day before the
    data, a week that was reported up to another day. `force` makes the report again even if
    nothing changed, and publishes it marked if the data are not ready. Without `ingest`, tables
    are read as they stand.
    """
    with execution.no_ingest(not ingest):
        (job,) = plan(client, as_of, [notebook], parameters, home, force, ingest)
        return running.unchanged(job) or running.make(job)


def run_all(
    client: str,
    as_of: date | str | None = None,
    home: str | Path | None = None,
    force: bool = False,
    ingest: bool = True,
    workers: int = WORKERS,
) -> list[Outcome]:
    """Make all four dated reports of a client, side by side, in the order of `REPORTS`."""
    with execution.no_ingest(not ingest):
        jobs = plan(client, as_of, REPORTS, None, home, force, ingest)
        found = {outcome.report: outcome for outcome in run(jobs, workers)}
    return [found[report] for report in REPORTS]


def plan(
    client: str,
    as_of: date | str | None,
    notebooks: Sequence[str | Path] = REPORTS,
    parameters: Mapping[str, Any] | None = None,
    home: str | Path | None = None,
    force: bool = False,
    ingest: bool = True,
) -> list[Job]:
    """The reports to make of one client, everything asked for checked and its tables up to date."""
    root = clients.home(home)
    clients.client_folder(client, root)
    paths = [find_notebook(notebook) for notebook in notebooks]
    given = [_checked(path, parameters or {}) for path in paths]
    day = _prepared(client, as_of, root, ingest)
    jobs = [
        Job(path, client, day, root, values, force)
        for path, values in zip(paths, given, strict=True)
    ]
    _refuse_other_day(jobs[0])
    return jobs


def find_notebook(name: str | Path) -> Path:
    """The notebook of that name in ``notebooks/``, or at that path; `ReportError` where none is."""
    path = Path(name)
    if path.suffix == ".ipynb":
        if path.is_file():
            return path.resolve()
        raise ReportError(f"There is no notebook {path}. Give the name of one in {NOTEBOOKS}.")
    if (NOTEBOOKS / f"{name}.ipynb").is_file():
        return NOTEBOOKS / f"{name}.ipynb"
    known = sorted(found.stem for found in NOTEBOOKS.glob("*.ipynb"))
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ReportError(
        f"There is no notebook {name}. {hint}Notebooks: {', '.join(known) or 'none'}."
    )


def _checked(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    return asked.check(notebook, given) if given else {}


def _prepared(client: str, as_of: date | str | None, home: Path, ingest: bool) -> date:
    """Bring a client's tables up to date; up to which day its report counts.

    What an ingest refuses is said on stderr; the readiness gate decides what follows from it.
    """
    folder = clients.client_folder(client, home)
    if ingest and not ingests.is_current(folder):
        for name, message in ingests.ingest(client, home).refused:
            print(message if name in message else f"{name}: {message}", file=sys.stderr)
    config, policy = clients.read_config(folder)
    opened = clients.Client(folder, config, policy)
    if as_of is None:
        return opened.covered_until()
    day = asked.last_day(as_of, config.time_zone, policy.export_lag_days)
    first = opened.first_day()
    if first is None or day < first:
        from kit import readiness

        readiness.check(opened, day)  # says what is wrong with the day, as an error
    return day


def _refuse_other_day(job: Job) -> None:
    """Refuse, without `force`, a week that was already reported up to another day.

    Daily reports are of their own day and stand in nobody's way.
    """
    for report, told in week.reports(job.week).items():
        day = told["parameters"]["as_of"]
        if job.report in week.DAILY or report in week.DAILY:
            continue
        if day != job.as_of.isoformat() and not job.force:
            raise ReportError(
                f"{job.week.name} of {job.client} was reported up to {day} ({report}), not "
                f"{job.as_of}. Ask for --as-of {day}, or supersede it with --force."
            )


def run(jobs: Sequence[Job], workers: int = WORKERS, dask: str | None = None) -> Iterator[Outcome]:
    """Make reports side by side, each in a process of its own; one that fails stops no other.

    Outcomes come as they are ready, those unchanged first. `dask` is the address of a cluster that
    makes them instead (`kit.cluster`).
    """
    todo = []
    for one in _unless_unchanged(jobs):
        if isinstance(one, Outcome):
            yield one
        else:
            todo.append(one)
    if len(todo) == 1 and not dask:
        yield make(todo[0])
    elif todo:
        yield from _side_by_side(todo, workers, dask, todo[0].home)


def _side_by_side(
    todo: Sequence[Any], workers: int, dask: str | None, home: Path
) -> Iterator[Outcome]:
    if dask:
        return cluster.side_by_side(todo, perform, dask, home)
    return fleet.side_by_side(todo, perform, workers)


def _unless_unchanged(jobs: Sequence[Job]) -> Iterator[Job | Outcome]:
    for job in jobs:
        try:
            yield running.unchanged(job) or job
        except (KitError, OSError):
            yield job  # making it will say what is wrong


def make(job: Job) -> Outcome:
    """Make one report; what stops it is its outcome, never an error."""
    try:
        return running.make(job)
    except KitError as error:
        return failed(job.report, job.client, job.as_of, str(error))


def failed(report: str, client: str, as_of: date | None, why: str) -> Outcome:
    """The outcome of a report that could not even be begun."""
    return Outcome(report, client, as_of, "failed", None, why)


def real_clients(home: str | Path | None = None) -> list[str]:
    """The clients but demos (``demo = true``) and copies for sharing, sorted.

    One that cannot be read counts: its reports then fail by name instead of being forgotten.
    """
    root = clients.home(home)
    return [name for name in clients.clients(root) if not _is_made(root / "data" / name)]


def _is_made(folder: Path) -> bool:
    try:
        config, _ = clients.read_config(folder)
        return config.demo or bool(config.pseudonyms_of)
    except KitError:
        return False


def run_clients(
    names: Sequence[str],
    as_of: date | str | None = None,
    notebooks: Sequence[str] = REPORTS,
    parameters: Mapping[str, Any] | None = None,
    home: str | Path | None = None,
    force: bool = False,
    ingest: bool = True,
    workers: int = WORKERS,
    dask: str | None = None,
) -> Iterator[Outcome]:
    """Make the reports of many clients side by side; a client that cannot be read stops no other.

    Raises a `KitError` only for what concerns them all, such as an unknown notebook, or a cluster
    (`dask`, its address) that cannot do it.
    """
    for notebook in notebooks:
        _checked(find_notebook(notebook), parameters or {})
    request = (as_of, tuple(notebooks), dict(parameters or {}), clients.home(home), force, ingest)
    return _of_clients(names, request, workers, dask)


class Reading(NamedTuple):
    """A client whose files are to be read before its reports can be planned."""

    client: str
    request: tuple

    def killed(self) -> list[Outcome]:
        why = "the process that read its files was killed."
        return [failed(Path(each).stem, self.client, None, why) for each in self.request[1]]


def _of_clients(
    names: Sequence[str], request: tuple, workers: int, dask: str | None
) -> Iterator[Outcome]:
    """Clients whose tables are up to date first, here; then what is to be read and made."""
    with execution.no_ingest(not request[-1]):
        todo: list[Job | Reading] = []
        for name in names:
            asked = Reading(name, request)
            for one in planned(asked) if _is_read(name, request) else [asked]:
                if isinstance(one, Outcome):
                    yield one
                else:
                    todo.append(one)
        if todo:
            yield from _side_by_side(todo, workers, dask, request[3])


def _is_read(client: str, request: tuple) -> bool:
    """Whether planning this client's reports takes no time, or fails at once."""
    home, ingest = request[3], request[-1]
    try:
        return not ingest or ingests.is_current(clients.client_folder(client, home))
    except (KitError, OSError):
        return True


def planned(asked: Reading) -> list[Job | Outcome]:
    """A client's reports to make, those unchanged as outcomes; or why there is nothing to make."""
    try:
        return list(_unless_unchanged(plan(asked.client, *asked.request)))
    except Exception as error:  # one client never stops the rest
        why = plain(error)
    return [failed(Path(each).stem, asked.client, None, why) for each in asked.request[1]]


def perform(task: Job | Reading) -> list[Job | Outcome]:
    """What comes of one task: outcomes, and reports that are now to be made."""
    return planned(task) if isinstance(task, Reading) else [make(task)]
