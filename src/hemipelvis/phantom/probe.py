"""Points on the surface of a solid, found from its field."""

import numpy as np

from hemipelvis.arrays import Array, Point, Vector, unit
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
    side = unit(np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))]))
    other = np.cross(axis, side)
    angle = np.repeat(np.radians(spread_deg) * np.arange(1, rings + 1) / rings, spokes)
    turn = np.tile(2 * np.pi * np.arange(spokes) / spokes, rings)
    ring = np.cos(angle)[:, None] * axis + np.sin(angle)[:, None] * (
        np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * other
    )
    return np.vstack([axis, ring])
