"""A client's tables for sharing: each creator under a pseudonym, and nothing that tells who it is.

`make_copy` lays ``data/<client>-shared`` beside a client: a client of its own, without exports,
whose tables `kit.ingest` makes of the other's by `disguised`. Reports and decks of the copy have
never seen a handle. Sales and days stay as they are: who can see them elsewhere can still match.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from kit import client as clients
from kit.errors import ClientError

REGISTER = "pseudonyms.json"
SUFFIX = "-shared"
CREATOR = {"creator_id", "handle"}
POST = {"post_id"}
# Texts that people write about creators, or that creators write.
DROPPED = {
    *("caption", "campaign_name", "ad_name", "former_handles", "value", "what", "reason", "text"),
    *("owner", "by", "note", "call_to_action", "do_not_say", "proof", "refused", "notes"),
    *("idea", "who_does_what"),
    *("unmatched", "sheet"),
}
FILE = {"file", "files", "same_bytes_as", "file_before", "file_after"}
# What the platform or the kit words, and ids that name neither a creator nor a post.
KEPT = {
    *("order_id", "sku_id", "product_id", "product_ids", "buyer_key", "campaign_id", "sha256"),
    *("kind", "source", "status", "status_raw", "content_type", "commission_model", "currency"),
    *("hook_angle", "rule", "column", "why", "fee_per", "severity", "week", "block", "missing"),
    *("exclusivity", "authorisation", "state", "figure", "shape"),
}
_SHORTEST_INSIDE = 4  # shorter handles are looked for as whole words only


def make_copy(name: str, home: str | Path | None = None) -> str:
    """Make or refresh the settings of a client's copy for sharing; its name.

    Raises `ClientError` where the copy's place is taken by another client.
    """
    source = clients.client_folder(name, home)
    text = (source / "client.toml").read_text(encoding="utf-8-sig")
    given = tomllib.loads(text)
    if given.get("pseudonyms_of"):
        return name
    copy = source.with_name(f"{name}{SUFFIX}")
    if copy.exists() and source_of(copy) != source:
        raise ClientError(f"{copy} exists and is no copy of {name} for sharing. Rename it first.")
    copy.mkdir(exist_ok=True)
    named = "" if given.get("name") else f"name = {json.dumps(name, ensure_ascii=False)}\n"
    head = f"pseudonyms_of = {json.dumps(name, ensure_ascii=False)}  # made by --pseudonyms\n"
    (copy / "client.toml").write_text(head + named + text, encoding="utf-8")
    return copy.name


def source_of(folder: Path) -> Path | None:
    """The folder of the client a copy is made from; None for a client of its own."""
    try:
        given = tomllib.loads((folder / "client.toml").read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    name = given.get("pseudonyms_of")
    return folder.with_name(clients.check_name(name)) if name else None


def disguised(tables: Mapping[str, pa.Table], folder: Path, salt: bytes) -> dict[str, pa.Table]:
    """The tables with every creator, post and file under another name, free texts left out.

    A creator keeps the pseudonym that `folder`'s register has for it, from week to week; a post's
    id is replaced by one that the client's salt makes of it.
    """
    names = _register(tables, folder, salt)
    files = _numbered(_texts(tables, FILE), "File")
    mask = _mask(names, _texts(tables, POST), salt)
    rules: dict[str, Callable[[str], str | None]] = {}
    rules |= dict.fromkeys(CREATOR, lambda text: names.get(text.lower(), mask(text)))
    rules |= dict.fromkeys(POST, lambda text: _each(text, lambda post: _post(post, salt)))
    rules |= dict.fromkeys(FILE, files.__getitem__)
    rules |= dict.fromkeys(DROPPED, lambda text: None)
    rules |= dict.fromkeys(KEPT, lambda text: text)
    return {name: _changed(table, rules, mask) for name, table in tables.items()}


def _register(tables: Mapping[str, pa.Table], folder: Path, salt: bytes) -> dict[str, str]:
    """Every handle, former ones too, with its pseudonym; new ones are numbered and remembered.

    New creators are numbered in the order of keyed hashes, which tells nothing of their names.
    """
    path = folder / REGISTER
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known = dict(known)
    current = sorted(_texts(tables, CREATOR), key=lambda handle: _keyed(handle, salt))
    people = tables["creators"].select(["creator_id", "former_handles"]).to_pylist()
    former = {row["creator_id"]: _pieces(row["former_handles"]) for row in people}
    number = len(set(known.values()))
    for handle in current:
        earlier = [known[old] for old in former.get(handle, []) if old in known]
        if handle not in known:
            number += not earlier
            known[handle] = earlier[0] if earlier else f"Creator {number:02d}"
        for old in former.get(handle, []):
            known.setdefault(old, known[handle])
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(known, indent=0, ensure_ascii=False), encoding="utf-8")
    aside.chmod(0o600)
    os.replace(aside, path)
    return known


def _pieces(former: str | None) -> list[str]:
    return [old.strip().lstrip("@").lower() for old in (former or "").split(";") if old.strip()]


def _keyed(text: str, salt: bytes) -> str:
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def _post(post: str, salt: bytes) -> str:
    """Another id of 19 digits; its leading zero tells it from the platform's."""
    return f"0{int(_keyed(post, salt), 16) % 10**18:018d}"


