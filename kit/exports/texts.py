"""Columns of text as Arrow arrays: cleaned, matched, and their distinct cells looked at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .headers import INVISIBLE

NULLS = ("", "--", "-", "–", "—", "N/A", "n/a", "{}")
EDGES = " \t\r\n\u00a0\u3000" + INVISIBLE
SPACE = r"\s\x0b\x1c-\x1f\x{85}\p{Z}"  # inside brackets: every white space, not ASCII's alone
_MANY, _SAMPLE = 10_000, 1_000  # cells from which a column counts as long, and how many are tried
_NOTHING = pa.scalar(None, pa.large_string())
_NULL_WORDS = pa.array(NULLS, pa.large_string())


def as_array(text: pd.Series | pa.ChunkedArray) -> pa.Array:
    """A text column as one Arrow array (a large file comes in chunks)."""
    array = text
    if isinstance(text, pd.Series):
        array = pa.array(text, type=pa.large_string(), from_pandas=True)
    if not isinstance(array, pa.ChunkedArray):
        return array
    if pa.types.is_dictionary(array.type):
        array = array.unify_dictionaries()
    return array.combine_chunks()


def as_text(array: pa.Array, index: pd.Index | None = None) -> pd.Series:
    """An Arrow array of texts as a column."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary.take(array.indices)
    return pd.Series(pd.array(array, dtype="str"), index=index, copy=False)  # type: ignore[call-overload]


def _words(text: pa.Array) -> pa.DictionaryArray | None:
    """A long column as its distinct cells and where each stands; None where most are distinct."""
    if len(text) < _MANY:
        return None
    sample = text.take(pa.array(np.linspace(0, len(text) - 1, _SAMPLE).astype("int64")))
    if len(sample.unique()) > _SAMPLE // 2:
        return None
    return text.dictionary_encode(null_encoding="encode")


def once_per_word(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Have a parser see each distinct cell of a long column once, and spread what it finds."""

    @wraps(parse)
    def spread(column: pd.Series, *args: Any, **kwargs: Any) -> Any:
        by_cell = any(isinstance(each, np.ndarray) for each in (*args, *kwargs.values()))
        words = None if by_cell else _words(as_array(column))
        if words is None:
            return parse(column, *args, **kwargs)
        places = words.indices.to_numpy()
        found = parse(as_text(words.dictionary), *args, **kwargs)
        if isinstance(found, pd.Series):
            return _at(found, places, column.index)
        return type(found)(*(_at(part, places, column.index) for part in found))

    return spread


def _at(part: Any, places: np.ndarray, index: pd.Index) -> Any:
    """What was found for words, for every cell: a column, a mask, or a fact about all of them."""
    if isinstance(part, pd.Series):
        return pd.Series(part.array.take(places), index=index, copy=False)
    return part[places] if isinstance(part, np.ndarray) else part


def cleaned(column: pd.Series) -> pd.Series:
    """Texts without tabs, spaces and invisible characters at their edges; null words missing.

    >>> cleaned(pd.Series(["7599\\t", "--", " a "], dtype="str")).tolist()
    ['7599', nan, 'a']
    """
    return cleaned_text(as_array(column), column.index)


def cleaned_text(array: pa.Array, index: pd.Index) -> pd.Series:
    """The same of an Arrow array, as a column."""
    words = array if pa.types.is_dictionary(array.type) else _words(array)
    text = array if words is None else words.dictionary
    text = without(pc.utf8_trim(text, EDGES), _NULL_WORDS)
    return as_text(text if words is None else text.take(words.indices), index)


def without(array: pa.Array, words: pa.Array) -> pa.Array:
    """The texts with some words missing."""
    null = pc.is_in(array, words)
    return pc.if_else(null, _NOTHING, array) if null.true_count else array


def matches(text: pa.Array, pattern: str) -> np.ndarray:
    """Which texts a pattern matches as a whole."""
    return marked(pc.match_substring_regex(text, f"^(?:{pattern})$"))


def marked(found: pa.Array) -> np.ndarray:
    """A mask out of Arrow: missing is false, and the copy can be written to."""
    if found.null_count:
        found = found.fill_null(False)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def filled(text: pa.Array) -> np.ndarray:
    """Which cells hold a text that is not empty."""
    return text.is_valid().to_numpy(zero_copy_only=False)


def where(text: pa.Array, mask: np.ndarray) -> pa.Array:
    """The texts under a mask, missing elsewhere."""
    return pc.if_else(pa.array(mask), text, _NOTHING)


def numbers(text: pa.Array) -> np.ndarray:
    """Floats of texts that already look like numbers; missing stays missing."""
    return pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)


def fill(values: np.ndarray, mask: np.ndarray, text: pa.Array) -> None:
    """Put the numbers of the texts under a mask into an array of floats."""
    if mask.all():
        values[:] = numbers(text)
    elif mask.any():
        values[mask] = numbers(text.filter(pa.array(mask)))
