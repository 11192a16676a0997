"""The level at which a bone's blurred edge lies: half the height between soft tissue and the local cortex."""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.untyped import ndimage

SOFT_HU = 50.0
HALF, CORTEX_MM, MOST_CORTEX_HU = 0.5, 2.5, 1200.0
"""A blurred edge crosses half its height where it is, whatever the blur. Within this distance lies the brightest part
of the cortex, seen from where its blur still looks like bone: the least reach that misses it in no direction at voxels
of up to 1.5 mm. With 2 mm a voxel of 1.5 mm sees along the axes only, and a plate 3 to 4 mm thick is drawn 0.15 mm too
far out instead of 0.05; more than 2.5 mm changes nothing but reaches into the next plate. (Masks that lie a voxel
outside of half height, as networks draw them, score better with 2 mm for that very error.) Cortex of 1 to 1.5 mm is
blurred below its height and drawn 0.2 to 0.5 mm too far out with any reach. Screws and sclerosis raise the peak no
further than the highest."""


def cortex_peak(hu: Array, sampling: tuple[float, float, float]) -> Array:
    """Brightest value (z, y, x) within reach of each voxel."""
    return np.asarray(ndimage.maximum_filter(hu, footprint=_ball(sampling, CORTEX_MM)))


def half_height(peak: Array, bone_hu: float) -> Array:
    """The edge's level in HU (z, y, x) by the cortex beside it, at least `bone_hu`."""
    return np.maximum(bone_hu, SOFT_HU + HALF * (np.minimum(peak, MOST_CORTEX_HU) - SOFT_HU))


def _ball(sampling: tuple[float, float, float], radius_mm: float) -> Mask:
    steps = [int(radius_mm / s) for s in sampling]
    k, j, i = np.ogrid[tuple(slice(-n, n + 1) for n in steps)]
    ball: Mask = (k * sampling[0]) ** 2 + (j * sampling[1]) ** 2 + (i * sampling[2]) ** 2 <= radius_mm**2 + 1e-6
    return ball
