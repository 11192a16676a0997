"""Laws of a bone's other half laid over it."""

import numpy as np
import pytest

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane
from hemipelvis.segmentation.mirrored_half import mirrored_half
from hemipelvis.volume import Volume

NORMAL = np.array([1.0, 0.06, -0.04]) / np.linalg.norm([1.0, 0.06, -0.04])
MIRROR = Plane(np.array([-200.0, 100.0, 50.0]), NORMAL)
GRID = Volume(np.zeros((50, 50, 80)), np.full(3, 1.5), np.array([-260.0, 63.0, 12.0]))


def winged(points: Array) -> Array:
    """Depth (mm, near its surface) in a body with two wings, symmetric about the mirror."""
    q = points - MIRROR.point
    a = np.abs(q @ NORMAL)
    q = q - (q @ NORMAL)[..., None] * NORMAL
    body = 18 - np.linalg.norm(q, axis=-1) - np.maximum(a - 12, 0)
    wing = 9 - np.sqrt((np.maximum(a - 40, 0)) ** 2 + (q[..., 1] + 0.3 * a - 6) ** 2 + (0.6 * q[..., 2] - 0.1 * a) ** 2)
    return np.asarray(np.clip(np.maximum(body, wing), -20, 20))


def scene(unlike: float = 0.0) -> tuple[Volume, Volume, Mask]:
    """The body's depth, nothing crossed but the left wing's end, and that end."""
    points = GRID.points_where(np.ones(GRID.voxels.shape, bool))
    shape = GRID.voxels.shape
    left = MIRROR.distance(points) > 0
    shifted = points + unlike * left[:, None] * np.array([0, 1.0, 0])
    hidden = (MIRROR.distance(points) > 32).reshape(shape)
    depth = GRID.like(winged(shifted).reshape(shape).astype(np.float32))
    return depth, GRID.like(np.where(hidden, 0.9, 0.0).astype(np.float32)), hidden


def test_a_symmetric_bone_finds_its_mirror_from_a_rough_midline() -> None:
    depth, crossed, hidden = scene()
    rough = Plane(MIRROR.point + np.array([5.0, 0, 0]), NORMAL + np.array([0, -0.06, 0.07]))
    found = mirrored_half(depth, crossed, hidden, rough)
    assert found is not None
    assert found.misfit_mm < 0.05
    inside = depth.points_where(hidden & (depth.voxels > -1))
    assert np.abs(winged(found.onto(inside)) - winged(inside)).max() < 0.05


def test_halves_that_differ_show_it_in_the_misfit() -> None:
    found = [mirrored_half(*scene(unlike), MIRROR) for unlike in (0.0, 8.0)]
    assert found[0] is not None and found[1] is not None
    assert found[1].misfit_mm > found[0].misfit_mm + 1


@pytest.mark.parametrize("veil", [0.9, 0.3])
def test_no_other_half_is_made_up_where_nothing_of_it_is_seen(veil: float) -> None:
    depth, crossed, hidden = scene()
    assert mirrored_half(depth, crossed.like(np.full_like(crossed.voxels, veil)), hidden, MIRROR) is None
