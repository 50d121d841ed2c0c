"""Two folders change places in one step, so that at no moment is either of the names empty."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# Linux: renameat2(2), since kernel 3.15; macOS: renamex_np(2), since 10.12
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Let two paths of one file system change places; False where the system cannot, or will not.

    Nothing has changed when it gives False: network file systems and Windows have no such step.
    """
    names = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None)
        if sys.platform == "linux":
            failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
        elif sys.platform == "darwin":
            failed = library.renamex_np(names[0], names[1], _RENAME_SWAP)
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    return failed == 0
