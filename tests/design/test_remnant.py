"""A part laid onto its whole."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.remnant import settled


def ellipsoid() -> Bone:
    d = unit(np.random.default_rng(2).normal(size=(6000, 3)))
    bumps = 1 + 0.15 * np.sin(3 * d[:, :1]) * np.cos(2 * d[:, 1:2])
    return Bone(d * [40, 25, 60] * bumps + [300, -200, 90], unit(d / [40, 25, 60]))


@pytest.mark.parametrize(("angle_deg", "shift_mm"), [(0.0, 0.0), (4.0, 3.0), (6.0, 6.0)])
def test_the_whole_follows_a_part_that_moved(angle_deg: float, shift_mm: float) -> None:
    whole = ellipsoid()
    part = whole.where(whole.points[:, 2] < 80)
    rotation = Rotation.from_rotvec(np.radians(angle_deg) * unit([1.0, 2, -1])).as_matrix()
    middle, shift = part.points.mean(axis=0), shift_mm * unit([1.0, -1, 1])
    moved = Bone((part.points - middle) @ rotation.T + middle + shift, part.normals @ rotation.T)
    motion = settled(whole, moved)
    assert np.linalg.norm(motion.moved(part.points) - moved.points, axis=1).max() < 0.3
    assert motion.angle_deg == pytest.approx(angle_deg, abs=0.3)
