"""The Creator Program Kit: a TikTok Shop creator program, from exports to dated reports.

Reading order: `policy` (every threshold), `exports` and `ledgers` (files in), `contracts` (what
each table promises), `client` (one client's tables), `metrics` (counts and rates), `estimate`
(how sure), `review`, `spark`, `tiers` and `onboarding` (decisions), `results` (the one table of
figures), `reports` (dated runs), `pages` and `deck` (what a client sees).

>>> import kit
>>> kit.policy.load_policy().repeat.days
60
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.client import open as open


def __getattr__(name: str) -> Any:
    """`open`, `__version__` and the submodules, each imported when first asked for (PEP 562)."""
    if name == "open":
        from kit.client import open

        return open
    if name == "__version__":
        from importlib.metadata import version

        return version("creator-program-kit")
    if name.startswith("_"):
        raise AttributeError(f"module 'kit' has no attribute {name!r}")
    try:
        return importlib.import_module(f"kit.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"kit.{name}":
            raise
        raise AttributeError(f"module 'kit' has no attribute {name!r}") from None
