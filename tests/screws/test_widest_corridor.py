import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.field import capsule
from hemipelvis.screws.widest_corridor import spread_points, widest_corridor
from hemipelvis.volume import Volume, empty_grid

START, END, RADIUS_MM = np.array([-30.0, -4, 3]), np.array([30.0, 5, -2]), 6.0


def tube() -> Volume:
    grid = empty_grid([-40, -15, -15], [40, 15, 15], 1.0)
    return grid.like(capsule(START, END, RADIUS_MM).on(grid).voxels <= 0)


def test_the_widest_way_through_a_tube_is_its_axis() -> None:
    bone = tube()
    points = spread_points(bone, bone.voxels, 1.0)
    along = points @ (END - START) / np.linalg.norm(END - START)
    found = widest_corridor(bone, points[along < -28], points[along > 28])
    assert found.radius_mm == pytest.approx(RADIUS_MM, abs=1.2)  # voxels of 1 mm
    assert np.linalg.norm(found.start - START) < 3 and np.linalg.norm(found.end - END) < 3


def test_it_is_no_narrower_than_any_other_line() -> None:
    bone = tube()
    rng = np.random.default_rng(2)
    starts, ends = START + rng.uniform(-2, 2, (9, 3)), END + rng.uniform(-2, 2, (9, 3))
    each = [widest_corridor(bone, s[None], e[None]).radius_mm for s in starts for e in ends]
    assert widest_corridor(bone, starts, ends).radius_mm == pytest.approx(max(each), abs=0.3)


def test_without_a_straight_way_there_is_no_answer() -> None:
    bone = tube()
    bone.voxels[:, :, 38:42] = False
    with pytest.raises(InputError, match="no straight line"):
        widest_corridor(bone, START[None], END[None])
