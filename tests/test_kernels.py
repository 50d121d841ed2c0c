"""Warm kernels: by name, like fresh ones in all they give, and none sees what another did."""

import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from kit import kernels
from tests import hostile_notebooks as h

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=kernels.why_not())

# What a notebook can see of its place and of what others have done there.
LOOK = """
import json, os, random, signal, sys, threading
import matplotlib, matplotlib.pyplot as plt, numpy as np, pandas as pd
seen = {
    "folder": os.getcwd(),
    "environment": {k: v for k, v in sorted(os.environ.items())
                    if not k.startswith(("JPY_", "MPLBACKEND", "KIT_WARM", "JUPYTER_PATH"))},
    "zone": __import__("time").tzname,
    "path": sys.path,
    "figures": plt.get_fignums(),
    "backend": matplotlib.get_backend(),
    "settings": {k: str(v) for k, v in matplotlib.rcParams.items()},
    "options": str(pd.get_option("display.max_rows")),
    "mean": pd.Series([1, 2]).mean(),
    "names": sorted(n for n in globals() if not n.startswith("_")),
    "signals": [str(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGCHLD, signal.SIGTERM)],
    "errors": str(np.geterr()),
    "filters": len(__import__("warnings").filters) > 0,
}
print(json.dumps(seen, default=str))
_ = plt.plot([1, 2])
"""
HOSTILE = [h.SEEDS, h.FIGURES, h.PANDAS, h.ENVIRONMENT, h.PATH, h.THREAD, h.CHILD, h.EXIT]


@pytest.fixture(scope="module", autouse=True)
def shared():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND", raising=False)
        with kernels.shared():
            yield


def run(folder, cells, kernel=kernels.NAME, **more):
    """The outputs of a notebook of these cells, executed by plain papermill."""
    path = folder / "in.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(text) for text in cells]), path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = papermill.execute_notebook(
            str(path),
            str(folder / "out.ipynb"),
            cwd=str(folder),
            kernel_name=kernel,
            progress_bar=False,
            extra_arguments=["--log-level=40"],
            config=Config({"KernelManager": {"transport": "ipc"}}),
            **more,
        )
    return [cell.outputs for cell in made.cells]


def living():
    """The processes forked from this session's warm process, and what they have started."""
    told = subprocess.run(
        ["ps", "-wweo", "pid,sid,ppid,args"], capture_output=True, text=True
    ).stdout
    rows = [line.split(None, 3) for line in told.splitlines()[1:]]
    door = os.environ[kernels.SOCKET]
    (warm,) = [row[0] for row in rows if door in row[3] and row[2] == str(os.getpid())]
    return [row for row in rows if row[2] == warm or row[3] == "sleep 3000"]


def gone():
    until = time.monotonic() + 30
    while living() and time.monotonic() < until:
        time.sleep(0.1)
    return living() == []


def test_a_warm_kernel_sees_and_draws_what_a_fresh_one_does_after_hostile_ones(
    tmp_path, monkeypatch
):
    for name, value in kernels.FIXED.items():
        monkeypatch.setenv(name, value)
    fresh = run(tmp_path, [LOOK], "python3")
    assert run(tmp_path, [LOOK]) == fresh
    assert [o.output_type for o in fresh[0]] == ["stream", "display_data"]
    for text in HOSTILE:
        with pytest.raises(RuntimeError) if "_exit" in text else warnings.catch_warnings():
            run(tmp_path, [text])
    assert run(tmp_path, [LOOK]) == fresh
    assert gone()


def test_no_two_kernels_draw_the_same_numbers(tmp_path):
    draw = "import random, numpy as np; print(np.random.random(), random.random())"
    assert run(tmp_path, [draw]) != run(tmp_path, [draw])


def used():
    """Bytes of data this process holds, as its limit counts them."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmData:\s+(\d+) kB", status).group(1)) * 1024


def test_a_kernel_is_interrupted_and_limited_like_any_other(tmp_path):
    import resource

    with pytest.raises(Exception, match="Timeout|timed out"):
        run(tmp_path, ["while True: pass"], execution_timeout=3)
    assert gone()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = used() + 2 * 1024**3  # this process, which has run other tests, is held to it too
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        with pytest.raises(papermill.PapermillExecutionError, match="MemoryError"):
            run(tmp_path, [f"x = bytearray({most})"])
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def test_a_caller_that_is_killed_leaves_no_kernel(tmp_path):
    nbformat.write(new_notebook(cells=[new_code_cell("while True: pass")]), tmp_path / "in.ipynb")
    start = "import sys, papermill; papermill.execute_notebook(sys.argv[1], sys.argv[2], "
    start += f"kernel_name='{kernels.NAME}', progress_bar=False)"
    paths = [str(tmp_path / name) for name in ("in.ipynb", "out.ipynb")]
    caller = subprocess.Popen([sys.executable, "-c", start, *paths], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not living() and time.monotonic() < until:
        time.sleep(0.1)
    assert living()
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    assert gone()


def test_what_a_fork_would_not_see_gets_an_ordinary_kernel_and_says_so(tmp_path, monkeypatch):
    (tmp_path / "matplotlibrc").write_text("font.size: 33\n")
    with pytest.raises(UserWarning, match="ordinary kernel.*matplotlibrc of its own"):
        run(tmp_path, ["1"])
    assert kernels._not_seen({**os.environ, "PYTHONPATH": "/mine"}, "/") == (
        "PYTHONPATH is set for it alone"
    )
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kernels.why_not() == "a fork is not safe on darwin"
    with kernels.shared():
        pass


def test_a_warm_process_ends_with_its_owner(tmp_path):
    start = "import os, time; from kit import kernels; os.environ.pop(kernels.SOCKET, None)\n"
    start += "w = kernels.Warm(); print(w.process.pid, flush=True); time.sleep(600)"
    owner = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.communicate()
    until = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _runs(pid)


def _runs(pid):
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return told.stdout.strip().strip("Z") != ""
