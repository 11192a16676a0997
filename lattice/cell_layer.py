"""One layer of cells: which are active, their vertices, and the triangles that join them to each other and upwards."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.cell_kinds import EMPTY, cell_kinds
from hemipelvis.lattice.cell_surface import configure, number_edges, place_faces, place_vertices, sample_cells
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import LATTICE
from hemipelvis.lattice.unit_cell import UnitCell

ABSENT = -(2**30)
"""Base of a neighbour that is not there: an index that refers to it comes out negative."""


@dataclass(frozen=True)
class CellLayer:
    """Active cells (c, 3) of one layer: first those that were evaluated, then the copies of the unit cell.

    index (y, x): number of the cell at each place, −1 for none; evaluated: how many; rows (c,): where a cell's edges'
    numbers stand in `numbers` (r, n, n, n, 3), row 0 being the unit cell's; starts (c,): its first vertex in the layer,
    and first_vertex the layer's own, counted over all layers; cubes (evaluated, n, n, n), and triangles (evaluated,)
    they hold; vertices (v, 3): float32, LPS mm.
    """

    cells: Array
    index: Array
    evaluated: int
    rows: Array
    numbers: Array
    starts: Array
    first_vertex: int
    cubes: Array
    triangles: Array
    vertices: Array

    @property
    def copied(self) -> int:
        """Number of cells that are copies of the unit cell."""
        return len(self.cells) - self.evaluated


def cell_layer(field: PartField, unit: UnitCell, cell_z: int, first_vertex: int) -> CellLayer:
    """The layer at `cell_z`, its vertices numbered from `first_vertex` on."""
    n = field.samples
    first, last = np.array(field.lower[:2]) // n, -(-np.array(field.upper[:2]) // n)
    kinds = cell_kinds(
        field, cell_z, (int(first[0]), int(first[1])), (int(last[0] - first[0]), int(last[1] - first[1]))
    )
    places = [np.argwhere((kinds != EMPTY) & (kinds != LATTICE)), np.argwhere(kinds == LATTICE)]
    y, x = np.concatenate(places).T
    index = np.full(kinds.shape, -1, np.int32)
    index[y, x] = np.arange(len(x))
    cells = np.stack([x + first[0], y + first[1], np.full(len(x), cell_z)], axis=1)
    return _with_vertices(field, unit, cells, index, kinds[y, x][: len(places[0])], first_vertex)


def _with_vertices(
    field: PartField, unit: UnitCell, cells: Array, index: Array, terms: Array, first_vertex: int
) -> CellLayer:
    n, evaluated, pitch = field.samples, len(terms), field.pitch_mm
    mixed, copied = cells[:evaluated], cells[evaluated:]
    values = np.empty((evaluated, n + 1, n + 1, n + 1), np.float32)
    sample_cells(*field.arrays, mixed, terms, values)
    numbers, counts = np.empty((evaluated + 1, n, n, n, 3), np.uint16), np.full(len(cells), len(unit.vertices))
    numbers[0] = unit.numbers
    number_edges(values, numbers[1:], counts[:evaluated])
    cubes, triangles = np.empty((evaluated, n, n, n), np.uint8), np.empty(evaluated, np.int64)
    configure(values, cubes, triangles)
    rows = np.zeros(len(cells), np.int64)
    rows[:evaluated] = 1 + np.arange(evaluated)
    starts = np.cumsum(counts) - counts
    vertices = np.empty((int(counts.sum()), 3), np.float32)
    place_vertices(*field.arrays, mixed, terms, values, starts[:evaluated], pitch, vertices)
    _copy_vertices(copied * n * pitch, unit.vertices * pitch, starts[evaluated:], vertices)
    return CellLayer(cells, index, evaluated, rows, numbers, starts, first_vertex, cubes, triangles, vertices)


@compiled_parallel
def _copy_vertices(corners: Array, unit: Array, starts: Array, out: Array) -> None:
    for c in prange(len(corners)):
        for v in range(len(unit)):
            for axis in range(3):
                out[starts[c] + v, axis] = unit[v, axis] + corners[c, axis]


@dataclass(frozen=True)
class Neighbours:
    """rows, bases (c, 8): see `place_faces`; numbers (r, n, n, n, 3): those of the layer and of the one above."""

    rows: Array
    bases: Array
    numbers: Array


def neighbours(layer: CellLayer, above: CellLayer) -> Neighbours:
    """Each cell and its upper neighbours."""
    count = len(layer.cells)
    places = np.empty((count, 2), np.int64)
    y, x = np.nonzero(layer.index >= 0)
    places[layer.index[y, x]] = np.stack([y, x], axis=1)
    rows, bases = np.empty((count, 8), np.int64), np.empty((count, 8), np.int64)
    for step, one in enumerate((layer, above)):
        added = (one.first_vertex, step * len(layer.numbers))
        _look_up(places, one.index, one.starts, one.rows, added, rows[:, 4 * step :], bases[:, 4 * step :])
    return Neighbours(rows, bases, np.concatenate([layer.numbers, above.numbers]))


@compiled
def _look_up(
    places: Array, index: Array, starts: Array, numbered: Array, added: tuple[int, int], rows: Array, bases: Array
) -> None:
    """Rows and bases (c, 4) of the cells at places (y, x) and of their neighbours along x, y and both."""
    for c in range(len(places)):
        for who in range(4):
            y, x = places[c, 0] + (who >> 1), places[c, 1] + (who & 1)
            there = y < index.shape[0] and x < index.shape[1] and index[y, x] >= 0
            rows[c, who] = numbered[index[y, x]] + added[1] if there else 0
            bases[c, who] = starts[index[y, x]] + added[0] if there else ABSENT


def layer_faces(layer: CellLayer, around: Neighbours, unit: UnitCell) -> Array:
    """Triangles (m, 3), int32, of a layer's cells in the cells' order. Raises RuntimeError if one has an open edge."""
    counts = np.full(len(layer.cells), len(unit.who), np.int64)
    counts[: layer.evaluated] = layer.triangles
    starts = np.cumsum(counts) - counts
    faces = np.empty((int(counts.sum()), 3), np.int32)
    (rows, copied_rows), (bases, copied_bases), (mine, copied) = (
        (a[: layer.evaluated], a[layer.evaluated :]) for a in (around.rows, around.bases, starts)
    )
    place_faces(layer.cubes, rows, bases, around.numbers, mine, faces)
    flat = around.numbers.reshape(len(around.numbers), -1)
    _copy_faces(unit.who, unit.which, copied_rows, copied_bases, flat, copied, faces)
    foreign = copied_bases[:, np.unique(unit.who)]
    if faces[: layer.triangles.sum()].min(initial=0) < 0 or foreign.min(initial=0) < 0:
        raise RuntimeError("cells do not fit together: a surface runs into a cell that was taken for empty")
    return faces


@compiled_parallel
def _copy_faces(who: Array, which: Array, rows: Array, bases: Array, numbers: Array, starts: Array, out: Array) -> None:
    for c in prange(len(rows)):
        for f in range(len(who)):
            for corner in range(3):
                w, number = who[f, corner], which[f, corner]
                if w > 0:
                    number = np.int64(numbers[rows[c, w], number])
                out[starts[c] + f, corner] = bases[c, w] + number
