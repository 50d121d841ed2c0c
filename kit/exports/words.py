"""Words inside cells: status, content type, yes and no, in any registered language, to codes."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

import pandas as pd

from .headers import normalise
from .texts import once_per_word

_TOTAL_OF = re.compile(r"total of [\d.,]+ \w+")


@cache
def _tables() -> dict[str, dict[str, str]]:
    text = resources.files("kit.exports").joinpath("words.toml").read_text(encoding="utf-8")
    return {
        table: {normalise(word): code for code, words in codes.items() for word in words}
        for table, codes in tomllib.loads(text).items()
    }


@cache
def vocabulary(table: str) -> frozenset[str]:
    """The single words of a register, to tell a new word of its kind from a person's name."""
    return frozenset(word for text in _tables()[table] for word in re.findall(r"[^\W\d_]+", text))


@once_per_word
def coded(words: pd.Series, table: str) -> pd.Series:
    """The code of each word by `words.toml`; missing where the word is missing or unknown.

    >>> coded(pd.Series(["Settled", "Đã quyết toán", "Nobody knows"]), "affiliate_status").tolist()
    ['settled', 'settled', nan]
    """
    known = _tables()[table]
    codes = {word: known.get(normalise(word)) for word in words.dropna().unique()}
    return words.map({word: code for word, code in codes.items() if code}).astype("str")


def is_total(cell: str) -> bool:
    """Whether a cell is the label of a totals row.

    >>> is_total("Total of 2 results"), is_total("Ringkasan"), is_total("total.look")
    (True, True, False)
    """
    word = normalise(cell).rstrip(": ")
    return word in _tables()["totals"] or bool(_TOTAL_OF.fullmatch(word))
