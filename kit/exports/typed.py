"""The text columns of one sheet to typed columns, each with a mask of what it cannot read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .. import threads
from ..errors import ExportError
from . import dates, day_order, values, words
from .day_evidence import Dated, Place
from .day_order import DayOrder
from .headers import printed
from .kinds import Kind, type_of
from .reading import Reading

RULES = {
    "id": "is_an_id",
    "money": "is_money",
    "count": "is_a_count",
    "number": "is_a_number",
    "rate": "is_a_rate",
    "time": "is_a_time",
    "day": "is_a_day",
}

# Units of one shop order line: more is a postcode or a telephone number in the wrong column.
MOST_UNITS = 10_000


@dataclass
class Typed:
    """Typed columns, masks of broken cells by column and rule, and what was noticed."""

    columns: dict[str, pd.Series]
    broken: dict[str, tuple[np.ndarray, str]] = field(default_factory=dict)
    damaged: dict[str, np.ndarray] = field(default_factory=dict)
    ids: dict[str, values.Ids] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    day_order: DayOrder | None = None

    def add(self, part: Typed) -> None:
        """Take over what was made of some of the columns."""
        self.columns |= part.columns
        self.broken |= part.broken
        self.damaged |= part.damaged
        self.ids |= part.ids
        self.marks |= part.marks
        self.notes += part.notes

    def unreadable(self, column: str) -> np.ndarray | None:
        """The cells of a column that hold something and could not be read."""
        broken = self.broken[column][0] if column in self.broken else None
        damaged = self.damaged.get(column)
        return damaged if broken is None else broken if damaged is None else broken | damaged


def typed(
    kind: Kind,
    text: Mapping[str, pd.Series],
    numeric: Mapping[str, np.ndarray],
    real_dates: Mapping[str, np.ndarray],
    reading: Reading,
    place: Place,
) -> Typed:
    """Parse every column of a sheet by its type; nothing is dropped here."""
    result = Typed({})
    by_type: dict[str, list[str]] = {}
    for name in text:
        by_type.setdefault(type_of(name), []).append(name)
    style = values.convention(
        reading.currency, [text[c] for c in by_type.get("money", [])], ads=kind.ads
    )
    if style is None:
        raise ExportError(
            f"writes {reading.currency} amounts with dots and with commas, or in a way that "
            "leaves open which is the decimal sign. Download the export again in one language."
        )
    rows = len(next(iter(text.values()), ()))
    for part in threads.each(
        lambda name: _plain_column(kind, name, text[name], style, numeric.get(name), reading),
        text,
        rows,
    ):
        result.add(part)
    _damaged_together(result, None if kind.product_lists else text.get("product_name"))
    _rates(result, text, by_type.get("rate", []), style, numeric)
    times = by_type.get("time", []) + by_type.get("day", [])
    _times(result, kind, times, text, real_dates, reading, place)
    return result


def _plain_column(
    kind: Kind,
    name: str,
    column: pd.Series,
    style: str,
    numeric: np.ndarray | None,
    reading: Reading,
) -> Typed:
    """One column whose meaning does not depend on other columns."""
    result = Typed({})
    type_ = type_of(name)
    parsed: values.Parsed | None = None
    if type_ == "money":
        parsed = values.money(column, style, numeric)
        result.marks |= parsed.marks
    elif type_ == "count":
        parsed = values.count(column, numeric, ads=kind.ads)
        if kind.name == "shop_orders":
            shifted = parsed.values.gt(MOST_UNITS).fillna(False).to_numpy(dtype=bool)
            parsed = parsed._replace(bad=parsed.bad | shifted)
    elif type_ == "number":
        parsed = values.number(column, style, numeric)
    elif type_ == "id":
        several = name == "product_id" and kind.product_lists
        found = values.id_lists(column) if several else values.ids(column, numeric)
        result.ids[name] = found
        result.damaged[name] = found.damaged
        parsed = values.Parsed(found.values, found.bad)
    if parsed is not None:
        result.columns[name] = parsed.values
        result.broken[name] = (parsed.bad, f"{name}_{RULES[type_]}")
    elif type_ == "handle":
        result.columns[name] = values.handles(column)
    elif type_ == "buyer":
        result.columns[name] = values.buyer_keys(column, reading.salt)
    elif type_ == "flag":
        result.columns[name] = _flag(result, kind, name, column)
    elif type_ == "text":
        result.columns[name] = column
    return result


def _damaged_together(result: Typed, products: pd.Series | None) -> None:
    """Ids in zeros that the other ids of their row or file show to be rounded.

    A row in which all of two and more ids end in zeros went through a spreadsheet, unless an id is
    the round one of a run: others of its column begin with the same 15 digits. The only id of a
    column is taken for rounded where no other id of the file is whole, or where that of another
    column ends in zeros too: two of them are no chance. So it is where one product id stands
    beside several products' names: ids alike in their first digits become one.
    """
    found = result.ids
    if not any(one.tails.any() for one in found.values()):
        return
    whole = np.logical_or.reduce([one.whole for one in found.values()])
    together = (np.sum([one.tails for one in found.values()], axis=0) >= 2) & ~whole
    if together.any():
        together &= ~np.logical_or.reduce([_of_a_run(one) for one in found.values()])
    lone = [name for name, one in found.items() if one.lone]
    for name, one in found.items():
        rounded = together & one.tails
        several = name == "product_id" and products is not None and products.nunique() > 1
        if one.lone and (len(lone) > 1 or not whole.any() or several):
            rounded = one.tails
        result.damaged[name] = result.damaged[name] | rounded


def _of_a_run(found: values.Ids) -> np.ndarray:
    """The zero-tailed ids whose first 15 digits another id of the column has too."""
    prefix = found.values.astype("str").str[:15]
    others = set(prefix[~found.tails & prefix.isin(prefix[found.tails])])
    return found.tails & prefix.isin(others).to_numpy()


def _flag(result: Typed, kind: Kind, name: str, column: pd.Series) -> pd.Series:
    """Yes and no in any registered language; an unknown word is missing and noted."""
    codes = words.coded(column, "yes_no")
    unknown = sorted(column[column.notna() & codes.isna()].unique())
    if unknown and len(unknown) <= 5:
        result.notes.append(f"{printed(kind.name, name)} says neither yes nor no: {unknown}")
    return (codes == "yes").astype("boolean").mask(codes.isna())


def _rates(
    result: Typed,
    text: Mapping[str, pd.Series],
    names: list[str],
    style: str,
    numeric: Mapping[str, np.ndarray],
) -> None:
    """Rates as fractions; unsigned figures take the scale that clicks ÷ impressions show."""
    printed_rates = {name: values.rates(text[name], style, numeric.get(name)) for name in names}
    percent = _unsigned_percent(result, printed_rates)
    for name, rate in printed_rates.items():
        share = np.where(rate.signed, rate.printed / 100, rate.printed)
        if name.endswith("commission_rate"):
            unsigned = _commission_rate(result, name, rate.printed)
        else:
            unsigned = rate.printed / 100 if percent else rate.printed
        share = np.where(rate.signed, share, unsigned)
        result.columns[name] = pd.Series(share, index=text[name].index).round(12)
        result.broken[name] = (rate.bad, f"{name}_{RULES['rate']}")


def _click_through(result: Typed, rates: Mapping[str, values.Rates], signed: bool) -> np.ndarray:
    """Printed click-through rates over clicks ÷ impressions, where the counts are large enough."""
    rate = rates.get("click_through_rate_reported")
    clicks, shown = result.columns.get("clicks"), result.columns.get("impressions")
    if rate is None or clicks is None or shown is None:
        return np.array([])
    seen = shown.to_numpy(dtype="float64", na_value=np.nan)
    clicked = clicks.to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = rate.printed / (clicked / seen)
    usable = (rate.signed == signed) & (clicked >= 1) & (seen >= 1) & (rate.printed > 0)
    return ratio[usable & np.isfinite(ratio)]


def _unsigned_percent(result: Typed, rates: Mapping[str, values.Rates]) -> bool:
    """Whether figures without a percent sign are percents (5.93) and not fractions (0.0593)."""
    signed = _click_through(result, rates, signed=True)
    if len(signed) and not 50 < np.median(signed) < 200 and np.median(signed) < 5:
        result.notes.append(
            "the printed click-through rate is about a hundredth of clicks ÷ impressions"
        )
    unsigned = _click_through(result, rates, signed=False)
    if len(unsigned):
        return bool(np.median(unsigned) > 10)
    shares = [
        rate.printed[~rate.signed]
        for name, rate in rates.items()
        if name.startswith("view_rate") or name == "completion_rate"
    ]
    return any(bool((share[~np.isnan(share)] > 1).any()) for share in shares)


def _commission_rate(result: Typed, name: str, printed_rate: np.ndarray) -> np.ndarray:
    """Commission rates without a percent sign: 15 and 0.15 both mean 15 %.

    Where the line prints a base and a commission, the nearer reading counts; otherwise rates
    of 1 and more are percents, since the platform has no commission below 1 % or of 100 %.
    """
    route = "standard" if name.startswith("standard") else "shop_ads"
    base = result.columns.get("commission_base_estimated")
    paid = result.columns.get(f"{route}_commission_estimated")
    share = np.where(printed_rate >= 1, printed_rate / 100, printed_rate)
    if base is None or paid is None:
        return share
    with np.errstate(divide="ignore", invalid="ignore"):
        real = paid.to_numpy() / base.to_numpy()
    known = np.isfinite(real) & (real > 0)
    percent = np.abs(printed_rate / 100 - real) < np.abs(printed_rate - real)
    return np.where(known, np.where(percent, printed_rate / 100, printed_rate), share)


def _times(
    result: Typed,
    kind: Kind,
    times: list[str],
    text: Mapping[str, pd.Series],
    real_dates: Mapping[str, np.ndarray],
    reading: Reading,
    place: Place,
) -> None:
    """All time columns of a sheet under one day order, as UTC instants (days stay days)."""
    if not times:
        return
    found = threads.each(lambda name: dates.parts(text[name]), times, len(text[times[0]]))
    parts = dict(zip(times, found, strict=True))
    for name, part in parts.items():
        real = real_dates.get(name)
        if real is not None and real.any() and (part.good & ~part.year_first & ~real).any():
            raise ExportError(
                f"mixes real dates and text in {printed(kind.name, name)}: a spreadsheet may have "
                "swapped days and months. Download the export again and do not open it."
            )
    order = result.day_order = day_order.settle(kind, Dated(parts, text, place), reading)
    if order.note:
        result.notes.append(order.note)
    zone = reading.ads_time_zone if kind.ads else reading.export_time_zone
    for name, part in parts.items():
        local, bad = dates.local_times(part, order.order)
        result.broken[name] = (bad, f"{name}_{RULES[type_of(name)]}")
        if type_of(name) == "day":
            result.columns[name] = local.dt.normalize()
            continue
        result.columns[name] = dates.to_utc(local, zone)
        if name == "published_at":
            result.columns["published_on"] = local.dt.normalize()
