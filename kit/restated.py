"""What later downloads changed: an old week's figures in the replaced file and in its heir.

A list of a window is replaced whole by a later download of the same window. An order line is
replaced by its state in a later order file; those are summed by the week in which they were
ordered. What a report said is another matter: `kit.restatement` compares reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from kit import contracts, words
from kit.exports.kinds import KINDS
from kit.lines import KEY, local_days
from kit.windows import WEEK_DAYS

# What is compared, by the words a reader knows it by. Counts of rows are added for every kind.
FIGURES = {
    "video_data": ("gmv", "refunded_amount", "orders", "clicks", "views"),
    "video_list": ("gmv", "refunded_amount", "orders", "views"),
    "live_list": ("gmv", "refunded_amount", "orders", "clicks"),
    "creator_data": ("gmv", "refunded_amount", "orders"),
    "creator_list": ("gmv", "refunded_amount", "orders"),
    "gmv_max_creative": ("spend", "revenue", "orders", "clicks"),
    "ads_manager": ("spend", "clicks"),
    "affiliate_orders": ("gmv", "late", "refunded", "commission_settled"),
}
NAMES = {
    "gmv": "GMV",
    "refunded_amount": "refunds",
    "refunded": "GMV returned or refunded in full",
    "late": "GMV of lines that the older file does not hold",
    "commission_settled": "settled commission",
    "revenue": "gross revenue",
}
MONEY = {"gmv", "late", "refunded_amount", "refunded", "commission_settled", "spend", "revenue"}
HALF_A_CENT = 0.005
_SPAN = ["window_start", "window_end"]
_FILES = ["file_before", "file_after"]


def restated(parts: Mapping[str, pd.DataFrame], zone: str) -> pd.DataFrame:
    """One row per figure that a later download moved (`contracts.Restated`).

    `parts` holds the good rows of each kind over all files. Each file is held against the one that
    it replaces, so that a week downloaded three times may have moved twice.
    """
    found = [
        _of_lines(rows, zone) if kind == "affiliate_orders" else _of_windows(kind, rows)
        for kind, rows in sorted(parts.items())
        if kind in FIGURES and len(rows)
    ]
    found = [rows for rows in found if len(rows)]
    if not found:
        return contracts.empty(contracts.Restated)
    moved = pd.concat(found, ignore_index=True)
    return contracts.frame(contracts.arrow(moved, contracts.Restated))


def _of_windows(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Sums of each file of a window against those of the file before it."""
    keys = [*_SPAN, "partial"]
    if kind == "gmv_max_creative":  # files of a single product replace that product's rows only
        rows = rows[rows.groupby("file")["campaign_id"].transform("count") > 0]
    names = [name for name in FIGURES[kind] if name in rows]
    numbers = rows[names].astype("Float64")
    told = rows[[*keys, "file", "file_order", "seen_on"]].join(numbers).dropna(subset=_SPAN)
    by_file = told.groupby([*keys, "file_order", "file", "seen_on"])
    sums = by_file[names].sum(min_count=1).assign(rows=by_file.size()).reset_index()
    sums = sums.sort_values([*keys, "file_order"], kind="stable", ignore_index=True)
    before = sums.groupby(keys)[["file", "seen_on", "rows", *names]].shift()
    pairs = sums.join(before.rename(columns=lambda name: f"{name}_before"))
    pairs = pairs.dropna(subset=["file_before"])
    return _moved(
        pairs.rename(columns={"file": "file_after", "seen_on": "seen_on_after"}).assign(kind=kind),
        ["rows", *names],
    )


