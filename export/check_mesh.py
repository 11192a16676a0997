"""Is a triangle mesh a printable solid? Counted on what the file will hold: float32 coordinates, equal ones welded."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, minus
from hemipelvis.export.check import Check, at_least, at_most, equals
from hemipelvis.export.self_intersections import self_intersections
from hemipelvis.export.vertex_fans import FanFaults, fan_faults
from hemipelvis.mesh import Mesh
from hemipelvis.shells import find_shells
from hemipelvis.weld import weld

PLAUSIBLE_MM = (20.0, 400.0)
"""A hemipelvic part is 60–250 mm long; ten times less or more is a file in cm, m or inches."""


@dataclass(frozen=True)
class Topology:
    """Counts of what must not be, and the number of separate shells. `fans`: see there."""

    not_finite: int
    welded_vertices: int
    degenerate: int
    fans: FanFaults
    shells: int
    volume_mm3: float
    crossing: int

    @property
    def open_edges(self) -> int:
        """Edges of one face."""
        return self.fans.open_edges

    @property
    def wrong_edges(self) -> int:
        """Edges of more than two faces, or of two that run the same way."""
        return self.fans.turned_edges + self.fans.crowded_edges


def topology(mesh: Mesh, crossings: bool = True) -> Topology:
    """Count faults of a mesh; triangles that cross one another too, unless told not to."""
    v = mesh.vertices.astype(np.float32)
    finite = np.isfinite(v).all(axis=1)
    if not finite.all() or not len(mesh.faces):
        return Topology(int((~finite).sum()), 0, 0, FanFaults(0, 0, 0, 0, 0), 0, 0.0, 0)
    first, inverse = weld(v)
    faces = first.astype(np.int32)[inverse][mesh.faces] if len(first) < len(v) else mesh.faces
    shells = find_shells(mesh.vertices, faces)
    used = np.zeros(len(shells.volumes_mm3), bool)
    used[shells.of_vertex[faces[:, 0]]] = True
    return Topology(
        0, len(v) - len(first), _degenerate(v, faces), fan_faults(faces, len(v)), int(used.sum()),
        float(shells.volumes_mm3.sum()), self_intersections(v, faces) if crossings else 0,
    )  # fmt: skip


@compiled
def _degenerate(v: Array, faces: Array) -> int:
    """Triangles without area, their corners being what the file holds."""
    found = 0
    for f in range(len(faces)):
        a, b, c = v[faces[f, 0]], v[faces[f, 1]], v[faces[f, 2]]
        ux, uy, uz = minus(b, a)
        wx, wy, wz = minus(c, a)
        found += uy * wz == uz * wy and uz * wx == ux * wz and ux * wy == uy * wx
    return found


def check_mesh(name: str, mesh: Mesh, shells: int = 1) -> tuple[Check, ...]:
    """Checks of one printable mesh, the ones that explain others first."""
    t = topology(mesh)
    finite = equals(f"{name}: vertices that are not numbers", t.not_finite, 0, "NaN or infinite: the file is damaged")
    if t.not_finite:
        return (finite,)
    size = float((mesh.bounds[1] - mesh.bounds[0]).max()) if len(mesh.faces) else 0.0
    return (
        equals(f"{name}: without triangles", int(not len(mesh.faces)), 0, "1: nothing is in it"),
        finite,
        at_least(f"{name}: longest side, least", size, PLAUSIBLE_MM[0], "mm", "less: in inches, cm or m?"),
        at_most(f"{name}: longest side, most", size, PLAUSIBLE_MM[1], "mm", "more: in µm, or scaled?"),
        equals(f"{name}: vertices that coincide in the file", t.welded_vertices, 0),
        equals(f"{name}: degenerate triangles", t.degenerate, 0, "without area: corners on one place or line"),
        equals(f"{name}: faces that are there twice", t.fans.doubled_faces, 0),
        equals(f"{name}: edges of more than two faces", t.fans.crowded_edges, 0, "not a manifold"),
        equals(f"{name}: open edges", t.fans.open_edges, 0, "a hole or a crack: not a closed solid"),
        equals(f"{name}: turned faces", t.fans.turned_edges, 0, "edges whose two faces look to different sides"),
        at_least(f"{name}: enclosed volume", t.volume_mm3 / 1000, 1, "cm³", "negative when inside-out"),
        equals(f"{name}: separate shells", t.shells, shells, "more: pieces apart, overlapping, or one in another"),
        equals(f"{name}: triangles that cross others", t.crossing, 0, "the surface runs through itself"),
        equals(f"{name}: vertices where surfaces only touch", t.fans.pinched, 0),
    )
