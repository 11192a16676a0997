"""Chambers of the print part that powder cannot leave: free space from which no ball of the drain's width gets out.

The free space is eroded by the drain's radius (Euclidean distances to metal) and flooded from outside; what stays dry
would hold powder. Slabs are taken one after the other, each cut to what of the part is in it, and their pieces joined,
so that memory stays bounded.
"""

from dataclasses import dataclass

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.lattice.contours import phases, sample_plane
from hemipelvis.lattice.part_field import PartField
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
        away = edt.edt(free, anisotropy=(pitch,) * 3, black_border=False, parallel=1)
        wide = (away > (drain_mm + pitch) / 2)[start - low : min(start + slab + 1, len(heights)) - low]
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
    """Free space (z, y, x), uint8."""
    out = np.empty((len(zs), len(ys), len(xs)), np.uint8)
    plane = np.empty((len(ys), len(xs)), np.float32)
    wx, wy, wz = (phases(places, field.samples) for places in (xs, ys, zs))
    for k, z in enumerate(zs):
        sample_plane(
            field.envelope, field.solid, field.steps, field.numbers, xs, ys, float(z), wx, wy, wz[k : k + 1], plane
        )  # fmt: skip
        out[k] = plane >= 0
    return out


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
        labels = cc3d.connected_components(wide, connectivity=26).astype(np.int64)
        counts = np.bincount((labels if last else labels[:-1]).ravel(), minlength=int(labels.max()) + 1)
        shift = len(self._parent) - 1
        self._parent += range(shift + 1, shift + len(counts))
        self._voxels += counts[1:].tolist()
        numbered = np.where(labels > 0, labels + shift, 0)
        for face in (numbered[:, 0], numbered[:, -1], numbered[:, :, 0], numbered[:, :, -1]):
            self._join_outside(face)
        if corner[0] == 0:
            self._join_outside(numbered[0])
        if last:
            self._join_outside(numbered[-1])
        self._note(numbered if last else numbered[:-1], counts, shift, corner)
        bottom, top = (self._whole(numbered[k], corner) for k in (0, -1))
        if self._top is not None:
            both = (self._top > 0) & (bottom > 0)
            for a, b in np.unique(np.stack([self._top[both], bottom[both]], axis=1), axis=0).tolist():
                self._join(a, b)
        self._top = top

    def _note(self, numbered: Array, counts: Array, shift: int, corner: tuple[int, int, int]) -> None:
        """Keep where the voxels of small pieces are."""
        small = np.concatenate([np.zeros(shift + 1, bool), counts[1:] <= self._small])
        at = np.argwhere(small[numbered])
        self._places.append((numbered[tuple(at.T)], (at + corner)[:, ::-1]))

    def _whole(self, window: Array, corner: tuple[int, int, int]) -> Array:
        """A window of a plane in the plane, nothing around it."""
        out = np.zeros(self._plane, np.int64)
        out[corner[1] : corner[1] + window.shape[0], corner[2] : corner[2] + window.shape[1]] = window
        return out

    def _join_outside(self, face: Array) -> None:
        for piece in np.unique(face[face > 0]).tolist():
            self._join(0, piece)

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
