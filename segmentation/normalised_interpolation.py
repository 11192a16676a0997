"""Normalised interpolation over the metal trace (NMAR: Meyer et al., Med Phys 37:5482, 2010, 10.1118/1.3480507).

The sinogram is divided by that of a prior image, interpolated linearly over the metal trace, and multiplied again:
where the prior knows the anatomy the quotient is flat, and nothing is lost by bridging it.
"""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.linear_interpolation import bridged

LEAST_MM = 2.0  # Line integral (mm of water) below which prior and sinogram are air, and the quotient is noise.


def normalised(sinogram: Array, trace: Array, prior: Array) -> Array:
    """Sinogram (angles, bins, n) with its metal trace filled in after the prior's sinogram (mm of water)."""
    steady = np.maximum(prior, np.float32(LEAST_MM))
    quotient = bridged(sinogram / steady, trace)
    return np.where(trace, quotient * steady, sinogram)
