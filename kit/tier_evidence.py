"""What the months say about each creator: output ratio, revenue per post, record, time in tier.

Older months count less. Revenue per post is judged on the log scale: the mean of a few posts is
skewed and noisy, so its log is shrunk towards the program by how noisy it is.

References
----------
Gamma-Poisson output ratio: Gelman et al. (2013), *Bayesian Data Analysis*, §2.6.
Normal-normal shrinkage: Morris (1983), "Parametric empirical Bayes inference", JASA 78(381).
Effective number of weighted posts: Kish (1965), *Survey Sampling*, §8.2.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy import special, stats

from kit.policy import Promotion

# Output ratio before any evidence: gamma of this shape, mean 1 (decision rule: Gamma(3, 3)). The
# roster itself moves shape and mean; the sds are how far, on the log scale, with little data.
OUTPUT_SHAPE, SHAPE_SD, MEAN_SD = 3.0, 0.7, 0.2
# CV² of one post's revenue before evidence, and the number of months that belief weighs.
CV2_PRIOR, CV2_WEIGHT = 2.0, 6.0
# Every creator is lent this many typical posts: the log of no sales at all is not minus infinity.
LENT_POSTS = 0.25
# The centre and spread of the program are estimated, not known (Kass & Steffey 1989).
SD_FACTOR = 1.05
MIN_MEDIAN = 5  # fewer creators give no median, as in the tier median of the glossary


def evidence(months: pd.DataFrame, as_of: date | pd.Timestamp, rule: Promotion) -> pd.DataFrame:
    """One row per creator (index): every measure a verdict rests on, thresholds apart.

    `months` comes from `numbered_months`. `log_bar` is the median to beat for promotion,
    `log_floor` the one not to fall under; both on the log of revenue per post.
    """
    last = last_whole_month(as_of)
    window = months[(months["month"] <= last) & (months["month"] > last - rule.months)]
    # Rows of months not yet whole say who is there and whether the record is clean, no more.
    people = _people(months, last, rule)
    parts = [_output(window, last, rule), _revenue(window, last, rule)]
    table = pd.concat([people, *(part.reindex(people.index) for part in parts)], axis=1)
    table["months"] = table["months"].fillna(0)
    return _bars(table)


def numbered_months(creator_months: pd.DataFrame, as_of: date | pd.Timestamp) -> pd.DataFrame:
    """The audit's input with months as running numbers (year × 12 + month), sorted, up to now."""
    rows = creator_months.dropna(subset=["creator_id", "month"])
    month = pd.to_datetime(rows["month"])
    numbers = {
        name: pd.to_numeric(rows[name]).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name in ["tier", "posts", "agreed_posts", "net_revenue", "incidents"]
    }
    table = pd.DataFrame(
        {
            "creator_id": rows["creator_id"].to_numpy(),
            "month": (month.dt.year * 12 + month.dt.month).to_numpy(),
            **numbers,
        }
    )
    day = pd.Timestamp(as_of)
    table = table[table["month"] <= day.year * 12 + day.month]
    keys = ["creator_id", "month", "tier", "posts", "net_revenue"]
    return table.sort_values(keys).reset_index(drop=True)


def last_whole_month(as_of: date | pd.Timestamp) -> int:
    """Number of the newest month whose last day + 13 lies on or before `as_of`.

    >>> last_whole_month(pd.Timestamp("2026-05-13")) - last_whole_month(pd.Timestamp("2026-05-12"))
    1
    """
    day = pd.Timestamp(as_of).normalize() - pd.Timedelta(days=13)
    return day.year * 12 + day.month - (0 if day.is_month_end else 1)


def _people(months: pd.DataFrame, last: int, rule: Promotion) -> pd.DataFrame:
    """Tier now and at entry, incidents lately, months since the last move."""
    known = months.dropna(subset=["tier"])
    before = known.groupby("creator_id")["tier"].shift()
    moved = known[before.notna() & (before != known["tier"])]
    recent = months[months["month"] > last - rule.clean_months]
    people = pd.DataFrame(index=pd.Index(np.sort(months["creator_id"].unique()), name="creator_id"))
    people["tier"] = known.groupby("creator_id")["tier"].last()
    people["entry_tier"] = known.groupby("creator_id")["tier"].first()
    people["incidents"] = recent.groupby("creator_id")["incidents"].sum()
    people["months_since_move"] = last - moved.groupby("creator_id")["month"].max()
    return people.assign(incidents=people["incidents"].fillna(0))


