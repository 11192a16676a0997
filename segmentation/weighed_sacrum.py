"""The sacrum beside metal: what the scan shows of it weighed against what its other half shows.

Where most of a voxel's rays crossed metal the reduced scan is worth little, and bones drawn from it have flakes and
holes. A sacrum is nearly symmetric: its other half is independent evidence, and odds of independent evidence add up.
New bone is set only in the ala, where no canal and no foramen runs. What rests on the other half is no more than a
guess, and the confidence says so.
"""

from dataclasses import dataclass

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane, Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.anatomy import NERVES_MM
from hemipelvis.segmentation.mirrored_half import OUTSIDE_MM, SEEN, SPREAD_MM, MirroredHalf, mirrored_half
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.segmentation.voxel_trust import seen_odds
from hemipelvis.volume import Volume

HIDDEN = 0.35
"""Share of a voxel's rays through metal from which its label needs other evidence: where what is seen has odds of 6."""
MEAN_MM = 1.0
"""A hidden voxel's word is that of its neighbourhood: errors are as fine as streaks, bone is not."""
ALIKE_MM, LEAST_SEEN = 10.0, 0.02
"""Width of the neighbourhood in which halves are compared, and the share of it below which that says nothing. (No Dice
of two simulated patients changed by it: it is there for patients whose ala was cut.)"""
MARGIN_MM = 12.0
MOST_MISFIT_MM = 2.5
"""Halves that lie further apart where both are seen are no evidence for one another (healthy sacra: 1 to 2 mm)."""
LEAST_PIECE_MM3 = 500.0


@dataclass(frozen=True)
class Weighed:
    """labels: as given, with the sacrum as weighed; odds (z, y, x): natural log odds that each label is right."""

    labels: Volume
    odds: Array
    warnings: tuple[str, ...]


def weighed_sacrum(labels: Volume, metal: Volume, crossed: Volume, midline: Plane, side: Side) -> Weighed:
    """Labels (uint8) with the affected side's sacrum settled where metal hides it.

    metal: bool; crossed: share (0 to 1) of each voxel's rays through metal; one grid. midline: the midsagittal plane,
    its normal to the left, as the whole skeleton shows it. Nothing changes where little is hidden.
    """
    odds = seen_odds(crossed.voxels).astype(np.float32)
    sacrum = labels.voxels == Label.SACRUM
    if not (sacrum & (crossed.voxels > HIDDEN)).any():
        return Weighed(labels, odds, ())
    found = labels.points_where(sacrum)
    corners = found.min(axis=0) - MARGIN_MM, found.max(axis=0) + MARGIN_MM
    near, steel, rays = (v.crop(*corners) for v in (labels, metal, crossed))
    total, said = _total_odds(near, steel.voxels.astype(bool), rays, midline, side)
    bone = _settled(near, steel.voxels.astype(bool), rays, total, midline)
    place = _place(labels, near)
    new = labels.voxels.copy()
    new[place] = np.where(bone, Label.SACRUM, np.where(near.voxels == Label.SACRUM, 0, near.voxels))
    odds[place] = np.where(rays.voxels > HIDDEN, np.where(bone, total, -total), odds[place])
    return Weighed(labels.like(new), odds, (*said, *_changes(near, bone)))


def _place(whole: Volume, part: Volume) -> tuple[slice, ...]:
    at = np.rint(whole.index_from_world(part.origin)).astype(int)[::-1]
    return tuple(slice(a, a + n) for a, n in zip(at, part.voxels.shape, strict=True))


def _total_odds(near: Volume, steel: Mask, rays: Volume, midline: Plane, side: Side) -> tuple[Array, tuple[str, ...]]:
    """Log odds (z, y, x) for sacrum: the scan's own, and the other half's on the affected side; what is to be said."""
    depth = near.like(_depth(near.voxels == Label.SACRUM, steel, near.sampling))
    seen = seen_odds(rays.voxels) * _word(depth, rays)
    hidden = (rays.voxels > HIDDEN) & (depth.voxels > OUTSIDE_MM / 2) & _on_side(near, midline, side)
    other = mirrored_half(depth, rays, hidden, midline)
    if other is None or other.misfit_mm > MOST_MISFIT_MM:
        return seen, ("the sacrum's two halves are too unlike, or too little is seen, to judge one by the other",)
    return seen + _mirrored_odds(depth, rays, other, _on_side(near, midline, side)), ()


