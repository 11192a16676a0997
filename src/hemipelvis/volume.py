"""Voxel grids along the axes of patient space (LPS), and their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numba import prange

from hemipelvis.arrays import Array, Point, Points, Voxels, frozen
from hemipelvis.compiled import compiled_parallel
from hemipelvis.errors import InputError


@dataclass(frozen=True)
class Volume:
    """voxels[k, j, i] is the value at origin + (i, j, k) · spacing, LPS mm; axes are the patient's own.

    Images whose axes are flipped or permuted are brought to this order on reading, without interpolation.
    """

    voxels: Voxels
    spacing: Array
    origin: Point

    def __post_init__(self) -> None:
        object.__setattr__(self, "spacing", frozen(np.broadcast_to(np.asarray(self.spacing, float), 3)))
        object.__setattr__(self, "origin", frozen(self.origin))
        if self.voxels.ndim != 3:
            raise ValueError(f"got voxels of shape {self.voxels.shape}, expected (z, y, x)")

    @property
    def size(self) -> Array:
        """Numbers of voxels along x, y, z."""
        return np.array(self.voxels.shape[::-1])

    @property
    def upper(self) -> Point:
        """World position of the last voxel's centre."""
        return self.origin + (self.size - 1) * self.spacing

    @property
    def sampling(self) -> tuple[float, float, float]:
        """Spacing in array order z, y, x, as scipy.ndimage and edt want it."""
        return tuple(float(s) for s in self.spacing[::-1])  # type: ignore[return-value]

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel."""
        return float(np.prod(self.spacing))

    def like(self, voxels: Any) -> "Volume":
        """Other voxels on the same grid."""
        return Volume(np.asarray(voxels), self.spacing, self.origin)

    def index_from_world(self, points: Any) -> Array:
        """Fractional indices (…, 3) in order x, y, z of world points (…, 3)."""
        return (np.asarray(points, float) - self.origin) / self.spacing

    def world_from_index(self, indices: Any) -> Points:
        """World points (…, 3) of indices (…, 3) in order x, y, z."""
        return self.origin + np.asarray(indices, float) * self.spacing

    def points_where(self, mask: Any) -> Points:
        """World positions (n, 3) of the voxels where mask (z, y, x) is true."""
        return self.world_from_index(np.argwhere(mask)[:, ::-1])

    def sample(self, points: Any, outside: float = np.nan) -> Array:
        """Trilinear values (n,) at world points (n, 3); `outside` beyond the voxel centres' box."""
        index = np.ascontiguousarray(self.index_from_world(np.reshape(points, (-1, 3))))
        return _trilinear(np.ascontiguousarray(self.voxels), index, float(outside))

    def nearest(self, points: Any, outside: int = 0) -> Array:
        """Values (n,) of the nearest voxels to world points (n, 3)."""
        i = np.rint(self.index_from_world(np.reshape(points, (-1, 3)))).astype(np.int64)
        inside = np.all((i >= 0) & (i < self.size), axis=1)
        i = np.where(inside[:, None], i, 0)
        return np.where(inside, self.voxels[i[:, 2], i[:, 1], i[:, 0]], outside)

    def crop(self, lower: Any, upper: Any) -> "Volume":
        """The part between two world corners (mm), widened to whole voxels and cut to the grid."""
        lo = np.clip(np.floor(self.index_from_world(lower) + 1e-6), 0, self.size - 1).astype(int)
        hi = np.clip(np.ceil(self.index_from_world(upper) - 1e-6), 0, self.size - 1).astype(int) + 1
        return Volume(self.voxels[lo[2] : hi[2], lo[1] : hi[1], lo[0] : hi[0]], self.spacing, self.world_from_index(lo))

    def image(self) -> sitk.Image:
        """The same as a SimpleITK image."""
        voxels = self.voxels.astype(np.uint8) if self.voxels.dtype == bool else self.voxels
        image = sitk.GetImageFromArray(np.ascontiguousarray(voxels))
        image.SetSpacing(self.spacing.tolist())
        image.SetOrigin(self.origin.tolist())
        return image


