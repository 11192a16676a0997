import numpy as np

from hemipelvis.segmentation.linear_interpolation import bridged
from hemipelvis.segmentation.normalised_interpolation import normalised

RNG = np.random.default_rng(5)
TRUTH = 50 + 40 * RNG.random((4, 60, 2))
TRACE = np.zeros(TRUTH.shape, bool)
TRACE[:, 20:33] = True


def test_a_true_prior_restores_the_truth() -> None:
    assert np.allclose(normalised(np.where(TRACE, 500, TRUTH), TRACE, TRUTH), TRUTH)


def test_a_prior_need_only_be_right_up_to_a_factor() -> None:
    assert np.allclose(normalised(np.where(TRACE, 500, TRUTH), TRACE, 0.7 * TRUTH), TRUTH)


def test_a_flat_prior_is_linear_interpolation() -> None:
    flat = np.full(TRUTH.shape, 80.0)
    assert np.allclose(normalised(TRUTH, TRACE, flat), bridged(TRUTH, TRACE))
