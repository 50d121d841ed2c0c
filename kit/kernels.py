"""Warm kernels: notebooks start at once in a fork of a process that has loaded the libraries.

A `jupyter_client` kernel provisioner, so that papermill, nbval and JupyterLab use it by the name of
its kernel, ``kit-warm``. Every kernel is a process of its own; what they share is only what was
loaded. Where a fork is not safe, or would not see what the caller has set, an ordinary kernel is
started instead, and that is said.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from kit.warm import INLINE, LENGTH

NAME = "kit-warm"
SOCKET = "KIT_WARM_KERNELS"
START_SECONDS = 120
# As every report has them (see `kit.execution`); they are read only when Python starts.
FIXED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
_READ_AT_START = (
    "PYTHON",
    "LD_",
    "MALLOC",
    "OMP_",
    "OPENBLAS_",
    "MKL_",
    "LC_",
    "XDG_CONFIG",
    "MPL",
)
_READ_TOO = ("LANG", "HOME", "MATPLOTLIBRC", "VIRTUAL_ENV")
_HERE = Path(__file__).parent
SPECS = _HERE.parent / "templates" / "jupyter"


def why_not() -> str:
    """Why kernels cannot be forked here; empty where they can."""
    if sys.platform != "linux":
        return f"a fork is not safe on {sys.platform}"
    if not hasattr(os, "pidfd_open"):
        return "this Python cannot watch processes"
    return ""


class Warm:
    """The process that kernels are forked from, as long as this one lives or until it is closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kit-warm-"))  # closed to other users
        self.path = str(self.folder / "door")
        self.code = _code()
        given = {k: v for k, v in os.environ.items() if not k.startswith(("JPY_", "MPLBACKEND"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kit.warm", self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={**given, **FIXED},
            start_new_session=True,
        )
        self.owner = os.getpid()
        atexit.register(self.close)

    def current(self) -> bool:
        """Whether it lives, belongs to this very process and has loaded today's code."""
        return self.owner == os.getpid() and self.process.poll() is None and self.code == _code()

    def close(self) -> None:
        """End it, and every kernel that was forked from it."""
        if self.owner != os.getpid():
            return
        atexit.unregister(self.close)
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:  # still loading
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _code() -> int:
    """Changes when a module of the kit does."""
    return max(path.stat().st_mtime_ns for path in _HERE.rglob("*.py"))


_own: Warm | None = None
_starting = threading.Lock()


def _door() -> str:
    """The socket to ask for a kernel: of the run this process belongs to, else of its own."""
    global _own
    if os.environ.get(SOCKET):
        return os.environ[SOCKET]
    with _starting:
        if _own is None or not _own.current():
            if _own is not None:
                _own.close()
            _own = Warm()
        return _own.path


@contextmanager
def shared() -> Iterator[None]:
    """While the block runs, this process and those it starts fork their kernels from one."""
    if why_not() or os.environ.get(SOCKET):
        yield
        return
    before = os.environ.get("JUPYTER_PATH")
    warm = Warm()
    os.environ[SOCKET] = warm.path
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SPECS), before]))
    try:
        yield
    finally:
        del os.environ[SOCKET], os.environ["JUPYTER_PATH"]
        if before is not None:
            os.environ["JUPYTER_PATH"] = before
        warm.close()


def name() -> str:
    """The kernel that a run of this process starts: the warm one where there is one."""
    return NAME if os.environ.get(SOCKET) else "python3"


class Forked:
    """A kernel's process, asked as `subprocess.Popen` is asked."""

    stdin = stdout = stderr = None

    def __init__(self, caller: socket.socket) -> None:
        self.caller = caller
        self.returncode: int | None = None
        self.pid = self._number()

    def _number(self) -> int:
        text = b""
        while not text.endswith(b"\n"):
            piece = self.caller.recv(1)
            if not piece:
                raise ConnectionError("the warm process gave no kernel")
            text += piece
        return int(text)

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self.caller], [], [], 0)[0]:
            try:
                self.returncode = self._number()
            except OSError:
                self.returncode = -signal.SIGKILL  # the warm process was killed, and this with it
            self.caller.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None and not select.select([self.caller], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(NAME, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel as a fork of a warm process; all else is as with local kernels."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        environment = dict(kwargs.get("env") or os.environ)
        folder = str(kwargs.get("cwd") or os.getcwd())
        reason = why_not() or _not_seen(environment, folder)
        if not reason:
            try:
                outputs = [_descriptor(kwargs.get(name), n) for n, name in enumerate(_OUTPUTS, 1)]
                forked = await asyncio.to_thread(_fork, cmd, environment, folder, outputs)
                self.process = forked  # type: ignore[assignment]
                self.pid = self.pgid = forked.pid
                self.cwd = folder
                return self.connection_info
            except OSError as error:
                reason = f"it did not answer ({error})"
        warnings.warn(f"An ordinary kernel is started: {reason}.", stacklevel=2)
        return await super().launch_kernel(cmd, **kwargs)


_OUTPUTS = ("stdout", "stderr")


def _descriptor(given: Any, standard: int) -> int:
    if given is None:
        return standard
    if given == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_WRONLY)
    return given if isinstance(given, int) else given.fileno()


def _not_seen(environment: Mapping[str, str], folder: str) -> str:
    """What of the caller's settings a warm process could not see, since it is read at start."""
    mine = {**os.environ, **FIXED}
    for name in sorted(environment.keys() | mine.keys()):
        if name == "MPLBACKEND" or not (name.startswith(_READ_AT_START) or name in _READ_TOO):
            continue
        wanted = environment.get(name, FIXED.get(name))
        if wanted != mine.get(name):
            return f"{name} is set for it alone"
    if environment.get("MPLBACKEND", INLINE) != INLINE:
        return "MPLBACKEND is set"
    if Path(folder, "matplotlibrc").exists():
        return f"{folder} has a matplotlibrc of its own"
    return ""


def _fork(
    cmd: list[str], environment: Mapping[str, str], folder: str, outputs: list[int]
) -> Forked:
    import resource

    asked = {
        "command": [cmd[0], *cmd[3:]],
        "arguments": cmd[3:],
        "environment": environment,
        "folder": folder,
        "memory": resource.getrlimit(resource.RLIMIT_DATA),
    }
    text = json.dumps(asked).encode()
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    caller.settimeout(START_SECONDS)
    try:
        _knock(caller)
        socket.send_fds(caller, [LENGTH.pack(len(text))], outputs)
        caller.sendall(text)
        return Forked(caller)
    except BaseException:
        caller.close()
        raise


def _knock(caller: socket.socket) -> None:
    """Connect, once the warm process has had the time to open its door."""
    import time

    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return caller.connect(_door())
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
