"""The skeleton as masks: what is bright enough, in pieces large and thick enough; closing and parts of masks."""

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Mask, Voxels

SUNK = 0.6
"""Thin cortex keeps this share of its height under the smoothing that sinks streaks and noise."""


def bright_bone(hu: Voxels, smooth: Voxels, level_hu: float, least_voxels: int) -> Mask:
    """Voxels at or above a level, in face-connected pieces of at least `least_voxels`.

    hu, smooth: the scan and the same without its streaks, metal taken out of both. Either must reach the level, and
    the smooth one `SUNK` of it.
    """
    bright = (smooth >= level_hu) | ((hu >= level_hu) & (smooth >= SUNK * level_hu))
    return cc3d.dust(bright, threshold=least_voxels, connectivity=6)


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
