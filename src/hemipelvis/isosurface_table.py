"""The marching-cubes table, made by program from one face rule.

A cube's corner c stands at (c & 1, c >> 1 & 1, c >> 2); bit c of its configuration says that the corner is inside.
Edges 0-3 run along x, 4-7 along y, 8-11 along z; within an axis, the number is the edge's place in the two others.
Where a face has two inside corners on a diagonal they are kept apart, in both cubes that share the face: hence the
surface is closed whatever the values are (Nielson and Hamann 1991 state the ambiguity). A loop is triangulated without
a diagonal lying in a face of the cube: two cubes could both draw such a diagonal, and four triangles would meet in it.
Of these triangulations the one of least area is taken (with every vertex in the middle of its edge): a taut membrane
does not cross itself, wherever the vertices then slide along their edges, as a test makes sure of.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

from hemipelvis.arrays import Array

Triangle = tuple[int, int, int]

FACES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
"""Corners of the six faces, counter-clockwise seen from outside of the cube."""


def edge_between(a: int, b: int) -> int:
    """Number of the edge that joins two neighbouring corners."""
    axis = {1: 0, 2: 1, 4: 2}[a ^ b]
    low = min(a, b)
    others = [low >> other & 1 for other in range(3) if other != axis]
    return 4 * axis + others[0] + 2 * others[1]


FACES_OF_EDGE = tuple(
    frozenset(f for f, corners in enumerate(FACES) for n in range(4) if edge_between(corners[n - 1], corners[n]) == e)
    for e in range(12)
)


def loops(configuration: int) -> list[list[int]]:
    """The closed polygons, as cut edges in order, that part inside from outside; counter-clockwise from outside."""
    following = dict(segment for corners in FACES for segment in _segments(configuration, corners))
    found = []
    while following:
        loop = [next(iter(following))]
        while (edge := following.pop(loop[-1])) != loop[0]:
            loop.append(edge)
        found.append(loop)
    return found


def _segments(configuration: int, corners: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """In one face: from the edge where a run of inside corners begins to the one where it ends."""
    inside = [bool(configuration >> c & 1) for c in corners]
    for n in range(4):
        if inside[n] and not inside[n - 1]:
            last = next(m for m in range(n, n + 4) if not inside[(m + 1) % 4])
            yield edge_between(corners[n - 1], corners[n]), edge_between(corners[last % 4], corners[(last + 1) % 4])


def triangulations(polygon: list[int]) -> Iterator[list[Triangle]]:
    """Every triangulation of a polygon whose diagonals lie in no face of the cube."""
    if len(polygon) < 3:
        yield []
        return
    first, last = polygon[0], polygon[-1]
    for n in range(1, len(polygon) - 1):
        apex = polygon[n]
        if (n > 1 and _in_a_face(first, apex)) or (n < len(polygon) - 2 and _in_a_face(apex, last)):
            continue
        for left, right in product(triangulations(polygon[: n + 1]), triangulations(polygon[n:])):
            yield [(first, apex, last), *left, *right]


def _in_a_face(a: int, b: int) -> bool:
    return bool(FACES_OF_EDGE[a] & FACES_OF_EDGE[b])


def midpoints() -> Array:
    """Middles (12, 3) of the edges of the unit cube."""
    corner = np.array([[c & 1, c >> 1 & 1, c >> 2] for c in range(8)], float)
    ends = {edge_between(a, b): corner[[a, b]] for a in range(8) for b in (a ^ 1, a ^ 2, a ^ 4)}
    return np.array([ends[e].mean(axis=0) for e in range(12)])


MIDPOINTS = midpoints()


def _area(found: list[Triangle]) -> float:
    corners = MIDPOINTS[np.array(found)]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return round(float(np.linalg.norm(normals, axis=1).sum()), 9)  # rounded, so that equal areas tie everywhere alike


def triangles(configuration: int) -> list[Triangle]:
    """Triangles of a configuration, as triples of cut edges. Raises ValueError if a loop had none (there is none)."""
    return [t for loop in loops(configuration) for t in min(triangulations(loop), key=_area)]


def table() -> tuple[Array, Array]:
    """Number of triangles (256,) and their edges (256, most, 3), uint8, of every configuration."""
    every = [triangles(configuration) for configuration in range(256)]
    count = np.array([len(t) for t in every], np.uint8)
    edges = np.zeros((256, count.max(), 3), np.uint8)
    for row, found in zip(edges, every, strict=True):
        row[: len(found)] = np.reshape(found, (-1, 3))
    return count, edges
