"""Cells in which the envelope cuts solid or lattice: the part's surface there is that of two, told apart.

The part's field is the greater of two, the envelope's and that of the metal it cuts. Searched as one function it puts
vertices beside the true ones wherever the greater changes; so an edge is crossed where the first of the two surfaces
crosses it. Where both meet there is a rim: see `creases`.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel, inlined
from hemipelvis.isosurface import TRIANGLES
from hemipelvis.lattice.cell_surface import NONE, empty_scratch, refined, sample_row
from hemipelvis.lattice.part_value import BEYOND_MM, EVERY, SOLID, metal, trilinear, wave

OUTSIDE_ENVELOPE, OUTSIDE_METAL, BOTH = 1, 2, 3
"""Where a node is outside."""


@compiled_parallel
def sample_cut(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, cells: Array, terms: Array,
    both: Array, outside: Array,
) -> None:  # fmt: skip
    """The envelope's and the metal's values apart (c, 2, n + 1, n + 1, n + 1), float32 mm, as in `sample_cells`;
    outside (c, n + 1, n + 1, n + 1), uint8: whether a node is outside of the envelope and of the metal.
    """
    n = outside.shape[1] - 1
    for c in prange(len(cells)):
        scratch, row = empty_scratch(n, steps[0, 0]), np.empty((2, n + 1))
        for k in range(n + 1):
            for j in range(n + 1):
                sample_row(envelope, solid, steps, waves, numbers, cells[c], terms[c], k, j, scratch, row)
                for i in range(n + 1):
                    outer, inner = np.float32(row[0, i]), np.float32(row[1, i])
                    both[c, 0, k, j, i], both[c, 1, k, j, i] = outer, inner
                    outside[c, k, j, i] = OUTSIDE_ENVELOPE * (outer >= 0) + OUTSIDE_METAL * (inner >= 0)


@compiled_parallel
def survey_cut(outside: Array, numbers: Array, counts: Array, cubes: Array, triangles: Array) -> None:
    """As `number_edges` and `configure`, from what `sample_cut` says of the nodes."""
    n = cubes.shape[1]
    for c in prange(len(cubes)):
        v, count, total = outside[c], 0, 0
        for k in range(n):
            for j in range(n):
                a, b, d, e = v[k, j, 0], v[k, j + 1, 0], v[k + 1, j, 0], v[k + 1, j + 1, 0]
                for i in range(n):
                    p, q, r, s = v[k, j, i + 1], v[k, j + 1, i + 1], v[k + 1, j, i + 1], v[k + 1, j + 1, i + 1]
                    inside = a == 0
                    for axis, other in enumerate((p, b, d)):
                        cut = inside != (other == 0)
                        numbers[c, k, j, i, axis] = count if cut else NONE
                        count += cut
                    cube = inside | (p == 0) << 1 | (b == 0) << 2 | (q == 0) << 3
                    cube |= (d == 0) << 4 | (r == 0) << 5 | (e == 0) << 6 | (s == 0) << 7
                    cubes[c, k, j, i] = cube
                    total += TRIANGLES[cube]
                    a, b, d, e = p, q, r, s
        counts[c], triangles[c] = count, total


@inlined
def outer_at(envelope: Array, steps: Array, x: float, y: float, z: float) -> float:
    """The envelope's value at a place in nodes."""
    x, y, z = x * steps[0, 0] + steps[1, 0], y * steps[0, 1] + steps[1, 1], z * steps[0, 2] + steps[1, 2]
    if not (0 <= x <= envelope.shape[2] - 1 and 0 <= y <= envelope.shape[1] - 1 and 0 <= z <= envelope.shape[0] - 1):
        return BEYOND_MM
    return trilinear(envelope, x, y, z)


@inlined
def metal_at(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], a: float, b: float, c: float,
) -> float:  # fmt: skip
    """The metal's value at shares a, b, c beyond a node of the cell with that lower corner."""
    x, y, z = corner[0] + node[0] + a, corner[1] + node[1] + b, corner[2] + node[2] + c
    outer = outer_at(envelope, steps, x, y, z) if terms == EVERY else 0.0  # only cores and grading look at it
    inner = outer_at(solid, steps, x, y, z) if terms & SOLID else BEYOND_MM
    sx, cx = wave(waves, node[0], a)
    sy, cy = wave(waves, node[1], b)
    sz, cz = wave(waves, node[2], c)
    return metal(outer, inner, sx * cy + sy * cz + sz * cx, numbers)


@inlined
def _crossing(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, start: tuple[float, float], end: tuple[float, float],
) -> float:  # fmt: skip
    """Where an edge leaves the metal or the envelope, whichever is first seen from inside; start, end: both values."""
    x, y, z = axis == 0, axis == 1, axis == 2
    inside = max(start[0], start[1]) < 0
    found = 1.0 if inside else 0.0
    if max(start[0], end[0]) >= 0:
        s = start[0] / (start[0] - end[0])
        i, j, k = corner[0] + node[0] + s * x, corner[1] + node[1] + s * y, corner[2] + node[2] + s * z
        found = refined(s, outer_at(envelope, steps, i, j, k), start[0], end[0])
    if max(start[1], end[1]) >= 0:
        s = start[1] / (start[1] - end[1])
        f = metal_at(envelope, solid, steps, waves, numbers, corner, terms, node, s * x, s * y, s * z)
        s = refined(s, f, start[1], end[1])
        found = min(found, s) if inside else max(found, s)
    return found


@compiled_parallel
def place_cut(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array,
    cells: Array, terms: Array, outside: Array, both: Array, starts: Array, pitch: float, out: Array,
) -> None:  # fmt: skip
    """As `place_vertices`."""
    n = outside.shape[1] - 1
    for c in prange(len(cells)):
        v, outers, metals, at = outside[c], both[c, 0], both[c, 1], starts[c]
        corner = (cells[c, 0] * n, cells[c, 1] * n, cells[c, 2] * n)
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    inside = v[k, j, i] == 0
                    for axis in range(3):
                        x, y, z = axis == 0, axis == 1, axis == 2
                        if inside == (v[k + z, j + y, i + x] == 0):
                            continue
                        share = _crossing(
                            envelope, solid, steps, waves, numbers, corner, terms[c], (i, j, k), axis,
                            (np.float64(outers[k, j, i]), np.float64(metals[k, j, i])),
                            (np.float64(outers[k + z, j + y, i + x]), np.float64(metals[k + z, j + y, i + x])),
                        )  # fmt: skip
                        out[at, 0] = (corner[0] + i + share * x) * pitch
                        out[at, 1] = (corner[1] + j + share * y) * pitch
                        out[at, 2] = (corner[2] + k + share * z) * pitch
                        at += 1
