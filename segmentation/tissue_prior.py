"""The prior of normalised interpolation: a slice with its streaks flattened, its bone kept.

Meyer et al. 2010 (10.1118/1.3480507) set air and soft tissue to one value each and keep bone as it is; thresholds on
an image smoothed against noise. Here metal takes the value of soft tissue.
"""

import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array

AIR_HU = -400.0  # Half way and more from fat (−100) to air: lung and bowel gas, not fat under a dark streak.
BONE_HU = 350.0  # Over soft tissue with streaks left by interpolation; under cortex.
SMOOTHING_MM = 0.8


def tissue_prior(slices: Array, metal: Array, pixel_mm: tuple[float, float]) -> Array:
    """Prior (rows, columns, n) in HU of slices once corrected: air −1000, soft tissue 0, bone as it is, metal 0."""
    smooth = ndi.gaussian_filter(slices, (SMOOTHING_MM / pixel_mm[0], SMOOTHING_MM / pixel_mm[1], 0))
    tissue = np.where(smooth < AIR_HU, np.float32(-1000), np.float32(0))
    return np.where((smooth > BONE_HU) & ~metal, slices, tissue)
