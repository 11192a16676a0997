import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.metal_contribution import MetalTrace, metal_contribution
from hemipelvis.segmentation.projector import filtered_back_projection, geometry, project

G = geometry(96, 96, (1.0, 1.0))
Y, X = np.mgrid[:96, :96] - 47.5
ROD = (np.hypot(X - 10, Y - 5) < 5).astype(np.float32)[..., None]
GLOW = np.hypot(X - 10, Y - 5)[..., None] < 7
BODY = (np.hypot(X, Y) < 40).astype(np.float32)[..., None]
TISSUE, LENGTH = project(BODY, G), project(ROD, G)
METAL = MetalTrace(GLOW, LENGTH, project(GLOW.astype(np.float32), G) > 0.1)


def left(excess: Array) -> Array:
    return np.where(METAL.trace, excess - metal_contribution(excess, TISSUE, METAL, G), 0)


def test_metal_hardened_behind_metal_and_tissue_is_explained() -> None:
    excess = np.float32(9) * LENGTH - np.float32(0.3) * LENGTH**2 - np.float32(0.01) * LENGTH * TISSUE
    assert np.sqrt(np.mean(left(excess)[METAL.trace] ** 2)) < 0.01 * excess.max()


def test_bone_outside_the_metal_stays() -> None:
    bone = project((np.hypot(X - 10, Y - 16) < 3).astype(np.float32)[..., None], G)
    kept = left(np.float32(9) * LENGTH + bone * METAL.trace)
    assert np.sum(kept * bone) > 0.6 * np.sum(bone**2 * METAL.trace)


def test_nothing_is_claimed_off_the_trace() -> None:
    assert not metal_contribution(np.ones_like(LENGTH), TISSUE, METAL, G)[~METAL.trace].any()


def test_no_excess_is_no_metal() -> None:
    assert np.allclose(metal_contribution(np.zeros_like(LENGTH), TISSUE, METAL, G), 0)


def test_what_metal_explains_lives_on_the_metal() -> None:
    image = filtered_back_projection(metal_contribution(np.float32(9) * LENGTH, TISSUE, METAL, G), G)
    far = np.hypot(X - 10, Y - 5)[..., None] > 12
    assert np.abs(image[far]).max() < 0.05 * image.max()
