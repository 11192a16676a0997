"""Which cells of a layer hold pure lattice, which must be evaluated, and which hold no surface at all.

Trilinear values lie between the sampled ones around them: their least and greatest over the voxels that cover a cell
bound the field in it without evaluating it (Moore 1966, interval bounds).
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import (
    BLEND,
    CORE,
    DEPTH,
    GRADE,
    HOLLOW_CORE,
    LATTICE_CORE,
    OVERLAP,
    SOLID_CORE,
)

EMPTY, LATTICE, MIXED = 0, 1, 2
"""No surface; nothing but the gyroid on the closed cell; anything else."""


def cell_kinds(field: PartField, cell_z: int, first: tuple[int, int], size: tuple[int, int]) -> Array:
    """Kinds (y, x), int8, of the cells of layer `cell_z`, from cell `first` (x, y) on."""
    out = np.zeros(size[::-1], np.int8)
    _classify(field.envelope, field.solid, field.steps, field.numbers, field.samples, cell_z, first[0], first[1], out)
    return out


@compiled
def _cover(start: int, samples: int, step: float, offset: float, count: int) -> tuple[int, int]:
    """First and last sampled index around nodes start … start + samples, cut to the grid; a little wider for safety."""
    low = int(np.floor(start * step + offset - 1e-6))
    high = int(np.ceil((start + samples) * step + offset + 1e-6))
    return max(low, 0), min(high, count - 1)


@compiled
def _kind(outer: tuple[float, float], solid: tuple[float, float], numbers: Array) -> int:
    """From bounds (least, greatest) of the envelope and of the solid grown by the overlap."""
    core, deep = numbers[CORE], -numbers[DEPTH]
    if outer[0] > 0 or (outer[1] < 0 and solid[1] < 0):
        return EMPTY
    apart = solid[0] >= numbers[BLEND]
    if outer[1] < deep and ((core == HOLLOW_CORE and apart) or core == SOLID_CORE):
        return EMPTY
    above_core = core == LATTICE_CORE or outer[0] > deep + numbers[BLEND]
    if outer[1] < 0 and apart and above_core and numbers[GRADE] <= 0:
        return LATTICE
    return MIXED


@compiled_parallel
def _classify(
    envelope: Array, solid: Array, steps: Array, numbers: Array, n: int, cell_z: int, first_x: int, first_y: int,
    out: Array,
) -> None:  # fmt: skip
    nz, ny, nx = envelope.shape
    for y in prange(out.shape[0]):
        k0, k1 = _cover(cell_z * n, n, steps[0, 2], steps[1, 2], nz)
        j0, j1 = _cover((first_y + y) * n, n, steps[0, 1], steps[1, 1], ny)
        for x in range(out.shape[1]):
            i0, i1 = _cover((first_x + x) * n, n, steps[0, 0], steps[1, 0], nx)
            least, most, solid_least, solid_most = np.inf, -np.inf, np.inf, -np.inf
            for k in range(k0, k1 + 1):
                for j in range(j0, j1 + 1):
                    for i in range(i0, i1 + 1):
                        a, b = float(envelope[k, j, i]), float(solid[k, j, i])
                        least, most = min(least, a), max(most, a)
                        solid_least, solid_most = min(solid_least, b), max(solid_most, b)
            grown = numbers[OVERLAP]
            out[y, x] = _kind((least, most), (solid_least - grown, solid_most - grown), numbers)
