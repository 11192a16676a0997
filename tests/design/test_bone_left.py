"""What the reamer leaves."""

import numpy as np

from hemipelvis.arrays import unit
from hemipelvis.design.bone_left import bone_after_reaming, cleared_way, reamed_zones
from hemipelvis.field import half_space
from hemipelvis.frames import Plane
from hemipelvis.plan import Interface

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
