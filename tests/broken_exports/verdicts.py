"""What became of a damaged file: right, refused, set aside, missing, all said, or silent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from kit.errors import ExportError
from kit.exports import read_file
from tests.broken_exports import alike, clients
from tests.broken_exports.bases import READING, Base
from tests.broken_exports.damages import Variant

RIGHT = "right"
REFUSED = "refused by name"
ASIDE = "rows set aside, said"
MISSING = "column missing, said"
NOTED = "kept, doubt said"
WITHHELD = "withheld by a gate"
ALIKE = "like a true file"
SILENT = "SILENT"
OUTCOMES = (RIGHT, REFUSED, ASIDE, MISSING, NOTED, WITHHELD, ALIKE, SILENT)

_LIST = "window_start window_end handle"
# The columns of each kind that any figure, verdict or list of a report rests on.
COMPARED = {
    "affiliate_orders": "order_id sku_id product_id handle post_id content_type ordered_at paid_at "
    "delivered_at commission_paid_at quantity gmv fully_refunded currency "
    "standard_commission_rate shop_ads_commission_rate commission_base_estimated "
    "commission_base_actual standard_commission_estimated standard_commission_actual "
    "shop_ads_commission_estimated shop_ads_commission_actual status",
    "shop_orders": "order_id sku_id product_id buyer_key ordered_at paid_at delivered_at "
    "cancelled_at quantity returned_quantity gmv platform_discount seller_discount line_revenue "
    "order_refunded_amount status",
    "creator_data": f"{_LIST} gmv gmv_video gmv_live gmv_product_card orders refunded_amount",
    "video_data": f"{_LIST} post_id caption published_on product_ids views impressions clicks "
    "orders gmv refunded_amount",
    "live_list": f"{_LIST} post_id caption published_at product_ids impressions clicks orders gmv "
    "refunded_amount",
    "gmv_max_creative": "window_start window_end post_id product_id "
    "spend revenue orders impressions clicks view_rate_2s view_rate_6s delivery_status "
    "authorisation currency",
}


def verdict(variant: Variant, folder: Path) -> tuple[str, str]:
    """The outcome and what the reader said; anything but an `ExportError` is raised on."""
    path = folder / variant.name
    path.write_bytes(variant.content)
    try:
        exports = read_file(path, READING)
    except ExportError as error:
        told = str(error)
        named = told.startswith(variant.name) and told.endswith(".") and len(told.split()) > 6
        return (REFUSED if named else SILENT), told
    except Exception as error:
        return SILENT, f"CRASH {error!r}"
    finally:
        path.unlink()
    kind = variant.base.kind
    own = [export for export in exports if export.kind == kind]
    strangers = [e.kind for e in exports if e.kind != kind and len(e.rows)]
    if strangers and variant.damage not in ("sheet added",):
        return SILENT, f"read as {', '.join(strangers)}"
    found = _table(own, kind)
    truth = _truth(variant.base)
    aside = sum(len(export.set_aside) for export in own)
    notes = [note for export in own for note in export.notes]
    return _compared(truth, found, aside, notes), " · ".join(notes)


Table = dict[str, list[str]]  # compared column → its cells as texts, "" where missing


def judged(variant: Variant, folder: Path, *, with_client: bool = True) -> tuple[str, str]:
    """The outcome with all that may still help where the file alone tells nothing.

    The gates and notes of a whole client; failing them the list of damages that nothing tells from
    truth. `with_client` false takes the client's word from `alike.TOLD` and saves seconds per
    file; the whole bench holds that list against the client.
    """
    outcome, told = verdict(variant, folder)
    if outcome != SILENT or told.startswith("CRASH"):
        return outcome, told
    if with_client:
        found = clients.told(variant, folder)
        if found.reasons or found.doubts:
            outcome = WITHHELD if found.reasons else NOTED
            return outcome, " ".join([*found.reasons, *found.doubts])
    if alike.is_told(variant):
        if with_client:
            return SILENT, "alike.TOLD says that a client tells of this, and it does not"
        return WITHHELD, "as the whole bench found"
    reason = alike.reason(variant)
    return (ALIKE, reason) if reason else (SILENT, told)


_TRUTHS: dict[str, Table] = {}


def _truth(base: Base) -> Table:
    if base.place not in _TRUTHS:
        _TRUTHS[base.place] = _table([base.truth], base.kind)
    return _TRUTHS[base.place]


def _table(exports: list, kind: str) -> Table:
    table: Table = {name: [] for name in COMPARED[kind].split()}
    for export in exports:
        length = len(export.rows)
        for name, cells in table.items():
            if name in ("window_start", "window_end"):
                cells += [str(getattr(export, name))] * length
            elif name in export.rows:
                cells += [_text(cell) for cell in export.rows[name].tolist()]
            else:
                cells += [""] * length
    return table


def _text(cell: object) -> str:
    if isinstance(cell, list):
        return json.dumps(sorted(cell)) if cell else ""
    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:
        return ""
    return f"{cell:.6f}" if isinstance(cell, float) else str(cell)


def _compared(truth: Table, found: Table, aside: int, notes: list[str]) -> str:
    if _counted(found, truth) == _counted(truth, truth):
        return RIGHT
    gone = [name for name in truth if any(truth[name]) and not any(found[name])]
    said = [
        name
        for name in gone
        if any(note.startswith(("has no ", "has nothing in ")) for note in notes)
    ]
    kept = [name for name in truth if name not in said]
    fewer, more = _counted(truth, kept), _counted(found, kept)
    strange = more - fewer
    lost = sum((fewer - more).values())
    if not strange and lost == 0:
        return MISSING
    if not strange and lost <= aside:
        return ASIDE
    if any(doubt in note for note in notes for doubt in clients.DOUBTS):
        return NOTED
    return SILENT


def _counted(table: Table, names: Iterable[str]) -> Counter:
    return Counter(zip(*(table[name] for name in names), strict=True))
