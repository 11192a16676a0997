import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.segment_metal import segment_metal
from hemipelvis.volume import Volume


def ball(radius: float, size: int = 40) -> Mask:
    z, y, x = np.mgrid[:size, :size, :size] - size / 2
    return np.sqrt(x**2 + y**2 + z**2) < radius


def scan(hu: Array) -> Volume:
    return Volume(hu.astype(np.int16), np.ones(3), np.zeros(3))


def dice(a: Mask, b: Mask) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def test_clipped_metal_is_found() -> None:
    metal = segment_metal(scan(np.where(ball(8), 3071, 40)), 2200).outline.voxels
    assert dice(metal, ball(8)) > 0.95


def test_blooming_is_taken_off_an_open_scale() -> None:
    import scipy.ndimage as ndi

    blurred = ndi.gaussian_filter(np.where(ball(8), 8000.0, 40.0), 1.2)
    found = segment_metal(scan(blurred), 2200)
    assert dice(found.outline.voxels, ball(8)) > 0.95
    assert found.bloomed.voxels.sum() > 1.15 * ball(8).sum()


def test_dense_bone_is_no_metal() -> None:
    assert not segment_metal(scan(np.where(ball(8), 2500, 40)), 2200).outline.voxels.any()


def test_bone_level_streaks_do_not_join_without_metal_beside_them() -> None:
    hu = np.where(ball(6), 3071, 40)
    hu[2:6, 2:6, 2:6] = 2400
    assert not segment_metal(scan(hu), 2200).bloomed.voxels[:8, :8, :8].any()


def test_a_starved_interior_is_filled_and_a_wide_hole_is_not() -> None:
    starved = segment_metal(scan(np.where(ball(8) & ~ball(2), 3071, 40)), 2200).outline.voxels
    hollow = segment_metal(scan(np.where(ball(14) & ~ball(9), 3071, 40)), 2200).outline.voxels
    assert starved[20, 20, 20]
    assert not hollow[20, 20, 20]


def test_specks_are_passed_over() -> None:
    hu = np.full((20, 20, 20), 40)
    hu[10, 10, 10] = 3071
    assert not segment_metal(scan(hu), 2200).bloomed.voxels.any()
