"""Chambers of the print part that powder cannot leave: free space from which no ball of the drain's width gets out.

The free space is eroded by the drain's radius (Euclidean distances to metal) and flooded from outside; what stays dry
would hold powder. Slabs are taken one after the other, each cut to what of the part is in it, and their pieces joined,
so that memory stays bounded.
"""

from dataclasses import dataclass

import cc3d
import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Points
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.ball_room import ball_room
from hemipelvis.lattice.contours import phases
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import columns, combined
from hemipelvis.progress import Progress, silent

PER_CELL = 8
"""Samples per cell: the gyroid's necks lie at eighths of a cell, so their width is met exactly."""
SLAB = 48
SMALL_MM3 = 1.0
"""Chambers whose balls' centres fill no more are pores that something cut off; larger ones are the design's fault."""


@dataclass(frozen=True)
class Trapped:
    """Number of chambers, and the volume of the balls' centres in them (mm³, less than the powder they hold).

    small: how many hold at most `SMALL_MM3`; places (n, 3): where the centres in these are, LPS mm.
    """

    chambers: int
    core_mm3: float
    small: int
    places: Points


def trapped_powder(field: PartField, drain_mm: float, progress: Progress = silent, slab: int = SLAB) -> Trapped:
    """Flood the part with a ball of diameter `drain_mm`."""
    step = field.samples / PER_CELL
    pitch = step * field.pitch_mm
    halo = int(np.ceil(drain_mm / 2 / pitch)) + 2
    axes = [step * np.arange(field.lower[a] / step - halo, field.upper[a] / step + halo + 1) for a in range(3)]
    heights, pieces = axes[2], _Pieces((len(axes[1]), len(axes[0])), SMALL_MM3 / pitch**3)
    for start in range(0, len(heights), slab):
        progress("letting the powder out", start / len(heights))
        low, high = max(start - halo, 0), min(start + slab + 1 + halo, len(heights))
        rows, columns = _window(field, axes, heights[low:high], halo)
        free = _free(field, axes[0][columns], axes[1][rows], heights[low:high])
        wide = ball_room(free, (drain_mm / pitch + 1) / 2)[start - low : min(start + slab + 1, len(heights)) - low]
        pieces.add(wide, (start, rows.start, columns.start), start + slab >= len(heights))
    return pieces.dry(np.array([a[0] for a in axes]) * field.pitch_mm, pitch)


def _window(field: PartField, axes: list[Array], heights: Array, halo: int) -> tuple[slice, slice]:
    """Rows and columns that hold all metal between these heights (nodes), and a free margin around it."""
    index = heights[[0, -1]] * field.steps[0, 2] + field.steps[1, 2]
    k = np.clip([np.floor(index[0]), np.ceil(index[1]) + 1], 0, len(field.envelope)).astype(int)
    inside = np.asarray((field.envelope[k[0] : k[1]] < 0).any(axis=0))
    found = []
    for axis in (1, 0):
        at = np.flatnonzero(inside.any(axis=axis)) if inside.any() else np.zeros(1, int)
        ends = (np.array([at[0] - 1, at[-1] + 1]) - field.steps[1, axis]) / field.steps[0, axis]
        first, last = np.searchsorted(axes[axis], ends)
        found.append(slice(max(int(first) - halo - 1, 0), min(int(last) + halo + 1, len(axes[axis]))))
    return found[0], found[1]


def _free(field: PartField, xs: Array, ys: Array, zs: Array) -> Array:
    """Free space (z, y, x), uint8, at places along the axes (nodes)."""
    out = np.empty((len(zs), len(ys), len(xs)), np.uint8)
    wx, wy, wz = (phases(places, field.samples) for places in (xs, ys, zs))
    _free_rows(field.envelope, field.solid, field.steps, field.numbers, xs, ys, zs, wx, wy, wz, out)
    return out


@compiled_parallel
def _free_rows(
    envelope: Array, solid: Array, steps: Array, numbers: Array, xs: Array, ys: Array, zs: Array,
    wx: Array, wy: Array, wz: Array, out: Array,
) -> None:  # fmt: skip
    nz, ny, nx = envelope.shape
    for row in prange(len(zs) * len(ys)):
        k, j = row // len(ys), row % len(ys)
        y, z = ys[j] * steps[0, 1] + steps[1, 1], zs[k] * steps[0, 2] + steps[1, 2]
        out[k, j] = 1
        if not (0 <= y <= ny - 1 and 0 <= z <= nz - 1):
            continue
        outers, solids = np.empty(nx), np.empty(nx)
        columns(envelope, 0.0, y, z, nx, outers)
        if outers.min() >= 0:
            continue
        columns(solid, 0.0, y, z, nx, solids)
        for i in range(len(xs)):
            x = xs[i] * steps[0, 0] + steps[1, 0]
            if not 0 <= x <= nx - 1:
                continue
            at = min(int(x), nx - 2)
            a = x - at
            outer = outers[at] * (1 - a) + outers[at + 1] * a
            if outer < 0:
                g = wx[i, 0] * wy[j, 1] + wy[j, 0] * wz[k, 1] + wz[k, 0] * wx[i, 1]
                out[k, j, i] = combined(outer, solids[at] * (1 - a) + solids[at + 1] * a, g, numbers) >= 0