def _each(text: str, change: Callable[[str], str]) -> str:
    """Several ids in one cell, with ``;`` between them, each changed."""
    return ";".join(change(piece.strip()) for piece in text.split(";") if piece.strip())


def _texts(tables: Mapping[str, pa.Table], columns: Iterable[str]) -> set[str]:
    """The distinct texts of some columns of all tables."""
    found: set[str] = set()
    for table in tables.values():
        for name in set(columns) & set(table.column_names):
            column = table[name]
            if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
                column = pa.chunked_array([chunk.flatten() for chunk in column.chunks])
            found |= set(column.unique().to_pylist())
    return {text for text in found if text}


def _numbered(texts: set[str], noun: str) -> dict[str, str]:
    return {text: f"{noun} {place:02d}" for place, text in enumerate(sorted(texts), start=1)}


def _mask(names: Mapping[str, str], posts: set[str], salt: bytes) -> Callable[[str], str | None]:
    """How to clear any other text: handles become pseudonyms, ids of posts others.

    A text that holds a handle inside a longer word is left out whole.
    """
    ids = {piece.strip() for text in posts for piece in text.split(";")}
    inside = [re.escape(name) for name in names if len(name) >= _SHORTEST_INSIDE]
    hidden = re.compile("|".join(inside) or r"(?!)", re.IGNORECASE)

    def word(found: re.Match[str]) -> str:
        text = found.group().lstrip("@").lower()
        end = "." * (len(text) - len(text.rstrip(".")))
        text = text.rstrip(".")
        if text in ids:
            return _post(text, salt) + end
        return names[text] + end if text in names else found.group()

    def mask(text: str) -> str | None:
        clear = re.sub(r"@?[\w.]+", word, text)
        return None if hidden.search(clear) else clear

    return mask


def _changed(
    table: pa.Table,
    rules: Mapping[str, Callable[[str], str | None]],
    mask: Callable[[str], str | None],
) -> pa.Table:
    """A table with each text column changed by its rule, or by `mask` where it has none."""
    values: list[Any]
    for place, field in enumerate(table.schema):
        rule = rules.get(field.name, mask)
        column = table.column(place)
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            told = {text: rule(text) for text in column.unique().to_pylist() if text is not None}
            values = [None if text is None else told[text] for text in column.to_pylist()]
        elif pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
            values = [_listed(texts, rule) for texts in column.to_pylist()]
        else:
            continue
        table = table.set_column(place, field, pa.array(values, field.type))
    return table


def _listed(texts: list[str] | None, rule: Callable[[str], str | None]) -> list[str] | None:
    if texts is None:
        return None
    return [text for text in map(rule, texts) if text is not None]
