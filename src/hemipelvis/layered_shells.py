"""The closed shells of a mesh that comes layer by layer: labels while it comes, volumes and the outer shell at its end.

Union-find within a layer (as in `shells`), and again over the layers' few pieces: memory grows with the number of
pieces, not of triangles.
"""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled
from hemipelvis.shells import find_roots

UNSEEN = -1


class LayeredShells:
    """Feed layers from below; then `finish` tells the shell of each label and what every shell encloses."""

    def __init__(self) -> None:
        self._parent = np.empty(0, np.int32)
        self._sums = np.empty((0, 2))
        self._carried = np.empty(0, np.int32)
        self._origin = np.full(3, np.nan)

    def add(self, vertices: Array, count: int, faces: Array) -> Array:
        """Labels (count,) of a layer's vertices.

        vertices (n, 3): the layer's `count` and the next one's; faces (m, 3) number them from 0.
        """
        if np.isnan(self._origin[0]) and len(vertices):
            self._origin = vertices[0].astype(float)
        if not len(faces):
            self._carried = np.full(len(vertices) - count, UNSEEN, np.int32)
            return np.full(count, UNSEEN, np.int32)
        known = np.full(len(vertices), UNSEEN, np.int32)
        known[: len(self._carried)] = self._carried
        first = len(self._parent)
        label, pieces = _label(find_roots(len(vertices), faces), faces, first)
        self._parent = np.concatenate([self._parent, np.arange(first, first + pieces, dtype=np.int32)])
        self._sums = np.concatenate([self._sums, np.zeros((pieces, 2))])
        _join(self._parent, known, label)
        _add_up(vertices, faces, self._origin, label, self._sums)
        self._carried = label[count:]
        return label[:count]

    def finish(self) -> tuple[Array, Array, Array]:
        """Shell (labels,) of each label, in order of first appearance; signed volumes (shells,) in mm³; faces."""
        roots = np.array([_find(self._parent, n) for n in range(len(self._parent))], np.int32)
        found, shell = np.unique(roots, return_inverse=True)
        faces, volumes = (np.bincount(shell, column, len(found)) for column in self._sums.T)
        return shell.astype(np.int32), volumes, faces.astype(np.int64)


@compiled
def _find(parent: Array, n: int) -> int:
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@compiled
def _label(roots: Array, faces: Array, first: int) -> tuple[Array, int]:
    """Labels from `first` on of the vertices that faces use, in order of vertex; the others are unseen."""
    used = np.zeros(len(roots), np.bool_)
    for f in range(len(faces)):
        used[roots[faces[f, 0]]] = True
    label, count = np.full(len(roots), UNSEEN, np.int32), 0
    for v in range(len(roots)):
        if used[roots[v]]:
            if roots[v] == v:
                label[v] = first + count
                count += 1
            else:
                label[v] = label[roots[v]]
    return label, count


@compiled
def _join(parent: Array, known: Array, label: Array) -> None:
    for v in range(len(known)):
        if known[v] >= 0 and label[v] >= 0:
            a, b = _find(parent, known[v]), _find(parent, label[v])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b


@compiled
def _add_up(vertices: Array, faces: Array, origin: Array, label: Array, sums: Array) -> None:
    """Faces and volume (divergence theorem about one point) of each label, in turn: the same bits every time."""
    ox, oy, oz = origin[0], origin[1], origin[2]
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = vertices[a, 0] - ox, vertices[a, 1] - oy, vertices[a, 2] - oz
        bx, by, bz = vertices[b, 0] - ox, vertices[b, 1] - oy, vertices[b, 2] - oz
        cx, cy, cz = vertices[c, 0] - ox, vertices[c, 1] - oy, vertices[c, 2] - oz
        sums[label[a], 0] += 1
        sums[label[a], 1] += (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6
