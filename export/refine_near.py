"""Smaller triangles where a finer form is to be cut: edges halved, the mesh as closed as it was."""

from collections.abc import Callable

import numpy as np

from hemipelvis.arrays import Array, Mask, Points
from hemipelvis.mesh import Mesh

# Triangles that take a triangle's place when its first one, two or three edges are halved: 0 1 2 are its corners,
# 3 4 5 the middles of the edges 01, 12, 20.
PARTS = {
    1: ((0, 3, 2), (3, 1, 2)),
    2: ((3, 1, 4), (0, 3, 4), (0, 4, 2)),
    3: ((0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5)),
}


def refined_near(mesh: Mesh, near: Callable[[Points], Mask], longest_mm: float) -> Mesh:
    """The same surface with no edge longer than longest_mm where near(middles (n, 3)) holds."""
    while True:
        edges, of_face = _edges(mesh.faces)
        ends = mesh.vertices[edges]
        middles, lengths = ends.mean(axis=1), np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
        halved = np.zeros(len(edges), bool)
        long = np.flatnonzero(lengths > longest_mm)
        halved[long] = near(middles[long])
        if not halved.any():
            return mesh
        mesh = _halved(mesh, middles, halved, of_face)


def _edges(faces: Array) -> tuple[Array, Array]:
    """Edges (e, 2) once each, and those (m, 3) of every face, in the order 01, 12, 20."""
    pairs = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1).astype(np.int64)
    keys, of_face = np.unique(pairs[:, 0] * (faces.max() + 1) + pairs[:, 1], return_inverse=True)
    return np.stack(np.divmod(keys, faces.max() + 1), axis=1), of_face.reshape(-1, 3)


def _halved(mesh: Mesh, middles: Points, halved: Mask, of_face: Array) -> Mesh:
    number = mesh.vertex_count - 1 + np.cumsum(halved)
    cut = halved[of_face]
    count = cut.sum(axis=1)
    # Turn each triangle so that its halved edges come first.
    turn = np.select([count == 1, count == 2], [cut.argmax(axis=1), (np.argmin(cut, axis=1) + 1) % 3], 0)
    order = (turn[:, None] + np.arange(3)) % 3
    corners = np.take_along_axis(mesh.faces, order, axis=1)
    places = np.concatenate([corners, number[np.take_along_axis(of_face, order, axis=1)]], axis=1)
    parts = [places[count == n][:, np.array(rows)].reshape(-1, 3) for n, rows in PARTS.items()]
    return Mesh(np.concatenate([mesh.vertices, middles[halved]]), np.concatenate([mesh.faces[count == 0], *parts]))
