"""Laws of solid bones."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.bone_mask import closing, main_parts, thick_parts, with_marrow

CUBIC = (1.0, 1.0, 1.0)


def shell(leak: bool) -> tuple[Array, Array]:
    z, y, x = np.indices((50, 50, 50)) - 25
    r = np.sqrt(x**2 + y**2 + z**2)
    bone = (r < 20) & (r > 17)
    if leak:
        bone[(np.hypot(y, z - 2) < 2.5) & (x > 0)] = False
    return bone, r < 20


def test_marrow_is_filled_although_the_cortex_leaks() -> None:
    bone, solid = shell(leak=True)
    filled = with_marrow(bone, CUBIC, 1.5)
    assert np.count_nonzero(filled & solid) > 0.97 * np.count_nonzero(solid)
    assert not (filled & ~solid).any()


def test_a_tube_stays_open_and_a_shaft_cut_by_the_grid_is_full() -> None:
    z, y, x = np.indices((40, 60, 60)) - np.array([20, 30, 30])[:, None, None, None]
    r = np.hypot(x, y)
    tube = (r < 14) & (r > 10) & (np.abs(z) < 15)
    assert not with_marrow(tube, CUBIC, 1.5)[r < 8].any()
    shaft = (r < 14) & (r > 10) & (z < 10) | (r < 14) & (np.abs(z - 10) < 3)
    assert with_marrow(shaft, CUBIC, 1.5)[(r < 10) & (z < 8)].all()


def test_closing_shuts_narrow_slits_only() -> None:
    mask = np.ones((30, 30, 30), bool)
    mask[:, :, 10:12] = False
    mask[:, :, 18:28] = False
    mask[:, :4] = False
    mask[:, -4:] = False
    closed = closing(mask, CUBIC, 2.0)
    assert closed[15, 15, 10:12].all()
    assert not closed[15, 15, 21:25].any()


def test_thin_things_and_crumbs_are_dropped() -> None:
    mask = np.zeros((30, 30, 30), bool)
    mask[2:12, 2:12, 2:12] = True
    mask[20:22, :, :] = True
    mask[26:28, 2:4, 2:4] = True
    assert np.array_equal(thick_parts(mask, CUBIC, 2.0), mask & (np.indices(mask.shape)[0] < 12))
    assert np.count_nonzero(main_parts(mask, 0.1)) == 2800
