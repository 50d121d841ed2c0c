"""What the program has spent, is bound to and will spend by the month's end, against the plan.

Product, coordinator, Spark and other, as `costs.csv` has them. What is filled in there replaces
what the ledgers and exports show; nothing is counted twice. Creator pay stands apart: commissions
grow with sales, flat fees are agreed creator by creator.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from kit import words
from kit.metrics.costs import commissions, flat_fees
from kit.metrics.periods import Period, untiled
from kit.metrics.windowed import AD_KINDS, kept_windows

KINDS = ("product", "coordinator", "spark", "other")
LEVEL = 0.80
HISTORY_WEEKS = 12
LEAST_WEEKS = 4
APART = 0.1
MONTHS = [
    *("month", "days", "planned", "spent", "band_low", "band_high", "planned_verdict"),
    *("spent_verdict", "whole", "flat_fees", "commission", "commission_status", "note"),
]
RUNNING = [
    *("month", "kind", "planned", "spent", "source", "committed", "forecast", "ci_low"),
    *("ci_high", "status", "note"),
]


class Spent(NamedTuple):
    """What one kind cost in a month: money, where it is from, and what has to be said of it.

    `source` is entered, records, or '' where it is not known.
    """

    amount: float
    source: str
    note: str


def months(client: Any, as_of: date) -> pd.DataFrame:
    """One row per calendar month of the build stage: planned and spent, against the band.

    Money in the client's currency. `spent` is the sum over the kinds of `spent_of`; flat_fees and
    commission (actual amount, else the estimate) stand apart and are in neither. `planned_verdict`
    and `spent_verdict` compare whole months with the band: below, within, above; missing for part
    months, where a kind's records have a gap and where the band is in another currency.
    """
    start, _ = client.program_start()
    if start is None or start > as_of:
        return pd.DataFrame(columns=MONTHS)
    last = min(start + timedelta(days=client.policy.budget.days - 1), as_of)
    found = [
        _month(client, month, start, last, as_of)
        for month in pd.period_range(start, last, freq="M")
    ]
    return pd.DataFrame(found)[MONTHS]


def _month(client: Any, month: pd.Period, first: date, last: date, as_of: date) -> dict[str, Any]:
    begins, ends = _ends(month)
    days = (min(ends, last) - max(begins, first)).days + 1
    whole = days == month.days_in_month
    parts = {kind: spent_of(client, month, kind, as_of) for kind in KINDS}
    gap = any(part.source == GAP for part in parts.values())
    spent = pd.Series({kind: part.amount for kind, part in parts.items()}).sum(min_count=1)
    planned = _costs(client, month)["planned"].sum(min_count=1)
    low, high = band(client)
    return {
        "month": str(month),
        "days": days,
        "planned": planned,
        "spent": spent,
        "band_low": low,
        "band_high": high,
        "planned_verdict": against_band(planned, low, high) if whole else None,
        "spent_verdict": against_band(spent, low, high) if whole and not gap else None,
        "whole": whole,
        **creator_pay(client, month, as_of),
        "note": "; ".join(f"{kind}: {part.note}" for kind, part in parts.items() if part.note),
    }


def _ends(month: pd.Period) -> tuple[date, date]:
    return month.start_time.date(), month.end_time.date()


def band(client: Any) -> tuple[float | None, float | None]:
    """The article's monthly band, where it is in the client's currency."""
    rule = client.policy.budget
    return rule.monthly if client.currency == rule.currency else (None, None)


def band_on(client: Any, day: date) -> tuple[float | None, float | None]:
    """The band, where the day lies in the build stage that it is meant for."""
    start, _ = client.program_start()
    if start is None or not start <= day < start + timedelta(days=client.policy.budget.days):
        return None, None
    return band(client)


def against_band(amount: float, low: float | None, high: float | None) -> str | None:
    """below, within or above the band; None where either is not known."""
    if pd.isna(amount) or low is None or high is None:
        return None
    return "below" if amount < low else "above" if amount > high else "within"


ENTERED, RECORDS, GAP = "entered", "records", "gap"


def spent_of(client: Any, month: pd.Period, kind: str, as_of: date) -> Spent:
    """What a kind cost in the month up to `as_of`: as filled in, else as the records show.

    Records: for product the samples shipped in the month, for spark the ad spend of the weeks that
    end in it, so that a week over the month's end counts once and whole. Both at hand and over 10%
    apart is said. A record with a gap (a sample without its cost, days without ad export) is a
    lower bound: the amount stands and the note says what is missing.
    """
    entered = _costs(client, month)
    amount = entered.loc[entered["kind"] == kind, "spent"].sum(min_count=1)
    shown, lacking = _recorded(client, month, kind, as_of)
    if pd.isna(amount):
        source = GAP if lacking else RECORDS if pd.notna(shown) else ""
        return Spent(shown, source, lacking)
    if shown and pd.notna(shown) and abs(amount - shown) > APART * shown:
        said = f"{amount:,.0f} entered, {shown:,.0f} in the records"
        return Spent(amount, ENTERED, f"{said}; {lacking}" if lacking else said)
    return Spent(amount, ENTERED, "")


def _costs(client: Any, month: pd.Period) -> pd.DataFrame:
    rows = client.frame("costs")
    return rows[pd.to_datetime(rows["month"]).dt.to_period("M") == month]


def _recorded(client: Any, month: pd.Period, kind: str, as_of: date) -> tuple[float, str]:
    begins, ends = _ends(month)
    period = Period(begins, min(ends, as_of))
    if kind == "product":
        return _samples(client, period)
    if kind == "spark":
        return _ads(client, period)
    return float("nan"), ""


def _samples(client: Any, period: Period) -> tuple[float, str]:
    rows = client.frame("samples")
    sent = rows[rows["shipped_on"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))]
    cost = sent["unit_cost"] + sent["shipping_cost"]
    lacking = int(cost.isna().sum())
    said = f"cost not entered for {words.count(lacking, 'sample')}" if lacking else ""
    return cost.sum(min_count=1), said


def _ads(client: Any, period: Period) -> tuple[float, str]:
    """Ad spend of the windows that end in the period, and what of it is not known."""
    windows = _ad_windows(client)
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    windows = windows[windows["window_end"] <= last]
    mine = windows[windows["window_end"] >= first]
    gaps = [_gap(kept, first, last) for _, kept in windows.groupby("kind")]
    lacking = next((gap for gap in gaps if gap), "")
    if not lacking and mine["foreign"].sum() > 0:
        lacking = "some ad spend is in another currency"
    return float(mine["spend"].sum()) if len(mine) else float("nan"), lacking


def _gap(windows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """The days of one kind of ad export that should be there by the period's last day."""
    before = windows[windows["window_end"] < first]["window_end"].max()
    mine = windows[windows["window_end"] >= first]
    # A week that is not over yet cannot be there.
    due = last - pd.Timedelta(days=6)
    newest = windows["window_end"].max()
    if mine.empty:
        return f"no ad export after {newest.date()}" if newest < due else ""
    begun = mine["window_start"].min() if pd.isna(before) else before + pd.Timedelta(days=1)
    found = untiled(mine, Period(begun.date(), newest.date()))
    return found or (f"no ad export after {newest.date()}" if newest < due else "")


