"""Is a triangle mesh a printable solid? Counted on what the file will hold: float32 coordinates, equal ones welded."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.export.check import Check, at_least, at_most, equals
from hemipelvis.export.vertex_fans import fan_faults
from hemipelvis.mesh import Mesh
from hemipelvis.shells import find_shells
from hemipelvis.weld import weld

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
    pinched_vertices: int = 0


def topology(mesh: Mesh) -> Topology:
    """Count faults of a mesh. wrong_edges: shared by more than two faces, or by two that run the same way.

    pinched_vertices: where surfaces touch in a point only.
    """
    v = mesh.vertices.astype(np.float32)
    if not np.isfinite(v).all():
        return Topology(int((~np.isfinite(v)).any(axis=1).sum()), 0, 0, 0, 0, 0, float("nan"))
    first, inverse = weld(v)
    faces = first[inverse].astype(np.int32)[mesh.faces] if len(first) < len(v) else mesh.faces
    degenerate = sum(_degenerate(v, part) for part in np.array_split(mesh.faces, len(mesh.faces) // 2_000_000 + 1))
    opened, wrong, pinched = fan_faults(faces, len(v))
    used = np.unique(find_shells(mesh.vertices, faces).of_vertex[np.unique(faces)])
    return Topology(0, len(v) - len(first), degenerate, opened, wrong, len(used), mesh.volume_mm3, pinched)


def _degenerate(v: Array, faces: Array) -> int:
    return int((np.linalg.norm(_normals(v, faces), axis=1) == 0).sum())


def _normals(v: Array, faces: Array) -> Array:
    a, b, c = (v[faces[:, i]].astype(float) for i in range(3))
    return np.cross(b - a, c - a)


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
        equals(f"{name}: vertices where surfaces only touch", t.pinched_vertices, 0),
        equals(f"{name}: separate shells", t.shells, shells),
        at_least(f"{name}: enclosed volume", t.volume_mm3 / 1000, 1, "cm³", "negative when inside-out"),
        at_least(f"{name}: longest side, least", size, PLAUSIBLE_MM[0], "mm", "less: wrong unit?"),
        at_most(f"{name}: longest side, most", size, PLAUSIBLE_MM[1], "mm", "more: wrong unit?"),
    )
