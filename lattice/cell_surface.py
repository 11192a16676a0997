"""The surface inside single cells, as cubes of `n` nodes along an edge: which edges are cut, where, and the triangles.

The rules are those of `isosurface`; here every cell is numbered for itself, and cells share the vertices on their
common faces: an edge belongs to the cell in which its lower node lies.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel, inlined
from hemipelvis.isosurface import CLAMP, EDGES, TRIANGLES
from hemipelvis.lattice.part_value import BEYOND_MM, ENVELOPE, FAR_MM, SOLID, columns, metal, value_at, wave

NONE = 65535
"""No vertex on an edge."""


@inlined
def sample_row(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, cell: Array, terms: int,
    k: int, j: int, scratch: Array, out: Array,
) -> None:  # fmt: skip
    """Values (2, n + 1), mm, of the envelope and of the metal it cuts, at a row of nodes of a cell with these terms.

    scratch (2, columns): the envelope and the solid in the columns around; −BEYOND_MM and BEYOND_MM where left out.
    """
    n = out.shape[1] - 1
    start = cell[0] * n * steps[0, 0] + steps[1, 0]
    y, z = (cell[1] * n + j) * steps[0, 1] + steps[1, 1], (cell[2] * n + k) * steps[0, 2] + steps[1, 2]
    (sy, cy), (sz, cz) = wave(waves, j, 0.0), wave(waves, k, 0.0)
    within = 0 <= y <= envelope.shape[1] - 1 and 0 <= z <= envelope.shape[0] - 1
    first = min(int(max(start, 0.0)), envelope.shape[2] - 2)
    if within and terms & ENVELOPE:
        columns(envelope, max(start, 0.0), y, z, scratch.shape[1], scratch[0])
    if within and terms & SOLID:
        columns(solid, max(start, 0.0), y, z, scratch.shape[1], scratch[1])
    for i in range(n + 1):
        x = (cell[0] * n + i) * steps[0, 0] + steps[1, 0]
        out[0, i], out[1, i] = BEYOND_MM, -BEYOND_MM
        if not (within and 0 <= x <= envelope.shape[2] - 1):
            continue
        at = min(int(x), envelope.shape[2] - 2)
        a, at = x - at, at - first
        out[0, i] = scratch[0, at] * (1 - a) + scratch[0, at + 1] * a
        if terms != ENVELOPE and out[0, i] <= FAR_MM:
            sx, cx = wave(waves, i, 0.0)
            inner = scratch[1, at] * (1 - a) + scratch[1, at + 1] * a
            out[1, i] = metal(out[0, i], inner, sx * cy + sy * cz + sz * cx, numbers)


@inlined
def empty_scratch(nodes: int, step: float) -> Array:
    """What `sample_row` needs for rows of so many nodes, `step` columns apart."""
    scratch = np.full((2, int(nodes * step) + 3), BEYOND_MM)
    scratch[0] = -BEYOND_MM
    return scratch


@compiled_parallel
def sample_cells(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, cells: Array, terms: Array, out: Array
) -> None:
    """Values (c, n + 1, n + 1, n + 1), float32 mm, at the nodes of cells (c, 3), of each cell's terms (c,) alone."""
    n = out.shape[1] - 1
    for c in prange(len(cells)):
        scratch, row = empty_scratch(n, steps[0, 0]), np.empty((2, n + 1))
        for k in range(n + 1):
            for j in range(n + 1):
                sample_row(envelope, solid, steps, waves, numbers, cells[c], terms[c], k, j, scratch, row)
                for i in range(n + 1):
                    out[c, k, j, i] = max(row[0, i], row[1, i])


@compiled_parallel
def number_edges(values: Array, numbers: Array, counts: Array) -> None:
    """Numbers (c, n, n, n, 3), uint16, of the cut edges that start at each node along x, y, z; how many per cell."""
    n = values.shape[1] - 1
    for c in prange(len(values)):
        v, count = values[c], 0
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    inside = v[k, j, i] < 0
                    for axis in range(3):
                        other = v[k + (axis == 2), j + (axis == 1), i + (axis == 0)] < 0
                        numbers[c, k, j, i, axis] = count if inside != other else NONE
                        count += inside != other
        counts[c] = count


@compiled_parallel
def configure(values: Array, cubes: Array, counts: Array) -> None:
    """Which corners of each cube are inside (c, n, n, n), uint8, and how many triangles each cell (c,) gets by it.

    Corner 1 is corner 0's neighbour along x, 2 along y, 4 along z; bit b tells of corner b.
    """
    n = values.shape[1] - 1
    for c in prange(len(values)):
        v, total = values[c], 0
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    bits = 0
                    for corner in range(8):
                        if v[k + (corner >> 2), j + (corner >> 1 & 1), i + (corner & 1)] < 0:
                            bits |= 1 << corner
                    cubes[c, k, j, i] = bits
                    total += TRIANGLES[bits]
        counts[c] = total


