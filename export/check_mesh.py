"""Is a triangle mesh a printable solid? Counted on what the file will hold: float32 coordinates, equal ones welded."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hemipelvis.arrays import Array
from hemipelvis.export.check import Check, at_least, at_most, equals
from hemipelvis.mesh import Mesh

PLAUSIBLE_MM = (20.0, 400.0)
"""A hemipelvic part is 60–250 mm long; ten times less or more is a file in cm, m or inches."""


@dataclass(frozen=True)
class Topology:
    """Counts of what must not be, and the number of separate shells."""

    not_finite: int
    welded_vertices: int
    degenerate: int
    open_edges: int
    wrong_edges: int
    shells: int
    volume_mm3: float


def topology(mesh: Mesh) -> Topology:
    """Count faults of a mesh. wrong_edges: shared by more than two faces, or by two that run the same way."""
    v = mesh.vertices.astype(np.float32)
    if not np.isfinite(v).all():
        return Topology(int((~np.isfinite(v)).any(axis=1).sum()), 0, 0, 0, 0, 0, float("nan"))
    faces, welded = _welded(v, mesh.faces)
    degenerate = int((_doubled_areas(v, mesh.faces) == 0).sum())
    opened, wrong = _edge_faults(faces, len(v))
    return Topology(0, welded, degenerate, opened, wrong, _shells(faces, len(v)), mesh.volume_mm3)


def _welded(v: Array, faces: Array) -> tuple[Array, int]:
    """Faces with vertices of equal coordinates made one, and how many vertices that took away."""
    raw = np.ascontiguousarray(v + np.float32(0)).view(np.dtype((np.void, 12))).ravel()
    _, first, inverse = np.unique(raw, return_index=True, return_inverse=True)
    return first[inverse][faces].astype(np.int64), len(v) - len(first)


def _doubled_areas(v: Array, faces: Array) -> Array:
    areas = [np.linalg.norm(_normals(v, part), axis=1) for part in np.array_split(faces, len(faces) // 2_000_000 + 1)]
    return np.concatenate(areas)


def _normals(v: Array, faces: Array) -> Array:
    a, b, c = (v[faces[:, i]].astype(float) for i in range(3))
    return np.cross(b - a, c - a)


def _edge_faults(faces: Array, count: int) -> tuple[int, int]:
    """Open edges, and edges not shared by exactly two faces of opposite sense."""
    directed = np.concatenate([faces[:, i] * count + faces[:, (i + 1) % 3] for i in range(3)])
    directed.sort()
    twice = int((directed[1:] == directed[:-1]).sum())
    reverse = (directed % count) * count + directed // count
    reverse.sort()
    lonely = len(directed) - np.intersect1d(directed, reverse, assume_unique=twice == 0).size - twice
    return lonely, twice


def _shells(faces: Array, count: int) -> int:
    a, b = np.concatenate([faces[:, 0], faces[:, 1]]), np.concatenate([faces[:, 1], faces[:, 2]])
    used = np.unique(faces)
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    return len(np.unique(labels[used]))


def check_mesh(name: str, mesh: Mesh, shells: int = 1) -> tuple[Check, ...]:
    """Checks of one printable mesh."""
    t = topology(mesh)
    size = float((mesh.bounds[1] - mesh.bounds[0]).max()) if len(mesh.vertices) and t.not_finite == 0 else 0.0
    return (
        equals(f"{name}: vertices that are not numbers", t.not_finite, 0),
        equals(f"{name}: vertices that coincide in the file", t.welded_vertices, 0),
        equals(f"{name}: degenerate triangles", t.degenerate, 0),
        equals(f"{name}: open edges", t.open_edges, 0),
        equals(f"{name}: edges of more than two faces, or turned faces", t.wrong_edges, 0),
        equals(f"{name}: separate shells", t.shells, shells),
        at_least(f"{name}: enclosed volume", t.volume_mm3 / 1000, 1, "cm³", "negative when inside-out"),
        at_least(f"{name}: longest side", size, PLAUSIBLE_MM[0], "mm", "less: wrong unit?"),
        at_most(f"{name}: longest side", size, PLAUSIBLE_MM[1], "mm", "more: wrong unit?"),
    )
