"""Commission, flat fees, samples and ad spend, against net revenue."""

import pandas as pd
import pytest

from kit import metrics
from kit.metrics.costs import ad_costs, cost_figures, flat_fees, settled_figures
from kit.metrics.periods import four_weeks
from tests.metrics.test_publishing import figure
from tests.small_client import small_client

AS_OF = "2026-05-10"
FOUR = "2026-04-13"
CREATORS = [{"creator_id": "ana"}, {"creator_id": "bo", "followers": 200_000}]


def line(order_id, gmv, **given):
    row = {"order_id": order_id, "gmv": gmv, "creator_id": "ana"}
    return {**row, "ordered_at": "2026-05-05T19:00:00Z", **given}


def costs(folder, *lines, **tables):
    client = small_client(folder, orders=list(lines), **({"creators": CREATORS} | tables))
    return cost_figures(client, AS_OF)


def test_commission_is_the_actual_amount_where_printed_zero_too_else_the_estimate(tmp_path):
    rows = costs(
        tmp_path,
        line("a", 50.0, standard_commission_estimated=9.0, standard_commission_actual=5.0),
        line("b", 30.0, standard_commission_estimated=9.0, standard_commission_actual=0.0),
        line("c", 20.0, shop_ads_commission_estimated=1.0, cofunded_bonus_actual=99.0),
        line("c", 10.0, sku_id="s2"),
        line("d", 70.0, standard_commission_actual=70.0, counts=False),
    )
    row = figure(rows, "commission_ratio", start=FOUR)
    assert row["value"] == pytest.approx(6.0 / 110.0)
    assert (row["n"], row["status"]) == (3, "estimated")


def test_commission_is_settled_once_no_estimate_is_used(tmp_path):
    rows = costs(
        tmp_path,
        line("a", 50.0, standard_commission_estimated=9.0, standard_commission_actual=5.0),
        line("b", 50.0),
    )
    assert figure(rows, "commission_ratio", start=FOUR)["status"] == "settled"


def test_each_subject_is_sum_over_sum(tmp_path):
    rows = costs(
        tmp_path,
        line("a", 50.0, standard_commission_actual=5.0),
        line("b", 50.0, standard_commission_actual=10.0, creator_id="bo", refunded_amount=10.0),
        line("c", 10.0, standard_commission_actual=1.0, creator_id=None),
    )
    ratio = [
        figure(rows, "commission_ratio", kind, name, FOUR)["value"]
        for kind, name in (("program", "small"), ("tier", "1"), ("tier", "2"), ("creator", "bo"))
    ]
    assert ratio == [pytest.approx(16 / 100), 0.1, 0.25, 0.25]


def test_without_net_revenue_the_ratio_is_missing(tmp_path):
    rows = costs(tmp_path, line("a", 50.0, refunded_amount=50.0, standard_commission_actual=0.0))
    for metric in ("commission_ratio", "all_in_cost_ratio"):
        row = figure(rows, metric, start=FOUR)
        assert (row["status"], row["note"]) == ("missing", "no net revenue")


def deal(**given):
    return {"creator_id": "ana", "valid_from": "2026-01-01", "flat_fee": 310.0, **given}


def fee(folder, agreement, posts=()):
    made = [
        {"post_id": str(n), "creator_id": "ana", "published_on": day} for n, day in enumerate(posts)
    ]
    client = small_client(folder, creators=CREATORS, agreements=[agreement], posts=made)
    return flat_fees(client, four_weeks(AS_OF))["flat_fees"].sum()


def test_a_fee_per_post_is_paid_for_posts_on_days_of_the_agreement(tmp_path):
    agreement = deal(fee_per="post", valid_from="2026-04-20", valid_to="2026-05-01")
    days = ["2026-04-19", "2026-04-20", "2026-05-01", "2026-05-02", "2026-05-11"]
    assert fee(tmp_path, agreement, days) == 620.0


def test_a_fee_per_month_goes_by_the_days_of_each_month(tmp_path):
    # 13 to 30 April: 18 of 30 days; 1 to 10 May: 10 of 31
    found = fee(tmp_path, deal(fee_per="month"))
    assert found == pytest.approx(310 * 18 / 30 + 310 * 10 / 31)


