"""The contribution ledger: whose each piece of money is, how sure, and that the parts sum."""

import math

import pandas as pd
import pytest

from kit.metrics.periods import Period
from kit.money import contribution, ledger, summary
from kit.money.ledger import UNASSIGNED
from tests.small_client import small_client

AS_OF = "2026-05-10"
WEDNESDAY = "2026-05-06T20:00:00Z"


def sold(order_id="o1", **cells):
    line = {"creator_id": "ana", "post_id": "1", "ordered_at": WEDNESDAY, "gmv": 40.0}
    return {"order_id": order_id, "standard_commission_actual": 3.0, **line, **cells}


def client_of(folder, **tables):
    """Ana (tier 1) with one post of product p1, and one line of 40.00; goods 5, fulfilment 2."""
    given = {
        "creators": [{"creator_id": "ana"}],
        "posts": [{"post_id": "1", "creator_id": "ana", "published_on": "2026-05-05"}],
        "orders": [sold()],
        "products": [{"product_id": "p1", "cost_of_goods": 5.0, "fulfilment_cost": 2.0}],
    }
    return small_client(folder, **(given | tables))


def lines_of(client, kind="program", subject="small", **named):
    rows = ledger(client, AS_OF, **named)
    own = rows[(rows["subject_kind"] == kind) & (rows["subject"] == subject)]
    return own.set_index("line")


def left(client, kind="program", subject="small"):
    rows = summary(client, AS_OF)
    return rows[(rows["subject_kind"] == kind) & (rows["subject"] == subject)].iloc[0]


def test_each_line_of_money_stands_with_its_amount_and_status(tmp_path):
    shop = {"order_id": "o1", "buyer_key": "b", "ordered_at": WEDNESDAY, "gmv": 50.0}
    client = client_of(
        tmp_path, shop_orders=[{**shop, "platform_discount": 4.0, "seller_discount": 6.0}]
    )
    rows = lines_of(client)
    told = rows[["amount", "status"]].apply(tuple, axis=1).to_dict()
    assert told == {
        "gross_sales": (50.0, "settled"),
        "platform_discount": (-4.0, "settled"),
        "seller_discount": (-6.0, "settled"),
        "refunds": (0.0, "settled"),
        "goods": (-5.0, "settled"),
        "fulfilment": (-2.0, "settled"),
        "referral_fee": (pytest.approx(-0.06 * 44), "assumed"),  # on 40 and the platform's 4
        "standard": (-3.0, "settled"),
        "ad_spend": (0.0, "assumed"),
    }
    assert rows.loc["ad_spend", "assumption"] == "no ad export is held: taken as no ad spend"
    assert left(client)["contribution"] == pytest.approx(40 - 5 - 2 - 2.64 - 3)


@pytest.mark.parametrize(
    ("platform", "seller", "gross", "lost"),
    [
        (4.0, 6.0, 50.0, (-4.0, -6.0)),  # 50 − 4 − 6 is the payment
        (4.0, 10.0, 50.0, (0.0, -10.0)),  # 50 − 10 is: the platform's discount is still in it
        (1.0, 2.0, 40.0, (0.0, 0.0)),  # no subtotal is: the payment stands for the sales
    ],
)
def test_the_discounts_follow_from_the_subtotal_the_payment_equals(
    tmp_path, platform, seller, gross, lost
):
    shop = {"order_id": "o1", "buyer_key": "b", "ordered_at": WEDNESDAY, "gmv": 50.0}
    cuts = {"platform_discount": platform, "seller_discount": seller}
    rows = lines_of(client_of(tmp_path, shop_orders=[{**shop, **cuts}]))
    assert rows.loc["gross_sales", "amount"] == gross
    found = rows.loc[["platform_discount", "seller_discount"], "amount"]
    assert tuple(found) == lost
    known = gross == 50.0
    assert rows.loc["gross_sales", "status"] == ("settled" if known else "assumed")


def test_estimates_stand_apart_from_what_is_settled(tmp_path):
    later = {"standard_commission_actual": None, "standard_commission_estimated": 4.0}
    shop = {"buyer_key": "b", "ordered_at": WEDNESDAY, "gmv": 40.0}
    client = client_of(
        tmp_path,
        orders=[sold(), sold("o2", status="pending", **later)],
        shop_orders=[{**shop, "order_id": order} for order in ("o1", "o2")],
    )
    rows = ledger(client, AS_OF)
    own = rows[(rows["subject_kind"] == "creator") & (rows["line"] == "standard")]
    assert own[["subject", "amount", "status"]].to_numpy().tolist() == [
        ["ana", -3.0, "settled"],
        ["ana", -4.0, "estimated"],
    ]
    assert left(client)["estimated"] == 40.0 - 4.0  # the pending sale and its commission


