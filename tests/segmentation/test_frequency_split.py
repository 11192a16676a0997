import numpy as np

from hemipelvis.segmentation.frequency_split import frequency_split

METAL = np.zeros((80, 80, 1), bool)
METAL[38:42, 38:42] = True
RNG = np.random.default_rng(6)
CORRECTED = RNG.normal(40, 10, METAL.shape).astype(np.float32)


def test_a_slow_streak_is_not_brought_back() -> None:
    streak = np.float32(300) * np.sin(np.arange(80) / 80 * 2 * np.pi).astype(np.float32)[None, :, None]
    assert np.abs(frequency_split(CORRECTED + streak, CORRECTED, METAL, (1.0, 1.0)) - CORRECTED).max() < 15


def test_an_edge_beside_metal_is_brought_back() -> None:
    scanned = CORRECTED.copy()
    scanned[40, 46] += 500
    assert frequency_split(scanned, CORRECTED, METAL, (1.0, 1.0))[40, 46] > CORRECTED[40, 46] + 200


def test_far_from_metal_nothing_is_taken_from_the_scan() -> None:
    scanned = CORRECTED.copy()
    scanned[2, 2] += 500
    assert np.allclose(frequency_split(scanned, CORRECTED, METAL, (2.0, 2.0))[2, 2], CORRECTED[2, 2], atol=5)


def test_the_same_image_comes_back() -> None:
    assert np.allclose(frequency_split(CORRECTED, CORRECTED, METAL, (1.0, 1.0)), CORRECTED)
