"""Bones drawn on the full grid: each where its own region is bright, edged at half the height of the local cortex."""

import cc3d
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.bone_mask import with_marrow
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume, on_grid

SOFT_HU = 50.0
MARGIN_MM = 6.0


def bone_outline(mar: Volume, metal: Volume, parts: Volume, bone_hu: float) -> Volume:
    """Labels (uint8) on the grid of `mar`, bone by bone.

    parts: labels on the work grid. A voxel belongs to the bone of the nearest labelled part; it is bone above half of
    the height between soft tissue and the brightest cortex within 3 mm, but at least `bone_hu`.
    """
    labels = np.zeros(mar.voxels.shape, np.uint8)
    region = _regions(parts)
    for label in np.unique(parts.voxels[parts.voxels > 0]):
        found = np.argwhere(parts.voxels == label)[:, ::-1]
        corners = parts.world_from_index(found.min(0)) - MARGIN_MM, parts.world_from_index(found.max(0)) + MARGIN_MM
        box, steel = mar.crop(*corners), metal.crop(*corners).voxels.astype(bool)
        own = _own(region, box, int(label))
        bone = _bone(box, own & ~steel, bone_hu) & own
        at = np.rint(mar.index_from_world(box.origin)).astype(int)[::-1]
        view = labels[tuple(slice(a, a + n) for a, n in zip(at, bone.shape, strict=True))]
        view[_no_crumbs(bone, box.voxel_mm3) & ~steel] = label
    return mar.like(labels)


def _regions(parts: Volume) -> Volume:
    """Every voxel within a few millimetres of a part gets the label of the nearest."""
    distance, nearest = ndimage.distance_transform_edt(parts.voxels == 0, sampling=parts.sampling, return_indices=True)
    return parts.like(np.where(distance <= 3.0, parts.voxels[tuple(nearest)], 0).astype(np.uint8))


def _own(region: Volume, box: Volume, label: int) -> Mask:
    """Where, on the box's grid, a label's smoothed region holds the majority."""
    part = region.crop(box.origin, box.upper)
    return on_grid(part.like((part.voxels == label).astype(np.float32)), box, 0).voxels >= 0.5


def _bone(box: Volume, allowed: Mask, bone_hu: float) -> Mask:
    values = ndimage.gaussian_filter(box.voxels.astype(np.float32), [0.5 / s for s in box.sampling])
    size = [2 * round(3.0 / s) + 1 for s in box.sampling]
    peak = ndimage.maximum_filter(np.where(allowed, values, SOFT_HU), size)
    level = np.maximum(bone_hu, SOFT_HU + 0.4 * (np.minimum(peak, 1200) - SOFT_HU))
    edge = allowed & (values >= level)
    return with_marrow(edge, box.sampling, 2.5)


def _no_crumbs(bone: Mask, voxel_mm3: float) -> Array:
    return cc3d.dust(bone, threshold=round(500 / voxel_mm3), connectivity=26)
