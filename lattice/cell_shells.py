"""Which vertices of a layer hang together, and what they enclose, without walking the triangles of the copied cells.

A unit cell's triangles form a few patches. A copy's vertices are joined patch by patch, and to its neighbours by the
vertices that it takes from them; what a patch encloses about any place follows from its area vector.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, inlined
from hemipelvis.lattice.cell_layer import CellLayer, Neighbours
from hemipelvis.lattice.unit_cell import UnitCell, cell_corners
from hemipelvis.layered_shells import LayeredShells
from hemipelvis.shells import find, find_roots, flatten, join_corners


@dataclass(frozen=True)
class Patches:
    """Patches (p) of the unit cell.

    first (v,): the first vertex of each own vertex's patch; heads (p, 2): who and which (as in `UnitCell`) is the first
    vertex of all; links (k, 4): who and which of two vertices in one patch, the second a neighbour's; faces (p,):
    triangles; volumes (p,), cells³, about the cell's corner, and areas (p, 3), cells².
    """

    first: Array
    heads: Array
    links: Array
    faces: Array
    volumes: Array
    areas: Array


def patches(unit: UnitCell) -> Patches:
    """The patches of a unit cell."""
    named = np.stack([unit.who, unit.which], axis=-1).reshape(-1, 2)
    names, where = np.unique(named, axis=0, return_inverse=True)
    where = where.reshape(-1, 3)
    roots = find_roots(len(names), where)  # names are sorted: the cell's own vertices come first, in order
    heads, patch = np.unique(roots, return_inverse=True)
    own, mine, corners = len(unit.vertices), patch[where[:, 0]], cell_corners(unit)
    normal = np.cross(corners[:, 1], corners[:, 2])
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    totals = [np.bincount(mine, w, len(heads)) for w in (*area.T, np.einsum("fi,fi->f", corners[:, 0], normal) / 6)]
    return Patches(
        roots[:own], names[heads], np.concatenate([names[roots], names], axis=1)[own:],
        np.bincount(mine, minlength=len(heads)), totals[3], np.stack(totals[:3], axis=1),
    )  # fmt: skip


def layer_roots(layer: CellLayer, around: Neighbours, count: int, faces: Array, parts: Patches) -> Array:
    """Roots (count,) of the layer's and the next layer's vertices; faces (m, 3): the evaluated cells', from 0 on."""
    parent = np.arange(count, dtype=np.int32)
    rows, bases = around.rows[layer.evaluated :], around.bases[layer.evaluated :] - layer.first_vertex
    _join_patches(parent, layer.starts[layer.evaluated :], parts.first)
    join_corners(parent, faces)
    _join_links(parent, rows, bases, around.numbers.reshape(len(around.numbers), -1), parts.links)
    flatten(parent)
    return parent


@compiled
def _join_patches(parent: Array, starts: Array, first: Array) -> None:
    for c in range(len(starts)):
        for v in range(len(first)):
            parent[starts[c] + v] = starts[c] + first[v]


@inlined
def _vertex(rows: Array, bases: Array, numbers: Array, who: int, which: int) -> int:
    return bases[who] + (which if who == 0 else np.int64(numbers[rows[who], which]))


@compiled
def _join_links(parent: Array, rows: Array, bases: Array, numbers: Array, links: Array) -> None:
    for c in range(len(rows)):
        for n in range(len(links)):
            a = find(parent, _vertex(rows[c], bases[c], numbers, links[n, 0], links[n, 1]))
            b = find(parent, _vertex(rows[c], bases[c], numbers, links[n, 2], links[n, 3]))
            if a != b:
                parent[max(a, b)] = min(a, b)


def weigh_copies(
    shells: LayeredShells, label: Array, layer: CellLayer, around: Neighbours, parts: Patches, cell_mm: float
) -> None:
    """Add the copied cells' patches to the shells that their vertices' labels name."""
    copies = slice(layer.evaluated, None)
    rows, bases = around.rows[copies], around.bases[copies] - layer.first_vertex
    shift = layer.cells[copies] * cell_mm - shells.origin
    flat = around.numbers.reshape(len(around.numbers), -1)
    for p, (who, which) in enumerate(parts.heads):
        number = which if who == 0 else flat[rows[:, who], which].astype(np.int64)
        volumes = cell_mm**3 * parts.volumes[p] + cell_mm**2 * (shift @ parts.areas[p]) / 3
        shells.weigh(label[bases[:, who] + number], np.full(len(rows), parts.faces[p]), volumes)
