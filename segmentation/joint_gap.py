"""How much a voxel looks like the dark slit between two bright plates: a joint space.

The grey closing of the image bridges slits narrower than its structuring ball; what it adds (the bottom-hat
transform, Serra 1982), as a share of the contrast of cortex with cartilage, is 1 in an open slit, near 0 in bone, in
wide marrow and in soft tissue.
"""

import numpy as np

from hemipelvis.arrays import Array, Voxels
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

SOFT_HU, BRIGHT_HU, SLIT_HU = 50.0, 1000.0, 400.0


def joint_gap(ct: Volume, width_mm: float = 5.0) -> Voxels:
    """Gap measure in [0, 1], float32 (z, y, x), on an isotropic grid of HU; slits up to `width_mm` wide count."""
    values = np.clip(ct.voxels, SOFT_HU, BRIGHT_HU).astype(np.float32)
    closed = _closing(values, max(1, round(width_mm / 2 / ct.spacing[0])))
    return np.clip((closed - values) / SLIT_HU, 0, 1).astype(np.float32)


def _closing(values: Array, steps: int) -> Array:
    """Grey closing by a ball-like element: alternating steps of cross and cube."""
    grown = values
    for filters in (ndimage.grey_dilation, ndimage.grey_erosion):
        for step in range(steps):
            footprint = ndimage.generate_binary_structure(3, 1 + step % 2 * 2)
            grown = filters(grown, footprint=footprint)
    return grown
