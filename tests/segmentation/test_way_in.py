"""A canal is entered by a ball as wide as itself, marrow by none or a narrow one."""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.way_in import way_in


def shell_with_hole(hole_mm: float) -> tuple[Mask, Mask, Array]:
    """A shell of 16 mm inner radius with a hole along x (1 mm grid), its outside, and distances from its middle."""
    z, y, x = np.indices((61, 61, 61)) - 30.0
    r = np.sqrt(x**2 + y**2 + z**2)
    return (r > 16) & (r < 20) & ~((x > 0) & (np.hypot(y, z) < hole_mm / 2)), r > 25, r


def test_no_ball_gets_into_a_closed_shell_and_every_ball_everywhere_outside() -> None:
    wall, outside, r = shell_with_hole(0.0)
    ratio = way_in(wall, outside, 1.0)
    assert not ratio[r < 16].any()
    assert (ratio[r > 25] == 1).all()


def test_behind_a_hole_the_way_in_is_as_narrow_as_the_hole() -> None:
    ratios = [np.median(way_in(*shell_with_hole(hole)[:2], 1.0)[shell_with_hole(hole)[2] < 10]) for hole in (5, 9, 33)]
    assert ratios[0] < 0.3 < ratios[1] < 0.6
    assert ratios[2] == 1


def test_a_tube_open_at_one_end_is_entered_in_its_full_width() -> None:
    _, y, x = np.indices((60, 41, 41)) - 20.0
    z = np.indices((60, 41, 41))[0]
    rho = np.hypot(x, y)
    tube = (rho < 14) & (z > 8) & (z < 50) & ~((rho < 6) & (z > 14))
    assert (way_in(tube, z > 55, 1.0)[(rho < 4) & (z > 22) & (z < 50)] == 1).all()


def test_a_bone_that_the_last_slice_cuts_counts_as_capped() -> None:
    wall, outside, r = shell_with_hole(0.0)
    assert not way_in(wall[:36], outside[:36], 1.0)[(r < 15)[:36]].any()
