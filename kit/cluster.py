"""The same tasks on a Dask cluster that is already there: more than one machine, one shared home.

Every worker runs the kit from an environment of its own and reads and writes the same folder, so
locks, gates and publishing are as on one machine. A worker with several threads would run several
reports in one process, each in the other's environment: such a cluster is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import kit
from kit.errors import ReportError

WAIT = "15s"


def side_by_side(
    tasks: Iterable[Any], perform: Callable[[Any], list[Any]], address: str, home: Path
) -> Iterator[Any]:
    """Perform tasks on the cluster at `address`; what comes of them as it is ready.

    What `perform` gives that is a task again, having `killed`, is performed in its turn; a task
    whose workers die gives what its `killed` says. Raises `ReportError` where the cluster cannot
    be reached or its workers cannot do this.
    """
    from distributed import KilledWorker, as_completed

    with _client(address) as cluster, cluster.as_current():
        _refuse_unfit(cluster, home)

        def begun(task: Any) -> Any:
            return cluster.submit(_performed, perform, task, _told(), pure=False, retries=0)

        asked = {begun(task): task for task in tasks}
        waiting = as_completed(list(asked))
        for future in waiting:
            task = asked.pop(future)
            try:
                made = future.result()
            except KilledWorker:
                made = task.killed()
            for one in made:
                if hasattr(one, "killed"):
                    asked[future := begun(one)] = one
                    waiting.add(future)
                else:
                    yield one


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise ReportError(
            "--dask needs Dask here and on the workers: pip install 'creator-program-kit[dask]'."
        ) from None
    try:
        return Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ReportError(
            f"No Dask scheduler answers at {address} ({type(error).__name__}). Start one with "
            "dask scheduler, and give the address that it prints, as in --dask tcp://10.0.0.5:8786."
        ) from None


def _refuse_unfit(cluster: Any, home: Path) -> None:
    """Refuse a cluster without workers, or with one that has threads, no kit or another home."""
    threads = cluster.nthreads()
    if not threads:
        raise ReportError("The Dask cluster has no worker. Start some: dask worker --nthreads 1.")
    many = sorted(name for name, number in threads.items() if number > 1)
    if many:
        raise ReportError(
            f"{', '.join(many)} would run several reports in one process. Start each worker with "
            "--nthreads 1 (and as many as the machine has cores: --nworkers)."
        )
    for name, found in sorted(cluster.run(_seen, str(home), on_error="return").items()):
        if isinstance(found, Exception):
            raise ReportError(
                f"{name} cannot run the kit: {found}. Install it there as it is here."
            )
        version, there = found
        if version != kit.__version__:
            raise ReportError(f"{name} has version {version} of the kit, not {kit.__version__}.")
        if not there:
            raise ReportError(f"{name} does not see {home}. All workers need the same folder.")


def _seen(home: str) -> tuple[str, bool]:
    """What a worker has: the version of its kit, and whether it sees the clients' home."""
    import kit

    return kit.__version__, (Path(home) / "data").is_dir()


def _told() -> dict[str, str | None]:
    """The settings of this run that its kernels read from their environment."""
    import os

    return {"KIT_INGEST": os.environ.get("KIT_INGEST")}


def _performed(
    perform: Callable[[Any], list[Any]], task: Any, told: Mapping[str, str | None]
) -> list[Any]:
    from kit import execution

    with execution.environment(told):
        return perform(task)
