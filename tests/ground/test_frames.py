"""Frames: reflections are involutions, the pelvic frame is orthonormal and its axes point as named."""

import numpy as np
import pytest

from hemipelvis.frames import Plane, Side, pelvic_frame

RNG = np.random.default_rng(1)
PLANE = Plane(np.array([3, -4, 5]), np.array([0.9, 0.1, -0.2]))
POINTS = RNG.normal(size=(50, 3)) * 100


def test_mirroring_twice_is_the_identity() -> None:
    np.testing.assert_allclose(PLANE.mirror(PLANE.mirror(POINTS)), POINTS, atol=1e-10)


def test_mirroring_changes_the_sign_of_the_distance() -> None:
    np.testing.assert_allclose(PLANE.distance(PLANE.mirror(POINTS)), -PLANE.distance(POINTS), atol=1e-10)


def test_mirrored_directions_are_differences_of_mirrored_points() -> None:
    a, b = POINTS[:20], POINTS[20:40]
    np.testing.assert_allclose(PLANE.mirror_direction(b - a), PLANE.mirror(b) - PLANE.mirror(a), atol=1e-10)


def test_feet_of_perpendiculars_lie_in_the_plane() -> None:
    np.testing.assert_allclose(PLANE.distance(PLANE.project(POINTS)), 0, atol=1e-10)


@pytest.mark.parametrize("turned", [1, -1])
def test_the_pelvic_frame_points_left_posterior_superior(turned: int) -> None:
    frame = pelvic_frame(Plane(np.zeros(3), np.array([turned * 1.0, 0.05, 0.02])), [60, 10, -80], [-60, 10, -82])
    assert (np.diag(frame.axes) > 0.9).all()
    np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(frame.axes) == pytest.approx(1)


def test_pelvic_coordinates_go_there_and_back() -> None:
    frame = pelvic_frame(PLANE, [60, 10, -80], [-60, 10, -82])
    np.testing.assert_allclose(frame.world_from_pelvic(frame.pelvic_from_world(POINTS)), POINTS, atol=1e-10)


def test_each_side_is_the_other_of_its_other() -> None:
    assert all(side.other.other is side and side.sign == -side.other.sign for side in Side)
