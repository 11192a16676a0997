"""One layer of cells: which are active, their vertices, and the triangles that join them to each other and upwards."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.cell_kinds import EMPTY, cell_kinds
from hemipelvis.lattice.cell_surface import NONE, configure, number_edges, place_faces, place_vertices, sample_cells
from hemipelvis.lattice.crease_table import crease_table
from hemipelvis.lattice.creased_faces import MOST, add_creases, place_creased, uncross
from hemipelvis.lattice.creases import number_creases, place_creases
from hemipelvis.lattice.cut_cells import place_cut, sample_cut, survey_cut
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import ENVELOPE, LATTICE
from hemipelvis.lattice.unit_cell import UnitCell

CUT, OTHER, COPIED = range(3)
ABSENT = -(2**30)
"""Base of a neighbour that is not there: an index that refers to it comes out negative."""


@dataclass(frozen=True)
class CellLayer:
    """Active cells (c, 3) of one layer: those that the envelope cuts, the others that were evaluated, then the copies.

    index (y, x): number of the cell at each place, −1 for none; cut, evaluated: how many; rows (c, 2): where the
    numbers of a cell's edges and creases stand in `numbers` (r, n, n, n, 3), row 0 being the unit cell's, and in
    `creases` (q, n, n, n, 3), row 0 having none; starts (c,): its first vertex in the layer, and first_vertex the
    layer's own, counted over all layers; cubes (evaluated, n, n, n), and triangles (evaluated,) they hold without
    creases; vertices (v, 3): float32, LPS mm.
    """

    cells: Array
    index: Array
    cut: int
    evaluated: int
    rows: Array
    numbers: Array
    creases: Array
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
    rank = np.where(kinds == LATTICE, COPIED, np.where((kinds & ENVELOPE > 0) & (kinds != ENVELOPE), CUT, OTHER))
    places = [np.argwhere((rank == r) & (kinds != EMPTY)) for r in (CUT, OTHER, COPIED)]
    y, x = np.concatenate(places).T
    index = np.full(kinds.shape, -1, np.int32)
    index[y, x] = np.arange(len(x))
    cells = np.stack([x + first[0], y + first[1], np.full(len(x), cell_z)], axis=1)
    cut, evaluated = len(places[0]), len(places[0]) + len(places[1])
    return _with_vertices(field, unit, cells, index, cut, kinds[y, x][:evaluated], first_vertex)


def _with_vertices(
    field: PartField, unit: UnitCell, cells: Array, index: Array, cut: int, terms: Array, first_vertex: int
) -> CellLayer:
    n, evaluated, pitch = field.samples, len(terms), field.pitch_mm
    cutting, others, copied = cells[:cut], cells[cut:evaluated], cells[evaluated:]
    nodes, each = (n + 1, n + 1, n + 1), (n, n, n, 3)
    both, outside = np.empty((cut, 2, *nodes), np.float32), np.empty((cut, *nodes), np.uint8)
    values = np.empty((len(others), *nodes), np.float32)
    sample_cut(*field.arrays, cutting, terms[:cut], both, outside)
    sample_cells(*field.arrays, others, terms[cut:], values)
    numbers, counts = np.empty((evaluated + 1, *each), np.uint16), np.full(len(cells), len(unit.vertices))
    creases = np.empty((cut + 1, *each), np.uint16)
    cubes, triangles = np.empty((evaluated, n, n, n), np.uint8), np.empty(evaluated, np.int64)
    numbers[0], creases[0] = unit.numbers, NONE
    survey_cut(outside, numbers[1 : cut + 1], counts[:cut], cubes[:cut], triangles[:cut])
    number_creases(both, outside, cubes[:cut], creases[1:], counts[:cut])
    number_edges(values, numbers[cut + 1 :], counts[cut:evaluated])
    configure(values, cubes[cut:], triangles[cut:])
    rows = np.zeros((len(cells), 2), np.int64)
    rows[:evaluated, 0], rows[:cut, 1] = 1 + np.arange(evaluated), 1 + np.arange(cut)
    starts = np.cumsum(counts) - counts
    vertices = np.empty((int(counts.sum()), 3), np.float32)
    place_cut(*field.arrays, cutting, terms[:cut], outside, both, starts[:cut], pitch, vertices)
    place_creases(*field.arrays, cutting, terms[:cut], both, creases[1:], starts[:cut], pitch, vertices)
    place_vertices(*field.arrays, others, terms[cut:], values, starts[cut:evaluated], pitch, vertices)
    _copy_vertices(copied * n * pitch, unit.vertices * pitch, starts[evaluated:], vertices)
    return CellLayer(
        cells, index, cut, evaluated, rows, numbers, creases, starts, first_vertex, cubes, triangles, vertices
    )


@compiled_parallel
def _copy_vertices(corners: Array, unit: Array, starts: Array, out: Array) -> None:
    for c in prange(len(corners)):
        for v in range(len(unit)):
            for axis in range(3):
                out[starts[c] + v, axis] = unit[v, axis] + corners[c, axis]


@dataclass(frozen=True)
class Neighbours:
    """rows, crease_rows, bases (c, 8): see `place_creased`; numbers (r, n, n, n, 3): those of the layer and of the one
    above; above (q, n, n, n, 3): the creases of the latter; triangles (evaluated,): those the cells hold, creases told.
    """

    rows: Array
    crease_rows: Array
    bases: Array
    numbers: Array
    above: Array
    triangles: Array


def neighbours(layer: CellLayer, above: CellLayer) -> Neighbours:
    """Each cell and its upper neighbours."""
    count = len(layer.cells)
    places = np.empty((count, 2), np.int64)
    y, x = np.nonzero(layer.index >= 0)
    places[layer.index[y, x]] = np.stack([y, x], axis=1)
    rows, creases, bases = (np.empty((count, 8), np.int64) for _ in range(3))
    for step, one in enumerate((layer, above)):
        added = (one.first_vertex, step * len(layer.numbers))
        four = slice(4 * step, 4 * step + 4)
        _look_up(places, one.index, one.starts, one.rows, added, rows[:, four], creases[:, four], bases[:, four])
    triangles = layer.triangles.copy()
    add_creases(creases[: layer.cut], layer.creases, above.creases, triangles[: layer.cut])
    return Neighbours(rows, creases, bases, np.concatenate([layer.numbers, above.numbers]), above.creases, triangles)


@compiled
def _look_up(
    places: Array, index: Array, starts: Array, numbered: Array, added: tuple[int, int],
    rows: Array, creases: Array, bases: Array,
) -> None:  # fmt: skip
    """Rows, creases' rows and bases (c, 4) of the cells at places (y, x) and of those beside along x, y and both."""
    for c in range(len(places)):
        for who in range(4):
            y, x = places[c, 0] + (who >> 1), places[c, 1] + (who & 1)
            there = y < index.shape[0] and x < index.shape[1] and index[y, x] >= 0
            rows[c, who] = numbered[index[y, x], 0] + added[1] if there else 0
            creases[c, who] = numbered[index[y, x], 1] if there else 0
            bases[c, who] = starts[index[y, x]] + added[0] if there else ABSENT


