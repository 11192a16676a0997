"""Bones drawn on the full grid: each where its own region is bright, edged at half the height of the local cortex."""

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.bone_mask import closing, within
from hemipelvis.segmentation.cortex_level import SOFT_HU, cortex_peak, half_height, thin_height
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume, on_grid

MARGIN_MM = 6.0
DEEP_MM = 2.5
"""Marrow begins about this far below the edge of a solid part, which the work grid and its lower level draw up to 1 mm
too far out; cortex lies above."""
SEAM_MM = 1.5
"""Half the widest seam between marrow and bright cortex that is closed."""
BLURRED_MM, STREAKS_MM = 1.0, 12.0
"""How far outside of itself a thin cortex may be drawn at half its blurred height; what lies deeper is bone, and
larger voxels are left alone. Nearer to metal than this no peak tells how thin a cortex is."""
NO_CORTEX = 1.5
"""Nothing within reach above this multiple of the bone level: cortex too thin or lost to streaks."""


def bone_outline(bare: Volume, metal: Volume, parts: Volume, bone_hu: float) -> Volume:
    """Labels (uint8) on the grid of `bare`, the scan without its metal, bone by bone; metal itself gets none.

    parts: labels of solid bones on the work grid. A voxel belongs to the bone of the nearest labelled part; it is
    bone deep inside that part, and above half of the height between soft tissue and the brightest cortex within 2.5 mm
    (more of it where thin cortex is blurred below its height), but at least `bone_hu`. Where no cortex is seen the
    part's own edge stands.
    """
    labels = np.zeros(bare.voxels.shape, np.uint8)
    region = _regions(parts)
    for label in np.unique(parts.voxels[parts.voxels > 0]):
        found = np.argwhere(parts.voxels == label)[:, ::-1]
        corners = parts.world_from_index(found.min(0)) - MARGIN_MM, parts.world_from_index(found.max(0)) + MARGIN_MM
        box, steel = bare.crop(*corners), metal.crop(*corners).voxels.astype(bool)
        part, wide = (v.crop(box.origin - MARGIN_MM, box.upper + MARGIN_MM) for v in (parts, region))
        own = _on(box, wide, wide.voxels == label)
        bone = own & _bone(box, own, steel, part.like(part.voxels == label), bone_hu)
        at = np.rint(bare.index_from_world(box.origin)).astype(int)[::-1]
        view = labels[tuple(slice(a, a + n) for a, n in zip(at, bone.shape, strict=True))]
        view[_no_crumbs(bone, box.voxel_mm3) & ~steel] = label
    return bare.like(labels)


def _regions(parts: Volume) -> Volume:
    """Every voxel within a few millimetres of a part gets the label of the nearest."""
    distance, nearest = ndimage.distance_transform_edt(parts.voxels == 0, sampling=parts.sampling, return_indices=True)
    return parts.like(np.where(distance <= 3.0, parts.voxels[tuple(nearest)], 0).astype(np.uint8))


def _on(box: Volume, grid: Volume, mask: Mask) -> Mask:
    """A mask's smooth majority on the box's grid."""
    return on_grid(grid.like(mask.astype(np.float32)), box, 0).voxels >= 0.5


def _bone(box: Volume, own: Mask, steel: Mask, part: Volume, bone_hu: float) -> Mask:
    """The part, its edge moved to half the height of the cortex wherever there is one."""
    values = ndimage.gaussian_filter(box.voxels.astype(np.float32), [0.5 / s for s in box.sampling])
    peak = cortex_peak(np.where(own, values, SOFT_HU), box.sampling)
    solid = _on(box, part, part.voxels)
    deep = _on(box, part, edt.edt(part.voxels, anisotropy=part.sampling, black_border=False, parallel=2) > DEEP_MM)
    sure = (own & (values >= half_height(peak, bone_hu))) | (solid & (deep | (peak < NO_CORTEX * bone_hu)))
    border = edt.edt(sure, anisotropy=box.sampling, black_border=False, parallel=2) <= BLURRED_MM
    plain = (peak >= NO_CORTEX * bone_hu) & ~within(steel, box.sampling, STREAKS_MM)
    sure &= ~(border & plain & (values < thin_height(peak)))
    return sure | (closing(sure, box.sampling, SEAM_MM) & solid)


def _no_crumbs(bone: Mask, voxel_mm3: float) -> Array:
    return cc3d.dust(bone, threshold=round(500 / voxel_mm3), connectivity=26)
