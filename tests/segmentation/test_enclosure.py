"""Laws of enclosure by bone."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.enclosure import enclosure


def radii() -> tuple[Array, Array]:
    z, y, x = np.indices((41, 41, 41)) - 20
    return np.sqrt(x**2 + y**2 + z**2), np.hypot(x, y)


def test_the_inside_of_a_shell_is_enclosed_and_the_outside_is_not() -> None:
    r, _ = radii()
    share = enclosure((r < 16) & (r > 12), 1.0, 40.0)
    assert (share[r < 12] == 1).all()
    assert share[r > 18].max() < 0.5


def test_within_a_tube_only_the_tubes_own_direction_is_open() -> None:
    _, across = radii()
    tube = (across < 12) & (across > 8)
    tube[:8] = tube[-8:] = False
    share = enclosure(tube, 1.0, 40.0)
    assert share[20, 20, 20] == np.float32(12 / 13)


def test_a_shaft_cut_by_the_grid_counts_as_capped() -> None:
    z, y, x = np.indices((30, 31, 31)) - 15
    r = np.sqrt(x**2 + y**2 + np.maximum(z, 0) ** 2)
    share = enclosure((r < 12) & (r > 8), 1.0, 40.0)
    assert (share[:10][r[:10] < 8] == 1).all()


def test_walls_out_of_reach_do_not_count() -> None:
    r, _ = radii()
    assert enclosure((r < 20) & (r > 16), 1.0, 10.0)[20, 20, 20] == 0


def test_the_mirror_image_is_enclosed_alike() -> None:
    bone = np.random.default_rng(3).random((20, 24, 28)) > 0.97
    assert np.array_equal(enclosure(bone, 1.0, 9.0)[:, :, ::-1], enclosure(bone[:, :, ::-1].copy(), 1.0, 9.0))
