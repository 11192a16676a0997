"""One layer of cells: which are active, their vertices, and the triangles that join them to each other and upwards."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel
from hemipelvis.lattice.cell_kinds import EMPTY, LATTICE, MIXED, cell_kinds
from hemipelvis.lattice.cell_surface import count_triangles, number_edges, place_faces, place_vertices, sample_cells
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.unit_cell import UnitCell

ABSENT = -(2**30)
"""Base of a neighbour that is not there: an index that refers to it comes out negative."""


@dataclass(frozen=True)
class CellLayer:
    """Active cells (c, 3) of one layer.

    index (y, x): number of the cell at each place, −1 for none; kinds (c,); rows (c,): where its edges' numbers
    stand in `numbers` (r, n, n, n, 3), row 0 being the unit cell's; starts (c,): its first vertex, counted over all
    layers; values: nodes of the mixed cells; vertices (v, 3) in nodes.
    """

    cells: Array
    index: Array
    kinds: Array
    rows: Array
    numbers: Array
    starts: Array
    values: Array
    vertices: Array

    @property
    def mixed(self) -> Array:
        """Numbers of the cells that were evaluated."""
        return np.flatnonzero(self.kinds == MIXED)

    @property
    def copied(self) -> Array:
        """Numbers of the cells that are copies of the unit cell."""
        return np.flatnonzero(self.kinds == LATTICE)


def cell_layer(field: PartField, unit: UnitCell, cell_z: int, first_vertex: int) -> CellLayer:
    """The layer at `cell_z`, its vertices numbered from `first_vertex` on."""
    n = field.samples
    first, last = np.array(field.lower[:2]) // n, -(-np.array(field.upper[:2]) // n)
    kinds = cell_kinds(
        field, cell_z, (int(first[0]), int(first[1])), (int(last[0] - first[0]), int(last[1] - first[1]))
    )
    index = np.full(kinds.shape, -1, np.int32)
    index[kinds != EMPTY] = np.arange(np.count_nonzero(kinds))
    y, x = np.nonzero(kinds)
    cells = np.stack([x + first[0], y + first[1], np.full(len(x), cell_z)], axis=1)
    return _with_vertices(field, unit, cells, index, kinds[kinds != EMPTY], first_vertex)


def _with_vertices(
    field: PartField, unit: UnitCell, cells: Array, index: Array, kinds: Array, first_vertex: int
) -> CellLayer:
    n, mixed = field.samples, np.flatnonzero(kinds == MIXED)
    values = np.empty((len(mixed), n + 1, n + 1, n + 1), np.float32)
    sample_cells(*field.arrays, cells[mixed], values)
    numbers, mixed_counts = np.empty((len(mixed) + 1, n, n, n, 3), np.uint16), np.empty(len(mixed), np.int64)
    numbers[0] = unit.numbers
    number_edges(values, numbers[1:], mixed_counts)
    counts = np.full(len(cells), len(unit.vertices))
    counts[mixed] = mixed_counts
    rows = np.zeros(len(cells), np.int64)
    rows[mixed] = 1 + np.arange(len(mixed))
    starts = np.cumsum(counts) - counts
    vertices = np.empty((int(counts.sum()), 3))
    place_vertices(*field.arrays, cells[mixed], values, starts[mixed], vertices)
    copied = np.flatnonzero(kinds == LATTICE)
    _copy_vertices(cells[copied] * n, unit.vertices, starts[copied], vertices)
    return CellLayer(cells, index, kinds, rows, numbers, starts + first_vertex, values, vertices)


@compiled_parallel
def _copy_vertices(corners: Array, unit: Array, starts: Array, out: Array) -> None:
    for c in prange(len(corners)):
        for v in range(len(unit)):
            for axis in range(3):
                out[starts[c] + v, axis] = unit[v, axis] + corners[c, axis]


def layer_faces(layer: CellLayer, above: CellLayer, unit: UnitCell) -> Array:
    """Triangles (m, 3), int32, of a layer's cells in the cells' order. Raises RuntimeError if one has an open edge."""
    mixed, copied = layer.mixed, layer.copied
    counts = np.full(len(layer.cells), len(unit.who), np.int64)
    found = np.empty(len(mixed), np.int64)
    count_triangles(layer.values, found)
    counts[mixed] = found
    starts = np.cumsum(counts) - counts
    faces = np.empty((int(counts.sum()), 3), np.int32)
    numbers = np.concatenate([layer.numbers, above.numbers])
    rows, bases = _neighbours(layer, above)
    place_faces(layer.values, rows[mixed], bases[mixed], numbers, starts[mixed], faces)
    flat = numbers.reshape(len(numbers), -1)
    _copy_faces(unit.who, unit.which, rows[copied], bases[copied], flat, starts[copied], faces)
    if len(faces) and faces.min() < 0:
        raise RuntimeError("cells do not fit together: a surface runs into a cell that was taken for empty")
    return faces


def _neighbours(layer: CellLayer, above: CellLayer) -> tuple[Array, Array]:
    """Rows and bases (c, 8) of each cell and its upper neighbours, as `place_faces` takes them."""
    rows, bases = np.zeros((len(layer.cells), 8), np.int64), np.full((len(layer.cells), 8), ABSENT)
    y, x = np.nonzero(layer.index >= 0)
    for who in range(8):
        source, offset = (above, len(layer.numbers)) if who & 4 else (layer, 0)
        padded = np.pad(source.index, ((0, 1), (0, 1)), constant_values=-1)
        cell = padded[y + (who >> 1 & 1), x + (who & 1)]
        there = cell >= 0
        rows[there, who] = source.rows[cell[there]] + offset
        bases[there, who] = source.starts[cell[there]]
    return rows, bases


@compiled_parallel
def _copy_faces(who: Array, which: Array, rows: Array, bases: Array, numbers: Array, starts: Array, out: Array) -> None:
    for c in prange(len(rows)):
        for f in range(len(who)):
            for corner in range(3):
                w, number = who[f, corner], which[f, corner]
                if w > 0:
                    number = np.int64(numbers[rows[c, w], number])
                out[starts[c] + f, corner] = bases[c, w] + number
