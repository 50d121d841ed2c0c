"""A file held against itself: columns that contradict each other refuse it or set a row aside.

Every kind prints some figures twice (`bonds`). A header that moved, a figure that was changed or a
column that slipped by a row breaks that arithmetic, and nothing else would show it. Four things
follow, each only on evidence that genuine files never gave:

- Two headers changed places: the breaks are gone once two columns of a type are exchanged.
- The file contradicts itself: under half of at least 8 comparable rows agree. Where nine rows in
  ten do, that happens by chance in one of 2,000 such files. What files are not sure to keep to is
  held against them only where the figures are the right ones in other rows, or of another size.
- A column slipped: its breaks are gone once it is moved by a row.
- A row is wrong: it breaks what holds by definition and what at least three in four of 8
  comparable rows keep to, or what 19 in 20 of 20 rows of this very file keep to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..errors import ExportError
from .bonds import RELATIONS
from .figures import Figures, Relation, Trust
from .headers import printed
from .kinds import Kind, type_of

FEWEST = 8
EXACT_SHARE, USUAL_SHARE = 0.75, 0.85
LEARNED_ROWS, LEARNED_SHARE = 20, 0.95
FEWEST_BREAKS = 3  # that an exchange must mend; below, it must mend all there is
FEWEST_SLIPS = 6
MENDED = 0.9
SORTED_SHARE = 0.2
# Fewer cells than this may stand in order by chance.
FEWEST_SORTED = 20
TOLD_ELSEWHERE = {"gmv_is_its_parts"}  # of creator data, by `finish.notes`


class Broken(NamedTuple):
    """Rows (positions in the sheet) that break a rule, and the column to show of each."""

    positions: np.ndarray
    rule: str
    column: str


class _Found(NamedTuple):
    """A relation, the rows that tell of it and agree (of a broken one), and how many break it."""

    relation: Relation
    told: np.ndarray
    kept: np.ndarray
    breaks: int


_NO_ROWS = np.zeros(0, dtype=bool)


def _tested(relation: Relation, figures: Figures) -> _Found:
    told, kept = relation.test(figures)
    breaks = int(np.count_nonzero(told)) - int(np.count_nonzero(kept))
    if not breaks:
        return _Found(relation, _NO_ROWS, _NO_ROWS, 0)  # nobody asks which rows keep to it
    return _Found(relation, told, kept, breaks)


def check(
    kind: Kind,
    names: Mapping[str, str],
    typed: Mapping[str, pd.Series],
    text: Mapping[str, pd.Series],
    row: np.ndarray,
    good: np.ndarray,
    notes: list[str],
) -> list[Broken]:
    """Rows to set aside since they contradict themselves; raises ExportError for a whole file.

    `names` are the headers as this file prints them, `good` the rows that are data and readable,
    `row` their numbers. What is odd in too few rows to be sure of goes to `notes`.
    """
    figures = Figures(typed, text, good & ~_per_product(kind, text))
    relations = [
        relation
        for relation in RELATIONS.get(kind.name, ())
        if all(column in text for column in relation.columns)
    ]
    found = [_tested(relation, figures) for relation in relations]
    broken = [one for one in found if one.breaks]
    if not broken:
        return []
    _refuse(kind, names, figures, found, broken)
    return _set_aside(kind, names, figures, broken, row, notes)


def _refuse(
    kind: Kind,
    names: Mapping[str, str],
    figures: Figures,
    found: list[_Found],
    broken: list[_Found],
) -> None:
    """Raise ExportError where what is broken tells of the whole file, not of single rows."""
    exchanged = _exchange(figures, found, broken)
    if exchanged is not None:
        raise ExportError(_swapped(kind, names, broken, exchanged))
    slipped = _slipped(figures, found, broken)
    if slipped is not None:
        raise ExportError(
            f"seems to have the cells of {_name(kind, names, slipped)} in other rows than they "
            "belong to: moved by a row, all agrees. Download the export again and do not edit it."
        )
    _refuse_sorted(kind, names, figures, broken)
    ids = [one for one in broken if one.relation.rule.endswith("_is_its_own")]
    if len(ids) > 1 and all(one.breaks >= FEWEST and not one.kept.any() for one in ids):
        columns = ", ".join(_name(kind, names, one.relation.columns[0]) for one in ids)
        raise ExportError(
            f"seems to have the headers {columns} exchanged: each holds ids of another's kind. "
            "Download the export again and do not edit it."
        )
    for one in broken:
        if _contradicts(one, figures):
            raise ExportError(
                f"contradicts itself: in {one.breaks} of {one.told.sum()} rows it is not so that "
                f"{_said(kind, names, one.relation)}. A column stands under another's header, or "
                "figures were moved or changed: download the export again and do not edit it."
            )


def _set_aside(
    kind: Kind,
    names: Mapping[str, str],
    figures: Figures,
    broken: list[_Found],
    row: np.ndarray,
    notes: list[str],
) -> list[Broken]:
    """The rows that contradict themselves; what too few show to be sure goes to `notes`."""
    places = np.flatnonzero(figures.rows)
    aside = []
    for one in broken:
        if _tells_of_rows(one):
            at = places[one.told & ~one.kept]
            aside.append(Broken(at, one.relation.rule, one.relation.columns[0]))
        elif _is_odd(one):
            at = places[one.told & ~one.kept]
            numbers = ", ".join(str(number) for number in row[at][:3])
            notes.append(
                f"it is not so that {_said(kind, names, one.relation)} (row {numbers}"
                f"{' …' if len(at) > 3 else ''}): one of these figures may be wrong"
            )
    return aside


def _refuse_sorted(
    kind: Kind, names: Mapping[str, str], figures: Figures, broken: list[_Found]
) -> None:
    """Raise ExportError for a column in order of its own cells that agrees with no other."""
    for one in broken:
        if one.breaks < max(FEWEST_BREAKS, SORTED_SHARE * one.told.sum()):
            continue
        for column in one.relation.columns:
            if type_of(column) in ("id", "time", "day"):
                continue  # whole files are sorted by these
            cells = figures.words(column).dropna()
            if (
                cells.nunique() > 1
                and cells.is_monotonic_increasing
                and len(cells) >= FEWEST_SORTED
            ):
                raise ExportError(
                    f"seems to have {_name(kind, names, column)} sorted on its own: in "
                    f"{one.breaks} of {one.told.sum()} rows it is not so that "
                    f"{_said(kind, names, one.relation)}. Download the export again and do not "
                    "edit it."
                )


def _per_product(kind: Kind, text: Mapping[str, pd.Series]) -> np.ndarray:
    """Rows of a post that stands once per product: some of their figures are the whole post's."""
    if not kind.product_lists or not {"post_id", "product_id", "handle"} <= set(text):
        return np.zeros(len(next(iter(text.values()))), dtype=bool)
    if not text["post_id"].duplicated().any():
        return np.zeros(len(text["post_id"]), dtype=bool)
    cells = pd.DataFrame({name: text[name] for name in ("post_id", "product_id", "handle")})
    post = cells["post_id"]
    makers = cells[["post_id", "handle"]].drop_duplicates()["post_id"]
    one_maker = ~post.isin(makers[makers.duplicated()])  # else it is no id of a post
    lone = cells[["post_id", "product_id"]].drop_duplicates()["post_id"]
    several = post.isin(lone[lone.duplicated()])
    return (post.notna() & several & one_maker).to_numpy()


