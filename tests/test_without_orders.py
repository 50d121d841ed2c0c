"""A client that holds no affiliate orders: what rests on them is said to be missing, never zero."""

from datetime import date

import matplotlib.pyplot as plt
import pytest

from kit import (
    ad_return,
    boosted,
    break_even,
    change,
    metrics,
    paid,
    payback,
    review,
    sentences,
    tables,
)
from kit.metrics.sales import NO_ORDERS
from kit.money import gmv_change
from kit.money import weekly as money
from kit.plots import contribution
from tests.small_client import small_client

AS_OF = date(2026, 5, 10)
AD = {"post_id": "1", "spend": 50.0, "revenue": 90.0, "orders": 3, "currency": "USD"}
WEEKS = [
    ("2026-04-13", "2026-04-19"),
    ("2026-04-20", "2026-04-26"),
    ("2026-04-27", "2026-05-03"),
    ("2026-05-04", "2026-05-10"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    ads = [{**AD, "window_start": start, "window_end": end} for start, end in WEEKS]
    ads[0]["post_id"] = None  # the post is boosted from the second week on
    return small_client(
        tmp_path_factory.mktemp("without"),
        creators=[{"creator_id": "ana"}],
        posts=[{"post_id": "1", "creator_id": "ana", "published_on": "2026-04-01"}],
        products=[
            {"product_id": "p1", "name": "Cup", "price": 40.0}
            | {"cost_of_goods": 5.0, "fulfilment_cost": 2.0}
        ],
        agreements=[
            {"creator_id": "ana", "valid_from": "2026-01-01", "commission_rate": 0.15}
            | {"flat_fee": 100.0, "fee_per": "month"}
        ],
        samples=[
            {"sample_id": "s1", "creator_id": "ana", "product_id": "p1", "unit_cost": 4.0}
            | {"shipping_cost": 1.0, "shipped_on": "2026-04-14", "delivered_on": "2026-04-16"}
        ],
        ad_stats=ads,
    )


def test_the_review_says_what_is_missing_what_that_makes_impossible_and_where_it_is(client):
    found = money.weekly(client, AS_OF)
    said = sentences.sell_and_lose(found["money_left"])
    assert said.startswith(
        "Who sells well and loses money, and what each creator left over, cannot"
    )
    assert "the affiliate orders are missing" in said
    assert "Seller Center: Affiliate Center > Affiliate orders > Export" in said
    assert "the affiliate orders are missing" in sentences.money_left(found["money_lines"])
    assert NO_ORDERS in sentences.provisional(found["provisional"].iloc[0])
    shown = tables.creators_by_contribution(found["money_left"]).as_raw_html()
    assert "Not known without the affiliate orders." in shown
    assert "ana" not in shown
    fig, ax = plt.subplots()
    contribution(found["money_lines"], ax)
    assert "the affiliate orders are missing" in ax.texts[0].get_text()
    plt.close(fig)


def test_weeks_without_orders_have_no_gmv_instead_of_zero(client):
    weeks = metrics.program_weeks(client, AS_OF)
    assert weeks["posts"].sum() == 1
    assert weeks[["gmv", "net_revenue", "orders"]].isna().all(axis=None)
    parts = change.weekly(client, AS_OF).parts
    assert parts["effect"].isna().all()
    assert gmv_change(client, AS_OF)["effect"].isna().all()
    assert sentences.gmv_change(parts, float("nan"), float("nan")) == "Not known: GMV."
    said = sentences.weekly(review.report(client, AS_OF), 30.0)
    assert f"Not known: GMV ({NO_ORDERS})." in said


def test_nothing_of_ads_or_margins_is_made_up(client):
    products = break_even.products(client, AS_OF)
    assert products["unknown"].tolist() == [NO_ORDERS]
    assert sentences.break_even(products, None) == f"Not known: break-even ({NO_ORDERS})."
    said = sentences.routes(paid.program(client, AS_OF))
    assert said.startswith(f"Paid and organic orders cannot be told apart: {NO_ORDERS}")
    assert ad_return.bridge(client, AS_OF).attrs["unknown"] == NO_ORDERS
    assert boosted.boosted(client, AS_OF)["note"].tolist() == [NO_ORDERS]


def test_no_fee_or_sample_is_said_not_to_come_back(client):
    fees = payback.creators(client, AS_OF)
    assert fees[["creator_id", "pays", "unknown"]].values.tolist() == [["ana", "", NO_ORDERS]]
    assert sentences.creator_payback(fees) == (
        f"Not known: whether flat fees come back ({NO_ORDERS})."
    )
    samples = payback.samples(client, AS_OF, break_even.products(client, AS_OF))
    assert samples["by_60"].isna().all()
    assert sentences.sample_payback(samples) == (
        f"Not known: how soon a sample pays for itself ({NO_ORDERS})."
    )
