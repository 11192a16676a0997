"""Where in free space a ball has room: exact erosion by a ball, row by row.

A node is out of a ball's reach of metal if, in every row that the ball cuts, the nearest metal along the row is farther
than half the cut's length. One pass along each row gives that distance; the rest are comparisons side by side.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Mask
from hemipelvis.compiled import compiled_parallel

FARTHEST = 255


def ball_room(free: Array, radius: float) -> Mask:
    """Nodes (z, y, x) with no node of metal within `radius`, in nodes; beyond the border all is free.

    free: uint8, 0 in metal. Raises ValueError for a radius of 255 nodes or more.
    """
    if radius >= FARTHEST:
        raise ValueError(f"a ball of radius {radius:.0f} nodes, where less than {FARTHEST} are counted")
    reach = int(radius)
    rows = [(z, y) for z in range(-reach, reach + 1) for y in range(-reach, reach + 1) if z * z + y * y <= radius**2]
    half = np.array([int(np.sqrt(radius**2 - z * z - y * y)) for z, y in rows], np.uint8)
    along, out = np.empty(free.shape, np.uint8), np.ones(free.shape, np.bool_)
    _along(free, along)
    _compare(along, np.array(rows), half, out)
    return out


@compiled_parallel
def _along(free: Array, out: Array) -> None:
    """Distance to the nearest metal in the same row, in nodes, no more than `FARTHEST`."""
    nz, ny, nx = free.shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        away = FARTHEST
        for i in range(nx):
            away = min(away + 1, FARTHEST) if free[k, j, i] else 0
            out[k, j, i] = away
        away = FARTHEST
        for i in range(nx - 1, -1, -1):
            away = min(away + 1, FARTHEST) if free[k, j, i] else 0
            out[k, j, i] = min(out[k, j, i], away)


@compiled_parallel
def _compare(along: Array, rows: Array, half: Array, out: Array) -> None:
    nz, ny, nx = along.shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        mine = out[k, j]
        for r in range(len(rows)):
            z, y = k + rows[r, 0], j + rows[r, 1]
            if 0 <= z < nz and 0 <= y < ny:
                beside, least = along[z, y], half[r]
                for i in range(nx):
                    mine[i] &= beside[i] > least
