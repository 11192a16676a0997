"""The surface of {values < level} in a grid, as one closed manifold mesh: marching cubes (Lorensen and Cline 1987).

Vertices are numbered by counting, row by row of the grid, as in flying edges (Schroeder et al. 2015): no map of edges
is kept, rows run in parallel, and layers meshed one after another give the same mesh as the whole grid at once.
A vertex keeps `CLAMP` of an edge's length away from the corners: hence no triangle degenerates, values exactly at the
level included, and vertices of different edges stay apart when rounded to float32.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.isosurface_table import table
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

CLAMP = 0.01
OUTSIDE = np.float32(3e38)
"""Value of the nodes beyond the grid's border: far outside, so that the cap lies CLAMP of a cell beyond the border."""

TRIANGLES, EDGES = table()


def isosurface(values: Volume, level: float = 0.0) -> Mesh:
    """Closed mesh of {values < level}, counter-clockwise from outside; the solid is capped at the grid's border.

    Every edge has two faces and every vertex one fan of them, also after rounding to float32 and welding of equal
    coordinates. Nodes that are not a number count as outside. Without any node inside, the mesh is empty.
    """
    padded = np.pad(np.asarray(values.voxels, np.float32), 1, constant_values=OUTSIDE)
    chunk = next_chunk(padded, float(level), 0)
    return Mesh(values.world_from_index(chunk.vertices - 1), chunk.faces)


@dataclass(frozen=True)
class Chunk:
    """Part of a mesh: vertices (n, 3) in index coordinates x, y, z; faces (m, 3) int32 numbered over all chunks."""

    vertices: Array
    faces: Array


def next_chunk(values: Array, level: float, first_vertex: int, first_plane: int = 0) -> Chunk:
    """Mesh of the layers between the planes of values (z, y, x) float32, as part of a taller grid.

    `first_vertex` is the number of vertices in the chunks below; the last plane here is the first of the next chunk,
    which owns the vertices in it. `first_plane` is added to z. The whole grid's border must lie outside.
    """
    v = np.ascontiguousarray(values, np.float32)
    counts = _count(v, level, TRIANGLES)
    in_plane, upright = counts[:, :, 0].sum(axis=1), counts[:, :, 1].sum(axis=1)
    before_plane = np.concatenate([[0], np.cumsum(in_plane[:-1] + upright[:-1])])
    plane_start = before_plane[:, None] + _exclusive_sum(counts[:, :, 0])
    upright_start = (before_plane + in_plane)[:, None] + _exclusive_sum(counts[:, :, 1])
    face_start = _exclusive_sum(counts[:, :, 2].reshape(1, -1)).reshape(counts.shape[:2])
    vertices = _place_vertices(v, level, plane_start, upright_start, int(before_plane[-1]), first_plane)
    faces = np.empty((int(counts[:, :, 2].sum()), 3), np.int32)
    starts = (plane_start + first_vertex, upright_start + first_vertex, face_start)
    _place_faces(v, level, starts[0], starts[1], starts[2], TRIANGLES, EDGES, faces)
    return Chunk(vertices, faces)


def _exclusive_sum(counts: Array) -> Array:
    return np.cumsum(counts, axis=1) - counts


@compiled
def _configuration(v: Array, level: float, k: int, j: int, i: int) -> int:
    """Bits of the corners (k, j, i) … (k + 1, j + 1, i): the lower half in x of a cube's configuration."""
    bits = 0
    if v[k, j, i] < level:
        bits |= 1
    if v[k, j + 1, i] < level:
        bits |= 4
    if v[k + 1, j, i] < level:
        bits |= 16
    if v[k + 1, j + 1, i] < level:
        bits |= 64
    return bits


@compiled_parallel
def _count(v: Array, level: float, triangles: Array) -> Array:
    """Per row (z, y): cut edges in the plane (along x and y), cut edges along z, triangles of the cubes above."""
    nz, ny, nx = v.shape
    counts = np.zeros((nz, ny, 3), np.int64)
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        up, along = k + 1 < nz, j + 1 < ny
        plane, upright, faces = 0, 0, 0
        bits = 0
        for i in range(nx):
            inside = v[k, j, i] < level
            plane += i + 1 < nx and inside != (v[k, j, i + 1] < level)
            plane += along and inside != (v[k, j + 1, i] < level)
            upright += up and inside != (v[k + 1, j, i] < level)
            if up and along:
                right = _configuration(v, level, k, j, i)
                if i > 0:
                    faces += triangles[bits | right << 1]
                bits = right
        counts[k, j, 0], counts[k, j, 1], counts[k, j, 2] = plane, upright, faces
    return counts