def _of_lines(rows: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Order lines that two files hold, summed by the week ordered and the pair of files."""
    if rows["file"].nunique() < 2:
        return pd.DataFrame()
    settled = rows[["standard_commission_actual", "shop_ads_commission_actual"]].astype("float64")
    gone = rows["status"].isin(["unpaid", "cancelled"])
    gmv = rows["gmv"].astype("float64").mask(gone, 0.0)
    full = rows["fully_refunded"].astype("boolean").fillna(False).astype(bool)
    states = rows[[*KEY, "file", "file_order", "seen_on", "row"]].assign(
        day=local_days(rows["ordered_at"], zone),
        gmv=gmv,
        refunded=gmv.where(full, 0.0),
        commission_settled=settled.sum(axis=1),
    )
    states = states.sort_values(["file_order", "row"], kind="stable", ignore_index=True)
    states = states.dropna(subset=["day"]).assign(late=0.0)
    names = list(FIGURES["affiliate_orders"])
    line = states.groupby(KEY, dropna=False)
    pairs = states.join(line[["file", "seen_on", *names]].shift().add_suffix("_before"))
    first = ~states.duplicated(KEY)
    late = _late(states[first], states)
    pairs = pd.concat([pairs[~first], late.reindex(columns=pairs.columns)])
    monday = pairs["day"] - pd.to_timedelta(pairs["day"].dt.day_of_week, unit="D")
    apart = [(pairs[n] - pairs[f"{n}_before"]).abs() >= HALF_A_CENT for n in names]
    both = [*names, *(f"{name}_before" for name in names)]
    sums = (
        pairs.assign(
            window_start=monday,
            window_end=monday + pd.Timedelta(days=WEEK_DAYS - 1),
            moved=pd.concat(apart, axis=1).any(axis=1),
        )
        .rename(columns={"file": "file_after", "seen_on": "seen_on_after"})
        .groupby([*_SPAN, *_FILES, "seen_on_before", "seen_on_after"])[[*both, "moved"]]
        .sum()
        .reset_index()
    )
    return _moved(sums[sums["moved"] > 0].assign(kind="affiliate_orders"), names)


def _late(first: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Lines that appear in a file although an older download held the days around theirs.

    A file speaks for the days between its first and its last; those two it may hold in part.
    """
    files = states.groupby(["file_order", "file", "seen_on"])["day"].agg(["min", "max"])
    found = []
    spoken: list[tuple] = []
    by_file = dict(list(first.groupby("file_order")))
    for order, file, seen_on, opened, closed in files.reset_index().itertuples(index=False):
        own = by_file.get(order, first.head(0))
        for start, end, old, seen in reversed(spoken if len(own) else []):
            held = (own["day"] > start) & (own["day"] < end)
            if seen < seen_on and held.any():
                found.append(own[held].assign(file_before=old, seen_on_before=seen))
                own = own[~held]
        spoken.append((opened, closed, file, seen_on))
    if not found:
        return first.head(0)
    rows = pd.concat(found)
    names = FIGURES["affiliate_orders"]
    nothing = {f"{name}_before": 0.0 for name in names}
    return rows.assign(**nothing, late=rows["gmv"], gmv=0.0, refunded=0.0, commission_settled=0.0)


def _moved(pairs: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """A row per figure whose two sums differ, or that only one of the files has."""
    found = []
    for name in names:
        after = pairs[name].astype("Float64")
        before = pairs[f"{name}_before"].astype("Float64")
        apart = (after - before).abs() >= HALF_A_CENT
        differs = apart.fillna(after.isna() != before.isna()).astype(bool)
        own = pairs[differs]
        found.append(
            own[["kind", *_SPAN, *_FILES, "seen_on_before", "seen_on_after"]].assign(
                figure=name,
                before=before[differs].astype("float64").round(2),
                after=after[differs].astype("float64").round(2),
            )
        )
    return pd.concat(found, ignore_index=True)


def newest(table: pd.DataFrame) -> pd.DataFrame:
    """What the newest download of each kind moved, the largest share first."""
    last = table.groupby("kind")["seen_on_after"].transform("max")
    share = (table["after"] / table["before"].where(table["before"] != 0) - 1).abs()
    rows = table[table["seen_on_after"].eq(last)].assign(_share=share.fillna(float("inf")))
    order = rows.sort_values(["_share", "kind", "window_start"], ascending=[False, True, True])
    return order[list(table.columns)].reset_index(drop=True)


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for a reader: kind, days, figure, from, to; the two files where they differ.

    Where all rows are of the same two files, `one_exchange` says which.
    """
    days = zip(rows["window_start"], rows["window_end"], strict=True)
    figures = [str(figure) for figure in rows["figure"]]
    found = pd.DataFrame(
        {
            "data": [KINDS[str(kind)].title for kind in rows["kind"]],
            "days": [words.period(start, end) for start, end in days],
            "figure": [NAMES.get(figure, figure) for figure in figures],
            "from": [shown(f, v) for f, v in zip(figures, rows["before"], strict=True)],
            "to": [shown(f, v) for f, v in zip(figures, rows["after"], strict=True)],
            "old file": rows["file_before"].tolist(),
            "new file": rows["file_after"].tolist(),
        }
    )
    return found.drop(columns=["old file", "new file"]) if one_exchange(rows) else found


def one_exchange(rows: pd.DataFrame) -> str:
    """The file that moved all rows and the one in whose place it came; '' if they are several."""
    pairs = rows[_FILES].drop_duplicates().to_numpy().tolist()
    return f"{pairs[0][1]} in place of {pairs[0][0]}" if len(pairs) == 1 else ""


def shown(figure: str, value: float) -> str:
    """A figure of the table as it is printed: money to the cent, counts whole.

    >>> shown("gmv", 1234.5), shown("clicks", 12.0), shown("gmv", float("nan"))
    ('1,234.50', '12', 'missing')
    """
    if pd.isna(value):
        return "missing"
    return f"{value:,.2f}" if figure in MONEY else f"{value:,.0f}"
