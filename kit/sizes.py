"""Sizes of memory as people write them."""

from __future__ import annotations

import re


def bytes_of(text: str) -> int | None:
    """How many bytes a size is; None where it is none.

    >>> bytes_of("128MiB"), bytes_of("2 GB"), bytes_of("lots")
    (134217728, 2000000000, None)
    """
    told = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT])(i?)B", text)
    if not told:
        return None
    return int(float(told[1]) * (1024 if told[3] else 1000) ** ("KMGT".index(told[2]) + 1))