def test_a_cost_that_was_not_entered_is_unknown_and_never_zero(tmp_path):
    client = client_of(
        tmp_path,
        orders=[sold(), sold("o2", product_id="p2"), sold("o3", product_id="p2")],
        samples=[{"sample_id": "a", "creator_id": "ana", "shipped_on": "2026-05-01"}],
    )
    rows = lines_of(client)
    missing = rows[rows["status"] == "missing"]
    assert missing["amount"].isna().all()
    assert missing["unknown"].to_dict() == {
        "goods": "cost of goods not entered for 2 lines",
        "fulfilment": "fulfilment cost not entered for 2 lines",
        "samples": "cost of samples not entered",
    }
    assert math.isnan(left(client)["contribution"])
    assert left(client)["status"] == "missing"
    assert left(client, "product", "p1")["contribution"] > 0  # the cost of p1 is known


def test_returned_goods_can_be_sold_again_by_the_share_of_the_day(tmp_path):
    shop = {"buyer_key": "b", "gmv": 40.0, "quantity": 2, "returned_quantity": 1}
    days = {"o1": "2026-05-05T20:00:00Z", "o2": WEDNESDAY, "o3": WEDNESDAY}
    back = {"quantity": 2, "refunded_amount": 20.0, "standard_commission_actual": 1.0}
    client = client_of(
        tmp_path,
        policy={"returns": {"resold_shares": {"2026-05-06": 0.6}}},
        orders=[sold(order, ordered_at=at, **back) for order, at in days.items()],
        shop_orders=[
            {**shop, "order_id": order, "ordered_at": at}
            for order, at in days.items()
            if order != "o3"  # refunded, but no shop order shows that it came back
        ],
    )
    rows = lines_of(client)
    assert rows.loc["goods", "amount"] == -30.0
    assert rows.loc["goods_resold", "amount"] == pytest.approx(0.6 * 5.0)  # one unit of o2
    parts = contribution(client, AS_OF).query("subject_kind == 'program'").set_index("part")
    assert parts.loc["goods", "amount"] == pytest.approx(-27.0)
    assert parts.loc["contribution", "amount"] == pytest.approx(left(client)["contribution"])


def test_what_belongs_to_nobody_stands_on_a_row_of_its_own(tmp_path):
    deal = {"creator_id": "ana", "valid_from": "2026-04-13", "valid_to": "2026-05-10"}
    ads = {"window_start": "2026-05-04", "window_end": "2026-05-10", "currency": "USD"}
    windows = [
        {"kind": "gmv_max_creative", "window_start": a, "window_end": b, "kept": True}
        for a, b in (
            ("2026-04-13", "2026-04-19"),
            ("2026-04-20", "2026-04-26"),
            ("2026-04-27", "2026-05-03"),
            ("2026-05-04", "2026-05-10"),
        )
    ]
    client = client_of(
        tmp_path,
        orders=[sold(), sold("o2", post_id="9"), sold("o3", creator_id=None, post_id=None)],
        agreements=[{**deal, "flat_fee": 280.0, "fee_per": "deal", "posts_per_week": 1.0}],
        samples=[
            {
                "sample_id": "a",
                "creator_id": "ana",
                "product_id": "p1",
                "unit_cost": 2.0,
                "shipping_cost": 1.0,
                "shipped_on": "2026-05-09",
            }
        ],
        ad_stats=[
            {**ads, "product_id": "p1", "post_id": "1", "spend": 8.0},
            {**ads, "product_id": "p1", "spend": 7.0},  # a product card
        ],
        windows=windows,
    )
    rows = ledger(client, AS_OF)
    whose = {
        (kind, line): own.set_index("subject")["amount"].to_dict()
        for (kind, line), own in rows[
            rows["line"].isin(["ad_spend", "flat_fees", "samples"])
        ].groupby(["subject_kind", "line"])
    }
    assert whose["creator", "ad_spend"] == {"ana": -8.0, "of no creator": -7.0}
    assert whose["product", "ad_spend"] == {"p1": -15.0}
    assert whose["post", "ad_spend"] == {"1": -8.0, "not of one known post": -7.0}
    assert whose["product", "flat_fees"] == {"not of one product": -280.0}
    assert whose["post", "flat_fees"] == {"not of one known post": -280.0}
    assert whose["week", "flat_fees"] == {f"2026-W{week}": -70.0 for week in (16, 17, 18, 19)}
    assert whose["post", "samples"] == {"not of one known post": -3.0}
    assert left(client, "post", "not of one known post")["orders"] == 2
    assert left(client, "creator", "of no creator")["net_revenue"] == 40.0
    ana = left(client, "creator", "ana")
    assert ana["paid_not_posted"] == pytest.approx(210.0)  # one of four agreed posts came
    assert ana["samples_not_posted"] == 3.0  # nothing since it was shipped
    sums = rows.groupby(["subject_kind", "line"])["amount"].sum().unstack("line")
    assert (sums - sums.loc["program"]).abs().max().max() < 1e-6


