import numpy as np
import pytest

from hemipelvis.segmentation.ray_trust import measured_share, ray_noise, ray_trust

TRACE = np.zeros((120, 160, 1), bool)
TRACE[:, 40:120] = True
WHITE = np.random.default_rng(3).normal(0, 1, TRACE.shape).astype(np.float32)
INNER = np.s_[20:100, 60:100]


def test_a_clean_ray_is_believed() -> None:
    assert np.all(ray_trust(ray_noise(np.ones_like(WHITE), TRACE))[INNER] > 0.999)


def test_a_starved_ray_is_not_believed() -> None:
    assert ray_trust(ray_noise(10 * WHITE, TRACE))[INNER].max() < 1e-3


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_noise_is_the_variance_of_white_noise(sigma: float) -> None:
    found = ray_noise(np.float32(sigma) * WHITE, TRACE)[INNER]
    assert np.isclose(found.mean(), sigma**2, rtol=0.1)


def test_a_slope_across_the_bundle_is_no_noise() -> None:
    slope = np.broadcast_to(np.linspace(0, 5, 160, dtype=np.float32)[None, :, None], TRACE.shape)
    assert ray_noise(slope, TRACE)[INNER].max() < 0.01


def test_no_ray_off_the_trace_is_moved() -> None:
    noise = ray_noise(WHITE, TRACE)
    assert not ray_trust(noise)[~TRACE].any()


def test_the_more_noise_the_less_of_the_measurement() -> None:
    noise = np.linspace(0, 12, 50, dtype=np.float32)
    assert np.all(np.diff(measured_share(noise)) < 0)
    assert np.all(measured_share(noise) <= ray_trust(noise))