def _numbered(labels: Array, shift: int) -> Array:
    """Labels as numbers over all slabs, 0 staying 0."""
    whole = labels.astype(np.int64)
    return np.where(whole > 0, whole + shift, 0)


def _pairs(lower: Array, upper: Array) -> list[list[int]]:
    """Which pieces lie on one another, each pair once."""
    both = np.stack([lower, upper], axis=-1)[(lower > 0) & (upper > 0)]
    fresh = np.ones(len(both), bool)
    fresh[1:] = (both[1:] != both[:-1]).any(axis=1)  # runs of the same pair are long
    return np.asarray(np.unique(both[fresh], axis=0)).tolist()


@compiled
def _count(labels: Array, kinds: int) -> Array:
    """How often each label stands."""
    counts = np.zeros(kinds, np.int64)
    for k in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            for i in range(labels.shape[2]):
                counts[labels[k, j, i]] += 1
    return counts


class _Pieces:
    """Pieces of free space while slabs come; neighbouring slabs share a plane. Around a slab's window all is outside.

    Voxels hang together by corners too: channels run diagonally, and no wall is thin enough to lie between two voxels
    that both keep the drain's radius from metal.
    """

    def __init__(self, plane: tuple[int, int], small: float) -> None:
        self._parent = [0]  # piece 0 is the outside
        self._voxels = [0]
        self._small = small
        self._places: list[tuple[Array, Array]] = []  # pieces and indices (x, y, z) of voxels of small pieces
        self._top: Array | None = None
        self._plane = plane

    def add(self, wide: Array, corner: tuple[int, int, int], last: bool) -> None:
        """A slab's window, its lowest corner being voxel `corner` (z, y, x) of the whole."""
        labels = cc3d.connected_components(wide, connectivity=26)
        own = labels if last else labels[:-1]
        counts = _count(own, int(labels.max()) + 1)
        shift = len(self._parent) - 1
        self._parent += range(shift + 1, shift + len(counts))
        self._voxels += counts[1:].tolist()
        for face in (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1]):
            self._join_outside(_numbered(face, shift))
        bottom, top = (_numbered(labels[k], shift) for k in (0, -1))
        if corner[0] == 0:
            self._join_outside(bottom)
        if last:
            self._join_outside(top)
        self._note(own, counts, shift, corner)
        bottom, top = self._whole(bottom, corner), self._whole(top, corner)
        if self._top is not None:
            for a, b in _pairs(self._top, bottom):
                self._join(a, b)
        self._top = top

    def _note(self, labels: Array, counts: Array, shift: int, corner: tuple[int, int, int]) -> None:
        """Keep where the voxels of small pieces are."""
        small = np.asarray(counts <= self._small)
        small[0] = False
        at = np.argwhere(small[labels]) if small.any() else np.empty((0, 3), np.int64)
        self._places.append((_numbered(labels[tuple(at.T)], shift), (at + corner)[:, ::-1]))

    def _whole(self, window: Array, corner: tuple[int, int, int]) -> Array:
        """A window of a plane in the plane, nothing around it."""
        out = np.zeros(self._plane, np.int64)
        out[corner[1] : corner[1] + window.shape[0], corner[2] : corner[2] + window.shape[1]] = window
        return out

    def _join_outside(self, face: Array) -> None:
        for piece in np.flatnonzero(np.bincount(face.ravel())[1:]).tolist():
            self._join(0, piece + 1)

    def _find(self, piece: int) -> int:
        while self._parent[piece] != piece:
            self._parent[piece] = self._parent[self._parent[piece]]
            piece = self._parent[piece]
        return piece

    def _join(self, a: int, b: int) -> None:
        a, b = self._find(a), self._find(b)
        self._parent[max(a, b)] = min(a, b)

    def dry(self, origin: Points, pitch_mm: float) -> Trapped:
        """What is not joined to the outside; origin (3,): place of voxel (0, 0, 0)."""
        roots = np.array([self._find(piece) for piece in range(len(self._parent))])
        voxels = np.bincount(roots, self._voxels, len(roots))
        voxels[0] = 0
        small = (voxels > 0) & (voxels <= self._small)
        kept = [at[small[roots[piece]]] for piece, at in self._places]
        places = origin + np.concatenate([np.empty((0, 3)), *kept]) * pitch_mm
        return Trapped(len({*roots.tolist()} - {0}), float(voxels.sum() * pitch_mm**3), int(small.sum()), places)
