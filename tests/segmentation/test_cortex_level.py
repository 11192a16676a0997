"""Half the height of blurred plates."""

import numpy as np
import pytest
from scipy import ndimage

from hemipelvis.segmentation.cortex_level import SOFT_HU, cortex_peak, half_height

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
