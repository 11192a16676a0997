"""Bring a skew stack of slices (gantry tilt, turned axes) to a grid along the patient's own axes."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Point, Voxels
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress, silent
from hemipelvis.segmentation.decode_slices import AIR_HU
from hemipelvis.volume import Volume

ALIGNED = 1e-3  # Direction cosines off by less (0.06°) are rounding: 0.3 mm over a pelvis of 300 mm.
MOST_DEG = 35.0  # CT gantries tilt by up to 30°; what is turned further is a reformation, not a scan.
SNAP = 1e-6


@dataclass(frozen=True)
class Straight:
    """A volume along LPS axes, what was done to get it, and the heights (z, mm) between which slices are whole."""

    volume: Volume
    whole_mm: tuple[float, float]
    warnings: tuple[str, ...] = ()


def straighten(voxels: Voxels, matrix: Array, origin: Point, progress: Progress = silent) -> Straight:
    """int16 `voxels` (k, j, i), whose (i, j, k) lies at origin + matrix @ (i, j, k) LPS mm, on axes of the patient.

    Flipped and permuted axes are turned without interpolation. Sheared or turned ones are resampled, trilinear, to the
    nearest patient axes with the steps that the old ones have along them: a plain gantry tilt is then interpolated
    along z alone. What no slice holds is −1024 HU. Raises InputError beyond 35°.
    """
    voxels, matrix, origin = _nearest_axes(voxels, np.asarray(matrix, float), np.asarray(origin, float))
    spacing = np.linalg.norm(matrix, axis=0)
    axes = matrix / spacing
    if np.abs(axes - np.eye(3)).max() <= ALIGNED:
        volume = Volume(np.ascontiguousarray(voxels), spacing, origin)
        return Straight(volume, (float(origin[2]), float(volume.upper[2])))
    said = _skew(axes)
    pose = _Pose(np.array(voxels.shape[::-1]), matrix, origin)
    volume = _resampled(np.ascontiguousarray(voxels), pose, progress)
    middle = pose.world(np.array([pose.last / 2 * (1, 1, 0), pose.last * (0.5, 0.5, 1)]))[:, 2]
    return Straight(volume, (float(middle[0]), float(middle[1])), said)


@dataclass(frozen=True)
class _Pose:
    """Where the voxels of a skew grid of `size` (x, y, z) lie."""

    size: Array
    matrix: Array
    origin: Point

    @property
    def last(self) -> Array:
        return self.size - 1

    def world(self, index: Array) -> Array:
        return self.origin + index @ self.matrix.T


def _nearest_axes(voxels: Voxels, matrix: Array, origin: Point) -> tuple[Voxels, Array, Point]:
    """The same grid with its axes permuted and flipped to lie as near to x, y, z as they can."""
    axes = np.abs(matrix / np.linalg.norm(matrix, axis=0))
    order = max(permutations(range(3)), key=lambda p: axes[0, p[0]] + axes[1, p[1]] + axes[2, p[2]])
    turned, columns = voxels.transpose([2 - order[2], 2 - order[1], 2 - order[0]]), matrix[:, order]
    sign = np.where(np.diag(columns) < 0, -1, 1)
    first = origin + columns @ np.where(sign < 0, np.array(turned.shape[::-1]) - 1, 0)
    return turned[:: sign[2], :: sign[1], :: sign[0]], columns * sign, first


def _skew(axes: Array) -> tuple[str, ...]:
    """What is said of a skew grid: how far it is sheared, how far it is turned. Raises InputError if too far."""
    upright = np.degrees(np.arccos(np.clip(np.diag(axes), -1, 1)))
    off = axes.T @ axes
    shear = float(np.degrees(np.arcsin(np.abs(off[~np.eye(3, dtype=bool)]).max())))
    if max(shear, upright.max()) > MOST_DEG:
        raise InputError(
            f"slices turned by {max(shear, upright.max()):.0f}° from the patient's axes",
            f"at most {MOST_DEG:.0f}°",
            "export the axial slices of the scan, not an oblique reformation",
        )
    tilted = f"slices sheared by {shear:.1f}° (gantry tilt{_leaning(axes)}): shear corrected"
    turned = f"slices turned by {upright.max():.1f}° from the patient's axes: turned back"
    end = "; interpolated linearly, detail finer than two voxels is blurred; −1024 HU where no slice reaches"
    return ((tilted if shear > np.degrees(ALIGNED) else turned) + end,)


def _leaning(axes: Array) -> str:
    """Where the front of tilted slices lies; "" when they do not tilt about the patient's left–right axis."""
    slope = axes[2, 1]
    return "" if abs(slope) <= ALIGNED else f", their front {'headward' if slope < 0 else 'footward'}"


def _resampled(voxels: Voxels, pose: _Pose, progress: Progress) -> Volume:
    step = np.diag(pose.matrix)
    corners = pose.world(np.array(np.meshgrid(*([0, n] for n in pose.last))).reshape(3, -1).T)
    lower = np.ceil((corners.min(0) - pose.origin) / step - SNAP)
    upper = np.floor((corners.max(0) - pose.origin) / step + SNAP)
    nx, ny, nz = (upper - lower + 1).astype(int)
    out, backward = np.empty((nz, ny, nx), np.int16), np.linalg.inv(pose.matrix) @ np.diag(step)
    for k in range(nz):
        progress("straightening slices", k / nz)
        _fill(out[k], voxels, backward, backward @ (lower + np.array([0.0, 0.0, k])))
    return Volume(out, step, pose.origin + lower * step)


@compiled_parallel
def _fill(out: Array, v: Voxels, backward: Array, start: Array) -> None:
    """Trilinear values of v at its indices start + backward @ (i, j, 0); air outside."""
    for j in prange(out.shape[0]):
        for i in range(out.shape[1]):
            x = _snapped(start[0] + backward[0, 0] * i + backward[0, 1] * j)
            y = _snapped(start[1] + backward[1, 0] * i + backward[1, 1] * j)
            z = _snapped(start[2] + backward[2, 0] * i + backward[2, 1] * j)
            out[j, i] = _between(v, x, y, z)


@compiled
def _snapped(index: float) -> float:
    """A whole number where rounding alone keeps it from being one."""
    whole = np.rint(index)
    return whole if abs(index - whole) < SNAP else index


@compiled
def _between(v: Voxels, x: float, y: float, z: float) -> int:
    nz, ny, nx = v.shape
    if not (x >= 0 and y >= 0 and z >= 0 and x <= nx - 1 and y <= ny - 1 and z <= nz - 1):
        return AIR_HU
    i, j, k = int(x), int(y), int(z)
    value = 0.0
    for c in range(8):
        a, b, d = c & 1, (c >> 1) & 1, c >> 2
        share = (x - i if a else 1 - x + i) * (y - j if b else 1 - y + j) * (z - k if d else 1 - z + k)
        if share > 0:
            value += share * v[k + d, j + b, i + a]
    return round(value)
