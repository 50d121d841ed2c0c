"""Whether ads cause what they are credited with: the design of a hold-out, and its reading.

A test is declared in `events.csv`: a row of kind `ads_off` on the day on which ads stop, with a
product's id or `program` as subject, and one of kind `ads_on` on the day on which they run again.
Without one, the report gives the design and its power, and says that no test was run.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kit import holdout, paid, payback, results
from kit.errors import ReportError
from kit.metrics.fetch import fetch
from kit.metrics.periods import Period, as_day
from kit.metrics.windowed import AD_KINDS, kept_windows

REPORT = "incrementality"
OFF, ON = "ads_off", "ads_on"
PROGRAM = "program"
LENGTHS = (2, 4, 6, 8)
HISTORY_WEEKS = 52
# Ads count as off with less than this share of what they spent before; others as moved beyond it.
STILL_ON, MOVED = 0.05, 0.25
DESIGN = [
    *("subject", "name", "weeks", "level", "spend", "paid_left", "noise", "stretches", "method"),
    *("detectable", "power", "power_pays", "forgone", "unknown"),
]
TESTS = [
    *("subject", "name", "off_from", "off_to", "weeks", "expected", "observed", "added"),
    *("ci_low", "ci_high", "spend_saved", "after_spend", "after_low", "after_high"),
    *("stretches", "method", "status", "note"),
]


def report(client: Any, as_of: date | str, weeks: int = 4) -> results.Findings:
    """The findings: `design` (a row per subject and length), `tests` (a row per test), `weekly`.

    `weeks` is the length of the hold-out asked for; 2, 4, 6 and 8 stand beside it.
    """
    if not 1 <= weeks <= 26:
        raise ReportError(f"weeks is {weeks}. Give the length of the hold-out in weeks, 1 to 26.")
    day = as_day(as_of)
    weekly = weekly_contribution(client, day)
    declared = declared_tests(client, day)
    tables = {
        "weekly": weekly,
        "design": design(weekly, declared, sorted({*LENGTHS, weeks})),
        "tests": read_tests(weekly, declared),
    }
    figures = results.figures(
        REPORT, *(part for part in _figures(client, day, tables) if len(part))
    )
    return results.Findings(REPORT, client.name, day, figures, results.decisions(REPORT), tables)


def weekly_contribution(client: Any, day: date) -> pd.DataFrame:
    """One row per product (and `program`) and whole week, up to 52 of them before `day`.

    Columns subject, name, week (its Monday), left (net revenue less goods, fulfilment, platform
    fees and commission, before ad spend; missing where a cost is not entered), net_revenue,
    others (net revenue of the other products), paid_left (what the orders with Shop Ads commission
    left), spend (missing in weeks that ad exports do not cover). Money.
    """
    last = day - timedelta((day.weekday() + 1) % 7)
    first = last - timedelta(7 * HISTORY_WEEKS - 1)
    lines = _lines(client, day, Period(first, last))
    if lines.empty:
        return pd.DataFrame(columns=_WEEKLY)
    mondays = pd.date_range(lines["week"].min(), last, freq="W-MON")
    spend = _spend(client, mondays)
    parts = [(PROGRAM, lines)] + [(key, rows) for key, rows in lines.groupby("product_id")]
    names = client.frame("products").dropna(subset=["name"]).drop_duplicates("product_id")
    named = {PROGRAM: "All products"} | names.set_index("product_id")["name"].to_dict()
    whole = lines.groupby("week")["net_revenue"].sum().reindex(mondays, fill_value=0.0)
    found = []
    for key, rows in parts:
        sums = rows.groupby("week")[_SUMS].sum(min_count=1)
        gaps = rows[rows["left"].isna()]["week"].unique()
        sums = sums.reindex(mondays, fill_value=0.0)
        sums.loc[sums.index.isin(gaps), ["left", "paid_left"]] = np.nan
        sums["others"] = 0.0 if key == PROGRAM else whole - sums["net_revenue"]
        own = spend if key == PROGRAM else spend[spend["product_id"] == key]
        sums["spend"] = own.groupby("week")["spend"].sum().reindex(mondays, fill_value=0.0)
        sums.loc[~sums.index.isin(_covered(client, mondays)), "spend"] = np.nan
        found.append(sums.assign(subject=key, name=named.get(key, f"…{str(key)[-6:]}")))
    return pd.concat(found).rename_axis("week").reset_index()[_WEEKLY]


_WEEKLY = ["subject", "name", "week", "left", "net_revenue", "others", "paid_left", "spend"]
_SUMS = ["left", "net_revenue", "paid_left"]


def _lines(client: Any, day: date, period: Period) -> pd.DataFrame:
    """The counting lines of the period by product and week: left, net_revenue, paid_left.

    `left` is missing where it is of any line.
    """
    lines = paid.with_route(payback.line_margins(client, day, period))
    lines = lines.mutate(week=lines.day.truncate("W"))
    sums = lines.group_by("product_id", "week").agg(
        left=lines.left.sum().cast("float64"),
        unknown=lines.left.isnull().any(),
        net_revenue=lines.net.sum().cast("float64"),
        paid_left=lines.left.sum(where=lines.meant_by_ads).cast("float64"),
    )
    rows = fetch(sums.order_by("product_id", "week"))
    rows["week"] = pd.to_datetime(rows["week"])
    known = ~rows.pop("unknown").astype(bool)
    return rows.assign(left=rows["left"].where(known), paid_left=rows["paid_left"].fillna(0.0))


def _spend(client: Any, mondays: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per row of an ad export within a week: product_id, week, spend."""
    ads = client.frame("ad_stats")
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    ads = ads[home & ads["window_start"].notna()]
    week = ads["window_start"] - pd.to_timedelta(ads["window_start"].dt.day_of_week, unit="D")
    inside = ads["window_end"] < week + pd.Timedelta(days=7)
    return ads.assign(week=week)[inside][["product_id", "week", "spend"]]


