"""The money of a weekly review: its frames, and their rows of the results table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import metrics
from kit.metrics.sales import NO_ORDERS
from kit.metrics.shared import shared
from kit.money.entries import ASSUMED, ESTIMATED, LINES, MISSING
from kit.money.ledger import STATUSES, UNASSIGNED, ledger, summary
from kit.money.pay import EXPLAINS, pay
from kit.money.pay_range import bands
from kit.money.settling import age_of_download, of_age, provisional, settling
from kit.money.settling_creators import by_creator

SELLS_WELL = 0.75  # from this quantile of net revenue on, among the creators who sold
WHO = ["program", "tier", "creator"]
OUTSIDE = ["above", "below", "no sales"]


def weekly(client: Any, day: date) -> dict[str, pd.DataFrame]:
    """The frames by name.

    money_lines: a row per line of the program's money, in the order of the ledger: line, amount
    (missing where it is not wholly known), status (its least sure part) and said. money_status: a
    row per status: share of the money moved, and what of it is said. money_left: the program's
    and creators' `summary`, with `sells_well` and `loses`, and between what each contribution
    will lie (`low`, `high`). settling: how far such figures moved until they settled.
    provisional: the program's range by itself. creator_ranges: the creators', as `by_creator` has
    them. pay: what creators are paid per revenue and what explains it. pay_bands: what is expected
    of it, by tier and deal.
    """
    client = shared(client)
    rows = ledger(client, day)
    own = rows[rows["subject_kind"] == "program"]
    left = _left(summary(client, day))
    settled = settling(client, day)
    ranges = by_creator(client, day, left[left["subject_kind"] == "creator"])
    program = _provisional(client, day, left, settled)
    return {
        "money_lines": _lines(own),
        "money_status": _status(own),
        "money_left": _ranged(left, program, ranges),
        "settling": settled,
        "provisional": program,
        "creator_ranges": ranges,
        "pay": pay(client, day),
        "pay_bands": bands(client, day),
    }


def _lines(own: pd.DataFrame) -> pd.DataFrame:
    place = {status: number for number, status in enumerate(STATUSES)}
    keyed = own.assign(place=own["status"].map(place), said=own["assumption"] + own["unknown"])
    groups = keyed.groupby("line")
    table = pd.DataFrame(
        {
            "amount": groups["amount"].agg(lambda amounts: amounts.sum(skipna=False)),
            "status": groups["place"].max().map(dict(enumerate(STATUSES))),
            "said": groups["said"].agg(lambda said: "; ".join(sorted(set(filter(None, said))))),
        }
    )
    return table.reindex([line for line in LINES if line in table.index]).reset_index()


def _status(own: pd.DataFrame) -> pd.DataFrame:
    """Shares of the money moved, income and costs alike; `said` the assumptions, or the gaps."""
    moved = own["amount"].abs().groupby(own["status"]).sum().reindex(STATUSES[:3]).fillna(0.0)
    whole = moved.sum()
    said = own.assign(said=own["assumption"] + own["unknown"]).groupby("status")["said"]
    texts = said.agg(lambda words: "; ".join(sorted(set(filter(None, words)))))
    table = pd.DataFrame({"share": moved / whole if whole > 0 else moved * float("nan")})
    if (own["status"] == MISSING).any():
        table.loc[MISSING, "share"] = float("nan")
    return (
        table.assign(said=texts.reindex(table.index).fillna("")).rename_axis("status").reset_index()
    )


def _left(rows: pd.DataFrame) -> pd.DataFrame:
    own = rows[rows["subject_kind"].isin(WHO)]
    creators = own["subject_kind"].eq("creator") & own["subject"].ne(UNASSIGNED["creator"])
    sold = own.loc[creators & (own["orders"] > 0), "net_revenue"]
    bar = sold.quantile(SELLS_WELL) if len(sold) else float("nan")
    return own.assign(
        sells_well=creators & (own["net_revenue"] > 0) & (own["net_revenue"] >= bar),
        loses=(own["contribution"] < 0).fillna(False).astype(bool),
    ).reset_index(drop=True)


def _provisional(client: Any, day: date, left: pd.DataFrame, settled: pd.DataFrame) -> pd.DataFrame:
    """One row: contribution, low, high, age_days, periods and why there is no range, if so."""
    program = left[left["subject_kind"] == "program"].iloc[0]
    age = age_of_download(client, day)
    found = provisional(settled, program["contribution"], program["net_revenue"], age)
    low, high, row = *found, of_age(settled, age)
    why, unknown = row["refused"], program["unknown"]
    return pd.DataFrame(
        {
            "contribution": [program["contribution"]],
            "low": low,
            "high": high,
            "age_days": row["age_days"],
            "periods": row["periods"],
            "refused": unknown if NO_ORDERS in unknown else why or unknown,
        }
    )


def _ranged(left: pd.DataFrame, program: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """The rows of the program and the creators with the ends of their ranges, low and high."""
    own = program[["low", "high"]].assign(subject_kind="program")
    each = ranges[["subject", "low", "high"]].assign(subject_kind="creator")
    own["subject"] = left.loc[left["subject_kind"] == "program", "subject"].to_numpy()
    ends = pd.concat([own, each]).astype({"low": "float64", "high": "float64"})
    return left.merge(ends, on=["subject_kind", "subject"], how="left")


def figures(tables: dict[str, pd.DataFrame], program: str, day: date) -> list[pd.DataFrame]:
    """The rows of the results table behind every number the section shows."""
    period = metrics.four_weeks(day)
    parts = [
        _part(tables["money_lines"], "contribution_part", "line", "amount"),
        _part(tables["money_status"], "money_share", "status", "share").assign(status=None),
        *_of_subjects(tables["money_left"]),
        *_of_idle(tables["money_left"]),
        _of_settling(tables["settling"]),
        _of_range(tables["provisional"], program),
        _of_ranges(tables["creator_ranges"], tables["money_left"]),
        *_of_pay(tables["pay"]),
        _of_bands(tables["pay_bands"]),
    ]
    spans = {"period_start": period.start, "period_end": period.end}
    return [_told(part).assign(**spans) for part in parts if len(part)]


def _told(part: pd.DataFrame) -> pd.DataFrame:
    """The results know no assumed figures: they are estimates whose note says what is assumed."""
    if "status" not in part:
        return part
    assumed = part["status"].eq(ASSUMED)
    said = part["note"].fillna("").map(lambda text: f"assumed: {text}".rstrip(": "))
    return part.assign(
        status=part["status"].mask(assumed, ESTIMATED), note=part["note"].mask(assumed, said)
    )


def _part(rows: pd.DataFrame, metric: str, subject: str, value: str) -> pd.DataFrame:
    note = rows["said"].where(rows["said"] != "", None)
    frame = pd.DataFrame({"metric": metric, "subject_kind": "part", "subject": rows[subject]})
    return frame.assign(value=rows[value], status=rows["status"], note=note)


def _of_subjects(left: pd.DataFrame) -> list[pd.DataFrame]:
    """Per order, per post and margin; the unassigned creator and tier are no subjects of theirs."""
    own = left[~left["subject"].isin(UNASSIGNED.values())]
    base = pd.DataFrame({"subject_kind": own["subject_kind"], "subject": own["subject"]})
    names = {"contribution_per_order": "orders", "contribution_per_post": "posts", "margin": None}
    return [
        base.assign(
            metric="contribution_margin" if name == "margin" else name,
            value=own[name].astype("float64"),
            n=own[count].astype("float64") if count else None,
            status=own["status"],
            note=own["unknown"].where(own["unknown"] != "", None),
        )
        for name, count in names.items()
    ]


def _of_idle(left: pd.DataFrame) -> list[pd.DataFrame]:
    """What was paid for posts that did not come, of those of whom anything was."""
    found = []
    for name in ("paid_not_posted", "samples_not_posted"):
        own = left[(left[name] > 0) & ~left["subject"].isin(UNASSIGNED.values())]
        frame = pd.DataFrame({"subject_kind": own["subject_kind"], "subject": own["subject"]})
        found.append(frame.assign(metric=name, value=own[name].astype("float64")))
    return found


def _of_settling(rows: pd.DataFrame) -> pd.DataFrame:
    subject = rows["measure"] + "/" + rows["age_days"].astype(str) + " days"
    frame = pd.DataFrame({"metric": "moved_until_settled", "subject_kind": "cell"}, rows.index)
    return frame.assign(
        subject=subject,
        value=rows["mean"],
        ci_low=rows["low"],
        ci_high=rows["high"],
        n=rows["periods"],
        note=rows["refused"].where(rows["refused"] != "", None),
    )


def _of_range(rows: pd.DataFrame, program: str) -> pd.DataFrame:
    frame = pd.DataFrame({"metric": "contribution_provisional", "subject_kind": "program"}, [0])
    return frame.assign(
        subject=program,
        value=rows["contribution"].where(rows["low"].notna()),
        ci_low=rows["low"],
        ci_high=rows["high"],
        n=rows["periods"],
        status="provisional",
        note=rows["refused"].where(rows["refused"] != "", None),
    )


def _of_ranges(ranges: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """The ranges of the creators; `n` the past four weeks each rests on."""
    own = left[left["subject_kind"] == "creator"][["subject", "contribution"]]
    rows = ranges.merge(own, on="subject")
    rows = rows[rows["subject"] != UNASSIGNED["creator"]]
    frame = pd.DataFrame({"metric": "contribution_provisional", "subject": rows["subject"]})
    return frame.assign(
        subject_kind="creator",
        value=rows["contribution"].where(rows["low"].notna()),
        ci_low=rows["low"],
        ci_high=rows["high"],
        n=rows["cases"],
        status="provisional",
        note=rows["refused"].where(rows["refused"] != "", None),
    )


def _of_pay(rows: pd.DataFrame) -> list[pd.DataFrame]:
    base = pd.DataFrame({"subject_kind": "creator", "subject": rows["creator_id"]})
    found = [base.assign(metric="pay_ratio", value=rows["ratio"], n=rows["orders"])]
    shown = rows[rows["verdict"].isin(OUTSIDE)]
    for name in ("expected_low", "expected_high", "agreed", *EXPLAINS):
        frame = pd.DataFrame({"metric": "pay_ratio_part", "subject_kind": "cell"}, shown.index)
        found.append(frame.assign(subject=shown["creator_id"] + "/" + name, value=shown[name]))
    return found


def _of_bands(rows: pd.DataFrame) -> pd.DataFrame:
    """The expected range of each tier and deal; its value the highest rate agreed, `n` creators."""
    subject = "tier " + rows["tier"].astype("str") + "/" + rows["deal"].astype("str")
    frame = pd.DataFrame({"metric": "pay_expected", "subject_kind": "cell", "subject": subject})
    return frame.assign(
        value=rows["rate_high"],
        ci_low=rows["expected_low"],
        ci_high=rows["expected_high"],
        n=rows["creators"],
    )