def _on_side(grid: Volume, midline: Plane, side: Side) -> Mask:
    return _across(grid, midline) * side.sign > 0


def _across(grid: Volume, midline: Plane) -> Array:
    """Distance (z, y, x) in mm to the left of the midline."""
    axes = [grid.origin[a] + np.arange(grid.size[a]) * grid.spacing[a] - midline.point[a] for a in range(3)]
    x, y, z = (values * n for values, n in zip(axes, midline.normal, strict=True))
    return np.asarray(z[:, None, None] + y[None, :, None] + x[None, None, :], np.float32)


def _depth(bone: Mask, steel: Mask, sampling: tuple[float, float, float]) -> Array:
    """Distance in mm to the nearest soft tissue less that to the nearest bone: metal is neither."""
    inner, outer = (edt.edt(m, anisotropy=sampling, black_border=False, parallel=2) for m in (bone | steel, ~bone))
    return np.asarray((inner - outer).clip(OUTSIDE_MM, -OUTSIDE_MM), np.float32)


def _word(depth: Volume, rays: Volume) -> Array:
    """−1 to 1 (z, y, x): whether a voxel, or a hidden one's neighbourhood, looks like bone."""
    own = np.clip(depth.voxels, -1, 1)
    mean = ndimage.gaussian_filter(own, [MEAN_MM / s for s in depth.sampling])
    return np.where(rays.voxels > HIDDEN, mean, own)


def _mirrored_odds(depth: Volume, rays: Volume, other: MirroredHalf, where: Mask) -> Array:
    """Log odds (z, y, x) of the other half where it is itself seen, for the hidden voxels of a region."""
    twins = other.onto(depth.points_where(where))
    there, veil = np.zeros(where.shape, np.float32), np.ones(where.shape, np.float32)
    there[where], veil[where] = depth.sample(twins, OUTSIDE_MM), rays.sample(twins, 1.0)
    alike = _alike(depth.voxels > 0, there > 0, where & (rays.voxels < SEEN) & (veil < SEEN), depth.sampling)
    trust = np.minimum(seen_odds(veil) / seen_odds(np.asarray(HIDDEN)), 1) * (2 * alike - 1).clip(0, 1)
    return np.where(where & (rays.voxels > HIDDEN), there / SPREAD_MM * trust, 0)


def _alike(here: Mask, there: Mask, both: Mask, sampling: tuple[float, float, float]) -> Array:
    """Share (z, y, x) of the neighbourhood seen in both halves that is here what it is there, bone and none each.

    An ala seen to be lost above and below what is hidden is lost in between as well.
    """
    share = np.empty(here.shape, np.float32)
    for bone in (True, False):
        asked, sigma = both & (there == bone), [ALIKE_MM / s for s in sampling]
        same, seen = (
            ndimage.gaussian_filter(m.astype(np.float32), sigma, truncate=2.5) + LEAST_SEEN
            for m in (asked & (here == bone), asked)
        )
        share = np.where(there == bone, same / seen, share)
    return share


def _settled(near: Volume, steel: Mask, rays: Volume, total: Array, midline: Plane) -> Mask:
    """The sacrum: as labelled where it is seen, by the odds where it is hidden, and never new where nerves run."""
    old = near.voxels == Label.SACRUM
    free = (near.voxels == 0) & ~steel & (np.abs(_across(near, midline)) > NERVES_MM)
    bone = np.where(rays.voxels > HIDDEN, (total > 0) & (old | free), old)
    return np.asarray(cc3d.dust(bone, threshold=round(LEAST_PIECE_MM3 / near.voxel_mm3), connectivity=26), bool)


def _changes(near: Volume, bone: Mask) -> tuple[str, ...]:
    old = near.voxels == Label.SACRUM
    added, cut = (np.count_nonzero(m) * near.voxel_mm3 / 1000 for m in (bone & ~old, old & ~bone))
    if not added + cut:
        return ()
    return (
        f"sacrum beside metal: {added:.1f} cm³ of bone guessed from its other half, {cut:.1f} cm³ taken for streaks "
        "and left out: look at it in the CT",
    )
