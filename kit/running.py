"""One report: executed aside in a kernel of its own, marked, and published whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kit import client as clients
from kit import manifest, week

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
    told = week.manifest(job.folder)
    if job.force or not told or told["status"] != "published":
        return None
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
    return manifest.fingerprint(folder, config, policy, job.notebook, given)


def make(job: Job) -> Outcome:
    """Make one report whose request has been checked: withheld, failed or published."""
    from kit import readiness

    started = time.monotonic()
    folder = clients.client_folder(job.client, job.home)
    client = clients.Client(folder, *clients.read_config(folder))
    state = readiness.check(client, job.as_of, job.report)
    if not state.ready and not job.force:
        standing = job.folder if job.folder.exists() else None
        return _outcome(job, "withheld", standing, started, " ".join(state.reasons))
    with week.making(job.week, job.report) as aside:
        return _made(job, client, state, aside, started)


def _outcome(
    job: Job, status: str, folder: Path | None, started: float, message: str = "", **more: Any
) -> Outcome:
    spent = time.monotonic() - started
    return Outcome(job.report, job.client, job.as_of, status, folder, message, spent, **more)


def _made(job: Job, client: Any, state: Any, aside: Path, started: float) -> Outcome:
    rests_on = _fingerprint(job)
    told = _manifest(job, client, state, rests_on)
    notebook = aside / f"{job.report}.ipynb"
    problem = _execute(job, notebook)
    executed = time.monotonic()
    if (aside / week.DECISIONS).exists():
        _make_safe(aside / week.DECISIONS)  # of a failed run too, which is kept
    if not problem and _fingerprint(job) != rests_on:
        problem = "its tables or its code changed while it was being made. Run it again."
    if not problem and job.report in REPORTS and not (aside / week.RESULTS).exists():
        problem = "its last cell saved no results. It must call results.save(findings)."
    _mark(notebook, job, client, told, problem)
    told["seconds"] = {
        "notebook": round(executed - started, 2),
        "page": round(_page(notebook) - executed, 2),
    }
    told["status"] = "failed" if problem else told["status"]
    if problem:
        manifest.write({**told, "error": problem}, aside / week.MANIFEST)
        return _outcome(job, "failed", week.keep_failed(aside, job.folder), started, problem)
    restated = _publish(job, aside, told)
    return _outcome(job, told["status"], job.folder, started, restated=tuple(restated))


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
        "inputs": manifest.inputs(client.frame("files"), client.folder / "ledgers"),
        "versions": manifest.versions(),
        "fingerprint": dict(rests_on),
    }


def _execute(job: Job, notebook: Path) -> str:
    """Run the notebook into a file aside; the error as one line, or nothing."""
    import papermill
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    # one BLAS thread and a fixed hash seed: sums and sets come out alike on every machine
    environment = {
        "KIT_HOME": str(job.home),
        "KIT_REPORT_FOLDER": str(notebook.parent),
        "MPLBACKEND": None,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    values = {"client": job.client, "as_of": job.as_of.isoformat(), **job.parameters}
    try:
        with _environment(environment):
            papermill.execute_notebook(
                str(job.notebook),
                str(notebook),
                values,
                cwd=str(job.notebook.parent),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                extra_arguments=["--log-level=40"],
            )
    except PapermillExecutionError as error:
        return f"cell {error.cell_index + 1}: {error.ename}: {_one_line(error.evalue)}"
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return f"{type(error).__name__}: {_one_line(str(error))}"
    except (PapermillException, RuntimeError) as error:
        return f"the kernel stopped: {_one_line(str(error))}"
    return _pending(notebook)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _pending(notebook: Path) -> str:
    """Whether the run says of itself that it came to its end."""
    told = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell["metadata"].get("papermill", {}).get("status") for cell in told["cells"]]
    if told["metadata"]["papermill"].get("exception") or "pending" in cells:
        return "the run stopped before its last cell."
    return ""


def _mark(notebook: Path, job: Job, client: Any, told: Mapping[str, Any], problem: str) -> None:
    """Write into the executed notebook what its page says above all, and take our paths out."""
    import nbformat

    from kit import pages, words

    if not notebook.exists():
        shutil.copyfile(job.notebook, notebook)
    cells = nbformat.read(notebook, as_version=4)
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


def _page(notebook: Path) -> float:
    from kit import pages

    pages.write_html(notebook, notebook.with_suffix(".html"))
    return time.monotonic()


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
    week.join(job.week, job.as_of.isoformat())
    return sentences


def _make_safe(decisions: Path) -> None:
    rows = week.read_csv(decisions)
    week.write_csv(rows, week.header(decisions), decisions)


@contextmanager
def no_ingest(off: bool) -> Iterator[None]:
    """While the block runs, tables are read as they stand, in this process and its kernels."""
    with _environment({"KIT_INGEST": "off" if off else None}):
        yield


@contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
