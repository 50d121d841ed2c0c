"""How each creator's output stands: a hidden Markov model of posting, slowing down and quitting.

In a week with `a` agreed posts an active creator publishes a negative binomial number with mean
r·a, or nothing in an off week; r is the creator's own rate, gamma over the roster and free to
wander a little from week to week; each agreed week carries the same small chance of quitting for
good. The model follows Schmittlein, Morrison & Colombo (1987); the sum over quit weeks and over
a grid of r is the forward filter of Rabiner (1989), so nothing is sampled.

References
----------
Schmittlein, Morrison & Colombo (1987), "Counting your customers", Management Science 33(1).
Rabiner (1989), "A tutorial on hidden Markov models", Proceedings of the IEEE 77(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, special

LOG_RATES = np.linspace(np.log(0.03), np.log(6.0), 44)
RATES = np.exp(LOG_RATES)
# Past some 300 creators the five numbers are known well enough; the filter still sees everyone.
FIT_CREATORS = 300


class Posting(NamedTuple):
    """How a roster posts: shared by all its creators, one number each."""

    hazard: float = 0.015  # chance per agreed week of quitting for good
    off: float = 0.08  # share of weeks in which an active creator takes a break
    size: float = 6.0  # negative binomial size: small means bursts
    mean: float = 1.0  # mean of r over the roster
    shape: float = 4.0  # gamma shape of r: small means unlike creators
    wander: float = 0.04  # sd per week of the walk of log r


# Weak priors, Normal on the scale of `_unpack`: (centre, sd) of each of the numbers above.
PRIORS = {
    "hazard": (-4.2, 0.6),
    "off": (-2.4, 0.7),
    "size": (1.8, 0.8),
    "mean": (0.0, 0.35),
    "shape": (1.4, 0.6),
    "wander": (-3.2, 0.6),
}


@dataclass(frozen=True)
class Weeks:
    """Posts and agreed posts as creator × week matrices; `seen` is False before joining."""

    creators: pd.Index
    weeks: pd.DatetimeIndex
    posts: np.ndarray
    agreed: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True)
class Standing:
    """Where every creator stands after the last complete week.

    `rates` is creator × grid: P(active at that rate); `quit` the rest. `history` is creator ×
    week: P(below) at the end of each week, with today's numbers for the roster.
    """

    weeks: Weeks
    posting: Posting
    rates: np.ndarray
    quit: np.ndarray
    history: np.ndarray


def quit_probability(silent_weeks: int, zero_week: float, hazard: float) -> float:
    """P(has quit | that many silent weeks), for a creator whose rate is known.

    `zero_week` is the chance of a week without a post while active, `hazard` the chance per week
    of quitting: S / (S + (1−h)^k q^k), S = Σ_{j<k} h (1−h)^j q^j.

    >>> round(quit_probability(1, 0.1 + 0.9 * 2.718281828459045**-1, 0.02), 4)
    0.0452
    """
    stay = ((1 - hazard) * zero_week) ** np.arange(silent_weeks + 1)
    gone = hazard * stay[:-1].sum()
    return float(gone / (gone + stay[-1]))


def complete_weeks(creator_weeks: pd.DataFrame, as_of: date | str | pd.Timestamp) -> Weeks:
    """Matrices of the weeks that ended by `as_of`; a running week and later ones are left out.

    A creator's weeks before the first row are not seen; a gap after it, or missing posts, tells
    nothing about posting.
    """
    monday = _monday(creator_weeks["week"])
    rows = pd.DataFrame(
        {
            "creator_id": creator_weeks["creator_id"].to_numpy(),
            "week": monday.to_numpy(),
            "posts": pd.to_numeric(creator_weeks["posts"]).to_numpy(dtype=float, na_value=np.nan),
            "agreed": pd.to_numeric(creator_weeks["agreed_posts"]).to_numpy(
                dtype=float, na_value=np.nan
            ),
        }
    ).dropna(subset=["creator_id"])
    creators = pd.Index(np.sort(rows["creator_id"].unique()), name="creator_id")
    rows = rows[rows["week"] + pd.Timedelta(days=6) <= _day(as_of)]
    weeks = (
        pd.date_range(rows["week"].min(), rows["week"].max(), freq="7D")
        if len(rows)
        else pd.DatetimeIndex([])
    )
    shape = (len(creators), len(weeks))
    sums = rows.groupby(["creator_id", "week"]).sum(min_count=1)
    row = creators.get_indexer(sums.index.get_level_values(0))
    column = weeks.get_indexer(pd.DatetimeIndex(sums.index.get_level_values(1)))
    posts, agreed = np.full(shape, np.nan), np.zeros(shape)
    posts[row, column] = sums["posts"].clip(lower=0)
    agreed[row, column] = sums["agreed"].clip(lower=0).fillna(0)
    return Weeks(creators, weeks, posts, agreed, ~np.isnan(posts))


def _day(value: date | str | pd.Timestamp) -> pd.Timestamp:
    day = pd.Timestamp(value)
    return (day.tz_localize(None) if day.tzinfo else day).normalize()


def _monday(week: pd.Series) -> pd.Series:
    days = pd.to_datetime(week)
    if isinstance(days.dtype, pd.DatetimeTZDtype):
        days = days.dt.tz_localize(None)
    days = days.dt.normalize()
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def standing(weeks: Weeks, floor: float = 0.5, posting: Posting | None = None) -> Standing:
    """Where every creator stands; the roster's numbers are fitted unless given.

    `floor` is the rate, as a share of what was agreed, under which a creator counts as below.
    """
    if posting is None:
        posting = fit_posting(weeks)
    _, rates, quit, history = _filter(weeks, posting, floor)
    return Standing(weeks, posting, rates, quit, history)


def probability_below(standing: Standing) -> np.ndarray:
    """P(has quit, or now posts at under the floor), per creator."""
    if not len(standing.weeks.weeks):
        return np.full(len(standing.weeks.creators), np.nan)
    return standing.history[:, -1]


def rate_now(standing: Standing, level: float = 0.90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posts ÷ agreed as it stands now, off weeks in, 0 where quit: lower end, mean, upper end."""
    chances = np.column_stack([standing.quit, standing.rates])
    rates = np.concatenate([[0.0], RATES]) * (1 - standing.posting.off)
    total = np.cumsum(chances, axis=1)
    low, high = (
        rates[np.minimum((total < q - 1e-9).sum(axis=1), len(rates) - 1)]
        for q in ((1 - level) / 2, (1 + level) / 2)
    )
    return low, chances @ rates, high


