"""From the platform's ad revenue to what ads left, worked by hand."""

import pandas as pd
import pytest

from kit import ad_return, results, sentences, tables
from tests.small_client import order_line as line
from tests.small_client import small_client

AS_OF = "2026-05-10"
ADS = {
    "standard_commission_estimated": None,
    "shop_ads_commission_rate": 0.08,
    "shop_ads_commission_estimated": 3.2,
    "shop_ads_commission_actual": 3.2,
}


def ad(**given):
    row = {"post_id": "1", "window_start": "2026-04-13", "window_end": "2026-05-10"}
    row |= {"spend": 30.0, "revenue": 160.0, "orders": 4, "currency": "USD"}
    return {**row, **given}


LINES = [
    line("o1", **ADS),
    line("o2", **ADS),
    # refunded: nothing earned, but it came by ads and its goods are gone
    line("o3", **{**ADS, "shop_ads_commission_actual": 0.0}, refunded_amount=40.0),
    line("o4"),
]
PRODUCTS = [{"product_id": "p1", "cost_of_goods": 10.0, "fulfilment_cost": 4.0}]


ONE_AD = (ad(),)


def shop(folder, lines=LINES, ads=ONE_AD, products=PRODUCTS):
    return small_client(
        folder,
        creators=[{"creator_id": "ana"}],
        posts=[{"post_id": "1", "creator_id": "ana"}],
        orders=list(lines),
        ad_stats=list(ads),
        products=products,
    )


def test_each_step_from_platform_revenue_to_what_is_left(tmp_path):
    steps = ad_return.bridge(shop(tmp_path), AS_OF)
    # three orders of 40 by ads, one given back: 80 kept; 6% of 80, and 20% of 6% of 40
    fee = 4.8 + 0.48
    left = 80 - 30 - 12 - fee - 6.4
    assert steps.set_index("step")["amount"].round(2).to_dict() == {
        "platform revenue": 160.0,
        "not by ads": -40.0,
        "refunds": -40.0,
        "goods": -30.0,
        "fulfilment": -12.0,
        "platform fees": round(-fee, 2),
        "commission": -6.4,
        "left before spend": round(left, 2),
        "ad spend": -30.0,
        "left after spend": round(left - 30, 2),
    }
    found = ad_return.returns(steps)
    assert found["platform_roas"] == pytest.approx(160 / 30)
    assert found["paid_roas"] == pytest.approx(120 / 30)
    assert found["contribution_return"] == pytest.approx(left / 30, abs=1e-3)
    assert steps.attrs == {"unknown": "", "estimated": False}


def test_the_sentence_names_the_loss_and_the_largest_reason(tmp_path):
    steps = ad_return.bridge(shop(tmp_path), AS_OF)
    said = sentences.ad_return(steps, ad_return.returns(steps), True, "USD")
    assert said == (
        "The platform shows 5.33× on $30.00; each $1 of it brought $0.88 before the spend, so that "
        "ads lost $3.68 after it. The largest part of the difference is orders that the "
        "commissions show to be organic."
    )
    assert sentences.ad_return(steps, ad_return.returns(steps), False, "USD") == (
        "No return on ad spend is shown before the program's third month."
    )


@pytest.mark.parametrize(
    ("given", "why", "known"),
    [
        ({"ads": []}, "no ad spend in these weeks", 0),
        ({"ads": [ad(window_start="2026-04-20")]}, "ad spend: no window covers", 0),
        ({"ads": [ad(), ad(currency="EUR")]}, "some ad spend is not in USD", 0),
        ({"lines": [line("o1")]}, "no order has a Shop Ads rate", 2),
        ({"products": []}, "cost of goods not entered for some paid orders", 5),
    ],
)
def test_what_is_not_known_is_missing_with_its_reason(tmp_path, given, why, known):
    steps = ad_return.bridge(shop(tmp_path, **given), AS_OF)
    assert why in steps.attrs["unknown"]
    amounts = steps.set_index("step")["amount"]
    assert pd.isna(amounts["left after spend"])
    if known:
        assert amounts.notna().sum() >= known
    said = sentences.ad_return(steps, ad_return.returns(steps), True, "USD")
    assert "nan" not in said
    assert why.removeprefix("ad spend: ") in said
    assert "nan" not in tables.ad_steps(steps).as_raw_html()


def test_estimated_commission_makes_what_is_left_an_estimate(tmp_path):
    client = shop(tmp_path, [line("o1", **{**ADS, "shop_ads_commission_actual": None})])
    steps = ad_return.bridge(client, AS_OF)
    rows = results.figures("spark_candidates", *ad_return.figures(client, steps, AS_OF, True))
    status = rows.set_index(["metric", "subject"])["status"]
    assert status["ad_return_step", "left after spend"] == "estimated"
    assert status["ad_return_step", "refunds"] == "settled"
    assert status["ad_contribution", "small"] == "estimated"


def test_no_return_stands_in_the_results_before_the_month_the_policy_names(tmp_path):
    client = shop(tmp_path)
    steps = ad_return.bridge(client, AS_OF)
    rows = results.figures("spark_candidates", *ad_return.figures(client, steps, AS_OF, False))
    rows = rows[rows["subject_kind"] == "program"]
    assert rows["value"].isna().all()
    assert rows["note"].str.contains("third month").all()
