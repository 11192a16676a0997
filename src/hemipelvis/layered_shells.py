"""The closed shells of a mesh that comes layer by layer: labels while it comes, volumes and the outer shell at its end.

Union-find within a layer (as in `shells`), and again over the layers' few pieces: memory grows with the number of
pieces, not of triangles.
"""

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.compiled import compiled
from hemipelvis.shells import find, tetrahedron

UNSEEN = -1


class LayeredShells:
    """Feed layers from below; then `finish` tells the shell of each label and what every shell encloses.

    origin: volumes are summed about it; near the mesh they lose no digits.
    """

    def __init__(self, origin: Point) -> None:
        self.origin = np.asarray(origin, float)
        self._parent = np.empty(0, np.int32)
        self._sums = np.empty((0, 2))
        self._carried = np.empty(0, np.int32)

    def add(self, roots: Array, count: int) -> Array:
        """Labels (n,) of the vertices whose sets have these roots (n,), as `find_roots` gives them.

        They are the layer's own `count`, all of which its faces use, and the next layer's, of which some stand alone.
        """
        known = np.full(len(roots), UNSEEN, np.int32)
        known[: len(self._carried)] = self._carried
        first = len(self._parent)
        label, pieces = _label(roots, count, first)
        self._parent = np.concatenate([self._parent, np.arange(first, first + pieces, dtype=np.int32)])
        self._sums = np.concatenate([self._sums, np.zeros((pieces, 2))])
        _join(self._parent, known, label)
        self._carried = label[count:]
        return label

    def weigh_faces(self, vertices: Array, faces: Array, label: Array) -> None:
        """Count faces (m, 3) of vertices (n, 3) with these labels (n,), and what they enclose."""
        _add_up(vertices, faces, self.origin, label, self._sums)

    def weigh(self, labels: Array, faces: Array, volumes: Array) -> None:
        """The same of whole patches (p,): their labels, numbers of faces and shares of the volume."""
        for column, values in enumerate((faces, volumes)):
            self._sums[:, column] += np.bincount(labels, values, len(self._sums))

    def finish(self) -> tuple[Array, Array, Array]:
        """Shell (labels,) of each label, in order of first appearance; signed volumes (shells,) in mm³; faces."""
        roots = np.array([find(self._parent, n) for n in range(len(self._parent))], np.int32)
        found, shell = np.unique(roots, return_inverse=True)
        faces, volumes = (np.bincount(shell, column, len(found)) for column in self._sums.T)
        return shell.astype(np.int32), volumes, faces.astype(np.int64)


@compiled
def _label(roots: Array, count: int, first: int) -> tuple[Array, int]:
    """Labels from `first` on of the sets, in order of vertex; later ones than `count` that stand alone have none."""
    used = np.zeros(len(roots), np.bool_)
    for v in range(len(roots)):
        if v < count or roots[v] != v:
            used[roots[v]] = True
    label, pieces = np.full(len(roots), UNSEEN, np.int32), 0
    for v in range(len(roots)):
        if used[roots[v]]:
            if roots[v] == v:
                label[v] = first + pieces
                pieces += 1
            else:
                label[v] = label[roots[v]]
    return label, pieces


@compiled
def _join(parent: Array, known: Array, label: Array) -> None:
    for v in range(len(known)):
        if known[v] >= 0 and label[v] >= 0:
            a, b = find(parent, known[v]), find(parent, label[v])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b


@compiled
def _add_up(vertices: Array, faces: Array, origin: Array, label: Array, sums: Array) -> None:
    """Faces and volume (divergence theorem about one point) of each label, in turn: the same bits every time."""
    for f in range(len(faces)):
        mine = label[faces[f, 0]]
        sums[mine, 0] += 1
        sums[mine, 1] += tetrahedron(vertices, faces, f, origin)
