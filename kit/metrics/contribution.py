"""What the program, a tier, a creator left over: net revenue less every cost, part by part."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from kit.metrics.costs import KINDS, SUBJECT, ad_gap, commissions, other_costs
from kit.metrics.order_costs import costed_lines
from kit.metrics.periods import Period, four_weeks, last_days
from kit.metrics.sales import NO_ORDERS, holds_orders
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.words import count

PARTS = {
    "net_revenue": 1,
    "goods": -1,
    "fulfilment": -1,
    "referral_fee": -1,
    "refund_fee": -1,
    "standard": -1,
    "shop_ads": -1,
    "samples": -1,
    "flat_fees": -1,
    "ad_spend": -1,
}


@once
def contribution(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per program, tier and creator and part of the contribution of the last `days` days.

    Columns subject_kind, subject, part, amount (costs below zero), status and unknown. The parts
    are `PARTS`, then `contribution`, their sum, then `paid_not_posted`, which is a part of the
    flat fees and not added again. A part that is not wholly known is missing, `unknown` names
    what was not entered, and the contribution of that subject is missing with it.

    Goods and fulfilment of refunded lines are lost, but for the share of returned goods that can be
    sold again (`policy.returns`). Referral fee: on Payment Amount and, where
    the shop order is held, the platform's discount, refunds out; the refund administration fee is
    a share of the referral fee given back, up to a limit per line. Both by `policy.fees`.
    """
    rows = _amounts(client, as_of, last_days(as_of, days))
    signs = pd.Series(PARTS, dtype="float64")
    amounts = rows[list(PARTS)] * signs
    words = rows[[f"unknown_{part}" for part in PARTS]].set_axis(list(PARTS), axis=1)
    amounts = amounts.where(words == "")
    total = amounts.sum(axis=1, skipna=False)
    why = ["; ".join(sorted({w for w in row if w})) for row in words.itertuples(index=False)]
    amounts = amounts.assign(contribution=total, paid_not_posted=-rows["paid_not_posted"])
    words = words.assign(contribution=why, paid_not_posted="")
    long = amounts.reset_index().melt("index", var_name="part", value_name="amount")
    named = words.reset_index().melt("index", var_name="part", value_name="unknown")
    long = long.assign(unknown=named["unknown"], place=long["part"].map(_PLACE))
    long = long.merge(rows[[*SUBJECT, "estimated"]], left_on="index", right_index=True)
    long["status"] = _status(long)
    long = long.sort_values([*SUBJECT, "place"], ignore_index=True)
    return long[[*SUBJECT, "part", "amount", "status", "unknown"]]


_PLACE = {part: place for place, part in enumerate([*PARTS, "contribution", "paid_not_posted"])}
_GUESSED = ["standard", "shop_ads", "contribution"]


def _status(rows: pd.DataFrame) -> pd.Series:
    estimated = rows["part"].isin(_GUESSED) & (rows["estimated"] > 0)
    status = estimated.map({True: "estimated", False: "settled"})
    return status.where(rows["amount"].notna(), "missing")


def _amounts(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per subject: an amount, above zero, and what is unknown of it, for each part."""
    sales = commissions(client, as_of, period)
    goods = _line_costs(client, as_of, period)
    other = other_costs(client, as_of, period).rename(columns={"unknown": "unknown_other"})
    rows = sales.merge(goods, on=SUBJECT, how="outer").merge(other, on=SUBJECT, how="outer")
    texts = {name: rows[name].fillna("") for name in rows if name.startswith("unknown")}
    numbers = {
        name: rows[name].astype("float64").fillna(0.0)
        for name in rows
        if name not in texts and name not in SUBJECT
    }
    rows = rows.assign(**numbers, **texts)
    return rows.assign(**_unknown(rows, ad_gap(client, period), holds_orders(client)))


def _unknown(rows: pd.DataFrame, gap: str, orders_held: bool) -> Mapping[str, Any]:
    """For each part, in words, what is not known of it; empty where it is known."""
    words = rows["unknown_other"].str.split("; ")
    named = {
        part: ["; ".join(w for w in each if w.startswith(start)) for each in words]
        for part, start in (
            ("samples", "cost of samples"),
            ("flat_fees", "what the flat fee"),
            ("ad_spend", "ad spend"),
        )
    }
    named["ad_spend"] = ["; ".join(filter(None, [word, gap])) for word in named["ad_spend"]]
    lines = {
        "goods": _named_count(rows["lines_without_goods"], "cost of goods"),
        "fulfilment": _named_count(rows["lines_without_fulfilment"], "fulfilment cost"),
    }
    sold = "" if orders_held else NO_ORDERS
    known = dict.fromkeys(PARTS, sold) | {"net_revenue": sold} | dict.fromkeys(named, "") | lines
    return {f"unknown_{part}": value for part, value in (known | named).items()}


def _named_count(lines: pd.Series, cost: str) -> list[str]:
    return [f"{cost} not entered for {count(number, 'line')}" if number else "" for number in lines]


def _line_costs(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per subject: goods, fulfilment and platform fees of its counting lines."""
    lines = costed_lines(client, as_of, period)
    return by_subject(lines, KINDS, client.name, _line_measures)


def _line_measures(lines: Any) -> dict[str, Any]:
    names = ("fulfilment", "referral_fee", "refund_fee")
    return {
        "goods": (lines.goods - lines.goods_back).sum().cast("float64"),
        **{name: lines[name].sum().cast("float64") for name in names},
        "lines_without_goods": lines.goods.isnull().sum(),
        "lines_without_fulfilment": lines.fulfilment.isnull().sum(),
    }


def contribution_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`contribution` of program, tiers and creators for the 4 weeks, `n` the lines summed."""
    parts = contribution(client, as_of)
    rows = parts[parts["part"] == "contribution"]
    period = four_weeks(as_of)
    lines = commissions(client, as_of, period)[[*SUBJECT, "lines"]]
    rows = rows.merge(lines, on=SUBJECT, how="left")
    note = rows["unknown"].where(rows["unknown"] != "", None)
    return figure_rows(
        "contribution",
        rows,
        rows["amount"],
        period,
        n=rows["lines"].fillna(0),
        status=rows["status"],
        note=note,
    )
