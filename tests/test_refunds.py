"""Money that cannot be: commissions below zero or above their base, refunds above the order."""

import pandas as pd
import pytest

import kit
from kit import ingest, refunds
from tests import tiny


@pytest.fixture
def read(tmp_path):
    """Ingest one affiliate and one shop file of the rows given; → the client and its notes."""

    def made(lines, shop):
        tiny.client(
            tmp_path,
            {
                "affiliate.csv": tiny.export(tiny.AFFILIATE, *lines),
                "shop.csv": tiny.export(tiny.SHOP, *shop),
            },
        )
        return kit.open("acme", home=tmp_path)

    return made


LINE = {"order": "5799000000000000002", "status": "Pending"}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"std_est": "-3.00"}, "commission is not negative"),
        ({"std_est": "", "ads_rate": "8%", "ads_est": "-1.60"}, "commission is not negative"),
        ({"std_est": "20.02"}, "commission is not above its base"),
        ({"base_est": "", "std_est": "25.00"}, "commission is not above its base"),
        ({"ads_rate": "8%", "ads_est": "21.00"}, "commission is not above its base"),
    ],
)
def test_a_commission_that_cannot_be_is_set_aside_by_file_and_row(read, cells, rule):
    client = read([{}, {**LINE, **cells}], [{}])
    aside = client.set_aside
    assert aside[["file", "row", "rule", "money"]].to_numpy().tolist() == [
        ["affiliate.csv", 3, rule, 20.0]
    ]
    assert client.orders["order_id"].tolist() == ["5799000000000000001"]


@pytest.mark.parametrize(
    "cells", [{"std_est": "20.00"}, {"std_est": "0.00"}, {"base_est": "0.00", "std_est": "0.00"}]
)
def test_a_commission_up_to_its_base_counts(read, cells):
    client = read([{**LINE, **cells}], [{}])
    assert client.set_aside.empty


def test_more_returned_than_sold_counts_as_all_and_is_said(read):
    shop = {"quantity": "2", "returned": "5", "amount": "21.60", "refund": "54.00"}
    client = read([{}], [shop])
    assert client.orders["refunded_amount"].tolist() == [20.0]
    said = refunds.sentences(client.frame("shop_orders"))
    assert said == [
        "shop.csv row 2: more units returned than sold (order 5799000000000000001: 5 of 2). "
        "Counted as all of them. Look the order up in Seller Center, and export the file again if "
        "the file is wrong.",
        "shop.csv row 2: refunded more than the order came to (order 5799000000000000001: 54.00 of "
        "21.60). No figure counts more than the payment as refunded. Look the order up in Seller "
        "Center.",
    ]


def test_refunds_up_to_the_order_say_nothing(read):
    client = read([{}], [{"returned": "1", "refund": "21.60"}])
    assert refunds.sentences(client.frame("shop_orders")) == []
    assert refunds.sentences(client.frame("shop_orders").head(0)) == []
    assert pd.notna(client.orders["refunded_amount"]).all()


def test_an_ingest_says_what_was_capped(read, tmp_path):
    read([{}], [{"returned": "5"}])
    told = ingest.ingest("acme", tmp_path)
    assert any("more units returned than sold" in note for note in told.notes)