def _ad_windows(client: Any) -> pd.DataFrame:
    """One row per kept window of an ad export: kind, window_start, window_end, spend, foreign."""
    kept = [kept_windows(client, kind).assign(kind=kind) for kind in AD_KINDS]
    windows = pd.concat(kept, ignore_index=True)
    ads = client.frame("ad_stats")
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    ads = ads.assign(foreign=ads["spend"].mask(home, 0.0), spend=ads["spend"].where(home, 0.0))
    keys = ["source", "window_start", "window_end"]
    sums = ads.groupby(keys, as_index=False)[["spend", "foreign"]].sum()
    sums = sums.rename(columns={"source": "kind"})
    for column in ("window_start", "window_end"):
        windows[column] = pd.to_datetime(windows[column])
    return windows.merge(sums, how="left", on=["kind", "window_start", "window_end"]).fillna(
        {"spend": 0.0, "foreign": 0.0}
    )


def creator_pay(client: Any, month: pd.Period, as_of: date) -> dict[str, Any]:
    """Flat fees by days and commission of the month up to `as_of`, and the commission's status."""
    begins, ends = _ends(month)
    period = Period(begins, min(ends, as_of))
    fees = flat_fees(client, period)
    known = not fees["unknown"].astype(bool).any()
    paid = commissions(client, as_of, period)
    program = paid[paid["subject_kind"] == "program"].iloc[0]
    return {
        "flat_fees": float(fees["flat_fees"].sum()) if known else float("nan"),
        "commission": float(program["standard"] + program["shop_ads"]),
        "commission_status": "estimated" if program["estimated"] > 0 else "settled",
    }


