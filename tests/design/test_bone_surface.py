"""Surface points of labelled balls."""

import numpy as np
import pytest

from hemipelvis.design.bone_surface import bone_surface
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume

ORIGIN = np.array([-300.0, 280.0, -550.0])
CENTRE = np.add(ORIGIN, [35.0, 33.0, 36.0])


def balls(*parts: tuple[float, float]) -> Volume:
    """Balls (offset along x, radius) on an anisotropic grid, label 3."""
    grid = Volume(np.zeros((50, 80, 120), np.uint8), np.array([0.8, 0.8, 1.5]), ORIGIN)
    points = grid.points_where(np.ones(grid.voxels.shape, bool))
    inside = np.zeros(len(points), bool)
    for offset, radius in parts:
        inside |= np.linalg.norm(points - CENTRE - [offset, 0, 0], axis=1) < radius
    return grid.like(np.where(inside, 3, 0).reshape(grid.voxels.shape).astype(np.uint8))


def test_points_lie_on_the_surface_and_normals_look_outwards() -> None:
    bone = bone_surface(balls((0, 20)), 3)
    assert bone is not None
    arm = bone.points - CENTRE
    radii = np.linalg.norm(arm, axis=1)
    assert abs(radii.mean() - 20) < 0.15
    assert np.percentile(np.abs(radii - 20), 99) < 0.8
    assert np.einsum("ij,ij->i", arm / radii[:, None], bone.normals).min() > 0.9


def test_islands_are_left_out_but_parts_are_kept_when_asked() -> None:
    labels = balls((0, 18), (40, 9))
    whole, parts = bone_surface(labels, 3), bone_surface(labels, 3, parts=True)
    assert whole is not None
    assert parts is not None
    assert whole.points[:, 0].max() < CENTRE[0] + 20
    assert parts.points[:, 0].max() > CENTRE[0] + 45


def test_an_absent_label_gives_none() -> None:
    assert bone_surface(balls((0, 10)), 2) is None


def test_mirroring_twice_gives_the_same() -> None:
    bone = bone_surface(balls((0, 10)), 3)
    assert bone is not None
    plane = Plane(CENTRE, np.array([0.9, 0.3, -0.1]))
    assert np.allclose(bone.mirrored(plane).mirrored(plane).points, bone.points)
    assert len(bone.thinned(100)) == pytest.approx(100, rel=0.2)
