"""The few errors the kit raises on purpose, and the machine's own in plain words.

Each message names the thing (file, column, row, creator, parameter), what was found, what was
expected and what to do next. The command line prints it as one clean line; anything else is a
fault of ours.
"""

import errno
import traceback
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_HERE = Path(__file__).parent


class KitError(Exception):
    """Something a person can mend; the base of all errors below."""


class ExportError(KitError):
    """A platform export that is not what it claims: refused whole, by name."""


class LedgerError(KitError):
    """A hand-kept ledger that contradicts itself or names no known column."""


class PolicyError(KitError):
    """An unknown or impossible value in a policy or in `client.toml`."""


class ClientError(KitError):
    """A client that does not exist, has no data, or was asked for a day before its data."""


class ReportError(KitError):
    """A report that cannot be made: a wrong parameter, a failed notebook, a missing result."""


def plain(error: BaseException) -> str:
    """What an error that is no `KitError` means to who runs the kit, and what to do.

    >>> plain(OSError(errno.ENOSPC, "No space left on device", "results.parquet"))
    'there is no room to write results.parquet. Make room, or clear old reports with kit prune.'
    """
    if isinstance(error, KitError):
        return str(error)
    if isinstance(error, MemoryError):
        return "the memory is used up. Make fewer reports side by side: --jobs 1."
    if isinstance(error, OSError) and error.errno:
        return _of_the_machine(error)
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if _HERE in Path(f.filename).parents
    ]
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    told = " ".join(str(error).split())
    return (
        f"{type(error).__name__}: {told}{where}. Run it again; if that does not help, kit doctor."
    )


def _of_the_machine(error: OSError) -> str:
    named = error.filename2 or error.filename
    file = str(named) if named is not None else "a file"
    if error.errno in _FULL:
        return f"there is no room to write {file}. Make room, or clear old reports with kit prune."
    if error.errno in _FORBIDDEN:
        return (
            f"{file} is closed to this user ({error.strerror}). Give the user the right to write "
            "there, or name another --home."
        )
    return f"{file}: {error.strerror}. kit doctor examines this machine."
