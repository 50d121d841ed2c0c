"""Responses of the platform's API, saved as JSON: sheets whose headers are the fields' paths.

A file may hold one response, a list of them, a bare list of what responses hold, or one of these
per line. Only the shape decides what it is; everything after is the way of any other sheet.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import ExportError
from .files import BookSheet, Cells

Entry = dict[str, Any]
Row = dict[str, Any]

_LISTS = ("orders", "sample_applications", "list")
_AGAIN = "Download it again and save the whole response."
_NO_RESPONSE = (
    "is JSON, but holds no response the kit knows: affiliate orders (orders[].skus[]), the GMV Max "
    "report (list[].dimensions, metrics) or sample applications (sample_applications[]). "
    "Export the table as csv or xlsx instead."
)
_SHOP_ORDERS = (
    "holds shop orders of the API, which name buyers otherwise than the file does. "
    "Export shop orders from Seller Center > Orders > Manage orders instead."
)
# What the API's affiliate orders do not have, and what an order has only later or by one route.
_NEVER = frozenset({"paid_at", "commission_paid_at"})
_UNTIL_KNOWN = frozenset(
    ("delivered_at", "post_id", "standard_commission_actual")
    + ("shop_ads_commission_estimated", "shop_ads_commission_actual")
)
# An order that is one of these is so whatever its settlement says.
_DECIDED = {"UNPAID", "CANCELLED", "CANCELED"}
# Lines with more than one piece must agree this well on whether the price is of one or of all.
_CLEAR_SHARE = 0.9


@dataclass
class ApiSheet(BookSheet):
    """The entries of one kind of response."""

    def cells(self, header_row: int, positions: Sequence[int]) -> Cells:
        """The cells of some columns; an entry's row is its number, from 1."""
        found = super().cells(header_row, positions)
        found.row = found.row - 1
        return found


def sheets(text: str, zone: str) -> list[ApiSheet]:
    """A sheet for each kind of response in a JSON text; its times in `zone`, as exports print.

    Raises ExportError for torn or unknown JSON, for an error that was saved as a response, and
    for a report of which pages are missing.
    """
    pages = _pages(_documents(text))
    entries = [entry for page in pages for entry in _entries(page)]
    strange = [entry for entry in entries if not any(shape.fits(entry) for shape in _SHAPES)]
    if any("line_items" in entry for entry in strange):
        raise ExportError(_SHOP_ORDERS)
    if strange or not pages:
        raise ExportError(_NO_RESPONSE)
    if not entries:
        raise ExportError("is a response without a single entry. Remove the file from exports.")
    found = [
        shape.sheet(own, zone)
        for shape in _SHAPES
        if (own := [entry for entry in entries if shape.fits(entry)])
    ]
    notes = _missing_pages(pages, len(entries))
    if len(found) == 1:
        found[0].name = None
    found[0].notes += notes
    return found


def _documents(text: str) -> list[Any]:
    """What the file holds: one JSON value, or one per line."""
    try:
        return [json.loads(text, parse_constant=_no_constant)]
    except RecursionError:
        raise ExportError("is JSON nested too deep for a response of the platform.") from None
    except ValueError as error:
        problem = error
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) > 1:
            return [json.loads(line, parse_constant=_no_constant) for line in lines]
    except (ValueError, RecursionError):
        pass
    place = f"line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else "a value"
    raise ExportError(f"is damaged or incomplete JSON (see {place}). {_AGAIN}")


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _pages(documents: Sequence[Any]) -> list[Entry]:
    """Every response as its data; bare entries become one page."""
    flat = [one for each in documents for one in (each if isinstance(each, list) else [each])]
    if not all(isinstance(one, dict) for one in flat):
        raise ExportError(_NO_RESPONSE)
    pages, bare = [], []
    for one in flat:
        data = one.get("data", one) if "data" in one or "code" in one else one
        if one.get("code") not in (None, 0, "0"):
            raise ExportError(
                f"holds an error of the platform's API (code {one['code']}) and no data. {_AGAIN}"
            )
        if isinstance(data, dict) and any(isinstance(data.get(name), list) for name in _LISTS):
            pages.append(data)
        elif isinstance(data, list):
            bare += data
        else:
            bare.append(one)
    return pages + ([{"list": bare}] if bare else [])


def _entries(page: Entry) -> list[Entry]:
    found = next(page[name] for name in _LISTS if isinstance(page.get(name), list))
    if not all(isinstance(entry, dict) for entry in found):
        raise ExportError(_NO_RESPONSE)
    return found


def _missing_pages(pages: Sequence[Entry], held: int) -> list[str]:
    """Refuse a report without all its pages; say how many orders the API counted beside these."""
    for page in pages:
        told = page.get("page_info")
        if isinstance(told, dict) and (_whole(told.get("total_page")) or 1) > len(pages):
            raise ExportError(
                f"holds {len(pages)} of the {told['total_page']} pages of its report. Put all "
                "pages into one file (one response per line), since a later file of the same days "
                "replaces an earlier one."
            )
    counted = max((_whole(page.get("total_count")) or 0 for page in pages), default=0)
    if counted > held:
        return [f"holds {held} of the {counted} entries that the API counted: more pages exist"]
    return []


@dataclass(frozen=True)
class _Shape:
    """One kind of response: how its entries look, and how they become rows."""

    name: str
    marks: tuple[str, ...]
    rows: Callable[[Sequence[Entry], str], Iterator[Row]]
    optional: frozenset[str] = frozenset()

    def fits(self, entry: Entry) -> bool:
        return all(mark in entry for mark in self.marks)

    def sheet(self, entries: Sequence[Entry], zone: str) -> ApiSheet:
        rows = list(self.rows(entries, zone))
        notes = _line_totals(rows) if self.name == "orders" else []
        header = list(dict.fromkeys(name for row in rows for name in row))
        table = [tuple(header), *(tuple(row.get(name) for name in header) for row in rows)]
        return ApiSheet(self.name, table, notes, optional=self.optional)


