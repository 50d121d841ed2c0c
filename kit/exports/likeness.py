"""Relations that know a column by what its cells look like: words, names, links and ids."""

from __future__ import annotations

import numpy as np

from .figures import Figures, Relation, Trust, Verdict

HOUR = 3600.0
# Ids are looked at in so many rows: what they look like shows in few.
FEW_ROWS = 100
_YES, _CANCELLED = frozenset({"yes"}), frozenset({"cancelled"})


def status_allows(
    what: str, register: str, codes: frozenset[str], trust: Trust, words_of: str = "status"
) -> Relation:
    """`what` is printed (and not 0) only in rows whose status is one of `codes`."""

    def test(figures: Figures) -> Verdict:
        figure = figures.number(what)
        told = ~np.isnan(figure) & (figure != 0)
        told &= figures.says(words_of, register)
        return told, told & figures.says(words_of, register, codes)

    text = f"{{{what}}} stands only where {{{words_of}}} allows it"
    return Relation(f"{what}_fits_{words_of}", (what, words_of), text, trust, test)


def known_word(column: str, register: str) -> Relation:
    """The column's words are those of its register."""

    def test(figures: Figures) -> Verdict:
        told = figures.printed(column)
        return told, told & figures.says(column, register)

    text = f"{{{column}}} holds a word that is known there"
    return Relation(f"{column}_is_known", (column,), text, Trust.WITNESS, test, True)


def shaped(column: str, pattern: str, said: str, trust: Trust) -> Relation:
    """Every cell of the column has a shape; `said` says which, to follow the column's name."""

    def test(figures: Figures) -> Verdict:
        whole = trust in (Trust.USUAL, Trust.EXACT)
        cells = figures.words(column) if whole else figures.first_words(column)
        told = cells.notna().to_numpy()
        found = cells.str.fullmatch(pattern).fillna(False).to_numpy(dtype=bool)
        return told, told & found

    return Relation(f"{column}_is_shaped", (column,), f"{{{column}}} {said}", trust, test, True)


def one_word(column: str, said: str) -> Relation:
    """A text that is the same in all rows has no spaces."""

    def test(figures: Figures) -> Verdict:
        cells = figures.first_words(column)
        if figures.varies(column):
            return np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool)
        told = cells.notna().to_numpy()
        spaced = cells.str.contains(r"\s", regex=True).fillna(False).to_numpy(dtype=bool)
        return told, told & ~spaced

    return Relation(f"{column}_is_one_word", (column,), f"{{{column}}} {said}", Trust.BULK, test)


def named_in(name: str, link: str, trust: Trust) -> Relation:
    """The link of a row names the row's id or user."""

    def test(figures: Figures) -> Verdict:
        pattern = r"/video/(\d{6,})" if name == "post_id" else r"/@([^/]+)/"
        found = figures.words(link).str.extract(pattern, expand=False).str.lower()
        own = figures.words(name).str.strip("@\t ").str.lower()
        told = (found.notna() & own.notna()).to_numpy() & (found.nunique() > 1)
        return told, told & (found == own).to_numpy(dtype=bool)

    text = f"{{{link}}} names the {{{name}}}"
    return Relation(f"{link}_names_{name}", (name, link), text, trust, test)


def printed(column: str, trust: Trust = Trust.WITNESS) -> Relation:
    """Every row has the text."""

    def test(figures: Figures) -> Verdict:
        whole = trust in (Trust.USUAL, Trust.EXACT)
        cells = figures.words(column) if whole else figures.first_words(column)
        there = cells.notna().to_numpy()
        return np.ones_like(there), there

    text = f"every row has {{{column}}}"
    return Relation(f"{column}_is_printed", (column,), text, trust, test)


def made(post: str, published: str) -> Relation:
    """A post's id carries the second of its making in its upper half."""

    def test(figures: Figures) -> Verdict:
        ids = figures.words(post).str.extract(r"(\d{19})", expand=False)
        seconds = ids.astype("Float64").to_numpy(dtype="float64", na_value=np.nan) / 2**32
        shown = figures.number(published)
        told = ~np.isnan(seconds) & ~np.isnan(shown)
        return told, told & (seconds - shown > -HOUR) & (seconds - shown < 25 * HOUR)

    text = f"{{{post}}} carries the day of {{{published}}}"
    return Relation(f"{post}_is_made_{published}", (post, published), text, Trust.LEARNED, test)


def belongs(many: str, one: str, said: str, trust: Trust = Trust.BULK) -> Relation:
    """All rows of one `many` have one `one`: the first met counts, the others break it."""

    def test(figures: Figures) -> Verdict:
        a, b = figures.codes(many), figures.codes(one)
        told = (a >= 0) & (b >= 0)
        if not told.any() or np.ptp(a[told]) == 0:
            return np.zeros_like(told), np.zeros_like(told)
        first = np.full(a.max() + 2, -1, dtype="int64")
        first[a[told][::-1]] = b[told][::-1]
        several = np.bincount(a[told], minlength=len(first)) > 1
        told &= several[a]
        return told, told & (first[a] == b)

    return Relation(f"{many}_has_one_{one}", (many, one), said, trust, test)


def gone_with_refund(flag: str, base: str) -> Relation:
    """A line is fully refunded exactly where nothing is left to pay commission on."""

    def test(figures: Figures) -> Verdict:
        left = figures.number(base)
        told = ~np.isnan(left) & figures.says(flag, "yes_no")
        return told, told & (figures.says(flag, "yes_no", _YES) == (left == 0))

    text = f"{{{flag}}} is yes where {{{base}}} is 0"
    return Relation(f"{flag}_empties_{base}", (flag, base), text, Trust.WITNESS, test)


def refund_has_reason(refund: str, returned: str, status: str) -> Relation:
    """Money goes back where pieces did, or where the order was cancelled."""

    def test(figures: Figures) -> Verdict:
        back, pieces = figures.number(refund), figures.number(returned)
        cancelled = figures.says(status, "shop_status", _CANCELLED)
        told = back > 0
        return told, told & ((pieces > 0) | cancelled)

    text = f"{{{refund}}} has a reason in {{{returned}}} or {{{status}}}"
    columns = (refund, returned, status)
    return Relation(f"{refund}_has_reason", columns, text, Trust.WITNESS, test)


# Shapes of the platform's ids (seen, not promised, so they only witness an exchange): posts carry
# the second of their making in their upper half, products and SKUs begin with 17, orders with 5.
_ID_SHAPES = {
    "post_id": r"[67]\d{18}",
    "product_id": r"17\d{17}(?:[,;].*)?",
    "sku_id": r"17\d{17}",
    "order_id": r"5\d{16,18}",
    "campaign_id": r"1[78]\d{14}",
}
_ANY_ID = "|".join(_ID_SHAPES.values())


def id_shape(column: str) -> Relation:
    """The column's ids look like ids of its own kind, as far as they look like any."""

    def test(figures: Figures) -> Verdict:
        cells = figures.first_words(column).iloc[:FEW_ROWS]
        told = cells.str.fullmatch(_ANY_ID).fillna(False).to_numpy(dtype=bool)
        found = cells.str.fullmatch(_ID_SHAPES[column]).fillna(False).to_numpy(dtype=bool)
        return told, told & found

    text = f"{{{column}}} holds ids of its own kind"
    return Relation(f"{column}_is_its_own", (column,), text, Trust.WITNESS, test, True)
