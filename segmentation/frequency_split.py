"""Frequency split: what interpolation blurs beside metal is taken from the slices as scanned (FSNMAR: Meyer et al., Med
Phys 39:1904, 2012, 10.1118/1.3691902). Only high frequencies are taken, and only near metal, where they show edges
rather than streaks; they bring the scan's noise and fine streaks back with them.
"""

import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask

SPLIT_MM = 2.0  # Standard deviation of the low pass.
REACH_MM = 10.0  # Distance from metal at which the share taken from the scan has fallen to 1/e.


def frequency_split(scanned: Array, corrected: Array, metal: Mask, pixel_mm: tuple[float, float]) -> Array:
    """Slices (rows, columns, n) with the low frequencies of `corrected`, and near metal the high ones of `scanned`."""
    sigma = (SPLIT_MM / pixel_mm[0], SPLIT_MM / pixel_mm[1], 0)
    fine = scanned - corrected - ndi.gaussian_filter(scanned - corrected, sigma)
    return corrected + _nearness(metal, pixel_mm) * fine


def _nearness(metal: Mask, pixel_mm: tuple[float, float]) -> Array:
    far = np.full(metal.shape, np.inf, np.float32)
    for n in np.flatnonzero(metal.any(axis=(0, 1))):
        far[..., n] = ndi.distance_transform_edt(~metal[..., n], sampling=pixel_mm)
    return np.exp(-far / np.float32(REACH_MM))