@compiled_parallel
def _trilinear(v: Array, index: Array, outside: float) -> Array:
    nz, ny, nx = v.shape
    out = np.empty(index.shape[0])
    for n in prange(index.shape[0]):
        x, y, z = index[n, 0], index[n, 1], index[n, 2]
        if not (x >= 0 and y >= 0 and z >= 0 and x <= nx - 1 and y <= ny - 1 and z <= nz - 1):
            out[n] = outside
            continue
        i, j, k = min(int(x), max(nx - 2, 0)), min(int(y), max(ny - 2, 0)), min(int(z), max(nz - 2, 0))
        a, b, c = x - i, y - j, z - k
        i1, j1, k1 = min(i + 1, nx - 1), min(j + 1, ny - 1), min(k + 1, nz - 1)
        out[n] = (
            (v[k, j, i] * (1 - a) + v[k, j, i1] * a) * (1 - b) + (v[k, j1, i] * (1 - a) + v[k, j1, i1] * a) * b
        ) * (1 - c) + (
            (v[k1, j, i] * (1 - a) + v[k1, j, i1] * a) * (1 - b) + (v[k1, j1, i] * (1 - a) + v[k1, j1, i1] * a) * b
        ) * c
    return out


def from_image(image: sitk.Image) -> Volume:
    """A 3-D SimpleITK image with its axes brought to LPS order. Raises InputError if its axes are oblique."""
    if image.GetDimension() != 3:
        raise InputError(
            f"an image of {image.GetDimension()} dimensions", "a volume", "export the CT as one 3-D volume"
        )
    image = sitk.DICOMOrient(image, "LPS")
    off = np.abs(np.reshape(image.GetDirection(), (3, 3)) - np.eye(3)).max()
    if off > 1e-3:
        raise InputError(
            f"an image whose axes stand oblique to the patient's (direction cosines off by {off:.3f})",
            "axes along left, posterior and superior",
            "resample the series to axial slices (no gantry tilt) in the viewer and export it again",
        )
    return Volume(sitk.GetArrayFromImage(image), image.GetSpacing(), image.GetOrigin())


def read_volume(path: Path) -> Volume:
    """A NRRD, NIfTI or MetaImage file. Raises InputError if it cannot be read."""
    try:
        return from_image(sitk.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError(
            f"{path.name}, which cannot be read as a volume",
            "a NRRD, NIfTI or MetaImage file",
            "check the file opens in 3D Slicer and export it again",
        ) from error


def on_grid(volume: Volume, grid: Volume, outside: float, nearest: bool = False) -> Volume:
    """`volume` resampled onto another grid (trilinear, or nearest voxel for labels)."""
    method = sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear
    moved = sitk.Resample(volume.image(), grid.image(), sitk.Transform(), method, outside)
    return grid.like(sitk.GetArrayFromImage(moved))


def empty_grid(lower: Sequence[float] | Array, upper: Sequence[float] | Array, pitch_mm: float) -> Volume:
    """A float32 grid of zeros with cubic cells that covers a world box; its nodes lie on multiples of the pitch.

    Nodes on multiples of the pitch make grids of neighbouring parts coincide.
    """
    lo = np.floor(np.asarray(lower, float) / pitch_mm).astype(int)
    hi = np.ceil(np.asarray(upper, float) / pitch_mm).astype(int)
    return Volume(np.zeros(tuple((hi - lo + 1)[::-1]), np.float32), (pitch_mm,) * 3, lo * pitch_mm)  # type: ignore[arg-type]


def centred_grid(lower: Sequence[float] | Array, upper: Sequence[float] | Array, pitch_mm: float) -> Volume:
    """A float32 grid of zeros with cubic cells that covers a world box, its nodes symmetric about the box's middle.

    A box moved or mirrored gets the same grid moved or mirrored: what is computed on it does not depend on where in
    the scanner the patient lay.
    """
    lo, hi = np.asarray(lower, float), np.asarray(upper, float)
    steps = np.ceil(np.round((hi - lo) / pitch_mm, 6)).astype(int)
    origin = (lo + hi) / 2 - steps * pitch_mm / 2
    return Volume(np.zeros(tuple((steps + 1)[::-1]), np.float32), (pitch_mm,) * 3, origin)  # type: ignore[arg-type]
