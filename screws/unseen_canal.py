"""Where the sacral canal must run though the label map does not show it: filled in, it would look like bone.

Beside metal, and where marrow is as dense as nerve and fat, a label map may fill the canal. Nothing then tells its
place but anatomy: behind the vertebral bodies, at the midline. So much is left alone at every level where none shows.
"""

from typing import cast

import numpy as np
import scipy.ndimage as ndi
from scipy.ndimage import maximum_filter1d

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume

HALF_WIDTH_MM = 12.0
"""The canal is about 30 mm wide at S1, 20 mm at S2, and narrower below."""
BODY_MM = 12.0
"""Of bone in front of it: sacral bodies are about 30 mm deep at S1, 20 mm at S2, 13 mm at S3."""
LEAST_MM2 = 10.0
"""Of canal in an axial slice near the midline, for it to be shown there."""
UPPER = 0.5
"""Of the height of sacrum and coccyx: about S1 to S3. Farther down the canal ends, at the sacral hiatus, S4 in most and
S3 in 15 % (Sekiguchi et al., Anesth Analg 98:526, 2004, doi.org/10.1213/01.ANE.0000096210.89563.3F)."""
BESIDE_MM = 3.0
"""A slice this near to one that shows the canal is guarded by it: no screw fits between."""


def unseen_canal(nerves: Mask, bone: Mask, grid: Volume, midline: Plane) -> Mask:
    """Bone (z, y, x) near the midline and behind a body's depth, in axial slices that show no canal."""
    near = off_midline(grid, midline) <= HALF_WIDTH_MM
    area = (nerves & near).sum(axis=(1, 2)) * grid.spacing[0] * grid.spacing[1]
    shown = maximum_filter1d(area, 2 * int(BESIDE_MM / grid.spacing[2]) + 1) >= LEAST_MM2
    behind = np.cumsum(bone, axis=1) * grid.spacing[1] > BODY_MM
    return bone & near & behind & ~shown[:, None, None]


def unseen_height(unseen: Mask, bone: Mask, grid: Volume) -> float:
    """Height, mm, of the levels of the upper sacrum with bone that was told to be `unseen_canal`."""
    levels = np.flatnonzero(bone.any(axis=(1, 2)))
    if len(levels) == 0:
        return 0.0
    upper = levels >= levels[-1] - UPPER * (levels[-1] - levels[0])
    return float(unseen[levels[upper]].any(axis=(1, 2)).sum() * grid.spacing[2])


def between_bodies_and_arches(bone: Mask, grid: Volume, midline: Plane) -> Mask:
    """The canal (z, y, x) near the midline: hollow, behind a body and before an arch, though a foramen opens it aside.

    Of every axial slice only what is larger than `LEAST_MM2`: smaller is a ragged voxel.
    """
    front = np.cumsum(bone, axis=1) * grid.spacing[1] > BODY_MM / 2
    back = np.cumsum(bone[:, ::-1], axis=1)[:, ::-1] > 0
    hollow = ~bone & front & back & (off_midline(grid, midline) <= HALF_WIDTH_MM)
    voxels = LEAST_MM2 / (grid.spacing[0] * grid.spacing[1])
    return np.stack([large_patches(level, voxels) for level in hollow])


def large_patches(level: Mask, voxels: float) -> Mask:
    """Those connected patches of a slice (rows, columns) that have at least so many voxels."""
    names, _ = cast(tuple[Array, int], ndi.label(level))
    sizes = np.bincount(names.ravel())
    sizes[0] = 0
    return np.asarray(np.take(sizes >= voxels, names), bool)


def off_midline(grid: Volume, midline: Plane) -> Array:
    """Distance (z, y, x), mm, of every node from a plane."""
    nz, ny, nx = grid.voxels.shape
    k, j, i = np.ogrid[:nz, :ny, :nx]
    x, y, z = (grid.origin[a] + n * grid.spacing[a] for a, n in enumerate((i, j, k)))
    n = np.asarray(midline.normal, float)
    return np.abs((x - midline.point[0]) * n[0] + (y - midline.point[1]) * n[1] + (z - midline.point[2]) * n[2])
