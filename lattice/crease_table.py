"""Triangles of marching cubes whose surface has a crease: where two surfaces meet, a loop is split along their edge.

A loop of cut edges (see `isosurface_table`) that crosses a crease does so in two faces of its cube; the crease's place
in each face is one more vertex of the loop, and the edge between the two parts the loop in two nearly flat polygons
(cubical marching squares; Ho et al. 2005). Vertices 0-11 stand on the cube's edges, 12-17 in its faces.
A face with two segments has no crease. Diagonals lie in no face of the cube, for the reason given there.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import sqrt

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.isosurface_table import FACES, FACES_OF_EDGE, MIDPOINTS, loops, triangles

IN_FACE = 12
"""Vertex 12 + f is the crease's place in face f."""
ONE_SEGMENT = 2
FACES_OF = (*FACES_OF_EDGE, *(frozenset({face}) for face in range(6)))
"""Faces in which each vertex lies."""
Place = tuple[float, float, float]
Vertex = tuple[int, Place]
Polygon = tuple[Vertex, ...]
Triangle = tuple[int, int, int]


@lru_cache(maxsize=1)
def crease_table() -> tuple[Array, Array]:
    """Number of triangles (256, 64) and their vertices (256, 64, most, 3), uint8, of each configuration with creases in
    each set of faces (bit f: face f); none where the configuration has no or two segments in such a face.
    """
    every = {
        (configuration, faces): creased(configuration, faces)
        for configuration in range(256)
        for faces in range(64)
        if faces & ~single_faces(configuration) == 0
    }
    count = np.zeros((256, 64), np.uint8)
    vertices = np.zeros((256, 64, max(len(t) for t in every.values()), 3), np.uint8)
    for key, found in every.items():
        count[key] = len(found)
        vertices[key][: len(found)] = np.reshape(found, (-1, 3))
    return count, vertices


@lru_cache(maxsize=256)
def single_faces(configuration: int) -> int:
    """Set of the faces in which the surface has one segment."""
    found = 0
    for face, corners in enumerate(FACES):
        inside = [configuration >> c & 1 for c in corners]
        found |= (sum(inside[n] != inside[n - 1] for n in range(4)) == ONE_SEGMENT) << face
    return found


def creased(configuration: int, faces: int) -> list[Triangle]:
    """Triangles of a configuration with creases in a set of faces."""
    return [t for loop in loops(configuration) for t in _split(_with_creases(loop, faces))]


def taut(configuration: int, faces: int, places: Mapping[int, Place]) -> list[Triangle]:
    """The same by least area where its vertices stand, without regard to the crease: it does not cross itself."""
    found: list[Triangle] = []
    for loop in loops(configuration):
        least = _least(tuple((vertex, places[vertex]) for vertex, _ in _with_creases(loop, faces)))
        found += [] if least is None else least[1]
    return found


def chamfered(configuration: int, faces: int) -> list[Triangle]:
    """The same without a crease: marching cubes' own triangles, the creases' places being on their sides."""
    least = [_least(_with_creases(list(triangle), faces)) for triangle in triangles(configuration)]
    return [t for found in least if found is not None for t in found[1]]


def ends(configuration: int, faces: int) -> dict[int, tuple[int, int]]:
    """The cut edges between which each crease lies."""
    loop_of = [_with_creases(loop, faces) for loop in loops(configuration)]
    return {
        loop[n][0]: (loop[n - 1][0], loop[(n + 1) % len(loop)][0])
        for loop in loop_of
        for n in range(len(loop))
        if loop[n][0] >= IN_FACE
    }


def _with_creases(loop: list[int], faces: int) -> Polygon:
    found: list[Vertex] = []
    for a, b in zip(loop, loop[1:] + loop[:1], strict=True):
        found.append((a, _place(MIDPOINTS[a])))
        found += [
            (IN_FACE + face, _place((MIDPOINTS[a] + MIDPOINTS[b]) / 2))
            for face in _shared_face(a, b)
            if faces >> face & 1
        ]
    return tuple(found)


def _place(point: Array) -> Place:
    x, y, z = (float(v) for v in point)
    return x, y, z


def _shared_face(a: int, b: int) -> frozenset[int]:
    return FACES_OF_EDGE[a] & FACES_OF_EDGE[b]


def _split(polygon: Polygon) -> tuple[Triangle, ...]:
    """Along the crease if there are two places of it, else in the way of least area."""
    places = [n for n, (vertex, _) in enumerate(polygon) if vertex >= IN_FACE]
    if len(places) == ONE_SEGMENT:
        first, last = places
        halves = [_least(polygon[first : last + 1]), _least(polygon[last:] + polygon[: first + 1])]
        if all(h is not None for h in halves):
            return tuple(t for h in halves if h is not None for t in h[1])
    found = _least(polygon)
    if found is None:
        raise ValueError(f"no triangulation of {polygon}")
    return found[1]


@lru_cache(maxsize=1 << 16)
def _least(polygon: Polygon) -> tuple[float, tuple[Triangle, ...]] | None:
    """The triangulation of least area without a diagonal in a face; None if there is none."""
    if len(polygon) == 2:
        return 0.0, ()
    found: tuple[float, tuple[Triangle, ...]] | None = None
    for n in range(1, len(polygon) - 1):
        if (n > 1 and _in_a_face(polygon[0], polygon[n])) or (
            n < len(polygon) - 2 and _in_a_face(polygon[n], polygon[-1])
        ):
            continue
        left, right = _least(polygon[: n + 1]), _least(polygon[n:])
        if left is None or right is None:
            continue
        area = left[0] + right[0] + _area(polygon[0], polygon[n], polygon[-1])
        if found is None or area < found[0] - 1e-9:
            found = area, ((polygon[0][0], polygon[n][0], polygon[-1][0]), *left[1], *right[1])
    return found


def _in_a_face(a: Vertex, b: Vertex) -> bool:
    return not FACES_OF[a[0]].isdisjoint(FACES_OF[b[0]])


def _area(a: Vertex, b: Vertex, c: Vertex) -> float:
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = a[1], b[1], c[1]
    u, v, w, x, y, z = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    return round(sqrt((v * z - w * y) ** 2 + (w * x - u * z) ** 2 + (u * y - v * x) ** 2), 9)
