"""Signed distances of a label mask on a cubic grid, smooth below the voxel.

The mask is blurred by a little over half a voxel and cut at one half again: that keeps its volume and turns the
staircase of thick slices into slopes. Near that surface distances are taken to its triangles, so that they do not
depend on how the grid lies; farther away they are Euclidean between nodes (edt). Both are then smoothed over a pitch.
"""

from typing import Any

import edt
import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Points, unit
from hemipelvis.surface_patches import surface_patches
from hemipelvis.volume import Volume, centred_grid

BLUR_VOXELS = 0.6
"""Least blur (standard deviation) that lets neighbouring samples of a step overlap."""

NEAR_PITCHES = 3.0
"""Nodes this near to the surface are measured to it: all that the smoothing mixes into the surface's own cells."""


def distance_grid(mask: Volume, lower: Any, upper: Any, pitch_mm: float, blur_voxels: float = BLUR_VOXELS) -> Volume:
    """Signed distance in mm (float32, negative inside) to the surface of a bool mask, over a world box.

    Bone beyond the box is not seen: widen the box by the distance that must be right. Without any bone in the box the
    distance is that to nothing: the box's diagonal everywhere.
    """
    grid = centred_grid(lower, upper, pitch_mm)
    margin = 4 * mask.spacing + 1
    part = mask.crop(grid.origin - margin, grid.upper + margin)
    blurred = ndimage.gaussian_filter(part.voxels.astype(np.float32), blur_voxels)
    level = _resampled(part.like(blurred), grid) - 0.5
    return grid.like(_signed_distance(grid.like(level)))


def _resampled(source: Volume, grid: Volume) -> Array:
    """Trilinear values on the grid's nodes; axis by axis, since both grids stand parallel."""
    values = source.voxels
    for axis in range(3):
        a = 2 - axis
        nodes = (grid.origin[a] + np.arange(grid.size[a]) * grid.spacing[a] - source.origin[a]) / source.spacing[a]
        values = _along(values, nodes, axis)
    return values


def _along(values: Array, nodes: Array, axis: int) -> Array:
    count = values.shape[axis]
    below = np.clip(np.floor(nodes).astype(int), 0, max(count - 2, 0))
    above = np.minimum(below + 1, count - 1)
    share = np.clip(nodes - below, 0, 1).astype(np.float32)
    share[(nodes < -0.5) | (nodes > count - 0.5)] = 0
    shape = [1, 1, 1]
    shape[axis] = -1
    mixed = np.take(values, below, axis) * (1 - share.reshape(shape)) + np.take(values, above, axis) * share.reshape(
        shape
    )
    mixed[tuple(_outside(nodes, count, axis))] = 0
    return mixed


def _outside(nodes: Array, count: int, axis: int) -> list[Any]:
    where: list[Any] = [slice(None)] * 3
    where[axis] = (nodes < -0.5) | (nodes > count - 0.5)
    return where


def _signed_distance(level: Volume) -> Array:
    pitch_mm, inside = float(level.spacing[0]), level.voxels > 0
    if not inside.any():
        return np.full(inside.shape, pitch_mm * float(np.linalg.norm(inside.shape)), np.float32)
    outer = edt.edt(~inside, anisotropy=level.sampling, black_border=False, parallel=1)
    inner = edt.edt(inside, anisotropy=level.sampling, black_border=False, parallel=1)
    signed = np.where(inside, pitch_mm / 2 - inner, outer - pitch_mm / 2).astype(np.float32)
    near = np.abs(signed) < NEAR_PITCHES * pitch_mm
    signed[near] = _to_surface(level.like(-level.voxels), level.points_where(near))
    return ndimage.gaussian_filter(signed, 1.0)


def _to_surface(values: Volume, points: Points) -> Array:
    """Signed distances (n,) of points near the surface of {values < 0}: to the plane of the nearest cell's patch.

    A pitch or more away, to that patch's middle, which is then as near as the surface itself to some 0.03 pitch.
    """
    surface = surface_patches(values)
    away, nearest = KDTree(surface.middles).query(points, workers=-1)
    above = np.einsum("ni,ni->n", points - surface.middles[nearest], unit(surface.areas[nearest]))
    return np.where(away < values.spacing[0], above, np.copysign(away, above))
