"""Faults of a triangle mesh found vertex by vertex: open edges, edges used twice, and vertices where fans only touch.

Around a vertex of a closed manifold the faces are one fan: going from face to face over shared edges comes back after
all of them. Vertices are taken a chunk at a time, so that memory stays small for tens of millions of triangles.
"""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled

CHUNK = 2_000_000


def fan_faults(faces: Array, count: int) -> tuple[int, int, int]:
    """Directed edges without a partner that runs the other way, surplus uses of a directed edge, pinched vertices.

    faces (m, 3) of `count` vertices. A vertex is pinched when its faces make more than one fan; only vertices whose
    edges are without fault are judged.
    """
    chunks = [_faults_of_chunk(faces, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    found = np.sum(np.array(chunks, np.int64).reshape(-1, 3), axis=0)
    return int(found[0]), int(found[1]), int(found[2])


@compiled
def _faults_of_chunk(faces: Array, low: int, high: int) -> tuple[int, int, int]:
    starts, after, before = _corners_around(faces, low, high)
    opened, twice, pinched = 0, 0, 0
    for v in range(high - low):
        a, b = after[starts[v] : starts[v + 1]], before[starts[v] : starts[v + 1]]
        missing, surplus = _edge_faults(a, b)
        opened, twice = opened + missing, twice + surplus
        if len(a) and missing == 0 and surplus == 0 and _fan_length(a, b) < len(a):
            pinched += 1
    return opened, twice, pinched


@compiled
def _corners_around(faces: Array, low: int, high: int) -> tuple[Array, Array, Array]:
    """For each vertex, the vertices after and before it in its faces; where its own begin."""
    starts = np.zeros(high - low + 1, np.int64)
    for f in range(len(faces)):
        for c in range(3):
            if low <= faces[f, c] < high:
                starts[faces[f, c] - low + 1] += 1
    starts = np.cumsum(starts)
    place = starts[:-1].copy()
    after, before = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)
    for f in range(len(faces)):
        for c in range(3):
            v = faces[f, c]
            if low <= v < high:
                at = place[v - low]
                after[at], before[at] = faces[f, (c + 1) % 3], faces[f, (c + 2) % 3]
                place[v - low] += 1
    return starts, after, before


@compiled
def _edge_faults(after: Array, before: Array) -> tuple[int, int]:
    """Edges that leave a vertex and never come back, and those that leave it again."""
    missing, surplus = 0, 0
    for n in range(len(after)):
        back, again = False, False
        for m in range(len(after)):
            back = back or before[m] == after[n]
            again = again or (m < n and after[m] == after[n])
        missing += not back
        surplus += again
    return missing, surplus


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
