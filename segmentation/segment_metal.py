"""Metal in a CT: hysteresis over two thresholds, photon-starved interiors filled, blooming taken off the outline.

Hysteresis after Canny 1986: what exceeds the lower threshold counts where it hangs together with something that is
certainly metal. Bone ends near 2000 HU (cortex 1000 to 1900), titanium begins near 3000 HU, and a 12-bit scale is
clipped at 3071 HU.
"""

from dataclasses import dataclass

import cc3d
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.volume import Volume

SEED_HU = 2800.0  # Over all bone, under the 12-bit ceiling of 3071.
CLIPPED_HU = 3100.0  # A scan with no voxel above this is clipped: the true height of metal is not known.
# Half the height of solid titanium, 8000 HU: where the outline of brighter metal is sought at most, lest a titanium
# screw beside a cobalt-chrome head be measured against the head.
HALF_TITANIUM_HU = 4000.0
SMALLEST_MM3 = 8.0  # A 2 mm cube: smaller bright specks are calcifications or noise.
STARVED_MM = 3.0  # Holes up to twice this wide between bright walls are metal that let no photon through.


@dataclass(frozen=True)
class Metal:
    """Bool volumes: the metal's own outline, and all that it makes shine (blooming, streaks that touch it)."""

    outline: Volume
    bloomed: Volume


def segment_metal(ct: Volume, metal_hu: float) -> Metal:
    """Metal in a CT (HU). `metal_hu` is the lower threshold of the hysteresis.

    Nothing above the seed threshold gives empty masks.
    """
    bright = ct.voxels >= min(metal_hu, SEED_HU)
    parts = cc3d.connected_components(bright, connectivity=26)
    keep = np.unique(parts[ct.voxels >= SEED_HU])
    counts = np.bincount(parts.ravel())
    keep = keep[(keep > 0) & (counts[keep] * ct.voxel_mm3 >= SMALLEST_MM3)]
    wanted = np.zeros(len(counts), bool)
    wanted[keep] = True
    shining, outline = wanted[parts], np.zeros_like(bright)
    for k in np.flatnonzero(shining.any(axis=(1, 2))):
        holes = _starved(shining[k], ct.sampling[1:])
        outline[k] = _outline(ct.voxels[k], shining[k], holes, bool(ct.voxels.max() <= CLIPPED_HU))
        shining[k] |= holes
    return Metal(ct.like(outline), ct.like(shining))


def _starved(metal: Mask, sampling: tuple[float, ...]) -> Mask:
    """Closed holes in an axial slice no wider than a starved interior."""
    holes = np.asarray(ndi.binary_fill_holes(metal), bool) & ~metal
    if not holes.any():
        return holes
    depth = np.asarray(ndi.distance_transform_edt(holes, sampling=sampling))
    parts: Array = cc3d.connected_components(holes, connectivity=4)
    deepest = np.zeros(int(parts.max()) + 1)
    np.maximum.at(deepest, parts.ravel(), depth.ravel())
    return holes & (deepest[parts] <= STARVED_MM)


def _outline(hu: Array, shining: Mask, holes: Mask, clipped: bool) -> Mask:
    """Half-height outline of blurred metal; spikes of streaks, thinner than three pixels, are opened away.

    On a clipped scale the half height lies beyond the ceiling: there the threshold is the seed's, and the mask is
    drawn in by a quarter of the blur (about one pixel), which is where 3000 HU lie on the edge of 6000 HU or more.
    """
    if clipped:
        solid = np.asarray(ndi.binary_opening((shining & (hu >= SEED_HU)) | holes), bool)
        return solid & (ndi.gaussian_filter(solid.astype(np.float32), 1.0) > 0.6)
    height = ndi.maximum_filter(ndi.uniform_filter(hu.astype(np.float32), 3), 7)
    level = np.clip(height / 2, SEED_HU, HALF_TITANIUM_HU)
    return np.asarray(ndi.binary_opening((shining & (hu >= level)) | holes), bool)
