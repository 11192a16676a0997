"""Which part of a bone's surface is drawn as dense."""

import numpy as np
import trimesh

from hemipelvis.export.dense_surface import dense_surface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume


def ball_in(upper_hu: float) -> tuple[Mesh, Volume]:
    """A ball of 20 mm radius with a cortex of 2 mm, marrow below and another density above its equator."""
    sphere = trimesh.creation.icosphere(4, 20.0)
    z, y, x = np.indices((51, 51, 51)) - 25.0
    r = np.sqrt(x**2 + y**2 + z**2)
    hu = np.where(r < 18, np.where(z > 0, upper_hu, 150), np.where(r < 20, 1200, 50))
    return Mesh(sphere.vertices, sphere.faces), Volume(hu.astype(np.float32), np.ones(3), np.full(3, -25.0))


def test_bone_dense_beneath_its_cortex_is_drawn_apart_and_cortex_alone_is_not() -> None:
    bone, hu = ball_in(900.0)
    plain, dense = dense_surface(bone, hu, 700.0, 2200.0)
    assert bone.vertices[dense.faces][..., 2].min() > -3
    assert bone.vertices[plain.faces][..., 2].max() < 3
    assert plain.face_count + dense.face_count == bone.face_count


def test_metal_is_not_taken_for_sclerosis() -> None:
    assert dense_surface(*ball_in(3000.0), 700.0, 2200.0)[1].face_count == 0


def shell_of(thickness_mm: float) -> tuple[Mesh, Volume]:
    """A hollow ball of compact bone."""
    ball, _ = ball_in(900.0)
    r = np.sqrt(((np.indices((51, 51, 51)) - 25.0) ** 2).sum(axis=0))
    hu = np.where((r < 20) & (r > 20 - thickness_mm), 1200, 50)
    return ball, Volume(hu.astype(np.float32), np.ones(3), np.full(3, -25.0))


def test_a_compact_plate_thinner_than_where_sclerosis_is_looked_for_is_cortex() -> None:
    assert dense_surface(*shell_of(5.5), 700.0, 2200.0)[1].face_count == 0
    assert dense_surface(*shell_of(12), 700.0, 2200.0)[1].face_count > 0
