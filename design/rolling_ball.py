"""A solid without edges or flaps thinner than a ball: what a ball rolled inside it sweeps (morphological opening).

Convex edges get at least the ball's radius, and what is thinner than its diameter goes (Serra, Image Analysis and
Mathematical Morphology, 1982). Distances are Euclidean, to points of the surface itself (about half a pitch apart), so
that smooth faces stay where they are; a sharp edge ends up to 0.7 pitch deeper than its ball would reach, since the
grid bevels the edge of what is left once the surface has been taken off.
"""

import edt
import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Points
from hemipelvis.surface_patches import surface_patches
from hemipelvis.volume import Volume

BAND_MM = 1.5
"""Distances this near to the ball's radius are computed from the surface, others from voxels."""
AT_ONCE = 1.1
"""The same, in pitches, where only the level itself is wanted: both ends of every edge that it cuts lie nearer."""


def opened(values: Volume, radius_mm: float) -> Volume:
    """{values < 0} without what a ball of `radius_mm` inside it cannot reach; signed distances near the surface.

    values: float32 signed distances on a cubic grid, mm. Never grows the solid; empty where no ball fits.
    """
    core = values.like(radius_mm - _depth(values, radius_mm, AT_ONCE * float(values.spacing.max())))
    if not (core.voxels < 0).any():
        return values.like(np.full_like(values.voxels, radius_mm))
    swept = _depth(core.like(-core.voxels), radius_mm, BAND_MM) - radius_mm
    return values.like(np.maximum(swept, values.voxels).astype(np.float32))


def _depth(values: Volume, exact_mm: float, band_mm: float) -> Array:
    """Distance from every node of {values < 0} to its surface, right where it is within a band about `exact_mm`."""
    inside = values.voxels < 0
    depth = edt.edt(inside, anisotropy=values.sampling, black_border=False, parallel=1)
    near = inside & (np.abs(depth - exact_mm) < band_mm + float(values.spacing.max()))
    depth[near] = _to_surface(values, values.points_where(near))
    return depth


def _to_surface(values: Volume, points: Points) -> Array:
    """Distance to the nearest of the surface's samples, half a pitch apart: at most 0.01 mm beyond the true one."""
    surface = surface_patches(values)
    return KDTree(np.vstack([surface.rims, surface.middles])).query(points, workers=-1)[0]
