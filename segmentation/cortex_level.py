"""The level at which a bone's blurred edge lies: half the height between soft tissue and the local cortex."""

import numpy as np
from scipy.special import erf, erfinv

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.untyped import ndimage

SOFT_HU = 50.0
HALF, CORTEX_MM, MOST_CORTEX_HU = 0.5, 2.5, 1200.0
"""A blurred edge crosses half its height where it is, whatever the blur. Within this distance lies the brightest part
of the cortex, seen from where its blur still looks like bone: the least reach that misses it in no direction at voxels
of up to 1.5 mm. With 2 mm a voxel of 1.5 mm sees along the axes only, and a plate 3 to 4 mm thick is drawn 0.15 mm too
far out instead of 0.05; more than 2.5 mm changes nothing but reaches into the next plate. (Masks that lie a voxel
outside of half height, as networks draw them, score better with 2 mm for that very error.) Screws and
sclerosis raise the peak no further than the highest, which is compact bone's."""
MOST_SHARE = 0.7
"""Of the peak: above it noise would decide."""


def cortex_peak(hu: Array, sampling: tuple[float, float, float]) -> Array:
    """Brightest value (z, y, x) within reach of each voxel."""
    return np.asarray(ndimage.maximum_filter(hu, footprint=_ball(sampling, CORTEX_MM)))


def half_height(peak: Array, bone_hu: float) -> Array:
    """The edge's level in HU (z, y, x) by the cortex beside it, at least `bone_hu`."""
    return np.maximum(bone_hu, SOFT_HU + HALF * (np.minimum(peak, MOST_CORTEX_HU) - SOFT_HU))


def thin_height(peak: Array) -> Array:
    """The level of a thin plate's edge in HU (z, y, x), by how far its peak stays below compact bone's.

    A plate of thickness t blurred by s has its peak at q = erf(t / (√8 s)) of its height and its edges at
    erf(t / (√2 s)) / 2 of it, that is at erf(2 erf⁻¹(q)) / (2 q) of the peak: half for a thick one, the more the
    thinner it is. At half its peak cortex of 1 to 1.5 mm would be drawn 0.2 to 0.5 mm too far out.
    """
    steps = np.linspace(0.02, 0.999, 500)
    shares = np.minimum(erf(2 * erfinv(steps)) / (2 * steps), MOST_SHARE)
    rise = np.minimum(peak, MOST_CORTEX_HU) - SOFT_HU
    return SOFT_HU + rise * np.interp(rise / (MOST_CORTEX_HU - SOFT_HU), steps, shares)


def _ball(sampling: tuple[float, float, float], radius_mm: float) -> Mask:
    steps = [int(radius_mm / s) for s in sampling]
    k, j, i = np.ogrid[tuple(slice(-n, n + 1) for n in steps)]
    ball: Mask = (k * sampling[0]) ** 2 + (j * sampling[1]) ** 2 + (i * sampling[2]) ** 2 <= radius_mm**2 + 1e-6
    return ball
