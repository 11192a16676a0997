"""Marrow told from soft tissue by where it lies and by what it looks like in this very scan.

Voxels that bone surely encloses and voxels that it surely does not give the two tissues' histograms; Bayes' rule then
weighs how enclosed a voxel is against how its density looks. Where marrow and soft tissue look alike (fatty marrow,
clipped scans) the histograms agree and the position alone decides; canals and foramina, enclosed on most sides but
full of soft tissue, stay open wherever the scan can tell them apart.
"""

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

SURE, NONE = 0.95, 0.35
EVEN = 0.75
"""Enclosure at which bone and soft tissue are equally likely: a flat bone's surface has 0.5, a deep groove 0.7."""
STEEPNESS, MOST_POSITION = 12.0, 1.5
"""Odds per share enclosed, and the most that position says for marrow: density can overrule it, for canals are enclosed
by all but their own direction. Against marrow an open position counts in full."""
BINS_HU = np.arange(-250.0, 251.0, 10.0)
MOST_EVIDENCE = 3.0
"""Odds of 20 to 1: no single density is believed more, for streaks and noise lie."""
SMOOTH_MM = 1.2
STREAKS_MM = 12.0
"""Within this distance of metal densities count less, down to a quarter at its surface."""


def marrow(hu: Volume, bright: Mask, metal: Mask, share: Array) -> Mask:
    """Voxels (z, y, x) outside the bright bone that belong to a bone's inside.

    hu: isotropic grid, metal taken out; share: how enclosed by the bright bone each voxel lies, 0 to 1.
    """
    density = _mean_outside(hu.voxels, bright, SMOOTH_MM / hu.spacing[0])
    evidence = _evidence(density, share, bright, hu.sampling) * _trust(metal, hu.sampling)
    odds = np.minimum(STEEPNESS * (share - EVEN), MOST_POSITION) + evidence
    return (_mean_outside(odds, bright, SMOOTH_MM / hu.spacing[0]) > 0) & ~bright


def _mean_outside(values: Array, bright: Mask, sigma: float) -> Array:
    """Gaussian mean over the voxels that are not bright: cortex does not bleed into what it encloses."""
    dark = (~bright).astype(np.float32)
    weight = ndimage.gaussian_filter(dark, sigma)
    mean: Array = ndimage.gaussian_filter(values * dark, sigma) / np.maximum(weight, 1e-3)
    return mean


def _evidence(density: Array, share: Array, bright: Mask, sampling: tuple[float, float, float]) -> Array:
    """Logarithm of how much likelier each density is in marrow than in the soft tissue near bone."""
    near = edt.edt(~bright, anisotropy=sampling, black_border=False, parallel=2) < 30.0
    inside, outside = (share >= SURE) & ~bright, (share <= NONE) & near
    bins = np.clip(np.digitize(density, BINS_HU), 0, len(BINS_HU))
    frequencies = [_frequencies(bins[m]) for m in (inside, outside)]
    ratio = np.log(frequencies[0] / frequencies[1]).clip(-MOST_EVIDENCE, MOST_EVIDENCE)
    return ratio.astype(np.float32)[bins]


def _frequencies(bins: Array) -> Array:
    """Smoothed relative frequencies; what was hardly ever seen says nothing."""
    counts = np.bincount(bins, minlength=len(BINS_HU) + 1).astype(float)
    smooth: Array = ndimage.gaussian_filter1d(counts, 1.0, mode="nearest")
    return smooth / max(smooth.sum(), 1.0) + 0.002


def _trust(metal: Mask, sampling: tuple[float, float, float]) -> Array:
    if not metal.any():
        return np.ones(metal.shape, np.float32)
    away = edt.edt(~metal, anisotropy=sampling, black_border=False, parallel=2)
    return (0.25 + 0.75 * np.clip(away / STREAKS_MM, 0, 1)).astype(np.float32)