def _output(window: pd.DataFrame, last: int, rule: Promotion) -> pd.DataFrame:
    """Published and agreed, weighted by age; a month of no posts counts in full."""
    seen = window[(window["agreed_posts"] > 0) & window["posts"].notna()]
    weight = _weight(seen, last, rule)
    sums = (
        seen.assign(
            months=1.0,
            weighted_posts=weight * seen["posts"],
            weighted_agreed=weight * seen["agreed_posts"],
        )
        .groupby("creator_id")[
            ["months", "posts", "agreed_posts", "weighted_posts", "weighted_agreed"]
        ]
        .sum()
    )
    shape, rate = output_prior(sums["weighted_posts"], sums["weighted_agreed"])
    return pd.DataFrame(
        {
            "prior_shape": shape,
            "prior_rate": rate,
            "months": sums["months"],
            "output_ratio": sums["weighted_posts"] / sums["weighted_agreed"],
            "weighted_posts": sums["weighted_posts"],
            "weighted_agreed": sums["weighted_agreed"],
            "month_agreed": sums["agreed_posts"] / sums["months"],
        }
    )


def output_prior(posts: pd.Series, agreed: pd.Series) -> tuple[float, float]:
    """Shape and rate of the gamma of output ratios over the roster, by marginal likelihood.

    With nobody to learn from it is Gamma(3, 3).

    >>> shape, rate = output_prior(pd.Series(dtype=float), pd.Series(dtype=float))
    >>> round(shape, 6), round(rate, 6)
    (3.0, 3.0)
    """
    log_shape, log_mean = np.meshgrid(
        np.log(OUTPUT_SHAPE) + np.linspace(-1.6, 3.2, 19), np.linspace(-0.6, 0.6, 13)
    )
    shape, mean = np.exp(log_shape).ravel(), np.exp(log_mean).ravel()
    rate = shape / mean
    y, a = posts.to_numpy()[:, None], agreed.to_numpy()[:, None]
    log_chance = (
        special.gammaln(shape + y)
        - special.gammaln(shape)
        + shape * np.log(rate)
        - (shape + y) * np.log(rate + a)
    ).sum(axis=0)
    log_chance -= (np.log(shape / OUTPUT_SHAPE) / SHAPE_SD) ** 2 / 2
    log_chance -= (np.log(mean) / MEAN_SD) ** 2 / 2
    best = int(log_chance.argmax())
    return float(shape[best]), float(rate[best])


def _weight(rows: pd.DataFrame, last: int, rule: Promotion) -> pd.Series:
    return 0.5 ** ((last - rows["month"]) / rule.half_life_months)


def _revenue(window: pd.DataFrame, last: int, rule: Promotion) -> pd.DataFrame:
    """Revenue per post: raw, and its log shrunk towards the program, with its sd."""
    sold = window[(window["posts"] > 0) & window["net_revenue"].notna()]
    sold = sold.assign(net_revenue=sold["net_revenue"].clip(lower=0))
    weight = _weight(sold, last, rule)
    sums = (
        sold.assign(
            months=1.0,
            revenue_w=weight * sold["net_revenue"],
            posts_w=weight * sold["posts"],
            posts_w2=weight**2 * sold["posts"],
        )
        .groupby("creator_id")[["months", "posts", "revenue_w", "posts_w", "posts_w2"]]
        .sum()
    )
    shrunk = pd.DataFrame(
        index=sums.index, columns=["log_mean", "log_sd", "log_noise"], dtype=float
    )
    if sums["revenue_w"].sum() > 0:
        shrunk = _shrunk_log(sums, _post_cv2(sold))
    return pd.DataFrame(
        {
            "revenue_per_post": sums["revenue_w"] / sums["posts_w"],
            "month_posts": sums["posts"] / sums["months"],
        }
    ).join(shrunk)


