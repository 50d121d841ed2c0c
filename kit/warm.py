"""The process that notebook kernels are forked from: it has loaded what they need, and no more.

Run as ``python -m kit.warm SOCKET`` by `kit.kernels`, on Linux alone. Each connection asks for one
kernel: its command, folder, environment, limit of memory and output. The answer is the number of
its process, then, when it has ended, how. A kernel ends with its connection, and all of them with
this process, which ends with the one that holds its standard input.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time
from contextlib import suppress

# Only imported, never used: a database or a figure of this process would hang or hide a kernel's.
LOADED = (
    *("ipykernel.ipkernel", "ipykernel.kernelapp", "IPython.core.completer"),
    # not its backend for notebooks, which must find its shell when it is loaded
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("pandas", "pyarrow.parquet", "pyarrow.dataset", "scipy.stats", "scipy.optimize"),
    *("ibis.backends.duckdb", "great_tables", "seaborn", "pydantic"),
    *("kit.client", "kit.engine", "kit.ingest", "kit.metrics", "kit.plots", "kit.provenance"),
    *("kit.prose", "kit.readiness", "kit.results", "kit.sentences", "kit.tables"),
    *("kit.onboarding", "kit.review", "kit.spark", "kit.tiers"),
)
INLINE = "module://matplotlib_inline.backend_inline"
LENGTH = struct.Struct("!Q")
_PR_SET_PDEATHSIG = 1
_SECONDS = 10  # for a caller to say what it wants


def main(path: str) -> None:
    """Answer at a socket until standard input is closed."""
    if sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # as ipykernel does: a kernel's first place is its notebook's folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(path)
        door.listen()  # before all is loaded, so that callers wait instead of failing
        _load()
        _serve(door)


def _load() -> None:
    gc.disable()
    for name in LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is loaded stays shared between all kernels
    gc.enable()


def _serve(door: socket.socket) -> None:
    kernels: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor that tells of its end
    with selectors.DefaultSelector() as events:
        events.register(door, selectors.EVENT_READ, "door")
        events.register(0, selectors.EVENT_READ, "owner")
        while True:
            for key, _ in events.select():
                if key.data == "owner":
                    _kill_all(pid for pid, _ in kernels.values())
                    return
                if key.data == "door":
                    _open(door, events, kernels)
                elif isinstance(key.data, int):
                    _kill(key.data)  # its caller is gone
                    events.unregister(key.fileobj)
                else:
                    _ended(key.fd, events, kernels)


def _open(door: socket.socket, events: selectors.BaseSelector, kernels: dict) -> None:
    caller, _ = door.accept()
    try:
        asked, outputs = _request(caller)
        pid = os.fork()
    except (OSError, ValueError):
        caller.close()
        return
    if pid == 0:
        _become(asked, outputs, [door, caller, *(held for _, held in kernels.values())])
    for descriptor in outputs:
        os.close(descriptor)
    end = os.pidfd_open(pid)
    kernels[end] = (pid, caller)
    events.register(end, selectors.EVENT_READ, "end")
    events.register(caller, selectors.EVENT_READ, pid)
    with suppress(OSError):
        caller.sendall(b"%d\n" % pid)


def _request(caller: socket.socket) -> tuple[dict, list[int]]:
    caller.settimeout(_SECONDS)
    head, outputs, _, _ = socket.recv_fds(caller, LENGTH.size, 2)
    (size,) = LENGTH.unpack(head)
    with caller.makefile("rb") as file:
        return json.loads(file.read(size)), outputs


def _ended(end: int, events: selectors.BaseSelector, kernels: dict) -> None:
    pid, caller = kernels.pop(end)
    events.unregister(end)
    os.close(end)
    _kill(pid)  # what it started and left running
    _, status = os.waitpid(pid, 0)
    with suppress(KeyError):
        events.unregister(caller)
    with suppress(OSError):
        caller.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    caller.close()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _kill_all(pids) -> None:
    for pid in pids:
        _kill(pid)


def _become(asked: dict, outputs: list[int], inherited: list[socket.socket]) -> None:
    """Turn this fork into the kernel that was asked for; never returns."""
    status = 1
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _clean(asked, outputs, inherited)
        from ipykernel.kernelapp import IPKernelApp

        # said aloud, since it was looked for when ipykernel was loaded
        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        IPKernelApp.launch_instance(argv=[*asked["arguments"], parent])
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with suppress(BaseException):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _clean(asked: dict, outputs: list[int], inherited: list[socket.socket]) -> None:
    """Nothing of this process or of another kernel stays: signals, files, folder, environment."""
    import resource

    import matplotlib
    import numpy as np

    for one in inherited:
        one.close()
    for number, descriptor in enumerate(outputs, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(asked["environment"], JPY_PARENT_PID=str(os.getppid()))
    time.tzset()
    os.chdir(asked["folder"])
    resource.setrlimit(resource.RLIMIT_DATA, tuple(asked["memory"]))
    matplotlib.rcParams["backend"] = INLINE
    np.random.seed()  # as every new process has its own; Python's own generator sees to itself
    sys.argv = asked["command"]


if __name__ == "__main__":
    main(sys.argv[1])
    os._exit(0)  # at once: there is nothing to put away
