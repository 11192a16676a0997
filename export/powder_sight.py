"""Line of sight for blasting powder out: which pores a straight jet from outside reaches, and through how much lattice.

Along each of 26 directions, the way through porous metal to the open is added up voxel by voxel; solid metal ends it.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled
from hemipelvis.volume import Volume

BLOCKED = np.float32(np.inf)
OPEN, POROUS, SOLID = 0, 1, 2


@dataclass(frozen=True)
class Sight:
    """seen: share of the porous volume with a straight way out; longest_mm: the longest of the shortest such ways."""

    seen: float
    longest_mm: float


def powder_sight(envelope: Volume, solid: Volume) -> Sight:
    """envelope, solid: signed distances (mm, negative inside) on one grid. Without pores all is seen."""
    what = np.where(envelope.voxels >= 0, OPEN, np.where(solid.voxels < 0, SOLID, POROUS)).astype(np.uint8)
    what = np.pad(what, 1)
    shortest = np.full(what.shape, BLOCKED, np.float32)
    for way in product((-1, 0, 1), repeat=3):
        if way != (0, 0, 0):
            length = float(np.linalg.norm(np.array(way) * envelope.spacing[::-1]))
            _sweep(what, np.array(way), length, shortest)
    ways = shortest[what == POROUS]
    reached = ways[np.isfinite(ways)]
    seen = len(reached) / len(ways) if len(ways) else 1.0
    return Sight(seen, float(reached.max(initial=0.0)))


@compiled
def _sweep(what: Array, way: Array, length: float, shortest: Array) -> None:
    """Shorten the ways by those out along `way` (z, y, x); a voxel's neighbour on the way out is done before it."""
    nz, ny, nx = what.shape
    along = np.full(what.shape, BLOCKED, np.float32)
    for a in range(nz):
        k = nz - 1 - a if way[0] > 0 else a
        for b in range(ny):
            j = ny - 1 - b if way[1] > 0 else b
            for c in range(nx):
                i = nx - 1 - c if way[2] > 0 else c
                if what[k, j, i] == OPEN:
                    along[k, j, i] = 0
                elif what[k, j, i] == POROUS:
                    along[k, j, i] = along[k + way[0], j + way[1], i + way[2]] + length
                    shortest[k, j, i] = min(shortest[k, j, i], along[k, j, i])
