import numpy as np
import pytest

from hemipelvis.segmentation.diffusion import diffused, noise

RNG = np.random.default_rng(8)
STEP = np.where(np.arange(64) < 32, 0.0, 800.0)[None, :, None] * np.ones((64, 1, 1))
WHITE = RNG.normal(0, 40, (64, 64, 1))
ALL = np.ones((64, 64, 1), bool)


@pytest.mark.parametrize("sigma", [10.0, 60.0])
def test_noise_is_told_beside_an_edge(sigma: float) -> None:
    image = (STEP + sigma / 40 * WHITE)[..., 0].astype(np.float32)
    assert np.isclose(noise(image, ALL[..., 0]), sigma, rtol=0.1)


def test_a_constant_stays() -> None:
    flat = np.full((32, 32, 2), 57.0, np.float32)
    assert np.array_equal(diffused(flat, np.ones(flat.shape, bool)), flat)


def test_the_mean_is_kept() -> None:
    image = (STEP + WHITE).astype(np.float32)
    assert np.isclose(diffused(image, ALL).mean(), image.mean(), rtol=1e-5)


def test_noise_falls_to_less_than_half() -> None:
    assert diffused(WHITE.astype(np.float32), ALL).std() < 0.5 * WHITE.std()


def test_an_edge_keeps_its_height() -> None:
    columns = diffused((STEP + WHITE).astype(np.float32), ALL)[..., 0].mean(axis=0)
    assert columns[34] - columns[29] > 0.95 * 800


def test_values_stay_between_their_extremes() -> None:
    image = (STEP + WHITE).astype(np.float32)
    smooth = diffused(image, ALL)
    assert smooth.min() >= image.min()
    assert smooth.max() <= image.max()


def test_slices_of_a_batch_do_not_mix() -> None:
    images = RNG.normal(0, [30, 60, 90], (40, 40, 3)).astype(np.float32)
    inside = np.ones(images.shape, bool)
    alone = [diffused(images[..., n : n + 1], inside[..., n : n + 1]) for n in range(3)]
    assert np.array_equal(diffused(images, inside), np.concatenate(alone, axis=2))
