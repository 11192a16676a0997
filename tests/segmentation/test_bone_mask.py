"""Laws of bone masks."""

import numpy as np

from hemipelvis.segmentation.bone_mask import bright_bone, closing, main_parts, thick_parts

CUBIC = (1.0, 1.0, 1.0)


def test_thin_cortex_that_smoothing_sinks_is_kept_and_noise_is_not() -> None:
    hu = np.full((12, 12, 12), 50.0)
    hu[:, 5, :] = 300
    hu[1, 1, 1] = hu[9, 9, 9] = 300
    smooth = np.full_like(hu, 60.0)
    smooth[:, 5, :] = 150
    assert np.array_equal(bright_bone(hu, smooth, 200.0, 5), np.indices(hu.shape)[1] == 5)


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
