"""Thick curved plates: a spline surface with a thickness, as a field."""

from typing import Any

import numpy as np
from scipy.interpolate import RectBivariateSpline

from hemipelvis.arrays import Array, Points
from hemipelvis.compiled import compiled
from hemipelvis.field import Field, from_volume
from hemipelvis.volume import Volume, empty_grid

PITCH_MM = 1.1
"""Spacing of the balls that make the plate: with half thicknesses over 2 mm their ripple stays near 0.1 mm."""
GRID_MM = 1.25
REACH_MM = 10.0
"""Distances are right up to here; beyond, they are a lower bound. More than any blend radius of the bones."""


def plate(net: Any, half_mm: Any) -> Field:
    """The plate around the spline surface through a net of points (rows, columns, 3), half thicknesses (rows, columns).

    It is the union of balls along the surface, so its edges are round.
    """
    points, half = _dense(np.asarray(net, float), np.asarray(half_mm, float))
    margin = half.max() + REACH_MM
    grid = empty_grid(points.min(0) - margin, points.max(0) + margin, GRID_MM)
    values = np.full(grid.voxels.shape, REACH_MM, np.float32)
    _carve(values, grid.index_from_world(points), half / GRID_MM, REACH_MM / GRID_MM, GRID_MM)
    return from_volume(Volume(values, grid.spacing, grid.origin))


@compiled
def _carve(values: Array, centres: Array, radii: Array, reach: float, pitch: float) -> None:
    """Lower each node to its distance from any ball nearer than the reach (in place; lengths in nodes)."""
    for n in range(centres.shape[0]):
        x, y, z, r = centres[n, 0], centres[n, 1], centres[n, 2], radii[n]
        w = r + reach
        for k in range(int(z - w) + 1, int(z + w) + 1):
            for j in range(int(y - w) + 1, int(y + w) + 1):
                for i in range(int(x - w) + 1, int(x + w) + 1):
                    d = (np.sqrt((x - i) ** 2 + (y - j) ** 2 + (z - k) ** 2) - r) * pitch
                    values[k, j, i] = min(values[k, j, i], d)


def _dense(net: Array, half: Array) -> tuple[Points, Array]:
    """Points (n, 3) and half thicknesses (n,) on the surface, no further apart than PITCH_MM."""
    rows, columns = _count(net, 0), _count(net, 1)
    channels = np.concatenate([net, half[..., None]], axis=-1)
    u, v = np.linspace(0, 1, net.shape[0]), np.linspace(0, 1, net.shape[1])
    order = {"kx": min(3, net.shape[0] - 1), "ky": min(3, net.shape[1] - 1)}
    fine = np.linspace(0, 1, rows), np.linspace(0, 1, columns)
    surface = np.stack([RectBivariateSpline(u, v, channels[..., c], **order)(*fine) for c in range(4)], -1)
    return surface[..., :3].reshape(-1, 3), surface[..., 3].ravel()


def _count(net: Array, axis: int) -> int:
    """How many samples along an axis keep the pitch; splines are at most about 1.3 times the chord polygon."""
    longest = np.linalg.norm(np.diff(net, axis=axis), axis=-1).sum(axis=axis).max()
    return int(np.ceil(1.3 * longest / PITCH_MM)) + 1
