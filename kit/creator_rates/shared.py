"""What the creator rules share: flags, shrunken means, and how much evidence is still missing.

References
----------
Shrinkage of means: Morris (1983), "Parametric empirical Bayes inference", JASA 78(381).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit import words
from kit.policy import Policy

LEVEL = 0.90
MOST_POSTS = 200  # needing more than this is "too close to tell apart"
MOST_CLICKS = 5_000


def chance(probability: float) -> str:
    """A probability in whole percent; never 0% or 100%, which nothing is.

    >>> chance(0.8136), chance(0.99997), chance(0.001), chance(float("nan"))
    ('81%', 'over 99%', 'under 1%', '–')
    """
    if probability > 0.99:
        return "over 99%"
    return "under 1%" if probability < 0.01 else words.percent(probability, 0)


def sure(probability: float) -> str:
    """A probability as reasons print it.

    >>> sure(0.8136), sure(0.99997)
    ('81% sure', 'over 99% sure')
    """
    return f"{chance(probability)} sure"


def amounts(*values: float, currency: str = "") -> list[str]:
    """Amounts to be compared in one sentence, with cents only where whole units are too coarse.

    Without a currency they are plain numbers.

    >>> amounts(177.89, 52.44, currency="USD"), amounts(20.4, 20.1), amounts(178.4, 3.5)
    (['$178', '$52'], ['20.40', '20.10'], ['178', '3.50'])
    """
    same = len({round(float(value)) for value in values}) < len(values)
    decimals = [None if same or value < 10 else 0 for value in values]
    return [words.money(v, currency, d).strip() for v, d in zip(values, decimals, strict=True)]


def times(factor: float, what: str) -> str:
    """A multiple of something in words.

    >>> times(1.5, "the median"), times(0.5, "the median"), times(1, "the median")
    ('1.5 times the median', 'half the median', 'the median')
    """
    if factor == 0.5:
        return f"half {what}"
    return what if factor == 1 else f"{factor:g} times {what}"


def plain_percent(fraction: float) -> str:
    """A fraction as a percentage, with a decimal only where it has one: 1%, 2.5%."""
    return f"{words.plain_number(fraction * 100)}%"


def verdict_flag(probability: pd.Series, policy: Policy) -> pd.Series:
    """act, watch or ok by how probable the trouble is; missing where the probability is.

    >>> verdict_flag(pd.Series([0.8, 0.5, 0.49]), Policy()).tolist()
    ['act', 'watch', 'ok']
    """
    levels = policy.verdict
    flag = np.select(
        [probability >= levels.act, probability >= levels.watch], ["act", "watch"], "ok"
    )
    return pd.Series(flag, probability.index, dtype="str").where(probability.notna())


def shrunk_means(raw: pd.Series, noise: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Means shrunk to their common centre, and their sd, both integrated over the spread.

    Normal-normal; the sd between subjects has a half-normal(1) prior on the log or logit scale.
    The uncertainty of centre and spread is inside the sd, so few subjects stay honest.
    """
    if not len(raw):
        return raw, noise
    grid = np.linspace(0.02, 2.0, 80)[:, None]
    y, v = raw.to_numpy(dtype=float), noise.to_numpy(dtype=float)
    total = grid**2 + v
    weight = (1 / total).sum(axis=1, keepdims=True)
    centre = (y / total).sum(axis=1, keepdims=True) / weight
    log_chance = -0.5 * (
        np.log(total).sum(axis=1) + np.log(weight[:, 0]) + ((y - centre) ** 2 / total).sum(axis=1)
    )
    log_chance -= grid[:, 0] ** 2 / 2
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    share = grid**2 / total
    means = centre + share * (y - centre)
    variances = share * v + (1 - share) ** 2 / weight
    mean = chance @ means
    variance = chance @ (variances + means**2) - mean**2
    return pd.Series(mean, raw.index), pd.Series(np.sqrt(variance), raw.index)


def posts_more(gap: pd.Series, within: float, information: pd.Series) -> pd.Series:
    """Further posts until the sign of `gap` is told with P 0.8; missing past `MOST_POSTS`."""
    wanted = 0.708 / gap.abs().clip(lower=1e-6) ** 2 - information
    more = np.ceil((wanted * within).clip(lower=1))
    return more.where(more <= MOST_POSTS)
