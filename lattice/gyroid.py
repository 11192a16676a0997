"""The gyroid, g = sin x cos y + sin y cos z + sin z cos x (Schoen 1970; nodal approximation), phases in radians.

A network gyroid's metal is {g < level}; a sheet gyroid's is {|g| < level}.
"""

from typing import Any, Literal

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

Kind = Literal["network", "sheet"]
TURN = 2 * np.pi
EULER = {"network": -8, "sheet": -16}
"""Euler characteristic of the surface per cell: genus 5 per cubic cell; a sheet has two surfaces."""


def gyroid(points: Any) -> Array:
    """g (…) at points (…, 3) in cells (one cell is one period)."""
    x, y, z = np.moveaxis(TURN * np.asarray(points, float), -1, 0)
    return np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)


def gradient(points: Any) -> Array:
    """Gradient (…, 3) of g, per cell, at points (…, 3) in cells."""
    x, y, z = np.moveaxis(TURN * np.asarray(points, float), -1, 0)
    return TURN * np.stack(
        [
            np.cos(x) * np.cos(y) - np.sin(z) * np.sin(x),
            np.cos(y) * np.cos(z) - np.sin(x) * np.sin(y),
            np.cos(z) * np.cos(x) - np.sin(y) * np.sin(z),
        ],
        axis=-1,
    )


def mean_curvature(points: Any) -> Array:
    """Mean curvature (…), per cell, of the surfaces g = const, positive where {g < const} bulges: ½ ∇·(∇g / |∇g|)."""
    x, y, z = np.moveaxis(TURN * np.asarray(points, float), -1, 0)
    slope = gradient(points) / TURN
    xy, yz, zx = -np.cos(x) * np.sin(y), -np.cos(y) * np.sin(z), -np.cos(z) * np.sin(x)
    xx = -np.sin(x) * np.cos(y) - np.sin(z) * np.cos(x)
    yy = -np.sin(y) * np.cos(z) - np.sin(x) * np.cos(y)
    zz = -np.sin(z) * np.cos(x) - np.sin(y) * np.cos(z)
    u, v, w = np.moveaxis(slope, -1, 0)
    square = u * u + v * v + w * w
    twice = u * u * xx + v * v * yy + w * w * zz + 2 * (u * v * xy + v * w * yz + w * u * zx)
    return TURN * (square * (xx + yy + zz) - twice) / (2 * square**1.5)


def nodes(samples: int, cells: Any = 1) -> Points:
    """Nodes (z, y, x, 3) of `samples` per cell over a block of cells (a number, or three along x, y, z), in cells."""
    x, y, z = (np.arange(samples * int(n)) / samples for n in np.broadcast_to(cells, 3))
    return np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1)


def grid_values(kind: Kind, samples: int, cells: Any = 1) -> Array:
    """What is compared with the level (z, y, x), float32, at the nodes a part is meshed on."""
    return solid_value(kind, gyroid(nodes(samples, cells))).astype(np.float32)


def solid_value(kind: Kind, g: Array) -> Array:
    """What is compared with the level: the metal is {solid_value < level}."""
    return g if kind == "network" else np.abs(g)


def level_of(kind: Kind, porosity: float) -> float:
    """The level whose metal fills 1 − porosity of space: a quantile over a grid shifted off the symmetries."""
    shift = np.array([np.sqrt(2), np.sqrt(3), np.sqrt(5)])
    g = gyroid(nodes(QUADRATURE) + shift / QUADRATURE)
    return float(np.quantile(solid_value(kind, g), 1 - porosity))


QUADRATURE = 96
"""Samples per cell of the porosity integral: its error is then below 1e-4."""


def surface_points(levels: tuple[float, ...], samples: int = 80) -> Points:
    """Points (n, 3) in one cell [0, 1)³, dense on the surfaces g = level, in cells."""
    grid = Volume(
        gyroid(nodes(samples) - 0.5 / samples).astype(np.float32), np.full(3, 1 / samples), np.full(3, -0.5 / samples)
    )
    found = [_pulled_onto(isosurface(grid, level).vertices, level) for level in levels]
    return np.concatenate(found) % 1.0 % 1.0  # twice: −1e-17 % 1.0 is 1.0


def _pulled_onto(points: Points, level: float) -> Points:
    """Newton's steps along the gradient."""
    for _ in range(3):
        slope = gradient(points)
        points = points - ((gyroid(points) - level) / (slope * slope).sum(axis=-1))[:, None] * slope
    return points[np.abs(gyroid(points) - level) < 1e-6]


def steepness(levels: tuple[float, ...]) -> float:
    """Mean |∇g| over the surfaces, per cell: (g − level) / steepness is a distance in cells to first order."""
    return float(np.linalg.norm(gradient(surface_points(levels, 32)), axis=-1).mean())
