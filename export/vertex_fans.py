"""Faults of a triangle mesh found vertex by vertex: open, turned and crowded edges, faces twice, fans that only touch.

Around a vertex of a closed manifold the faces are one fan: going from face to face over shared edges comes back after
all of them. Vertices are taken a chunk at a time, so that memory stays small for tens of millions of triangles.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled

CHUNK = 2_000_000


@dataclass(frozen=True)
class FanFaults:
    """open_edges: of one face; turned_edges: of two faces that run the same way; crowded_edges: of more than two.

    doubled_faces: with the same three corners as another; pinched: vertices whose faces make more than one fan (only
    those are judged whose edges are without fault).
    """

    open_edges: int
    turned_edges: int
    crowded_edges: int
    doubled_faces: int
    pinched: int


def fan_faults(faces: Array, count: int) -> FanFaults:
    """Faults of faces (m, 3) of `count` vertices; faces with a corner twice have no part in it."""
    chunks = [_faults_of_chunk(faces, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    found = np.sum(np.array(chunks, np.int64).reshape(-1, 5), axis=0)
    return FanFaults(*(int(n) for n in found))


@compiled
def _faults_of_chunk(faces: Array, low: int, high: int) -> tuple[int, int, int, int, int]:
    starts, after, before = _corners_around(faces, low, high)
    opened, turned, crowded, doubled, pinched = 0, 0, 0, 0, 0
    for v in range(high - low):
        a, b = after[starts[v] : starts[v + 1]], before[starts[v] : starts[v + 1]]
        doubled += _doubles(v + low, a, b)
        if _is_sound(a, b):
            pinched += len(a) > 0 and _fan_length(a, b) < len(a)
            continue
        for n in range(2 * len(a)):
            w = _neighbour(a, b, n)
            if w > v + low and _is_first(a, b, n):
                leaving, coming = _uses(a, b, w)
                opened += leaving + coming == 1
                turned += leaving + coming == 2 and leaving != 1
                crowded += leaving + coming > 2
    return opened, turned, crowded, doubled, pinched


@compiled
def _corners_around(faces: Array, low: int, high: int) -> tuple[Array, Array, Array]:
    """For each vertex, the vertices after and before it in its faces; where its own begin."""
    starts = np.zeros(high - low + 1, np.int64)
    for f in range(len(faces)):
        if _is_face(faces[f]):
            for c in range(3):
                if low <= faces[f, c] < high:
                    starts[faces[f, c] - low + 1] += 1
    starts = np.cumsum(starts)
    place = starts[:-1].copy()
    after, before = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)
    for f in range(len(faces)):
        if _is_face(faces[f]):
            for c in range(3):
                v = faces[f, c]
                if low <= v < high:
                    at = place[v - low]
                    after[at], before[at] = faces[f, (c + 1) % 3], faces[f, (c + 2) % 3]
                    place[v - low] += 1
    return starts, after, before


@compiled
def _is_face(face: Array) -> bool:
    return face[0] != face[1] and face[1] != face[2] and face[2] != face[0]


@compiled
def _is_sound(after: Array, before: Array) -> bool:
    """Whether every edge leaves the vertex once and comes back once."""
    for n in range(len(after)):
        leaving, coming = _uses(after, before, after[n])
        if leaving != 1 or coming != 1:
            return False
    return True


@compiled
def _neighbour(after: Array, before: Array, n: int) -> int:
    return after[n] if n < len(after) else before[n - len(after)]


@compiled
def _is_first(after: Array, before: Array, n: int) -> bool:
    w = _neighbour(after, before, n)
    for m in range(n):  # noqa: SIM110 (numba compiles no generator)
        if _neighbour(after, before, m) == w:
            return False
    return True


@compiled
def _uses(after: Array, before: Array, w: int) -> tuple[int, int]:
    """Faces that run from the vertex to w, and from w to the vertex."""
    leaving, coming = 0, 0
    for n in range(len(after)):
        leaving += after[n] == w
        coming += before[n] == w
    return leaving, coming


@compiled
def _doubles(v: int, after: Array, before: Array) -> int:
    """Faces whose least vertex is v and whose corners an earlier one has."""
    doubled = 0
    for n in range(len(after)):
        if after[n] > v and before[n] > v:
            for m in range(n):
                same = after[m] == after[n] and before[m] == before[n]
                if same or (after[m] == before[n] and before[m] == after[n]):
                    doubled += 1
                    break
    return doubled


@compiled
def _fan_length(after: Array, before: Array) -> int:
    """Faces met going round a vertex from the first one."""
    length, here = 1, before[0]
    while here != after[0] and length <= len(after):
        for m in range(len(after)):
            if after[m] == here:
                here = before[m]
                break
        length += 1
    return length
