import numpy as np
import pytest

from hemipelvis.field import Field, sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.shells import find_shells, keep_shell


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
