import numpy as np
import pytest

from hemipelvis.export.check_mesh import topology
from hemipelvis.export.hollow import hollowed
from hemipelvis.field import box, capsule, sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

WALL, DRAIN = 2.0, 3.0
WHOLE = capsule((-300, 250, -500), (-270, 250, -500), 8.0).sampled((-311, 239, -511), (-259, 261, -489), 0.5)
BODY = WHOLE.like(np.maximum(WHOLE.voxels, -2))
"""Its distances cut off inside, as the body's field on disk is."""


def test_two_holes_open_a_hollow_body_at_its_ends() -> None:
    made = hollowed(BODY, WALL, DRAIN)
    assert len(made.drains) == 2 and made.solid_mm3 == 0
    assert abs(made.drains[0].at[0] - made.drains[1].at[0]) > 40
    t = topology(isosurface(made.field))
    assert (t.shells, t.open_edges, t.crossing) == (1, 0, 0)


@pytest.mark.parametrize("body", [WHOLE, BODY])
def test_the_wall_is_as_thick_as_stated(body: Volume) -> None:
    made = hollowed(body, WALL, DRAIN)
    hole = 2 * np.pi * (DRAIN / 2) ** 2 * WALL
    ball, rod = 4 / 3 * np.pi * (8**3 - 6**3), np.pi * (8**2 - 6**2) * 30
    assert isosurface(made.field).volume_mm3 == pytest.approx(ball + rod - hole, rel=0.03)


def test_no_hole_stands_where_none_is_allowed() -> None:
    allowed = isosurface(BODY).vertices[:, 0] > -280
    assert [d.at[0] > -280 for d in hollowed(BODY, WALL, DRAIN, allowed).drains] == [True, True]


def test_a_cavity_that_may_not_be_opened_stays_solid() -> None:
    made = hollowed(BODY, WALL, DRAIN, np.zeros(isosurface(BODY).vertex_count, bool))
    assert not made.drains and np.array_equal(made.field.voxels < 0, BODY.voxels < 0)
    assert made.solid_mm3 == pytest.approx(4 / 3 * np.pi * 6**3 + np.pi * 6**2 * 30, rel=0.05)


def test_every_cavity_has_holes_of_its_own() -> None:
    neck = box((0, 0, 0), (12, 1.5, 1.5))
    two = sphere((-12, 0, 0), 7) | sphere((12, 0, 0), 7) | neck
    made = hollowed(two.sampled((-20, -8, -8), (20, 8, 8), 0.5), WALL, 2.0)
    assert sorted(np.sign([d.at[0] for d in made.drains])) == [-1, -1, 1, 1]


def test_a_thin_body_has_nothing_to_hollow() -> None:
    plate = box((0, 0, 0), (9, 9, 1.5)).sampled((-10, -10, -3), (10, 10, 3), 0.5)
    made = hollowed(plate, WALL, DRAIN)
    assert made.drains == () and np.array_equal(made.field.voxels < 0, plate.voxels < 0)


def test_the_given_grid_is_left_alone() -> None:
    before = Volume(BODY.voxels.copy(), BODY.spacing, BODY.origin)
    hollowed(BODY, WALL, DRAIN)
    assert np.array_equal(before.voxels, BODY.voxels)
