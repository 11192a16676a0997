"""Spheres of heads and shells, and the opening."""

import numpy as np

from hemipelvis.arrays import Array, unit
from hemipelvis.field import Field, capsule, half_space, sphere
from hemipelvis.frames import Plane
from hemipelvis.segmentation.old_cup import fibonacci, find_joints, fit_sphere
from hemipelvis.volume import Volume

CENTRE = np.array([-241.0, 283.0, -574.0])
OPENING = unit([0.7, -0.35, -0.62])


def soft(solid: Field) -> Volume:
    grid = Volume(np.zeros((100, 100, 100), np.uint8), np.full(3, 0.8), CENTRE - 39)
    return grid.like(np.clip(0.5 - solid.on(grid).voxels, 0, 1).astype(np.float32))


def shell(centre: Array) -> Field:
    return sphere(centre, 27) & -sphere(centre, 24) & half_space(Plane(centre + 2 * OPENING, OPENING))


def head(centre: Array) -> Field:
    return sphere(centre, 14) | capsule(centre, centre + 32 * OPENING, 6)


def test_head_and_shell_give_centre_and_opening() -> None:
    (joint,) = find_joints(soft(head(CENTRE) | shell(CENTRE)))
    assert joint.head is not None
    assert joint.opening is not None
    assert np.linalg.norm(joint.head.centre - CENTRE) < 0.3
    assert np.degrees(np.arccos(joint.opening @ OPENING)) < 2


def test_a_head_that_wore_into_its_liner_is_the_rotation_centre() -> None:
    worn = CENTRE + 3 * unit([0.1, 0.2, 1.0])
    (joint,) = find_joints(soft(head(worn) | shell(CENTRE)))
    cup = joint.cup()
    assert cup is not None
    assert np.linalg.norm(cup.centre - worn) < 0.5
    assert np.degrees(np.arccos(cup.opening @ OPENING)) < 4


def test_a_shell_without_a_head_still_gives_a_cup() -> None:
    cup = find_joints(soft(shell(CENTRE)))[0].cup()
    assert cup is not None
    assert np.linalg.norm(cup.centre - CENTRE) < 1.0
    assert np.degrees(np.arccos(cup.opening @ OPENING)) < 4


def test_a_head_without_a_shell_has_no_opening() -> None:
    (joint,) = find_joints(soft(head(CENTRE)))
    assert joint.head is not None
    assert joint.opening is None
    assert joint.cup() is None


def test_a_sphere_is_fitted_through_outliers() -> None:
    points = CENTRE + 20 * fibonacci(400)
    points[:40] += 6 * fibonacci(400)[:40]
    centre, radius = fit_sphere(points)
    assert np.linalg.norm(centre - CENTRE) < 1e-6
    assert abs(radius - 20) < 1e-6
