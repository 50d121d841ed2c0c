"""What a reader reads on the charts of break-even, ad return and hold-outs."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kit import ad_return, plots


@pytest.fixture
def ax():
    plots.theme()
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def product(name, ads, standard, **ends):
    row = {"product": name, "roas_shop_ads": ads, "roas_standard": standard}
    row |= {"shop_ads_low": ads * 0.9, "shop_ads_high": ads * 1.1}
    return row | {"standard_low": standard * 0.9, "standard_high": standard * 1.1} | ends


def test_break_even_names_products_and_both_returns(ax):
    rows = [product("Mask", 2.67, 3.59), product("Serum", 2.05, 2.53)]
    plots.break_even(pd.DataFrame(rows), ax, 4.11)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Serum", "Mask"]
    shown = texts(ax)
    assert shown == ["2.05×", "2.53×", "2.67×", "3.59×", "paid orders return 4.11×"]


@pytest.mark.parametrize("roas", [math.inf, math.nan])
def test_a_product_whose_ads_never_pay_is_not_drawn(ax, roas):
    plots.break_even(pd.DataFrame([product("Mask", roas, roas)]), ax)
    assert "Nothing to show yet" in texts(ax)[0]


def test_the_steps_stand_with_their_amounts(ax):
    amounts = [160.0, -40.0, -40.0, -30.0, -12.0, -5.28, -6.4, 26.32, -30.0, -3.68]
    steps = pd.DataFrame({"step": ad_return.STEPS, "amount": amounts})
    plots.ad_steps(steps, ax)
    assert texts(ax)[0] == "$160"
    assert texts(ax)[-3:] == ["$26", "−$30", "−$4"]
    assert len(ax.patches) == 10
    assert ax.get_xticklabels()[1].get_text() == "Not by ads,\nby commission"


def test_steps_of_which_one_is_not_known_are_not_drawn(ax):
    steps = pd.DataFrame({"step": ad_return.STEPS, "amount": [1.0] * 9 + [math.nan]})
    steps.attrs["unknown"] = "cost of goods not entered for some paid orders"
    plots.ad_steps(steps, ax)
    assert "cost of goods not entered" in texts(ax)[0]


def test_a_design_says_what_it_sees(ax):
    rows = [
        {"name": "Serum", "weeks": 4, "paid_left": 700.0, "detectable": 500.0, "spend": 300.0},
        {"name": "Mask", "weeks": 4, "paid_left": 30.0, "detectable": 310.0, "spend": 20.0},
        {"name": "Mask", "weeks": 2, "paid_left": 30.0, "detectable": 900.0, "spend": 20.0},
    ]
    plots.holdout_design(pd.DataFrame(rows), ax, 4)
    assert texts(ax) == ["sees $500 or more", "sees $310 or more"]
    marks = [line.get_color() for line in ax.lines if len(line.get_xdata()) == 2]
    assert marks[0] != marks[1]  # told by the bar's length too


def test_the_weeks_of_a_test_are_marked(ax):
    weeks = pd.date_range("2026-03-02", periods=10, freq="7D")
    weekly = pd.DataFrame(
        {"subject": "p1", "name": "Serum", "week": weeks, "left": 100.0, "spend": 30.0}
    )
    test = {"subject": "p1", "off_from": weeks[6], "off_to": weeks[9] + pd.Timedelta(days=6)}
    plots.holdout_weeks(weekly, ax, pd.DataFrame([test]))
    assert texts(ax) == ["ads off"]
    assert ax.get_ylabel().startswith("Serum: left a week")
