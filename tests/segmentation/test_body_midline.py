"""Laws of the mid-sagittal plane."""

import numpy as np
import pytest

from hemipelvis.segmentation.body_midline import body_midline
from hemipelvis.volume import Volume

BALLS = ((70, 10, -50, 20), (60, -20, 10, 25), (30, 40, 40, 18), (15, -40, -60, 12), (80, 20, 60, 15), (10, 50, 0, 14))


@pytest.mark.parametrize("turn_deg", [-14.0, 0.0, 9.0])
def test_the_plane_between_mirrored_blobs_is_found(turn_deg: float) -> None:
    """Six pairs of balls about a turned plane, one of the balls lost as by a resection."""
    angle = np.radians(turn_deg)
    normal = np.array([np.cos(angle), np.sin(angle), 0.0])
    grid = Volume(np.zeros((60, 70, 90)), np.full(3, 3.0), np.array([-400.0, 200.0, -600.0]))
    middle = grid.world_from_index((grid.size - 1) / 2) + 6 * normal
    p = grid.points_where(np.ones(grid.voxels.shape, bool)) - middle
    along = np.array([-normal[1], normal[0], 0])
    bone = np.zeros(len(p), bool)
    for across, back, up, radius in BALLS:
        for sign in (-1, 1):
            if (across, sign) != (60, 1):
                bone |= np.linalg.norm(p - sign * across * normal - back * along - [0, 0, up], axis=1) < radius
    plane = body_midline(grid.like(bone.reshape(grid.voxels.shape)))
    assert np.degrees(np.arccos(min(plane.normal @ normal, 1.0))) < 3
    assert abs(plane.distance(middle)) < 4
