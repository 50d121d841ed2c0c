"""Files whose dates can be read two ways, decided by what else their client has downloaded.

First by the other files of the same kind, if those that are sure of their order all print one;
then, of order files, by the dates of the same orders in the other kind of order file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from kit.exports import Export
from kit.exports.day_order import AmbiguousDays
from kit.readers import Answer, Task, read_all

BESIDE = {"affiliate_orders": "shop_orders", "shop_orders": "affiliate_orders"}
AGREEING = 0.99  # of the orders that two files share: their days are at most one apart
SURE = ("file", "client")

Others = dict[str, tuple[str, str]]


def resolved(tasks: Sequence[Task], answers: Sequence[Answer]) -> dict[int, Answer]:
    """The answers that change by what the other files say, by their place in the list.

    A file refused for its ambiguous dates is read in the order that the others show; one that was
    read so before is read anew where they no longer show it.
    """
    now: dict[int, Answer] = dict(enumerate(answers))
    sure = _sure(now)
    changed: dict[int, Answer] = {}
    for wanting in (
        [number for number, answer in now.items() if _is_stale(answer, sure, now)],
        [
            number
            for number, answer in now.items()
            if isinstance(answer, AmbiguousDays) and answer.kind in sure
        ],
    ):
        again = [number for number in wanting if number not in changed]
        answered = read_all([_task(tasks[number], sure) for number in again])
        changed |= dict(zip(again, answered, strict=True))
        now |= changed
    for number, answer in now.items():
        if isinstance(answer, AmbiguousDays) and (beside := _beside(answer.kind, now)):
            found = _as_in_the_other_file(tasks[number], answer.kind, sure, beside)
            changed |= {number: found} if found else {}
    return changed


def _task(task: Task, others: Others) -> Task:
    path, reading, member = task
    return path, replace(reading, others=others), member


def _sure(answers: Mapping[int, Answer]) -> Others:
    """The order of each kind whose files are sure of it and of one mind."""
    met: dict[str, set[str]] = {}
    for export in _exports(answers):
        order, by = export.day_order
        if by in SURE:
            met.setdefault(export.kind, set()).add(order)
    return {kind: (orders.pop(), "others") for kind, orders in met.items() if len(orders) == 1}


def _exports(answers: Mapping[int, Answer]) -> list[Export]:
    return [export for answer in answers.values() if isinstance(answer, list) for export in answer]


def _is_stale(answer: Answer, sure: Others, answers: Mapping[int, Answer]) -> bool:
    """Whether a file was read in an order that the other files no longer show."""
    for export in answer if isinstance(answer, list) else []:
        order, by = export.day_order
        if by == "others" and sure.get(export.kind) != (order, by):
            return True
        if by == "orders" and export.kind in sure:
            return True
        if by == "orders" and _shown(export, _beside(export.kind, answers)) != order:
            return True
    return False


def _as_in_the_other_file(task: Task, kind: str, sure: Others, beside: list[Export]) -> Answer:
    """The file in the order that the same orders have elsewhere; nothing where they do not tell."""
    for order in ("dmy", "mdy"):
        (answer,) = read_all([_task(task, {**sure, kind: (order, "orders")})])
        if isinstance(answer, list):
            own = [export for export in answer if export.kind == kind]
            if own and all(_shown(export, beside) == order for export in own):
                return answer
    return []


def _beside(kind: str, answers: Mapping[int, Answer]) -> list[Export]:
    """The files of the other kind of orders whose dates are known."""
    return [
        export
        for export in _exports(answers)
        if export.kind == BESIDE.get(kind) and export.day_order[1] in (*SURE, "others", "")
    ]


def _shown(export: Export, beside: list[Export]) -> str | None:
    """The order in which a file's days are those of the same orders in another; None if in none."""
    if not beside:
        return None
    other = pd.concat([one.rows[["order_id", "ordered_at"]] for one in beside])
    there = other.dropna().groupby("order_id")["ordered_at"].min().rename("there")
    own = export.rows[["order_id", "ordered_at"]].dropna().drop_duplicates("order_id")
    both = own.join(there, on="order_id", how="inner")
    here = both["ordered_at"]
    swapped = here.where(here.dt.day > 12, _exchanged(here))
    telling = here != swapped
    day = pd.Timedelta(days=1.5)
    as_read = ((here - both["there"]).abs() < day)[telling]
    else_ = ((swapped - both["there"]).abs() < day)[telling]
    order = export.day_order[0]
    if as_read.empty or (as_read.mean() >= AGREEING) == (else_.mean() >= AGREEING):
        return None
    return order if as_read.mean() >= AGREEING else "mdy" if order == "dmy" else "dmy"


def _exchanged(moments: pd.Series) -> pd.Series:
    """Moments with day and month exchanged; missing where there is no such month."""
    parts = {"year": moments.dt.year, "month": moments.dt.day, "day": moments.dt.month}
    days = pd.to_datetime(pd.DataFrame(parts), errors="coerce", utc=True)
    return days + (moments - moments.dt.normalize())
