"""Half the height of blurred plates."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import ndtr

from hemipelvis.segmentation.cortex_level import MOST_CORTEX_HU, SOFT_HU, cortex_peak, half_height, thin_height

SAMPLING = (0.4, 0.4, 0.4)


@pytest.mark.parametrize("blur_mm", [0.4, 0.8])
def test_a_thick_cortex_ends_where_it_does_whatever_the_blur(blur_mm: float) -> None:
    x = (np.arange(60) + 0.5) * 0.4
    slab = np.where((x > 8) & (x < 14), 900.0, SOFT_HU)[None, None] * np.ones((15, 15, 1))
    hu = ndimage.gaussian_filter(slab, blur_mm / 0.4, mode="nearest")
    inside = hu >= half_height(cortex_peak(hu, SAMPLING), 200)
    assert np.array_equal(inside[7, 7], (x > 8) & (x < 14))


def test_the_level_never_falls_below_bone() -> None:
    assert half_height(np.array([100.0, 250.0, 2000.0]), 200).tolist() == [200, 200, SOFT_HU + 0.5 * (1200 - SOFT_HU)]


def test_at_coarse_voxels_a_thick_plate_is_drawn_alike_whichever_way_it_faces() -> None:
    """Volume of what lies outside a blurred plane, over its area: at most a tenth of a voxel in every direction."""
    grid = np.stack(np.meshgrid(*[1.5 * (np.arange(24) - 11.5)] * 3, indexing="ij"), axis=-1)
    core = np.abs(grid).max(axis=-1) < 10
    for normal in ((0, 0, 1), (0, 1, 1), (1, 1, 1), (0.2, 0.5, 1)):
        n = np.array(normal) / np.linalg.norm(normal)
        depth = np.add.outer(np.linspace(-0.75, 0.75, 40, endpoint=False), grid @ n)
        hu = 50 + 1150 * (ndtr(-depth / 0.9) - ndtr((-depth - 3.5) / 0.9))
        drawn = np.array([h >= half_height(cortex_peak(h, (1.5, 1.5, 1.5)), 200) for h in hu])
        near = core & (np.abs(depth) < 2)
        excess = 4.0 * ((drawn.astype(int) - (depth < 0)) * near).sum() / near.sum()
        assert abs(excess) < 0.15, normal


@pytest.mark.parametrize("thickness_mm", [1.2, 1.6, 2.4, 5.0])
def test_a_plate_keeps_its_thickness_however_thin_it_is_against_the_blur(thickness_mm: float) -> None:
    """Edges of a blurred plate of compact bone; at half its own peak the thinnest would be drawn 0.7 mm too thick."""
    x = np.linspace(-8, 8, 3201)
    hu = SOFT_HU + (MOST_CORTEX_HU - SOFT_HU) * (
        ndtr((x + thickness_mm / 2) / 0.8) - ndtr((x - thickness_mm / 2) / 0.8)
    )
    width = np.ptp(x[hu >= thin_height(np.full(1, hu.max()))])
    plain = np.ptp(x[hu >= half_height(np.full(1, hu.max()), 200)])
    assert abs(width - thickness_mm) < 0.35
    assert abs(width - thickness_mm) <= abs(plain - thickness_mm) + 0.01
