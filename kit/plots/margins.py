"""Charts of what orders and ads leave: break-even by product, and the steps of the ad return."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit import words
from kit.plots.look import ACCENT, GREY, INK, LIGHT, MUTED, WARNING, drawable, nothing, sized


@sized(8.6, 1.3, 0.55)
def break_even(products: pd.DataFrame, ax: Axes, shown_roas: float | None = None) -> Axes:
    """Break-even ROAS of each product at both commissions, and the return of paid orders.

    `break_even.products`'s rows; the line is the 90% interval of the refund rate. `shown_roas`
    draws what orders with Shop Ads commission return for the spend.
    """
    finite = np.isfinite(products["roas_shop_ads"].astype(float))
    rows = products[finite] if len(products) else products
    if rows.empty:
        return nothing(ax, "no product's costs are known, or no order leaves anything")
    rows = rows.sort_values(["roas_shop_ads", "product"]).reset_index(drop=True)
    for place, row in enumerate(rows.to_dict("records")):
        _interval(ax, place - 0.13, row, "shop_ads", ACCENT)
        _interval(ax, place + 0.13, row, "standard", GREY)
    names = [words.cut(drawable(name), 28) for name in rows["product"]]
    ax.set_yticks(range(len(rows)), names)
    ax.set_ylim(len(rows) - 0.4, -0.75)
    ax.plot([], [], "o", color=ACCENT, label="Shop Ads commission")
    ax.plot([], [], "s", color=GREY, label="standard commission")
    right = float(np.nanmax(rows[["standard_high", "roas_standard"]].replace(np.inf, np.nan)))
    if not words.is_missing(shown_roas):
        assert shown_roas is not None
        ax.axvline(shown_roas, color=WARNING, lw=1.4, ls=(0, (4, 2)), zorder=0.5)
        ax.annotate(
            f"paid orders return {words.number(shown_roas, 2)}×",
            *((shown_roas, -0.55), (5, 0)),
            textcoords="offset points",
            size=9,
            color=WARNING,
            va="center",
        )
        right = max(right, shown_roas * 1.12)
    ax.set_xlim(0, right * 1.18)
    ax.grid(axis="x")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2, fontsize=9)
    ax.set_xlabel("Revenue for each unit of ad spend at which an order leaves nothing", loc="right")
    return ax


def _interval(ax: Axes, place: float, row: dict, route: str, color: str) -> None:
    value = row[f"roas_{route}"]
    if words.is_missing(value) or not np.isfinite(value):
        return
    ax.hlines(place, row[f"{route}_low"], row[f"{route}_high"], color=color, lw=2.4, alpha=0.55)
    ax.plot(value, place, "o" if route == "shop_ads" else "s", color=color, ms=7)
    ax.annotate(
        f"{words.number(value, 2)}×",
        *((row[f"{route}_high"], place), (6, 0)),
        textcoords="offset points",
        size=8.6,
        va="center",
        color=INK if route == "shop_ads" else MUTED,
        bbox={"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none"},
    )


_STEPS = {
    "platform revenue": "Platform's\nad revenue",
    "not by ads": "Not by ads,\nby commission",
    "refunds": "Refunds",
    "goods": "Goods",
    "fulfilment": "Fulfilment",
    "platform fees": "Platform\nfees",
    "commission": "Commission",
    "left before spend": "Left before\nad spend",
    "ad spend": "Ad spend",
    "left after spend": "Left after\nad spend",
}


@sized(9.6, 3.8)
def ad_steps(steps: pd.DataFrame, ax: Axes, currency: str = "USD") -> Axes:
    """From the platform's ad revenue to what ads left, as a waterfall; `ad_return.bridge`."""
    if steps.empty or steps["amount"].isna().any():
        return nothing(ax, steps.attrs.get("unknown") or "what ads left is not known")
    top, whole = 0.0, max(abs(float(steps["amount"].iloc[0])), 1.0)
    for place, (step, amount) in enumerate(zip(steps["step"], steps["amount"], strict=True)):
        total = step in ("platform revenue", "left before spend", "left after spend")
        low, high = (0.0, amount) if total else sorted((top, top + amount))
        color = (ACCENT if amount >= 0 else WARNING) if total else GREY
        color = LIGHT if step == "platform revenue" else color
        ax.bar(place, high - low, bottom=low, color=color, width=0.66, zorder=2)
        text = (
            words.money(amount, currency, 0) if total else words.signed_money(amount, currency, 0)
        )
        ax.text(place, max(low, high) + whole * 0.02, text, ha="center", size=9, color=INK)
        top = amount if total else top + amount
    ax.axhline(0, color=LIGHT, lw=1, zorder=1)
    ax.set_xticks(range(len(steps)), [_STEPS[step] for step in steps["step"]])
    ax.tick_params(axis="x", length=0, labelsize=8.6)
    ax.set_yticks([])
    ax.set_ylim(top=whole * 1.15)
    return ax