@compiled
def _crossing(a: float, b: float, level: float) -> float:
    """Where the level is crossed between two nodes, as a share of the edge, kept away from both ends."""
    if not (abs(a - level) < np.inf and abs(b - level) < np.inf):
        return CLAMP if a < level else 1 - CLAMP
    return min(max((level - a) / (b - a), CLAMP), 1 - CLAMP)


@compiled_parallel
def _place_vertices(
    v: Array, level: float, plane_start: Array, upright_start: Array, total: int, first_plane: int
) -> Array:
    nz, ny, nx = v.shape
    out = np.empty((total, 3), np.float64)
    for row in prange((nz - 1) * ny):
        k, j = row // ny, row % ny
        n, m, z = plane_start[k, j], upright_start[k, j], k + first_plane
        for i in range(nx):
            a = np.float64(v[k, j, i])
            if i + 1 < nx and (a < level) != (v[k, j, i + 1] < level):
                out[n, 0], out[n, 1], out[n, 2] = i + _crossing(a, np.float64(v[k, j, i + 1]), level), j, z
                n += 1
            if j + 1 < ny and (a < level) != (v[k, j + 1, i] < level):
                out[n, 0], out[n, 1], out[n, 2] = i, j + _crossing(a, np.float64(v[k, j + 1, i]), level), z
                n += 1
            if (a < level) != (v[k + 1, j, i] < level):
                out[m, 0], out[m, 1], out[m, 2] = i, j, z + _crossing(a, np.float64(v[k + 1, j, i]), level)
                m += 1
    return out


@compiled
def _next_in_plane(v: Array, level: float, k: int, j: int, i: int, number: int, x: Array, y: Array, slot: int) -> int:
    """Numbers of the vertices on the x and y edges that start at node (k, j, i); the next free number."""
    inside = v[k, j, i] < level
    x[slot] = number
    if i + 1 < v.shape[2] and inside != (v[k, j, i + 1] < level):
        number += 1
    y[slot] = number
    if j + 1 < v.shape[1] and inside != (v[k, j + 1, i] < level):
        number += 1
    return number


@compiled_parallel
def _place_faces(
    v: Array, level: float, plane_start: Array, upright_start: Array, face_start: Array,
    triangles: Array, edges: Array, faces: Array,
) -> None:  # fmt: skip
    """Walk each row of cubes with one running vertex number per row of nodes that bounds it."""
    nz, ny, nx = v.shape
    for row in prange((nz - 1) * (ny - 1)):
        k, j = row // (ny - 1), row % (ny - 1)
        number = np.array([plane_start[k, j], plane_start[k, j + 1], plane_start[k + 1, j], plane_start[k + 1, j + 1]])
        upright = np.array([upright_start[k, j], upright_start[k, j + 1]])
        here = np.zeros(12, np.int64)
        x, y = np.zeros(4, np.int64), np.zeros(4, np.int64)
        n, bits = face_start[k, j], 0
        for i in range(nx):
            right = _configuration(v, level, k, j, i)
            here[0], here[1], here[2], here[3] = x[0], x[1], x[2], x[3]
            here[4], here[6], here[8], here[10] = y[0], y[2], here[9], here[11]
            for s in range(4):
                number[s] = _next_in_plane(v, level, k + s // 2, j + s % 2, i, number[s], x, y, s)
            here[5], here[7] = y[0], y[2]
            for s in range(2):
                here[9 + 2 * s] = upright[s]
                upright[s] += (v[k, j + s, i] < level) != (v[k + 1, j + s, i] < level)
            cube = bits | right << 1
            if i > 0:
                for t in range(triangles[cube]):
                    for c in range(3):
                        faces[n, c] = here[edges[cube, t, c]]
                    n += 1
            bits = right
