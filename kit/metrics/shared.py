"""What several figures of one day have in common, worked out once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import ibis.expr.types as ir

from kit import engine

Made = TypeVar("Made")


class Shared:
    """A client for the length of one call: it remembers what `once` functions made of it.

    Everything else is the client's own. An expression is kept as a temporary table where the
    data lives, until this object goes. Not for longer: a client may be ingested anew.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._made: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def table(self, name: str) -> Any:
        return self.remembered(("table", name), lambda: self._client.table(name))

    def remembered(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def shared(client: Any) -> Shared:
    """The client as a `Shared`; one that is already stays the same."""
    return client if isinstance(client, Shared) else Shared(client)


def once(make: Callable[..., Made]) -> Callable[..., Made]:
    """Let a function of a client and hashable arguments be worked out once per `Shared` client."""

    @wraps(make)
    def known(client: Any, *given: Any, **named: Any) -> Made:
        if not isinstance(client, Shared):
            return make(client, *given, **named)
        key = (make, *given, *sorted(named.items()))
        return client.remembered(key, lambda: _kept(make(client, *given, **named)))

    return known


def _kept(made: Any) -> Any:
    return engine.kept(made) if isinstance(made, ir.Table) else made