def layer_faces(layer: CellLayer, around: Neighbours, unit: UnitCell, vertices: Array) -> tuple[Array, Array]:
    """Triangles (m, 3), int32, of a layer's cells in the cells' order; vertices: the layer's and then the next one's,
    in which a rim is moved where its triangles would cross otherwise. And which were moved.

    Raises RuntimeError if a triangle has an open edge.
    """
    counts = np.full(len(layer.cells), len(unit.who), np.int64)
    counts[: layer.evaluated] = around.triangles
    starts = np.cumsum(counts) - counts
    faces = np.empty((int(counts.sum()), 3), np.int32)
    (rows, copied_rows), (bases, copied_bases), (mine, copied) = (
        (a[: layer.evaluated], a[layer.evaluated :]) for a in (around.rows, around.bases, starts)
    )
    cut, first = layer.cut, layer.first_vertex
    place_faces(layer.cubes[cut:], rows[cut:], bases[cut:], around.numbers, mine[cut:], faces)
    crossed = np.zeros((cut, MOST, 5), np.int64)
    place_creased(
        layer.cubes[:cut], rows[:cut], bases[:cut], around.numbers, around.crease_rows[:cut], layer.creases,
        around.above, crease_table(), mine[:cut], vertices, first, faces, crossed,
    )  # fmt: skip
    moved = uncross(layer.cubes, vertices, first, crossed, faces)
    flat = around.numbers.reshape(len(around.numbers), -1)
    _copy_faces(unit.who, unit.which, copied_rows, copied_bases, flat, copied, faces)
    foreign = copied_bases[:, np.unique(unit.who)]
    if faces[: around.triangles.sum()].min(initial=0) < 0 or foreign.min(initial=0) < 0:
        raise RuntimeError("cells do not fit together: a surface runs into a cell that was taken for empty")
    return faces, moved


@compiled_parallel
def _copy_faces(who: Array, which: Array, rows: Array, bases: Array, numbers: Array, starts: Array, out: Array) -> None:
    for c in prange(len(rows)):
        for f in range(len(who)):
            for corner in range(3):
                w, number = who[f, corner], which[f, corner]
                if w > 0:
                    number = np.int64(numbers[rows[c, w], number])
                out[starts[c] + f, corner] = bases[c, w] + number
