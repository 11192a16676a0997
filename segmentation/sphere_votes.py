"""Where spheres of metal have their centres: surface normals vote for the points they pass through (Hough)."""

import numpy as np
from scipy import ndimage as ndi

from hemipelvis.arrays import Array, Points
from hemipelvis.volume import Volume

RADII_MM = np.arange(10.0, 34.5, 1.0)
"""Heads have 22 to 44 mm diameter, the shells around them up to 66 mm; rods and screws are thinner."""
CELL_MM = 2.0
SMOOTH_MM = 2.0


def sphere_votes(soft: Volume) -> Volume:
    """Votes (float32, smoothed) on a coarser grid; head, liner bed and shell of one joint vote for one centre.

    soft: grey metal between 0 and 1 on cubic voxels; its level 0.5 is the surface.
    """
    points, normals = _surface(soft)
    size = np.ceil((soft.upper - soft.origin) / CELL_MM).astype(int) + 1
    votes = np.zeros(int(np.prod(size)))
    grid = Volume(np.zeros(tuple(size[::-1]), np.float32), np.full(3, CELL_MM), soft.origin)
    for radius in np.concatenate([-RADII_MM, RADII_MM]):
        i = np.rint(grid.index_from_world(points + radius * normals)).astype(int)
        i = i[np.all((i >= 0) & (i < size), axis=1)]
        flat = (i[:, 2] * size[1] + i[:, 1]) * size[0] + i[:, 0]
        votes += np.bincount(flat, minlength=len(votes)) / radius**2
    smooth = ndi.gaussian_filter(votes.reshape(size[::-1]), SMOOTH_MM / CELL_MM)
    return grid.like(smooth.astype(np.float32))


def _surface(soft: Volume) -> tuple[Points, Array]:
    """Surface points (n, 3) and unit normals (n, 3) of the half level."""
    smooth = ndi.gaussian_filter(soft.voxels, 1.0 / soft.spacing[0])
    metal = smooth > 0.5
    index = np.argwhere(metal & np.logical_not(ndi.binary_erosion(metal)))
    z, y, x = index.T + 1
    smooth = np.pad(smooth, 1, mode="edge")
    normals = np.stack(
        [smooth[z, y, x + 1] - smooth[z, y, x - 1], smooth[z, y + 1, x] - smooth[z, y - 1, x],
         smooth[z + 1, y, x] - smooth[z - 1, y, x]], axis=1).astype(float)  # fmt: skip
    length = np.linalg.norm(normals, axis=1)
    good = length > 1e-3
    return soft.world_from_index(index[good][:, ::-1]), normals[good] / length[good][:, None]
