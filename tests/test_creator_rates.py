"""A creator's rates and their flags, on frames small enough to check by eye."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kit import creator_rates
from kit.creator_rates import repeat, shared
from kit.creator_rates import revenue as revenue_rule
from kit.policy import load_policy


def clicked(**creators):
    """(clicks, orders) of each creator's posts."""
    rows = [(name, clicks, orders) for name, posts in creators.items() for clicks, orders in posts]
    return pd.DataFrame(rows, columns=["creator_id", "clicks", "orders"])


OTHERS = {f"o{i}": [(300, 8 + i), (200, 5), (250, 7)] for i in range(6)}


def conversion(frame):
    return creator_rates.conversion(frame).set_index("creator_id")


def test_a_creator_under_one_percent_is_acted_on_only_with_the_clicks_to_say_so():
    found = conversion(clicked(**OTHERS, weak=[(900, 2), (800, 2), (900, 1)], thin=[(20, 0)]))
    assert found.loc["weak", "flag"] == "act"
    assert found.loc["weak", "reason"].startswith(
        "5 orders from 2,600 clicks on 3 posts, under 1% of clicks ("
    )
    assert found.loc["weak", "reason"].endswith("% sure)")
    assert found.loc["thin", "reason"].startswith("0 orders from 20 clicks on 1 post")
    assert found.loc["thin", "flag"] == "ok"
    assert found.loc["weak", "rate"] == pytest.approx(5 / 2600)


def test_one_post_says_less_than_many_of_the_same_clicks():
    many = [(100, 1)] * 12
    found = conversion(clicked(**OTHERS, one=[(1200, 12)], many=many))
    width = found["ci_high"] - found["ci_low"]
    assert width["one"] > width["many"]


def test_no_clicks_no_rate():
    found = conversion(clicked(**OTHERS, none=[(0, 0)])).loc["none"]
    assert found[["rate", "estimate", "ci_low", "probability_below"]].isna().all()
    assert pd.isna(found["flag"])
    assert found["reason"] == "no clicks in the 28 days"


def test_orders_above_clicks_are_capped_in_the_estimate():
    found = conversion(clicked(**OTHERS, odd=[(5, 9)])).loc["odd"]
    assert found["ci_high"] <= 0.5


def test_a_program_without_an_order_is_not_proved_to_convert_nothing():
    found = conversion(clicked(ana=[(800, 0)], bo=[(700, 0)]))
    assert (found["ci_high"] > 0.001).all()


def test_an_unsure_creator_is_told_about_how_many_clicks():
    found = conversion(clicked(**OTHERS, near=[(150, 1), (120, 2)])).loc["near"]
    assert 0.2 < found["probability_below"] < 0.8 or found["clicks_needed"] == 0


def hooks(**creators):
    rows = [(name, views, held) for name, posts in creators.items() for views, held in posts]
    return pd.DataFrame(rows, columns=["creator_id", "views", "held_views"])


HOLD = {f"o{i}": [(1000, 380 + 10 * i), (900, 350), (1100, 400), (800, 310)] for i in range(6)}


def hook(frame):
    return creator_rates.hook_retention(frame).set_index("creator_id")


def test_a_hook_under_a_quarter_is_acted_on():
    found = hook(hooks(**HOLD, dull=[(1000, 120), (900, 130), (1000, 110), (950, 100)]))
    assert found.loc["dull", "flag"] == "act"
    assert found.loc["o0", "flag"] == "ok"


def test_posts_weigh_equally_whatever_their_views():
    # Three good hooks and one viral dull one: pooled views say 11%, the creator holds more.
    found = hook(hooks(**HOLD, viral=[(500, 200), (500, 200), (500, 200), (100_000, 10_000)]))
    assert found.loc["viral", "rate"] == pytest.approx(10_600 / 101_500)
    assert found.loc["viral", "estimate"] > 0.2


def test_two_posts_are_not_enough_for_a_verdict():
    found = hook(hooks(**HOLD, few=[(1000, 20), (1000, 20)])).loc["few"]
    assert found["flag"] == "ok"
    assert found["posts_needed"] >= 1
    assert found["reason"].endswith("about 1 more post to tell whether that is under 25%")


def sold(**creators):
    rows = [(name, 1, money) for name, posts in creators.items() for money in posts]
    return pd.DataFrame(rows, columns=["creator_id", "tier", "net_revenue_14d"])


SELL = {f"o{i}": [40.0, 60.0, 0.0, 55.0, 45.0, 70.0, 50.0, 30.0 + i] for i in range(8)}


