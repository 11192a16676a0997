"""Each way a part can be broken fails its own check; a good part passes all."""

from collections.abc import Callable

import numpy as np
import pytest
import trimesh

from hemipelvis.export.check_mesh import check_mesh, topology
from hemipelvis.mesh import Mesh, from_trimesh

GOOD = from_trimesh(trimesh.creation.icosphere(3, 40.0)).moved(np.eye(3), [-300, 280, -550])


def failed(mesh: Mesh) -> list[str]:
    return [c.name.removeprefix("part: ") for c in check_mesh("part", mesh) if not c.passed]


def hole(m: Mesh) -> Mesh:
    return Mesh(m.vertices, m.faces[1:])


def flipped_face(m: Mesh) -> Mesh:
    return Mesh(m.vertices, np.vstack([m.faces[:1, ::-1], m.faces[1:]]))


def inside_out(m: Mesh) -> Mesh:
    return Mesh(m.vertices, m.faces[:, ::-1])


def doubled_face(m: Mesh) -> Mesh:
    return Mesh(m.vertices, np.vstack([m.faces, m.faces[:1]]))


def crack(m: Mesh) -> Mesh:
    v = np.vstack([m.vertices, m.vertices[m.faces[0, 0]] + [2e-4, 0, 0]])
    return Mesh(v, np.vstack([[[len(m.vertices), *m.faces[0, 1:]]], m.faces[1:]]))


def not_a_number(m: Mesh) -> Mesh:
    return Mesh(np.vstack([m.vertices[:-1], [[np.nan] * 3]]), m.faces)


def two_bodies(m: Mesh) -> Mesh:
    return Mesh(np.vstack([m.vertices, m.vertices + 10]), np.vstack([m.faces, m.faces + len(m.vertices)]))


def inches(m: Mesh) -> Mesh:
    return Mesh((m.vertices - m.vertices[0]) / 25.4, m.faces)


def millimetres_as_micrometres(m: Mesh) -> Mesh:
    return Mesh(m.vertices * 1000, m.faces)


def through_itself(m: Mesh) -> Mesh:
    """One vertex pulled through to beyond the other side."""
    v = np.array(m.vertices)
    v[5] += 2.5 * (m.vertices.mean(axis=0) - v[5])
    return Mesh(v, m.faces)


def fin(m: Mesh) -> Mesh:
    v = np.vstack([m.vertices, 1.2 * m.vertices[m.faces[0, 0]] - 0.2 * m.vertices.mean(axis=0)])
    return Mesh(v, np.vstack([m.faces, [[*m.faces[0, :2], len(m.vertices)]]]))


def empty(m: Mesh) -> Mesh:
    return Mesh(m.vertices[:0], m.faces[:0])


def degenerate(m: Mesh) -> Mesh:
    v = np.array(m.vertices)
    v[m.faces[0, 1]] = v[m.faces[0, 0]]
    return Mesh(v, m.faces)


def test_a_good_part_passes_every_check() -> None:
    assert failed(GOOD) == []


BROKEN = {
    "open edges": (hole, crack),
    "turned faces": (flipped_face,),
    "enclosed volume": (inside_out,),
    "faces that are there twice": (doubled_face,),
    "vertices that are not numbers": (not_a_number,),
    "separate shells": (two_bodies,),
    "longest side, least": (inches,),
    "longest side, most": (millimetres_as_micrometres,),
    "vertices that coincide in the file": (degenerate,),
    "triangles that cross others": (through_itself,),
    "edges of more than two faces": (fin,),
    "without triangles": (empty,),
}


@pytest.mark.parametrize(("name", "spoil"), [(name, spoil) for name, spoils in BROKEN.items() for spoil in spoils])
def test_a_broken_part_fails_first_by_its_own_check(spoil: Callable[[Mesh], Mesh], name: str) -> None:
    assert failed(spoil(GOOD))[0] == name


def test_the_count_of_open_edges_is_the_holes_border() -> None:
    assert topology(hole(GOOD)).open_edges == 3
