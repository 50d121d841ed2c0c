"""Posts to come: the roster's next weeks, their range, and the chance of the target."""

import numpy as np
import pandas as pd
import pytest

from kit import posting, velocity
from kit.policy import load_policy

AS_OF = "2026-05-10"


def roster(creators=20, weeks=16, mean=1.5, seed=1):
    counts = np.random.default_rng(seed).poisson(mean, (creators, weeks))
    mondays = pd.date_range(end="2026-05-04", periods=weeks, freq="7D")
    rows = [
        (f"c{i:02d}", monday, counts[i, t], 2.0)
        for i in range(creators)
        for t, monday in enumerate(mondays)
    ]
    return pd.DataFrame(rows, columns=["creator_id", "week", "posts", "agreed_posts"])


def test_the_next_four_weeks_are_forecast_near_what_the_roster_posts():
    found = velocity.forecast(roster(), AS_OF)
    assert found["week"].dt.strftime("%m-%d").tolist() == ["05-11", "05-18", "05-25", "06-01"]
    assert found["forecast"].between(20, 40).all()  # 20 creators × 1.5
    assert (found["ci_low"] < found["forecast"]).all()
    assert (found["forecast"] < found["ci_high"]).all()
    assert found["ci_level"].eq(0.8).all()
    width = found["ci_high"] - found["ci_low"]
    assert width.is_monotonic_increasing


def test_the_chance_of_the_target_falls_as_the_target_rises():
    chances = [
        velocity.forecast(roster(), AS_OF, load_policy({"velocity": {"target": target}}))[
            "probability_of_target"
        ].iloc[0]
        for target in (15, 30, 45)
    ]
    assert chances[0] > 0.9 > chances[1] > 0.1 > chances[2]


def test_under_four_weeks_there_is_no_range():
    found = velocity.forecast(roster(weeks=3), AS_OF)
    assert found["forecast"].notna().all()
    assert found[["ci_low", "ci_high", "probability_of_target"]].isna().all(axis=None)
    assert found["note"].iloc[0] == "no range before 4 complete weeks"
    assert velocity.forecast(roster(weeks=4), AS_OF)["ci_low"].notna().all()


def test_nothing_seen_nothing_forecast():
    assert velocity.forecast(roster().iloc[:0], AS_OF).empty


def test_smoothing_by_hand():
    # Ratios 1, 0, 1, 1: levels 1, then 0.5 (mean of two), 0.675 (weight 0.35)... by hand:
    # t=1: 1 + 0.5(0 − 1) = 0.5; t=2: 0.5 + 0.35(1 − 0.5) = 0.675; t=3: 0.675 + 0.35·0.325 = 0.78875
    mondays = pd.date_range(end="2026-05-04", periods=4, freq="7D")
    frame = pd.DataFrame(
        {"creator_id": "ana", "week": mondays, "posts": [2, 0, 2, 2], "agreed_posts": 2.0}
    )
    weeks = posting.complete_weeks(frame, AS_OF)
    level, errors = velocity.smoothed_ratio(weeks, velocity.on_roster(weeks))
    assert level == pytest.approx(0.78875)
    # Errors −1, 0.5, 0.325.
    assert errors.std == pytest.approx(np.sqrt((1 + 0.25 + 0.325**2) / 3))
    assert errors.count == 3
