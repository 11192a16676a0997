"""Triangles of cells whose surface has creases, their own or their neighbours' in a common face."""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel, inlined
from hemipelvis.isosurface import EDGES, TRIANGLES
from hemipelvis.lattice.cell_surface import NONE, edge_numbers, edge_steps
from hemipelvis.lattice.crease_table import IN_FACE, chamfered, crease_table, ends, taut
from hemipelvis.triangles_cross import cross

MOST = 64
"""Cubes in a cell that are drawn anew; a cell with more of them stays crossed, and the part's check tells it."""


@compiled_parallel
def add_creases(rows: Array, creases: Array, above: Array, counts: Array) -> None:
    """One more triangle (c,) per cube and crease in its faces; rows, creases, above: as in `place_creased`."""
    n = creases.shape[1]
    for c in prange(len(rows)):
        mine, more = creases[rows[c, 0]], 0
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    more += (mine[k, j, i, 0] != NONE) * (1 + (i > 0))
                    more += (mine[k, j, i, 1] != NONE) * (1 + (j > 0))
                    more += (mine[k, j, i, 2] != NONE) * (1 + (k > 0))
        for a in range(n):
            for b in range(n):
                more += creases[rows[c, 1], a, b, 0, 0] != NONE
                more += creases[rows[c, 2], a, 0, b, 1] != NONE
                more += above[rows[c, 4], 0, a, b, 2] != NONE
        counts[c] += more


@inlined
def _none_within(mine: Array, k: int, j: int, i: int) -> bool:
    """Whether no face of a cube that touches none of the cell's upper faces has a crease."""
    return (
        mine[k, j, i, 0] & mine[k, j, i, 1] & mine[k, j, i, 2]
        & mine[k, j, i + 1, 0] & mine[k, j + 1, i, 1] & mine[k + 1, j, i, 2]
    ) == NONE  # fmt: skip


@inlined
def _in_faces(rows: Array, bases: Array, creases: Array, above: Array, k: int, j: int, i: int, out: Array) -> int:
    """The set of a cube's faces that have a crease (bit f: face f); the vertices from out[IN_FACE] on."""
    n, found = creases.shape[1], 0
    for axis in range(3):
        for upper in range(2):
            z, y, x = k + upper * (axis == 2), j + upper * (axis == 1), i + upper * (axis == 0)
            who = (x == n) + 2 * (y == n) + 4 * (z == n)
            if who == 4:
                number = above[rows[4], 0, y, x, axis]
            else:
                number = creases[rows[who], z, y if y < n else 0, x if x < n else 0, axis]
            if number != NONE:
                face = 2 * (2 - axis) + upper
                found |= 1 << face
                out[IN_FACE + face] = bases[who] + number
    return found


@compiled_parallel
def place_creased(
    cubes: Array, rows: Array, bases: Array, numbers: Array, crease_rows: Array, creases: Array, above: Array,
    table: tuple[Array, Array], starts: Array, vertices: Array, first: int, out: Array, crossed: Array,
) -> None:  # fmt: skip
    """As `place_faces`; crease_rows (c, 8): the same for `creases`, and for those in the layer `above`; table: the
    `crease_table`; vertices: from number `first` on.

    crossed (c, MOST, 5): k, j, i, the faces with creases and the first triangle's place, of each cube whose triangles
    cross one another, until a row with no faces.
    """
    n, (count, corners) = cubes.shape[1], table
    steps = edge_steps(n + 1)
    for c in prange(len(cubes)):
        at, here, found, mine = starts[c], np.empty(IN_FACE + 6, out.dtype), 0, creases[crease_rows[c, 0]]
        vertex = np.empty((n + 1, n + 1, n + 1, 3), out.dtype)
        edge_numbers(rows[c], bases[c], numbers, vertex)
        flat = vertex.reshape(-1)
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    cube, edge = cubes[c, k, j, i], 3 * ((k * (n + 1) + j) * (n + 1) + i)
                    if TRIANGLES[cube] == 0:
                        continue
                    faces = 0
                    if max(i, j, k) == n - 1 or not _none_within(mine, k, j, i):
                        faces = _in_faces(crease_rows[c], bases[c], creases, above, k, j, i, here)
                    if faces == 0:
                        _draw(EDGES[cube], int(TRIANGLES[cube]), flat, edge, steps, here, out, at)
                        at += TRIANGLES[cube]
                        continue
                    _draw(corners[cube, faces], count[cube, faces], flat, edge, steps, here, out, at)
                    if found < MOST and _any_cross(vertices, first, out, at, at + count[cube, faces]):
                        row = crossed[c, found]
                        row[0], row[1], row[2], row[3], row[4] = k, j, i, faces, at
                        found += 1
                    at += count[cube, faces]


@inlined
def _draw(triangles: Array, count: int, flat: Array, edge: int, steps: Array, here: Array, out: Array, at: int) -> None:
    """The first `count` triangles of a table's row: vertices on edges from `flat`, those in faces from `here`."""
    for t in range(count):
        for corner in range(3):
            v = triangles[t, corner]
            out[at + t, corner] = here[v] if v >= IN_FACE else flat[edge + steps[v]]


@compiled
def _any_cross(vertices: Array, first: int, faces: Array, start: int, end: int) -> bool:
    if faces[start:end].min() < first:
        return False  # a neighbour is missing, which is told of all faces together
    for a in range(start, end):
        for b in range(start, a):
            if cross(vertices, faces[a] - first, faces[b] - first):
                return True
    return False


def uncross(cubes: Array, vertices: Array, first: int, crossed: Array, faces: Array) -> Array:
    """Draw the cubes named by `crossed` anew, taut between their vertices; or without a crease, whose places then go on
    the straight lines between their neighbours: which vertices were moved in that.
    """
    _, corners = crease_table()
    moved: list[int] = []
    for c, n in np.argwhere(crossed[:, :, 3]):
        k, j, i, creased, at = crossed[c, n].tolist()
        cube = int(cubes[c, k, j, i])
        end = at + int(TRIANGLES[cube]) + creased.bit_count()
        labels = corners[cube, creased, : end - at].ravel().tolist()
        named = {label: int(v) for label, v in zip(labels, faces[at:end].ravel(), strict=True)}
        places = {label: tuple(vertices[v - first].tolist()) for label, v in named.items()}
        faces[at:end] = [[named[label] for label in triangle] for triangle in taut(cube, creased, places)]
        if _any_cross(vertices, first, faces, at, end):
            faces[at:end] = [[named[label] for label in triangle] for triangle in chamfered(cube, creased)]
            for label, (a, b) in ends(cube, creased).items():
                vertices[named[label] - first] = (vertices[named[a] - first] + vertices[named[b] - first]) / 2
                moved.append(named[label] - first)
    return np.array(moved, np.int64)