def test_a_fee_per_month_is_paid_for_days_of_the_agreement_alone(tmp_path):
    agreement = deal(fee_per="month", valid_from="2026-05-08", valid_to="2026-06-30")
    assert fee(tmp_path, agreement) == pytest.approx(30.0)


def test_a_fee_per_deal_goes_by_the_days_of_the_deal(tmp_path):
    # 1 May to 30 June is 61 days, 10 of them in the period
    agreement = deal(fee_per="deal", valid_from="2026-05-01", valid_to="2026-06-30")
    assert fee(tmp_path, agreement) == pytest.approx(310 * 10 / 61)


@pytest.mark.parametrize(
    ("start", "paid"),
    [("2026-04-12", 0), ("2026-04-13", 310), ("2026-05-10", 310), ("2026-05-11", 0)],
)
def test_an_open_deal_is_paid_on_its_first_day(tmp_path, start, paid):
    assert fee(tmp_path, deal(fee_per="deal", valid_from=start)) == paid


def test_all_in_adds_fees_samples_and_ads(tmp_path):
    week = {"window_start": FOUR, "window_end": AS_OF}
    rows = costs(
        tmp_path,
        line("a", 100.0, standard_commission_actual=10.0),
        line("b", 100.0, standard_commission_actual=20.0, creator_id="bo"),
        agreements=[deal(fee_per="deal", valid_from=FOUR, flat_fee=7.0)],
        samples=[
            {"sample_id": "1", "creator_id": "ana", "unit_cost": 2.0, "shipping_cost": 1.5}
            | {"shipped_on": FOUR},
            {"sample_id": "2", "creator_id": "bo", "unit_cost": 9.0, "shipping_cost": 0.0}
            | {"shipped_on": "2026-04-12"},
            {"sample_id": "3", "creator_id": "bo", "unit_cost": 9.0, "requested_on": FOUR},
        ],
        posts=[{"post_id": "1", "creator_id": "ana", "published_on": "2026-01-01"}],
        ad_stats=[
            {"post_id": "1", "spend": 4.0, "currency": "USD", **week},
            {"post_id": None, "product_id": "card", "spend": 16.0, "currency": "USD", **week},
            {"post_id": "unknown", "spend": 32.0, "currency": "USD", **week},
        ],
    )
    ratio = {
        name: figure(rows, "all_in_cost_ratio", kind, name, FOUR)["value"]
        for kind, name in (
            ("program", "small"),
            ("tier", "1"),
            ("creator", "ana"),
            ("creator", "bo"),
        )
    }
    own = (10 + 7 + 3.5 + 4) / 100
    assert ratio == {
        "small": pytest.approx((30 + 7 + 3.5 + 52) / 200),
        "1": pytest.approx(own),
        "ana": pytest.approx(own),
        "bo": pytest.approx(0.20),
    }


def test_ads_in_windows_that_do_not_tile_make_the_all_in_ratio_missing(tmp_path):
    rows = costs(
        tmp_path,
        line("a", 100.0, standard_commission_actual=10.0),
        ad_stats=[
            {"post_id": None, "spend": 1.0, "window_start": "2026-04-27", "window_end": AS_OF}
        ],
    )
    row = figure(rows, "all_in_cost_ratio", "creator", "ana", FOUR)
    assert row["note"] == "ad spend: no window covers 2026-04-13 to 2026-04-26"
    assert figure(rows, "commission_ratio", start=FOUR)["value"] == 0.1


def test_spend_in_another_currency_is_missing_for_those_concerned(tmp_path):
    week = {"window_start": FOUR, "window_end": AS_OF}
    rows = costs(
        tmp_path,
        line("a", 100.0, standard_commission_actual=10.0),
        line("b", 100.0, standard_commission_actual=10.0, creator_id="bo"),
        posts=[{"post_id": "1", "creator_id": "bo", "published_on": "2026-01-01"}],
        ad_stats=[{"post_id": "1", "spend": 4.0, "currency": "EUR", **week}],
    )
    for kind, name in (("program", "small"), ("tier", "2"), ("creator", "bo")):
        row = figure(rows, "all_in_cost_ratio", kind, name, FOUR)
        assert (row["status"], row["note"]) == ("missing", "ad spend is in EUR")
    assert figure(rows, "all_in_cost_ratio", "creator", "ana", FOUR)["value"] == 0.1


