"""Which terms of the part's field decide the surface in each cell of a layer: none, the gyroid alone, or more.

A trilinear function on a box is greatest and least at corners: the values at a cell's own ends and at the sampled
planes between them bound the envelope and the solid in it exactly (the idea of interval bounds; Moore 1966).
A term that cannot change the sign anywhere in the closed cell is left out there. The surface is the same without it;
and cells that share a face agree about the signs on it, whatever each has left out.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel, inlined
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import (
    BEYOND_MM,
    BLEND,
    CORE,
    DEPTH,
    ENVELOPE,
    EVERY,
    GRADE,
    HOLLOW_CORE,
    LATTICE,
    LATTICE_CORE,
    OVERLAP,
    SOLID,
    SOLID_CORE,
)

EMPTY = 0
"""No term: no surface. A cell of `LATTICE` alone is a copy of the unit cell."""
SURE_MM = 1e-6
"""What bounds must clear zero by: they are added up in another order than the field itself."""


def cell_kinds(field: PartField, cell_z: int, first: tuple[int, int], size: tuple[int, int]) -> Array:
    """Terms (y, x), int8, of the cells of layer `cell_z`, from cell `first` (x, y) on."""
    out = np.zeros(size[::-1], np.int8)
    _classify(field.envelope, field.solid, field.steps, field.numbers, field.samples, cell_z, first[0], first[1], out)
    return out


@inlined
def _cover(low: float, high: float, count: int) -> tuple[int, int]:
    """First sampled index around a stretch of indices and the one after the last, cut to the grid; a little wider."""
    return max(int(np.floor(low - 1e-6)), 0), min(int(np.ceil(high + 1e-6)), count - 1) + 1


@compiled
def _rows(v: Array, low: Array, high: Array, least: Array, most: Array) -> None:
    """Least and greatest (x,) of each column's samples around a stretch in y and z; far outside beyond the grid."""
    least[:], most[:] = BEYOND_MM, -BEYOND_MM
    j0, j1 = _cover(low[1], high[1], v.shape[1])
    k0, k1 = _cover(low[2], high[2], v.shape[0])
    for k in range(k0, k1):
        for j in range(j0, j1):
            for i in range(v.shape[2]):
                least[i] = min(least[i], v[k, j, i])
                most[i] = max(most[i], v[k, j, i])


@inlined
def _bounds(least: Array, most: Array, low: Array, high: Array, within: bool) -> tuple[float, float]:
    """Least and greatest of all samples around a box (indices x, y, z), from those of its columns."""
    i0, i1 = _cover(low[0], high[0], len(least))
    down, up = np.float32(BEYOND_MM), np.float32(-BEYOND_MM)
    for i in range(i0, i1):
        down, up = min(down, least[i]), max(up, most[i])
    return np.float64(down), np.float64(up) if within else BEYOND_MM


@inlined
def _within(v: Array, low: Array, high: Array) -> bool:
    return low.min() >= 0 and high[0] <= v.shape[2] - 1 and high[1] <= v.shape[1] - 1 and high[2] <= v.shape[0] - 1


@inlined
def _corner(low: float, high: float, n: int, count: int) -> tuple[int, float]:
    """The n-th corner of a stretch, low end, samples within, high end: the sample before, how far beyond."""
    at = low if n == 0 else min(np.floor(low) + n, high)
    before = min(int(at), count - 2)
    return before, at - before


@inlined
def _column(v: Array, k: int, j: int, i: int, c: float, b: float) -> float:
    """Value in column i, shares c and b beyond samples k and j."""
    return (v[k, j, i] * (1 - b) + v[k, j + 1, i] * b) * (1 - c) + (
        v[k + 1, j, i] * (1 - b) + v[k + 1, j + 1, i] * b
    ) * c


@compiled
def _exact(v: Array, low: Array, high: Array) -> tuple[float, float]:
    """Least and greatest of the trilinear function in a box (indices x, y, z) within the grid."""
    least, most = np.inf, -np.inf
    first, last = min(int(low[0]), v.shape[2] - 2), min(int(np.ceil(high[0])), v.shape[2] - 1)
    for n in range(int(np.ceil(high[2]) - np.floor(low[2])) + 1):
        k, c = _corner(low[2], high[2], n, v.shape[0])
        for m in range(int(np.ceil(high[1]) - np.floor(low[1])) + 1):
            j, b = _corner(low[1], high[1], m, v.shape[1])
            before = _column(v, k, j, first, c, b)
            for i in range(first, last):
                after = _column(v, k, j, i + 1, c, b)
                for a in (max(low[0] - i, 0.0), min(high[0] - i, 1.0)):
                    value = before * (1 - a) + after * a
                    least, most = min(least, value), max(most, value)
                before = after
    return least, most


@compiled
def _terms(outer: tuple[float, float], solid: tuple[float, float], numbers: Array) -> int:
    """From bounds (least, greatest) of the envelope and of the solid grown by the overlap."""
    core, deep, sure = numbers[CORE], -numbers[DEPTH], SURE_MM
    cut, joined = outer[1] >= -sure, solid[0] < numbers[BLEND] + sure
    if outer[0] > sure or (not cut and solid[1] < -sure):
        return EMPTY
    if solid[1] < -sure:
        return ENVELOPE
    if outer[1] < deep - sure and ((core == HOLLOW_CORE and not joined) or core == SOLID_CORE):
        return EMPTY
    if numbers[GRADE] > 0 or (core != LATTICE_CORE and outer[0] < deep + numbers[BLEND] + sure):
        return EVERY
    if core != LATTICE_CORE and (cut or joined):  # a core's own terms are told by the envelope
        return EVERY
    return LATTICE + (ENVELOPE if cut else 0) + (SOLID if joined else 0)


@compiled_parallel
def _classify(
    envelope: Array, solid: Array, steps: Array, numbers: Array, n: int, cell_z: int, first_x: int, first_y: int,
    out: Array,
) -> None:  # fmt: skip
    grown, nx = numbers[OVERLAP], envelope.shape[2]
    for y in prange(out.shape[0]):
        low, rows = np.empty(3), np.empty((4, nx), np.float32)
        low[0], low[1], low[2] = first_x * n, (first_y + y) * n, cell_z * n
        low *= steps[0]
        low += steps[1]
        high = low + n * steps[0]
        _rows(envelope, low, high, rows[0], rows[1])
        _rows(solid, low, high, rows[2], rows[3])
        for x in range(out.shape[1]):
            low[0] = (first_x + x) * n * steps[0, 0] + steps[1, 0]
            high[0] = low[0] + n * steps[0, 0]
            within = _within(envelope, low, high)
            outer = _bounds(rows[0], rows[1], low, high, within)
            if outer[0] > SURE_MM:
                continue
            solids = _bounds(rows[2], rows[3], low, high, within)
            terms = _terms(outer, (solids[0] - grown, solids[1] - grown), numbers)
            if terms & ENVELOPE and within:
                outer = _exact(envelope, low, high)
                terms = _terms(outer, (solids[0] - grown, solids[1] - grown), numbers)
            if terms & SOLID and within:
                solids = _exact(solid, low, high)
                terms = _terms(outer, (solids[0] - grown, solids[1] - grown), numbers)
            out[y, x] = terms
