"""Laws of a scan without its metal."""

import numpy as np

from hemipelvis.segmentation.without_metal import without_metal
from hemipelvis.volume import Volume


def block(inside_hu: float) -> tuple[Volume, Volume]:
    """A metal rod through a block of even density, with the blur that a scanner gives it."""
    _, y, x = np.indices((20, 40, 40)) - 20
    r = np.hypot(x, y)
    hu = inside_hu + np.where(r < 4, 3000, np.where(r < 5, 600, 0))
    grid = Volume(hu.astype(np.int16), np.ones(3), np.array([-300.0, 280.0, -550.0]))
    return grid, grid.like(r < 4)


def test_a_rod_and_its_blur_vanish_into_what_surrounds_them() -> None:
    for density in (50.0, 350.0):
        scan, metal = block(density)
        assert np.allclose(without_metal(scan, metal).voxels, density, atol=1)


def test_what_is_away_from_metal_is_untouched() -> None:
    scan, metal = block(50.0)
    noisy = scan.like(scan.voxels + np.random.default_rng(2).integers(-40, 40, scan.voxels.shape))
    far = np.hypot(*(np.indices(scan.voxels.shape)[1:] - 20)) > 6
    assert np.array_equal(without_metal(noisy, metal).voxels[far], noisy.voxels[far])


def test_a_scan_without_metal_stays_as_it_is() -> None:
    scan, metal = block(50.0)
    assert np.array_equal(without_metal(scan, metal.like(metal.voxels & False)).voxels, scan.voxels)