@inlined
def _on_edge(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, share: float,
) -> float:  # fmt: skip
    """The field on the edge along `axis` from a node of the cell with that lower corner."""
    a, b, c = share * (axis == 0), share * (axis == 1), share * (axis == 2)
    sx, cx = wave(waves, node[0], a)
    sy, cy = wave(waves, node[1], b)
    sz, cz = wave(waves, node[2], c)
    x, y, z = corner[0] + node[0] + a, corner[1] + node[1] + b, corner[2] + node[2] + c
    return value_at(envelope, solid, steps, numbers, x, y, z, sx, cx, sy, cy, sz, cz, terms)


@inlined
def refined(at: float, f: float, start: float, end: float) -> float:
    """Where a chord crosses zero, from the value f at `at` to the end of the edge (start, end) across the zero."""
    at = at + (1 - at) * f / (f - end) if (f < 0) == (start < 0) else at * (start / (start - f))
    return min(max(at, CLAMP), 1 - CLAMP)


@inlined
def _root(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, start: float, end: float,
) -> float:  # fmt: skip
    """Where the field crosses zero along an edge: a chord, the field itself there, and a chord from there.

    On the gyroid's bending at 8 samples a cell the first chord is up to 12 µm off along the edge, the second below 2.
    """
    at = start / (start - end)
    if not 0.0 < at < 1.0:
        return min(max(at, CLAMP), 1 - CLAMP)
    return refined(at, _on_edge(envelope, solid, steps, waves, numbers, corner, terms, node, axis, at), start, end)


@compiled_parallel
def place_vertices(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array,
    cells: Array, terms: Array, values: Array, starts: Array, pitch: float, out: Array,
) -> None:  # fmt: skip
    """Vertices (x, y, z), nodes times `pitch`, of all cells' own edges, from place `starts` (c,) on."""
    n = values.shape[1] - 1
    for c in prange(len(cells)):
        v, at = values[c], starts[c]
        corner = (cells[c, 0] * n, cells[c, 1] * n, cells[c, 2] * n)
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    inside = v[k, j, i] < 0
                    for axis in range(3):
                        other = v[k + (axis == 2), j + (axis == 1), i + (axis == 0)]
                        if inside == (other < 0):
                            continue
                        share = _root(
                            envelope, solid, steps, waves, numbers, corner, terms[c], (i, j, k), axis,
                            np.float64(v[k, j, i]), np.float64(other),
                        )  # fmt: skip
                        out[at, 0] = (corner[0] + i + share * (axis == 0)) * pitch
                        out[at, 1] = (corner[1] + j + share * (axis == 1)) * pitch
                        out[at, 2] = (corner[2] + k + share * (axis == 2)) * pitch
                        at += 1


@inlined
def edge_numbers(rows: Array, bases: Array, numbers: Array, out: Array) -> None:
    """Numbers (n + 1, n + 1, n + 1, 3) of the vertices on all edges of one cell's cubes, its neighbours' among them."""
    n = numbers.shape[1]
    for z in range(n + 1):
        for y in range(n + 1):
            who = 2 * (y == n) + 4 * (z == n)
            k, j = z if z < n else 0, y if y < n else 0
            mine, base = numbers[rows[who]], bases[who]
            for i in range(n):
                for axis in range(3):
                    out[z, y, i, axis] = base + mine[k, j, i, axis]
            beside, base = numbers[rows[who + 1]], bases[who + 1]
            for axis in range(3):
                out[z, y, n, axis] = base + beside[k, j, 0, axis]


@compiled_parallel
def place_faces(cubes: Array, rows: Array, bases: Array, numbers: Array, starts: Array, out: Array) -> None:
    """Triangles (m, 3) of cells whose cubes have these configurations, from place `starts` (c,) on.

    rows, bases (c, 8): where in `numbers` (r, n, n, n, 3) the edges of the cell itself (0) and of its upper neighbours
    stand, and what is added to their numbers; neighbour 1 lies along x, 2 along y, 4 along z, sums of these diagonally.
    """
    n = cubes.shape[1]
    steps = edge_steps(n + 1)
    for c in prange(len(cubes)):
        at = starts[c]
        vertex = np.empty((n + 1, n + 1, n + 1, 3), out.dtype)
        edge_numbers(rows[c], bases[c], numbers, vertex)
        flat = vertex.reshape(-1)
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    cube, here = cubes[c, k, j, i], 3 * ((k * (n + 1) + j) * (n + 1) + i)
                    for t in range(TRIANGLES[cube]):
                        for corner in range(3):
                            out[at, corner] = flat[here + steps[EDGES[cube, t, corner]]]
                        at += 1


@compiled
def edge_steps(nodes: int) -> Array:
    """How far (12,) a cube's edges stand from its first in an array (nodes, nodes, nodes, 3) of edges."""
    steps = np.empty(12, np.int64)
    for edge in range(12):
        axis, first, second = edge // 4, edge & 1, edge >> 1 & 1
        x = first if axis > 0 else 0
        y = first if axis == 0 else second if axis == 2 else 0
        z = second if axis < 2 else 0
        steps[edge] = 3 * ((z * nodes + y) * nodes + x) + axis
    return steps
