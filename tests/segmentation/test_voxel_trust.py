"""Laws of the trust in voxels beside metal."""

import numpy as np

from hemipelvis.segmentation.voxel_trust import CONTRAST_HU, NOISE_HU, seen_odds, voxel_trust


def test_trust_falls_with_every_ray_that_crossed_metal() -> None:
    trust = voxel_trust(np.linspace(0, 1, 20))
    assert trust[0] == 1
    assert (np.diff(trust) < 0).all()


def test_odds_are_the_mean_log_likelihood_ratio_of_bone_and_soft_tissue_in_that_noise() -> None:
    crossed = 0.5
    sigma = NOISE_HU / np.sqrt(voxel_trust(np.array(crossed)))
    hu = np.random.default_rng(3).normal(CONTRAST_HU, sigma, 200_000)
    ratio = (hu**2 - (hu - CONTRAST_HU) ** 2) / (2 * sigma**2)
    assert abs(ratio.mean() / seen_odds(np.array(crossed)) - 1) < 0.01
