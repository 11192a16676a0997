"""Laws of odds that settle in hollows."""

import numpy as np

from hemipelvis.segmentation.settled_odds import settled_odds


def test_odds_that_agree_stay() -> None:
    odds = np.full((6, 7, 8), -1.5)
    assert np.allclose(settled_odds(odds, np.ones(odds.shape), odds < 0, 4.0), odds, atol=0.01)


def test_a_place_without_trust_takes_after_both_neighbours_along_its_hollow() -> None:
    """Between two ends held fast, the harmonic function of a line is the straight one."""
    odds, weight = np.zeros((1, 1, 11)), np.full((1, 1, 11), 1e-9)
    odds[..., 0], odds[..., -1], weight[..., [0, -1]] = -3.0, 2.0, 1e6
    settled = settled_odds(odds, weight, np.ones(odds.shape, bool), 1.0)
    assert np.allclose(settled.ravel(), np.linspace(-3, 2, 11), atol=0.02)


def test_nothing_passes_a_wall() -> None:
    odds, hollow = np.zeros((5, 5, 9)), np.ones((5, 5, 9), bool)
    odds[..., :4], odds[..., 5:], hollow[..., 4] = -2.0, 2.0, False
    settled = settled_odds(odds, np.full(odds.shape, 0.01), hollow, 4.0)
    assert np.allclose(settled[..., :4], -2, atol=0.02)
    assert np.allclose(settled[..., 5:], 2, atol=0.02)
    assert (settled[..., 4] == 0).all()


def test_where_trust_is_full_the_own_odds_prevail_beyond_a_few_voxels() -> None:
    odds = np.where(np.arange(40) < 20, -3.0, 3.0)[None, None] * np.ones((3, 3, 1))
    settled = settled_odds(odds, np.ones(odds.shape), np.ones(odds.shape, bool), 4.0)
    assert np.allclose(settled[..., [5, 34]], odds[..., [5, 34]], atol=0.05)
    assert np.abs(settled[..., 19:21]).max() < 1.5
