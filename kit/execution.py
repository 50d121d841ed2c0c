"""One notebook run by papermill into a file: how it ended in one line, and shown where it broke."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import plain

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 900  # the slowest cell of a million order lines takes a tenth of it
MOST_LETTERS = 90  # of a socket's path; systems allow a little over a hundred


def execute(source: Path, notebook: Path, values: Mapping[str, Any], home: Path) -> str:
    """Run a notebook with these parameters into a file; what went wrong as one line, or nothing.

    The kernel works in the notebook's own folder and finds the client's home and the folder for
    its results in its environment. Whatever the machine does to it is told, never raised.
    """
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError
    from traitlets.config import Config

    from kit import kernels

    # one BLAS thread and a fixed hash seed: sums and sets come out alike on every machine
    given = {
        "KIT_HOME": str(home),
        "KIT_REPORT_FOLDER": str(notebook.parent),
        "MPLBACKEND": None,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    try:
        with environment(given), _door() as config:
            papermill.execute_notebook(
                str(source),
                str(notebook),
                dict(values),
                cwd=str(source.parent),
                kernel_name=kernels.name(),
                progress_bar=False,
                log_output=False,
                execution_timeout=CELL_SECONDS,
                extra_arguments=["--log-level=50"],
                config=Config(config),
            )
        return _pending(notebook)
    except PapermillExecutionError as error:
        return f"cell {error.cell_index + 1}: {error.ename}: {_one_line(error.evalue)}"
    except CellTimeoutError:
        return f"a cell ran for over {CELL_SECONDS} seconds and was stopped."
    except (CellExecutionError, DeadKernelError) as error:
        return f"{type(error).__name__}: {_one_line(str(error))}"
    except NoSuchKernel as error:
        return f"there is no notebook kernel {error.name} here. make report installs it again."
    except (PapermillException, RuntimeError) as error:
        return f"the kernel stopped: {_one_line(str(error))}"
    except Exception as error:
        return plain(error)


@contextmanager
def _door() -> Iterator[dict[str, Any]]:
    """Where one kernel is spoken to: sockets in a folder that no other kernel has.

    A port that is free when a kernel is given it may be taken when it starts, and so may a
    socket's name in a folder that kernels share. Where there are no such sockets, ports it is.
    """
    with tempfile.TemporaryDirectory(prefix="kit-") as folder:
        sockets = os.name != "nt" and len(folder) < MOST_LETTERS
        yield {"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}} if sockets else {}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _pending(notebook: Path) -> str:
    """Whether the run says of itself that it came to its end."""
    told = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell["metadata"].get("papermill", {}).get("status") for cell in told["cells"]]
    if told["metadata"]["papermill"].get("exception") or "pending" in cells:
        return "the run stopped before its last cell."
    return ""


def show_error(notebook: NotebookNode, problem: str) -> None:
    """Put what ended a run under the cell it ended in, where no cell says so itself.

    A kernel that dies or is too slow leaves no error in any cell: it goes to the last one that was
    begun, to the first where none was.
    """
    from nbformat.v4 import new_output

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(output.output_type == "error" for cell in cells for output in cell.outputs):
        return
    begun = [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
    seen = [cell for cell in cells if "parameters" not in cell.metadata.get("tags", [])]
    for cell in begun[-1:] or seen[:1]:
        told = f"The run ended here: {problem}"
        cell.outputs.append(new_output("error", ename="Stopped", evalue=problem, traceback=[told]))


@contextmanager
def no_ingest(off: bool) -> Iterator[None]:
    """While the block runs, tables are read as they stand, in this process and its kernels."""
    with environment({"KIT_INGEST": "off" if off else None}):
        yield


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """While the block runs, these are set in the environment, or not set where they are None."""
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
