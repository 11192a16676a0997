"""Chambers of the print part that powder cannot leave: free space from which no ball of the drain's width gets out.

The free space is eroded by the drain's radius (Euclidean distances to metal) and flooded from outside; what stays dry
would hold powder. Slabs are taken one after the other and their pieces joined, so that memory stays bounded.
"""

from dataclasses import dataclass

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.lattice.contours import phases, sample_plane
from hemipelvis.lattice.part_field import PartField
from hemipelvis.progress import Progress, silent

PER_CELL = 8
"""Samples per cell: the gyroid's necks lie at eighths of a cell, so their width is met exactly."""
SLAB = 48


@dataclass(frozen=True)
class Trapped:
    """Number of chambers, and the volume of the balls' centres in them (mm³, less than the powder they hold)."""

    chambers: int
    core_mm3: float


def trapped_powder(field: PartField, drain_mm: float, progress: Progress = silent, slab: int = SLAB) -> Trapped:
    """Flood the part with a ball of diameter `drain_mm`."""
    step = field.samples / PER_CELL
    pitch = step * field.pitch_mm
    halo = int(np.ceil(drain_mm / 2 / pitch)) + 2
    axes = [step * np.arange(field.lower[a] / step - halo, field.upper[a] / step + halo + 1) for a in range(3)]
    pieces = _Pieces()
    for start in range(0, len(axes[2]), slab):
        progress("letting the powder out", start / len(axes[2]))
        low, high = max(start - halo, 0), min(start + slab + 1 + halo, len(axes[2]))
        free = _free(field, axes[0], axes[1], axes[2][low:high])
        away = edt.edt(free, anisotropy=(pitch,) * 3, black_border=False, parallel=1)
        wide = (away > (drain_mm + pitch) / 2)[start - low : min(start + slab + 1, len(axes[2])) - low]
        pieces.add(wide, first=start == 0, last=start + slab >= len(axes[2]))
    return pieces.dry(pitch**3)


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
    """Pieces of free space while slabs come; neighbouring slabs share a plane.

    Voxels hang together by corners too: channels run diagonally, and no wall is thin enough to lie between two voxels
    that both keep the drain's radius from metal.
    """

    def __init__(self) -> None:
        self._parent = [0]  # piece 0 is the outside
        self._voxels = [0]
        self._top: Array | None = None

    def add(self, wide: Array, first: bool, last: bool) -> None:
        labels = cc3d.connected_components(wide, connectivity=26).astype(np.int64)
        counts = np.bincount((labels if last else labels[:-1]).ravel(), minlength=int(labels.max()) + 1)
        shift = len(self._parent) - 1
        self._parent += range(shift + 1, shift + len(counts))
        self._voxels += counts[1:].tolist()
        numbered = np.where(labels > 0, labels + shift, 0)
        for face in (numbered[:, 0], numbered[:, -1], numbered[:, :, 0], numbered[:, :, -1]):
            self._join_outside(face)
        if first:
            self._join_outside(numbered[0])
        if last:
            self._join_outside(numbered[-1])
        if self._top is not None:
            both = (self._top > 0) & (numbered[0] > 0)
            for a, b in np.unique(np.stack([self._top[both], numbered[0][both]], axis=1), axis=0).tolist():
                self._join(a, b)
        self._top = numbered[-1]

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

    def dry(self, voxel_mm3: float) -> Trapped:
        """What is not joined to the outside."""
        roots = [self._find(piece) for piece in range(len(self._parent))]
        held = sum(n for root, n in zip(roots, self._voxels, strict=True) if root != 0)
        return Trapped(len({*roots} - {0}), held * voxel_mm3)
