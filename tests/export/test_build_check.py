"""Figures of the build, on bodies whose figures are known."""

import numpy as np
import pytest

from hemipelvis.export.build_check import overhang_mm2
from hemipelvis.export.build_pose import Pose
from hemipelvis.export.powder_sight import powder_sight
from hemipelvis.export.walls import widths
from hemipelvis.field import Field, box, sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

LOWER, UPPER = np.full(3, -16.0), np.full(3, 16.0)


def sampled(field: Field) -> Volume:
    return field.sampled(LOWER, UPPER, 0.5)


TURN = np.array([[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1.0]])


@pytest.mark.parametrize("thick", [1.2, 2.0, 3.3])
@pytest.mark.parametrize("axes", [np.eye(3), TURN])
def test_the_least_wall_of_a_plate_is_its_thickness(thick: float, axes: np.ndarray) -> None:
    plate = sampled(box((0, 0, 0), (thick / 2, 10, 10), axes))
    assert widths(plate, outside=False).least_mm == pytest.approx(thick, abs=0.1)


def test_a_wedge_of_a_right_angle_is_no_thin_wall() -> None:
    assert widths(sampled(box((0, 0, 0), (10, 10, 10))), outside=False).least_mm == np.inf


def test_the_least_gap_lies_between_two_plates() -> None:
    plates = box((-4, 0, 0), (3, 10, 10)) | box((4.5, 0, 0), (3, 10, 10))
    found = widths(sampled(plates), outside=True)
    assert found.least_mm == pytest.approx(2.5, abs=0.1)
    assert np.abs(found.places[np.argmin(found.widths_mm), 0] - 0.25) < 1.5


def test_the_way_out_of_a_porous_ball_is_its_radius() -> None:
    ball = sampled(sphere((0, 0, 0), 10))
    none = ball.like(np.full(ball.voxels.shape, 9.0, np.float32))
    sight = powder_sight(ball, none)
    assert sight.seen == 1.0 and sight.longest_mm == pytest.approx(10, abs=1.0)


def test_pores_behind_a_closed_solid_shell_are_never_seen() -> None:
    shell = sphere((0, 0, 0), 9) - sphere((0, 0, 0), 7)
    sight = powder_sight(sampled(sphere((0, 0, 0), 10)), sampled(shell))
    assert sight.seen == pytest.approx((10**3 - 9**3) / (10**3 - 9**3 + 7**3), abs=0.03)


def test_a_balls_cap_below_45_degrees_hangs_over_however_it_is_turned() -> None:
    ball = isosurface(sampled(sphere((0, 0, 0), 10)))
    cap = 2 * np.pi * 100 * (1 - np.cos(np.radians(45)))
    for rotation in (np.eye(3), TURN[:, [1, 2, 0]]):
        assert overhang_mm2(ball, Pose(rotation, np.ones(3), 1.0)) == pytest.approx(cap, rel=0.05)