def test_a_fee_per_post_is_of_the_post_and_its_week(tmp_path):
    deal = {"creator_id": "ana", "valid_from": "2026-05-04", "flat_fee": 1.5, "fee_per": "post"}
    client = client_of(tmp_path, agreements=[deal])
    rows = ledger(client, AS_OF).query("line == 'flat_fees'")
    told = rows.set_index(["subject_kind", "subject"])["amount"].to_dict()
    assert told["post", "1"] == told["week", "2026-W19"] == told["creator", "ana"] == -1.5
    assert set(rows["status"]) == {"settled"}


def test_ad_spend_of_a_longer_window_is_of_no_week_and_every_week_says_so(tmp_path):
    ad = {"post_id": "1", "window_start": "2026-04-13", "window_end": "2026-05-10", "spend": 9.0}
    client = client_of(tmp_path, ad_stats=[{**ad, "currency": "USD"}])
    rows = ledger(client, AS_OF).query("subject_kind == 'week' and line == 'ad_spend'")
    assert rows.query("status == 'settled'")["subject"].tolist() == [UNASSIGNED["week"]]
    missing = rows.query("status == 'missing'")
    assert missing["subject"].tolist() == ["2026-W16", "2026-W17", "2026-W18", "2026-W19"]
    assert missing["unknown"].iloc[0] == (
        "ad spend: the window 2026-04-13 to 2026-05-10 is not of one week"
    )
    assert math.isnan(left(client, "week", "2026-W19")["contribution"])
    assert left(client)["contribution"] == pytest.approx(40 - 5 - 2 - 2.4 - 3 - 9)


def test_untiled_ad_windows_leave_everybody_unknown(tmp_path):
    ad = {"post_id": "1", "window_start": "2026-05-04", "window_end": "2026-05-10", "spend": 9.0}
    client = client_of(tmp_path, ad_stats=[{**ad, "currency": "USD"}])
    rows = summary(client, AS_OF)
    assert rows["contribution"].isna().all()
    assert set(rows["unknown"]) == {"ad spend: no window covers 2026-04-13 to 2026-05-03"}


def test_without_affiliate_orders_no_line_of_sales_is_known(tmp_path):
    client = client_of(tmp_path, orders=[])
    assert left(client)["unknown"] == "no affiliate orders are held"
    assert math.isnan(left(client)["net_revenue"])


def test_a_line_without_any_printed_commission_says_what_is_assumed(tmp_path):
    client = client_of(tmp_path, orders=[sold(standard_commission_actual=None)])
    row = lines_of(client).loc["standard"]
    assert (row["amount"], row["status"]) == (0.0, "assumed")
    assert row["assumption"] == "no commission is printed for 1 line: taken as none"


def test_per_order_per_post_and_margin_divide_what_is_left(tmp_path):
    client = client_of(tmp_path, orders=[sold(), sold("o2", sku_id="s2"), sold("o2")])
    row = left(client)
    # 120 less goods 15, fulfilment 6, fee 7.20, commission 9
    assert row["contribution"] == pytest.approx(82.8)
    assert (row["orders"], row["posts"]) == (2, 1)
    assert row["contribution_per_order"] == pytest.approx(41.4)
    assert row["contribution_per_post"] == pytest.approx(82.8)
    assert row["margin"] == pytest.approx(0.69)


def test_a_period_of_its_own_counts_its_days_alone(tmp_path):
    client = client_of(tmp_path, orders=[sold(), sold("o2", ordered_at="2026-04-20T20:00:00Z")])
    period = Period(pd.Timestamp("2026-04-20").date(), pd.Timestamp("2026-04-26").date())
    assert lines_of(client, period=period).loc["gross_sales", "amount"] == 40.0


@pytest.mark.parametrize(
    ("market", "fees", "told"),
    [
        ("US", {}, ""),
        ("GB", {}, ", which is that of US shops: set policy.fees for GB"),
        ("GB", {"referral_rate": 0.09}, ""),
    ],
)
def test_the_us_referral_rate_says_so_in_another_market(tmp_path, market, fees, told):
    client = client_of(tmp_path, policy={"fees": fees})
    client.config = client.config.model_copy(update={"market": market})
    row = lines_of(client).loc["referral_fee"]
    said = "the referral fee is by the policy's rate, as no statement is read"
    assert row["assumption"] == said + told
    assert row["amount"] == pytest.approx(-40 * fees.get("referral_rate", 0.06))