def _contradicts(one: _Found, figures: Figures) -> bool:
    told = int(one.told.sum())
    if told < FEWEST or one.kept.sum() * 2 >= told:
        return False
    if one.relation.trust in (Trust.EXACT, Trust.USUAL, Trust.BULK):
        return True
    return one.relation.moved is not None and one.relation.moved(figures, one.told)


def _tells_of_rows(one: _Found) -> bool:
    """Whether a break says that the row is wrong, and not the rule."""
    told, kept = int(one.told.sum()), int(one.kept.sum())
    if one.relation.trust is Trust.EXACT:
        return told >= FEWEST and kept >= EXACT_SHARE * told
    if one.relation.trust is Trust.USUAL:
        return told >= FEWEST and kept >= USUAL_SHARE * told
    if one.relation.trust is Trust.LEARNED:
        return told >= LEARNED_ROWS and kept >= LEARNED_SHARE * told
    return False


def _is_odd(one: _Found) -> bool:
    """Whether a break is worth a word though too little is known to set the row aside."""
    if one.relation.rule in TOLD_ELSEWHERE:
        return False
    if one.relation.trust is Trust.EXACT:
        return True
    if one.told.sum() < FEWEST:
        owed = one.relation.rule.endswith("_is_rate_of_base") and not one.kept.any()
        return one.relation.trust is Trust.USUAL or owed
    return one.relation.trust in (Trust.USUAL, Trust.LEARNED) and one.kept.sum() >= one.breaks


