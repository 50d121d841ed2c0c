"""Content velocity to come: posts of the whole roster next week and the weeks after, with a range.

Two forecasts are averaged. One adds up the creators (`kit.posting`: each with a rate, off weeks, a
chance of having quit); the other smooths the roster's posts ÷ agreed posts, and its own one-step
errors give the interval, for they hold what moves everybody at once (Gardner 1985).

References
----------
Gardner (1985), "Exponential smoothing: the state of the art", Journal of Forecasting 4(1).
Bates & Granger (1969), "The combination of forecasts", Operational Research Quarterly 20(4).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from kit import posting
from kit.policy import Policy, load_policy

SMOOTHING = 0.35  # decision rules' alpha; Gardner's usual range is 0.1–0.4
MIN_WEEKS = 4  # fewer complete weeks give a forecast without an interval
COLUMNS = [
    "week",
    "horizon",
    "agreed_posts",
    "forecast",
    "ci_low",
    "ci_high",
    "ci_level",
    "target",
    "probability_of_target",
    "note",
]


def forecast(
    creator_weeks: pd.DataFrame,
    as_of: date | str | pd.Timestamp,
    policy: Policy | None = None,
    horizon: int = 4,
    level: float = 0.80,
    standing: posting.Standing | None = None,
) -> pd.DataFrame:
    """One row per coming week: posts expected of the roster, their range, P(target reached).

    `creator_weeks` holds creator_id, week, posts, agreed_posts; the first row is the week after
    the last complete one. What is agreed is taken to stay as in that last week; creators who
    join meanwhile are not in it. Under four complete weeks the range is missing.
    """
    target = (policy or load_policy()).velocity.target
    weeks = standing.weeks if standing else posting.complete_weeks(creator_weeks, as_of)
    if not len(weeks.weeks):
        return pd.DataFrame(columns=COLUMNS)
    now = standing or posting.standing(weeks)
    on = on_roster(weeks)
    ahead = np.arange(1, horizon + 1)
    agreed = float((weeks.agreed[:, -1] * on[:, -1]).sum())
    ratio, errors = smoothed_ratio(weeks, on)
    by_creator = np.array([_expected_posts(now, on[:, -1], int(step)) for step in ahead])
    middle = (by_creator + ratio * agreed) / 2
    # Smoothing's error grows with the horizon by α² of a one-step variance per week.
    spread = agreed * errors.std * np.sqrt(1 + (ahead - 1) * SMOOTHING**2)
    known = len(weeks.weeks) >= MIN_WEEKS and errors.count > 0 and errors.std > 0
    half = stats.t.ppf((1 + level) / 2, errors.count) * spread if known else np.nan
    reach = stats.t.sf((target - 0.5 - middle) / spread, errors.count) if known else np.nan
    return pd.DataFrame(
        {
            "week": weeks.weeks[-1] + pd.to_timedelta(7 * ahead, unit="D"),
            "horizon": ahead,
            "agreed_posts": agreed,
            "forecast": middle,
            "ci_low": np.maximum(middle - half, 0),
            "ci_high": middle + half,
            "ci_level": level,
            "target": target,
            "probability_of_target": reach,
            "note": "" if known else f"no range before {MIN_WEEKS} complete weeks",
        }
    )[COLUMNS]


def on_roster(weeks: posting.Weeks, off_after: int = 8) -> np.ndarray:
    """Creator × week: joined, and not yet silent for `off_after` weeks before that week."""
    week = np.arange(len(weeks.weeks))
    joined = np.maximum.accumulate(weeks.seen, axis=1)
    start = np.where(joined.any(axis=1), joined.argmax(axis=1), 0)[:, None]
    posted = np.where(np.nan_to_num(weeks.posts) > 0, week, -1)
    last = np.maximum.accumulate(posted, axis=1)
    return joined & (week - np.maximum(last, start - 1) <= off_after)


class _Errors:
    """Root mean square of one-step errors of the posts ÷ agreed ratio, and how many there are."""

    def __init__(self, std: float, count: int) -> None:
        self.std, self.count = std, count


def smoothed_ratio(weeks: posting.Weeks, on: np.ndarray) -> tuple[float, _Errors]:
    """Posts ÷ agreed of the roster, exponentially smoothed, with its past one-step errors."""
    posts = (np.nan_to_num(weeks.posts) * on).sum(axis=0)
    agreed = (weeks.agreed * on).sum(axis=0)
    use = agreed > 0
    if not use.any():
        return 0.0, _Errors(0.0, 0)
    ratios, sizes = posts[use] / agreed[use], agreed[use]
    level, errors = ratios[0], []
    for t in range(1, len(ratios)):
        # A week with few agreed posts errs more; errors are put on the scale of today's roster.
        errors.append((ratios[t] - level) * np.sqrt(min(sizes[t] / sizes[-1], 1.0)))
        # The first weeks are averaged, so that the very first does not linger.
        level += max(SMOOTHING, 1 / (t + 1)) * (ratios[t] - level)
    recent = np.array(errors[-20:])
    std = float(np.sqrt((recent**2).mean())) if len(recent) else 0.0
    return float(level), _Errors(std, len(recent))


def _expected_posts(now: posting.Standing, on: np.ndarray, ahead: int) -> float:
    """Posts the creators' own rates promise `ahead` weeks from now, off weeks and quits in."""
    stay = (1 - now.posting.hazard) ** ahead * (1 - now.posting.off)
    rate = now.rates @ posting.RATES
    return float((rate * now.weeks.agreed[:, -1] * on).sum() * stay)