def running(client: Any, as_of: date) -> pd.DataFrame:
    """One row per kind of the month of `as_of`, and one for all: where the month will end.

    Columns month, kind, planned, spent (so far), source, committed (money bound for the rest of
    the month), forecast to the month's end with its 80% range, status (estimated: from the
    client's own weeks; assumed: as planned; settled: the month is entered) and note. Committed is
    for product the samples approved and not yet sent; for a coordinator the rest of the plan.
    Forecasts of product and spark add to what is spent the mean of the last 12 whole weeks for the
    days left, and never less than what is committed; the range is Student's of one more such
    stretch. A kind with neither record nor plan is missing and the total with it.
    """
    month = pd.Period(as_of, "M")
    rows = pd.DataFrame([_running(client, month, kind, as_of) for kind in KINDS])
    return pd.concat([rows, pd.DataFrame([_total(rows)])], ignore_index=True)[RUNNING]


def _running(client: Any, month: pd.Period, kind: str, as_of: date) -> dict[str, Any]:
    spent = spent_of(client, month, kind, as_of)
    costs = _costs(client, month)
    planned = costs.loc[costs["kind"] == kind, "planned"].sum(min_count=1)
    row = {"month": str(month), "kind": kind, "planned": planned, "spent": spent.amount}
    row |= {"source": "records" if spent.source == GAP else spent.source, "note": spent.note}
    left = (_ends(month)[1] - as_of).days
    if spent.source == ENTERED or not left:
        ends = (spent.amount,) * 3
        return row | _ahead(0.0, ends, "settled" if pd.notna(spent.amount) else "missing")
    weeks = _weeks(client, kind, as_of)
    bound = _bound(client, kind, as_of)
    so_far = 0.0 if pd.isna(spent.amount) else spent.amount
    if len(weeks) >= LEAST_WEEKS:
        more = np.maximum(_stretch(weeks, _days_left(client, kind, as_of, left)), bound)
        return row | _ahead(bound, tuple(so_far + more), "estimated")
    if pd.isna(planned):
        return row | _ahead(bound, (np.nan,) * 3, "missing")
    rest = max(planned - so_far, 0.0) if kind == "coordinator" else bound
    ends = (max(planned, so_far + bound),) * 3
    return row | _ahead(rest, ends, "assumed")


def _ahead(committed: float, ends: tuple, status: str) -> dict[str, Any]:
    names = ("forecast", "ci_low", "ci_high")
    return {"committed": committed, "status": status} | dict(zip(names, ends, strict=True))


def _weeks(client: Any, kind: str, as_of: date) -> np.ndarray:
    """What the kind cost in each of the last whole weeks that its records hold."""
    if kind == "spark":
        windows = _ad_windows(client)
        weekly = windows[(windows["window_end"] - windows["window_start"]).dt.days == 6]
        weekly = weekly[weekly["window_end"] <= pd.Timestamp(as_of)]
        sums = weekly.groupby("window_end")["spend"].sum()
        return sums.sort_index().tail(HISTORY_WEEKS).to_numpy()
    if kind == "product":
        rows = client.frame("samples").dropna(subset=["shipped_on"])
        ago = (pd.Timestamp(as_of) - rows["shipped_on"]).dt.days // 7
        first = int(ago.max()) if len(rows) else 0
        cost = (rows["unit_cost"] + rows["shipping_cost"]).groupby(ago).sum()
        # The oldest week is seldom whole; weeks in which nothing was sent count as nothing.
        return cost.reindex(range(min(first, HISTORY_WEEKS)), fill_value=0.0).to_numpy()
    return np.array([])


