"""Zip archives of exports: each member is a file of its own; nothing is ever unpacked to disk."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import ExportError

# An archive past one of these is refused whole: no month of exports comes near.
MOST_MEMBERS = 1_000
MOST_UNPACKED_BYTES = 1 << 30
_CHUNK = 1 << 20
_FIRST_STAMP = 1980  # what archives say that keep no times
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
_AGAIN = "Make the archive again, or put its files into exports unpacked."


@dataclass(frozen=True)
class Member:
    """One file of an archive: its path inside, its local time if it has one, why it is refused."""

    name: str
    at: datetime | None
    error: str | None = None


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, and not a workbook, whose form is a zip too."""
    try:
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                return False
    except OSError:
        return False  # its reader says why
    try:
        with zipfile.ZipFile(path) as archive:
            return not _is_document(archive)
    except _DAMAGED:
        return path.suffix.lower() == ".zip"


def _is_document(archive: zipfile.ZipFile) -> bool:
    names = set(archive.namelist())
    return bool(names & {"[Content_Types].xml", "mimetype", "Index/Document.iwa"})


def members(path: Path) -> list[Member]:
    """The files of an archive in order of name, folders left out.

    Raises ExportError for a damaged or empty archive and for one past the limits; a member that
    is protected, steps out of the archive or stands twice has its reason beside it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
    except _DAMAGED as error:
        raise ExportError(f"is a damaged archive ({type(error).__name__}). {_AGAIN}") from error
    if not listed:
        raise ExportError("is an archive without a single file. Remove it from exports.")
    if len(listed) > MOST_MEMBERS:
        raise ExportError(
            f"is an archive of {len(listed)} files; {MOST_MEMBERS} are read at most. {_AGAIN}"
        )
    _refuse_too_large(sum(info.file_size for info in listed))
    times = Counter(info.filename for info in listed)
    return [
        Member(info.filename, _stamp(info), _fault(info, times[info.filename]))
        for info in sorted(listed, key=lambda info: info.filename)
    ]


def _refuse_too_large(size: int) -> None:
    if size > MOST_UNPACKED_BYTES:
        raise ExportError(
            f"is an archive of over {MOST_UNPACKED_BYTES >> 20} MB once unpacked. {_AGAIN}"
        )


def _fault(info: zipfile.ZipInfo, times: int) -> str | None:
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return "names a place outside its archive and was not read. Remove it from the archive."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link and no file. Put the file itself into the archive."
    if info.flag_bits & 1:
        return "is protected by a password. Make the archive again without one."
    if times > 1:
        return "stands twice in its archive. Keep one of them."
    return None


def _stamp(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time) if info.date_time[0] > _FIRST_STAMP else None
    except ValueError:
        return None


def shown(member: str) -> str:
    """The path of an archive's member as it may be printed.

    >>> shown("week\\\\a.csv"), shown("a\\x1b.csv")
    ('week/a.csv', 'a?.csv')
    """
    return "".join(c if c.isprintable() else "?" for c in member.replace("\\", "/"))


def content(path: Path, member: str) -> bytes:
    """The bytes of one member; raises ExportError for a damaged one or one past the limit."""
    return b"".join(_chunks(path, member))


def sha256(path: Path, member: str) -> str:
    """The SHA-256 of one member's bytes, as `content` gives them."""
    digest = hashlib.sha256()
    for chunk in _chunks(path, member):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(path: Path, member: str) -> Iterator[bytes]:
    """A member piece by piece: what it holds is counted, whatever the archive says of its size."""
    taken = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as source:
            while chunk := source.read(_CHUNK):
                taken += len(chunk)
                _refuse_too_large(taken)
                yield chunk
    except (*_DAMAGED, KeyError, RuntimeError) as error:
        raise ExportError(f"is damaged in its archive ({type(error).__name__}). {_AGAIN}") from None


def refuse_nested(data: bytes) -> None:
    """Raise ExportError if bytes are an archive: one inside another is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            nested = not _is_document(archive)
    except _DAMAGED:
        return  # a torn workbook, which its reader names
    if nested:
        raise ExportError("is an archive inside an archive. Unpack it first.")