def _covered(client: Any, mondays: pd.DatetimeIndex) -> list[pd.Timestamp]:
    """The weeks whose days are all in a kept window of an ad export; all before the first one."""
    windows = pd.concat([kept_windows(client, kind) for kind in AD_KINDS])
    if windows.empty:
        return list(mondays)
    starts, ends = (pd.to_datetime(windows[f"window_{end}"]) for end in ("start", "end"))
    held = {
        day
        for start, end in zip(starts, ends, strict=True)
        if (end - start).days < 7
        for day in pd.date_range(start, end)
    }
    first = starts.min()
    return [
        monday
        for monday in mondays
        if monday + pd.Timedelta(days=6) < first
        or all(monday + pd.Timedelta(days=number) in held for number in range(7))
    ]


def declared_tests(client: Any, day: date) -> pd.DataFrame:
    """One row per `ads_off` in `events.csv` up to the day: subject, off_from, off_to.

    `off_to`, the last day without ads, is the day before the next `ads_on` of the same subject,
    else the day itself.
    """
    events = client.frame("events")
    events = events[events["date"].le(pd.Timestamp(day)) & events["kind"].isin([OFF, ON])]
    events = events.assign(subject=events["subject"].fillna(PROGRAM)).sort_values("date")
    rows = []
    for off in events[events["kind"] == OFF].itertuples():
        on = events[(events["kind"] == ON) & (events["subject"] == off.subject)]
        on = on[on["date"] > off.date]["date"]
        until = on.min() - pd.Timedelta(days=1) if len(on) else pd.Timestamp(day)
        rows.append({"subject": str(off.subject), "off_from": off.date, "off_to": until})
    return pd.DataFrame(rows, columns=["subject", "off_from", "off_to"])


def design(weekly: pd.DataFrame, declared: pd.DataFrame, lengths: list[int]) -> pd.DataFrame:
    """One row per subject that ads ran for and length of a hold-out in weeks.

    Money a week of the last eight weeks: level (left before ad spend), spend, paid_left (what paid
    orders left: the most that ads can have added if each of them was caused). `noise` is a share
    of the level, `detectable` the least effect seen with 80% power, `power` the chance to see one
    of `paid_left`, `power_pays` the chance to show that ads pay for their spend if all of it is
    theirs, `forgone` what the test costs in that case (paid_left − spend, over its weeks).
    """
    rows = []
    for subject, weeks in weekly.groupby("subject", sort=False):
        weeks = _undisturbed(weeks, declared)
        lately = weeks.tail(holdout.BEFORE_WEEKS)
        if not lately["spend"].sum() > 0:
            continue
        rows += [_designed(str(subject), weeks, lately, length) for length in lengths]
    table = pd.DataFrame(rows, columns=DESIGN)
    order = {subject: place for place, subject in enumerate(table["subject"].unique())}
    keys = table["subject"].map(order)
    return table.assign(_place=keys).sort_values(["_place", "weeks"], ignore_index=True)[DESIGN]