def _days_left(client: Any, kind: str, as_of: date, left: int) -> int:
    """Days of the month still to be spent: of ads, those that weeks ending in it will bring."""
    if kind != "spark":
        return left
    ends = _ad_windows(client)["window_end"]
    seen = ends[ends <= pd.Timestamp(as_of)].max()
    month_end = pd.Timestamp(as_of) + pd.Timedelta(days=left)
    return int((month_end - seen).days // 7 * 7)


def _stretch(weeks: np.ndarray, days: int) -> np.ndarray:
    """What that many days more should cost, and the ends of its range, none below nothing."""
    share, n = days / 7, len(weeks)
    spread = weeks.std(ddof=1) * np.sqrt(share + share**2 / n)
    half = stats.t.ppf((1 + LEVEL) / 2, n - 1) * spread
    middle = weeks.mean() * share
    return np.maximum([middle, middle - half, middle + half], 0.0)


def _bound(client: Any, kind: str, as_of: date) -> float:
    """Money bound already: the samples approved by `as_of` and not sent by then."""
    if kind != "product":
        return 0.0
    rows, day = client.frame("samples"), pd.Timestamp(as_of)
    waiting = rows["approved_on"].le(day) & ~rows["shipped_on"].le(day)
    waiting &= ~rows["delivered_on"].le(day)
    cost = rows["unit_cost"] + rows["shipping_cost"]
    return float(cost[waiting].sum())


def _total(rows: pd.DataFrame) -> dict[str, Any]:
    """All kinds together; their ranges as independent, so that the ends add in quadrature."""
    told = rows[rows["planned"].notna() | rows["spent"].notna() | (rows["committed"] > 0)]
    unknown = told[told["forecast"].isna()]["kind"]
    middle = told["forecast"].sum(skipna=False) if len(told) else np.nan
    below, above = (
        float(np.sqrt(((told["forecast"] - told[end]) ** 2).sum(skipna=False)))
        for end in ("ci_low", "ci_high")
    )
    ranked = ["settled", "estimated", "assumed", "missing"]
    status = max(told["status"], key=ranked.index) if len(told) else "missing"
    note = f"neither plan nor record of {', '.join(unknown)}" if len(unknown) else ""
    return {
        "month": rows["month"].iloc[0],
        "kind": "all",
        "planned": told["planned"].sum(min_count=1),
        "spent": told["spent"].sum(min_count=1),
        "source": "",
        "committed": told["committed"].sum(),
        "forecast": middle,
        "ci_low": middle - below,
        "ci_high": middle + above,
        "status": status,
        "note": note,
    }


def figures(months_table: pd.DataFrame, running_table: pd.DataFrame) -> list[pd.DataFrame]:
    """Rows of the results table: each month's plan and spend, and the running month by kind."""
    found = []
    names = {"budget_planned": "planned", "budget_spent": "spent", "flat_fees": "flat_fees"}
    for metric, column in (names | {"commission": "commission"}).items():
        rows = _of_months(months_table["month"])
        rows |= {"metric": metric, "value": months_table[column], "subject": months_table["month"]}
        if metric == "commission":
            rows["status"] = months_table["commission_status"]
        if metric == "budget_spent":
            rows["note"] = months_table["note"].replace("", None)
        found.append(pd.DataFrame({**rows, "subject_kind": "month"}))
    names = {name: name.removeprefix("budget_") for name in _RUNNING}
    for metric, column in names.items():
        rows = _of_months(running_table["month"])
        rows |= {"metric": metric, "value": running_table[column], "subject": running_table["kind"]}
        if metric == "budget_forecast":
            ends = {"ci_low": running_table["ci_low"], "ci_high": running_table["ci_high"]}
            rows |= {**ends, "ci_level": LEVEL, "note": running_table["status"]}
            rows |= {"status": running_table["status"].replace("assumed", "estimated")}
        found.append(pd.DataFrame({**rows, "subject_kind": "cost_kind"}))
    return found


_RUNNING = ("budget_planned", "budget_spent", "budget_committed", "budget_forecast")


def _of_months(months_named: pd.Series) -> dict[str, Any]:
    periods = [pd.Period(month) for month in months_named]
    return {
        "period_start": [period.start_time.date() for period in periods],
        "period_end": [period.end_time.date() for period in periods],
    }
