"""How far a ray through metal can be believed once the metal's contribution is taken off.

Photon starvation makes it worthless, and shows in the sinogram itself: the reading jumps from bin to bin.
"""

import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask

# Variance of a reading about its neighbours, mm² of water. A reprojected reading's neighbours are correlated, so that
# its true variance is some seven times this, 28 mm²: with σ = 1/(μ√N) and μ = 0.02/mm about 90 photons are left, and
# below about a hundred the logarithm of counts and electronic noise is biased (Whiting et al., Med Phys 33:3290, 2006,
# 10.1118/1.2230762).
NOISE_MM2 = 4.0
CORRELATED = 7.0  # True variance over the one about the neighbours: see above.
FORETOLD_MM2 = (
    4.0  # Mean square error of readings interpolated over a good prior (2 mm of water: 1 mm of dense cortex).
)
NEIGHBOURS = (1.5, 3.0)  # Standard deviations of the neighbourhoods in views and bins, at a pelvic scan's sampling.
REGION = (6.0, 8.0)


def ray_trust(noise: Array) -> Array:
    """Weight in [0, 1] of each ray (angles, bins, n) for finding bone: starved rays count nothing, however many."""
    return np.exp(-((noise / np.float32(NOISE_MM2)) ** 2))


def measured_share(noise: Array) -> Array:
    """Wiener's weight in [0, 1] of a measured reading beside the foretold one; starved rays none."""
    return ray_trust(noise) / (1 + noise * np.float32(CORRELATED / FORETOLD_MM2))


def ray_noise(left: Array, trace: Mask) -> Array:
    """Variance of readings about their neighbours (angles, bins, n), mm² of water; infinite off the trace.

    left: measured less metal less what the prior foretells, mm of water.
    """
    inside = trace.astype(np.float32)
    jumps = np.where(trace, left - _mean(left, inside, NEIGHBOURS), np.float32(0))
    return np.where(trace, _mean(jumps**2, inside, REGION), np.float32(np.inf))


def _mean(values: Array, inside: Array, sigma: tuple[float, float]) -> Array:
    """Gaussian mean over the trace alone."""
    smooth = [ndi.gaussian_filter(a, (*sigma, 0), truncate=3.0) for a in (values * inside, inside)]
    return smooth[0] / np.maximum(smooth[1], np.float32(1e-3))
