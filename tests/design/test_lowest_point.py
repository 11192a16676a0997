"""The tip between slices."""

import numpy as np
import pytest

from hemipelvis.design.bone_surface import bone_surface
from hemipelvis.design.lowest_point import lowest_of_surface, lowest_point
from hemipelvis.volume import Volume


def tuberosity(tip_z: float, spacing_z: float) -> Volume:
    """A paraboloid of 20 mm radius of curvature, label 2, whose tip is at a stated height."""
    count = int(45 / spacing_z)
    grid = Volume(np.zeros((count, 60, 60), np.uint8), np.array([0.8, 0.8, spacing_z]), np.array([-370.0, 310, -660]))
    p = grid.points_where(np.ones(grid.voxels.shape, bool)) - [-346, 334, tip_z]
    inside = p[:, 2] > (p[:, 0] ** 2 + p[:, 1] ** 2) / 40
    return grid.like((2 * inside).reshape(grid.voxels.shape).astype(np.uint8))


@pytest.mark.parametrize("spacing_z", [0.75, 1.5, 3.0])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.55, 0.8])
def test_the_tip_is_found_finer_than_the_slices(spacing_z: float, share: float) -> None:
    tip = -650 + share * spacing_z
    labels = tuberosity(tip, spacing_z)
    surface = bone_surface(labels, 2)
    assert surface is not None
    found = lowest_point(labels, 2, surface.points)
    assert found is not None
    assert abs(found[2] - tip) < 0.3 * spacing_z
    assert np.allclose(found[:2], [-346, 334], atol=max(1.6, 1.5 * spacing_z))  # the tip is flat


def test_an_absent_label_gives_none() -> None:
    assert lowest_point(tuberosity(-650, 1.5), 3, np.empty((0, 3))) is None


def test_of_a_surface_it_is_the_lowest_point_itself() -> None:
    points = np.array([[0.0, 0, 5], [1, 2, -7], [3, 2, -7], [9, 9, 0]])
    assert lowest_of_surface(points).tolist() == [2, 2, -7]


def test_of_two_corners_as_low_it_is_one_not_the_air_between() -> None:
    points = np.array([[0.0, 0, -7], [0, 1, -6.9], [30, 0, -6.8], [30, 1, -6.8]])
    assert lowest_of_surface(points)[0] == 0
