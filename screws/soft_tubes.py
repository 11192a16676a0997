"""Canal and foramina by the scan alone: soft tissue as wide as a nerve root's way, in what is labelled sacrum.

Beside metal a label map fills the canal and the foramina in parts; the scan still shows them. Farther from the midline
a soft region is the fatty void of an old ala (10.1302/0301-620x.98b9.37562), which is bone and holds no nerve.
"""

import cc3d
import edt
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane
from hemipelvis.labels import METAL
from hemipelvis.volume import Volume

SOFT_HU = 90.0  # nerves, discs and ligaments reach 80 HU, fluid and fat less
BLUR_MM = 1.0  # evens out noise, keeps a root's way
WIDE_MM = 2.5  # radius: sacral foramina are 7 mm wide and more, pores and gaps of marrow are not
NEAR_MM = 32.0  # of the midline: the lateral wall of the first foramina lies 25 to 30 mm off
JOINED_MM = 3.0  # a part filled in goes on where the label map still shows the canal; marrow lies behind its cortex
CLEAR_MM = 2.0  # about old tunnels: their own lucency, kept clear of by their geometry


def soft_tubes(labels: Volume, mar: Volume, bone: Mask, shown: Mask, tunnels: Mask, midline: Plane) -> Mask:
    """Bool (z, y, x): soft tissue in `bone` near the midline, as wide as a nerve's way and joined to what is `shown`
    of canal and foramina. All on one grid.
    """
    even = ndi.gaussian_filter(mar.voxels.astype(np.float32), [BLUR_MM / s for s in mar.sampling])
    metal = np.isin(labels.voxels, METAL) | tunnels
    clear = edt.edt(~metal, anisotropy=labels.sampling) > CLEAR_MM if metal.any() else np.ones_like(bone)
    soft = (bone | shown) & (even < SOFT_HU) & clear & (_off(labels, midline) <= NEAR_MM)
    return _joined(opening(soft, WIDE_MM, labels) & soft, shown, labels) & bone


def _joined(parts: Mask, shown: Mask, grid: Volume) -> Mask:
    """Parts that come near to what is shown."""
    names = cc3d.connected_components(parts.astype(np.uint8), connectivity=6)
    near = edt.edt(~shown, anisotropy=grid.sampling) <= JOINED_MM if shown.any() else shown
    kept = np.zeros(int(names.max()) + 1, bool)
    kept[names[near]] = True
    kept[0] = False
    return kept[names]


def opening(mask: Mask, radius_mm: float, grid: Volume) -> Mask:
    """What balls of `radius_mm` inside the mask cover."""
    core = edt.edt(mask, anisotropy=grid.sampling, black_border=True) > radius_mm
    return edt.edt(~core, anisotropy=grid.sampling) <= radius_mm if core.any() else core


def _off(grid: Volume, midline: Plane) -> Array:
    nz, ny, nx = grid.voxels.shape
    k, j, i = np.ogrid[:nz, :ny, :nx]
    x, y, z = (grid.origin[a] + n * grid.spacing[a] for a, n in enumerate((i, j, k)))
    n = np.asarray(midline.normal, float)
    return np.abs((x - midline.point[0]) * n[0] + (y - midline.point[1]) * n[1] + (z - midline.point[2]) * n[2])
