"""Rows of windowed exports: only where their kept windows tile the period exactly."""

from typing import Any, NamedTuple

import ibis
import pandas as pd

from kit.metrics.fetch import fetch
from kit.metrics.periods import Period, untiled
from kit.metrics.shared import once

VIDEO_DATA = "video_data"
CREATOR_DATA = "creator_data"
GMV_MAX = "gmv_max_creative"
AD_KINDS = (GMV_MAX, "ads_manager")


class Covered(NamedTuple):
    """Rows of the windows that tile a period; or those of the windows that touch it, and why not.

    `why` is None where they tile. Where they do not, `rows` tells whom the gap concerns, and
    nothing of them may be summed.
    """

    rows: Any
    why: str | None


def of_kind(table: Any, kind: str) -> Any:
    """The rows of a windowed table that one kind of export supplied."""
    return table.filter(table.source == kind)


@once
def kept_windows(client: Any, kind: str) -> pd.DataFrame:
    """One row per kept window of an export kind: window_start, window_end, partial.

    From the register of windows, so that a window whose file held no rows still covers its days.
    """
    windows = client.table("windows")
    kept = windows.filter((windows.kind == kind) & windows.kept.fill_null(False))
    rows = fetch(kept.select("window_start", "window_end", "partial"))
    return rows.assign(partial=rows["partial"].fillna(False).astype(bool))


def covered(client: Any, rows: Any, kind: str, period: Period) -> Covered:
    """The rows of one export kind that a figure of the period may use."""
    why = untiled(kept_windows(client, kind), period)
    start, end = ibis.date(period.start), ibis.date(period.end)
    if why:
        return Covered(rows.filter((rows.window_end >= start) & (rows.window_start <= end)), why)
    return Covered(rows.filter((rows.window_start >= start) & (rows.window_end <= end)), None)
