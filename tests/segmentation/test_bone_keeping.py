import numpy as np

from hemipelvis.segmentation.bone_keeping import bone_kept

NOISE = np.random.default_rng(2).normal(0, 30, (48, 48, 1)).astype(np.float32)
ALL = np.ones(NOISE.shape, bool)


def test_bone_keeps_its_bits() -> None:
    bone = NOISE + 900
    assert np.array_equal(bone_kept(bone, ALL), bone)


def test_soft_tissue_is_smoothed() -> None:
    assert bone_kept(NOISE + 40, ALL).std() < 0.5 * NOISE.std()
