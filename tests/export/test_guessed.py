"""Bone that is a guess, marked in pictures."""

import numpy as np
import trimesh

from hemipelvis.export.guessed import GUESSED, guessed_surface, with_guesses
from hemipelvis.labels import Label
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

ONES = Volume(np.full((9, 9, 9), 1, np.uint8), np.full(3, 5.0), np.full(3, -20.0))
LOW_BELOW = ONES.like(np.where(np.indices((9, 9, 9))[0] < 4, 60, 100).astype(np.uint8))


def test_only_bone_of_little_confidence_is_marked() -> None:
    labels = ONES.like(np.where(np.indices((9, 9, 9))[2] < 3, Label.SCREWS, Label.SACRUM).astype(np.uint8))
    marked = with_guesses(labels, LOW_BELOW).voxels
    assert (marked == GUESSED).sum() == 4 * 9 * 6
    assert (marked[labels.voxels == Label.SCREWS] == Label.SCREWS).all()


def test_a_surface_is_parted_where_its_labels_are_a_guess() -> None:
    ball = trimesh.creation.icosphere(4, 15.0)
    bone = Mesh(ball.vertices, ball.faces)
    sure, guess = guessed_surface(bone, LOW_BELOW)
    assert sure.face_count + guess.face_count == bone.face_count
    assert bone.vertices[guess.faces][..., 2].max() < 1
    assert bone.vertices[sure.faces][..., 2].min() > -5
