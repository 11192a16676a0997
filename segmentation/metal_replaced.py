"""Axial slices with metal painted over by what surrounds it."""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.untyped import ndimage

BLUR_PIXELS = 2.0


def metal_replaced(slices: Array, metal: Mask) -> Array:
    """Slices (rows, columns, n) with the pixels of `metal` replaced by the blurred nearest others."""
    out = slices.copy()
    for n in np.flatnonzero(metal.any(axis=(0, 1))):
        taken = metal[..., n]
        nearest = ndimage.distance_transform_edt(taken, return_distances=False, return_indices=True)
        around = ndimage.gaussian_filter(slices[..., n][tuple(nearest)], BLUR_PIXELS)
        out[..., n][taken] = around[taken]
    return out
