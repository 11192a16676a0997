import numpy as np
import pytest
import trimesh

from hemipelvis.field import Field, sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh, from_trimesh
from hemipelvis.shells import find_shells, keep_shell, outer_shell


def body() -> Field:
    ball, pocket, speck = sphere((0, 0, 0), 4), sphere((0, 0, 1), 1.5), sphere((6, 0, 0), 1)
    return (ball - pocket) | speck


def test_shells_enclose_what_the_parts_do() -> None:
    mesh = isosurface(body().sampled((-5, -5, -5), (8, 5, 5), 0.1))
    volumes = np.sort(find_shells(mesh.vertices, mesh.faces).volumes_mm3)
    assert volumes == pytest.approx(4 / 3 * np.pi * np.array([-(1.5**3), 1, 64]), rel=0.01)


def test_a_kept_shell_is_closed_and_whole() -> None:
    mesh = isosurface(body().sampled((-5, -5, -5), (8, 5, 5), 0.25))
    shells = find_shells(mesh.vertices, mesh.faces)
    vertices, faces = keep_shell(mesh.vertices, mesh.faces, shells, int(np.argmax(shells.volumes_mm3)))
    assert np.array_equal(np.unique(faces), np.arange(len(vertices)))
    assert len(vertices) - len(faces) / 2 == 2


def test_the_outer_shell_of_a_hollow_ball_with_a_crumb_is_the_whole_ball() -> None:
    ball, hollow, crumb = (icosphere(r) for r in (10.0, 2.0, 1.0))
    parts = [(ball.vertices, ball.faces), (hollow.vertices, hollow.faces[:, ::-1]), (crumb.vertices + 30, crumb.faces)]
    starts = np.cumsum([0, *(len(v) for v, _ in parts)])
    mesh = Mesh(np.vstack([v for v, _ in parts]), np.vstack([f + s for (_, f), s in zip(parts, starts, strict=False)]))
    outer, dropped = outer_shell(mesh)
    assert outer.volume_mm3 == pytest.approx(ball.volume_mm3)
    assert dropped == pytest.approx(hollow.volume_mm3 + crumb.volume_mm3)


def icosphere(radius: float) -> Mesh:
    return from_trimesh(trimesh.creation.icosphere(2, radius))
