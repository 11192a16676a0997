"""A solid on a grid, worked out only near its surface: the sign everywhere, the distance where it matters."""

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.field import Field, from_volume
from hemipelvis.volume import Volume, empty_grid

COARSE_MM = 4.0
BAND_MM = 5.0


def baked(field: Field, lower: Points | Array, upper: Points | Array, pitch_mm: float = 1.25) -> Field:
    """The same solid as a trilinear field on a fine grid over its box: as fast however intricate it is."""
    return from_volume(near_surface(field, empty_grid(lower, upper, pitch_mm)))


def near_surface(field: Field, grid: Volume) -> Volume:
    """Values (float32) of a field on a grid: exact within BAND_MM of the surface, interpolated coarsely elsewhere."""
    margin = np.full(3, 2 * COARSE_MM)
    coarse = field.sampled(grid.origin - margin, grid.upper + margin, COARSE_MM)
    values = np.empty(grid.voxels.shape, np.float32)
    for k in range(0, grid.voxels.shape[0], 16):
        points = nodes(grid, k, min(k + 16, grid.voxels.shape[0]))
        flat = coarse.sample(points)
        near = np.abs(flat) < BAND_MM + COARSE_MM
        flat[near] = field(points[near])
        values[k : k + 16] = flat.reshape(-1, *grid.voxels.shape[1:])
    return grid.like(values)


def nodes(grid: Volume, start: int, stop: int) -> Points:
    """World positions (n, 3) of the voxels of slices start … stop."""
    x, y, z = (grid.origin[a] + grid.spacing[a] * np.arange(n) for a, n in enumerate(grid.size))
    return np.stack(np.meshgrid(z[start:stop], y, x, indexing="ij")[::-1], axis=-1).reshape(-1, 3)
