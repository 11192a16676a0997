"""Points on the surface of a solid, found from its field."""

import numpy as np

from hemipelvis.arrays import Array, Point, Vector, square_to, unit
from hemipelvis.field import Field


def surface_along(field: Field, inside: Point, direction: Array, reach_mm: float = 80.0) -> Array:
    """Points (n, 3) where rays from a point inside, along directions (n, 3), leave the solid for the first time.

    Raises ValueError when the start lies outside or a ray does not leave within the reach.
    """
    rays = unit(np.atleast_2d(direction))
    steps = np.arange(0, reach_mm, 0.5)
    values = field((inside + steps[:, None, None] * rays).reshape(-1, 3)).reshape(len(steps), -1)
    out = np.argmax(values > 0, axis=0)
    if (out == 0).any():
        raise ValueError("the rays must start inside the solid and leave it within their reach")
    low, high = steps[out - 1], steps[out]
    for _ in range(24):
        middle = (low + high) / 2
        beyond = field(inside + middle[:, None] * rays) > 0
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return inside + low[:, None] * rays


def extreme_point(field: Field, inside: Point, direction: Vector, spread_deg: float = 60.0) -> Point:
    """The surface point furthest along a direction, among those seen from a point inside.

    Rays in a cone about the direction; the cone is narrowed onto the best ray until it is finer than 0.1°.
    """
    aim = best = unit(direction)
    point = np.asarray(inside, float)
    while spread_deg > 0.1:
        hits = surface_along(field, inside, _cone(best, spread_deg))
        point = hits[np.argmax(hits @ aim)]
        best, spread_deg = unit(point - inside), spread_deg / 2.5
    return point


def _cone(axis: Vector, spread_deg: float, rings: int = 6, spokes: int = 24) -> Array:
    """Directions (n, 3) spread evenly within an angle of an axis, the axis first."""
    side, other = square_to(axis)
    angle = np.repeat(np.radians(spread_deg) * np.arange(1, rings + 1) / rings, spokes)
    turn = np.tile(2 * np.pi * np.arange(spokes) / spokes, rings)
    ring = np.cos(angle)[:, None] * axis + np.sin(angle)[:, None] * (
        np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * other
    )
    return np.vstack([axis, ring])


def lowest_point(field: Field, near: Point, up: Vector, radius_mm: float = 45.0, depth_mm: float = 50.0) -> Point:
    """The solid's lowest point along −up among columns within a radius of a point, from a depth below up to it.

    Columns of 1 mm, then of 0.1 mm about the best: unlike rays from inside they miss no second, lower corner. Raises
    ValueError where no column meets the solid.
    """
    across = np.linalg.svd(unit(up)[None])[2][1:]
    found = _column_foot(field, np.asarray(near, float) + _disc(radius_mm, 1.0) @ across, unit(up), depth_mm)
    level = found + unit(up) * float((np.asarray(near, float) - found) @ unit(up))
    return _column_foot(field, level + _disc(1.5, 0.1) @ across, unit(up), depth_mm)


def _disc(radius_mm: float, step_mm: float) -> Array:
    ticks = np.arange(-radius_mm, radius_mm + step_mm / 2, step_mm)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return grid[np.linalg.norm(grid, axis=1) <= radius_mm]


def _column_foot(field: Field, tops: Array, up: Vector, depth_mm: float) -> Point:
    heights = np.arange(-depth_mm, 0.5, 0.5)
    inside = field((tops[:, None] + heights[None, :, None] * up).reshape(-1, 3)).reshape(len(tops), -1) <= 0
    first = np.argmax(inside, axis=1)
    held = inside[:, 1:].any(axis=1) & (first > 0)
    if not held.any():
        raise ValueError("no column meets the solid from outside")
    first, tops = first[held], tops[held]
    best = first == first.min()
    low, high = heights[first[best] - 1], heights[first[best]]
    for _ in range(24):
        middle = (low + high) / 2
        solid = field(tops[best] + middle[:, None] * up) <= 0
        low, high = np.where(solid, low, middle), np.where(solid, middle, high)
    return (tops[best] + high[:, None] * up)[np.argmin(high)]
