"""Seeds above and below the lumbosacral disc, from where the sacrum meets the ilia."""

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.anatomy import Anatomy

BELOW_MM, ABOVE_MM = 20.0, 30.0
"""The S1 body's middle lies below the top of the sacroiliac joint, the L5 body's middle about 30 mm above it."""


def lumbar_seeds(where: Anatomy, spine: Mask, labels: Array) -> tuple[Mask, Mask, list[str]]:
    """Seeds of the lumbar spine and of the sacrum among the voxels of the spine, and warnings."""
    top = _sacroiliac_top(where, spine, labels)
    if top is None:
        return np.zeros_like(spine), spine, ["No sacroiliac contact is seen: lumbar spine and sacrum are not parted."]
    middle = spine & (np.abs(where.across) < 20)
    return middle & (where.up > top + ABOVE_MM), middle & (where.up < top - BELOW_MM), []


def _sacroiliac_top(where: Anatomy, spine: Mask, labels: Array) -> float | None:
    """Height (mm, as `up`) of the top of the nearer-than-4-mm contact between spine and ilia, the higher side."""
    reach = max(1, round(4 / where.grid.spacing[0]))
    near = ndimage.binary_dilation(spine, iterations=reach)
    tops = [np.percentile(where.up[c], 95) for s in Side if (c := near & (labels == Label.hip(s))).sum() > 500]
    return float(max(tops)) if tops else None
