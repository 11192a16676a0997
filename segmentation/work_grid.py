"""The isotropic grid on which bones are told apart: coarse enough to be quick, fine enough to see joint spaces."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume, on_grid

PITCH_MM = 1.2


def work_grid(volume: Volume, outside: float, pitch_mm: float = PITCH_MM) -> Volume:
    """`volume` as float32 on a grid of cubic cells over the same box, smoothed as the coarser pitch demands."""
    size = np.floor((volume.size - 1) * volume.spacing / pitch_mm + 1e-6).astype(int) + 1
    grid = Volume(np.zeros(tuple(size[::-1]), np.uint8), np.full(3, pitch_mm), volume.origin)
    sigma = [0.4 * np.sqrt(max((pitch_mm / s) ** 2 - 1, 0)) for s in volume.sampling]
    smooth = ndimage.gaussian_filter(volume.voxels.astype(np.float32), sigma, mode="nearest", truncate=3)
    return on_grid(volume.like(smooth), grid, outside)


def positions(grid: Volume, axis: int) -> Array:
    """World coordinate of every slab along axis 0 = x, 1 = y, 2 = z, shaped to broadcast over (z, y, x)."""
    shape = [1, 1, 1]
    shape[2 - axis] = -1
    return (grid.origin[axis] + np.arange(grid.size[axis]) * grid.spacing[axis]).reshape(shape)
