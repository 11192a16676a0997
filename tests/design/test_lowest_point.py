"""The tip between slices."""

import numpy as np
import pytest

from hemipelvis.design.bone_surface import bone_surface
from hemipelvis.design.lowest_point import lowest_of_surface, lowest_points, paired_tips
from hemipelvis.frames import Plane
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
    found = lowest_points(labels, 2, surface.points)[0]
    assert abs(found[2] - tip) < 0.3 * spacing_z
    assert np.allclose(found[:2], [-346, 334], atol=max(1.6, 1.5 * spacing_z))  # the tip is flat


def test_an_absent_label_has_no_tip() -> None:
    assert len(lowest_points(tuberosity(-650, 1.5), 3, np.empty((0, 3)))) == 0


def test_of_a_surface_it_is_the_lowest_point_itself() -> None:
    points = np.array([[0.0, 0, 5], [1, 2, -7], [3, 2, -7], [9, 9, 0]])
    assert lowest_of_surface(points).tolist() == [[2, 2, -7]]


def test_of_two_corners_as_low_both_are_tips_not_the_air_between() -> None:
    points = np.array([[0.0, 0, -7], [0, 1, -6.9], [30, 0, -6.8], [30, 1, -6.8], [60, 0, -5]])
    assert lowest_of_surface(points)[:, 0].tolist() == [0, 30]


@pytest.mark.parametrize("tilt_mm", [-0.2, 0.2])
def test_two_sides_use_the_same_corner_whichever_is_lowest(tilt_mm: float) -> None:
    here = lowest_of_surface(np.array([[40.0, 0, tilt_mm], [60, 0, -tilt_mm]]))
    there = lowest_of_surface(np.array([[-41.0, 0, 0], [-61, 0, 3]]))
    pair = paired_tips(here, there, Plane(np.zeros(3), np.array([1.0, 0, 0])))
    assert [p[0] for p in pair] == [40, -41]