def _shrunk_log(sums: pd.DataFrame, cv2: float) -> pd.DataFrame:
    typical = sums["revenue_w"].sum() / sums["posts_w"].sum()
    mean = (sums["revenue_w"] + LENT_POSTS * typical) / (sums["posts_w"] + LENT_POSTS)
    noise = np.log1p(cv2 * sums["posts_w2"] / sums["posts_w"] ** 2)
    # The log of a noisy mean falls short of the log of the true one by half its variance.
    raw = np.log(mean) + noise / 2
    centre, sd = _between(raw.to_numpy(), noise.to_numpy())
    share = sd**2 / (sd**2 + noise)
    return pd.DataFrame(
        {
            "log_mean": centre + share * (raw - centre),
            "log_sd": np.sqrt(share * noise) * SD_FACTOR,
            "log_noise": noise,
        }
    )


def _post_cv2(sold: pd.DataFrame) -> float:
    """Squared coefficient of variation of one post's revenue, pooled from months."""
    by = sold.groupby("creator_id")
    mean = by["net_revenue"].transform("sum") / by["posts"].transform("sum")
    fit = sold[mean > 0]
    mean = mean[mean > 0]
    off = fit["posts"] * (fit["net_revenue"] / fit["posts"] / mean - 1) ** 2
    free = len(fit) - fit["creator_id"].nunique()
    return float((off.sum() + CV2_PRIOR * CV2_WEIGHT) / (free + CV2_WEIGHT))


def _between(raw: np.ndarray, noise: np.ndarray) -> tuple[float, float]:
    """Centre and sd between creators: posterior means over a grid of the sd."""
    grid = np.linspace(0.05, 2.0, 60)
    total = grid[:, None] ** 2 + noise
    centre = (raw / total).sum(axis=1) / (1 / total).sum(axis=1)
    log_chance = -0.5 * (
        np.log(total).sum(axis=1)
        + np.log((1 / total).sum(axis=1))
        + ((raw - centre[:, None]) ** 2 / total).sum(axis=1)
        + grid**2  # half-normal(1) on the sd: weak, but five creators alone do not decide it
    )
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    return float(chance @ centre), float(chance @ grid)


def _bars(table: pd.DataFrame) -> pd.DataFrame:
    """Tier 1 is measured by everyone who entered in tier 1, promoted since or not.

    Otherwise promoting the best would lower the bar for the rest. Tier 2 → 3 uses today's tier 2.
    """
    entered = _median(table.loc[table["entry_tier"] == 1, "log_mean"])
    second = _median(table.loc[table["tier"] == 2, "log_mean"])
    tier = table["tier"]
    return table.assign(
        log_bar=np.select([tier == 1, tier == 2], [entered, second], np.nan),
        log_floor=np.select([tier == 2, tier == 3], [entered, second], np.nan),
    )


def median_doubt(mean: pd.Series, sd: pd.Series) -> tuple[float, pd.Series]:
    """The sd of the median of creators whose log revenue is known with a mean and an sd each.

    And each one's covariance with it. Of independent normals the median falls at or under x where
    half of them do: its sd is √Σ F(1 − F) ÷ Σ f, F and f taken at the median, and a member's
    covariance with it f s² ÷ Σ f (Serfling 1980, *Approximation Theorems of Mathematical
    Statistics*, §2.3). With nobody there is no doubt to add: 0.
    """
    mean, sd = mean.dropna(), sd.reindex(mean.dropna().index)
    if mean.empty:
        return 0.0, pd.Series(dtype=float)
    z = (mean.median() - mean) / sd
    below, density = stats.norm.cdf(z), stats.norm.pdf(z) / sd
    total = float(density.sum())
    return float(np.sqrt((below * (1 - below)).sum()) / total), density * sd**2 / total


def sd_against_median(table: pd.DataFrame, members: pd.Series) -> pd.Series:
    """The sd of each creator's log mean less the median of `members` (a mask), doubt of both."""
    own = table["log_sd"]
    doubt, shared = median_doubt(table.loc[members, "log_mean"], table.loc[members, "log_sd"])
    variance = own**2 + doubt**2 - 2 * shared.reindex(table.index).fillna(0.0)
    return np.sqrt(variance.clip(lower=own**2 / 4))


def _median(values: pd.Series) -> float:
    return float(values.median()) if values.count() >= MIN_MEDIAN else np.nan
