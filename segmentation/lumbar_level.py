"""Seeds above and below the lumbosacral disc, from where the sacrum meets the ilia."""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.labels import Label
from hemipelvis.segmentation.anatomy import Anatomy
from hemipelvis.segmentation.untyped import ndimage

SACRAL_SLOPE_DEG = 40.0
"""Mean slope of the sacral plateau of adults (Legaye et al., Eur Spine J 1998: 41° ± 8°)."""
BELOW_MM, ABOVE_MM = 25.0, 52.0
"""Along the plateau's normal the lumbosacral disc lies 35 to 48 mm from the middle of the sacroiliac contact."""
CONTACT_MM = 4.0


def lumbar_seeds(where: Anatomy, spine: Mask, labels: Array) -> tuple[Mask, Mask, list[str]]:
    """Seeds of the lumbar spine and of the sacrum among the voxels of the spine (bool, z y x), and warnings."""
    contact = _sacroiliac_contact(where, spine, labels)
    if contact is None:
        return np.zeros_like(spine), spine, ["No sacroiliac contact is seen: lumbar spine and sacrum are not parted."]
    back, up = where.back - contact[0], where.up - contact[1]
    slope = np.radians(SACRAL_SLOPE_DEG)
    height = np.cos(slope) * up - np.sin(slope) * back
    middle, body = spine & (np.abs(where.across) < 20), back < 5
    lumbar = middle & body & (height > ABOVE_MM)
    sacral = middle & ((body & (height < BELOW_MM)) | (up < -10))
    return lumbar, sacral & ~lumbar, []


def _sacroiliac_contact(where: Anatomy, spine: Mask, labels: Array) -> tuple[float, float] | None:
    """Mean `back` and `up` of the ilia's voxels within 4 mm of the spine."""
    near = ndimage.binary_dilation(spine, iterations=max(1, round(CONTACT_MM / where.grid.spacing[0])))
    contact = near & ((labels == Label.HIP_LEFT) | (labels == Label.HIP_RIGHT))
    if where.grid.voxel_mm3 * np.count_nonzero(contact) < 500:
        return None
    return float(where.back[contact].mean()), float(where.up[contact].mean())
