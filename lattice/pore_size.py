"""Sizes of a periodic space between surfaces, in cells, from exact distances on a grid that holds its symmetry points.

- inscribed: diameter of the largest ball that fits anywhere;
- throat: diameter of the largest ball that can travel through without end;
- mean: local thickness (Hildebrand and Rüegsegger 1997), the diameter of the largest ball in the space that covers a
  point, averaged over the space.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from scipy import ndimage
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Mask, Points
from hemipelvis.compiled import compiled_parallel
from hemipelvis.lattice.gyroid import nodes

SAMPLES = 40
"""Per cell; a multiple of 8, for the gyroid's channels have their widest and narrowest places at eighths."""
MARGIN = 0.5
"""Cells around the periodic one that surface points are repeated in; all of a gyroid is nearer to its surface."""


@dataclass(frozen=True)
class Sizes:
    """Diameters of a space, in the unit of its distances."""

    throat: float
    inscribed: float
    mean: float


def sizes(inside: Mask, surface: Points) -> Sizes:
    """Sizes, in cells, of the space that holds the nodes `inside` (SAMPLES³ of one cell), bounded by `surface` (n, 3).

    Raises ValueError if the space is closed: nothing can travel through it.
    """
    distance = np.zeros(inside.shape)
    distance[inside] = distances(nodes(SAMPLES)[inside], surface)
    thickness = local_thickness(distance)
    return Sizes(2 * throat(distance), 2 * float(distance.max()), 2 * float(thickness[inside].mean()))


def distances(points: Points, surface: Points) -> Array:
    """Distance (n,) of points (n, 3) from the periodic surface points."""
    shifts = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    images = (surface + shifts).reshape(-1, 3)
    near = images[((images > -MARGIN) & (images < 1 + MARGIN)).all(axis=1)]
    found: Array = KDTree(near).query(points % 1.0 % 1.0)[0]
    if found.max(initial=0) > MARGIN:
        raise ValueError(f"a point {found.max():.2f} cells from any surface, where at most {MARGIN} is looked for")
    return found


def throat(distance: Array) -> float:
    """The greatest radius r for which {distance ≥ r} runs through the periodic cell."""
    radii = np.unique(distance[distance > 0])
    if not (len(radii) and _runs_through(distance >= radii[0])):
        raise ValueError("a space that is closed on all sides has no throat")
    low, high = 0, len(radii)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _runs_through(distance >= radii[middle]) else (low, middle)
    return float(radii[low])


def _runs_through(mask: Mask) -> bool:
    """Whether one piece of 2³ cells, connected by corners too (channels run diagonally), spans the block."""
    labels = np.empty(2 * np.array(mask.shape), np.int32)
    ndimage.label(np.tile(mask, (2, 2, 2)), np.ones((3, 3, 3)), output=labels)
    ends = ((labels.take(0, axis), labels.take(-1, axis)) for axis in range(3))
    return any(set(a.flat) & set(b.flat) - {0} for a, b in ends)


def local_thickness(distance: Array) -> Array:
    """Radius of the largest ball, around any node of the periodic cell (z, y, x), that covers each node, in cells."""
    centres = np.argwhere(distance > 0)
    radii = distance[distance > 0] * distance.shape[0]
    order = np.argsort(-radii, kind="stable")
    return _largest_cover(distance > 0, centres[order], radii[order]) / distance.shape[0]


@compiled_parallel
def _largest_cover(mask: Array, centres: Array, radii: Array) -> Array:
    """Balls come in order of falling size: the first that covers a node is its largest."""
    n = mask.shape[0]
    out = np.zeros(mask.shape)
    for k in prange(n):
        for j in range(n):
            for i in range(n):
                if not mask[k, j, i]:
                    continue
                for c in range(len(radii)):
                    dz, dy, dx = abs(centres[c, 0] - k), abs(centres[c, 1] - j), abs(centres[c, 2] - i)
                    dz, dy, dx = min(dz, n - dz), min(dy, n - dy), min(dx, n - dx)
                    if dz * dz + dy * dy + dx * dx <= radii[c] * radii[c]:
                        out[k, j, i] = radii[c]
                        break
    return out