def _undisturbed(weeks: pd.DataFrame, declared: pd.DataFrame) -> pd.DataFrame:
    """The weeks since ads first ran for the subject in which no test of it or of all ran."""
    subject = weeks["subject"].iloc[0] if len(weeks) else ""
    ran = weeks[weeks["spend"] > 0]["week"]
    weeks = weeks[weeks["week"] >= ran.min()] if len(ran) else weeks
    off = declared[declared["subject"].isin([subject, PROGRAM])]
    for test in off.itertuples():
        ends = weeks["week"] + pd.Timedelta(days=6)
        weeks = weeks[(ends < test.off_from) | (weeks["week"] > test.off_to)]
    return weeks.sort_values("week", ignore_index=True)


def _designed(subject: str, weeks: pd.DataFrame, lately: pd.DataFrame, length: int) -> dict:
    row: dict[str, Any] = dict.fromkeys(DESIGN, np.nan)
    row |= {"subject": subject, "weeks": length, "unknown": ""}
    row |= {"name": weeks["name"].iloc[0], "spend": lately["spend"].mean()}
    if weeks["left"].isna().any():
        return row | {"unknown": payback.NO_LINE_COST}
    found = holdout.noise(weeks, length)
    row |= {"level": lately["left"].mean(), "paid_left": lately["paid_left"].mean()}
    row |= {"stretches": found.stretches, "method": found.method, "noise": found.spread}
    row["forgone"] = (row["paid_left"] - row["spend"]) * length
    if np.isnan(found.spread):
        lacking = holdout.BEFORE_WEEKS + holdout.LEAST_STRETCHES * length - len(weeks)
        why = "some weeks left nothing" if lacking <= 0 else f"{lacking} more weeks with ads needed"
        return row | {"unknown": why}
    row["detectable"] = holdout.detectable(row["level"], found)
    row["power"] = holdout.power(row["paid_left"], row["level"], found)
    row["power_pays"] = holdout.power(row["paid_left"] - row["spend"], row["level"], found)
    return row


def read_tests(weekly: pd.DataFrame, declared: pd.DataFrame) -> pd.DataFrame:
    """One row per declared test: what ads added a week before and after their spend, or why not.

    Whole weeks in which ads were off against the eight before, with the noise of the weeks before
    the test; money a week with 90% intervals. `status`: read, running (no whole week yet) or
    refused, and `note` says why: ads that were not off, costs or spend not known, too few weeks.
    """
    rows = [_read_test(test, weekly, declared) for test in declared.itertuples()]
    return pd.DataFrame(rows, columns=TESTS)


def _read_test(test: Any, weekly: pd.DataFrame, declared: pd.DataFrame) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(TESTS, np.nan) | {"status": "refused", "note": ""}
    row |= {"subject": test.subject, "off_from": test.off_from, "off_to": test.off_to}
    own = weekly[weekly["subject"] == test.subject].sort_values("week", ignore_index=True)
    if own.empty:
        return row | {
            "name": test.subject,
            "note": "no product of this id sold, and it is not program",
        }
    row["name"] = own["name"].iloc[0]
    ends = own["week"] + pd.Timedelta(days=6)
    off = own[(own["week"] >= test.off_from) & (ends <= test.off_to)]
    if off.empty:
        return row | {"status": "running", "note": "no whole week without ads is over yet"}
    before = _undisturbed(own[ends < test.off_from], declared[declared["off_from"] < test.off_from])
    weeks = pd.concat([before, off], ignore_index=True)
    found = holdout.noise(before, len(off)) if before["left"].notna().all() else None
    row["weeks"] = len(off)
    problem = _problem(before, off, found)
    if problem or found is None:
        return row | {"note": problem}
    made = holdout.read(weeks, len(before), len(off), found)
    saved = before.tail(holdout.BEFORE_WEEKS)["spend"].mean() - off["spend"].mean()
    row |= made._asdict() | {"stretches": found.stretches, "method": found.method}
    row |= {"spend_saved": saved, "after_spend": made.added - saved}
    row |= {"after_low": made.ci_low - saved, "after_high": made.ci_high - saved}
    return row | {"status": "read", "note": _moved(test, weekly, before, off)}


