"""Crossed effects: what is shared, what is eliminated, and what is recovered."""

import numpy as np
import pandas as pd
import pytest
from scipy import special

from kit import crossed


def frame(creators, hooks, products):
    return pd.DataFrame(
        {"creator_id": creators, "hook_angle": hooks, "product_id": products}, dtype="str"
    )


def crossing(seed=0, posts=600):
    """Many posts with many clicks, so that the effects planted are nearly known."""
    chance = np.random.default_rng(seed)
    creator, hook, product = (chance.integers(0, k, posts) for k in (30, 4, 5))
    effects = [chance.normal(0, sd, k) for sd, k in ((0.5, 30), (0.3, 4), (0.3, 5))]
    logit = -3.5 + effects[0][creator] + effects[1][hook] + effects[2][product]
    clicks = np.full(posts, 4000)
    orders = chance.binomial(clicks, special.expit(logit + chance.normal(0, 0.1, posts)))
    factors = frame(creator.astype(str), hook.astype(str), product.astype(str))
    return orders, clicks, factors, effects


def test_planted_effects_are_recovered():
    orders, clicks, factors, effects = crossing()
    fitted = crossed.fit(orders, clicks, factors, "creator_id")
    found = fitted.effects[fitted.levels.get_level_values(0) == "hook_angle"]
    planted = effects[1]
    assert found - found.mean() == pytest.approx(planted - planted.mean(), abs=0.05)
    assert fitted.sds["creator_id"] == pytest.approx(np.std(effects[0]), abs=0.1)


def test_which_factor_is_eliminated_does_not_matter():
    orders, clicks, factors, _ = crossing(posts=120)
    first = crossed.fit(orders, clicks, factors, "creator_id")
    second = crossed.fit(orders, clicks, factors, "product_id")
    assert first.mean == pytest.approx(second.mean, abs=1e-5)
    assert first.sd == pytest.approx(second.sd, abs=1e-5)


def test_elimination_equals_the_whole_system_solved():
    # Two creators, one hook angle, one product: small enough to write down and invert.
    factors = frame(["a", "a", "b"], ["h", "h", "h"], ["p", "p", "p"])
    fitted = crossed.fit([8, 2, 30], [200, 100, 400], factors, "creator_id")
    variance = {name: sd**2 for name, sd in fitted.sds.items()}
    design = np.array(
        [
            # mean, hook, product, creator a, creator b, then the three posts' own
            [1, 1, 1, 1, 0, 1, 0, 0],
            [1, 1, 1, 1, 0, 0, 1, 0],
            [1, 1, 1, 0, 1, 0, 0, 1],
        ]
    )
    prior = [1.5**-2, 1 / variance["hook_angle"], 1 / variance["product_id"]]
    prior += [1 / variance["creator_id"]] * 2 + [1 / variance["post"]] * 3
    mean, sd = fitted.mean, fitted.sd
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    rate = special.expit(mean[:, None] + sd[:, None] * nodes)
    weight = np.array([200, 100, 400]) * (rate * (1 - rate) @ weights) / weights.sum()
    covariance = np.linalg.inv(design.T @ (weight[:, None] * design) + np.diag(prior))
    assert sd == pytest.approx(np.sqrt(np.diag(design @ covariance @ design.T)), rel=2e-3)


def test_missing_labels_drop_the_effect():
    # Nothing known but the program: every post without clicks is expected alike.
    factors = frame(["a", "b", None], [None] * 3, [None] * 3)
    fitted = crossed.fit([20, 5, 0], [500, 500, 0], factors, "creator_id")
    typical = fitted.effects[0] + crossed.PRIOR_LOGIT
    assert fitted.mean[2] == pytest.approx(typical)
    assert fitted.mean[0] > typical > fitted.mean[1]
    assert fitted.levels.tolist() == [("program", "mean")]


def test_no_data_gives_the_prior():
    fitted = crossed.fit([0], [0], frame(["a"], ["h"], ["p"]), "creator_id")
    assert fitted.mean == pytest.approx([special.logit(0.02)])
    assert np.isfinite(fitted.sd).all()


def test_expected_rate_is_above_the_rate_of_the_mean_for_small_rates():
    # exp(μ + σ²/2) for rates so small that the logit is a log: 0.001 × e^{0.125}.
    mean = np.array([special.logit(0.001)])
    assert crossed.expected_rate(mean, np.array([0.5])) == pytest.approx(0.001133, abs=2e-6)