def test_foreign_rows_without_spend_concern_nobody(tmp_path):
    week = {"window_start": FOUR, "window_end": AS_OF}
    client = small_client(
        tmp_path, ad_stats=[{"post_id": "1", "spend": 0.0, "currency": "EUR", **week}]
    )
    assert ad_costs(client, four_weeks(AS_OF))["unknown"].tolist() == [""]


def test_a_sample_without_its_cost_makes_the_all_in_ratio_missing(tmp_path):
    sample = {"sample_id": "1", "creator_id": "ana", "unit_cost": 2.0, "shipped_on": FOUR}
    rows = costs(tmp_path, line("a", 9.0), line("b", 9.0, creator_id="bo"), samples=[sample])
    row = figure(rows, "all_in_cost_ratio", "creator", "ana", FOUR)
    assert row["note"] == "cost of samples not entered"
    assert figure(rows, "all_in_cost_ratio", "creator", "bo", FOUR)["value"] == 0


def settled(folder, *lines, **tables):
    client = small_client(folder, orders=list(lines), **({"creators": CREATORS} | tables))
    return metrics.creator_money(client, AS_OF)


def paid(order_id, base, earned, **given):
    commission = {"commission_base_actual": base, "standard_commission_actual": earned}
    return line(order_id, base, **(commission | {"standard_commission_rate": 0.15} | given))


def test_settled_commission_is_held_against_the_rate_of_the_lines_day(tmp_path):
    rows = settled(
        tmp_path,
        paid("a", 100.0, 10.0, ordered_at="2026-05-01T19:00:00Z"),
        paid("b", 300.0, 60.0, ordered_at="2026-05-02T19:00:00Z"),
        paid("c", 999.0, 500.0, status="pending"),
        paid("d", 999.0, 500.0, refunded_amount=1.0),
        agreements=[
            {"creator_id": "ana", "valid_from": "2026-01-01", "valid_to": "2026-05-01"}
            | {"commission_rate": 0.10},
            {"creator_id": "ana", "valid_from": "2026-05-02", "commission_rate": 0.12},
        ],
    )
    row = rows.iloc[0]
    assert (row["route"], row["basis"], row["orders"]) == ("standard", "agreement", 2)
    assert row["ratio"] == pytest.approx(70 / 400)
    assert row["expected"] == pytest.approx((10 + 36) / 400)


def test_standard_and_shop_ads_stay_apart_and_mixed_lines_out(tmp_path):
    ads = {"standard_commission_actual": 0.0, "shop_ads_commission_rate": 0.08}
    rows = settled(
        tmp_path,
        paid("a", 100.0, 15.0),
        paid("b", 100.0, None, **(ads | {"shop_ads_commission_actual": 8.0})),
        paid("c", 100.0, 15.0, shop_ads_commission_actual=8.0),
        paid("d", 100.0, 0.0, shop_ads_commission_actual=0.0),
    )
    found = rows.set_index("route")[["ratio", "expected", "orders"]]
    assert found.loc["standard"].tolist() == [pytest.approx(15 / 200), pytest.approx(0.15), 2]
    assert found.loc["shop_ads"].tolist() == [pytest.approx(0.08), pytest.approx(0.08), 1]
    assert rows["basis"].tolist() == ["printed", "printed"]


def test_without_a_base_the_settled_ratio_is_missing(tmp_path):
    row = settled(tmp_path, paid("a", 10.0, 5.0, commission_base_actual=None)).iloc[0]
    assert pd.isna(row["ratio"])
    assert pd.isna(row["expected"])
    both = settled(
        tmp_path, paid("a", 10.0, 5.0, commission_base_actual=None), paid("b", 100.0, 15.0)
    )
    assert both.loc[0, ["ratio", "orders", "lines"]].tolist() == [0.15, 1, 2]


def test_settled_figures_say_where_the_rate_is_only_printed(tmp_path):
    client = small_client(tmp_path, creators=CREATORS, orders=[paid("a", 100.0, 15.0)])
    row = figure(settled_figures(client, AS_OF), "commission_ratio_settled", "creator", "ana", FOUR)
    assert (row["value"], row["n"]) == (0.15, 1)
    assert row["note"] == "no agreed rate: the printed one"
