"""The address of a warehouse in `client.toml`, and the secrets that it only names.

``postgres://reader:${SHOP_PASSWORD}@db.example.com/shop``: what stands in ``${…}`` is a variable of
the environment, or with ``${keyring:SERVICE/USER}`` an entry of the system's keyring. It is looked
up when a connection is made, kept nowhere, and taken out of whatever a driver says.
"""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, quote, urlsplit

from kit.errors import ClientError

EXPORTS = "exports"
# Scheme of the address → Ibis' name of the engine. Apache Spark has its whole name: Spark alone
# means TikTok's Spark Ads in this kit.
ENGINES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "bigquery": "bigquery",
    "snowflake": "snowflake",
    "databricks": "databricks",
    "apache-spark": "pyspark",
}
NAMED = re.compile(r"\$\{([^}]*)\}")
SECRET = re.compile(r"pass|token|secret|key|credential", re.IGNORECASE)


def problem(source: str) -> str:
    """What is wrong with a `source`, in words; '' where nothing is."""
    if source == EXPORTS:
        return ""
    scheme = source.partition("://")[0]
    if "://" not in source or scheme not in ENGINES:
        known = ", ".join(f"{name}://" for name in ENGINES)
        return f"expected exports, or the address of a warehouse that begins with one of {known}"
    parts = urlsplit(NAMED.sub("NAMED", source))
    given = [parts.password or ""]
    given += [value for name, value in parse_qsl(parts.query) if SECRET.search(name)]
    if any(value and value != "NAMED" for value in given):
        return (
            "it holds a password or token. Put that into the environment and only its name here, "
            "as in postgres://reader:${SHOP_PASSWORD}@db.example.com/shop"
        )
    return ""


def masked(source: str) -> str:
    """The address for a reader: where it is, never who with which secret.

    >>> masked("postgres://reader:${SHOP_PASSWORD}@db.example.com:5432/shop?sslmode=require")
    'postgres://db.example.com:5432/shop'
    """
    scheme, _, rest = source.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def engine(source: str) -> str:
    """Ibis' name of the engine that a source is read with."""
    return ENGINES.get(source.partition("://")[0], "duckdb")


def resolved(source: str) -> tuple[str, list[str]]:
    """The address with its secrets in place, and these; `ClientError` names one that is missing."""
    secrets: list[str] = []

    def looked_up(found: re.Match[str]) -> str:
        secrets.append(_secret(found[1]))
        return quote(secrets[-1], safe="")

    return NAMED.sub(looked_up, source), secrets


def _secret(name: str) -> str:
    service, _, user = name.removeprefix("keyring:").partition("/")
    if name.startswith("keyring:"):
        value = _from_keyring(service, user)
        where = "the system's keyring has no"
    else:
        value, where = os.environ.get(name), "the environment has no"
    if not value:
        raise ClientError(
            f"{where} {name}, which source in client.toml names. Set it where kit runs."
        )
    return value


def _from_keyring(service: str, user: str) -> str | None:
    try:
        import keyring
    except ImportError:
        raise ClientError(
            "source in client.toml names an entry of the keyring, and the package keyring is not "
            "installed here. Install it, or name a variable of the environment instead."
        ) from None
    return keyring.get_password(service, user)


def without(text: str, secrets: list[str]) -> str:
    """A text with every secret, plain or as in an address, taken out."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for shown in (secret, quote(secret, safe="")):
            text = text.replace(shown, "***")
    return text
