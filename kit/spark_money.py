"""What the Spark report says of money: margins by product, paid beside organic, boosts, return."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kit import ad_return, boosted, break_even, paid
from kit.boost import Bar
from kit.metrics.periods import last_days
from kit.metrics.shared import shared
from kit.stage import program_month

OWN_MARGIN = [
    *("rank", "post_id", "creator_id", "caption", "product", "estimate", "ci_low", "ci_high"),
    *("conversion", "left_shop_ads"),
]


def tables(client: Any, day: date, candidates: pd.DataFrame, bar: Bar) -> dict[str, pd.DataFrame]:
    """The report's tables of money: products, below_margin, routes, creator_routes, boosted, steps.

    `products` is `break_even.products` at the bar's cost of a click, `below_margin` the sparks that
    do not pay at their own product's margin, `routes` and `creator_routes` the orders by how they
    were come by, `boosted` posts before and after their boost, `steps` from the platform's ad
    revenue to what ads left.
    """
    client = shared(client)
    products = break_even.products(client, day, bar.cost_per_click)
    days = client.policy.spark.days
    return {
        "products": products,
        "below_margin": below_margin(candidates, products),
        "routes": paid.program(client, day, days),
        "creator_routes": paid.organic_share(client, day, days, by="creator_id"),
        "boosted": boosted.boosted(client, day),
        "steps": ad_return.bridge(client, day),
    }


def below_margin(candidates: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """One row per spark whose estimate is under the conversion that pays at its product's margin.

    The bar of the ranking is the whole program's; a cheap product leaves less of an order, so that
    more clicks must become one. The verdict stays: it is for whoever plans the spend to see.
    `attrs["not_judged"]`: how many sparks of one product cannot be held against its margin.
    """
    own = products[["product_id", "product", "conversion", "left_shop_ads"]]
    rows = candidates[candidates["verdict"] == "spark"].merge(own, on="product_id")
    lossy = rows["left_shop_ads"] <= 0
    found = rows[(rows["estimate"] < rows["conversion"]) | lossy]
    table = found.sort_values("rank")[OWN_MARGIN].reset_index(drop=True)
    table.attrs["not_judged"] = int((rows["conversion"].isna() & ~lossy).sum())
    return table


def return_shown(client: Any, day: date) -> bool:
    """Whether a ROAS is shown yet: from the third month of the program, as the policy has it."""
    month = program_month(client, day)
    return month is not None and month >= client.policy.build.roas_from_month


def figures(client: Any, day: date, found: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """The rows of the results table for `tables`."""
    return [
        *break_even.figures(found["products"], day),
        *paid.figures(
            found["routes"], found["creator_routes"], last_days(day, client.policy.spark.days)
        ),
        *boosted.figures(found["boosted"], day),
        *ad_return.figures(client, found["steps"], day, return_shown(client, day)),
    ]
