"""Metal in a CT: hysteresis over two thresholds, photon-starved interiors filled, blooming taken off the outline.

Hysteresis after Canny 1986: what exceeds the lower threshold counts where it hangs together with something that is
certainly metal. Bone ends near 2000 HU (cortex 1000 to 1900), titanium begins near 3000 HU where the scale is not
clipped, and a 12-bit scale ends at 3071 HU.
"""

import cc3d
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Mask
from hemipelvis.volume import Volume

SEED_HU = 2800.0  # Over all bone, under the 12-bit ceiling of 3071.
SMALLEST_MM3 = 8.0  # A 2 mm cube: smaller bright specks are calcifications or noise.
STARVED_MM = 3.0  # Holes and clefts up to twice this between bright walls are metal that let no photon through.


def segment_metal(ct: Volume, metal_hu: float) -> Volume:
    """Bool volume of metal in a CT (HU). `metal_hu` is the outline's threshold where metal is only just metal.

    Nothing above the seed threshold gives an empty mask.
    """
    bright = ct.voxels >= min(metal_hu, SEED_HU)
    parts = cc3d.connected_components(bright, connectivity=26)
    keep = np.unique(parts[ct.voxels >= SEED_HU])
    counts = np.bincount(parts.ravel())
    keep = keep[(keep > 0) & (counts[keep] * ct.voxel_mm3 >= SMALLEST_MM3)]
    wanted = np.zeros(len(counts), bool)
    wanted[keep] = True
    return ct.like(_filled(wanted[parts], ct))


def _filled(metal: Mask, ct: Volume) -> Mask:
    """Closed holes in each axial slice that are no wider than a starved interior, or darker than any tissue there."""
    out = metal.copy()
    for k in np.flatnonzero(metal.any(axis=(1, 2))):
        holes = ndi.binary_fill_holes(metal[k]) & ~metal[k]
        if holes.any():
            out[k] |= _narrow(holes, ct)
    return out


def _narrow(holes: Mask, ct: Volume) -> Mask:
    depth = ndi.distance_transform_edt(holes, sampling=ct.sampling[1:])
    parts, n = ndi.label(holes)
    deepest = np.concatenate([[np.inf], np.atleast_1d(ndi.maximum(depth, parts, np.arange(1, n + 1)))])
    return deepest[parts] <= STARVED_MM
