"""The print part as a field on a fine grid: envelope ∩ (solid grown by the overlap ∪ gyroid), blended at the joint."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.calibrate import Calibration
from hemipelvis.lattice.gyroid import GRID_PHASE, TURN
from hemipelvis.volume import Volume

BEYOND_MM = np.float32(1e3)
"""Value beyond the envelope's grid: far outside."""
BLEND_MM = 0.2
"""Fillet where struts run into the solid: below half a strut, so that the pores beside it stay open."""


@dataclass(frozen=True)
class NodeGrid:
    """Nodes first + (i, j, k), each times the pitch: their world positions, LPS mm. size counts them along x, y, z."""

    first: tuple[int, int, int]
    size: tuple[int, int, int]
    pitch_mm: float


def grid_around(envelope: Volume, pitch_mm: float) -> NodeGrid:
    """The nodes that cover the envelope's inside, with at least one layer outside on every side."""
    inside = np.argwhere(envelope.voxels < 0)[:, ::-1]
    lower = envelope.world_from_index(inside.min(axis=0)) - envelope.spacing
    upper = envelope.world_from_index(inside.max(axis=0)) + envelope.spacing
    first, last = np.floor(lower / pitch_mm).astype(int) - 1, np.ceil(upper / pitch_mm).astype(int) + 1
    x, y, z = (int(n) for n in first)
    i, j, k = (int(n) for n in last - first + 1)
    return NodeGrid((x, y, z), (i, j, k), pitch_mm)


def part_values(
    envelope: Volume, solid: Volume, calibration: Calibration, overlap_mm: float, grid: NodeGrid, planes: range
) -> Array:
    """Values (z, y, x), float32 mm, negative inside, at the grid's planes z in `planes`."""
    out = np.empty((len(planes), grid.size[1], grid.size[0]), np.float32)
    waves = [_waves(grid.first[a], grid.size[a], GRID_PHASE[a], calibration.samples_per_cell) for a in range(3)]
    x, y, z = (_indices(envelope, grid, axis) for axis in range(3))
    _evaluate(
        np.ascontiguousarray(envelope.voxels), np.ascontiguousarray(solid.voxels),
        x, y, z[planes.start : planes.stop], waves[0], waves[1], waves[2][planes.start : planes.stop],
        np.array([calibration.mesh_level, calibration.cell_mm / calibration.steepness, overlap_mm, BLEND_MM]),
        calibration.kind == "sheet", grid.pitch_mm, out,
    )  # fmt: skip
    return out


def _indices(volume: Volume, grid: NodeGrid, axis: int) -> Array:
    """Fractional indices (n,) in the volume of the nodes along an axis."""
    world = np.arange(grid.first[axis], grid.first[axis] + grid.size[axis]) * grid.pitch_mm
    return (world - volume.origin[axis]) / volume.spacing[axis]


def _waves(first: int, count: int, phase: float, samples: int) -> Array:
    """Sine and cosine (n, 2) at nodes: whole periods are taken off first, so far cells equal near ones bit by bit."""
    angle = TURN * ((np.arange(first, first + count) % samples) + phase) / samples
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)


@compiled
def _at(v: Array, x: float, y: float, z: float) -> float:
    """Trilinear value at fractional indices inside the grid."""
    i, j, k = min(int(x), v.shape[2] - 2), min(int(y), v.shape[1] - 2), min(int(z), v.shape[0] - 2)
    a, b, c = x - i, y - j, z - k
    low = (v[k, j, i] * (1 - a) + v[k, j, i + 1] * a) * (1 - b) + (
        v[k, j + 1, i] * (1 - a) + v[k, j + 1, i + 1] * a
    ) * b
    k += 1
    high = (v[k, j, i] * (1 - a) + v[k, j, i + 1] * a) * (1 - b) + (
        v[k, j + 1, i] * (1 - a) + v[k, j + 1, i + 1] * a
    ) * b
    return low * (1 - c) + high * c


@compiled
def _blend(a: float, b: float, radius: float) -> float:
    """Quadratic smooth minimum (Quilez); the plain one for radius 0."""
    h = max(radius - abs(a - b), 0.0)
    return min(a, b) - (h * h / (4 * radius) if radius > 0 else 0.0)


@compiled_parallel
def _evaluate(
    envelope: Array, solid: Array, xs: Array, ys: Array, zs: Array,
    wx: Array, wy: Array, wz: Array, sizes: Array, sheet: bool, pitch: float, out: Array,
) -> None:  # fmt: skip
    nz, ny, nx = out.shape
    top = np.array([envelope.shape[2] - 1.0, envelope.shape[1] - 1.0, envelope.shape[0] - 1.0])
    level, scale, overlap, blend = sizes[0], sizes[1], sizes[2], sizes[3]
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        y, z = float(ys[j]), float(zs[k])
        for i in range(nx):
            x = float(xs[i])
            if not (0 <= x <= top[0] and 0 <= y <= top[1] and 0 <= z <= top[2]):
                out[k, j, i] = BEYOND_MM
                continue
            outer = _at(envelope, x, y, z)
            if outer > 2 * pitch:
                out[k, j, i] = outer
                continue
            g = wx[i, 0] * wy[j, 1] + wy[j, 0] * wz[k, 1] + wz[k, 0] * wx[i, 1]
            lattice = ((abs(g) if sheet else g) - level) * scale
            out[k, j, i] = max(outer, _blend(_at(solid, x, y, z) - overlap, lattice, blend))