def _order_rows(orders: Sequence[Entry], zone: str) -> Iterator[Row]:
    """One row per SKU line of an affiliate order."""
    for order in orders:
        whole = {
            f"orders.{name}": _moment(value, zone) if name.endswith("_time") else _plain(value)
            for name, value in order.items()
            if not isinstance(value, list)
        }
        for line in order["skus"] if isinstance(order["skus"], list) else ():
            row = {**whole, **_fields("orders.skus", line)}
            status = str(order.get("status") or "").upper()
            if status in _DECIDED or not row.get("orders.skus.settlement_status"):
                row["orders.skus.settlement_status"] = _plain(order.get("status"))
            for name in ("commission_rate", "shop_ads_commission_rate"):
                path = f"orders.skus.{name}"
                row[path] = _hundredths_of_percent(row.get(path))
            yield row


def _report_rows(entries: Sequence[Entry], zone: str) -> Iterator[Row]:
    """One row per creative and day; every figure is printed as text, rates in percent."""
    for entry in entries:
        row = {
            **_fields("dimensions", entry["dimensions"]),
            **_fields("metrics", entry["metrics"]),
        }
        for name, value in row.items():
            if "_rate" in name and isinstance(value, str) and _number(value) is not None:
                row[name] = f"{value}%"
            elif name in ("metrics.cost", "metrics.gross_revenue", "metrics.cost_per_order"):
                row[name] = value if _number(value) is None else _number(value)
        yield row


def _application_rows(entries: Sequence[Entry], zone: str) -> Iterator[Row]:
    """One row per application of a creator for a sample."""
    for entry in entries:
        row = _fields("sample_applications", entry)
        for part in ("creator", "product"):
            row |= _fields(f"sample_applications.{part}", entry.get(part) or {})
        yield row


_SHAPES = (
    _Shape(
        "orders",
        ("skus",),
        _order_rows,
        optional=_NEVER | _UNTIL_KNOWN,
    ),
    _Shape("list", ("dimensions", "metrics"), _report_rows),
    _Shape("sample_applications", ("creator", "product"), _application_rows),
)


def _fields(path: str, entry: Any) -> Row:
    """The fields of one object under their paths: amounts as numbers, their currency beside."""
    if not isinstance(entry, dict):
        raise ExportError(_NO_RESPONSE)
    row: Row = {}
    currencies = set()
    for name, value in entry.items():
        if isinstance(value, dict) and set(value) <= {"amount", "currency"}:
            amount = value.get("amount")
            number = _number(amount)
            row[f"{path}.{name}"] = _plain(amount) if number is None else number
            currencies |= {str(value["currency"])} if value.get("currency") else set()
        elif not isinstance(value, dict | list):
            row[f"{path}.{name}"] = _plain(value)
    if currencies:
        row[f"{path}.currency"] = " and ".join(sorted(currencies))
    return row


def _plain(value: Any) -> Any:
    """A JSON value as a cell: numbers stay numbers, so that a rounded id is seen as one."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value if isinstance(value, int | float) else None


def _number(value: Any) -> float | None:
    """A printed number ("39.80") or a real one; anything else is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and "_" not in str(value) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _moment(value: Any, zone: str) -> Any:
    """Seconds (or milliseconds) since 1970 as the local time an export would print; 0 is none."""
    seconds = _number(value)
    if seconds is None:
        return _plain(value)
    if seconds > 1e11:
        seconds /= 1000
    if seconds <= 0 or seconds > 4e9:
        return None if seconds == 0 else str(value)
    local = datetime.fromtimestamp(int(seconds), UTC).astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M:%S")


def _hundredths_of_percent(value: Any) -> Any:
    """ "1500" is 15.00 %.

    >>> _hundredths_of_percent("1500"), _hundredths_of_percent("")
    ('15%', None)
    """
    number = _number(value)
    return (value or None) if number is None else f"{number / 100:g}%"


def _line_totals(rows: Sequence[Row]) -> list[str]:
    """Make every price the total of its line; the files seen print that, the API says neither.

    Where a line has several pieces, its commission base is near the price (a total) or near the
    price times the quantity (of one piece). Lines that disagree on it raise ExportError.
    """
    price, base, quantity = (
        f"orders.skus.{name}" for name in ("price", "estimated_commission_base", "quantity")
    )
    several = [row for row in rows if (_number(row.get(quantity)) or 0) > 1]
    shown = [row for row in several if _positive(row.get(price)) and _positive(row.get(base))]
    single = sum(
        abs(math.log(row[base] / row[price]))
        > abs(math.log(row[base] / row[price] / float(row[quantity])))
        for row in shown
    )
    share = single / len(shown) if shown else 0.0
    if 1 - _CLEAR_SHARE < share < _CLEAR_SHARE:
        raise ExportError(
            f"prints the price of one piece in {single} lines and of the whole line in "
            f"{len(shown) - single}, judged by the commission base. Export affiliate orders as csv "
            "or xlsx instead."
        )
    if share >= _CLEAR_SHARE:
        for row in several:
            if _positive(row.get(price)):
                row[price] = round(row[price] * float(row[quantity]), 2)
        return [f"prices are of one piece: multiplied by the quantity in {len(several)} lines"]
    if several and not shown:
        return [f"prices of {len(several)} lines of several pieces are taken as the lines' totals"]
    return []


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0
