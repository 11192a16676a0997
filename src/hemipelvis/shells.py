"""The closed shells of a mesh: which faces hang together, what each shell encloses, and the outer one alone."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, inlined
from hemipelvis.mesh import Mesh


@dataclass(frozen=True)
class Shells:
    """shell (n,) of each vertex, numbered in order of first vertex; signed volumes (s,), negative for a cavity's."""

    of_vertex: Array
    volumes_mm3: Array


def find_shells(vertices: Array, faces: Array) -> Shells:
    """Shells of a closed mesh, vertices (n, 3), faces (m, 3), by union-find (Tarjan 1975, with path halving)."""
    of_vertex, count = _number(find_roots(len(vertices), faces))
    volumes = np.zeros(count)
    _add_volumes(vertices, faces, vertices.mean(axis=0), of_vertex, volumes)
    return Shells(of_vertex, volumes)


def keep_shell(vertices: Array, faces: Array, shells: Shells, shell: int) -> tuple[Array, Array]:
    """Vertices and faces of one shell, in their old order."""
    kept = shells.of_vertex == shell
    number = np.cumsum(kept, dtype=np.int32) - 1
    mine = kept[faces[:, 0]]
    return vertices[kept], number[faces[mine]]


def outer_shell(mesh: Mesh) -> tuple[Mesh, float]:
    """The largest shell alone, pockets filled and crumbs dropped, and the volume (mm³) of all that was dropped."""
    shells = find_shells(mesh.vertices, mesh.faces)
    outer = int(np.argmax(shells.volumes_mm3))
    dropped = float(np.abs(np.delete(shells.volumes_mm3, outer)).sum())
    return Mesh(*keep_shell(mesh.vertices, mesh.faces, shells, outer)), dropped


@compiled
def find_roots(count: int, faces: Array) -> Array:
    """Root (count,) of each vertex's set after joining the corners of all faces; a root is the least of its set."""
    parent = np.arange(count, dtype=np.int32)
    join_corners(parent, faces)
    flatten(parent)
    return parent


@inlined
def find(parent: Array, a: int) -> int:
    """The root of a's set, with path halving; a parent is less than its child."""
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@compiled
def join_corners(parent: Array, faces: Array) -> None:
    """Join the corners of each face."""
    for f in range(len(faces)):
        a, b, c = find(parent, faces[f, 0]), find(parent, faces[f, 1]), find(parent, faces[f, 2])
        if a != b or b != c:  # seldom: most faces close a set that is one already
            least = min(a, b, c)
            parent[a], parent[b], parent[c] = least, least, least


@compiled
def flatten(parent: Array) -> None:
    """Let every vertex name its root: going up, a parent, being less, names its root already."""
    for v in range(len(parent)):
        parent[v] = parent[parent[v]]


@compiled
def _number(parent: Array) -> tuple[Array, int]:
    """Shell numbers from roots; a root is the least of its set, so it comes first."""
    shell = np.empty(len(parent), np.int32)
    count = 0
    for v in range(len(parent)):
        if parent[v] == v:
            shell[v] = count
            count += 1
        else:
            shell[v] = shell[parent[v]]
    return shell, count


@inlined
def tetrahedron(vertices: Array, faces: Array, f: int, centre: Array) -> float:
    """Signed volume between a place (3,) and face f, in double precision."""
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay, az = vertices[a, 0] - centre[0], vertices[a, 1] - centre[1], vertices[a, 2] - centre[2]
    bx, by, bz = vertices[b, 0] - centre[0], vertices[b, 1] - centre[1], vertices[b, 2] - centre[2]
    cx, cy, cz = vertices[c, 0] - centre[0], vertices[c, 1] - centre[1], vertices[c, 2] - centre[2]
    return (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6


@compiled
def _add_volumes(vertices: Array, faces: Array, centre: Array, of_vertex: Array, volumes: Array) -> None:
    """Divergence theorem, one term after the other: the same bits every time."""
    for f in range(len(faces)):
        volumes[of_vertex[faces[f, 0]]] += tetrahedron(vertices, faces, f, centre)
