"""One report: executed aside in a kernel of its own, marked, and published whole or not at all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kit import beside, earlier, execution, manifest, week
from kit import client as clients
from kit.addresses import EXPORTS
from kit.errors import KitError, plain

REPORTS = ("onboarding", "weekly_review", "spark_candidates", "tier_promotion_audit")
GOOD = ("published", "forced", "unchanged")
FORCED_TITLE = "Published although its data are not ready."


@dataclass(frozen=True)
class Job:
    """One report to make: which notebook, of which client, up to which day, with what."""

    notebook: Path
    client: str
    as_of: date
    home: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False

    @property
    def report(self) -> str:
        return self.notebook.stem

    @property
    def week(self) -> Path:
        return week.week_folder(self.home, self.client, self.as_of)

    @property
    def folder(self) -> Path:
        return self.week / self.report

    def killed(self) -> list[Outcome]:
        """What became of it where the process that made it was killed."""
        why = "its process was killed."
        return [Outcome(self.report, self.client, self.as_of, "failed", None, why)]


@dataclass(frozen=True)
class Outcome:
    """What became of one report.

    `status` is published, forced, unchanged, withheld or failed; `folder` where it stands (of a
    failed one, where its notebook is kept; of a withheld one, the last good report if there is
    one); `message` says why it was withheld or failed; `restated` what moved since.
    """

    report: str
    client: str
    as_of: date | None
    status: str
    folder: Path | None
    message: str = ""
    seconds: float = 0.0
    restated: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.status in GOOD


def unchanged(job: Job) -> Outcome | None:
    """The outcome 'unchanged' where the report that stands was made from exactly the same."""
    return None if week.left_behind(job.folder) else _standing(job)


def _standing(job: Job) -> Outcome | None:
    told = week.manifest(job.folder)
    if job.force or not told or told["status"] != "published":
        return None
    if clients.read_config(clients.client_folder(job.client, job.home))[0].source != EXPORTS:
        return None  # what has changed in a warehouse only asking can tell
    pieces = [job.folder / f"{job.report}{suffix}" for suffix in (".ipynb", ".html")]
    if not all(piece.exists() for piece in pieces) or told["fingerprint"] != _fingerprint(job):
        return None
    if not week.is_joined(job.week):
        week.join(job.week, job.as_of.isoformat())
    return Outcome(job.report, job.client, job.as_of, "unchanged", job.folder)


def _fingerprint(job: Job) -> dict[str, str]:
    folder = clients.client_folder(job.client, job.home)
    config, policy = clients.read_config(folder)
    given = {**job.parameters, "client": job.client, "as_of": job.as_of.isoformat()}
    before = earlier.stamp(folder.parents[1], job.client, job.as_of, job.report)
    others = beside.stamp(folder.parents[1], job.client, config) if job.report in week.DAILY else ""
    return manifest.fingerprint(folder, config, policy, job.notebook, given, before, others)


def make(job: Job) -> Outcome:
    """Make one report whose request has been checked: withheld, failed or published.

    Whatever this machine or a notebook does to it, a full disk or a missing kernel, ends in
    'failed' with the reason; the last good report stays. Raises a `KitError` only for data that
    cannot be judged at all.
    """
    started = time.monotonic()
    try:
        return _judged(job, started)
    except KitError:
        raise
    except Exception as error:
        return _outcome(job, "failed", None, started, plain(error))


def _judged(job: Job, started: float) -> Outcome:
    from kit import readiness

    folder = clients.client_folder(job.client, job.home)
    client = clients.Client(folder, *clients.read_config(folder))
    state = readiness.check(client, job.as_of)
    if not state.ready and not job.force:
        standing = job.folder if job.folder.exists() else None
        return _outcome(job, "withheld", standing, started, " ".join(state.reasons))
    with week.making(job.week, job.report) as aside:
        # another scheduler may have made it while this one waited for its turn
        return _standing(job) or _made(job, client, state, aside, started)


def _outcome(
    job: Job, status: str, folder: Path | None, started: float, message: str = "", **more: Any
) -> Outcome:
    spent = time.monotonic() - started
    return Outcome(job.report, job.client, job.as_of, status, folder, message, spent, **more)


def _made(job: Job, client: Any, state: Any, aside: Path, started: float) -> Outcome:
    rests_on = _fingerprint(job)
    told = _manifest(job, client, state, rests_on)
    notebook = aside / f"{job.report}.ipynb"
    values = {"client": job.client, "as_of": job.as_of.isoformat(), **job.parameters}
    problem = execution.execute(job.notebook, notebook, values, job.home)
    executed = time.monotonic()
    if (aside / week.DECISIONS).exists():
        _make_safe(aside / week.DECISIONS)  # of a failed run too, which is kept
    if not problem and _fingerprint(job) != rests_on:
        problem = "its tables or its code changed while it was being made. Run it again."
    if not problem and job.report in REPORTS and not (aside / week.RESULTS).exists():
        problem = "its last cell saved no results. It must call results.save(findings)."
    if not problem:
        problem = _written(notebook, job, client, told)
    if problem:
        return _outcome(job, "failed", _kept(job, client, told, aside, problem), started, problem)
    told["seconds"] = {
        "notebook": round(executed - started, 2),
        "page": round(time.monotonic() - executed, 2),
    }
    restated = _publish(job, aside, told)
    try:
        week.join(job.week, job.as_of.isoformat())
    except (OSError, KitError) as error:
        why = f"it is published, but not yet in the tables of its week: {plain(error)}"
        return _outcome(job, "failed", job.folder, started, why)
    return _outcome(job, told["status"], job.folder, started, restated=tuple(restated))


def _written(notebook: Path, job: Job, client: Any, told: Mapping[str, Any]) -> str:
    """Write what a good run's notebook and page say; what went wrong, or nothing."""
    from kit import pages

    try:
        _mark(notebook, job, client, told, "")
        pages.write_html(notebook, notebook.with_suffix(".html"))
    except Exception as error:
        return f"its page could not be made: {plain(error)}"
    return ""


