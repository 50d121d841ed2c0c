"""The few errors the kit raises on purpose.

Each message names the thing (file, column, row, creator, parameter), what was found, what was
expected and what to do next. The command line prints it as one clean line; anything else is a
fault of ours and shows a traceback.
"""


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
