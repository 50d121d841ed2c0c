"""The hold-out's arithmetic: by hand, and against many programs whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kit import holdout
from kit.holdout import OTHERS, OWN, Noise


def weeks(left, others=None):
    others = [100.0] * len(left) if others is None else others
    return pd.DataFrame({"left": left, "others": others}, dtype=float)


def test_a_stretch_is_expected_to_leave_what_the_eight_weeks_before_left():
    frame = weeks([1, 1, 10, 20, 10, 20, 10, 20, 10, 20, 7, 9])
    assert holdout.expected(frame, 10, 2, OWN) == (15.0, 8.0)


def test_the_others_move_what_is_expected():
    # the other products sold half as much again in the weeks of the test
    frame = weeks([10.0] * 8 + [12.0] * 2, [100.0] * 8 + [150.0] * 2)
    assert holdout.expected(frame, 8, 2, OTHERS) == (15.0, 12.0)


def test_noise_is_the_root_mean_square_of_past_stretches():
    # 20 weeks of 10, of which the last two are 12 and 8: stretches of two from the eighth on
    frame = weeks([10.0] * 18 + [12.0, 8.0])
    found = holdout.noise(frame, 2)
    misses = [0.0] * 9 + [(10 + 12) / 2 / 10 - 1, 0.0]
    assert found.spread == pytest.approx(np.sqrt(np.mean(np.square(misses))))
    assert found.stretches == 6


def test_the_steadier_way_is_taken():
    up = np.linspace(50, 150, 40)  # all products grow alike: only the others tell
    found = holdout.noise(weeks(up, up * 3), 4)
    assert found.method == OTHERS
    assert found.spread == pytest.approx(0, abs=1e-12)
    alone = holdout.noise(weeks(up, [0.0] * 40), 4)
    assert alone.method == OWN
    assert alone.spread > 0.1


@pytest.mark.parametrize("frame", [weeks([10.0] * 19), weeks([0.0] * 30), weeks([])])
def test_too_few_weeks_or_weeks_that_left_nothing_have_no_noise(frame):
    assert np.isnan(holdout.noise(frame, 4).spread)


def test_a_reading_worked_by_hand():
    frame = weeks([100.0] * 8 + [70.0, 90.0])
    found = holdout.read(frame, 8, 2, Noise(0.1, 5, OWN))
    # 100 expected, 80 seen; ± 2.0150 (Student's t, 5 degrees, 95%) × 10
    assert found.added == 20.0
    assert found.ci_low == pytest.approx(20 - 20.1505, abs=1e-3)
    assert found.ci_high == pytest.approx(20 + 20.1505, abs=1e-3)


def simulated(seed, added, length=4, history=44, noise=0.12):
    """Weeks of a product with ads and then without: its true effect is `added` a week."""
    chance = np.random.default_rng(seed)
    season = np.exp(np.cumsum(chance.normal(0, 0.05, history + length)))
    others = 400 * season * np.exp(chance.normal(0, 0.05, history + length))
    left = 100 * season * np.exp(chance.normal(0, noise, history + length))
    left[-length:] -= added * season[-length:]
    return weeks(left, others)


def read(seed, added):
    frame = simulated(seed, added)
    before = frame.iloc[:-4]
    found = holdout.noise(before, 4)
    return holdout.read(frame, len(before), 4, found), found, before


def test_nine_in_ten_intervals_hold_the_truth_and_nothing_is_seldom_taken_for_something():
    effects = []
    for seed in range(300):
        made, _, _ = read(seed, 0.0)
        effects.append((made.ci_low <= 0 <= made.ci_high, made.ci_low > 0))
    covered, false = np.mean(effects, axis=0)
    assert covered > 0.86
    assert false < 0.08


def test_the_effect_said_to_be_seen_with_80_percent_power_is_seen_about_so_often():
    seen, stated = [], []
    for seed in range(300):
        _, found, before = read(seed, 0.0)
        level = before["left"].tail(8).mean()
        effect = holdout.detectable(level, found)
        frame = simulated(seed + 1000, 0.0)
        frame.loc[frame.index[-4:], "left"] -= effect
        made = holdout.read(frame, len(frame) - 4, 4, found)
        seen.append(made.ci_low > 0)
        stated.append(holdout.power(effect, level, found))
    assert np.mean(stated) == pytest.approx(0.8, abs=0.04)
    assert 0.65 < np.mean(seen) < 0.95


def test_power_is_that_of_a_t_test_whose_error_is_known_in_shape():
    # 200,000 draws of (effect + error) ÷ estimated error against the same edge
    chance = np.random.default_rng(1)
    errors = chance.normal(0, 10, 200_000)
    spread = np.sqrt(chance.chisquare(5, 200_000) / 5) * 10
    edge = stats.t.ppf(0.95, 5)
    seen = np.mean((25 + errors) / spread > edge)
    assert holdout.power(25.0, 100.0, Noise(0.1, 5, OWN)) == pytest.approx(seen, abs=0.005)