def _exchange(
    figures: Figures, found: list[_Found], broken: list[_Found]
) -> tuple[str, str] | None:
    """The two columns which, exchanged, leave next to no break of any relation."""
    now = sum(one.breaks for one in found)
    alone = now < FEWEST_BREAKS
    if alone and any(one.kept.any() or not one.relation.telling for one in broken):
        return None
    most = 0 if alone else (1 - MENDED) * now
    best: tuple[float, tuple[str, str] | None] = (most + 1, None)
    for pair in _pairs(figures, found, broken):
        left = _left(figures.swapped(*pair), pair, found, min(most, best[0] - 1))
        if left is not None:
            best = (left, pair)
    return best[1]


def _left(other: Figures, pair: tuple[str, str], found: list[_Found], most: float) -> int | None:
    """The breaks left once two columns are exchanged; None as soon as they are above `most`."""
    touched = [one for one in found if set(pair) & set(one.relation.columns)]
    left = sum(one.breaks for one in found) - sum(one.breaks for one in touched)
    for one in touched:
        if left > most:
            return None  # no test takes a break away again, and each looks at every row
        told, kept = one.relation.test(other)
        left += int(told.sum() - kept.sum())
        if one.breaks and not kept.any():
            left += one.breaks  # a break that merely cannot be seen any more is not mended
    return left if left <= most else None


def _slipped(figures: Figures, found: list[_Found], broken: list[_Found]) -> str | None:
    """A column which, moved by a row, leaves next to no break of the relations it is in."""
    for column in dict.fromkeys(c for one in broken for c in one.relation.columns):
        touched = [one for one in found if column in one.relation.columns]
        now = sum(one.breaks for one in touched)
        for by in (1, -1) if now >= FEWEST_SLIPS else ():
            left, most = 0, max(1, (1 - MENDED) * now)
            for one in touched:
                told, kept = one.relation.test(figures.slipped(column, by))
                left += int(told.sum() - kept.sum()) if kept.any() or not one.breaks else now
                if left > most:
                    break
            if left <= most:
                return column
    return None


def _breaks(broken: list[_Found], pair: frozenset[str], but: Trust) -> int:
    """Breaks of the relations of two columns, those of one trust left out."""
    own = [one for one in broken if pair & set(one.relation.columns)]
    return sum(one.breaks for one in own if one.relation.trust is not but)


def _pairs(
    figures: Figures, found: list[_Found], broken: list[_Found]
) -> Iterable[tuple[str, str]]:
    """Pairs of columns of one type, of which at least one is in a broken relation."""
    suspects = list(dict.fromkeys(c for one in broken for c in one.relation.columns))
    worded = {one.relation.columns[0] for one in broken if one.relation.rule.endswith("_is_known")}
    checked = {c for one in found if one.relation.telling for c in one.relation.columns}
    seen = set()
    for one in suspects:
        for other in figures.text:
            pair = frozenset((one, other))
            if one == other or pair in seen or _class(one) != _class(other):
                continue
            seen.add(pair)
            hollow = figures.empty(one) or figures.empty(other)
            if hollow and _breaks(broken, pair, Trust.WITNESS) < FEWEST:
                continue
            vary = figures.varies(one) and figures.varies(other)
            if _class(one) != "text" or vary or pair <= checked or one in worded:
                yield one, other


def _class(column: str) -> str:
    type_ = type_of(column)
    return "text" if type_ in ("handle", "flag", "buyer") else type_


def _swapped(
    kind: Kind, names: Mapping[str, str], broken: list[_Found], pair: tuple[str, str]
) -> str:
    worst = max(broken, key=lambda one: (bool(set(pair) & set(one.relation.columns)), one.breaks))
    one, other = (_name(kind, names, column) for column in pair)
    return (
        f"seems to have the headers {one} and {other} exchanged: in {worst.breaks} of "
        f"{worst.told.sum()} rows it is not so that {_said(kind, names, worst.relation)}, and with "
        "these two columns exchanged all agrees. Download the export again and do not edit it."
    )


def _said(kind: Kind, names: Mapping[str, str], relation: Relation) -> str:
    return relation.said.format(**{c: _name(kind, names, c) for c in relation.columns})


def _name(kind: Kind, names: Mapping[str, str], column: str) -> str:
    return names.get(column) or printed(kind.name, column)
