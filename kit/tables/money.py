"""Tables of the program's money: creators by contribution, how it settles, what they are paid."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import words
from kit.metrics.sales import NO_ORDERS
from kit.sentences.money import share, share_range
from kit.tables.look import Column, finished

IDLE = ["paid_not_posted", "samples_not_posted"]


def creators_by_contribution(
    left: pd.DataFrame, currency: str = "USD", subtitle: str = "", each: int = 12
) -> GT:
    """Creators by what they left over: the best and the worst; `money.weekly`'s money_left.

    Of more than twice `each` creators the ones in the middle stand in one row together; spend that
    belongs to no creator has a row too, so that the rows sum to the program's, which comes last.
    """
    rows = left[left["subject_kind"] == "creator"].sort_values(
        ["contribution", "subject"], ascending=[False, True]
    )
    program = left[left["subject_kind"] == "program"]
    unsold = left["unknown"].str.contains(NO_ORDERS).any()
    if unsold:
        rows, program = rows.iloc[:0], program.iloc[:0]
    nothing = rows["contribution"].eq(0) & rows["net_revenue"].eq(0)
    frame = pd.concat([_middle_together(rows[~nothing], each), program.assign(subject="Program")])
    shown = frame.assign(
        settles=[_span(row, currency) for row in frame.to_dict("records")],
        note=[
            _notes(loses, fees, samples, currency)
            for loses, fees, samples in zip(_both(frame), *_idle(frame), strict=True)
        ],
        who=[words.sentence(s).rstrip(".") if " " in s else s for s in frame["subject"]],
    )
    columns = [
        Column("who", "Creator", width="20%"),
        Column("net_revenue", "Net revenue", "money"),
        Column("contribution", "Left over", "money"),
        Column("settles", "Once settled", "range", width="16%"),
        Column("margin", "Of net revenue", "percent0"),
        Column("orders", "Orders", "count"),
        Column("contribution_per_order", "Per order", "money", "Left over"),
        Column("contribution_per_post", "Per post", "money", "Left over"),
        Column("note", "What stands out", width="15%"),
    ]
    return finished(
        shown,
        columns,
        id="creators-by-contribution",
        title="What each creator left over, four weeks",
        subtitle=subtitle,
        note="Net revenue less goods, fulfilment, platform fees, commission, samples, flat fees "
        "and ad spend. Samples never posted and fees for posts that did not come count too. Ads "
        "for product cards and for videos nobody knows belong to no creator. Once settled: of a "
        "creator, as nine in ten earlier four weeks moved of creators with about as many open "
        "orders (their own widest counts too); of the program, the widest its own moved. A dash: "
        "a cost is not known, or too few such weeks are on record.",
        none="Not known without the affiliate orders."
        if unsold
        else "No creator has sold or cost anything.",
        currency=currency,
        strong={"note": _both(frame).reset_index(drop=True)} if len(frame) else None,
    )


def _span(row: dict, currency: str) -> str:
    low, high = row.get("low"), row.get("high")
    if words.is_missing(low) or words.is_missing(high):
        return words.MISSING
    ends = [words.money(end, currency, 0) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _idle(frame: pd.DataFrame) -> list[list[float]]:
    """What was paid in fees for posts that did not come, and for samples not posted yet."""
    return [frame.reindex(columns=[name])[name].fillna(0.0).tolist() for name in IDLE]


def _notes(loses: bool, fees: float, samples: float, currency: str) -> str:
    told = ["sells well, loses money"] if loses else []
    if fees >= 0.5:
        told.append(f"{words.money(fees, currency, 0)} paid, not posted")
    if samples >= 0.5:
        told.append(f"{words.money(samples, currency, 0)} of samples, not posted")
    return "; ".join(told) or " "


def _both(frame: pd.DataFrame) -> pd.Series:
    return frame["sells_well"].fillna(False).astype(bool) & frame["loses"].fillna(False)


def _middle_together(rows: pd.DataFrame, each: int) -> pd.DataFrame:
    if len(rows) <= 2 * each + 1:
        return rows
    middle = rows.iloc[each:-each]
    kept = middle[_both(middle)]  # whoever is named stays
    rest = middle.drop(kept.index)
    summed = ["net_revenue", "contribution", "orders", "posts", *rest.columns.intersection(IDLE)]
    sums = rest[summed].sum(skipna=False)
    net = sums["net_revenue"]
    one = {
        **sums.to_dict(),
        "subject": f"{len(rest)} others, in between",
        "margin": sums["contribution"] / net if net > 0 else float("nan"),
        "contribution_per_order": float("nan"),
        "contribution_per_post": float("nan"),
        "sells_well": False,
        "loses": False,
    }
    parts = [rows.iloc[:each], kept, pd.DataFrame([one]), rows.iloc[-each:]]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def settling(rows: pd.DataFrame, subtitle: str = "") -> GT:
    """How far money moved until it settled: `money.settling`'s rows."""
    shown = rows.assign(
        measure=rows["measure"].map({"commission": "Commission", "contribution": "Left over"}),
        after=[f"{age} days" for age in rows["age_days"]],
        span=[_from_to(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
        why=rows["refused"],
    )
    columns = [
        Column("measure", "What"),
        Column("after", "Seen after"),
        Column("mean", "Moved by, on average", "percent2"),
        Column("span", "Widest seen", "range"),
        Column("periods", "Earlier four weeks", "count"),
    ]
    if (rows["refused"] != "").any():
        columns.append(Column("why", "Why there is no range"))
    return finished(
        shown,
        columns,
        id="settling",
        title="How far such figures moved until they were settled",
        subtitle=subtitle,
        note="Settled less what the downloads up to so many days after the four weeks had shown, "
        "as a share of net revenue. Above 0 it became more. The four weeks overlap, so they are "
        "fewer than they look. Fees for posts, samples and ads do not settle and are left out.",
        none="No earlier download of orders is held.",
    )


def _from_to(low: float, high: float) -> str:
    if words.is_missing(low):
        return words.MISSING
    return f"{words.percent(low, 2)} to {words.percent(high, 2)}"


def pay(rows: pd.DataFrame, subtitle: str = "") -> GT:
    """Creators paid outside what tier and deal let expect, part by part; `money.pay`'s rows."""
    own = rows[rows["verdict"].isin(["above", "below", "no sales"])]
    own = own.sort_values(["ratio", "creator_id"], ascending=[False, True])
    shown = own.assign(
        deal=[_deal(row.tier, row.deal) for row in own.itertuples()],
        expected=_percents(own["expected_low"], own["expected_high"]),
        paid=[share(ratio) for ratio in own["ratio"]],
        rates=(own["rate"] + own["shop_ads_rate"]).round(3) + 0.0,
        refunds=(own["refunds"] + own["base"]).round(3) + 0.0,
    )
    columns = [
        Column("creator_id", "Creator", width="17%"),
        Column("deal", "Deal", width="12%"),
        Column("orders", "Orders", "count"),
        Column("paid", "Pay to net revenue", "range"),
        Column("expected", "Expected", "range", width="10%"),
        Column("agreed", "Agreed rates", "percent0", "What it is made of"),
        Column("rates", "Other rates paid", "percent", "What it is made of"),
        Column("refunds", "On refunds and base", "percent", "What it is made of"),
        Column("flat_fee", "Flat fees", "percent0", "What it is made of"),
        Column("reason", "What explains it", width="18%"),
    ]
    missing = rows["verdict"].eq("orders missing").any()
    return finished(
        shown,
        columns,
        id="pay",
        title="Paid outside what tier and deal let expect",
        subtitle=subtitle,
        note="Commission, estimates in it, and flat fees by days ÷ net revenue of four weeks.",
        none="Not known without the affiliate orders."
        if missing
        else "Nobody is paid outside the range of tier and deal.",
    )


def _deal(tier: float | None, deal: str) -> str:
    known = "No tier" if words.is_missing(tier) else f"Tier {words.number(tier)}"
    return f"{known}, {deal}"


def pay_bands(rows: pd.DataFrame, subtitle: str = "") -> GT:
    """What pay is expected to be of revenue, by tier and deal; `money.pay_range.bands`' rows."""
    shown = rows.assign(
        deal=[words.sentence(deal).rstrip(".") for deal in rows["deal"]],
        rates=_percents(rows["rate_low"], rows["rate_high"]),
        fees=_percents(rows["fee_low"], rows["fee_high"]),
        expected=_percents(rows["expected_low"], rows["expected_high"]),
    )
    columns = [
        Column("tier", "Tier", "tier"),
        Column("deal", "Deal"),
        Column("creators", "Creators", "count"),
        Column("rates", "Commission agreed", "range"),
        Column("fees", "Flat fee adds up to", "range"),
        Column("expected", "Expected", "range"),
        Column("bearable", "Sales can bear", "percent0"),
    ]
    return finished(
        shown,
        columns,
        id="pay-bands",
        title="What pay is expected to be of net revenue, by tier and deal",
        subtitle=subtitle,
        note="Commission: the lowest to the highest rate agreed in the tier on such a deal, "
        "standard and Shop Ads. Flat fee: of each hybrid or partnership creator, what it would be "
        "of the sales if the agreed posts sold as the tier's posts do on average; a creator's own "
        "range holds the own fee. Samples and ad spend are in none. Sales can bear: what was left "
        "of net revenue before commission, fees, samples and ads; pay beyond it loses money.",
        none="No agreement is entered, so nothing says what pay to expect. Fill in "
        "ledgers/agreements.csv.",
    )


def _percents(low: pd.Series, high: pd.Series) -> list[str]:
    return [share_range(a, b) for a, b in zip(low, high, strict=True)]