def _problem(before: pd.DataFrame, off: pd.DataFrame, found: holdout.Noise | None) -> str:
    if found is None or off["left"].isna().any():
        return payback.NO_LINE_COST
    spent, during = before.tail(holdout.BEFORE_WEEKS)["spend"], off["spend"]
    if spent.isna().any() or during.isna().any():
        return "ad spend is not known in some of these weeks"
    if not spent.sum() > 0:
        return "no ads ran in the eight weeks before"
    if during.mean() > STILL_ON * spent.mean():
        share = during.mean() / spent.mean()
        return f"ads were not off: they spent {share:.0%} of what they had spent before"
    if np.isnan(found.spread):
        return (
            f"too few weeks with ads before it to know how far weeks differ by themselves "
            f"({len(before)}; {holdout.BEFORE_WEEKS + holdout.LEAST_STRETCHES * len(off)} needed)"
        )
    return ""


def _moved(test: Any, weekly: pd.DataFrame, before: pd.DataFrame, off: pd.DataFrame) -> str:
    """Whether the budget went to other products meanwhile, which would lift what is expected."""
    if test.subject == PROGRAM:
        return ""
    rest = weekly[~weekly["subject"].isin([test.subject, PROGRAM])]
    spend = rest.groupby("week")["spend"].sum()
    was = spend.reindex(before.tail(holdout.BEFORE_WEEKS)["week"]).mean()
    now = spend.reindex(off["week"]).mean()
    if was > 0 and abs(now / was - 1) > MOVED:
        way = "more" if now > was else "less"
        return f"meanwhile {abs(now / was - 1):.0%} {way} was spent on ads of the other products"
    return ""


def _figures(client: Any, day: date, tables: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    plan, tests = tables["design"], tables["tests"]
    after = [day + timedelta(7 * int(weeks)) for weeks in plan["weeks"]]
    common = {
        **_subjects(client, plan["subject"]),
        "n": plan["stretches"],
        "period_start": day + timedelta(1),
        "period_end": after,
        "status": "estimated",
        "note": plan["unknown"].replace("", None),
    }
    names = {
        "holdout_detectable": "detectable",
        "holdout_power": "power",
        "holdout_power_pays": "power_pays",
        "holdout_forgone": "forgone",
        "holdout_paid_left": "paid_left",
        "holdout_level": "level",
        "holdout_spend": "spend",
        "holdout_noise": "noise",
    }
    rows = [
        pd.DataFrame({"metric": metric, "value": plan[column], **common})
        for metric, column in names.items()
    ]
    told = {
        **_subjects(client, tests["subject"]),
        "n": tests["weeks"],
        "period_start": pd.to_datetime(tests["off_from"]).dt.date,
        "period_end": pd.to_datetime(tests["off_to"]).dt.date,
        "ci_level": holdout.LEVEL,
        "status": "estimated",
        "note": tests["note"].replace("", None),
    }
    seen = {
        "holdout_expected": "expected",
        "holdout_observed": "observed",
        "holdout_spend_saved": "spend_saved",
    }
    without_ends = {name: value for name, value in told.items() if name != "ci_level"}
    rows += [
        pd.DataFrame({"metric": metric, "value": tests[column], **without_ends})
        for metric, column in seen.items()
    ]
    read = {
        "incremental_contribution": ("added", "ci_low", "ci_high"),
        "incremental_after_spend": ("after_spend", "after_low", "after_high"),
    }
    for metric, (value, low, high) in read.items():
        ends = {"value": tests[value], "ci_low": tests[low], "ci_high": tests[high]}
        rows.append(pd.DataFrame({"metric": metric, **ends, **told}))
    return rows


def _subjects(client: Any, subjects: pd.Series) -> dict[str, pd.Series]:
    program = subjects == PROGRAM
    return {
        "subject_kind": program.map({True: "program", False: "product"}),
        "subject": subjects.where(~program, client.name),
    }
