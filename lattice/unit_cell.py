"""One cell of the endless gyroid as triangles, few and close to the surface, that neighbours continue exactly.

Marching cubes draws no triangle across a cube's face, so the mesh of a cell ends in curves on the cell's six faces.
These curves stay as they are: whatever stands beside the cell, a copy of it or an evaluated one, has them too. Inside,
edges are collapsed and the vertices left are fitted to the surface, with the volume held.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.lattice.cell_surface import (
    NONE,
    configure,
    number_edges,
    place_faces,
    place_vertices,
    sample_cells,
)
from hemipelvis.lattice.fit_surface import Patch, Target, fitted
from hemipelvis.lattice.gyroid import TURN, Kind
from hemipelvis.lattice.part_value import COUNT, LATTICE, LEVEL, SCALE, SHEET
from hemipelvis.lattice.simplify import simplified

KEPT_SHARE = 0.58
"""Share of triangles kept: 316 of a network cell's 544 at 8 samples. With fewer the struts get thinner."""


@dataclass(frozen=True)
class UnitCell:
    """vertices (v, 3): the cell's own, in nodes from its corner; numbers (n, n, n, 3): which stands on which edge.

    who, which (f, 3): each triangle's corners: `which` is a vertex of the cell's own where who = 0, and elsewhere the
    place in the flat `numbers` of the neighbour `who` (1 along x + 2 along y + 4 along z).
    """

    vertices: Array
    numbers: Array
    who: Array
    which: Array


@lru_cache(maxsize=8)
def unit_cell(kind: Kind, level: float, mesh_level: float, n: int) -> UnitCell:
    """The cell of n samples whose border and volume are those of marching cubes at `mesh_level`, near {g = level}."""
    raw = raw_cell(kind, mesh_level, n)
    corners, where = np.unique(np.stack([raw.who, raw.which], axis=-1).reshape(-1, 2), axis=0, return_inverse=True)
    patch = Patch(_places(raw, corners, n), where.reshape(-1, 3))
    target = Target(kind == "sheet", level, n)
    wanted = int(len(raw.who) * KEPT_SHARE)
    return _as_cell(fitted(simplified(patch, wanted, target), patch.volume, target), corners, raw, n)


def cell_corners(cell: UnitCell) -> Array:
    """Corners (f, 3, 3) of the cell's triangles, in cells; those beyond its upper faces belong to its neighbours."""
    n = len(cell.numbers)
    named = np.stack([cell.who, cell.which], axis=-1).reshape(-1, 2)
    return _places(cell, named, n).reshape(-1, 3, 3) / n


def raw_cell(kind: Kind, mesh_level: float, n: int) -> UnitCell:
    """The cell as marching cubes meshes it."""
    arrays, cell, terms = _endless(kind, mesh_level, n), np.zeros((1, 3), np.int64), np.full(1, LATTICE, np.int8)
    values = np.empty((1, n + 1, n + 1, n + 1), np.float32)
    sample_cells(*arrays, cell, terms, values)
    numbers, count = np.empty((1, n, n, n, 3), np.uint16), np.empty(1, np.int64)
    number_edges(values, numbers, count)
    vertices = np.empty((int(count[0]), 3))
    place_vertices(*arrays, cell, terms, values, np.zeros(1, np.int64), 1.0, vertices)
    who, which = _raw_faces(values, numbers)
    return UnitCell(vertices, numbers[0], who, which)


def _endless(kind: Kind, mesh_level: float, n: int) -> tuple[Array, Array, Array, Array, Array]:
    """A part field without envelope and solid."""
    numbers = np.zeros(COUNT)
    numbers[LEVEL], numbers[SCALE], numbers[SHEET] = mesh_level, 1.0, kind == "sheet"
    angle = TURN * np.arange(n) / n
    deep, far = np.full((2, 2, 2), -1e3, np.float32), np.full((2, 2, 2), 1e3, np.float32)
    return deep, far, np.zeros((2, 3)), np.stack([np.sin(angle), np.cos(angle)], axis=1), numbers


def _raw_faces(values: Array, numbers: Array) -> tuple[Array, Array]:
    """Triangles by neighbour and by vertex (the cell's own) or edge (a neighbour's)."""
    n, step = numbers.shape[1], 1 << 24
    cubes, count = np.empty((1, n, n, n), np.uint8), np.empty(1, np.int64)
    configure(values, cubes, count)
    edges = np.arange(numbers.size, dtype=np.int64).reshape(numbers.shape)
    table = np.concatenate([numbers.astype(np.int64), edges])
    faces = np.empty((int(count[0]), 3), np.int64)
    rows = np.array([[0] + [1] * 7])
    place_faces(cubes, rows, np.arange(8)[None] * step, table, np.zeros(1, np.int64), faces)
    return faces // step, faces % step


def _places(raw: UnitCell, corners: Array, n: int) -> Array:
    """Positions, in nodes, of the vertices named (neighbour, number or edge)."""
    who, which = corners.T
    own = np.where(who == 0, which, raw.numbers.reshape(-1)[np.where(who == 0, 0, which)])
    shift = np.stack([who & 1, who >> 1 & 1, who >> 2], axis=1) * n
    return raw.vertices[own] + shift


def _as_cell(patch: Patch, corners: Array, raw: UnitCell, n: int) -> UnitCell:
    """The fitted patch with the cell's own vertices numbered anew: first those on edges of its lower faces."""
    used = np.unique(patch.faces)
    mine = used[corners[used, 0] == 0]
    number = np.full(len(corners), -1)
    number[mine] = np.arange(len(mine))
    numbers = np.full(raw.numbers.size, NONE, np.uint16)
    flat = raw.numbers.reshape(-1)
    at = {int(v): e for e, v in enumerate(flat) if v != NONE}
    on_face = mine[(patch.vertices[mine] == 0).any(axis=1)]
    numbers[[at[int(corners[v, 1])] for v in on_face]] = number[on_face]
    who, which = corners[patch.faces, 0], corners[patch.faces, 1]
    which = np.where(who == 0, number[patch.faces], which)
    return UnitCell(patch.vertices[mine], numbers.reshape(n, n, n, 3), who, which)
