"""Pieces of a bone that only metal holds: bright rims of a prosthesis, taken for bone, are dropped."""

import cc3d
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.labels import BONES
from hemipelvis.segmentation.bone_mask import within
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

NEAR_MM = 4.0
"""Blooming and dark rims after artefact reduction reach about this far from metal."""
MOST_NEAR = 0.5


def without_metal_islands(labels: Volume, metal: Volume) -> tuple[Volume, list[str]]:
    """The labels (uint8) without those pieces, and a warning that counts them.

    A piece is dropped if it is not its bone's largest and more than half of its surface lies within 4 mm of metal.
    """
    if not metal.voxels.any():
        return labels, []
    near, kept, dropped = within(metal.voxels.astype(bool), labels.sampling, NEAR_MM), labels.voxels.copy(), []
    for bone in BONES:
        pieces = cc3d.connected_components(labels.voxels == bone, connectivity=26)
        lost = _held_by_metal(pieces, near)
        dropped += np.bincount(pieces.ravel(), minlength=len(lost))[lost].tolist()
        kept[lost[pieces]] = 0
    volume = sum(dropped) * labels.voxel_mm3 / 1000
    warning = f"{len(dropped)} pieces bounded mostly by metal ({volume:.1f} cm³ in all) were dropped: look beside it."
    return labels.like(kept), [warning] if dropped else []


def _held_by_metal(pieces: Array, near: Mask) -> Mask:
    """For each number of a piece, whether it goes; never the background (0) nor the largest."""
    surface = (pieces > 0) & ~ndimage.binary_erosion(pieces > 0)
    count = int(pieces.max()) + 1
    whole, beside = (np.bincount(pieces[m], minlength=count) for m in (surface, surface & near))
    lost = beside > MOST_NEAR * np.maximum(whole, 1)
    lost[0] = False
    if count > 1:
        lost[1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))] = False
    return lost
