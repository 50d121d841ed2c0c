"""Platform exports: recognise a downloaded file by its headers and read it into typed columns.

Reading order: `reading` (what goes in and comes out), `kinds` and `headers` (what is known),
`books`, `files` and `recognise` (which kind a sheet is), `texts`, `values`, `dates`, `words` and
`typed` (cells to values), `nondata`, `setaside` and `repeats` (which rows count), `read` (all of
it).
"""

from .kinds import KINDS
from .read import read_file
from .reading import SET_ASIDE_COLUMNS, Export, Reading

__all__ = ["KINDS", "SET_ASIDE_COLUMNS", "Export", "Reading", "read_file"]
