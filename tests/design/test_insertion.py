"""The way in, on a block of bone with a pocket."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.insertion import insertion_direction, shadow, undercut_mm3
from hemipelvis.errors import InputError
from hemipelvis.field import box, half_space, sphere
from hemipelvis.frames import Plane
from hemipelvis.plan import Interface

POINT = np.array([-250.0, 320.0, -500.0])
NORMAL = np.array([1.0, 0.0, 0.0])
FACE = Interface("sacrum", POINT, NORMAL, 10.0, 6.0, 300.0, 0.0)
ROOM = POINT + np.random.default_rng(1).uniform([0.5, -10, -10], [6, 10, 10], (500, 3))
FLAT = half_space(Plane(POINT, NORMAL))


def test_a_lone_flat_face_is_met_squarely() -> None:
    assert np.allclose(insertion_direction((FACE,), FLAT, ROOM), -NORMAL)


def test_the_way_leans_away_from_a_wall_that_overhangs() -> None:
    overhang = FLAT | box(np.add(POINT, [14, 0, 16]), (4, 30, 8))
    way = insertion_direction((FACE,), overhang, ROOM)
    assert way @ NORMAL < -0.2 and way[2] >= 0


def test_a_stated_way_is_taken_and_one_from_behind_refused() -> None:
    assert np.allclose(insertion_direction((FACE,), FLAT, ROOM, (-2, 0, 0.5)), unit([-2, 0, 0.5]))
    with pytest.raises(InputError, match="sacrum"):
        insertion_direction((FACE,), FLAT, ROOM, (1, 0, 0))


def test_an_implant_beyond_an_overhang_is_caught_and_one_before_it_is_not() -> None:
    overhang, way = sphere(np.add(POINT, [20, 0, 0]), 5), -NORMAL
    caught = sphere(np.add(POINT, [5, 0, 0]), 4).sampled(POINT - 10, POINT + 30, 0.5)
    passing = sphere(np.add(POINT, [33, 0, 0]), 4).sampled(POINT + 20, POINT + 45, 0.5)
    assert undercut_mm3(caught, overhang, way) > 200
    assert undercut_mm3(passing, overhang, way) == 0
    assert (shadow(overhang, way)(np.array([np.add(POINT, [5, 0, 0]), np.add(POINT, [33, 0, 0])])) < 0).tolist() == [
        True,
        False,
    ]