def fit_posting(weeks: Weeks) -> Posting:
    """The roster's numbers: the mode of marginal likelihood × weak priors."""
    if not weeks.seen.any():
        return Posting()
    step = -(-len(weeks.creators) // FIT_CREATORS)
    some = Weeks(
        weeks.creators[::step],
        weeks.weeks,
        weeks.posts[::step],
        weeks.agreed[::step],
        weeks.seen[::step],
    )
    centre = np.array([middle for middle, _ in PRIORS.values()])
    spread = np.array([sd for _, sd in PRIORS.values()])
    emission = _Emission(some)

    def badness(x: np.ndarray) -> float:
        likelihood, *_ = _filter(some, _unpack(x), 0.5, emission)
        return float(-likelihood + 0.5 * (((x - centre) / spread) ** 2).sum())

    best = optimize.minimize(
        badness,
        centre,
        method="L-BFGS-B",
        bounds=list(zip(centre - 3.5 * spread, centre + 3.5 * spread, strict=True)),
        options={"maxiter": 25, "ftol": 1e-6, "eps": 1e-4},
    )
    return _unpack(best.x)


def _unpack(x: np.ndarray) -> Posting:
    return Posting(
        hazard=float(special.expit(x[0])),
        off=float(special.expit(x[1])),
        size=float(np.exp(x[2])),
        mean=float(np.exp(x[3])),
        shape=float(np.exp(x[4])),
        wander=float(np.exp(x[5])),
    )


class _Emission:
    """P(posts of a week | rate), computed once per distinct pair of posts and agreed."""

    def __init__(self, weeks: Weeks) -> None:
        informs = weeks.seen & (weeks.agreed > 0)
        posts = np.where(informs, weeks.posts, 0.0)
        agreed = np.where(informs, weeks.agreed, 0.0)
        pairs, self.index = np.unique(
            np.stack([posts.ravel(), agreed.ravel()]), axis=1, return_inverse=True
        )
        self.index = self.index.reshape(posts.shape)
        self.posts, self.agreed = pairs
        self.informs = self.agreed > 0

    def table(self, posting: Posting) -> np.ndarray:
        """One row per pair, one column per rate; 1 where a week tells nothing."""
        y = self.posts[:, None]
        mean = np.maximum(self.agreed, 1e-12)[:, None] * RATES
        k = posting.size
        log_nb = (
            special.gammaln(y + k)
            - special.gammaln(k)
            - special.gammaln(y + 1)
            + k * np.log(k / (k + mean))
            + y * np.log(mean / (k + mean))
        )
        chance = (1 - posting.off) * np.exp(log_nb) + posting.off * (y == 0)
        # A burst beyond the model must not make every rate impossible.
        return np.where(self.informs[:, None], np.maximum(chance, 1e-30), 1.0)


def _filter(
    weeks: Weeks, posting: Posting, floor: float, emission: _Emission | None = None
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Log likelihood, P(active at each rate), P(quit), and P(below) week by week."""
    emission = emission or _Emission(weeks)
    table, walk = emission.table(posting), _walk(posting)
    under = _share_under(floor)
    alive = np.tile(prior(posting), (len(weeks.creators), 1))
    quit = np.zeros(len(weeks.creators))
    history = np.full(weeks.posts.shape, np.nan)
    joined = np.maximum.accumulate(weeks.seen, axis=1)
    log_likelihood = 0.0
    for t in range(len(weeks.weeks)):
        # No agreement, nothing to quit.
        hazard = posting.hazard * (joined[:, t] & (weeks.agreed[:, t] > 0))
        moved = np.where(joined[:, t, None], alive @ walk, alive)
        quit = quit + hazard * (1 - quit)
        alive = moved * (1 - hazard)[:, None] * table[emission.index[:, t]]
        quit = np.where(weeks.seen[:, t] & (weeks.posts[:, t] > 0), 0.0, quit)
        total = alive.sum(axis=1) + quit
        log_likelihood += np.log(total).sum()
        alive, quit = alive / total[:, None], quit / total
        history[:, t] = quit + alive @ under
    return log_likelihood, alive, quit, history


def prior(posting: Posting) -> np.ndarray:
    """P(each of `RATES`) of a creator of whom nothing is known yet."""
    middles = np.exp((LOG_RATES[1:] + LOG_RATES[:-1]) / 2)
    below = special.gammainc(posting.shape, middles / (posting.mean / posting.shape))
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _walk(posting: Posting) -> np.ndarray:
    """One week's step of log r, on the grid: cell-to-cell chances of a small Gaussian step."""
    width = LOG_RATES[1] - LOG_RATES[0]
    # Spread over neighbours with the right variance, also when a step is shorter than a cell.
    part = min((posting.wander / width) ** 2, 1.0) / 2
    walk = np.diag(np.full(len(RATES), 1 - 2 * part))
    walk += np.diag(np.full(len(RATES) - 1, part), 1) + np.diag(np.full(len(RATES) - 1, part), -1)
    walk[0, 0] += part
    walk[-1, -1] += part
    return walk


def _share_under(floor: float) -> np.ndarray:
    """How much of each grid cell lies under the floor."""
    width = LOG_RATES[1] - LOG_RATES[0]
    return np.clip((np.log(max(floor, 1e-9)) - LOG_RATES) / width + 0.5, 0, 1)
