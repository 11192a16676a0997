"""The skeleton as solids: what is bright enough, in pieces large enough, with its marrow."""

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Mask
from hemipelvis.segmentation.untyped import ndimage


def bright_bone(hu: Mask, metal: Mask, level_hu: float, least_voxels: int) -> Mask:
    """Voxels at or above a level outside metal, in face-connected pieces of at least `least_voxels`."""
    return cc3d.dust((hu >= level_hu) & ~metal, threshold=least_voxels, connectivity=6)


def with_marrow(bone: Mask, sampling: tuple[float, float, float], close_mm: float) -> Mask:
    """Bone (z, y, x) with the cavities that it encloses, small gaps in its cortex notwithstanding.

    A voxel is marrow where it is walled in within at least two of the three planes through it, once gaps of up to
    twice `close_mm` are shut, small ones first: one leak then opens a plane, not the bone. Canals and
    foramina, which are walled in within one plane only, stay open, and so do concave outer surfaces. A shaft that
    the grid cuts is still full.
    """
    solid = bone
    for radius_mm in (close_mm / 2, close_mm):
        shut = closing(solid, sampling, radius_mm)
        cavity = _walled_in_twice(shut)
        cavity |= _walled_in_twice(shut | cavity)
        solid = solid | cavity | within(cavity, sampling, radius_mm + 1) & shut
    return ndimage.binary_fill_holes(solid)


def _walled_in_twice(shut: Mask) -> Mask:
    """Voxels outside the mask that are walled in within two planes; bone is capped at the grid's ends."""
    capped = np.pad(shut, 1)
    for end, last in ((0, 1), (-1, -2)):
        capped[end] = ndimage.binary_fill_holes(capped[last])
    first, second, third = (_walled_in(capped, axis) for axis in range(3))
    twice: Mask = (first & second) | (second & third) | (first & third)
    return twice[1:-1, 1:-1, 1:-1]


def _walled_in(shut: Mask, axis: int) -> Mask:
    """Voxels outside the mask that no path within the plane across `axis` leads to the grid's edge from."""
    structure = ndimage.generate_binary_structure(3, 1)
    structure[tuple(slice(None) if a == axis else 1 for a in range(3))] = [False, True, False]
    parts, count = ndimage.label(~shut, structure)
    open_ = np.zeros(count + 1, bool)
    open_[0] = True
    for a in range(3):
        if a != axis:
            open_[np.unique(parts.take((0, -1), axis=a))] = True
    return ~open_[parts]


def thick_parts(solid: Mask, sampling: tuple[float, float, float], radius_mm: float) -> Mask:
    """Pieces of the mask in which a ball of `radius_mm` has room somewhere: streaks, vessels and tables have none."""
    parts = cc3d.connected_components(solid, connectivity=6)
    deep = edt.edt(solid, anisotropy=sampling, black_border=False, parallel=2) > radius_mm
    keep = np.zeros(int(parts.max()) + 1, bool)
    keep[np.unique(parts[deep])] = True
    keep[0] = False
    return keep[parts]


def closing(mask: Mask, sampling: tuple[float, float, float], radius_mm: float) -> Mask:
    """Morphological closing by a ball, through distances; the grid's edge counts as outside."""
    pad = [(int(np.ceil(radius_mm / s)) + 2,) * 2 for s in sampling]
    grown = within(np.pad(mask, pad), sampling, radius_mm)
    shrunk = edt.edt(grown, anisotropy=sampling, black_border=False, parallel=2) > radius_mm
    return shrunk[tuple(slice(p, n - p) for (p, _), n in zip(pad, shrunk.shape, strict=True))] | mask


def within(mask: Mask, sampling: tuple[float, float, float], radius_mm: float) -> Mask:
    """Voxels at most `radius_mm` from the mask."""
    if not mask.any():
        return mask.copy()
    return edt.edt(~mask, anisotropy=sampling, black_border=False, parallel=2) <= radius_mm


def main_parts(mask: Mask, least_share: float) -> Mask:
    """The mask's largest face-connected piece, and those of at least a share of its volume."""
    parts = cc3d.connected_components(mask, connectivity=6)
    counts = np.bincount(parts.ravel())
    counts[0] = 0
    return (counts >= max(least_share * counts.max(), 1))[parts]
