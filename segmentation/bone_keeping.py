"""Slices smoothed where they are soft tissue and left alone where they are bone: thin cortex must not fade."""

import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.diffusion import diffused

SOFT_HU, BONE_HU = 150.0, 350.0  # Over contrast-free soft tissue; under the blurred cortex of thin bone.


def bone_kept(slices: Array, inside: Mask) -> Array:
    """Slices (rows, columns, n; HU) diffused, with a soft change-over to the slices themselves in bone."""
    level = ndi.gaussian_filter(slices, (1, 1, 0), truncate=3.0)
    bone = np.clip((level - SOFT_HU) / np.float32(BONE_HU - SOFT_HU), 0, 1)
    return diffused(slices, inside) * (1 - bone) + slices * bone
