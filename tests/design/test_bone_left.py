"""What the reamer leaves."""

import numpy as np

from hemipelvis.arrays import unit
from hemipelvis.design.bone_left import bone_after_reaming, cleared_way, cup_bed, reamed_zones
from hemipelvis.field import half_space
from hemipelvis.frames import Plane
from hemipelvis.plan import CupPlan, Interface

POINT, UP = np.array([-240.0, 310.0, -500.0]), unit([0.5, -0.3, -0.8])
FACE = Interface("sacrum", POINT, UP, 20, 8, 500, 2000, unit([0.8, 0, 0.5]), 8)
BONE = half_space(Plane(POINT + 5 * UP, UP))
"""Bone with its surface 5 mm above the plane to ream."""
WAY = unit(unit(np.cross(UP, [1, 0, 0])) - UP)


def test_a_foot_meets_no_bone_on_a_slanting_way_into_its_face() -> None:
    zone = reamed_zones((FACE,), ())
    left = bone_after_reaming(BONE, zone | cleared_way((FACE,), zone, WAY), 0)
    u, v = np.meshgrid(np.linspace(-0.98, 0.98, 31), np.linspace(-0.98, 0.98, 31))
    sole = np.stack([20 * u, 8 * v, 0 * u + 0.1], axis=-1)[np.hypot(u, v) < 0.98]
    for back in np.arange(0, 12, 0.5):
        assert left(POINT + sole @ FACE.axes - back * WAY).min() > -0.1
    assert bone_after_reaming(BONE, zone, 0)(POINT + sole @ FACE.axes - 4 * WAY).min() < -0.5


def test_below_the_plane_and_behind_the_foot_all_bone_stays() -> None:
    zone = reamed_zones((FACE,), ())
    left = bone_after_reaming(BONE, zone | cleared_way((FACE,), zone, WAY), 0)
    along = np.linspace(-15, 15, 31)[:, None] * FACE.axes[1]
    assert left(POINT - 0.5 * UP + along).max() <= -0.5 + 1e-6
    ahead = WAY + (WAY @ -UP) * UP
    assert left((POINT + 4 * UP + 11 * unit(ahead))[None])[0] < -0.5


CUP = CupPlan(POINT + 32 * UP, UP, 25, 45, "radiographic", "same height", 24, 2, 4)
"""A cup whose bowl, of 30 mm, dips 3 mm into that bone."""


def test_bone_is_reamed_where_the_bowl_goes_and_nowhere_else() -> None:
    left = bone_after_reaming(BONE, cup_bed(CUP, BONE, 10), 0)
    depth = np.linspace(3.2, 4.8, 9)[:, None]
    assert left(POINT + depth * UP).min() > -0.01
    assert left((POINT + 1.0 * UP)[None])[0] < -0.4
    assert left((POINT + 3.5 * UP + 25 * FACE.axes[0])[None])[0] < -1.4


def test_bone_deeper_than_the_reach_is_not_reamed_for_the_bowl() -> None:
    assert cup_bed(CUP, BONE, 1.0)((POINT + 3.2 * UP)[None])[0] > 0


def test_a_bowl_free_of_bone_has_no_bed() -> None:
    far = half_space(Plane(POINT - 4 * UP, UP))
    around = CUP.centre + 30 * unit(np.random.default_rng(1).normal(size=(2000, 3)))
    assert cup_bed(CUP, far, 10)(around).min() > 0