def revenue(frame, medians=None):
    return creator_rates.revenue_outliers(frame, medians).set_index("creator_id")


def test_both_ends_of_revenue_per_post_are_found():
    high, low = [200.0, 180.0, 220.0, 260.0, 150.0, 210.0], [5.0, 0.0, 4.0, 6.0, 0.0, 3.0, 5.0]
    found = revenue(sold(**SELL, high=high, low=low), pd.Series({1: 45.0}))
    assert found.loc["high", ["flag", "flag_low"]].tolist() == ["act", "ok"]
    assert found.loc["low", ["flag", "flag_low"]].tolist() == ["ok", "act"]
    # 1,220 over 6 posts is 203.33; 23 over 7 is 3.29.
    high, low = found.loc["high", "reason"], found.loc["low", "reason"]
    assert high.startswith("brings 203 per post over 6 posts, over 1.5 times the tier's median of")
    assert low.startswith("brings 3.29 per post over 7 posts, under half the tier's median of 45")
    assert found.loc["high", "rate"] == pytest.approx(1220 / 6)


def test_money_is_written_in_the_currency_given():
    frame, medians = sold(**SELL, high=[200.0] * 6), pd.Series({1: 45.0})
    found = creator_rates.revenue_outliers(frame, medians, currency="GBP").set_index("creator_id")
    assert found.loc["high", "reason"].startswith("brings £200 per post over 6 posts, over 1.5 ")
    assert "median of £45 " in found.loc["high", "reason"]


def test_a_flag_the_posts_alone_do_not_show_names_what_is_expected():
    # The estimate 70 is over 1.5 × 45, the 60 so far are not.
    row = SimpleNamespace(rate=60.0, estimate=70.0, median=45.0, posts=9, posts_needed=0.0)
    row.flag, row.probability_high = "act", 0.85
    row.flag_low, row.probability_low = "ok", 0.0
    assert revenue_rule._revenue_reason(row, load_policy().revenue, "USD") == (
        "brings $60 per post over 9 posts and can be expected to bring $70, "
        "over 1.5 times the tier's median of $45 (85% sure)"
    )


def test_one_viral_post_makes_no_outlier():
    found = revenue(sold(**SELL, viral=[2000.0, 20.0, 0.0, 30.0, 10.0, 0.0]), pd.Series({1: 45.0}))
    assert found.loc["viral", "flag"] != "act"


def test_four_posts_are_not_yet_an_outlier():
    found = revenue(sold(**SELL, new=[400.0] * 4), pd.Series({1: 45.0})).loc["new"]
    assert found["flag"] == "ok"
    assert found["reason"].startswith("brings 400 per post over 4 posts (tier median 45), not yet")


def test_without_a_median_there_is_no_flag():
    found = revenue(sold(**SELL), pd.Series({1: np.nan}))
    assert found["flag"].isna().all()
    assert found["reason"].str.endswith("no tier median to compare with").all()


def test_scaling_money_scales_the_estimate():
    plain, dear = (
        revenue(sold(**SELL)),
        revenue(sold(**SELL).assign(net_revenue_14d=lambda rows: rows["net_revenue_14d"] * 100)),
    )
    np.testing.assert_allclose(dear["estimate"], 100 * plain["estimate"], rtol=1e-6)


def deal(ratio, expected, orders, basis="agreement", route="standard"):
    return {
        "creator_id": "ana",
        "ratio": ratio,
        "expected": expected,
        "orders": orders,
        "basis": basis,
        "route": route,
    }


@pytest.mark.parametrize(
    ("row", "flag"),
    [
        (deal(0.161, 0.15, 10), "act"),
        (deal(0.16, 0.15, 10), "ok"),  # one point is not more than one point
        (deal(0.139, 0.15, 10), "act"),
        (deal(0.20, 0.15, 9), "watch"),
        (deal(0.25, 0.25, 50), "ok"),  # agreed is agreed, outside tier 1's range or not
        (deal(0.18, 0.12, 50, basis="printed"), "ok"),  # within 10–20%
        (deal(0.21, 0.21, 50, basis="printed"), "act"),
        (deal(0.05, 0.05, 50, basis="printed", route="shop_ads"), "ok"),
    ],
)
def test_commission_is_arithmetic(row, flag):
    found = creator_rates.commission_flags(pd.DataFrame([row]))
    assert found["flag"].tolist() == [flag]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (deal(0.25, 0.15, 50), "paid 25% standard commission where 15% is agreed"),
        (
            deal(0.21, 0.21, 50, basis="printed"),
            "paid 21% standard commission with no rate agreed, outside tier 1's 10–20%",
        ),
        (
            deal(0.05, 0.05, 1, basis="printed", route="shop_ads"),
            "paid 5% Shop Ads commission with no rate agreed (1 settled order)",
        ),
        (deal(0.20, 0.15, 9), "about 1 more settled order to be sure"),
    ],
)
def test_commission_reasons(row, reason):
    found = creator_rates.commission_flags(pd.DataFrame([row]))
    assert reason in found["reason"].iloc[0]


