from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial import KDTree

from hemipelvis.arrays import Array
from hemipelvis.field import (
    Field,
    box,
    capsule,
    cone,
    cylinder,
    dome,
    half_space,
    oval_cylinder,
    smooth_min,
    sphere,
    sweep,
)  # fmt: skip
from hemipelvis.frames import Plane
from hemipelvis.volume import empty_grid

CENTRE = np.array([-300.0, 280.0, -550.0])
AXIS = np.array([1.0, 2.0, 2.0]) / 3
SOLIDS = {
    "sphere": sphere(CENTRE, 4),
    "box": box(CENTRE, (3, 4, 5), rounding_mm=1),
    "cylinder": cylinder(CENTRE - 4 * AXIS, CENTRE + 4 * AXIS, 3),
    "capsule": capsule(CENTRE - 4 * AXIS, CENTRE + 4 * AXIS, 2),
    "dome": dome(CENTRE, AXIS, 5, 2, 1),
    "round sweep": sweep(CENTRE + np.array([[-4, 0, 0], [0, 3, 0], [4, 0, 2]]), 2),
}


def around(count: int, half: float = 9, seed: int = 0) -> Array:
    return CENTRE + np.random.default_rng(seed).uniform(-half, half, (count, 3))


def surface_points(solid: Field, seed: int = 1) -> Array:
    """Points on the surface, found by walking along the gradient: no formula of the solid is used."""
    points = around(30_000, 9, seed)
    for _ in range(12):
        step = np.stack([(solid(points + d) - solid(points - d)) / 2e-4 for d in 1e-4 * np.eye(3)], axis=1)
        points = points - solid(points)[:, None] * step
    return points[np.abs(solid(points)) < 1e-6]


@pytest.mark.parametrize("name", SOLIDS)
def test_a_primitive_gives_the_distance_to_its_nearest_surface_point(name: str) -> None:
    solid, points = SOLIDS[name], around(400)
    outside = points[solid(points) > 0.5]
    brute = KDTree(surface_points(solid)).query(outside)[0]
    assert np.abs(brute - solid(outside)).max() < 0.25


@pytest.mark.parametrize("name", SOLIDS)
def test_no_primitive_changes_faster_than_distance(name: str) -> None:
    a, b = around(2000, seed=2), around(2000, seed=3)
    slope = np.abs(SOLIDS[name](a) - SOLIDS[name](b)) / np.linalg.norm(a - b, axis=1)
    assert slope.max() <= 1 + 1e-9


def test_a_dome_is_a_wall_on_one_side_of_its_rim() -> None:
    bowl = dome(CENTRE, AXIS, 10, 2)
    along, across = CENTRE - 10 * AXIS, CENTRE + 10 * AXIS
    assert bowl([along])[0] == pytest.approx(-1)
    assert bowl([across])[0] == pytest.approx(np.hypot(10, 10) - 1)
    assert bowl([CENTRE])[0] == pytest.approx(9)


def test_a_cone_contains_what_lies_within_its_angle() -> None:
    points = around(3000)
    towards = points - CENTRE
    angle = np.degrees(np.arccos(towards @ AXIS / np.linalg.norm(towards, axis=1)))
    assert np.array_equal(cone(CENTRE, AXIS, 40)(points) < 0, angle < 40)


def test_an_oval_cylinder_contains_its_ellipse_up_to_its_height() -> None:
    points = around(3000)
    q = points - CENTRE
    inside = (np.hypot(q[:, 0] / 6, q[:, 1] / 3) < 1) & (q[:, 2] > 0) & (q[:, 2] < 4)
    assert np.array_equal(oval_cylinder(CENTRE, np.eye(3), (6, 3), 4)(points) < 0, inside)


def test_the_smooth_minimum_lies_below_both_by_a_quarter_of_the_radius_at_most() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5000)) * 5
    blended = smooth_min(a, b, 4)
    least = np.minimum(a, b)
    assert (blended <= least).all() and (blended >= least - 1 - 1e-12).all()
    assert np.array_equal(blended[np.abs(a - b) >= 4], least[np.abs(a - b) >= 4])


def test_a_blend_changes_nothing_where_one_part_is_far() -> None:
    one, other = sphere(CENTRE, 4), sphere(CENTRE + np.array([30, 0, 0]), 4)
    points = around(500)
    assert np.array_equal(one.smooth_union(other, 5)(points), one(points))


def test_an_offset_sphere_is_the_larger_sphere() -> None:
    points = around(500)
    assert np.allclose(sphere(CENTRE, 4).offset(2)(points), sphere(CENTRE, 6)(points))


@pytest.mark.parametrize("cut", [Field.smooth_difference, Field.__sub__])
def test_a_difference_leaves_nothing_of_the_tool(cut: Callable[..., Field]) -> None:
    tool = half_space(Plane(CENTRE, AXIS))
    rest = cut(sphere(CENTRE, 5), tool, *([2.0] if cut is Field.smooth_difference else []))
    points = around(3000)
    assert (rest(points[tool(points) < 0]) >= 0).all()


def test_mirroring_twice_gives_the_solid_back() -> None:
    plane, points = Plane(CENTRE + 3, AXIS), around(300)
    assert np.allclose(SOLIDS["box"].mirrored(plane).mirrored(plane)(points), SOLIDS["box"](points))


def test_values_near_the_surface_are_exact_and_signs_are_right_everywhere() -> None:
    solid = SOLIDS["round sweep"].smooth_union(SOLIDS["dome"], 3)
    grid = empty_grid(CENTRE - 12, CENTRE + 13.3, 0.5)
    whole, sparse = solid.on(grid), solid.near_surface(grid, 1.0)
    near = np.abs(whole.voxels) < 1
    assert np.allclose(sparse.voxels[near], whole.voxels[near], atol=1e-5)
    assert np.array_equal(sparse.voxels < 0, whole.voxels < 0)
