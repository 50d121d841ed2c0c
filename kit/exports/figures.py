"""What a relation between columns is, and the columns as it sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from . import words
from .kinds import type_of
from .texts import as_array, as_text

FIRST_ROWS = 5_000  # of a file: what its columns are shows in them, however long it is


class Trust(Enum):
    """How far a relation carries.

    EXACT holds by definition: a row that breaks it holds a wrong figure. USUAL is how the platform
    counts: a file that mostly breaks it is wrong, single rows are only where the file shows that it
    keeps to it. LEARNED is known of single rows alone, and from such a file alone. BULK says
    something of a whole file, never of a row. WITNESS has weight only where exchanging two headers
    would mend every break; so have all others.
    """

    EXACT = "exact"
    USUAL = "usual"
    LEARNED = "learned"
    BULK = "bulk"
    WITNESS = "witness"


class Figures:
    """The columns of a sheet as arrays, with two of them exchanged if `exchanged` says so."""

    def __init__(
        self,
        typed: Mapping[str, pd.Series],
        text: Mapping[str, pd.Series],
        rows: np.ndarray,
        exchanged: Mapping[str, str] | None = None,
        shared: dict | None = None,
        slip: tuple[str, int] = ("", 0),
    ) -> None:
        self.typed, self.text, self.rows = typed, text, rows
        self.exchanged = exchanged or {}
        self.slip = slip
        self.shared: dict = {} if shared is None else shared

    def swapped(self, one: str, other: str) -> Figures:
        """The same sheet with the headers of two columns exchanged."""
        return Figures(self.typed, self.text, self.rows, {one: other, other: one}, self.shared)

    def slipped(self, column: str, by: int) -> Figures:
        """The same sheet with one column moved by some rows."""
        return Figures(self.typed, self.text, self.rows, None, self.shared, (column, by))

    def __contains__(self, name: str) -> bool:
        return name in self.typed or name in self.text

    def _once(self, what: str, name: str, make: Callable[[str], np.ndarray]) -> np.ndarray:
        own = self.exchanged.get(name, name)
        if (what, own) not in self.shared:
            self.shared[what, own] = make(own)
        found = self.shared[what, own]
        return np.roll(found, self.slip[1]) if own == self.slip[0] else found

    def number(self, name: str) -> np.ndarray:
        """A column as floats, missing as NaN; moments in seconds."""
        return self._once("number", name, self._number)

    def _number(self, own: str) -> np.ndarray:
        column = self.typed[own]
        if type_of(own) == "time":
            seconds = column.dt.as_unit("us").astype("int64").to_numpy() / 1e6
            seconds[column.isna().to_numpy()] = np.nan
            return seconds if self._whole else seconds[self.rows]
        values = column.to_numpy(dtype="float64", na_value=np.nan)
        return values if self._whole else values[self.rows]

    def words(self, name: str) -> pd.Series:
        """A column as printed, trimmed."""
        return self._moved(name, self.text[self.exchanged.get(name, name)][self.rows])

    def first_words(self, name: str) -> pd.Series:
        """The first rows of it: enough to tell one column from another."""
        return self._moved(name, self.text[self.exchanged.get(name, name)].iloc[self._first])

    def _moved(self, name: str, cells: pd.Series) -> pd.Series:
        if name != self.slip[0]:
            return cells
        return pd.Series(np.roll(cells.to_numpy(), self.slip[1]), index=cells.index, dtype="str")

    def printed(self, name: str) -> np.ndarray:
        """Which cells of a column hold anything."""
        return self._once("printed", name, lambda own: self.text[own].notna().to_numpy()[self.rows])

    def says(self, name: str, register: str, codes: frozenset[str] | None = None) -> np.ndarray:
        """Which cells hold a word that a register knows, or knows by one of some codes."""
        return self._once(
            f"says {register} {sorted(codes or ())}",
            name,
            lambda own: self._says(own, register, codes),
        )

    def _says(self, own: str, register: str, codes: frozenset[str] | None) -> np.ndarray:
        """Looked up once for each different word: a large file has few."""
        if ("words", own) not in self.shared:
            cells = as_array(self.text[own])
            cells = cells if self._whole else cells.filter(pa.array(self.rows))
            encoded = cells.dictionary_encode()
            places = encoded.indices.fill_null(-1).to_numpy()
            self.shared["words", own] = places, as_text(encoded.dictionary)
        places, different = self.shared["words", own]
        found = words.coded(different, register)
        known = (found.notna() if codes is None else found.isin(codes)).to_numpy(dtype=bool)
        return np.append(known, False)[places]  # an empty cell, at -1, says nothing

    def codes(self, name: str) -> np.ndarray:
        """The first rows as numbers, one per different text; −1 where empty."""
        return self._once(
            "codes", name, lambda own: pd.factorize(self.text[own].iloc[self._first])[0]
        )

    def empty(self, name: str) -> bool:
        """Whether a column holds nothing at all."""
        return bool(self.text[name].isna().all())

    def varies(self, name: str) -> bool:
        """Whether a text column says more than one thing; one that does not could be any."""
        codes = self.codes(name)
        return bool(len(codes) and codes.max() > 0) or len(codes) == 1

    @cached_property
    def _whole(self) -> bool:
        return bool(self.rows.all())

    @cached_property
    def _first(self) -> np.ndarray:
        return np.flatnonzero(self.rows[:FIRST_ROWS])


Verdict = tuple[np.ndarray, np.ndarray]  # rows that can be compared, and those of them that agree


@dataclass(frozen=True)
class Relation:
    """One bond between columns: `test` says of each row whether it tells, and whether it agrees.

    `said` is a sentence with the columns' names in braces, true where the relation holds.
    """

    rule: str
    columns: tuple[str, ...]
    said: str
    trust: Trust
    test: Callable[[Figures], Verdict]
    telling: bool = False  # no single row agrees by chance once two columns are exchanged
    moved: Callable[[Figures, np.ndarray], bool] | None = (
        None  # right figures in wrong rows, or size
    )