def test_commission_without_a_base_is_missing_with_the_reason():
    found = creator_rates.commission_flags(pd.DataFrame([deal(np.nan, np.nan, 0)]))
    assert pd.isna(found["flag"].iloc[0])
    assert found["reason"].iloc[0] == "no commission is settled yet"


def test_effective_size_of_a_wilson_interval():
    # Wilson 95% of 5/120 has the upper end 0.09384 (worked number 1): 120 comes back.
    size = repeat.effective_size(pd.Series([5 / 120]), pd.Series([0.0938385]))
    assert size.iloc[0] == pytest.approx(120, rel=1e-3)


def test_repeat_purchase_watches_and_never_acts():
    rates = pd.DataFrame(
        {
            "creator_id": [f"c{i}" for i in range(9)],
            "value": [0.30] * 8 + [0.01],
            "n": [200] * 9,
            "ci_high": [0.3669] * 8 + [0.0357],  # Wilson 95% of 60/200 and 2/200
        }
    )
    found = creator_rates.repeat_flags(rates).set_index("creator_id")
    assert found.loc["c8", "flag"] == "watch"
    assert found["flag"].drop("c8").eq("ok").all()
    assert found.loc["c8", "reason"].startswith(
        "1.0% of 200 buyers came back within 60 days, under half the program's rate ("
    )


def test_shrunken_means_lie_between_their_own_and_the_common_centre():
    raw = pd.Series([0.0, 1.0, 2.0, 5.0])
    means, sds = shared.shrunk_means(raw, pd.Series([0.5, 0.5, 0.5, 0.5]))
    assert (means.diff().dropna() > 0).all()
    assert means.iloc[0] > 0
    assert means.iloc[3] < 5
    assert (sds < np.sqrt(0.5) * 1.01).all()


def test_baseball_batting_averages():
    # Efron & Morris (1975), Table 1: 18 players, 45 at bats; published James-Stein 0.290 … 0.239
    # on the arcsine scale. A half-normal prior on the spread shrinks a little less.
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    scale = np.arcsin(np.sqrt(hits / 45))
    means, _ = shared.shrunk_means(pd.Series(scale), pd.Series(np.full(18, 1 / 180)))
    back = np.sin(means) ** 2
    assert back.iloc[0] == pytest.approx(0.290, abs=0.015)
    assert back.iloc[-1] == pytest.approx(0.239, abs=0.015)


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        (creator_rates.conversion, ["creator_id", "clicks", "orders"]),
        (creator_rates.hook_retention, ["creator_id", "views", "held_views"]),
        (creator_rates.revenue_outliers, ["creator_id", "tier", "net_revenue_14d"]),
        (creator_rates.repeat_flags, ["creator_id", "value", "n", "ci_high"]),
        (
            creator_rates.commission_flags,
            ["creator_id", "ratio", "expected", "orders", "basis", "route"],
        ),
    ],
)
def test_an_empty_frame_gives_an_empty_frame(rule, columns):
    empty = pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
    found = rule(empty)
    assert len(found) == 0
    assert {"creator_id", "flag", "reason"} <= set(found.columns)


@pytest.mark.parametrize(
    ("rule", "frame"),
    [
        (creator_rates.conversion, clicked(**OTHERS)),
        (creator_rates.hook_retention, hooks(**HOLD)),
        (creator_rates.revenue_outliers, sold(**SELL)),
    ],
)
def test_row_order_does_not_matter(rule, frame):
    shuffled = frame.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(rule(shuffled), rule(frame), rtol=1e-9)


def test_flags_follow_the_policy():
    strict = load_policy({"verdict": {"act": 0.95, "watch": 0.9}})
    assert shared.verdict_flag(pd.Series([0.94, 0.96, np.nan]), strict).tolist()[:2] == [
        "watch",
        "act",
    ]
