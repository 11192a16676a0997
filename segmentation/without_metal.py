"""The scan as if its metal were not there: metal and the blur around it take the values of what lies beside them."""

import numpy as np

from hemipelvis.segmentation.bone_mask import within
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

BLUR_MM = 1.5
"""How far the edge of metal is smeared: about a detector element and a reconstruction kernel's width."""
MEAN_MM = 3.0


def without_metal(volume: Volume, metal: Volume) -> Volume:
    """HU (float32) with the metal's voxels, and those within `BLUR_MM`, replaced by their surroundings' mean.

    Bone then runs on through a screw, and a hollow of a prosthesis stays what fills it: neither is walled in by metal.
    """
    values = volume.voxels.astype(np.float32)
    if not metal.voxels.any():
        return volume.like(values)
    points = np.argwhere(metal.voxels)[:, ::-1]
    margin = 8 * MEAN_MM
    corners = [metal.world_from_index(p) + s for p, s in ((points.min(0), -margin), (points.max(0), margin))]
    box, steel = volume.crop(*corners), metal.crop(*corners).voxels.astype(bool)
    taken = within(steel, box.sampling, BLUR_MM)
    at = np.rint(volume.index_from_world(box.origin)).astype(int)[::-1]
    place = tuple(slice(a, a + n) for a, n in zip(at, taken.shape, strict=True))
    nearest = ndimage.distance_transform_edt(taken, sampling=box.sampling, return_distances=False, return_indices=True)
    known = box.voxels.astype(np.float32)[tuple(nearest)]
    smooth = ndimage.gaussian_filter(known, [MEAN_MM / 2 / s for s in box.sampling])
    values[place] = np.where(taken, smooth, values[place])
    return volume.like(values)
