"""Cells to values: money by kind and currency, rates, counts, ids, handles."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.exports import values


def column(*cells):
    return pd.Series(cells, dtype="str")


@pytest.mark.parametrize(
    ("cell", "style", "amount"),
    [
        ("$1,234.50", "comma", 1234.5),
        ("RM7,988.80", "comma", 7988.8),
        ("₱13,141.00", "comma", 13141.0),
        ("฿590.00", "comma", 590.0),
        ("MXN 1,245.00", "comma", 1245.0),
        ("-$39.80", "comma", -39.8),
        ("$-39.80", "comma", -39.8),
        ("($39.80)", "comma", -39.8),
        ("£0.00", "comma", 0.0),
        ("2362240.000", "comma", 2362240.0),
        ("R$ 1.234,50", "dot", 1234.5),
        ("R$ 398,00", "dot", 398.0),
        ("1.234", "dot", 1234.0),
        ("39.80", "dot", 39.8),
        ("Rp435.212.212", "whole", 435212212.0),
        ("Rp149.000", "whole", 149000.0),
        ("Rp. 149.000", "whole", 149000.0),
        ("199,000₫", "whole", 199000.0),
        ("rp 149.000", "whole", 149000.0),
        ("1,234.50 USD", "comma", 1234.5),
        ("19.84", "whole", 19.84),
        ("298000", "whole", 298000.0),
        ("1'234.50", "comma", 1234.5),
        ("CHF 1’234’567.50", "comma", 1234567.5),
        ("1 234,50", "dot", 1234.5),
        ("1\u202f234,50\u00a0€", "dot", 1234.5),
        ("1.234,50", "comma", None),
        ("39,80", "comma", None),
        ("1,234.50", "dot", None),
        ("12 apples", "comma", None),
        ("7.59E+18", "comma", None),
        ("######", "comma", None),
        ("1.2.3", "comma", None),
    ],
)
def test_amounts_are_read_by_the_convention_of_their_currency(cell, style, amount):
    parsed = values.money(column(cell), style)
    if amount is None:
        assert (parsed.values.isna().all(), parsed.bad.tolist()) == (True, [True])
    else:
        assert (parsed.values.tolist(), parsed.bad.tolist()) == ([amount], [False])


def written(cents, thousands, decimal):
    """An amount as a person would print it, for the round trip below."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", thousands) + f"{decimal}{rest:02d}"


@settings(max_examples=60)
@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=20))
def test_amounts_survive_being_printed(amounts):
    for mark, style, signs in (("$", "comma", ",."), ("R$ ", "dot", ".,"), ("Rp", "whole", ".,")):
        printed = column(*(mark + written(cents, *signs) for cents in amounts))
        assert values.money(printed, style).values.tolist() == [c / 100 for c in amounts]


@pytest.mark.parametrize(
    ("currency", "cells", "ads", "style"),
    [
        ("USD", ["$1.00"], False, "comma"),
        ("BRL", ["R$ 1,00"], False, "dot"),
        ("IDR", ["149.000"], False, "whole"),
        ("IDR", ["2362240.000"], True, "comma"),
        ("EUR", ["1.234,50 €", "12"], False, "dot"),
        ("EUR", ["€1,234.50"], False, "comma"),
        ("EUR", ["€39.80", "€1.234"], False, "comma"),
        ("EUR", ["1.234"], False, None),
        ("EUR", ["39,80", "39.80"], False, None),
        ("EUR", ["12"], False, "comma"),
    ],
)
def test_convention_follows_currency_and_kind(currency, cells, ads, style):
    assert values.convention(currency, [column(*cells)], ads=ads) == style


def test_a_workbooks_number_has_a_decimal_dot_in_every_currency():
    parsed = values.money(column("14900.5", "149.000"), "whole", np.array([True, False]))
    assert parsed.values.tolist() == [14900.5, 149000.0]


@pytest.mark.parametrize(
    ("cell", "ads", "number"),
    [
        ("188,204", False, 188204),
        ("131.240", False, 131240),
        ("1.234.567", False, 1234567),
        ("34.0", False, 34),
        ("21.000", True, 21),
        ("1.204", True, None),
        ("1.5", False, None),
        ("-3", False, None),
        ("1.2K", False, None),
    ],
)
def test_counts_are_whole_numbers(cell, ads, number):
    parsed = values.count(column(cell), ads=ads)
    assert parsed.values.isna().tolist() == [number is None]
    assert parsed.bad.tolist() == [number is None]
    assert number is None or parsed.values.tolist() == [number]


def test_ids_keep_every_digit_and_lose_what_a_spreadsheet_adds():
    found = values.ids(column('="7599000000000000101"', "'00712", "-1", "0", "12a"))
    assert found.values.tolist()[:2] == ["7599000000000000101", "00712"]
    assert found.values.isna().tolist() == [False, False, True, True, False]
    assert found.bad.tolist() == [False] * 4 + [True]


def damaged_numbers(*cells):
    return values.ids(column(*cells), np.ones(len(cells), dtype=bool)).damaged.tolist()


def test_numbers_with_all_their_digits_are_whole_ids():
    found = values.ids(column("7599000000000000101", "1838000000000601"), np.array([True, True]))
    assert found.values.tolist() == ["7599000000000000101", "1838000000000601"]
    assert not found.damaged.any()


def test_numbers_that_went_through_a_double_are_damaged():
    ids = [7599000000000000101 + k * 7919 for k in range(300)]
    assert not any(damaged_numbers(*map(str, ids)))
    assert all(damaged_numbers(*(str(int(float(n))) for n in ids)))  # as C prints a double
    assert all(damaged_numbers(*(f"{float(n):.16e}".replace(".", "")[:17] + "00" for n in ids)))
    assert damaged_numbers(str(int(float(ids[0])))) == [True]
    some = [str(int(float(n))) if k % 10 == 0 else str(n) for k, n in enumerate(ids)]
    assert sum(damaged_numbers(*some)) >= 30


def test_zeros_at_the_tail_are_damage_only_where_chance_cannot_explain_them():
    good = [f"57990000000{k:08d}" for k in range(10001, 10400)]
    one = values.ids(column(*good, "5799000000012340000"))
    assert not one.damaged.any()
    three = [f"579900000001{k}0000" for k in (234, 235, 236)]
    assert values.ids(column(*good, *three)).damaged.sum() == 3
    alone = values.ids(column("5799000000012340000", "5799000000012340000"))
    assert alone.lone
    assert alone.tails.tolist() == [True, True]
    assert not alone.damaged.any()


def test_several_ids_in_a_cell_become_a_list():
    found = values.id_lists(column("11,12", "13; 13", None, "1.7E+18,11", "x"))
    assert found.values.tolist()[:3] == [["11", "12"], ["13"], []]
    assert found.damaged.tolist() == [False, False, False, True, False]
    assert found.bad.tolist() == [False, False, False, False, True]


def test_rates_keep_their_sign_and_decimal_comma():
    read = values.rates(column("5.93%", "0,05", "1,200%", "200 %"), "comma")
    assert read.printed.tolist() == [5.93, 0.05, 1200, 200]
    assert read.signed.tolist() == [True, False, True, True]


def test_buyers_are_hashed_and_masked_names_give_no_key():
    # echo -n sample_buyer_01 | openssl dgst -sha256 -hmac "a salt", first 32 digits
    keys = values.buyer_keys(column("Sample_Buyer_01", "s***1", None), b"a salt")
    assert keys.tolist()[0] == "097dad81f685fea432191e63e790cd5c"
    assert keys.isna().tolist() == [False, True, True]