def _kept(job: Job, client: Any, told: dict[str, Any], aside: Path, problem: str) -> Path | None:
    """Where a failed run's notebook is kept, its error at the failing cell; None where no room is.

    With its page and manifest if these can be made: what broke the run may break them too.
    """
    from kit import pages

    notebook = aside / f"{job.report}.ipynb"
    with suppress(Exception):
        _mark(notebook, job, client, told, problem)
        pages.write_html(notebook, notebook.with_suffix(".html"))
    with suppress(OSError):
        manifest.write({**told, "status": "failed", "error": problem}, aside / week.MANIFEST)
    try:
        return week.keep_failed(aside, job.folder)
    except OSError:
        return None


def _manifest(job: Job, client: Any, state: Any, rests_on: Mapping[str, str]) -> dict[str, Any]:
    return {
        "report": job.report,
        "client": job.client,
        "week": job.week.name,
        "status": "published" if state.ready else "forced",
        "made_at": manifest.now(),
        "parameters": {"client": job.client, "as_of": job.as_of.isoformat(), **job.parameters},
        "policy": {"hash": client.policy.hash(), "values": client.policy.model_dump(mode="json")},
        "readiness": {
            "ready": state.ready,
            "reasons": state.reasons,
            "notes": state.notes,
            "cannot": state.cannot,
        },
        "inputs": [
            *manifest.inputs(client.frame("files"), client.folder / "ledgers"),
            *earlier.inputs(client.home, job.client, job.as_of, job.report),
        ],
        "versions": manifest.versions(),
        "fingerprint": dict(rests_on),
    }


def _mark(notebook: Path, job: Job, client: Any, told: Mapping[str, Any], problem: str) -> None:
    """Write into the executed notebook what its page says above all, and take our paths out."""
    import nbformat

    from kit import pages, words

    if not notebook.exists():
        shutil.copyfile(job.notebook, notebook)
    cells = nbformat.read(notebook, as_version=4)
    if problem:
        execution.show_error(cells, problem)
    name = client.config.name
    cells.metadata["title"] = f"{pages.heading(cells) or job.report} · {name} · {job.week.name}"
    about = {"line": f"{name} · week {job.week.name} · data to {words.day(job.as_of)}"}
    if problem:
        about |= {"warning_title": "This run failed.", "warning": problem}
    elif told["status"] == "forced":
        reasons = " ".join(told["readiness"]["reasons"])
        about |= {"warning_title": FORCED_TITLE, "warning": reasons}
        cells.cells.insert(0, _warning_cell(reasons))
    cells.metadata["kit"] = about
    for number, cell in enumerate(cells.cells):
        cell["id"] = f"cell-{number}"  # those papermill makes up differ from run to run
    for key in ("input_path", "output_path", "environment_variables"):
        cells.metadata.get("papermill", {}).pop(key, None)
    nbformat.write(cells, notebook)


def _warning_cell(reasons: str) -> Any:
    import nbformat

    from kit import prose

    return nbformat.v4.new_markdown_cell(
        f"> {prose.bold(FORCED_TITLE)} {prose.escaped(reasons)}",
        metadata={"tags": ["warning"]},
    )


def _publish(job: Job, aside: Path, told: dict[str, Any]) -> list[str]:
    """Put a finished report into place and its week together; what was restated, as sentences."""
    from kit import restatement

    sentences: list[str] = []
    before = week.manifest(job.folder)
    if before:
        told["supersedes"] = week.next_version(job.folder)
        if before["parameters"]["as_of"] == job.as_of.isoformat():
            found = restatement.restatement(job.folder, aside, before, told)
            if found:
                told["restatement"] = restatement.as_json(found)
                sentences = restatement.sentences(job.report, found)
    manifest.write(told, aside / week.MANIFEST)
    week.publish(aside, job.folder)
    return sentences


def _make_safe(decisions: Path) -> None:
    rows = week.read_csv(decisions)
    week.write_csv(rows, week.header(decisions), decisions)
